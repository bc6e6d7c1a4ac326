"""The wiring of the command line: what a command's end and each error mean to a shell."""

import io
import os
import sys
from contextlib import suppress
from typing import Any, Final

import click
from click.exceptions import Exit, NoArgsIsHelpError

from radiokey.cli import say, wrong_use
from radiokey.cli.commands import app
from radiokey.errors import (
    DatabaseRightsError,
    InputError,
    NoCodeHereError,
    OurFaultError,
    RadiokeyError,
    RefusedError,
    TryLaterError,
    UsageError,
)
from radiokey.language.speech import ENGLISH, Language, speaking

EXIT_CODES: Final[dict[type[RadiokeyError], int]] = {
    UsageError: 64,
    InputError: 65,
    NoCodeHereError: 69,
    OurFaultError: 70,
    TryLaterError: 75,
    RefusedError: 77,
    DatabaseRightsError: 77,
}
"""What a shell sees; the nearest branch of the error tree decides. 0 is done."""

VARIABLES: Final = ("LC_ALL", "LC_MESSAGES", "LANG")
"""Where a shell says its language, the first that is set decides (POSIX)."""
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
    instruction = os.environ.get("_RADIOKEY_COMPLETE")
    code = run(sys.argv[1:]) if instruction is None else _complete(instruction)
    sys.exit(_written(code))


def _complete(instruction: str) -> int:
    """Answer a shell that asks what may come next."""
    from radiokey.cli.completion import completed  # noqa: PLC0415 - a command has no use for it

    return completed(app, instruction)


def run(arguments: list[str]) -> int:
    """Run one command and return its exit code. Nothing but a sentence reaches the user."""
    with speaking(_language()):
        return _run(arguments)


def _language() -> Language:
    """Return the language of the shell; English is known without looking for others."""
    said = next((value for name in VARIABLES if (value := os.environ.get(name, ""))), "")
    if said.partition(".")[0] in {"", "C", "POSIX", ENGLISH.tag} or said.startswith(f"{ENGLISH.tag}_"):
        return ENGLISH
    from radiokey.language.load import known  # noqa: PLC0415 - only where another language is spoken

    return known().find(said) or ENGLISH


def _run(arguments: list[str]) -> int:
    more: dict[str, Any] = {}
    try:
        with app.make_context("radiokey", list(arguments)) as context:
            more = context.meta
            app.invoke(context)
    except Exit as ended:
        return ended.exit_code
    except RadiokeyError as error:
        problem = error
    except NoArgsIsHelpError as error:  # a noun without its verb
        sys.stderr.write(f"{error.message}\n")
        return WRONG_USE
    except click.ClickException as error:
        problem = UsageError(wrong_use.sentence(error), hint=wrong_use.hint(error))
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except BrokenPipeError:
        return 0  # the reader closed the pipe
    except Exception as error:  # noqa: BLE001 - the entry point: a stranger's words are not for the user
        problem = OurFaultError(
            f"something went wrong here that is not your doing ({type(error).__name__})",
            hint="try again; if it stays, report it with the command you used, without the code",
        )
    else:
        return 0
    return _failed(problem, more, as_json=_wants_json(arguments))


def _wants_json(arguments: list[str]) -> bool:
    """Tell whether a command line asks for JSON: also one that cannot be read any further."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    return "--json" in arguments[:end]


def _failed(problem: RadiokeyError, left: dict[str, Any], *, as_json: bool) -> int:
    """Say what went wrong, as a document too where one was asked for, and return the exit code."""
    code = exit_code(problem)
    if not as_json and left.keys() & {say.SHEET, say.QUESTION}:
        say.reportable()
    say.error(problem.sentence, problem.hint)
    if as_json:
        # Where the result could not be written, neither can this.
        with suppress(OSError, OurFaultError):
            say.refusal(problem, code, left)
    return code


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
