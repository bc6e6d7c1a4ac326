"""A unit as bytes: it comes back as it was, or it is refused with a sentence."""

import json

import pytest

from radiokey.clock import HOUR_MS, MINUTE_MS
from radiokey.errors import InputError
from radiokey.headunit import store as records
from radiokey.headunit.device import Device
from radiokey.headunit.events import (
    CarAnswered,
    KeyPressed,
    ServiceAllowed,
    SomethingBroke,
    SomethingMended,
    SupplyLost,
    SupplyRestored,
    TimeWent,
)
from radiokey.headunit.image import IMAGE_SIZE_MAX, IMAGE_VERSION
from radiokey.headunit.lock import Fault, State
from radiokey.headunit.unit import HeadUnit


def playing(owner):
    assert owner.state is State.PLAYING


def asking(owner):
    owner.asked()


def half_keyed(owner):
    owner.asked()
    owner.do(KeyPressed("1"), KeyPressed("2"))


def waiting(owner):
    owner.asked()
    owner.wrong()
    owner.wait(90_500)


def at_the_end(owner):
    waiting(owner)
    for which in (1, 2):
        owner.wait_out()
        owner.wrong(which)
    assert owner.state is State.PERMANENT


def dark(owner):
    owner.asked()
    owner.right()


def refused_by_the_car(owner):
    waiting(owner)
    owner.do(CarAnswered(knows=False))


def broken(owner):
    owner.do(SomethingBroke(Fault.FIRMWARE))


def without_memory(owner):
    owner.asked()
    owner.unit.chip.broken = True
    owner.wrong()


def without_supply(owner):
    waiting(owner)
    owner.do(SupplyLost(), TimeWent(5_000))


def cut_in_the_compare(owner):
    owner.asked()
    owner.unit.chip.cut_after = 500
    owner.wrong()
    owner.unit.chip.cut_after = None


MOMENTS = [
    playing,
    asking,
    half_keyed,
    waiting,
    at_the_end,
    dark,
    refused_by_the_car,
    broken,
    without_memory,
    without_supply,
    cut_in_the_compare,
]


def restored(owner):
    return HeadUnit.from_image(owner.design, owner.unit.image(), key=owner.device.key)


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_unit_comes_back_from_its_image_as_it_was_and_goes_on_alike(owner_under, moment):
    owner = owner_under()
    moment(owner)
    before = owner.unit
    copy = restored(owner)
    assert (copy.status, copy.screen, copy.around) == (before.status, before.screen, before.around)
    assert copy.image() == before.image()
    copy.chip.broken = before.chip.broken
    for happening in (
        TimeWent(700),
        KeyPressed("0"),
        KeyPressed("0"),
        KeyPressed("0"),
        KeyPressed("5"),
        CarAnswered(knows=True),
        SomethingMended(),
        TimeWent(HOUR_MS),
        SupplyLost(),
        TimeWent(HOUR_MS),
        SupplyRestored(),
        ServiceAllowed(),
    ):
        copy.handle(happening)
        before.handle(happening)
        assert (copy.status, copy.screen) == (before.status, before.screen), happening


def refuse(owner, image):
    with pytest.raises(InputError) as refusal:
        HeadUnit.from_image(owner.design, image, key=owner.device.key)
    assert refusal.value.hint
    assert refusal.value.slug == "input"


def test_an_image_that_was_cut_short_or_grew_is_refused(owner_under):
    """At every length but its own."""
    owner = owner_under().asked()
    image = owner.unit.image()
    for length in range(len(image)):
        refuse(owner, image[:length])
    refuse(owner, image + b"}")
    refuse(owner, image + b" " * IMAGE_SIZE_MAX)


def test_an_image_of_another_version_or_another_unit_is_refused(owner_under):
    owner = owner_under().asked()
    image = owner.unit.image()
    refuse(owner, b"RKU1" + image[len(IMAGE_VERSION) :])
    owner.device = Device(bytes(32))
    refuse(owner, image)


def fields_of(volatile):
    for section in ("lock", "keying", "around"):
        for name in volatile[section]:
            yield section, name


def test_an_image_with_any_field_missing_or_nonsense_is_refused_or_changes_nothing(owner_under):
    owner = owner_under()
    waiting(owner)
    image = owner.unit.image()
    cells_end = len(IMAGE_VERSION) + records.CHIP_SIZE
    head, volatile = image[:cells_end], json.loads(image[cells_end:])
    for section, name in [*fields_of(volatile), *[(None, name) for name in volatile]]:
        for nonsense in ("missing", None, -1, 2**60, True, 1.5, "playing", "zz", [], {}, "missing\0"):
            changed = json.loads(json.dumps(volatile))
            where = changed if section is None else changed[section]
            where[name] = nonsense
            if nonsense == "missing":
                del where[name]
            tampered = head + json.dumps(changed).encode()
            try:
                unit = HeadUnit.from_image(owner.design, tampered, key=owner.device.key)
            except InputError:
                continue
            assert (unit.status.state, unit.status.errors) == (State.WAIT, 1), (section, name, nonsense)


COUNTS = {
    "lock": ("errors", "wait_left_ms", "wait_ms", "grace_left_ms"),
    "keying": ("at", "opened"),
    "around": ("dark_for_ms",),
}


@pytest.mark.parametrize("moment", [asking, half_keyed, waiting, without_supply])
def test_no_count_in_an_image_is_anything_but_a_count(owner_under, moment):
    owner = owner_under()
    moment(owner)
    image = owner.unit.image()
    cells_end = len(IMAGE_VERSION) + records.CHIP_SIZE
    for section, names in COUNTS.items():
        for name in names:
            for nonsense in (-1, 2**53 + 1, True, 1.0, "1", None):
                volatile = json.loads(image[cells_end:])
                volatile[section][name] = nonsense
                refuse(owner, image[:cells_end] + json.dumps(volatile).encode())


@pytest.mark.parametrize(
    "keying", [{"shown": ["1", "2"]}, {"shown": ["1"] * 5}, {"shown": ["<", "-", "-", "-"]}, {"at": 5}]
)
def test_an_entry_that_no_finger_can_have_made_is_refused(owner_under, keying):
    """What an image says was keyed is drawn on a page: only what a panel can show comes back."""
    owner = owner_under()
    half_keyed(owner)
    image = owner.unit.image()
    cells_end = len(IMAGE_VERSION) + records.CHIP_SIZE
    volatile = json.loads(image[cells_end:])
    volatile["keying"] |= keying
    refuse(owner, image[:cells_end] + json.dumps(volatile).encode())


@pytest.mark.parametrize(
    "forged",
    [
        {"state": "playing"},
        {"state": "dark"},
        {"state": "code", "wait_left_ms": 0},
        {"errors": 0},
        {"wait_left_ms": 1},
        {"wait_ms": 1},
        {"pending": "00" * 16},
    ],
)
def test_an_image_whose_lock_contradicts_its_record_is_refused(owner_under, forged):
    """The record is signed with the device's key; what stands beside it must agree with it."""
    owner = owner_under()
    waiting(owner)
    image = owner.unit.image()
    cells_end = len(IMAGE_VERSION) + records.CHIP_SIZE
    volatile = json.loads(image[cells_end:])
    volatile["lock"] |= forged
    refuse(owner, image[:cells_end] + json.dumps(volatile).encode())


def test_no_flipped_bit_of_an_image_opens_its_lock(owner_under):
    """All bits of chip and volatile state: refused with a sentence, or the same lock."""
    owner = owner_under()
    waiting(owner)
    image = owner.unit.image()
    for at in range(len(image)):
        for bit in (0, 3, 6):
            flipped = image[:at] + bytes([image[at] ^ 1 << bit]) + image[at + 1 :]
            try:
                unit = HeadUnit.from_image(owner.design, flipped, key=owner.device.key)
            except InputError:
                continue
            assert unit.status.errors == 1
            assert unit.status.state is State.WAIT
            assert unit.status.wait_left_ms > 27 * MINUTE_MS
