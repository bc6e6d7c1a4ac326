"""`radiokey base import`: a file of units into the ledger."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING

import click

from radiokey.base.bootstrap import Base, open_base
from radiokey.base.location import DatabaseLocation
from radiokey.cli import say
from radiokey.cli.options import BY, database_option, json_option, parse_path
from radiokey.language.speech import gettext, ngettext, number

if TYPE_CHECKING:
    from radiokey.base.units.csv_reader import Refusal, UnitFile


@click.command("import")
@click.argument("file", type=parse_path, metavar="FILE", help="CSV: serial,model,market,vin,code")
@click.option("--preview", is_flag=True, help="Say what would happen; write nothing.")
@click.option("--strict", is_flag=True, help="Leave out a batch with a refused line.")
@click.option(
    "--report", type=parse_path, metavar="FILE", help="Write the refused lines, and why, to this file."
)
@database_option
@json_option
def import_units(
    *,
    file: Path,
    preview: bool,
    strict: bool,
    report: Path | None,
    database: DatabaseLocation | None,
    as_json: bool,
) -> None:
    """Bring units into the ledger, batch by batch; run again, it goes on where it was cut off."""
    from radiokey.base.units.csv_reader import UnitFile  # noqa: PLC0415 - only where a file is read

    with open_base(database, make=False) as base, UnitFile(file) as opened:
        if preview:
            _preview(base, opened, report, strict=strict, as_json=as_json)
        else:
            _run(base, opened, report, strict=strict, as_json=as_json)


def _run(base: Base, file: "UnitFile", report: Path | None, *, strict: bool, as_json: bool) -> None:
    from radiokey.base.units.importer import Report, UnitImporter  # noqa: PLC0415 - only where a file is read

    importer = UnitImporter(base.unit_store(), base.key_ring(), base.clock, base.randomness, BY)
    with ExitStack() as ends:
        rows = ends.enter_context(Report(report)) if report else None
        on_progress = ends.enter_context(_bar(shown=sys.stderr.isatty()))
        done = importer.run(file, strict=strict, report=rows, on_progress=on_progress)
    if as_json:
        say.document(
            {
                "lines": done.lines,
                "accepted": done.accepted,
                "refused": done.refused,
                "resumed_at": done.resumed_at,
            }
        )
    else:
        entered = ngettext(
            "{count} unit of this file entered, {refused}.",
            "{count} units of this file entered, {refused}.",
            done.accepted,
            count=number(done.accepted),
            refused=_refused(done.refused),
        )
        say.out(entered)
    if done.resumed_at > 1:
        say.note(gettext("this run went on after line {resumed_at}", resumed_at=done.resumed_at))
    if done.refused and report is None:
        say.note(
            gettext("which lines, and why: give --report FILE from the start, or look with --preview before")
        )


def _preview(base: Base, file: "UnitFile", report: Path | None, *, strict: bool, as_json: bool) -> None:
    from radiokey.base.units.importer import Report, preview  # noqa: PLC0415 - only where a file is read

    listed: list[Refusal] = []
    with ExitStack() as ends:
        # Written at the end, when nothing can fail any more; ten million lines do not fit into memory.
        refusals = ends.enter_context(SpooledTemporaryFile(1_000_000, "w+", encoding="utf-8"))
        refuse: Callable[[Sequence[Refusal]], None] = (
            listed.extend if as_json else lambda more: refusals.writelines(map(_sentence, more))
        )
        if report:
            rows = ends.enter_context(Report(report))
            rows.resume(0)
            refuse = rows.append
        on_progress = ends.enter_context(_bar(shown=sys.stderr.isatty()))
        found = preview(base.unit_store(), file, strict=strict, refuse=refuse, on_progress=on_progress)
        refusals.seek(0)
        for line in refusals:
            say.out(line.rstrip("\n"))
    accepted = sum(found.units.values())
    by_model = sorted(found.units.items())
    if as_json:
        say.document(
            {
                "accepted": accepted,
                "refused": found.refused,
                "resumed_at": found.resumed_at,
                "units": [{"model": model, "market": market, "units": n} for (model, market), n in by_model],
                "refusals": [
                    {"line": one.line, "column": one.column, "reason": one.reason.value} for one in listed
                ],
            }
        )
        return
    say.columns((model, market, str(count)) for (model, market), count in by_model)
    say.out(
        ngettext(
            "{count} unit would enter, {refused}. Nothing was written.",
            "{count} units would enter, {refused}. Nothing was written.",
            accepted,
            count=number(accepted),
            refused=_refused(found.refused),
        )
    )
    if found.resumed_at > 1:
        say.note(
            gettext(
                "the file is in already up to line {resumed_at}; this is about the rest",
                resumed_at=found.resumed_at,
            )
        )


def _sentence(one: "Refusal") -> str:
    where = (
        gettext("line {line}, {column}", line=one.line, column=one.column)
        if one.column
        else gettext("line {line}", line=one.line)
    )
    return f"{where}: {one.reason.value}\n"


def _refused(count: int) -> str:
    if not count:
        return gettext("no line was refused")
    return ngettext("{count} line was refused", "{count} lines were refused", count, count=number(count))


@contextmanager
def _bar(*, shown: bool) -> Iterator[Callable[[int, int], None]]:
    """Lend a progress callback (bytes done, bytes in all); drawn on stderr, for a person only."""
    if not shown:
        yield lambda _, __: None
        return
    from rich.console import Console  # noqa: PLC0415 - it takes a while to load, and only people need it
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TimeRemainingColumn  # noqa: PLC0415

    bar = Progress(BarColumn(), TaskProgressColumn(), TimeRemainingColumn(), console=Console(stderr=True))
    with bar:
        task = bar.add_task("")
        yield lambda done, size: bar.update(task, completed=done, total=size)
