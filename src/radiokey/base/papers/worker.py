"""The process that parses what strangers sent (docs/spec/papers.md).

It loads its parsers, takes its own means away, says `ready`, reads one file from standard input and answers
on standard output. Whatever goes wrong in between ends it, and its parent refuses the file.
"""

import resource
from typing import Final

import radiokey.confined.eager  # noqa: F401 - before all that is loaded below
from radiokey.base.papers import document
from radiokey.base.papers.stored import STORED_BYTES_MAX
from radiokey.confined import image, means
from radiokey.confined.answer import answer_for_one
from radiokey.confined.content import Media, recognise
from radiokey.confined.refusal import Refusal, paper_error

LIMITS: Final = means.LIMITS | {
    resource.RLIMIT_CPU: 30,  # seconds
    resource.RLIMIT_AS: 1 << 30,  # bytes
}


def confine() -> None:
    """Take the means away for good; everything that is needed from files is loaded by now."""
    image.prepare()
    means.take_away(LIMITS)


def stored_form(data: bytes) -> bytes:
    """Return the stored form of what was sent; raise `PaperError` for what is not taken."""
    media = recognise(data)
    out = document.redraw(data) if media is Media.PDF else image.redraw(data, media)
    if len(out) > STORED_BYTES_MAX:
        raise paper_error(Refusal.TOO_LARGE)
    return out


def main() -> None:
    """Answer for one file."""
    confine()
    answer_for_one(stored_form)


if __name__ == "__main__":
    main()
