"""`radiokey serve` as a process of its own: it says where it is, answers there, and ends when told to."""

import http.client
import re
import signal
import socket
import subprocess
import sys
import time
from _thread import allocate_lock, start_new_thread

import pytest
from sqlite_base import fresh

from radiokey.web import serve
from radiokey.web.app import HEADERS
from radiokey.web.http.arrival import FORM_BYTES_MAX

HOST = "127.0.0.1"
SERVE = [sys.executable, "-m", "radiokey", "serve"]


@pytest.fixture
def served(tmp_path):
    """Start the site on a free port; stop this one process at the end, whatever happened."""
    command = [*SERVE, "--port", "0", "--drain", "3600", "--database", str(fresh(tmp_path / "base.sqlite3"))]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    yield process
    if process.poll() is None:
        process.kill()
    process.communicate()


def ask(port: int, address: str, body: bytes | None = None, **head: str) -> tuple[int, bytes, dict[str, str]]:
    """Return status, body and head (names in lower case) of an answer; a body is posted."""
    connection = http.client.HTTPConnection(HOST, port)
    try:
        kind = {"Content-Type": "application/x-www-form-urlencoded"} if body is not None else {}
        connection.request("GET" if body is None else "POST", address, body, kind | head)
        answer = connection.getresponse()
        return answer.status, answer.read(), {name.lower(): value for name, value in answer.getheaders()}
    finally:
        connection.close()


def test_it_says_where_it_is_answers_there_and_ends_when_told_to(served):
    first = served.stdout.readline()
    address = re.fullmatch(rf"Radiokey is on http://{re.escape(HOST)}:(\d+)\n", first)
    assert address, first
    port = int(address[1])
    assert ask(port, "/health")[:2] == (200, b'{"status":"ok"}')
    status, page, head = ask(port, "/")
    assert status == 200
    assert b"Radiokey" in page
    assert {name: head.get(name.lower()) for name in HEADERS} == HEADERS
    assert ask(port, "/number", b"text=V212", Origin=f"http://{HOST}:{port}")[0] == 303
    assert ask(port, "/number", b"text=V212", Origin="http://elsewhere.example")[0] == 403
    status, _, head = ask(port, "/number", b"text=" + b"x" * FORM_BYTES_MAX)
    assert (status, ask(port, head["location"])[0]) == (303, 413)
    # A foreign page whose own name was made to point here would pass for this site.
    assert ask(port, "/", Host=f"elsewhere.example:{port}")[0] == 400
    assert ask(port, "/", Host=f"localhost:{port}")[0] == 200

    while ask(port, "/ready")[0] != 200:  # its log is recomputed first
        pass
    served.send_signal(signal.SIGTERM)
    while ask(port, "/ready")[0] == 200:
        pass
    assert (ask(port, "/ready")[0], ask(port, "/health")[0], ask(port, "/")[0]) == (503, 200, 200)
    served.send_signal(signal.SIGINT)
    out, err = served.communicate()
    assert served.returncode == 0
    assert (out, err) == ("", "")
    with pytest.raises(ConnectionRefusedError):
        ask(port, "/health")


def test_the_interpreter_stays_until_the_threads_of_a_server_have_gone(monkeypatch):
    """Such a thread is none of `threading`'s, as the one here."""
    at_the_end, sleep = [], time.sleep
    with monkeypatch.context() as patched:
        patched.setattr(serve.atexit, "register", lambda *call: at_the_end.append(call))
        serve._server(None, HOST, 0, 1)
    [(await_threads, before)] = at_the_end
    held = allocate_lock()
    held.acquire()
    start_new_thread(held.acquire, ())
    waits = []

    def wait(seconds):
        """Let the thread go the first time."""
        if not waits:
            held.release()
        waits.append(seconds)
        sleep(seconds)

    monkeypatch.setattr(serve.time, "sleep", wait)
    await_threads(before)
    assert waits
    assert serve._system_threads() <= before


def test_a_tunnel_may_give_this_machines_own_site_another_port(tmp_path):
    """`ssh -L 9009:localhost:8000`: the name is still this machine's, which no foreign page can have."""
    place = ["--port", "0", "--database", str(fresh(tmp_path / "base.sqlite3"))]
    command = [*SERVE, "--site", "http://localhost:9009", *place]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        port = int(process.stdout.readline().rpartition(":")[2])
        statuses = [ask(port, "/", Host=name)[0] for name in ("localhost:9009", "127.0.0.1:9009")]
        process.terminate()
    assert statuses == [200, 400]


def test_a_port_that_is_taken_is_said_in_a_sentence(tmp_path):
    with socket.create_server((HOST, 0)) as taken:
        port = str(taken.getsockname()[1])
        command = [*SERVE, "--port", port, "--database", str(fresh(tmp_path / "base.sqlite3"))]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 64
    assert done.stdout == ""
    assert f"cannot listen on {HOST}, port {port}" in done.stderr
    assert "Traceback" not in done.stderr
