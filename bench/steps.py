"""The lock's `step()` beside the same lock built with the `transitions` library, on the same story.

The story is one that a unit really lives: it loses its supply and asks; a wrong code, a wait in steps of a
second, half an entry given up, the car refusing and knowing it again, and the right code. Both locks count
the errors, keep the wait and go through the same states; that they do is checked before anything is measured.
"""

import statistics
import time
from collections.abc import Callable

from transitions import Machine

from radiokey.headunit.lock import (
    DigitKeyed,
    EntryConfirmed,
    EntryDropped,
    Event,
    Lock,
    RightCode,
    State,
    SupplyReturned,
    TimePassed,
    VehicleAccepted,
    VehicleRefused,
    WrongCode,
    step,
)
from radiokey.headunit.policy import REFERENCE, Wait

ROUNDS = 9
STORIES_PER_ROUND = 300
GOAL = 3.0

SECOND = TimePassed(1_000, 1_000)
ENTRY = (DigitKeyed(), DigitKeyed(), DigitKeyed(), DigitKeyed())
STORY: tuple[Event, ...] = (
    SupplyReturned(60_000),
    *ENTRY,
    EntryConfirmed(b"a" * 16),
    WrongCode(),
    *[SECOND] * 30,
    DigitKeyed(),  # nothing keyed during a wait counts
    TimePassed(1_800_000, 1_800_000),
    *ENTRY[:2],
    EntryDropped(),
    VehicleRefused(),
    VehicleAccepted(),
    *ENTRY,
    EntryConfirmed(b"b" * 16),
    RightCode(),
    TimePassed(2_000, 0),
)


class Other:
    """The same lock as a model of `transitions`: the table is its, the counting is ours."""

    def __init__(self) -> None:
        self.errors = self.wait_left_ms = self.grace_left_ms = 0
        self.before = "playing"
        # fmt: off
        arrows = [
            ("supply_returned", "playing", "code", "gap_is_long"),
            ("digit_keyed", ["code", "entry"], "entry", None),
            ("entry_dropped", "entry", "code", None),
            ("wrong_code", "checking", "wait", None),
            ("time_passed", "wait", "code", "wait_is_over"),
            ("time_passed", "dark", "playing", "grace_is_over"),
            ("vehicle_accepted", "protected", "code", "was_code"),
        ]
        # fmt: on
        self.machine = Machine(
            self,
            states=[state.value for state in State],
            initial="playing",
            auto_transitions=False,
            ignore_invalid_triggers=True,
        )
        for name, source, to, condition in arrows:
            self.machine.add_transition(name, source, to, conditions=condition)
        self.machine.add_transition("entry_confirmed", ["code", "entry"], "checking", after="count")
        self.machine.add_transition("right_code", "checking", "dark", after="forgive")
        self.machine.add_transition("vehicle_refused", ["code", "entry", "wait"], "protected", before="keep")
        self.machine.on_enter_wait("punish")

    def gap_is_long(self, gap_ms: int) -> bool:
        return gap_ms >= REFERENCE.power_gap_ms_min

    def count(self, _digest: bytes) -> None:
        self.errors += 1

    def punish(self) -> None:
        penalty = REFERENCE.penalty_after(self.errors)
        assert isinstance(penalty, Wait)
        self.wait_left_ms = penalty.ms[1]

    def forgive(self) -> None:
        self.errors, self.grace_left_ms = 0, REFERENCE.dark_ms

    def wait_is_over(self, _ms: int, qualified_ms: int) -> bool:
        self.wait_left_ms -= qualified_ms
        return self.wait_left_ms <= 0

    def grace_is_over(self, ms: int, _qualified_ms: int) -> bool:
        self.grace_left_ms -= ms
        return self.grace_left_ms <= 0

    def keep(self) -> None:
        self.before = self.state

    def was_code(self) -> bool:
        return self.before == "code"


def triggers(other: Other) -> list[tuple[Callable[..., bool], tuple[object, ...]]]:
    """Return the story as calls of `transitions`' own trigger methods, looked up beforehand."""
    names = {
        SupplyReturned: (other.supply_returned, ("gap_ms",)),
        DigitKeyed: (other.digit_keyed, ()),
        EntryDropped: (other.entry_dropped, ()),
        EntryConfirmed: (other.entry_confirmed, ("digest",)),
        WrongCode: (other.wrong_code, ()),
        RightCode: (other.right_code, ()),
        TimePassed: (other.time_passed, ("ms", "qualified_ms")),
        VehicleRefused: (other.vehicle_refused, ()),
        VehicleAccepted: (other.vehicle_accepted, ()),
    }
    return [
        (names[type(event)][0], tuple(getattr(event, field) for field in names[type(event)][1]))
        for event in STORY
    ]


def compare() -> None:
    """Go through the story with both, side by side; a difference ends the run."""
    lock, other = Lock(State.PLAYING), Other()
    for event, (trigger, arguments) in zip(STORY, triggers(other), strict=True):
        lock = step(lock, event, REFERENCE)
        trigger(*arguments)
        if (lock.state.value, lock.errors) != (other.state, other.errors):
            raise SystemExit(f"after {event}: {lock} here, {other.state} with {other.errors} errors there")


def ours() -> float:
    """Return seconds for a round of stories."""
    started = time.perf_counter()
    for _ in range(STORIES_PER_ROUND):
        lock = Lock(State.PLAYING)
        for event in STORY:
            lock = step(lock, event, REFERENCE)
    return time.perf_counter() - started


def theirs() -> float:
    """Return seconds for a round of stories; the machine is built once, outside the time."""
    other = Other()
    calls = triggers(other)
    started = time.perf_counter()
    for _ in range(STORIES_PER_ROUND):
        for trigger, arguments in calls:
            trigger(*arguments)
    return time.perf_counter() - started


def main() -> None:
    """Print events per second of both, measured in turn, and their ratio."""
    compare()
    rounds = [(ours(), theirs()) for _ in range(ROUNDS)]
    events = STORIES_PER_ROUND * len(STORY)
    here, there = (statistics.median(seconds) for seconds in zip(*rounds, strict=True))
    ratio = statistics.median(second / first for first, second in rounds)
    print(f"radiokey step()   {events / here:12,.0f} events/s   (median of {ROUNDS} rounds of {events:,})")
    print(f"transitions       {events / there:12,.0f} events/s")
    print(f"ratio             {ratio:12.1f}            (goal: at least {GOAL})")


if __name__ == "__main__":
    main()
