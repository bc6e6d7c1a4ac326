"""Opening a base: one's own in a file on one's own machine, or a hosted one in a file or on a server.

One's own is honest about itself: its owner can delete it, so its log is a diary and its receipts are
self-signed. A hosted one has an organisation that answers for it. The keys lie outside the database, so that
a copied database can neither sign nor open a code.
"""

import os
import re
import threading
import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from radiokey.base.asked import Asked
from radiokey.base.blacklist import Blacklist
from radiokey.base.desk_limits import DeskLimits
from radiokey.base.keyring import KeyRing
from radiokey.base.ledger import Ledger
from radiokey.base.limits import Limits
from radiokey.base.log.append import Log
from radiokey.base.log.head import HeadFile
from radiokey.base.log.note import Checkpoint, NoteSigner
from radiokey.base.ports import Randomness, Store, Transaction
from radiokey.base.release import Door
from radiokey.base.sql.principals import Principal
from radiokey.base.sql.sqlite import SqliteStore
from radiokey.base.staff import Staff
from radiokey.base.tokens import Tokens
from radiokey.catalogue.model import Model
from radiokey.clock import Clock
from radiokey.errors import StoreError, UsageError

if TYPE_CHECKING:
    from radiokey.base.clearings import Clearings
    from radiokey.base.desk import Desk
    from radiokey.base.desk_papers import Papers
    from radiokey.base.entrance import Entrance
    from radiokey.base.sql.postgresql import PostgresStore

_KEY_SIZE: Final = 32
_SERVERS: Final = ("postgresql://", "postgres://")
_ORGANISATION: Final = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+(/[a-z0-9._-]+)*")


class SystemClock:
    """The machine's clock. It stands here, in the wiring, and nowhere deeper."""

    def now_ms(self) -> int:
        """Return milliseconds since 1970-01-01 00:00 UTC."""
        return time.time_ns() // 1_000_000


class SystemRandomness:
    """The operating system's unpredictable bytes."""

    def bytes(self, count: int) -> bytes:
        """Return `count` of them."""
        return os.urandom(count)


class Place:
    """Where a base is: a file, or a database on a server; and where its secrets are, which is never in it.

    Beside a file lie its `.key` (signs the log), `.head` (what the log signed last), `.keys` (seal the
    codes), `.contacts` (seal owners' addresses) and `.web` (sign the site's links).
    For a server they lie in the folder that `RADIOKEY_SECRETS` names, by default this user's own.
    """

    __slots__ = ("path", "url")

    def __init__(self, database: Path | str | None = None) -> None:
        text = str(database or "")
        self.url = text if text.startswith(_SERVERS) else None
        self.path = _secrets_of_servers() if self.url else Path(database) if database else default_database()

    def secret(self, kind: str) -> Path:
        """Return the path of the secret of that kind."""
        return self.path.with_name(f"{self.path.name}.{kind}")

    def __repr__(self) -> str:
        return "Place(server)" if self.url else f"Place({str(self.path)!r})"  # an address can hold a password


class Stores:
    """The stores of a base by who the database is to take us for; each is opened when it is first needed."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._open: dict[Principal | None, Store] = {}
        self._lock = threading.Lock()
        self._ends = ExitStack()

    def of(self, principal: Principal) -> Store:
        """Return the store for that part; raise `StoreError`."""
        key = principal if self._place.url else None  # SQLite has one principal
        with self._lock:
            if key not in self._open:
                store = self._opened(principal)
                self._ends.callback(store.close)
                self._open[key] = store
            return self._open[key]

    def _opened(self, principal: Principal) -> "SqliteStore | PostgresStore":
        if self._place.url is None:
            return SqliteStore(self._place.path)
        from radiokey.base.sql.postgresql import PostgresStore  # noqa: PLC0415 - its driver takes a while to load

        return PostgresStore(self._place.url, principal)

    def close(self) -> None:
        """Close all."""
        self._ends.close()


class Base:
    """An open base: `door`, `blacklist` (the stolen list), `tokens`, `log`. Close it, or use it in a `with`.

    `asked` answers whether a code was ever released; `desk_limits` how much more may be asked of the desk.
    `organisation` is whose it is, `None` for one's own on one's own machine.
    """

    def __init__(
        self, place: Place, clock: Clock, randomness: Randomness, limits: Limits | None = None
    ) -> None:
        self.place = place
        self.clock = clock
        self.randomness = randomness
        self.limits = limits or Limits()
        self.stores = Stores(place)
        self._papers: Papers | None = None
        try:
            gate = self.stores.of(Principal.GATE)  # first: beside what is no base no key is made
            with gate.snapshot() as seen:
                self.organisation = seen.hosting()
            key = secret_file(place.secret("key"), _KEY_SIZE, randomness)
            signer = NoteSigner(self.organisation or f"radiokey.local/{key_name(key)}", key)
            self.ring = KeyRing(place.secret("keys")) if place.secret("keys").exists() else None
            ledger = Ledger(self.ring, hosted=self.organisation is not None)
            head = HeadFile(place.secret("head"), signer.verifier)
            released = self.stores.of(Principal.DOOR)
            self.door = Door(released, clock, randomness, signer, limits, ledger, head)
            self.desk_limits = DeskLimits(released, clock, limits)
            self.asked = Asked(released, clock, signer.verifier, limits)
            self.blacklist = Blacklist(self.stores.of(Principal.REGISTRAR), clock)
            self.staff = Staff(self.stores.of(Principal.REGISTRAR), clock, randomness)
            self.tokens = Tokens(gate, self.stores.of(Principal.REGISTRAR), clock, randomness)
            self.log = Log(self.stores.of(Principal.PUBLISHER), signer, head)
        except BaseException:
            self.stores.close()
            raise

    @property
    def papers(self) -> "Papers":
        """What cleans, seals and opens the papers of a hosted base; one, so that few are read at once."""
        from radiokey.base.desk_papers import Papers  # noqa: PLC0415 - the terminal has no desk
        from radiokey.base.papers.clean import Cleaner  # noqa: PLC0415 - the same

        if self._papers is None:
            ring = self.ring or KeyRing(self.place.secret("keys"))
            self._papers = Papers(ring, Cleaner(), self.randomness)
        return self._papers

    def clearings(self) -> "Clearings":
        """Return how the stolen list of a hosted base is cleared, with the papers kept."""
        from radiokey.base.clearings import Clearings  # noqa: PLC0415 - the terminal has no desk

        store = self.stores.of(Principal.REGISTRAR)
        return Clearings(self.blacklist, store, self.clock, self.randomness, self.papers)

    def desk(self, models: Mapping[str, Model]) -> "Desk":
        """Return the desk of a hosted base; `models` is the catalogue by id.

        The key of the owners' addresses lies beside the others, in `.contacts`. Raises `UsageError`,
        `StoreError` and `SealError`.
        """
        from radiokey.base.contact import ContactKey  # noqa: PLC0415 - the terminal has no desk
        from radiokey.base.desk import Desk, DeskStores  # noqa: PLC0415 - the same

        if self.organisation is None:
            raise UsageError(
                "a base of one's own has no desk: three people are not one", hint="radiokey base init"
            )
        secret = secret_file(self.place.secret("contacts"), _KEY_SIZE, self.randomness)
        writers = (Principal.DESK, Principal.CLERK, Principal.APPROVER)
        stores = DeskStores(*map(self.stores.of, writers))
        contacts = ContactKey(secret)
        return Desk(
            stores,
            self.door,
            self.clock,
            self.randomness,
            contacts=contacts,
            papers=self.papers,
            models=models,
        )

    def entrance(self, address: str, key: bytes) -> "Entrance":
        """Return how the staff of a hosted base come in at the site that people open by `address`.

        `key` (32 bytes) signs what browsers are asked.
        Raises `UsageError`.
        """
        from radiokey.base.entrance import Entrance  # noqa: PLC0415 - the terminal has no staff to let in
        from radiokey.base.passkeys import Party, Passkeys  # noqa: PLC0415 - the same

        if self.organisation is None:
            raise UsageError("a base of one's own has no staff", hint="radiokey base init")
        passkeys = Passkeys(Party.at(address), key, self.clock, self.randomness)
        gate = self.stores.of(Principal.GATE)
        return Entrance(gate, passkeys, self.clock, self.randomness, self.limits)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the database."""
        self.stores.close()

    def verify(self) -> Checkpoint:
        """Recompute the whole log and return its checkpoint; raise `LogError` where anything differs."""
        return self.log.verify()


def open_base(
    database: Path | str | None = None,
    clock: Clock | None = None,
    randomness: Randomness | None = None,
    limits: Limits | None = None,
) -> Base:
    """Open a base, by default this user's own; a file is made where there is none.

    Raises `StoreError`, `SealError`.
    """
    place = Place(database)
    if place.url is None and place.path.is_dir():
        raise StoreError("the base is to be a file; this is a folder", hint="name a file in it")
    _make_folder(place.path.parent)
    return Base(place, clock or SystemClock(), randomness or SystemRandomness(), limits)


def init_base(
    database: Path | str | None,
    organisation: str,
    clock: Clock | None = None,
    randomness: Randomness | None = None,
) -> Base:
    """Make a hosted base, or bring one up to date, and open it.

    `organisation` names it and its log for ever: a domain of one's own, perhaps with a path. On a server this
    needs the owner of the database. Raises `UsageError`, `StoreError`, `SealError`.
    """
    if not _ORGANISATION.fullmatch(organisation):
        raise UsageError(
            "a base is named by a domain of yours, perhaps with a path", hint="like codes.example.org/radios"
        )
    clock, randomness = clock or SystemClock(), randomness or SystemRandomness()
    place = Place(database)
    _make_folder(place.path.parent)
    if place.url is None:
        store: SqliteStore = SqliteStore(place.path)
        try:
            with store.transaction() as transaction:
                _host(transaction, organisation, clock.now_ms())
        finally:
            store.close()
    else:
        from radiokey.base.sql import postgresql  # noqa: PLC0415 - its driver takes a while to load

        with postgresql.owned(place.url) as transaction:
            _host(transaction, organisation, clock.now_ms())
    if not place.secret("keys").exists():
        KeyRing.make(place.secret("keys"), randomness, clock.now_ms())
    return Base(place, clock, randomness)


def _host(transaction: Transaction, organisation: str, now_ms: int) -> None:
    was = transaction.hosting()
    if was is None:
        if transaction.last_checkpoint() is not None:
            raise UsageError(
                "this base has a log of its own already, under another name", hint="make a hosted base anew"
            )
        transaction.add_hosting(organisation, now_ms)
    elif was != organisation:
        raise UsageError("this base has another name, for ever", hint=f"it is {was}")


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise StoreError(
            f"the folder of the base cannot be made: {error.strerror}", hint="choose another"
        ) from error


def _secrets_of_servers() -> Path:
    """Return what the secrets of a base on a server are named after."""
    folder = os.environ.get("RADIOKEY_SECRETS")  # read when a base is opened: this is the wiring
    return (Path(folder) if folder else default_database().parent / "hosted") / "base"


def default_database() -> Path:
    """Return where this user's own base is, the same for the command line and the site."""
    from platformdirs import user_data_path  # noqa: PLC0415 - not needed where a database is named

    return user_data_path("radiokey") / "base.sqlite3"


def key_name(private: bytes) -> str:
    """Return eight hex digits that tell one local log from another."""
    return NoteSigner("radiokey.local", private).verifier.public[:4].hex()


def secret_file(path: Path, size: int, randomness: Randomness) -> bytes:
    """Return the `size` secret bytes in `path`, made on first use; raise `StoreError` if it is not so.

    The file appears whole or not at all, also when two processes make it at once; only its owner reads it.
    """
    try:
        if not path.exists():
            fresh = path.with_name(f"{path.name}.{randomness.bytes(8).hex()}")
            descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(randomness.bytes(size))
                file.flush()
                os.fsync(file.fileno())
            try:
                os.link(fresh, path)
            except FileExistsError:
                pass  # another process was first: its key is the key
            finally:
                fresh.unlink()
                _keep_folder(path.parent)
        secret = path.read_bytes()
    except OSError as error:
        raise StoreError(
            f"the secret beside the base cannot be used: {error.strerror}", hint=str(path.parent)
        ) from error
    if len(secret) != size:
        raise StoreError("the secret beside the base is damaged", hint=f"restore {path.name} from a backup")
    return secret


def _keep_folder(folder: Path) -> None:
    """Make a new name in `folder` survive a power cut, where the system can open folders."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
