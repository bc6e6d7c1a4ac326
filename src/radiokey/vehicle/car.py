"""One car: its electrics, its key, a real `HeadUnit`, and one clock that only ever goes forward.

The car turns volts into what the radio notices and tells it to the unit; it decides nothing about the lock.
Time goes in stretches in which nothing changes by itself, so that an hour in a car park costs no more than
a second, and the moment at which a wait ends is met exactly.
"""

from collections.abc import Callable
from typing import Final, assert_never

from radiokey.clock import MINUTE_MS, SECOND_MS
from radiokey.code.value import Code, CodeShape
from radiokey.headunit.device import Device
from radiokey.headunit.flash import RamChip
from radiokey.headunit.happenings import (
    CarAnswered,
    EngineRan,
    Happening,
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
from radiokey.headunit.lock import State
from radiokey.headunit.panel import presses_for
from radiokey.headunit.unit import Design, HeadUnit, Status
from radiokey.vehicle.acts import (
    Act,
    ChipCopied,
    ChipPutBack,
    Connected,
    CutInWrite,
    Entered,
    GeneratorBecame,
    Loaded,
    Part,
    Pressed,
    RadioAct,
    Turned,
    Waited,
    Which,
)
from radiokey.vehicle.chance import Chance
from radiokey.vehicle.ignition import Position, passed, seen_by_radio
from radiokey.vehicle.power import Supply
from radiokey.vehicle.watch import Dipped, Interrupted, Noticed, Restored, Surged, Watch

PRESS_MS: Final = 400
"""How long a finger takes from one key to the next: an assumption."""
VOLTS_TOLD_MV: Final = 400
"""A change of the volts smaller than this is not told by itself."""

_SEEN_BY_ITSELF: Final = frozenset({State.WAIT, State.DARK, State.SCRAMBLED})
"""The states that time alone can end."""

_SAID: Final = {
    (Part.BATTERY, True): "battery on",
    (Part.BATTERY, False): "battery off",
    (Part.SAVER, True): "memory saver on",
    (Part.SAVER, False): "memory saver off",
    (Part.FUSE, True): "fuse in",
    (Part.FUSE, False): "fuse out",
    (Part.PLUG, True): "radio plugged in",
    (Part.PLUG, False): "radio unplugged",
}

Observer = Callable[[str], None]
"""Called with what has just happened, in a few words, after all that follows from it."""


class Car:
    """A car with a radio in it. `observe` is told each thing that happens, after the unit acted on it."""

    __slots__ = (
        "_copy",
        "_cut_dark_ms",
        "_keyed",
        "_told_mv",
        "chance",
        "chip",
        "code",
        "now_ms",
        "observe",
        "position",
        "radio_wanted",
        "status",
        "supply",
        "unit",
        "watch",
    )

    def __init__(
        self, design: Design, chance: Chance, supply: Supply, watch: Watch, observe: Observer
    ) -> None:
        """Park the car: key out, engine off. Chance decides the radio's code and the key of its device."""
        self.code = drawn_code(design.shape, chance)
        key = b"".join(chance.bits().to_bytes(8, "little") for _ in range(4))
        self.unit = unit = HeadUnit.made(design, self.code, device=Device(key))
        assert isinstance(unit.chip, RamChip), "a cut in a write needs a chip that can be cut"
        self.chip = unit.chip
        self.supply = supply
        self.watch = watch
        self.chance = chance
        self.observe = observe
        self.position = Position.OFF
        self.radio_wanted = True
        self.now_ms = 0
        self._keyed = self.code
        self._copy: bytes | None = None
        self._cut_dark_ms: int | None = None
        self._told_mv = supply.radio_mv
        unit.happen(RadioSwitched(on=False))
        unit.happen(IgnitionTurned(Ignition.OFF))
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
        self._tell(TimeWent(ms))
        self.supply.pass_time(ms)
        self.watch.pass_time(ms)
        self.now_ms += ms

    def _change(self) -> None:
        """Let what was switched take effect."""
        self.supply.settle()
        self._look()

    def _look(self) -> None:
        """Let the radio meet the volts as they are now."""
        supply = self.supply
        if supply.engine and supply.mv < supply.parts.stalls_below_mv:
            supply.engine = False
            supply.settle()
            self._tell(EngineRan(running=False))
            self.observe("engine stalls")
        mv = supply.radio_mv
        for noticed in self.watch.see(mv):
            self._notice(noticed)
        if abs(mv - self._told_mv) >= VOLTS_TOLD_MV:
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
                self._tell(SupplyLost())
                self.observe("supply lost")
            case Restored(mv=mv):
                self._told_mv = mv
                self._tell(SupplyRestored())
                self.observe("supply back")
            case unknown:
                assert_never(unknown)

    def _tell(self, happening: Happening) -> None:
        """Tell the unit; if the supply broke off in the middle of its write, let it come back later."""
        was = self.status
        self.unit.happen(happening)
        if was.state is not State.PLAYING or type(happening) is not TimeWent:
            self.status = self.unit.status  # time does nothing to a radio that plays
        self._judge(was, happening)
        dark_ms = self._cut_dark_ms
        if dark_ms is None or self.unit.around.supply or self.chip.cut_after != 0 or self.watch.out:
            return
        self._cut_dark_ms, self.chip.cut_after = None, None
        self.observe("cut in a write")
        self._pass(dark_ms)
        self._tell(SupplyRestored())
        self.observe("supply back")

    def _judge(self, was: Status, happening: Happening) -> None:
        """Look at what the unit made of it. A car as such has no opinion."""

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
            case CutInWrite(count=count, dark_ms=dark_ms):
                self.chip.cut_after, self._cut_dark_ms = count, dark_ms
                self._done(note or f"the supply will break off {count} bytes into a write")
            case ChipCopied():
                self._copy = bytes(self.chip.cells)
                self._done(note or "memory chip copied")
            case ChipPutBack():
                assert self._copy is not None, "a copy was taken before"
                self.chip.cells[:] = self._copy
                self._done(note or "memory chip put back")
            case Waited():
                self._done(note or "time goes by")
            case told:
                self._do_to_radio(told, note)

    def _do_to_radio(self, act: RadioAct, note: str) -> None:
        """Do what is done to the radio itself."""
        self._tell(act)
        match act:
            case RadioSwitched(on=on):
                self.radio_wanted = on
                what = f"radio {_on(on=on)}"
            case SomethingBroke(fault=fault):
                what = f"{fault.value} fault"
            case SomethingMended():
                what = "fault mended"
            case CarAnswered(knows=knows):
                what = f"the car {'knows' if knows else 'refuses'} the radio"
            case ServiceAllowed():
                what = "service allows more tries"
            case unknown:
                assert_never(unknown)
        self._done(note or what)

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
        self._done(note or _SAID[act.part, on])
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
                self._tell(EngineRan(running=False))
            self._tell(IgnitionTurned(seen_by_radio(position)))
            wants = self.radio_wanted and position is not Position.OFF
            if self.unit.around.radio_on is not wants:
                self._tell(RadioSwitched(on=wants))
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
            self._tell(EngineRan(running=True))
        self._done("engine runs" if caught else "engine does not catch")

    def _enter(self, act: Entered, note: str) -> None:
        if act.which is not Which.SAME:
            self._keyed = self.code if act.which is Which.RIGHT else self.other_code()
        if note:
            self.observe(note)
        skip, left = act.skip, act.presses
        for press in presses_for(self.unit.design.panel, self.unit.design.shape, self._keyed):
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
            other = drawn_code(self.unit.design.shape, self.chance)
            if other != self.code:
                return other

    def _press(self, key: str, held_ms: int, times: int, note: str) -> None:
        for _ in range(times):
            self.wait(PRESS_MS + held_ms)
            self._tell(KeyPressed(key, held_ms))
        again = f" x{times}" if times > 1 else ""
        held = f" held {_spoken(held_ms)}" if held_ms else ""
        self._done(note or f"press {key}{again}{held}")

    def spare(self) -> None:
        """Take back a break of the supply that was to come in a write and did not."""
        self.chip.cut_after = self._cut_dark_ms = None

    def wait_for_code(self, at_most_ms: int) -> bool:
        """Let time pass until it asks again; return whether it does before `at_most_ms`."""
        while at_most_ms > 0 and self.status.state is State.WAIT:
            stretch = min(at_most_ms, self.status.next_change_ms or MINUTE_MS)
            self.wait(stretch)
            at_most_ms -= stretch
        return self.status.state is State.CODE


def drawn_code(shape: CodeShape, chance: Chance) -> Code:
    """Return a code of that shape, drawn place by place."""
    return Code("".join(place[chance.below(len(place))] for place in shape.places))


def _spoken(ms: int) -> str:
    return f"{ms} ms" if ms % SECOND_MS else f"{ms // SECOND_MS} s"


def _on(*, on: bool) -> str:
    return "on" if on else "off"
