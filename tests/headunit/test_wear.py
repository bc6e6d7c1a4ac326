"""How often a sector is erased: NOR flash is promised 100,000 times (docs/design/record.md)."""

from collections import Counter

from radiokey.clock import MINUTE_MS, SECOND_MS
from radiokey.headunit.device import Device
from radiokey.headunit.flash import RamChip
from radiokey.headunit.lock import State
from radiokey.headunit.store import BANKS, CHIP_SIZE, SECTOR_SIZE, SLOTS
from radiokey.headunit.unit import WAIT_SAVED_EVERY_MS, HeadUnit

ERASES_MAX = 100_000
YEARS, WEEKS_PER_YEAR = 15, 52


class CountingChip(RamChip):
    """Counts how often each sector was erased."""

    __slots__ = ("erases",)

    def __init__(self):
        super().__init__(CHIP_SIZE, SECTOR_SIZE)
        self.erases = Counter()

    def erase(self, sector):
        self.erases[sector] += 1
        super().erase(sector)


def with_counting_chip(owner):
    owner.device = Device(owner.device.key)
    owner.unit = HeadUnit.made(owner.design, owner.code, device=owner.device, chip=CountingChip())
    return owner.unit.chip


def test_fifteen_years_of_a_battery_taken_off_every_week_and_one_wrong_code_each_time(owner_under):
    """The stated use: far more than any car sees, its half-hour waits served second by second."""
    owner = owner_under()
    chip = with_counting_chip(owner)
    for _ in range(WEEKS_PER_YEAR):
        owner.cut()
        owner.wrong()
        while owner.state is State.WAIT:
            owner.wait(10 * SECOND_MS)
        owner.right()
        owner.wait(MINUTE_MS)
        assert owner.state is State.PLAYING
    worst = max(chip.erases.values()) * YEARS
    assert set(chip.erases) == set(range(BANKS * SLOTS)), "the slots share the work"
    assert max(chip.erases.values()) - min(chip.erases.values()) <= 1
    assert worst < ERASES_MAX / 6, f"{worst} erases of the busiest sector"


def test_a_wait_is_saved_once_a_minute_however_finely_time_is_told(owner_under):
    """Two hours cost 60 erases a sector, not one for every tick."""
    owner = owner_under().asked()
    owner.wrong()
    owner.wait_out()
    chip = owner.unit.chip
    owner.wrong(1)
    wait_ms, written = owner.unit.status.wait_left_ms, owner.device.counter.value
    while owner.state is State.WAIT:
        owner.wait(250)
    assert owner.device.counter.value - written == wait_ms // WAIT_SAVED_EVERY_MS
    assert chip is owner.unit.chip


def test_playing_driving_and_looking_write_nothing(owner_under):
    owner = owner_under()
    chip = with_counting_chip(owner)
    before = sum(chip.erases.values())
    for _ in range(1_000):
        owner.cut(SECOND_MS)
        owner.cycle_ignition()
        owner.wait(MINUTE_MS)
        assert owner.unit.status.errors == 0
        assert owner.unit.screen.lit
    assert sum(chip.erases.values()) == before
