"""`radiokey explain`: why a stored record is locked (`explained.py` has the words)."""

from pathlib import Path
from typing import Annotated

import typer

from radiokey.cli.options import Json, ModelId
from radiokey.headunit.device import COUNTER_MAX


def explain_record(
    record: Annotated[
        Path, typer.Argument(metavar="RECORD", help="The file; - reads it from standard input.")
    ],
    *,
    key_file: Annotated[
        Path | None, typer.Option("--key-file", help="The device's key: 32 bytes, or as hexadecimal text.")
    ] = None,
    counter: Annotated[
        int | None,
        typer.Option("--counter", min=0, max=COUNTER_MAX, help="What the device's counter reads."),
    ] = None,
    model: ModelId = None,
    policy: Annotated[
        str | None, typer.Option("--policy", help="'reference': our own design of a lock.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Say why a stored record is locked, until when, what a cut now would do, and what may be done.

    RECORD is one record (84 bytes), a memory chip (512 bytes) or the image of a whole unit, as bytes or as
    hexadecimal text.
    """
    from radiokey.cli.explained import tell  # noqa: PLC0415 - the whole head unit; only who asks waits for it

    tell(record, key_file, counter, model, policy, as_json=as_json)
