"""The wiring of the command line: what a command's end and each error mean to a shell."""

import io
import os
import sys
from typing import Final

import click
from click.exceptions import Exit, NoArgsIsHelpError

from radiokey.cli import say, wrong_use
from radiokey.cli.commands import app
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
    try:
        with app.make_context("radiokey", list(arguments)) as context:
            app.invoke(context)
    except Exit as ended:
        return ended.exit_code
    except RadiokeyError as error:
        say.error(error.sentence, error.hint)
        return exit_code(error)
    except NoArgsIsHelpError as error:  # a noun without its verb
        sys.stderr.write(f"{error.message}\n")
        return WRONG_USE
    except click.ClickException as error:
        say.error(wrong_use.sentence(error), wrong_use.hint(error))
        return WRONG_USE
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except BrokenPipeError:
        return 0  # the reader closed the pipe
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


if __name__ == "__main__":
    main()
