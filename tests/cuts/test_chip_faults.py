"""A cut and something else: deaf writes, a rotten bit, a read that fails, a sync that lies."""

from collections import Counter

import hunts
import pytest
from cutchip import Lie
from everycut import singles
from lives import asking, runner, wrong

from radiokey.headunit.lock import Fault, State


def kept(broken):
    assert broken is None, str(broken)


def test_writes_that_do_nothing_stop_the_compare_and_lose_nothing():
    """Any of the first commit's erases and programs silently undone, and a cut: old record or new one."""
    kept(hunts.deaf())


def test_a_cut_and_a_flipped_bit_together_are_survived():
    """Wherever the cut fell, no flip in any record lowers the count, costs an error, or ends in a fault."""
    kept(hunts.rot())


def test_a_read_that_fails_in_any_boot_is_a_fault_and_loses_nothing():
    """Every read of the boot after every cut; nothing is written before all has been read."""
    kept(hunts.reads())


def test_a_sync_that_lies_never_lowers_the_count():
    """One of the two lies: survived. Both lie: survived, or the counter tells and the unit is shut."""
    kept(hunts.lies())


@pytest.mark.parametrize("lie", Lie)
def test_where_both_syncs_of_the_count_lie_the_counter_decides(lie):
    """Before the device counted, as if nothing had begun; after it, the new state or a unit that is shut."""
    unit = runner(asking(1), page=0, lies={0: lie, 1: lie}, copies=0, may_close=True)
    start = unit.here()
    before, after = Counter(), Counter()
    for node in singles(unit, start, (wrong(),)):
        unit.boot(node)
        status = unit.unit.status
        seen = before if node.counter == start.counter else after
        seen[status.state, status.errors, status.fault] += 1
    asks, counted = (State.CODE, 1, Fault.NONE), (State.CODE, 2, Fault.NONE)
    shut, waits = (State.FAULT, 0, Fault.TAMPERED), (State.WAIT, 2, Fault.NONE)
    assert set(before) == ({asks} if lie is Lie.NEVER else {asks, counted})
    assert set(after) == {shut, counted, waits}
    assert after[shut] > 0
