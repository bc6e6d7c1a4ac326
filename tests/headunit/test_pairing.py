"""A unit that is paired to its car: the same car opens it, another is PROTECTED, and no bus says neither (claim 62)."""

from dataclasses import replace

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from radiokey.code.signed import PairingEnd, sign
from radiokey.headunit.device import Device
from radiokey.headunit.events import (
    BusChanged,
    PairingEnded,
    SomethingBroke,
    SomethingMended,
    SupplyLost,
    SupplyRestored,
    VinHeard,
)
from radiokey.headunit.lock import Fault, State
from radiokey.headunit.pairing import Bus, Listening
from radiokey.headunit.policy import REFERENCE
from radiokey.headunit.store import BANKS, LONG_SIZE, SECTOR_SIZE, car_digest
from radiokey.headunit.unit import HeadUnit

BASE, STRANGER = (Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32) for n in (7, 8))
SERIAL = "28115BN700 0001"
PAIRS = replace(REFERENCE, pairs=True)
OWN, OTHER = b"VF1LM1B0H35000001", b"VF1LM1B0H35000002"


def of_the_base(message, signature):
    try:
        BASE.public_key().verify(signature, message)
    except InvalidSignature:
        return False
    return True


@pytest.fixture
def owner(owner_under):
    one = owner_under(PAIRS)
    one.device = Device(one.device.key, serial=SERIAL, verify=of_the_base)
    one.unit = HeadUnit.made(one.design, one.code, device=one.device)
    return one


def hears(owner, vin=OWN):
    owner.do(VinHeard(vin), VinHeard(vin))


@pytest.fixture
def paired(owner):
    hears(owner)
    assert owner.unit.paired
    return owner


def ended(owner, by=BASE, **changes):
    return sign(replace(PairingEnd(SERIAL, owner.unit.paired), **changes), by)


def test_it_remembers_the_car_it_first_played_in_and_nobody_reads_which(paired):
    assert paired.state is State.PLAYING
    chip = bytes(paired.unit.chip.cells)
    assert car_digest(paired.device.key, OWN.decode()) in chip
    assert OWN not in chip
    paired.cut()
    assert (paired.unit.bus, paired.unit.vin) == (Bus.SILENT, "")


def test_the_same_car_opens_it_without_a_code(paired):
    paired.cut()
    assert paired.state is State.CODE
    hears(paired)
    assert (paired.state, paired.unit.bus, paired.unit.vin) == (State.DARK, Bus.HEARD, OWN.decode())
    paired.wait(2_000)
    assert paired.unit.screen.sound == "playing"


def test_another_car_shows_protected_which_is_not_code(paired):
    paired.cut()
    hears(paired, OTHER)
    assert (paired.state, paired.errors) == (State.PROTECTED, 0)
    paired.right()
    assert (paired.state, paired.errors) == (State.PROTECTED, 0)
    paired.cut()
    hears(paired)
    paired.wait(2_000)
    assert paired.state is State.PLAYING


def test_a_unit_that_does_not_play_takes_no_car_for_its_own(owner):
    owner.asked()
    hears(owner)
    assert (owner.unit.paired, owner.state) == (0, State.CODE)
    owner.right()
    owner.wait(2_000)
    owner.cycle_ignition()
    hears(owner)
    assert owner.unit.paired > 0


def test_a_unit_without_a_pairing_hears_the_car_and_does_nothing(owner_under):
    owner = owner_under().asked()
    hears(owner)
    assert (owner.state, owner.unit.paired, owner.unit.vin) == (State.CODE, 0, OWN.decode())


def test_the_car_never_lifts_a_wait_or_a_lock_and_clears_no_error(paired):
    """Whoever sends the VIN, which stands behind the windscreen, gets no try back."""
    paired.cut()
    for error in (1, 2, 3):
        paired.wrong(error)
        state, left = paired.state, paired.unit.status.wait_left_ms
        paired.cycle_ignition()
        hears(paired)
        assert (paired.state, paired.errors) == (state, error)
        assert left - 60_000 <= paired.unit.status.wait_left_ms <= left
        if state is State.PERMANENT:
            return
        paired.wait_out()
        paired.cycle_ignition()
        hears(paired)
        assert (paired.state, paired.errors) == (State.DARK, error)
        paired.cut()
        assert (paired.state, paired.errors) == (State.CODE, error)


def test_one_vin_is_judged_from_one_ignition_to_the_next(paired):
    """A guess costs a thief an ignition cycle, and the first car that is heard stands."""
    paired.cut()
    hears(paired, OTHER)
    for _ in range(50):
        hears(paired)
        assert paired.state is State.PROTECTED
    assert paired.unit.bus is Bus.NOISY
    paired.cycle_ignition()
    hears(paired)
    assert paired.state is State.DARK


NOISE = (b"", OWN[:-1], OWN + b"1", b"VF1LM1B0H3500000O", b"\xff" * 17, OWN.lower())


@pytest.mark.parametrize("noise", NOISE)
def test_noise_is_no_car(paired, noise):
    paired.cut()
    for _ in range(10):
        paired.do(VinHeard(noise))
    assert (paired.state, paired.unit.bus) == (State.CODE, Bus.NOISY)
    paired.do(VinHeard(OWN), VinHeard(noise), VinHeard(OWN), VinHeard(OTHER), VinHeard(OWN))
    assert paired.state is State.CODE
    paired.do(VinHeard(OWN))
    assert (paired.state, paired.unit.bus) == (State.DARK, Bus.HEARD)


@pytest.mark.parametrize("bus", [Bus.OFF, Bus.SILENT, Bus.NOISY])
def test_no_bus_is_a_state_of_its_own_and_the_code_opens_as_ever(paired, bus):
    """It says nothing of the car: it refuses nothing, opens nothing, costs nothing."""
    paired.cut()
    paired.do(BusChanged(bus))
    assert (paired.unit.bus, paired.state, paired.errors) == (bus, State.CODE, 0)
    paired.right()
    assert (paired.state, paired.unit.bus) == (State.DARK, bus)


def test_a_bus_that_fell_silent_in_the_middle_of_a_vin_begins_anew():
    listening, judged = Listening().hear(OWN)
    listening, judged = listening.change(Bus.SILENT).hear(OWN)
    assert (judged, listening.bus) == ("", Bus.SILENT)
    listening, judged = listening.hear(OWN)
    assert (judged, listening.bus) == (OWN.decode(), Bus.HEARD)
    listening, judged = listening.hear(OWN)
    assert (judged, listening.bus) == ("", Bus.HEARD)


def test_without_supply_it_hears_nothing(paired):
    paired.do(SupplyLost())
    hears(paired, OTHER)
    paired.do(SupplyRestored())
    assert (paired.state, paired.unit.vin) == (State.PLAYING, "")


# --- the base ends a pairing ----------------------------------------------------------------------------------


def test_the_base_ends_a_pairing_and_the_unit_asks_for_its_code(paired):
    paired.cut()
    hears(paired, OTHER)
    paired.do(PairingEnded(ended(paired)))
    assert (paired.state, paired.unit.paired) == (State.CODE, 0)
    paired.right()
    paired.wait(2_000)
    paired.cycle_ignition()
    hears(paired, OTHER)
    assert (paired.state, paired.unit.paired > 0) == (State.PLAYING, True)


def test_its_word_works_once(paired):
    """The same car again is another pairing, under another number."""
    word = ended(paired)
    paired.do(PairingEnded(word))
    assert paired.state is State.CODE
    paired.right()
    paired.wait(2_000)
    paired.cycle_ignition()
    hears(paired)
    was = paired.unit.paired
    paired.do(PairingEnded(word))
    assert (paired.state, paired.unit.paired) == (State.PLAYING, was)


@pytest.mark.parametrize("change", [{"by": STRANGER}, {"serial": "V012345"}, {"paired": 1}])
def test_a_word_that_is_not_for_this_pairing_changes_nothing(paired, change):
    paired.cut()
    hears(paired, OTHER)
    paired.do(PairingEnded(ended(paired, **change)))
    assert (paired.state, paired.unit.paired > 0) == (State.PROTECTED, True)


def test_the_end_of_a_pairing_lifts_no_wait(paired):
    paired.cut()
    paired.wrong()
    paired.cycle_ignition()
    hears(paired, OTHER)
    left = paired.unit.status
    paired.do(PairingEnded(ended(paired)))
    assert (paired.state, paired.errors, paired.unit.paired) == (State.WAIT, 1, 0)
    assert left.state is State.PROTECTED
    assert paired.unit.status.wait_left_ms > 0


def test_a_pairing_that_ended_in_a_fault_does_not_leave_it_playing(paired):
    word = ended(paired)
    paired.do(SomethingBroke(Fault.BUS), PairingEnded(word))
    assert (paired.state, paired.unit.paired) == (State.FAULT, 0)
    paired.do(SomethingMended())
    assert (paired.state, paired.errors) == (State.CODE, 0)
    paired.do(SupplyLost(), SupplyRestored())
    assert paired.state is State.CODE


def test_a_cut_at_any_byte_leaves_the_pairing_or_none(paired):
    word = ended(paired)
    was, chip = paired.unit.paired, bytes(paired.unit.chip.cells)
    count, ends = paired.device.counter.value, set()
    for cut in range(BANKS * (SECTOR_SIZE + LONG_SIZE) + 1):
        paired.unit.chip.cells[:] = chip
        paired.device.counter._value = count
        paired.do(SupplyLost(), SupplyRestored())
        assert paired.unit.paired == was
        paired.unit.chip.cut_after = cut
        paired.do(PairingEnded(word))
        paired.unit.chip.cut_after = None
        paired.do(SupplyLost(), SupplyRestored())
        ends.add((paired.state, paired.unit.paired))
    assert ends == {(State.PLAYING, was), (State.CODE, 0)}
