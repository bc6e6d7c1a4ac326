"""Every cut of a story: run it, cut it at every point, boot what is left, cut that boot, until nothing new appears.

A story is a few acts with a unit (an entry is keyed, a minute is waited). The runner lets the real `HeadUnit` with
the real `Store` live it once on a chip that keeps a journal, works out every image that a cut can leave, and boots
each image that it has not seen. A boot that writes is cut in its turn. What must hold is checked after every boot;
the first schedule found that breaks a promise is a shortest one, since cuts are added one at a time.

The runner never writes a record: every byte on the chip comes from `store.py`, whole or torn.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import groupby, product
from typing import Any

import cutchip
from cutchip import Did, Fill, Image, Op
from cutunit import Act, Broken, BrokenPromiseError, Node, Owed, Report, Runner

from radiokey.headunit import store as real_store


def singles(runner: Runner, start: Node, story: tuple[Act, ...]) -> list[Node]:
    """Return what one cut in the first act can leave."""
    search = Search(runner, story)
    with runner.watching():
        found = search.live(start)
    assert not search.report.broken, search.report.broken[0]
    return found


def explore(runner: Runner, start: Node, story: tuple[Act, ...], cuts_max: int = 1_000) -> Report:
    """Explore the story from `start` with up to `cuts_max` cuts, or until no new image appears."""
    search = Search(runner, story)
    frontier = [start]
    with runner.watching():
        for number in range(cuts_max + 1):
            search.last = number == cuts_max
            frontier = [child for node in frontier for child in search.live(node)]
            if search.report.broken or not frontier:
                break
            search.report.images.append(len(frontier))
    search.report.closed = not search.last
    return search.report


@dataclass(frozen=True, slots=True)
class Life:
    """What a journal was written in: a boot or an act from `node` on, and what is owed on the way and `after` it.

    `owed(counts, compared)`: by how often the counter has counted, and whether the code was compared.
    """

    node: Node
    name: str
    position: int
    owed: Callable[[int, bool], Owed]
    after: Owed | None
    errors: int = 0


class Search:
    """One exploration: what was seen, and what a node leads to."""

    def __init__(self, runner: Runner, story: tuple[Act, ...]) -> None:
        self.runner, self.story, self.report = runner, story, Report()
        self.seen: dict[Any, tuple[set[Any], set[Any]]] = {}
        self.met: set[Any] = set()
        self.last = False
        self.doing = ""

    def live(self, node: Node) -> list[Node]:
        """Boot a node, do what the story has left, and return the new nodes that a cut on the way can leave."""
        if self.report.broken:
            return []
        runner, found = self.runner, []
        self.doing = "the supply is back"
        try:
            runner.boot(node)
            self.report.boots += 1
            locks = runner.check_boot(node.owed)
            if not locks:
                self.report.faults += 1
                return []
            after = runner.owing()
            up = (runner.chip.image, runner.counter.value, node.position, runner.unit._lock)
            during = replace(node.owed, locks=locks | after.locks)
            if runner.chip.journal:
                found += self.spread(
                    Life(node, "boot", node.position, lambda _counts, _compared: during, after)
                )
            if up in self.met:
                return found
            self.met.add(up)
            now = replace(node, image=up[0], counter=up[1], owed=after)
            self.check_again(now)
            if node.position < len(self.story):
                found += self.perform(now)
        except BrokenPromiseError as broken:
            self.report.broken.append(Broken(str(broken), (*node.schedule(), self.doing)))
        except (IndexError, ValueError) as error:
            told = f"the unit breaks down: {type(error).__name__}"
            self.report.broken.append(Broken(told, (*node.schedule(), self.doing)))
        return found

    def check_again(self, node: Node) -> None:
        """A second boot changes nothing: no boot ends half-done."""
        runner = self.runner
        was = real_store.kept(runner.unit._lock)
        if runner.after_boot(was) != was:
            return  # a gap has its own effect on this state
        runner.boot(node)
        if runner.chip.journal or real_store.kept(runner.unit._lock) != was:
            raise BrokenPromiseError("a second boot is not the same as the first")

    def perform(self, node: Node) -> list[Node]:
        """Do the next act, and return what its cuts leave."""
        runner, act = self.runner, self.story[node.position]
        stages, before, lock = runner.stages(act), node.owed, runner.unit._lock
        errors, costs = lock.errors, runner.costs(lock, act)
        self.doing = act.name
        runner.chip.reset(node.image)
        act.do(runner.unit)
        self.report.runs += 1
        after, shown = runner.owing(), runner.unit.status
        stopped = runner.how.may_stop and runner.unit._store is None and runner.unit.screen.sound == "silent"
        if not stopped and after.locks != {stages[-1]}:
            raise BrokenPromiseError(f"{act.name}: ends as {shown.state}")
        if act.ends and act.ends != (shown.state, shown.errors, shown.wait_left_ms):
            raise BrokenPromiseError(f"{act.name}: ends as {shown.state} with {shown.errors} errors")
        locks = [stages[0], *runner.committed()]
        if runner.how.by_steps and not stopped and [lock for lock, _ in groupby(locks)] != stages:
            raise BrokenPromiseError(f"{act.name}: commits something else than the lock's own steps")
        waited = min(before.wait_ms, after.wait_ms) if after.wait_ms else 0

        def owed(counts: int, compared: bool) -> Owed:  # noqa: FBT001
            at = min(counts, len(locks) - 1)
            return Owed(
                frozenset(locks[at : at + 2] if runner.how.by_steps else stages),
                0 if act.forgives or (compared and act.right) else errors + (costs and compared),
                errors + costs,
                waited,
                before.opened or act.opens or (compared and act.right),
            )

        if not act.cut:
            return []
        ends = None if stopped else after
        return self.spread(Life(node, act.name, node.position + 1, owed, ends, errors + costs))

    def spread(self, life: Life) -> list[Node]:
        """Return the nodes not seen before that a cut anywhere in the chip's journal leaves: none after the last."""
        if self.last:
            return []
        cuts = Cuts(self, life.node, life.name, life.position)
        counts, compared = 0, False
        cuts.owe(life.owed(counts, compared))
        for number, op in enumerate(self.runner.chip.journal):
            if op.did is Did.COMPARE:
                self.runner.check_compare(tuple(cuts.durable), cuts.counter, life.errors)
                compared = True
                cuts.owe(life.owed(counts, compared))
                continue
            cuts.op(number, op)
            if op.did is Did.COUNT:
                counts += 1
                cuts.owe(life.owed(counts, compared))
                cuts.leave("after it", "")
        cuts.owe(life.after or life.owed(counts, compared))
        cuts.rest()
        return cuts.found


class Cuts:
    """The walk along one journal: what the media hold, what is durable, and what a cut here leaves."""

    def __init__(self, search: Search, node: Node, name: str, position: int) -> None:
        self.search, self.node, self.name, self.position = search, node, name, position
        self.media, self.durable = list(node.image), list(node.image)
        self.counter = node.counter
        self.window: dict[int, list[bytes]] = {}
        self.found: list[Node] = []
        self.step: tuple[int, Op] | None = None

    def owe(self, owed: Owed) -> None:
        """From here on a cut leaves a unit that owes this."""
        self.owed = owed
        self.known, self.torn = self.search.seen.setdefault(
            (self.counter, self.position, owed), (set(), set())
        )

    def add(self, image: Image, cut: object, fill: str) -> None:
        if image not in self.known:
            self.known.add(image)
            how = f"{self.name}: {self.line()}, cut {cut}{f', {fill}' if fill else ''}"
            self.found.append(Node(image, self.counter, self.position, self.owed, self.node, how))

    def line(self) -> str:
        """Return where in the journal the walk is."""
        if self.step is None:
            return "all done"
        number, op = self.step
        return f"step {number}, {op.did}" + (f" sector {op.sector}" if cutchip.writes(op) else "")

    def leave(self, cut: object, fill: str) -> None:
        """A cut between two bytes: everything so far has arrived, or nothing of what was not synced."""
        self.search.report.cuts += 1
        self.add(tuple(self.media), cut, fill)
        if self.window:
            self.search.report.cuts += 1
            self.add(tuple(self.durable), cut, "nothing unsynced arrives")

    def op(self, number: int, op: Op) -> None:
        report = self.search.report
        self.step = (number, op)
        match op.did:
            case Did.ERASE | Did.PROGRAM:
                if op.kept:
                    self.tear(op)
                    old = self.media[op.sector]
                    self.media[op.sector] = cutchip.done(old, op)
                    self.window.setdefault(op.sector, [old]).append(self.media[op.sector])
                report.cuts += cutchip.points(op) * (len(Fill) + 1)
                self.add(tuple(self.durable), "at byte 0", "nothing unsynced arrives")
            case Did.SYNC:
                self.leave("before it", "")
                if self.search.runner.how.page:
                    self.disorder(self.search.runner.how.page)
                self.durable = list(self.media)
                self.window.clear()
            case Did.COUNT:
                self.leave("before it", "")
                self.counter += 1

    def tear(self, op: Op) -> None:
        """Add what a cut at each byte of a write leaves; what was worked out before is not worked out again."""
        at, sector = op.sector, self.media[op.sector]
        head, tail = tuple(self.media[:at]), tuple(self.media[at + 1 :])
        filled = cutchip.TORN_ERASE_FILLED if op.did is Did.ERASE else cutchip.torn_program(sector, op)
        torn_before = (head, tail, op.did is Did.ERASE or sector, op.at, op.data)
        if torn_before not in self.torn:
            self.torn.add(torn_before)
            for left, (cut, fill) in filled.items():
                self.add((*head, left, *tail), f"at byte {cut}", "" if fill is Fill.OLD else f"rest {fill}")
        if op.did is not Did.ERASE:
            return
        cut, left = 0, sector
        while (image := (*head, left, *tail)) not in self.torn:
            self.torn.add(image)
            self.add(image, f"at byte {cut}", "")
            cut, left = cutchip.erased_further(left)

    def rest(self) -> None:
        """The supply goes when everything is done."""
        self.step = None
        self.leave("then", "")

    def disorder(self, page: int) -> None:
        """What was not synced arrives in any order, page by page."""
        if len(self.window) > 1:
            page = max(page, cutchip.SECTOR_SIZE // 2)
        by_byte = self.search.runner.how.by_byte
        sectors = [
            cutchip.mixtures(self.window[at], page, by_byte=by_byte) if at in self.window else {sector}
            for at, sector in enumerate(self.durable)
        ]
        for image in product(*sectors):
            self.search.report.cuts += 1
            self.add(image, "before it", "pages out of order")
