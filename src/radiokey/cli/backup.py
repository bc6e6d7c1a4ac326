"""`radiokey base backup` and `radiokey base restore`."""

from pathlib import Path

import click

from radiokey.base.bootstrap import SystemClock
from radiokey.base.location import DatabaseLocation, parse_location
from radiokey.cli import say
from radiokey.cli.options import database_option, json_option, parse_path

file_argument = click.argument("file", type=parse_path, metavar="FILE", help="The backup.")
programs_option = click.option(
    "--programs",
    type=parse_path,
    metavar="DIR",
    help="The folder of pg_dump and pg_restore, for a base on a server.",
)


@click.command("backup")
@file_argument
@programs_option
@database_option
@json_option
def back_up(*, file: Path, programs: Path | None, database: DatabaseLocation | None, as_json: bool) -> None:
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


@click.command("restore")
@file_argument
@click.option(
    "--accept-lost",
    type=click.IntRange(0),
    metavar="N",
    default=0,
    show_default=True,
    help="So many signed entries are lost, and you know it.",
)
@programs_option
@database_option
@json_option
def restore(
    *, file: Path, accept_lost: int, programs: Path | None, database: DatabaseLocation | None, as_json: bool
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
