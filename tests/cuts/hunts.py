"""Where a fault can hide, one hunt each: cuts, deaf writes, rotten bits, failing reads, lying syncs.

A hunt returns the first broken promise it finds, with a shortest schedule, and `None` where every promise is kept.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import combinations, product

from cutchip import Lie, bits_of, flipped
from cutunit import Broken, BrokenPromiseError, Code, Node, Runner
from everycut import explore, singles
from lives import asking, runner, wrong

from radiokey.clock import HOUR_MS
from radiokey.headunit.flash import ChipError
from radiokey.headunit.lock import Fault, State
from radiokey.headunit.store import BANKS, RECORD_SIZE, SLOTS

REAL = Code()
STORY = (wrong(), wrong(cut=False, ends=(State.WAIT, 2, 2 * HOUR_MS)))
WRITES_PER_COMMIT = 4
SYNCS_PER_COMMIT = 2


def cuts(code: Code = REAL, cuts_max: int = 1) -> Broken | None:
    """Cuts of a wrong entry, and the same entry again."""
    unit = runner(asking(1), code=code, page=0)
    return first(explore(unit, unit.here(), STORY, cuts_max).broken)


def pairs(code: Code = REAL) -> Broken | None:
    """Two cuts."""
    return cuts(code, 2)


def effects(code: Code = REAL) -> Broken | None:
    """Cuts of a wrong entry, judged by what a boot then finds and not by how often something was written."""
    unit = runner(asking(1), code=code, page=0, by_steps=False)
    return first(explore(unit, unit.here(), STORY, 1).broken)


def deaf(code: Code = REAL) -> Broken | None:
    """Erases and programs of the first commit that do nothing, any of them together, and a cut."""
    writes = range(WRITES_PER_COMMIT)
    for subset in (each for size in writes for each in combinations(writes, size + 1)):
        unit = runner(asking(1), code=code, page=0, deaf=frozenset(subset), may_stop=True)
        for broken in explore(unit, unit.here(), (wrong(),), cuts_max=1).broken:
            return said(broken, f"deaf to writes {', '.join(map(str, subset))} of the entry")
    return None


def rot(code: Code = REAL, *, every_byte: bool = False) -> Broken | None:
    """A cut anywhere in a wrong entry and then one flipped bit in a record: the count as if it had not flipped."""
    unit = runner(asking(1), code=code, page=0)
    start = unit.here()
    nodes = [start, *singles(unit, start, (wrong(),))]
    with unit.watching():
        for number, node in enumerate(nodes):
            for sector in range(BANKS * SLOTS):
                bits = list(bits_of(sector, RECORD_SIZE))
                for bit in bits[number % 8 :: 8] if every_byte else [bits[number * 37 % len(bits)]]:
                    changed = replace(node, image=flipped(node.image, bit))
                    for broken in judged(unit, changed, f"bit {bit} flips"):
                        return broken
    return None


def reads(code: Code = REAL) -> Broken | None:
    """A cut anywhere in a wrong entry, then a boot in which one read fails: a fault, silent, and nothing lost."""
    unit = runner(asking(1), code=code, page=0)
    start = unit.here()
    nodes = [start, *singles(unit, start, (wrong(),))]
    with unit.watching():
        for node in nodes:
            for broken in failing(unit, node):
                return broken
    return None


def failing(unit: Runner, node: Node) -> Iterator[Broken]:
    """Let each read of one boot fail in its turn, and then boot without."""
    reads_at_least = BANKS * SLOTS
    for number in range(1_000):
        unit.chip.failing_reads = frozenset({number})
        unit.boot(node)
        fell, left, counter = unit.chip.reads > number, unit.chip.image, unit.counter.value
        status, told = unit.unit.status, f"read {number} of the boot fails"
        silent = unit.unit.screen.sound == "silent"
        wrote = bool(unit.chip.journal)
        unit.chip.failing_reads = frozenset()
        if not fell:
            return
        if (status.state, status.fault, silent) != (State.FAULT, Fault.MEMORY, True):
            yield Broken(f"a read that fails is taken for {status.state}", (*node.schedule(), told))
        if wrote and number < reads_at_least:
            yield Broken("a chip that cannot be read is written", (*node.schedule(), told))
        yield from judged(unit, replace(node, image=left, counter=counter), told)


def lies(
    code: Code = REAL, plans: Iterable[tuple[Lie | None, ...]] | None = None, **how: object
) -> Broken | None:
    """Syncs that return and do nothing, and a cut; what is promised then stands in docs/design/cuts.md."""
    for plan in plans or product((None, *Lie), repeat=SYNCS_PER_COMMIT):
        lying = {number: lie for number, lie in enumerate(plan) if lie}
        commits = [plan[at : at + SYNCS_PER_COMMIT] for at in range(0, len(plan), SYNCS_PER_COMMIT)]
        copies = min(sum(lie is None for lie in commit) for commit in commits)
        unit = runner(
            asking(1),
            code=code,
            **{"page": 0, "lies": lying, "copies": copies, "may_close": copies == 0, **how},
        )
        for broken in explore(unit, unit.here(), (wrong(),), cuts_max=1).broken:
            return said(
                broken, f"lying syncs: {', '.join(f'{number} {lie}' for number, lie in lying.items())}"
            )
    return None


def judged(unit: Runner, node: Node, told: str) -> Iterator[Broken]:
    """Boot a node and judge it."""
    unit.boot(node)
    try:
        unit.check_boot(node.owed)
    except (BrokenPromiseError, ChipError) as broken:
        yield Broken(str(broken), (*node.schedule(), told, "the supply is back"))


def first(found: list[Broken]) -> Broken | None:
    return found[0] if found else None


def said(broken: Broken, fault: str) -> Broken:
    """Return `broken` with the chip's fault as the first line of its schedule."""
    return Broken(broken.promise, (fault, *broken.schedule))
