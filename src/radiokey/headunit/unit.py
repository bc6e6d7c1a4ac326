"""The head unit: lock, panel, display and record under one supply. Pure: the caller says what happens.

What happens to a unit is one of the `UnitEvent` classes. The unit decides from them which events of the lock
take place, judges whether a second qualifies, and keeps the order that makes the lock worth its name: the
error is durable in every copy, *then* the code is compared, *then* the consequence is durable, and only then
does the display show it.
"""

import hmac
from dataclasses import dataclass, replace
from typing import Final, Self, assert_never

from radiokey.clock import MINUTE_MS
from radiokey.code.signed import Challenge, PairingEnd, split
from radiokey.code.value import Code, CodeShape
from radiokey.headunit import panel as panels
from radiokey.headunit import store as records
from radiokey.headunit.device import Device, RamCounter
from radiokey.headunit.display import Counts, DisplayKind, DisplayWord, word_for
from radiokey.headunit.events import (
    BusChanged,
    CarAnswered,
    ChipGranted,
    CodeSent,
    EngineRan,
    Ignition,
    IgnitionTurned,
    KeyPressed,
    PairingEnded,
    RadioSwitched,
    Restarted,
    ServiceAllowed,
    SomethingBroke,
    SomethingMended,
    SupplyLost,
    SupplyRestored,
    SyncAnswered,
    TicksRead,
    TimeWent,
    UnitEvent,
    VinHeard,
    meant,
)
from radiokey.headunit.flash import Chip, ChipError, PowerCutError, RamChip
from radiokey.headunit.grant import Grant
from radiokey.headunit.image import Volatile, damaged_image
from radiokey.headunit.lock import (
    CarKnown,
    ChipProvisioned,
    DigitKeyed,
    EntryConfirmed,
    EntryDropped,
    Event,
    Fault,
    IgnitionCycled,
    Lock,
    PairingReleased,
    RightCode,
    State,
    SupplyReturned,
    Synchronised,
    TimePassed,
    VehicleAccepted,
    VehicleRefused,
    WrongCode,
    step,
)
from radiokey.headunit.pairing import Bus, Listening
from radiokey.headunit.panel import Panel
from radiokey.headunit.policy import LockPolicy
from radiokey.headunit.qualified import lacking
from radiokey.headunit.status import Screen, Sound, Status, Surroundings
from radiokey.headunit.sync import SyncResult, challenge_of, judge
from radiokey.headunit.ticks import Ticks

WAIT_SAVED_EVERY_MS: Final = MINUTE_MS
"""How much of a served wait a power cut can cost: progress is made durable this often."""


@dataclass(frozen=True, slots=True)
class Design:
    """Everything that makes one model's unit behave as it does."""

    shape: CodeShape
    panel: Panel
    policy: LockPolicy
    words: tuple[DisplayWord, ...]
    display: DisplayKind


ASKING: Final = frozenset({State.CODE, State.SCRAMBLED, State.ENTRY})
"""The states in which a code is taken."""


class HeadUnit:
    """One unit: a design, a chip, a device key, and what only lives under supply."""

    __slots__ = (
        "_keying",
        "_listening",
        "_lock",
        "_saved_wait_ms",
        "_store",
        "_ticks",
        "around",
        "chip",
        "design",
        "device",
        "last_answer",
    )

    def __init__(
        self, design: Design, chip: Chip, device: Device, around: Surroundings | None = None
    ) -> None:
        """Boot from `chip`. A chip without a record of this device is a fault and never a new unit."""
        self.design = design
        self.chip = chip
        self.device = device
        self.around = around or Surroundings()
        self._keying = panels.begin(design.panel, design.shape)
        self._store: records.Store | None = None
        self._lock = Lock(State.FAULT, fault=Fault.MEMORY)
        self._saved_wait_ms = 0
        self._ticks = Ticks()
        self._listening = Listening()
        self.last_answer = SyncResult.NOTHING
        self._load()

    @classmethod
    def made(cls, design: Design, code: Code, *, device: Device, chip: Chip | None = None) -> Self:
        """Return a factory-new unit that plays, with the digest of its code under the device's key."""
        design.shape.check(code)
        chip = chip or RamChip(records.CHIP_SIZE, records.SECTOR_SIZE)
        records.Store.provision(chip, device, records.digest(device.key, code.reveal()))
        return cls(design, chip, device)

    def _load(self) -> None:
        try:
            self._store = records.Store.load(self.chip, self.device)
            self._lock = self._store.record.lock
        except (records.NoRecordError, ChipError):
            self._store = None
            self._lock = Lock(State.FAULT, fault=Fault.MEMORY)
        except records.OldRecordError:
            self._store = None
            self._lock = Lock(State.FAULT, fault=Fault.TAMPERED)
        self._saved_wait_ms = self._lock.wait_left_ms

    # --- what happens -------------------------------------------------------------------------------------

    def handle(self, event: UnitEvent) -> None:
        """Apply an event to the unit. A cut in the middle of a write leaves it without supply."""
        try:
            self._handle(event)
        except PowerCutError:
            self._lose_supply()
        if self._ticks.held and self._lacks():
            self._ticks.held = False

    def _handle(self, event: UnitEvent) -> None:
        match event:
            case SupplyLost():
                self._lose_supply()
            case SupplyRestored():
                self._boot()
            case IgnitionTurned(to=to):
                self._turn(to)
            case EngineRan(running=running):
                self._run(running=running)
            case RadioSwitched(on=on):
                self._switch(on=on)
            case TimeWent(ms=ms):
                self._time(ms)
            case TicksRead(ticks=ticks):
                self._read(ticks)
            case KeyPressed(key=key, held_ms=held_ms):
                self._press(key, held_ms)
            case CodeSent(code=code, compared=compared):
                self._take(code, compared=compared)
            case Restarted():
                self._restart()
            case VinHeard() | BusChanged():
                self._listen(event)
            case ChipGranted() | PairingEnded() | SyncAnswered():
                self._take_word(event)
            case CarAnswered() | SomethingBroke() | SomethingMended() | ServiceAllowed():
                self._decide(meant(event))
            case unknown:
                assert_never(unknown)

    def _lose_supply(self) -> None:
        self.around = replace(self.around, supply=False)
        self._ticks.restart()
        self._listening = Listening()
        self._restart_entry()

    def _boot(self) -> None:
        if self.around.supply:
            return
        self.around = replace(self.around, supply=True)
        self._load()
        self._decide(SupplyReturned(self.around.dark_for_ms))
        # Forgotten only now: a cut in the middle of the boot must not make a long gap a short one.
        self.around = replace(self.around, dark_for_ms=0)

    def _turn(self, to: Ignition) -> None:
        was = self.around.ignition
        running = self.around.engine and to is Ignition.ON
        self.around = replace(self.around, ignition=to, engine=running)
        if was is Ignition.OFF and to is not Ignition.OFF:
            self._listening = Listening()
            self._decide(IgnitionCycled())

    def _run(self, *, running: bool) -> None:
        if running:
            self._turn(Ignition.ON)
        self.around = replace(self.around, engine=running)

    def _switch(self, *, on: bool) -> None:
        self.around = replace(self.around, radio_on=on)
        if not on:
            self._restart_entry()
            self._decide(EntryDropped())

    def _time(self, ms: int) -> None:
        assert ms >= 0
        if not self.around.supply:
            self.around = replace(self.around, dark_for_ms=self.around.dark_for_ms + ms)
            return
        self._ticks.restart()  # counted from outside: this stretch is not to be read a second time
        self._decide(TimePassed(ms, 0 if self._lacks() else ms))

    def _read(self, ticks: int) -> None:
        if self.around.supply:
            self._decide(TimePassed(*self._ticks.read(ticks, holds=not self._lacks())))

    def _lacks(self) -> tuple[str, ...]:
        """Return what is missing for a waiting second to count."""
        return lacking(self.around, self.design.policy.clock_needs)

    def _press(self, key: str, held_ms: int) -> None:
        if not (self.around.supply and self.around.radio_on) or self._lock.state not in ASKING:
            return
        entered = panels.press(self.design.panel, self.design.shape, self._keying, key, held_ms)
        if isinstance(entered, Code):
            self._restart_entry()
            self._confirm(entered)
        elif entered is not self._keying:
            self._keying = entered
            if entered.begun:
                self._decide(DigitKeyed())

    def _take(self, entered: Code, *, compared: bool) -> None:
        """Confirm a code that came over the plug, like one that was keyed in; what was half keyed is gone."""
        if self.around.supply and self._lock.state in ASKING:
            self._restart_entry()
            self._confirm(entered, compared=compared)

    def _restart(self) -> None:
        """Start anew under supply: what only lives in an entry or a grace is over, a wait goes on.

        Nothing is written, so that no number of restarts wears the chip out.
        """
        if self.around.supply:
            self._restart_entry()
            self._lock = records.kept(self._lock)
            self._ticks.restart()

    def _confirm(self, entered: Code, *, compared: bool = True) -> None:
        """Count, then compare: a whole entry was confirmed. Not `compared`: it is wrong whatever it is."""
        assert self._store is not None
        digest = records.digest(self.device.key, entered.reveal())
        self._decide(EntryConfirmed(digest))
        if self._lock.state is State.CHECKING:
            self._keep(self._lock, again=True)  # no number for two records: docs/spec/record.md, Writing 7
        if self._lock.state is not State.CHECKING:
            return  # it could not be made durable, or another entry is answered first: nothing is compared
        right = compared and hmac.compare_digest(digest, self._store.record.code_digest)
        self._decide(RightCode() if right else WrongCode())

    def _provision(self, data: bytes) -> None:
        """Take the chip as this unit's memory if the grant is for it, for this unit, and for now."""
        after = step(self._lock, ChipProvisioned(), self.design.policy)
        grant = Grant.opened(data, self.device, self.chip)
        if grant is None or after is self._lock or not self.around.supply:
            return
        try:
            self._store = records.Store.provision(self.chip, self.device, grant.code_digest, after.state)
        except ChipError:
            self._store = None
            self._lock = Lock(State.FAULT, fault=Fault.MEMORY)
            return
        self._lock = after
        self._saved_wait_ms = 0

    # --- the car and the base -----------------------------------------------------------------------------

    def _take_word(self, event: ChipGranted | PairingEnded | SyncAnswered) -> None:
        """Take what the base signed; whatever is not for this unit and for now changes nothing."""
        match event:
            case ChipGranted(grant=grant):
                self._provision(grant)
            case PairingEnded(grant=grant):
                self._end_pairing(grant)
            case SyncAnswered(answer=answer):
                self._synchronise(answer)

    def _listen(self, event: VinHeard | BusChanged) -> None:
        """Take what the car says as its VIN; judge it where the unit pairs and none was judged yet."""
        if not self.around.supply:
            return
        if isinstance(event, BusChanged):
            self._listening = self._listening.change(event.to)
            return
        self._listening, vin = self._listening.hear(event.vin)
        if not (vin and self.design.policy.pairs and self._store is not None):
            return
        known, car = self._store.record.beside.car, records.car_digest(self.device.key, vin)
        if known == records.NO_CAR:
            if self._lock.state is State.PLAYING:
                self._keep(self._lock, car=car)
        elif records.same_car(known, car):
            self._decide(VehicleAccepted())
            self._decide(CarKnown())
        else:
            self._decide(VehicleRefused())

    def _end_pairing(self, data: bytes) -> None:
        """Belong to no car any more if the base ended this very pairing."""
        body, signature = split(data)
        ended = PairingEnd.parse(body)
        if ended is None or self._store is None or not self.around.supply:
            return
        here = PairingEnd(self.device.serial, self.paired)
        if self.paired and ended == here and self.device.verify(PairingEnd.DOMAIN + body, signature):
            self._restart_entry()
            self._keep(step(self._lock, PairingReleased(), self.design.policy), car=records.NO_CAR)

    def _synchronise(self, data: bytes) -> None:
        """Open the second lock if the base answered: state, epoch and the end of the asking in one record."""
        if not self.around.supply or self._store is None:
            return
        judged = judge(data, self.device, self.challenge, self._store.record.beside.epoch)
        if isinstance(judged, SyncResult):
            self.last_answer = judged
            return
        self._keep(step(self._lock, Synchronised(), self.design.policy), epoch=judged.epoch)
        self.last_answer = SyncResult.NOTHING if self._lock.state is State.FAULT else SyncResult.TAKEN

    @property
    def challenge(self) -> Challenge | None:
        """What the unit asks the base, `None` while it asks nothing."""
        if self._store is None or self._lock.state is not State.SYNC:
            return None
        return challenge_of(self.device, self._store.record.beside.asked)

    @property
    def paired(self) -> int:
        """The number under which it took a car for its own, 0 where it belongs to none."""
        return 0 if self._store is None else self._store.record.beside.paired

    @property
    def bus(self) -> Bus:
        """What it hears of its car; it says nothing of the lock."""
        return self._listening.bus

    @property
    def vin(self) -> str:
        """The VIN that the car says, empty while none was heard: never the one the unit remembers."""
        return self._listening.vin

    def _restart_entry(self) -> None:
        self._keying = panels.begin(self.design.panel, self.design.shape)

    def _decide(self, event: Event) -> None:
        """Let the lock decide and make its decision durable before anything shows it."""
        if not self.around.supply:
            return
        after = step(self._lock, event, self.design.policy)
        if after is self._lock:
            return
        if self._lock.state is State.ENTRY and after.state is not State.ENTRY:
            self._restart_entry()
        if not self._must_save(after):
            self._lock = after
            return
        self._keep(after)

    def _keep(
        self, after: Lock, *, again: bool = False, epoch: int | None = None, car: bytes | None = None
    ) -> None:
        """Make `after` durable, then let it hold; a chip that fails is the fault memory."""
        try:
            if self._store is not None:
                self._store.commit(after, again=again, epoch=epoch, car=car)
        except ChipError:
            self._store = None
            self._lock = replace(after, state=State.FAULT, fault=Fault.MEMORY)
            return
        self._lock = after
        self._saved_wait_ms = after.wait_left_ms

    def _must_save(self, after: Lock) -> bool:
        """Tell whether `after` must be durable now: always, but for the middle of a running wait."""
        if self._lock.state is after.state is State.WAIT and after.wait_left_ms < self._saved_wait_ms:
            return self._saved_wait_ms - after.wait_left_ms >= WAIT_SAVED_EVERY_MS
        return True

    # --- what shows ---------------------------------------------------------------------------------------

    @property
    def screen(self) -> Screen:
        """What the owner sees and hears now."""
        lock, around = self._lock, self.around
        if not (around.supply and around.radio_on) or lock.state is State.DARK:
            return Screen("", lit=False, sound=Sound.SILENT)
        if lock.state is State.FAULT:
            return Screen("", lit=True, sound=Sound.SILENT, own=False)
        if lock.state is State.ENTRY:
            return Screen(self._keying.text, lit=True, sound=Sound.SILENT)
        word = word_for(self.design.words, lock.state, self._counts())
        if lock.state is State.PLAYING:
            return Screen(word or "FM", lit=True, sound=Sound.PLAYING, own=word is not None)
        sound = Sound.SCRAMBLED if lock.state is State.SCRAMBLED else Sound.SILENT
        return Screen(word or "----", lit=True, sound=sound, own=word is not None)

    def _counts(self) -> Counts:
        lock = self._lock
        return Counts(lock.errors, self.design.policy.tries_until_stop(lock.errors), lock.wait_left_ms)

    @property
    def lock(self) -> Lock:
        """The lock's whole state."""
        return self._lock

    @property
    def status(self) -> Status:
        """The one count."""
        lock = self._lock
        waiting = lock.state is State.WAIT
        lacks = self._lacks() if waiting else ()
        due = lock.wait_left_ms if waiting and not lacks else lock.grace_left_ms
        return Status(
            state=lock.state,
            errors=lock.errors,
            tries_left=self.design.policy.tries_until_stop(lock.errors),
            wait_left_ms=lock.wait_left_ms if waiting else 0,
            clock_runs=waiting and not lacks,
            clock_lacks=lacks,
            fault=lock.fault,
            next_change_ms=due if due and self.around.supply else None,
        )

    # --- a unit as bytes ----------------------------------------------------------------------------------

    def image(self) -> bytes:
        """Return the whole unit, chip and volatile state, as bytes that `from_image` takes."""
        volatile = Volatile(
            self._lock,
            self._keying,
            self.around,
            self._saved_wait_ms,
            memory=self._store is not None,
            counter=self.device.counter.value,
        )
        return volatile.image(self.chip.read(0, self.chip.size))

    @classmethod
    def from_image(cls, design: Design, image: bytes, *, key: bytes) -> Self:
        """Return the unit in `image`; raise `InputError` where it is not the image of such a unit."""
        cells, volatile = Volatile.parse(image)
        chip = RamChip(records.CHIP_SIZE, records.SECTOR_SIZE, cells)
        try:
            unit = cls(design, chip, Device(key, counter=RamCounter(volatile.counter)))
            unit._resume(volatile)
        except (AssertionError, ValueError) as error:
            raise damaged_image() from error
        return unit

    def _resume(self, volatile: Volatile) -> None:
        """Go on where an image stands; raise `ValueError` where it contradicts the record or the design."""
        if len(volatile.keying.shown) != self.design.shape.length:
            raise ValueError
        self._lock, self._keying, self.around = volatile.lock, volatile.keying, volatile.around
        self._saved_wait_ms = volatile.saved_wait_ms
        store = self._store = self._store if volatile.memory else None
        if store is None:
            agrees = self._lock.state is State.FAULT or not self.around.supply
        elif self.around.supply:
            remembered = records.kept(replace(self._lock, wait_left_ms=self._saved_wait_ms))
            unsaved_ms = self._saved_wait_ms - self._lock.wait_left_ms
            agrees = remembered == store.record.lock and 0 <= unsaved_ms < WAIT_SAVED_EVERY_MS
        else:
            agrees = True
        if not agrees:
            raise ValueError
