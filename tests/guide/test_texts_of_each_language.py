"""Every language of the guide says all of it: the same steps, answers, warnings, numbers and display words."""

import re
from pathlib import Path

import pytest

import radiokey.guide.load as loader
from radiokey.guide.load import load_guide
from radiokey.guide.proof import faults

ENGLISH = load_guide()
FOLDER = Path(loader.__file__).parent / "text"
OTHERS = sorted(folder.name for folder in FOLDER.iterdir() if folder.is_dir() and folder.name != "en")
WORDS_MAX = 75
LONGER = {
    "blank": "three things look alike",
    "by-itself": "the check without a meter",
    "memory-saver": "an order of six acts",
    "refused-once": "five checks",
    "search-papers": "a list of places",
}
"""Steps that may be longer, with what makes them so."""
ALSO = {"VIN"}
"""What another language may say in capitals and English does not: there it is "the car's number"."""
AS_SHOWN = re.compile(
    r"Incorrect code entered|Invalid coupon code|code error|permanently locked|anti-theft active|"
    r"component protection|routine control"
)
"""What a display or a tester says in English, whatever its owner speaks."""


def sentences(guide):
    """Return each text of the guide by its place; an answer is a text of its own."""
    found = {f"warning {name}": text for name, text in guide.warnings.items()}
    found |= {f"saying {name}": text for name, text in guide.sayings.items()}
    for name, text in guide.texts.items():
        found[name] = f"{text.title}\n{text.body}\n{text.do}\n{text.dont}\n{text.more}"
        found |= {f"{name} * {answer}": words for answer, words in text.choices.items()}
    return found


def numbers(text):
    return {found.replace(",", ".") for found in re.findall(r"\d+(?:[.,]\d+)?", text)}


def capitals(text):
    return set(re.findall(r"\b[A-Z][A-Z0-9]+\b", text))


@pytest.fixture(params=OTHERS)
def guide(request):
    return load_guide(request.param)


def test_russian_is_one_of_them():
    assert "ru" in OTHERS


def test_nothing_is_missing_and_nothing_leads_nowhere(guide):
    assert faults(guide) == ()
    assert sentences(guide).keys() == sentences(ENGLISH).keys()


def test_numbers_and_the_words_of_displays_are_the_same(guide):
    said = sentences(guide)
    for place, english in sentences(ENGLISH).items():
        assert numbers(said[place]) == numbers(english), place
        assert capitals(said[place]) - ALSO == capitals(english) - ALSO, place


def test_no_english_sentence_is_left(guide):
    """What is in Latin letters is a name or stands on a display."""
    english = sentences(ENGLISH)
    for place, text in sentences(guide).items():
        bare = AS_SHOWN.sub("", text)
        assert not re.search(r"\b[a-z]{3,} [a-z]{2,}\b", bare), place
        assert text != english[place] or not re.search(r"\b[a-z]{3,}\b", bare), place


def test_the_voice_is_calm(guide):
    for place, text in sentences(guide).items():
        assert "!" not in text, place
        assert not re.search(r"(?i)пожалуйста|к сожалению", text), place


def test_each_step_is_short(guide):
    for name in guide.texts:
        words = len(re.findall(r"\w+", sentences(guide)[name]))
        assert words <= WORDS_MAX or name in LONGER, (name, words)


def test_russian_stops_before_anything_is_pressed():
    first = load_guide("ru").texts["stop"]
    assert first.title == "Пока ничего не нажимайте"
    assert "Цифровые кнопки не трогайте" in first.dont
