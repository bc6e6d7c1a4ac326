"""A short text in a file of its own: the old one or the new one, durable before `change` returns.

It is replaced as `radiokey.durable` says. Only one writer changes it at a time, among threads and among
processes (a lock file beside it), so that reading, deciding and replacing are one step. `check_room` says
whether there is room for one, or for a database beside it.
"""

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from radiokey.durable import replace_file
from radiokey.errors import StoreError
from radiokey.language.speech import gettext

if sys.platform != "win32":
    import fcntl


ROOM_BYTES: Final = 1 << 20
"""The room that a batch of releases can need at once, in a database's own log among others."""
_PAGE_BYTES: Final = 4_096


def check_room(beside: Path) -> None:
    """See that a file as large as `ROOM_BYTES` can be made and kept where `beside` is; raise `OSError`.

    A rolled-back transaction shows nothing of a full disk, and a committed one may fill room that was had
    before. So room is asked for: reserved, where the system can, and one page of it has to arrive.
    """
    with tempfile.TemporaryFile(dir=beside.parent) as made:
        descriptor = made.fileno()
        if sys.platform == "linux":
            os.posix_fallocate(descriptor, 0, ROOM_BYTES)
            os.write(descriptor, bytes(_PAGE_BYTES))
        else:
            os.write(descriptor, bytes(ROOM_BYTES))
        os.fsync(descriptor)


class DurableText:
    """The text in the file at `path`; only its owner reads it."""

    __slots__ = ("path",)

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> str | None:
        """Return the text, `None` where there is none; raise `StoreError` where it cannot be read.

        What is no text is read as one with marks of replacement: its writer finds it damaged.
        """
        with self._named_errors():
            try:
                return self.path.read_text(encoding="utf-8", errors="replace")
            except FileNotFoundError:
                return None

    def check_room(self) -> None:
        """Raise `StoreError` unless another text could be written now."""
        with self._named_errors():
            check_room(self.path)

    def change(self, decide: Callable[[str | None], str | None]) -> None:
        """Replace the text by what `decide` makes of it, alone and durably; `None` leaves it as it is.

        Raises `StoreError`, and whatever `decide` raises.
        """
        with self.alone():
            text = decide(self.read())
            if text is not None:
                with self._named_errors():
                    replace_file(self.path, text.encode())

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Let nobody else change it meanwhile, of no thread and no process; raise `StoreError`."""
        with self._named_errors():
            descriptor = os.open(self.path.with_name(f"{self.path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if sys.platform != "win32":  # there a base has one process
                with self._named_errors():
                    fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)  # and the lock with it

    @contextmanager
    def _named_errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise StoreError(
                gettext(
                    "{name} beside the database cannot be used: {strerror}",
                    name=self.path.name,
                    strerror=error.strerror,
                ),
                hint=gettext("see that its folder can be written and has room"),
            ) from error
