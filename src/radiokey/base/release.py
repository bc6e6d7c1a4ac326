"""The one door a code leaves by.

Order: the statement of ownership; whether this request was answered before (the same id for another radio is
refused); the stolen list; the family the number may be derived by; the limit; the domain of the derivation;
the log. Only when the log entry is durable does the code leave. Everything the door reads and writes is one
serialised transaction, so a stolen mark that was committed first always wins - over a repeat too - and a
crash leaves either no trace or the whole release. When the list, the limiter or the log cannot answer, the
answer is no.

The code itself is never stored: a repeat of a request (a reload, a lost answer) derives it again and returns
the receipt of the first time.
"""

import base64
import hashlib
import re
from dataclasses import dataclass
from typing import Final

import msgspec

from radiokey.base import blacklist, limits
from radiokey.base.log.append import append
from radiokey.base.log.leaf import LEAF_VERSION, NONCE_SIZE, Leaf, hidden_number
from radiokey.base.log.note import NoteSigner
from radiokey.base.log.receipt import Receipt, parse_receipt, verify
from radiokey.base.ports import Randomness, Store, StoredRelease, Transaction
from radiokey.catalogue.model import Model
from radiokey.clock import Clock
from radiokey.code.families import derive
from radiokey.code.family import Family, families_of
from radiokey.code.value import Code
from radiokey.errors import (
    LogError,
    ModelNeededError,
    NoDerivationError,
    OwnershipNotStatedError,
    ReceiptError,
    UsageError,
)
from radiokey.serial.makes import spoken
from radiokey.serial.number import Reading
from radiokey.serial.vin import Vin

CLIENT_LENGTH_MAX: Final = 200
_CHANGED: Final = "the receipt of this request was changed in the database"
_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True)
class ReleaseRequest:
    """One person's request for one code.

    `request_id` is minted by whoever shows the form: the same id is the same request, however often it comes.
    `client` names who asks, for the limit (never a person's name). `serial` is the number as it was read,
    with the label around it. `make` is the car's, where it was said: it only ever narrows what is released.
    `owns` is the statement of ownership.
    """

    request_id: str
    client: str
    serial: Reading
    model: Model | None
    vin: Vin | None
    owns: bool = False
    make: str = ""

    def __post_init__(self) -> None:
        if not _ID.fullmatch(self.request_id):
            raise UsageError(
                "a request id has 1 to 64 letters, digits, dashes and underscores", hint="open the form again"
            )
        if not 0 < len(self.client) <= CLIENT_LENGTH_MAX:
            raise UsageError("whoever asks has a name of 1 to 200 characters", hint="open the form again")

    def fingerprint(self) -> bytes:
        """Return what tells this request from another one of the same id."""
        serial = self.serial.serial
        parts = (
            self.client,
            serial.kind,
            serial.text,
            self.model.id if self.model else "",
            self.vin.text if self.vin else "",
        )
        return hashlib.sha256(msgspec.json.encode(parts)).digest()


@dataclass(frozen=True, slots=True)
class Released:
    """A code that may leave, the family it came from, and the receipt of its log entry."""

    code: Code
    family: Family
    receipt: Receipt
    repeated: bool


def family_for(reading: Reading, model: Model | None, make: str = "") -> Family:
    """Return the family that `reading` may be derived by; refuse rather than guess.

    Raises `NoDerivationError` where no public derivation holds for this number or this model, and
    `ModelNeededError` where other radios carry numbers of the same shape and nobody said which it is.
    """
    such = families_of(reading.serial.kind)
    if model is None:
        fitting = families_of(reading.serial.kind, make)
    else:
        fitting = tuple(family for family in such if family.id in model.families)
    if not fitting:
        others = ", only for others with such numbers" if such else ""
        raise NoDerivationError(
            f"no public derivation is known for this radio{others}",
            hint="its maker's dealer finds the code from the number and the papers",
            kind=reading.serial.kind,
        )
    family = fitting[0]
    if family.needs_model and model is None:
        raise ModelNeededError(
            f"numbers like this one stand on radios of {_listed(reading.ask_makes or family.makes)}, "
            "and only some of them follow a public derivation",
            hint="say which radio it is: --model ID, with an id from 'radiokey models'",
            family=family.id,
        )
    return family


def _listed(makes: tuple[str, ...]) -> str:
    names = [spoken(make) for make in makes]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


class Door:
    """The door: built from a store, a clock, randomness and the log's signer, all given."""

    __slots__ = ("_clock", "_randomness", "_signer", "_store")

    def __init__(self, store: Store, clock: Clock, randomness: Randomness, signer: NoteSigner) -> None:
        self._store = store
        self._clock = clock
        self._randomness = randomness
        self._signer = signer

    def release(self, request: ReleaseRequest) -> Released:
        """Return the code of `request` with its receipt, or raise the reason why not.

        Raises `OwnershipNotStatedError`, `ModelNeededError`, `UsageError`; `NoDerivationError`,
        `OutsideDomainError`; `StolenError`, `PapersNeededError`; `LimitReachedError`; `StoreError`,
        `LogError`. Only a release counts against the limit; refusals and repeats are free.
        """
        if not request.owns:
            raise OwnershipNotStatedError(
                "a code is only given to the owner of the radio",
                hint="say that it is yours: --i-own-this-radio, or the box on the form",
            )
        with self._store.transaction() as transaction:
            seen = transaction.release_of(request.request_id)
            if seen is not None and seen.fingerprint != request.fingerprint():
                raise UsageError("this request was already made for another radio", hint="open a new form")
            blacklist.check(transaction, request.serial, request.vin)
            family = family_for(request.serial, request.model, request.make)
            if seen is None:
                now_ms = self._clock.now_ms()
                limits.check(transaction, request.client, now_ms)
                code = derive(family.id, request.serial.serial)  # decides the domain; leaves after the commit
                receipt = self._record(transaction, request, family, now_ms)
            else:
                code = derive(family.id, request.serial.serial)
                receipt = self._receipt_of(seen, request)
        # Committed: the entry is durable, so the code may leave.
        return Released(code, family, receipt, repeated=seen is not None)

    def _record(
        self, transaction: Transaction, request: ReleaseRequest, family: Family, now_ms: int
    ) -> Receipt:
        """Log the release and return its receipt."""
        serial = request.serial.serial
        nonce = self._randomness.bytes(NONCE_SIZE)
        leaf = Leaf(
            v=LEAF_VERSION,
            at_ms=now_ms,
            source="derivation",
            family=family.id,
            tier=family.tier.value,
            model=request.model.id if request.model else "",
            number=hidden_number(nonce, serial),
        ).encode()
        index, checkpoint, proof = append(transaction, leaf, self._signer)
        receipt = Receipt(
            v=1,
            serial=serial.text,
            kind=serial.kind,
            nonce=nonce.hex(),
            leaf=leaf.decode(),
            index=index,
            size=index + 1,
            proof=tuple(base64.b64encode(step).decode() for step in proof),
            checkpoint=checkpoint,
            key=str(self._signer.verifier),
        )
        transaction.add_release(
            StoredRelease(
                request_id=request.request_id,
                fingerprint=request.fingerprint(),
                client=request.client,
                at_ms=now_ms,
                index=index,
                receipt=receipt.encode(),
            )
        )
        return receipt

    def _receipt_of(self, seen: StoredRelease, request: ReleaseRequest) -> Receipt:
        """Return the receipt of an answered request; one that was changed is never shown."""
        try:
            receipt = parse_receipt(seen.receipt)
            verified = verify(receipt, self._signer.verifier)
        except ReceiptError as error:
            raise LogError(_CHANGED, hint="restore it from a backup") from error
        if verified.serial != request.serial.serial or receipt.index != seen.index:
            raise LogError(_CHANGED, hint="restore it from a backup")
        return receipt
