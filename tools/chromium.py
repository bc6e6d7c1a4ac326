"""Chromium for the browser tests: the one that is there, or one that is installed where that is allowed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from steps import run

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find() -> str | None:
    """Return the path of a Chromium that is installed."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def ensure() -> None:
    """See that there is a Chromium: Debian's as root, Playwright's elsewhere; else fail saying so."""
    if find():
        return
    if shutil.which("apt-get") and os.geteuid() == 0:
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        run("package lists", "apt-get", "update", "-qq", environment=environment)
        run("Chromium", "apt-get", "install", "-y", "-qq", "chromium", environment=environment)
        return
    playwright = Path(sys.executable).with_name("playwright")
    if subprocess.run([playwright, "install", "chromium"], check=False).returncode:
        sys.exit("the browser tests need Chromium: install your system's package 'chromium'")


if __name__ == "__main__":
    ensure()
