"""`radiokey vault export` and `import`: a vault as text, and what comes back as one."""

import sys
from codecs import BOM_UTF8
from dataclasses import replace
from datetime import date
from pathlib import Path

import click

from radiokey.cli import say
from radiokey.cli.options import parse_path
from radiokey.cli.vault.access import (
    entry_of,
    new_passphrase,
    open_kept,
    open_or_begin,
    read_bytes,
    save_kept,
    write_new,
)
from radiokey.cli.vault.app import app, serial_option
from radiokey.cli.vault.filling import today, with_entering
from radiokey.cli.vault.options import Access, reveal_option, vault_options
from radiokey.language.speech import gettext
from radiokey.vault.card_text import CARD, read_card
from radiokey.vault.document import (
    Vault,
    encode_text,
    only,
    parse_vault,
    with_entry,
    without_codes,
)
from radiokey.vault.keep import FILE_BYTES_MAX


@app.command("export")
@vault_options
@serial_option
@reveal_option
@click.option("--to", type=parse_path, metavar="FILE", help="A new file, in place of standard output.")
def export(
    *,
    file: Path,
    serial: str | None,
    reveal: bool,
    to: Path | None,
    identity: Path | None,
    passphrase_stdin: bool,
) -> None:
    """Write a vault in clear, as text, without the codes unless --reveal is said."""
    opened, _ = open_kept(Access(file, identity, passphrase_stdin))
    vault = opened.vault
    if serial is not None:
        vault = only(vault, (entry_of(vault, serial),))
    text = encode_text(vault if reveal else without_codes(vault))
    if to is None:
        say.out(text)
    else:
        write_new(to, f"{text}\n".encode())
    if reveal:
        say.note(gettext("the codes are in it in clear: encrypt it or destroy it"))


@app.command("import")
@vault_options
@click.argument(
    "source",
    metavar="SOURCE",
    help="An export, what 'age -d' writes, or the text of a card; - reads standard input.",
)
def import_entries(*, file: Path, source: str, identity: Path | None, passphrase_stdin: bool) -> None:
    """Take over what an export or a card holds. An entry that is there stays as it is."""
    access = Access(file, identity, passphrase_stdin, stdin_taken=source == "-")
    opened, key = open_or_begin(access)
    if key is None:
        key = new_passphrase(access)
    stdin = source == "-"
    coming = _coming(
        sys.stdin.buffer.read(FILE_BYTES_MAX) if stdin else read_bytes(parse_path(source), FILE_BYTES_MAX)
    )
    vault, taken, stayed = opened.vault, 0, 0
    have = {entry.key for entry in vault.entries}
    for entry in coming.entries:
        if entry.key in have:
            stayed += 1
            continue
        filled = entry if entry.keys else with_entering(entry)  # version 1, which is text, has no keys
        vault = with_entry(vault, replace(filled, photo=""), coming.photo(entry))
        have.add(entry.key)
        taken += 1
    if taken:
        save_kept(access, opened, vault, key)
    say.out(gettext("{taken} taken over, {stayed} there already", taken=taken, stayed=stayed))


def _coming(data: bytes) -> Vault:
    """Return what an export, a vault that age decrypted or the text of a card holds."""
    data = data.removeprefix(BOM_UTF8)
    if not data.lstrip().startswith(f'{{"{CARD}"'.encode()):
        return parse_vault(data)
    entry = read_card(data.decode("utf-8", "replace"))
    return Vault((entry if entry.kept_on != date.min else replace(entry, kept_on=today()),))
