"""`make bench`: every measurement in one run, with the machine and the comparison beside it.

`make bench PARTS="desk suite"` runs those alone: the names are those of the scripts.
"""

import subprocess
import sys
from pathlib import Path

from machine import machine

PARTS = {
    "Codes: the whole domains of Renault and Ford M": "domains.py",
    "Numbers: reading a label, beside an earlier build": "serials.py",
    "Lock: step() beside the transitions library": "steps.py",
    "Power cuts through the real store": "cuts.py",
    "Car: owner-years a second, from ten cars to ten thousand": "years.py",
    "Ledger: ten million units in, and found again": "ledger.py",
    "Log: durable appends and proofs, up to ten million entries": "log.py",
    "Plug: round trips beside other servers": "plug.py",
    "Photos of labels beside the bare engines": "photos.py",
    "Photos of labels in Chromium, as a phone reads them": "phone.py",
    "Command line as a whole process": "commands.py",
    "Vault: a thousand radios with photos, beside the age program": "vault.py",
    "Desk: lists among a million requests": "desk.py",
    "Releases through the API": "releases.py",
    "Pages over the wire and under load": "pages.py",
    "Pages as Lighthouse rates them, on a phone": "lighthouse.py",
    "Fail-over of a base on three nodes": "cluster.py",
    "Owners while slow clients hold on, directly and behind nginx": "slow.py",
}
ALONE = {"The tests, beside those of an earlier build": "suite.py"}
"""What runs only where it is named: it takes a quarter of an hour, and both cores."""


def chosen(names: list[str]) -> dict[str, str]:
    """Return the parts of these names, or all but those that have to be named."""
    every = PARTS | ALONE
    unknown = set(names) - {script.removesuffix(".py") for script in every.values()}
    if unknown:
        sys.exit(f"no such part: {', '.join(sorted(unknown))}")
    named = {title: script for title, script in every.items() if script.removesuffix(".py") in names}
    return named or PARTS


def main() -> None:
    """Run the parts one after the other, so that none disturbs another."""
    parts = chosen(sys.argv[1:])
    print(machine())
    for title, script in parts.items():
        print(f"\n{title}", flush=True)
        subprocess.run([sys.executable, str(Path(__file__).with_name(script))], check=True)


if __name__ == "__main__":
    main()
