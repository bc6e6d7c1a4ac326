"""The help of a command in the language of who asks.

What a command and its options say of themselves stands in English in their docstrings and options, where it
costs a start nothing. Here it is looked up when it is shown; `tools/texts.py` finds it by the same walk.
Click's own few words are said here too: it would take them from the process, not from who is served.
"""

from collections.abc import Iterator, Sequence

import click

from radiokey.cli.examples import of_command, write_examples
from radiokey.language.speech import gettext


def write_help(command: click.Command, context: click.Context, formatter: click.HelpFormatter) -> None:
    """Write the help of a command: its use, what it does and takes, and last its commands or examples."""
    pieces = " ".join(command.collect_usage_pieces(context))
    formatter.write_usage(context.command_path, pieces, prefix=gettext("Usage:") + " ")
    if command.help:
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(said(command.help))
    parameters = command.get_params(context)
    arguments = [one for one in parameters if isinstance(one, click.Argument)]
    if any(one.help for one in arguments):
        _write_rows(formatter, gettext("Positional arguments"), _rows(arguments, context))
    options = [one for one in parameters if not isinstance(one, click.Argument)]
    _write_rows(formatter, gettext("Options"), _rows(options, context))
    if isinstance(command, click.Group):
        _write_rows(formatter, gettext("Commands"), _command_rows(command, context, formatter.width))
    else:
        noun = context.parent.command.name if context.parent else None
        write_examples(of_command(noun, context.info_name or ""), formatter)


def described(parameter: click.Parameter, context: click.Context) -> tuple[str, str] | None:
    """Return how an option or an argument is written and what it is; `None` for a hidden one."""
    record = parameter.get_help_record(context)
    if record is None:
        return None
    text = said(parameter.help) if isinstance(parameter, click.Option | click.Argument) else ""
    notes = list(_notes(parameter, context)) if isinstance(parameter, click.Option) else []
    return record[0], f"{text}  [{'; '.join(notes)}]" if notes else text


def said(text: str | None) -> str:
    """Return a text of a command: its lines are those of the source, its paragraphs are its own."""
    return gettext(joined(text)) if text else ""


def joined(text: str) -> str:
    r"""Return a text with each paragraph on one line.

    >>> joined("Write it.\n\nOne\n  text.")
    'Write it.\n\nOne text.'
    """
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in text.split("\n\n"))


def spoken_of(command: click.Command, context: click.Context) -> Iterator[str]:
    """Yield the texts of a command that are translated; what is no sentence is typed as it stands."""
    texts = (command.help, *(getattr(one, "help", None) for one in command.get_params(context)))
    yield from (joined(text) for text in texts if text and " " in text)


def _notes(option: click.Option, context: click.Context) -> Iterator[str]:
    extra = option.get_help_extra(context)
    if "default" in extra:
        yield gettext("default: {default}", default=extra["default"])
    if "range" in extra:
        yield extra["range"]
    if "required" in extra:
        yield gettext("required")


def _rows(parameters: Sequence[click.Parameter], context: click.Context) -> list[tuple[str, str]]:
    return [row for one in parameters if (row := described(one, context)) is not None]


def _command_rows(noun: click.Group, context: click.Context, width: int) -> list[tuple[str, str]]:
    """Return the commands of a noun, each with as much of its first sentence as a line holds."""
    names = noun.list_commands(context)
    limit = width - 6 - max(map(len, names))
    found = [(name, noun.get_command(context, name)) for name in names]
    return [
        (name, click.Command(None, help=said(command.help)).get_short_help_str(limit))
        for name, command in found
        if command is not None
    ]


def _write_rows(formatter: click.HelpFormatter, heading: str, rows: list[tuple[str, str]]) -> None:
    if rows:
        with formatter.section(heading):
            formatter.write_dl(rows)
