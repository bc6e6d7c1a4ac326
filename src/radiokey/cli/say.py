"""The voice of the command line.

Results go to stdout, alone; with `--json` they are one JSON document. Everything else goes to stderr, each
line after the program's name: `error:` says what was expected and what came, `hint:` what to do next. When
something fails stdout stays empty, or with `--json` has one document that says the same. A code is shown
where it was asked for and nowhere else.
"""

import json
import os
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from radiokey.catalogue.fact import Fact, how_sure
from radiokey.errors import OurFaultError, RadiokeyError
from radiokey.language.speech import gettext

SHEET: Final = "radiokey.sheet"
"""Where a command leaves the sheet, in Click's `Context.meta`, for the document of its refusal."""

QUESTION: Final = "radiokey.question"
"""Where a command leaves the question that it needs answered, likewise."""

REPORT: Final = "radiokey report"
"""The command that makes a file about a wrong answer; `answer` names it, and a refusal with more to it."""

_WIDTH_MAX: Final = 78
_WIDTH_MIN: Final = 32
_BULLET: Final = re.compile(r"(?:-|\d+\.) ")


def out(text: str = "") -> None:
    """Write a line of the result."""
    try:
        sys.stdout.write(text + "\n")
    except BrokenPipeError:
        raise
    except OSError as lost:
        raise not_written(lost) from lost


def document(value: Any) -> None:  # noqa: ANN401 - whatever json takes
    """Write the result as one JSON document, in ASCII, so that every terminal and every pipe can take it."""
    out(json.dumps(value))


def answer(fields: Mapping[str, Any]) -> None:
    """Write an answer to an owner as one JSON document, with the command to report it by."""
    document({**fields, "report": REPORT})


def reportable() -> None:
    """Say, after an answer for a person, how to report it."""
    note(
        gettext(
            "was this wrong? '{command}' makes a file about it, without personal details; nothing is sent",
            command=REPORT,
        )
    )


def refusal(problem: RadiokeyError, exit_code: int, left: Mapping[str, Any]) -> None:
    """Write why there is no result as one JSON document, with the sheet or the question that is left."""
    fields: dict[str, Any] = {
        "error": problem.slug,
        "exit_code": exit_code,
        "sentence": problem.sentence,
        "hint": problem.hint,
    }
    also = {name.removeprefix("radiokey."): left[name] for name in (SHEET, QUESTION) if name in left}
    document({**fields, **also, **({"report": REPORT} if also else {})})


def not_written(lost: OSError) -> OurFaultError:
    """Return what a result that cannot be written means."""
    return OurFaultError(
        gettext("the result could not be written: {strerror}", strerror=lost.strerror),
        hint=gettext("make room, then ask again"),
    )


def error(sentence: str, hint: str = "") -> None:
    """Say on stderr what went wrong and what to do next."""
    sys.stderr.write(f"radiokey: {gettext('error')}: {sentence}\n")
    if hint:
        sys.stderr.write(f"radiokey: {gettext('hint')}: {hint}\n")


def note(text: str) -> None:
    """Say something on stderr that is not part of the result."""
    sys.stderr.write(f"radiokey: {text}\n")


def prompt(text: str) -> None:
    """Ask on stderr; stdout is for results."""
    sys.stdout.flush()
    sys.stderr.write(text)
    sys.stderr.flush()


def bold(text: str) -> str:
    """Return `text` in bold where stdout is a terminal that wants it."""
    return f"\x1b[1m{text}\x1b[0m" if is_drawn() else text


def is_drawn() -> bool:
    """Tell whether stdout is a terminal that wants more than plain text (not: NO_COLOR, TERM=dumb)."""
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"


def fact(value: Fact[Any], text: str | None = None) -> str:
    """Say a fact with how sure it is."""
    if value.value is None:
        return gettext("not known")
    sure = how_sure(value.confidence)
    if value.disputed:
        sure = gettext("{sure}, disputed", sure=sure)
    return f"{text if text is not None else value.value} ({sure})"


def columns(rows: Iterable[Sequence[str]]) -> None:
    """Write rows with their columns under each other."""
    lines = [tuple(row) for row in rows]
    if not lines:
        return
    widths = [max(len(row[at]) for row in lines) for at in range(len(lines[0]))]
    for row in lines:
        out("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def prose(text: str) -> None:
    """Write Markdown of our own texts as a person reads it in a terminal: wrapped, lists hanging."""
    for at, paragraph in enumerate(re.split(r"\n\s*\n", text.strip())):
        if at:
            out()
        for line in re.split(rf"\n(?=\s*{_BULLET.pattern})", paragraph):
            joined = " ".join(line.split())
            bullet = _BULLET.match(joined)
            first = bullet[0] if bullet else ""
            _wrapped(first, joined.removeprefix(first))


def item(label: str, text: str, *, colon: str = ":") -> None:
    """Write `text` after a label, its further lines under its first."""
    _wrapped(f"{label}{colon} ", text)


def listed(title: str, lines: Iterable[str]) -> None:
    """Write a titled list, if there is anything in it."""
    entries = list(lines)
    if entries:
        out()
        out(bold(title))
        for entry in entries:
            item("  -", entry, colon="")


def _wrapped(first: str, text: str) -> None:
    """Write `text` as wide as the terminal, at most as wide as eyes like to read."""
    import shutil  # noqa: PLC0415 - a document needs neither, and its reader is a program that waits
    import textwrap  # noqa: PLC0415 - the same

    width = max(_WIDTH_MIN, min(_WIDTH_MAX, shutil.get_terminal_size().columns))
    under = " " * len(first)
    out(
        textwrap.fill(
            text,
            width,
            initial_indent=first,
            subsequent_indent=under,
            break_on_hyphens=False,
            break_long_words=False,
        )
    )
