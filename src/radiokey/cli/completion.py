"""`radiokey completion`: what a shell sources so that Tab finishes commands, options and ids of radios."""

import click

from radiokey.cli import say

VARIABLE = "_RADIOKEY_COMPLETE"
"""Set by such a script when it asks this program what may come next (Click's own protocol)."""


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]), metavar="SHELL")
@click.pass_context
def completion(context: click.Context, *, shell: str) -> None:
    """Write the completion script of a SHELL on stdout: bash, zsh or fish.

    bash reads it from ~/.local/share/bash-completion/completions/radiokey, zsh from a file _radiokey in a
    folder of its $fpath, fish from ~/.config/fish/completions/radiokey.fish.
    """
    from click.shell_completion import get_completion_class  # noqa: PLC0415 - only here

    kind = get_completion_class(shell)
    assert kind is not None
    say.out(script(kind(context.find_root().command, {}, "radiokey", VARIABLE)))


def script(kind: "click.shell_completion.ShellComplete") -> str:
    """Return the script; Click would first ask bash for its version."""
    return (kind.source_template % kind.source_vars()).strip()


def completed(program: click.Command, instruction: str) -> int:
    """Answer a script's question on stdout and return the exit code."""
    from click.shell_completion import shell_complete  # noqa: PLC0415 - only where Tab was pressed

    return shell_complete(program, {}, "radiokey", VARIABLE, instruction)
