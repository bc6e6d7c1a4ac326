"""nginx with docs/how-to/nginx.conf before a server of a test, and connections to it from any address.

The file is taken as it is printed, but for the lines of `mapped`: ports, files and an account that a test does
not have. Before a `patient` one deadlines are hours, so that no test depends on how fast this machine is.
"""

import http.client
import importlib
import os
import shutil
import socket
import ssl
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from certificates import self_signed

ROOT = Path(__file__).parents[2]
CONFIG = (ROOT / "docs" / "how-to" / "nginx.conf").read_text("utf-8")
NAME = "codes.example.org"
HOST = "127.0.0.1"
NOBODY = 65534


PATIENT = {
    "worker_processes auto;": "worker_processes 1;",
    "worker_rlimit_nofile 17000;\n": "",
    "worker_connections 8192;": "worker_connections 512;",
    "_timeout 10s;": "_timeout 1h;",
}
"""What else stands in the file of a patient one: small, and without haste."""


def mapped(folder: Path, http_port: int, https_port: int, upstream: int) -> dict[str, str]:
    """Return what stands in the file and what stands there in a test: all that is not taken as printed."""
    temporary = "".join(
        f"    {kind}_temp_path {folder}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return {
        "user www-data;\n": "daemon off;\n",
        "pid /run/nginx.pid;": f"pid {folder}/nginx.pid;",
        "error_log /var/log/nginx/error.log;": f"error_log {folder}/error.log;",
        "http {\n": f"http {{\n{temporary}",
        "listen 80": f"listen {HOST}:{http_port}",
        "listen 443": f"listen {HOST}:{https_port}",
        "127.0.0.1:8000": f"127.0.0.1:{upstream}",
        f"/etc/ssl/certs/{NAME}.pem": f"{folder}/certificate.pem",
        f"/etc/ssl/private/{NAME}.key": f"{folder}/certificate.pem",
    }


def program() -> str:
    """Return where nginx is; `python tools/nginx.py` puts it there."""
    with pytest.MonkeyPatch.context() as patched:
        patched.syspath_prepend(ROOT / "tools")
        found = importlib.import_module("nginx").find()
    assert found, "these tests need nginx: python tools/nginx.py unpacks Debian's"
    return found


def free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        held = [stack.enter_context(socket.create_server((HOST, 0))) for _ in range(count)]
        return [one.getsockname()[1] for one in held]


@dataclass
class Proxy:
    """A running nginx, and connections to it from any address of this machine."""

    http: int
    https: int
    certificate: Path

    @cached_property
    def trusted(self) -> ssl.SSLContext:
        """How to speak to it: its certificate holds."""
        return ssl.create_default_context(cafile=str(self.certificate))

    def connect(self, source: str = HOST, name: str = NAME) -> ssl.SSLSocket:
        plain = socket.create_connection((HOST, self.https), source_address=(source, 0))
        return self.trusted.wrap_socket(plain, server_hostname=name)

    def ask(
        self, path: str, source: str = HOST, body: bytes | None = None, **head: str
    ) -> tuple[int, bytes, dict[str, str]]:
        """Return status, body and head of an answer."""
        connection = http.client.HTTPConnection(NAME)
        connection.sock = self.connect(source)
        try:
            connection.request(
                "GET" if body is None else "POST",
                path,
                body,
                {k.replace("_", "-"): v for k, v in head.items()},
            )
            answer = connection.getresponse()
            said = {name.lower(): value for name, value in answer.getheaders()}
            return answer.status, answer.read(), said
        finally:
            connection.close()


@contextmanager
def proxy(upstream: int, *, patient: bool = True) -> Iterator[Proxy]:
    """Run nginx with the file before a server on that port, not as root, in a folder of its own."""
    folder = Path(tempfile.mkdtemp(prefix="rknginx"))
    http_port, https_port = free_ports(2)
    text = CONFIG
    changes = mapped(folder, http_port, https_port, upstream) | (PATIENT if patient else {})
    for printed, here in changes.items():
        assert printed in text, printed
        text = text.replace(printed, here)
    file, certificate = folder / "nginx.conf", folder / "certificate.pem"
    file.write_text(text, "utf-8")
    self_signed(certificate, NAME)
    account: dict[str, Any] = {}
    if os.geteuid() == 0:
        account = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        for path in (folder, file, certificate):
            os.chown(path, NOBODY, NOBODY)
    command = [program(), "-e", f"{folder}/error.log", "-p", str(folder), "-c", str(file)]
    tried = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False, **account)
    assert tried.returncode == 0, tried.stderr
    assert "[warn]" not in tried.stderr, tried.stderr
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, **account
    )
    try:
        while not (folder / "nginx.pid").read_text("utf-8"):  # it is written once nginx listens
            assert process.poll() is None, process.communicate()[1]
        yield Proxy(http_port, https_port, certificate)
        assert "[alert]" not in (folder / "error.log").read_text("utf-8")
    finally:
        process.terminate()
        process.communicate()
        shutil.rmtree(folder)
