"""`radiokey vault add`, `list` and `show`: the radios of a vault."""

import json
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from radiokey.catalogue.index import Card, cards
from radiokey.cli import say
from radiokey.cli.options import card_of, json_option, make_option, model_option, parse_path
from radiokey.cli.serial import look_again
from radiokey.cli.vault.access import (
    entry_of,
    new_passphrase,
    next_line,
    open_kept,
    open_or_begin,
    read_text,
    save_kept,
    typed_unseen,
    write_new,
)
from radiokey.cli.vault.app import app, serial_option
from radiokey.cli.vault.filling import confirm_key, today, with_entering
from radiokey.cli.vault.options import Access, reveal_option, vault_options
from radiokey.code.reading import make_said, read_number
from radiokey.code.value import Code
from radiokey.errors import CodeShapeError, ReceiptError, SerialError, UsageError, VaultError
from radiokey.language.speech import gettext
from radiokey.serial.formats import AS_PRINTED
from radiokey.vault.document import Entry, Vault, number_key, with_entry


@app.command("add")
@vault_options
@click.option("--serial", metavar="SERIAL", required=True, help="The number on the radio.")
@click.option("--code", metavar="-", help="- reads the code from standard input: it is no argument.")
@model_option
@make_option
@click.option("--car", metavar="TEXT", default="", help="The car, in your words.")
@click.option("--confirm", metavar="KEY", help="The key that confirms; by default that of the radio.")
@click.option("--found", metavar="TEXT", default="", help="Where the number was found.")
@click.option("--source", metavar="TEXT", default="", help="Who gave the code.")
@click.option("--note", metavar="TEXT", default="", help="Whatever else.")
@click.option("--photo", type=parse_path, metavar="FILE", help="A photo of the sticker: JPEG, PNG or WebP.")
@click.option("--receipt", type=parse_path, metavar="FILE", help="The receipt of the release.")
@click.option(
    "--recipient", "recipients", multiple=True, metavar="KEY", help="An age recipient; a new vault only."
)
@click.option("--replace", "again", is_flag=True, help="Write the entry of this number anew.")
def add(
    *,
    file: Path,
    serial: str,
    code: str | None,
    model: str | None,
    make: str | None,
    car: str,
    confirm: str | None,
    found: str,
    source: str,
    note: str,
    photo: Path | None,
    receipt: Path | None,
    recipients: tuple[str, ...],
    again: bool,
    identity: Path | None,
    passphrase_stdin: bool,
) -> None:
    """Keep a radio's number, and its code if it is known. The file is made where there is none."""
    access = Access(file, identity, passphrase_stdin)
    if code not in {None, "-"}:
        raise UsageError(
            gettext("a code is no argument: others would see it in the list of processes"),
            hint=gettext("--code - reads it from standard input"),
        )
    card = card_of(model)
    number, kind = _read_serial(serial, make, model)
    entry = Entry(
        serial=number,
        kind=kind,
        model=model or "",
        make=make_said(serial, make or "", card) or "",
        car=car,
        confirm=confirm_key(model) if confirm is None else confirm,
        found=found,
        source=source,
        kept_on=today(),
        note=note,
        receipt=None if receipt is None else _receipt(receipt, number),
    )
    picture = None if photo is None else _picture(photo)
    opened, key = open_or_begin(access)
    vault = opened.vault
    if recipients:
        if key is not None:
            raise UsageError(
                gettext("a vault that is there keeps its key"),
                hint=gettext("'radiokey vault passphrase' changes it"),
            )
        vault = replace(vault, recipients=recipients)
    if key is None and not recipients:
        key = new_passphrase(access)
    if code is not None:
        typed = _typed_code(card)
        entry = with_entering(replace(entry, code=typed))
    save_kept(access, opened, with_entry(vault, entry, picture, again=again), key)
    say.out(
        gettext("{number} is kept in {file}", number=number, file=file)
        if entry.code
        else gettext("{number} is kept in {file}, without a code", number=number, file=file)
    )


@app.command("list")
@vault_options
@json_option
def listed(*, file: Path, identity: Path | None, passphrase_stdin: bool, as_json: bool) -> None:
    """List the radios of a vault."""
    opened, _ = open_kept(Access(file, identity, passphrase_stdin))
    entries = opened.vault.entries
    if as_json:
        say.document(
            [
                {
                    "serial": entry.serial,
                    "model": entry.model or None,
                    "car": entry.car,
                    "has_code": entry.code is not None,
                    "kept_on": entry.kept_on.isoformat(),
                }
                for entry in entries
            ]
        )
        return
    say.columns(
        (
            entry.serial,
            gettext("code kept") if entry.code else gettext("no code yet"),
            entry.kept_on.isoformat(),
            entry.car or _name(entry),
        )
        for entry in entries
    )
    if not entries:
        say.note(gettext("there is nothing in it yet"))


@app.command("show")
@vault_options
@serial_option
@reveal_option
@click.option("--photo-to", type=parse_path, metavar="FILE", help="Write its photo to a new file.")
@json_option
def show(
    *,
    file: Path,
    serial: str | None,
    reveal: bool,
    photo_to: Path | None,
    identity: Path | None,
    passphrase_stdin: bool,
    as_json: bool,
) -> None:
    """Show one radio of a vault; its code only with --reveal."""
    opened, _ = open_kept(Access(file, identity, passphrase_stdin))
    entry = entry_of(opened.vault, serial)
    if photo_to is not None:
        _write_photo(opened.vault, entry, photo_to)
    if as_json:
        say.document(document(entry, reveal=reveal))
        return
    say.out(say.bold(entry.serial))
    for label, text in (
        (gettext("Radio"), _name(entry)),
        (gettext("Car"), entry.car),
        (gettext("Code"), _shown_code(entry, reveal=reveal)),
        (gettext("Confirmed by"), entry.confirm),
        (gettext("Number found"), entry.found),
        (gettext("Code from"), entry.source),
        (gettext("Kept on"), entry.kept_on.isoformat()),
        (
            gettext("Photo"),
            gettext("kept; --photo-to FILE writes it") if entry.photo and photo_to is None else "",
        ),
        (gettext("Receipt"), gettext("kept") if entry.receipt else ""),
        (gettext("Note"), entry.note),
    ):
        if text:
            say.item(label, text)


def document(entry: Entry, *, reveal: bool) -> dict[str, Any]:
    """Return an entry as JSON takes it; `code` is null where it is not revealed or not known."""
    return {
        "serial": entry.serial,
        "kind": entry.kind,
        "model": entry.model or None,
        "make": entry.make,
        "car": entry.car,
        "has_code": entry.code is not None,
        "code": entry.code.reveal() if reveal and entry.code else None,
        "confirm": entry.confirm,
        "found": entry.found,
        "source": entry.source,
        "kept_on": entry.kept_on.isoformat(),
        "note": entry.note,
        "has_photo": bool(entry.photo),
        "receipt": entry.receipt,
    }


def _read_serial(text: str, make: str | None, model: str | None) -> tuple[str, str]:
    """Return a number and its format; one that no format takes is kept as it is printed."""
    card = card_of(model)
    try:
        reading = read_number(text, make=make_said(text, make or "", card), radio=card)
    except SerialError:
        say.note(gettext("no format here knows this number: it is kept as it is printed"))
        return " ".join(text.split()), AS_PRINTED
    for doubt in reading.doubts:
        say.note(
            gettext(
                "read as {serial}: {at}",
                serial=reading.serial,
                at=look_again(doubt.at, doubt.read, doubt.other),
            )
        )
    return reading.serial.text, reading.serial.kind


def _typed_code(card: Card | None) -> Code:
    """Return the code on standard input; say so where it is not of that radio's shape, and keep it."""
    typed = Code.typed(typed_unseen(gettext("Code: ")) if sys.stdin.isatty() else next_line())
    try:
        if card is not None and card.shape is not None:
            card.shape.check(typed)
    except CodeShapeError as problem:
        say.note(gettext("it is kept, but look again: {sentence}", sentence=problem.sentence))
    return typed


def _receipt(path: Path, serial: str) -> Mapping[str, Any]:
    """Return a receipt that verifies and is about that number."""
    from radiokey.base.log.receipt import RECEIPT_SIZE_MAX, verify_receipt_file  # noqa: PLC0415 - long to load

    text = read_text(path, RECEIPT_SIZE_MAX)
    verified = verify_receipt_file(text)
    if number_key(verified.serial.text) != number_key(serial):
        raise ReceiptError(
            gettext("this receipt is of another number: {serial}", serial=verified.serial),
            hint=gettext("give the receipt of this radio"),
        )
    found: dict[str, Any] = json.loads(text)
    return found


def _picture(path: Path) -> bytes:
    """Return a photo as a vault keeps it: made anew from its pixels by the confined reader of papers."""
    from radiokey.base.papers.clean import Cleaner  # noqa: PLC0415 - only where a photo is given
    from radiokey.cli.photo import smaller  # noqa: PLC0415 - the same
    from radiokey.confined.content import BYTES_MAX, Media  # noqa: PLC0415 - the same

    try:
        with path.open("rb") as file:
            data = file.read(BYTES_MAX + 1)
    except OSError as error:
        raise VaultError(
            gettext("the photo cannot be read: {strerror}", strerror=error.strerror),
            hint=gettext("look at its name"),
        ) from error
    clean = Cleaner().clean(data)
    if clean.media is Media.PDF:
        raise VaultError(
            gettext("a photo is a JPEG, PNG or WebP"), hint=gettext("this is a PDF: photograph the sticker")
        )
    return smaller(clean.content)


def _name(entry: Entry) -> str:
    card = cards().get(entry.model)
    return gettext(card.name) if card else ""


def _shown_code(entry: Entry, *, reveal: bool) -> str:
    if entry.code is None:
        return gettext("not known yet")
    return entry.code.reveal() if reveal else gettext("kept; --reveal shows it")


def _write_photo(vault: Vault, entry: Entry, to: Path) -> None:
    photo = vault.photo(entry)
    if photo is None:
        raise UsageError(
            gettext("this entry has no photo"),
            hint=gettext("'radiokey vault add --replace --photo FILE' adds one"),
        )
    write_new(to, photo)
