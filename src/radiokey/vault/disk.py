"""How a file is replaced so that a power cut leaves the old one or the new one (docs/spec/vault.md).

The steps are `replace_file`; what they do to a disk is behind a port, so that a test can cut the power at
each of their bytes.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Protocol

if sys.platform != "win32":
    import fcntl

CHUNK: Final = 1 << 20


class Disk(Protocol):
    """A folder of a disk. Every step raises `OSError` where it fails."""

    def create(self, name: str) -> None:
        """Make an empty file for its owner only, in place of one of that name."""
        ...

    def append(self, name: str, data: bytes) -> None:
        """Write behind what the file holds."""
        ...

    def sync(self, name: str) -> None:
        """Wait until what the file holds would survive a power cut."""
        ...

    def rename(self, name: str, to: str) -> None:
        """Give the file another name, in place of one that has it."""
        ...

    def remove(self, name: str) -> None:
        """Remove the file, if it is there."""
        ...

    def sync_names(self) -> None:
        """Wait until the folder's names would survive a power cut."""
        ...


def replace_file(disk: Disk, name: str, data: bytes, *, chunk: int = CHUNK) -> None:
    """Put `data` under `name`, whole and durable; raise `OSError` and leave what was there."""
    part = f"{name}.part"
    try:
        disk.create(part)
        for at in range(0, len(data), chunk):
            disk.append(part, data[at : at + chunk])
        disk.sync(part)
    except OSError:
        disk.remove(part)
        raise
    disk.rename(part, name)
    disk.sync_names()


class FolderOnDisk:
    """A folder of this machine."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def create(self, name: str) -> None:
        """See `Disk`."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        os.close(os.open(self._folder / name, flags, 0o600))

    def append(self, name: str, data: bytes) -> None:
        """See `Disk`."""
        with (self._folder / name).open("ab") as file:
            file.write(data)

    def sync(self, name: str) -> None:
        """See `Disk`."""
        with (self._folder / name).open("rb+") as file:
            os.fsync(file.fileno())

    def rename(self, name: str, to: str) -> None:
        """See `Disk`."""
        (self._folder / name).replace(self._folder / to)

    def remove(self, name: str) -> None:
        """See `Disk`."""
        (self._folder / name).unlink(missing_ok=True)

    def sync_names(self) -> None:
        """See `Disk`; not all systems can."""
        if os.name == "posix":
            with _opened(self._folder) as descriptor:
                os.fsync(descriptor)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Let no other process that asks for the same replace a file here meanwhile."""
        if sys.platform == "win32":
            yield
            return
        with _opened(self._folder) as descriptor:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield


@contextmanager
def _opened(folder: Path) -> Iterator[int]:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
