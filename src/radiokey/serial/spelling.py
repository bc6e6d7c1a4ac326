"""How people spell: the text as it came, made into words of Latin letters and digits.

Case, spaces, dashes and dots do not matter. Full-width characters become plain ones, and a Cyrillic letter
that is drawn like a Latin one becomes that one: a sticker is Latin, whatever the keyboard was set to. An
upright bar inside a number is the I or 1 that a reader of photos took it for; a small l beside a digit stays
small, as it may be either (`shapes.LOOK_ALIKES`). Words that announce a number, in Latin or Russian, are no
part of it, apart from it or glued to it: `S/N`, `No.`, `serialM012345`.
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
_BESIDE_A_DIGIT: Final = r"(?<=[0-9])l|(?<![^\W_])l(?=[0-9])"
_RUSSIAN: Final = (
    (r"(?<!\w)(?:с ?/ ?н|(?:зав|сер)(?:\.|\w*) ?(?:№|номер\w*|ном\.?|no\.?)|серийн\w*)(?![^\W\d_])", " S/N "),  # noqa: RUF001 -- Russian words
    (r"(?<!\w)номер\w*|№|\bn[°º]", " No "),
)
"""What Russian owners write before a number, and signs for it, with what Latin labels print."""
_ANNOUNCED: Final = re.compile(
    r"\b(?:[SP] ?/ ?N(?:[OR]\b)?|SN)\b"
    r"|\b(?!SN[A-Z0-9]{15}\b)"
    r"(?:SERIAL(?:NUMBER|NUMMER|NO|NR)?|SERNO|SERIENN(?:UMME)?R|PRE-?CODE|CODE|S ?/ ?N[OR]?|SN)"
    r"(?=[A-Z]{0,3}[0-9][0-9A-Zl]{2,14}\b)"
)
_BREAK: Final = "\u0416"
_NUMBER: Final = frozenset({"NO", "NR", "NUM", "NUMBER", "NUMMER"})
"""A word that announces a number and ends what stood before it."""
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
    """A text in upper case with single spaces, and its words.

    `None` stands for a word that is not Latin, or that announces a number: no number goes on over it.

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

    def is_joined(self, at: int, signs: str) -> bool:
        """Tell whether between the word `at` and the one after it stands one of `signs` and no blank."""
        if not 0 <= at < len(self.words) - 1:
            return False
        before, after = self.words[at], self.words[at + 1]
        if before is None or after is None or after.start != before.end + 1:
            return False
        return self.text[before.end] in signs

    @property
    def is_foreign(self) -> bool:
        """Whether a word with a digit, or all there is, has a letter that is like no Latin one."""
        return re.search(r"(?=\w*[0-9])\w*[^\W\d_A-Z]", self.text) is not None or (
            not self.compact and re.search(r"[^\W\d_A-Z]", self.text) is not None
        )

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
    for words, printed in _RUSSIAN if not text.isascii() else ():
        text = re.sub(words, printed, text, flags=re.IGNORECASE)
    typed = unicodedata.normalize("NFKC", text)
    if "|" in typed:
        typed = re.sub(_BAR, "I", typed)
    if "l" in typed:
        typed = re.sub(_BESIDE_A_DIGIT, _KEPT, typed)
    plain = latinise(typed).replace(_KEPT, "l")
    # What announces a number is no part of it, nor of what stands before it: a word that is not Latin.
    searched = _ANNOUNCED.sub(_broken, plain)
    return Spelled(plain.replace("l", "L"), tuple(_word(match) for match in _WORD.finditer(searched)))


def _broken(match: re.Match[str]) -> str:
    return _BREAK * (len(match[0]) - 1) + " "


def _word(match: re.Match[str]) -> Word | None:
    if match[0] in _NUMBER or not _LATIN.fullmatch(match[0]):
        return None
    return Word(match[0], *match.span())
