"""Images: official ones only, never an older one, and a cut at any write starts the old or the new (claims 70, 71, 80)."""

import hashlib
import hmac
from contextlib import nullcontext
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radiokey.code.signed import ImageHead, sign
from radiokey.headunit.device import RamCounter
from radiokey.headunit.events import SupplyLost, SupplyRestored
from radiokey.headunit.firmware import (
    BOOT_RECORD_SIZE,
    RECORDS,
    SAYS,
    SLOTS,
    BootRecord,
    Firmware,
    Refusal,
    RefusedImageError,
    Trial,
)
from radiokey.headunit.flash import ChipError, PowerCutError, RamChip
from radiokey.headunit.lock import State

MODEL, OTHER_MODEL = "renault_86a", "ford_6000cd"
SECTOR, SLOT = 32, 256
CHIP = RECORDS * SECTOR + SLOTS * SLOT


class Key:
    """Signs with 64 bytes that only it can make; quick, for a test that checks a million times."""

    def __init__(self, key: bytes) -> None:
        self.key = key

    def sign(self, message: bytes) -> bytes:
        return hmac.digest(self.key, message, "sha512")

    def verify(self, message: bytes, signature: bytes) -> bool:
        return hmac.compare_digest(self.sign(message), signature)


BASE, STRANGER = Key(b"the base"), Key(b"a stranger")


def image(version, floor=0, model=MODEL, by=BASE, payload=None, **changes):
    payload = bytes([version]) * 40 if payload is None else payload
    fields = {"size": len(payload), "sha256": hashlib.sha256(payload).digest(), **changes}
    return sign(ImageHead(model, version, floor, **fields), by) + payload


def firmware_on(chip, floor):
    return Firmware(chip, MODEL, BASE.verify, floor)


@pytest.fixture
def unit():
    """Firmware 1 runs and has proved itself."""
    one = firmware_on(RamChip(CHIP, SECTOR), RamCounter())
    one.install(image(1))
    assert one.running.version == 1
    return one


def download(unit, data, block=50):
    unit.begin(0, len(data))
    for at in range(0, len(data), block):
        unit.write_block(data[at : at + block])
    unit.finish()


def restarted(unit):
    again = firmware_on(unit._chip, unit._floor)
    again.boot()
    return again


def test_a_new_image_is_tried_and_stays_once_it_says_that_it_works(unit):
    download(unit, image(2))
    assert unit.running.version == 1
    unit = restarted(unit)
    assert unit.running.version == 2
    unit.confirm()
    assert restarted(unit).running.version == 2


def test_one_that_does_not_say_so_is_given_up_for_the_one_before(unit):
    download(unit, image(2))
    unit = restarted(unit)
    assert unit.running.version == 2
    unit = restarted(unit)
    assert unit.running.version == 1
    assert restarted(unit).running.version == 1


def test_the_same_image_again_is_a_restore(unit):
    download(unit, image(1))
    unit = restarted(unit)
    unit.confirm()
    assert unit.running.version == 1


REFUSED = {
    "rollback": (image(9, floor=2), Refusal.ROLLBACK),
    "mix and match": (image(9, floor=3, model=OTHER_MODEL), Refusal.MIX_AND_MATCH),
    "wrong keys": (image(9, floor=3, by=STRANGER), Refusal.WRONG_KEY),
    "other bytes": (image(9, floor=3)[:-1] + b"!", Refusal.DAMAGED),
    "fewer bytes than signed": (image(9, floor=3)[:-1], Refusal.DAMAGED),
    "more bytes than signed": (image(9, floor=3) + b"!", Refusal.DAMAGED),
    "a size that lies": (image(9, floor=3, size=2**32 - 1), Refusal.DAMAGED),
    "another hash": (image(9, floor=3, sha256=bytes(32)), Refusal.DAMAGED),
    "no image": (b"\x7fELF" + bytes(100), Refusal.NO_IMAGE),
    "half a head": (image(9, floor=3)[:40], Refusal.NO_IMAGE),
}


@pytest.mark.parametrize("attack", REFUSED)
def test_each_attack_is_refused_by_its_name_and_what_runs_goes_on(unit, attack):
    data, refusal = REFUSED[attack]
    download(unit, image(2, floor=3))
    unit = restarted(unit)
    unit.confirm()
    assert unit._floor.value == 3
    with pytest.raises(RefusedImageError) as refused:
        download(unit, data)
    assert refused.value.refusal is refusal
    assert str(refused.value) == SAYS[refusal]
    unit = restarted(unit)
    assert (unit.running.version, unit._floor.value) == (2, 3)


def test_an_image_that_was_left_behind_never_starts_again(unit):
    """Even if its very chip is put back: the floor is in the device."""
    old = bytes(unit._chip.cells)
    download(unit, image(2, floor=1))
    unit = restarted(unit)
    unit.confirm()
    unit._chip.cells[:] = old
    assert restarted(unit).running is None


def test_the_floor_rises_only_when_the_new_image_works(unit):
    download(unit, image(2, floor=1))
    unit = restarted(unit)
    assert unit._floor.value == 0
    assert restarted(unit).running.version == 1


@pytest.mark.parametrize(("cut", "value"), [(0, 0), (1, 2**32 - 1), (None, 2**32 - 1)])
def test_the_floor_rises_in_one_step_however_far(unit, cut, value):
    """A cut before it leaves the old floor, a cut after it the new one, and the next start the new one."""
    download(unit, image(2, floor=2**32 - 1))
    unit = restarted(unit)
    unit._floor.cut_after = cut
    with nullcontext() if cut is None else pytest.raises(PowerCutError):
        unit.confirm()
    unit._floor.cut_after = None
    assert unit._floor.value == value
    unit = restarted(unit)
    unit.confirm()
    assert (unit.running.version, unit._floor.value) == (2, 2**32 - 1)


def test_endless_data_ends_the_download(unit):
    unit.begin(0, 100)
    unit.write_block(bytes(100))
    with pytest.raises(RefusedImageError, match="endless data"):
        unit.write_block(b"!")
    with pytest.raises(RefusedImageError, match="no download was begun"):
        unit.write_block(b"!")


def test_what_is_not_whole_or_does_not_fit_or_was_not_begun_is_refused(unit):
    for size in (0, SLOT + 1, 2**32):
        with pytest.raises(RefusedImageError, match="does not fit"):
            unit.begin(0, size)
    with pytest.raises(RefusedImageError, match="no download was begun"):
        unit.finish()
    unit.begin(0, 100)
    unit.write_block(bytes(99))
    with pytest.raises(RefusedImageError, match="less came"):
        unit.finish()
    unit.abort()
    with pytest.raises(RefusedImageError, match="no download was begun"):
        unit.write_block(b"!")
    unit.begin(0, 100)
    assert restarted(unit).running.version == 1


def test_while_a_new_image_is_on_trial_the_one_before_is_kept(unit):
    download(unit, image(2))
    with pytest.raises(RefusedImageError, match="has not proved itself"):
        unit.begin(0, 10)
    unit = restarted(unit)
    with pytest.raises(RefusedImageError, match="has not proved itself"):
        unit.begin(0, 10)
    unit.confirm()
    download(unit, image(3))


def test_a_memory_that_fails_is_said_and_nothing_changes(unit):
    unit._chip.broken = True
    with pytest.raises(RefusedImageError, match="memory did not take it"):
        unit.begin(0, 100)
    unit._chip.broken = False
    data = image(2)
    unit.begin(0, len(data))
    unit._chip.broken = True
    with pytest.raises(RefusedImageError, match="memory did not take it"):
        unit.write_block(data)
    unit._chip.broken = False
    unit.begin(0, len(data))
    unit.write_block(data)
    unit._chip.broken = True
    with pytest.raises(RefusedImageError, match="memory did not take it"):
        unit.finish()
    unit._chip.broken = False
    assert restarted(unit).running.version == 1


def test_a_memory_that_cannot_be_read_is_said_too(unit, monkeypatch):
    data = image(2)
    unit.begin(0, len(data))
    unit.write_block(data)
    with monkeypatch.context() as patched:
        patched.setattr(RamChip, "read", fails)
        with pytest.raises(RefusedImageError, match="memory did not take it"):
            unit.finish()
    assert restarted(unit).running.version == 1


def fails(*_args):
    raise ChipError("it cannot be read")


def test_a_unit_whose_slots_are_both_bad_takes_a_download_and_runs_again(unit):
    download(unit, image(2))
    for slot in range(SLOTS):
        unit._chip.cells[RECORDS * SECTOR + slot * SLOT + 100] ^= 1
    unit = restarted(unit)
    assert unit.running is None
    download(unit, image(3))
    unit = restarted(unit)
    assert unit.running.version == 3


def test_no_flipped_bit_starts_anything_else(unit):
    """Of both slots and both records: the good image of the other slot starts, or none."""
    download(unit, image(2))
    unit = restarted(unit)
    unit.confirm()
    cells = bytes(unit._chip.cells)
    for bit in range(8 * CHIP):
        unit._chip.cells[:] = cells
        unit._chip.cells[bit // 8] ^= 1 << bit % 8
        assert restarted(unit).running.version in {1, 2}


# --- cut at every byte -----------------------------------------------------------------------------------------


def story(unit):
    """A whole update: download, first start, its word that it works, second start."""
    download(unit, image(2, floor=1))
    unit = restarted(unit)
    unit.confirm()
    restarted(unit)


def cut_in(chip, floor, act):
    """Let `act` run into the cut that the chip or the counter holds; tell whether it came."""
    try:
        act(chip, floor)
    except PowerCutError:
        return True
    finally:
        chip.cut_after = floor.cut_after = None
    return False


def boots(cells, floor_at, seen, depth):
    """Start what a cut left, and cut that start at every byte too."""
    if (cells, floor_at, depth) in seen:
        return
    seen.add((cells, floor_at, depth))
    cut = 0
    while depth:
        chip, floor = RamChip(CHIP, SECTOR, cells), RamCounter(floor_at)
        chip.cut_after = cut
        if not cut_in(chip, floor, lambda chip, floor: firmware_on(chip, floor).boot()):
            break
        boots(bytes(chip.cells), floor.value, seen, depth - 1)
        cut += 1
    unit = firmware_on(RamChip(CHIP, SECTOR, cells), RamCounter(floor_at))
    assert unit.boot().version in {1, 2}
    assert firmware_on(unit._chip, unit._floor).boot().version in {1, 2}


def test_a_cut_at_every_byte_of_an_update_starts_the_old_or_the_new(unit):
    """And a cut at every byte of the start that follows, and of the one after that."""
    cells, seen, cut, left = bytes(unit._chip.cells), set(), 0, set()
    while True:
        chip, floor = RamChip(CHIP, SECTOR, cells), RamCounter()
        chip.cut_after = cut

        def act(chip, floor):
            one = firmware_on(chip, floor)
            one.boot()
            story(one)

        if not cut_in(chip, floor, act):
            break
        left.add((bytes(chip.cells), floor.value))
        cut += 1
    assert cut > SLOT + 3 * SECTOR
    for after, floor_at in left:
        boots(after, floor_at, seen, 2)


def test_after_any_cut_the_update_can_be_done_again(unit):
    cells = bytes(unit._chip.cells)
    for cut in range(0, SLOT + 200, 7):
        chip, floor = RamChip(CHIP, SECTOR, cells), RamCounter()
        one = firmware_on(chip, floor)
        one.boot()
        chip.cut_after = cut
        with pytest.raises(PowerCutError):
            story(one)
        chip.cut_after = None
        one = restarted(one)
        one.confirm()
        story(one)
        assert restarted(one).running.version == 2


# --- neither restore nor update touches the lock ---------------------------------------------------------------


@pytest.mark.parametrize("errors", [0, 1, 2, 3])
def test_no_restore_lowers_a_count_or_lifts_a_wait(owner_under, unit, errors):
    """Claims 70 and 71: exhaustively, from every state that errors lead to; there is no way from here to there."""
    owner = owner_under().asked()
    for number in range(errors):
        owner.wrong(number)
        if owner.state is State.WAIT and number + 1 < errors:
            owner.wait_out()
    before, status = bytes(owner.unit.chip.cells), owner.unit.status
    for version, data in ((2, image(2)), (3, image(3)), (3, image(3))):
        download(unit, data)
        unit = restarted(unit)
        unit.confirm()
        owner.do(SupplyLost(), SupplyRestored())
        assert unit.running.version == version
        assert (bytes(owner.unit.chip.cells), owner.unit.status) == (before, status)


# --- the forms -------------------------------------------------------------------------------------------------


@settings(max_examples=200, derandomize=True, deadline=None, database=None)
@given(st.integers(0, 2**32 - 1), st.integers(0, 1), st.sampled_from(Trial))
def test_a_boot_record_reads_back_and_no_bit_can_change(sequence, slot, trial):
    record = BootRecord(sequence, slot, trial)
    data = record.encode()
    assert len(data) == BOOT_RECORD_SIZE
    assert BootRecord.parse(data) == record
    for bit in range(8 * len(data)):
        flipped = bytearray(data)
        flipped[bit // 8] ^= 1 << bit % 8
        assert BootRecord.parse(bytes(flipped)) is None


@settings(max_examples=100, derandomize=True, deadline=None, database=None)
@given(st.lists(st.binary(min_size=1, max_size=120), min_size=1, max_size=6))
def test_whatever_is_downloaded_the_unit_goes_on(blocks):
    unit = firmware_on(RamChip(CHIP, SECTOR), RamCounter())
    unit.install(image(1))
    with pytest.raises(RefusedImageError) as refused:
        download(unit, b"".join(blocks), len(blocks[0]))
    assert refused.value.refusal in {Refusal.TOO_LARGE, Refusal.NO_IMAGE}
    assert restarted(unit).running.version == 1


def test_each_refusal_has_its_words():
    assert set(SAYS) == set(Refusal)
    assert all(a != b for a, b in pairwise(sorted(SAYS.values())))
