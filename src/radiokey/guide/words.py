"""From what a display says to a row of the table and to a state: spelling is no concern of the owner's.

Catalogue and owners write the same word in many ways (`2 SAFE`, `{errors} SAFE`, `1 SAFE / 2 SAFE`,
`WAIT 29:59`), so a word is compared by its keys: its spelling as it stands, then with every number replaced
by `#`, then without what stands in brackets, then its first word.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from radiokey.catalogue.model import CountsShown, Model
from radiokey.guide.model import Guide, Special, Word
from radiokey.headunit.display import DisplayWord, Shows

_HOLE = re.compile(r"\{[a-z_]+\}")
_NUMBER = re.compile(r"(?<![A-Z0-9])(?:\d+(?::\d\d)?|N)(?![A-Z0-9])")
_COUNT = re.compile(r"(?<![A-Za-z0-9])\d{1,2}(?![A-Za-z0-9])")
_BRACKET = re.compile(r"\s*\([^)]*\)")
_ALTERNATIVE = re.compile(r"\s+/\s+|,\s+|\s+\.\.\s+")


@lru_cache(maxsize=2048)  # the table's own spellings are asked for again with every word
def keys(text: str) -> tuple[str, ...]:
    """Return the keys of a display word, the most exact first.

    >>> keys("WAIT 29:59")
    ('WAIT 29:59', 'WAIT #', 'WAIT')
    >>> keys("{errors} SAFE")
    ('# SAFE',)
    """
    plain = " ".join(_HOLE.sub("#", text).upper().replace("\u2026", "...").split())
    bare = _BRACKET.sub("", plain).rstrip(" .")
    found = [plain, bare, _NUMBER.sub("#", plain), _NUMBER.sub("#", bare)]
    first = bare.split(" ")[0] if bare else ""
    if first.isalpha() and len(first) > 1:
        found.append(first)
    return tuple(dict.fromkeys(key for key in found if key))


def alternatives(text: str) -> tuple[str, ...]:
    """Return the words that one catalogue entry lists together: `"1 SAFE / 2 SAFE"` is two."""
    parts = tuple(part.strip() for part in _ALTERNATIVE.split(text) if part.strip())
    return parts if all(len(part) <= len("CODE ----") + 7 for part in parts) else (text,)


def row_of(words: Iterable[Word], text: str) -> Word | None:
    """Return the row that `text` belongs to, `None` where the table does not know it."""
    table = {key: row for row in words for says in row.says for key in keys(says)[:1]}
    for part in (text, *alternatives(text)):
        for key in keys(part):
            if key in table:
                return table[key]
    return None


def words_of(model: Model, row: Word, words: tuple[Word, ...]) -> tuple[DisplayWord, ...]:
    """Return the model's own words that belong to `row`; one text can tell several states."""
    return tuple(word for word in model.words.value or () if row_of(words, word.text) is row)


def said_by(model: Model, text: str) -> tuple[DisplayWord, ...]:
    """Return the model's own words that `text` can be, by the most exact match."""
    own = model.words.value or ()
    for key in keys(text):
        found = tuple(
            word
            for word in own
            if any(key == other for part in (word.text, *alternatives(word.text)) for other in keys(part)[:3])
        )
        if found:
            return found
    return ()


def errors_shown(model: Model, text: str) -> int | None:
    """Return how many codes were wrong by the number in a display word, `None` where it does not tell.

    What the number counts is the model's own (`counts_shown`): Hyundai names the try, Opel what is left. A
    number of more than two digits is an open entry, and one beside WAIT is a time.
    """
    number = _COUNT.search(text)
    if number is None or "WAIT" in text.upper() or ":" in text:
        return None
    shown, total = int(number[0]), model.attempts_total.value
    match model.counts_shown.value:
        case CountsShown.ERRORS:
            return shown
        case CountsShown.ATTEMPT if shown:
            return shown - 1
        case CountsShown.LEFT if total is not None and shown <= total:
            return total - shown
        case _:
            return None


def leads(guide: Guide, model: Model, word: DisplayWord) -> str | None:
    """Return the step a model's own word leads to; `None` where its state has no step."""
    for special in guide.specials:
        if special.model == model.id and _is(special, word):
            return special.to
    return guide.shows.get(word.shows)


def _is(special: Special, word: DisplayWord) -> bool:
    if special.says is not None:
        return keys(special.says)[0] in keys(word.text)[:2]
    return special.shows is None or special.shows is word.shows


def entry_shut(shows: Shows | None) -> bool:
    """Say whether what the display shows forbids an entry: it would not count, or make it worse."""
    return shows in {
        Shows.WAIT,
        Shows.LOCKED,
        Shows.PERMANENT,
        Shows.PROTECTED,
        Shows.SERVER,
        Shows.SERVER_ERROR,
        Shows.ARMED_OR_WAIT,
    }
