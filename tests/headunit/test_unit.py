"""One whole unit: supply, ignition, fingers and time, and what no sequence of them can do."""

from dataclasses import replace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from radiokey.clock import DAY_MS, MINUTE_MS, SECOND_MS
from radiokey.code.value import CodeShape
from radiokey.errors import CodeShapeError
from radiokey.headunit import store as records
from radiokey.headunit.device import Device
from radiokey.headunit.events import (
    CarAnswered,
    EngineRan,
    Ignition,
    IgnitionTurned,
    KeyPressed,
    RadioSwitched,
    ServiceAllowed,
    SomethingBroke,
    SomethingMended,
    SupplyLost,
    SupplyRestored,
    TimeWent,
)
from radiokey.headunit.flash import RamChip
from radiokey.headunit.lock import Fault, State
from radiokey.headunit.panel import OpeningPress
from radiokey.headunit.policy import REFERENCE, ClockNeeds, Rung, UntilKeyCycle
from radiokey.headunit.status import Sound
from radiokey.headunit.unit import HeadUnit

# --- supply -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dark_ms", "state"), [(0, State.PLAYING), (2_999, State.PLAYING), (3_000, State.CODE)]
)
def test_it_asks_after_more_than_a_few_seconds_without_supply(owner_under, dark_ms, state):
    """Claim 19. How long it was dark is the sum of what went by, not the last part of it."""
    owner = owner_under()
    owner.do(
        SupplyLost(), TimeWent(dark_ms // 2), SupplyLost(), TimeWent(dark_ms - dark_ms // 2), SupplyRestored()
    )
    assert owner.state is state


def test_two_short_dips_with_supply_between_are_two_short_dips(owner_under):
    owner = owner_under()
    for _ in range(5):
        owner.cut(2_000)
        owner.wait(1)
    assert owner.state is State.PLAYING


def test_a_supply_that_was_never_lost_comes_back_as_nothing(owner_under):
    owner = owner_under()
    owner.do(SupplyRestored())
    assert owner.state is State.PLAYING


def test_a_unit_is_made_only_with_a_code_that_it_can_have(owner_under, owner_of):
    with pytest.raises(CodeShapeError):
        HeadUnit.made(owner_of("honda_audio5").design, owner_under().code, device=Device(bytes(32)))


@pytest.mark.parametrize("off", [SupplyLost(), RadioSwitched(on=False)])
def test_nothing_can_be_keyed_without_supply_or_with_the_radio_off(owner_under, off):
    owner = owner_under().asked()
    owner.do(off)
    owner.right()
    owner.wrong()
    assert (owner.state, owner.errors) == (State.CODE, 0)


def test_keys_of_a_playing_radio_enter_nothing(owner_under):
    owner = owner_under()
    owner.wrong()
    assert (owner.state, owner.errors) == (State.PLAYING, 0)


def test_starting_the_engine_is_a_key_cycle(owner_under):
    """Acura navigation: ten tries per key cycle; nobody starts an engine with the key in OFF."""
    owner = owner_under(replace(REFERENCE, schedule=(Rung(1, UntilKeyCycle()),))).asked()
    owner.wrong()
    owner.do(IgnitionTurned(Ignition.ACC), EngineRan(running=True))
    assert owner.state is State.LOCKED
    owner.do(IgnitionTurned(Ignition.OFF))
    assert not owner.unit.around.engine
    owner.do(EngineRan(running=True))
    assert (owner.state, owner.unit.around.ignition) == (State.CODE, Ignition.ON)


def test_a_half_keyed_entry_does_not_come_back_after_the_car_refused(owner_under):
    """Two digits, a refusal by the car, and then the right four: they are the right four."""
    owner = owner_under().asked()
    owner.do(KeyPressed("9"), KeyPressed("9"), CarAnswered(knows=False), CarAnswered(knows=True))
    assert owner.state is State.CODE
    owner.right()
    assert owner.state is State.DARK


@pytest.mark.parametrize(
    "happening",
    [
        CarAnswered(knows=False),
        SomethingBroke(Fault.BUS),
        ServiceAllowed(),
        IgnitionTurned(Ignition.OFF),
        EngineRan(running=True),
    ],
)
def test_nothing_that_happens_without_supply_reaches_the_lock(owner_under, happening):
    owner = owner_under().asked()
    owner.wrong()
    owner.do(SupplyLost())
    before, cells = owner.unit.status, bytes(owner.unit.chip.cells)
    owner.do(happening)
    assert (owner.unit.status, bytes(owner.unit.chip.cells)) == (before, cells)


def test_a_mended_unit_asks_again_where_it_asked_before(owner_under):
    """Claims 10 and 11: the update is finished, the bus works again; the lock is what it was."""
    owner = owner_under().asked()
    for fault in (Fault.FIRMWARE, Fault.BUS):
        owner.do(SomethingBroke(fault))
        assert (owner.state, owner.unit.status.fault) == (State.FAULT, fault)
        owner.do(SomethingMended())
        assert (owner.state, owner.unit.status.fault) == (State.CODE, Fault.NONE)


@pytest.mark.parametrize(
    "off", [[SupplyLost(), SupplyRestored()], [RadioSwitched(on=False), RadioSwitched(on=True)]]
)
def test_switched_off_and_on_the_entry_opens_anew(owner_under, off):
    """Neither half an entry nor the key that opened it is left over."""
    owner = owner_under().asked()
    owner.do(KeyPressed("9"), KeyPressed("9"), *off)
    owner.right()
    assert owner.state is State.DARK
    opened = replace(owner.design.panel, opening=(OpeningPress("1"),))
    owner = owner_under(panel=opened).asked()
    owner.do(KeyPressed("1"), *off, KeyPressed("2"))
    assert owner.state is State.CODE, "it has to be opened again"


def test_the_status_costs_nothing_to_read(owner_under):
    owner = owner_under().asked()
    written = owner.unit.chip.written
    for _ in range(50):
        assert owner.unit.status == owner.unit.status
        assert owner.unit.screen == owner.unit.screen
    assert owner.unit.chip.written == written


def test_the_code_is_nowhere_in_a_unit(owner_under):
    """Only its keyed digest is kept, and that differs from unit to unit."""
    owner = owner_under(shape=CodeShape(("123456789",) * 12, 12)).asked()
    owner.right()
    digits = owner.code.reveal().encode()
    assert digits not in owner.unit.image()
    here, there = (records.digest(bytes([key]) * 32, owner.code.reveal()) for key in (1, 2))
    assert here != there


@pytest.mark.parametrize("at", range(records.DIGEST_SIZE))
def test_every_byte_of_the_digest_of_a_code_matters(owner_under, at):
    """A unit that compares the first of them alone takes many codes for its own."""
    owner = owner_under()
    own = records.digest(owner.device.key, owner.code.reveal())
    for digest, opens in ((own[:at] + bytes([own[at] ^ 1]) + own[at + 1 :], False), (own, True)):
        chip = RamChip(records.CHIP_SIZE, records.SECTOR_SIZE)
        records.Store.provision(chip, Device(owner.device.key), digest, State.CODE)
        owner.put(chip)
        assert owner.state is State.CODE
        owner.right()
        assert (owner.state is State.DARK) is opens


# --- what no sequence can do --------------------------------------------------------------------------------------

MOSTLY = st.sampled_from([True, True, True, False])
CUT_MAX = 2 * records.BANKS * (records.SECTOR_SIZE + records.RECORD_SIZE)
CUTS = st.sampled_from(range(-6 * CUT_MAX, CUT_MAX)).map(lambda cut: cut if cut >= 0 else None)
TIMES = st.sampled_from([1, 2_000, 3_000, 45 * SECOND_MS, 10 * MINUTE_MS, 30 * MINUTE_MS, DAY_MS])
POLICY = replace(REFERENCE, clock_needs=ClockNeeds.RADIO_AND_IGNITION)


class Bench(RuleBasedStateMachine):
    """A unit under the reference policy in all hands at once, beside a count kept on paper.

    On paper: `floor`, the errors counted; `owed_ms`, the wait not yet served; `dark_ms`, how long it has been
    without supply; `asked`, whether only the right code may make it play; `refused`, whether the car said no.
    """

    make_owner = staticmethod(lambda: None)

    @initialize(asked=MOSTLY)
    def take_a_unit_that_asks_or_plays(self, asked):
        self.owner = self.make_owner(POLICY)
        self.floor, self.owed_ms, self.dark_ms = 0, 0, 0
        self.asked, self.right, self.refused = asked, False, False
        if asked:
            self.owner.asked()

    @property
    def durable(self):
        chip = self.owner.unit.chip
        return records.Store.load(
            RamChip(chip.size, chip.sector_size, bytes(chip.cells)), self.owner.device_now()
        ).record.lock

    def let(self, cut, act, *arguments):
        """Let `act` happen with the power cut `cut` bytes later, and write down what it led to."""
        chip, before = self.owner.unit.chip, self.durable
        chip.cut_after = cut
        act(*arguments)
        chip.cut_after = None
        lock = self.durable
        if self.right and lock.state is State.PLAYING:
            self.floor, self.asked = 0, False
        if lock.state is State.WAIT and before.state in {State.CODE, State.CHECKING}:
            self.owed_ms = lock.wait_ms
        self.right = False

    @rule(which=st.sampled_from(range(5)), cut=CUTS, back=MOSTLY)
    def enter_a_wrong_code(self, which, cut, back):
        self.let(cut, self.owner.wrong, which)
        if back:
            self.connect_the_battery(None)

    @precondition(lambda self: self.asked)
    @rule(cut=CUTS)
    def enter_the_right_code(self, cut):
        self.right = self.owner.state in {State.CODE, State.ENTRY}
        self.let(cut, self.owner.right)

    @rule(key=st.sampled_from("059"))
    def touch_a_key(self, key):
        self.right = self.asked
        self.let(None, self.owner.do, KeyPressed(key))

    @rule(ms=TIMES, cut=CUTS)
    def let_time_pass(self, ms, cut):
        around, state = self.owner.unit.around, self.owner.state
        qualified = around.supply and around.radio_on and around.ignition is not Ignition.OFF
        if not around.supply:
            self.dark_ms += ms
        elif qualified and state is State.WAIT:
            self.owed_ms = max(0, self.owed_ms - ms)
        self.let(cut, self.owner.wait, ms)

    @rule(ms=TIMES)
    def pull_the_battery(self, ms):
        self.let(None, self.owner.do, SupplyLost())
        self.let_time_pass(ms, None)

    @precondition(lambda self: not self.owner.unit.around.supply)
    @rule(cut=CUTS)
    def connect_the_battery(self, cut):
        self.let(cut, self.owner.do, SupplyRestored())
        if self.owner.unit.around.supply:
            self.asked = self.asked or self.dark_ms >= POLICY.power_gap_ms_min
            self.dark_ms = 0

    @rule(to=st.sampled_from(Ignition), on=MOSTLY, running=st.booleans(), ms=TIMES)
    def turn_and_switch(self, to, on, running, ms):
        self.let(None, self.owner.do, EngineRan(running=running), IgnitionTurned(to), RadioSwitched(on=on))
        self.let_time_pass(ms, None)

    @rule(
        happening=st.sampled_from([SomethingBroke(Fault.BUS), CarAnswered(knows=False)]), ms=TIMES, cut=CUTS
    )
    def set_it_aside_and_carry_it_off(self, happening, ms, cut):
        self.let(None, self.owner.do, happening)
        self.refused = self.refused or self.owner.state is State.PROTECTED
        self.pull_the_battery(ms)
        self.connect_the_battery(cut)

    @precondition(lambda self: self.owner.state in {State.FAULT, State.PROTECTED})
    @rule()
    def mend_it(self):
        self.let(None, self.owner.do, SomethingMended())

    @precondition(lambda self: self.owner.state in {State.FAULT, State.PROTECTED})
    @rule()
    def let_the_car_know_it(self):
        self.let(None, self.owner.do, CarAnswered(knows=True), ServiceAllowed())
        self.refused = self.refused and not self.owner.unit.around.supply

    @rule()
    def pack_it_up_and_unpack_it(self):
        self.owner.unit = HeadUnit.from_image(
            self.owner.design, self.owner.unit.image(), key=self.owner.device.key
        )
        self.owner.device = self.owner.unit.device

    @invariant()
    def the_count_never_falls_but_by_the_right_code(self):
        errors = self.durable.errors
        assert errors >= self.floor
        assert errors <= self.owner.errors or not self.owner.unit.around.supply
        self.floor = errors

    @invariant()
    def it_never_plays_what_it_was_asked_for(self):
        lock = self.durable
        assert not (self.asked and lock.state is State.PLAYING)
        assert not ((self.asked or self.refused) and self.owner.unit.screen.sound is Sound.PLAYING)

    @invariant()
    def only_qualified_time_shortens_a_wait(self):
        lock = self.durable
        if self.owed_ms:
            assert State.WAIT in {lock.state, lock.before}
            assert lock.wait_left_ms >= self.owed_ms


@pytest.mark.hypothesis
def test_no_sequence_of_cuts_keys_time_and_ignition_gets_around_the_lock(owner_under):
    """The promises of the reference lock, searched for a counterexample (the same search every time)."""

    class ThisBench(Bench):
        make_owner = staticmethod(owner_under)

    run_state_machine_as_test(
        ThisBench,
        settings=settings(
            max_examples=max(120, settings().max_examples),
            stateful_step_count=40,
            derandomize=True,
            deadline=None,
            database=None,
        ),
    )
