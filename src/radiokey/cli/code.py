"""`radiokey code`: the code of one radio, for its owner, through the one door.

The same question on the same day is the same request: asking again (for the JSON, after a closed window)
logs nothing new and costs nothing of the day's limit.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import click

from radiokey.base.bootstrap import SystemClock, open_base
from radiokey.base.location import DatabaseLocation
from radiokey.base.release.request import Released, ReleaseRequest
from radiokey.catalogue.fitting import families_for, radios_with
from radiokey.catalogue.index import Card, cards
from radiokey.cli import say, which
from radiokey.cli.options import (
    card_of,
    database_option,
    first_press_as_json,
    json_option,
    load,
    make_option,
    model_option,
    parse_path,
    press_as_json,
    serial_argument,
)
from radiokey.cli.serial import look_again
from radiokey.cli.vault.options import (
    Access,
    identity_option,
    passphrase_option,
    reveal_option,
    vault_option,
)
from radiokey.clock import DAY_MS
from radiokey.code.reading import make_said, read_number
from radiokey.code.value import Code
from radiokey.errors import ModelNeededError, NoCodeHereError, NoDerivationError, SerialError, UsageError
from radiokey.language.speech import gettext
from radiokey.serial.number import Reading, SerialNumber
from radiokey.serial.vin import Vin

CLIENT: Final = "local"
NOT_KEYED: Final[dict[str, Any]] = {"entry": None, "first_press": None}


@click.command("code")
@serial_argument
@model_option
@make_option
@click.option("--vin", metavar="VIN", help="The car's number, if a check needs it.")
@click.option("--i-own-this-radio", "owns", is_flag=True, help="State that it is yours.")
@database_option
@click.option("--base", metavar="URL", help="Ask this base; its token: RADIOKEY_TOKEN.")
@click.option("--token-file", type=parse_path, metavar="FILE", help="The file with the token for --base.")
@click.option("--key", metavar="KEY", help="The verifier key of that base's log that you trust.")
@vault_option
@identity_option
@passphrase_option
@reveal_option
@json_option
def code(
    *,
    serial: str,
    model: str | None,
    make: str | None,
    vin: str | None,
    owns: bool,
    database: DatabaseLocation | None,
    base: str | None,
    token_file: Path | None,
    key: str | None,
    vault_file: Path | None,
    identity: Path | None,
    passphrase_stdin: bool,
    reveal: bool,
    as_json: bool,
) -> None:
    """Give the code of one radio; where none is to be had here, say whom to ask and with what."""
    if vault_file is not None:
        if owns or base or database is not None or key or token_file is not None:
            raise UsageError(
                gettext("a code comes from one place"), hint=gettext("with --vault no base is asked")
            )
        _from_vault(Access(vault_file, identity, passphrase_stdin), serial, reveal=reveal, as_json=as_json)
        return
    known = card_of(model)
    make = make_said(serial, make or "", known) or None
    try:
        reading = read_number(serial, make=make or "", radio=known)
    except SerialError:
        if model is not None or make:
            _leave_sheet(model, make, None)
        raise
    request = of_today(
        ReleaseRequest(
            request_id="unnamed",
            client=CLIENT,
            serial=reading,
            model=None if known is None or known.default else known,
            vin=Vin.parse(vin) if vin else None,
            owns=owns,
            make=make or "",
        ),
        SystemClock().now_ms(),
    )
    released = _released(request, known, model, lambda: _ask(request, base, database, token_file, key))
    for doubt in reading.doubts if reading.repaired else ():
        say.note(
            gettext(
                "read as {serial}: {at}",
                serial=reading.serial,
                at=look_again(doubt.at, doubt.read, doubt.other),
            )
        )
    keyed = NOT_KEYED if known is None else presses(known, released.code)
    if as_json:
        say.answer(document(released, keyed))
    else:
        _write_code(released, model, make, reading.serial, has_keys=keyed["entry"] is not None)


def _ask(
    request: ReleaseRequest,
    base: str | None,
    database: DatabaseLocation | None,
    token_file: Path | None,
    key: str | None,
) -> Released:
    """Return what the base that is named releases, this user's own by default."""
    if base is not None:
        return _from(base, database, token_file, key, request)
    if token_file is not None or key is not None:
        raise UsageError(
            gettext("a token and a key are for another base"), hint=gettext("name it: --base URL")
        )
    with open_base(database, make=database is None) as own:
        return own.releases.release(request)


def _released(
    request: ReleaseRequest, known: Card | None, model: str | None, ask: Callable[[], Released]
) -> Released:
    """Return what is released; where nothing is, leave the sheet or the question, and raise why."""
    reading, make = request.serial, request.make
    try:
        if not request.owns and not families_for(reading.serial, known, make):
            # Nothing is given out here, so nobody is asked to state anything first.
            raise NoDerivationError(
                gettext("no public derivation is known for this radio"),
                hint=gettext(
                    "the sheet says whom to ask; a base that has this very radio in its ledger "
                    "gives its code with --i-own-this-radio"
                ),
                kind=reading.serial.kind,
            )
        return ask()
    except ModelNeededError:
        if known is not None and known.default:  # the owner was asked, and cannot tell
            _leave_sheet(model, make or None, reading)
            raise NoDerivationError(
                gettext(
                    "the number alone does not say which radio this is, and not all of them follow "
                    "a derivation"
                ),
                hint=gettext("its maker's dealer finds the code from the number and the papers"),
                kind=reading.serial.kind,
            ) from None
        which.leave(reading, make)
        raise
    except NoCodeHereError:
        _leave_sheet(model, make or None, reading)
        raise


def _leave_sheet(model: str | None, make: str | None, reading: Reading | None) -> None:
    """Leave the sheet for the document of the refusal; show it too where a number was read."""
    from radiokey.cli import sheet  # noqa: PLC0415 - only at the end of the road

    page = sheet.sheet_of(load(model), make, reading)
    if reading is not None:
        sheet.on_stderr(page)
    click.get_current_context().meta[say.SHEET] = sheet.document(page)


def _from(
    address: str,
    database: DatabaseLocation | None,
    token_file: Path | None,
    key: str | None,
    request: ReleaseRequest,
) -> Released:
    """Return what another base releases."""
    from radiokey.cli.remote import remote  # noqa: PLC0415 - TLS takes a while to load

    if database is not None:
        raise UsageError(gettext("a code comes from one base"), hint=gettext("give --base or --database"))
    there = remote(address, token_file, key)
    released = there.release(request)
    if there.key is None:
        say.note(
            gettext("the receipt was checked against the key that it brings; --key checks it against yours")
        )
    return released


def _from_vault(access: Access, serial: str, *, reveal: bool, as_json: bool) -> None:
    """Give the code that a vault has of a number, with its presses where the radio is known."""
    from radiokey.cli.vault.entries import document as entry_as_json  # noqa: PLC0415 - the same
    from radiokey.cli.vault.kept import kept_code  # noqa: PLC0415 - only where a vault is named

    entry, typed = kept_code(access, serial)
    card = cards().get(entry.model)
    keyed = NOT_KEYED if card is None or not reveal else presses(card, typed)
    if as_json:
        say.answer({**entry_as_json(entry, reveal=reveal), **keyed})
        return
    if not reveal:
        say.out(gettext("{serial}: a code is kept in the vault", serial=entry.serial))
        say.note(gettext("--reveal shows it"))
        return
    say.out(say.bold(" ".join(typed.reveal())))
    source = f", {gettext('from {source}', source=entry.source)}" if entry.source else ""
    say.prose(
        gettext(
            "for {serial}, kept on {day}{source}",
            serial=entry.serial,
            day=entry.kept_on.isoformat(),
            source=source,
        )
    )
    say.prose(gettext("Compare the number on the radio with this one first: cars change their radios."))
    known = load(entry.model) if keyed["entry"] is not None else None
    if known is not None:
        from radiokey.cli.entry import write_entry  # noqa: PLC0415 - the coach is long

        say.out()
        write_entry(known, typed)
    say.reportable()


def of_today(request: ReleaseRequest, now_ms: int) -> ReleaseRequest:
    """Return `request` under the id that it has all day (UTC): the same radio, the same question.

    The id tells no more than the fingerprint that the base keeps beside it.
    """
    day = now_ms // DAY_MS
    name = hashlib.sha256(b"radiokey code %d " % day + request.fingerprint()).hexdigest()[:32]
    return replace(request, request_id=name)


def presses(card: Card, code: Code) -> dict[str, Any]:
    """Return the lines that key the code in and what is known of the first press, as JSON.

    Both are `None` where the panel or the shape is not known.
    """
    from radiokey.catalogue.panels import panel_of  # noqa: PLC0415 - only where a model is named
    from radiokey.headunit.panel import presses_for  # noqa: PLC0415 - the same

    known = panel_of(card.id)
    if known is None or card.shape is None:
        return NOT_KEYED
    panel, confidence = known
    return {
        "entry": [press_as_json(line) for line in presses_for(panel, card.shape, code)],
        "first_press": first_press_as_json(panel, card.shape, confidence),
    }


def document(released: Released, keyed: dict[str, Any]) -> dict[str, Any]:
    """Return the JSON document of a release; `keyed` is what `presses` gives."""
    family, receipt = released.family, released.receipt
    return {
        "serial": receipt.serial,
        "family": family.id if family else "",
        "tier": family.tier.value if family else "",
        "code": released.code.reveal(),
        "provenance": {
            "checked": released.checked,
            "caution": released.caution,
            "lineages": [
                {"name": lineage.name, "what": lineage.what}
                for lineage in (family.lineages if family else ())
            ],
        },
        "receipt": json.loads(receipt.encode()),
        **keyed,
    }


def _write_code(
    released: Released, model: str | None, make: str | None, serial: SerialNumber, *, has_keys: bool
) -> None:
    family = released.family
    say.out(say.bold(" ".join(released.code.reveal())))
    if family is None:
        say.prose(
            gettext("for {serial} ({checked})", serial=released.receipt.serial, checked=released.checked)
        )
    else:
        probable = "" if family.tier.value == "A" else gettext("probable: ")
        say.prose(
            gettext(
                "for {serial}, {name} ({probable}{checked})",
                serial=released.receipt.serial,
                name=family.name,
                probable=probable,
                checked=released.checked,
            )
        )
    say.out()
    say.prose(released.caution)
    say.out()
    from radiokey.catalogue.panels import panel_of  # noqa: PLC0415 - only where a person reads

    known = load(model) if has_keys else None
    if known is not None:
        from radiokey.cli.entry import write_entry  # noqa: PLC0415 - the coach is long

        write_entry(known, released.code)
    elif model is not None:
        _write_stand_ins(model)
    else:
        # A number that is enough by itself may be of another make's radio: then its radios are shown.
        alike = radios_with(serial, make or "") or radios_with(serial)
        say.prose(
            gettext("Keying it in: 'radiokey entry MODEL -' shows each press. Radios with such a number:")
        )
        for card in alike:
            if family is None or family.id in card.families:
                keys = "" if panel_of(card.id) else f" ({gettext('its exact keys are not known')})"
                say.item("  -", f"{card.id}: {card.name}{keys}", colon="")
    say.out()
    say.prose(
        gettext(
            "If the radio refuses it once, stop: 'radiokey guide' says what to check before anything else."
        )
    )
    say.reportable()


def _write_stand_ins(model: str) -> None:
    """Say what there is for a radio whose keys nobody described: a panel to compare, or its manual."""
    from radiokey.guide.coach import stand_ins  # noqa: PLC0415 - the coach is long

    known = load(model)
    assert known is not None
    found = stand_ins(known)
    for alike in found:
        say.prose(
            gettext(
                "Its exact keys are not known. They may be those of {name}.",
                name=cards()[alike.model_id].name,
            )
        )
        say.prose(
            gettext(
                "{question} ('radiokey serve' draws it at /practice/{model_id})",
                question=alike.question,
                model_id=alike.model_id,
            )
        )
        say.prose(
            gettext(
                "If so, 'radiokey entry {model_id} -' shows each press. If not, its manual says them.",
                model_id=alike.model_id,
            )
        )
    if not found:
        say.prose(
            gettext(
                "The catalogue does not know every key of this radio: its manual says how a code goes in."
            )
        )
