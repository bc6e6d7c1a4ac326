"""Says a text in the language of who is served: looked up when it is said, never when a module loads.

`speaking` sets the language for what runs inside it, also in threads that a request starts. A constant holds
`later("...")`, which is looked up each time it is shown.

A text is a whole sentence with its places in it; which form a number takes is the language's to say, for
Russian has three forms of it:

>>> gettext("The radio {model} waits.", model="RCD 300")
'The radio RCD 300 waits.'
>>> ngettext("{n} minute", "{n} minutes", 21)
'21 minutes'
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Final, Protocol


class Texts(Protocol):
    """What a language has instead of the English: the translations of Python's gettext."""

    def gettext(self, message: str) -> str:
        """Return what stands for a text."""
        ...

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Return the form for a count."""
        ...

    def pgettext(self, context: str, message: str) -> str:
        """Return what stands for a text in one place."""
        ...

    def npgettext(self, context: str, msgid1: str, msgid2: str, n: int) -> str:
        """Return the form for a count in one place."""
        ...


class _AsWritten:
    """The texts of English: what is written in the source."""

    @staticmethod
    def gettext(message: str) -> str:
        return message

    @staticmethod
    def ngettext(msgid1: str, msgid2: str, n: int) -> str:
        return msgid1 if n == 1 else msgid2

    @staticmethod
    def pgettext(context: str, message: str) -> str:  # noqa: ARG004 - Python's name
        return message

    @staticmethod
    def npgettext(context: str, msgid1: str, msgid2: str, n: int) -> str:  # noqa: ARG004 - Python's name
        return msgid1 if n == 1 else msgid2


@dataclass(frozen=True, slots=True)
class Language:
    """A language that the product speaks: its tag (BCP 47), its own name, and its texts."""

    tag: str
    name: str
    texts: Texts = field(compare=False, repr=False)


ENGLISH: Final = Language("en", "English", _AsWritten())
_SPOKEN: Final[ContextVar[Language]] = ContextVar("language", default=ENGLISH)


def current() -> Language:
    """Return the language that is spoken."""
    return _SPOKEN.get()


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Speak `language` to the person who is served inside."""
    before = _SPOKEN.set(language)
    try:
        yield
    finally:
        _SPOKEN.reset(before)


def speak(language: Language) -> None:
    """Speak `language` from now on: for a process that serves one person."""
    _SPOKEN.set(language)


def gettext(text: str, /, **values: object) -> str:
    """Return a text with its values."""
    said = _SPOKEN.get().texts.gettext(text)
    return said.format_map(values) if values else said


def ngettext(one: str, many: str, n: int, /, **values: object) -> str:
    """Return the form of a text for `n`, which is a value of it too."""
    return _SPOKEN.get().texts.ngettext(one, many, n).format_map({"n": n, **values})


def pgettext(place: str, text: str, /, **values: object) -> str:
    """Return a text that has another meaning elsewhere; `place` tells the two apart."""
    said = _SPOKEN.get().texts.pgettext(place, text)
    return said.format_map(values) if values else said


def later(text: str, /) -> str:
    """Mark a text of a constant and return it as it is: what shows it says `gettext(CONSTANT)`."""
    return text


def number(value: float, decimals: int | None = None) -> str:
    """Return a number as people read it, with as many decimals as are asked for.

    >>> number(3120), number(12.6), number(12.6, 2)
    ('3,120', '12.6', '12.60')
    """
    written = f"{value:,}" if decimals is None else f"{value:,.{decimals}f}"
    separators = {",": pgettext("between thousands", ","), ".": pgettext("decimal point", ".")}
    return "".join(separators.get(character, character) for character in written)
