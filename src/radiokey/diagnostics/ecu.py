"""The head unit as its testers see it: one lock, one count, one place for firmware, for every tester.

Everything here is shared between testers; what each has for itself (session, level, seed) is a `Tester`.
Pure: chance, supply and the notebook are given.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Final

from radiokey.code.value import Code
from radiokey.diagnostics.access import Seeds, access_message, code_of
from radiokey.diagnostics.memory import Nameplate, Notebook, Notes, NotesNotKeptError
from radiokey.diagnostics.names import SEED_SIZE, NegativeResponseError, Nrc
from radiokey.diagnostics.transfer import FirmwareStore, Transfer
from radiokey.diagnostics.troubles import OF_FAULT, Trouble, status_of
from radiokey.headunit.events import (
    CodeSent,
    PairingEnded,
    Restarted,
    SomethingBroke,
    SomethingMended,
    SyncAnswered,
    UnitEvent,
)
from radiokey.headunit.flash import ChipError
from radiokey.headunit.lock import Fault, State
from radiokey.headunit.store import BANKS, read_newest
from radiokey.headunit.sync import SyncResult
from radiokey.headunit.unit import ASKING, HeadUnit
from radiokey.vehicle.power import fit_for_entry
from radiokey.vehicle.watch import TOLERANCE

OPEN: Final = frozenset({State.PLAYING, State.DARK, State.SYNC})
"""The states in which level 01 is open: the code was taken, also where a unit still waits for its base."""
_RESTING_MV: Final = 12_600


class Ecu:
    """One unit at the plug. `supply_mv` is what arrives at it; `firmware` is `None` where it takes none.

    `software` is the version that runs, empty where none does; `interruptions`: how often every session ended
    at once, by a reset or a loss of supply.
    """

    __slots__ = (
        "_bus_off",
        "_chance",
        "_downloading",
        "_notebook",
        "_seeds",
        "_transfer",
        "firmware",
        "interruptions",
        "notes",
        "plate",
        "quiet",
        "software",
        "supply_mv",
        "unit",
    )

    def __init__(
        self,
        unit: HeadUnit,
        plate: Nameplate,
        notebook: Notebook,
        chance: Callable[[int], bytes],
        *,
        firmware: FirmwareStore | None = None,
    ) -> None:
        self.unit = unit
        self.plate = plate
        self.firmware = firmware
        self.software = plate.software
        self.supply_mv = _RESTING_MV
        self.interruptions = 0
        self._bus_off = False
        self.quiet: set[int] = set()
        self.notes: Notes = notebook.read()
        self._notebook = notebook
        self._chance = chance
        self._seeds = Seeds(unit.device.key)
        self._transfer: Transfer | None = None
        self._downloading = 0
        self._start_firmware()

    # --- what happens ---------------------------------------------------------------------------------------

    def handle(self, event: UnitEvent) -> None:
        """Let something happen to the unit; without supply every tester's session is over."""
        had_supply = self.has_supply()
        self.unit.handle(event)
        if had_supply and not self.has_supply():
            self._end_sessions()
        elif self.has_supply() and not had_supply:
            self._start_firmware()

    def restart(self) -> None:
        """Start the unit anew: no loss of supply, but the end of every session."""
        self.handle(Restarted())
        self._end_sessions()
        self._start_firmware()

    def feed(self, mv: int) -> None:
        """Note what arrives at the unit; a dip and a surge are trouble codes, and never an error."""
        self.supply_mv = mv
        self.look()

    def note_bus(self, *, off: bool) -> None:
        """Note whether the unit's own CAN controller is off its bus: a trouble code, and none of the lock."""
        self._bus_off = off
        self.look()

    def look(self) -> None:
        """Store the trouble codes of what fails now, unless a tester wants quiet or they cannot be kept."""
        new = self.failing - self.notes.troubles
        if new and not self.quiet:
            with suppress(NotesNotKeptError):
                self.note(replace(self.notes, troubles=self.notes.troubles | new))

    def _end_sessions(self) -> None:
        self.interruptions += 1
        self.quiet.clear()
        self._give_up()

    # --- the lock -------------------------------------------------------------------------------------------

    def has_supply(self) -> bool:
        """Whether the unit has supply and answers at all."""
        return self.unit.around.supply

    @property
    def state(self) -> State:
        """The state of the lock."""
        return self.unit.lock.state

    def seed(self) -> bytes:
        """Return a seed that was never given out."""
        return self._seeds.next(self._chance(SEED_SIZE))

    def code_in(self, key: bytes, seed: bytes) -> Code | None:
        """Return the code that a key of level 01 stands for, if it can be one of this unit."""
        return code_of(key, seed, self.unit.design.shape)

    def try_code(self, code: Code, *, compared: bool) -> Nrc | None:
        """Send a code to the lock; return why the answer is no, `None` where it opened."""
        assert self.state in ASKING
        self.handle(CodeSent(code, compared))
        if self.state in OPEN:
            return None
        if self.state is State.FAULT:
            return Nrc.CONDITIONS_NOT_CORRECT
        return Nrc.INVALID_KEY if self.state in ASKING else Nrc.EXCEEDED_NUMBER_OF_ATTEMPTS

    @property
    def trusts_signer(self) -> bool:
        """Whether level 03 can be opened at all."""
        return self.plate.signer

    def signed_for(self, seed: bytes, signature: bytes) -> bool:
        """Say whether the signer that the unit trusts opened level 03 for this seed."""
        return self.unit.device.verify(access_message(self.plate.serial, seed), signature)

    # --- what the base signed -------------------------------------------------------------------------------

    def synchronise(self, answer: bytes) -> SyncResult:
        """Hand the unit an answer of its base; return what it made of it. It never costs an error."""
        asks = self.unit.challenge is not None
        self.handle(SyncAnswered(answer))
        return self.unit.last_answer if asks else SyncResult.NOT_ASKED

    def end_pairing(self, end: bytes) -> bool:
        """Hand the unit the end of its pairing; say whether it belongs to no car any more by it."""
        was = self.unit.paired
        self.handle(PairingEnded(end))
        return bool(was) and not self.unit.paired

    # --- notes ----------------------------------------------------------------------------------------------

    def note(self, notes: Notes) -> None:
        """Make `notes` durable, then let them hold; raise `NotesNotKeptError`."""
        self._notebook.write(notes)
        self.notes = notes

    @property
    def failing(self) -> frozenset[Trouble]:
        """What is wrong now."""
        found = set()
        if self.supply_mv < TOLERANCE.dip_below_mv:
            found.add(Trouble.SUPPLY_LOW)
        if self.supply_mv > TOLERANCE.surge_above_mv:
            found.add(Trouble.SUPPLY_HIGH)
        if self._bus_off:
            found.add(Trouble.BUS)
        if self.state is State.FAULT and self.unit.lock.fault in OF_FAULT:
            found.add(OF_FAULT[self.unit.lock.fault])
        return frozenset(found)

    def troubles(self) -> list[tuple[Trouble, int]]:
        """Return each trouble code with its status byte."""
        self.look()
        failing = self.failing
        return [(trouble, status_of(trouble, failing, self.notes.troubles)) for trouble in Trouble]

    def clear_troubles(self, cleared: frozenset[Trouble]) -> None:
        """Forget that these were there; what still fails is there again at once."""
        self.note(replace(self.notes, troubles=self.notes.troubles - cleared))
        self.look()

    def reset_to_factory(self) -> None:
        """Forget workshop and trouble codes. The record is not touched: errors, wait and lock stay."""
        self.note(Notes(vin=self.notes.vin))
        self.handle(Restarted())
        self.look()

    def self_test(self) -> int:
        """Return what is in order, as the bits of routine 0301."""
        bits = fit_for_entry(self.supply_mv) << 2 | (self.state is not State.FAULT) << 3
        try:
            found = [read_newest(self.unit.chip, self.unit.device.key, bank) for bank in range(BANKS)]
        except ChipError:
            return bits
        newest = [record.sequence if record else 0 for record in found]
        counted = max(newest) == self.unit.device.counter.value
        return bits | (0 < min(newest) == max(newest)) | counted << 1

    # --- firmware -------------------------------------------------------------------------------------------

    def _start_firmware(self) -> None:
        """Start what the slots hold. Nothing to start is the fault *firmware*, which ends once there is."""
        if self.firmware is None or not self.has_supply():
            return
        version = self.firmware.start()
        self.software = version or ""
        if version is None:
            self.handle(SomethingBroke(Fault.FIRMWARE))
        elif self.state is State.FAULT and self.unit.lock.fault is Fault.FIRMWARE:
            self.handle(SomethingMended())
        self.look()

    def begin_transfer(self, tester: int, address: int, size: int) -> None:
        """Begin a download for a tester; raise `NegativeResponseError`."""
        if self._transfer is not None and self._downloading != tester:
            raise NegativeResponseError(Nrc.CONDITIONS_NOT_CORRECT)
        if self.firmware is None:
            raise NegativeResponseError(Nrc.UPLOAD_DOWNLOAD_NOT_ACCEPTED)
        self._give_up()
        self._transfer = Transfer(self.firmware, address, size)
        self._downloading = tester

    def transfer_of(self, tester: int) -> Transfer | None:
        """Return the download that this tester has running."""
        return self._transfer if self._downloading == tester else None

    def end_transfer(self, tester: int, *, finished: bool = False) -> None:
        """End the download of a tester, if it has one; what is not finished is given up."""
        if self._transfer is not None and self._downloading == tester:
            if finished:
                self._transfer = None
            self._give_up()

    def _give_up(self) -> None:
        if self._transfer is not None:
            self._transfer.abort()
        self._transfer = None
        self._downloading = 0
