"""`radiokey base backup` and `radiokey base restore`."""

from pathlib import Path

import click

from radiokey.base.bootstrap import SystemClock
from radiokey.base.location import DatabaseLocation, parse_location
from radiokey.cli import say
from radiokey.cli.options import database_option, json_option, parse_path
from radiokey.language.speech import gettext, ngettext, number

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
            gettext(
                "{file} holds a log of {entries}, {length} bytes, SHA-256 {sha256}",
                file=file,
                entries=_entries(done.header.size),
                length=number(done.length),
                sha256=done.sha256,
            )
        )
    say.note(gettext("the keys beside the database are not in it; keep a copy of them elsewhere"))


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
            gettext(
                "The base is restored: its log holds {entries} and all of it verifies. Key: {key}",
                entries=_entries(done.checkpoint.size),
                key=done.key,
            )
        )
    if done.lost:
        say.note(
            ngettext(
                "{count} entry of the log is lost, and so is what else happened since: reports of stolen "
                "radios, imports, tokens that were ended. Do them again before you serve",
                "{count} entries of the log are lost, and so is what else happened since: reports of stolen "
                "radios, imports, tokens that were ended. Do them again before you serve",
                done.lost,
                count=number(done.lost),
            )
        )


def _entries(count: int) -> str:
    return ngettext("{count} entry", "{count} entries", count, count=number(count))
