"""The site without a browser: a base in a temporary folder, a clock that is set by hand, Litestar's client."""

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from html.parser import HTMLParser
from pathlib import Path

import pytest
from counter import Counter
from hosted import LOOP, Api, Client
from litestar import Litestar
from litestar.testing import TestClient
from post import Post
from postbox import Mailbox, mailbox
from sqlite_base import fresh
from visitors import ORIGIN, Visitor

from radiokey.base.identity.roles import Role
from radiokey.base.identity.staff import Person, PublicProfile
from radiokey.catalogue.load import load_catalogue
from radiokey.catalogue.model import Model
from radiokey.web.app import Routing, create_app
from radiokey.web.site import Site

SECRET = b"x" * 32
# A line in the log for each of thousands of requests tells nobody anything.
logging.getLogger("httpx").setLevel(logging.WARNING)


class HandClock:
    """Says the time it was told."""

    def __init__(self, now_ms: int = 1_700_000_000_000) -> None:
        self.ms = now_ms

    def now_ms(self) -> int:
        return self.ms


@pytest.fixture(scope="session", autouse=True)
def _loop() -> Iterator[None]:
    with LOOP:
        yield


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture(scope="session")
def lent_routing() -> Callable[[], AbstractContextManager[Routing]]:
    """Return what lends a routing for as long as one site is open; the next site gets the same one."""
    free: list[Routing] = []

    @contextmanager
    def lent() -> Iterator[Routing]:
        routing = free.pop() if free else Routing()
        yield routing
        free.append(routing)

    return lent


@pytest.fixture(scope="session")
def open_site(lent_routing) -> Callable[..., AbstractContextManager[TestClient[Litestar]]]:
    """Return what opens a site on a database; used in a `with`."""

    @contextmanager
    def opened(database: Path, **other) -> Iterator[TestClient[Litestar]]:
        with lent_routing() as routing:
            usual = {"clock": HandClock(), "secret": SECRET, "routing": routing}
            app = create_app(fresh(database), **usual | other)
            with Client(app, raise_server_exceptions=False) as client:
                yield client

    return opened


@pytest.fixture
def make_client(
    tmp_path: Path, clock: HandClock, open_site: Callable[..., AbstractContextManager[TestClient[Litestar]]]
) -> Iterator[Callable[..., TestClient[Litestar]]]:
    """Start the site, as often as a test likes: the same folder and secret, as after a restart."""
    with ExitStack() as started:

        def start(database: Path = tmp_path / "base.sqlite3", **other) -> TestClient[Litestar]:
            return started.enter_context(open_site(database, **{"clock": clock} | other))

        yield start


@pytest.fixture
def make_api(tmp_path: Path, clock: HandClock, lent_routing) -> Iterator[Callable[..., Api]]:
    """Serve a hosted base to programs, as often as a test likes."""
    with ExitStack() as started:

        def start(place: Path | str = tmp_path / "hosted.sqlite3", **other) -> Api:
            routing = started.enter_context(lent_routing())
            api = Api(place, other.pop("clock", clock), routing=routing, **other)
            started.enter_context(api.client)
            return api

        yield start


@pytest.fixture
def api(make_api: Callable[..., Api]) -> Api:
    return make_api()


@pytest.fixture
def counter(api: Api) -> Counter:
    return Counter(api)


@pytest.fixture
def routes_under(api: Api) -> Callable[[str], list[tuple[str, str, str | None]]]:
    """Return what lists the routes below an address: method, path, permission."""

    def listed(below: str) -> list[tuple[str, str, str | None]]:
        return [
            (method, re.sub(r":[a-z]+}", "}", route.path_format), handler.opt.get("permission"))
            for route in api.app.routes
            for handler in route.route_handlers
            for method in handler.http_methods - {"OPTIONS", "HEAD"}
            if route.path_format == below or route.path_format.startswith(f"{below}/")
        ]

    return listed


@pytest.fixture
def client(make_client: Callable[..., TestClient[Litestar]]) -> TestClient[Litestar]:
    return make_client()


@pytest.fixture
def site(client: TestClient[Litestar]) -> Site:
    found: Site = client.app.state.site
    return found


@pytest.fixture
def entries(site: Site) -> Callable[[], int]:
    """Return how many entries the log has, verified to its edge."""
    return lambda: site.base.log.checkpoint().size


@pytest.fixture(scope="session")
def visitor(
    tmp_path_factory: pytest.TempPathFactory,
    open_site: Callable[..., AbstractContextManager[TestClient[Litestar]]],
) -> Iterator[TestClient[Litestar]]:
    """A site that is only looked at; one for all the tests that leave nothing in it."""
    with open_site(tmp_path_factory.mktemp("site") / "base.sqlite3") as client:
        yield client


@pytest.fixture(scope="session")
def radios() -> dict[str, Model]:
    return dict(load_catalogue().models)


# --- the staff -----------------------------------------------------------------------------------------------


@pytest.fixture
def desk(make_api):
    api = make_api(address=ORIGIN)
    api.base.staff.add_organisation("office", "The office", "office", PublicProfile(), by="local")
    return api


@pytest.fixture
def come(desk):
    """Let somebody come in."""

    def made(name="ann", role=Role.CLERK, *, signed_in=True):
        link = desk.base.staff.invite(Person(name, role, "office", name.title()), by="local")
        visitor = Visitor(desk)
        assert visitor.enrol(link.reveal()).status_code == 200
        if signed_in:
            assert visitor.sign_in().status_code == 303
        return visitor

    return made


# --- a page as an owner has it ---------------------------------------------------------------------------


@dataclass
class PageForm:
    """A form: where it goes, how, and what it would send as it stands."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    options: dict[str, list[str]] = field(default_factory=dict)


class Page(HTMLParser):
    """What a page holds: its forms, its links, the marked characters, its words."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.forms: list[PageForm] = []
        self.links: list[str] = []
        self.marked: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._words: list[str] = []
        self._select = ""
        self._inside: list[str] = []
        self.feed(text)
        # On every page, and about none.
        self.switch = next((form for form in self.forms if form.action == "/language"), None)
        self.forms = [form for form in self.forms if form is not self.switch]

    @cached_property
    def words(self) -> str:
        """The text an owner reads, with single spaces."""
        return " ".join(" ".join(self._words).split())

    def form(self, action: str) -> PageForm:
        """Return the first form that goes to `action`."""
        return next(form for form in self.forms if form.action == action)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        self.tags.append((tag, told))
        self._inside.append(tag)
        name, value = told.get("name") or "", told.get("value") or ""
        match tag:
            case "form":
                self.forms.append(PageForm(told.get("action") or "", told.get("method") or "get"))
            case "a":
                self.links.append(told.get("href") or "")
            case "input" if told.get("type") == "radio":
                self.forms[-1].options.setdefault(name, []).append(value)
                if "checked" in told:
                    self.forms[-1].fields[name] = value
            case "input" | "textarea" if "form" in self._inside and told.get("type") != "checkbox":
                self.forms[-1].fields[name] = value
            case "select":
                self._select = name
                self.forms[-1].options[name] = []
            case "option":
                form = self.forms[-1]
                form.options[self._select].append(value)
                if "selected" in told or self._select not in form.fields:
                    form.fields[self._select] = value

    def handle_endtag(self, tag: str) -> None:
        while self._inside and self._inside.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if "mark" in self._inside:
            self.marked.append(data)
        self._words.append(data)


@pytest.fixture(scope="session")
def page_of() -> Callable[[str], Page]:
    return Page


@pytest.fixture
def box() -> Iterator[Mailbox]:
    """A mail server of the tests."""
    with mailbox() as one:
        yield one


@pytest.fixture
def post(api: Api, clock: HandClock, box: Mailbox) -> Post:
    """A desk whose mails go there."""
    api.add_unit()
    return Post(api, clock, box)
