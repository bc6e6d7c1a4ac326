"""A noun of the command line: a group of commands, some of which are imported when they are run or listed.

A start must stay quick: a command waits for no other command's imports. (Click's own pages describe this way
for large programs.)
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import click


class Noun(click.Group):
    """A group of commands: those put on it, then those of `elsewhere`, each a function that imports it."""

    def __init__(
        self,
        name: str,
        elsewhere: Mapping[str, Callable[[], click.Command]] | None = None,
        **settings: Any,  # noqa: ANN401 - those of Click's group
    ) -> None:
        super().__init__(name, no_args_is_help=True, **settings)
        self._elsewhere = dict(elsewhere or {})

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - Click's signature
        """Return the names in the order of the help."""
        return [*self.commands, *self._elsewhere]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, imported if need be; `None` where there is none of that name."""
        found = self._elsewhere[cmd_name]() if cmd_name in self._elsewhere else None
        found = found or super().get_command(ctx, cmd_name)
        if found is not None and not isinstance(found, click.Group):
            # Nobody subclasses each command for it: its help is in the language of who asks.
            found.format_help = partial(_write_help, found)  # type: ignore[method-assign]
        return found

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the help in the language of who asks."""
        _write_help(self, ctx, formatter)


def _write_help(command: click.Command, ctx: click.Context, formatter: click.HelpFormatter) -> None:
    from radiokey.cli.help import write_help  # noqa: PLC0415 - only for a help

    write_help(command, ctx, formatter)
