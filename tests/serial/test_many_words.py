"""A text of many words that all fit: what is found is what the rules say, and costs no more for each word."""

import random
import re
from contextlib import suppress
from cProfile import Profile

import pytest

from radiokey.errors import SerialError
from radiokey.serial import number
from radiokey.serial.formats import FORMATS
from radiokey.serial.neighbourhood import Neighbourhood
from radiokey.serial.number import makes_to_ask, parse, readings
from radiokey.serial.shapes import Strength
from radiokey.serial.spelling import TEXT_LENGTH_MAX, spell

PIECES = re.findall(
    r"\S+",
    "V212 RT T A2C 0012 3400 5678 1234 BP 5387 6 1234567 BP538769684801 M012345 M0I2345 6 M V 12 1 0 815 CM7 BE "
    "1692 GM 0204 TQ1AA DS7N PN01 U2200 L0055 SN S/N 22000055 8B00000000000000 1.1.2020 e13 029079 Я X0X 7612 "
    "VWZ1Z2K VF1AAAAA123456789 0O1I",
)
HOSTILE = {
    "digits": "1 ",
    "fours": "1234 ",
    "eights": "12345678 ",
    "a label's end": "T V212 ",
    "look-alikes": "0O1I ",
    "of every make": "M012345 6 ",
    "open ends": "DS7N 1 2 3 ",
    "dates": "1.1.2020 ",
    "letters": "A B 1 2 ",
}
MAKES, KINDS = (None, "renault", "ford", "fiat"), (None, tuple(FORMATS), ("honda-8",), ("toyota-erc",))


def plain(text, said):
    """The rules as they read, each number beside each other one."""
    spelled = spell(text)
    around = Neighbourhood(spelled)

    def crowded(first, last):
        others = (*spelled.words[:first], *spelled.words[last:])
        return any(word is not None and any(map(str.isdigit, word.text)) for word in others)

    def is_part_of(entry, other):
        inside = other.first <= entry.first and entry.last <= other.last
        shorter = entry.last - entry.first < other.last - other.first
        same = other.format is entry.format and other.format.shapes[0].tail != (0, 0)
        return inside and shorter and (other.strength > entry.strength or same)

    def says_nothing(entry):
        if any((one.fit.text, one.format) == (entry.fit.text, entry.format) for one in kept):
            return True
        best = next((one for one in whole if (one.first, one.last) == (entry.first, entry.last)), entry)
        return best.rank > entry.rank and best.format is not entry.format

    everything = [
        entry
        for first, last, window in spelled.runs(number._LONGEST)
        for entry in number._fits(window, said, first, last, isolation=around.isolation(first, last))
        if entry.strength is not Strength.WEAK or len(window) > number._SHORT or not crowded(first, last)
    ]
    whole = [one for one in everything if not any(is_part_of(one, other) for other in everything)]
    whole.sort(key=lambda entry: entry.rank, reverse=True)
    kept = []
    for entry in whole:
        kept.extend([] if says_nothing(entry) else [entry])
    return kept


@pytest.mark.parametrize("make", MAKES)
@pytest.mark.parametrize("kinds", KINDS, ids=["any", "every", "one", "erc"])
def test_what_is_found_is_what_the_rules_say_word_by_word(make, kinds):
    chance, said, found = random.Random(f"{make} {kinds}"), number._Hints(make, kinds), 0  # noqa: S311 - seeded
    for _ in range(60):
        text = " ".join(chance.choices(PIECES, k=chance.randrange(1, 9)))
        expected = plain(text, said)
        assert number._ranked(Neighbourhood(spell(text)), said) == expected, text
        found += len(expected)
    assert found > 0


@pytest.mark.parametrize("piece", HOSTILE.values(), ids=HOSTILE)
def test_what_is_found_in_a_hostile_text_is_what_the_rules_say(piece):
    said = number._Hints(None, None)
    text = (piece * 40)[:100]
    assert number._ranked(Neighbourhood(spell(text)), said) == plain(text, said)


def calls(work):
    """Count the calls of functions, Python's own too, that a piece of work takes."""
    counter = Profile()  # it counts in C: in Python the counting took ten times as long as the work
    counter.runcall(work)
    return sum(entry.callcount for entry in counter.getstats())


@pytest.mark.parametrize("piece", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("asked", [parse, readings, makes_to_ask])
def test_twice_the_text_is_twice_the_work(piece, asked):
    """A stranger's 500 characters must not keep a base busy for as long as 25 labels of 100 would."""
    whole = (piece * TEXT_LENGTH_MAX)[:TEXT_LENGTH_MAX]

    def ask(text):
        with suppress(SerialError):
            asked(text)

    ask(whole)  # what is kept for later does not count
    half, full = (calls(lambda text=text: ask(text)) for text in (whole[: TEXT_LENGTH_MAX // 2], whole))
    assert full < 2.3 * half
