"""Opening a base: a local one in a file on this machine, or a hosted one in a file or on a server.

A local base makes no false promise: its owner can delete it, so its log is a diary and its receipts are
self-signed. A hosted one has an organisation that answers for it. The keys lie outside the database, so that
a copied database can neither sign nor open a code.
"""

import os
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from radiokey.base.keys.secret_file import secret_file
from radiokey.base.limits import Limits
from radiokey.base.location import (
    DatabaseLocation,
    FileDatabase,
    ServerDatabase,
    make_folders,
    parse_location,
)
from radiokey.base.log.append import Log, begin
from radiokey.base.log.head import HeadFile
from radiokey.base.log.note import Checkpoint, NoteSigner, own_log_name
from radiokey.base.log.releases import verify_base
from radiokey.base.ports.store import Covered, Randomness, Store, StoredAct, Transaction
from radiokey.base.release.service import ReleaseService
from radiokey.base.sql.principals import Principal
from radiokey.base.sql.sqlite import SqliteStore
from radiokey.base.sql.stores import Stores
from radiokey.base.stolen.blacklist import Blacklist
from radiokey.base.units.ledger import SETTING, Ledger, LedgerRelease, ledger_release
from radiokey.clock import NS_IN_MS, Clock
from radiokey.errors import LogError, NotThereError, UsageError
from radiokey.language.speech import gettext

if TYPE_CHECKING:
    from radiokey.base.audit import Audit
    from radiokey.base.firmware.repository import FirmwareRepository
    from radiokey.base.grants.service import GrantService
    from radiokey.base.identity.authentication import Authentication
    from radiokey.base.identity.staff import Staff
    from radiokey.base.identity.tokens import Tokens
    from radiokey.base.keys.keyring import KeyRing
    from radiokey.base.keys.rotation import KeyRotation
    from radiokey.base.keys.unit_key import UnitKey
    from radiokey.base.papers.archive import PaperArchive
    from radiokey.base.poll.poll import Poll
    from radiokey.base.release.history import ReleaseHistory
    from radiokey.base.requests.checks import Checks
    from radiokey.base.requests.desk import Desk
    from radiokey.base.requests.limits import DeskLimits
    from radiokey.base.stolen.clearings import Clearings
    from radiokey.base.units.search import Search
    from radiokey.catalogue.model import Model

_KEY_SIZE: Final = 32
_ORGANISATION: Final = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+(/[a-z0-9._-]+)*")


class SystemClock:
    """The machine's clock. It stands here, in the wiring, and nowhere deeper."""

    def now_ms(self) -> int:
        """Return milliseconds since 1970-01-01 00:00 UTC."""
        return time.time_ns() // NS_IN_MS


class SystemRandomness:
    """The operating system's unpredictable bytes."""

    def bytes(self, count: int) -> bytes:
        """Return `count` of them."""
        return os.urandom(count)


@dataclass(frozen=True, slots=True)
class KeyUsage:
    """How many codes, and how many papers, each key seals, by the key's id."""

    codes: Mapping[str, int]
    papers: Mapping[str, int]


class Base:
    """An open base: `releases`, `blacklist` (the stolen list), `log`. Close it, or use it in a `with`.

    What a release does not need is imported when it is first used: the command line starts sooner.
    `organisation` runs it, `None` for a local base.
    """

    def __init__(
        self, location: DatabaseLocation, clock: Clock, randomness: Randomness, limits: Limits | None = None
    ) -> None:
        self.location = location
        self.clock = clock
        self.randomness = randomness
        self.limits = limits or Limits()
        self.stores = Stores(location)
        try:
            gate = self.stores.of(Principal.GATE)  # first: no key is made beside a file that is not a base
            with gate.snapshot() as seen:
                self.organisation = seen.hosting()
            key = secret_file(location.secret("key"), _KEY_SIZE, randomness)
            signer = NoteSigner(self.organisation or own_log_name(key), key)
            self.ring = self.key_ring() if location.secret("keys").exists() else None
            ledger = Ledger(self.ring, hosted=self.organisation is not None)
            head = HeadFile(location.secret("head"), signer.verifier)
            self._signer, self._head = signer, head
            released = self.stores.of(Principal.DOOR)
            self.releases = ReleaseService(released, clock, randomness, signer, limits, ledger, head)
            self.blacklist = Blacklist(self.stores.of(Principal.REGISTRAR), clock)
            self.log = Log(self.stores.of(Principal.PUBLISHER), signer, head)
        except BaseException:
            self.stores.close()
            raise

    @cached_property
    def grants(self) -> "GrantService":
        """What signs for the units of a hosted base; raise `UsageError` for a local one."""
        from radiokey.base.grants.service import GrantService  # noqa: PLC0415 - a code needs none of it

        if self.organisation is None:
            raise _hosted_only(gettext("a local base signs nothing: no unit trusts it"))
        return GrantService(
            door=self.stores.of(Principal.DOOR),
            desk=self.stores.of(Principal.CLERK),
            registry=self.stores.of(Principal.REGISTRAR),
            clock=self.clock,
            randomness=self.randomness,
            key=self._unit_key(),
            signer=self._signer,
            head=self._head,
            limits=self.limits,
        )

    def firmware(self, folder: Path) -> "FirmwareRepository":
        """Return the repository of images in `folder`; raise `UsageError` for a local base, `StoreError`."""
        from radiokey.base.firmware.repository import FirmwareRepository  # noqa: PLC0415 - TUF takes a while to load

        if self.organisation is None:
            raise _hosted_only(gettext("a local base publishes nothing: no unit trusts it"))
        keys = self.location.secret("firmware")
        return FirmwareRepository(folder, keys, self._unit_key(), self.clock, self.randomness)

    def _unit_key(self) -> "UnitKey":
        from radiokey.base.keys.unit_key import UNIT_KEY_SIZE, UnitKey  # noqa: PLC0415 - a code needs none of it

        return UnitKey(secret_file(self.location.secret("units"), UNIT_KEY_SIZE, self.randomness))

    def search(self) -> "Search":
        """Return how units and requests are looked up at the desk."""
        from radiokey.base.units.search import Search  # noqa: PLC0415 - the terminal has no desk

        desk = Principal.DESK
        return Search(self.stores.of(desk), self.clock, self.stores.reading(desk))

    def checks(self) -> "Checks":
        """Return what compares a request with ledger and stolen list."""
        from radiokey.base.requests.checks import Checks  # noqa: PLC0415 - the terminal has no desk

        return Checks(self.stores.of(Principal.DESK))

    def audit(self) -> "Audit":
        """Return the audit, to be read."""
        from radiokey.base.audit import Audit  # noqa: PLC0415 - the terminal does not read it

        return Audit(self.stores.of(Principal.AUDITOR))

    def coverage(self) -> list[Covered]:
        """Return how many units of each model the ledger has; raise `StoreError`."""
        with self.stores.of(Principal.DESK).snapshot() as seen:
            return seen.coverage()

    def ledger_release(self) -> LedgerRelease:
        """Return how codes of the ledger leave this base, as it states it now; raise `StoreError`."""
        with self.stores.of(Principal.DESK).snapshot() as seen:
            return ledger_release(seen)

    def unit_store(self) -> Store:
        """Return the store that an import writes to (`radiokey.base.units.importer`)."""
        return self.stores.of(Principal.REGISTRAR)

    def key_usage(self) -> KeyUsage:
        """Return how many codes and how many papers each key seals; raise `StoreError`."""
        with self.stores.of(Principal.KEEPER).snapshot() as seen:
            return KeyUsage(seen.sealed_with(), seen.papers_sealed_with())

    def key_rotation(self, ring: "KeyRing", by: str) -> "KeyRotation":
        """Return what seals every code with the next key of `ring`."""
        from radiokey.base.keys.rotation import KeyRotation  # noqa: PLC0415 - only where keys are turned

        return KeyRotation(self.stores.of(Principal.KEEPER), ring, self.clock, self.randomness, by)

    def key_ring(self) -> "KeyRing":
        """Return the key ring as its file is now; raise `SealError`."""
        from radiokey.base.keys.keyring import KeyRing  # noqa: PLC0415 - a local base has none

        return KeyRing(self.location.secret("keys"))

    @cached_property
    def release_history(self) -> "ReleaseHistory":
        """What answers whether a code was ever released."""
        from radiokey.base.release.history import ReleaseHistory  # noqa: PLC0415 - a release asks nothing back

        return ReleaseHistory(self.stores.of(Principal.DOOR), self.clock, self.log.key, self.limits)

    @cached_property
    def desk_limits(self) -> "DeskLimits":
        """How much more may be sent to the desk."""
        from radiokey.base.requests.limits import DeskLimits  # noqa: PLC0415 - the terminal has no desk

        return DeskLimits(self.stores.of(Principal.DOOR), self.clock, self.limits)

    @cached_property
    def poll(self) -> "Poll":
        """The poll of owners."""
        from radiokey.base.poll.poll import Poll  # noqa: PLC0415 - the terminal asks nobody

        return Poll(self.stores.of(Principal.GATE), self.clock, self.limits)

    @cached_property
    def staff(self) -> "Staff":
        """The accounts of those who work at the desk."""
        from radiokey.base.identity.staff import Staff  # noqa: PLC0415 - a local base has no staff

        return Staff(self.stores.of(Principal.REGISTRAR), self.clock, self.randomness)

    @cached_property
    def tokens(self) -> "Tokens":
        """The tokens of the API."""
        from radiokey.base.identity.tokens import Tokens  # noqa: PLC0415 - the terminal needs no token

        gate, registrar = self.stores.of(Principal.GATE), self.stores.of(Principal.REGISTRAR)
        return Tokens(gate, registrar, self.clock, self.randomness)

    @cached_property
    def papers(self) -> "PaperArchive":
        """What cleans, seals and opens the papers of a hosted base; one, so that few are read at once."""
        from radiokey.base.papers.archive import PaperArchive  # noqa: PLC0415 - the terminal has no desk
        from radiokey.base.papers.clean import Cleaner  # noqa: PLC0415 - the same

        return PaperArchive(self.ring or self.key_ring(), Cleaner(), self.randomness)

    def clearings(self) -> "Clearings":
        """Return how the stolen list of a hosted base is cleared, with the papers kept."""
        from radiokey.base.stolen.clearings import Clearings  # noqa: PLC0415 - the terminal has no desk

        store = self.stores.of(Principal.REGISTRAR)
        return Clearings(self.blacklist, store, self.clock, self.papers)

    def desk(self, models: Mapping[str, "Model"]) -> "Desk":
        """Return the desk of a hosted base; `models` is the catalogue by id.

        The key of the owners' addresses lies beside the others, in `.contacts`. Raises `UsageError`,
        `StoreError` and `SealError`.
        """
        from radiokey.base.requests.contact import ContactKey  # noqa: PLC0415 - the terminal has no desk
        from radiokey.base.requests.desk import Desk, DeskStores  # noqa: PLC0415 - the same

        if self.organisation is None:
            raise _hosted_only(gettext("a local base has no desk: a request takes three people"))
        secret = secret_file(self.location.secret("contacts"), _KEY_SIZE, self.randomness)
        writers = (Principal.DESK, Principal.CLERK, Principal.APPROVER)
        stores = DeskStores(*map(self.stores.of, writers))
        contacts = ContactKey(secret)
        return Desk(
            stores,
            self.releases,
            self.clock,
            self.randomness,
            contacts=contacts,
            papers=self.papers,
            models=models,
        )

    def authentication(self, address: str, key: bytes) -> "Authentication":
        """Return the sign-in of the staff of a hosted base, for the site at `address`.

        `key` (32 bytes) signs what browsers are asked.
        Raises `UsageError`.
        """
        from radiokey.base.identity.authentication import Authentication  # noqa: PLC0415 - the terminal has no staff
        from radiokey.base.identity.passkeys import Party, Passkeys  # noqa: PLC0415 - the same

        if self.organisation is None:
            raise _hosted_only(gettext("a local base has no staff"))
        passkeys = Passkeys(Party.at(address), key, self.clock, self.randomness)
        gate = self.stores.of(Principal.GATE)
        return Authentication(gate, passkeys, self.clock, self.randomness, self.limits)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the database."""
        self.stores.close()

    def check_able(self) -> None:
        """Raise `LogError` or `StoreError` unless a release could be made, kept and remembered now.

        What others that serve this base have signed is remembered here, too: each of them then finds a
        database that was put back, not only the one that signed last.
        """
        if self._head.checkpoint() is None:  # none was signed yet, or it was taken away: a release says which
            self.log.checkpoint()
        else:
            begin(self.stores.of(Principal.PUBLISHER), self._signer, self._head)
        self.stores.of(Principal.DOOR).check_writable()
        self._head.check_room()

    def verify(self) -> Checkpoint:
        """Recompute the whole log and return its checkpoint; raise `LogError` where anything differs.

        And see that there are as many releases as entries: which is missing, and all else that must agree, is
        looked for by `verify_everything`. Raises `StoreError`.
        """
        checkpoint = self.log.verify()
        with self.stores.of(Principal.DOOR).snapshot() as seen:
            count, last = seen.count_releases(), seen.last_checkpoint()
        size = last.size if last else 0
        if count != size:
            raise LogError(
                gettext(
                    "the log has {size} entries, and the database {count} releases", size=size, count=count
                ),
                hint=gettext("radiokey base log verify names the first that is missing"),
            )
        return checkpoint

    def verify_everything(self) -> Checkpoint:
        """Compare everything that must agree (see `radiokey.base.log.releases`); return the checkpoint.

        It takes a few times as long as `verify`. Raises `LogError`, `StoreError`.
        """
        return verify_base(self.stores.of(Principal.DOOR), self._signer, self._head)


def _hosted_only(sentence: str) -> UsageError:
    return UsageError(sentence, hint="radiokey base init")


def open_base(
    database: DatabaseLocation | Path | str | None = None,
    clock: Clock | None = None,
    randomness: Randomness | None = None,
    limits: Limits | None = None,
    *,
    make: bool = True,
) -> Base:
    """Open a base, by default this user's own; without `make` one that is there already.

    Raises `NotThereError`, `StoreError`, `SealError`.
    """
    location = parse_location(database)
    if not make:
        _require_base(location)
    make_folders(location)
    return Base(location, clock or SystemClock(), randomness or SystemRandomness(), limits)


def _require_base(location: DatabaseLocation) -> None:
    """Raise `NotThereError` where no file is: a mistyped path must not become an empty base that verifies.

    A server says so itself.
    """
    if isinstance(location, FileDatabase) and not location.path.exists():
        raise NotThereError(
            gettext("there is no base at this path"),
            hint=gettext("look at the path again; 'radiokey base init' makes a new one there"),
        )


def init_base(
    database: DatabaseLocation | Path | str | None,
    organisation: str | None,
    clock: Clock | None = None,
    randomness: Randomness | None = None,
) -> Base:
    """Make a base, or bring one up to date, and open it: a hosted one, without `organisation` a local one.

    `organisation` names it and its log for ever: a domain of the operator, perhaps with a path. On a server
    this needs the owner of the database. Raises `UsageError`, `StoreError`, `SealError`.
    """
    if organisation is None:
        location = parse_location(database)
        if isinstance(location, ServerDatabase):
            raise UsageError(
                gettext("a base on a server is a hosted one"),
                hint=gettext("name who runs it with --organisation"),
            )
        return open_base(location, clock, randomness)
    if not _ORGANISATION.fullmatch(organisation):
        raise UsageError(
            gettext("a base is named by a domain of yours, perhaps with a path"),
            hint=gettext("like codes.example.org/radios"),
        )
    clock, randomness = clock or SystemClock(), randomness or SystemRandomness()
    location = parse_location(database)
    make_folders(location)
    with _owner_transaction(location) as transaction:
        _host(transaction, organisation, clock.now_ms())
    if not location.secret("keys").exists():
        from radiokey.base.keys.keyring import KeyRing  # noqa: PLC0415 - a local base seals nothing

        KeyRing.make(location.secret("keys"), randomness, clock.now_ms())
    return Base(location, clock, randomness)


def set_ledger_release(
    database: DatabaseLocation | Path | str | None, value: LedgerRelease, by: str, clock: Clock | None = None
) -> bool:
    """State how codes of the ledger leave a hosted base; return whether that is a change.

    The audit has it in the same transaction. On a server this needs the owner of the database: no part of a
    served base may. Raises `NotThereError`, `UsageError`, `StoreError`.
    """
    location, now_ms = parse_location(database), (clock or SystemClock()).now_ms()
    _require_base(location)
    with _owner_transaction(location) as transaction:
        if transaction.hosting() is None:
            raise UsageError(
                gettext("a local base has no ledger of others' radios, and no desk"),
                hint=gettext("name a hosted one with --database"),
            )
        changed = ledger_release(transaction) is not value
        if changed:
            transaction.add_setting(SETTING, value.value, now_ms, by)
            transaction.add_act(StoredAct(now_ms, by, "base:set", SETTING, value.value))
    return changed


@contextmanager
def _owner_transaction(location: DatabaseLocation) -> Iterator[Transaction]:
    """Bring the schema up to date and begin a transaction as the owner of the file or the database."""
    if isinstance(location, FileDatabase):
        store = SqliteStore(location.path)
        try:
            with store.transaction() as transaction:
                yield transaction
        finally:
            store.close()
    else:
        from radiokey.base.sql import postgresql  # noqa: PLC0415 - its driver takes a while to load

        with postgresql.owner_transaction(location.url) as transaction:
            yield transaction


def _host(transaction: Transaction, organisation: str, now_ms: int) -> None:
    was = transaction.hosting()
    if was is None:
        if transaction.last_checkpoint() is not None:
            raise UsageError(
                gettext("this base has a log of its own already, under another name"),
                hint=gettext("make a hosted base anew"),
            )
        transaction.add_hosting(organisation, now_ms)
    elif was != organisation:
        raise UsageError(
            gettext("this base has another name, for ever"), hint=gettext("it is {was}", was=was)
        )
