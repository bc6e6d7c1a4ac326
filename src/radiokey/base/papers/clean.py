"""From what was sent to what is kept, without ever parsing it here (docs/spec/papers.md).

The worker is not believed: what it answers is checked byte by byte, and one that is hijacked can at worst
draw another picture.
"""

import contextlib
import hashlib
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from radiokey.base.papers.answer import DONE, READY, REFUSED
from radiokey.base.papers.content import Media, recognise
from radiokey.base.papers.refusal import Refusal, paper_error
from radiokey.base.papers.stored import STORED_BYTES_MAX, StoredFormError, check
from radiokey.errors import OurFaultError, PaperError

WORKER: Final = (sys.executable, "-I", "-m", "radiokey.base.papers.worker")
WALL_SECONDS: Final = 120.0
AT_ONCE: Final = 2
"""Workers that may run at the same time: each may take 1 GiB."""

_ANSWER_MAX: Final = len(READY) + len(DONE) + STORED_BYTES_MAX


@dataclass(frozen=True, slots=True)
class CleanPaper:
    """A paper as it is kept. The sums are SHA-256 in hex: of the file as received, and of `content`."""

    media: Media
    pages: int
    content: bytes = field(repr=False)
    received_sha256: str
    stored_sha256: str


class Cleaner:
    """Makes the stored form of papers, a few at once. Safe to use from several threads."""

    def __init__(
        self, worker: Sequence[str] = WORKER, *, at_once: int = AT_ONCE, wall_seconds: float = WALL_SECONDS
    ) -> None:
        """Take the command line of the worker, how many may run at once and how long each, in seconds."""
        self._worker = tuple(worker)
        self._turn = threading.BoundedSemaphore(at_once)
        self._wall_seconds = wall_seconds

    def clean(self, data: bytes) -> CleanPaper:
        """Return the paper as it is kept; raise `PaperError` for a file that is not taken.

        Raises `OurFaultError` where the worker does not start or answers in a form that no correct worker
        writes.
        """
        recognise(data)  # most refusals cost no process
        with self._turn:
            stored = self._ask(data)
        try:
            media, pages = check(stored)
        except StoredFormError as error:
            raise _broken() from error
        return CleanPaper(
            media, pages, stored, hashlib.sha256(data).hexdigest(), hashlib.sha256(stored).hexdigest()
        )

    def _ask(self, data: bytes) -> bytes:
        """Return the stored form that a worker made of `data`."""
        try:
            process = subprocess.Popen(  # noqa: S603 - our own interpreter with our own module; the file goes to its input
                self._worker,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                close_fds=True,
                cwd="/",
                env={},
            )
        except OSError as error:
            raise _broken() from error
        with process:
            timer = threading.Timer(self._wall_seconds, process.kill)
            timer.start()
            try:
                answer = _exchange(process, data)
            finally:
                timer.cancel()
                process.kill()  # one that closed its output and lives on
        return _read_answer(answer, process.wait())


def _exchange(process: subprocess.Popen[bytes], data: bytes) -> bytes:
    """Return all the worker says, up to a byte more than any answer has.

    It reads everything before it says more than `ready`, so neither waits for the other.
    """
    assert process.stdin is not None
    assert process.stdout is not None
    with contextlib.suppress(BrokenPipeError), process.stdin as to_worker:
        to_worker.write(data)
    answer = process.stdout.read(_ANSWER_MAX + 1)
    if len(answer) <= _ANSWER_MAX:
        process.wait()  # its output has ended, so it ends by itself, or by the timer
    return answer


def _read_answer(answer: bytes, status: int) -> bytes:
    """Return the stored form out of an answer; raise what its refusal or its end means."""
    if not answer.startswith(READY):
        raise _broken()
    answer = answer.removeprefix(READY)
    if status < 0:
        raise paper_error(Refusal.TOO_MUCH_WORK)
    if status != 0:
        raise paper_error(Refusal.DAMAGED)
    if answer.startswith(DONE):
        return answer.removeprefix(DONE)
    raise _refusal(answer)


def _refusal(answer: bytes) -> PaperError | OurFaultError:
    try:
        return paper_error(Refusal(answer.removeprefix(REFUSED).removesuffix(b"\n").decode("ascii")))
    except ValueError:
        return _broken()


def _broken() -> OurFaultError:
    return OurFaultError(
        "papers cannot be looked at right now", hint="send it again in a while; nothing of it was kept"
    )
