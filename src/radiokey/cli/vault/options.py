"""The options of the commands that open a vault."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from radiokey.cli.options import parse_path

F = TypeVar("F", bound=Callable[..., Any])

passphrase_option = click.option(
    "--passphrase-stdin", is_flag=True, help="The passphrase is the first line of standard input."
)
identity_option = click.option(
    "--identity", type=parse_path, metavar="FILE", help="An age key file, in place of a passphrase."
)
reveal_option = click.option("--reveal", is_flag=True, help="Show the code of a vault.")
vault_option = click.option(
    "--vault", "vault_file", type=parse_path, metavar="FILE", help="Take the code from this vault."
)


def vault_options(command: F) -> F:
    """Give a command the options that open the vault it is about."""
    file = click.option("--file", type=parse_path, required=True, metavar="FILE", help="The vault.")
    return file(identity_option(passphrase_option(command)))


@dataclass(frozen=True, slots=True)
class Access:
    """How the vault in `path` opens: by a passphrase that is typed or read, or by a key file.

    With `stdin_taken` standard input is for something else: a passphrase is typed on the terminal.
    """

    path: Path
    identity: Path | None
    passphrase_stdin: bool
    stdin_taken: bool = False
