"""Dips, surges and interruptions are three things, each with its hysteresis."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radiokey.vehicle.watch import Dipped, Interrupted, Restored, Surged, Tolerance, Watch


def told(watch: Watch, *stretches: tuple[int, int]) -> list[object]:
    """Show the watch volts, each for a time, as a car does: a due interruption is met on its moment."""
    noticed = []
    for mv, ms in stretches:
        noticed += watch.see(mv)
        left = ms
        while left:
            due = watch.due_ms()
            stretch = left if due is None else min(left, max(due, 1))
            watch.pass_time(stretch)
            left -= stretch
            noticed += watch.see(mv)
    return noticed


def test_low_for_less_than_the_reserve_is_a_dip_and_no_interruption():
    """Claim 66: the radio lives on its own reserve meanwhile."""
    assert told(Watch(), (12_600, 500), (3_000, 99), (12_600, 500)) == [Dipped(3_000, 99)]


def test_low_for_longer_is_an_interruption_and_no_dip():
    noticed = told(Watch(), (12_600, 500), (3_000, 1_100), (12_600, 500))
    assert noticed == [Interrupted(3_000), Restored(12_600, 1_000)]


def test_without_a_reserve_every_break_is_an_interruption():
    """Claim 20: even a short break."""
    noticed = told(Watch(Tolerance(hold_up_ms=0)), (12_600, 500), (0, 10), (12_600, 500))
    assert noticed == [Interrupted(0), Restored(12_600, 10)]


def test_low_but_enough_is_a_dip_however_long():
    assert told(Watch(), (12_600, 10), (8_000, 60_000), (12_600, 10)) == [Dipped(8_000, 60_000)]


def test_the_deepest_of_a_dip_is_told():
    assert told(Watch(), (8_500, 10), (7_000, 20), (8_900, 30), (12_000, 1)) == [Dipped(7_000, 60)]


def test_a_surge_is_an_event_of_its_own():
    """Claim 17: over-voltage is no dip."""
    assert told(Watch(), (14_000, 10), (18_000, 400), (14_000, 10)) == [Surged(18_000, 400)]


def test_a_radio_that_shuts_itself_off_is_without_supply_until_the_surge_is_over():
    noticed = told(Watch(Tolerance(shuts_above_mv=17_000)), (14_000, 10), (18_000, 400), (14_000, 10))
    assert noticed == [Interrupted(18_000), Surged(18_000, 400), Restored(14_000, 400)]


@pytest.mark.parametrize(
    ("around", "kind"), [((8_900, 9_900), Dipped), ((16_100, 15_600), Surged), ((4_900, 6_400), Interrupted)]
)
def test_volts_that_tremble_around_a_threshold_are_one_event(around, kind):
    """Hysteresis: a threshold is left at its other edge."""
    trembling = [(mv, 200) for _ in range(20) for mv in around]
    noticed = told(Watch(), (12_600, 10), *trembling, (12_600, 10))
    assert [type(one) for one in noticed].count(kind) == 1


def test_back_from_an_interruption_and_still_low_is_a_dip_from_there():
    noticed = told(Watch(), (0, 500), (8_000, 300), (12_600, 10))
    assert noticed == [Interrupted(0), Restored(8_000, 400), Dipped(8_000, 300)]


@given(st.lists(st.tuples(st.integers(0, 30_000), st.integers(1, 5_000)), max_size=30))
def test_interruptions_and_returns_take_turns_whatever_the_volts_do(stretches):
    noticed = told(Watch(Tolerance(shuts_above_mv=20_000)), *stretches, (12_600, 10))
    turns = [type(one) for one in noticed if isinstance(one, Interrupted | Restored)]
    assert turns == [Interrupted, Restored] * (len(turns) // 2)


@given(st.lists(st.tuples(st.integers(0, 30_000), st.integers(1, 5_000)), max_size=30))
def test_after_it_all_the_watch_is_calm_again(stretches):
    watch = Watch()
    told(watch, *stretches, (12_600, 10))
    assert watch.calm
    assert watch.due_ms() is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"back_above_mv": 5_000},
        {"dip_over_mv": 8_000},
        {"surge_over_mv": 16_500},
        {"lost_below_mv": 9_500},
        {"hold_up_ms": -1},
        {"shuts_above_mv": 15_000},
    ],
)
def test_thresholds_without_an_order_are_refused(wrong):
    with pytest.raises(AssertionError):
        Tolerance(**wrong)
