"""A code hides itself; a shape says what a radio can take."""

import copy
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radiokey.code.value import Code, CodeShape
from radiokey.errors import CodeShapeError


@given(st.from_regex(r"[0-9A-Z]{1,16}", fullmatch=True))
def test_no_way_of_printing_shows_a_code(text):
    code = Code(text)
    assert {repr(code), str(code), f"{code}", f"{code!r}", "%s" % code, f"{code:>12}"} == {"Code(****)"}  # noqa: UP031 -- this way too
    assert code.reveal() == text


def test_a_code_is_neither_pickled_nor_hashed():
    """A hash would be an oracle, a pickle a copy in clear."""
    code = Code("1234")
    with pytest.raises(TypeError):
        pickle.dumps(code)
    with pytest.raises(TypeError):
        copy.copy(code)
    with pytest.raises(TypeError):
        hash(code)


def test_codes_are_equal_by_their_text_only():
    assert Code("1234") == Code("1234")
    assert Code("1234") != Code("1235")
    assert Code("1234") != "1234"
    assert Code("a6905892") == Code("A6905892")


@pytest.mark.parametrize("typed", ["1234", " 12 34 ", "12-34", "1.2.3.4"])
def test_a_typed_code_may_have_spaces_dashes_and_dots(typed):
    assert Code.typed(typed).reveal() == "1234"


@pytest.mark.parametrize("text", ["", "12 34", "1" * 17, "12é4", "\u0661\u0662"])
def test_anything_else_is_no_code_and_the_error_does_not_show_it(text):
    with pytest.raises(CodeShapeError) as caught:
        Code(text)
    assert not text or text not in f"{caught.value.sentence}{caught.value.hint}{caught.value.facts}"


@pytest.mark.parametrize(
    ("shape", "size"),
    [
        (CodeShape.of(4, "0123456789"), 10_000),
        (CodeShape.of(4, "123456"), 1_296),
        (CodeShape(("1", "0123456789", "0123456789", "0123456789"), 3), 2_000),
    ],
)
def test_a_shape_counts_what_it_lists(shape, size):
    codes = [code.reveal() for code in shape.all()]
    assert len(codes) == shape.size() == size == len(set(codes))
    for text in codes[:: size // 100]:
        shape.check(Code(text))


@pytest.mark.parametrize(("text", "fact"), [("123", "length"), ("12345", "length"), ("1274", "place")])
def test_a_code_of_another_radio_is_refused_by_place_and_not_shown(text, fact):
    with pytest.raises(CodeShapeError) as caught:
        CodeShape.of(4, "123456").check(Code(text))
    assert fact in caught.value.facts
    assert text not in f"{caught.value.sentence}{caught.value.hint}"
