"""What the tests run in: an environment whose temporary files lie in memory.

The tests' files lie in memory where there is room: a third of the time would go into waiting for a disk. What
they ask of a database is the same there; no test takes the power from a disk.
"""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it
ROOM = 8 << 30
"""What the files of the tests need, in bytes, with room to spare: 5 GiB at their most."""
CEILING = Path("/sys/fs/cgroup/memory.max")
"""How much memory this machine may use, where it is a part of another one; files in memory count too."""


@contextmanager
def surroundings() -> Iterator[Mapping[str, str]]:
    """Yield the environment of the tests: their temporary files lie in memory, if there is room for them.

    What Python compiles is kept: each part would compile what the others did, the tests above all.
    """
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    if not MEMORY.is_dir() or min(shutil.disk_usage(MEMORY).free, _ceiling() // 2) < ROOM:
        yield environment
        return
    with tempfile.TemporaryDirectory(prefix="radiokey-", dir=MEMORY) as folder:
        Path(folder).chmod(0o711)  # PostgreSQL does not run as root, and has its folder inside
        # In it the first database server leaves its files for the others: tests/databases/postgres.py.
        yield environment | {"TMPDIR": folder, "RADIOKEY_TEST_SERVER": f"{folder}/first-server"}


def _ceiling() -> int:
    said = CEILING.read_text(encoding="ascii").strip() if CEILING.exists() else ""
    return int(said) if said.isdecimal() else sys.maxsize
