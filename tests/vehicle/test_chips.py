"""What is done to the memory chip on the bench, the maker's grant, and cuts at the counter outside the chip."""

from itertools import product

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from radiokey.clock import HOUR_MS, MINUTE_MS, SECOND_MS
from radiokey.code.signed import SIGNATURE_SIZE
from radiokey.diagnostics.on_bench import run
from radiokey.vehicle.acts import (
    ChipErased,
    Connected,
    CutAtCounter,
    CutInWrite,
    Entered,
    Granted,
    GrantedAgain,
    NewChipFitted,
    OldChipFitted,
    Part,
    Side,
    Turned,
    Which,
)
from radiokey.vehicle.ignition import Position
from radiokey.vehicle.load import load_scenario
from radiokey.vehicle.maker import BENCH_MAKER, BenchMaker
from radiokey.vehicle.watch import Tolerance

UNPLUG, PLUG = Connected(Part.PLUG, on=False), Connected(Part.PLUG, on=True)
RIGHT, WRONG, SAME = map(Entered, Which)


@pytest.fixture
def asking(parked):
    """A car whose radio was unplugged for an hour and asks; the key in ACC."""
    made = parked()
    made.do(UNPLUG)
    made.car.wait(HOUR_MS)
    made.do(PLUG, Turned(Position.ACC))
    assert made.state == "code"
    return made


class TwoKeyMaker:
    """A maker whose radios know only his public key, as outside the bench."""

    def __init__(self):
        self._key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))

    def sign(self, message):
        return self._key.sign(message)

    def verify(self, message, signature):
        try:
            self._key.public_key().verify(signature, message)
        except InvalidSignature:
            return False
        return True


MAKERS = [BENCH_MAKER, BenchMaker(b"another"), TwoKeyMaker()]


@pytest.mark.parametrize("maker", MAKERS, ids=["bench", "another", "two-keys"])
def test_a_maker_knows_what_he_signed_and_nothing_else(maker):
    """The bench's maker keeps to the same port as one with two keys."""
    signature = maker.sign(b"this")
    assert len(signature) == SIGNATURE_SIZE
    assert maker.verify(b"this", signature)
    assert not maker.verify(b"that", signature)
    assert not maker.verify(b"this", bytes(SIGNATURE_SIZE))
    assert not any(other.verify(b"this", signature) for other in MAKERS if other is not maker)


@pytest.mark.parametrize("scenario_id", ["granted-chip", "grant-used-twice"])
def test_whoever_the_maker_is_the_log_of_a_grant_is_the_same(scenario_id):
    """The signer is a port: nothing of how he signs reaches the log or its hash."""
    scenario = load_scenario(scenario_id)
    ran = run(scenario, TwoKeyMaker())
    assert ran.unmet == ()
    assert ran.sha256 == run(scenario).sha256


def test_a_grant_by_another_maker_is_refused(asking):
    asking.car.maker = BenchMaker(b"somebody else")
    asking.do(UNPLUG, NewChipFitted(), PLUG, Granted())
    assert (asking.state, asking.car.status.fault.value) == ("fault", "memory")
    asking.car.maker = BENCH_MAKER
    asking.do(Granted())
    assert asking.state == "code"


def test_a_grant_for_one_chip_is_refused_with_another_in(asking):
    """The counter did not go on; it is the chip's id alone that tells."""
    asking.do(UNPLUG, NewChipFitted(), Granted(), NewChipFitted(), PLUG, GrantedAgain())
    assert asking.state == "fault"
    asking.do(UNPLUG, OldChipFitted(), PLUG, GrantedAgain())
    assert asking.state == "code"


def test_a_chip_erased_under_a_radio_with_supply_is_found_at_the_next_boot(asking):
    asking.do(ChipErased())
    assert asking.state == "code"
    asking.do(UNPLUG)
    asking.car.wait(MINUTE_MS)
    asking.do(PLUG)
    assert (asking.state, asking.car.status.fault.value) == ("fault", "memory")


def test_the_chip_from_before_comes_back_as_it_was_taken_out_and_the_other_too(asking):
    first = asking.car.chip
    asking.do(UNPLUG, NewChipFitted())
    second, kept = asking.car.chip, bytes(first.cells)
    assert second.id != first.id
    asking.do(OldChipFitted())
    assert (asking.car.chip, asking.car.unit.chip) == (first, first)
    assert bytes(first.cells) == kept
    asking.do(OldChipFitted())
    assert asking.car.unit.chip is second
    asking.do(NewChipFitted())
    assert len({first.id, second.id, asking.car.chip.id}) == 3


def test_a_chip_is_changed_only_when_the_reserve_is_empty(parked):
    """No radio ever works on a chip that is not there any more."""
    made = parked(tolerance=Tolerance(hold_up_ms=700))
    made.do(UNPLUG)
    before = made.car.now_ms
    made.do(NewChipFitted())
    assert made.told[-2:] == ["supply lost", "a new memory chip"]
    assert made.car.now_ms - before == 700


def test_a_cut_that_was_to_come_comes_on_the_new_chip_too(asking):
    asking.do(UNPLUG, NewChipFitted(), PLUG, CutInWrite(200, SECOND_MS))
    asking.do(UNPLUG, NewChipFitted(), PLUG, Granted())
    assert "cut in a write" in asking.told
    assert asking.state == "fault", "the first record was cut off in its first bank, and no other is there"
    asking.do(GrantedAgain())
    assert asking.state == "code"


# --- the counter ---------------------------------------------------------------------------------------------

CUTS = tuple(product(range(3), Side))
"""A whole entry counts three times: counted, counted again, its consequence."""


@pytest.mark.parametrize(("skip", "side"), CUTS)
def test_wherever_the_counter_is_cut_the_right_code_opens_it_and_costs_nothing(asking, skip, side):
    asking.do(CutAtCounter(side, 2 * SECOND_MS, skip), RIGHT)
    assert f"cut {side.value} the counter counts" in asking.told
    if skip < 2:
        assert (asking.state, asking.car.status.errors) == ("code", 1), "counted, and not compared"
        asking.do(SAME)
    asking.car.wait(10 * SECOND_MS)
    assert (asking.state, asking.car.status.errors) == ("playing", 0)


@pytest.mark.parametrize(("skip", "side"), CUTS)
def test_wherever_the_counter_is_cut_a_wrong_code_is_one_error(asking, skip, side):
    asking.do(CutAtCounter(side, 2 * SECOND_MS, skip), WRONG)
    assert asking.car.status.errors == 1
    if skip < 2:
        asking.do(SAME)
    assert (asking.state, asking.car.status.errors) == ("wait", 1)


@pytest.mark.parametrize(("skip", "side"), CUTS)
def test_what_a_cut_at_the_counter_leaves_is_finished_when_the_supply_is_back(asking, skip, side):
    """Counter and record agree after every boot: an image from before the cut is an old one."""
    before = asking.car.counter.value
    asking.do(CutAtCounter(side, 2 * SECOND_MS, skip), WRONG)
    asking.do(UNPLUG)
    asking.car.wait(MINUTE_MS)
    # Where it asks again the boot that found it so has written that down, which is a count of its own.
    assert asking.car.counter.value == before + skip + 1 + (skip < 2)


def test_the_cut_stands_exactly_at_the_count(asking):
    """Before it both banks are written and the counter is not; after it the counter is, and nothing more."""
    found = {}
    for skip, side in CUTS:
        asking.car.counter.cut_after = None
        seen = []

        def look(what, seen=seen):
            if what.startswith("cut "):
                seen.append((asking.car.chip.written, asking.car.counter.value))

        asking.car.observe = look
        written, value = asking.car.chip.written, asking.car.counter.value
        asking.do(CutAtCounter(side, SECOND_MS, skip), RIGHT)
        [(now_written, now_value)] = seen
        found[skip, side] = (now_written - written, now_value - value)
        asking.do(SAME)
        asking.car.wait(10 * SECOND_MS)
        asking.do(UNPLUG)
        asking.car.wait(HOUR_MS)
        asking.do(PLUG)
        assert asking.state == "code"
    commit = 2 * (128 + 84)
    assert found == {(skip, side): ((skip + 1) * commit, skip + (side is Side.AFTER)) for skip, side in CUTS}


def test_of_two_cuts_that_were_to_come_the_later_one_counts(asking):
    asking.do(CutAtCounter(Side.BEFORE, SECOND_MS), CutInWrite(10, SECOND_MS), WRONG)
    assert [what for what in asking.told if what.startswith("cut ")] == ["cut in a write"]
    asking.do(CutInWrite(10, SECOND_MS), CutAtCounter(Side.AFTER, SECOND_MS), SAME)
    cuts = [what for what in asking.told if what.startswith("cut ")]
    assert cuts == ["cut in a write", "cut after the counter counts"]


def test_a_cut_at_the_counter_that_is_spared_never_comes(asking):
    asking.do(CutAtCounter(Side.BEFORE, SECOND_MS))
    asking.car.spare()
    asking.do(RIGHT)
    assert asking.state == "dark"
    assert asking.car.counter.cut_after is None
