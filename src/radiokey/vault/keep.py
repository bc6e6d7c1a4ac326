"""A vault in its file: opened, and saved so that nothing of it is ever lost."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from radiokey.errors import ChangedMeanwhileError, StoreError, VaultError
from radiokey.vault.age import read_factor, seal, seal_to, unseal
from radiokey.vault.disk import FolderOnDisk, replace_file
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
    read = _read(path)
    if read is None:
        raise VaultError("there is no such vault", hint="'radiokey vault add' makes one")
    mark = _mark(read)
    document = unseal(read[0], key)
    del read  # what was sealed does not stand in memory beside what is read of it
    return Opened(parse_vault(document), mark)


def save_vault(path: Path, opened: Opened, vault: Vault, passphrase: Passphrase | None) -> int | None:
    """Write `vault` in place of what was opened; return its work factor, `None` where keys open it.

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
        raise VaultError("a vault has at most 512 MiB", hint="keep fewer photos in it, or begin another one")
    try:
        folder = FolderOnDisk(path.parent)
        with folder.alone():
            now = _read(path, _HEAD_BYTES)
            if (None if now is None else _mark(now)) != opened.mark:
                raise ChangedMeanwhileError(
                    "somebody else wrote this file in the meantime", hint="do it again, on what it holds now"
                )
            replace_file(folder, path.name, sealed)
    except OSError as error:
        raise StoreError(
            f"the vault cannot be written: {error.strerror}",
            hint="see that its folder can be written and has room",
        ) from error
    return None if vault.recipients else read_factor(sealed)


def _read(path: Path, most: int = -1) -> tuple[bytes, int] | None:
    """Return the first `most` bytes of a file, all by default, and its length; `None` where there is none."""
    try:
        with path.open("rb") as file:
            length = file.seek(0, os.SEEK_END)
            if length > FILE_BYTES_MAX:
                raise VaultError("this file is too large for a vault", hint="a vault has at most 512 MiB")
            file.seek(0)
            return file.read(most), length
    except FileNotFoundError:
        return None
    except OSError as error:
        raise VaultError(
            f"the vault cannot be read: {error.strerror}", hint="give the file that 'radiokey vault' wrote"
        ) from error


def _mark(read: tuple[bytes, int]) -> bytes:
    """Return what tells a sealing from every other: its head, all of it drawn by chance, and its length."""
    data, length = read
    return hashlib.sha256(b"%d " % length + data[:_HEAD_BYTES]).digest()
