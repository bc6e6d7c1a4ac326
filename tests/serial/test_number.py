"""Reading what people copy: kind about spelling, strict about meaning."""

import csv
from pathlib import Path

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from radiokey.errors import NotTheSerialError, SerialDoubtError, SerialError
from radiokey.serial.formats import FORMATS, Identity
from radiokey.serial.number import Doubt, SerialNumber, makes_to_ask, parse, readings
from radiokey.serial.shapes import DIGITS, LETTERS, LOOK_ALIKES, Shape
from radiokey.serial.spelling import TEXT_LENGTH_MAX, spell
from radiokey.serial.stickers import words_of_items
from tables import each

LABELS = Path(__file__).parents[1] / "vectors" / "labels.csv"

BP_MAKES = ("alfa romeo", "blaupunkt", "bmw", "fiat", "lancia", "mg", "nissan", "peugeot", "rover")


def labels():
    lines = [line for line in LABELS.read_text("utf-8").splitlines() if not line.startswith("#")]
    return [
        pytest.param(row, id=f"{row['label']} {row['make']}{row['kinds']}") for row in csv.DictReader(lines)
    ]


@each("row", labels())
def test_every_printed_shape_is_read(row):
    reading = parse(row["label"], make=row["make"] or None, kinds=row["kinds"].split() or None)
    assert (reading.serial.text, reading.serial.kind) == (row["serial"], row["kind"])
    assert reading.labelled == (row["labelled"] == "yes")


def test_every_format_has_a_label_among_the_vectors():
    read = {row.values[0]["kind"] for row in labels()}
    assert read == set(FORMATS)


@each("precode", [f"T{number:03d}" for number in (0, 1, 12, 123, 456, 903, 999)])
@each("label", ["{}", "281155216RT{}", "281155216RT {}", "T{}", "T0{}", "8200607918T {}"])
def test_a_t_of_the_pre_code_is_never_stripped(label, precode):
    """A pre-code may itself begin with the separator's letter."""
    assert parse(label.format(precode)).serial.text == precode


# --- look-alikes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said", "expected", "doubts"),
    [
        ("V2I2", {}, "V212", (Doubt(2, "I", "1"),)),
        ("V2l2", {}, "V212", (Doubt(2, "l", "1"),)),
        ("v2l2", {}, "V212", (Doubt(2, "l", "1"),)),
        ("V2|2", {}, "V212", (Doubt(2, "I", "1"),)),
        ("V21Z", {}, "V212", (Doubt(3, "Z", "2"),)),
        ("VZ12", {}, "V212", (Doubt(1, "Z", "2"),)),
        ("Z999", {}, "Z999", ()),
        ("L120", {}, "L120", ()),
        ("2120", {"make": "dacia"}, None, None),
        ("VB12", {}, "V812", (Doubt(1, "B", "8"),)),
        ("281155216RT1123", {}, "I123", (Doubt(0, "1", "I"),)),
        ("281155216RTI123", {}, "I123", (Doubt(0, "I", "1"),)),
        ("T0B812", {}, "B812", (Doubt(0, "B", "8"),)),
        ("MO1S34B", {}, "M015348", (Doubt(1, "O", "0"), Doubt(3, "S", "5"), Doubt(6, "B", "8"))),
        ("8P5387 6 I234567", {}, "BP538761234567", (Doubt(0, "8", "B"), Doubt(7, "I", "1"))),
        ("BP2774S7838642", {}, "BP2774S7838642", (Doubt(6, "S", "5"),)),
        ("OI23456789ABCDEF", {"kinds": ["toyota-erc"]}, "0123456789ABCDEF", None),
    ],
)
def test_look_alikes_are_repaired_where_one_reading_fits_and_pointed_out(text, said, expected, doubts):
    """Claim 68; one seller reports that 95 % of wrong codes are a serial copied wrongly."""
    if expected is None:
        with pytest.raises(SerialError):
            parse(text, **said)
        return
    reading = parse(text, **said)
    assert reading.serial.text == expected
    if doubts is not None:
        assert reading.doubts == doubts
    assert reading.repaired == any(reading.serial.text[doubt.at] == doubt.other for doubt in reading.doubts)


def test_a_hex_digit_that_could_be_its_look_alike_is_a_doubt_not_a_repair():
    reading = parse("8B00000000000000", kinds=["toyota-erc"])
    assert reading.doubts == (Doubt(0, "8", "B"), Doubt(1, "B", "8"))
    assert not reading.repaired


def test_plain_characters_raise_no_doubt():
    for text in ("281155216RT V212", "M012345", "BP5387 6 1234567", "VWZ1Z2K1234567"):
        assert parse(text).doubts == ()


@pytest.mark.parametrize("said", [{}, {"make": "dacia"}, {"make": "ford"}, {"kinds": {"renault-precode"}}])
def test_four_digits_alone_never_become_a_pre_code(said):
    """They are more often the code itself, and its first digit would become a letter that nobody read."""
    for digits in ("1123", "0123", "8123", "5123"):
        assert readings(digits, **said) == ()
        with pytest.raises(SerialError):
            parse(digits, **said)


@pytest.mark.parametrize(
    "text", ["BOSS", "BOB", "SOS", "OBOE", "BIOS", "THE SERIAL NUMBER", "BP", "ALTITUDE RADIO"]
)
def test_ordinary_words_hold_no_number(text):
    assert readings(text) == ()


# --- more than one, and the make -----------------------------------------------------------------------


def test_two_different_numbers_are_a_doubt():
    with pytest.raises(SerialDoubtError) as caught:
        parse("V212 or A583")
    assert caught.value.facts["readings"] == 2
    assert [reading.serial.text for reading in readings("V212 or A583")] == ["V212", "A583"]


def test_a_digit_that_may_or_may_not_belong_to_the_number_is_a_doubt():
    """M and seven digits is a number with an extra zero; M, six digits and a stray digit is not."""
    with pytest.raises(SerialDoubtError):
        parse("M012345 6")
    assert parse("M0123456").serial.text == "M123456"
    assert parse("M012345 6000CD").serial.text == "M012345"


def test_the_label_is_believed_before_a_number_beside_it():
    assert parse("8200607918T A123 lot M012345").serial.text == "A123"


def test_eight_digits_are_nobodys_until_the_make_is_said():
    """Half a dozen makers print them: whose they are is asked, never guessed."""
    assert readings("12345678") == ()
    with pytest.raises(SerialDoubtError) as caught:
        parse("12345678")
    assert "honda" in str(caught.value.facts["makes"])
    assert "honda" in makes_to_ask("12345678")
    assert parse("12345678", make="Honda").serial.kind == "honda-8"
    assert parse("12345678", make="Porsche").serial.kind == "becker-8"


@pytest.mark.parametrize(
    ("text", "makes"),
    [
        ("A2C0012340056781234", ("alfa romeo", "citroen", "fiat", "peugeot")),
        ("BP538761234567", BP_MAKES),
        ("V212", ()),
        ("M012345", ()),
        ("nothing", ()),
        ("1234567", ("ford",)),
    ],
)
def test_one_label_on_several_makes_asks_which(text, makes):
    assert makes_to_ask(text) == makes
    for reading in readings(text):
        assert reading.ask_makes == makes
    if makes:
        for reading in readings(text, make=makes[0]):
            assert reading.ask_makes == ()


def test_a_labelled_number_is_read_whatever_the_make():
    """The label decides, not the car: radios are swapped."""
    assert parse("281155216RT V212", make="opel").serial.text == "V212"
    assert parse("V012345", make="renault").serial.kind == "ford-v"
    with pytest.raises(SerialError):
        parse("V212", make="ford")


@pytest.mark.parametrize("make", ["ford", "honda", "fiat", "pontiac"])
def test_a_part_of_a_number_is_not_taken_for_another_number(make):
    """Seven digits at the end of a Blaupunkt number are no TravelPilot's, whatever the make."""
    kinds = {reading.serial.kind for reading in readings("BP5387 6 1234567", make=make)}
    assert kinds == {"bp12"}
    kinds = {reading.serial.kind for reading in readings("A2C 00123 400567 81234", make=make)}
    assert kinds == {"continental-a2c"}


def test_six_digits_are_not_picked_from_among_other_digits_but_seven_are():
    assert readings("set 123456 of 6000", make="pontiac") == ()
    assert parse("number 123456", make="pontiac").serial.kind == "delco-6"
    assert parse("6000CD 1234567", make="ford").serial.text == "1234567"


def test_each_reading_asks_for_its_own_makes():
    by_kind = {reading.serial.kind: reading.ask_makes for reading in readings("V212 BP538761234567")}
    assert by_kind["renault-precode"] == ()
    assert by_kind["bp12"] == BP_MAKES


def test_kinds_are_all_that_is_looked_for():
    assert readings("V212", kinds=["ford-m"]) == ()
    with pytest.raises(SerialError, match="not the number of such a radio"):
        parse("V212", kinds=["ford-m"])


@pytest.mark.parametrize("text", ["M012345", "12345678", "BP5387 6 1234567", "GM0500T9111919"])
def test_a_radio_without_a_known_numbering_has_no_other_makes_number(text):
    """Its own numbering or none: eight digits of a Volvo are no Honda's."""
    assert readings(text, kinds=()) == ()
    printed = parse(text, kinds=(), as_printed=True).serial
    assert (printed.kind, printed.identity) == ("as-printed", Identity.SHARED)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12345678", "12345678"),
        ("1234 5678", "12345678"),
        ("FA05633B", "FA05633B"),
        ("s/n: ab-12345 made in Japan", "AB12345"),
        ("Panasonic CQ-LB1230L serial no 0012345 12.05.2012", "0012345"),
        ("Volvo SC-901 12345678", "12345678"),
        ("1234567 or 7654321 it says", None),
        ("what it says", None),
        ("1234", None),
        ("12.05.2012", None),
        ("SJNFAAN16U0123456", None),
        ("e13 029079", None),
        ("1" * 21, None),
    ],
)
def test_a_number_is_read_as_it_is_printed_where_nobody_knows_its_form(text, number):
    """Behind S/N, or the whole of the text; never a date, a VIN, or one of two words that could be it."""
    found = readings(text, kinds=(), as_printed=True)
    assert [reading.serial.text for reading in found] == ([] if number is None else [number])


def test_a_number_that_its_format_takes_as_it_stands_is_not_hidden_by_a_repair():
    exact, repaired = readings("AL0B0B0B0B0B0B", kinds=["alpine-12"])
    assert (exact.serial.text, exact.repaired) == ("AL0B0B0B0B0B0B", False)
    assert [doubt.at for doubt in exact.doubts] == [3, 5, 7, 9, 11, 13]
    assert (repaired.serial.text, repaired.repaired) == ("AL080808080808", True)
    assert parse("AL0B0B0B0B0B0B", kinds=["alpine-12"]) == exact


@pytest.mark.parametrize("make", [None, "toyota", "fiat", "alfa romeo", "nissan", "peugeot", "ford"])
@pytest.mark.parametrize("text", ["E69A0A0044900656", "10211376AB8E0D25", "1021137618800025", "2063"])
def test_sixteen_hex_digits_and_four_digits_are_nobodys_until_the_model_says_so(text, make):
    """Tracking codes have sixteen digits too, and four digits are usually the code."""
    assert readings(text, make=make) == ()
    with pytest.raises(SerialError):
        parse(text, make=make)


def test_a_2cs_last_four_digits_are_not_picked_out_of_a_broken_number():
    with pytest.raises(SerialError):
        parse("A2C 0012 3400 567 1234", kinds=["continental-a2c", "fiat-last4"])


# --- what is not the number ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "item"),
    [
        ("281155216R", "part-number"),
        ("281155216RT", "part-number"),
        ("part number 28115-5216R", "part-number"),
        ("28185 JD00A", "part-number"),
        ("8200607918T", "part-number"),
        ("7700434422", "part-number"),
        ("e13 029079", "approval"),
        ("e13*029079", "approval"),
        ("E13029079", "approval"),
        ("12.05.2012", "date"),
        ("2012-05-14", "date"),
        ("05/2012", "date"),
        ("11.02.1998", "date"),
        ("FD12345678", "production-number"),
        ("CLASS 1 LASER PRODUCT", "laser-class"),
        ("M12345", "lot-number"),
        ("M1234567", "lot-number"),
        ("M123456789", "lot-number"),
        ("1234567812345678", "tracking-code"),
        ("1234 5678 1234 5678", "tracking-code"),
        ("7 645 387 316", "device-number"),
        ("U2200", "half-number"),
        ("L0055", "half-number"),
        ("SJNFAAN16U0123456", "vin"),
        ("FDC200", "type"),
        ("FD 600A", "type"),
        ("FDA 600 A1", "type"),
        ("6000CD", "type"),
        ("ACU CFG 820208", "software"),
        ("S.W 6.1.4", "software"),
        ("BOOT 01.0B.03", "software"),
        ("HLA 11/JUL/05-0", "date"),
        ("Apr 14 2004", "date"),
        ("CDR 500 (E) 24 469 302", "part-number"),
        ("A 451 906 94 00", "part-number"),
        ("7 640 082 110 001", "device-number"),
    ],
)
def test_other_things_on_a_sticker_are_named(text, item):
    """Claims 24-28: never the part number, never a date."""
    with pytest.raises(NotTheSerialError) as caught:
        parse(text)
    assert caught.value.facts["item"] == item
    assert caught.value.hint
    assert readings(text) == ()


def test_a_whole_sticker_gives_the_number_and_not_what_is_around_it():
    sticker = (
        "DAEWOO 28115-5216R T V212\ne13 029079  12.05.2012\nCLASS 1 LASER PRODUCT FD12345678 1234567812345678"
    )
    assert parse(sticker).serial.text == "V212"


# --- what an error says --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("V21", "a Renault pre-code has 4 characters (one letter, three digits); 3 given"),
        ("281155216RT V21", "a Renault pre-code has 4 characters (one letter, three digits); 3 given"),
        (
            "V2X2",
            "a Renault pre-code has 4 characters (one letter, three digits); one of these does not fit its place",
        ),
        ("BP5387612345", "a Blaupunkt number has 14 characters (BP, twelve digits); 12 given"),
        ("A2C001234", "a Continental number has 19 characters (A2C, sixteen digits); 9 given"),
        ("V01234", "a Ford V serial number has 7 characters (the letter V, six digits); 6 given"),
        ("", "a serial number of letters and digits was expected; none came"),
        ("??? !!!", "a serial number of letters and digits was expected; none came"),
        (
            "x" * (TEXT_LENGTH_MAX + 1),
            "a serial number of letters and digits was expected; more than 500 characters came",
        ),
        ("hello world", "no serial number of a known form was found in 10 characters"),
    ],
)
def test_an_error_says_what_was_expected_and_what_came(text, sentence):
    with pytest.raises(SerialError) as caught:
        parse(text)
    assert caught.value.sentence == sentence
    assert caught.value.hint


def test_the_hint_for_a_pre_code_shows_a_label():
    with pytest.raises(SerialError) as caught:
        parse("V21")
    assert caught.value.hint == "it follows the T on the sticker, e.g. 281155216RT V212"


def test_six_digits_are_not_given_a_letter():
    """The same six digits under M and under V have different codes."""
    with pytest.raises(SerialError) as caught:
        parse("012345", make="ford")
    assert readings("012345", make="ford") == ()
    assert "M" in caught.value.sentence + caught.value.hint


@given(st.text(alphabet="0123456789", min_size=1, max_size=20))
def test_no_error_repeats_what_was_typed(text):
    """People type their code into the wrong field."""
    try:
        parse(text)
    except SerialError as error:
        said = f"{error.sentence} {error.hint} {error.facts}"
        known = "281155216RT V212 M012345 BP5387 6 1234567 A2C Radiopass TA123 U2200 L0055 12345678 22000055"
        assert len(text) < 4 or text not in said or text in known


# --- identity and key ----------------------------------------------------------------------------------


def test_a_scanned_and_a_typed_blaupunkt_number_have_one_key():
    """A radio on the stolen list is found even when its barcode leaves one digit out."""
    scanned, typed = parse("123456776453870002").serial, parse("BP5387 6 1234567").serial
    assert scanned.text != typed.text
    assert scanned.key == typed.key == "BP5387?1234567"
    assert parse("V212").serial.key == "V212"


def test_identity_is_shared_where_numbers_are_few():
    assert parse("V212").serial.identity is Identity.SHARED
    assert parse("M012345").serial.identity is Identity.SHARED
    assert parse("BP538761234567").serial.identity is Identity.UNIT
    assert parse("U2200 L0055").serial.identity is Identity.UNIT


def test_the_label_keeps_everything_upper_case_with_single_spaces():
    assert parse("  281155216rt \n v212 ").label == "281155216RT V212"


# --- properties ----------------------------------------------------------------------------------------

FROM_TEMPLATE = {"#": DIGITS, "@": LETTERS, "*": LETTERS + DIGITS, "%": DIGITS + "ABCDEF", "^": DIGITS}


def filled(draw, shape: Shape) -> tuple[str, str]:
    """Draw a label of a shape, and the number in it; half of its open places are digits."""
    low, high = shape.tail
    template = shape.template.replace("~", "*" * draw(st.integers(low, high)) if high else "")
    label, number, inside = "", "", False
    for place, mark in enumerate(template):
        if mark in "[]":
            inside = mark == "["
            continue
        is_even = template.count("*", 0, place) % 2 == 0
        pool = DIGITS if mark == "*" and is_even else FROM_TEMPLATE.get(mark, mark)
        character = draw(st.sampled_from(pool))
        label += character
        number += character if inside else ""
    half = len(number) // 2
    return label, number[half:] + number[:half] if shape.turned else number


@st.composite
def printed(draw):
    """Draw (format id, label as somebody might type it, the number in it)."""
    entry = draw(st.sampled_from(list(FORMATS.values())))
    shape = draw(st.sampled_from(entry.shapes))
    label, number = filled(draw, shape)
    gaps = draw(
        st.lists(st.sampled_from(["", "", "", " ", "-", "  ", "_"]), min_size=len(label), max_size=len(label))
    )
    typed = "".join(character + gap for character, gap in zip(label, gaps, strict=True))
    return entry.id, draw(st.sampled_from([typed, typed.lower()])), number


@settings(max_examples=4 * settings().max_examples)
@given(printed())
def test_a_number_survives_its_label_spaces_dashes_and_case(case):
    kind, label, number = case
    assume(not words_of_items(spell(label)))  # 1-1-00 is a date, 17 characters are a VIN
    numbers = {reading.serial.text for reading in readings(label, kinds=[kind])}
    assert number in numbers, label


@settings(max_examples=3 * settings().max_examples)
@given(
    st.text(max_size=60), st.sampled_from([None, "ford", "nissan", "fiat", "dacia", "honda", "no such make"])
)
@example("281155216RT", None)
@example("?" * 40, None)
@example("ß" * 20, "ford")
def test_parsing_never_fails_with_anything_but_our_errors(text, make):
    found = readings(text, make=make)
    try:
        reading = parse(text, make=make)
    except SerialError as error:
        assert all((error.sentence, error.hint))  # noqa: PT017 -- most texts must fail
    else:
        assert reading in found


@settings(max_examples=3 * settings().max_examples)
@given(st.text(alphabet="0123456789ABCDEMPRSTVOIUL?- ", max_size=40), st.sampled_from([None, *FORMATS]))
def test_what_was_read_once_reads_the_same_again(text, kind):
    """Canonical text is a fixed point, and every doubt points into it."""
    kinds = None if kind is None else [kind]
    for reading in readings(text, kinds=kinds):
        again = parse(reading.serial.text, kinds=[reading.serial.kind])
        assert again.serial == reading.serial
        assert not again.repaired
        for doubt in reading.doubts:
            assert reading.serial.text[doubt.at] in {doubt.read, doubt.other}
            assert LOOK_ALIKES[doubt.read] == doubt.other


def test_a_serial_number_says_itself():
    assert str(SerialNumber("V212", "renault-precode", Identity.SHARED)) == "V212"


@pytest.mark.parametrize(
    ("text", "said", "hint"),
    [
        ("012345", {"make": "ford"}, "never add one yourself"),
        ("012345", {}, "a Ford number is printed with its letter, M or V; never add one yourself"),
        ("1234", {"make": "fiat"}, "say which model the radio is"),
        ("1234", {}, "four digits are more often the code itself"),
        ("E69A0A0044900656", {"make": "toyota"}, "say which model the radio is"),
        ("12345678", {"make": "nissan"}, "say which make the radio itself is"),
        ("1234567", {"make": "nissan"}, "say which make the radio itself is"),
        ("12345678", {}, "say which radio it is"),
        ("hello", {"kinds": ["bp12", "nissan-card-a7"]}, "On the strip on the case"),
    ],
)
def test_a_hint_says_what_to_do_next(text, said, hint):
    with pytest.raises(SerialError) as caught:
        parse(text, **said)
    assert hint in caught.value.hint
