"""The process that reads photos of strangers: confined like that of papers (docs/spec/papers.md).

It loads decoders and networks, takes its own means away, says `ready`, reads one photo from standard input
and answers with its marks, as JSON. Whatever goes wrong in between ends it, and its parent refuses the photo.
The make of the car, where it is known, is its only argument: it decides whether a second pass is needed.
"""

import resource
import sys
from typing import Final

import radiokey.base.papers.eager  # noqa: F401 - before all that is loaded below

# isort: split
import cv2
import msgspec

from radiokey.base.papers import means
from radiokey.base.papers.answer import DONE, READY, REFUSED
from radiokey.base.papers.content import BYTES_MAX
from radiokey.base.papers.refusal import Refusal
from radiokey.errors import PaperError
from radiokey.label import ocr, picture, read
from radiokey.label.look import look
from radiokey.label.marks import Marks

LIMITS: Final = means.LIMITS | {
    resource.RLIMIT_CPU: 30,  # seconds
    resource.RLIMIT_DATA: 500_000_000,  # bytes of its own, beside what it maps from files
}


def confine() -> ocr.Reader:
    """Load all that is needed from files, take the means away for good, and return the networks."""
    picture.prepare()
    cv2.setNumThreads(1)
    reader = ocr.Reader()
    means.take_away(LIMITS)
    return reader


def marks_of(reader: ocr.Reader, data: bytes, make: str) -> Marks:
    """Return what stands on a photo; raise `PaperError` for a file that is none."""
    seen = picture.decode(data)
    return look(
        reader,
        seen.pixels,
        (seen.width, seen.height),
        judge=lambda marks: read.read_marks(marks, make=make),
    )


def main() -> None:
    """Answer for one photo."""
    reader = confine()
    sys.stdout.buffer.write(READY)
    sys.stdout.buffer.flush()
    data = sys.stdin.buffer.read(BYTES_MAX + 1)
    try:
        answer = DONE + msgspec.json.encode(marks_of(reader, data, " ".join(sys.argv[1:])))
    except PaperError as error:
        answer = REFUSED + str(error.facts["reason"]).encode("ascii") + b"\n"
    except (MemoryError, cv2.error):
        answer = REFUSED + Refusal.TOO_MUCH_WORK.value.encode("ascii") + b"\n"
    sys.stdout.buffer.write(answer)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
