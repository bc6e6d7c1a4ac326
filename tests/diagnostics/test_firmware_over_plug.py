"""Firmware over the plug: downloaded, judged, started; and whatever comes of it, the lock is as it was (claims 70, 71, 80)."""

import hashlib
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from plugged import CODE, SIGNER, WRONG, Plugged, make_ecu, trusts

from radiokey.clock import HOUR_MS
from radiokey.code.signed import ImageHead, sign
from radiokey.diagnostics.server import Plug
from radiokey.diagnostics.slots import SlotStore
from radiokey.headunit.device import RamCounter
from radiokey.headunit.events import CarAnswered, SomethingBroke, SupplyLost, SupplyRestored
from radiokey.headunit.firmware import RECORDS, SLOTS, Firmware
from radiokey.headunit.flash import ChipError, PowerCutError, RamChip
from radiokey.headunit.lock import Fault, State
from radiokey.headunit.policy import REFERENCE

SECTOR, SLOT = 32, 256
CHIP_SIZE = RECORDS * SECTOR + SLOTS * SLOT
STRANGER = Ed25519PrivateKey.from_private_bytes(bytes(32))


def image(version, floor=0, model="reference", by=SIGNER):
    payload = bytes([version]) * 40
    head = ImageHead(model, version, floor, len(payload), hashlib.sha256(payload).digest())
    return sign(head, by) + payload


OLD, NEW = image(1), image(2, floor=1)


@pytest.fixture(scope="module")
def factory():
    """The cells of a firmware chip as its factory left it."""
    chip = RamChip(CHIP_SIZE, SECTOR)
    Firmware(chip, "reference", trusts, RamCounter()).install(OLD)
    return bytes(chip.cells)


class Bench:
    """A unit at the plug with a firmware chip of its own."""

    def __init__(self, cells=None, policy=REFERENCE) -> None:
        self.chip = RamChip(CHIP_SIZE, SECTOR, cells)
        self.floor = RamCounter()
        self.plugged = Plugged(
            make_ecu(policy, firmware=SlotStore(Firmware(self.chip, "reference", trusts, self.floor)))
        )

    @property
    def runs(self):
        answer = self.plugged.ask("22F189")
        return None if answer == "7F2231" else bytes.fromhex(answer[6:]).decode()

    @property
    def ecu(self):
        return self.plugged.ecu

    def load(self, data, block=100):
        """Download, and return the last answer: that of the first request that was refused, if one was."""
        one = self.plugged
        one.ask("1002")
        one.unlock_workshop()
        answer = one.ask(b"\x34\x00\x22" + bytes(2) + len(data).to_bytes(2))
        if answer != "74200FFF":
            return answer
        for number, at in enumerate(range(0, len(data), block), start=1):
            assert one.ask(bytes((0x36, number)) + data[at : at + block]) == f"76{number:02X}"
        return one.ask("37")


@pytest.fixture
def bench(factory):
    return Bench(factory)


@pytest.mark.parametrize("start", ["1101", "cut"])
def test_a_download_runs_after_the_next_start(bench, start):
    assert bench.runs == "1"
    assert bench.load(NEW) == "77"
    assert (bench.runs, bench.floor.value) == ("1", 0), "not before it was started"
    if start == "cut":
        bench.plugged.cut()
    else:
        assert bench.plugged.ask(start) == "5101"
    assert (bench.runs, bench.floor.value) == ("2", 1)
    assert bench.load(OLD) == "7F3772", "it was left behind"


WRONG_IMAGES = {
    "another key": (image(9, 9, by=STRANGER), "7F3772"),
    "another radio": (image(9, 9, model="renault_86a"), "7F3772"),
    "other bytes": (NEW[:-1] + b"!", "7F3772"),
    "fewer bytes": (NEW[:-1], "7F3772"),
    "no image": (b"\x7fELF" + bytes(100), "7F3772"),
    "too large": (bytes(SLOT + 1), "7F3470"),
}


@pytest.mark.parametrize("wrong", WRONG_IMAGES)
def test_a_wrong_image_is_refused_and_what_runs_goes_on(bench, wrong):
    data, answer = WRONG_IMAGES[wrong]
    assert bench.load(data) == answer
    bench.plugged.ask("1101")
    assert (bench.runs, bench.floor.value) == ("1", 0)
    assert bench.ecu.state is State.PLAYING
    assert bench.load(NEW) == "77", "and the next one is taken"


def test_a_memory_that_fails_ends_the_download(bench):
    bench.plugged.ask("1002")
    bench.plugged.unlock_workshop()
    bench.plugged.ask(b"\x34\x00\x11\x00\xff")
    bench.chip.broken = True
    assert bench.plugged.ask(b"\x36\x01" + bytes(10)) == "7F3671"
    assert bench.plugged.ask("37") == "7F3724"
    bench.plugged.ask("1101")
    assert bench.runs == "1"


class StuckFloor:
    """A floor that cannot be raised: the disk of the device is full."""

    value = 0

    def advance_to(self, value):
        raise ChipError(f"no room for {value}")


def test_a_fault_after_the_start_leaves_what_started(bench):
    """The new image ran, its floor could not be kept, and the radio said the fault *firmware* and took no code."""
    assert bench.load(NEW) == "77"
    bench.ecu.firmware._slots._floor = StuckFloor()
    bench.plugged.ask("1101")
    assert (bench.runs, bench.ecu.state) == ("2", State.PLAYING)
    bench.ecu.firmware._slots._floor = bench.floor
    bench.plugged.ask("1101")
    assert (bench.runs, bench.floor.value) == ("2", 1), "kept at the next start"


def test_a_memory_that_takes_nothing_any_more_starts_what_is_proven(bench):
    assert bench.load(NEW) == "77"
    bench.chip.broken = True
    for _ in range(2):
        bench.plugged.ask("1101")
        assert (bench.runs, bench.ecu.state) == ("1", State.PLAYING)
    bench.chip.broken = False
    bench.plugged.ask("1101")
    assert bench.runs == "2", "and the new one once it can be tried"
    bench.chip.broken = True
    bench.chip.cells[-SLOT] ^= 1  # of the image that runs
    bench.plugged.ask("1101")
    assert (bench.runs, bench.ecu.state) == (None, State.FAULT), "the old one was left behind"


def test_why_a_download_is_refused_is_said_in_the_log(bench):
    """Its answer is a code of the standard; the attack's name went nowhere."""
    said = []
    plug = Plug(bench.ecu, lambda: 0, log=lambda about, what: said.append(f"{about}: {what}"))
    tester = plug.join()
    one = bench.plugged
    one.tester = tester
    wrong = image(9, 9, by=STRANGER)
    one.ask("1002")
    one.unlock_workshop()
    for request in (b"\x34\x00\x22" + bytes(2) + len(wrong).to_bytes(2), b"\x36\x01" + wrong, b"\x37"):
        plug.work(tester, request, functional=False)
    assert said == ["download: refused: wrong keys: the base that this unit trusts did not sign it"]


def test_a_cut_in_a_download_leaves_the_old_image_or_the_new(factory):
    """The supply goes at a byte that is written, in the download or in the start after it."""
    seen = set()
    at = 0
    while "whole" not in seen:
        bench = Bench(factory)
        before = bytes(bench.ecu.unit.chip.cells)
        bench.chip.cut_after = at
        try:
            bench.load(NEW)
            bench.plugged.ask("1101")
            seen.add("whole")
        except PowerCutError:
            bench.chip.cut_after = None
            bench.ecu.handle(SupplyLost())
            bench.ecu.handle(SupplyRestored())
        assert bench.runs in {"1", "2"}
        assert bench.ecu.state is State.PLAYING
        assert bytes(bench.ecu.unit.chip.cells) == before
        seen.add(bench.runs)
        at += 5
    assert seen == {"1", "2", "whole"}


def wait(one):
    one.cut()
    one.ask("1003")
    one.send_code(WRONG)
    assert one.ecu.state is State.WAIT


def permanent(one):
    for _ in range(3):
        one.go(HOUR_MS)
        one.cut()
        one.ask("1003")
        one.go(one.ecu.unit.status.wait_left_ms)
        one.ask("1003")
        one.send_code(WRONG)
    assert one.ecu.state is State.PERMANENT


def protected(one):
    one.ecu.handle(CarAnswered(knows=False))


def tampered(one):
    one.ecu.handle(SomethingBroke(Fault.TAMPERED))


def synchronises(one):
    one.cut()
    one.ask("1003")
    one.send_code(CODE)
    assert one.ecu.state is State.SYNC


@pytest.mark.parametrize("lead", [wait, permanent, protected, tampered, synchronises])
def test_neither_restore_nor_factory_reset_touches_the_lock(factory, lead):
    bench = Bench(factory, replace(REFERENCE, second_lock=True))
    lead(bench.plugged)
    lock, cells = bench.ecu.unit.lock, bytes(bench.ecu.unit.chip.cells)
    for data in (OLD, NEW):
        assert bench.load(data) == "77"
        assert bench.plugged.ask("1101") == "5101"
        bench.plugged.ask("1003")
        bench.plugged.unlock_workshop()
        assert bench.plugged.ask("31010302") == "7101030200"
        assert bench.ecu.unit.lock == lock
        assert bytes(bench.ecu.unit.chip.cells) == cells
    assert bench.runs == "2"


def test_without_an_image_the_fault_is_firmware_until_one_was_restored():
    """A failed update is a state of its own: it hides the count and takes nothing from it."""
    bench = Bench()
    assert (bench.ecu.state, bench.ecu.unit.lock.fault, bench.runs) == (State.FAULT, Fault.FIRMWARE, None)
    assert "C30000" in bench.plugged.ask("1902FF")
    assert bench.load(OLD) == "77"
    bench.plugged.ask("1101")
    assert (bench.ecu.state, bench.runs) == (State.PLAYING, "1")


def test_what_the_slots_lost_does_not_free_a_unit_that_waits(factory):
    bench = Bench(factory)
    wait(bench.plugged)
    left = bench.ecu.unit.status.wait_left_ms
    bench.chip.cells[:] = b"\xff" * CHIP_SIZE
    bench.plugged.ask("1101")
    assert (bench.ecu.state, bench.plugged.errors) == (State.FAULT, 1)
    assert bench.load(NEW) == "77"
    bench.plugged.ask("1101")
    assert (bench.ecu.state, bench.plugged.errors) == (State.WAIT, 1)
    assert bench.ecu.unit.status.wait_left_ms == left


def test_a_fault_of_another_kind_is_not_mended_by_a_start(bench):
    bench.ecu.handle(SomethingBroke(Fault.BUS))
    bench.plugged.ask("1101")
    assert bench.ecu.unit.lock.fault is Fault.BUS
