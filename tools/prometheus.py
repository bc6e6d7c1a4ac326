"""promtool for the tests of docs/how-to/prometheus-rules.yml: the one there is, or Debian's, unpacked here.

It comes with the server of Prometheus, which no test starts.
"""

import shutil
import sys
from typing import Final

from debian import unpack
from steps import ROOT

PACKAGE: Final = "prometheus"
FOLDER: Final = ROOT / ".venv-dev" / "prometheus"


def find() -> str | None:
    """Return the path of promtool."""
    place = FOLDER / "usr" / "bin" / "promtool"
    return shutil.which("promtool") or (str(place) if place.is_file() else None)


def ensure() -> None:
    """See that it is there: Debian's, unpacked; else fail saying what to install."""
    if not find():
        unpack(PACKAGE, FOLDER)
    if not find():
        sys.exit("the tests of the alerts need promtool: install your system's package 'prometheus'")


if __name__ == "__main__":
    ensure()
