"""A table that is one test is as strict as a test for each row."""

import inspect
from pathlib import Path

import pytest

from tables import Rows, each, every_row, slice_of

HERE = Path(__file__)


def test_every_row_is_run_and_every_one_that_fails_is_named():
    ran = []

    @each("number", range(5))
    def check(number):
        ran.append(number)
        if number == 1:
            pytest.fail("no")
        assert number != 3

    with pytest.raises(BaseExceptionGroup, match=r"^number = 1; number = 3$") as caught:
        check()
    assert ran == [0, 1, 2, 3, 4]
    assert [type(one) for one in caught.value.exceptions] == [pytest.fail.Exception, AssertionError]


def test_two_tables_are_each_row_with_each_and_a_fixture_is_asked_for():
    seen = []

    @each(("letter", "number"), [("a", 1), ("b", 2)], ids=str)
    @each("sign", "+-", ids=["plus", "minus"])
    def check(tmp_path, letter, number, sign):
        seen.append((letter, number, sign))
        assert (tmp_path, letter, sign) != ("x", "b", "-")

    assert list(inspect.signature(check).parameters) == ["tmp_path"]
    with pytest.raises(BaseExceptionGroup, match=r"^letter, number = b-2$") as caught:
        check(tmp_path="x")
    (inner,) = caught.value.exceptions
    assert inner.message == "sign = minus"
    assert seen == [("a", 1, "+"), ("a", 1, "-"), ("b", 2, "+"), ("b", 2, "-")]


def test_a_row_may_have_a_name_and_no_mark():
    named = each("number", [pytest.param(1, id="one"), pytest.param(2)])(
        lambda number: pytest.fail(str(number))
    )
    with pytest.raises(BaseExceptionGroup, match=r"^number = one; number = 2$"):
        named()
    with pytest.raises(AssertionError, match="no marks"):
        each("number", [pytest.param(1, marks=pytest.mark.deep)])


def test_a_table_without_a_row_and_a_name_that_the_test_does_not_take_are_mistakes():
    with pytest.raises(AssertionError, match="without a row"):
        each("number", [])
    with pytest.raises(AssertionError, match="takes no"):
        each("other", [1])(lambda number: None)  # noqa: ARG005 - the name is what it is about


def test_a_slice_is_the_same_rows_each_time_and_some_tables_are_run_whole(monkeypatch):
    few = slice_of(3, [HERE.parent / "whole"])
    assert list(few(HERE, "name", 90)) == list(few(HERE, "name", 90)) != list(few(HERE, "other", 90))
    assert len(few(HERE, "name", 90)) == 3
    assert list(few(HERE.parent / "whole" / "test_x.py", "name", 5)) == list(every_row(HERE, "name", 5))
    monkeypatch.setattr(Rows, "choose", staticmethod(few))
    ran = []
    each("number", range(90))(lambda number: ran.append(number))()  # noqa: PLW0108 - its name is the table's
    assert len(ran) == 3
