"""`radiokey manual`: the manual page, in roff, from the very texts that `--help` shows."""

from collections.abc import Iterator
from importlib.metadata import version

import click

from radiokey.cli import say
from radiokey.cli.examples import of_command
from radiokey.cli.help import described, said
from radiokey.language.speech import gettext, later


@click.command("manual")
@click.pass_context
def manual(context: click.Context) -> None:
    """Write the manual page radiokey(1) on stdout."""
    program = context.find_root().command
    assert isinstance(program, click.Group)
    for line in page(program):
        say.out(line)


def page(app: click.Group) -> Iterator[str]:
    """Yield the lines of the manual page of a program."""
    yield f'.TH RADIOKEY 1 "" "radiokey {version("radiokey")}" "{gettext("User commands")}"'
    yield from (f".SH {gettext('NAME')}", f"radiokey \\- {escaped(said(app.help).rstrip('.'))}")
    yield from (f".SH {gettext('SYNOPSIS')}", ".B radiokey", "COMMAND [OPTIONS] [ARGUMENTS]")
    yield from (f".SH {gettext('DESCRIPTION')}", escaped(said(app.help)), f".SH {gettext('COMMANDS')}")
    for name, noun, command, context in commands(app):
        yield from _command(name, noun, command, context)
    yield f".SH {gettext('EXIT STATUS')}"
    for code, meaning in EXITS:
        yield from (".TP", f".B {code}", escaped(gettext(meaning)))


EXITS = (
    ("0", later("done")),
    ("64", later("wrong use")),
    ("65", later("the input is not what it should be")),
    ("69", later("no code is to be had here; the official way is printed")),
    ("70", later("our fault: a base, a log or a disk does not answer")),
    ("75", later("try later: a limit")),
    ("77", later("refused: reported stolen")),
    ("130", later("interrupted")),
)
"""What the exit codes mean; `radiokey.cli.main` has their errors, docs/cli.md the same words."""


def commands(
    group: click.Group, context: click.Context | None = None
) -> Iterator[tuple[str, str | None, click.Command, click.Context]]:
    """Yield each command with its whole name, its noun and its context, in the order of the help."""
    # With their settings: a command keeps the help option that the first context asks of it, so a context
    # without them would take `-h` from it for as long as this process runs.
    context = context or click.Context(group, info_name=group.name, **group.context_settings)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is None:
            continue
        inner = click.Context(command, info_name=name, parent=context, **command.context_settings)
        if isinstance(command, click.Group):
            yield from commands(command, inner)
        else:
            yield inner.command_path, group.name, command, inner


def _command(name: str, noun: str | None, command: click.Command, context: click.Context) -> Iterator[str]:
    yield f'.SS "{escaped(" ".join((name, *command.collect_usage_pieces(context))))}"'
    for paragraph in said(command.help).split("\n\n"):
        yield from (escaped(paragraph), ".PP")
    for parameter in command.get_params(context):
        record = described(parameter, context)
        if record is not None:
            yield from (".TP", f".B {escaped(record[0])}", escaped(record[1]) or "\\&")
    lines = of_command(noun, name.rpartition(" ")[2])
    if lines:
        yield from (".PP", gettext("Example:") if len(lines) == 1 else gettext("Examples:"), ".PP", ".nf")
        yield from map(escaped, lines)
        yield from (".fi", ".PP")


def escaped(text: str) -> str:
    r"""Return text as roff takes it literally: no line begins a request, no hyphen is another dash.

    >>> print(escaped(r".x -a b\c"))
    \&.x \-a b\ec
    """
    said = text.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{said}" if said[:1] in {".", "'"} else said
