"""The machinery itself: what it works out is what a chip leaves that really stops."""

from cutchip import CuttingChip, CuttingCounter, Did, Fill, Lie, Op, points
from cutunit import KEY
from everycut import singles
from lives import asking, design, runner, wrong

from radiokey.headunit.device import Device
from radiokey.headunit.unit import HeadUnit

BYTES_PER_COMMIT = 2 * (128 + 84 + 1) + 2


def stopped(start, act, cut, fill, *, kept):
    """Do the act on a chip that stops there; return what the chip and the counter hold then."""
    chip = CuttingChip(start.image, cut, fill, kept=kept)
    counter = CuttingCounter(chip, start.counter)
    unit = HeadUnit(design(), chip, Device(KEY, counter=counter))
    act.do(unit)
    assert (chip.left is None) is unit.around.supply
    return (chip.left or chip.image), counter.value


def test_the_runner_works_out_exactly_what_a_chip_leaves_that_really_stops():
    """Every point of a wrong entry, every filling, with and without what was not synced: the same images."""
    unit = runner(asking(1), page=0)
    start, act = unit.here(), wrong()
    worked_out = {(node.image, node.counter) for node in singles(unit, start, (act,))}
    unit.boot(start)
    act.do(unit.unit)
    ends = sum(map(points, unit.chip.journal))
    assert ends % BYTES_PER_COMMIT == 0
    left = {
        stopped(start, act, cut, fill, kept=kept)
        for cut in range(ends + 1)
        for fill, kept in [*((fill, True) for fill in Fill), (Fill.OLD, False)]
    }
    assert worked_out | {(start.image, start.counter)} == left


def test_a_cut_falls_before_every_byte_and_around_the_count():
    assert points(Op(Did.ERASE)) == 128
    assert points(Op(Did.PROGRAM, 0, 0, bytes(84))) == 84
    assert (points(Op(Did.SYNC)), points(Op(Did.COUNT)), points(Op(Did.COMPARE))) == (1, 2, 0)


def test_the_journal_tells_of_the_compare_after_the_count():
    """Erase, program and sync in both banks, then the count; nothing is compared between."""
    unit = runner(asking())
    with unit.watching():
        unit.boot(unit.here())
        unit.chip.reset(unit.chip.image)
        wrong().do(unit.unit)
    bank = [Did.ERASE, Did.PROGRAM, Did.SYNC]
    told = [op.did for op in unit.chip.journal]
    at = told.index(Did.COMPARE)
    assert told.count(Did.COMPARE) == 1
    for commits in (told[:at], told[at + 1 :]):
        count = len(commits) // 7
        assert commits == [*bank, *bank, Did.COUNT] * count
        assert count >= 1


def test_a_sync_that_lies_keeps_what_was_written_from_the_media():
    """The unit reads what it wrote; the media get it with the next honest sync, or never."""
    for lie in Lie:
        unit = runner(asking())
        unit.chip.reset(unit.chip.image)
        unit.chip.lies = {0: lie, 1: lie}
        wrong().do(unit.unit)
        first, honest = unit.chip.journal[:4], unit.chip.journal[4:]
        assert [op.did for op in first] == [Did.ERASE, Did.PROGRAM] * 2
        assert {op.kept for op in first} == {lie is Lie.LATER}
        assert all(op.kept for op in honest)
