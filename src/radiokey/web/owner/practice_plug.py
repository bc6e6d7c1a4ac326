"""The plug of a practice radio: a whole `Ecu` with a tester of ours, carried in the sealed image.

Nothing here is a second implementation: the unit is the `HeadUnit` of the practice radio, asked through the
gateway, the chain of checks and the services that answer a real tester. What those keep in memory between two
requests, the session, the seed, what was said, stands in a `PlugState`.

Its time is the practice radio's own, which the owner moves; the tester stays connected, so that no session
ends while somebody reads. Its code is one that everybody may see, and so are seed and key.
"""

from typing import Annotated, Final

import msgspec

from radiokey.base.ports.store import Randomness
from radiokey.diagnostics.ecu import Ecu
from radiokey.diagnostics.memory import Nameplate, Notes, RamNotebook
from radiokey.diagnostics.names import Level, Session
from radiokey.diagnostics.own_tester import OwnTester
from radiokey.diagnostics.server import Plug
from radiokey.diagnostics.tester import Pending
from radiokey.diagnostics.traffic import Entry, Traffic, Wire
from radiokey.diagnostics.troubles import Trouble
from radiokey.headunit.unit import HeadUnit

ENTRIES_KEPT: Final = 24
"""How many messages and frames travel with the radio: an address has to hold them."""
SERIAL: Final = "PRACTICE"
VIN: Final = "SJNFAAN16U0123456"
"""Nobody's: of the form of one."""
_WIRES: Final = tuple(Wire)

Said = tuple[int, bool, str, bytes, int]
"""An entry: which wire, to the unit, who, bytes, size. Their numbers follow each other."""


class PlugState(msgspec.Struct, frozen=True, array_like=True):
    """What the plug keeps from one request to the next.

    `seed` is empty where none is pending. `last` is the number of the last of the `said`.
    """

    plugged: bool = False
    session: int = Session.DEFAULT
    level: int = Level.NONE
    seed: bytes = b""
    quiet: bool = False
    results: dict[int, bytes] = {}
    troubles: list[int] = []
    last: int = 0
    said: Annotated[list[Said], msgspec.Meta(max_length=ENTRIES_KEPT)] = []


class PracticePlug:
    """The plug of one practice radio, and its tester."""

    def __init__(self, unit: HeadUnit, model_id: str, state: PlugState, randomness: Randomness) -> None:
        plate = Nameplate(SERIAL, model_id, "RADIOKEY", "practice", "practice")
        notes = Notes(vin=VIN, troubles=frozenset(map(Trouble, state.troubles)))
        self.ecu = Ecu(unit, plate, RamNotebook(notes), randomness.bytes)
        self.traffic = Traffic(_no_time, ENTRIES_KEPT, open_secrets=True)
        first = state.last - len(state.said) + 1
        self.traffic.go_on(
            [
                Entry(number, 0, _WIRES[wire], to_unit, who, data, size)
                for number, (wire, to_unit, who, data, size) in enumerate(state.said, first)
            ]
        )
        self.shown = self.traffic.last
        plug = Plug(self.ecu, _no_time, self.traffic.message)
        self.own = OwnTester(plug, self.traffic, plugged=state.plugged)
        self._resume(state)

    def _resume(self, state: PlugState) -> None:
        tester = self.own.tester
        tester.session = Session(state.session)
        tester.level = Level.NONE  # no signer is trusted here, so there is no other
        tester.pending = Pending(Level(state.level), state.seed) if state.seed else None
        tester.results.update(state.results)
        if state.quiet:
            self.ecu.quiet.add(tester.number)

    @property
    def state(self) -> PlugState:
        """What has to be kept."""
        tester = self.own.tester
        tester.tick(0)  # a reset or a cut ends its session, also where nothing was asked since
        entries, _ = self.traffic.since(0)
        return PlugState(
            plugged=self.own.plugged,
            session=tester.session,
            level=tester.pending.level if tester.pending else Level.NONE,
            seed=tester.pending.seed if tester.pending else b"",
            quiet=tester.number in self.ecu.quiet,
            results=dict(tester.results),
            troubles=sorted(self.ecu.notes.troubles),
            last=self.traffic.last,
            said=[(_WIRES.index(one.wire), one.to_unit, one.who, one.data, one.size) for one in entries],
        )


def _no_time() -> int:
    """Return the one moment in which all of it takes place."""
    return 0
