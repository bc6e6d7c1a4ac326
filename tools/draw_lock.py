"""Draws the lock from its table: `docs/lock.md` is this program's output, and a test compares them.

python tools/draw_lock.py > docs/lock.md
"""

from collections.abc import Mapping
from typing import Final, assert_never

from radiokey.catalogue.load import load_catalogue
from radiokey.clock import MINUTE_MS, SECOND_MS
from radiokey.headunit.lock import TRANSITIONS, Event, State, VehicleRefused
from radiokey.headunit.policy import (
    REFERENCE,
    Blocked,
    Dead,
    LockPolicy,
    Penalty,
    Rung,
    UntilKeyCycle,
    UntilPowerCut,
    Wait,
)

MEANS: Final = {
    State.PLAYING: "It plays.",
    State.CODE: "It asks for the code.",
    State.SCRAMBLED: "It asks, and plays on garbled for its grace (Renault: two minutes).",
    State.ENTRY: "An entry has begun and is not confirmed.",
    State.CHECKING: "A whole entry is counted as an error and is being compared.",
    State.WAIT: "It takes nothing until enough qualified time has passed.",
    State.LOCKED: "It takes nothing until one thing happens: a power cut, a key cycle, or the service.",
    State.PERMANENT: "It never takes anything again. Only a new memory chip or a new unit helps.",
    State.SYNC: "The code was right, and the base has not answered (navigation units).",
    State.DARK: "The code was right. The screen is dark for a moment before it plays.",
    State.PROTECTED: "The car does not know this unit. There is no code for that.",
    State.FAULT: "Memory, firmware, bus or tampering. It is never called a wrong code.",
}
INSIDE: Final = tuple(state for state, row in TRANSITIONS.items() if VehicleRefused in row)
"""The states from which the unit can be set aside; drawn as one box, so that its arrows are drawn once."""

SET_ASIDE: Final = frozenset({State.PROTECTED, State.FAULT})


def picture() -> str:
    """Return the table as a Mermaid state diagram; an event that leads back to its own state is left out."""
    lines = ["stateDiagram-v2", "  [*] --> playing", "  state unit {"]
    lines += [f"    {state.value}" for state in INSIDE]
    arrows: dict[tuple[str, str], list[str]] = {}
    for state, row in TRANSITIONS.items():
        for event, followers in row.items():
            for start, to in _ends(state, followers):
                names = arrows.setdefault((start, to), [])
                if event.__name__ not in names:
                    names.append(event.__name__)
    drawn = {ends: f"{ends[0]} --> {ends[1]}: {' / '.join(names)}" for ends, names in arrows.items()}
    lines += [f"    {line}" for ends, line in drawn.items() if not {"unit", *SET_ASIDE} & set(ends)]
    lines += ["  }"]
    lines += [f"  {line}" for ends, line in drawn.items() if {"unit", *SET_ASIDE} & set(ends)]
    return "\n".join(lines)


def _ends(state: State, followers: frozenset[State]) -> list[tuple[str, str]]:
    """Return the arrows of one entry of the table; to and from the box where it holds for the whole box."""
    start = "unit" if state in INSIDE and followers <= SET_ASIDE else state.value
    others = followers - {state}
    if state in SET_ASIDE and len(others) > 1:
        back = others - SET_ASIDE
        return [(start, "unit")] + [(start, other.value) for other in State if other in others - back]
    return [(start, other.value) for other in State if other in others]


def table() -> str:
    """Return the table, one line per state; what holds for the whole box is said once, above it."""
    return "\n".join(
        f"| **{state.value}** | {MEANS[state]} | {'<br>'.join(_row(state, row)) or '-'} |"
        for state, row in TRANSITIONS.items()
    )


def _row(state: State, row: Mapping[type[Event], frozenset[State]]) -> list[str]:
    return [
        f"`{event.__name__}` &rarr; {', '.join(after.value for after in State if after in followers)}"
        for event, followers in row.items()
        if state in SET_ASIDE or not followers <= SET_ASIDE
    ]


def policies() -> str:
    """Return one line per schedule that is known, the reference first."""
    known = [
        model for model in load_catalogue().models.values() if model.schedule.known and not model.default
    ]
    lines = [_policy(f"`{model.id}`", model.policy(), model.assumed()) for model in known]
    return "\n".join([_policy("our own reference", REFERENCE), *lines])


def _policy(name: str, policy: LockPolicy, assumed: tuple[str, ...] = ()) -> str:
    ahead = [*policy.schedule[1:], None]
    rungs = "; ".join(_rung(rung, after) for rung, after in zip(policy.schedule, ahead, strict=False))
    clock, cut = policy.clock_needs.value, policy.power_cut.value
    clock = f"*{clock}*" if "clock_needs" in assumed else clock
    cut = f"*{cut}*" if "power_cut" in assumed else cut
    return f"| {name} | {rungs or 'no limit'} | {clock} | {cut} |"


def _rung(rung: Rung, after: Rung | None) -> str:
    first, penalty = rung.errors, _penalty(rung.penalty)
    if rung.every > 1:
        return f"errors {first}, {first + rung.every}, {first + 2 * rung.every} ...: {penalty}"
    if isinstance(rung.penalty, Dead | Blocked) or (after and after.errors == first + 1):
        return f"error {first}: {penalty}"
    return f"errors {first} to {after.errors - 1}: {penalty}" if after else f"from error {first}: {penalty}"


def _penalty(penalty: Penalty) -> str:
    match penalty:
        case Wait(ms=(low, high), doubles=doubles):
            wait = _time(high) if low == high else f"{_time(low)} to {_time(high)}"
            return f"{wait}, doubling" if doubles else wait
        case UntilPowerCut():
            return "until the supply is cut"
        case UntilKeyCycle():
            return "until the key is turned off and on"
        case Blocked(tries=tries):
            return f"until the service allows {tries} more"
        case Dead():
            return "the end"
        case unknown:
            assert_never(unknown)


def _time(ms: int) -> str:
    return f"{ms // MINUTE_MS} min" if ms % MINUTE_MS == 0 else f"{ms // SECOND_MS} s"


def document() -> str:
    """Return `docs/lock.md`."""
    return _DOCUMENT.format(picture=picture(), table=table(), policies=policies())


_DOCUMENT: Final = """\
# The lock

This page is drawn from `TRANSITIONS` in `src/radiokey/headunit/lock.py` and from the catalogue; a test fails
when it is stale. Write it anew with

    python tools/draw_lock.py > docs/lock.md

A radio that was without supply for longer than its gap asks for its code. From then on the lock does four
things, always in this order:

1. A whole entry that was confirmed is **counted as an error**, durably, in both banks of the memory chip.
2. Only then is the entry **compared** with the code. If the error could not be written, nothing is compared.
3. What follows is made durable: it plays with a clean count, or it waits, is locked, or is at its end.
4. Only then does the display show it.

So no way of cutting the supply turns a wrong guess into a free one. The count goes on through every wait; the
right code clears it, and nothing else, but for the radios that are known to give new tries after a power cut.
What is half keyed, what is keyed during a wait, and a quick press on a key that wants holding count nothing.

Of the time that passes only the *qualified* part shortens a wait; what qualifies (radio on, ignition on,
engine running, only the supply) differs from radio to radio. The bytes of the memory are in
[spec/record.md](spec/record.md).

```mermaid
{picture}
```

An event that leads back to its own state is not drawn. The box is the unit while nothing sets it aside. A car
that does not know it (`VehicleRefused`) or a fault (`FaultFound`) takes it out of the box from any state; it
comes back to where it was, a half-keyed entry dropped and a dark screen over. A long gap in the supply is
noticed there too: a radio that was carried off asks for its code afterwards. A fault of the memory and
tampering end, like the permanent lock, only with a chip that a signed grant makes this unit's own
(`ChipProvisioned`). The car that a paired unit knows (`CarKnown`) opens it without a code, but out of no wait
and no lock, and clears no error ([spec/pairing.md](spec/pairing.md)). A navigation unit plays only once the
base has answered too (`Synchronised`; [spec/synchronisation.md](spec/synchronisation.md)).

| state | what it is | what can happen to it, beside being set aside |
|---|---|---|
{table}

Whatever is not in this table changes nothing.

## Policies

A schedule is a list of rungs; the last rung reached is in force. A range waits its longer end. *Slanted*: not
known, and the most cautious reading in its place.

| radio | which error brings what | a waiting second needs | a power cut during the wait |
|---|---|---|---|
{policies}
"""


if __name__ == "__main__":
    print(document(), end="")
