"""The process that reads photos of strangers: confined like that of papers (docs/spec/papers.md).

It loads decoders and networks, takes its own means away, says `ready`, reads one photo from standard input
and answers with its marks, as JSON. Whatever goes wrong in between ends it, and its parent refuses the photo.
The make of the car, where it is known, is its only argument: it decides whether a second pass is needed.
"""

import resource
import sys
from typing import Final

import radiokey.confined.eager  # noqa: F401 - before all that is loaded below

# isort: split
import msgspec

from radiokey.confined import means
from radiokey.confined.answer import answer_for_one
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
    make = " ".join(sys.argv[1:])
    answer_for_one(lambda data: msgspec.json.encode(marks_of(reader, data, make)))


if __name__ == "__main__":
    main()
