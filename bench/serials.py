"""Reading a number beside an earlier build, text by text in turn: `python bench/serials.py [REVISION]`.

The texts are the printed labels of `tests/vectors/labels.csv`, and 500 characters that fit everywhere. Each
build is a process of its own; a text is read by one, then by the other, so that what else the machine does
meets both. The time is that of the processor.
"""

import csv
import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BASE = "520da47"
"""The last build whose lines of a label were no table per make."""
LABELS = ROOT / "tests" / "vectors" / "labels.csv"
ROUNDS = 60
LONG = {
    name: (piece * 500)[:500]
    for name, piece in {
        "digits": "1 ",
        "fours": "1234 ",
        "eights": "12345678 ",
        "labels": "T V212 ",
        "look-alikes": "0O1I ",
        "letters": "A B 1 2 ",
    }.items()
}
SOURCE = """
import json, sys, time
sys.path.insert(0, sys.argv[1])
from radiokey.serial.number import readings
for line in sys.stdin:
    text, make, kinds = json.loads(line)
    began = time.thread_time_ns()
    readings(text, make=make, kinds=kinds)
    print(time.thread_time_ns() - began, flush=True)
"""


class Build:
    """A build that reads numbers in a process of its own."""

    def __init__(self, source: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", SOURCE, source], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def read_ns(self, asked: tuple[str, str | None, list[str] | None]) -> int:
        """Return how long a text takes."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def close(self) -> None:
        """End the process."""
        self._process.communicate()


def labels() -> list[tuple[str, str | None, list[str] | None]]:
    lines = [line for line in LABELS.read_text("utf-8").splitlines() if not line.startswith("#")]
    return [
        (row["label"], row["make"] or None, row["kinds"].split() or None)
        for row in csv.DictReader(lines)
        if row["kinds"] != "as-printed" and row["make"] != "honda"  # what the earlier one does not know
    ]


def part(times_ns: list[int], share: float) -> float:
    """Return the time, in microseconds, below which that share of them lie."""
    return sorted(times_ns)[int(share * (len(times_ns) - 1))] / 1_000


def main(base: str) -> None:
    """Measure both builds and print p50 and p99 of a label, the longest texts, and the ratios."""
    with tempfile.TemporaryDirectory(prefix="radiokey-serials-") as folder:
        archive = subprocess.run(("git", "archive", base, "src"), cwd=ROOT, check=True, capture_output=True)
        subprocess.run(("tar", "-x", "-C", folder), input=archive.stdout, check=True)
        builds = {base: Build(Path(folder, "src")), "here": Build(ROOT / "src")}
        asked = labels()
        times: dict[str, list[int]] = {name: [] for name in builds}
        for number in range(ROUNDS + 1):
            for one in asked:
                for name, build in builds.items():
                    took = build.read_ns(one)
                    times[name] += [took] if number else []  # the first round fills what is kept
        long_ms = {
            name: {
                text: min(build.read_ns((LONG[text], None, None)) for _ in range(9)) / 1e6 for text in LONG
            }
            for name, build in builds.items()
        }
        for build in builds.values():
            build.close()
    for name, took_ns in times.items():
        most = max(long_ms[name].values())
        print(
            f"{name}: p50 {part(took_ns, 0.5):.0f} us, p99 {part(took_ns, 0.99):.0f} us, "
            f"500 hostile characters at most {most:.0f} ms"
        )
    before, now = times[base], times["here"]
    p50, p99 = (part(now, share) / part(before, share) for share in (0.5, 0.99))
    worst = max(long_ms["here"].values()) / max(long_ms[base].values())
    print(f"ratio: p50 {p50:.2f}, p99 {p99:.2f}, hostile {worst:.2f}")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else BASE)
