"""The example of each command, from `examples.toml`: shown in its help and the manual, run by a test."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import click

from radiokey.language.speech import gettext


@cache
def examples() -> Mapping[str, list[str]]:
    """Return the lines of each command, by its noun and verb (`log verify`), or its name alone (`wait`)."""
    text = Path(__file__).with_name("examples.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def of_command(noun: str | None, name: str) -> list[str]:
    """Return the examples of a command of a noun; the program itself is no noun."""
    return examples().get(name if noun in {None, "radiokey"} else f"{noun} {name}", [])


def write_examples(lines: list[str], formatter: click.HelpFormatter) -> None:
    """Write them at the end of a help, each on a line of its own however long: it is there to be copied."""
    if lines:
        with formatter.section(gettext("Example") if len(lines) == 1 else gettext("Examples")):
            for line in lines:
                formatter.write(f"{'':{formatter.current_indent}}{line}\n")
