"""`radiokey vault card`: a radio on paper, for the drawer at home."""

from pathlib import Path

import click

from radiokey.cli import say
from radiokey.cli.options import parse_path
from radiokey.cli.vault.access import entry_of, open_kept, write_new
from radiokey.cli.vault.app import app, serial_option
from radiokey.cli.vault.options import Access, reveal_option, vault_options
from radiokey.errors import UsageError
from radiokey.language.speech import gettext


@app.command("card")
@vault_options
@serial_option
@reveal_option
@click.option("--to", type=parse_path, metavar="FILE", required=True, help="The PDF, a new file.")
def card(
    *,
    file: Path,
    serial: str | None,
    reveal: bool,
    to: Path,
    identity: Path | None,
    passphrase_stdin: bool,
) -> None:
    """Draw the card for the drawer at home as a PDF; with the code and its presses only with --reveal."""
    from radiokey.vault.card import draw_card  # noqa: PLC0415 - fonts and drawing take long to load
    from radiokey.web.draw.card import card_of_entry  # noqa: PLC0415 - the same

    opened, _ = open_kept(Access(file, identity, passphrase_stdin))
    entry = entry_of(opened.vault, serial)
    if reveal and entry.code is None:
        raise UsageError(
            gettext("the vault has no code of this radio yet"), hint=gettext("leave --reveal out")
        )
    write_new(to, draw_card(card_of_entry(entry, code=reveal)))
    say.out(
        gettext("{file} is the card of {serial}, with its code", file=to, serial=entry.serial)
        if reveal
        else gettext("{file} is the card of {serial}, without its code", file=to, serial=entry.serial)
    )
    say.note(gettext("keep it at home, never in the car"))
