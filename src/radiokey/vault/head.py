"""The head of an age file, read before anything is opened (docs/spec/vault.md, https://c2sp.org/age).

It says how the file opens and what that costs; its length and that of the file say whether a file is whole.
Nothing is decrypted or derived here: that is `radiokey.vault.age`.
"""

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from radiokey.errors import (
    VaultChangedError,
    VaultCostError,
    VaultCutError,
    VaultForeignError,
    VaultNewerError,
)
from radiokey.language.speech import gettext

FACTOR_MAX: Final = 21
"""The largest work factor that is paid: 2^21 KiB of memory."""
FACTOR_WRITTEN: Final = 17
"""The work factor that a vault is written with, the page too: 128 MiB, for a phone's sake (ADR 37)."""
HEAD_BYTES_MAX: Final = 65_536
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
_SHARE: Final = 32
_WRAPPED: Final = 32
"""The bytes of a file's key as a stanza wraps it."""
NONCE: Final = 16
PART: Final = 65_536
"""The bytes of a file are encrypted in parts of this length."""
TAG: Final = 16
_ARMOR_FIRST: Final = b"-----BEGIN AGE ENCRYPTED FILE-----"
_ARMOR_LAST: Final = b"-----END AGE ENCRYPTED FILE-----"
_ARMOR_LINE: Final = 64
_WHITE: Final = b" \t\r\n"


@dataclass(frozen=True, slots=True)
class Stretched:
    """A stanza that a passphrase opens (`scrypt`): salt and work factor of the stretch, the wrapped key."""

    salt: bytes
    factor: int
    wrapped: bytes


@dataclass(frozen=True, slots=True)
class Shared:
    """A stanza that one key opens (`X25519`): the public half made for this file, the wrapped key."""

    share: bytes
    wrapped: bytes


@dataclass(frozen=True, slots=True)
class Head:
    """What the head of an age file says.

    `length` is that of the head in bytes; `stanzas` are those of the two kinds that open here; `signed` are
    the bytes that `mac` is over.
    """

    length: int
    stanzas: tuple[Stretched | Shared, ...]
    signed: bytes
    mac: bytes

    @property
    def factor(self) -> int | None:
        """The work factor, `None` where keys open the file."""
        return next((one.factor for one in self.stanzas if isinstance(one, Stretched)), None)


def read_head(sealed: bytes) -> Head:
    """Return the head of a binary age file, its cost checked.

    Raises `VaultForeignError`, `VaultNewerError`, `VaultCutError`, `VaultChangedError`, `VaultCostError`.
    """
    _check_first(sealed)
    at, stanzas, count = len(_FIRST), list[Stretched | Shared](), 0
    while True:
        before = at
        line, at = _line(sealed, at)
        if _MAC.fullmatch(line):
            break
        kind, *arguments = _arguments(line)
        body, at = _body(sealed, at)
        count += 1
        if kind in _STANZAS:
            stanzas.append(_STANZAS[kind](arguments, body))
    head = Head(at, tuple(stanzas), sealed[: before + 3], _unpadded(line[4:]))
    if not count or (head.factor is not None and count > 1):
        raise changed()
    if head.factor is not None and head.factor > FACTOR_MAX:
        raise VaultCostError(
            gettext(
                "to open this file would take more than {gibibytes} GiB of memory",
                gibibytes=1 << (FACTOR_MAX - 20),
            ),
            hint=gettext("if you trust it: age -d FILE | radiokey vault import --file NEW -"),
        )
    return head


def damage(length: int, head: Head) -> VaultCutError | VaultChangedError:
    """Return what a file of that length is that opened and is not whole: cut, or changed."""
    behind = length - head.length - NONCE
    rest = behind % (PART + TAG)
    whole = behind > TAG and not 0 < rest <= TAG and plain_length(length, head) % BLOCK == 0
    return changed() if whole else cut()


def plain_length(length: int, head: Head) -> int:
    """Return how many bytes an age file of that length holds; one that is not whole may hold fewer."""
    parts, rest = divmod(max(0, length - head.length - NONCE), PART + TAG)
    return parts * PART + max(0, rest - TAG)


def is_armored(file: bytes) -> bool:
    """Tell whether a file begins as ASCII armor does."""
    return file.lstrip(_WHITE).startswith(_ARMOR_FIRST[:5])


def without_armor(file: bytes) -> bytes:
    """Return the age file in binary: as it is, or out of its ASCII armor.

    Raises `VaultCutError` where the armor ends too early, `VaultChangedError` where it is malformed.
    """
    if not is_armored(file):
        return file
    text = file.strip(_WHITE)
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
        gettext("the file of the vault is not whole: it was cut short"),
        hint=gettext("nothing was changed; use another copy of it"),
    )


def changed() -> VaultChangedError:
    """Return what a file is that is not as it was written."""
    return VaultChangedError(
        gettext("the file of the vault is not as it was written"),
        hint=gettext("nothing was changed; use another copy of it"),
    )


def _check_first(sealed: bytes) -> None:
    if sealed.startswith(_FIRST):
        return
    if _VERSION.match(sealed):
        raise VaultNewerError(
            gettext("this file is of a later version of age"),
            hint=gettext("a newer Radiokey or a newer age reads it"),
        )
    if _FIRST.startswith(sealed):
        raise cut()
    if sealed.startswith(_NAME):
        raise changed()
    raise VaultForeignError(
        gettext("this is no age file"), hint=gettext("give the file that 'radiokey vault' or the site wrote")
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


def _stretched(arguments: list[bytes], body: bytes) -> Stretched:
    match arguments:
        case [salt, factor] if _SALT.fullmatch(salt) and _FACTOR.fullmatch(factor) and len(body) == _WRAPPED:
            return Stretched(_unpadded(salt), int(factor[:4]), body)
    raise changed()


def _shared(arguments: list[bytes], body: bytes) -> Shared:
    match [_unpadded(argument) for argument in arguments]:
        case [share] if len(share) == _SHARE and len(body) == _WRAPPED:
            return Shared(share, body)
    raise changed()


_STANZAS: Final[dict[bytes, Callable[[list[bytes], bytes], Stretched | Shared]]] = {
    b"scrypt": _stretched,
    b"X25519": _shared,
}


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
