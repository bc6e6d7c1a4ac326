"""The product, served as the build that a file names: `served_builds.py DATABASE CLOCK BUILD`.

An archive has few pages, so that it is made at once; that of the build `broken` ends in the middle.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from road import RADIO
from served import ToldClock

from radiokey.web.http import build
from radiokey.web.owner import coach_table, offline, practice_radio, practice_table
from radiokey.web.serve import serve


def main(database: str, clock: str, named: str) -> None:
    """Serve; which build it is is read again with every request."""
    told = Path(named)

    def build_name() -> str:
        return told.read_text(encoding="ascii") if told.exists() else "none"

    for module in (build, coach_table, offline, practice_radio, practice_table):
        module.build_name = build_name
    whole = offline.Archives.archive

    async def archive(self: offline.Archives, *asked: object) -> bytes:
        self._made.clear()
        content = await whole(self, *asked)
        return content[:1000] if self.build == "broken" else content

    def few(self: offline.Archives) -> Iterator[str]:
        table = f"/practice/{RADIO}/table/{self.build}?way=0"
        yield from (*offline.NOTES, "/", f"/practice/{RADIO}", table)

    offline.Archives.archive = archive
    offline.Archives._addresses = few
    serve("127.0.0.1", 0, Path(database), clock=ToldClock(Path(clock)))


if __name__ == "__main__":
    main(*sys.argv[1:])
