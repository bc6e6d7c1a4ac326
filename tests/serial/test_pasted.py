"""What stands around a number in a pasted post: words that announce it, types, telephones, the code itself."""

import pytest

from radiokey.code.reading import make_said, read_number
from radiokey.errors import NotTheSerialError, SerialDoubtError, SerialError
from radiokey.serial.makes import MAKES, make_in, spoken
from radiokey.serial.number import parse, readings
from tables import each


@each(
    "announced",
    [
        "\u2116 {}", "\u2116{}", "No. {}", "no {}", "Nr. {}", "N\u00b0 {}", "N\u00ba{}", "S/N {}", "s/n:{}", "SN {}", "sn{}",
        "S/NO {}", "Serial No: {}", "Serial{}", "serialnumber {}", "SerialNumber{}", "Serien-Nr. {}", "Ser.No. {}", "#{}",
        "\u0441/\u043d {}", "\u0421/\u041d: {}", "\u0441\u0435\u0440. \u043d\u043e\u043c\u0435\u0440 {}", "\u0441\u0435\u0440.\u2116{}",
        "\u0441\u0435\u0440\u0438\u0439\u043d\u044b\u0439 \u043d\u043e\u043c\u0435\u0440: {}", "\u0441\u0435\u0440\u0438\u0439\u043d\u0438\u043a {}",
        "\u0437\u0430\u0432. \u2116 {}", "\u0437\u0430\u0432\u043e\u0434\u0441\u043a\u043e\u0439 \u043d\u043e\u043c\u0435\u0440 {}", "\u043d\u043e\u043c\u0435\u0440 {}",
    ],
)  # fmt: skip
@each(
    ("number", "make"),
    [("12345678", "volvo"), ("M012345", "ford"), ("V212", "renault"), ("FA05633B", "honda")],
)
def test_what_announces_a_number_is_no_part_of_it(announced, number, make):
    assert read_number(announced.format(number), make=make).serial.text == number


@pytest.mark.parametrize(
    "text", ["precodeV212", "codeV212", "Pre-Code: V212", "V212 - security", "code V212"]
)
def test_a_word_glued_to_a_pre_code_is_no_part_of_it(text):
    assert read_number(text).serial.text == "V212"


def test_a_vin_that_begins_like_a_word_of_a_label_is_still_one():
    with pytest.raises(NotTheSerialError, match="identification number of the car"):
        parse("SNTABC1D2E3456789")


def test_no_number_goes_on_over_a_word_that_announces_another():
    with pytest.raises(SerialError):
        parse("M01234 No 5")


@pytest.mark.parametrize(
    ("text", "make", "number"),
    [
        ("Volvo HU-850 12345678", "", "12345678"),
        ("HU-850 1234 5678", "volvo", "12345678"),
        ("SC-901 1234567", "volvo", "1234567"),
        ("HU850 HU1234567", "volvo", "HU1234567"),
        ("RD4 12345678", "peugeot", "12345678"),
        ("RD3-01 123456", "citroen", "123456"),
        ("Peugeot RD4 12345678", "", "12345678"),
        ("1K0 035 186 AA S/N 1234567", "audi", "1234567"),
        ("P/N 30657637-1 S/N 1234567", "volvo", "1234567"),
        ("tel. 89123456789 number 1234567", "volvo", "1234567"),
        ("S/N 12345", "volvo", "12345"),
    ],
)
def test_a_type_or_another_number_is_not_joined_to_the_serial_number(text, make, number):
    assert read_number(text, make=make).serial.text == number


@pytest.mark.parametrize(
    ("text", "make", "item"),
    [
        ("39100-S5A-A110-M1", "honda", "part-number"),
        ("39101-SDA-A510", "", "part-number"),
        ("39101SDAA510", "acura", "part-number"),
        ("1K0 035 186 AA", "volkswagen", "part-number"),
        ("P/N 30657637-1", "volvo", "part-number"),
        ("+7 912 345-67-89", "ford", "telephone"),
        ("\u0442\u0435\u043b. 8 912 345 67 89", "", "telephone"),
        ("\u0442\u0435\u043b\u0435\u0444\u043e\u043d 89123456789", "volvo", "telephone"),
        ("+49 171 1234567", "ford", "telephone"),
        ("call +44 7700 900123", "fiat", "telephone"),
        ("Made in Nov 2004", "ford", "date"),
        ("33316", "honda", "code"),
        ("my code is 33316", "honda", "code"),
        ("1234", "volvo", "code"),
        ("12 345", "kia", "code"),
    ],
)
def test_what_is_not_the_serial_number_is_named(text, make, item):
    with pytest.raises(NotTheSerialError) as caught:
        read_number(text, make=make)
    assert caught.value.facts["item"] == item
    assert caught.value.hint


def test_keys_that_are_held_are_no_telephone():
    assert parse("1+6 22000055", make="honda").serial.text == "22000055"
    assert parse("keys 1 + 6: M012345").serial.text == "M012345"


@pytest.mark.parametrize("text", ["39100-S5A-A110", "39101-S1A-G200-M1", "AB12.C345.D678", "1A-V212-3B"])
def test_a_part_of_a_part_number_is_no_pre_code(text):
    assert readings(text) == ()


@pytest.mark.parametrize(
    "text",
    ["my F150 asks for a code", "the radio of my W203 is locked", "C180 radio since the battery was changed"],
)
def test_a_word_of_a_sentence_is_no_pre_code_until_something_says_so(text):
    """Cars are called so: the code of the pre-code F150 would cost a Ford a try."""
    with pytest.raises(SerialDoubtError) as caught:
        read_number(text)
    assert caught.value.facts["readings"] == 1


@pytest.mark.parametrize(
    "text",
    [
        "my radio says V212 thanks",
        "hello it is on the label V212 of my Clio",
        "Renault of 2003, it has V212",
        "the code is V212 I think",
    ],
)
def test_where_the_text_says_what_it_is_a_pre_code_is_read_in_a_sentence(text):
    assert read_number(text).serial.text == "V212"


@pytest.mark.parametrize(
    ("text", "make"),
    [
        ("Mercedes W203", "mercedes"), ("my mercedes-benz", "mercedes"), ("VW Golf", "volkswagen"), ("LandRover R990", "land rover"),
        ("land  rover", "land rover"), ("Range Rover", "land rover"), ("Rover 75", "rover"), ("Renault or Dacia", ""), ("Fordham", ""),
        ("under the seat, a smart mini", ""), ("Citro\u00ebn C3", "citroen"), ("alfa romeo 156", "alfa romeo"),
    ],
)  # fmt: skip
def test_the_make_that_a_text_names(text, make):
    assert make_in(text) == make


def test_every_make_of_the_list_is_found_as_it_is_written():
    assert {make_in(f"my {spoken(make)} radio") for make in MAKES} == set(MAKES)


def test_a_make_in_the_text_shuts_out_another_makes_pre_code():
    with pytest.raises(SerialError, match="another make"):
        read_number("Mercedes W203")
    assert make_said("Mercedes W203", "opel") == "opel"


@pytest.mark.parametrize("text", ["\u042c012345", "\u0418\u0417538761234567", "\u041b212", "\u039c012345"])
def test_a_letter_of_another_alphabet_is_said_to_be_the_reason(text):
    with pytest.raises(SerialError, match="another alphabet") as caught:
        parse(text, make="ford")
    assert "Latin keyboard" in caught.value.hint


def test_a_cyrillic_letter_that_fits_by_its_sound_alone_is_asked_about():
    with pytest.raises(SerialDoubtError, match="Cyrillic"):
        parse("\u0412012345")


def test_a_small_l_before_a_digit_is_a_one_too():
    assert parse("BP5387 6 l234567").serial.text == "BP538761234567"


def test_a_hint_writes_makes_as_their_makers_do():
    with pytest.raises(SerialDoubtError) as caught:
        parse("12345678")
    assert "Honda" in caught.value.hint
    assert "honda" not in caught.value.hint


@pytest.mark.parametrize(
    ("text", "make", "number"),
    [
        ("Becker BE 1150 12345678", "mercedes", "BE115012345678"),
        ("Clarion PN 2529 N 0123456", "nissan", "PN2529N0123456"),
        ("radio GM 030M 1234 567 890 please", "opel", "GM030M1234567890"),
        ("s/no GM0500T9111919, Delco CDR500", "opel", "GM0500T9111919"),
    ],
)
def test_a_number_without_a_fixed_length_is_read_in_groups_among_words_without_digits(text, make, number):
    assert parse(text, make=make).serial.text == number


def test_a_letter_before_digits_is_no_misread_digit_of_a_number_of_digits():
    """B012345 is no TravelPilot's 8012345: the letter M or V was misread, or it is another number."""
    assert readings("B012345", make="ford") == ()
    assert readings("B2345678", make="honda") == ()
    assert parse("2200OO55", make="honda").serial.text == "22000055"
