#!/bin/sh
# Behind Granian the port of a client is a text, and HTTP/1.0 is version "1".
#
# Surprise: the same Litestar program gets port 8000 from uvicorn and "8000" from Granian, although Litestar
#   declares it as a number. It also sees a Host header that nobody sent (empty, with HTTP/1.0) and an
#   http_version that the specification does not list.
# Matters: `port == 443` is never true, `port > 1024` is a TypeError, a rule "HTTP/1.0 gets a short answer" never
#   matches, and "no Host was sent" cannot be seen any more. The program's own tests, run in process, pass.
# Expected from: the ASGI specification, HTTP connection scope: client and server are [host, port] with an integer,
#   http_version is one of "1.0", "1.1" or "2".
# Versions: granian 2.8.7, uvicorn 0.54.0, litestar 2.25.0.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
"${PYTHON:-python3}" -m venv venv
venv/bin/python -m pip install -qq --disable-pip-version-check granian==2.8.7 uvicorn==0.54.0 litestar==2.25.0
cat > site_app.py <<'PY'
from litestar import Litestar, Request, get


@get("/")
async def root(request: Request) -> str:
    kinds = f"{type(request.client.port).__name__} {type(request.scope['server'][1]).__name__}"
    return f"{kinds} {request.scope['http_version']} {'host' in request.headers}"


app = Litestar([root])
PY
cat > finding.py <<'PY'
import socket
import subprocess
import sys
import time
from importlib.metadata import version

MODERN = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
OLD = b"GET / HTTP/1.0\r\n\r\n"


def free_port():
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        return place.getsockname()[1]


def answer(port, request):
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(request)
        parts = iter(lambda: connection.recv(65536), b"")
        return b"".join(parts).split(b"\r\n\r\n", 1)[1].decode().strip().splitlines()[-1]


def ask(name, *options):
    port = free_port()
    command = (sys.executable, "-m", name, *options, "--host", "127.0.0.1", "--port", str(port), "site_app:app")
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(200):
            try:
                return answer(port, MODERN), answer(port, OLD)
            except OSError:
                time.sleep(0.1)
        sys.exit(f"{name} did not start")
    finally:
        server.terminate()
        server.wait()


seen = {"uvicorn": ask("uvicorn", "--http", "h11"), "granian": ask("granian", "--interface", "asgi")}
print("granian", version("granian"), "uvicorn", version("uvicorn"), "litestar", version("litestar"))
print("kind of the client's port, of the server's port, http_version, whether Host is there")
for request, expected in zip(("HTTP/1.1", "HTTP/1.0"), ("int int 1.1 True", "int int 1.0 False"), strict=True):
    at = 0 if request == "HTTP/1.1" else 1
    print(f"expected: {request}: {expected}")
    for name, answers in seen.items():
        print(f"seen:     {request}: {answers[at]} ({name})")
known = {
    "uvicorn": ("int int 1.1 True", "int int 1.0 False"),
    "granian": ("str str 1.1 True", "str str 1 True"),
}
sys.exit(0 if seen == known else "CHANGED")
PY
venv/bin/python finding.py
