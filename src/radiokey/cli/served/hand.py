"""The hand at the panel of a served unit: lines of text, from wherever they come."""

import sys
from typing import Final

from radiokey.cli import say
from radiokey.code.signed import Challenge
from radiokey.diagnostics.server import Plug
from radiokey.digits import read_digits
from radiokey.errors import RadiokeyError, UsageError
from radiokey.headunit.events import SupplyLost, SupplyRestored, SyncAnswered, TimeWent, UnitEvent
from radiokey.headunit.sync import answer_from_lines
from radiokey.language.speech import gettext
from radiokey.vehicle.hand import events_of
from radiokey.vehicle.power import LOST_BELOW_MV

FULL_MV: Final = 12_600
"""What a battery that is put on gives."""
_NUMBER_MAX: Final = 999_999_999
"""What a number of the hand is at most: the milliseconds of eleven days."""


def parse_act(line: str, challenge: Challenge | None = None) -> list[UnitEvent] | int:
    """Return what a line does to the unit; a number is the millivolts of its supply.

    The words are those of `radiokey.vehicle.hand`; the volts are this program's own, and so is the answer to
    `challenge`, what the unit asks its base. Raises `UsageError`, `InputError` for an answer that was not
    copied right.
    """
    match line.split():
        case ["answer", *copied] if copied:
            if challenge is None:
                raise UsageError(
                    gettext("the unit asks for no answer"), hint=gettext("it asks after its code was right")
                )
            return [SyncAnswered(answer_from_lines(challenge, " ".join(copied)))]
        case ["battery", "on" | "off" as how]:
            return FULL_MV if how == "on" else 0
        case ["supply", typed] if (mv := read_digits(typed, _NUMBER_MAX)) is not None:
            return mv
        case ["cut", typed]:
            events = events_of("cut", ms=read_digits(typed, _NUMBER_MAX))
        case [word, on, typed] if (ms := read_digits(typed, _NUMBER_MAX)) is not None:
            events = events_of(word, on, ms)
        case [word, on] if word != "time":
            events = events_of(word, on)
        case _:
            events = None
    if events is None:
        raise UsageError(
            gettext("this is nothing that can be done to the unit"),
            hint=gettext(
                "'key 4', 'hold 6 2500', 'ignition off', 'supply 12400', 'cut 60000' or 'answer LINES'"
            ),
        )
    return events


class Hand:
    """The hand at the panel, from wherever it is moved: lines of standard input, the panel's page."""

    def __init__(self, plug: Plug) -> None:
        self._plug = plug
        self._dark_since_ms = 0

    def do(self, line: str) -> None:
        """Do what a line says; raise `RadiokeyError` where it says nothing that can be done."""
        act = parse_act(line, self._plug.ecu.unit.challenge)
        with self._plug.lock:
            if isinstance(act, int):
                self._feed(act)
            else:
                for event in act:
                    self._plug.ecu.handle(event)

    def _feed(self, mv: int) -> None:
        """Give the unit `mv`; below what keeps its memory it stops, and notes since when."""
        ecu, now_ms = self._plug.ecu, self._plug.now_ms()
        had = ecu.has_supply()
        if mv < LOST_BELOW_MV:
            ecu.handle(SupplyLost())
            self._dark_since_ms = now_ms if had else self._dark_since_ms
            return
        if not had:
            ecu.handle(TimeWent(now_ms - self._dark_since_ms))
            ecu.handle(SupplyRestored())
        ecu.feed(mv)


def read_hand(hand: Hand, code_typed: bool) -> None:  # noqa: FBT001 - a thread's argument
    """Do what each line of standard input says; a code that comes first, as for a new unit, is no act."""
    for line in sys.stdin:
        if line.strip():
            try:
                hand.do(line)
            except RadiokeyError as error:
                if not code_typed:
                    say.error(error.sentence, error.hint)
        code_typed = False
