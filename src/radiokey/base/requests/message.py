"""Messages between owner and desk: short, plain, and never with something in them that could be the code.

The product writes no code into a message; this keeps people from doing it. A message lies in a database, goes
through a mailbox and is read over shoulders. What has the shape of the radio's code is refused, a year of
four digits too: a sentence can be said otherwise, a code that was sent cannot be taken back.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from radiokey.code.value import CODE_LENGTH_MAX, Code, CodeShape
from radiokey.errors import CodeShapeError, UsageError
from radiokey.language.speech import gettext, number

LENGTH_MAX: Final = 1_000

_WORD: Final = re.compile(r"[0-9A-Za-z]+")
_DIGITS: Final = re.compile(r"[0-9]+")
_SPELLED: Final = re.compile(r"(?<![0-9A-Za-z])[0-9A-Za-z](?:[ .\-][0-9A-Za-z])+(?![0-9A-Za-z])")
_ANY_CODE: Final = re.compile(r"[0-9]{3,8}|(?=.*[0-9])[0-9A-Fa-f]{8}")
"""What a code could be where nobody knows the radio's: 3 to 8 digits, or ERC's 8 hexadecimal ones."""


def message_text(text: str, shape: CodeShape | None) -> str:
    """Return a message as it is stored; `shape` is that of the radio's codes, `None` where it is not known.

    Raises `UsageError` for one that is empty, too long, not plain, or holds what could be the code.
    """
    plain = plain_text(text)
    if not 1 <= len(plain) <= LENGTH_MAX:
        raise UsageError(
            gettext("a message has 1 to {most} characters", most=number(LENGTH_MAX)),
            hint=gettext("say the one thing that matters"),
        )
    if not all(character == "\n" or character.isprintable() for character in plain):
        raise UsageError(
            gettext("a message is plain text"), hint=gettext("type it anew, without what was pasted")
        )
    if may_hold_code(plain, shape):
        raise UsageError(
            gettext("this message holds a number that could be the code of the radio"),
            hint=gettext("leave it out, or say a year or a time in words; a code is never sent in a message"),
        )
    return plain


def may_hold_code(text: str, shape: CodeShape | None) -> bool:
    """Tell whether something in a text could be the code of a radio whose codes have this shape."""
    return any(_could_be_code(part, shape) for part in _parts(text))


def plain_text(text: str) -> str:
    r"""Return what was typed with the line breaks and spaces of a message: keyboards and pages have others.

    >>> plain_text("Laquelle\u202f?\r\n\tCelle-ci. ")
    'Laquelle ?\n Celle-ci.'
    """
    spaced = "".join(" " if _is_space(character) else character for character in text)
    return "\n".join(line.rstrip() for line in spaced.replace("\r\n", "\n").strip().split("\n"))


def _is_space(character: str) -> bool:
    return character == "\t" or unicodedata.category(character) == "Zs"


def _parts(text: str) -> Iterator[str]:
    """Yield every word, every run of digits, and every window of what is spelled out one by one."""
    yield from _WORD.findall(text)
    yield from _DIGITS.findall(text)
    for spelled in _SPELLED.findall(text):
        letters = spelled[::2]
        for start in range(len(letters)):
            for end in range(start + 1, min(len(letters), start + CODE_LENGTH_MAX) + 1):
                yield letters[start:end]


def _could_be_code(text: str, shape: CodeShape | None) -> bool:
    if shape is None:
        return _ANY_CODE.fullmatch(text) is not None
    try:
        shape.check(Code(text))
    except CodeShapeError:
        return False
    return True
