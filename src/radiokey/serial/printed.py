"""A number as it is printed, where nobody knows what such a radio's numbers look like.

>>> from radiokey.serial.spelling import spell
>>> number_as_printed(spell("HU-850 12345678"), "volvo")
'12345678'
"""

import re
from itertools import takewhile
from typing import Final

from radiokey.serial.formats import AS_PRINTED, FORMATS
from radiokey.serial.refusal import is_like_a_code
from radiokey.serial.spelling import Spelled, Word
from radiokey.serial.stickers import words_of_items

_MARK: Final = r"\b(?:S ?/ ?N(?:[OR]\b)?|SN|SERI(?:AL|ENNR|ENNUMMER))\b(?: ?(?:NO|NR|NUMBER)\b)?"
"""What a label prints before its serial number."""
_LETTERS_MAX: Final = 2
"""More letters without a digit are a word, and no part of a number."""


def number_as_printed(spelled: Spelled, make: str | None) -> str | None:
    """Return the number in a text that may be a radio's of this make, `None` where there is none, or several.

    It is the number behind S/N or Serial; or all of the text, where no word is one; or the one word that can
    be a number. What else stands on labels is none, nor are digits alone that could be the code itself.
    """
    others = words_of_items(spelled, make)
    words = [None if at in others else word for at, word in enumerate(spelled.words)]
    free = [word for word in words if word]
    marked = re.search(_MARK, spelled.text)
    after = [word for word in free if marked and word.start >= marked.end()]
    behind = _number_from(words, after)
    whole = _number_from(words, free)
    whole = whole if len(whole) == sum(len(word.text) for word in free) else ""
    for texts in ([behind], [whole], [word.text for word in free]):
        numbers = {
            text.upper()
            for text in texts
            if FORMATS[AS_PRINTED].shapes[0].fit(text.upper()) is not None
            and (text == behind or not is_like_a_code(text))
        }
        if len(numbers) == 1:
            return numbers.pop()
    return None


def _number_from(words: list[Word | None], after: list[Word]) -> str:
    """Return the words in a row, from the first of `after` on, that can be one number; a gap ends it."""
    row = words[words.index(after[0]) :] if after else []
    return "".join(word.text for word in takewhile(_may_be_of_a_number, row) if word)


def _may_be_of_a_number(word: Word | None) -> bool:
    return word is not None and (len(word.text) <= _LETTERS_MAX or not word.text.isalpha())
