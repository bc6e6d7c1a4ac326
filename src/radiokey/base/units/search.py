"""Looking a radio up at the desk: the number as it was typed, and every number one typing error away.

It leads to units, and to requests: a number that many radios share names no unit, but somebody can have asked
for one of them.

For signed-in staff; who that is, is the caller's matter. Each search is in the audit before it is made: where
that cannot be written there is no answer. What is found is a card; a code is never opened here.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from radiokey.base.identity.roles import Permission
from radiokey.base.ports.requests import RequestLine
from radiokey.base.ports.store import Store, StoredAct, UnitCard
from radiokey.clock import Clock
from radiokey.errors import SerialError
from radiokey.language.speech import gettext
from radiokey.serial.canonical import unit_numbers
from radiokey.serial.formats import Identity
from radiokey.serial.neighbours import Slip, neighbours, slip_between
from radiokey.serial.number import SerialNumber, parse
from radiokey.serial.spelling import spell

_SUBJECT_MAX: Final = 64


@dataclass(frozen=True, slots=True)
class Hit:
    """A unit that was found; `slip` is the error between it and what was typed, `None` for none."""

    card: UnitCard
    slip: Slip | None


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What a number leads to."""

    units: tuple[Hit, ...]
    requests: tuple[RequestLine, ...]


class Search:
    """The search, built from a store, a clock, and the store that is read where that is a standby's."""

    __slots__ = ("_clock", "_read", "_store")

    def __init__(self, store: Store, clock: Clock, read: Store | None = None) -> None:
        self._store = store
        self._read = read or store
        self._clock = clock

    def find(self, typed: str, by: str) -> tuple[Hit, ...]:
        """Return the units that `typed` can mean, that without an error first, then in the order of numbers.

        Case, spaces and dashes are no matter. Raises `SerialError` where no unit can have such a number, even
        with one error: then nothing is looked up. Raises `StoreError` where the audit cannot be written.
        """
        text = spell(typed).compact
        meant = _meant(text)
        if not meant:
            raise _no_number()
        self._record_search(text, by)
        return self._units(meant)

    def find_all(self, typed: str, by: str) -> SearchResult:
        """Return units and requests that `typed` can mean; raises what `find` raises.

        A number with the label around it, or one that many radios share, is looked for among the requests.
        """
        text = spell(typed).compact
        meant = _meant(text)
        asked = set(meant)
        with suppress(SerialError):
            serial = parse(typed).serial
            asked.add((serial.kind, serial.key))
        if not asked:
            raise _no_number()
        self._record_search(text[:_SUBJECT_MAX], by)
        kinds, numbers = {kind for kind, _ in asked}, {number for _, number in asked}
        with self._read.snapshot() as snapshot:
            lines = snapshot.requests_about(kinds, numbers)
        return SearchResult(self._units(meant), tuple(lines))

    def _record_search(self, text: str, by: str) -> None:
        """Write the search to the audit, durably: then it may be made."""
        with self._store.concurrent_transaction() as transaction:
            transaction.add_act(StoredAct(self._clock.now_ms(), by, Permission.UNIT_SEARCH, text, ""))

    def _units(self, meant: Mapping[tuple[str, str], Slip | None]) -> tuple[Hit, ...]:
        kinds, numbers = {kind for kind, _ in meant}, {number for _, number in meant}
        with self._read.snapshot() as snapshot:
            cards = snapshot.unit_cards(kinds, numbers) if meant else []
        hits = [
            Hit(card, meant[card.kind, card.number]) for card in cards if (card.kind, card.number) in meant
        ]
        return tuple(sorted(hits, key=lambda hit: hit.slip is not None))


def _no_number() -> SerialError:
    return SerialError(
        gettext("no unit has a number like this, even with one character wrong"),
        hint=gettext("type the serial number from the label of the radio, and nothing else"),
    )


def _meant(text: str) -> dict[tuple[str, str], Slip | None]:
    """Return what `text` can mean, by kind and the number's key, each with the error that leads there."""
    exact = [SerialNumber(text, kind, Identity.UNIT) for kind in unit_numbers().kinds_of(text)]
    meant: dict[tuple[str, str], Slip | None] = {(number.kind, number.key): None for number in exact}
    for near in neighbours(text):
        meant.setdefault((near.kind, near.key), slip_between(text, near.text))
    return meant
