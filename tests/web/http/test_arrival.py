"""Bodies on their way in: places for each client and in all, and the slowest pace that is waited for."""

import asyncio
import selectors
from contextlib import ExitStack

import pytest

from radiokey.errors import TooSlowError, TryLaterError
from radiokey.web.http.arrival import Arrivals, Pace, Paced, Places

PACE = Pace(grace_s=10, bytes_per_s=1_000, longest_s=60)


class HandLoop(asyncio.SelectorEventLoop):
    """Waits for nothing: its time jumps to when the next thing is due."""

    def __init__(self) -> None:
        self.now = 0.0
        super().__init__(_Jumping(self))

    def time(self) -> float:
        return self.now


class _Jumping(selectors.DefaultSelector):
    def __init__(self, loop: HandLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list:
        self._loop.now += timeout or 0
        return super().select(0)


def run(coroutine):
    with asyncio.Runner(loop_factory=HandLoop) as runner:
        return runner.run(coroutine)


class Route:
    def __init__(self, most: int) -> None:
        self.most = most

    def resolve_request_max_body_size(self) -> int:
        return self.most


class State:
    def __init__(self, arrivals: Arrivals) -> None:
        self.state = self
        self.arrivals = arrivals


async def no_answer(_message) -> None:
    """Send nothing: what is answered is not looked at here."""


async def send_body(
    *pieces: tuple[float, bytes], arrivals: Arrivals | None = None, most: int = 64 * 1024, work=0
):
    """Send pieces, each after some seconds; return the body, and the places that were held at each piece."""
    arrivals = arrivals or Arrivals(lambda _: "one")
    coming = list(pieces)
    held: list[int] = []

    async def receive():
        after, piece = coming.pop(0)
        await asyncio.sleep(after)
        return {"type": "http.request", "body": piece, "more_body": bool(coming)}

    body = bytearray()

    async def application(_scope, receive, _send):
        while True:
            message = await receive()
            body.extend(message["body"])
            held.append(arrivals.forms.taken + arrivals.files.taken)
            await asyncio.sleep(work)
            if not message["more_body"]:
                return

    scope = {
        "type": "http",
        "headers": [(b"content-length", b"9")],
        "litestar_app": State(arrivals),
        "route_handler": Route(most),
    }
    await Paced(application)(scope, receive, no_answer)
    return bytes(body), held


def test_a_body_that_keeps_the_pace_arrives_whole():
    pieces = [(1.0, b"x" * 1_000)] * 50
    assert run(send_body(*pieces))[0] == b"x" * 50_000


@pytest.mark.parametrize(
    "pieces",
    [
        [(10.5, b"late")],
        [(1.0, b"x")] * 11 + [(0.0, b"")],
        [(14.0, b"x")] * 300,
        [(3.0, b"x" * 2_000)] * 21,
    ],
    ids=["nothing", "a byte a second", "a byte every 14 s", "under the pace"],
)
def test_whoever_falls_behind_is_not_waited_for(pieces):
    with pytest.raises(TooSlowError):
        run(send_body(*pieces))


def test_nothing_takes_longer_than_the_longest():
    """Also not what keeps the pace: a place comes back."""
    with pytest.raises(TooSlowError):
        run(send_body(*[(1.0, b"x" * 2_000)] * 61))


def test_the_time_that_we_need_ourselves_is_not_the_senders():
    """A busy machine must not take an owner's photo for a slow one."""
    assert run(send_body(*[(0.1, b"x" * 1_000)] * 50, work=20))[0] == b"x" * 50_000


def test_a_photo_over_a_poor_network_arrives():
    """Five million bytes at ten thousand in a second."""
    pieces = [(1.0, b"x" * 10_000)] * 500
    assert len(run(send_body(*pieces, most=10_000_000))[0]) == 5_000_000


def test_a_message_may_leave_out_what_is_empty():
    """`body` and `more_body` are optional in ASGI; a body without the second is whole."""

    async def receive():
        return {"type": "http.request"}

    async def application(_scope, receive_in_time, _send):
        assert await receive_in_time() == {"type": "http.request"}

    scope = {
        "type": "http",
        "headers": [(b"content-length", b"9")],
        "litestar_app": State(Arrivals(lambda _: "one")),
        "route_handler": Route(64 * 1024),
    }
    run(Paced(application)(scope, receive, no_answer))


def test_the_place_is_given_back_when_the_body_is_whole():
    """What is done with it afterwards, at the database or with papers, keeps nobody out."""
    _, held = run(send_body((1, b"a"), (1, b"b"), (1, b"c")))
    assert held == [1, 1, 0]


def test_places_are_counted_for_each_client_and_in_all():
    places = Places(per_client=2, in_all=3, pace=PACE)
    with ExitStack() as held:
        held.enter_context(places.take("ann"))
        held.enter_context(places.take("ann"))
        with pytest.raises(TryLaterError):
            held.enter_context(places.take("ann"))
        held.enter_context(places.take("bob"))
        with pytest.raises(TryLaterError):
            held.enter_context(places.take("cid"))
    assert places.taken == 0
    with places.take("cid"):
        assert places.taken == 1


def test_files_and_forms_have_places_of_their_own():
    """Whoever fills the places of files keeps nobody from asking for a code."""
    arrivals = Arrivals(lambda _: "one")

    async def both():
        with ExitStack() as held:
            for client in range(arrivals.files.in_all):
                held.enter_context(arrivals.files.take(str(client)))
            with pytest.raises(TryLaterError):
                await send_body((0, b"a paper"), arrivals=arrivals, most=10_000_000)
            return await send_body((0, b"a form"), arrivals=arrivals)

    assert run(both())[0] == b"a form"


def test_what_has_no_body_needs_no_place():
    """A page is read also while every place is taken."""
    arrivals = Arrivals(lambda _: "one")
    seen = []

    async def application(scope, _receive, _send):
        seen.append(scope["type"])

    async def read():
        with ExitStack() as held:
            for _ in range(arrivals.forms.per_client):
                held.enter_context(arrivals.forms.take("one"))
            for headers in ([], [(b"content-length", b"0")]):
                scope = {"type": "http", "headers": headers, "litestar_app": State(arrivals)}
                await Paced(application)(scope, no_answer, no_answer)

    run(read())
    assert seen == ["http", "http"]
