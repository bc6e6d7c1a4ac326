"""Draws the request from its table: `docs/request.md` is this program's output, and a test compares them.

python tools/draw_request.py > docs/request.md
"""

from collections.abc import Mapping
from typing import Final

from radiokey.base.requests.reasons import WORDS, Reason
from radiokey.base.requests.request import (
    TIMES,
    TRANSITIONS,
    TURNS,
    Check,
    Event,
    Objection,
    State,
    Turn,
)
from radiokey.base.requests.words import MEANS, NAMES, TICKED
from radiokey.clock import DAY_MS, HOUR_MS

OBJECTS: Final = {
    Objection.ANOTHER_CAR: "The VIN that was seen at the car is not the request's.",
    Objection.NOT_NOW: "The state does not list it.",
    Objection.NOT_YOURS: "Only the requester does that.",
    Objection.OWN_CHECK: "Someone who checked, or saw the car, does not approve.",
    Objection.OWN_REQUEST: "The requester does not decide.",
    Objection.REGISTRAR: "A registrar, or someone who had this radio on the stolen list, does not approve.",
    Objection.TOO_EARLY: "The owner's time is not over.",
    Objection.TOO_MANY_PAPERS: "More papers than a desk can look at.",
    Objection.UNTICKED: "Something on the check list is not ticked.",
}


def picture() -> str:
    """Return the table as a Mermaid state diagram; an event that leads back to its own state is left out."""
    lines = ["stateDiagram-v2", "  [*] --> draft"]
    lines += [f'  state "{NAMES[state]}" as {state.value}' for state in State if NAMES[state] != state.value]
    arrows: dict[tuple[State, State], list[str]] = {}
    for state, row in TRANSITIONS.items():
        for event, followers in row.items():
            for after in sorted(followers - {state}):
                arrows.setdefault((state, after), []).append(event.__name__)
    lines += [
        f"  {start.value} --> {end.value}: {' / '.join(names)}" for (start, end), names in arrows.items()
    ]
    lines += [f"  {state.value} --> [*]" for state in State if not TRANSITIONS[state]]
    return "\n".join(lines)


def table() -> str:
    """Return the table, one line per state."""
    return "\n".join(
        f"| **{NAMES[state]}** | {MEANS[state]} | {TURNS[state].value} | {_until(state)} | {_row(row)} |"
        for state, row in TRANSITIONS.items()
    )


def _until(state: State) -> str:
    if TURNS[state] is Turn.NOBODY:
        return "-"
    ends = "then it expires" if TURNS[state] is Turn.OWNER else "then it is shown as late"
    return f"{_time(TIMES.of(state))}, {ends}"


def _time(ms: int) -> str:
    return f"{ms // DAY_MS} days" if ms % DAY_MS == 0 else f"{ms // HOUR_MS} hours"


def _row(row: Mapping[type[Event], frozenset[State]]) -> str:
    return (
        "-"
        if not row
        else "<br>".join(
            f"`{event.__name__}` &rarr; {', '.join(NAMES[after] for after in sorted(followers))}"
            for event, followers in row.items()
        )
    )


def _listed(words: Mapping[Reason, str] | Mapping[Check, str] | Mapping[Objection, str]) -> str:
    return "\n".join(sorted(f"| `{key.value}` | {said} |" for key, said in words.items()))


def document() -> str:
    """Return `docs/request.md`."""
    return _DOCUMENT.format(
        picture=picture(),
        table=table(),
        checks=_listed(TICKED),
        reasons=_listed(WORDS),
        objections=_listed(OBJECTS),
    )


_DOCUMENT: Final = """\
# A request for a code

This page is drawn from `TRANSITIONS` in `src/radiokey/base/requests/request.py` and the lists beside it.
A test fails when it is stale. Write it anew with

    python tools/draw_request.py > docs/request.md

An owner asks; a clerk compares papers and car; somebody else approves; the release service releases. How this
is stored, and how the database keeps the three apart, is in [spec/request.md](spec/request.md).

```mermaid
{picture}
```

| state | what it is | whose turn | until when | what can happen |
|---|---|---|---|---|
{table}

Whatever is not in this table changes nothing. What the desk takes its time for costs the owner nothing.

## The check list

| tick | means |
|---|---|
{checks}

## Reasons for a no

| reason | what the owner reads |
|---|---|
{reasons}

## What keeps an act from holding

| objection | why |
|---|---|
{objections}
"""


if __name__ == "__main__":
    print(document(), end="")
