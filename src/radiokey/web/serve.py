"""Serving the site with Granian, in this process."""

import asyncio
import atexit
import contextlib
import signal
import socket
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.server.embed import Server
from litestar import Litestar

from radiokey.base.identity.secret_values import Secret
from radiokey.base.limits import Limits
from radiokey.base.location import DatabaseLocation
from radiokey.base.log.witness import Witness
from radiokey.clock import HOUR_MS, SECOND_MS, Clock
from radiokey.errors import UsageError
from radiokey.web.app import create_app
from radiokey.web.http.links import THIS_MACHINE, origin
from radiokey.web.http.logs import Traces, log_json, to_stderr
from radiokey.web.jobs.mail import Mailing
from radiokey.web.jobs.scheduler import EVERY_S
from radiokey.web.operations.probes import Probes
from radiokey.web.operations.witness import create_witness

POLL_S = 0.01
VERIFY_HOURS = 24.0
LOOPBACK = "localhost"
"""The one name of this machine that a passkey can be bound to: an address is none."""
SWITCH_S = 0.001
"""The thread at the database releases the interpreter at every statement. With Python's 5 ms it
would wait that long for a thread that computes meanwhile, some thirty times in a release."""
HEAD_MS = 10_000
"""How long the head of a request may take, and a connection say nothing before its next one."""
CONNECTIONS = 16_384
"""How many clients may be connected at once. One that says nothing costs some kilobytes and no turn."""
BESIDE_CONNECTIONS = 256
"""How many clients may be connected to what is served beside something else (`beside`)."""
BESIDE_ENDS_S = 5.0
"""How long they may take to read the last of what they asked for, once that ends."""
THREADS_END_S = 2.0
"""How long the threads of a server that ended may take to go."""
SPARE_FILES = 256
"""Files that the program itself needs, which no connection may take."""
THREADS = 64
"""How many requests wait for the database at once: as many as the release service answers in one commit."""


def serve(  # noqa: PLR0913 - the options of a site
    host: str,
    port: int,
    database: DatabaseLocation | Path | str | None,
    *,
    make: bool = True,
    clock: Clock | None = None,
    proxies: Sequence[str] = (),
    verify_hours: float = VERIFY_HOURS,
    json_log: bool = False,
    limits: Limits | None = None,
    mail: Mailing | None = None,
    site: str | None = None,
    invitation: Secret | None = None,
    probes: tuple[str, int] | None = None,
    traces: str | None = None,
    drain_s: float = 0,
) -> None:
    """Serve until interrupted; port 0 takes a free one. The address is the first line of stdout.

    It is said once the site can be reached, so that a program that reads it may ask at once. With `json_log`
    there is a line on standard error for each request. `site` is how people open it, on this machine alone
    http://localhost with the port; where only this machine is listened to, another name takes one of
    `proxies` that it is reached through, or `UsageError` says so. The `invitation` of somebody of the staff
    is the second line, as the address it opens at. `probes` is a host and a port of its own for `/health`
    and `/ready` (`radiokey.web.operations.probes`). `traces` is the address of a collector that gets a span
    of each request (`radiokey.web.http.traces`). Where it is asked to end (SIGTERM), `/ready` says no for
    `drain_s` seconds first, while everything is answered, so that a proxy sends nobody here any more. See
    `create_app` for the rest.
    """
    if json_log:
        log_json()
    port = _port(host, port)
    if probes is not None:
        probes = (probes[0], _port(*probes))
    hosts = None if proxies else hosts_of(host, port)
    if site is not None:
        site = origin(site)
        hosts = hosts and [*hosts, _own_name(site)]
    elif hosts_of(host, port):
        site = f"http://{LOOPBACK}:{port}"
    app = create_app(
        database,
        make=make,
        clock=clock,
        hosts=hosts,
        proxies=proxies,
        verify_every_s=verify_hours * HOUR_MS / SECOND_MS,
        write=to_stderr if json_log else None,
        traces=None if traces is None else _open_spans(traces),
        limits=limits,
        scheduler_every_s=EVERY_S,
        mail=mail,
        address=site,
    )
    notice = f"Its first registrar enrols once at {site}/enrol/{invitation.reveal()}\n" if invitation else ""
    readiness = app.state.site.readiness
    own = None if probes is None else (Probes(app.state.site.require_ready), *probes)
    _run(app, _Place(host, port, "Radiokey", notice, own, _Drain(readiness.drain, drain_s)))


def _open_spans(url: str) -> Traces:
    """Return what sends spans to `url`; raise `UsageError` for what is no address, or without the extra."""
    try:
        from radiokey.web.http.traces import open_spans  # noqa: PLC0415 - an extra of its own
    except ImportError as error:
        raise UsageError(
            "traces need more packages", hint="install radiokey with its extra: radiokey[traces]"
        ) from error
    return open_spans(url)


def serve_witness(host: str, port: int, witness: Witness) -> None:
    """Serve `witness` until interrupted; see `serve`."""
    _run(create_witness(witness), _Place(host, _port(host, port), f"The witness {witness.name}"))


@dataclass(frozen=True, slots=True)
class _Drain:
    """What is done first where a server is asked to end, and how many seconds later it ends."""

    begin: Callable[[], None]
    seconds: float


_AT_ONCE: Final = _Drain(lambda: None, 0)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where something is served, what it is called, what is said with its address, what is beside it."""

    host: str
    port: int
    name: str
    notice: str = ""
    probes: tuple[Probes, str, int] | None = None
    drain: _Drain = _AT_ONCE


@contextlib.asynccontextmanager
async def beside(make: Callable[[int], Litestar], host: str, port: int) -> AsyncIterator[int]:
    """Serve in the loop that runs already, for a while; yield the port; `make` gets it as well.

    What is asked when it ends is answered first: whatever streams has to end by itself, and who does not read
    is waited for no longer than `BESIDE_ENDS_S`. Raises `UsageError`.
    """
    port = _port(host, port)
    server = _server(make(port), host, port, BESIDE_CONNECTIONS)
    serving = asyncio.create_task(server.serve())
    await _reached(serving, host, port)
    try:
        yield port
    finally:
        server.stop()  # type: ignore[no-untyped-call]  # Granian's
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(serving, BESIDE_ENDS_S)


def _run(app: Litestar, place: _Place) -> None:
    server = _server(app, place.host, place.port, _connections())
    asyncio.run(_serve_until_ended(server, place))


def _server(app: Litestar, host: str, port: int, connections: int) -> Server:
    atexit.register(_await_threads, _system_threads())
    return Server(
        app,
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        http=HTTPModes.http1,
        websockets=False,
        backlog=connections,
        backpressure=connections,
        http1_settings=HTTP1Settings(header_read_timeout=HEAD_MS),
        log_enabled=False,
    )


def _system_threads() -> frozenset[int]:
    """Return the ids of this process's threads, Python's and others, where the system lists them."""
    try:
        return frozenset(int(task.name) for task in Path("/proc/self/task").iterdir())
    except OSError:
        return frozenset()


def _await_threads(before: frozenset[int]) -> None:
    """Wait until the threads of a server have gone that were not there `before`.

    Granian 2.8 says that a server has ended while a thread of its runtime still lets go of Python's objects.
    Until Python 3.14 a thread that asks for an interpreter on its way out is ended, and one of Rust's takes
    the process with it: SIGABRT instead of 0, about once in a hundred ends of a busy machine.
    """
    until = time.monotonic() + THREADS_END_S
    while time.monotonic() < until:
        if not _system_threads() - before - {thread.native_id for thread in threading.enumerate()}:
            return
        time.sleep(POLL_S)


def _connections() -> int:
    """Return how many clients may be connected at once, after asking the system for as many files."""
    try:
        import resource  # noqa: PLC0415 - not on every system
    except ImportError:
        return CONNECTIONS
    soft, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CONNECTIONS + SPARE_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if most == resource.RLIM_INFINITY else min(wanted, most)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, most))
    return CONNECTIONS if soft == resource.RLIM_INFINITY else min(CONNECTIONS, soft - SPARE_FILES)


async def _serve_until_ended(server: Server, place: _Place) -> None:
    """Serve until interrupted or stopped; requests under way are answered first and the base is closed."""
    sys.setswitchinterval(SWITCH_S)
    loop = asyncio.get_running_loop()
    loop.set_default_executor(ThreadPoolExecutor(THREADS, "radiokey"))

    def asked_to_end() -> None:
        place.drain.begin()
        loop.call_later(place.drain.seconds, server.stop)

    with contextlib.suppress(NotImplementedError):  # where a system has no such handlers it ends at once
        loop.add_signal_handler(signal.SIGINT, server.stop)
        loop.add_signal_handler(signal.SIGTERM, asked_to_end)
    serving = asyncio.create_task(server.serve())
    await _reached(serving, place.host, place.port)
    async with contextlib.AsyncExitStack() as beside:
        if place.probes is not None:
            probes, host, port = place.probes
            await beside.enter_async_context(probes.on(host, port))
        if not serving.done():
            address = f"http://{_in_address(place.host)}:{place.port}"
            sys.stdout.write(f"{place.name} is on {address}\n{place.notice}")
            sys.stdout.flush()
        await serving


async def _reached(serving: "asyncio.Task[None]", host: str, port: int) -> None:
    """Wait until a connection is taken, or nothing is served any more."""
    while not serving.done():
        try:
            _, writer = await asyncio.open_connection(host, port)
        except OSError:
            await asyncio.sleep(POLL_S)
        else:
            writer.close()
            break


def _in_address(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def hosts_of(host: str, port: int) -> list[str] | None:
    """Return the names a browser may call a site of this machine alone by; `None`: whatever it is called.

    A foreign page can have its own name point here, and would then pass for this site.
    """
    try:
        loopback = ip_address(host).is_loopback
    except ValueError:
        loopback = host == "localhost"
    if not loopback:
        return None
    return [f"{name}:{port}" for name in ("localhost", "127.0.0.1", "[::1]", _in_address(host))]


def _own_name(site: str) -> str:
    """Return the name of a site of this machine alone, with its port, which a tunnel may have changed.

    Under any other name other people would come, all of them from this machine: whatever forwards them is not
    named. So that raises `UsageError`.
    """
    parts = urlsplit(site)
    if parts.hostname not in THIS_MACHINE:
        raise UsageError(
            f"{site} is reached through something that forwards, and it is not said what",
            hint="name it with --proxy, like --proxy 127.0.0.1; without --site this machine alone is served",
        )
    return parts.netloc


def _port(host: str, port: int) -> int:
    """Return `port`, or a free one for 0; raise `UsageError` where it cannot be listened on."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            why = error.strerror or "that did not work"
            raise UsageError(
                f"cannot listen on {host}, port {port}: {why}", hint="try --port 0, which takes a free one"
            ) from error
        bound: int = probe.getsockname()[1]
        return bound
