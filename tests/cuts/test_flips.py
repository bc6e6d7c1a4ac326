"""Two flipped bits at once, one in each bank, while nothing is written: what is promised, and no more."""

import pytest
from cutchip import JournalChip, bits_of, flipped
from cutunit import KEY, remembering
from lives import CODES, asking, keys, runner

from radiokey.headunit import store as records
from radiokey.headunit.device import Device, RamCounter
from radiokey.headunit.lock import State
from radiokey.headunit.store import BANKS, CHIP_SIZE, RECORD_SIZE, SLOTS, OldRecordError, Store

BITS_PER_BANK = CHIP_SIZE // BANKS * 8


@pytest.fixture
def waiting():
    """The image and the count of a unit in its second wait, and its record."""
    unit = runner(asking(1)).unit
    keys(CODES[9])(unit)
    assert (unit.status.state, unit.status.errors) == (State.WAIT, 2)
    return unit.chip.image, unit.device.counter.value, unit._store.record


@pytest.fixture
def load(monkeypatch):
    """`load(image, counter)`: the record the real store finds, `None` where the counter says it is an older one."""
    monkeypatch.setattr(records, "decode", remembering(records.decode))
    chip = JournalChip()

    def loaded(image, counter):
        chip.reset(image)
        try:
            return Store.load(chip, Device(KEY, counter=RamCounter(counter))).record
        except OldRecordError:
            assert chip.journal == [], "nothing is written"
            return None

    return loaded


def current(bank, counter):
    """The bits of the record that the counter names."""
    return frozenset(bits_of(bank * SLOTS + counter % SLOTS, RECORD_SIZE))


def judge(load, waiting, first, second):
    """Flip a bit of each set, one in each bank: the same record, or shut where both hit the record in force."""
    image, counter, record = waiting
    in_force = [current(bank, counter) for bank in range(BANKS)]
    shut = 0
    for one in first:
        once = flipped(image, one)
        for other in second:
            found = load((*once[:SLOTS], *flipped(image, other)[SLOTS:]), counter)
            both = one in in_force[0] and other in in_force[1]
            assert found == (None if both else record), (one, other)
            shut += both
    return shut


def test_two_flipped_bits_never_lower_the_count(load, waiting):
    """One bit of every byte in each record of both banks; both records in force lost: shut, by the counter."""
    banks = [
        [
            bit
            for slot in range(SLOTS)
            for bit in list(bits_of(bank * SLOTS + slot, RECORD_SIZE))[5 * slot :: 8]
        ]
        for bank in range(BANKS)
    ]
    shut = judge(load, waiting, *banks)
    assert shut == RECORD_SIZE**2


@pytest.mark.deep
def test_no_two_flipped_bits_lower_the_count(load, waiting):
    """All 4,194,304 pairs of a bit in one bank and a bit in the other."""
    shut = judge(load, waiting, range(BITS_PER_BANK), range(BITS_PER_BANK, 2 * BITS_PER_BANK))
    assert shut == (RECORD_SIZE * 8) ** 2
