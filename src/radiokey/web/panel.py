"""The panel of a served unit as a page: what it shows, what goes over its plug, and the hand at its keys.

Practice page and panel page are the same drawing; behind this one is a unit that others ask at the same
moment. What is new reaches the page as server-sent events, each with the number of the last entry in it: a
browser that lost its connection names that number, and goes on where it was.

Nobody is asked who they are, as DoIP asks nobody. So the page answers to the names of this machine alone
unless others are let in on purpose, takes no form of another site, and has no code in it.
"""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from threading import Lock
from typing import Any, Final

import msgspec
from litestar import Litestar, Request, Response, get, post
from litestar.datastructures import State
from litestar.exceptions import HTTPException
from litestar.params import FromQuery
from litestar.response import Redirect, ServerSentEvent
from litestar.response.sse import ServerSentEventMessage

from radiokey.catalogue.face import plain_face
from radiokey.clock import SECOND_MS
from radiokey.diagnostics.describe import SESSIONS
from radiokey.diagnostics.own_tester import OwnTester
from radiokey.diagnostics.server import Plug
from radiokey.diagnostics.traffic import Entry, Traffic, Wire
from radiokey.digits import read_digits
from radiokey.errors import InputError, RadiokeyError
from radiokey.language.load import known
from radiokey.web.app import static_file, with_headers
from radiokey.web.http import forms, problems
from radiokey.web.http.arrival import FORM_BYTES_MAX
from radiokey.web.http.origins import KnownHosts, SameSite
from radiokey.web.http.render import NO_STORE, Pages, load_static
from radiokey.web.operations import browser
from radiokey.web.owner.practice_radio import (
    HELD_MS_MAX,
    OwnerAction,
    OwnerActions,
    action_of,
    radio_values,
    unit_state,
)
from radiokey.web.serve import beside, hosts_of

LOOK_S: Final = 0.05
"""How often it is looked whether there is anything new."""
STAYS_S: Final = 2.0
"""How often our own tester says that it is there; a session ends after 5 s without it."""
ROWS_MAX: Final = 200
"""How many entries stand in a page when it is opened, and in one event."""
_SAID_MAX: Final = 16
_NUMBER_MAX: Final = 10**15

Act = Callable[[str], None]
"""Does what a line of the hand says, in `radiokey.vehicle.hand`'s words; raises `UsageError`."""


class Panel:
    """What the page of one served unit works on; `name` is what is served, `places` are where it is."""

    def __init__(self, plug: Plug, traffic: Traffic, act: Act, places: Mapping[str, str]) -> None:
        self.pages = Pages()
        self.plug = plug
        self.traffic = traffic
        self.places = places
        self.ended = asyncio.Event()
        self._act = act
        self._own = OwnTester(plug, traffic)
        self._lock = Lock()
        self._said: OrderedDict[str, RadiokeyError] = OrderedDict()

    def do(self, action: OwnerAction) -> dict[str, Any]:
        """Do what somebody did at the page; return what our tester was answered. Raises `RadiokeyError`."""
        with self._lock:
            before = self.traffic.last
            match action.what:
                case "plug":
                    self._own.do(action.key, action.typed)
                case "press":
                    self._act(f"hold {action.key} {min(action.ms, HELD_MS_MAX)}")
                case "radio" | "ignition" | "engine" | "battery":
                    self._act(f"{action.what} {action.key}")
                case _:
                    raise InputError(
                        "that is nothing one can do with this radio", hint="use the buttons of the page"
                    )
            with self.plug.lock:
                self._own.tester.tick(
                    self.plug.now_ms()
                )  # a cut ends its session, also where nothing was asked
            heard = [one for one in self.traffic.since(before)[0] if _answers(one)]
            said = heard[-1].described if heard and action.what == "plug" else None
            return {"heard": f"{said.name}: {said.means}" if said else "", "session": self.session}

    @property
    def session(self) -> str:
        """Which session our own tester has."""
        return SESSIONS[self._own.tester.session] if self._own.plugged else "not connected"

    def stay(self) -> None:
        """Let our own tester say that it is there."""
        with self._lock:
            self._own.stay()

    def state(self) -> dict[str, Any]:
        """Return what the unit shows."""
        return unit_state(self.pages, self.plug.ecu.unit)

    def looks(self) -> object:
        """Return what another look at the unit is compared by: all that it shows, a wait by its seconds."""
        unit = self.plug.ecu.unit
        status = unit.status
        wait_s = status.wait_left_ms // SECOND_MS
        shown = replace(status, wait_left_ms=wait_s, next_change_ms=None)
        return unit.screen, shown, unit.around, self.session

    def rows(self, entries: list[Entry]) -> str:
        """Return entries as rows, the newest first."""
        return self.pages.render("plug_rows.html", entries=entries, timed=True)

    def hold(self, error: RadiokeyError) -> str:
        """Keep what was wrong with a form for its page; return the name it is kept under."""
        name = str(int(next(reversed(self._said), "0")) + 1)
        self._said[name] = error
        while len(self._said) > _SAID_MAX:
            self._said.popitem(last=False)
        return name

    def said(self, name: str) -> RadiokeyError | None:
        """Return what was wrong, `None` where that is not kept any more."""
        return self._said.get(name)


def _answers(entry: Entry) -> bool:
    return entry.wire is Wire.NONE and not entry.to_unit


@get("/", sync_to_thread=False)
def show_panel(request: Request[None, None, State], said: FromQuery[str] = "") -> Response[str]:
    """Show the unit, and the last of what went over its plug."""
    panel: Panel = request.app.state.panel
    last = panel.traffic.last
    entries = [one for one in panel.traffic.since(last - ROWS_MAX)[0] if one.number <= last]
    return panel.pages.show(
        "unit.html",
        headers=NO_STORE,
        shown=panel.state(),
        rows=panel.rows(entries),
        last=last,
        places=panel.places,
        session=panel.session,
        problem=panel.said(said),
        **radio_values(panel.plug.ecu.unit.design, plain_face("")),
    )


@post("/")
async def handle_form(request: forms.WebRequest) -> Redirect:
    """Do what a form says, and lead back to the page."""
    panel: Panel = request.app.state.panel
    form = await forms.read(request, forms.ActForm)
    try:
        action = action_of(form.did, form.typed)
        await asyncio.to_thread(panel.do, action)
    except RadiokeyError as error:
        return Redirect(f"/?said={panel.hold(error)}", status_code=303, headers=NO_STORE)
    return Redirect(f"/#{'plug' if action.what == 'plug' else 'radio'}", status_code=303, headers=NO_STORE)


@post("/did", status_code=200)
async def handle_actions(request: Request[None, None, State]) -> Response[dict[str, Any]]:
    """Do what the page says, and return what the unit shows now."""
    panel: Panel = request.app.state.panel
    answer: dict[str, Any] = {}
    try:
        for one in msgspec.json.decode(await request.body(), type=OwnerActions).did:
            answer = await asyncio.to_thread(panel.do, one)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _refused(InputError("this is not what the page sends", hint="load the page again"))
    except RadiokeyError as error:
        return _refused(error)
    return Response({**panel.state(), "rows": "", **answer}, headers=dict(NO_STORE))


def _refused(error: RadiokeyError) -> Response[dict[str, Any]]:
    content = {"problem": error.sentence, "hint": error.hint}
    return Response(content, status_code=problems.status_of(error), headers=dict(NO_STORE))


@get("/events", sync_to_thread=False)
def stream_events(request: Request[None, None, State], after: FromQuery[str] = "") -> ServerSentEvent:
    """Stream what is new, from after the entry that the browser saw last."""
    panel: Panel = request.app.state.panel
    seen = request.headers.get("last-event-id") or after
    number = read_digits(seen, _NUMBER_MAX) or 0
    return ServerSentEvent(_news(panel, number), headers=dict(NO_STORE))


async def _news(panel: Panel, number: int) -> AsyncIterator[ServerSentEventMessage]:
    """Yield what the unit shows and what went over its plug, whenever that is something else."""
    shown: object = None
    number = min(number, panel.traffic.last)
    while not panel.ended.is_set():
        looks = panel.looks()
        entries, missed = panel.traffic.since(number)
        entries = entries[:ROWS_MAX]
        if entries or missed or looks != shown:
            shown = looks
            number = entries[-1].number if entries else number + missed
            news = {**panel.state(), "rows": panel.rows(entries), "missed": missed, "last": number}
            news["session"] = panel.session
            yield ServerSentEventMessage(
                data=msgspec.json.encode(news).decode(), event="shown", id=str(number)
            )
        if not entries:
            with suppress(TimeoutError):
                await asyncio.wait_for(panel.ended.wait(), LOOK_S)


def handle_http_error(request: Request[Any, Any, State], error: HTTPException) -> Response[Any]:
    """Answer an error of HTTP itself with a page; no form is long enough to lead anywhere."""
    panel: Panel = request.app.state.panel
    problem = InputError("this request is not one that this page takes", hint="load the page again")
    return panel.pages.show("problem.html", status=error.status_code, headers=NO_STORE, problem=problem)


def handle_domain_error(request: Request[Any, Any, State], error: RadiokeyError) -> Response[Any]:
    """Answer one of our own errors with a page."""
    panel: Panel = request.app.state.panel
    return panel.pages.show("problem.html", status=problems.status_of(error), headers=NO_STORE, problem=error)


_COMMON: Final = (*browser.HANDLERS, static_file)
"""What this page shares with the site."""


def create_panel(panel: Panel, hosts: list[str] | None) -> Litestar:
    """Return the page's application; `hosts` are the names it answers to, `None`: to every one."""
    return Litestar(
        route_handlers=[show_panel, handle_form, handle_actions, stream_events, *_COMMON],
        state=State({"panel": panel, "static": load_static(known()), "hosts": hosts}),
        exception_handlers={RadiokeyError: handle_domain_error, HTTPException: handle_http_error},
        before_send=[with_headers],
        middleware=[KnownHosts, SameSite],
        request_max_body_size=FORM_BYTES_MAX,
        openapi_config=None,
        debug=False,
    )


@asynccontextmanager
async def serving(panel: Panel, host: str, port: int) -> AsyncIterator[int]:
    """Serve the page in the loop that runs; yield its port. Raises `UsageError` where that is taken."""
    async with beside(lambda bound: create_panel(panel, hosts_of(host, bound)), host, port) as bound:
        staying = asyncio.create_task(_stay(panel))
        try:
            yield bound
        finally:
            panel.ended.set()
            staying.cancel()


async def _stay(panel: Panel) -> None:
    while True:
        await asyncio.sleep(STAYS_S)
        await asyncio.to_thread(panel.stay)
