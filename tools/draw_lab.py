"""Draws what the known kinds of locks cost either side: docs/lab.md and docs/pictures/lab.svg.

python tools/draw_lab.py     writes both; a test compares them
"""

from pathlib import Path
from typing import Final

from radiokey.clock import DAY_MS
from radiokey.lab.load import patterns
from radiokey.lab.owner import Habits, least_cost
from radiokey.lab.picture import costs_svg
from radiokey.lab.search import Judged, front, grid, judge
from radiokey.lab.words import percent, span

ROOT: Final = Path(__file__).resolve().parents[1]
CODES: Final = 10_000
WITHIN_MS: Final = 30 * DAY_MS
HABITS: Final = Habits()


def known() -> list[Judged]:
    """Return what each pattern costs."""
    return [judge(one, HABITS, CODES, WITHIN_MS) for one in patterns().values()]


def best() -> tuple[int, list[Judged]]:
    """Return how many schedules the grid has, and those that none dominates."""
    everything = [judge(one, HABITS, CODES, WITHIN_MS) for one in grid()]
    return len(everything), front(everything)


def picture(named: list[Judged], unnamed: list[Judged]) -> str:
    """Return the picture: the patterns by name, the front of the search as small points."""
    return costs_svg("What schedules cost a thief and an owner", named, unnamed=unnamed)


def document(named: list[Judged], judged: int, unnamed: list[Judged]) -> str:
    """Return `docs/lab.md`."""
    return _DOCUMENT.format(
        patterns="\n".join(map(_pattern, named)),
        judged=judged,
        left=len(unnamed),
        front="\n".join(map(_row, unnamed)),
    )


def _pattern(one: Judged) -> str:
    least = least_cost(one.schedule.policy, HABITS)
    source = patterns()[one.schedule.name].source
    return f"{_row(one)} {span(float(least.waiting_ms))}, {percent(least.dead)} | {source} |"


def _row(one: Judged) -> str:
    cells = percent(one.thief), span(float(one.owner.waiting_ms)), percent(one.owner.dead)
    return f"| {one.schedule.name} | {' | '.join(cells)} |"


_DOCUMENT: Final = """\
# What a schedule costs a thief, and what it costs an owner

This page and its picture are drawn from `radiokey.lab`; a test fails when they are stale. Write them anew
with `python tools/draw_lab.py`. [What is assumed, and how it is worked out](spec/lab.md); [judge one of
your own](how-to/lab.md).

10,000 codes; a thief has 30 days and keys one every 10 s. Of owners one entry in 50 is mistyped and one
reading of the code in 20 is wrong, which **nobody has measured**, and 14 of 66 waits are cut off. So the
columns of owners are for comparing schedules, not for believing a number.

![Both costs as two axes, one point for each kind of lock; the tables say the same](pictures/lab.svg)

The small points are the schedules of the second table.

## Known kinds

By pattern, never by product. *At best*: time and lost radios of an owner who always knows whether to key
again or to get the code anew.

| kind of lock | thief | owner waits | radios lost | at best | source |
|---|---|---|---|---|---|
{patterns}

## Nobody of {judged} dominates these

Of the [grid](spec/lab.md#nobody-dominates), {left} are not beaten by another in all three.

| schedule | thief | owner waits | radios lost |
|---|---|---|---|
{front}

What they show:

- Waiting from the first error on is what costs owners. From the third on, two hours that double give a thief
  two tries more in a month and take 90 s of an owner instead of 26 min.
- An end at three tries is the hardest on thieves, and takes a radio from one owner in three hundred. An end
  at ten takes next to none. Waits that double without a cap are about as hard, and take none at all.
- A cap on a doubling wait, or a batch of tries that comes back, is what a patient thief lives on.
"""


if __name__ == "__main__":
    judged, unnamed = best()
    named = known()
    (ROOT / "docs" / "lab.md").write_text(document(named, judged, unnamed), "utf-8")
    (ROOT / "docs" / "pictures" / "lab.svg").write_text(picture(named, unnamed), "utf-8")
