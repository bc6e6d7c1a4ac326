"""Every language of the guide says all of it: the same steps, answers, warnings, numbers and display words."""

import re
import tomllib
from pathlib import Path

import pytest

import radiokey.guide.load as loader
from radiokey.guide.ends import End, end_of_road
from radiokey.guide.leaflet import table_in
from radiokey.guide.load import load_guide
from radiokey.guide.proof import faults
from radiokey.language.load import parse_language
from radiokey.language.speech import speaking

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


LEAFLETS = ("ends", "prevention", "questions")
TEXTS = {"title", "lead", "text", "who", "how", "name", "why", "asks", "says"}


def leaflet_texts(data, field=""):
    """Return every text of a leaflet's table, in order."""
    if isinstance(data, dict):
        return [text for name, value in data.items() for text in leaflet_texts(value, name)]
    if isinstance(data, list):
        return [text for value in data for text in leaflet_texts(value, field)]
    return [data] if field in TEXTS else []


@pytest.mark.parametrize("name", LEAFLETS)
@pytest.mark.parametrize("tag", OTHERS)
def test_every_line_of_a_leaflet_is_said_with_its_numbers(tag, name):
    english, said = (leaflet_texts(table_in(name, lang)) for lang in ("en", tag))
    assert len(english) == len(said) > 0
    for here, there in zip(english, said, strict=True):
        assert here != there, here
        assert numbers(there) >= numbers(here), here
        assert capitals(there) - ALSO == capitals(here) - ALSO, here
        assert not re.search(r"\b[a-z]{3,} [a-z]{2,}\b", there), there
        assert len(re.findall(r"\w+", there)) <= WORDS_MAX


@pytest.mark.parametrize("tag", OTHERS)
def test_no_line_is_kept_that_no_leaflet_has_any_more(tag):
    kept = tomllib.loads((FOLDER / tag / "leaflets.toml").read_text(encoding="utf-8"))
    assert set(kept) == set(LEAFLETS)
    for name, lines in kept.items():
        assert set(lines) == set(leaflet_texts(table_in(name, "en")))


def test_a_leaflet_speaks_the_language_of_who_reads_it():
    with speaking(parse_language("ru")):
        page = end_of_road(End.PERMANENT)
    assert page.title == "Заблокирована навсегда"
    assert end_of_road(End.PERMANENT).title == "Locked for good"
