"""One wrong entry on the reference lock, cut at every point, and every boot after it, until nothing new appears."""

from pathlib import Path

import pytest
from everycut import explore, singles
from lives import MINUTE, NOTHING, asking, playing, punished, right, runner, wrong

from radiokey.clock import HOUR_MS, MINUTE_MS
from radiokey.headunit.lock import State

SLICE_FROM, SLICE_EVERY = 7, 100
SECOND_WAIT = (State.WAIT, 2, 2 * HOUR_MS)


PAGE = (Path(__file__).parents[2] / "docs/design/cuts.md").read_text("utf-8")


def explored(unit, story, cuts_max=1_000):
    """Explore the story from where the unit is, print what was found, and find every promise kept."""
    report = explore(unit, unit.here(), story, cuts_max)
    print(report)  # noqa: T201 - the numbers are for whoever runs it with -s
    assert not report.broken, report.broken[0]
    assert report.faults == 0, "a cut never ends in a fault"
    return report


def told(report):
    """docs/design/cuts.md says these numbers."""
    assert f"{report.cuts:,}" in PAGE
    assert all(f"{count:,}" in PAGE for count in report.images)


def test_no_cut_and_no_second_one_opens_the_lock_or_lowers_its_count():
    """All single cuts, and after every hundredth of them a second one anywhere; `make deep` goes on to closure."""
    unit = runner(asking(1), page=0)
    start, story = unit.here(), (wrong(), wrong(cut=False, ends=SECOND_WAIT))
    explored(unit, story, cuts_max=1)
    cut_once = singles(unit, start, story)[SLICE_FROM::SLICE_EVERY]
    assert len(cut_once) > 20
    for node in cut_once:
        report = explore(unit, node, story, cuts_max=1)
        assert not report.broken, report.broken[0]
        assert report.faults == 0


@pytest.mark.deep
def test_no_cuts_however_many_open_the_lock_or_lower_its_count():
    """Error counted, compared, punished, booted: all single cuts, pairs, triples, and on to closure.

    And wherever it was cut, the same entry keyed again afterwards costs nothing more: one error, its full wait.
    """
    report = explored(runner(asking(1), page=0), (wrong(), wrong(cut=False, ends=SECOND_WAIT)))
    assert report.closed
    assert len(report.images) == 3, "pairs and triples find what single cuts do not, four cuts nothing more"
    told(report)
    assert f"{report.boots:,} boots" in PAGE
    assert f"the {report.runs - 1:,} states" in PAGE


def test_no_cuts_make_a_radio_forget_that_it_must_ask():
    """The supply was away for long: the boot that asks is cut, and the boot after it."""
    report = explored(runner(playing, page=0), (NOTHING,))
    assert report.closed
    told(report)


def test_no_cuts_shorten_a_wait_that_is_being_served():
    """A minute is made durable; it is served once, whatever is cut."""
    story = (MINUTE,)
    report = explored(runner(punished(), page=0), story)
    assert report.closed
    told(report)


def test_the_end_is_the_end_whatever_is_cut():
    """The third wrong code; wherever it is cut, the same entry again finds the unit dead."""
    story = (wrong(), wrong(cut=False, ends=(State.PERMANENT, 3, 0)))
    explored(runner(asking(2), page=0), story, cuts_max=1)


def test_the_right_code_cut_anywhere_opens_or_asks_again_for_nothing():
    """The same entry again plays, with no error left."""
    story = (right(), right(cut=False))
    for gap_ms in (0, HOUR_MS):
        explored(runner(asking(2), page=0, gap_ms=gap_ms), story, cuts_max=1)


def test_writes_that_arrive_out_of_order_leave_the_old_record_or_the_new_one():
    """Before a sync each page of 32 bytes may be as old as it likes."""
    report = explored(runner(asking(1)), (wrong(),), cuts_max=1)
    assert report.images[0] > 1_400


def test_a_cut_costs_the_owner_less_than_a_minute_of_the_wait_and_gives_a_thief_none():
    unit = runner(punished(served_ms=MINUTE_MS - 1))
    unit.boot(unit.here())
    assert unit.unit.status.wait_left_ms == 30 * MINUTE_MS
    unit = runner(punished(served_ms=MINUTE_MS))
    unit.boot(unit.here())
    assert unit.unit.status.wait_left_ms == 29 * MINUTE_MS
