"""`radiokey vault passphrase`: what opens a vault from now on."""

from dataclasses import replace
from pathlib import Path

import click

from radiokey.cli import say
from radiokey.cli.vault.access import open_kept, save_kept
from radiokey.cli.vault.app import app
from radiokey.cli.vault.options import Access, vault_options
from radiokey.language.speech import gettext


@app.command("passphrase")
@vault_options
@click.option(
    "--recipient", "recipients", multiple=True, metavar="KEY", help="Seal it to this age key instead."
)
def passphrase(
    *, file: Path, identity: Path | None, passphrase_stdin: bool, recipients: tuple[str, ...]
) -> None:
    """Give a vault another passphrase: the old one is asked first. Copies keep theirs."""
    access = Access(file, identity, passphrase_stdin)
    opened, _ = open_kept(access)
    save_kept(access, opened, replace(opened.vault, recipients=recipients), None)
    say.out(
        gettext("{file} opens with the key from now on", file=file)
        if recipients
        else gettext("{file} opens with the new passphrase from now on", file=file)
    )
