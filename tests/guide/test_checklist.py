"""The list before the entry (claim 59)."""

from radiokey.catalogue.load import load_model
from radiokey.code.value import Code
from radiokey.guide.checklist import checklist, ready
from radiokey.headunit.display import Shows

ALL = frozenset({"source", "shape", "display", "supply", "tries", "confirm"})


def line(checks, name):
    return next(check for check in checks if check.id == name)


def test_the_list_names_all_six_things_of_the_claim():
    checks = checklist(None)
    assert {check.id for check in checks} == ALL
    assert all(check.holds is None for check in checks)
    assert ready(checks, ALL)
    assert not ready(checks, ALL - {"supply"})


def test_what_is_known_is_judged_and_what_only_the_owner_knows_is_asked():
    checks = checklist(load_model("renault_86a"), Code("0060"), shows=Shows.CODE, errors=0, source_known=True)
    assert {check.id for check in checks if check.holds} == {"source", "shape", "display", "tries"}
    assert ready(checks, frozenset({"supply", "confirm"}))


def test_a_confirm_key_that_sources_disagree_about_is_not_ticked_off():
    """Renault: key 6 in the workshop manual, key 5 with some owners; Honda's sources agree."""
    renault = line(checklist(load_model("renault_86a")), "confirm")
    assert renault.holds is None
    assert "disagree" in renault.why
    assert line(checklist(load_model("honda_audio5")), "confirm").holds


def test_a_code_of_another_length_or_alphabet_fails_before_it_costs_a_try():
    checks = checklist(load_model("honda_audio5"), Code("1290"))
    shape = line(checks, "shape")
    assert shape.holds is False
    assert "1290" not in shape.why
    assert not ready(checks, ALL)


def test_a_wait_on_the_display_fails():
    assert line(checklist(None, shows=Shows.WAIT), "display").holds is False
    assert line(checklist(None, shows=Shows.LOCKED), "display").holds is False


def test_the_last_try_is_asked_about_and_none_left_fails():
    ford = load_model("ford_6000cd")
    last = line(checklist(ford, errors=12), "tries")
    assert last.holds is None
    assert "last one" in last.why
    assert line(checklist(ford, errors=13), "tries").holds is False
    assert line(checklist(ford), "tries").holds is None


def test_a_code_of_doubtful_source_fails():
    assert line(checklist(None, source_known=False), "source").holds is False
