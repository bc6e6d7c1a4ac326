"""Takes out of a text whatever could be a code, a number, a name or an address (docs/spec/report.md).

What may stay is a closed list of words, and two digits; everything else keeps its length and its kind of
character, so that a reader still sees what shape it had.

>>> mask("LOCK 10, Peter Miller, code 4786")
'LOCK 99 xxxxx xxxxxx code 9999'
>>> mask("LOCK10"), mask("Qashqai 2012"), mask("6000CD")
('LOCK10', 'qashqai 9999', '6000CD')
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Final
from unicodedata import normalize

from radiokey.catalogue.folding import fold, words
from radiokey.catalogue.lexicon import lexicon
from radiokey.catalogue.load import load_catalogue
from radiokey.code.family import FAMILIES
from radiokey.errors import SerialError
from radiokey.guide.load import load_guide
from radiokey.serial.number import SerialNumber, parse
from radiokey.serial.spelling import latinise

TEXT_LENGTH_MAX: Final = 120
"""What stands behind so many characters is left out."""

DIGITS_MAX: Final = 2
"""So many digits may stay: a count of tries, a generation; no code is so short."""

_PART: Final = re.compile(r"[^\W_]+|[-*?.\u2013\u2014]|[^-*?.\u2013\u2014]")
_RUN: Final = re.compile(r"[0-9]+|[^0-9]+")
_SIGNS: Final = frozenset("-*?.")


def mask(text: str) -> str:
    """Return `text` with nothing in it but words of the closed list, at most two digits, and shapes."""
    plain = normalize("NFKC", text)[:TEXT_LENGTH_MAX]
    parts = [part for word in _PART.findall(plain) for part in _pieces(word)]
    digits = sum(len(part) for part, listed in parts if _is_digits(part) and not listed)
    kept = (
        part if listed or digits <= DIGITS_MAX or not _is_digits(part) else "9" * len(part)
        for part, listed in parts
    )
    return " ".join("".join(kept).split())


def mask_number(text: str, serial: SerialNumber | None) -> str:
    """Return the shape of the number that was read in `text`, or the text masked where none was.

    Its beginning stays where that names a type of radio (`Family.gates`), or else its first letters, if what
    is masked like this is still a number of its kind.
    """
    if serial is None:
        return mask(text)
    begins = (begin for family in FAMILIES.values() for gate in family.gates for begin in gate.begins)
    head = re.match("[A-Z]*", serial.text)
    begin = next(filter(serial.text.startswith, begins), head[0] if head else "")
    rest = serial.text.removeprefix(begin)
    masked = begin + "".join("9" if one.isdigit() else "x" for one in rest)
    try:
        same = parse(masked, kinds=(serial.kind,)).serial
    except SerialError:
        return mask(text)
    return masked if same.kind == serial.kind and same.text == masked else mask(text)


def _pieces(part: str) -> Iterator[tuple[str, bool]]:
    """Yield the pieces of a word or sign, masked but for its digits, with whether each is of the list."""
    if not any(character.isalnum() for character in part):
        yield (part if part in _SIGNS else " "), False
        return
    if word := _listed(part):
        yield word, True
        return
    for run in _RUN.findall(part):
        if _is_digits(run):
            yield run, False
        elif word := _listed(run):
            yield word, True
        else:
            yield "x" * len(run), False


def _is_digits(part: str) -> bool:
    return part.isascii() and part.isdigit()


def _listed(word: str) -> str:
    """Return the word of the list that `word` is a spelling of, as the list spells it; empty: none."""
    if word.isdigit():
        return ""
    found = _list().get(fold(word), "") or _list().get(fold(latinise(word)), "")
    return found.upper() if word.isupper() else found


@cache
def _list() -> dict[str, str]:
    """Return every word that may stay, by its folded form; none is of digits alone."""
    guide, known = load_guide(), lexicon()
    texts = [*known.senses, *known.shown.values()]  # spelled by sound; the words of people and displays rule
    for one in known.listings:
        texts += [one.card.name, one.card.short, *one.card.makes, *(car.shown for car in one.cars)]
    for model in load_catalogue().models.values():
        texts += [word.text for word in model.words.value or ()]
    texts += [said for row in guide.words for said in row.says]
    return {fold(word): word for text in texts for word in words(text) if not word.isdigit()}
