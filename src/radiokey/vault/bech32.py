"""Bech32 (BIP 173), as age writes its keys: without the limit of 90 characters.

>>> decode("A12UEL5L")
('a', b'')
"""

from collections.abc import Iterable
from typing import Final

_LETTERS: Final = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR: Final = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_CHECK_LENGTH: Final = 6
_WORD: Final = 5
_BYTE: Final = 8


def decode(text: str) -> tuple[str, bytes]:
    """Return the prefix in lower case, and the data; raise `ValueError` for a text that is none."""
    if text not in {text.lower(), text.upper()}:
        raise ValueError("upper and lower case are mixed")
    prefix, one, rest = text.lower().rpartition("1")
    if not one or not prefix or len(rest) < _CHECK_LENGTH or not prefix.isascii():
        raise ValueError("not Bech32")
    words = [_LETTERS.index(letter) for letter in rest]
    if _polymod([*_spread(prefix), *words]) != 1:
        raise ValueError("the check characters are wrong")
    return prefix, _as_bytes(words[:-_CHECK_LENGTH])


def _spread(prefix: str) -> list[int]:
    return [ord(one) >> 5 for one in prefix] + [0] + [ord(one) & 31 for one in prefix]


def _polymod(words: Iterable[int]) -> int:
    value = 1
    for word in words:
        top = value >> 25
        value = (value & 0x1FFFFFF) << 5 ^ word
        for at, part in enumerate(_GENERATOR):
            value ^= part if top >> at & 1 else 0
    return value


def _as_bytes(words: Iterable[int]) -> bytes:
    """Return words of 5 bits as bytes; raise `ValueError` where what is left is not the padding."""
    held, bits, found = 0, 0, bytearray()
    for word in words:
        held, bits = held << _WORD | word, bits + _WORD
        if bits >= _BYTE:
            bits -= _BYTE
            found.append(held >> bits)
            held &= (1 << bits) - 1
    if bits >= _WORD or held:
        raise ValueError("bits are left over")
    return bytes(found)
