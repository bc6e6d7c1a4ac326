"""Why a text is not a serial number: what was expected, what came, and where to look instead.

No sentence repeats the text: people type their code into the wrong field.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from radiokey.errors import NotTheSerialError, SerialDoubtError, SerialError
from radiokey.language.speech import gettext, later
from radiokey.serial import barcode
from radiokey.serial.formats import FORMATS, Needs, SerialFormat
from radiokey.serial.makes import among, spoken_all
from radiokey.serial.spelling import TEXT_LENGTH_MAX, Spelled
from radiokey.serial.stickers import StickerItem, named, named_among_words

_SHOWN: Final = later("e.g. 281155216RT V212, M012345 or BP5387 6 1234567")
_GENERAL_HINT: Final = later("it stands on the radio's label, {shown}")
_MOST_NAMED: Final = 3
_CODE_LENGTHS: Final = range(3, 6)
"""So many digits alone are more often the code itself."""

# A number that was clearly meant, but came too short or too long: what stands around it, and what was meant.
_MEANT: Final = (
    (r"815(BP[0-9A-Z?]*)", "bp12"),
    (r"(BP[0-9A-Z?]*[0-9][0-9A-Z?]*)", "bp12"),
    (r"(A2C[0-9]*)", "continental-a2c"),
    (r"[0-9]{9}RT0?([A-Z0-9]{1,8})", "renault-precode"),
    (r"[0-9]{10}T0?([A-Z0-9]{1,8})", "renault-precode"),
    (r"(M[0-9]{4,})", "ford-m"),
    (r"(V[0-9]{5,})", "ford-v"),
    (r"(CL[0-9]{6,})", "nissan-clarion-cl12"),
    (r"((?:PN|PP|CN|CM)[0-9]{5,})", "nissan-clarion-pn"),
    (r"(VWZ[0-9A-Z]+)", "volkswagen-vwz"),
    (r"(SKZ[0-9A-Z]+)", "skoda-skz"),
    (r"(SEZ[0-9A-Z]+)", "seat-sez"),
    (r"(AUZ[0-9A-Z]+)", "audi-auz"),
    (r"R?T0?([A-Z][0-9]{1,2})", "renault-precode"),
    (r"R?T([A-Z][0-9]{4,6})", "renault-precode"),
    (r"([A-Z][0-9]{1,5})", "renault-precode"),
    (r"([A-Z](?=[A-Z0-9]*[0-9][A-Z0-9]*[0-9])[A-Z0-9]{3})", "renault-precode"),
)

_DIGIT_FIRST: Final = r"(?:[0-9]{9}R|[0-9]{10})?R?T[0-9]{4}"
_HINTS: Final = {
    "renault-precode": later("it follows the T on the sticker, e.g. 281155216RT V212"),
    "ford-m": later("it begins with M or V as it is printed, e.g. M012345; never add a letter yourself"),
    "ford-v": later("it begins with M or V as it is printed, e.g. M012345; never add a letter yourself"),
    "nissan-clarion-pn": later(
        "behind its first four digits stands a letter; look there again: O and 0, I "
        "and 1, B and 8, S and 5 look alike"
    ),
    "bp12": later("type everything from BP on, e.g. BP5387 6 1234567"),
    "continental-a2c": later("type everything from A2C on"),
}


@dataclass(frozen=True, slots=True)
class Said:
    """What was said of the radio: its make, and the formats it can have; `kinds` is empty where nobody knows.

    A sentence speaks of that radio, or of any where nothing was said; it names no other make.
    """

    make: str | None
    kinds: Collection[str] | None

    @property
    def nothing(self) -> bool:
        """Whether any radio can be meant."""
        return self.make is None and self.kinds is None

    @property
    def formats(self) -> tuple[SerialFormat, ...]:
        """The formats that such a radio's number has, as far as anybody knows."""
        if self.kinds is not None:
            return tuple(entry for entry in FORMATS.values() if entry.id in self.kinds)
        return tuple(
            entry for entry in FORMATS.values() if self.make is None or among(self.make, entry.makes)
        )

    def where_to_look(self) -> str:
        """Say what the radio's own number looks like, and where it stands."""
        if self.nothing:
            return gettext("look for the radio's own number on the label, {shown}", shown=gettext(_SHOWN))
        if not self.formats:
            return gettext("look on the label of the radio for the number behind S/N or Serial")
        return gettext(
            "look for the radio's own number on the label: {formats}", formats=_looks(self.formats)
        )


def _looks(entries: tuple[SerialFormat, ...]) -> str:
    telling = tuple(entry for entry in entries if entry.needs is Needs.NOTHING)
    few = (telling or entries)[:_MOST_NAMED]
    said, *others = (
        gettext("{looks}, e.g. {example}", looks=gettext(entry.looks), example=entry.example) for entry in few
    )
    for other in others:
        said = gettext("{one}; or {other}", one=said, other=other)
    return said


def why(spelled: Spelled, said: Said, *, of_another_kind: bool) -> SerialError:
    """Return the error to raise for a text in which no serial number was found."""
    compact = spelled.compact
    if not compact and spelled.is_foreign:
        return _another_alphabet(said)
    if not compact:
        return SerialError(
            gettext(
                "a serial number of letters and digits was expected; more than {most} characters came",
                most=TEXT_LENGTH_MAX,
            )
            if spelled.cut
            else gettext("a serial number of letters and digits was expected; none came"),
            hint=gettext(
                "type only the line that holds it; {where_to_look}", where_to_look=said.where_to_look()
            ),
        )
    if (item := named(spelled, said.make)) is not None:
        return _not_the_number(item, said)
    if _is_like_a_code(spelled, said):
        return _the_code_itself(said)
    if spelled.is_foreign:
        return _another_alphabet(said)
    if of_another_kind:
        return _another_kind(said)
    if (meant := _meant(spelled, said)) is not None:
        return meant
    if (item := named_among_words(spelled, said.make)) is not None:
        return _not_the_number(item, said)
    makes = makes_of_digits(spelled)
    return _ambiguous(spelled, said, makes) if makes else _unknown(compact, said)


def _another_alphabet(said: Said) -> SerialError:
    return SerialError(
        gettext("a letter here is of another alphabet, and like no letter of a label"),
        hint=gettext(
            "type the number with the Latin keyboard; {where_to_look}", where_to_look=said.where_to_look()
        ),
    )


def is_like_a_code(number: str) -> bool:
    """Tell whether a number is digits alone, as many as a code has."""
    return number.isdigit() and len(number) in _CODE_LENGTHS


def _is_like_a_code(spelled: Spelled, said: Said) -> bool:
    """Tell whether the only digits are as many as a code has, and no number of the radio that was said."""
    words = [word.text for word in spelled.words if word is not None and any(map(str.isdigit, word.text))]
    number = "".join(words)
    if said.nothing or not is_like_a_code(number):
        return False
    return not any(shape.fit(number) for entry in said.formats for shape in entry.shapes)


def _the_code_itself(said: Said) -> NotTheSerialError:
    return NotTheSerialError(
        gettext("so few digits alone are more often the code itself; the number of the radio was expected"),
        hint=gettext(
            "{where_to_look}; if the label prints these digits as its number, type S/N before them",
            where_to_look=said.where_to_look(),
        ),
        item="code",
    )


def _not_the_number(item: StickerItem, said: Said) -> NotTheSerialError:
    # A line that only one maker prints tells whose number is looked for.
    whose = Said(item.makes[0], None) if said.nothing and item.makes else said
    hint = "; ".join(
        part
        for part in (gettext(item.hint) if item.hint else "", "" if _shows(item) else whose.where_to_look())
        if part
    )
    return NotTheSerialError(
        gettext("this is {what}, not the serial number", what=gettext(item.what)), hint=hint, item=item.id
    )


def _shows(item: StickerItem) -> bool:
    """Tell whether a hint shows by itself what to type instead."""
    return "e.g." in item.hint


def makes_of_digits(spelled: Spelled) -> tuple[str, ...]:
    """Return the makes whose numbers say too little to be found unasked, and whose form `spelled` has."""
    makes = {make for entry in _unasked(spelled) for make in entry.makes}
    return tuple(sorted(makes))


def _unasked(spelled: Spelled) -> tuple[SerialFormat, ...]:
    """Return the formats that a bare number could have if the make or the model were said."""
    words = {word.text.upper() for word in spelled.words if word is not None} | {spelled.compact}
    numbers = [word for word in words if any(map(str.isdigit, word))]
    return tuple(
        entry
        for entry in FORMATS.values()
        if entry.needs is not Needs.NO_FORM
        and any(
            shape.fit(number) is not None and not shape.begins_otherwise(number)
            for shape in entry.shapes
            for number in numbers
        )
    )


def _ambiguous(spelled: Spelled, said: Said, makes: tuple[str, ...]) -> SerialError:
    """Return the error for a number that could be several radios' because it says too little."""
    compact = spelled.compact
    if said.make is None:
        hint = gettext("say which radio it is; such numbers are found in: {makes}", makes=spoken_all(makes))
    elif among(said.make, makes):
        hint = gettext("say which model the radio is")
    else:
        return _another_kind(said)
    if compact.isdigit() and len(compact) == 4:  # noqa: PLR2004 -- the usual length of a code
        hint = gettext(
            "four digits are more often the code itself; if they are the radio's number, {hint}", hint=hint
        )
    if compact.isdigit() and len(compact) in {6, 7} and said.make is None:
        hint = gettext(
            "a Ford number is printed with its letter, M or V; never add one yourself; otherwise {hint}",
            hint=hint,
        )
    return SerialDoubtError(
        gettext(
            "{compact} characters without more do not say which radio they belong to", compact=len(compact)
        ),
        hint=hint,
        makes=", ".join(makes),
        kinds=", ".join(entry.id for entry in _unasked(spelled)),
    )


def _another_kind(said: Said) -> SerialError:
    own = said.formats
    if said.kinds is not None:
        sentence = gettext("this is not the number of such a radio")
        if own:
            sentence = gettext(
                "this is not the number of such a radio, which has {own}", own=_describe_formats(own)
            )
        return SerialError(
            sentence,
            hint=gettext("{where_to_look}; or choose another radio", where_to_look=said.where_to_look()),
        )
    return SerialError(
        gettext("this has the form of another make's number; yours has {own}", own=_describe_formats(own))
        if own
        else gettext("this has the form of another make's number"),
        hint=gettext(
            "{where_to_look}; if the number is right, say which make the radio itself is",
            where_to_look=said.where_to_look(),
        ),
    )


def _describe_formats(entries: tuple[SerialFormat, ...]) -> str:
    """Say what formats are called; how they look only where they are few."""
    few = len(entries) <= 2  # noqa: PLR2004 -- more make a sentence nobody reads
    *others, last = dict.fromkeys(
        f"{gettext(entry.name)} ({gettext(entry.looks)})" if few else gettext(entry.name) for entry in entries
    )
    return gettext("{others} or {last}", others=", ".join(others), last=last) if others else last


def _meant(spelled: Spelled, said: Said) -> SerialError | None:
    """Return the error for a number that came with too few, too many or wrong characters."""
    compact = spelled.compact
    own = {entry.id for entry in said.formats}
    if len(compact) == barcode.LENGTH and compact.isdigit() and "bp12" in own:
        return SerialError(
            gettext(
                "eighteen digits are a Blaupunkt barcode, but the check digit or the series in "
                "it does not fit"
            ),
            hint=gettext("scan it again, or type the number printed beside it, from BP on"),
            given=barcode.LENGTH,
        )
    if re.fullmatch(_DIGIT_FIRST, compact, re.ASCII) and "renault-precode" in own:
        return SerialError(
            gettext("behind the T of a label stands a letter and three digits; a digit came first"),
            hint=gettext("look at the first one again: I and 1, O and 0, B and 8, S and 5 look alike"),
            kind="renault-precode",
        )
    for pattern, kind in _MEANT:
        match = re.fullmatch(pattern, compact, re.ASCII)
        if match is not None and kind in own:
            return _wrong_length(FORMATS[kind], len(match[1]))
    return None


def _unknown(compact: str, said: Said) -> SerialError:
    """Return the error for a text that resembles no number at all."""
    own = said.formats
    if said.nothing or not own:
        return SerialError(
            gettext(
                "no serial number of a known form was found in {compact} characters", compact=len(compact)
            ),
            hint=said.where_to_look() if not said.nothing else gettext(_GENERAL_HINT, shown=gettext(_SHOWN)),
            given=len(compact),
        )
    if said.kinds is not None and len(own) == 1:
        return _wrong_length(own[0], len(compact))
    return SerialError(
        gettext(
            "this radio has {own}; {compact} characters that fit none came",
            own=_describe_formats(own),
            compact=len(compact),
        ),
        hint=gettext(own[0].where) if said.kinds is not None else said.where_to_look(),
        given=len(compact),
    )


def _wrong_length(entry: SerialFormat, given: int) -> SerialError:
    came = (
        gettext("{given} given", given=given)
        if given != entry.length
        else gettext("one of these does not fit its place")
    )
    sentence = gettext(
        "{name} has {length} characters ({looks}); {came}",
        name=gettext(entry.name),
        length=entry.length,
        looks=gettext(entry.looks),
        came=came,
    )
    if entry.shapes[0].tail != (0, 0):  # of no fixed length
        sentence = gettext(
            "{name} is {looks}; in {given} characters one does not fit its place",
            name=gettext(entry.name),
            looks=gettext(entry.looks),
            given=given,
        )
    return SerialError(
        sentence,
        hint=gettext(_HINTS.get(entry.id, entry.where)),
        kind=entry.id,
        expected=entry.looks if entry.shapes[0].tail != (0, 0) else entry.length,
        given=given,
    )
