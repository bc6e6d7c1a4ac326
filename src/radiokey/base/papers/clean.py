"""From what was sent to what is kept, without ever parsing it here (docs/spec/papers.md).

The worker is not believed: what it answers is checked byte by byte, and one that is hijacked can at worst
draw another picture.
"""

import hashlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from radiokey.base.papers.stored import STORED_BYTES_MAX, StoredFormError, check
from radiokey.confined.content import Media, recognise
from radiokey.confined.process import BrokenWorkerError, Confined
from radiokey.errors import OurFaultError
from radiokey.language.speech import gettext

WORKER: Final = (sys.executable, "-I", "-m", "radiokey.base.papers.worker")
WALL_SECONDS: Final = 120.0
AT_ONCE: Final = 2
"""Workers that may run at the same time: each may take 1 GiB."""


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
        self._confined = Confined(
            worker, at_once=at_once, wall_seconds=wall_seconds, answer_bytes_max=STORED_BYTES_MAX
        )

    def clean(self, data: bytes) -> CleanPaper:
        """Return the paper as it is kept; raise `PaperError` for a file that is not taken.

        Raises `OurFaultError` where the worker does not start or answers in a form that no correct worker
        writes.
        """
        recognise(data)  # most refusals cost no process
        try:
            stored = self._confined.ask(data)
            media, pages = check(stored)
        except (StoredFormError, BrokenWorkerError) as error:
            raise _broken() from error
        return CleanPaper(
            media, pages, stored, hashlib.sha256(data).hexdigest(), hashlib.sha256(stored).hexdigest()
        )


def _broken() -> OurFaultError:
    return OurFaultError(
        gettext("papers cannot be looked at right now"),
        hint=gettext("send it again in a while; nothing of it was kept"),
    )
