"""A program of Debian, unpacked where it is wanted: installed it would become a part of the system."""

import os
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

from steps import run


def unpack(package: str, folder: Path) -> None:
    """Fetch a package and unpack its files into `folder`; where this is no Debian do nothing."""
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        return
    with tempfile.TemporaryDirectory() as fetched:
        Path(fetched).chmod(0o755)  # apt fetches as an account of its own
        _update_lists()
        if not subprocess.run(["apt-get", "download", "-qq", package], cwd=fetched, check=False).returncode:
            (file,) = Path(fetched).glob(f"{package}_*.deb")
            run(package, "dpkg-deb", "--extract", str(file), str(folder))


@cache
def _update_lists() -> None:
    """Ask which versions there are, where this account may."""
    if os.geteuid() == 0:
        run("package lists", "apt-get", "update", "-qq")
