"""What the marks on a photo mean: the number of the radio, how sure that is, and what was left out.

Every text, of a barcode or of print, goes through the product's one reading of numbers
(`radiokey.code.reading`): what the label *is* decides, so a part number, a date or an approval never becomes
a number, and a look-alike is repaired only where one reading fits. Lines of one row are tried together, since
labels set a number in groups, and a pre-code may stand in the row below the word that announces it.

A reading is *sure* only where a barcode says what the print says, or where both passes over the print agree
on one number and nothing else could be meant. Two that differ are both shown, and the owner is asked.
"""

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from itertools import pairwise
from operator import contains
from typing import Final

from radiokey.code.reading import Radio, read_number, read_numbers
from radiokey.errors import SerialDoubtError, SerialError
from radiokey.label.marks import Code, Line, Marks, Quad, Sign, Symbology
from radiokey.language.speech import gettext, later
from radiokey.serial.barcode import LENGTH as ITF_LENGTH
from radiokey.serial.barcode import blaupunkt_number
from radiokey.serial.formats import FORMATS
from radiokey.serial.number import Reading, SerialNumber
from radiokey.serial.shapes import LOOK_ALIKES, UNKNOWN

__all__ = [
    "Candidate",
    "LabelReading",
    "LeftOut",
    "Reason",
    "Source",
    "Suspect",
    "of_one_number",
    "read_marks",
    "telling",
]


class Source(StrEnum):
    """Who said it."""

    BARCODE = later("barcode")
    FIRST = later("print")
    SECOND = later("print, second pass")


class Reason(StrEnum):
    """Why a mark is not the number."""

    ANOTHER_NUMBER = "another number"
    NEEDS_MAKE = "needs the make"
    NO_NUMBER = "no number"
    PIECE = "a piece of a barcode"


@dataclass(frozen=True, slots=True)
class Suspect:
    """A character to look at again: its place in the number from 0, what was read, and what it could be."""

    at: int
    read: str
    other: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A number that can be meant: who said it, how likely it is right (0 to 1), and where it stands."""

    serial: SerialNumber
    confidence: float
    sources: tuple[Source, ...]
    quad: Quad
    suspects: tuple[Suspect, ...] = ()
    labelled: bool = False
    ask_makes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A barcode or a line that is not the number, and why; `what` says it in words."""

    text: str
    reason: Reason
    what: str
    quad: Quad


@dataclass(frozen=True, slots=True)
class LabelReading:
    """What a photo of a label says: candidates, best first; `sure` speaks of the first of them alone."""

    candidates: tuple[Candidate, ...]
    sure: bool
    left_out: tuple[LeftOut, ...]
    width: int
    height: int


CONFIDENCE: Final = {
    "barcode and print": 0.99,
    "both passes, clean": 0.98,
    "both passes": 0.9,
    "barcode alone": 0.9,
    "one pass, clean": 0.85,
    "one pass": 0.6,
    "doubted": 0.5,
    "accident": 0.25,
}
"""How often a first candidate with such evidence was right, on the seeds that it was chosen on."""

SCORE_SURE: Final = 0.95
"""Every character of a number must have been read so surely in one of two passes that agree."""
OTHER_MIN: Final = 0.12
"""From here on what a character could be instead is shown."""
_SIDEWAYS: Final = 0.55
_GAP: Final = 6.0


@dataclass(frozen=True, slots=True)
class _Said:
    """A text that holds a number: who said it, the marks it is made of, and how much of it was the number."""

    reading: Reading
    source: Source
    text: str
    signs: tuple[Sign, ...]
    quad: Quad
    joined: bool = False


def read_marks(
    marks: Marks, *, make: str = "", radio: Radio | None = None, score_sure: float = SCORE_SURE
) -> LabelReading:
    """Return what a photo says; `make` and `radio` are what is known, as `read_number` takes it."""
    said = [
        *_from_codes(marks.codes, make, radio),
        *_from_print(marks.first, Source.FIRST, make, radio),
        *_from_print(marks.second, Source.SECOND, make, radio),
    ]
    candidates = _candidates(said, score_sure)
    sure = bool(candidates) and _is_sure(candidates)
    return LabelReading(
        candidates=candidates,
        sure=sure,
        left_out=tuple(_left_out(marks, candidates, make, radio)),
        width=marks.width,
        height=marks.height,
    )


def telling(judged: LabelReading) -> list[Candidate]:
    """Return the numbers that are more than an accident; without one, print is looked for closer."""
    return [one for one in judged.candidates if one.confidence > CONFIDENCE["accident"]]


def of_one_number(judged: LabelReading) -> Quad | None:
    """Return where the one number of the print stands, to be read again; several, or none: `None`."""
    found = telling(judged)
    if len(found) != 1 or Source.FIRST not in found[0].sources:
        return None
    return found[0].quad


# --- who says what --------------------------------------------------------------------------------------


def _from_codes(codes: Iterable[Code], make: str, radio: Radio | None) -> Iterator[_Said]:
    for code in codes:
        if _is_piece(code):
            continue
        for reading in _readings(code.text, make, radio):
            yield _Said(reading, Source.BARCODE, code.text, (), code.quad)


def _is_piece(code: Code) -> bool:
    """Tell whether a strip may be a part of another: Interleaved 2 of 5 of no known length and check."""
    return code.symbology is Symbology.ITF and (
        len(code.text) != ITF_LENGTH or blaupunkt_number(code.text) is None
    )


def _readings(text: str, make: str, radio: Radio | None) -> tuple[Reading, ...]:
    return read_numbers(text, make=make, radio=radio)


def _from_print(lines: Sequence[Line], source: Source, make: str, radio: Radio | None) -> Iterator[_Said]:
    for joined, row in _texts(lines):
        signs = _signs(row)
        text = "".join(sign.text for sign in signs)
        for reading in _readings(text, make, radio):
            if _may_be(reading, text, joined):
                yield _Said(reading, source, text, signs, _around(row), joined > _Joined.NOT)


class _Joined(IntEnum):
    """How lines were put together."""

    NOT = 0
    ROW = 1
    TWO_ROWS = 2


_SHORT_KINDS: Final = frozenset({"renault-precode", "as-printed"})
"""Numbers of few characters in no telling form: a pre-code of four, or what a radio without a format has.

Anything on a label may hold one by accident (`A123` in `LOT A1234`), so they count only where the label says
what they are, or where their line holds nothing else.
"""


def _may_be(reading: Reading, text: str, joined: _Joined) -> bool:
    """Tell whether a number may be taken out of lines that were put together so.

    A number without a fixed length would take what stands beside it, and below it only a pre-code is printed.
    """
    kind = reading.serial.kind
    if joined is _Joined.TWO_ROWS:
        return reading.labelled and kind == "renault-precode"
    if joined is _Joined.ROW and FORMATS[kind].shapes[0].tail != (0, 0):
        return False
    if joined is _Joined.ROW and kind in _SHORT_KINDS:
        return reading.labelled
    return _stands_alone(reading, text)


def _stands_alone(reading: Reading, text: str) -> bool:
    """Tell whether a number is long, announced by its label (`SECURITY A123`), or all that its line says."""
    if reading.labelled or reading.serial.kind not in _SHORT_KINDS:
        return True
    return len(re.sub(r"[^A-Za-z0-9]", "", text)) == len(reading.serial.text) or "S/N" in text.upper()


def _texts(lines: Sequence[Line]) -> Iterator[tuple[_Joined, list[Line]]]:
    """Yield every line, every row of more than one, and every row with the one below it."""
    for line in lines:
        yield _Joined.NOT, [line]
    rows = _rows(lines)
    for row in rows:
        if len(row) > 1:
            yield _Joined.ROW, row
    for above, below in pairwise(rows):
        if len(above) + len(below) <= 6:  # noqa: PLR2004 - a number stands in few boxes
            yield _Joined.TWO_ROWS, [*above, *below]


def _signs(row: Sequence[Line]) -> tuple[Sign, ...]:
    blank = Sign(" ", 1.0)
    signs: list[Sign] = []
    for line in row:
        signs += [blank, *line.signs] if signs else line.signs
    return tuple(signs)


def _rows(lines: Sequence[Line]) -> list[list[Line]]:
    """Return lines that stand side by side in one row, left to right, rows from above."""
    if not lines:
        return []
    along = max(lines, key=lambda line: _length(line.quad)).quad
    x, y = along[1][0] - along[0][0], along[1][1] - along[0][1]
    size = math.hypot(x, y) or 1.0
    x, y = x / size, y / size

    def place(line: Line) -> tuple[float, float]:
        cx, cy = _middle(line.quad)
        return cx * y * -1 + cy * x, cx * x + cy * y  # down, along

    rows: list[list[Line]] = []
    for line in sorted(lines, key=place):
        down, at = place(line)
        for row in reversed(rows):
            near = row[-1]
            near_down, near_at = place(near)
            tall = min(_tall(near.quad), _tall(line.quad))
            gap = abs(at - near_at) - (_length(near.quad) + _length(line.quad)) / 2
            if abs(down - near_down) < _SIDEWAYS * tall and -tall < gap < _GAP * tall:
                row.append(line)
                break
        else:
            rows.append([line])
    return [sorted(row, key=lambda line: place(line)[1]) for row in rows]


def _middle(quad: Quad) -> tuple[float, float]:
    return sum(x for x, _ in quad) / 4, sum(y for _, y in quad) / 4


def _length(quad: Quad) -> float:
    return math.dist(quad[0], quad[1])


def _tall(quad: Quad) -> float:
    return math.dist(quad[0], quad[3])


def _around(row: Sequence[Line]) -> Quad:
    """Return the quad of a row: from the beginning of its first line to the end of its last."""
    first, last = row[0].quad, row[-1].quad
    return first[0], last[1], last[2], first[3]


# --- what follows ----------------------------------------------------------------------------------------


def _candidates(said: Sequence[_Said], score_sure: float) -> tuple[Candidate, ...]:
    """Return the numbers that were said, best first: one entry per number."""
    telling = [one for one in said if not _is_accident(one)]
    by_key: dict[str, list[_Said]] = {}
    for one in telling or said:
        by_key.setdefault(one.reading.serial.key, []).append(one)
    rivals = len(by_key)
    found = [_candidate(group, score_sure, doubted=rivals > 1) for group in by_key.values()]
    return tuple(sorted(found, key=lambda one: (one.confidence, len(one.sources)), reverse=True))


def _is_accident(one: _Said) -> bool:
    """Tell whether a number is so short, with nothing around it, that it may be a part of something else."""
    return not one.reading.labelled and one.reading.serial.kind in _SHORT_KINDS


def _candidate(group: Sequence[_Said], score_sure: float, *, doubted: bool) -> Candidate:
    printed = [one for one in group if one.source is not Source.BARCODE]
    best = max(
        printed or group,
        key=lambda one: (one.reading.labelled, not one.joined, not one.reading.repaired, _least(one)),
    )
    coded = any(one.source is Source.BARCODE for one in group)
    sources = tuple(source for source in Source if any(one.source is source for one in group))
    suspects = () if coded and printed else _suspects(printed or group)
    clean = not suspects and all(_least(one) > 0 for one in printed)
    passes = len(sources) - coded
    sure_signs = max((_least(one) for one in printed), default=1.0) >= score_sure
    if _is_accident(best) and not coded:
        evidence = "accident"
    elif coded and printed:
        evidence = gettext("barcode and print")
    elif doubted:
        evidence = "doubted"
    elif coded:
        evidence = gettext("barcode alone")
    elif passes > 1:
        evidence = gettext("both passes, clean") if clean and sure_signs else gettext("both passes")
    else:
        evidence = gettext("one pass, clean") if clean and sure_signs else gettext("one pass")
    return Candidate(
        serial=best.reading.serial,
        confidence=CONFIDENCE[evidence],
        sources=sources,
        quad=best.quad,
        suspects=suspects,
        labelled=any(one.reading.labelled for one in group),
        ask_makes=best.reading.ask_makes,
    )


def _is_sure(candidates: Sequence[Candidate]) -> bool:
    """Tell whether the first candidate stands alone, on two legs."""
    first = candidates[0]
    if len(candidates) > 1 or UNKNOWN in first.serial.text:
        return False
    return first.confidence >= CONFIDENCE["both passes, clean"]


def _least(one: _Said) -> float:
    """Return the score of the least sure character of the number in a line of print."""
    signs = _signs_of(one)
    return min((sign.score for sign in signs), default=0.0) if signs else (1.0 if not one.signs else 0.0)


def _signs_of(one: _Said) -> tuple[Sign, ...]:
    """Return the characters of a line that the number was read from; none where that is not clear."""
    signs = tuple(sign for sign in one.signs if sign.text.isalnum())
    number = one.reading.serial.text
    best: tuple[int, tuple[Sign, ...]] = (len(number), ())
    for at in range(len(signs) - len(number) + 1):
        window = signs[at : at + len(number)]
        wrong = sum(not _alike(sign.text, place) for sign, place in zip(window, number, strict=True))
        exact = sum(sign.text.upper() != place for sign, place in zip(window, number, strict=True))
        if wrong == 0 and exact < best[0]:
            best = exact, window
    return best[1]


def _alike(read: str, place: str) -> bool:
    return place in (read.upper(), LOOK_ALIKES.get(read), LOOK_ALIKES.get(read.upper()), UNKNOWN)


def _suspects(group: Sequence[_Said]) -> tuple[Suspect, ...]:
    """Return the characters to look at again.

    Those whose place takes their look-alike too, those that were repaired, and those of which the network saw
    another that the place takes.
    """
    found: dict[int, Suspect] = {}
    for one in group:
        number = one.reading.serial.text
        places = _alphabets(one.reading)
        for doubt in one.reading.doubts:
            if doubt.read != number[doubt.at]:
                found.setdefault(doubt.at, Suspect(doubt.at, number[doubt.at], doubt.read))
        for at, (character, taken) in enumerate(zip(number, places, strict=True)):
            alike = LOOK_ALIKES.get(character, "")
            if alike and alike in taken:
                found.setdefault(at, Suspect(at, character, alike))
        for at, sign in enumerate(_signs_of(one)):
            if sign.other_score >= OTHER_MIN and sign.other in places[at] and sign.other != number[at]:
                found.setdefault(at, Suspect(at, number[at], sign.other))
    return tuple(found[at] for at in sorted(found))


def _alphabets(reading: Reading) -> tuple[str, ...]:
    """Return the characters that each place of a number takes, by the first shape of its format that fits it.

    Formats list their strictest shape first. A number that fits none of them was spelled anew by its format:
    then each place takes what it has, and nothing is doubted.
    """
    number = reading.serial.text
    for shape in FORMATS[reading.serial.kind].shapes:
        places = shape.alphabets(len(number))
        if places is not None and all(map(contains, places, number)):
            return places
    return (number,) * len(number)


# --- what was left out ------------------------------------------------------------------------------------


def _left_out(
    marks: Marks, candidates: Sequence[Candidate], make: str, radio: Radio | None
) -> Iterator[LeftOut]:
    keys = {one.serial.text for one in candidates} | {one.serial.key for one in candidates}
    seen: set[str] = set()
    for code in marks.codes:
        if _is_piece(code):
            yield LeftOut(code.text, Reason.PIECE, gettext("it may be a piece of a longer strip"), code.quad)
        elif not any(one.serial.key in keys for one in _readings(code.text, make, radio)):
            yield _why_not(code.text, code.quad, make, radio)
        seen.add(code.text)
    for line in (*marks.second, *marks.first):
        text = line.text.strip()
        if len(text) < 3 or text in seen:  # noqa: PLR2004 - less says nothing
            continue
        seen.add(text)
        if not any(one.serial.key in keys for one in _readings(text, make, radio)):
            yield _why_not(text, line.quad, make, radio)


def _why_not(text: str, quad: Quad, make: str, radio: Radio | None) -> LeftOut:
    try:
        read_number(text, make=make, radio=radio)
    except SerialDoubtError as error:
        return LeftOut(text, Reason.NEEDS_MAKE, error.sentence, quad)
    except SerialError as error:
        reason = Reason.ANOTHER_NUMBER if "item" in error.facts else Reason.NO_NUMBER
        return LeftOut(text, reason, error.sentence, quad)
    return LeftOut(
        text, Reason.NO_NUMBER, gettext("something else on the label is more likely the number"), quad
    )
