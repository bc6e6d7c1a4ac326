"""What a stored record says is what a unit does that finds it: every explanation is held against a real unit."""

import json
import struct
import zlib
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radiokey.catalogue.load import load_catalogue
from radiokey.clock import MINUTE_MS, SECOND_MS
from radiokey.errors import InputError
from radiokey.headunit.device import Device, RamCounter
from radiokey.headunit.events import SupplyLost, SupplyRestored, TimeWent
from radiokey.headunit.explain import ENDS, Ends, Rules, Unsure, Verdict, Why, explain
from radiokey.headunit.flash import RamChip
from radiokey.headunit.image import IMAGE_VERSION
from radiokey.headunit.lock import Fault, Hold, Lock, State
from radiokey.headunit.policy import REFERENCE
from radiokey.headunit.store import (
    BANKS,
    CHIP_SIZE,
    RECORD_SIZE,
    SECTOR_SIZE,
    Record,
    Store,
    encode,
)
from radiokey.headunit.stored import Form, Reads, Stored, read_slot
from radiokey.headunit.unit import HeadUnit
from tables import each

KEY, OTHER_KEY = bytes(range(32)), bytes(32)
CODE = b"c" * 16
OWN = Rules(REFERENCE, cuts_told=True)
MAKERS = Rules(REFERENCE, cuts_told=False)
MODELS = load_catalogue().models
STATES = (State.PLAYING, State.CODE, State.CHECKING, State.WAIT, State.LOCKED, State.PERMANENT)
ASIDES = (None, State.PROTECTED, State.FAULT)
EVERY = list(product(STATES, Hold, Fault, ASIDES))
LASTING = {Fault.MEMORY, Fault.TAMPERED}
WRITE = BANKS * (SECTOR_SIZE + RECORD_SIZE)


def lock_of(state, hold=Hold.NOTHING, fault=Fault.NONE, aside=None, *, pending=b""):
    """A lock with the fields of a state filled in; `hold` and `fault` as given, whether they belong or not."""
    waits = 7_200_000 if state is State.WAIT else 0
    return Lock(
        aside or state,
        errors=0 if state is State.PLAYING else 2,
        wait_left_ms=waits // 2,
        wait_ms=waits,
        hold=hold,
        fault=fault,
        pending=b"p" * 16 if state is State.CHECKING else pending,
        before=state if aside else State.PLAYING,
    )


def bytes_of(lock, sequence=7, key=KEY):
    return encode(Record(sequence, lock, CODE), key)


def chip_of(*records: bytes) -> RamChip:
    """A chip that holds these records, in the order of its sectors; an empty one is erased."""
    cells = b"".join(record.ljust(SECTOR_SIZE, b"\xff") for record in records)
    return RamChip(CHIP_SIZE, SECTOR_SIZE, cells.ljust(CHIP_SIZE, b"\xff"))


def whole_chip(lock, sequence=8, key=KEY) -> RamChip:
    data = bytes_of(lock, sequence, key)
    return chip_of(data, b"", data, b"")


def signed_anew(data: bytes) -> bytes:
    """`data` with a CRC that fits: what somebody does who has no key."""
    return data[:-4] + struct.pack("<I", zlib.crc32(data[:-4]))


def unit_with(chip, design, counter, dark_ms=None) -> HeadUnit:
    """A unit that finds `chip`; with `dark_ms`, after a gap in its supply of that length."""
    device = Device(KEY, counter=RamCounter(counter))
    copy = RamChip(CHIP_SIZE, SECTOR_SIZE, bytes(chip.cells))
    unit = HeadUnit(design, copy, device)
    if dark_ms is not None:
        for happening in (SupplyLost(), TimeWent(dark_ms), SupplyRestored()):
            unit.handle(happening)
    return unit


def agrees(lock: Lock, unit: HeadUnit) -> bool:
    status = unit.status
    waits = lock.wait_left_ms if lock.state is State.WAIT else 0
    return (status.state, status.errors, status.wait_left_ms, status.fault) == (
        lock.state,
        lock.errors,
        waits,
        lock.fault,
    )


# --- every record ---------------------------------------------------------------------------------------------


@each(("state", "hold", "fault", "aside"), EVERY)
def test_every_record_is_explained_as_the_unit_takes_it_and_as_a_cut_leaves_it(
    design_under, state, hold, fault, aside
):
    """State, hold, fault and aside in every combination, the impossible ones included."""
    lock = lock_of(state, hold, fault, aside)
    chip, design = whole_chip(lock), design_under()
    found = explain(bytes(chip.cells), key=KEY, counter=8, rules=OWN)
    assert (found.form, found.verdict, found.sequence) == (Form.CHIP, Verdict.SOUND, 8)
    assert agrees(found.lock, unit_with(chip, design, 8))
    gap_ms = REFERENCE.power_gap_ms_min
    assert found.cut.gap_ms_min == gap_ms
    assert agrees(found.cut.short, unit_with(chip, design, 8, gap_ms - 1))
    assert agrees(found.cut.long, unit_with(chip, design, 8, gap_ms))
    assert found.ends is ENDS[found.why]
    assert (found.behind is not None) == (
        aside is State.PROTECTED or (aside is not None and fault not in LASTING)
    )


@pytest.mark.parametrize(
    ("lock", "why", "ends"),
    [
        (lock_of(State.PLAYING), Why.PLAYS, Ends.NOTHING_TO_END),
        (lock_of(State.CODE), Why.ASKS, Ends.CODE),
        (lock_of(State.CODE, pending=b"p" * 16), Why.INTERRUPTED, Ends.CODE),
        (lock_of(State.CHECKING), Why.COMPARING, Ends.SUPPLY),
        (lock_of(State.WAIT), Why.WAITS, Ends.TIME),
        (lock_of(State.LOCKED, Hold.POWER_CUT), Why.UNTIL_POWER_CUT, Ends.POWER_CUT),
        (lock_of(State.LOCKED, Hold.KEY_CYCLE), Why.UNTIL_KEY_CYCLE, Ends.KEY_CYCLE),
        (lock_of(State.LOCKED, Hold.SERVICE), Why.UNTIL_SERVICE, Ends.SERVICE),
        (lock_of(State.LOCKED), Why.LOCKED, Ends.NOT_SAID),
        (lock_of(State.PERMANENT), Why.PERMANENT, Ends.GRANT),
        (lock_of(State.WAIT, aside=State.PROTECTED), Why.PROTECTED, Ends.CAR),
        (lock_of(State.WAIT, fault=Fault.MEMORY, aside=State.FAULT), Why.MEMORY, Ends.GRANT),
        (lock_of(State.WAIT, fault=Fault.FIRMWARE, aside=State.FAULT), Why.FIRMWARE, Ends.MENDING),
        (lock_of(State.WAIT, fault=Fault.BUS, aside=State.FAULT), Why.BUS, Ends.MENDING),
        (lock_of(State.WAIT, fault=Fault.TAMPERED, aside=State.FAULT), Why.TAMPERED, Ends.GRANT),
        (lock_of(State.WAIT, aside=State.FAULT), Why.FAULT, Ends.MENDING),
    ],
)
def test_each_reason_is_told_apart_and_has_its_own_end(lock, why, ends):
    found = explain(bytes_of(lock), key=KEY, rules=OWN)
    assert (found.why, found.ends) == (why, ends)


def test_every_reason_is_in_the_list_above_and_ends_somehow():
    assert set(ENDS) == set(Why)
    assert set(ENDS.values()) == set(Ends)


def test_behind_a_fault_that_is_mended_stands_what_was_there_before():
    found = explain(bytes_of(lock_of(State.WAIT, fault=Fault.BUS, aside=State.FAULT)), key=KEY, rules=OWN)
    assert (found.why, found.behind) == (Why.BUS, Why.WAITS)
    assert found.clock_needs is REFERENCE.clock_needs


# --- who wrote it, and whether it is the last one -------------------------------------------------------------


def test_without_the_key_the_same_is_read_and_said_to_be_unchecked():
    for lock in (lock_of(State.WAIT), lock_of(State.PERMANENT), lock_of(State.CHECKING)):
        with_key, without = explain(bytes_of(lock), key=KEY), explain(bytes_of(lock))
        assert without.verdict is Verdict.UNCHECKED
        assert Unsure.KEY in without.unsure
        assert Unsure.KEY not in with_key.unsure
        assert (without.lock, without.sequence) == (with_key.lock, with_key.sequence)


@pytest.mark.parametrize("key", [KEY, None])
def test_no_single_flipped_bit_is_taken_for_a_record(key):
    data = bytes_of(lock_of(State.WAIT))
    for at, bit in product(range(RECORD_SIZE), range(8)):
        flipped = bytearray(data)
        flipped[at] ^= 1 << bit
        reads, record = read_slot(bytes(flipped), key)
        assert (reads, record) == (Reads.OTHER if at < 4 else Reads.DAMAGED, None)


def test_a_damaged_record_is_a_fault_of_the_memory_and_no_first_boot():
    data = bytes_of(lock_of(State.WAIT))
    found = explain(data[:-1] + bytes([data[-1] ^ 1]), key=KEY, rules=OWN)
    assert (found.verdict, found.why, found.sequence) == (Verdict.DAMAGED, Why.MEMORY, None)


def test_a_record_under_another_key_is_foreign():
    found = explain(bytes_of(lock_of(State.PLAYING), key=OTHER_KEY), key=KEY)
    assert (found.verdict, found.why) == (Verdict.FOREIGN, Why.MEMORY)


@pytest.mark.parametrize("at", [12, 16, 32])
def test_a_record_that_somebody_changed_without_the_key_is_not_taken(at):
    """Errors, wait or digest, with a CRC that fits again."""
    data = bytearray(bytes_of(lock_of(State.CHECKING)))
    data[at] ^= 1
    found = explain(signed_anew(bytes(data)), key=KEY)
    assert found.verdict in {Verdict.FOREIGN, Verdict.FORGED}
    assert found.why is Why.MEMORY


@pytest.mark.parametrize(
    "lock",
    [
        replace(lock_of(State.CODE), wait_ms=1),
        replace(lock_of(State.WAIT), wait_left_ms=7_200_001),
        replace(lock_of(State.WAIT), wait_left_ms=0),
        replace(lock_of(State.WAIT), errors=0),
        replace(lock_of(State.PLAYING), errors=1),
        replace(lock_of(State.CHECKING), pending=b""),
        replace(lock_of(State.WAIT), pending=b"p" * 16),
        replace(lock_of(State.CODE), pending=b"p" * 5),
        lock_of(State.CODE, Hold.SERVICE),
        lock_of(State.LOCKED),
        lock_of(State.CODE, fault=Fault.BUS),
        lock_of(State.CODE, aside=State.FAULT),
    ],
)
def test_what_no_unit_writes_is_forged_even_where_its_crc_fits(lock):
    found = explain(bytes_of(lock))
    assert (found.verdict, found.why) == (Verdict.FORGED, Why.MEMORY)


@pytest.mark.parametrize(("at", "value"), [(8, 6), (9, 3), (10, 4), (11, 5), (14, 255)])
def test_a_number_that_is_not_in_the_table_is_forged(at, value):
    data = bytearray(bytes_of(lock_of(State.CODE)))
    data[at] = value
    assert explain(signed_anew(bytes(data))).verdict is Verdict.FORGED


@pytest.mark.parametrize("counter", [0, 6, 7, 8, 9, 10, 2**32 - 1])
def test_an_older_image_and_one_from_ahead_are_known_by_the_counter_as_the_unit_knows_them(
    design_under, counter
):
    chip = whole_chip(lock_of(State.CODE))
    found = explain(bytes(chip.cells), key=KEY, counter=counter, rules=OWN)
    expected = Verdict.SOUND if counter in {7, 8} else Verdict.OLDER if counter > 8 else Verdict.AHEAD
    assert found.verdict is expected
    assert agrees(found.lock, unit_with(chip, design_under(), counter))
    assert (found.why is Why.TAMPERED) == (expected is not Verdict.SOUND)
    assert (Unsure.UNFINISHED in found.unsure) == (counter == 7)


def test_without_the_counter_it_is_said_that_an_older_image_cannot_be_known():
    found = explain(bytes(whole_chip(lock_of(State.CODE)).cells), key=KEY, rules=OWN)
    assert found.unsure == (Unsure.COUNTER,)


def test_a_strange_record_beside_a_good_one_is_passed_over_and_named(design_under):
    good, strange = bytes_of(lock_of(State.CODE), 8), bytes_of(lock_of(State.PLAYING), 9, OTHER_KEY)
    moved = bytes_of(lock_of(State.PLAYING), 10)
    for other, reads in ((strange, Reads.FOREIGN), (moved, Reads.MISPLACED)):
        chip = chip_of(good, other, good, b"")
        found = explain(bytes(chip.cells), key=KEY, counter=8, rules=OWN)
        assert (found.verdict, found.why, found.sequence) == (Verdict.SOUND, Why.ASKS, 8)
        assert agrees(found.lock, unit_with(chip, design_under(), 8))
        assert found.unsure == (Unsure.STRANGER,)
        assert [slot.reads for slot in found.slots] == [Reads.SOUND, reads, Reads.SOUND, Reads.EMPTY]


def test_a_record_alone_in_the_other_numbers_sector_is_taken_by_no_unit(design_under):
    data = bytes_of(lock_of(State.PLAYING), 8)
    chip = chip_of(b"", data, b"", data)
    found = explain(bytes(chip.cells), key=KEY, counter=8, rules=OWN)
    assert (found.verdict, found.why) == (Verdict.MISPLACED, Why.MEMORY)
    assert agrees(found.lock, unit_with(chip, design_under(), 8))
    assert explain(data, key=KEY).verdict is Verdict.SOUND, "one record alone has no place"


@each("cut", range(0, 2 * WRITE, 5))
def test_a_chip_cut_at_any_byte_is_explained_as_the_unit_that_starts_with_it_reads_it(owner_under, cut):
    owner = owner_under().asked()
    owner.unit.chip.cut_after = cut
    owner.wrong()
    owner.unit.chip.cut_after = None
    cells, device = bytes(owner.unit.chip.cells), owner.device_now()
    found = explain(cells, key=KEY, counter=device.counter.value, rules=OWN)
    read = Store.load(RamChip(CHIP_SIZE, SECTOR_SIZE, cells), device).record
    assert (found.verdict, found.lock, found.sequence) == (Verdict.SOUND, read.lock, read.sequence)
    older = explain(cells, key=KEY, counter=device.counter.value + 9, rules=OWN)
    assert (older.verdict, older.unsure) == (Verdict.OLDER, ())


# --- units as they are used ----------------------------------------------------------------------------------


def test_a_unit_is_explained_with_its_own_count_and_wait(owner_under):
    owner = owner_under().asked()
    owner.wrong()
    owner.wait(10 * MINUTE_MS)
    found = explain(owner.unit.image(), key=KEY, rules=OWN)
    status = owner.unit.status
    assert (found.form, found.verdict, found.why) == (Form.UNIT, Verdict.SOUND, Why.WAITS)
    assert (found.lock.errors, found.tries_left, found.lock.wait_left_ms) == (
        status.errors,
        status.tries_left,
        status.wait_left_ms,
    )
    assert found.counter == owner.device.counter.value
    assert found.unsure == ()


@pytest.mark.parametrize("served_ms", [0, 34 * SECOND_MS, 61 * SECOND_MS])
def test_what_a_cut_now_would_cost_of_a_wait_is_what_it_costs(owner_under, served_ms):
    owner = owner_under().asked()
    owner.wrong()
    owner.wait(30 * SECOND_MS)
    owner.wait(served_ms)
    found = explain(owner.unit.image(), key=KEY, rules=OWN)
    shown_ms = owner.unit.status.wait_left_ms
    owner.cut()
    lost_ms = owner.unit.status.wait_left_ms - shown_ms
    assert found.cut.again_ms == (lost_ms, lost_ms)
    assert lost_ms < MINUTE_MS
    from_chip = explain(bytes(owner.unit.chip.cells), key=KEY, rules=OWN)
    assert from_chip.cut.again_ms == (0, MINUTE_MS - 1)
    assert Unsure.UNSAVED in from_chip.unsure


@each("model_id", sorted(MODELS))
def test_what_a_radio_writes_fits_its_own_rules_and_a_maker_s_lock_is_never_told_how_to_cut(
    owner_of, model_id
):
    """The records of twenty wrong codes, the waits served between them."""
    owner = owner_of(model_id).asked()
    rules = Rules(owner.design.policy, cuts_told=False)
    for which in range(20):
        owner.wrong(which)
        found = explain(bytes(owner.unit.chip.cells), key=KEY, rules=rules)
        assert Unsure.UNLIKE not in found.unsure
        assert agrees(found.lock, owner.unit)
        assert found.why is not Why.UNTIL_POWER_CUT
        assert (found.cut is None) == found.cut_withheld == (found.lock.state in {State.WAIT, State.LOCKED})
        if owner.state is State.WAIT:
            owner.wait_out()
        elif owner.state is not State.CODE:
            break


def test_a_record_that_the_rules_never_bring_about_is_said_to_fit_another_radio():
    for lock in (
        replace(lock_of(State.WAIT), wait_ms=3_600_000, wait_left_ms=1),
        lock_of(State.LOCKED, Hold.SERVICE),
        lock_of(State.PERMANENT),
    ):
        assert Unsure.UNLIKE in explain(bytes_of(lock), key=KEY, rules=OWN).unsure
        assert Unsure.UNLIKE not in explain(bytes_of(lock), key=KEY, rules=replace(OWN, cautious=True)).unsure
    forgets = Rules(replace(REFERENCE, remembers_pending=False), cuts_told=True)
    interrupted = bytes_of(lock_of(State.CODE, pending=b"p" * 16))
    assert Unsure.UNLIKE in explain(interrupted, key=KEY, rules=forgets).unsure
    assert Unsure.UNLIKE not in explain(interrupted, key=KEY, rules=OWN).unsure


@each(("state", "hold", "fault", "aside"), EVERY)
def test_what_a_cut_does_to_a_lock_is_told_of_our_own_design_alone(state, hold, fault, aside):
    """STORY, "Not ours": of a maker's radio it is withheld, and without rules it is not known."""
    data = bytes_of(lock_of(state, hold, fault, aside))
    makers, unnamed = explain(data, key=KEY, rules=MAKERS), explain(data, key=KEY)
    lasting = aside is State.FAULT and fault in LASTING
    locked = state in {State.CHECKING, State.WAIT, State.LOCKED} and not lasting
    assert makers.cut_withheld is locked
    assert (makers.cut is None) is locked
    assert (unnamed.cut, unnamed.cut_withheld) == (None, False)
    for found in (makers, unnamed):
        assert Why.UNTIL_POWER_CUT not in {found.why, found.behind}


# --- what is no record ----------------------------------------------------------------------------------------


def as_hex(data: bytes) -> bytes:
    text = data.hex()
    return "\n".join(text[at : at + 32] for at in range(0, len(text), 32)).encode()


def test_hexadecimal_text_says_the_same():
    chip = bytes(whole_chip(lock_of(State.WAIT)).cells)
    for data in (chip, chip[:RECORD_SIZE]):
        assert explain(as_hex(data), key=KEY) == explain(data, key=KEY)
        assert explain(data.hex().upper().encode(), key=KEY) == explain(data, key=KEY)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"x",
        b"RKR1",
        b"abc",
        bytes(RECORD_SIZE),
        b"\xff" * RECORD_SIZE,
        b"\xff" * CHIP_SIZE,
        bytes(CHIP_SIZE),
        b"RKR2" + bytes(RECORD_SIZE - 4),
        IMAGE_VERSION,
        IMAGE_VERSION + bytes(CHIP_SIZE) + b"{}",
        IMAGE_VERSION + bytes(CHIP_SIZE) + b"[" * 20_000,
    ],
)
def test_what_holds_no_record_is_refused_with_what_to_give(data):
    with pytest.raises(InputError) as refused:
        explain(data)
    assert refused.value.hint


@pytest.mark.parametrize(
    "changes",
    [{"counter": -1}, {"counter": 1.5}, {"counter": 2**32}, {"saved": 10**9}, {"saved": None}, {"lock": []}],
)
def test_an_image_whose_counter_or_wait_is_none_is_refused(owner_under, changes):
    image = owner_under().unit.image()
    at = len(IMAGE_VERSION) + CHIP_SIZE
    volatile = json.loads(image[at:]) | changes
    with pytest.raises(InputError):
        explain(image[:at] + json.dumps(volatile).encode())


@settings(max_examples=300)
@given(data=st.binary(max_size=600), key=st.none() | st.just(KEY), counter=st.none() | st.integers(0, 9))
def test_junk_is_refused_or_explained_and_nothing_else(data, key, counter):
    try:
        found = explain(data, key=key, counter=counter, rules=OWN)
    except InputError:
        return
    assert found.verdict is not Verdict.SOUND


@settings(max_examples=300)
@given(
    body=st.binary(min_size=76, max_size=76),
    small=st.lists(st.integers(0, 6), min_size=4, max_size=4),
    key=st.none() | st.just(KEY),
)
def test_records_of_junk_with_a_fitting_crc_are_never_taken_for_the_units_own(body, small, key):
    data = signed_anew(b"RKR1" + body[:4] + bytes(small) + body[8:] + bytes(4))
    assert len(data) == RECORD_SIZE
    found = explain(data, key=key, rules=OWN)
    assert found.verdict in {Verdict.FORGED, Verdict.FOREIGN, Verdict.UNCHECKED}
    assert (found.verdict is Verdict.UNCHECKED) <= (key is None)


def test_a_stored_thing_is_taken_apart_into_its_four_places():
    chip = whole_chip(lock_of(State.CODE))
    stored = Stored.parse(bytes(chip.cells))
    assert [len(slot) for slot in stored.slots] == [RECORD_SIZE] * 4
    assert (stored.counter, stored.unsaved_ms) == (None, None)
