"""Whatever the site answers with a page is looked at by axe in tests/browser: every route, and a request in every state."""

import re
from pathlib import Path
from typing import Any

import looks
import pytest
import served_desk
import test_desk
import test_every_page
import test_owner_desk
from litestar import Response

from radiokey.base.requests.request import State

BROWSER = Path(test_every_page.__file__).parent
NAMED = re.compile(r'faults\([\w.]+, "((?:GET|POST) /[^"]*)"\)')
LISTED = (
    *test_every_page.PAGES,
    *test_every_page.every_step(),
    *(address for pages in test_desk.PAGES.values() for address in pages),
)
OWN = {
    "GET /desk/grants/answers",
    "GET /enrolled",
    "GET /me/codes",
    "GET /registrar/import",
    "GET /registrar/staff/invited",
    "GET /registrar/tokens/made",
    "GET /sign-in/not-taken",
    "GET /desk/requests/{request_id}/code",
}
"""Pages that only forms lead to: an answer, codes, a link, a token, what would happen, what was not taken."""


@pytest.fixture(scope="module")
def routes(open_site, tmp_path_factory):
    """Return the routes that may answer with a page, each with whether it always does."""
    with open_site(tmp_path_factory.mktemp("routes") / "base.sqlite3") as client:
        return {
            f"{method} {re.sub(r':[a-z]+}', '}', route.path_format)}": method == "GET"
            or handler.status_code == 200
            for route in client.app.routes
            for handler in route.route_handlers
            for method in handler.http_methods - {"OPTIONS", "HEAD"}
            if not handler.resolve_include_in_schema() and _answers_a_page(handler)
        }


def _answers_a_page(handler):
    told = handler.parsed_fn_signature.return_type
    return any(
        one in {Response[str], Response[Any]} for one in (told.raw, *(each.raw for each in told.inner_types))
    )


@pytest.fixture(scope="module")
def looked_at(routes):
    """Return the routes whose pages axe looks at; `faults` and `check` see to it that they are what was answered."""
    named = {one for file in BROWSER.glob("test_*.py") for one in NAMED.findall(file.read_text("utf-8"))}
    assert named <= set(routes)
    paths = {address.partition("?")[0] for address in LISTED}
    listed = {
        route
        for route in routes
        if route.startswith("GET ")
        and any(looks.pattern(route.removeprefix("GET ")).fullmatch(path) for path in paths)
    }
    return named | listed


def test_no_form_is_answered_with_a_page(routes):
    """Back, a reload and a reopened tab would ask whether to send it once more; every form leads on instead."""
    assert [route for route in routes if route.startswith("POST ")] == []


def test_axe_looks_at_every_route_that_answers_with_a_page(routes, looked_at):
    """A page that is added is added to the tests of all pages, or this fails."""
    assert len(routes) > 45
    assert {route for route, always in routes.items() if always} - looked_at == set()
    assert looked_at >= OWN


def test_what_only_leads_on_shows_what_was_wrong_on_a_page_that_axe_looks_at(routes, looked_at):
    """A form that does not hold is shown again on its own page, which is that of the address above it."""

    def above(route):
        path = route.partition(" ")[2]
        while path and f"GET {path or '/'}" not in routes:
            path = path.rpartition("/")[0]
        return f"GET {path or '/'}"

    for route in routes:
        assert route in looked_at or above(route) in looked_at, route


def test_owners_and_staff_are_shown_a_request_in_every_state():
    """All but the moment between the approval and the door, which no test can keep: its page is the second pair's."""
    assert set(served_desk.STATES.values()) == set(State) - {State.RELEASING}
    assert test_owner_desk.STATES is test_desk.STATES is served_desk.STATES
