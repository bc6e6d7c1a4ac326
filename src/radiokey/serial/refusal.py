"""Why a text is not a serial number: what was expected, what came, and where to look instead.

No sentence repeats the text: people type their code into the wrong field.
"""

import re
from collections.abc import Collection
from typing import Final

from radiokey.errors import NotTheSerialError, SerialDoubtError, SerialError
from radiokey.serial import barcode
from radiokey.serial.formats import FORMATS, SerialFormat
from radiokey.serial.makes import among, same_make
from radiokey.serial.spelling import TEXT_LENGTH_MAX, Spelled
from radiokey.serial.stickers import StickerItem, named, named_among_words

_GENERAL_HINT: Final = "it stands on the radio's label, e.g. 281155216RT V212, M012345 or BP5387 6 1234567"

# A number that was clearly meant, but came too short or too long: what stands around it, and what was meant.
_MEANT: Final = tuple(
    (re.compile(pattern, re.ASCII), kind)
    for pattern, kind in (
        (r"815(BP[0-9A-Z?]*)", "bp12"),
        (r"(BP[0-9A-Z?]*[0-9][0-9A-Z?]*)", "bp12"),
        (r"(A2C[0-9]*)", "continental-a2c"),
        (r"[0-9]{9}RT0?([A-Z0-9]{1,8})", "renault-precode"),
        (r"[0-9]{10}T0?([A-Z0-9]{1,8})", "renault-precode"),
        (r"(M[0-9]{4,})", "ford-m"),
        (r"(V[0-9]{5,})", "ford-v"),
        (r"(CL[0-9]{6,})", "nissan-clarion-cl12"),
        (r"(VWZ[0-9A-Z]+)", "volkswagen-vwz"),
        (r"(SKZ[0-9A-Z]+)", "skoda-skz"),
        (r"(SEZ[0-9A-Z]+)", "seat-sez"),
        (r"(AUZ[0-9A-Z]+)", "audi-auz"),
        (r"R?T0?([A-Z][0-9]{1,2})", "renault-precode"),
        (r"R?T([A-Z][0-9]{4,6})", "renault-precode"),
        (r"([A-Z][0-9]{1,5})", "renault-precode"),
        (r"([A-Z](?=[A-Z0-9]*[0-9][A-Z0-9]*[0-9])[A-Z0-9]{3})", "renault-precode"),
    )
)

_HINTS: Final = {
    "renault-precode": "it follows the T on the sticker, e.g. 281155216RT V212",
    "ford-m": "the letter M or V belongs to the number: type it with all six digits, e.g. M012345",
    "bp12": "type everything from BP on, e.g. BP5387 6 1234567",
    "continental-a2c": "type everything from A2C on",
}


def why(
    spelled: Spelled, *, make: str | None, kinds: Collection[str] | None, of_another_kind: bool
) -> SerialError:
    """Return the error to raise for a text in which no serial number was found."""
    compact = spelled.compact
    if not compact:
        return SerialError(
            "a serial number of letters and digits was expected; "
            + (f"more than {TEXT_LENGTH_MAX} characters came" if spelled.cut else "none came"),
            hint=_GENERAL_HINT,
        )
    wanted = _wanted(kinds)
    if (item := named(spelled)) is not None:
        return _not_the_number(item)
    if of_another_kind:
        return _another_kind(wanted, make)
    if (meant := _meant(compact, wanted)) is not None:
        return meant
    if (item := named_among_words(spelled)) is not None:
        return _not_the_number(item)
    makes = makes_of_digits(spelled)
    return _ambiguous(spelled, make, makes) if makes else _unknown(compact, wanted)


def _not_the_number(item: StickerItem) -> NotTheSerialError:
    return NotTheSerialError(f"this is {item.what}, not the serial number", hint=item.hint, item=item.id)


def makes_of_digits(spelled: Spelled) -> tuple[str, ...]:
    """Return the makes whose numbers say too little to be found unasked, and whose form `spelled` has."""
    makes = {make for entry in _unasked(spelled) for make in entry.makes}
    return tuple(sorted(makes))


def _unasked(spelled: Spelled) -> tuple[SerialFormat, ...]:
    """Return the formats that a bare number could have if the make or the model were said."""
    words = {word.text for word in spelled.words if word is not None} | {spelled.compact}
    numbers = [word for word in words if any(map(str.isdigit, word))]
    return tuple(
        entry
        for entry in FORMATS.values()
        if any(shape.fit(number) is not None for shape in entry.shapes for number in numbers)
    )


def _ambiguous(spelled: Spelled, make: str | None, makes: tuple[str, ...]) -> SerialError:
    """Return the error for a number that could be several radios' because it says too little."""
    compact = spelled.compact
    if make is None:
        hint = f"say which radio it is; such numbers are found in: {', '.join(makes)}"
    elif among(make, makes):
        hint = "say which model the radio is"
    elif not same_make(make, "ford"):
        return _another_kind((), make)
    else:
        hint = _HINTS["ford-m"]
    if compact.isdigit() and len(compact) == 4:  # noqa: PLR2004 -- the usual length of a code
        hint = f"four digits are more often the code itself; if they are the radio's number, {hint}"
    if compact.isdigit() and len(compact) in (6, 7) and make is None:
        hint = f"a Ford number begins with M or V, and the letter belongs to it; otherwise {hint}"
    return SerialDoubtError(
        f"{len(compact)} characters without more do not say which radio they belong to",
        hint=hint,
        makes=", ".join(makes),
        kinds=", ".join(entry.id for entry in _unasked(spelled)),
    )


def _wanted(kinds: Collection[str] | None) -> tuple[SerialFormat, ...]:
    return tuple(FORMATS[kind] for kind in kinds or () if kind in FORMATS)


def _another_kind(wanted: tuple[SerialFormat, ...], make: str | None) -> SerialError:
    if wanted:
        return SerialError(
            f"this is not the number of such a radio, which has {_describe_formats(wanted)}",
            hint="compare the number with the label, or choose another radio",
        )
    own = tuple(entry for entry in FORMATS.values() if make is not None and among(make, entry.makes))
    return SerialError(
        "this has the form of another make's number"
        + (f"; yours has {_describe_formats(own)}" if own else ""),
        hint="compare the number with the label; if it is right, say which make the radio itself is",
    )


def _describe_formats(entries: tuple[SerialFormat, ...]) -> str:
    """Say what formats are called; how they look only where they are few."""
    few = len(entries) <= 2  # noqa: PLR2004 -- more make a sentence nobody reads
    *others, last = dict.fromkeys(f"{entry.name} ({entry.looks})" if few else entry.name for entry in entries)
    return f"{', '.join(others)} or {last}" if others else last


def _meant(compact: str, wanted: tuple[SerialFormat, ...]) -> SerialError | None:
    """Return the error for a number that came with too few, too many or wrong characters."""
    if len(compact) == barcode.LENGTH and compact.isdigit():
        return SerialError(
            "eighteen digits are a Blaupunkt barcode, but the check digit or the series in it does not fit",
            hint="scan it again, or type the number printed beside it, from BP on",
            given=barcode.LENGTH,
        )
    for pattern, kind in _MEANT:
        match = pattern.fullmatch(compact)
        if match is not None and (not wanted or FORMATS[kind] in wanted):
            return _wrong_length(FORMATS[kind], len(match[1]))
    return None


def _unknown(compact: str, wanted: tuple[SerialFormat, ...]) -> SerialError:
    """Return the error for a text that resembles no number at all."""
    if len(wanted) == 1:
        return _wrong_length(wanted[0], len(compact))
    if wanted:
        return SerialError(
            f"this radio has {_describe_formats(wanted)}; {len(compact)} characters that fit none came",
            hint=wanted[0].where,
            given=len(compact),
        )
    return SerialError(
        f"no serial number of a known form was found in {len(compact)} characters",
        hint=_GENERAL_HINT,
        given=len(compact),
    )


def _wrong_length(entry: SerialFormat, given: int) -> SerialError:
    came = f"{given} given" if given != entry.length else "one of these does not fit its place"
    return SerialError(
        f"{entry.name} has {entry.length} characters ({entry.looks}); {came}",
        hint=_HINTS.get(entry.id, entry.where),
        kind=entry.id,
        expected=entry.length,
        given=given,
    )
