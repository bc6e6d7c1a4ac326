"""What marks on a photo mean, without a photo: made-up lines and strips in, candidates out."""

import pytest

from radiokey.label.marks import Code, Line, Marks, Sign, Symbology
from radiokey.label.read import Reason, Source, read_marks


def line(text, at=0, x=0, score=0.99, doubts=None):
    """A line of print 20 pixels high, `at` rows from above; `doubts` gives characters another meaning."""
    doubts = doubts or {}
    signs = tuple(
        Sign(character, score, *doubts.get(place, ("", 0.0))) for place, character in enumerate(text)
    )
    left, right, top, bottom = x, x + 12 * len(text), 40 * at, 40 * at + 20
    return Line(signs, ((left, top), (right, top), (right, bottom), (left, bottom)))


def code(text, symbology=Symbology.CODE_128):
    return Code(symbology, text, ((0, 0), (90, 0), (90, 20), (0, 20)))


def read(*, codes=(), first=(), second=(), make=""):
    return read_marks(Marks(800, 600, tuple(codes), tuple(first), tuple(second)), make=make)


def texts(reading):
    return [one.serial.text for one in reading.candidates]


def test_a_barcode_and_the_print_that_agree_are_sure():
    reading = read(codes=[code("281155216RTA123")], first=[line("281155216RT A123")])
    assert (texts(reading), reading.sure) == (["A123"], True)
    assert reading.candidates[0].sources == (Source.BARCODE, Source.FIRST)


def test_a_barcode_alone_is_not_sure():
    reading = read(codes=[code("PLEM012345", Symbology.CODE_39)])
    assert (texts(reading), reading.sure) == (["M012345"], False)


def test_one_pass_over_the_print_is_not_sure():
    reading = read(first=[line("M012345")])
    assert (texts(reading), reading.sure) == (["M012345"], False)


def test_two_passes_that_agree_on_one_clean_number_are_sure():
    reading = read(first=[line("M012345")], second=[line("M012345")])
    assert (texts(reading), reading.sure) == (["M012345"], True)


def test_two_passes_that_are_both_unsure_of_a_character_are_not_sure():
    reading = read(first=[line("M012345", score=0.6)], second=[line("M012345", score=0.7)])
    assert (texts(reading), reading.sure) == (["M012345"], False)


@pytest.mark.parametrize(
    ("one", "other"), [({"codes": [code("V012345")]}, "V012346"), ({"second": [line("V012345")]}, "V012346")]
)
def test_two_that_differ_are_both_shown_and_neither_is_sure(one, other):
    reading = read(first=[line(other)], **one)
    assert (sorted(texts(reading)), reading.sure) == (["V012345", "V012346"], False)


def test_a_second_number_on_the_photo_is_asked_about():
    """Two radios in one picture: even the one that barcode and print agree on may be the other one's."""
    reading = read(
        codes=[code("PLEM012345", Symbology.CODE_39)], first=[line("M012345"), line("V543210", at=2)]
    )
    assert (texts(reading), reading.sure) == (["M012345", "V543210"], False)


def test_a_digit_in_an_open_place_is_asked_about_however_sure_the_network_is():
    """An O among digits is read as 0 with 0.998: no threshold helps, only the form."""
    reading = read(first=[line("815CM7123A12345607")], second=[line("815CM7123A12345607")])
    assert not reading.sure
    assert ("0", "O") in {(one.read, one.other) for one in reading.candidates[0].suspects}


def test_a_letter_where_only_a_letter_stands_is_no_doubt():
    reading = read(first=[line("Security B123")], second=[line("Security B123")])
    assert (texts(reading), reading.sure) == (["B123"], True)


def test_a_letter_that_was_put_in_for_a_digit_is_pointed_out():
    reading = read(first=[line("281155216RT 1123")], second=[line("281155216RT 1123")])
    assert (texts(reading), reading.sure) == (["I123"], False)
    assert [(one.at, one.read, one.other) for one in reading.candidates[0].suspects] == [(0, "I", "1")]


def test_what_the_network_saw_beside_is_pointed_out_where_the_place_takes_it():
    doubtful = line("M012345", doubts={4: ("8", 0.3), 5: ("S", 0.4)})
    reading = read(first=[doubtful], second=[doubtful])
    assert [(one.at, one.read, one.other) for one in reading.candidates[0].suspects] == [(4, "3", "8")]
    assert not reading.sure


def test_a_number_in_groups_is_read_over_the_boxes_of_its_row():
    row = [line("BP5387", x=0), line("6", x=90), line("1234567", x=120)]
    assert texts(read(first=row)) == ["BP538761234567"]


def test_a_number_of_no_fixed_length_takes_nothing_from_the_row_below():
    rows = [line("BE2210", at=0), line("BECKER", at=1), line("S/N 12345678", at=2)]
    assert texts(read(first=rows, make="mercedes")) == ["12345678"]


def test_a_precode_may_stand_below_the_word_that_announces_it():
    rows = [line("SECURITY", at=0), line("A123", at=1)]
    assert texts(read(first=rows)) == ["A123"]
    assert read(first=rows).candidates[0].labelled


@pytest.mark.parametrize(
    "piece", ["3456776453870002", "123456776453", "1234", "123456776453870003", "123456712345870005"]
)
def test_a_piece_of_a_strip_is_never_a_number(piece):
    """A strip of 18 digits seen askew comes back as 16, 12 or 4, with check digits that hold."""
    reading = read(codes=[code(piece, Symbology.ITF)])
    assert reading.candidates == ()
    assert [one.reason for one in reading.left_out] == [Reason.PIECE]


def test_a_whole_strip_agrees_with_the_print_that_has_the_digit_it_leaves_out():
    strip = code("123456776453870002", Symbology.ITF)
    assert texts(read(codes=[strip])) == ["BP5387?1234567"]
    both = read(codes=[strip], first=[line("BP5387 6 1234567")])
    assert (texts(both), both.sure) == (["BP538761234567"], True)


def test_a_digit_that_the_barcode_leaves_out_is_never_sure():
    strip = code("123456776453870002", Symbology.ITF)
    assert not read(codes=[strip]).sure


@pytest.mark.parametrize(
    ("text", "what"),
    [("12.05.2012", "a date"), ("e13 029079", "an approval"), ("P/N 30657637", "a part number")],
)
def test_what_else_stands_on_a_label_is_left_out_and_named(text, what):
    reading = read(first=[line("M012345"), line(text, at=2)])
    assert texts(reading) == ["M012345"]
    assert [(one.text, one.reason) for one in reading.left_out] == [(text, Reason.ANOTHER_NUMBER)]
    assert what in reading.left_out[0].what


def test_a_type_that_looks_like_a_precode_gives_way_to_a_number():
    reading = read(first=[line("V012345"), line("C200", at=1)])
    assert texts(reading) == ["V012345"]


def test_eight_digits_want_the_make_first():
    bare = read(first=[line("S/N 12345678")])
    assert [one.reason for one in bare.left_out] == [Reason.NEEDS_MAKE]
    assert texts(read(first=[line("12345678")], make="mercedes")) == ["12345678"]


def test_an_empty_picture_has_no_number():
    reading = read()
    assert (reading.candidates, reading.sure, reading.left_out) == ((), False, ())
