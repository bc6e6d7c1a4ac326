"""From what a display says to a row of the table, to the model's own words and to a state.

Everything that is typed goes one way: `read_display` makes tokens of it, `decide` says what they mean.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from typing import Final

from radiokey.catalogue.model import CountsShown, Model
from radiokey.guide.display_text import COUNT_HOLE, UNITS, DisplayText, fits, read_display
from radiokey.guide.model import Guide, Special, Word, WordTable
from radiokey.headunit.display import DisplayWord, Shows

PART_WORDS_MAX: Final = 4
"""A text of more words is a sentence, not a display: nothing is found inside it."""

_CAUTION: Final = (
    Shows.PERMANENT, Shows.LOCKED, Shows.WAIT, Shows.ARMED_OR_WAIT, Shows.PROTECTED, Shows.SERVER_ERROR,
    Shows.SERVER,
)  # fmt: skip
"""States that shut the entry, the most cautious first."""
_TIMED: Final = frozenset({"WAIT", "LOCK", "LOCKED"})
"""Words beside which a time is a countdown."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What a text means: the model's own `words` it can be, or where there are none a `row` of the table."""

    words: tuple[DisplayWord, ...] = ()
    row: Word | None = None


def decide(guide: Guide, model: Model | None, text: DisplayText) -> Decision | None:
    """Return what `text` means on this model, `None` where nobody knows.

    The first line of this table that fits decides; "whole" means every token of the text.

    | the text | what decides |
    |---|---|
    | whole, one of the model's own words (its counts filled in) | that word; two states: the question which |
    | WAIT, LOCK or LOCKED with a time (`Lock 3000`, `WAIT 29:59`) | a wait that counts down |
    | own shut word, a count at or above a listed one (`LOCKED 12`) | the highest listed word not above it |
    | whole, a spelling of the general table | its row |
    | a shut word of the model or of the table with something beside it | the longest; of two, the cautious |
    | anything else | nothing: an unknown word is never taken for the nearest |

    So only a whole match can lead to an entry. A last lock is never read out of a part of the general table.
    """
    if not text.tokens:
        return None
    own = () if model is None else tuple(model.words.value or ())
    whole = _whole(own, text)
    if whole:
        return Decision(words=whole)
    if _counts_down(text):
        return Decision(row=row_of(guide.words, "WAIT"))
    level = _level(own, text)
    if level is not None:
        return Decision(words=(level,))
    row = _row_of(guide.words, text)
    return Decision(row=row) if row is not None else _part(guide, own, text)


def _counts_down(text: DisplayText) -> bool:
    return text.has_time and not _TIMED.isdisjoint(text.words)


def remember(guide: Guide, text: DisplayText) -> str:
    """Return `text` with nothing in it but the words, counts and signs that the table knows.

    It fits into a position until the radio is named, and means the same there. A word that is in no spelling
    becomes X and a longer number a time, so that nothing that was typed by mistake, like a code or a serial
    number, is kept.
    """
    known = _vocabulary(guide.words)
    tokens: list[str] = []
    words: list[str] = []
    for token in (*text.tokens, ""):
        if token.isalpha():
            words.append(token)
            continue
        if "".join(words) in known:  # CODEW AIT is CODEWAIT
            tokens.append("".join(words))
        else:
            tokens.extend(word if word in known else _UNKNOWN for word in words)
        words = []
        if token:
            tokens.append(_remembered(token, known))
    blinks = {None: (), True: ("BLINKING",), False: ("STEADY",)}[text.blinks]
    return " ".join((*tokens, *blinks))


def _remembered(token: str, known: frozenset[str]) -> str:
    if token in known or fits(token, COUNT_HOLE):
        return token
    return _SOME_TIME if token[0].isdigit() else _UNKNOWN


@lru_cache(maxsize=8)
def _vocabulary(words: WordTable) -> frozenset[str]:
    """Return every token of the table's spellings, neighbouring words by themselves and as one."""
    spellings = [read_display(says) for row in words for says in row.says]
    tokens = {token for spelling in spellings for token in (*spelling.tokens, *spelling.key)}
    return frozenset(tokens | UNITS | _TIMED)


_UNKNOWN: Final = "X"
_SOME_TIME: Final = "9:59"


def row_of(words: WordTable, text: str) -> Word | None:
    """Return the row that has `text` as a whole, `None` where the table does not know it."""
    return _row_of(words, read_display(text))


@lru_cache(maxsize=4096)
def _row_of(words: WordTable, text: DisplayText) -> Word | None:
    fitting = ((read_display(says), row) for row in words for says in row.says)
    found = [(says.holes, row) for says, row in fitting if _is(says, text)]
    return min(found, key=lambda one: one[0])[1] if found else None


def _is(spelling: DisplayText, text: DisplayText) -> bool:
    """Say whether `text` is as a whole what `spelling` stands for."""
    return len(spelling.key) == len(text.key) and all(map(fits, text.key, spelling.key))


def _whole(own: tuple[DisplayWord, ...], text: DisplayText) -> tuple[DisplayWord, ...]:
    """Return the model's own words that `text` is, by the most exact spelling."""
    spelled = ((read_display(word.text), word) for word in own)
    found = [(spelling.holes, word) for spelling, word in spelled if _is(spelling, text)]
    if not found:
        return ()
    least = min(count for count, _ in found)
    exact = tuple(word for count, word in found if count == least)
    if text.blinks is None:
        return exact
    return tuple(word for word in exact if word.blinks in {None, text.blinks})


def _level(own: tuple[DisplayWord, ...], text: DisplayText) -> DisplayWord | None:
    """Return the own word with the highest number that is not above the one in `text`."""
    reached = [
        (spelling.count, word)
        for word in own
        if text.count is not None
        and entry_shut(word.shows)
        and (spelling := read_display(word.text)).count is not None
        and spelling.count <= text.count
        and spelling.template == text.template
    ]
    return max(reached, key=lambda one: one[0])[1] if reached else None


def _part(guide: Guide, own: tuple[DisplayWord, ...], text: DisplayText) -> Decision | None:
    """Return the longest shut word inside `text`, of two as long the more cautious one."""
    if len(text.words) > PART_WORDS_MAX:
        return None
    found: list[tuple[int, int, Decision]] = []
    for run in _runs(text):
        length = sum(map(len, run.tokens))
        found.extend(
            (-length, _CAUTION.index(word.shows), Decision(words=(word,)))
            for word in _whole(own, run)
            if word.shows in _CAUTION
        )
        row = _row_of(guide.words, run)
        if row is not None and row.shows in _CAUTION and row.shows is not Shows.PERMANENT and not row.whole:
            found.append((-length, _CAUTION.index(row.shows), Decision(row=row)))
    return min(found, key=lambda one: one[:2])[2] if found else None


@lru_cache(maxsize=4096)
def _runs(text: DisplayText) -> tuple[DisplayText, ...]:
    """Return every run of neighbouring tokens that holds a word or dashes."""
    bounds = combinations(range(len(text.tokens) + 1), 2)
    runs = (DisplayText(text.tokens[first:last], text.blinks) for first, last in bounds)
    return tuple(run for run in runs if len(run.numbers) < len(run.tokens))


def words_of(model: Model, row: Word, words: WordTable) -> tuple[DisplayWord, ...]:
    """Return the model's own words that belong to `row`; one text can tell several states."""
    return tuple(word for word in model.words.value or () if row_of(words, word.text) == row)


def errors_shown(model: Model, text: str) -> int | None:
    """Return how many codes were wrong by the number in a display word, `None` where it does not say.

    What the number counts is the model's own (`counts_shown`): Hyundai names the try, Opel what is left. A
    number of more than two digits is an open entry or a time, and one beside WAIT is a time.
    """
    said = read_display(text)
    if said.count is None or "WAIT" in said.words or _counts_down(said):
        return None
    shown, total = said.count, model.attempts_total.value
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
        if special.model == model.id and _is_special(special, word):
            return special.to
    return guide.shows.get(word.shows)


def _is_special(special: Special, word: DisplayWord) -> bool:
    if special.says is not None:
        return read_display(special.says).key == read_display(word.text).key
    return special.shows is None or special.shows is word.shows


def entry_shut(shows: Shows | None) -> bool:
    """Say whether what the display shows forbids an entry: it would not count, or make it worse."""
    return shows in _CAUTION


def most_cautious(words: Iterable[DisplayWord]) -> Shows:
    """Return the most cautious of the states that these words tell."""
    states = [word.shows for word in words]
    return min(states, key=lambda one: _CAUTION.index(one) if one in _CAUTION else len(_CAUTION))
