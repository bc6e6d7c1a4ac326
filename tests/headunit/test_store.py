"""The record on its chip: two banks of two slots, written one after the other and read without belief."""

import hmac
import zlib
from dataclasses import fields, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radiokey.headunit.device import Device, RamCounter
from radiokey.headunit.flash import ChipError, PowerCutError, RamChip
from radiokey.headunit.lock import ERRORS_MAX, Fault, Hold, Lock, State
from radiokey.headunit.policy import WAIT_MS_MAX
from radiokey.headunit.store import (
    BANKS,
    CHIP_SIZE,
    DIGEST_SIZE,
    RECORD_SIZE,
    SECTOR_SIZE,
    SLOTS,
    Beside,
    NoRecordError,
    OldRecordError,
    Record,
    Store,
    decode,
    digest,
    encode,
    kept,
)

KEY = bytes(range(32))
CODE = digest(KEY, "1234")
WAITING = Lock(State.WAIT, errors=2, wait_left_ms=60_000, wait_ms=7_200_000)
ASIDE = {State.PROTECTED, State.FAULT}
REMEMBERED = {
    State.PLAYING,
    State.CODE,
    State.CHECKING,
    State.WAIT,
    State.LOCKED,
    State.PERMANENT,
    State.SYNC,
}


@pytest.fixture
def chip():
    return RamChip(CHIP_SIZE, SECTOR_SIZE)


@pytest.fixture
def device():
    return Device(KEY)


def slot(chip, bank, which):
    at = (bank * SLOTS + which) * SECTOR_SIZE
    return bytes(chip.cells[at : at + RECORD_SIZE])


def wipe(chip, bank, which=None):
    """Ruin a slot, or a whole bank."""
    for number in range(SLOTS) if which is None else (which,):
        at = (bank * SLOTS + number) * SECTOR_SIZE
        chip.cells[at : at + SECTOR_SIZE] = bytes(SECTOR_SIZE)


COUNTS = st.sampled_from([0, 1, 2, 9, 255, 256, ERRORS_MAX])
WAITS = st.sampled_from([0, 1, 60_000, 2**32, WAIT_MS_MAX])
DIGESTS = st.sampled_from([b"", b"\0" * DIGEST_SIZE, b"\xff" * DIGEST_SIZE, CODE])
LOCKS = st.builds(
    Lock,
    state=st.sampled_from(State),
    errors=COUNTS,
    wait_left_ms=WAITS,
    wait_ms=WAITS,
    grace_left_ms=WAITS,
    hold=st.sampled_from(Hold),
    fault=st.sampled_from(Fault),
    pending=DIGESTS,
    before=st.sampled_from([state for state in State if state not in ASIDE]),
)


@settings(max_examples=300, derandomize=True, deadline=None, database=None)
@given(LOCKS, st.sampled_from([0, 1, 77, 2**32 - 1]))
def test_what_is_remembered_is_read_back_whole(lock, sequence):
    lock = kept(lock)
    if lock.state not in ASIDE:
        lock = replace(lock, before=State.PLAYING)
    asked = 5 if State.SYNC in {lock.state, lock.before} else 0
    record = Record(sequence, lock, CODE, Beside(asked=asked))
    assert decode(encode(record, KEY), KEY) == record


def test_a_half_keyed_entry_and_a_running_grace_are_not_remembered():
    assert kept(Lock(State.ENTRY, errors=1)) == Lock(State.CODE, errors=1)
    assert kept(Lock(State.DARK, grace_left_ms=5)) == Lock(State.PLAYING)
    assert kept(Lock(State.SCRAMBLED, grace_left_ms=5)) == Lock(State.CODE)
    assert kept(Lock(State.FAULT, fault=Fault.BUS, before=State.SCRAMBLED)).before is State.CODE


@pytest.mark.parametrize("state", State)
def test_every_state_is_remembered_as_one_that_a_unit_can_boot_in(state):
    lock = kept(Lock(state, errors=1))
    assert lock.state in REMEMBERED | ASIDE
    assert kept(lock) == lock


def test_a_record_holds_every_field_of_a_lock_but_the_grace():
    """A field added to the lock and forgotten here would be lost with the supply."""
    full = Lock(State.FAULT, 1, 2, 3, 4, Hold.SERVICE, Fault.BUS, CODE, State.WAIT)
    found = decode(encode(Record(1, kept(full), CODE), KEY), KEY).lock
    lost = [field.name for field in fields(Lock) if getattr(found, field.name) != getattr(full, field.name)]
    assert lost == ["grace_left_ms"]


def test_no_bit_of_a_record_can_be_changed_unnoticed():
    data = encode(Record(7, WAITING, CODE), KEY)
    for at in range(len(data)):
        for bit in range(8):
            flipped = data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1 :]
            assert decode(flipped, KEY) is None, (at, bit)


def test_every_bit_of_the_mac_matters():
    """Under a right CRC, which anybody can make: a forger who has most of a MAC has nothing."""
    data = encode(Record(7, WAITING, CODE), KEY)
    begin, end = RECORD_SIZE - 4 - DIGEST_SIZE, RECORD_SIZE - 4
    assert end - begin == 16
    for at in range(begin, end):
        for bit in range(8):
            signed = data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1 : end]
            assert decode(signed + zlib.crc32(signed).to_bytes(4, "little"), KEY) is None, (at, bit)


@pytest.mark.parametrize("known", range(DIGEST_SIZE))
def test_a_mac_of_which_only_some_bytes_are_right_is_none(known):
    """From the front and from the back: however many are compared, all of them are."""
    data = encode(Record(7, WAITING, CODE), KEY)
    body, mac = data[: -4 - DIGEST_SIZE], data[-4 - DIGEST_SIZE : -4]
    wrong = bytes(byte ^ 0xFF for byte in mac)
    for forged in (mac[:known] + wrong[known:], wrong[: DIGEST_SIZE - known] + mac[DIGEST_SIZE - known :]):
        signed = body + forged
        assert decode(signed + zlib.crc32(signed).to_bytes(4, "little"), KEY) is None


def resealed(data, at, byte):
    """The record with another byte in it, under a right MAC and a right CRC: only the device's key makes one."""
    body = bytearray(data[:64])
    body[at] = byte
    signed = bytes(body) + hmac.digest(KEY, b"record\n" + body, "sha256")[:DIGEST_SIZE]
    return signed + zlib.crc32(signed).to_bytes(4, "little")


@pytest.mark.parametrize(
    ("at", "byte"), [(8, 6), (9, 3), (10, 4), (11, 5), (14, 1), (14, 17), (15, 1), (47, 1)]
)
def test_a_number_that_stands_in_no_table_is_no_record_and_no_crash(at, byte):
    """A record of a firmware to come, under the same key and magic, fails closed as well."""
    data = encode(Record(7, WAITING, CODE), KEY)
    assert resealed(data, at, data[at]) == data
    assert decode(resealed(data, at, byte), KEY) is None


def test_a_record_in_the_slot_of_the_other_number_is_none(chip, device):
    """The next commit would erase it before the new one is written, in both banks one after the other."""
    Store.provision(chip, device, CODE)
    for bank in range(BANKS):
        first, other = bank * SLOTS * SECTOR_SIZE, (bank * SLOTS + 1) * SECTOR_SIZE
        chip.cells[first : first + RECORD_SIZE] = chip.cells[other : other + RECORD_SIZE]
        wipe(chip, bank, 1)
        if bank == 0:
            assert Store.load(RamChip(CHIP_SIZE, SECTOR_SIZE, bytes(chip.cells)), device).record.sequence == 1
    with pytest.raises(NoRecordError):
        Store.load(chip, device)


def test_a_record_that_is_cut_short_or_another_devices_is_none():
    data = encode(Record(7, WAITING, CODE), KEY)
    assert all(decode(data[:length], KEY) is None for length in range(len(data)))
    assert decode(data + b"\0", KEY) is None
    assert decode(data, bytes(32)) is None


def test_the_code_is_kept_only_as_a_digest_under_the_device_key():
    assert digest(KEY, "1234") != digest(bytes(32), "1234")
    assert digest(KEY, "1234") != digest(KEY, "1235")
    assert len(digest(KEY, "1234")) == DIGEST_SIZE


def test_a_new_unit_plays_and_every_bank_knows_it(chip, device):
    store = Store.provision(chip, device, CODE)
    assert store.record == Record(1, Lock(State.PLAYING), CODE)
    assert [decode(slot(chip, bank, 1), KEY) for bank in range(BANKS)] == [store.record] * BANKS


def test_a_commit_is_in_every_bank_when_it_is_done_and_leaves_the_old_slot_alone(chip, device):
    store = Store.provision(chip, device, CODE)
    old = slot(chip, 0, 1)
    store.commit(WAITING)
    for bank in range(BANKS):
        assert decode(slot(chip, bank, 0), KEY) == Record(2, WAITING, CODE) == store.record
        assert slot(chip, bank, 1) == old


def test_a_commit_of_what_is_remembered_already_writes_nothing(chip, device):
    store = Store.provision(chip, device, CODE)
    written = chip.written
    store.commit(Lock(State.DARK, grace_left_ms=9))
    assert (chip.written, store.record.sequence) == (written, 1)


def test_a_chip_without_a_record_is_never_taken_for_a_new_one(chip, device):
    for cells in (bytes([0xFF]) * CHIP_SIZE, bytes(CHIP_SIZE)):
        chip.cells[:] = cells
        with pytest.raises(NoRecordError):
            Store.load(chip, device)
        assert bytes(chip.cells) == cells


@pytest.mark.parametrize("bank", range(BANKS))
def test_the_other_bank_stands_in_and_mends_the_one_that_was_lost(chip, device, bank):
    store = Store.provision(chip, device, CODE)
    store.commit(WAITING)
    wipe(chip, bank)
    assert Store.load(chip, device).record == store.record
    wipe(chip, 1 - bank)
    assert Store.load(chip, device).record == store.record, "the mended bank holds it alone"


@pytest.mark.parametrize("bank", range(BANKS))
def test_the_newest_record_wins_wherever_it_is(chip, device, bank):
    """One bank fell back to its older slot: the newer one of the other bank counts."""
    store = Store.provision(chip, device, CODE)
    store.commit(WAITING)
    store.commit(replace(WAITING, errors=3))
    wipe(chip, bank, store.record.sequence % SLOTS)
    assert Store.load(chip, device).record == store.record
    wipe(chip, 1 - bank)
    assert Store.load(chip, device).record == store.record, "the bank that lagged holds it alone"


@pytest.mark.parametrize("behind", [1, 2, 3])
def test_an_older_image_of_the_chip_is_known_for_one(chip, device, behind):
    store = Store.provision(chip, device, CODE)
    old = bytes(chip.cells)
    for errors in range(1, behind + 1):
        store.commit(Lock(State.CODE, errors=errors))
    with pytest.raises(OldRecordError):
        Store.load(RamChip(CHIP_SIZE, SECTOR_SIZE, old), device)


@pytest.mark.parametrize("bank", range(BANKS))
def test_a_cut_while_the_other_bank_is_lost_still_leaves_the_old_record_or_the_new_one(chip, device, bank):
    """Two slots in each bank: a bank that stands alone is never erased under its own record."""
    old = Store.provision(chip, device, CODE).record
    whole = bytes(chip.cells)
    new = Record(2, WAITING, CODE)
    found = []
    for cut in range(BANKS * (SECTOR_SIZE + RECORD_SIZE)):
        chip.cells[:] = whole
        device = Device(KEY, counter=RamCounter(1))
        store = Store.load(chip, device)
        wipe(chip, bank)
        chip.cut_after = cut
        with pytest.raises(PowerCutError):
            store.commit(WAITING)
        chip.cut_after = None
        wipe(chip, bank)
        found.append(Store.load(chip, device).record)
        assert found[-1] in (old, new)
    assert found[0] == old
    assert (found[-1] == new) is (bank == 1), "bank 0 is written first"


def test_a_write_that_the_chip_does_not_hold_is_an_error():
    """NOR flash cannot set a bit: where erasing did nothing, reading back tells."""

    class Stuck(RamChip):
        __slots__ = ()

        def erase(self, sector):
            pass

    stuck = Stuck(CHIP_SIZE, SECTOR_SIZE, bytes(CHIP_SIZE))
    with pytest.raises(ChipError):
        Store.provision(stuck, Device(KEY), CODE)


def test_a_failed_commit_is_not_what_the_store_says_it_remembers(chip, device):
    store = Store.provision(chip, device, CODE)
    chip.broken = True
    with pytest.raises(ChipError):
        store.commit(WAITING)
    assert store.record.lock == Lock(State.PLAYING)
