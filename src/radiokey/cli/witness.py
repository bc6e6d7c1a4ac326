"""`radiokey base witness`: a witness for other people's logs, and how a log's checkpoint is sent to one."""

import urllib.error
import urllib.request
from pathlib import Path
from typing import Final

import click

from radiokey.base.log.note import COSIGNING, Algorithm, VerifierKey
from radiokey.base.log.witness_client import Post
from radiokey.cli.options import parse_path
from radiokey.errors import StoreError, UsageError
from radiokey.language.speech import gettext

_ANSWER_BYTES_MAX: Final = 65_536
_PATIENCE_S: Final = 30.0


@click.command("witness")
@click.argument("name", metavar="NAME", help="Its name for ever, like witness.example/w1.")
@click.option(
    "--log",
    "keys",
    metavar="KEY",
    multiple=True,
    required=True,
    help="The verifier key of a log; repeatable.",
)
@click.option(
    "--state", type=parse_path, metavar="DIR", required=True, help="The folder of its keys and its memory."
)
@click.option(
    "--host", metavar="ADDRESS", default="127.0.0.1", show_default=True, help="The address to listen on."
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    metavar="PORT",
    default=8001,
    show_default=True,
    help="The port; 0 takes a free one.",
)
def serve(*, name: str, keys: tuple[str, ...], state: Path, host: str, port: int) -> None:
    """Sign the checkpoints of logs that continue what was signed before (C2SP tlog-witness)."""
    from radiokey.web.operations.witness import open_witness  # noqa: PLC0415 - the same
    from radiokey.web.serve import serve_witness  # noqa: PLC0415 - the web is heavy

    logs = [VerifierKey.parse(text, Algorithm.ED25519, *COSIGNING) for text in keys]
    witness = open_witness(name, logs, state)
    for key in witness.keys:
        click.echo(str(key))
    serve_witness(host, port, witness)


def posting(url: str) -> Post:
    """Return what sends a request to the witness at `url`; raise `UsageError` where there can be none."""
    if not url.startswith(("https://", "http://")):
        raise UsageError(
            gettext("a witness is at a web address"), hint=gettext("https://..., without /add-checkpoint")
        )

    def post(body: bytes) -> tuple[int, str, str]:
        request = urllib.request.Request(  # noqa: S310 - the scheme was checked
            f"{url.rstrip('/')}/add-checkpoint", data=body, method="POST"
        )
        request.add_header("Content-Type", "text/plain; charset=utf-8")
        try:
            with urllib.request.urlopen(request, timeout=_PATIENCE_S) as answer:  # noqa: S310 - the same
                return _read_answer(
                    answer.status, answer.headers["Content-Type"], answer.read(_ANSWER_BYTES_MAX)
                )
        except urllib.error.HTTPError as refused:
            with refused:
                return _read_answer(
                    refused.code, refused.headers["Content-Type"], refused.read(_ANSWER_BYTES_MAX)
                )
        except OSError as error:
            raise StoreError(
                gettext("the witness cannot be reached"), hint=gettext("try later; the log goes on")
            ) from error

    return post


def _read_answer(status: int, kind: str | None, body: bytes) -> tuple[int, str, str]:
    return status, kind or "", body.decode(errors="replace")
