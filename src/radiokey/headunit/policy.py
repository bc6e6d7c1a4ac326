"""How a lock punishes wrong codes: policy as data, refusing nonsense when it is built.

A schedule is a list of rungs. The rung in force after the n-th wrong code is the last one whose `errors` is
not above n; it strikes on its first error and then on every `every`-th further one. So

- "doubles from 1 to 32 minutes" is six rungs of 1, 2, 4 ... 32 min, the last striking on every error;
- "three tries, an hour, three more, and so on" is one rung: errors=3, every=3, wait 60 min;
- "eight, an hour, then an hour after every third" is one rung: errors=8, every=3;
- "thirty minutes after the third and each later; blocked at ten; dead at thirteen" is three rungs.

Ranges stay ranges: owners are shown the longer wait and the simulated unit waits it; risk is computed with
the shorter.
"""

from dataclasses import dataclass
from enum import StrEnum

from radiokey.clock import MINUTE_MS
from radiokey.errors import CatalogueError

WAIT_MS_MAX = 2**53


class ClockNeeds(StrEnum):
    """What must hold for a waiting second to count (facts/units.md 1.2)."""

    RADIO_ON = "radio-on"
    RADIO_AND_IGNITION = "radio-and-ignition"
    SUPPLY_AND_IGNITION = "supply-and-ignition"
    SUPPLY = "supply"
    IGNITION_OFF = "ignition-off"
    ENGINE = "engine"


class PowerCutEffect(StrEnum):
    """What losing the supply during a wait does."""

    NONE = "none"
    RESTART_WAIT = "restart-wait"
    RESET_ATTEMPTS = "reset-attempts"
    REPROMPT = "reprompt"


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing is taken until `ms` qualified milliseconds have passed; `ms` is a range (from, to).

    `doubles`: each further strike of the same rung doubles the wait, without end.
    """

    ms: tuple[int, int]
    doubles: bool = False


@dataclass(frozen=True, slots=True)
class UntilPowerCut:
    """Nothing is taken until the supply has been cut (Audi Wiesbaden)."""


@dataclass(frozen=True, slots=True)
class UntilKeyCycle:
    """Nothing is taken until the ignition has been off and on again (Acura navigation)."""


@dataclass(frozen=True, slots=True)
class Blocked:
    """Nothing is taken until the maker's service allows `tries` more (Ford LOCKED 10).

    Such a rung strikes again only when these are used up, whatever its `every`.
    """

    tries: int


@dataclass(frozen=True, slots=True)
class Dead:
    """Nothing is ever taken again by this memory chip."""


Penalty = Wait | UntilPowerCut | UntilKeyCycle | Blocked | Dead


@dataclass(frozen=True, slots=True)
class Rung:
    """From the `errors`-th wrong code on, every `every`-th one is answered with `penalty`."""

    errors: int
    penalty: Penalty
    every: int = 1


@dataclass(frozen=True, slots=True)
class LockPolicy:
    """One lock's rules.

    `power_gap_ms_min`: a supply loss at least this long makes a playing radio ask for its code.
    `scrambled_ms`: how long it plays, garbled, while it asks (Renault: about two minutes); 0 = silent.
    `dark_ms`: how long the screen stays dark after a right code before the radio plays (claim 57).
    `remembers_pending`: keeps a keyed digest of the code being compared, so that the same code again after
    a cut during the compare costs nothing more (the reference policy).
    `second_lock`: after the right code it also wants an answer of the base (navigation units, claim 63).
    `pairs`: it remembers its car's VIN from the bus: the same car opens it, another is refused (claim 62).
    """

    schedule: tuple[Rung, ...]
    clock_needs: ClockNeeds
    power_cut: PowerCutEffect
    power_gap_ms_min: int
    scrambled_ms: int = 0
    dark_ms: int = 2_000
    remembers_pending: bool = False
    second_lock: bool = False
    pairs: bool = False

    def __post_init__(self) -> None:
        last = 0
        for rung in self.schedule:
            if rung.errors <= last:
                raise CatalogueError("the rungs of a schedule stand in order of their errors, from 1 up")
            if rung.every < 1:
                raise CatalogueError("a rung strikes on every first error or more")
            if isinstance(rung.penalty, Wait):
                low, high = rung.penalty.ms
                if not 0 < low <= high <= WAIT_MS_MAX:
                    raise CatalogueError("a wait is a range of milliseconds above 0, the shorter first")
            if isinstance(rung.penalty, Blocked) and rung.penalty.tries < 1:
                raise CatalogueError("a blocked unit is one that can be given more tries")
            if isinstance(rung.penalty, Dead) and rung is not self.schedule[-1]:
                raise CatalogueError("nothing comes after a dead unit")
            last = rung.errors
        if self.remembers_pending and any(rung.every > 1 for rung in self.schedule):
            raise CatalogueError("a lock that remembers an interrupted entry strikes on every error")
        if min(self.power_gap_ms_min, self.scrambled_ms, self.dark_ms) < 0:
            raise CatalogueError("a time is not negative")

    def penalty_after(self, errors: int) -> Penalty | None:
        """Return what the `errors`-th wrong code brings, its doubling worked out; `None`: try again."""
        rung = next((rung for rung in reversed(self.schedule) if rung.errors <= errors), None)
        if rung is None:
            return None
        every = rung.penalty.tries if isinstance(rung.penalty, Blocked) else rung.every
        if (errors - rung.errors) % every:
            return None
        if isinstance(rung.penalty, Wait) and rung.penalty.doubles:
            strikes = min((errors - rung.errors) // rung.every, WAIT_MS_MAX.bit_length())
            low, high = rung.penalty.ms
            return Wait((min(low << strikes, WAIT_MS_MAX), min(high << strikes, WAIT_MS_MAX)))
        return rung.penalty

    def tries_left(self, errors: int) -> int | None:
        """Return how many more wrong codes a unit with `errors` takes until it is dead; `None`: no end."""
        last = self.schedule[-1] if self.schedule else None
        if last is None or not isinstance(last.penalty, Dead):
            return None
        return max(0, last.errors - errors)

    def tries_until_stop(self, errors: int) -> int | None:
        """Return how many more wrong codes bring a stop that waiting does not end; `None`: no such stop."""
        stops = [rung.errors for rung in self.schedule if isinstance(rung.penalty, Blocked | Dead)]
        ahead = [stop - errors for stop in stops if stop > errors]
        return min(ahead) if ahead else (0 if stops else None)


REFERENCE = LockPolicy(
    schedule=(
        Rung(1, Wait((30 * MINUTE_MS, 30 * MINUTE_MS))),
        Rung(2, Wait((120 * MINUTE_MS, 120 * MINUTE_MS))),
        Rung(3, Dead()),
    ),
    clock_needs=ClockNeeds.SUPPLY,
    power_cut=PowerCutEffect.NONE,
    power_gap_ms_min=3_000,
    remembers_pending=True,
)
"""Our own design of such a lock: it keeps every promise, and three guesses are all a thief ever has.

The waits are the article's (claim 85, the longer of each), its gap "more than a few seconds" (claim 19).
"""
