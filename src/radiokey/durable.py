"""How a file is replaced so that a power cut leaves the old one or the new one: the one way there is here.

It is written beside (`NAME.new`), synchronised, renamed over the old one, and the folder synchronised:
`replace_steps`. What they do to a disk is behind a port, so that a test can cut the power at each of their
bytes. Who may replace it at the same time is for its caller to settle.
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
PRIVATE: Final = 0o600
"""Only its owner reads it."""
PUBLIC: Final = 0o666
"""Everybody whom the umask lets: for what is published."""


class Disk(Protocol):
    """A folder of a disk. Every step raises `OSError` where it fails."""

    def create(self, name: str) -> None:
        """Make an empty file, in place of one of that name."""
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


def replace_file(path: Path, data: bytes, *, mode: int = PRIVATE, names: bool = True) -> None:
    """Put `data` into the file at `path`, whole and durable; raise `OSError` and leave what was there.

    Without `names` the new name may be lost in a power cut until `keep_folder` is called: for many at once.
    """
    replace_steps(FolderOnDisk(path.parent, mode), path.name, data, names=names)


def put_in_place(new: Path, path: Path) -> None:
    """Give a file that is written and synchronised its name, durably; raise `OSError`."""
    new.replace(path)
    keep_folder(path.parent)


def keep_folder(folder: Path) -> None:
    """Make the names in `folder` survive a power cut, where the system can open folders; raise `OSError`."""
    if os.name == "posix":
        with _opened(folder) as descriptor:
            os.fsync(descriptor)


def replace_steps(disk: Disk, name: str, data: bytes, *, chunk: int = CHUNK, names: bool = True) -> None:
    """Replace a file of a disk, step by step: see `replace_file`."""
    new = f"{name}.new"
    disk.create(new)
    try:
        for at in range(0, len(data), chunk):
            disk.append(new, data[at : at + chunk])
        disk.sync(new)
        disk.rename(new, name)
    except OSError:
        disk.remove(new)
        raise
    if names:
        disk.sync_names()


class FolderOnDisk:
    """A folder of this machine; `mode` is that of the files made in it."""

    def __init__(self, folder: Path, mode: int = PRIVATE) -> None:
        self._folder = folder
        self._mode = mode

    def create(self, name: str) -> None:
        """See `Disk`; what stands there is removed first, so that nothing is written through a link."""
        self.remove(name)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        os.close(os.open(self._folder / name, flags, self._mode))

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
        keep_folder(self._folder)


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Let no other process that asks for the same replace a file in `folder` meanwhile; raise `OSError`."""
    if sys.platform == "win32":
        yield
        return
    with _opened(folder) as descriptor:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield


@contextmanager
def _opened(folder: Path) -> Iterator[int]:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
