"""The unit at a network: DoIP over TCP and UDP, and whatever else takes requests, one at a time.

The cores decide; this moves bytes. What is answered at once goes out behind its acknowledge, in one piece.
What takes a write runs in a thread of its own, and a tester that waits hears "response pending" in time. What
comes meanwhile waits its turn, and hears the same.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock
from typing import Final, Protocol, cast

from radiokey.diagnostics import uds
from radiokey.diagnostics.doip import Identity, answer_datagram
from radiokey.diagnostics.ecu import Ecu
from radiokey.diagnostics.gateway import Action, Ask, Close, Gateway, Send
from radiokey.diagnostics.tester import Tester
from radiokey.headunit.events import TicksRead
from radiokey.headunit.ticks import TICKS

PENDING_FIRST_S: Final = 0.025
PENDING_AGAIN_S: Final = 2.0
TICK_S: Final = 0.25
JOBS_MAX: Final = 8
"""How many requests of one connection may wait before no more are read."""

Watcher = Callable[[str, bytes], None]
"""Is shown each request and each answer: where it came from or goes to (`<0E00`, `>0E00`), and its bytes."""
Log = Callable[[str, str], None]
"""Takes what happened at the plug beside messages: what it is about (`can`, `doip 3`), and what it was."""


class FrameWatcher(Protocol):
    """Is shown what carries the messages: bytes of a DoIP connection, frames of a CAN bus."""

    def doip(self, link: int, data: bytes, *, to_unit: bool) -> None:
        """Look at bytes of a connection, joined or split."""
        ...

    def hung_up(self, link: int) -> None:
        """Note that a connection is gone."""
        ...

    def can(self, identifier: int, data: bytes, *, to_unit: bool) -> None:
        """Look at a frame of a CAN bus."""
        ...


def show_nobody(_where: str, _data: bytes) -> None:
    """Show a message to nobody."""


def log_nowhere(_about: str, _what: str) -> None:
    """Keep no log."""


class Plug:
    """One unit and everybody at its plug: gives out tester numbers, and lets one act at a time.

    `frames` looks on where somebody does; it is set before anything is served.
    """

    __slots__ = ("_last", "_now_ms", "_testers", "ecu", "frames", "lock", "log", "watch")

    def __init__(
        self, ecu: Ecu, now_ms: Callable[[], int], watch: Watcher = show_nobody, log: Log = log_nowhere
    ) -> None:
        self.ecu = ecu
        self.lock = Lock()
        self.watch = watch
        self.log = log
        self.frames: FrameWatcher | None = None
        self._now_ms = now_ms
        self._testers: dict[int, Tester] = {}
        self._last = 0

    def now_ms(self) -> int:
        """Return the time of the unit."""
        return self._now_ms()

    def join(self) -> Tester:
        """Return a new tester."""
        self._last += 1
        tester = Tester(self.ecu, self._last, self.now_ms())
        self._testers[tester.number] = tester
        return tester

    def leave(self, tester: Tester) -> None:
        """End a tester; the caller holds the lock."""
        self._testers.pop(tester.number, None)
        tester.hang_up()

    def answer_at_once(self, tester: Tester, request: bytes, *, functional: bool) -> uds.Answer | None:
        """Return the answer to a request, `None` where it may take long or somebody else acts just now."""
        if not uds.is_quick(request) or not self.lock.acquire(blocking=False):
            return None
        try:
            return uds.handle(tester, request, self._now_ms(), functional=functional)
        finally:
            self.lock.release()

    def work(self, tester: Tester, request: bytes, *, functional: bool) -> uds.Answer:
        """Return the answer to a request that may take long, as soon as it is this one's turn."""
        with self.lock:
            self.read_clock()
            answer = uds.handle(tester, request, self._now_ms(), functional=functional)
            tester.touch(self._now_ms())
        if answer.why:
            self.log("download", f"refused: {answer.why}")
        return answer

    def read_clock(self) -> None:
        """Let the unit read its own clock; the caller holds the lock."""
        self.ecu.handle(TicksRead(self.now_ms() % TICKS))

    def tick(self) -> None:
        """Let time pass for the unit and all testers, unless somebody acts just now."""
        if self.lock.acquire(blocking=False):
            try:
                self.read_clock()
                self.ecu.look()
                for tester in list(self._testers.values()):
                    tester.tick(self.now_ms())
            finally:
                self.lock.release()


@dataclass(slots=True)
class _Job:
    """A request that waits or runs, and what its tester heard of it."""

    ask: Ask
    connection: "_Connection"
    reminder: asyncio.TimerHandle | None = None
    said: bool = False


class DoipServer:
    """DoIP on one address: TCP for testers, UDP for one who asks which unit this is."""

    def __init__(self, plug: Plug, entity_id: bytes) -> None:
        self._plug = plug
        self._entity_id = entity_id
        self._gateway = Gateway()
        self._links: dict[int, _Connection] = {}
        self._number = 0
        self._jobs: deque[_Job] = deque()
        self._pool = ThreadPoolExecutor(1, "plug")
        self._running: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self._datagrams: asyncio.DatagramTransport | None = None
        self._stopping = False

    async def start(self, host: str, port: int) -> int:
        """Listen on an address, TCP and UDP on the same port; return the port. Raises `OSError`."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Connection(self), host, port)
        port = int(self._server.sockets[0].getsockname()[1])
        self._datagrams, _ = await loop.create_datagram_endpoint(
            lambda: _Datagrams(self), local_addr=(host, port)
        )
        self._start(self._tick())
        return port

    async def stop(self) -> None:
        """Finish what is begun, and close everything."""
        self._stopping = True
        if self._server:
            self._server.close()
        while self._jobs:
            await asyncio.wait(self._running, timeout=PENDING_FIRST_S)
        for task in self._running:
            task.cancel()
        for link in list(self._links.values()):
            link.close()
        if self._datagrams:
            self._datagrams.close()
        self._pool.shutdown()

    # --- connections ----------------------------------------------------------------------------------------

    def connected(self, connection: "_Connection") -> int:
        """Note a connection and return its number."""
        self._number += 1
        self._links[self._number] = connection
        self._gateway.open(self._number, self._plug.now_ms())
        return self._number

    def received(self, number: int, data: bytes) -> None:
        """Take what came on a connection; a unit without supply has none left."""
        if not self._plug.ecu.has_supply():
            self._links[number].close()
            return
        self.show_frame(number, data, to_unit=True)
        if not self._stopping:
            self._do(self._gateway.receive(number, data, self._plug.now_ms()))

    def show_frame(self, number: int, data: bytes, *, to_unit: bool) -> None:
        """Show bytes of a connection to who looks on."""
        if self._plug.frames is not None:
            self._plug.frames.doip(number, data, to_unit=to_unit)

    def lost(self, number: int) -> None:
        """Note that a connection is gone."""
        if self._plug.frames is not None:
            self._plug.frames.hung_up(number)
        connection = self._links.pop(number, None)
        if connection is not None and not self._stopping:
            self._do(self._gateway.lose(number, self._plug.now_ms()))
            self._start(self._leave(connection.tester))

    def datagram(self, data: bytes) -> bytes | None:
        """Return the answer to a datagram; without supply there is none."""
        if not self._plug.ecu.has_supply():
            return None
        identity = Identity(self._plug.ecu.notes.vin, self._entity_id)
        return answer_datagram(data, identity, self._gateway.occupancy)

    def join(self) -> Tester:
        """Return the tester of a new connection."""
        return self._plug.join()

    async def _leave(self, tester: Tester) -> None:
        def leave() -> None:
            with self._plug.lock:
                self._plug.leave(tester)

        await asyncio.get_running_loop().run_in_executor(self._pool, leave)

    def _do(self, actions: list[Action]) -> None:
        for action in actions:
            connection = self._links.get(action.link)
            if connection is None:
                continue
            match action:
                case Send(data=data):
                    connection.write(data)
                case Close(why=why):
                    self._plug.log(f"doip {action.link}", f"closed: {why}")
                    connection.close()
                case Ask():
                    self._ask(action, connection)

    # --- requests -------------------------------------------------------------------------------------------

    def _ask(self, ask: Ask, connection: "_Connection") -> None:
        plug = self._plug
        plug.watch(f"<{ask.source:04X}", ask.data)
        answer = None
        if not self._jobs:
            answer = plug.answer_at_once(connection.tester, ask.data, functional=ask.functional)
        if answer is not None:
            if answer.quiet:
                connection.write(ask.acknowledge)
            else:
                plug.watch(f">{ask.source:04X}", answer.data)
                connection.write(ask.acknowledge + ask.answer(answer.data))
            return
        connection.write(ask.acknowledge)
        job = _Job(ask, connection)
        connection.begin_job()
        if uds.wants_answer(ask.data):
            job.reminder = asyncio.get_running_loop().call_later(PENDING_FIRST_S, self._say_pending, job)
        self._jobs.append(job)
        if len(self._jobs) == 1:
            self._start(self._work())

    def _say_pending(self, job: _Job) -> None:
        job.said = True
        self._answer(job.ask, uds.still_working(job.ask.data))
        job.reminder = asyncio.get_running_loop().call_later(PENDING_AGAIN_S, self._say_pending, job)

    async def _work(self) -> None:
        """Do the first job; a mistake of ours ends that job alone."""
        job = self._jobs[0]
        try:
            if job.ask.link not in self._links:
                return  # its tester is gone, and so is all that it had
            answer = await asyncio.get_running_loop().run_in_executor(self._pool, self._handle, job)
            if answer.data and (job.said or not answer.quiet):
                self._answer(job.ask, answer.data)
        finally:
            if job.reminder is not None:
                job.reminder.cancel()
            self._jobs.popleft()
            job.connection.finish_job()
            if self._jobs:
                self._start(self._work())

    def _handle(self, job: _Job) -> uds.Answer:
        return self._plug.work(job.connection.tester, job.ask.data, functional=job.ask.functional)

    def _answer(self, ask: Ask, data: bytes) -> None:
        connection = self._links.get(ask.link)
        if connection is not None:
            self._plug.watch(f">{ask.source:04X}", data)
            connection.write(ask.answer(data))

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            self._do(self._gateway.tick(self._plug.now_ms()))
            if not self._jobs:  # it may write
                await asyncio.get_running_loop().run_in_executor(self._pool, self._plug.tick)

    def _start(self, work: "asyncio._CoroutineLike[None]") -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)


class _Connection(asyncio.Protocol):
    """One TCP connection."""

    def __init__(self, server: DoipServer) -> None:
        self._server = server
        self._transport: asyncio.Transport | None = None
        self._number = self._jobs = 0
        self._choked = False
        self.tester = server.join()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._number = self._server.connected(self)

    def data_received(self, data: bytes) -> None:
        self._server.received(self._number, data)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        self._server.lost(self._number)

    def pause_writing(self) -> None:
        self._choked = True
        self._listen()

    def resume_writing(self) -> None:
        self._choked = False
        self._listen()

    def begin_job(self) -> None:
        """Count a request that waits."""
        self._jobs += 1
        self._listen()

    def finish_job(self) -> None:
        """Count it no more."""
        self._jobs -= 1
        self._listen()

    def _listen(self) -> None:
        """Read on, or not while the tester does not take its answers or has enough requests waiting."""
        if self._transport is None or self._transport.is_closing():
            return
        if self._choked or self._jobs >= JOBS_MAX:
            self._transport.pause_reading()
        else:
            self._transport.resume_reading()

    def write(self, data: bytes) -> None:
        """Send bytes."""
        if self._transport is not None:
            self._server.show_frame(self._number, data, to_unit=False)
            self._transport.write(data)

    def close(self) -> None:
        """Close it once everything is sent."""
        if self._transport is not None:
            self._transport.close()


class _Datagrams(asyncio.DatagramProtocol):
    """The UDP side: one question, one answer, to the one who asked."""

    def __init__(self, server: DoipServer) -> None:
        self._server = server
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)  # Python 3.11's is not of that class

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        answer = self._server.datagram(data)
        if answer is not None and self._transport is not None:
            self._transport.sendto(answer, addr)
