"""A cut and something else: deaf writes, a rotten bit, a read that fails, a sync that lies."""

import hunts


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
