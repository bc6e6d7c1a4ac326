"""The age program, which opens our vaults in tests/foreign: the one there is, or Debian's, unpacked here."""

import shutil
import sys
from typing import Final

from debian import unpack
from steps import ROOT

PACKAGE: Final = "age"
FOLDER: Final = ROOT / ".venv-dev" / "age"


def find() -> str | None:
    """Return the path of age; `age-keygen` lies beside it."""
    place = FOLDER / "usr" / "bin" / "age"
    return shutil.which("age") or (str(place) if place.is_file() else None)


def ensure() -> None:
    """See that it is there: Debian's, unpacked; else fail saying what to install."""
    if not find():
        unpack(PACKAGE, FOLDER)
    if not find():
        sys.exit("the tests of the vault need age: install your system's package 'age'")


if __name__ == "__main__":
    ensure()
