"""The runner finds what it is there to find: each planted fault, with a shortest schedule."""

import hunts
import planted
import pytest

COPIES = "a code is compared before its error is durable in every copy"
TAMPERED = "a boot ends in the fault tampered"
FOUND = {
    "only one bank is written": (planted.ONE_BANK, hunts.cuts, COPIES, 1),
    "nothing is read back, and the chip is deaf": (planted.NOT_READ_BACK, hunts.deaf, TAMPERED, 3),
    "neither CRC nor MAC is checked": (
        planted.NOT_CHECKED,
        hunts.cuts,
        "0 errors counted where 1 are owed",
        2,
    ),
    "the CRC is not checked": (
        planted.CRC_NOT_CHECKED,
        hunts.cuts,
        "a bank does not hold the record that the counter names",
        2,
    ),
    "the slot of the current record is written over": (
        planted.ONE_SLOT,
        hunts.rot,
        "a boot ends in the fault memory",
        3,
    ),
    "the counter counts before the banks are written": (planted.COUNTED_FIRST, hunts.cuts, TAMPERED, 2),
    "the newest record is chosen by its errors": (
        planted.NEWEST_BY_ERRORS,
        hunts.cuts,
        "a second boot is not the same as the first",
        2,
    ),
    "nothing is synced": (planted.NOT_SYNCED, hunts.cuts, COPIES, 1),
    "a bank that lags is left behind": (
        planted.BANK_LEFT_BEHIND,
        hunts.cuts,
        "a bank does not hold the record that the counter names",
        2,
    ),
    "a cut before the count is not made good": (planted.COUNT_LEFT_BEHIND, hunts.pairs, TAMPERED, 3),
    "an image one record older is believed": (
        planted.OLDER_BELIEVED,
        hunts.lies,
        "a boot finds neither the old record nor the new one",
        3,
    ),
    "the code is compared before it is counted": (planted.COMPARED_FIRST, hunts.cuts, COPIES, 1),
}


@pytest.mark.parametrize("what", FOUND)
def test_the_runner_finds_a_planted_fault(what):
    """And says how, in as few steps as it takes."""
    fault, hunt, promise, steps = FOUND[what]
    broken = hunt(fault.planted())
    assert broken is not None, what
    print(f"{what}: {broken}")  # noqa: T201 - the schedule is for whoever runs it with -s
    assert broken.promise.startswith(promise)
    assert len(broken.schedule) == steps
