"""nginx for the tests of docs/how-to/nginx.conf: the one that is there, or Debian's, unpacked here.

A package that is installed would start a server of the system. This one is not: its one file is unpacked.
"""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

from debian import unpack
from steps import ROOT

PACKAGE: Final = "nginx"
FOLDER: Final = ROOT / ".venv-dev" / "nginx"
PLACES: Final = (FOLDER / "usr" / "sbin" / "nginx", Path("/usr/sbin/nginx"))


def find() -> str | None:
    """Return the path of nginx, where it is not in the path either."""
    return shutil.which("nginx") or next((str(place) for place in PLACES if _runs(place)), None)


def _runs(program: Path) -> bool:
    return (
        program.is_file() and not subprocess.run([program, "-v"], capture_output=True, check=False).returncode
    )


def ensure() -> None:
    """See that it is there: Debian's, unpacked; else fail saying what to install."""
    if find():
        return
    unpack(PACKAGE, FOLDER)
    if not find():
        sys.exit("the tests of the proxy need nginx: install your system's package 'nginx'")


if __name__ == "__main__":
    ensure()
