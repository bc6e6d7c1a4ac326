"""Chromium for the browser tests: the one that is there, or one that is installed where that is allowed.

The tests drive its headless shell: the same engine without what stands around a page, at a third of the cost.
What needs a camera drives the whole browser, and `make deep` does so everywhere.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

from steps import run

SHELL: Final = ("chromium-headless-shell",)
WHOLE: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find(names: tuple[str, ...] = WHOLE) -> str | None:
    """Return the path of the first of these that is installed."""
    return next((path for name in names if (path := shutil.which(name))), None)


def ensure(names: tuple[str, ...]) -> None:
    """See that there is one of these: Debian's as root, Playwright's elsewhere; else fail saying so."""
    if find(names):
        return
    if shutil.which("apt-get") and os.geteuid() == 0:
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        run("package lists", "apt-get", "update", "-qq", environment=environment)
        run("Chromium", "apt-get", "install", "-y", "-qq", names[0], environment=environment)
        return
    if find():
        return  # slower, and no worse
    playwright = Path(sys.executable).with_name("playwright")
    if subprocess.run([playwright, "install", "chromium"], check=False).returncode:
        sys.exit("the browser tests need Chromium: install your system's package 'chromium'")


if __name__ == "__main__":
    ensure(SHELL)
