"""The report on an answer: what is in it, and what can never get in."""

import json
import re
from dataclasses import replace
from string import ascii_letters, ascii_uppercase, digits

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from radiokey.catalogue.index import cards
from radiokey.code.family import FAMILIES
from radiokey.errors import InputError
from radiokey.guide.masking import TEXT_LENGTH_MAX, mask
from radiokey.guide.report import Query, What, Wrong, answer_to, make_report, masked, read_report

BEGINS = "".join(begin for family in FAMILIES.values() for gate in family.gates for begin in gate.begins)
KINDS = st.sampled_from(What)
NOISE = st.sampled_from(
    [
        "",
        "CODE ",
        "my radio shows LOCK10 ",
        "S/N ",
        "VIN: ",
        "Duster 2012, ",
        "281155216RT ",
        "\u043a\u043e\u0434 ",
    ]
)
CODES = st.text(digits, min_size=3, max_size=8)
SPACED = CODES.map(" ".join)
GLUED = CODES.map(lambda code: f"CODE{code}SAFE")
NAMES = st.text(ascii_letters, min_size=4, max_size=14).filter(lambda name: mask(name) == "x" * len(name))
VINS = st.text([*digits, *(set(ascii_uppercase) - set("IOQ"))], min_size=17, max_size=17)
RADIO = cards()["nissan_blaupunkt_bp"].id


def encoded(text: str, what: What, model: str = "", make: str = "") -> str:
    return make_report(Query(what, text, model, make), Wrong.OTHER, "0.1.0").encode()


def typed_of(text: str) -> str:
    """Return all values of a report that come from what was typed, as one text."""
    fields = json.loads(text)
    return json.dumps([fields["asked"]["text"], fields["asked"]["model"], fields["asked"]["make"]])


@given(KINDS, NOISE, st.one_of(CODES, SPACED, GLUED), NOISE)
def test_no_code_gets_in(what, before, code, after):
    """Nor its digits in a row, whatever stands between them."""
    plain = "".join(re.findall(r"\d", code))
    assume(plain not in BEGINS and set(plain) != {"9"})
    shown = typed_of(encoded(before + code + " " + after, what))
    assert plain not in "".join(re.findall(r"\d", shown))


@given(KINDS, NOISE, VINS, NOISE)
def test_no_vin_gets_in(what, before, vin, after):
    """Neither whole nor its last six, which name the car."""
    assume(sum(character.isdigit() for character in vin) > 2)
    shown = typed_of(encoded(before + vin + " " + after, what))
    assert vin not in shown
    assert vin[-6:] not in shown or set(vin[-6:]) == {"9"}


@given(KINDS, NOISE, NAMES, NAMES, NOISE)
def test_no_name_and_no_mail_address_gets_in(what, before, one, other, after):
    form = encoded("", what).casefold()
    assume(one.casefold() not in form and other.casefold() not in form)
    for text in (f"{one} {other}", f"{one}.{other}@example.org", f"{one}-{other}"):
        shown = encoded(f"{before}{text} {after}", what).casefold()
        assert one.casefold() not in shown
        assert other.casefold() not in shown
        assert "@" not in shown


@given(st.sampled_from(["BP2346", "BP5365", "BP5387"]), st.text(digits, min_size=8, max_size=8))
def test_of_a_number_only_its_type_gets_in(begin, rest):
    """The tail of a number is what its code follows from."""
    shown = json.loads(encoded(begin + rest, What.NUMBER, make="nissan"))["asked"]["text"]
    assert shown == begin + "9" * 8


@pytest.mark.parametrize(
    ("number", "make", "shown"),
    [
        ("281155216RT V212", "", "V999"),
        ("M012345", "", "M999999"),
        ("V123456", "ford", "V999999"),
        ("BP 2346 3 1987485", "Nissan", "BP234699999999"),
        ("4786 12", "", "9999 99"),
    ],
)
def test_a_number_keeps_its_shape(number, make, shown):
    assert masked(Query(What.NUMBER, number, "", make)).text == shown


@given(KINDS, st.text(max_size=200), st.text(max_size=20), st.text(max_size=20))
@example(What.DISPLAY, "\N{SUPERSCRIPT ONE}", "", "")
@example(What.NUMBER, "\N{ARABIC-INDIC DIGIT FOUR}" * 4, "", "")
def test_what_is_masked_stays_as_it_is(what, text, model, make):
    """So a reader can tell a file in which something was written by hand."""
    once = masked(Query(what, text, model, make))
    assert masked(once) == once
    assert once.model in {"", *cards()}
    assert len(once.text) <= TEXT_LENGTH_MAX
    assert once.text.isascii()


@given(KINDS, st.text(max_size=80))
@example(What.NUMBER, "\N{VULGAR FRACTION ONE QUARTER}000")
@example(What.NUMBER, "\N{LATIN CAPITAL LETTER A WITH GRAVE}00S")
def test_a_report_is_read_as_it_was_written(what, text):
    report = make_report(Query(what, text), Wrong.NO_HELP, "0.1.0")
    assert read_report(report.encode()) == report
    assert report.answered == answer_to(report.asked)


def test_words_of_displays_cars_and_radios_stay():
    assert mask("CODE WAIT") == "CODE WAIT"
    assert mask("LOCK10") == "LOCK10"
    assert mask("Ford 6000CD") == "ford 6000CD"
    assert mask("5SAFE ----") == "5SAFE ----"


def test_a_file_of_another_form_is_refused_with_the_reason():
    report = make_report(Query(What.DISPLAY, "CODE"), Wrong.OTHER, "0.1.0")
    whole = json.loads(report.encode())
    for broken in (
        "",
        "[]",
        "{}",
        "null",
        "x" * 5_000,
        json.dumps(whole | {"comment": "Peter"}),
        json.dumps(whole | {"radiokey_report": 2}),
        json.dumps(whole | {"wrong": "mine"}),
        json.dumps(whole | {"asked": whole["asked"] | {"text": "CODE 4786"}}),
        json.dumps(whole | {"asked": whole["asked"] | {"what": "code"}}),
        json.dumps(whole | {"asked": whole["asked"] | {"name": "Peter"}}),
    ):
        with pytest.raises(InputError, match="no report that"):
            read_report(broken)


def test_the_answer_to_a_wait_has_no_text():
    report = make_report(Query(What.WAIT, "4786", "ford_6000cd", "", 3), Wrong.OTHER, "0.1.0")
    assert report.asked.text == ""
    assert replace(report.asked, errors=3) == report.asked
    assert report.answered == {"known": True, "final": False}
