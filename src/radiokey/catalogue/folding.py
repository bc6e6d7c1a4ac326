"""Words as a search compares them: case, accents, alphabet and the usual ways to misspell a sound are gone.

A Cyrillic word becomes Latin letters by sound. In a word that has Latin letters or digits a Cyrillic letter
is one that looks like its Latin twin, as on a label, if every Cyrillic letter of it has one. Then words of
letters lose what people confuse: C, Q and K, PH and F, Y and I, W and V, Z and S. A Roman number is a number.

>>> [fold(word) for word in ("Qashqai", "\u041a\u0430\u0448\u043a\u0430\u0439", "IV", "6000CD")]
['kashkai', 'kashkai', '4', '6000cd']
>>> words("6000\u0421D \u0414\u0430\u0441\u0442\u0435\u04402012")
('6000cd', 'daster2012')
"""

import re
import unicodedata
from typing import Final

from radiokey.serial.spelling import latinise

TEXT_LENGTH_MAX: Final = 2_000
"""What stands behind so many characters is not read: a pasted thread names its car in the beginning."""

WORDS_MAX: Final = 40
"""How many words of a text are read."""

_WORD: Final = re.compile(r"[^\W_]+")
_CYRILLIC: Final = re.compile("[\u0400-\u04ff]")
_PLAIN: Final = re.compile(r"[a-z0-9]")
_RUSSIAN: Final = "a b v g d e zh z i y k l m n o p r s t u f h ts ch sh sch - y - e yu ya"
_SOUNDS: Final = dict(zip(map(chr, range(0x430, 0x450)), _RUSSIAN.split(), strict=True))
_SOUNDS["\u0451"] = "e"
"""The letters of the Russian alphabet by sound, in their order; `-` has none."""

_SPELLINGS: Final = (("ph", "f"), ("ck", "k"), ("q", "k"), ("c", "k"), ("y", "i"), ("w", "v"), ("z", "s"))
_ROMAN: Final = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6", "vii": "7", "viii": "8"}
_MARK: Final = re.compile(r"mk([1-9])")


def words(text: str) -> tuple[str, ...]:
    """Return the words of `text`, at most `WORDS_MAX`, in small Latin letters and digits, not yet folded."""
    composed = unicodedata.normalize("NFC", text[:TEXT_LENGTH_MAX])
    found = (_latin(match[0]) for match in _WORD.finditer(composed))
    return tuple(word for word in found if word)[:WORDS_MAX]


def fold(word: str) -> str:
    """Return `word`, with or without blanks in it, as it is compared with others."""
    plain = "".join(words(word))
    if mark := _MARK.fullmatch(plain):
        return mark[1]
    if plain in _ROMAN:
        return _ROMAN[plain]
    if not plain.isalpha() or len(plain) < 4:  # noqa: PLR2004 - shorter ones are names of letters: VW, KIA, XJ
        return plain
    for written, sound in _SPELLINGS:
        plain = plain.replace(written, sound)
    return plain


def _latin(word: str) -> str:
    small = word.casefold()
    if _CYRILLIC.search(small):
        twins = latinise(word).casefold()
        # Mixed with Latin letters or digits, and of twins alone, it is a Latin word; else one by sound.
        is_latin = _PLAIN.search(small) is not None and _CYRILLIC.search(twins) is None
        small = twins if is_latin else "".join(_SOUNDS.get(letter, letter) for letter in small)
    plain = unicodedata.normalize("NFKD", small)
    return "".join(letter for letter in plain if _PLAIN.match(letter))
