"""Whether a radio's code was ever released: for a person with the receipt, or with number and car.

A number that is not there, one of another car, and a radio whose code was never released get the same answer
after the same look-ups. Questions are limited, so that nobody finds a car by trying.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from radiokey.base.limits import Limits, RateLimiter
from radiokey.base.log.note import VerifierKey
from radiokey.base.log.receipt import Receipt, parse_receipt, verify
from radiokey.base.log.releases import Evidence
from radiokey.base.ports.store import Store, StoredRelease
from radiokey.base.release.request import UNIT_PREFIXES
from radiokey.clock import Clock
from radiokey.errors import LogError, NotThereError, ReceiptError
from radiokey.language.speech import gettext
from radiokey.serial.number import Identity, SerialNumber
from radiokey.serial.vin import Vin


@dataclass(frozen=True, slots=True)
class Answer:
    """A release: when (ms since 1970), what the code was known from, its place in the log."""

    at_ms: int
    source: str
    index: int


class ReleaseHistory:
    """Answers from the releases of one base; `key` is its log's."""

    __slots__ = ("_clock", "_key", "_limits", "_store")

    def __init__(self, store: Store, clock: Clock, key: VerifierKey, limits: Limits | None = None) -> None:
        self._store = store
        self._clock = clock
        self._key = key
        self._limits = limits or Limits()

    def of_car(self, serial: SerialNumber, vin: Vin, client: str) -> tuple[Answer, ...]:
        """Return the releases of this number to this car; all of it where the ledger pairs the two.

        Raises `LimitReachedError`, `StoreError`.
        """
        self._count(client)
        with self._store.snapshot() as seen:
            releases = seen.releases_of(serial.kind, serial.key)
            paired = any(card.vin == vin.text for card in seen.unit_cards([serial.kind], [serial.key]))
        return _answers(one for one in releases if paired or one.vin == vin.text)

    def of_receipt(self, receipt: Receipt, client: str) -> tuple[Answer, ...]:
        """Return the release that a receipt is about, and all of a number that names one unit.

        Raises `ReceiptError` where the receipt is not from this log, `LimitReachedError`, `StoreError`.
        """
        serial = verify(receipt, self._key).serial
        self._count(client)
        with self._store.snapshot() as seen:
            releases = seen.releases_of(serial.kind, serial.key)
        unit = serial.identity is Identity.UNIT
        return _answers(one for one in releases if unit or one.index == receipt.index)

    def receipt(self, request_id: str, client: str) -> Receipt:
        """Return the receipt of the client's request; raise `NotThereError`, `LogError`, `StoreError`."""
        with self._store.snapshot() as seen:
            stored = seen.release_of(request_id)
        if stored is None or stored.client != client:
            raise NotThereError(
                gettext("no request of yours with this key was answered"),
                hint=gettext("ask for the code with this key"),
            )
        try:
            receipt = parse_receipt(stored.receipt)
            verify(receipt, self._key)
        except ReceiptError as error:
            raise LogError(
                gettext("the receipt of this request was changed in the database"),
                hint=gettext("restore it from a backup"),
            ) from error
        return receipt

    def _count(self, client: str) -> None:
        """Count one question against the limit of `client`."""
        buckets = [("asked", f"asked:{client}")]
        with self._store.transaction() as transaction:
            RateLimiter(transaction, self._limits, buckets).use(buckets, self._clock.now_ms())


def _answers(releases: Iterable[StoredRelease]) -> tuple[Answer, ...]:
    """Return those of a code: what was signed for a unit is none."""
    return tuple(
        Answer(one.at_ms, _source(one), one.index)
        for one in releases
        if not one.request_id.startswith(UNIT_PREFIXES)
    )


def _source(release: StoredRelease) -> str:
    """Return what the code was known from; before there was evidence it was always a derivation."""
    if not release.evidence:
        return "derivation"
    return msgspec.json.decode(release.evidence, type=Evidence).source
