"""Power cuts through the real store: each cut makes an image, the real `Store.load` boots it, it is judged.

Nothing is looked up instead of booted: every byte of every erase and program with its three fillings, every
sync and both sides of the count. What a pure function returned (the CRC, the HMAC of a slot) may be
remembered; both ways are printed. Beside it stand, from the same run, what a byte written to the bare RAM
chip costs, what it costs to make the images alone, and the closure of the counter path, which boots an image
once however many cuts leave it. Seconds are those of the processor: a busy neighbour does not change them.
"""

import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from radiokey.headunit import store as records
from radiokey.headunit.device import Device
from radiokey.headunit.flash import RamChip
from radiokey.headunit.lock import Lock, State

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "cuts"))

from cutchip import Did, JournalChip, JournalCounter, all_torn, done
from cutunit import KEY, remembering
from everycut import explore
from lives import asking, runner, wrong

COMMITS = 120
CORES = 2
GOAL_CUTS, GOAL_SECONDS = 10_000_000, 60
BYTES = 2_000_000


def story(commits):
    """Yield (image, counter, journal, old lock, new lock) of each of so many commits, none of them cut."""
    chip = JournalChip()
    device = Device(KEY, counter=JournalCounter(chip))
    store = records.Store.provision(chip, device, bytes(records.DIGEST_SIZE))
    for errors in range(1, commits + 1):
        old, image, counter = store.record.lock, chip.image, device.counter.value
        new = Lock(State.WAIT, errors, 60_000 - errors, 60_000)
        chip.reset(image)
        store.commit(new)
        yield image, counter, chip.journal, old, new
        chip.reset(chip.image)


def images(commit):
    """Yield (image, counter) for every cut of a commit."""
    image, counter, journal, _, _ = commit
    media = list(image)
    for op in journal:
        if op.did in {Did.ERASE, Did.PROGRAM}:
            head, sector, tail = media[: op.sector], media[op.sector], media[op.sector + 1 :]
            for _, _, left in all_torn(sector, op):
                yield (*head, left, *tail), counter
            media[op.sector] = done(sector, op)
        else:
            yield tuple(media), counter
            if op.did is Did.COUNT:
                counter += 1
                yield tuple(media), counter


def cut(commits):
    """Boot every cut of so many commits; return how many and the seconds they took."""
    cuts, chip = 0, JournalChip()
    counter = JournalCounter(chip)
    device = Device(KEY, counter=counter)
    lives = list(story(commits))
    started = time.process_time()
    for commit in lives:
        old, new = commit[3:]
        for image, count in images(commit):
            chip.reset(image)
            counter.value = count
            record = records.Store.load(chip, device).record
            if record.lock not in (old, new) or record.sequence != counter.value:
                raise SystemExit("a cut left neither the old record nor the new one")
            cuts += 1
    return cuts, time.process_time() - started


def cut_remembering(commits):
    """The same with the pure functions remembering."""
    decode, mac = records.decode, records._mac  # noqa: SLF001 - the pure part
    records.decode, records._mac = remembering(decode), remembering(mac)  # noqa: SLF001
    try:
        return cut(commits)
    finally:
        records.decode, records._mac = decode, mac  # noqa: SLF001


def made_only(commits):
    """Make the images, and boot none."""
    lives = list(story(commits))
    started = time.process_time()
    cuts = sum(1 for commit in lives for _ in images(commit))
    return cuts, time.process_time() - started


def ram_bytes():
    """Program bytes on the bare RAM chip; return how many and the seconds."""
    chip = RamChip(records.CHIP_SIZE, records.SECTOR_SIZE)
    data = bytes(records.CHIP_SIZE)
    started = time.process_time()
    for _ in range(BYTES // len(data)):
        chip.program(0, data)
    return chip.written, time.process_time() - started


def on_cores(work, cores):
    """Do the same work on each core at once; return the cuts of all in a second of as many processors."""
    with ProcessPoolExecutor(cores) as pool:
        ends = list(pool.map(work, [COMMITS] * cores))
    return sum(cuts / seconds for cuts, seconds in ends)


def closure():
    """Explore one wrong entry to closure; return the cuts and boots, and the seconds."""
    unit = runner(asking(1), page=0)
    started = time.process_time()
    report = explore(unit, unit.here(), (wrong(),))
    if report.broken or not report.closed:
        raise SystemExit(str(report.broken[0] if report.broken else report))
    return report, time.process_time() - started


def main() -> None:
    written, seconds = ram_bytes()
    floor = written / seconds
    print(f"bare RAM chip: {floor:,.0f} bytes written/s")
    count, seconds = made_only(COMMITS)
    print(f"images made and not booted: {count / seconds:,.0f} cuts/s")
    count, seconds = cut(COMMITS // 4)
    print(f"real store, nothing remembered, 1 core: {count / seconds:,.0f} cuts/s")
    one = on_cores(cut_remembering, 1)
    print(
        f"real store, pure functions remember, 1 core: {one:,.0f} cuts/s, "
        f"a cut in the time of {floor / one:.1f} bytes on the bare chip"
    )
    rate = on_cores(cut_remembering, CORES)
    verdict = "reached" if GOAL_CUTS / rate <= GOAL_SECONDS else "missed"
    print(
        f"the same on {CORES} cores: {rate:,.0f} cuts/s; {GOAL_CUTS:,} cuts in {GOAL_CUTS / rate:.0f} s "
        f"(goal {GOAL_SECONDS} s: {verdict})"
    )
    report, seconds = closure()
    print(
        f"closure of the counter path, whole unit, 1 core: {report.cuts:,} cuts in {seconds:.1f} s "
        f"({report.cuts / seconds:,.0f}/s), by {report.boots:,} boots ({report.boots / seconds:,.0f}/s)"
    )


if __name__ == "__main__":
    main()
