"""Every route with everybody: what a role does not have opens nothing, and what it has is never refused as such."""

import re

import pytest
from led import shown_after
from visitors import Visitor

from radiokey.base.identity.roles import ROLES, Role
from radiokey.base.sql.principals import Principal
from radiokey.web.auth.callers import PERMISSION
from radiokey.web.auth.session import SESSION

EVERYBODY = [None, *Role]
LAST = ("/me/sessions/end", "/sign-out")
"""They end the session that the others need."""


@pytest.fixture
def routes(desk):
    """Return every route: method, address with ids of nothing, permission, whether a session opens it."""
    found = [
        (method, re.sub(r"\{[^}]*\}", "x", route.path_format), handler.opt)
        for route in desk.app.routes
        for handler in route.route_handlers
        for method in handler.http_methods - {"OPTIONS", "HEAD"}
    ]
    told = [(method, address, opt.get(PERMISSION), opt.get(SESSION, False)) for method, address, opt in found]
    return sorted(told, key=lambda one: (one[1] in LAST, one[1], one[0]))


@pytest.fixture
def ask(desk, come):
    """Return what asks for a route as somebody of that role would, with the secret of their forms."""
    people = {}

    def asked(role, method, address):
        if role not in people:
            visitor = people[role] = come("ann", role) if role else Visitor(desk)
            visitor.secret = visitor.csrf() if role else ""
        visitor = people[role]
        if role and address == LAST[1]:
            visitor.sign_in()
            visitor.secret = visitor.csrf()
        data = {"csrf": visitor.secret} if method != "GET" else None
        answer = visitor.client.request(method, address, data=data, follow_redirects=False)
        return shown_after(answer, visitor.get)

    return asked


@pytest.mark.parametrize("role", EVERYBODY)
def test_a_route_opens_to_exactly_those_who_may(routes, ask, role):
    assert len(routes) > 90
    for method, address, permission, session in routes:
        answer = ask(role, method, address)
        status = answer.status_code
        where = f"{method} {address}"
        assert status < 500 or status == 503, where
        if permission is None and not session:
            assert status not in {401, 403}, where
        elif not session:
            assert status == 401, f"{where}: programs come with a token, never with a session"
        elif role is None:
            assert status == (303 if method == "GET" else 401), where
        elif permission is None:
            assert "not signed in" not in answer.text, where  # what it was asked for may still not hold
            assert status != 403, where
        elif permission in ROLES[role]:
            assert status not in {401, 403}, where
        else:
            assert status == 403, where


def test_what_a_role_may_not_is_said_and_nothing_is_done(routes, ask, desk):
    """Refused before anything is read of the request: no act, no row, no matter whose id was asked for."""
    with desk.base.stores.of(Principal.AUDITOR).snapshot() as seen:
        before = len(list(seen.acts()))
    for method, address, permission, session in routes:
        if session and permission and permission not in ROLES[Role.AUDITOR]:
            answer = ask(Role.AUDITOR, method, address)
            assert "does not do that" in answer.text, address
            assert str(permission) not in answer.text, address
    with desk.base.stores.of(Principal.AUDITOR).snapshot() as seen:
        acts = [act.act for act in seen.acts()][before:]
    assert set(acts) <= {"staff:invite", "passkey:add", "recovery:make", "session:begin"}


def test_every_permission_of_a_role_opens_some_page_for_a_person(routes):
    """A permission that only a token could use would be nothing for somebody at a desk."""
    by_session = {permission for _, _, permission, session in routes if session and permission}
    of_people = frozenset().union(*ROLES.values())
    assert of_people == by_session
