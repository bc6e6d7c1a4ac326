"""The faces: what an owner sees of a radio before anything is pressed, part by part, each with its evidence.

`faces/<model>.toml` describes one; which keys a radio has and how they are pressed stays in `models`. A part
that no source names is not drawn, and where a part sits is not known unless a `side` says it: the drawing is
a schematic. `faces.json` is drawn from these files (`python -m radiokey.catalogue.face` prints it) and a test
fails when it is stale, so that nobody waits for TOML.
"""

import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, TypeVar

import msgspec

from radiokey.catalogue.evidence import Row
from radiokey.catalogue.fact import Confidence, Fact
from radiokey.catalogue.table import Table, parsed

FOLDER: Final = "faces"
FILE: Final = "faces.json"
PARTS: Final = ("keys_on", "display_in", "slot", "knobs")
KNOBS_MAX: Final = 2
T = TypeVar("T")


class KeysOn(StrEnum):
    """Where the keys are that a code is entered with."""

    PANEL = "panel"
    SCREEN = "screen"


class DisplayPlace(StrEnum):
    """Whose display shows what the radio says."""

    RADIO = "radio"
    CAR = "car"


class Slot(StrEnum):
    """What is put into its front."""

    CD = "cd"
    TAPE = "tape"


class Side(StrEnum):
    """Where a knob sits, seen from the front."""

    LEFT = "left"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Dial:
    """A knob that is turned: what for, and on which side; `side` is `None` where no source says it."""

    does: str
    side: Side | None = None


@dataclass(frozen=True, slots=True)
class Face:
    """The face of the family `model`, as far as it is known."""

    model: str
    keys_on: Fact[KeysOn]
    display_in: Fact[DisplayPlace]
    slot: Fact[Slot]
    knobs: Fact[tuple[Dial, ...]]

    @property
    def parts(self) -> tuple[Fact[Any], ...]:
        """All parts, known or not."""
        return (self.keys_on, self.display_in, self.slot, self.knobs)

    @property
    def knob_sides(self) -> tuple[Side, ...]:
        """The sides to draw a knob at: where each sits, and any side that is left where nobody says it."""
        named = {dial.side for dial in self.knobs.value or () if dial.side}
        free = iter([side for side in Side if side not in named])
        sides = [dial.side or next(free) for dial in self.knobs.value or ()]
        return tuple(sorted(sides, key=list(Side).index))

    @property
    def on_screen(self) -> bool:
        """Whether the keys are drawn on the screen."""
        return self.keys_on.value is KeysOn.SCREEN


_NOT_KNOWN: Final[Fact[Any]] = Fact(None, Confidence.UNKNOWN)


def plain_face(model_id: str) -> Face:
    """Return the face of a radio that nobody described."""
    return Face(model_id, *(_NOT_KNOWN for _ in PARTS))


def face_of(model_id: str) -> Face:
    """Return the face of a model; a plain one where none is described."""
    return faces().get(model_id) or plain_face(model_id)


class _Stored(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A part as it is stored: its value, how sure it is, where it stands."""

    value: msgspec.Raw
    confidence: Confidence
    sources: tuple[str, ...]


_TYPES: Final[Mapping[str, Any]] = {
    "keys_on": KeysOn,
    "display_in": DisplayPlace,
    "slot": Slot,
    "knobs": tuple[Dial, ...],
}


@cache
def faces() -> Mapping[str, Face]:
    """Return the faces that are described, by the id of their model."""
    content = Path(__file__).with_name(FILE).read_bytes()
    stored = msgspec.json.decode(content, type=dict[str, dict[str, _Stored]])
    return MappingProxyType({model: Face(model, *_facts(parts)) for model, parts in stored.items()})


def _facts(parts: Mapping[str, _Stored]) -> Iterable[Fact[Any]]:
    for name in PARTS:
        part = parts.get(name)
        if part is None:
            yield _NOT_KNOWN
        else:
            value = msgspec.json.decode(part.value, type=_TYPES[name])
            yield Fact(value, part.confidence, part.sources)


def load_faces(models: Iterable[str], sources: Iterable[str]) -> Mapping[str, Face]:
    """Read every file of `faces`; raise `CatalogueError` for one that says something wrong.

    `models` and `sources` are the ids that there are.
    """
    known, cited = frozenset(models), frozenset(sources)
    read = {}
    for path in sorted(Path(__file__).with_name(FOLDER).glob("*.toml")):
        table = parsed(path.read_text("utf-8"), path.name)
        if path.stem not in known:
            table.fail("", f"{path.stem!r} is no model")
        read[path.stem] = _read(table, path.stem, cited)
    return read


def _read(table: Table, model_id: str, cited: frozenset[str]) -> Face:
    unknown, background = table.texts("unknown"), table.texts("background")
    rows = _rows(table, cited)
    readers: tuple[Callable[[Table, str], Any], ...] = (
        lambda t, f: t.choice(f, KeysOn),
        lambda t, f: t.choice(f, DisplayPlace),
        lambda t, f: t.choice(f, Slot),
        _knobs,
    )
    facts = [
        _fact(table, name, read, rows, (unknown, background))
        for name, read in zip(PARTS, readers, strict=True)
    ]
    for name in (*unknown, *background, *(part for row in rows for part in row.labels)):
        table.each_known("unknown", [name], PARTS, "a part of a face")
    table.done()
    return Face(model_id, *facts)


def _fact(
    table: Table,
    name: str,
    read: Callable[[Table, str], T],
    rows: tuple[Row, ...],
    marks: tuple[tuple[str, ...], tuple[str, ...]],
) -> Fact[T]:
    """Read a part with the rows that speak for it; `marks` are what is unknown, and what has no source."""
    unknown, background = marks
    mine = [row for row in rows if name in row.labels]
    if table.has(name) == (name in unknown):
        table.fail(name, "fill it in or name it in `unknown`, one of the two")
    if name in unknown:
        return Fact(None, Confidence.UNKNOWN)
    if bool(mine) == (name in background):
        table.fail(name, "give it evidence or name it in `background`, one of the two")
    value = read(table, name)
    if not mine:
        return Fact(value, Confidence.DOUBTFUL)
    sources = dict.fromkeys(source for row in mine for source in row.sources)
    return Fact(value, mine[0].confidence, tuple(sources))


def _rows(table: Table, cited: frozenset[str]) -> tuple[Row, ...]:
    rows = []
    for inner in table.tables("evidence") if table.has("evidence") else ():
        confidence = inner.choice("confidence", Confidence)
        if confidence is Confidence.UNKNOWN:
            inner.wrong("confidence", "how sure the row is", confidence)
        row = Row(inner.texts("of", fewest=1), confidence, inner.texts("sources", fewest=1))
        inner.each_known("sources", row.sources, cited, "in sources.toml")
        inner.done()
        rows.append(row)
    return tuple(sorted(rows, key=lambda row: row.confidence.rank))


def _knobs(table: Table, key: str) -> tuple[Dial, ...]:
    """Read the knobs: one or two, never two on one side."""
    dials = []
    for inner in table.tables(key):
        side = inner.choice("side", Side) if inner.has("side") else None
        dials.append(Dial(inner.text("does", longest=30), side))
        inner.done()
    sides = [dial.side for dial in dials if dial.side]
    if not 1 <= len(dials) <= KNOBS_MAX or len(set(sides)) != len(sides):
        table.wrong(key, "one or two knobs, each on a side of its own", dials)
    return tuple(dials)


def draw(read: Mapping[str, Face]) -> str:
    """Return the text of `faces.json` for these faces."""
    lines = [
        f"{_json(model)}: {_json(_drawn(face))}"
        for model, face in sorted(read.items(), key=lambda one: one[0])
    ]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _drawn(face: Face) -> dict[str, Any]:
    named = zip(PARTS, face.parts, strict=True)
    return {
        name: {"value": fact.value, "confidence": fact.confidence, "sources": fact.sources}
        for name, fact in named
        if fact.known
    }


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


if __name__ == "__main__":
    from radiokey.catalogue.load import load_catalogue

    catalogue = load_catalogue()
    sys.stdout.write(draw(load_faces(catalogue.models, catalogue.sources)))
