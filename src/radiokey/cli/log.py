"""`radiokey base log`: check a receipt, a copy of a log, or the whole log of a local base; export it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click

from radiokey.base.bootstrap import open_base
from radiokey.base.location import DatabaseLocation
from radiokey.base.log.export import verify_export, write_export
from radiokey.base.log.note import COSIGNING, Checkpoint, VerifierKey, open_note
from radiokey.base.log.receipt import RECEIPT_SIZE_MAX, Verified, parse_receipt, renew_receipt, verify
from radiokey.base.log.witness_client import ask_witness
from radiokey.base.sql.principals import Principal
from radiokey.cli import say
from radiokey.cli.noun import Noun
from radiokey.cli.options import database_option, json_option, parse_path
from radiokey.errors import ReceiptError, UsageError
from radiokey.language.speech import gettext, ngettext, number

app = Noun("log", help="The log of releases.")

_JSON: Final = b"{"


@app.command("verify")
@click.argument(
    "what", type=parse_path, metavar="FILE", required=False, help="A receipt, or the folder of an export."
)
@click.option("--key", metavar="KEY", help="The verifier key you trust.")
@click.option(
    "--witness",
    "witnesses",
    metavar="KEY",
    multiple=True,
    help="A witness's verifier key; the receipt must have its signature; repeatable.",
)
@click.option(
    "--quorum",
    type=click.IntRange(0),
    metavar="N",
    help="How many of the witnesses are enough; default all.",
)
@click.option(
    "--seen",
    type=parse_path,
    metavar="FILE",
    multiple=True,
    help="A checkpoint or receipt of this log that you hold; repeatable.",
)
@database_option
@json_option
def verify_what(
    *,
    what: Path | None,
    key: str | None,
    witnesses: tuple[str, ...],
    quorum: int | None,
    seen: tuple[Path, ...],
    database: DatabaseLocation | None,
    as_json: bool,
) -> None:
    """Check a receipt or an export offline; without FILE, all that must agree in a base."""
    trusted = VerifierKey.parse(key) if key else None
    if (witnesses or quorum) and (what is None or what.is_dir()):
        raise UsageError(
            gettext("--witness and --quorum are for a receipt"), hint=gettext("name the file of one")
        )
    if seen and (what is None or not what.is_dir()):
        raise UsageError(gettext("--seen is for an export"), hint=gettext("name the folder of one"))
    if what is None:
        _own(database, as_json=as_json)
    elif what.is_dir():
        _export(what, trusted, seen, as_json=as_json)
    else:
        keys = [VerifierKey.parse(text, *COSIGNING) for text in witnesses]
        _receipt(verify(parse_receipt(_text(what)), trusted, keys, quorum), trusted, as_json=as_json)


@app.command("export")
@click.argument("folder", type=parse_path, metavar="DIR", help="Made where there is none.")
@database_option
@json_option
def export(*, folder: Path, database: DatabaseLocation | None, as_json: bool) -> None:
    """Write the log as files for any file server (C2SP tlog-tiles), once all of it verifies."""
    with open_base(database, make=False) as base, base.log.snapshot() as transaction:
        checkpoint = write_export(transaction, folder, base.log.key)
        key = str(base.log.key)
    if as_json:
        say.document({"origin": checkpoint.origin, "size": checkpoint.size, "key": key})
    else:
        say.out(gettext("{entries} exported. Key: {key}", entries=_entries(checkpoint), key=key))


@app.command("cosign")
@click.argument("url", metavar="URL", help="Where the witness takes checkpoints.")
@click.option("--witness", metavar="KEY", required=True, help="The witness's verifier key.")
@database_option
@json_option
def cosign(*, url: str, witness: str, database: DatabaseLocation | None, as_json: bool) -> None:
    """Have a witness sign the log's last checkpoint, and keep its signature."""
    from radiokey.cli.witness import posting  # noqa: PLC0415 - what speaks HTTP takes a while to load

    key = VerifierKey.parse(witness, *COSIGNING)
    with open_base(database, make=False) as base:
        line = ask_witness(base.stores.of(Principal.PUBLISHER), base.log.key, key, posting(url))
        checkpoint = base.log.checkpoint()
    if as_json:
        say.document({"origin": checkpoint.origin, "size": checkpoint.size, "line": line})
    else:
        say.out(gettext("{name} signed the log.", name=key.name))


@app.command("receipt")
@click.argument("file", type=parse_path, metavar="FILE", help="A receipt of this base.")
@database_option
def receipt(*, file: Path, database: DatabaseLocation | None) -> None:
    """Print a receipt again, under the log's last checkpoint and with the signatures of its witnesses."""
    old = parse_receipt(_text(file))
    with open_base(database, make=False) as base, base.log.snapshot() as transaction:
        verify(old, base.log.key)
        say.out(renew_receipt(old, transaction, base.log.key).encode().decode().rstrip("\n"))


def _own(database: DatabaseLocation | None, *, as_json: bool) -> None:
    with open_base(database, make=False) as base:
        checkpoint = base.verify_everything()
        verifier = str(base.log.key)
    if as_json:
        say.document({"origin": checkpoint.origin, "size": checkpoint.size, "key": verifier})
    else:
        say.out(
            gettext(
                "The log holds {entries} and all of it verifies. Key: {verifier}",
                entries=_entries(checkpoint),
                verifier=verifier,
            )
        )


def _export(folder: Path, trusted: VerifierKey | None, seen: Sequence[Path], *, as_json: bool) -> None:
    if trusted is None:
        raise UsageError(
            gettext("an export is checked against its log's key"),
            hint=gettext("--key KEY; the operator of the log publishes it"),
        )
    checkpoint = verify_export(folder, trusted, [_seen(file, trusted) for file in seen])
    if as_json:
        say.document({"origin": checkpoint.origin, "size": checkpoint.size, "key": str(trusted)})
    else:
        say.out(
            gettext(
                "The export holds {entries} of {origin} and all of it verifies.",
                entries=_entries(checkpoint),
                origin=checkpoint.origin,
            )
        )


def _receipt(verified: Verified, trusted: VerifierKey | None, *, as_json: bool) -> None:
    if as_json:
        say.document(
            {
                "serial": verified.serial.text,
                "family": verified.leaf.family,
                "at_ms": verified.leaf.at_ms,
                "origin": verified.checkpoint.origin,
                "size": verified.checkpoint.size,
                "trusted": trusted is not None,
                "witnesses": _names(verified),
            }
        )
        return
    say.out(
        gettext(
            "The receipt is whole: {serial} was released by {origin}.",
            serial=verified.serial,
            origin=verified.checkpoint.origin,
        )
    )
    for name in _names(verified):
        say.out(gettext("{name} witnessed the log that holds it.", name=name))
    if trusted is None:
        say.out(gettext("It was checked against the key it brings. --key checks it against one you trust."))


def _names(verified: Verified) -> list[str]:
    """Return the witnesses that signed, each once, whatever it signed with."""
    return list(dict.fromkeys(one.key.name for one in verified.witnesses))


def _seen(file: Path, key: VerifierKey) -> Checkpoint:
    """Return the checkpoint of a signed note or of a receipt."""
    text = _text(file)
    if text.lstrip().startswith(_JSON):
        return verify(parse_receipt(text), key).checkpoint
    try:
        return Checkpoint.parse(open_note(text.decode(), key))
    except UnicodeDecodeError:
        raise ReceiptError(
            gettext("this is no checkpoint"), hint=gettext("give the file as it was served")
        ) from None


def _entries(checkpoint: Checkpoint) -> str:
    size = checkpoint.size
    return ngettext("{count} entry", "{count} entries", size, count=number(size))


def _text(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(RECEIPT_SIZE_MAX + 1)
    except OSError as error:
        raise ReceiptError(
            gettext("the file cannot be read: {strerror}", strerror=error.strerror),
            hint=gettext("give the receipt's file"),
        ) from error
