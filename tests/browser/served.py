"""The product, served as it is, but told the time: `served.py DATABASE CLOCK`.

The file CLOCK holds how many ms have gone since the site's clock began; a test writes it to let time pass.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from radiokey.web.serve import serve

BEGAN_MS = 1_780_000_000_000


class ToldClock:
    def __init__(self, told: Path) -> None:
        self._told = told

    def now_ms(self) -> int:
        return BEGAN_MS + int(self._told.read_text(encoding="ascii"))

    @contextmanager
    def at(self, ms: int) -> Iterator[None]:
        """Be so much later, or earlier, for a while."""
        was = self._told.read_text(encoding="ascii")
        self._told.write_text(str(ms), encoding="ascii")
        yield
        self._told.write_text(was, encoding="ascii")


if __name__ == "__main__":
    serve("127.0.0.1", 0, Path(sys.argv[1]), clock=ToldClock(Path(sys.argv[2])))
