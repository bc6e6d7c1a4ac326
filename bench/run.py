"""`make bench`: every measurement in one run, with the machine and the comparison beside it."""

import subprocess
import sys
from pathlib import Path

from machine import machine

PARTS = {
    "Codes: the whole domains of Renault and Ford M": "domains.py",
    "Lock: step() beside the transitions library": "steps.py",
    "Power cuts through the real store": "cuts.py",
    "Car: owner-years a second, from ten cars to ten thousand": "years.py",
    "Ledger: ten million units in, and found again": "ledger.py",
    "Log: durable appends and proofs, up to ten million entries": "log.py",
    "Command line as a whole process": "commands.py",
    "Desk: lists among a million requests": "desk.py",
    "Releases through the API": "releases.py",
    "Pages over the wire and under load": "pages.py",
}


def main() -> None:
    """Run the parts one after the other, so that none disturbs another."""
    print(machine())
    for title, script in PARTS.items():
        print(f"\n{title}", flush=True)
        subprocess.run([sys.executable, str(Path(__file__).with_name(script))], check=True)


if __name__ == "__main__":
    main()
