"""The grant: a new chip becomes a unit's own once, for this unit, this chip and just now (claims 75 and 76)."""

from dataclasses import replace
from random import Random

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from radiokey.clock import HOUR_MS, MINUTE_MS
from radiokey.code.signed import SERIAL_SIZE_MAX
from radiokey.headunit.device import COUNTER_MAX, Device, RamCounter
from radiokey.headunit.events import CarAnswered, ChipGranted, SupplyLost, SupplyRestored
from radiokey.headunit.flash import PowerCutError, RamChip
from radiokey.headunit.grant import Grant
from radiokey.headunit.lock import Fault, State
from radiokey.headunit.store import (
    CHIP_SIZE,
    RECORD_SIZE,
    SECTOR_SIZE,
    OldRecordError,
    Store,
    digest,
)
from radiokey.headunit.unit import HeadUnit

MAKER = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
SERIAL = "28115BN700 0001"
NEW_CHIP, OTHER_CHIP = b"new chip........", b"another chip...."


def signed_by_the_maker(message, signature):
    try:
        MAKER.public_key().verify(signature, message)
    except InvalidSignature:
        return False
    return True


@pytest.fixture
def owner(owner_under):
    """An owner whose unit knows its maker and is at its end: three wrong codes."""
    one = owner_under()
    one.device = Device(one.device.key, serial=SERIAL, verify=signed_by_the_maker)
    one.unit = HeadUnit.made(one.design, one.code, device=one.device)
    one.asked()
    for number in range(3):
        one.wrong(number)
        if one.state is State.WAIT:
            one.wait_out()
    assert one.state is State.PERMANENT
    return one


def with_new_chip(owner, chip_id=NEW_CHIP):
    """Swap the chip for an erased one; the device stays, and with it its counter."""
    owner.do(SupplyLost())
    owner.unit = HeadUnit(
        owner.design, RamChip(CHIP_SIZE, SECTOR_SIZE, id=chip_id), owner.device, owner.unit.around
    )
    owner.do(SupplyRestored())
    assert (owner.state, owner.unit.status.fault) == (State.FAULT, Fault.MEMORY)


def grant_for(owner, **changes):
    """What the maker grants for the unit as it stands."""
    granted = Grant(
        SERIAL, NEW_CHIP, owner.device.counter.value, digest(owner.device.key, owner.code.reveal())
    )
    return replace(granted, **changes)


def signed(grant):
    return grant.signed_by(MAKER)


def test_a_granted_chip_asks_for_the_same_code_and_forgets_the_errors(owner):
    with_new_chip(owner)
    owner.do(ChipGranted(signed(grant_for(owner))))
    assert (owner.state, owner.errors) == (State.CODE, 0)
    owner.cut()
    assert owner.state is State.CODE
    owner.right()
    owner.wait(owner.design.policy.dark_ms)
    assert owner.state is State.PLAYING


def test_a_grant_works_once_even_though_the_chip_forgets(owner):
    """A thief who kept the grant and erases the chip again has nothing: the counter went on."""
    with_new_chip(owner)
    granted = signed(grant_for(owner))
    owner.do(ChipGranted(granted))
    owner.wrong()
    for _ in range(2):
        with_new_chip(owner)
        owner.do(ChipGranted(granted))
        assert owner.state is State.FAULT


def test_a_grant_for_the_chip_that_is_in_lifts_a_permanent_lock(owner):
    owner.do(ChipGranted(signed(grant_for(owner, chip_id=owner.unit.chip.id))))
    assert (owner.state, owner.errors) == (State.CODE, 0)


@pytest.mark.parametrize(
    "change",
    [{"serial": "28115BN700 0002"}, {"chip_id": OTHER_CHIP}, {"counter": 0}, {"counter": COUNTER_MAX}],
    ids=lambda change: next(iter(change)),
)
def test_a_grant_for_another_unit_chip_or_time_is_worth_nothing(owner, change):
    with_new_chip(owner)
    before = owner.unit.image()
    owner.do(ChipGranted(signed(grant_for(owner, **change))))
    assert owner.unit.image() == before


def test_every_flipped_bit_and_every_shorter_or_longer_grant_is_worth_nothing(owner):
    with_new_chip(owner)
    before, granted = owner.unit.image(), signed(grant_for(owner))
    for at in range(len(granted)):
        for bit in range(8):
            flipped = bytearray(granted)
            flipped[at] ^= 1 << bit
            owner.do(ChipGranted(bytes(flipped)))
        owner.do(ChipGranted(granted[:at]))
    owner.do(ChipGranted(granted + b"\0"))
    assert owner.unit.image() == before
    owner.do(ChipGranted(granted))
    assert owner.state is State.CODE


def test_a_unit_that_trusts_nobody_takes_no_grant(owner):
    owner.device = Device(owner.device.key, serial=SERIAL, counter=owner.device.counter)
    with_new_chip(owner)
    owner.do(ChipGranted(signed(grant_for(owner))))
    assert owner.state is State.FAULT


def test_a_unit_that_asks_or_plays_has_nothing_to_be_granted(owner_under):
    """A grant on the way to a working unit must not clear its errors."""
    owner = owner_under()
    owner.device = Device(owner.device.key, serial=SERIAL, verify=signed_by_the_maker)
    owner.unit = HeadUnit.made(owner.design, owner.code, device=owner.device)
    owner.asked()
    owner.wrong()
    granted = signed(grant_for(owner, chip_id=owner.unit.chip.id))
    owner.do(ChipGranted(granted))
    assert (owner.state, owner.errors) == (State.WAIT, 1)
    owner.do(SupplyLost(), ChipGranted(granted))
    owner.do(SupplyRestored())
    assert (owner.state, owner.errors) == (State.WAIT, 1)


def test_a_cut_anywhere_in_provisioning_leaves_a_fault_that_the_same_grant_mends_or_a_unit_that_asks(owner):
    with_new_chip(owner)
    value, granted = owner.device.counter.value, signed(grant_for(owner))
    for cut in range(2 * (SECTOR_SIZE + RECORD_SIZE)):
        owner.device = replace(owner.device, counter=RamCounter(value))
        with_new_chip(owner)
        owner.unit.chip.cut_after = cut
        owner.do(ChipGranted(granted))
        owner.unit.chip.cut_after = None
        owner.do(SupplyRestored())
        if owner.state is State.FAULT:
            owner.do(ChipGranted(granted))
        assert (owner.state, owner.errors) == (State.CODE, 0), cut


def test_a_serial_number_fills_the_grant_to_its_last_byte(owner):
    serial = "S" * SERIAL_SIZE_MAX
    owner.device = replace(owner.device, serial=serial)
    with_new_chip(owner)
    owner.do(ChipGranted(signed(grant_for(owner, serial=serial))))
    assert owner.state is State.CODE


# --- the counter -----------------------------------------------------------------------------------------------


def images_of_a_life(owner):
    """What was on the chip after each commit of a short life, with the counter of that moment."""
    found = {}

    def keep():
        found[owner.device.counter.value] = bytes(owner.unit.chip.cells)

    keep()
    for act in (owner.cut, owner.wrong, owner.wait_out, owner.cut, owner.wrong, owner.wait_out, owner.right):
        act()
        keep()
    return found


def test_every_older_image_of_the_chip_is_known_for_one_and_fails_closed(owner_under):
    """B6: for every pair of an older image and the counter now, none is taken, and nothing is written."""
    owner = owner_under()
    found = images_of_a_life(owner)
    now = owner.device.counter.value
    assert len(found) > 6
    for value, cells in found.items():
        unit = owner.rebooted(RamChip(CHIP_SIZE, SECTOR_SIZE, cells))
        if value == now:
            assert unit.status.fault is Fault.NONE
            continue
        assert (unit.status.state, unit.status.fault) == (State.FAULT, Fault.TAMPERED), value
        assert bytes(unit.chip.cells) == cells
        assert unit.screen.sound == "silent"


def test_of_a_long_life_no_older_image_fits_any_later_count(owner_under):
    """B6: 500 steps, and for every pair of an image and a later count the chip is refused and left alone."""
    owner, chance = owner_under().asked(), Random(6)  # noqa: S311 - seeded: the same life each time
    images = {}
    for _ in range(500):
        match chance.randrange(5):
            case 0 if owner.errors < 2:
                owner.wrong(chance.randrange(len(owner.others)))
            case 1:
                owner.right()
            case 2:
                owner.cut()
            case 3:
                owner.do(CarAnswered(knows=chance.random() < 0.7))
            case _:
                owner.qualify()
                owner.wait(chance.choice((MINUTE_MS, HOUR_MS)))
        images[owner.device.counter.value] = bytes(owner.unit.chip.cells)
    assert owner.state not in {State.PERMANENT, State.FAULT}
    assert len(images) > 100
    for value, cells in images.items():
        chip = RamChip(CHIP_SIZE, SECTOR_SIZE, cells)
        for later in images:
            if later > value:
                with pytest.raises(OldRecordError):
                    Store.load(chip, replace(owner.device, counter=RamCounter(later)))
        assert chip.written == 0
        assert Store.load(chip, replace(owner.device, counter=RamCounter(value))).record.sequence == value


def test_an_image_from_the_future_is_not_this_chip_s_either(owner_under):
    owner = owner_under()
    images_of_a_life(owner)
    cells = bytes(owner.unit.chip.cells)
    owner.device = replace(owner.device, counter=RamCounter(1))
    unit = owner.rebooted(RamChip(CHIP_SIZE, SECTOR_SIZE, cells))
    assert (unit.status.state, unit.status.fault) == (State.FAULT, Fault.TAMPERED)


@pytest.mark.parametrize(("cut", "counted"), [(0, 0), (1, 1), (2, 1), (3, 2)])
def test_the_supply_of_a_counter_can_be_cut_right_before_and_right_after_each_count(cut, counted):
    """It is never halved: before it the old count stands, after it the new one."""
    counter = RamCounter(7)
    counter.cut_after = cut
    for _ in range(cut // 2):
        counter.advance()
    with pytest.raises(PowerCutError):
        counter.advance()
    assert counter.value == 7 + counted
    counter.cut_after = None
    counter.advance()
    assert counter.value == 7 + counted + 1


def test_a_cut_between_the_banks_and_the_counter_is_finished_at_the_next_boot(owner_under):
    """The owner loses nothing and the thief learns nothing: nothing was compared yet."""
    owner = owner_under().asked()
    owner.device.counter.cut_after = 0
    owner.wrong()
    assert not owner.unit.around.supply
    assert owner.device.counter.value == 2
    owner.device.counter.cut_after = None
    owner.do(SupplyRestored())
    assert (owner.state, owner.errors) == (State.CODE, 1)
    assert owner.device.counter.value == 4, "the entry that was cut off, and that the unit asks again"


def test_the_counter_s_last_number_is_used_and_then_the_unit_is_at_its_end(owner_under):
    owner = owner_under()
    owner.device = replace(owner.device, counter=RamCounter(COUNTER_MAX - 1))
    chip = RamChip(CHIP_SIZE, SECTOR_SIZE)
    Store.provision(chip, owner.device, digest(owner.device.key, owner.code.reveal()))
    owner.unit = HeadUnit(owner.design, chip, owner.device)
    assert (owner.state, owner.device.counter.value) == (State.PLAYING, COUNTER_MAX)
    owner.cut()
    assert (owner.state, owner.unit.status.fault) == (State.FAULT, Fault.MEMORY)


def test_a_key_does_not_show():
    assert "KK" not in repr(Device(b"K" * 32))
