"""What is carried by hand: bytes as lines of letters and digits that a person can copy, each with its check.

A line is up to nine bytes and a check byte as Crockford's base32 (no I, L, O, U), 16 characters in groups of
four; the last line may be shorter. The check is the CRC-8/SMBUS of the line's number and bytes, so that a
line that is mistyped, and two that are swapped, are named before anything is compared. The same characters,
without spaces, go into a QR code's alphanumeric mode. See docs/spec/synchronisation.md.
"""

from dataclasses import dataclass
from typing import Final

from radiokey.errors import InputError
from radiokey.language.speech import gettext

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LINE_BYTES: Final = 9
GROUP: Final = 4

_ALIKE: Final = str.maketrans("OIL", "011")
_CHARACTER_BITS: Final = 5
_LINE_CHARACTERS: Final = 16
_POLYNOMIAL: Final = 0x07


@dataclass(frozen=True, slots=True)
class _Layout:
    """How `count` bytes lie in lines: the bytes of each."""

    sizes: tuple[int, ...]

    @classmethod
    def of(cls, count: int) -> "_Layout":
        whole, rest = divmod(count, LINE_BYTES)
        return cls((LINE_BYTES,) * whole + ((rest,) if rest else ()))

    @property
    def characters(self) -> int:
        return sum(map(_characters, self.sizes))


def crc8(data: bytes) -> int:
    """Return the CRC-8/SMBUS of `data`.

    >>> hex(crc8(b"123456789"))
    '0xf4'
    """
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc << 1 ^ _POLYNOMIAL if crc & 0x80 else crc << 1) & 0xFF
    return crc


def to_lines(data: bytes) -> tuple[str, ...]:
    """Return `data` as lines to copy by hand.

    >>> to_lines(b"twelve bytes")
    ('EHVP AV3P CMG6 4Y9Q', 'EHJQ 62G')
    """
    lines, at = [], 0
    for number, size in enumerate(_Layout.of(len(data)).sizes, start=1):
        part = data[at : at + size]
        at += size
        value = int.from_bytes(part + bytes([crc8(bytes([number]) + part)]))
        count = _characters(size)
        value <<= count * _CHARACTER_BITS - (size + 1) * 8
        text = "".join(ALPHABET[value >> place * _CHARACTER_BITS & 31] for place in reversed(range(count)))
        lines.append(" ".join(text[start : start + GROUP] for start in range(0, count, GROUP)))
    return tuple(lines)


def from_lines(text: str, count: int) -> bytes:
    """Return the `count` bytes that a person copied; spaces, dashes, line ends and case mean nothing.

    Raises `InputError`, which names the first line that is not as it was given out.
    """
    typed = "".join(text.upper().replace("-", " ").split()).translate(_ALIKE)
    layout = _Layout.of(count)
    if len(typed) != layout.characters:
        raise InputError(
            gettext(
                "this has {characters} letters and digits; {typed} given",
                characters=layout.characters,
                typed=len(typed),
            ),
            hint=gettext(
                "{sizes} lines, {line_characters} in each but the last",
                sizes=len(layout.sizes),
                line_characters=_LINE_CHARACTERS,
            ),
        )
    data, at = b"", 0
    for number, size in enumerate(layout.sizes, start=1):
        characters = _characters(size)
        part = _line(typed[at : at + characters], size)
        at += characters
        if part is None or crc8(bytes([number]) + part[:-1]) != part[-1]:
            raise InputError(
                gettext("line {number} is not as it was given out", number=number),
                hint=gettext("compare it, letter by letter"),
            )
        data += part[:-1]
    return data


def _characters(size: int) -> int:
    return -(-(size + 1) * 8 // _CHARACTER_BITS)


def _line(characters: str, size: int) -> bytes | None:
    """Return the bytes and the check of a line, `None` where a character or a spare bit is none of ours."""
    value = 0
    for character in characters:
        place = ALPHABET.find(character)
        if place < 0:
            return None
        value = value << _CHARACTER_BITS | place
    spare = len(characters) * _CHARACTER_BITS - (size + 1) * 8
    if value & (1 << spare) - 1:
        return None
    return (value >> spare).to_bytes(size + 1)
