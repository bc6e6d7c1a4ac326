"""`radiokey serial`: what a person copied or photographed, understood."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import click

from radiokey.catalogue.fitting import families_for, radios_with
from radiokey.catalogue.index import Card
from radiokey.cli import say
from radiokey.cli.noun import Noun
from radiokey.cli.options import card_of, json_option, make_option, model_option, parse_path
from radiokey.code.family import FAMILIES
from radiokey.code.reading import make_said, read_number, read_numbers
from radiokey.errors import NotThereError, RadiokeyError, SerialError
from radiokey.language.speech import gettext
from radiokey.serial.formats import FORMATS
from radiokey.serial.makes import spoken_all
from radiokey.serial.number import Reading, SerialNumber

if TYPE_CHECKING:
    from radiokey.label.read import Candidate, LabelReading, LeftOut

app = Noun("serial", help="The number on the radio.")


@app.command("check")
@click.argument("texts", metavar="TEXT...", nargs=-1, required=True, help="As it stands on the label.")
@make_option
@model_option
@json_option
def check(*, texts: tuple[str, ...], make: str | None, model: str | None, as_json: bool) -> None:
    """Say which serial number each TEXT holds, and which characters to look at again."""
    known = card_of(model)
    rows: list[dict[str, Any]] = []
    for text in texts:
        said = make_said(text, make or "", known)
        found = read_numbers(text, make=said, radio=known)
        if not found:
            # Nothing fits: say why, with the error that says most.
            read_number(text, make=said, radio=known)
            raise SerialError(
                gettext("no serial number was found"), hint=gettext("type it as it stands on the label")
            )
        rows.extend(_row(text, reading, said, known) for reading in found)
    if as_json:
        say.document(rows)
        return
    for row in rows:
        _write_reading(row)


@app.command("read")
@click.argument("photos", metavar="PHOTO...", nargs=-1, required=True, help="A photo of the label.")
@make_option
@model_option
@json_option
def read(*, photos: tuple[str, ...], make: str | None, model: str | None, as_json: bool) -> None:
    """Read the number off each PHOTO of a label: JPEG, HEIC, PNG or WebP, whatever way up."""
    from radiokey.label.photo import PhotoReader, require_extra  # noqa: PLC0415 - only where a photo is named

    require_extra()
    known = card_of(model)
    reader = PhotoReader()
    rows: list[dict[str, Any]] = []
    for photo in photos:
        reading = reader.read(_bytes_of(photo), make=make or "", radio=known)
        if not reading.candidates:
            raise _nothing_on(reading, photo if len(photos) > 1 else "")
        rows.append(_photo_row(photo, reading, make or "", known))
    if as_json:
        say.document(rows)
        return
    for at, row in enumerate(rows):
        if at:
            say.out()
        _write_photo(row, named=len(rows) > 1)


_BYTES_MAX: Final = 10_000_001
"""One more than is taken, so that a longer file is known as one."""


def _bytes_of(photo: str) -> bytes:
    path = parse_path(photo)
    try:
        with path.open("rb") as file:
            return file.read(_BYTES_MAX)
    except OSError as error:
        raise NotThereError(
            gettext("this photo cannot be opened: {strerror}", strerror=error.strerror),
            hint=gettext("look at its name and its folder again"),
        ) from error


def _nothing_on(reading: "LabelReading", photo: str) -> RadiokeyError:
    """Return the error for a photo without a number: what stands there, and how to go on."""
    from radiokey.label.read import Reason  # noqa: PLC0415 - as above

    on = gettext("on {photo}", photo=photo) if photo else gettext("on this photo")
    asking = next((one for one in reading.left_out if one.reason is Reason.NEEDS_MAKE), None)
    if asking is not None:
        return SerialError(
            gettext("a number stands {on} that several makes have", on=on),
            hint=gettext("say which make the car is, with --make"),
        )
    if not reading.left_out:
        return SerialError(
            gettext("no label was found {on}", on=on),
            hint=gettext(
                "fill the picture with the label, in good light; or type the number: radiokey "
                "serial check TEXT"
            ),
        )
    others = sorted({one.what for one in reading.left_out if one.reason is Reason.ANOTHER_NUMBER})
    seen = f"; {others[0]}" if others else ""
    return SerialError(
        gettext("no serial number was found {on}{seen}", on=on, seen=seen),
        hint=gettext(
            "take it again: the whole label, closer, straighter, without glare; or type "
            "the number: radiokey serial check TEXT"
        ),
    )


def _photo_row(photo: str, reading: "LabelReading", make: str, known: Card | None) -> dict[str, Any]:
    return {
        "photo": photo,
        "width": reading.width,
        "height": reading.height,
        "sure": reading.sure,
        "candidates": [_candidate_row(one, make, known) for one in reading.candidates],
        "left_out": [_left_out_row(one) for one in reading.left_out],
    }


def _candidate_row(one: "Candidate", make: str, known: Card | None) -> dict[str, Any]:
    return {
        **_number_row(one.serial, make, known),
        "confidence": one.confidence,
        "sources": [source.value for source in one.sources],
        "look_again": [{"at": each.at, "read": each.read, "or": each.other} for each in one.suspects],
        "ask_makes": list(one.ask_makes),
        "quad": [list(point) for point in one.quad],
    }


def _left_out_row(one: "LeftOut") -> dict[str, Any]:
    return {
        "text": one.text,
        "reason": one.reason.value,
        "what": one.what,
        "quad": [list(point) for point in one.quad],
    }


def _write_photo(row: dict[str, Any], *, named: bool) -> None:
    """Write what one photo says: the number to compare, then what else stands there."""
    if named:
        say.out(row["photo"])
    first, *others = row["candidates"]
    _write_number(first)
    for doubt in first["look_again"]:
        say.out(f"  {look_again(doubt['at'], doubt['read'], doubt['or'])}")
    say.item("  " + gettext("read from"), _from(first["sources"]))
    if not row["sure"]:
        say.item(
            "  " + gettext("is it this?"),
            gettext("compare it with the label, character by character, before you go on"),
            colon="",
        )
    for other in others:
        say.item(
            "  " + gettext("or"),
            gettext("{other}, read from {other2}", other=other["serial"], other2=_from(other["sources"])),
            colon="",
        )
    _write_ways(first)
    for one in row["left_out"]:
        if one["reason"] in _TELLING:
            say.item("  " + gettext("left out"), f"{one['text']}: {one['what']}")


_TELLING: Final = ("another number", "a piece of a barcode")
"""Why something was left out that could be taken for the number; the rest stands in the JSON alone."""


def _from(sources: Sequence[str]) -> str:
    printed = [source for source in sources if source != "barcode"]
    if len(printed) == len(sources):
        return gettext("the print, twice") if len(printed) > 1 else gettext("the print, once")
    return gettext("the barcode and the print") if printed else gettext("the barcode")


def look_again(at: int, read: str, other: str) -> str:
    """Say which character of a number deserves a second look."""
    return gettext(
        "look again at character {value}: {read} and {other} look alike", value=at + 1, read=read, other=other
    )


def _row(text: str, reading: Reading, make: str, known: Card | None) -> dict[str, Any]:
    number = _number_row(reading.serial, make, known)
    identity = number.pop("identity")
    return {
        "input": text,
        **number,
        "doubts": [{"at": doubt.at, "read": doubt.read, "or": doubt.other} for doubt in reading.doubts],
        "identity": identity,
        "ask_makes": list(reading.ask_makes),
    }


def _number_row(serial: SerialNumber, make: str, known: Card | None) -> dict[str, Any]:
    radios = radios_with(serial, make, known)
    return {
        "serial": serial.text,
        "kind": serial.kind,
        "family": next((one.id for one in families_for(serial, known, make)), None),
        "models": [card.id for card in radios],
        "identity": serial.identity.value,
    }


def _write_reading(row: dict[str, Any]) -> None:
    _write_number(row)
    for doubt in row["doubts"]:
        say.out(f"  {look_again(doubt['at'], doubt['read'], doubt['or'])}")
    _write_ways(row)


def _write_number(row: dict[str, Any]) -> None:
    form = FORMATS[row["kind"]]
    known_from = form.type_of(row["serial"])
    said = gettext("{form}, of a {radio}", form=form.name, radio=known_from) if known_from else form.name
    say.out(f"{say.bold(row['serial'])}  {said}")


def _write_ways(row: dict[str, Any]) -> None:
    """Write what follows from a number: whose it can be, the way to a code, which radios have it."""
    if row["ask_makes"]:
        say.item(
            "  " + gettext("makes"),
            gettext(
                "radios of several makes have such a number, say --make: {row}",
                row=spoken_all(row["ask_makes"]),
            ),
        )
    way = (
        FAMILIES[row["family"]].name
        if row["family"]
        else gettext("no public derivation; the maker's dealer knows")
    )
    say.item("  " + gettext("code"), way)
    if row["models"]:
        say.item("  " + gettext("radios"), ", ".join(row["models"]))
