"""The panel: keys into an entered code, and back: a code into the presses that key it.

Four ways of entering are known, and each is a small class with the same two verbs, so that the way there and
the way back are proven against each other for every code of every model.

- `Direct`: one key per character (number keys, touch keys).
- `Cycle`: one key per place; each press shows the next character of that place.
- `Knob`: one control changes the character of the current place, another goes on to the next place.
- `Groups`: one key per group of places that count up together (Delco: HR and MN).

What an entry opens with, and where its first press lands, is not known of every radio: `FirstUnknown` and a
`start` of `None` are values like any other. From such a panel come `PressUntil` lines and no count;
`Panel.settled` gives a panel that can be pressed, under one of the possibilities.

Confirming is automatic with the last character, or a key, or a key held long enough: a quick press on a
long-press key is no press (claim 60).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from itertools import product
from typing import assert_never

from radiokey.code.value import AnyPress, Code, CodeShape, Press, PressUntil
from radiokey.errors import CatalogueError, MissingFactError
from radiokey.headunit.first_press import (
    BLANK,
    CountsOn,
    FirstPress,
    FirstUnknown,
    Opening,
    ShowsFirst,
    landing,
    next_character,
)
from radiokey.language.speech import gettext


class Control(StrEnum):
    """What kind of thing a finger meets."""

    BUTTON = "button"
    KNOB = "knob"
    TOUCH = "touch"
    ROCKER = "rocker"


@dataclass(frozen=True, slots=True)
class Key:
    """A key of a panel: its id (what a `Press` names), what is printed on it, what it is, where it sits.

    `at` is (column, row) on a grid that a drawing may use; the drawing is a schematic, not a likeness.
    """

    id: str
    label: str
    control: Control = Control.BUTTON
    at: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class Direct:
    """One key per character: `keys` maps a character to the id of its key."""

    keys: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Cycle:
    """One key per place; `keys` are their ids, in the order of the places.

    `start` is what the display shows when the entry opens, one character per place (`"0000"`, `"1000"`,
    `"----"`). From a character of the place's alphabet a press shows the next one, the last is followed by
    the first; what the first press makes of a dash, `first` says.
    """

    keys: tuple[str, ...]
    start: str
    first: FirstPress

    @property
    def openings(self) -> tuple[Opening, ...]:
        """The ways in which it may open: one where the first press is known."""
        match self.first:
            case FirstUnknown(openings=openings):
                return openings
            case ShowsFirst() | CountsOn():
                return (Opening(self.start, self.first),)
            case unknown:
                assert_never(unknown)


@dataclass(frozen=True, slots=True)
class Knob:
    """`up` and `down` change the character of the current place, `next` goes on.

    It opens at `start`, `None` where that is not known.
    """

    up: str
    down: str
    next: str
    start: str | None


@dataclass(frozen=True, slots=True)
class Groups:
    """`groups` pairs a key's id with how many places (from the left) it counts up together from `start`.

    `start` is `None` where it is not known.
    """

    groups: tuple[tuple[str, int], ...]
    start: str | None


Entry = Direct | Cycle | Knob | Groups


@dataclass(frozen=True, slots=True)
class Automatic:
    """The last character confirms the entry."""


@dataclass(frozen=True, slots=True)
class ConfirmBy:
    """`key` confirms; held at least `hold_ms` where that is not 0."""

    key: str
    hold_ms: int = 0


Confirm = Automatic | ConfirmBy


@dataclass(frozen=True, slots=True)
class Panel:
    """A panel's keys, how a code is entered on them, how the entry is opened and confirmed.

    `opening` are presses that open the entry before the first character (Audi: two keys held together are
    one key here, `"AM/FM + SCAN"`); empty where the prompt is open already.
    """

    keys: tuple[Key, ...]
    entry: Entry
    confirm: Confirm
    opening: tuple["OpeningPress", ...] = ()

    def __post_init__(self) -> None:
        if isinstance(self.confirm, Automatic) and not isinstance(self.entry, Direct):
            raise CatalogueError("only an entry with one key per character can confirm itself")

    @property
    def counted(self) -> bool:
        """Say whether the presses of a code can be counted beforehand."""
        match self.entry:
            case Direct():
                return True
            case Cycle(first=first):
                return not isinstance(first, FirstUnknown)
            case Knob(start=start) | Groups(start=start):
                return start is not None
            case unknown:
                assert_never(unknown)

    @property
    def confirm_label(self) -> str:
        """What stands on the key that confirms, and whether it is held; empty where none does."""
        if isinstance(self.confirm, Automatic):
            return ""
        key = self.confirm.key
        label = next((one.label for one in self.keys if one.id == key), key)
        return f"{label}, held" if self.confirm.hold_ms else label

    def settled(self, opening: Opening | None = None) -> "Panel":
        """Return this panel as it is if it opens so; by default in the first of the possible ways.

        For a panel that is pressed: a practice radio, a simulation. What an owner is to press is never
        counted on it.
        """
        match self.entry:
            case Cycle():
                way = opening or self.entry.openings[0]
                return replace(self, entry=replace(self.entry, start=way.start, first=way.first))
            case Knob() | Groups():
                return replace(self, entry=replace(self.entry, start=self.entry.start or ""))
            case Direct():
                return self
            case unknown:
                assert_never(unknown)


@dataclass(frozen=True, slots=True)
class OpeningPress:
    """A press that opens the entry: `key`, held at least `hold_ms` where that is not 0."""

    key: str
    hold_ms: int = 0


# --- there: keys into an entered code -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Keying:
    """An entry under the owner's fingers.

    `shown` has one character per place; `at` is the place a direct entry or a knob is at; `opened` counts the
    opening presses already given; `begun` tells whether anything was keyed since the prompt opened.
    """

    shown: tuple[str, ...]
    at: int = 0
    opened: int = 0
    begun: bool = False

    @property
    def text(self) -> str:
        """What the display shows of it."""
        return "".join(self.shown)


def begin(panel: Panel, shape: CodeShape) -> Keying:
    """Return the entry as it opens."""
    match panel.entry:
        case Direct():
            return Keying((BLANK,) * shape.length)
        case Cycle(start=start) | Knob(start=start) | Groups(start=start):
            return Keying(tuple((start or "").rjust(shape.length, BLANK)[-shape.length :]))
        case unknown:
            assert_never(unknown)


def press(panel: Panel, shape: CodeShape, keying: Keying, key: str, held_ms: int = 0) -> Keying | Code:
    """Return the entry after one press of `key`, held `held_ms`; a `Code` once it is confirmed and whole.

    A key that means nothing here changes nothing; a quick press on a key that wants holding is no press;
    confirming what is not whole is no confirmation. Raises `MissingFactError` where nobody knows what this
    press shows (`FirstUnknown`).
    """
    if keying.opened < len(panel.opening):
        wanted = panel.opening[keying.opened]
        right = key == wanted.key and held_ms >= wanted.hold_ms
        return replace(keying, opened=keying.opened + 1) if right else keying
    confirm = panel.confirm
    if isinstance(confirm, ConfirmBy) and key == confirm.key and _at_the_end(panel, shape, keying):
        if held_ms < confirm.hold_ms:
            return keying
        return _whole(shape, keying) or keying
    keyed = _keyed(panel.entry, shape, keying, key)
    if isinstance(confirm, Automatic) and keyed is not keying and _at_the_end(panel, shape, keyed):
        return _whole(shape, keyed) or keyed
    return keyed


def _at_the_end(panel: Panel, shape: CodeShape, keying: Keying) -> bool:
    """Tell whether the entry stands where it can be confirmed: with a knob only after the last place."""
    match panel.entry:
        case Direct():
            return keying.at >= shape.length
        case Knob(next=following):
            confirms_too = isinstance(panel.confirm, ConfirmBy) and panel.confirm.key == following
            return keying.at >= shape.length - 1 or not confirms_too
        case Cycle() | Groups():
            return True
        case unknown:
            assert_never(unknown)


def _whole(shape: CodeShape, keying: Keying) -> Code | None:
    """Return the entered code, or `None` where a place is still open; leading open places may be left out."""
    missing = next((at for at, shown in enumerate(keying.shown) if shown != BLANK), shape.length)
    entered = keying.shown[missing:]
    if BLANK in entered or len(entered) < shape.shortest:
        return None
    return Code("".join(entered))


def is_whole(shape: CodeShape, keying: Keying) -> bool:
    """Tell whether an entry can be confirmed."""
    return _whole(shape, keying) is not None


def _keyed(entry: Entry, shape: CodeShape, keying: Keying, key: str) -> Keying:
    match entry:
        case Direct(keys=keys):
            character = next((character for character, name in keys if name == key), None)
            if character is None or keying.at >= shape.length:
                return keying
            keyed = _put(keying, keying.at, character)
            return replace(keyed, at=keying.at + 1)
        case Cycle(keys=keys, first=first):
            if key not in keys:
                return keying
            at = keys.index(key)
            return _put(keying, at, next_character(shape.places[at], keying.shown[at], first))
        case Knob():
            return _turned(entry, shape, keying, key)
        case Groups(groups=groups):
            return _counted_up(groups, shape, keying, key)
        case unknown:
            assert_never(unknown)


def _put(keying: Keying, at: int, character: str) -> Keying:
    return Keying(
        (*keying.shown[:at], character, *keying.shown[at + 1 :]), keying.at, keying.opened, begun=True
    )


def _turned(entry: Knob, shape: CodeShape, keying: Keying, key: str) -> Keying:
    alphabet, shown = shape.places[keying.at], keying.shown[keying.at]
    if key == entry.up:
        return _put(keying, keying.at, next_character(alphabet, shown, ShowsFirst(alphabet[0])))
    if key == entry.down:
        return _put(keying, keying.at, next_character(alphabet, shown, ShowsFirst(alphabet[-1]), by=-1))
    if key == entry.next and keying.at < shape.length - 1 and shown in alphabet:
        return replace(keying, at=keying.at + 1, begun=True)
    return keying


def _counted_up(groups: tuple[tuple[str, int], ...], shape: CodeShape, keying: Keying, key: str) -> Keying:
    start = 0
    for name, places in groups:
        if name == key:
            values = _values(shape, start, places)
            shown = "".join(keying.shown[start : start + places])
            after = values[(values.index(shown) + 1) % len(values)] if shown in values else values[0]
            whole = (*keying.shown[:start], *after, *keying.shown[start + places :])
            return replace(keying, shown=whole, begun=True)
        start += places
    return keying


@cache
def _values(shape: CodeShape, start: int, places: int) -> tuple[str, ...]:
    """Return what a group of places counts through; leading places that may be left out start as blanks."""
    optional = max(0, shape.length - shape.shortest - start)
    values: list[str] = []
    for left_out in range(min(optional, places - 1), -1, -1):
        alphabets = shape.places[start + left_out : start + places]
        values += [BLANK * left_out + "".join(characters) for characters in product(*alphabets)]
    return tuple(values)


# --- and back: a code into the presses that key it -------------------------------------------------------


def press_all(panel: Panel, shape: CodeShape, keying: Keying, line: AnyPress) -> Keying | Code:
    """Return the entry after all presses of `line`, on a settled panel."""
    entered: Keying | Code = keying
    match line:
        case Press(key=key, times=times, hold_ms=hold_ms):
            for _ in range(times):
                assert isinstance(entered, Keying), "nothing is left to key once the code is whole"
                entered = press(panel, shape, entered, key, hold_ms)
        case PressUntil(key=key, until=until, hold_ms=hold_ms):
            while isinstance(entered, Keying) and _place(panel.entry, entered, key) != until:
                entered = press(panel, shape, entered, key, hold_ms)
        case unknown:
            assert_never(unknown)
    return entered


def _place(entry: Entry, keying: Keying, key: str) -> str:
    """Return what the place or the places of `key` show."""
    match entry:
        case Cycle(keys=keys):
            return keying.shown[keys.index(key)]
        case Groups(groups=groups):
            start = sum(count for _, count in groups[: [name for name, _ in groups].index(key)])
            return "".join(keying.shown[start : start + dict(groups)[key]])
        case Knob() | Direct():
            return keying.shown[keying.at]
        case unknown:
            assert_never(unknown)


def counted_presses(panel: Panel, shape: CodeShape, code: Code) -> tuple[Press, ...]:
    """Return `presses_for` a panel whose presses can be counted; raise `MissingFactError` for another."""
    lines = presses_for(panel, shape, code)
    counted = tuple(line for line in lines if isinstance(line, Press))
    if len(counted) != len(lines):
        raise MissingFactError(
            gettext("the presses of this entry cannot be counted"),
            hint=gettext("press each key until its place shows the digit"),
            missing="entry_first",
        )
    return counted


def presses_for(panel: Panel, shape: CodeShape, code: Code) -> tuple[AnyPress, ...]:
    """Return the presses that open the entry, key `code` and confirm it, in order.

    Where they cannot be counted (`Panel.counted`) a line says what its place has to show instead. Raises
    `CodeShapeError` for a code this panel cannot key. Pressing them gives back the code, for every code of
    the shape: `press_all` and this function are proven against each other.
    """
    shape.check(code)
    target = tuple(code.reveal().rjust(shape.length, BLANK))
    opening = tuple(Press(press.key, 1, press.hold_ms) for press in panel.opening)
    keyed = tuple(_presses(panel.entry, shape, begin(panel, shape), target))
    match panel.confirm:
        case Automatic():
            return (*opening, *keyed)
        case ConfirmBy(key=key, hold_ms=hold_ms):
            return (*opening, *keyed, Press(key, 1, hold_ms))
        case unknown:
            assert_never(unknown)


def _presses(entry: Entry, shape: CodeShape, opened: Keying, target: tuple[str, ...]) -> Sequence[AnyPress]:
    match entry:
        case Direct(keys=keys):
            by_character = dict(keys)
            return [Press(by_character[character]) for character in target if character != BLANK]
        case Cycle():
            return _cycle_presses(entry, shape, opened, target)
        case Knob():
            return _turns(entry, shape, opened, target)
        case Groups():
            return _group_presses(entry, shape, opened, target)
        case unknown:
            assert_never(unknown)


def _cycle_presses(
    entry: Cycle, shape: CodeShape, opened: Keying, target: tuple[str, ...]
) -> Sequence[AnyPress]:
    keyed = [(at, key) for at, key in enumerate(entry.keys) if target[at] != BLANK]
    match entry.first:
        case FirstUnknown():
            return [PressUntil(key, target[at]) for at, key in keyed]
        case (ShowsFirst() | CountsOn()) as first:
            distances = (_distance(shape.places[at], opened.shown[at], target[at], first) for at, _ in keyed)
            return [Press(key, times) for (_, key), times in zip(keyed, distances, strict=True) if times]
        case unknown:
            assert_never(unknown)


def _distance(alphabet: str, shown: str, wanted: str, first: FirstPress) -> int:
    """Return how many presses lead from `shown` to `wanted`."""
    if shown not in alphabet:
        return 1 + (alphabet.index(wanted) - alphabet.index(landing(first))) % len(alphabet)
    return (alphabet.index(wanted) - alphabet.index(shown)) % len(alphabet)


def _turns(entry: Knob, shape: CodeShape, opened: Keying, target: tuple[str, ...]) -> list[AnyPress]:
    presses: list[AnyPress] = []
    for at, alphabet in enumerate(shape.places):
        if at:
            presses.append(Press(entry.next))
        up = _distance(alphabet, opened.shown[at], target[at], ShowsFirst(alphabet[0]))
        down = _distance(alphabet[::-1], opened.shown[at], target[at], ShowsFirst(alphabet[-1]))
        if entry.start is None:
            presses.append(PressUntil(entry.up, target[at]))
        elif up or down:
            presses.append(Press(entry.up, up) if up <= down else Press(entry.down, down))
    return presses


def _group_presses(
    entry: Groups, shape: CodeShape, opened: Keying, target: tuple[str, ...]
) -> list[AnyPress]:
    presses: list[AnyPress] = []
    start = 0
    for key, places in entry.groups:
        values = _values(shape, start, places)
        shown = "".join(opened.shown[start : start + places])
        wanted = "".join(target[start : start + places])
        to = values.index(wanted)
        times = (to - values.index(shown)) % len(values) if shown in values else 1 + to
        if entry.start is None:
            presses.append(PressUntil(key, wanted))
        elif times:
            presses.append(Press(key, times))
        start += places
    return presses
