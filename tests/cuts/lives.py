"""Units to be cut, and what is done to them: designs, settings that bring a unit somewhere, acts."""

from collections.abc import Callable
from functools import cache
from itertools import islice
from typing import Any, Final

from cutunit import KEY, SERIAL, SIGNATURE, Act, How, Runner

from radiokey.clock import HOUR_MS, MINUTE_MS, SECOND_MS
from radiokey.code.value import Code as UnitCode
from radiokey.code.value import CodeShape
from radiokey.headunit import store as records
from radiokey.headunit.display import Colour, DisplayKind, Technology
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
)
from radiokey.headunit.grant import Grant
from radiokey.headunit.lock import (
    ChipProvisioned,
    EntryConfirmed,
    Fault,
    FaultFound,
    FaultMended,
    IgnitionCycled,
    RightCode,
    State,
    TimePassed,
    TriesGranted,
    VehicleAccepted,
    VehicleRefused,
    WrongCode,
)
from radiokey.headunit.panel import Automatic, Direct, Key, Panel
from radiokey.headunit.policy import REFERENCE, ClockNeeds, LockPolicy
from radiokey.headunit.unit import Design

DIGITS: Final = "0123456789"
SHAPE: Final = CodeShape.of(4, DIGITS)
CODES: Final = tuple(islice(SHAPE.all(), 40))
RIGHT: Final = CODES[0]
PANEL: Final = Panel(
    tuple(Key(digit, digit) for digit in DIGITS),
    Direct(tuple((digit, digit) for digit in DIGITS)),
    Automatic(),
)


@cache
def design(policy: LockPolicy = REFERENCE) -> Design:
    """A unit with number keys that confirms with the fourth digit."""
    return Design(SHAPE, PANEL, policy, (), DisplayKind(Technology.DOT_MATRIX, Colour.AMBER, 12))


def runner(setting: Callable[[Any], None], policy: LockPolicy = REFERENCE, **changes: Any) -> Runner:
    """A runner of a number-key unit under `policy`, brought somewhere by `setting`."""
    return Runner(design(policy), RIGHT, setting, How(**changes))


# --- acts ---------------------------------------------------------------------------------------------------------------


def keys(code: UnitCode) -> Callable[[Any], None]:
    presses = [KeyPressed(digit, 0) for digit in code.reveal()]

    def press(unit: Any) -> None:
        for happening in presses:
            unit.handle(happening)

    return press


def wrong(which: int = 1, **more: Any) -> Act:
    """A wrong entry: the `which`-th of them, from 1."""
    code = CODES[which]
    digest = records.digest(KEY, code.reveal())
    return Act(f"wrong entry {which}", keys(code), (EntryConfirmed(digest), WrongCode()), digest, **more)


def right(**more: Any) -> Act:
    digest = records.digest(KEY, RIGHT.reveal())
    return Act("right entry", keys(RIGHT), (EntryConfirmed(digest), RightCode()), digest, right=True, **more)


def happens(name: str, happening: Any, *events: Any) -> Act:
    return Act(name, lambda unit: unit.handle(happening), events)


NOTHING: Final = Act("nothing", lambda _unit: None, ())
MINUTE: Final = happens("a minute", TimeWent(MINUTE_MS), TimePassed(MINUTE_MS, MINUTE_MS))
GRANTED: Final = happens("the service allows more", ServiceAllowed(), TriesGranted())
REFUSED: Final = happens("the car refuses", CarAnswered(knows=False), VehicleRefused())
ACCEPTED: Final = happens("the car accepts", CarAnswered(knows=True), VehicleAccepted())
BROKE: Final = happens("the bus breaks", SomethingBroke(Fault.BUS), FaultFound(Fault.BUS))
MENDED: Final = happens("the bus is mended", SomethingMended(), FaultMended())


def cycled(unit: Any) -> None:
    """Turn the ignition off and on again."""
    for ignition in (Ignition.OFF, Ignition.ON):
        unit.handle(IgnitionTurned(ignition))


CYCLED: Final = Act("ignition off and on", cycled, (IgnitionCycled(),))


class Signer:
    """Signs everything, with the one signature that these tests' devices trust."""

    def sign(self, _message: bytes) -> bytes:
        return SIGNATURE


def granted(unit: Any) -> None:
    """Hand the unit the grant for its chip, made out just now."""
    digest = records.digest(KEY, RIGHT.reveal())
    grant = Grant(SERIAL, unit.chip.id, unit.device.counter.value, digest)
    unit.handle(ChipGranted(grant.signed_by(Signer())))


GRANT: Final = Act("a grant", granted, (ChipProvisioned(),), forgives=True)


# --- settings -----------------------------------------------------------------------------------------------------------


def playing(_unit: Any) -> None:
    """As the factory left it."""


def qualify(unit: Any) -> None:
    """Bring about what this unit needs for a waiting second to count."""
    match unit.design.policy.clock_needs:
        case ClockNeeds.ENGINE:
            unit.handle(EngineRan(running=True))
        case ClockNeeds.IGNITION_OFF:
            unit.handle(IgnitionTurned(Ignition.OFF))
        case _:
            unit.handle(RadioSwitched(on=True))


def asking(errors: int = 0) -> Callable[[Any], None]:
    """It asks, with this many wrong codes counted and what they brought served."""

    def setting(unit: Any) -> None:
        for happening in (SupplyLost(), TimeWent(HOUR_MS), SupplyRestored()):
            unit.handle(happening)
        for number in range(errors):
            keys(CODES[30 - number])(unit)
            serve(unit)
        assert unit.status.state in {State.CODE, State.SCRAMBLED}
        assert unit.status.errors == errors

    return setting


def serve(unit: Any) -> None:
    """Bring about what ends the wait or the stop that this unit is in."""
    qualify(unit)
    if unit.status.wait_left_ms:
        unit.handle(TimeWent(unit.status.wait_left_ms))
    if unit.status.state is State.LOCKED:
        cycled(unit)
        unit.handle(ServiceAllowed())
    if unit.status.state is State.LOCKED:
        for happening in (SupplyLost(), TimeWent(HOUR_MS), SupplyRestored()):
            unit.handle(happening)


def punished(errors: int = 1, served_ms: int = 20 * SECOND_MS) -> Callable[[Any], None]:
    """It has just had its `errors`-th wrong code, and served a little of its wait."""

    def setting(unit: Any) -> None:
        asking(errors - 1)(unit)
        keys(CODES[31])(unit)
        qualify(unit)
        unit.handle(TimeWent(served_ms))
        assert unit.status.errors == errors

    return setting


def stopped(errors: int) -> Callable[[Any], None]:
    """It has just had its `errors`-th wrong code, and what that brought stands."""

    def setting(unit: Any) -> None:
        asking(errors - 1)(unit)
        keys(CODES[31])(unit)
        assert unit.status.state in {State.LOCKED, State.PERMANENT}

    return setting


def tail(*settings: Callable[[Any], None] | Act) -> Callable[[Any], None]:
    """One after the other."""

    def setting(unit: Any) -> None:
        for each in settings:
            (each.do if isinstance(each, Act) else each)(unit)

    return setting
