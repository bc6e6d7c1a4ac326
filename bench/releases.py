"""Releases through the API, durable, logged, with proof and receipt, beside the same route with one INSERT.

`wrk` asks as fast as it is answered, each request another one; then requests leave on schedule, a hundred a
second, whatever the answers do. Server, database and load share the cores of this machine.
"""

import asyncio
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from load import Ask, open_loop

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "databases"))
from postgres import running

HERE = Path(__file__).parent
RADIOKEY = str(Path(sys.executable).with_name("radiokey"))
SECONDS = 10
CONNECTIONS = 48
PER_SECOND = 100
LEAST = {"PostgreSQL": 400, "SQLite": 300}
P99_MS_MAX = 50
NO_LIMIT = [f"--limit={name}=999999999/minute" for name in ("account", "everybody", "network", "client")]
LUA = """
local number = 0
request = function()
  number = number + 1
  local body = string.format('{"serial": "281155216RT V%03d", "owns": true}', number % 1000)
  wrk.headers["Idempotency-Key"] = string.format("{run}-%d", number)
  return wrk.format("POST", "/api/releases", nil, body)
end
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer {token}"
"""


def wrk() -> str:
    """Return the path of wrk, installed where it is not there and may be."""
    found = shutil.which("wrk")
    if found is None and shutil.which("apt-get") and os.geteuid() == 0:
        subprocess.run(
            ["apt-get", "install", "--yes", "--quiet", "wrk"], stdout=subprocess.DEVNULL, check=True
        )
        found = shutil.which("wrk")
    if found is None:
        raise SystemExit("install wrk: it asks the questions")
    return found


@contextmanager
def served(command: list[str]) -> Iterator[int]:
    """Start a server that says its address; yield its port and end it."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            yield int(server.stdout.readline().rpartition(":")[2])
        finally:
            server.send_signal(signal.SIGTERM)


def closed_loop(port: int, run: str, token: str, folder: Path) -> tuple[float, int]:
    """Return how many answers a second came, and how many of all were not 200."""
    script = folder / f"{run}.lua"
    script.write_text(LUA.replace("{run}", run).replace("{token}", token))
    asked = [wrk(), "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "-s", str(script), f"http://127.0.0.1:{port}"]
    said = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    wrong = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    return float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1]), int(wrong[1]) if wrong else 0


def scheduled(port: int, run: str, token: str) -> tuple[float, float, int]:
    """Return p50 and p99 in milliseconds, and how many answers were not 200."""

    def ask(number: int) -> Ask:
        body = json.dumps({"serial": f"281155216RT V{number % 1000:03}", "owns": True})
        head = (("Authorization", f"Bearer {token}"), ("Idempotency-Key", f"{run}-{number}"))
        return Ask("/api/releases", body, "application/json", head)

    load = asyncio.run(open_loop(port, ask, per_second=PER_SECOND, seconds=SECONDS))
    return load.percentile(0.5), load.percentile(0.99), load.failures


def batch(port: int) -> float:
    """Return how many requests shared a commit on average, as the server counts them."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
        told = dict(
            re.findall(r"^radiokey_together_(sum|count) (\S+)$", answer.read().decode(), re.MULTILINE)
        )
    return float(told["sum"]) / float(told["count"])


def measure(name: str, database: str, floor: str, folder: Path) -> None:
    """Print what one database gives."""
    run = [RADIOKEY, "base", "init", "--organisation", "bench.example.org", "--database", database]
    subprocess.run(run, stdout=subprocess.DEVNULL, check=True)
    made = [RADIOKEY, "base", "tokens", "add", "--account=bench", "--organisation=x", "--scope=code:release"]
    token = subprocess.run(
        [*made, "--database", database, "--json"], capture_output=True, text=True, check=True
    ).stdout
    token = json.loads(token)["token"]
    with served([sys.executable, str(HERE / "floor.py"), floor]) as port:
        closed_loop(port, "warm", token, folder)
        bare, wrong = closed_loop(port, "floor", token, folder)
        bare_p50, bare_p99, _ = scheduled(port, "open", token)
    alone = f"at {PER_SECOND}/s p50 {bare_p50:.1f} ms, p99 {bare_p99:.1f} ms"
    print(f"{name:<11} one INSERT and COMMIT: {bare:6.0f}/s, {wrong} refused; {alone}")
    with served([RADIOKEY, "serve", "--port", "0", "--database", database, *NO_LIMIT]) as port:
        closed_loop(port, "warm", token, folder)
        rate, wrong = closed_loop(port, "run", token, folder)
        together = batch(port)
        p50, p99, refused = scheduled(port, "open", token)
    answered = f"{rate:6.0f}/s, {wrong} refused, {together:.1f} to a commit"
    waited = f"at {PER_SECOND}/s p50 {p50:.1f} ms, p99 {p99:.1f} ms, {refused} refused"
    limits = f"(limits: {LEAST[name]}/s, p99 {P99_MS_MAX} ms)"
    print(f"{name:<11} releases:              {answered}; {waited}   {limits}")
    print(
        f"{name:<11} a release takes {bare / rate:.2f} times one INSERT and COMMIT by the same route",
        flush=True,
    )


def main() -> None:
    """Measure both databases."""
    with tempfile.TemporaryDirectory() as text:
        folder = Path(text)
        os.environ["RADIOKEY_SECRETS"] = text
        with running() as server:
            measure("PostgreSQL", server.fresh(), server.empty(), folder)
        measure("SQLite", str(folder / "base.sqlite3"), str(folder / "floor.sqlite3"), folder)


if __name__ == "__main__":
    main()
