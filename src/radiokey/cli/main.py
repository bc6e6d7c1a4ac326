"""The wiring of the command line: its commands, and what each error means to a shell."""

import io
import os
import sys
from typing import Final

import typer
from typer.exceptions import TyperException

from radiokey.cli import say
from radiokey.errors import (
    InputError,
    NoCodeHereError,
    OurFaultError,
    RadiokeyError,
    RefusedError,
    TryLaterError,
    UsageError,
)

EXIT_CODES: Final[dict[type[RadiokeyError], int]] = {
    UsageError: 64,
    InputError: 65,
    NoCodeHereError: 69,
    OurFaultError: 70,
    TryLaterError: 75,
    RefusedError: 77,
}
"""What a shell sees; each branch of the error tree is here once. 0 is done."""

OUR_FAULT: Final = EXIT_CODES[OurFaultError]
WRONG_USE: Final = EXIT_CODES[UsageError]
INTERRUPTED: Final = 130
_TOO_MANY: Final = "Got unexpected extra argument"

app = typer.Typer(
    name="radiokey",
    help="Gets a locked car radio playing again, for its owner and only for its owner.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def exit_code(error: RadiokeyError) -> int:
    """Return the exit code of `error`; one that no row of the table knows is our fault."""
    return next((EXIT_CODES[kind] for kind in type(error).__mro__ if kind in EXIT_CODES), OUR_FAULT)


def main() -> None:
    """Run the command line and end the process with its exit code."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A terminal that cannot show a letter gets its number; it is no reason to stop half-way.
        sys.stdout.reconfigure(errors="backslashreplace")
    code = run(sys.argv[1:])
    sys.exit(_written(code))


def run(arguments: list[str]) -> int:
    """Run one command and return its exit code. Nothing but a sentence reaches the user."""
    from radiokey.cli import commands  # noqa: PLC0415 - the commands register themselves on `app`

    commands.register(app)
    command = typer.main.get_command(app)
    try:
        with command.make_context("radiokey", list(arguments)) as context:
            command.invoke(context)
    except typer.Exit as ended:
        return ended.exit_code
    except RadiokeyError as error:
        say.error(error.sentence, error.hint)
        return exit_code(error)
    except TyperException as error:
        message = error.format_message()
        if message.startswith("Usage: "):  # a noun without its verb: the message is the help
            sys.stderr.write(f"{message}\n")
        else:
            say.error(_sentence(message), _hint(message, _help_of(error)))
        return WRONG_USE
    except (typer.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except BrokenPipeError:
        return 0  # whoever read has enough
    except Exception as error:  # noqa: BLE001 - the entry point: a stranger's words are not for the user
        say.error(
            f"something went wrong here that is not your doing ({type(error).__name__})",
            "try again; if it stays, report it with the command you used, without the code",
        )
        return OUR_FAULT
    return 0


def _written(code: int) -> int:
    """Return `code` once the result has left; where it cannot leave, what that means."""
    try:
        sys.stdout.flush()
    except OSError as error:
        # Nothing of it can be written any more: not now, and not when Python flushes at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if code or isinstance(error, BrokenPipeError):
            return code
        problem = say.not_written(error)
        say.error(problem.sentence, problem.hint)
        return exit_code(problem)
    return code


def _sentence(message: str) -> str:
    """Return a message of the argument parser in our voice, without what was typed: it may hold a code."""
    if message.startswith(_TOO_MANY):
        return "more was given than this command takes"
    if message.startswith("No such command"):
        near = message.partition("Did you mean ")[2]
        return f"there is no such command; did you mean {near}" if near else "there is no such command"
    if message.startswith("No such option"):
        return "there is no such option"
    return f"{message[:1].lower()}{message[1:]}".rstrip(".")


def _hint(message: str, command: str) -> str:
    if message.startswith(_TOO_MANY):
        return f"a text with spaces stands in quotes; '{command}' says what there is"
    return f"'{command}' says what there is"


def _help_of(error: TyperException) -> str:
    context = getattr(error, "ctx", None)
    return f"{context.command_path if context else 'radiokey'} --help"


if __name__ == "__main__":
    main()
