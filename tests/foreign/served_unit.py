"""A unit served as a process of its own, for clients that are not ours."""

import json
import signal
import subprocess
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from loaded import Forked, loaded

CODE = "4786"
UNTIL_THE_END = ExitStack()
"""What is ended with the tests."""


@cache
def where_loaded() -> str:
    """Return where the process is reached that has loaded the product, one for all tests of a process."""
    return UNTIL_THE_END.enter_context(loaded())


@dataclass
class Served:
    """A served unit: its process, its port, its files."""

    process: subprocess.Popen
    port: int
    first: dict
    folder: Path

    def do(self, line: str) -> None:
        """Do something at the panel."""
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()

    def wait_for(self, **fields) -> dict:
        """Return the next line of the unit that says so."""
        for line in self.process.stdout:
            said = json.loads(line)
            if fields.items() <= said.items():
                return said
        raise AssertionError(f"the unit ended, and never said {fields}")

    def end(self) -> list[dict]:
        """Take its supply away in the clean way; return what it said since it was last read."""
        self.process.send_signal(signal.SIGINT)
        out, err = self.process.communicate()
        assert (self.process.returncode, err) == (0, ""), err
        return [json.loads(line) for line in out.splitlines()]


@contextmanager
def served(folder: Path, *options: str):
    """Serve a unit in these files, the same again if they are there."""
    command = ("unit", "serve", "--model", "renault_86a", "--code", CODE)
    files = ("--doip", "127.0.0.1:0", "--state", folder / "chip", "--device", folder / "device", "--json")
    with started(folder, *command, *files, *options) as unit:
        yield unit


@contextmanager
def started(folder: Path, *arguments: str, typed: str = ""):
    """Run a command that serves a unit, in this folder, and type something first."""
    process = Forked(
        where_loaded(),
        *arguments,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=folder,
    )
    try:
        process.stdin.write(typed)
        process.stdin.flush()
        line = process.stdout.readline()
        assert line, process.stderr.read()
        first = json.loads(line)
        yield Served(process, int(first["doip"].rpartition(":")[2]), first, folder)
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()
