"""Three bugs that another lock's keepers had to mend, kept out of this one by name.

They are public: a stack of automotive diagnostics, its issues 211, 190 and 204. Two more of that list need
diagnostics and come with them.
"""

import hunts
import planted
import pytest
from cutunit import copies
from lives import (
    ACCEPTED,
    BROKE,
    MENDED,
    MINUTE,
    REFUSED,
    asking,
    playing,
    punished,
    right,
    runner,
    tail,
    wrong,
)

from radiokey.headunit import store as records
from radiokey.headunit.lock import State

LIVES = {
    "a wrong code": (asking(0), wrong()),
    "another wrong code": (asking(1), wrong()),
    "the last wrong code": (asking(2), wrong()),
    "the right code": (asking(2), right()),
    "a minute of a wait": (punished(1), MINUTE),
    "the car refuses": (asking(1), REFUSED),
    "the car accepts": (tail(punished(1), REFUSED), ACCEPTED),
    "the bus breaks": (asking(1), BROKE),
    "the bus is mended": (tail(punished(1), BROKE), MENDED),
}


def test_count_and_timer_are_one_write():
    """Issue 211: they were two, and a cut between them dropped the lock."""
    broken = hunts.effects(planted.TWO_WRITES.planted())
    assert broken is not None
    assert len(broken.schedule) == 2, "one cut, one boot"
    assert "step" in broken.schedule[0]
    assert hunts.effects() is None


@pytest.mark.parametrize("life", LIVES)
def test_what_the_panel_says_is_on_the_chip_in_every_copy(life):
    """Issue 190: the record could be written, and no product wrote it."""
    setting, act = LIVES[life]
    unit = runner(setting)
    act.do(unit.unit)
    shown = unit.unit.status
    for bank in copies(unit.chip.image):
        lock = max(bank, key=lambda record: record.sequence).lock
        assert lock == records.kept(unit.unit._lock)
        assert (lock.errors, lock.wait_left_ms) == (shown.errors, shown.wait_left_ms)


def test_a_unit_that_writes_nothing_is_found():
    """The same bug planted: the wiring is left out, and the runner says so without a single cut."""
    broken = hunts.cuts(planted.NOT_WIRED.planted())
    assert broken is not None
    assert len(broken.schedule) == 1


def test_a_read_error_is_not_taken_for_a_first_boot():
    """Issue 204: what could not be read was taken for a new unit, which plays."""
    broken = hunts.reads(planted.READ_ERROR_IS_FIRST_BOOT.planted())
    assert broken is not None
    assert broken.promise.startswith("a read that fails is taken for")
    unit = runner(playing, gap_ms=0)
    start = unit.here()
    for number in range(records.BANKS * records.SLOTS):
        unit.chip.failing_reads = frozenset({number})
        unit.boot(start)
        assert (unit.unit.status.state, unit.unit.screen.sound) == (State.FAULT, "silent")
        assert (unit.chip.image, unit.chip.journal) == (start.image, [])
