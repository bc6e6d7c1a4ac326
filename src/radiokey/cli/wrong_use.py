"""What is wrong with a command line, in our voice. What was typed is not repeated: it may hold a code."""

from typing import Any, Final

import click
from click.exceptions import NoSuchCommand

from radiokey.language.speech import gettext

_TOO_MANY: Final = "Got unexpected extra argument"
_NO_COMMAND: Final = "Missing command"
"""How Click begins what it has no class for. It says it in English: no texts of its own are installed."""


def sentence(error: click.ClickException) -> str:
    """Say what was expected."""
    message = error.format_message()
    match error:
        case NoSuchCommand():
            return _no_such_command(error)
        case click.NoSuchOption():
            return gettext("there is no such option")
        case click.MissingParameter(param=click.Parameter() as param):
            return _missing(param, error.ctx)
        case click.BadOptionUsage():
            return _badly_used(error)
        case click.BadParameter(param=click.Parameter() as param):
            name = param.get_error_hint(error.ctx)
            return gettext("{name} takes {what}", name=name, what=_expected(param.type))
    if message.startswith(_TOO_MANY):
        return gettext("more was given than this command takes")
    if message.startswith(_NO_COMMAND):
        return gettext("the command is missing")
    return f"{message[:1].lower()}{message[1:]}".rstrip(".")


def hint(error: click.ClickException) -> str:
    """Say what to do next."""
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "radiokey"
    there_is = gettext("'{command} --help' says what there is", command=command)
    if error.format_message().startswith(_TOO_MANY):
        return gettext("a text with spaces stands in quotes; {more}", more=there_is)
    return there_is


def _no_such_command(error: NoSuchCommand) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 - only where somebody mistyped

    context = error.ctx
    group = context.command if context else None
    there = group.list_commands(context) if context and isinstance(group, click.Group) else []
    near = get_close_matches(error.command_name, there)
    if not near:
        return gettext("there is no such command")
    names = ", ".join(map(repr, near))
    return gettext("there is no such command; did you mean {names}?", names=names)


def _missing(parameter: click.Parameter, context: click.Context | None) -> str:
    name = parameter.get_error_hint(context)
    said = (
        gettext("missing argument {name}", name=name)
        if isinstance(parameter, click.Argument)
        else gettext("missing option {name}", name=name)
    )
    if isinstance(parameter.type, click.Choice):
        return f"{said}: {_expected(parameter.type)}"
    return said


def _badly_used(error: click.BadOptionUsage) -> str:
    """Say that an option wants an argument, or that one that is only said takes none."""
    options = error.ctx.command.params if error.ctx else []
    flags = [one for one in options if isinstance(one, click.Option) and one.is_flag]
    if any(error.option_name in one.opts for one in flags):
        return gettext("option '{name}' takes no argument", name=error.option_name)
    return gettext("option '{name}' requires an argument", name=error.option_name)


def _expected(kind: click.ParamType[Any]) -> str:
    """Say what an option of that type takes."""
    match kind:
        case click.Choice(choices=choices):
            return gettext("one of {names}", names=", ".join(choices))
        case click.IntRange(min=low, max=high):
            return _whole_number(low, high)
        case click.FloatRange(min=low, max=high):
            return _number(low, high)
        case _ if kind is click.INT:
            return gettext("a whole number")
    return gettext("something else")


def _whole_number(low: float | None, high: float | None) -> str:
    if low is None:
        return (
            gettext("a whole number")
            if high is None
            else gettext("a whole number of at most {high}", high=high)
        )
    if high is None:
        return gettext("a whole number of at least {low}", low=low)
    return gettext("a whole number from {low} to {high}", low=low, high=high)


def _number(low: float | None, high: float | None) -> str:
    if low is None:
        return gettext("a number") if high is None else gettext("a number of at most {high}", high=high)
    if high is None:
        return gettext("a number of at least {low}", low=low)
    return gettext("a number from {low} to {high}", low=low, high=high)
