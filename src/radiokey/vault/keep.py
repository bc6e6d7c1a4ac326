"""A vault in its file: opened, and saved so that nothing of it is ever lost."""

import hashlib
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


@dataclass(frozen=True, slots=True)
class Opened:
    """A vault as its file has it; `digest` is that of the file, `None` where there is no file yet."""

    vault: Vault
    digest: bytes | None


NEW: Final = Opened(Vault(), None)


def open_vault(path: Path, key: Key) -> Opened:
    """Open the vault in a file; raise `VaultError` by what is wrong, `TryLaterError`."""
    sealed = _read(path)
    if sealed is None:
        raise VaultError("there is no such vault", hint="'radiokey vault add' makes one")
    digest = _digest(sealed)
    document = unseal(sealed, key)
    del sealed  # a large file does not stand in memory twice while it is read
    return Opened(parse_vault(document), digest)


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
            now = _read(path)
            if (None if now is None else _digest(now)) != opened.digest:
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


def _read(path: Path) -> bytes | None:
    try:
        if path.stat().st_size > FILE_BYTES_MAX:
            raise VaultError("this file is too large for a vault", hint="a vault has at most 512 MiB")
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise VaultError(
            f"the vault cannot be read: {error.strerror}", hint="give the file that 'radiokey vault' wrote"
        ) from error


def _digest(sealed: bytes) -> bytes:
    return hashlib.sha256(sealed).digest()
