"""The table of formats is whole: every entry can be shown, matched and told from the others."""

import re

import pytest

from radiokey.serial.formats import FORMATS, Needs
from radiokey.serial.number import parse, readings
from radiokey.serial.shapes import Shape, Strength

ENTRIES = [pytest.param(entry, id=entry.id) for entry in FORMATS.values()]


@pytest.mark.parametrize("entry", ENTRIES)
def test_every_example_reads_as_its_number(entry):
    reading = parse(entry.example, kinds=[entry.id])
    assert (reading.serial.text, reading.serial.identity) == (entry.number, entry.identity)
    assert (
        reading.doubts == ()
        or entry.shapes[0].tail != (0, 0)
        or "*" in entry.shapes[0].template
        or "%" in entry.shapes[0].template
    )


@pytest.mark.parametrize("entry", ENTRIES)
def test_every_format_can_be_shown_on_a_page(entry):
    assert entry.name.startswith(("a ", "an ", "the "))
    assert entry.looks
    assert entry.where.endswith(".")
    assert entry.makes or entry.needs is Needs.NO_FORM
    assert all(make == make.lower() for make in entry.makes)
    assert re.fullmatch(entry.pattern, entry.number)
    assert entry.length == len(entry.number)


@pytest.mark.parametrize("entry", ENTRIES)
def test_the_example_is_never_taken_for_another_kind_unasked(entry):
    kinds = {reading.serial.kind for reading in readings(entry.example)}
    if entry.needs is Needs.NOTHING:
        assert entry.id in kinds
    elif entry.shapes[0].strength is Strength.WEAK:
        assert entry.id not in kinds


def test_strict_shapes_stand_before_open_ones():
    for entry in FORMATS.values():
        strengths = [shape.strength is Strength.WEAK for shape in entry.shapes]
        assert strengths == sorted(strengths), entry.id


def test_a_shape_says_its_lengths_and_its_regular_expression():
    shape = Shape("815[BE####~]", Strength.LABELLED, tail=(4, 8))
    assert (shape.lengths().start, shape.lengths().stop) == (13, 18)
    assert shape.regex == "BE[0-9][0-9][0-9][0-9][A-Z0-9]{4,8}"
    assert shape.is_loose
    assert not Shape("[M######]", Strength.TELLING).is_loose


def test_look_alikes_turn_with_the_halves_they_stand_in():
    fit = Shape("L[####]U[####]", Strength.LABELLED, turned=True).fit("LOO55U22B0")
    assert fit is not None
    assert fit.text == "22800055"
    assert [(slip.at, slip.read) for slip in fit.slips] == [(2, "B"), (4, "O"), (5, "O")]
