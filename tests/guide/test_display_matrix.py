"""Every word of every radio, typed on every radio in every way: a lock is never taken for an invitation.

`make test` types a quarter of the words in each way, `make deep` all of them.
"""

import re
import unicodedata
from collections import defaultdict
from functools import cache
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radiokey.catalogue.load import load_catalogue
from radiokey.catalogue.model import Model
from radiokey.guide.display_text import TEXT_LENGTH_MAX
from radiokey.guide.load import load_guide
from radiokey.guide.model import Facts
from radiokey.guide.walk import answer, answer_display, position, start, where
from radiokey.headunit.display import Shows

GUIDE = load_guide()
MODELS = {model.id: model for model in load_catalogue().models.values() if not model.default}
FILLED = {"{errors}": "2", "{left}": "3", "{wait}": "29:59"}
LATIN, LOOK_ALIKES = "ABEKMHOPCTX", "АВЕКМНОРСТХ"  # noqa: RUF001 -- this is the table of look-alikes
CYRILLIC = str.maketrans(LATIN, LOOK_ALIKES)
LATIN_AGAIN = str.maketrans(LOOK_ALIKES, LATIN)


def shown(text: str) -> str:
    for hole, number in FILLED.items():
        text = text.replace(hole, number)
    return text


WORDS = sorted({shown(word.text) for model in MODELS.values() for word in model.words.value or ()})
WAYS = {
    "exact": lambda word: word,
    "extended by WAIT": lambda word: f"{word} WAIT",
    "extended by ERROR E": lambda word: f"{word} ERROR E",
    "extended in front": lambda word: f"NO {word}",
    "extended by junk": lambda word: f"{word} XYZ",
    "glued to a number": lambda word: f"{word}12",
    "a number glued in front": lambda word: f"5{word}",
    "beside a long number": lambda word: f"{word} 3000",
    "lower case": str.lower,
    "Cyrillic": lambda word: word.upper().translate(CYRILLIC),
}


DEEP = settings().max_examples > 40


def typed_words() -> list[str]:
    """Return each word in each way; of the words a slice for each way, the same in each run."""
    chance = Random("display")  # noqa: S311 - which words is no secret
    return [
        change(word)
        for change in WAYS.values()
        for word in (WORDS if DEEP else chance.sample(WORDS, len(WORDS) // 4))
    ]


@cache
def plain(text: str) -> str:
    """Case, spaces, look-alikes and the number of dashes away; written apart from the code under test."""
    latin = text.upper().translate(LATIN_AGAIN).replace("DASHES", "--")
    return re.sub(r"-+", "-", re.sub(r"[^A-Z0-9*+:-]|:(?!\d)|(?<=[A-Z0-9])-(?=[A-Z])", "", latin))


@cache
def pattern(text: str) -> re.Pattern[str]:
    """What a spelling of the catalogue or of the table stands for."""
    marked = (
        text.replace("#:##", "{wait}")
        .replace("{errors}", "\u0001")
        .replace("{left}", "\u0001")
        .replace("{wait}", "\u0002")
    )
    marked = re.sub("#+", lambda run: "\u0001" if len(run[0]) == 1 else "\u0003" * len(run[0]), marked)
    parts = re.split("([\u0001\u0002\u0003])", marked)
    holes = {"\u0001": r"\d{1,2}", "\u0002": r"[\d:]+", "\u0003": r"\d"}
    return re.compile("".join(holes.get(part) or re.escape(plain(part)) for part in parts))


ASKS = [pattern(says) for row in GUIDE.words if row.shows is Shows.CODE for says in row.says]


@cache
def own(model_id: str) -> list[tuple[re.Pattern[str], Shows]]:
    return [(pattern(word.text), word.shows) for word in MODELS[model_id].words.value or ()]


def asks(model: Model, typed: str) -> bool:
    """Whether `typed` is exactly a word of asking: the model's own, or the table's where the model has none."""
    said = plain(typed)
    states = [shows for spelling, shows in own(model.id) if spelling.fullmatch(said)]
    if states:
        return Shows.CODE in states
    return any(spelling.fullmatch(said) for spelling in ASKS)


@cache
def enters(at: str) -> bool:
    """Whether a position takes the display for an invitation."""
    step, facts = where(GUIDE, at)
    return facts.shows is Shows.CODE or step.id == GUIDE.shows[Shows.CODE]


@pytest.mark.hypothesis
def test_no_word_of_any_radio_leads_to_an_entry_that_is_not_exactly_a_word_of_asking():
    """Each pair is named: the radio, what was typed, where it led."""
    asked = {model.id: position("what-does-it-show", Facts(model=model.id)) for model in MODELS.values()}
    wrong = []
    for typed in typed_words():  # a text on all radios: it is taken apart once
        for model in MODELS.values():
            at = answer_display(GUIDE, asked[model.id], typed)
            if enters(at) and not asks(model, typed):
                wrong.append((model.id, typed, at))
    assert wrong == []


@pytest.mark.hypothesis
def test_naming_the_radio_afterwards_opens_no_entry_either():
    """Typed before the radio is known: the row is all that is kept of the word."""
    texts_at: dict[str, list[str]] = defaultdict(list)
    for typed in typed_words():
        texts_at[answer_display(GUIDE, "what-does-it-show", typed)].append(typed)
    wrong = []
    for at, texts in texts_at.items():
        if where(GUIDE, at)[0].id != "which-radio":
            continue
        for model in MODELS.values():
            if enters(answer(GUIDE, at, model.id)):
                wrong.extend((model.id, typed, at) for typed in texts if not asks_somewhere(model, typed, at))
    assert wrong == []


def asks_somewhere(model: Model, typed: str, at: str) -> bool:
    """Whether the word is one of asking on this radio, or the row it is in has no word but those."""
    row = next(row for row in GUIDE.words if row.id == where(GUIDE, at)[1].word)
    return asks(model, typed) or row.shows is Shows.CODE


def test_every_exact_word_of_asking_still_leads_on():
    """The other side: caution must not shut out who is asked for the code."""
    shut = []
    for model in MODELS.values():
        words = model.words.value or ()
        asked = position("what-does-it-show", Facts(model=model.id))
        for word in words:
            same = {other.shows for other in words if other.text == word.text}
            for change in (WAYS["exact"], WAYS["lower case"], WAYS["Cyrillic"]):
                typed = change(shown(word.text))
                if (
                    word.shows is Shows.CODE
                    and same == {Shows.CODE}
                    and not enters(answer_display(GUIDE, asked, typed))
                ):
                    shut.append((model.id, typed))
    assert shut == []


PASTED = st.one_of(
    st.text(max_size=120),
    st.lists(
        st.sampled_from([*WORDS, "радио", "КОД", "и", "the", "0", "-", "\u2026", "\n", "{errors}", "#"]),
        max_size=6,
    ).map(" ".join),
    st.text(alphabet="CODEWAITLCKSF0123456789-_*#:.{}()СОДЕАЁ ", max_size=30),
)


@settings(max_examples=400)
@given(PASTED, st.sampled_from([None, *MODELS]))
def test_pasted_text_never_crashes_and_opens_no_entry_by_accident(typed, model_id):
    asked = position("what-does-it-show", Facts(model=model_id))
    at = answer_display(GUIDE, asked, typed)
    assert where(GUIDE, at)
    if model_id is not None and enters(at):
        said = re.sub(r"#|\{[a-z]+\}", "2", unicodedata.normalize("NFKC", typed))
        said = re.sub(r"[\u2010-\u2015_]", "-", said)
        model = MODELS[model_id]
        assert asks(model, said) or asks(model, said.strip("- "))


@given(st.text(alphabet="ЖШЩЮЯФЦЧЪЫЬЭГДЗИЛПжшщюяфцчъыьэгдзилп ", min_size=1, max_size=40))
def test_what_is_no_latin_word_stays_unknown(typed):
    assert answer_display(GUIDE, "what-does-it-show", typed) == "what-does-it-show"


def test_a_word_inside_a_sentence_or_beyond_the_length_of_a_display_is_not_found():
    for typed in (
        "my radio says CODE and now WAIT for ever",
        "CODE" + " " * TEXT_LENGTH_MAX + "WAIT and so on and on",
        "CODE " * TEXT_LENGTH_MAX,
        "help me with the code please",
    ):
        assert start(GUIDE, display=typed).step == "what-does-it-show", typed
