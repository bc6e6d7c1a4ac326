"""The typed facts of a catalogue file: a code's shape, a panel, a schedule, words, places.

One function per kind of fact, each from a `Table` to the type that the rest of the program works with.
"""

import re
from collections.abc import Callable
from typing import Final

from radiokey.catalogue.model import HOLD_ASSUMED_MS, Place
from radiokey.catalogue.table import Table
from radiokey.code.value import CODE_LENGTH_MAX, CodeShape
from radiokey.errors import CatalogueError
from radiokey.headunit.display import Colour, DisplayKind, DisplayWord, Shows, Technology
from radiokey.headunit.first_press import CountsOn, FirstUnknown, Opening, ShowsFirst
from radiokey.headunit.panel import (
    Automatic,
    Confirm,
    ConfirmBy,
    Control,
    Cycle,
    Direct,
    Entry,
    Groups,
    Key,
    Knob,
    OpeningPress,
)
from radiokey.headunit.policy import (
    WAIT_MS_MAX,
    Blocked,
    ClockNeeds,
    Dead,
    LockPolicy,
    Penalty,
    PowerCutEffect,
    Rung,
    UntilKeyCycle,
    UntilPowerCut,
    Wait,
)

HOLD_MS_MAX: Final = 60_000
ERRORS_MAX: Final = 100
TRIES_MAX: Final = 20
PLACE_KINDS: Final = ("papers", "keys", "menu", "sticker")
COUNTERS: Final = ("{errors}", "{left}", "{wait}")
NOT_SHOWN: Final = "-"
NEXT: Final = "next"
"""In `entry_first`: a press counts on from the figure that stands there."""

FIRST_USUAL: Final = "01"
"""What the first press makes of a dash, on every radio of which it is known."""


def alphabet(table: Table, key: str, value: object) -> str:
    """Return the characters of an alphabet written with spans: `0-9`, `1-6`, `1-90`, `0-9A-F`."""
    if not isinstance(value, str) or not value:
        table.wrong(key, "an alphabet such as 0-9 or 1-6", value)
    spans = ((start or only, end or only) for start, end, only in re.findall(r"(\w)-(\w)|(.)", value))
    characters = "".join(chr(at) for start, end in spans for at in range(ord(start), ord(end) + 1))
    proper = characters.isascii() and characters.isalnum() and characters == characters.upper()
    if not proper or not characters or len(set(characters)) != len(characters):
        table.wrong(key, "an alphabet of different digits and capital letters", value)
    return characters


def code_length(table: Table, key: str) -> tuple[int, int]:
    """Return the length of a code as a range; one number stands for itself."""
    value = table.take(key)
    if isinstance(value, list):
        return table.span(key, 1, CODE_LENGTH_MAX)
    length = table.number(key, 1, CODE_LENGTH_MAX)
    return length, length


def code_shape(table: Table, length: tuple[int, int] | None, characters: str | None) -> CodeShape | None:
    """Return the shape where length and alphabet leave nothing open; `code_places` says it place by place."""
    still_open = table.flag("code_open", default=False)
    if table.has("code_places"):
        places = tuple(alphabet(table, "code_places", value) for value in table.items("code_places"))
        if length is None or characters is None or len(places) != length[1]:
            table.wrong(
                "code_places", "as many places as the longest code has, beside length and alphabet", places
            )
        if set("".join(places)) - set(characters):
            table.wrong("code_places", "characters of `code_alphabet` only", places)
        return CodeShape(places, length[0])
    if still_open or length is None or characters is None or length[0] != length[1]:
        return None
    return CodeShape.of(length[0], characters)


def keys(table: Table, key: str) -> tuple[Key, ...]:
    """Return the keys of a panel from its rows; a key is its label, or a table that says more."""
    found = []
    for row, values in enumerate(table.items(key)):
        if not isinstance(values, list) or not values:
            table.wrong(key, "rows of keys", values)
        for column, value in enumerate(values):
            found.append(_key(table, key, value, (column, row)))
    if not found or len({one.id for one in found}) != len(found):
        table.wrong(key, "at least one key, and no key twice", [one.id for one in found])
    return tuple(found)


def _key(table: Table, key: str, value: object, at: tuple[int, int]) -> Key:
    """Return one key."""
    if isinstance(value, str) and value:
        return Key(value, value, Control.BUTTON, at)
    inner = table.as_table(key, value)
    made = Key(
        inner.text("id", longest=20),
        inner.text("label", longest=30),
        inner.choice("control", Control) if inner.has("control") else Control.BUTTON,
        at,
    )
    inner.done()
    return made


def first_press(table: Table, key: str) -> ShowsFirst | CountsOn:
    """Return what the first press shows: `next` counts on from there, a character replaces a dash."""
    text = table.text(key, longest=len(NEXT))
    if text == NEXT:
        return CountsOn()
    if len(text) != 1:
        table.wrong(key, f"one character of the code, or {NEXT}", text)
    return ShowsFirst(text)


def _cycle(
    table: Table,
    keys: tuple[str, ...],
    shape: CodeShape,
    start: str | None,
    first: ShowsFirst | CountsOn | None,
) -> Cycle:
    """Return a cycling entry; what is not known of how it opens leaves every way open that is possible."""
    figures = start is not None and all(map(str.__contains__, shape.places, start))
    if isinstance(first, CountsOn) and not figures:
        table.wrong("entry_first", "a character: only an entry that opens with figures counts on", NEXT)
    if isinstance(first, ShowsFirst):
        if figures:
            table.wrong("entry_first", f"{NEXT}: this entry opens with figures", first.character)
        if any(first.character not in place for place in shape.places):
            table.wrong("entry_first", "a character that every place can show", first.character)
    dashes = NOT_SHOWN * shape.length
    opened = start or dashes
    if start is not None and first is not None:
        return Cycle(keys, opened, first)
    possible = [Opening(opened, CountsOn())] if figures else _from_dashes(opened, shape)
    if start is None:
        zeros = "".join(place[0] if "0" not in place else "0" for place in shape.places)
        possible.append(Opening(zeros, CountsOn()))
    if isinstance(first, ShowsFirst):
        possible = [one for one in possible if set(one.after_one_press(shape)) == {first.character}]
    return Cycle(keys, opened, FirstUnknown(tuple(possible)))


def _from_dashes(opened: str, shape: CodeShape) -> list[Opening]:
    """Return the ways a dash can begin: with 0 or with 1, or with what the alphabet has instead of them."""
    shared = [one for one in shape.places[0] if all(one in place for place in shape.places)]
    usual = [one for one in FIRST_USUAL if one in shared] or shared[:1]
    return [Opening(opened, ShowsFirst(one)) for one in usual]


def entry(
    table: Table,
    shape: CodeShape | None,
    panel: tuple[Key, ...] | None,
    start: str | None,
    first: ShowsFirst | CountsOn | None,
) -> Entry:
    """Return how a code is entered; what nobody knows of how it opens stays unknown in it."""
    inner = table.table("entry")
    style = inner.text("style")
    if shape is None or panel is None:
        table.fail(
            "entry",
            "is typed only where the code's shape and the keys are known",
            hint="say it in entry_text",
        )
    ids = {key.id for key in panel}
    if start is not None and len(start) != shape.length:
        table.wrong("entry_start", f"{shape.length} characters, one per place", start)
    made: Entry
    if style == "direct":
        special = inner.table("keys").values if inner.has("keys") else {}
        characters = sorted(set("".join(shape.places)))
        made = Direct(tuple((one, str(special.get(one, one))) for one in characters))
        used = [key for _, key in made.keys]
    elif style == "cycle":
        used = list(inner.texts("keys", fewest=1))
        if len(used) != shape.length:
            inner.wrong("keys", f"{shape.length} keys, one per place", used)
        made = _cycle(table, tuple(used), shape, start, first)
    elif style == "knob":
        used = [inner.text("up"), inner.text("down"), inner.text("next")]
        made = Knob(used[0], used[1], used[2], start)
    elif style == "groups":
        pairs = [(str(name), count) for name, count in inner.table("groups").values.items()]
        counts = [inner.checked_number("groups", count, 1, shape.length) for _, count in pairs]
        used = [name for name, _ in pairs]
        if sum(counts) != shape.length:
            inner.wrong("groups", f"groups of {shape.length} places in all", counts)
        made = Groups(tuple(zip(used, counts, strict=True)), start)
    else:
        inner.wrong("style", "direct, cycle, knob or groups", style)
    inner.each_known("keys", used, ids, "a key of this panel")
    inner.done()
    return made


def opening(table: Table, key: str, panel: tuple[Key, ...] | None) -> tuple[OpeningPress, ...]:
    """Return the presses that open the entry; no source says for how long one is held."""
    ids = {one.id for one in panel or ()}
    presses = []
    for inner in table.tables(key):
        name = inner.text("key")
        inner.each_known("key", [name], ids, "a key of this panel")
        presses.append(OpeningPress(name, HOLD_ASSUMED_MS if inner.flag("held") else 0))
        inner.done()
    return tuple(presses)


def confirm(table: Table, key: str, panel: tuple[Key, ...] | None, hold_ms: int | None) -> Confirm:
    """Return what confirms an entry; a hold of unknown length gets the longest that any source gives."""
    if table.take(key) == "automatic":
        if hold_ms is not None:
            table.fail("hold_ms", "an automatic confirmation is not held")
        return Automatic()
    inner = table.table(key)
    name = inner.text("key")
    held = inner.flag("held")
    inner.each_known("key", [name], {one.id for one in panel or ()}, "a key of this panel")
    inner.done()
    if hold_ms is not None and not held:
        table.fail("hold_ms", "the confirm key is not one that is held")
    return ConfirmBy(name, (hold_ms or HOLD_ASSUMED_MS) if held else 0)


_UNTIL: Final[dict[str, Callable[[], Penalty]]] = {
    "power-cut": UntilPowerCut,
    "key-cycle": UntilKeyCycle,
}


def schedule(table: Table, key: str, *, errors_max: int = ERRORS_MAX) -> tuple[Rung, ...]:
    """Return the rungs of a schedule; an empty list says that wrong codes bring nothing at all."""
    rungs = []
    for inner in table.tables(key):
        errors = inner.number("errors", 1, errors_max)
        every = inner.number("every", 1, errors_max) if inner.has("every") else 1
        rungs.append(Rung(errors, _penalty(inner), every))
        inner.done()
    try:
        LockPolicy(tuple(rungs), ClockNeeds.RADIO_ON, PowerCutEffect.NONE, 0)
    except CatalogueError as error:
        table.fail(key, error.sentence)
    return tuple(rungs)


def _penalty(inner: Table) -> Penalty:
    """Return what one rung brings: exactly one of wait_ms, until, blocked, dead."""
    said = [name for name in ("wait_ms", "until", "blocked", "dead") if inner.has(name)]
    if len(said) != 1:
        inner.wrong("wait_ms", "exactly one of wait_ms, until, blocked, dead", said)
    if said == ["wait_ms"]:
        return Wait(inner.span("wait_ms", 1, WAIT_MS_MAX), doubles=inner.flag("doubles", default=False))
    if said == ["until"]:
        until = inner.text("until")
        inner.each_known("until", [until], _UNTIL, "power-cut or key-cycle")
        return _UNTIL[until]()
    if said == ["blocked"]:
        return Blocked(inner.number("blocked", 1, TRIES_MAX))
    if not inner.flag("dead"):
        inner.wrong("dead", "true, or no such key", came=False)
    return Dead()


def words(table: Table, key: str) -> tuple[DisplayWord, ...]:
    """Return the words a display shows; `{errors}`, `{left}` and `{wait}` stand for numbers."""
    found = []
    for inner in table.tables(key):
        text = inner.text("text", longest=80)
        bare = text
        for counter in COUNTERS:
            bare = bare.replace(counter, "")
        if "{" in bare or "}" in bare:
            inner.wrong("text", "no counter but " + ", ".join(COUNTERS), text)
        shows, meaning = inner.choice("shows", Shows), inner.text("meaning", longest=200)
        blinks = inner.flag("blinks") if inner.has("blinks") else None
        found.append(DisplayWord(text, shows, meaning, blinks))
        inner.done()
    if not found or len({(word.text, word.shows) for word in found}) != len(found):
        table.wrong(key, "at least one word, and none twice with one meaning", [word.text for word in found])
    return tuple(found)


def places(table: Table, key: str) -> tuple[Place, ...]:
    """Return the places of the serial number, in the order to try."""
    found = []
    for inner in table.tables(key):
        kind = inner.text("kind")
        inner.each_known("kind", [kind], PLACE_KINDS, "one of " + ", ".join(PLACE_KINDS))
        found.append(Place(kind, inner.text("how", longest=300), inner.flag("removal", default=False)))
        inner.done()
    if not found:
        table.wrong(key, "at least one place", found)
    return tuple(found)


def display(table: Table, key: str) -> DisplayKind:
    """Return how a display looks, as far as that is known."""
    inner = table.table(key)
    kind = DisplayKind(
        inner.choice("technology", Technology) if inner.has("technology") else None,
        inner.choice("colour", Colour) if inner.has("colour") else None,
        inner.number("characters", 1, 80) if inner.has("characters") else None,
    )
    inner.done()
    if kind == DisplayKind():
        table.wrong(key, "a technology, a colour or a number of characters", inner.values)
    return kind
