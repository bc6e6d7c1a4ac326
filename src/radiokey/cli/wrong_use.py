"""What is wrong with a command line, in our voice. What was typed is not repeated: it may hold a code."""

from typing import Any, Final

import click
from click.exceptions import NoSuchCommand

_TOO_MANY: Final = "Got unexpected extra argument"


def sentence(error: click.ClickException) -> str:
    """Say what was expected."""
    message = error.format_message()
    match error:
        case NoSuchCommand():
            return _no_such_command(error)
        case click.NoSuchOption():
            return "there is no such option"
        case click.BadParameter(param=click.Parameter() as param) if not isinstance(
            error, click.MissingParameter
        ):
            return f"{param.get_error_hint(error.ctx)} takes {_expected(param.type)}"
    if message.startswith(_TOO_MANY):
        return "more was given than this command takes"
    return f"{message[:1].lower()}{message[1:]}".rstrip(".")


def hint(error: click.ClickException) -> str:
    """Say what to do next."""
    context = getattr(error, "ctx", None)
    there_is = f"'{context.command_path if context else 'radiokey'} --help' says what there is"
    if error.format_message().startswith(_TOO_MANY):
        return f"a text with spaces stands in quotes; {there_is}"
    return there_is


def _no_such_command(error: NoSuchCommand) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 - only where somebody mistyped

    context = error.ctx
    group = context.command if context else None
    there = group.list_commands(context) if context and isinstance(group, click.Group) else []
    near = get_close_matches(error.command_name, there)
    return "there is no such command" + (f"; did you mean {', '.join(map(repr, near))}?" if near else "")


def _expected(kind: click.ParamType[Any]) -> str:
    """Say what an option of that type takes."""
    match kind:
        case click.Choice(choices=choices):
            return f"one of {', '.join(choices)}"
        case click.IntRange(min=low, max=high):
            return f"a whole number{_span(low, high)}"
        case click.FloatRange(min=low, max=high):
            return f"a number{_span(low, high)}"
        case _ if kind is click.INT:
            return "a whole number"
    return "something else"


def _span(low: float | None, high: float | None) -> str:
    if low is None:
        return "" if high is None else f" of at most {high}"
    return f" of at least {low}" if high is None else f" from {low} to {high}"
