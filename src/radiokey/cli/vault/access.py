"""How a command opens a vault: with a passphrase that is asked for or read, never an argument."""

import os
import sys
from pathlib import Path
from typing import Final

from radiokey.cli.vault.options import Access
from radiokey.errors import NotThereError, StoreError, UsageError, VaultError
from radiokey.language.speech import gettext
from radiokey.vault.document import Entry, Vault, find_entries
from radiokey.vault.keep import NEW, Opened, open_vault, save_vault
from radiokey.vault.secret import Key, KeyFile, Passphrase

_KEY_FILE_BYTES_MAX: Final = 100_000


def key_of(access: Access) -> Key:
    """Return what opens it, asked for where it has to be."""
    if access.identity is None:
        return Passphrase(_line(access, gettext("Passphrase: ")))
    if access.passphrase_stdin:
        raise UsageError(
            gettext("a vault opens with a passphrase or with a key"), hint=gettext("say one of the two")
        )
    return KeyFile(read_text(access.identity, _KEY_FILE_BYTES_MAX))


def new_passphrase(access: Access) -> Passphrase:
    """Return the passphrase of a new file: typed twice, or read once."""
    chosen = Passphrase.chosen(_line(access, gettext("New passphrase: ")))
    if not access.passphrase_stdin and Passphrase(_line(access, gettext("Once more: "))) != chosen:
        raise VaultError(
            gettext("the two passphrases are not the same"), hint=gettext("nothing was written; begin again")
        )
    return chosen


def _line(access: Access, question: str) -> str:
    """Return what is typed on the terminal, unseen, or the next line of standard input."""
    if access.passphrase_stdin:
        return next_line().rstrip("\r\n")
    if not (sys.stdin.isatty() or (access.stdin_taken and _has_terminal())):
        raise UsageError(
            gettext("a passphrase is typed on a terminal, and there is none"),
            hint=gettext("--passphrase-stdin reads it from standard input"),
        )
    return typed_unseen(question)


def next_line() -> str:
    """Return the next line of standard input, and take no byte behind it: those may be a document's."""
    try:
        return sys.stdin.buffer.readline().decode(sys.stdin.encoding)
    except UnicodeDecodeError:
        raise UsageError(
            gettext("standard input is not in the encoding of this terminal"),
            hint=gettext("it is {encoding}", encoding=sys.stdin.encoding),
        ) from None


def open_kept(access: Access) -> tuple[Opened, Key]:
    """Return the vault and what opened it."""
    if not access.path.exists():
        raise NotThereError(gettext("there is no such vault"), hint=gettext("'radiokey vault add' makes one"))
    key = key_of(access)
    return open_vault(access.path, key), key


def open_or_begin(access: Access) -> tuple[Opened, Key | None]:
    """Return the vault and what opened it; where there is no file an empty one, and `None`."""
    return open_kept(access) if access.path.exists() else (NEW, None)


def save_kept(access: Access, opened: Opened, vault: Vault, key: Key | None) -> None:
    """Write the vault back; a new one asks for its passphrase unless it has recipients."""
    passphrase = key if isinstance(key, Passphrase) else None
    if not vault.recipients and passphrase is None:
        passphrase = new_passphrase(access)
    save_vault(access.path, opened, vault, passphrase)


def entry_of(vault: Vault, serial: str | None) -> Entry:
    """Return the one entry of that number, or the only one there is; raise `NotThereError`, `UsageError`."""
    found = vault.entries if serial is None else find_entries(vault, serial)
    if not found:
        raise NotThereError(
            gettext("the vault has no such number"), hint=gettext("'radiokey vault list' says what it has")
        )
    if len(found) > 1:
        raise UsageError(
            gettext("the vault has several such numbers"), hint=gettext("say the whole one: --serial SERIAL")
        )
    return found[0]


def read_bytes(path: Path, longest: int) -> bytes:
    """Return what is in a file; raise `VaultError` where it cannot be read or is too long for what it is."""
    try:
        with path.open("rb") as file:
            data = file.read(longest + 1)
    except OSError as error:
        raise VaultError(
            gettext("the file cannot be read: {strerror}", strerror=error.strerror),
            hint=gettext("look at its name"),
        ) from error
    if len(data) > longest:
        raise VaultError(
            gettext("this file is too long for what it is to be"), hint=gettext("give another one")
        )
    return data


def read_text(path: Path, longest: int) -> str:
    """Return the text in a file: see `read_bytes`."""
    try:
        return read_bytes(path, longest).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise VaultError(gettext("this file is no text"), hint=gettext("give another one")) from None


def typed_unseen(question: str) -> str:
    """Return what is typed on the terminal, which does not show it."""
    from getpass import getpass  # noqa: PLC0415 - only where somebody types

    sys.stdout.flush()
    return getpass(f"radiokey: {question}", stream=sys.stderr)


def write_new(path: Path, data: bytes) -> None:
    """Write a new file for its owner only; raise `UsageError` where one is there, `StoreError`."""
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
    except FileExistsError:
        raise UsageError(
            gettext("a file of that name is there already"), hint=gettext("choose a new name")
        ) from None
    except OSError as error:
        raise StoreError(
            gettext("the file cannot be written: {strerror}", strerror=error.strerror),
            hint=gettext("see that its folder can be written"),
        ) from error


def _has_terminal() -> bool:
    try:
        os.close(os.open("/dev/tty", os.O_RDWR))
    except OSError:
        return False
    return True
