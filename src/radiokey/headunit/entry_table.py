"""The entry under the fingers as a table: what each key does where, as `panel.press` answers key by key.

What a key does depends on where the entry stands (its cursor: how many opening presses were given, and at
which place), on how long the key is held, and on what the places show that the key changes. So a rule names
these places and maps what they show to what they show then. That it depends on nothing else is proven by
tests, which key on table and unit alike.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Final

from radiokey.code.value import Code, CodeShape
from radiokey.headunit.first_press import BLANK
from radiokey.headunit.panel import Automatic, ConfirmBy, Keying, Panel, begin, is_whole, press

Cursor = tuple[int, int]
Span = tuple[int, int]
HeldKey = tuple[str, int]
NOWHERE: Final[Span] = (0, 0)


@dataclass(frozen=True, slots=True)
class Rule:
    """What one press does at one cursor.

    `span` are the places it changes, first and behind the last; `values` maps what they show to what they
    show then, and what is not in it is left alone by a press that does nothing. `to` is the cursor after it.
    `begins`: something of the entry is there now. `confirms`: the entry is confirmed if it is whole.
    """

    span: Span
    values: tuple[tuple[str, str], ...]
    to: int
    begins: bool
    confirms: bool


@dataclass(frozen=True, slots=True)
class EntryTable:
    """The entry of one panel and one code.

    `begin` and `code` are what the places show at the beginning and where the entry is right. `whole` has a
    text of `x` and `-` for each way in which the places may be open and the entry still be whole. `keys` has
    for each key, from how many milliseconds on it is held: per cursor the number of a rule, -1 where the
    press does nothing.
    """

    begin: str
    code: str
    whole: tuple[str, ...]
    rules: tuple[Rule, ...]
    keys: Mapping[str, tuple[tuple[int, tuple[int, ...]], ...]]


def entry_table(panel: Panel, shape: CodeShape, code: Code) -> EntryTable:
    """Return what each key of a settled panel does to the entry."""
    return _Presser(panel, shape, code).table()


class _Presser:
    """Presses every key everywhere."""

    def __init__(self, panel: Panel, shape: CodeShape, code: Code) -> None:
        self._panel, self._shape = panel, shape
        self._code = code.reveal().rjust(shape.length, BLANK)
        self._cursors: dict[Cursor, int] = {}
        self._samples: list[Keying] = []

    def table(self) -> EntryTable:
        """Go from cursor to cursor, and press every key at each."""
        start = begin(self._panel, self._shape)
        self._number(start)
        presses = [(key.id, held_ms) for key in self._panel.keys for held_ms in self._holds(key.id)]
        numbers: dict[Rule, int] = {}
        rows: dict[HeldKey, list[int]] = {one: [] for one in presses}
        for sample in self._samples:  # which grows meanwhile
            ways = {one: self._way(sample, one) for one in presses}
            shown: dict[Span, dict[str, None]] = {}
            for span, way in ways.values():
                if span != NOWHERE:
                    shown.setdefault(span, {}).update(dict.fromkeys(_at(span, one.shown) for one in way))
            for one in presses:
                rule = self._rule(sample, one, ways[one][0], shown)
                rows[one].append(-1 if rule is None else numbers.setdefault(rule, len(numbers)))
        keys: dict[str, list[tuple[int, tuple[int, ...]]]] = {}
        for (key, held_ms), row in rows.items():
            keys.setdefault(key, []).append((held_ms, tuple(row)))
        return EntryTable(
            start.text, self._code, self._whole(), tuple(numbers), {k: tuple(v) for k, v in keys.items()}
        )

    def _number(self, keying: Keying) -> int:
        """Return the number of the cursor of an entry."""
        cursor = (keying.opened, keying.at)
        if cursor not in self._cursors:
            self._cursors[cursor] = len(self._cursors)
            self._samples.append(keying)
        return self._cursors[cursor]

    def _holds(self, key: str) -> list[int]:
        """Return from how many milliseconds on a press of this key can be another one."""
        opening = {one.hold_ms for one in self._panel.opening if one.key == key}
        confirm = self._panel.confirm
        confirming = {confirm.hold_ms} if isinstance(confirm, ConfirmBy) and confirm.key == key else set()
        return sorted({0} | opening | confirming)

    def _press(self, keying: Keying, one: HeldKey) -> tuple[Keying, bool] | None:
        """Return the entry after a press and whether it is confirmed; `None` where the press did nothing."""
        after = press(self._panel, self._shape, keying, *one)
        if isinstance(after, Code):
            return replace(
                keying, shown=tuple(after.reveal().rjust(self._shape.length, BLANK)), begun=True
            ), True
        return None if after is keying else (after, False)

    def _way(self, sample: Keying, one: HeldKey) -> tuple[Span, list[Keying]]:
        """Press a key until it has been round; return the places that it changes, and what was on its way."""
        way, changed = [sample], set[int]()
        while (pressed := self._press(way[-1], one)) is not None:
            after, confirmed = pressed
            changed.update(at for at, was in enumerate(way[-1].shown) if was != after.shown[at])
            if confirmed or (after.opened, after.at) != (sample.opened, sample.at):
                break
            if after.shown in {before.shown for before in way}:
                break
            way.append(after)
        return (min(changed), max(changed) + 1) if changed else NOWHERE, way

    def _rule(
        self, sample: Keying, one: HeldKey, span: Span, shown: Mapping[Span, Mapping[str, None]]
    ) -> Rule | None:
        """Return what a press does at the cursor of `sample`, where places show what they can show there."""
        whole = replace(sample, shown=tuple(self._code), begun=True)
        confirmed = None if isinstance(self._panel.confirm, Automatic) else self._press(whole, one)
        if confirmed is not None and confirmed[1]:
            return Rule(NOWHERE, (), self._number(sample), begins=False, confirms=True)
        if span == NOWHERE and len(shown) == 1:  # what it does may still depend on what is shown
            span = next(iter(shown))
        found: dict[str, tuple[str, int, bool, bool]] = {}
        for value in shown.get(span, {"": None}):
            before = replace(sample, shown=(*sample.shown[: span[0]], *value, *sample.shown[span[1] :]))
            pressed = self._press(before, one)
            if pressed is not None:
                after, confirms = pressed
                found[value] = (_at(span, after.shown), self._number(after), after.begun, confirms)
        if not found:
            return None
        ((to, begins, confirms),) = {after[1:] for after in found.values()}
        return Rule(
            span, tuple((was, after[0]) for was, after in found.items()), to, begins=begins, confirms=confirms
        )

    def _whole(self) -> tuple[str, ...]:
        """Return which places may be open in an entry that is whole."""
        filled = [alphabet[0] for alphabet in self._shape.places]
        found = []
        for opens in product((False, True), repeat=self._shape.length):
            entry = Keying(tuple(BLANK if open_ else one for open_, one in zip(opens, filled, strict=True)))
            if is_whole(self._shape, entry):
                found.append("".join("-" if open_ else "x" for open_ in opens))
        return tuple(found)


def _at(span: Span, shown: tuple[str, ...]) -> str:
    return "".join(shown[span[0] : span[1]])
