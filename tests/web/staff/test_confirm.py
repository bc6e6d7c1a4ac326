"""Three people, each signed in: a clerk hands over, an approver says once more who it is, and the code leaves."""

import html
import json
import re

import pytest
from authenticator import Authenticator
from counter import SHOP, TICKS, Counter, leads_back
from visitors import ORIGIN, SITE, Visitor

from radiokey.base.identity.roles import Role
from radiokey.base.identity.staff import Person, PublicProfile
from radiokey.base.requests.request import State


@pytest.fixture
def staffed(make_api):
    """A desk whose people sign in; return it, its clerk and its approver."""
    api = make_api(address=ORIGIN)
    counter = Counter(api)
    api.base.staff.add_organisation("shop", SHOP, "dealer", PublicProfile(), by="local")
    people = {}
    for name, role in (("kim", Role.CLERK), ("uma", Role.APPROVER), ("udo", Role.APPROVER)):
        link = api.base.staff.invite(Person(name, role, "shop", name.title()), by="local")
        people[name] = Visitor(api)
        people[name].enrol(link.reveal())
        assert people[name].sign_in().status_code == 303
    return counter, people


def approves(visitor, path, *, key=None, **other):
    """Approve a request as its page gives the form; with another passkey, or other fields."""
    page = visitor.get(path).text
    form = re.search(r'<form action="\S+/approve".*?</form>', page, re.DOTALL)[0]
    asked = html.unescape(re.search(r'data-passkey="([^"]+)"', form)[1])
    fields = dict(re.findall(r'name="(csrf|seen)" value="(\w+)"', form))
    answer = (key or visitor.key).answer(asked)
    return visitor.post(f"{path}/approve", **fields | {"passkey": answer} | other)


def handed_over(counter, kim):
    one = counter.reviewed()
    path = f"/desk/requests/{one}"
    answer = kim.post(f"{path}/check", csrf=kim.csrf(path), seen=str(counter.view(one).act), **TICKS)
    assert leads_back(answer, one), answer.text
    return one, path


def test_a_code_takes_a_clerk_and_an_approver_who_says_who_it_is(staffed):
    counter, people = staffed
    one, path = handed_over(counter, people["kim"])
    assert people["kim"].post(f"{path}/approve", csrf=people["kim"].csrf(), seen="3").status_code == 403
    assert leads_back(approves(people["uma"], path), one)
    view = counter.view(one)
    assert view.request.state is State.RELEASED
    assert [(act.act, act.by) for act in view.history[2:]] == [
        ("checked", "kim"),
        ("approved", "uma"),
        ("released", "uma"),
    ]
    acts = [(act["who"], act["act"], act["detail"]) for act in audit(counter)]
    assert ("uma", "passkey:confirm", f"request:approve {one} 3") in acts


def audit(counter):
    text = counter.api.ask("GET", "/api/audit", counter.api.token("aud")).text
    return [json.loads(line) for line in text.splitlines()]


def test_an_approval_without_its_own_answer_of_a_passkey_releases_nothing(staffed):
    """A session alone is not enough: whoever finds a desk that was left open approves nothing."""
    counter, people = staffed
    one, path = handed_over(counter, people["kim"])
    _, there = handed_over(counter, people["kim"])
    uma, udo = people["uma"], people["udo"]
    elsewhere = re.search(r'data-passkey="([^"]+)"', uma.get(there).text)[1]
    signing_in = uma.asked("/sign-in")
    refused = [
        approves(uma, path, passkey=""),
        approves(uma, path, passkey="{}"),
        approves(uma, path, key=udo.key),
        approves(uma, path, key=Authenticator(ORIGIN, SITE, id=uma.key.id, handle=uma.key.handle)),
        approves(uma, path, passkey=uma.key.answer(html.unescape(elsewhere))),
        approves(uma, path, passkey=uma.key.answer(signing_in)),
    ]
    for answer in refused:
        assert answer.status_code == 401
        assert "That did not sign you in." in answer.text
    assert counter.view(one).request.state is State.SECOND
    assert counter.api.entries() == 0
    assert leads_back(approves(uma, path), one)


def test_the_same_form_sent_twice_is_one_approval(staffed):
    counter, people = staffed
    one, path = handed_over(counter, people["kim"])
    uma = people["uma"]
    page = uma.get(path).text
    asked = html.unescape(re.search(r'data-passkey="([^"]+)"', page)[1])
    fields = {"csrf": uma.csrf(path), "seen": "3", "passkey": uma.key.answer(asked)}
    for _ in range(2):
        assert leads_back(uma.post(f"{path}/approve", **fields), one)
    assert counter.api.entries() == 1
