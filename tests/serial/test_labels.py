"""The page of what stands on labels and displays, and the table it is of."""

import re
from pathlib import Path

import pytest

from radiokey.serial.number import readings
from radiokey.serial.refusal import Said, why
from radiokey.serial.spelling import spell
from radiokey.serial.stickers import ITEMS, named
from tables import each

PAGE = Path(__file__).parents[2] / "docs" / "labels.md"
ROWS = re.findall(
    r"^\| (?!makes|---)(.+?) \| .+? \| `(.+?)` \| (.+?) \|", PAGE.read_text("utf-8"), re.MULTILINE
)
EXAMPLES = [
    pytest.param(makes.split(",")[0].split(";")[0], item, example, id=example)
    for makes, item, examples in ROWS
    for example in re.findall(r"`(.+?)`", examples)
]


def test_the_page_has_every_line_of_the_table_and_no_other():
    assert sorted({item for _, item, _ in ROWS}) == sorted({item.id for item in ITEMS})


@each(("make", "item", "example"), EXAMPLES)
def test_every_example_of_the_page_is_named_for_its_make(make, item, example):
    said = None if make == "all" else make.lower()
    found = named(spell(example), said)
    assert found is not None
    assert found.id == item
    assert readings(example, make=said) == ()


@pytest.mark.parametrize("item", [item for item in ITEMS if item.makes], ids=lambda item: item.id)
def test_what_one_maker_prints_is_not_looked_for_in_another_makes_radio(item):
    assert item.may_be_of(item.makes[0])
    assert not item.may_be_of("kia")


def test_a_hint_for_one_makers_line_shows_that_makers_number():
    error = why(spell("A 451 906 94 00"), Said(None, None), of_another_kind=False)
    assert "BP5387" not in error.hint
    assert "M012345" not in error.hint
