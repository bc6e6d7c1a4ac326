"""Owners and their years, through the real unit: whatever happens to a car, the lock keeps its promises."""

import re
from dataclasses import replace
from functools import partial

import pytest

from radiokey.headunit import lock
from radiokey.headunit.lock import Lock, State
from radiokey.headunit.policy import REFERENCE, PowerCutEffect
from radiokey.vehicle.owners import BrokenPromiseError, Life, year
from radiokey.vehicle.reference import REFERENCE_DESIGN

EVENTS_A_YEAR = 1_000
YEARS = 100
PARTS = 4
YEARS_A_PART = 250
DEEP_PARTS = 10
DEEP_YEARS_A_PART = 1_000


def years(first: int, count: int) -> None:
    """Live `count` years with the seeds from `first` on; a broken promise names its seed and its moment."""
    for seed in range(first, first + count):
        life = year(REFERENCE_DESIGN, seed)
        assert life.events >= EVENTS_A_YEAR, f"seed {seed}"


def test_a_hundred_owner_years_break_no_promise():
    """The first of the thousand; `make deep` lives them all, and ten thousand others."""
    years(0, YEARS)


@pytest.mark.deep
@pytest.mark.parametrize("part", range(PARTS))
def test_a_thousand_owner_years_break_no_promise(part):
    """Four parts of 250, so that two processes share them."""
    assert PARTS * YEARS_A_PART == 1_000
    years(part * YEARS_A_PART, YEARS_A_PART)


@pytest.mark.deep
@pytest.mark.parametrize("part", range(DEEP_PARTS))
def test_ten_thousand_owner_years_break_no_promise(part):
    assert DEEP_PARTS * DEEP_YEARS_A_PART == 10_000
    years(1_000_000 + part * DEEP_YEARS_A_PART, DEEP_YEARS_A_PART)


def test_one_life_goes_on_for_years():
    """Battery, chip and counter age with it: thirty years in one car."""
    life = Life(REFERENCE_DESIGN, 7)
    for _ in range(30 * 365):
        life.day()
    assert life.events >= 30 * EVENTS_A_YEAR
    assert life.days == 30 * 365


def test_lives_are_full_of_what_owners_tell_of():
    """A search that meets nothing finds nothing: what these years hold is counted."""
    met = dict.fromkeys(
        ("dip", "supply lost", "cut in a write", "battery off", "memory saver on", "fuse out"), 0
    )
    waits = wrong = 0
    for seed in range(12):
        life = Life(REFERENCE_DESIGN, seed)
        observe = life.car.observe

        def tell(what, life=life, observe=observe):
            nonlocal waits, wrong
            met.update({what: met[what] + 1} if what in met else {})
            waits += what == "its time is over" and life.car.status.state is State.CODE
            wrong += life.car.status.state is State.WAIT and what.startswith("press ")
            observe(what)

        life.car.observe = tell
        for _ in range(365):
            life.day()
    assert all(count >= 5 for count in met.values()), met
    assert waits >= 5
    assert wrong >= 5


# --- locks that break a promise are found ------------------------------------------------------------------


def found(design=REFERENCE_DESIGN) -> str:
    """Live until a promise is broken, and return which; a thousand owner-years would have met it."""
    with pytest.raises(BrokenPromiseError) as broken:
        list(map(partial(year, design), range(60)))
    said = str(broken.value)
    assert re.match(r"seed \d+ at \d+ ms: ", said), "it can be replayed"
    return said


def under(**changes):
    return replace(REFERENCE_DESIGN, policy=replace(REFERENCE, **changes))


def test_a_lock_that_forgets_errors_with_a_power_cut_is_found():
    """Claim 85, the folk remedy, come true."""
    assert "the count fell" in found(under(power_cut=PowerCutEffect.RESET_ATTEMPTS))


def test_a_lock_that_forgets_the_wait_with_a_power_cut_is_found():
    assert re.search(r"a wait of \d+ ms ended after \d+ ms", found(under(power_cut=PowerCutEffect.REPROMPT)))


def test_a_lock_that_takes_more_than_a_minute_from_its_owner_is_found():
    assert re.search(
        r"a wait of \d+ ms ended after \d+ ms", found(under(power_cut=PowerCutEffect.RESTART_WAIT))
    )


def test_a_lock_that_counts_an_interrupted_entry_twice_is_found():
    assert re.search("does not open it|meets the end", found(under(remembers_pending=False)))


def test_a_lock_that_plays_on_after_a_gap_is_found(monkeypatch):
    monkeypatch.setattr(lock, "_ask", lambda _lock, _policy: Lock(State.PLAYING))
    assert "it plays after a gap, before the right code" in found()


def plant(monkeypatch, event, decide) -> None:
    """Let the lock decide otherwise about `event`."""
    for row in lock._LISTED.values():
        if event in row:
            monkeypatch.setitem(row, event, decide)


def test_a_lock_that_refuses_the_right_code_is_found(monkeypatch):
    plant(monkeypatch, lock.RightCode, lock._wrong_code)
    assert re.search("does not open it|meets the end", found())


def test_a_lock_that_counts_a_wrong_code_as_right_is_found(monkeypatch):
    plant(monkeypatch, lock.WrongCode, lock._right_code)
    assert re.search("the count fell|before the right code", found())


def test_a_lock_whose_wait_runs_twice_as_fast_is_found(monkeypatch):
    def hurried(now, event, policy):
        return lock._time_passed(now, lock.TimePassed(event.ms, 2 * event.qualified_ms), policy)

    plant(monkeypatch, lock.TimePassed, hurried)
    assert "ms ended after" in found()


def test_a_lock_that_counts_the_time_without_supply_is_found(monkeypatch):
    def served(now, event, policy):
        if now.state is State.WAIT:
            return lock._time_passed(now, lock.TimePassed(event.gap_ms, event.gap_ms), policy)
        return lock._supply_returned(now, event, policy)

    plant(monkeypatch, lock.SupplyReturned, served)
    assert "ms ended after" in found()


def test_a_lock_that_takes_keys_during_a_wait_is_found(monkeypatch):
    def let_in(now, event, policy):
        return (
            lock._time_passed(now, event, policy)
            if now.wait_left_ms < 600_000
            else Lock(State.CODE, now.errors)
        )

    plant(monkeypatch, lock.TimePassed, let_in)
    assert "ms ended after" in found()
