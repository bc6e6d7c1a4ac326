"""`radiokey explain`: why a stored record is locked (`explained.py` has the words)."""

from pathlib import Path

import click

from radiokey.cli.options import json_option, model_option, parse_path
from radiokey.headunit.device import COUNTER_MAX


@click.command("explain")
@click.argument("record", type=parse_path, metavar="RECORD", help="The file; - reads it from standard input.")
@click.option(
    "--key-file", type=parse_path, metavar="FILE", help="The device's key: 32 bytes, or as hexadecimal text."
)
@click.option(
    "--counter", type=click.IntRange(0, COUNTER_MAX), metavar="N", help="What the device's counter reads."
)
@model_option
@click.option("--policy", metavar="NAME", help="'reference': our own design of a lock.")
@json_option
def explain_record(
    *,
    record: Path,
    key_file: Path | None,
    counter: int | None,
    model: str | None,
    policy: str | None,
    as_json: bool,
) -> None:
    """Say why a stored record is locked, until when, what a cut now would do, and what may be done.

    RECORD is one record (84 bytes), a memory chip (512 bytes) or the image of a whole unit, as bytes or as
    hexadecimal text.
    """
    from radiokey.cli.explained import explain_file  # noqa: PLC0415 - the whole head unit; only who asks waits for it

    explain_file(record, key_file, counter, model, policy, as_json=as_json)
