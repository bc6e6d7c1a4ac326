"""The command line as a whole process, beside what a user of Python would start anyway: `import typer`.

All are run in turn, round after round, so that a busy moment meets each of them alike; beside the whole time
stands that of the processor, which a busy neighbour changes least. The first release makes the base; the
others of the same day repeat its answer.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROUNDS = 15
RATIO_MAX, MEGABYTES_MAX = 2.8, 40
"""What the first of the commands may take: times `import typer`, and of memory."""
PYTHON, TYPER = "python -c pass", "python -c 'import typer'"
COMMANDS = {
    "radiokey code": ("code", "281155216RT V212", "--model", "renault_86a", "--i-own-this-radio", "--json"),
    "radiokey models": ("models", "--json"),
    "radiokey serial check": ("serial", "check", "281155216RT V212", "--json"),
    "radiokey entry": ("entry", "renault_86a", "4786", "--json"),
    "radiokey wait": ("wait", "renault_86a", "--json"),
    "radiokey guide": ("guide", "--display", "WAIT", "--json"),
    "radiokey --version": ("--version",),
}


@dataclass(frozen=True, slots=True)
class Run:
    """One command: seconds from start to end, those of the processor, the largest resident size in MB."""

    seconds: float
    processor: float
    megabytes: float


def once(command: tuple[str, ...], environment: dict[str, str]) -> Run:
    """Run `command`; it must succeed."""
    started = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command[0]} ended with {process.returncode}")
    return Run(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def measure(commands: dict[str, tuple[str, ...]], environment: dict[str, str]) -> dict[str, Run]:
    """Run all `commands` in turn, `ROUNDS` times; return the medians of the times and the largest sizes."""
    runs = {name: [] for name in commands}
    for _ in range(ROUNDS):
        for name, command in commands.items():
            runs[name].append(once(command, environment))
    return {
        name: Run(
            statistics.median(run.seconds for run in of),
            statistics.median(run.processor for run in of),
            max(run.megabytes for run in of),
        )
        for name, of in runs.items()
    }


def main() -> None:
    """Print the product's start-up beside Typer's alone and beside Python's alone."""
    radiokey = str(Path(sys.executable).with_name("radiokey"))
    commands = {
        PYTHON: (sys.executable, "-c", "pass"),
        TYPER: (sys.executable, "-c", "import typer"),
        **{name: (radiokey, *arguments) for name, arguments in COMMANDS.items()},
    }
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "XDG_DATA_HOME": folder}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        runs = measure(commands, environment)
    typer = runs[TYPER]
    for name, run in runs.items():
        times = (
            f"{run.seconds / typer.seconds:5.2f} ({run.processor / typer.processor:4.2f}) times import typer"
        )
        print(
            f"{name:25}{run.seconds:6.3f} s (processor {run.processor:.3f} s) {run.megabytes:5.1f} MB {times}"
        )
    print(f"limits of radiokey code: {RATIO_MAX} times import typer, {MEGABYTES_MAX} MB")


if __name__ == "__main__":
    main()
