"""A vault in its file: opened, and saved so that nothing of it is ever lost."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from radiokey.durable import alone_in, replace_file
from radiokey.errors import ChangedMeanwhileError, StoreError, VaultError
from radiokey.language.speech import gettext
from radiokey.vault.age import seal, seal_to, unseal_file
from radiokey.vault.document import Vault, encode_vault, parse_vault
from radiokey.vault.secret import Key, Passphrase

FILE_BYTES_MAX: Final = 1 << 29
"""A longer file is no vault."""
_HEAD_BYTES: Final = 4_096


@dataclass(frozen=True, slots=True)
class Opened:
    """A vault as its file has it; `mark` tells this sealing from others, `None` where no file is there."""

    vault: Vault
    mark: bytes | None


NEW: Final = Opened(Vault(), None)


def open_vault(path: Path, key: Key) -> Opened:
    """Open the vault in a file; raise `VaultError` by what is wrong, `TryLaterError`."""
    with _opened(path) as file:
        if file is None:
            raise VaultError(
                gettext("there is no such vault"), hint=gettext("'radiokey vault add' makes one")
            )
        mark = _mark(file)
        file.seek(0)
        return Opened(parse_vault(unseal_file(file, key)), mark)


def save_vault(path: Path, opened: Opened, vault: Vault, passphrase: Passphrase | None) -> None:
    """Write `vault` in place of what was opened.

    It is sealed to its recipients, or with `passphrase` where it has none. Raises `ChangedMeanwhileError`
    where somebody else wrote the file since, `StoreError` where it cannot be written.
    """
    document = encode_vault(vault)
    if vault.recipients:
        sealed = seal_to(document, vault.recipients)
    else:
        assert passphrase is not None, "a vault without recipients has a passphrase"
        sealed = seal(document, passphrase)
    if len(sealed) > FILE_BYTES_MAX:
        raise VaultError(
            gettext("a vault has at most 512 MiB"),
            hint=gettext("keep fewer photos in it, or begin another one"),
        )
    try:
        with alone_in(path.parent):
            if _mark_of(path) != opened.mark:
                raise ChangedMeanwhileError(
                    gettext("somebody else wrote this file in the meantime"),
                    hint=gettext("do it again, on what it holds now"),
                )
            replace_file(path, sealed)
    except OSError as error:
        raise StoreError(
            gettext("the vault cannot be written: {strerror}", strerror=error.strerror),
            hint=gettext("see that its folder can be written and has room"),
        ) from error


def _mark_of(path: Path) -> bytes | None:
    with _opened(path) as file:
        return None if file is None else _mark(file)


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO | None]:
    """Yield a file that may be a vault, `None` where there is none; raise `VaultError`."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        yield None
        return
    except OSError as error:
        raise _unreadable(error) from error
    with file:
        try:
            if file.seek(0, os.SEEK_END) > FILE_BYTES_MAX:
                raise VaultError(
                    gettext("this file is too large for a vault"), hint=gettext("a vault has at most 512 MiB")
                )
            yield file
        except OSError as error:
            raise _unreadable(error) from error


def _unreadable(error: OSError) -> VaultError:
    return VaultError(
        gettext("the vault cannot be read: {strerror}", strerror=error.strerror),
        hint=gettext("give the file that 'radiokey vault' wrote"),
    )


def _mark(file: BinaryIO) -> bytes:
    """Return what tells a sealing from every other: its head, all of it drawn by chance, and its length."""
    length = file.seek(0, os.SEEK_END)
    file.seek(0)
    return hashlib.sha256(b"%d " % length + file.read(_HEAD_BYTES)).digest()
