"""The door by which a signature for a unit leaves: proposed by one, signed by another, logged before it goes.

The order is that of a code (`radiokey.base.release.service`): whether it was answered before; the stolen
list; the limits; the evidence; the log; the commit, the head; and only then the bytes. A grant for a unit on
the stolen list is refused to everybody, and a mark that was committed first always wins. A repeat gets the
same bytes and the receipt of the first time: Ed25519 makes one signature of one message.

The answer to a navigation unit takes no people: its code was right already. It is refused for a stolen unit,
limited, and logged like the others; its epoch is its place in the log, so that it rises with each.
Specified in docs/spec/grants.md and docs/spec/synchronisation.md.
"""

import base64
import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import msgspec

from radiokey.base.keys.unit_key import UnitKey
from radiokey.base.limits import LimitedClient, Limits, RateLimiter
from radiokey.base.log.append import append_many, begin
from radiokey.base.log.head import Head
from radiokey.base.log.leaf import SALT_SIZE, SYNCHRONISATION, Leaf, for_unit, hidden_number, release_nonce
from radiokey.base.log.note import NoteSigner
from radiokey.base.log.receipt import RECEIPT_VERSION, Receipt, parse_receipt, verify
from radiokey.base.log.releases import Evidence, RequestSubject
from radiokey.base.ports.grants import GRANT_PREFIX, SYNC_PREFIX, GrantLine, GrantProposal
from radiokey.base.ports.store import (
    Randomness,
    Store,
    StoredAct,
    StoredRelease,
    StoredUnit,
    Transaction,
)
from radiokey.base.stolen import blacklist
from radiokey.clock import DAY_MS, Clock
from radiokey.code.signed import (
    CHIP_ID_SIZE,
    DIGEST_SIZE,
    NUMBER_MAX,
    SERIAL_SIZE_MAX,
    Answer,
    Challenge,
    ChipGrant,
    PairingEnd,
    sign,
)
from radiokey.errors import (
    LogError,
    NotReleasedError,
    NotThereError,
    ReceiptError,
    RefusedError,
    RequestReusedError,
    UsageError,
)
from radiokey.language.speech import gettext, later
from radiokey.serial.formats import FORMATS
from radiokey.serial.number import Reading, SerialNumber

WAITS_DAYS: Final = 14
"""Days a proposal waits for somebody else; then the unit is read anew."""
LISTED_DAYS: Final = 90
"""Days a proposal stands in the list of the desk; the audit and the log have it for ever."""
TEXT_LENGTH_MAX: Final = 500

_HEX_DIGITS: Final = 64


class GrantKind(StrEnum):
    """What two people have the base sign; the word that the log keeps."""

    CHIP = "chip-grant"
    PAIRING = "pairing-end"


@dataclass(frozen=True, slots=True)
class Granted:
    """What is handed to the unit, and the receipt of its entry in the log."""

    data: bytes
    receipt: Receipt
    repeated: bool


@dataclass(frozen=True, slots=True)
class _Entry:
    """What a release of a signature is recorded under."""

    request_id: str
    client: str
    source: str
    statement: str
    proposer: str = ""
    signer: str = ""


class GrantService:
    """Signs for the units of one hosted base. It checks no rights: that is the caller's matter.

    `door` is the store of releases, `desk` that of proposals, `registry` that of what the factory wrote.

    Built from the stores, clock, randomness, the key that units trust, the log's signer and head, limits.
    """

    __slots__ = (
        "_begun",
        "_clock",
        "_desk",
        "_door",
        "_head",
        "_key",
        "_limits",
        "_randomness",
        "_registry",
        "_signer",
    )

    def __init__(  # noqa: PLR0913 - everything it needs from outside, once
        self,
        *,
        door: Store,
        desk: Store,
        registry: Store,
        clock: Clock,
        randomness: Randomness,
        key: UnitKey,
        signer: NoteSigner,
        head: Head | None = None,
        limits: Limits | None = None,
    ) -> None:
        self._door, self._desk, self._registry = door, desk, registry
        self._clock, self._randomness = clock, randomness
        self._key, self._signer, self._head, self._limits = key, signer, head, limits or Limits()
        self._begun = False

    @property
    def public(self) -> bytes:
        """The public key that units of this base trust, 32 bytes."""
        return self._key.public

    # --- the first of the two

    def propose_chip(  # noqa: PLR0913 - a proposal is given as a whole
        self, reading: Reading, *, chip_id: bytes, counter: int, reason: str, papers: str, by: str
    ) -> GrantProposal:
        """Propose that chip `chip_id` becomes the memory of this unit, whose counter reads `counter`.

        `papers` is the SHA-256, in hex, of what shows whose it is. Raises `UsageError`, `StolenError`,
        `NotReleasedError`, `StoreError`.
        """
        if len(chip_id) != CHIP_ID_SIZE:
            raise UsageError(
                gettext("the id of a chip has {chip_id_size} bytes", chip_id_size=CHIP_ID_SIZE),
                hint=gettext("read it with the tester"),
            )
        return self._propose(GrantKind.CHIP, reading, chip_id.hex(), counter, reason, papers, by)

    def propose_pairing_end(
        self, reading: Reading, *, paired: int, reason: str, papers: str, by: str
    ) -> GrantProposal:
        """Propose that the pairing that this unit made under the number `paired` ends; raises the same."""
        return self._propose(GrantKind.PAIRING, reading, "", paired, reason, papers, by)

    def _propose(  # noqa: PLR0913, PLR0917 - one row
        self, kind: GrantKind, reading: Reading, chip: str, number: int, reason: str, papers: str, by: str
    ) -> GrantProposal:
        if not 0 <= number <= NUMBER_MAX:
            raise UsageError(
                gettext("the number is one that the unit tells"), hint=gettext("read it with the tester")
            )
        if len(papers) != _HEX_DIGITS or set(papers) - set("0123456789abcdef"):
            raise UsageError(
                gettext("a grant rests on papers"), hint=gettext("give the SHA-256 of their file, in hex")
            )
        if not reason.strip() or len(reason) > TEXT_LENGTH_MAX:
            raise UsageError(
                gettext(
                    "a grant has a reason of 1 to {text_length_max} characters",
                    text_length_max=TEXT_LENGTH_MAX,
                ),
                hint=gettext("say what happened"),
            )
        serial = reading.serial
        proposal = GrantProposal(
            id=self._randomness.bytes(12).hex(),
            what=kind.value,
            kind=serial.kind,
            number=serial.key,
            serial=serial.text,
            chip=chip,
            counter=number,
            reason=reason.strip(),
            papers=papers,
            by=by,
            at_ms=self._clock.now_ms(),
        )
        with self._desk.transaction() as transaction:
            blacklist.check(transaction, reading, None)
            if not transaction.unit_cards([serial.kind], [serial.key]):
                raise _not_granted()
            transaction.add_grant_proposal(proposal)
            subject = f"{serial.kind}:{serial.key}"
            transaction.add_act(
                StoredAct(proposal.at_ms, by, "grant:propose", subject, f"{kind.value}: {proposal.reason}")
            )
        return proposal

    def proposals(self) -> tuple[GrantProposal, ...]:
        """Return the proposals that wait for somebody else, oldest first."""
        since_ms = self._clock.now_ms() - WAITS_DAYS * DAY_MS
        with self._desk.snapshot() as seen:
            return tuple(seen.open_grant_proposals(since_ms))

    def lines(self, count: int) -> tuple[GrantLine, ...]:
        """Return the newest `count` proposals of the last `LISTED_DAYS`, signed or not, newest first."""
        since_ms = self._clock.now_ms() - LISTED_DAYS * DAY_MS
        with self._desk.snapshot() as seen:
            return tuple(seen.grant_lines(since_ms, count))

    def waits(self, proposal: GrantProposal) -> bool:
        """Say whether a proposal that nobody signed can still be signed."""
        return self._clock.now_ms() - proposal.at_ms <= WAITS_DAYS * DAY_MS

    def proposal(self, proposal_id: str) -> GrantProposal:
        """Return a proposal; raise `NotThereError`."""
        with self._desk.snapshot() as seen:
            found = seen.grant_proposal(proposal_id)
        if found is None:
            raise _no_proposal()
        return found

    def signed(self, proposal_id: str) -> Granted | None:
        """Return once more what was signed, `None` where nobody did; it signs nothing new.

        Raises `NotThereError`, `StolenError` also where it was reported since, `StoreError`, `LogError`.
        """
        with self._door.transaction() as transaction:
            proposal = transaction.grant_proposal(proposal_id)
            seen = transaction.release_of(GRANT_PREFIX + proposal_id)
            if proposal is None:
                raise _no_proposal()
            unit = self._unit(transaction, proposal.kind, proposal.number)
            if seen is None:
                return None
            return self._granted(transaction, proposal, unit, seen)

    def _granted(
        self, transaction: Transaction, proposal: GrantProposal, unit: StoredUnit, seen: StoredRelease
    ) -> Granted:
        """Return what was signed before; Ed25519 makes one signature of one message."""
        form = self._form(transaction, proposal, unit)
        entry = self._entry(proposal, form, "")
        subject = RequestSubject(entry.client, unit.kind, unit.serial, unit.model, "", entry.statement)
        return Granted(
            sign(form, self._key), self._receipt_of(seen, subject.fingerprint(), unit), repeated=True
        )

    @staticmethod
    def _entry(proposal: GrantProposal, form: ChipGrant | PairingEnd, signer: str) -> _Entry:
        statement = hashlib.sha256(form.body()).hexdigest()
        client = f"grant {proposal.by}"
        return _Entry(
            GRANT_PREFIX + proposal.id, client, proposal.what, statement, proposal.by, signer=signer
        )

    # --- the second

    def sign(self, proposal_id: str, *, by: str) -> Granted:
        """Sign what somebody else proposed; return it with its receipt.

        Raises `NotThereError`, `RefusedError` for the proposer, `StolenError`, `NotReleasedError` where the
        factory left no digest of the unit's code, `LimitReachedError`, `StoreError`, `LogError`.
        """
        self._begin()
        with self._door.transaction() as transaction:
            now_ms = self._clock.now_ms()
            proposal = transaction.grant_proposal(proposal_id)
            seen = transaction.release_of(GRANT_PREFIX + proposal_id)
            too_old = proposal is not None and now_ms - proposal.at_ms > WAITS_DAYS * DAY_MS
            if proposal is None or (too_old and seen is None):
                raise _no_proposal()
            if proposal.by == by:
                raise RefusedError(
                    gettext("who proposed a grant does not sign it"),
                    hint=gettext("somebody else has to look at the papers"),
                )
            unit = self._unit(transaction, proposal.kind, proposal.number)
            form = self._form(transaction, proposal, unit)
            data = sign(form, self._key)
            receipt = self._record(transaction, unit, self._entry(proposal, form, by), seen, now_ms)
        self._advance(receipt)
        return Granted(data, receipt, repeated=seen is not None)

    def _form(
        self, transaction: Transaction, proposal: GrantProposal, unit: StoredUnit
    ) -> ChipGrant | PairingEnd:
        if GrantKind(proposal.what) is GrantKind.PAIRING:
            return PairingEnd(unit.serial, proposal.counter)
        digest = transaction.unit_digest(unit.kind, unit.number)
        if digest is None:
            raise _not_granted()
        return ChipGrant(unit.serial, bytes.fromhex(proposal.chip), proposal.counter, digest)

    # --- the second lock

    def answer(self, reading: Reading, challenge: Challenge, client: LimitedClient) -> Granted:
        """Answer the challenge of a navigation unit; the same challenge gets the same answer.

        Raises `StolenError`, `NotReleasedError` where it names no unit of this base, `LimitReachedError`,
        `StoreError`, `LogError`.
        """
        self._begin()
        statement = hashlib.sha256(challenge.encode()).hexdigest()
        with self._door.transaction() as transaction:
            now_ms = self._clock.now_ms()
            request_id = SYNC_PREFIX + statement[:32]
            seen = transaction.release_of(request_id)
            blacklist.check(transaction, reading, None)
            limiter = RateLimiter(transaction, self._limits, client.buckets())
            if seen is None:
                limiter.check(client.buckets(), now_ms)
            receipt: Receipt | None = None
            try:
                unit = self._unit(transaction, reading.serial.kind, reading.serial.key)
                if unit.serial != challenge.serial:
                    raise _not_granted()
            except NotReleasedError:  # a miss: who tries numbers learns few
                limiter.take(client.misses(), now_ms)
            else:
                if seen is None:
                    limiter.take(client.releases(), now_ms)
                entry = _Entry(request_id, "unit", SYNCHRONISATION, statement)
                receipt = self._record(transaction, unit, entry, seen, now_ms)
            limiter.write()
        if receipt is None:
            raise _not_granted()
        self._advance(receipt)
        data = sign(Answer.to(challenge, receipt.index + 1), self._key)
        return Granted(data, receipt, repeated=seen is not None)

    # --- the factory

    def keep_digest(self, reading: Reading, digest: bytes, *, by: str) -> None:
        """Keep the digest of a unit's code under its device's key, as the factory wrote it on its first chip.

        Once: a second digest of a unit is refused by the database. Raises `UsageError`, `NotReleasedError`,
        `StoreError`.
        """
        if len(digest) != DIGEST_SIZE:
            raise UsageError(
                gettext("a digest has {digest_size} bytes", digest_size=DIGEST_SIZE),
                hint=gettext("it is that of the unit's record"),
            )
        serial, now_ms = reading.serial, self._clock.now_ms()
        with self._registry.transaction() as transaction:
            if not transaction.unit_cards([serial.kind], [serial.key]):
                raise _not_granted()
            transaction.add_unit_digest(serial.kind, serial.key, digest, now_ms)
            transaction.add_act(
                StoredAct(now_ms, by, "grant:keep-digest", f"{serial.kind}:{serial.key}", "from the factory")
            )

    # --- the door

    def _begin(self) -> None:
        if self._head is not None and not self._begun:
            begin(self._door, self._signer, self._head)
            self._begun = True

    def _advance(self, receipt: Receipt) -> None:
        if self._head is not None:
            self._head.advance(receipt.checkpoint)

    @staticmethod
    def _unit(transaction: Transaction, kind: str, number: str) -> StoredUnit:
        """Return the unit of the ledger, if it is not stolen; raise `StolenError`, `NotReleasedError`."""
        units = transaction.units_of([kind], [number])
        if not units or len(units[0].serial) > SERIAL_SIZE_MAX:
            raise _not_granted()
        unit = units[0]
        blacklist.check(transaction, Reading(_serial_of(unit), unit.serial), None)
        return unit

    def _record(
        self,
        transaction: Transaction,
        unit: StoredUnit,
        entry: _Entry,
        seen: StoredRelease | None,
        now_ms: int,
    ) -> Receipt:
        """Log it with its row, or return the receipt of the first time."""
        subject = RequestSubject(entry.client, unit.kind, unit.serial, unit.model, "", entry.statement)
        fingerprint = subject.fingerprint()
        if seen is not None:
            return self._receipt_of(seen, fingerprint, unit)
        nonce = release_nonce(self._signer.keyed, entry.request_id, fingerprint)
        salt = self._randomness.bytes(SALT_SIZE) if entry.signer else b""
        serial = _serial_of(unit)
        leaf = Leaf(
            v=1,
            at_ms=now_ms,
            source=entry.source,
            family="",
            tier="",
            model=unit.model,
            number=hidden_number(nonce, serial),
        )
        text = for_unit(leaf, entry.statement, entry.proposer, entry.signer, salt).encode()
        appended = append_many(transaction, [text], self._signer, self._head)
        receipt = Receipt(
            v=RECEIPT_VERSION,
            serial=serial.text,
            kind=serial.kind,
            nonce=nonce.hex(),
            leaf=text.decode(),
            index=appended.first,
            size=appended.size,
            proof=tuple(base64.b64encode(step).decode() for step in appended.proofs[0]),
            checkpoint=appended.note,
            key=str(self._signer.verifier),
        )
        evidence = Evidence(
            owns=True, source=entry.source, checked_by=entry.signer, salt=salt.hex(), bound=True
        )
        release = StoredRelease(
            request_id=entry.request_id,
            fingerprint=fingerprint,
            client=entry.client,
            at_ms=now_ms,
            index=receipt.index,
            receipt=receipt.encode(),
            kind=unit.kind,
            number=unit.number,
            account=entry.signer,
            evidence=msgspec.json.encode(evidence).decode(),
        )
        transaction.add_releases([release])
        return receipt

    def _receipt_of(self, seen: StoredRelease, fingerprint: bytes, unit: StoredUnit) -> Receipt:
        if seen.fingerprint != fingerprint:
            raise RequestReusedError(
                gettext("this was already signed for something else"),
                hint=gettext("propose it anew with what the unit tells"),
            )
        try:
            receipt = parse_receipt(seen.receipt)
            verified = verify(receipt, self._signer.verifier)
        except ReceiptError as error:
            raise LogError(gettext(_CHANGED), hint=gettext("restore it from a backup")) from error
        if verified.serial != _serial_of(unit) or receipt.index != seen.index:
            raise LogError(gettext(_CHANGED), hint=gettext("restore it from a backup"))
        return receipt


_CHANGED: Final = later("the receipt of this grant was changed in the database")


def _serial_of(unit: StoredUnit) -> SerialNumber:
    return SerialNumber(unit.serial, unit.kind, FORMATS[unit.kind].identity)


def _no_proposal() -> NotThereError:
    return NotThereError(gettext("no such proposal waits"), hint=gettext("look at the proposals that wait"))


def _not_granted() -> NotReleasedError:
    return NotReleasedError(
        gettext("this base signs nothing for such a unit"),
        hint=gettext(
            "compare the number with the label; the base has to know the unit and what its factory kept"
        ),
    )
