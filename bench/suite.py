"""`make test` of this build beside an earlier one's, on this machine: `python bench/suite.py [REVISION]`.

Each is run in a clone of its own, one after the other, with its environment built and the programs that it
needs there before the clock starts. Only what is committed is measured. Both may keep what Python compiles.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BASE = "7961fb7"
"""The last build whose tests ran one interpreter after the other."""

PYTHONS = (".venv-dev", ".venv")
"""Where a build keeps what its tests need; the second is that of earlier ones."""
PROGRAMS = ("chromium", "spin", "golang")


@dataclass(frozen=True)
class Took:
    """How long a build's tests took: by the clock, and of the processors as far as they were waited for.

    `load_before` is how many processes wanted a core when the clock started: it spoils the clock.
    """

    revision: str
    wall_s: float
    cpu_s: float
    load_before: float


def git(*arguments: str | Path, folder: Path = ROOT) -> str:
    ran = subprocess.run(("git", *arguments), cwd=folder, check=True, capture_output=True, text=True)
    return ran.stdout.strip()


def cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def measure(revision: str, folder: Path) -> Took:
    """Run the tests of a revision in a clone in `folder`; what they say goes to a file beside it."""
    git("clone", "--quiet", "--no-checkout", ROOT, folder)
    git("checkout", "--quiet", "--detach", revision, folder=folder)
    log = folder.with_suffix(".log")
    surroundings = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    with log.open("w", encoding="utf-8") as said:

        def make(*command: str | Path) -> bool:
            streams = {"stdout": said, "stderr": said}
            return not subprocess.run(
                command, cwd=folder, env=surroundings, **streams, check=False
            ).returncode

        ready = make("make", "setup")
        python = next((folder / name / "bin" / "python" for name in PYTHONS if (folder / name).exists()), "")
        if not ready or not all(make(python, folder / "tools" / f"{name}.py") for name in PROGRAMS):
            sys.exit(f"{revision} cannot be made ready:\n{log.read_text('utf-8')[-2_000:]}")
        began_s, used_s, load = time.monotonic(), cpu_s(), os.getloadavg()[0]
        passed = make("make", "test")
        took = Took(git("rev-parse", "--short", revision), time.monotonic() - began_s, cpu_s() - used_s, load)
    if not passed:
        sys.exit(f"the tests of {revision} fail:\n{log.read_text('utf-8')[-5_000:]}")
    return took


def main(base: str) -> None:
    """Measure both, the earlier one first, and print their times and how many times shorter ours is."""
    if git("status", "--porcelain"):
        print("what is not committed is not measured")
    with tempfile.TemporaryDirectory(prefix="radiokey-suite-") as folder:
        took = [
            measure(revision, Path(folder, name)) for name, revision in (("base", base), ("here", "HEAD"))
        ]
    for one in took:
        minutes, seconds = divmod(round(one.wall_s), 60)
        print(
            f"make test of {one.revision}: {minutes} min {seconds:02} s, processors {one.cpu_s:.0f} s, "
            f"load before {one.load_before:.1f}"
        )
    before, now = took
    wall, cpu = now.wall_s / before.wall_s, now.cpu_s / before.cpu_s
    print(f"ratio: {wall:.2f} by the clock, {cpu:.2f} of the processors")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else BASE)
