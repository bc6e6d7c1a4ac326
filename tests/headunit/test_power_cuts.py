"""The supply goes away at every byte, the chip fails at every step: the count stays, the lock stays shut.

`make test` cuts at a quarter of the bytes and wherever a step begins or ends, `make deep` at every byte.
"""

import hmac
from dataclasses import replace
from random import Random

import pytest
from hypothesis import settings

from radiokey.clock import HOUR_MS, MINUTE_MS, SECOND_MS
from radiokey.headunit import store as records
from radiokey.headunit.device import Device
from radiokey.headunit.events import SupplyLost, SupplyRestored, TimeWent
from radiokey.headunit.flash import ChipError, PowerCutError, RamChip
from radiokey.headunit.lock import Fault, State
from radiokey.headunit.policy import REFERENCE
from radiokey.headunit.unit import HeadUnit

PLAIN = replace(REFERENCE, remembers_pending=False)
POLICIES = {"reference": REFERENCE, "remembers-nothing": PLAIN}
BYTES_PER_COMMIT = records.BANKS * (records.SECTOR_SIZE + records.RECORD_SIZE + 1)  # erase, program, sync
DEEP = settings().max_examples > 40
STEPS_PER_COMMIT = records.BANKS * 4  # erase, program, sync, read


def cuts(size: int) -> list[int]:
    """Return after how many of `size` bytes to cut: at each end of an erase, a program and a sync, and a slice between."""
    if DEEP:
        return list(range(size))
    step_ends = [0]
    while step_ends[-1] < size:
        step_ends += [
            step_ends[-1] + one for one in (records.SECTOR_SIZE, records.SECTOR_SIZE + records.RECORD_SIZE)
        ]
        step_ends.append(step_ends[-1] + 1)
    beside = {end + near for end in step_ends for near in (-1, 0, 1)}
    chance = Random(size)  # noqa: S311 - where is no secret
    return sorted({at for at in beside if 0 <= at < size} | {*chance.sample(range(size), size // 4)})


class CutChip(RamChip):
    """A RAM chip on which a sync can be cut as well, and which may lose what was not synced.

    `kept` says of an address whether a byte written there since the last sync survives a cut.
    """

    __slots__ = ("kept", "synced")

    def __init__(self, cells, kept=None):
        super().__init__(records.CHIP_SIZE, records.SECTOR_SIZE, cells)
        self.kept = kept
        self.synced = bytes(self.cells)

    def sync(self):
        super().sync()
        self._spend()
        self.synced = bytes(self.cells)

    def _spend(self):
        try:
            super()._spend()
        except PowerCutError:
            if self.kept:
                for at in range(self.size):
                    if not self.kept(at):
                        self.cells[at] = self.synced[at]
            raise


class FailingChip(RamChip):
    """A RAM chip whose `fails_at`-th step fails: with an error, or silently by doing nothing."""

    __slots__ = ("fails_at", "silent", "steps")

    def __init__(self, cells, fails_at=None, *, silent=False):
        super().__init__(records.CHIP_SIZE, records.SECTOR_SIZE, cells)
        self.fails_at, self.silent, self.steps = fails_at, silent, 0

    def fails(self):
        self.steps += 1
        if self.steps - 1 != self.fails_at:
            return False
        if self.silent:
            return True
        raise ChipError("this step fails")

    def read(self, at, count):
        return bytes(count) if self.fails() else super().read(at, count)

    def program(self, at, data):
        if not self.fails():
            super().program(at, data)

    def erase(self, sector):
        if not self.fails():
            super().erase(sector)

    def sync(self):
        if not self.fails():
            super().sync()


def keeps_what_was_written(_at):
    return True


def keeps_nothing_unsynced(_at):
    return False


def keeps_every_other_byte(at):
    return at % 2 == 0


CHIPS = [keeps_what_was_written, keeps_nothing_unsynced, keeps_every_other_byte]


@pytest.fixture
def asked_after_one_error(owner_under):
    """An owner whose unit asks, with one error counted and its wait served; and the chip's bytes."""

    def make(policy=REFERENCE):
        owner = owner_under(policy).asked()
        owner.wrong()
        owner.wait_out()
        owner.cut()
        assert (owner.state, owner.errors) == (State.CODE, 1)
        return owner, bytes(owner.unit.chip.cells)

    return make


def put(owner, chip):
    """Put `chip` in the owner's unit, which is under supply and asks."""
    owner.put(chip)
    assert owner.state is State.CODE
    return chip


def remembered(owner, chip):
    """What a chip would be read as, without changing it."""
    copy = RamChip(chip.size, chip.sector_size, bytes(chip.cells))
    return records.Store.load(copy, owner.device_now()).record.lock


# --- the supply goes away ----------------------------------------------------------------------------------------


@pytest.mark.hypothesis
@pytest.mark.parametrize("kept", CHIPS)
@pytest.mark.parametrize("policy", POLICIES)
def test_a_cut_anywhere_in_a_wrong_entry_leaves_the_old_record_or_a_new_one(
    asked_after_one_error, policy, kept
):
    """Every byte erased, programmed and synced: never a mixture, never a lower count, never a radio that plays."""
    owner, cells = asked_after_one_error(POLICIES[policy])
    chip = put(owner, CutChip(cells, kept))
    old = remembered(owner, chip)
    owner.wrong(1)
    assert chip.written == 3 * BYTES_PER_COMMIT, (
        "the error (twice, see test_no_free_guess.py), then its consequence"
    )
    new = remembered(owner, chip)
    assert (new.state, new.errors) == (State.WAIT, 2)
    stages = []
    for cut in cuts(chip.written):
        chip = put(owner, CutChip(cells, kept))
        chip.cut_after = cut
        owner.wrong(1)
        assert not owner.unit.around.supply
        found = remembered(owner, chip)
        stages.append(0 if found == old else 2 if found == new else 1)
        assert stages[-1] != 1 or (found.state, found.errors) == (State.CHECKING, 2)
        chip.cut_after = None
        owner.do(SupplyRestored())
        assert owner.errors == found.errors
        assert owner.state in {State.CODE, State.WAIT}
        waits = found.errors == 2 and (policy != "reference" or found.state is State.WAIT)
        assert (owner.state is State.WAIT) is waits
    assert stages == sorted(stages), "what was once durable stays so"
    assert set(stages) == {0, 1, 2}


@pytest.mark.hypothesis
@pytest.mark.parametrize("policy", POLICIES)
def test_a_cut_anywhere_in_the_right_entry_costs_at_most_one_error(asked_after_one_error, policy):
    owner, cells = asked_after_one_error(POLICIES[policy])
    played = []
    for cut in cuts(2 * BYTES_PER_COMMIT):
        chip = put(owner, CutChip(cells, keeps_what_was_written))
        chip.cut_after = cut
        owner.right()
        found = remembered(owner, chip)
        chip.cut_after = None
        owner.do(SupplyRestored())
        played.append(owner.state is State.PLAYING)
        assert owner.errors in ({0} if played[-1] else {1, 2})
        if policy == "reference" and not played[-1]:
            assert owner.state is State.CODE, "the same entry again costs nothing"
            owner.right()
            owner.wait(REFERENCE.dark_ms)
            assert owner.state is State.PLAYING
        assert played[-1] is (found.state is State.PLAYING)
    assert played == sorted(played)
    counted = sum(cut < BYTES_PER_COMMIT for cut in cuts(2 * BYTES_PER_COMMIT))
    assert not any(played[:counted]), "not before the error is durable"


@pytest.mark.hypothesis
def test_the_reference_lock_never_counts_one_entry_twice(asked_after_one_error):
    """Keyed wrong, cut in the middle, keyed wrong the same way: one error, and its full wait."""
    owner, cells = asked_after_one_error()
    for cut in cuts(BYTES_PER_COMMIT):
        chip = put(owner, CutChip(cells))
        chip.cut_after = cut
        owner.wrong(1)
        chip.cut_after = None
        owner.do(SupplyRestored())
        owner.wrong(1)
        assert (owner.state, owner.errors, owner.unit.status.wait_left_ms) == (State.WAIT, 2, 2 * HOUR_MS)


def test_another_entry_after_a_cut_is_not_compared_but_answered_for_the_first(asked_after_one_error):
    """Else a thief who cuts in each compare serves no wait, and has guesses without end: tests/headunit/test_no_free_guess.py."""
    owner, cells = asked_after_one_error()
    for cut in (BYTES_PER_COMMIT, 2 * BYTES_PER_COMMIT + 100):
        chip = put(owner, CutChip(cells))
        chip.cut_after = cut
        owner.wrong(1)
        chip.cut_after = None
        owner.do(SupplyRestored())
        assert (owner.state, owner.errors) == (State.CODE, 2)
        owner.right()
        assert (owner.state, owner.errors, owner.unit.status.wait_left_ms) == (State.WAIT, 2, 2 * HOUR_MS)


@pytest.mark.hypothesis
def test_a_cut_anywhere_in_the_boot_does_not_make_a_long_gap_a_short_one(owner_under):
    """A thief who taps the wire while the radio comes up still meets the question."""
    owner = owner_under()
    cells = bytes(owner.unit.chip.cells)
    for cut in cuts(BYTES_PER_COMMIT):
        chip = owner.put(CutChip(cells))
        owner.do(SupplyLost(), TimeWent(HOUR_MS))
        chip.cut_after = cut
        owner.do(SupplyRestored())
        assert not owner.unit.around.supply
        chip.cut_after = None
        owner.do(SupplyRestored())
        assert (owner.state, owner.errors) == (State.CODE, 0), cut


@pytest.mark.hypothesis
def test_a_cut_anywhere_in_saving_a_wait_does_not_shorten_it(owner_under):
    owner = owner_under().asked()
    owner.wrong()
    owner.wait(20 * SECOND_MS)
    cells = bytes(owner.unit.chip.cells)
    for cut in cuts(BYTES_PER_COMMIT + 1):
        chip = owner.put(CutChip(cells))
        chip.cut_after = cut
        owner.wait(MINUTE_MS)
        chip.cut_after = None
        owner.cut(SECOND_MS)
        served = 30 * MINUTE_MS - owner.unit.status.wait_left_ms
        assert (owner.state, owner.errors) == (State.WAIT, 1)
        assert served in {0, MINUTE_MS}
        assert cut < BYTES_PER_COMMIT or served == MINUTE_MS


def test_many_cuts_one_after_the_other_never_lower_the_count(owner_under):
    """Seeded: wrong codes and cuts at random bytes, in the entry and in the boots that follow."""
    chance = Random(20_240_607)  # noqa: S311 - chance that can be replayed
    for _ in range(60):
        owner = owner_under().asked()
        chip, highest = owner.unit.chip, 0
        for _ in range(8):
            chip.cut_after = chance.randrange(2 * BYTES_PER_COMMIT)
            owner.wrong(chance.randrange(5))
            chip.cut_after = chance.randrange(BYTES_PER_COMMIT)
            owner.do(SupplyLost(), TimeWent(chance.randrange(5 * SECOND_MS)), SupplyRestored())
            chip.cut_after = None
            owner.do(SupplyRestored())
            assert owner.errors >= highest
            assert owner.state is not State.PLAYING
            highest = owner.errors
            if owner.state is State.WAIT:
                owner.wait_out()


# --- the chip fails ----------------------------------------------------------------------------------------------


@pytest.fixture
def compared(monkeypatch):
    """A list that grows when the digest of an entry is compared with the digest of the code."""
    calls, real = [], hmac.compare_digest
    watched = {"digest": b"", "owner": None}

    def watching(left, right):
        if right == watched["digest"]:
            owner = watched["owner"]
            calls.append((bytes(owner.unit.chip.cells), owner.device_now()))
        return real(left, right)

    def watch(owner):
        watched.update(digest=records.digest(owner.device.key, owner.code.reveal()), owner=owner)
        return calls

    monkeypatch.setattr(hmac, "compare_digest", watching)
    return watch


@pytest.mark.parametrize("policy", POLICIES)
def test_the_error_is_durable_in_every_copy_before_the_code_is_compared(
    asked_after_one_error, compared, policy
):
    """The order that makes the lock worth its name."""
    owner, cells = asked_after_one_error(POLICIES[policy])
    put(owner, CutChip(cells))
    calls = compared(owner)
    owner.right()
    [(cells, device)] = calls
    for bank in range(records.BANKS):
        at = bank * records.SLOTS * records.SECTOR_SIZE
        blank = bytes(records.CHIP_SIZE // records.BANKS)
        only_this_bank = blank * bank + cells[at : at + len(blank)] + blank * (records.BANKS - 1 - bank)
        copy = RamChip(records.CHIP_SIZE, records.SECTOR_SIZE, only_this_bank)
        lock = records.Store.load(copy, device).record.lock
        assert (lock.state, lock.errors) == (State.CHECKING, 2), f"bank {bank}"


FAILURES = [
    (step, silent)
    for step in range(STEPS_PER_COMMIT)
    for silent in (False, True)
    if not (silent and step % 4 == 2)  # a sync that lies cannot be noticed: what is read back is right
]


@pytest.mark.parametrize(("step", "silent"), FAILURES)
def test_a_failed_write_means_no_comparison(asked_after_one_error, compared, step, silent):
    """Whichever of erase, program, sync and reading back fails, in either bank, with or without an error."""
    owner, cells = asked_after_one_error()
    chip = put(owner, FailingChip(cells))
    calls = compared(owner)
    chip.steps, chip.fails_at, chip.silent = 0, step, silent
    owner.right()
    assert (owner.state, owner.unit.status.fault) == (State.FAULT, Fault.MEMORY)
    owner.right()
    assert (owner.state, calls) == (State.FAULT, [])
    chip.fails_at = None
    owner.cut(1)
    assert owner.state is State.CODE
    assert owner.errors in {1, 2}


def test_a_failed_write_of_the_consequence_shows_nothing(asked_after_one_error):
    """Neither a radio that plays without remembering it, nor a wait that a cut would end."""
    owner, cells = asked_after_one_error(PLAIN)
    for step in range(STEPS_PER_COMMIT, 2 * STEPS_PER_COMMIT):
        chip = put(owner, FailingChip(cells))
        chip.steps, chip.fails_at = 0, step
        owner.wrong()
        assert (owner.state, owner.unit.status.fault) == (State.FAULT, Fault.MEMORY)
        chip.fails_at = None
        owner.cut(1)
        assert (owner.state, owner.errors) == (State.WAIT, 2)


def test_a_read_that_fails_is_a_fault_and_never_a_first_boot(asked_after_one_error):
    owner, cells = asked_after_one_error()
    for step in range(records.BANKS * records.SLOTS):
        chip = put(owner, FailingChip(cells))
        owner.do(SupplyLost())
        chip.steps, chip.fails_at = 0, step
        owner.do(SupplyRestored())
        assert (owner.state, owner.unit.status.fault) == (State.FAULT, Fault.MEMORY)
        assert bytes(chip.cells) == cells, "nothing is written to a chip that cannot be read"
        chip.fails_at = None
        again = owner.rebooted(chip)
        assert (again.status.state, again.status.errors) == (State.CODE, 1)


def test_a_broken_chip_never_plays_again_by_itself(owner_under):
    owner = owner_under().asked()
    owner.unit.chip.broken = True
    for _ in range(5):
        owner.right()
        owner.wait(HOUR_MS)
        assert owner.state is State.FAULT
        assert owner.unit.screen.sound == "silent"
        owner.cut()


# --- the chip lies -----------------------------------------------------------------------------------------------


def seen(unit):
    return unit.status.state, unit.status.errors, unit.status.wait_left_ms


@pytest.mark.parametrize("errors", [1, 2, 3])
def test_no_single_flipped_bit_lowers_the_count_or_opens_the_lock(owner_under, errors):
    """All 4,096 bits of the chip, in a first wait, a second wait and at the end: 12,288 boots."""
    owner = owner_under().asked()
    for number in range(errors):
        if owner.state is State.WAIT:
            owner.wait_out()
        owner.wrong(number)
    owner.cut()
    cells, whole = bytes(owner.unit.chip.cells), seen(owner.unit)
    assert whole[:2] == (State.PERMANENT if errors == 3 else State.WAIT, errors)
    boots = 0
    for at in range(len(cells)):
        for bit in range(8):
            flipped = bytearray(cells)
            flipped[at] ^= 1 << bit
            chip = RamChip(records.CHIP_SIZE, records.SECTOR_SIZE, bytes(flipped))
            assert seen(owner.rebooted(chip)) == whole, (at, bit)
            boots += 1
    assert boots == 4_096


def test_a_chip_of_another_unit_another_key_or_nobody_fails_closed(owner_under):
    """A chip swapped in from a radio that plays is a fault, not a radio that plays."""
    owner, other = owner_under(), owner_under()
    other.unit = HeadUnit.made(other.design, other.code, device=Device(bytes(32)))
    size = records.CHIP_SIZE
    chips = {
        "another unit's": bytes(other.unit.chip.cells),
        "erased": bytes([0xFF]) * size,
        "zeros": bytes(size),
        "noise": Random(7).randbytes(size),  # noqa: S311 - the same
    }
    for name, cells in chips.items():
        unit = owner.rebooted(RamChip(size, records.SECTOR_SIZE, cells))
        assert (unit.status.state, unit.status.fault) == (State.FAULT, Fault.MEMORY), name
        assert unit.screen.sound == "silent"


def test_a_bank_of_another_unit_is_not_believed(owner_under):
    """Half a chip from a radio that plays: the own half decides."""
    owner, other = owner_under().asked(), owner_under()
    other.unit = HeadUnit.made(other.design, other.code, device=Device(bytes(32)))
    half = records.CHIP_SIZE // 2
    own, foreign = bytes(owner.unit.chip.cells), bytes(other.unit.chip.cells)
    for cells in (own[:half] + foreign[half:], foreign[:half] + own[half:]):
        unit = owner.rebooted(RamChip(records.CHIP_SIZE, records.SECTOR_SIZE, cells))
        assert unit.status.state is State.CODE
