"""The head of an age file, read before anything is opened (docs/spec/vault.md, https://c2sp.org/age).

It says how the file opens and what that costs; its length and that of the file say whether a file is whole.
Nothing is decrypted or derived here.
"""

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Final

from radiokey.errors import (
    VaultChangedError,
    VaultCostError,
    VaultCutError,
    VaultForeignError,
    VaultNewerError,
)

FACTOR_MAX: Final = 21
"""The largest work factor that is paid: 2^21 KiB of memory."""
FACTORS_WRITTEN: Final = range(15, 21)
"""The work factors that a vault is written with: each of them opens in a browser too."""
BLOCK: Final = 4_096
"""The length of a document is a multiple of this."""

_NAME: Final = b"age-encryption.org/"
_FIRST: Final = b"age-encryption.org/v1\n"
_VERSION: Final = re.compile(rb"age-encryption\.org/v[0-9]{1,9}\n")
_LINE_MAX: Final = 4_096
_ARGUMENT: Final = re.compile(rb"[\x21-\x7e]+")
_FULL: Final = re.compile(rb"[A-Za-z0-9+/]{64}")
_LAST: Final = re.compile(rb"[A-Za-z0-9+/]{0,63}")
_MAC: Final = re.compile(rb"--- [A-Za-z0-9+/]{43}")
_SALT: Final = re.compile(rb"[A-Za-z0-9+/]{22}")
_FACTOR: Final = re.compile(rb"[1-9][0-9]*")
_WRAPPED: Final = 32
"""The bytes of a file's key as a passphrase wraps it."""
_NONCE: Final = 16
_PART: Final = 65_536
_TAG: Final = 16
_ARMOR_FIRST: Final = b"-----BEGIN AGE ENCRYPTED FILE-----"
_ARMOR_LAST: Final = b"-----END AGE ENCRYPTED FILE-----"
_ARMOR_LINE: Final = 64
_WHITE: Final = b" \t\r\n"


@dataclass(frozen=True, slots=True)
class Head:
    """What the head of an age file says: its length in bytes, and the work factor, `None` for keys."""

    length: int
    factor: int | None


def read_head(sealed: bytes) -> Head:
    """Return the head of a binary age file, its cost checked.

    Raises `VaultForeignError`, `VaultNewerError`, `VaultCutError`, `VaultChangedError`, `VaultCostError`.
    """
    _check_first(sealed)
    at, factors, stanzas = len(_FIRST), [], 0
    while True:
        line, at = _line(sealed, at)
        if _MAC.fullmatch(line):
            _unpadded(line.removeprefix(b"--- "))
            break
        kind, *arguments = _arguments(line)
        body, at = _body(sealed, at)
        stanzas += 1
        if kind == b"scrypt":
            factors.append(_factor(arguments))
            if len(body) != _WRAPPED:
                raise changed()
    if not stanzas or (factors and stanzas > 1):
        raise changed()
    if factors and factors[0] > FACTOR_MAX:
        raise VaultCostError(
            f"to open this file would take more than {1 << (FACTOR_MAX - 20)} GiB of memory",
            hint="if you trust it: age -d FILE | radiokey vault import --file NEW -",
        )
    return Head(at, factors[0] if factors else None)


def damage(length: int, head: Head) -> VaultCutError | VaultChangedError:
    """Return what a file of that length is that opened and is not whole: cut, or changed."""
    behind = length - head.length - _NONCE
    rest = behind % (_PART + _TAG)
    whole = behind > _TAG and not 0 < rest <= _TAG and plain_length(length, head) % BLOCK == 0
    return changed() if whole else cut()


def plain_length(length: int, head: Head) -> int:
    """Return how many bytes an age file of that length holds; one that is not whole may hold fewer."""
    parts, rest = divmod(max(0, length - head.length - _NONCE), _PART + _TAG)
    return parts * _PART + max(0, rest - _TAG)


def without_armor(file: bytes) -> bytes:
    """Return the age file in binary: as it is, or out of its ASCII armor.

    Raises `VaultCutError` where the armor ends too early, `VaultChangedError` where it is malformed.
    """
    text = file.strip(_WHITE) if file.lstrip(_WHITE).startswith(_ARMOR_FIRST[:5]) else b""
    if not text:
        return file
    if _ARMOR_FIRST.startswith(text):
        raise cut()
    first, *lines = (line.removesuffix(b"\r") for line in text.split(b"\n"))
    if first != _ARMOR_FIRST:
        raise changed()
    if not lines or lines[-1] != _ARMOR_LAST:
        raise cut()
    body = lines[:-1]
    if (
        not body
        or any(len(line) != _ARMOR_LINE for line in body[:-1])
        or not 0 < len(body[-1]) <= _ARMOR_LINE
    ):
        raise changed()
    try:
        return _canonical(b"".join(body))
    except binascii.Error:
        raise changed() from None


def cut() -> VaultCutError:
    """Return what a file is that ends too early."""
    return VaultCutError(
        "the file of the vault is not whole: it was cut short",
        hint="nothing was changed; use another copy of it",
    )


def changed() -> VaultChangedError:
    """Return what a file is that is not as it was written."""
    return VaultChangedError(
        "the file of the vault is not as it was written", hint="nothing was changed; use another copy of it"
    )


def _check_first(sealed: bytes) -> None:
    if sealed.startswith(_FIRST):
        return
    if _VERSION.match(sealed):
        raise VaultNewerError(
            "this file is of a later version of age", hint="a newer Radiokey or a newer age reads it"
        )
    if _FIRST.startswith(sealed):
        raise cut()
    if sealed.startswith(_NAME):
        raise changed()
    raise VaultForeignError(
        "this is no age file", hint="give the file that 'radiokey vault' or the site wrote"
    )


def _line(sealed: bytes, at: int) -> tuple[bytes, int]:
    """Return the line that begins there, and where the next one does."""
    end = sealed.find(b"\n", at, at + _LINE_MAX)
    if end < 0:
        raise cut() if len(sealed) < at + _LINE_MAX else changed()
    return sealed[at:end], end + 1


def _arguments(line: bytes) -> list[bytes]:
    if not line.startswith(b"-> "):
        raise changed()
    arguments = line[3:].split(b" ")
    if not all(_ARGUMENT.fullmatch(argument) for argument in arguments):
        raise changed()
    return arguments


def _body(sealed: bytes, at: int) -> tuple[bytes, int]:
    """Return a stanza's body, and where the line behind it begins: it ends with a line that is not full."""
    text = b""
    while True:
        line, at = _line(sealed, at)
        text += line
        if _LAST.fullmatch(line):
            return _unpadded(text), at
        if not _FULL.fullmatch(line):
            raise changed()


def _factor(arguments: list[bytes]) -> int:
    match arguments:
        case [salt, factor] if _SALT.fullmatch(salt) and _FACTOR.fullmatch(factor):
            _unpadded(salt)
            return int(factor[:4])
    raise changed()


def _unpadded(text: bytes) -> bytes:
    """Return what base64 without its padding stands for; raise `VaultChangedError`."""
    try:
        return _canonical(text + b"=" * (-len(text) % 4))
    except binascii.Error:
        raise changed() from None


def _canonical(text: bytes) -> bytes:
    """Return what base64 stands for; raise `binascii.Error` unless it is the one way to write it."""
    data = base64.b64decode(text, validate=True)
    if base64.b64encode(data) != text:
        raise binascii.Error("not canonical")
    return data
