"""One car: its electrics, its key, a real `HeadUnit`, and one clock that only ever goes forward.

The car turns volts into what the radio notices and passes it on to the unit; it decides nothing about the
lock. Time goes in stretches in which nothing changes by itself, so that an hour in a car park costs no more
than a second, and the moment at which a wait ends is met exactly.
"""

from collections.abc import Callable
from typing import Final, assert_never

from radiokey.clock import MINUTE_MS, SECOND_MS
from radiokey.code.signed import CHIP_ID_SIZE
from radiokey.code.value import Code
from radiokey.headunit.device import Device, RamCounter
from radiokey.headunit.events import (
    CarAnswered,
    ChipGranted,
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
    UnitEvent,
    VinHeard,
)
from radiokey.headunit.flash import ERASED, RamChip
from radiokey.headunit.grant import Grant
from radiokey.headunit.lock import Fault, State
from radiokey.headunit.panel import counted_presses
from radiokey.headunit.status import Status
from radiokey.headunit.store import digest
from radiokey.headunit.unit import Design, HeadUnit
from radiokey.vehicle.acts import (
    PART_WORDS,
    Act,
    CarSaid,
    ChipAct,
    ChipCopied,
    ChipErased,
    ChipPutBack,
    Connected,
    CutAtCounter,
    CutInWrite,
    Entered,
    GeneratorBecame,
    Granted,
    GrantedAgain,
    Loaded,
    NewChipFitted,
    OldChipFitted,
    Part,
    Pressed,
    RadioAct,
    Side,
    TesterAsked,
    TesterSentCode,
    Turned,
    Waited,
    Which,
)
from radiokey.vehicle.bus import BusTester, Hearer, Sender, hear_nothing
from radiokey.vehicle.chance import Chance
from radiokey.vehicle.ignition import Position, passed, seen_by_radio
from radiokey.vehicle.maker import BENCH_MAKER, Maker, draw_code
from radiokey.vehicle.power import Supply
from radiokey.vehicle.watch import Dipped, Interrupted, Noticed, Restored, Surged, Watch

PRESS_MS: Final = 400
"""How long a finger takes from one key to the next: an assumption."""
SERIAL: Final = "BENCH 0001"
"""The number of the radio in the car: there is only this one."""
VOLTS_REPORTED_MV: Final = 400
"""A smaller change of the volts is not reported on its own."""

_SEEN_BY_ITSELF: Final = frozenset({State.WAIT, State.DARK, State.SCRAMBLED})
"""The states that time alone can end."""

Observer = Callable[[str], None]
"""Called with what has just happened, in a few words, after all that follows from it."""


class Car:
    """A car with a radio in it. `observe` is called with each event, after the unit acted on it."""

    __slots__ = (
        "_chips_fitted",
        "_copy",
        "_cut_dark_ms",
        "_cut_said",
        "_granted",
        "_keyed",
        "_old_chip",
        "_told_mv",
        "chance",
        "chip",
        "code",
        "counter",
        "hear",
        "maker",
        "now_ms",
        "observe",
        "position",
        "radio_wanted",
        "status",
        "supply",
        "tester",
        "unit",
        "watch",
    )

    def __init__(  # noqa: PLR0913 - everything a car is put together from, once
        self,
        design: Design,
        chance: Chance,
        supply: Supply,
        watch: Watch,
        observe: Observer,
        *,
        maker: Maker = BENCH_MAKER,
        hear: Hearer = hear_nothing,
    ) -> None:
        """Park the car: key out, engine off. Chance decides the radio's code and the key of its device."""
        self.code = draw_code(design.shape, chance)
        key = b"".join(chance.bits().to_bytes(8, "little") for _ in range(4))
        self.maker = maker
        self.counter = RamCounter()
        device = Device(key, serial=SERIAL, counter=self.counter, verify=maker.verify)
        self.unit = unit = HeadUnit.made(design, self.code, device=device)
        assert isinstance(unit.chip, RamChip), "a cut in a write needs a chip that can be cut"
        self.chip = unit.chip
        self.supply = supply
        self.watch = watch
        self.chance = chance
        self.observe = observe
        self.hear = hear
        self.tester: BusTester | None = None
        self.position = Position.OFF
        self.radio_wanted = True
        self.now_ms = 0
        self._keyed = self.code
        self._copy: bytes | None = None
        self._old_chip: RamChip | None = None
        self._chips_fitted = 0
        self._granted: bytes | None = None
        self._cut_dark_ms: int | None = None
        self._cut_said = ""
        self._told_mv = supply.radio_mv
        unit.handle(RadioSwitched(on=False))
        unit.handle(IgnitionTurned(Ignition.OFF))
        self.status = unit.status

    # --- time ---------------------------------------------------------------------------------------------

    def wait(self, ms: int) -> None:
        """Let `ms` go by, stopping wherever something changes by itself."""
        while ms > 0:
            stretch = min(ms, self.supply.steady_ms())
            if (low_ms := self.watch.due_ms()) is not None:
                stretch = min(stretch, low_ms)
            was = self.status
            if was.next_change_ms is not None:
                stretch = min(stretch, was.next_change_ms)
            self._pass(stretch)
            ms -= stretch
            if was.state in _SEEN_BY_ITSELF and self.status.state is not was.state:
                self.observe("its time is over")
            self._look()

    def _pass(self, ms: int) -> None:
        self._pass_on(TimeWent(ms))
        self.supply.pass_time(ms)
        self.watch.pass_time(ms)
        self.now_ms += ms

    def _change(self) -> None:
        """Let what was switched take effect."""
        self.supply.settle()
        self._look()

    def _look(self) -> None:
        """Let the radio see the volts as they are now."""
        supply = self.supply
        if supply.engine and supply.mv < supply.parts.stalls_below_mv:
            supply.engine = False
            supply.settle()
            self._pass_on(EngineRan(running=False))
            self.observe("engine stalls")
        mv = supply.radio_mv
        for noticed in self.watch.see(mv):
            self._notice(noticed)
        if abs(mv - self._told_mv) >= VOLTS_REPORTED_MV:
            self._told_mv = mv
            self.observe("the volts change")

    def _notice(self, noticed: Noticed) -> None:
        match noticed:
            case Dipped():
                self.observe("dip")
            case Surged():
                self.observe("surge")
            case Interrupted(mv=mv):
                self._told_mv = mv
                self._pass_on(SupplyLost())
                self.observe("supply lost")
            case Restored(mv=mv):
                self._told_mv = mv
                self._pass_on(SupplyRestored())
                self.observe("supply back")
            case unknown:
                assert_never(unknown)

    def _pass_on(self, event: UnitEvent) -> None:
        """Pass an event to the unit; if the supply broke off in the middle of it, let it come back later."""
        was = self.status
        (self.unit if self.tester is None else self.tester).handle(event)
        if was.state is not State.PLAYING or type(event) is not TimeWent:
            self.status = self.unit.status  # time does nothing to a radio that plays
        self._judge(was, event)
        dark_ms = self._cut_dark_ms
        cut = 0 in {self.chip.cut_after, self.counter.cut_after}
        if dark_ms is None or self.unit.around.supply or not cut or self.watch.out:
            return
        self.spare()
        self.observe(self._cut_said)
        self._pass(dark_ms)
        self._pass_on(SupplyRestored())
        self.observe("supply back")

    def _judge(self, was: Status, event: UnitEvent) -> None:
        """Check what the unit made of it. A plain car checks nothing; a subclass may."""

    # --- acts ---------------------------------------------------------------------------------------------

    def do(self, act: Act, note: str = "") -> None:
        """Do one thing; `note` says it in other words than ours."""
        match act:
            case Connected():
                self._connect(act, note)
            case Turned(to=to):
                self._turn(to, note)
            case GeneratorBecame(generator=generator):
                self.supply.generator = generator
                self._done(note or f"generator {generator.value}")
            case Loaded(ma=ma):
                self.supply.load_ma = ma
                self._done(note or f"loads {ma // 1000} A")
            case Entered():
                self._enter(act, note)
            case Pressed(key=key, held_ms=held_ms, times=times):
                self._press(key, held_ms, times, note)
            case CutInWrite() | CutAtCounter():
                self._arm(act, note)
            case CarSaid(vin=vin):
                for _ in range(2):  # a VIN counts when it was heard whole twice
                    self._pass_on(VinHeard(vin.encode("ascii")))
                self._done(note or f"the car says {vin}")
            case TesterAsked(request=request):
                self._ask(request, note)
            case TesterSentCode(which=which):
                self._send_code(which, note)
            case Waited():
                self._done(note or "time goes by")
            case RadioSwitched() | SomethingBroke() | SomethingMended() | CarAnswered() | ServiceAllowed():
                self._do_to_radio(act, note)
            case to_chip:
                self._do_to_chip(to_chip, note)

    def _arm(self, act: CutInWrite | CutAtCounter, note: str) -> None:
        """Let the supply break off where the act says; a break that has not come yet is forgotten."""
        self.spare()
        self._cut_dark_ms = act.dark_ms
        match act:
            case CutInWrite(count=count):
                self.chip.cut_after = count
                self._cut_said = "cut in a write"
                what = f"the supply will break off {count} bytes into a write"
            case CutAtCounter(side=side, skip=skip):
                self.counter.cut_after = 2 * skip + (side is Side.AFTER)
                self._cut_said = f"cut {side.value} the counter counts"
                what = f"the supply will break off {side.value} a count"
            case unknown:
                assert_never(unknown)
        self._done(note or what)

    def _do_to_chip(self, act: ChipAct, note: str) -> None:
        """Do what is done to the memory chip."""
        match act:
            case ChipCopied():
                self._copy = bytes(self.chip.cells)
                what = "memory chip copied"
            case ChipPutBack():
                assert self._copy is not None, "a copy was taken before"
                self.chip.cells[:] = self._copy
                what = "memory chip put back"
            case ChipErased():
                self.chip.cells[:] = bytes([ERASED]) * self.chip.size
                what = "memory chip erased"
            case NewChipFitted():
                self._chips_fitted += 1
                number = self._chips_fitted.to_bytes(CHIP_ID_SIZE, "big")
                self._fit(RamChip(self.chip.size, self.chip.sector_size, id=number))
                what = "a new memory chip"
            case OldChipFitted():
                assert self._old_chip is not None, "another chip was in before"
                self._fit(self._old_chip)
                what = "the chip from before put in"
            case Granted():
                self._granted = self._grant()
                self._pass_on(ChipGranted(self._granted))
                what = "the maker grants this chip"
            case GrantedAgain():
                assert self._granted is not None, "a chip was granted before"
                self._pass_on(ChipGranted(self._granted))
                what = "the same grant again"
            case unknown:
                assert_never(unknown)
        self._done(note or what)

    def _fit(self, chip: RamChip) -> None:
        """Put `chip` in the place of the one that is in, once the reserve of the radio is empty."""
        assert not self.supply.plugged, "a chip is changed in a radio that is unplugged"
        if self.unit.around.supply:
            self.wait(self.watch.tolerance.hold_up_ms)
        assert not self.unit.around.supply
        chip.cut_after, self.chip.cut_after = self.chip.cut_after, None
        self._old_chip, self.chip = self.chip, chip
        self.unit.chip = chip

    def _grant(self) -> bytes:
        """Return the maker's grant for this radio, the chip that is in it and the counter as it stands."""
        device = self.unit.device
        known = digest(device.key, self.code.reveal())  # the maker kept it from the factory; not the code
        return Grant(device.serial, self.chip.id, device.counter.value, known).signed_by(self.maker)

    def _do_to_radio(self, act: RadioAct, note: str) -> None:
        """Do what is done to the radio itself."""
        was = self.status
        self._pass_on(act)
        match act:
            case RadioSwitched(on=on):
                self.radio_wanted = on
                what = f"radio {_on(on=on)}"
            case SomethingBroke(fault=fault):
                what = f"{fault.value} fault"
                if fault is Fault.BUS:
                    self.hear(Sender.NOBODY, "nothing is heard any more")
            case SomethingMended():
                what = "fault mended"
                if was.fault is Fault.BUS:
                    self.hear(Sender.CAR, "is heard again")
            case CarAnswered(knows=knows):
                self.hear(Sender.CAR, "knows this radio" if knows else "does not know this radio")
                what = f"the car {'knows' if knows else 'refuses'} the radio"
            case ServiceAllowed():
                what = "service allows more tries"
            case unknown:
                assert_never(unknown)
        self._done(note or what)

    # --- the bus ------------------------------------------------------------------------------------------

    def _ask(self, request: bytes, note: str = "") -> bytes:
        """Let the tester ask, and the radio answer; return the answer."""
        assert self.tester is not None, "somebody brought a tester"
        self.hear(Sender.TESTER, self.tester.words(request))
        self._done(note or "tester asks")
        answer = self.tester.ask(request, self.supply.radio_mv)
        self.status = self.unit.status
        if answer:
            self.hear(Sender.RADIO, self.tester.words(answer))
        self._done("radio answers" if answer else "no answer")
        return answer

    def _send_code(self, which: Which, note: str) -> None:
        """Let the tester ask for a seed, and send a code as the key where there is one."""
        assert self.tester is not None, "somebody brought a tester"
        if which is not Which.SAME:
            self._keyed = self.code if which is Which.RIGHT else self.other_code()
        key = self.tester.key_request(self._keyed, self._ask(self.tester.seed_request(), note))
        if key:
            self._ask(key)

    def _done(self, what: str) -> None:
        self._told_mv = self.supply.settle()
        self.observe(what)
        self._look()

    def _connect(self, act: Connected, note: str) -> None:
        supply, on = self.supply, act.on
        match act.part:
            case Part.BATTERY:
                supply.battery_on = on
                if act.charge_percent is not None:
                    supply.fit_battery(act.charge_percent)
            case Part.SAVER:
                supply.saver_on, supply.saver_switched = on, act.switched
            case Part.FUSE:
                supply.fused = on
            case Part.PLUG:
                supply.plugged = on
            case unknown:
                assert_never(unknown)
        self._done(note or PART_WORDS[act.part, on])
        if act.part is Part.BATTERY and not on and supply.engine:
            # The generator pushed its current into the battery; for a moment it has nowhere to go.
            supply.dumping = True
            self._change()
            self.wait(supply.parts.load_dump_ms)
            supply.dumping = False
            self._change()

    def _turn(self, to: Position, note: str) -> None:
        for position in passed(self.position, to):
            self.position = position
            if position is Position.START:
                self._crank(note)
                return
            self.supply.ignition_on = position is Position.ON
            if self.supply.engine and position is not Position.ON:
                self.supply.engine = False
                self._pass_on(EngineRan(running=False))
            self._pass_on(IgnitionTurned(seen_by_radio(position)))
            wants = self.radio_wanted and position is not Position.OFF
            if self.unit.around.radio_on is not wants:
                self._pass_on(RadioSwitched(on=wants))
            self._done(note if note and position is to else f"key {position.value}")

    def _crank(self, note: str) -> None:
        """Turn the engine; it catches if the starter leaves enough volts."""
        supply, parts = self.supply, self.supply.parts
        supply.starter_ma = parts.gulp_ma
        self._done(note or "key start")
        self.wait(parts.gulp_ms)
        supply.starter_ma = parts.turning_ma
        self._change()
        self.wait(parts.turning_ms)
        caught = supply.mv >= parts.catches_above_mv
        supply.starter_ma = 0
        self.position = Position.ON
        if caught:
            supply.engine = True
            self._pass_on(EngineRan(running=True))
        self._done("engine runs" if caught else "engine does not catch")

    def _enter(self, act: Entered, note: str) -> None:
        if act.which is not Which.SAME:
            self._keyed = self.code if act.which is Which.RIGHT else self.other_code()
        if note:
            self.observe(note)
        skip, left = act.skip, act.presses
        for press in counted_presses(self.unit.design.panel, self.unit.design.shape, self._keyed):
            times = max(0, press.times - skip)
            skip -= press.times - times
            if left is not None:
                times = min(times, left)
                left -= times
            if times:
                self._press(press.key, press.hold_ms, times, "")

    def other_code(self) -> Code:
        """Return a code of this radio's shape that is not its own."""
        while True:
            other = draw_code(self.unit.design.shape, self.chance)
            if other != self.code:
                return other

    def _press(self, key: str, held_ms: int, times: int, note: str) -> None:
        for _ in range(times):
            self.wait(PRESS_MS + held_ms)
            self._pass_on(KeyPressed(key, held_ms))
        again = f" x{times}" if times > 1 else ""
        held = f" held {_spoken(held_ms)}" if held_ms else ""
        self._done(note or f"press {key}{again}{held}")

    def spare(self) -> None:
        """Cancel a break of the supply that has not come."""
        self.chip.cut_after = self.counter.cut_after = self._cut_dark_ms = None

    def wait_for_code(self, at_most_ms: int) -> bool:
        """Let time pass until it asks again; return whether it does before `at_most_ms`."""
        while at_most_ms > 0 and self.status.state is State.WAIT:
            stretch = min(at_most_ms, self.status.next_change_ms or MINUTE_MS)
            self.wait(stretch)
            at_most_ms -= stretch
        return self.status.state is State.CODE


def _spoken(ms: int) -> str:
    return f"{ms} ms" if ms % SECOND_MS else f"{ms // SECOND_MS} s"


def _on(*, on: bool) -> str:
    return "on" if on else "off"
