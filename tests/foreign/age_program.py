"""The `age` program, and programs that ask for a passphrase on a terminal of their own."""

import importlib
import os
import pty
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def program() -> Path:
    """Return where age is; `python tools/age.py` puts it there."""
    with pytest.MonkeyPatch.context() as patched:
        patched.syspath_prepend(ROOT / "tools")
        found = importlib.import_module("age").find()
    assert found, "these tests need age: python tools/age.py unpacks Debian's"
    return Path(found)


def asked(command, *answers, cwd=None, env=None):
    """Run a program on a terminal of its own, answer each of its questions, return its exit code and words."""
    child, terminal = pty.fork()
    if child == 0:
        if cwd is not None:
            os.chdir(cwd)
        os.execve(command[0], list(map(str, command)), os.environ if env is None else env)  # noqa: S606 - no shell
    said, question, left = b"", b"", list(answers)
    while True:
        try:
            part = os.read(terminal, 1024)
        except OSError:  # Linux says so where the other end is closed
            part = b""
        if not part:
            break
        said += part
        question += part
        if left and question.endswith((b":", b": ")):
            os.write(terminal, left.pop(0).encode() + b"\n")
            question = b""  # what comes next is the end of this line, and no question
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), said.decode()
