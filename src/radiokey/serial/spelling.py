"""How people spell: the text as it came, made into words of Latin letters and digits.

Case, spaces, dashes and dots do not matter. Full-width characters become plain ones, and a Cyrillic letter
that is drawn like a Latin one becomes that one: a sticker is Latin, whatever the keyboard was set to. An
upright bar inside a number is the I or 1 that a reader of photos took it for; a small l behind a digit stays
small, as it may be either (`shapes.LOOK_ALIKES`).
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

TEXT_LENGTH_MAX: Final = 500
"""Longer texts are no sticker; a reader of photos passes single lines or labels."""

_LOOK_ALIKES: Final = str.maketrans("АВЕКМНОРСТУХІЅЈ", "ABEKMHOPCTYXISJ")  # noqa: RUF001 -- this is the table of look-alikes
_SOUNDS: Final = str.maketrans("ВНРСУХвнрсух", "VNRSUHvnrsuh")
"""Those drawn like one Latin letter and spoken like another."""
_KEPT: Final = "\ue000"
"""Stands for a small l while the rest is made capital: a private character, which nobody types."""
_BAR: Final = r"(?<=[0-9A-Za-z])\|(?=[0-9A-Za-z])"
_AFTER_A_DIGIT: Final = r"(?<=[0-9])l"
_ABBREVIATION: Final = re.compile(r"\b(?:[SP] ?/ ?N(?:[OR]\b)?|SN)\b")
_WORD: Final = re.compile(r"(?:[^\W_]|(?<=[0-9])\?(?=[0-9]))+")
_LATIN: Final = re.compile(r"[A-Z0-9?l]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Word:
    """A run of letters and digits: upper case but for a small l, and where it stands in the spelled text."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Spelled:
    """A text in upper case with single spaces, and its words; a word that is not Latin is `None`.

    `cut` says that the text was too long to be read at all.
    """

    text: str
    words: tuple[Word | None, ...]
    cut: bool = False

    def runs(self, longest: int, words: int | None = None) -> Iterator[tuple[int, int, str]]:
        """Yield every run of neighbouring words: its first word, the one after its last, its text.

        Only runs of at most `longest` characters and, if given, at most `words` words.
        """
        most = longest if words is None else words  # a word has a character at least
        for first in range(len(self.words)):
            run = ""
            for last, word in enumerate(self.words[first : first + most], start=first + 1):
                if word is None or len(run) + len(word.text) > longest:
                    break
                run += word.text
                yield first, last, run

    @property
    def compact(self) -> str:
        """All Latin words in capitals, without what stands between them."""
        return "".join(word.text for word in self.words if word is not None).upper()


def latinise(text: str) -> str:
    """Return `text` in upper case, with single spaces, look-alikes made the Latin letters they look like.

    A Cyrillic letter that is drawn like no Latin one stays as it is.

    >>> latinise("\u0441\u043ede  Wait")
    'CODE WAIT'
    """
    return " ".join(unicodedata.normalize("NFKC", text).upper().translate(_LOOK_ALIKES).split())


def heard(text: str) -> str:
    """Return `text` with each Cyrillic letter as it sounds that looks like another Latin one.

    >>> heard("\u0412212")
    'V212'
    """
    return text.translate(_SOUNDS)


def spell(text: str) -> Spelled:
    """Return `text` as this package reads it; texts beyond `TEXT_LENGTH_MAX` have no words."""
    if len(text) > TEXT_LENGTH_MAX:
        return Spelled("", (), cut=True)
    typed = unicodedata.normalize("NFKC", text)
    if "|" in typed:
        typed = re.sub(_BAR, "I", typed)
    if "l" in typed:
        typed = re.sub(_AFTER_A_DIGIT, _KEPT, typed)
    plain = latinise(typed).replace(_KEPT, "l")
    # "S/N", "S/NO", "SN" and "P/N" announce a number; their letters are not part of it.
    searched = _ABBREVIATION.sub(lambda match: " " * len(match[0]), plain)
    return Spelled(plain.replace("l", "L"), tuple(_word(match) for match in _WORD.finditer(searched)))


def _word(match: re.Match[str]) -> Word | None:
    return Word(match[0], *match.span()) if _LATIN.fullmatch(match[0]) else None
