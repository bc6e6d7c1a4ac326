"""Spin for the model of the lock: the one that is there, or Debian's where it may be installed."""

import os
import shutil
import sys

from steps import run

NEEDS = ("spin", "cc")
PACKAGES = {"spin": "spin", "cc": "gcc"}


def missing() -> list[str]:
    """Return the programs that are not there: the model checker, and the compiler it hands its search to."""
    return [name for name in NEEDS if not shutil.which(name)]


def ensure() -> None:
    """See that they are there: Debian's as root; else fail saying what to install."""
    absent = [PACKAGES[name] for name in missing()]
    if not absent:
        return
    if shutil.which("apt-get") and os.geteuid() == 0:
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        run("package lists", "apt-get", "update", "-qq", environment=environment)
        run("Spin", "apt-get", "install", "-y", "-qq", *absent, "libc6-dev", environment=environment)
    if missing():
        sys.exit(f"the model of the lock needs: {', '.join(absent)}; install your system's packages")


if __name__ == "__main__":
    ensure()
