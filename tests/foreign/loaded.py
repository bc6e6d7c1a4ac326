"""A `radiokey` for a shell that need not load itself: a process that has is forked for each command.

To load the site takes over a second of each `radiokey serve`, and a page of docs/how-to has many commands. What the
shell starts hands its arguments, variables, folder and streams over, and ends as the fork ends, which is a process of
its own like any other. How one starts from nothing is in tests/cli/test_process.py and tests/web/test_serve.py.
"""

import gc
import io
import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

STARTS = """#!{python} -IS
import json, os, signal, socket, sys
with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as told:
    told.connect({address!r})
    command = json.dumps([sys.argv[1:], dict(os.environ), os.getcwd()])
    socket.send_fds(told, [command.encode()], [0, 1, 2])
    pid = told.recv(99).decode()
    with open({pid!r}, "w") as file:
        file.write(pid)
    told.send(b"go")
    code = int(told.recv(99))
if code < 0:
    os.kill(os.getpid(), -code)
sys.exit(code)
"""


@contextmanager
def loaded() -> Iterator[str]:
    """Run a process that has loaded the product, and yield where it is reached."""
    with tempfile.TemporaryDirectory(prefix="rk") as folder:  # an address has no room for a long name
        address = f"{folder}/told"
        with subprocess.Popen((sys.executable, __file__, address), stdout=subprocess.PIPE) as process:
            assert process.stdout.readline() == b"loaded\n"
            try:
                yield address
            finally:
                process.terminate()


class Forked(subprocess.Popen):
    """A `radiokey` with these arguments, forked there: what a signal reaches is the fork, what is waited for is its end."""

    def __init__(self, address: str, *arguments: str | Path, **options) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="rk")
        self._pid_file = Path(self._folder.name, "pid")
        command = Path(self._folder.name, "radiokey")
        put_command(command, address, self._pid_file)
        super().__init__((command, *arguments), **options)

    @property
    def forked(self) -> int:
        """The number of the process that is the command; it is known once that said something."""
        return int(self._pid_file.read_text("utf-8"))

    def send_signal(self, sig: int) -> None:
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.forked, sig)

    def wait(self, timeout: float | None = None) -> int:
        code = super().wait(timeout)
        self._folder.cleanup()
        return code


def put_command(file: Path, address: str, pid: Path) -> None:
    """Write the command that is forked there; the process's number stands in `pid` before it begins."""
    file.write_text(STARTS.format(python=sys.executable, address=address, pid=str(pid)), "utf-8")
    file.chmod(0o755)


def _main(address: str) -> None:
    """Fork for each command until the process is ended; in the fork, become that command."""
    import radiokey.web.serve  # noqa: F401, PLC0415 - what takes the longest
    from radiokey.cli.main import main  # noqa: PLC0415 - in the process that is kept, not in the tests'

    gc.freeze()
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listening:
        listening.bind(address)
        listening.listen()
        print("loaded", flush=True)  # noqa: T201 - `loaded` waits for it
        while True:
            told, _ = listening.accept()
            if not os.fork():
                break
            told.close()
            with suppress(ChildProcessError):
                while os.waitpid(-1, os.WNOHANG)[0]:
                    pass
    command, streams, _, _ = socket.recv_fds(told, 1 << 16, 3)
    if pid := os.fork():
        told.send(str(pid).encode())
        told.send(str(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])).encode())
        os._exit(0)
    told.recv(9)  # its number is written down
    told.close()
    arguments, environment, folder = json.loads(command)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["radiokey", *arguments]
    sys.stdin, sys.stdout = (io.TextIOWrapper(open(number, mode)) for number, mode in ((0, "rb"), (1, "wb")))  # noqa: PTH123, SIM115
    sys.stderr = io.TextIOWrapper(open(2, "wb", 0), line_buffering=True, write_through=True)  # noqa: SIM115
    main()


if __name__ == "__main__":
    _main(sys.argv[1])
