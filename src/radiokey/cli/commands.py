"""Every command by name. Each noun's file is imported only when its command is asked for its work."""

import typer

from radiokey.cli import base, bench, code, entry, explain, guide, models, serial, serve, wait


def register(app: typer.Typer) -> None:
    """Put every command on `app`, once."""
    if app.registered_commands or app.registered_groups:
        return
    app.command("models")(models.models)
    app.add_typer(serial.app, name="serial")
    app.command("code")(code.code)
    app.command("entry")(entry.entry)
    app.command("wait")(wait.wait)
    app.command("guide")(guide.guide)
    app.command("explain")(explain.explain_record)
    app.add_typer(bench.app, name="bench")
    app.add_typer(base.app, name="base")
    app.command("serve")(serve.serve)
