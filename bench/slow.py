"""The owner's page while slow clients hold on to the server, directly and behind nginx.

Quiet first; then 2,000 connections of one client; then 500 of 100 clients, each with an address of its own on
loopback. A third never finishes its head, a third never its form, a third says nothing; each sends a byte now
and then, and whoever is sent away comes again after about a second, each at a time of its own. They live in a
process of their own. The limit: the owner's p99 is at most three times the quiet one of the same run.
`python bench/slow.py 0.1 5` does it small: a tenth of the clients, 5 seconds each.
"""

import asyncio
import contextlib
import random
import resource
import ssl
import subprocess
import sys
import tempfile
from pathlib import Path

from load import Ask, Load, open_loop

TESTS = Path(__file__).resolve().parents[1] / "tests"
sys.path += [str(TESTS / "foreign"), str(TESTS / "files")]

from proxies import NAME, free_ports, proxy  # noqa: E402 - the tests' own nginx

HOST = "127.0.0.1"
PER_SECOND = 50
SECONDS = 20
FILES = 4_096
ONE_CLIENT, MANY_CLIENTS = (2_000, 1), (500, 100)
EVERY_S = 3.0
"""How often a slow client sends a byte: well within what a connection may say nothing."""
AGAIN_S = (0.5, 1.5)
"""When whoever was sent away comes again: between these."""
TIMES = 3
HELD = "all of them hold on"


def more_files() -> None:
    """Ask the system for a file for each connection."""
    soft, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < FILES:
        resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, most))


def beginning(number: int) -> bytes:
    """Return what a slow client begins with: of a head, of a form, nothing."""
    form = f"POST /number HTTP/1.1\r\nHost: {NAME}\r\nContent-Length: 9000\r\n"
    kind = "Content-Type: application/x-www-form-urlencoded\r\n\r\ntext="
    return (f"GET / HTTP/1.1\r\nHost: {NAME}\r\nX-".encode(), f"{form}{kind}".encode(), b"")[number % 3]


async def hold(port: int, count: int, clients: int, tls: ssl.SSLContext | None) -> None:
    """Hold on with that many connections from that many addresses, until this process is ended."""
    connected = 0
    chance = random.Random(count)  # noqa: S311 - when they come is no secret
    everybody = asyncio.Event()

    async def once(number: int) -> None:
        nonlocal connected
        begun = beginning(number)
        _, writer = await asyncio.open_connection(
            HOST,
            port,
            ssl=tls if begun else None,
            server_hostname=NAME if tls and begun else None,
            local_addr=(f"127.0.1.{1 + number % clients}", 0),
        )
        try:
            connected += 1
            if connected == count:
                everybody.set()
            writer.write(begun)
            while not writer.is_closing():
                await writer.drain()
                await asyncio.sleep(EVERY_S)
                if begun:
                    writer.write(b"x")
        finally:
            writer.close()

    async def on_and_on(number: int) -> None:
        await asyncio.sleep(chance.uniform(0, EVERY_S))
        while True:
            with contextlib.suppress(OSError):
                await once(number)
            await asyncio.sleep(chance.uniform(*AGAIN_S))

    async with asyncio.TaskGroup() as group:
        for number in range(count):
            group.create_task(on_and_on(number))
        await everybody.wait()
        print(HELD, flush=True)


def measured(port: int, seconds: int, tls: ssl.SSLContext | None) -> Load:
    """Return how the owner's page was answered."""
    name = NAME if tls else ""
    return asyncio.run(open_loop(port, Ask("/"), per_second=PER_SECOND, seconds=seconds, tls=tls, name=name))


def while_held(port: int, count: int, clients: int, seconds: int, certificate: str) -> Load:
    """Return the same while slow clients hold on."""
    command = [sys.executable, __file__, "hold", str(port), str(count), str(clients), certificate]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as slow:
        try:
            if slow.stdout.readline().strip() != HELD:
                sys.exit("the slow clients could not connect")
            return measured(port, seconds, trust(certificate))
        finally:
            slow.kill()


def trust(certificate: str) -> ssl.SSLContext | None:
    """Return how to speak to whoever shows this certificate; `None` for no certificate."""
    return ssl.create_default_context(cafile=certificate) if certificate else None


def look(title: str, port: int, share: float, seconds: int, certificate: str = "") -> None:
    """Measure one way and print it."""
    measured(port, 2, trust(certificate))  # it is warm then
    quiet = measured(port, seconds, trust(certificate))
    p50, p99 = quiet.percentile(0.5), quiet.percentile(0.99)
    print(f"{title}, quiet: p50 {p50:5.1f} ms, p99 {p99:5.1f} ms, {quiet.failures} failures", flush=True)
    for most, clients in (ONE_CLIENT, MANY_CLIENTS):
        count = max(clients, round(most * share))
        load = while_held(port, count, clients, seconds, certificate)
        times = load.percentile(0.99) / p99
        print(
            f"{title}, {count:,} slow connections of {clients} client{'s' * (clients > 1)}: "
            f"p50 {load.percentile(0.5):5.1f} ms, p99 {load.percentile(0.99):5.1f} ms, "
            f"{load.failures} failures, p99 {times:.1f} times the quiet one   (limit: {TIMES} times)",
            flush=True,
        )


def main(share: float = 1.0, seconds: int = SECONDS) -> None:
    """Serve the product, nginx before it, and measure both ways."""
    more_files()
    radiokey = str(Path(sys.executable).with_name("radiokey"))
    (port,) = free_ports(1)
    with tempfile.TemporaryDirectory() as folder:
        database = str(Path(folder) / "base.sqlite3")
        subprocess.run(
            [radiokey, "base", "init", "--database", database], check=True, stdout=subprocess.DEVNULL
        )
        command = [radiokey, "serve", "--port", str(port), "--database", database, "--proxy", HOST]
        command += ["--site", f"https://{NAME}"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
            server.stdout.readline()
            try:
                look("directly", port, share, seconds)
                with proxy(port, patient=False) as front:
                    look("behind nginx", front.https, share, seconds, str(front.certificate))
            finally:
                server.terminate()


if __name__ == "__main__":
    if sys.argv[1:2] == ["hold"]:
        more_files()
        where, how_many, of, certificate = sys.argv[2:]
        asyncio.run(hold(int(where), int(how_many), int(of), trust(certificate)))
    else:
        main(*(kind(text) for kind, text in zip((float, int), sys.argv[1:], strict=False)))
