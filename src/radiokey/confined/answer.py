"""What a worker says on its standard output, and in which order (docs/spec/papers.md)."""

import sys
from collections.abc import Callable
from typing import Final

from radiokey.confined.content import BYTES_MAX
from radiokey.confined.refusal import Refusal
from radiokey.errors import PaperError

READY: Final = b"ready\n"
"""First: it has confined itself and reads."""

DONE: Final = b"ok\n"
"""Then the stored form follows, to the end."""

REFUSED: Final = b"refused "
"""Or one reason and a line feed."""


def answer_for_one(work: Callable[[bytes], bytes]) -> None:
    """Say that this process has confined itself, read one file, and say what `work` makes of it, or why not.

    `work` raises `PaperError` for a file that is not taken; whatever else it raises ends the process.
    """
    out = sys.stdout.buffer
    out.write(READY)
    out.flush()
    data = sys.stdin.buffer.read(BYTES_MAX + 1)
    try:
        answer = DONE + work(data)
    except PaperError as error:
        answer = REFUSED + str(error.facts["reason"]).encode("ascii") + b"\n"
    except MemoryError:
        answer = REFUSED + Refusal.TOO_MUCH_WORK.value.encode("ascii") + b"\n"
    out.write(answer)
    out.flush()
