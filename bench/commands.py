"""The command line as a whole process, beside what its users would start anyway."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROUNDS = 15


@dataclass(frozen=True, slots=True)
class Run:
    """One command's median wall time in seconds and its largest resident size in MB."""

    seconds: float
    megabytes: float


def measure(command: list[str], environment: dict[str, str]) -> Run:
    """Run `command` `ROUNDS` times, one after the other; every run must succeed."""
    seconds, sizes = [], []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        seconds.append(time.perf_counter() - started)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"{command[0]} ended with {process.returncode}")
        sizes.append(usage.ru_maxrss / 1024)
    return Run(statistics.median(seconds), max(sizes))


def main() -> None:
    """Print the product's start-up beside Typer's alone and beside Python's alone."""
    radiokey = str(Path(sys.executable).with_name("radiokey"))
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "XDG_DATA_HOME": folder}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        code = measure([radiokey, "code", "V212", "--i-own-this-radio", "--json"], environment)
        typer = measure([sys.executable, "-c", "import typer"], environment)
        python = measure([sys.executable, "-c", "pass"], environment)
    print(
        f"radiokey code V212 --json   {code.seconds:6.3f} s  {code.megabytes:5.1f} MB   (limit 0.35 s, 60 MB)"
    )
    print(f"python -c 'import typer'    {typer.seconds:6.3f} s  {typer.megabytes:5.1f} MB")
    print(f"python -c pass              {python.seconds:6.3f} s  {python.megabytes:5.1f} MB")
    print(f"ratio to importing typer    {code.seconds / typer.seconds:6.2f}")


if __name__ == "__main__":
    main()
