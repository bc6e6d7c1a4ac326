"""The one service that releases a code, whatever its source.

Order: the statement of ownership; whether this request was answered before (the same id for another radio is
refused); the stolen list; the limits; the evidence; the log. Only when the log entry is durable does the code
leave. Everything the service reads and writes is one serialised transaction, so a stolen mark that was
committed first always wins - over a repeat too - and a crash leaves either no trace or the whole release.
When the list, the limiter or the log cannot answer, the answer is no; where the server went away in a commit
it is not known whether that was kept, and the same request finds out. Requests that come at once share one
transaction and one signature (`radiokey.base.release.batcher`); each is decided alone.

A code is known from one of three sources. The ledger knows a unit and its model: what is said of number, car
and model has to belong together, and a wrong combination reveals nothing of the ledger. On a hosted base who
asks is the desk or an account with a token; anybody, where the base states so (`LedgerRelease`). A public
derivation knows a family. A dealer's answer is the code that a dealer gave the owner; it passes here so that
the stolen list and the log apply.

The code itself is never stored in clear: a repeat of a request (a reload, a lost answer) finds it again and
returns the receipt of the first time.
"""

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import msgspec

from radiokey.base.limits import Limits, RateLimiter
from radiokey.base.log.append import append_many, begin
from radiokey.base.log.head import Head
from radiokey.base.log.leaf import (
    LEAF_VERSION,
    SALT_SIZE,
    Leaf,
    Way,
    hidden_number,
    of_desk,
    of_ledger,
    parse_leaf,
    release_nonce,
)
from radiokey.base.log.note import NoteSigner
from radiokey.base.log.receipt import RECEIPT_VERSION, Receipt, parse_receipt, receipt_of, verify
from radiokey.base.log.releases import Evidence
from radiokey.base.ports.log import StoredEntry
from radiokey.base.ports.store import Mark, Randomness, Store, StoredRelease, StoredUnit, Transaction
from radiokey.base.release.batcher import Batcher
from radiokey.base.release.request import Released, ReleaseRequest, Source
from radiokey.base.stolen import blacklist
from radiokey.base.units.ledger import Ledger, LedgerRelease, desk_needed, ledger_release, not_released
from radiokey.catalogue.fitting import families_for
from radiokey.catalogue.which import which_radio
from radiokey.clock import Clock
from radiokey.code.families import derive
from radiokey.code.family import Family, families_of
from radiokey.code.value import Code
from radiokey.errors import (
    LogError,
    ModelNeededError,
    NoDerivationError,
    NotReleasedError,
    OwnershipNotStatedError,
    RadiokeyError,
    ReceiptError,
    RequestReusedError,
    StoreError,
    StoreGoneError,
)
from radiokey.language.speech import gettext, later, speaking
from radiokey.serial.number import Identity, Reading

if TYPE_CHECKING:
    from radiokey.catalogue.index import Card
    from radiokey.catalogue.model import Model

_CHANGED: Final = later("the receipt of this request was changed in the database")


@dataclass(frozen=True, slots=True)
class _Decision:
    """A code that may leave once its entry is durable; `seen` where the request was answered before.

    `model` is the id of the radio it is for: as it was named, or as the ledger knows its unit; else empty.
    `entry` is that of a request whose row was lost since.
    """

    request: ReleaseRequest
    code: Code
    source: Source
    family: Family | None
    model: str
    seen: StoredRelease | None
    entry: StoredEntry | None = None

    @property
    def repeated(self) -> bool:
        """Whether the log has it already."""
        return self.seen is not None or self.entry is not None


class _Snapshot:
    """What the database says of requests that are decided together, read in a statement for each table."""

    def __init__(
        self,
        transaction: Transaction,
        limits: Limits,
        requests: Sequence[ReleaseRequest],
        nonce_of: Callable[[ReleaseRequest], bytes],
    ) -> None:
        serials = [request.serial.serial for request in requests]
        kinds, numbers = {serial.kind for serial in serials}, {serial.key for serial in serials}
        seen = transaction.releases_with([request.request_id for request in requests])
        self.releases = {release.request_id: release for release in seen}
        lost = {
            hidden_number(nonce_of(request), request.serial.serial): request.request_id
            for request in requests
            if request.request_id not in self.releases
        }
        self.entries = _entries(transaction.entries_numbered(lost), lost) if lost else {}
        self._marks: dict[tuple[str, str], list[Mark]] = {}
        for mark in transaction.marks_of(kinds, numbers):
            self._marks.setdefault((mark.kind, mark.number), []).append(mark)
        units = transaction.units_of(kinds, numbers)
        self._units = {(unit.kind, unit.number): unit for unit in units}
        buckets = (bucket for request in requests for bucket in request.asker.buckets())
        self.limiter = RateLimiter(transaction, limits, buckets)
        self.transaction = transaction

    def marks(self, kind: str, number: str) -> list[Mark]:
        """Return the acts on one number of a request, oldest first."""
        return self._marks.get((kind, number), [])

    def marks_ending(self, kind: str, ending: str) -> list[Mark]:
        """Return the acts on the numbers with that ending: rare enough to be asked one by one."""
        return self.transaction.marks_ending(kind, ending)

    def unit_of(self, reading: Reading) -> StoredUnit | None:
        """Return the unit that a number names."""
        return self._units.get((reading.serial.kind, reading.serial.key))

    @cached_property
    def ledger_release(self) -> LedgerRelease:
        """How codes of the ledger leave this base; read where it decides, in the same transaction."""
        return ledger_release(self.transaction)


def family_for(reading: Reading, model: "Model | Card | None", make: str = "") -> Family:
    """Return the family that `reading` may be derived by; refuse rather than guess.

    Raises `NoDerivationError` where no public derivation holds for this number or this model, and
    `ModelNeededError` where other radios carry numbers of the same shape and nobody said which it is.
    """
    such = families_of(reading.serial)
    fitting = families_for(reading.serial, model, make)
    if not fitting:
        raise NoDerivationError(
            gettext("no public derivation is known for this radio, only for others with such numbers")
            if such
            else gettext("no public derivation is known for this radio"),
            hint=gettext("its maker's dealer finds the code from the number and the papers"),
            kind=reading.serial.kind,
        )
    family = fitting[0]
    if family.needs_model and (model is None or model.default):
        question = which_radio(reading, make)
        raise ModelNeededError(
            question.text,
            hint=gettext("say which: {names}", names=question.names),
            choices=",".join(choice.id for choice in question.choices),
        )
    return family


class ReleaseService:
    """Releases codes; built from store, clock, randomness, the log's signer and head, limits, ledger keys.

    Safe to use from many threads: they share transactions. `on_batch` is called with the size of each batch,
    `on_unanswered` with how many releases were logged whose codes could not leave.
    """

    __slots__ = (
        "_batcher",
        "_begun",
        "_clock",
        "_head",
        "_ledger",
        "_limits",
        "_randomness",
        "_signer",
        "_store",
        "on_batch",
        "on_unanswered",
    )

    def __init__(  # noqa: PLR0913, PLR0917 - everything it needs from outside, once
        self,
        store: Store,
        clock: Clock,
        randomness: Randomness,
        signer: NoteSigner,
        limits: Limits | None = None,
        ledger: Ledger | None = None,
        head: Head | None = None,
    ) -> None:
        self._store = store
        self._head = head
        self._begun = False
        self._clock = clock
        self._randomness = randomness
        self._signer = signer
        self._limits = limits or Limits()
        self._ledger = ledger or Ledger()
        self.on_batch: Callable[[int], None] = _ignore
        self.on_unanswered: Callable[[int], None] = _ignore
        self._batcher = Batcher(self._serve, lambda request: request.request_id, StoreGoneError)

    def release(self, request: ReleaseRequest) -> Released:
        """Return the code of `request` with its receipt, or raise the reason why not.

        Raises `OwnershipNotStatedError`, `ModelNeededError`, `UsageError`; `NoDerivationError`,
        `OutsideDomainError`; `StolenError`, `PapersNeededError`, `NotReleasedError`, `DeskNeededError`;
        `LimitReachedError`; `StoreError`, `LogError`, `SealError`. Repeats are free, and so are refusals, but
        for a number, a car and a model that do not belong together: that is a miss.
        """
        _check_ownership(request)
        return self._batcher.ask(request)

    def release_soon(self, request: ReleaseRequest, answered: Callable[[Released | Exception], None]) -> None:
        """Do what `release` does and return at once; `answered` gets what it returns or raises, in a thread.

        `answered` may not raise and not block. Raises `OwnershipNotStatedError`.
        """
        _check_ownership(request)
        self._batcher.ask_soon(request, answered)

    def _serve(self, requests: Sequence[ReleaseRequest]) -> list[Released | Exception]:
        """Decide, record and answer requests with different ids in one transaction."""
        if self._head is not None and not self._begun:
            begin(self._store, self._signer, self._head)
            self._begun = True
        with self._store.transaction() as transaction:
            now_ms = self._clock.now_ms()
            known = _Snapshot(transaction, self._limits, requests, self._nonce_of)
            outcomes = [self._decide(known, request, now_ms) for request in requests]
            receipts = self._record(transaction, known, outcomes, now_ms)
            answers = [self._answer(known, outcome, receipts, now_ms) for outcome in outcomes]
        # Committed: every entry is durable. Once it is remembered outside, the codes may leave.
        released = [answer.receipt for answer in answers if isinstance(answer, Released)]
        if self._head is not None and released:
            try:
                self._head.advance(max(released, key=lambda receipt: receipt.size).checkpoint)
            except (LogError, StoreError):
                self.on_unanswered(len(receipts))  # the same request finds its entry later
                raise
        self.on_batch(len(requests))
        return answers

    # --- decide

    def _decide(self, known: _Snapshot, request: ReleaseRequest, now_ms: int) -> _Decision | RadiokeyError:
        """Decide one request. What it is refused for is its own; a failing store or log is everybody's."""
        try:
            with speaking(request.language):  # who answers may serve somebody else, or nobody
                return self._allow(known, request, now_ms)
        except (StoreError, LogError):
            raise
        except RadiokeyError as refusal:
            if isinstance(refusal, NotReleasedError):
                known.limiter.take(request.asker.misses(), now_ms)
            return refusal

    def _allow(self, known: _Snapshot, request: ReleaseRequest, now_ms: int) -> _Decision:
        """Return the code that may leave, or raise the first reason why not, in the order of the rules."""
        seen = known.releases.get(request.request_id)
        if seen is not None and seen.fingerprint != request.fingerprint():
            raise RequestReusedError(
                gettext("this request was already made for another radio"),
                hint=gettext("a new question takes a new request"),
            )
        entry = known.entries.get(request.request_id)
        blacklist.check(known, request.serial, request.vin)
        if seen is None and entry is None:
            known.limiter.check(request.asker.buckets(), now_ms)
        code, source, family = self._code_of(known, request, again=seen is not None or entry is not None)
        model = "" if request.model is None else request.model.id
        unit = known.unit_of(request.serial)
        if source is Source.LEDGER and unit is not None:
            model = unit.model
        decision = _Decision(request, code, source, family, model, seen, entry)
        if not decision.repeated:
            known.limiter.take(request.asker.releases(), now_ms)
        return decision

    def _code_of(
        self, known: _Snapshot, request: ReleaseRequest, *, again: bool
    ) -> tuple[Code, Source, Family | None]:
        """Find the code that the evidence allows; it leaves after the commit.

        `again` is a request that was answered before: a rule that became stricter since takes nothing back.
        """
        if request.answer is not None:
            if request.model is not None and request.model.shape is not None:
                request.model.shape.check(request.answer)
            return request.answer, Source.DEALER, None
        unit = known.unit_of(request.serial)
        if unit is not None and not again and self._needs_desk(known, request):
            raise desk_needed()
        code = self._ledger.code_of(unit, request.model, request.vin, checked=bool(request.account))
        if code is not None:
            return code, Source.LEDGER, None
        try:
            family = family_for(request.serial, request.model, request.make)
        except NoDerivationError:
            if self._ledger.hosted and request.serial.serial.identity is Identity.UNIT:
                # As for a number that is there: what a base lacks is nobody's business.
                raise desk_needed() if self._needs_desk(known, request) else not_released() from None
            raise
        return derive(family.id, request.serial.serial), Source.DERIVATION, family

    def _needs_desk(self, known: _Snapshot, request: ReleaseRequest) -> bool:
        """Whether nobody that the base knows asks for a code that it gives to nobody else."""
        return self._ledger.hosted and not request.account and known.ledger_release is LedgerRelease.DESK

    # --- record

    def _record(
        self,
        transaction: Transaction,
        known: _Snapshot,
        outcomes: Sequence[_Decision | RadiokeyError],
        now_ms: int,
    ) -> dict[str, Receipt]:
        """Log what is released for the first time and write what was taken; return receipts by request id."""
        fresh = [found for found in outcomes if isinstance(found, _Decision) and not found.repeated]
        receipts = self._log(transaction, fresh, now_ms) if fresh else {}
        if not fresh and any(isinstance(found, _Decision) for found in outcomes):
            transaction.confirm_seen()  # its commit may have failed after it was written
        known.limiter.write()
        return receipts

    def _log(self, transaction: Transaction, fresh: Sequence[_Decision], now_ms: int) -> dict[str, Receipt]:
        """Log releases under one signature, each with its row."""
        nonces = [self._nonce_of(found.request) for found in fresh]
        salts = [self._randomness.bytes(SALT_SIZE) if found.request.people else b"" for found in fresh]
        leaves = [
            _leaf(found, now_ms, nonce, salt).encode()
            for found, nonce, salt in zip(fresh, nonces, salts, strict=True)
        ]
        appended = append_many(transaction, leaves, self._signer, self._head)
        receipts, answered = {}, []
        for place, found in enumerate(fresh):
            serial = found.request.serial.serial
            receipt = Receipt(
                v=RECEIPT_VERSION,
                serial=serial.text,
                kind=serial.kind,
                nonce=nonces[place].hex(),
                leaf=leaves[place].decode(),
                index=appended.first + place,
                size=appended.size,
                proof=tuple(base64.b64encode(step).decode() for step in appended.proofs[place]),
                checkpoint=appended.note,
                key=str(self._signer.verifier),
            )
            answered.append(_stored(found, receipt, now_ms, salts[place]))
            receipts[found.request.request_id] = receipt
        transaction.add_releases(answered)
        return receipts

    # --- answer

    def _answer(
        self,
        known: _Snapshot,
        outcome: _Decision | RadiokeyError,
        receipts: Mapping[str, Receipt],
        now_ms: int,
    ) -> Released | Exception:
        """Return the answer to one request: its refusal, or its code with the receipt."""
        if not isinstance(outcome, _Decision):
            return outcome
        request = outcome.request
        if outcome.seen is not None:
            receipt = self._receipt_of(outcome.seen, request)
        elif outcome.entry is not None:
            receipt = self._receipt_again(known.transaction, outcome.entry, request)
        else:
            receipt = receipts[request.request_id]
        return Released(
            outcome.code,
            outcome.source,
            outcome.family,
            receipt,
            repeated=outcome.repeated,
            model=outcome.model,
            make=request.make,
            left=known.limiter.left(request.asker, now_ms),
        )

    def _nonce_of(self, request: ReleaseRequest) -> bytes:
        return release_nonce(self._signer.keyed, request.request_id, request.fingerprint())

    def _receipt_again(
        self, transaction: Transaction, entry: StoredEntry, request: ReleaseRequest
    ) -> Receipt:
        """Return the receipt of a request whose entry the log has, and whose row was lost."""
        nonce = self._nonce_of(request)
        receipt = receipt_of(entry, request.serial.serial, nonce, transaction, self._signer.verifier)
        try:
            verify(receipt, self._signer.verifier)
        except ReceiptError as error:
            raise LogError(
                gettext("the entry of this request was changed"), hint=gettext("restore it from a backup")
            ) from error
        return receipt

    def _receipt_of(self, seen: StoredRelease, request: ReleaseRequest) -> Receipt:
        """Return the receipt of an answered request; one that was changed is never shown."""
        try:
            receipt = parse_receipt(seen.receipt)
            verified = verify(receipt, self._signer.verifier)
        except ReceiptError as error:
            raise LogError(gettext(_CHANGED), hint=gettext("restore it from a backup")) from error
        if verified.serial != request.serial.serial or receipt.index != seen.index:
            raise LogError(gettext(_CHANGED), hint=gettext("restore it from a backup"))
        return receipt


def _entries(found: Sequence[StoredEntry], lost: Mapping[str, str]) -> dict[str, StoredEntry]:
    """Return entries by the id of the request that they answered; `lost` has the ids by the hidden number."""
    entries = {}
    for entry in found:
        try:
            number = parse_leaf(entry.leaf).number
        except ReceiptError as error:
            raise LogError(
                gettext("an entry of the log was changed"), hint=gettext("restore the database from a backup")
            ) from error
        if number in lost:
            entries[lost[number]] = entry
    return entries


def _check_ownership(request: ReleaseRequest) -> None:
    if not request.owns:
        raise OwnershipNotStatedError(
            gettext("a code is only given to the owner of the radio"),
            hint=gettext("say that it is yours: --i-own-this-radio, or the box on the form"),
        )


def _ignore(_: int) -> None:
    """Nobody wants to know."""


def _leaf(found: _Decision, now_ms: int, nonce: bytes, salt: bytes) -> Leaf:
    """Return the entry of a release; `salt` hides the people of a desk."""
    request, family = found.request, found.family
    leaf = Leaf(
        v=LEAF_VERSION,
        at_ms=now_ms,
        source=found.source.value,
        family=family.id if family else "",
        tier=family.tier.value if family else "",
        model=found.model,
        number=hidden_number(nonce, request.serial.serial),
    )
    if request.people is not None:
        return of_desk(leaf, request.people, salt)
    if found.source is Source.LEDGER:
        return of_ledger(leaf, Way.TOKEN if request.account else Way.DIRECT)
    return leaf


def _stored(found: _Decision, receipt: Receipt, now_ms: int, salt: bytes) -> StoredRelease:
    """Return the row of a release: what it rests on stands beside it."""
    request = found.request
    evidence = Evidence(request.owns, found.source.value, request.account, salt.hex(), bound=True)
    return StoredRelease(
        request_id=request.request_id,
        fingerprint=request.fingerprint(),
        client=request.client,
        at_ms=now_ms,
        index=receipt.index,
        receipt=receipt.encode(),
        kind=request.serial.serial.kind,
        number=request.serial.serial.key,
        vin=request.vin.text if request.vin else "",
        account=request.account,
        evidence=msgspec.json.encode(evidence).decode(),
    )
