"""`radiokey base backup` and `radiokey base restore`."""

from pathlib import Path
from typing import Annotated

import typer

from radiokey.base.bootstrap import SystemClock
from radiokey.base.location import parse_location
from radiokey.cli import say
from radiokey.cli.options import Database, Json

File = Annotated[Path, typer.Argument(metavar="FILE", help="The backup.")]
Folder = Annotated[
    Path | None,
    typer.Option("--programs", help="The folder of pg_dump and pg_restore, for a base on a server."),
]


def back_up(file: File, *, programs: Folder = None, database: Database = None, as_json: Json = False) -> None:
    """Write one state of the base to a new file, while releases go on. The keys are not in it."""
    from radiokey.base.sql import backup  # noqa: PLC0415 - only where it is needed
    from radiokey.base.sql.dump import Programs  # noqa: PLC0415 - the same

    done = backup.back_up(parse_location(database), file, SystemClock(), Programs(programs))
    if as_json:
        say.document(
            {
                "file": str(file),
                "bytes": done.length,
                "sha256": done.sha256,
                "origin": done.header.origin,
                "size": done.header.size,
            }
        )
    else:
        say.out(
            f"{file} holds a log of {_entries(done.header.size)}, {done.length:,} bytes, "
            f"SHA-256 {done.sha256}"
        )
    say.note("the keys beside the database are not in it; keep a copy of them elsewhere")


def restore(
    file: File,
    *,
    accept_lost: Annotated[
        int, typer.Option("--accept-lost", min=0, help="So many signed entries are lost, and you know it.")
    ] = 0,
    programs: Folder = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Restore a backup where nothing is, and verify its whole log before it is served."""
    from radiokey.base.sql import backup  # noqa: PLC0415 - only where it is needed
    from radiokey.base.sql.dump import Programs  # noqa: PLC0415 - the same

    done = backup.restore(parse_location(database), file, SystemClock(), Programs(programs), accept_lost)
    if as_json:
        say.document(
            {
                "origin": done.checkpoint.origin,
                "size": done.checkpoint.size,
                "key": done.key,
                "lost": done.lost,
            }
        )
    else:
        say.out(
            f"The base is restored: its log holds {_entries(done.checkpoint.size)} and all of it verifies. "
            f"Key: {done.key}"
        )
    if done.lost:
        say.note(
            f"{_entries(done.lost)} of the log {'is' if done.lost == 1 else 'are'} lost, and so is what "
            "else happened since: reports of "
            "stolen radios, imports, tokens that were ended. Do them again before you serve"
        )


def _entries(count: int) -> str:
    return "1 entry" if count == 1 else f"{count:,} entries"
