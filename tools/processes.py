"""Processes of a cluster: started with what was unpacked for them, ended by their ids."""

import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

from steps import ROOT

FOLDER: Final = ROOT / ".venv-dev" / "cluster"
END_S: Final = 20.0
HOST: Final = "127.0.0.1"
POLL_S: Final = 0.1
START_S: Final = 120.0


class Processes:
    """The processes that were started here, by name. None is ended that was not."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, *command: str, environment: Mapping[str, str] | None = None) -> int:
        """Start a process and return its id; what it says goes into a file."""
        assert name not in self._running, name
        with (self._folder / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, **libraries(), **(environment or {})},
                start_new_session=True,  # ctrl-C is for us: we end them in order
            )
        return self._running[name].pid

    def pid(self, name: str) -> int:
        """Return its id."""
        return self._running[name].pid

    def runs(self, name: str) -> bool:
        """Tell whether it was started and has not ended."""
        return name in self._running and self._running[name].poll() is None

    def tell(self, name: str, number: signal.Signals) -> None:
        """Send a signal to one of them, if it still runs."""
        if self.runs(name):
            self._running[name].send_signal(number)

    def end(self, name: str, number: signal.Signals = signal.SIGTERM, seconds: float = END_S) -> int | None:
        """End one; return its exit code, `None` where it was not there."""
        if name not in self._running:
            return None
        process = self._running.pop(name)
        process.send_signal(signal.SIGCONT)
        process.send_signal(number)
        try:
            return process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()

    def names(self) -> list[str]:
        """Return the names, the newest first."""
        return list(reversed(self._running))


def libraries() -> dict[str, str]:
    """Return where unpacked programs find what they load."""
    if not FOLDER.is_dir():
        return {}
    found = {str(path.parent) for path in FOLDER.glob("usr/lib/*/*.so*")}
    return {"LD_LIBRARY_PATH": os.pathsep.join(sorted(found))}


def free_ports(count: int) -> list[int]:
    """Return ports that nobody listens on now."""
    with ExitStack() as stack:
        held = [stack.enter_context(socket.create_server((HOST, 0))) for _ in range(count)]
        return [one.getsockname()[1] for one in held]


def wait_until(what: str, true: Callable[[], object], seconds: float = START_S) -> float:
    """Return after how many seconds it was true; raise `TimeoutError` saying what was waited for."""
    started = time.monotonic()
    while not true():
        if time.monotonic() - started > seconds:
            raise TimeoutError(f"after {seconds:.0f} s still not: {what}")
        time.sleep(POLL_S)
    return time.monotonic() - started


def answer(url: str, seconds: float = 2.0) -> tuple[int, Any]:
    """Return status and document of an answer of this machine; 0 where there was none."""
    try:
        with urllib.request.urlopen(url, timeout=seconds) as response:  # noqa: S310 - loopback, as we wrote it
            return response.status, _document(response.read())
    except urllib.error.HTTPError as refused:
        return refused.code, _document(refused.read())
    except (OSError, ValueError):
        return 0, None


def said_by(*command: str, environment: Mapping[str, str]) -> str:
    """Run a program to its end and return what it said; raise `RuntimeError` where it failed."""
    ran = subprocess.run(
        command, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    if ran.returncode:
        raise RuntimeError(f"{' '.join(command)}: {ran.stdout}{ran.stderr}")
    return ran.stdout


def _document(body: bytes) -> Any:  # noqa: ANN401 - whatever JSON has
    try:
        return json.loads(body)
    except ValueError:
        return None
