"""The server of the tests ends with them."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from postgres import FIRST

PROGRAM = """
import sys
from postgres import running
with running() as server:
    server.fresh()
    print(server.pid, server.folder, flush=True)
    sys.stdin.read()
"""


def ended(pid):
    """Gone, or only waiting to be noticed by a first process that does not look after its orphans."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@pytest.fixture(scope="module")
def first() -> Iterator[Path]:
    """A folder for the files of the first server, where PostgreSQL's own account can get to."""
    with tempfile.TemporaryDirectory(prefix="rkpg") as folder:
        Path(folder).chmod(0o711)
        yield Path(folder) / "first"


@pytest.mark.parametrize("how", ["at its end", "by a signal"])
def test_the_server_is_stopped_and_its_folder_is_gone(first, how):
    """A server that stays would hold its port, its memory and its folder on whoever runs the tests.

    The second one begins with a copy of the files of the first, which stay as they were.
    """
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent), FIRST: str(first)}
    with subprocess.Popen(
        [sys.executable, "-W", "error", "-c", PROGRAM],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    ) as process:
        pid, folder = process.stdout.readline().split()
        assert not ended(int(pid))
        if how == "by a signal":
            process.terminate()
        else:
            process.stdin.close()
        process.wait()
    assert process.returncode == (-signal.SIGTERM if how == "by a signal" else 0)
    assert ended(int(pid))
    assert not Path(folder).exists()
    assert {file.name for file in first.iterdir()} == {"data", "lock", "made"}
    assert not (first / "data" / "postmaster.pid").exists(), "its server was stopped before it was copied"
