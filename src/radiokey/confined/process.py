"""Asking a process that is not believed: what goes in, what may come out, how long it may take.

The process confines itself (`means`), says `ready`, reads one file from its standard input and answers on its
standard output (`answer`). The caller checks the answer.
"""

import contextlib
import subprocess
import threading
from collections.abc import Mapping, Sequence

from radiokey.confined.answer import DONE, READY, REFUSED
from radiokey.confined.refusal import Refusal, paper_error
from radiokey.errors import PaperError


class BrokenWorkerError(Exception):
    """The process did not start, or said what no correct one says: our fault, not the file's."""


class Confined:
    """Asks such processes, each for one file, a few at once. Safe to use from several threads."""

    def __init__(
        self,
        worker: Sequence[str],
        *,
        at_once: int,
        wall_seconds: float,
        answer_bytes_max: int,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Take its command line and environment, how many may run at once and how long, what it may say."""
        self._worker = tuple(worker)
        self._turn = threading.BoundedSemaphore(at_once)
        self._wall_seconds = wall_seconds
        self._answer_max = len(READY) + len(DONE) + answer_bytes_max
        self._environment = dict(environment or {})

    def ask(self, data: bytes, *arguments: str) -> bytes:
        """Return what a process made of `data`; raise `PaperError` for a file that it does not take.

        Raises `BrokenWorkerError` where it does not start or answers in no form.
        """
        with self._turn:
            answer, status = self._run(data, arguments)
        return _read_answer(answer, status)

    def _run(self, data: bytes, arguments: Sequence[str]) -> tuple[bytes, int]:
        try:
            process = subprocess.Popen(  # noqa: S603 - our own interpreter with our own module; the file goes to its input
                (*self._worker, *arguments),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                close_fds=True,
                cwd="/",
                env=self._environment,
            )
        except OSError as error:
            raise BrokenWorkerError from error
        with process:
            timer = threading.Timer(self._wall_seconds, process.kill)
            timer.start()
            try:
                answer = _exchange(process, data, self._answer_max)
            finally:
                timer.cancel()
                process.kill()  # one that closed its output and lives on
        return answer, process.wait()


def _exchange(process: subprocess.Popen[bytes], data: bytes, answer_max: int) -> bytes:
    """Return all the worker says, up to a byte more than any answer has.

    It reads everything before it says more than `ready`, so neither waits for the other.
    """
    assert process.stdin is not None
    assert process.stdout is not None
    with contextlib.suppress(BrokenPipeError), process.stdin as to_worker:
        to_worker.write(data)
    answer = process.stdout.read(answer_max + 1)
    if len(answer) <= answer_max:
        process.wait()  # its output has ended, so it ends by itself, or by the timer
    return answer


def _read_answer(answer: bytes, status: int) -> bytes:
    """Return what stands behind `ok`; raise what a refusal or the end of the process means."""
    if not answer.startswith(READY):
        raise BrokenWorkerError
    answer = answer.removeprefix(READY)
    if status < 0:
        raise paper_error(Refusal.TOO_MUCH_WORK)
    if status != 0:
        raise paper_error(Refusal.DAMAGED)
    if answer.startswith(DONE):
        return answer.removeprefix(DONE)
    raise _refusal(answer)


def _refusal(answer: bytes) -> PaperError | BrokenWorkerError:
    try:
        return paper_error(Refusal(answer.removeprefix(REFUSED).removesuffix(b"\n").decode("ascii")))
    except ValueError:
        return BrokenWorkerError()
