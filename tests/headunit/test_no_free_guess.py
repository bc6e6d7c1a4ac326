"""Cuts in the middle of a compare, and images of the chip: no guess is ever free. Found by docs/model/lock.pml."""

import hmac
from dataclasses import replace
from types import SimpleNamespace

import pytest

from radiokey.clock import MINUTE_MS
from radiokey.headunit import store as records
from radiokey.headunit import unit as units
from radiokey.headunit.device import RamCounter
from radiokey.headunit.events import CarAnswered, SupplyRestored
from radiokey.headunit.flash import RamChip
from radiokey.headunit.lock import Fault, State
from radiokey.headunit.policy import REFERENCE
from radiokey.headunit.unit import HeadUnit

BYTES_PER_COMMIT = records.BANKS * (records.SECTOR_SIZE + records.RECORD_SIZE)


def chip_of(cells):
    return RamChip(records.CHIP_SIZE, records.SECTOR_SIZE, cells)


@pytest.fixture
def compared(monkeypatch):
    """The different entries that units have compared since the test began."""
    seen = set()

    def compare(entry, code):
        seen.add(entry)
        return hmac.compare_digest(entry, code)

    monkeypatch.setattr(units, "hmac", SimpleNamespace(compare_digest=compare))
    return seen


def test_cutting_in_every_compare_gives_no_guess_beyond_the_budget(owner_under, compared):
    """A half-written consequence tells a thief with a probe how a compare ended: three of those, and no more."""
    for cut in range(0, 3 * BYTES_PER_COMMIT, 71):
        owner = owner_under().asked()
        compared.clear()
        for which in range(12):
            owner.unit.chip.cut_after = cut
            owner.wrong(which)
            owner.unit.chip.cut_after = None
            owner.do(SupplyRestored())
            assert len(compared) <= owner.errors <= 3
            if owner.state is State.WAIT:
                owner.wait_out()


def test_two_images_of_one_moment_are_not_two_guesses(owner_under, compared):
    """An entry that was written and not yet counted is kept as an image, and put back after another was compared."""
    owner = owner_under().asked()
    owner.wrong()
    owner.wait_out()
    cells = bytes(owner.unit.chip.cells)
    before = owner.device.counter.value
    accepted = 0
    for first in (BYTES_PER_COMMIT // 2 + 1, BYTES_PER_COMMIT - 1):
        for second in range(0, 3 * BYTES_PER_COMMIT, 29):
            owner.device = replace(owner.device, counter=RamCounter(before))
            compared.clear()
            owner.unit = HeadUnit(owner.design, chip_of(cells), owner.device)
            owner.unit.chip.cut_after = first
            owner.wrong(1)
            kept = bytes(owner.unit.chip.cells)
            owner.unit = HeadUnit(owner.design, chip_of(cells), owner.device)
            owner.unit.chip.cut_after = second
            owner.wrong(2)
            owner.unit = HeadUnit(owner.design, chip_of(kept), owner.device)
            owner.cut(MINUTE_MS)
            if owner.unit.status.fault is Fault.NONE:
                accepted += 1
                owner.wrong(1)
            assert 1 + len(compared) <= max(owner.errors, 2), second
    assert accepted, "it was an image of the present"


@pytest.mark.parametrize("remembers", [True, False])
def test_an_image_of_a_unit_set_aside_is_no_way_around_an_error(owner_under, compared, remembers):
    """Set aside before the entry and cut before it counted, kept, and put back once the entry was compared."""
    owner = owner_under(replace(REFERENCE, remembers_pending=remembers)).asked()
    cells = bytes(owner.unit.chip.cells)
    owner.unit.chip.cut_after = BYTES_PER_COMMIT - 1
    owner.do(CarAnswered(knows=False))
    kept = bytes(owner.unit.chip.cells)
    for cut in range(0, 3 * BYTES_PER_COMMIT, 29):
        compared.clear()
        owner.device = replace(owner.device, counter=RamCounter(2))
        owner.unit = HeadUnit(owner.design, chip_of(cells), owner.device)
        owner.unit.chip.cut_after = cut
        owner.wrong()
        owner.unit = HeadUnit(owner.design, chip_of(kept), owner.device)
        assert len(compared) <= owner.errors or owner.unit.status.fault is Fault.TAMPERED, cut
    assert compared, "the last cut fell behind the compare"
