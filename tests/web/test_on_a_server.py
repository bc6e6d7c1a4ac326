"""A desk's whole day on PostgreSQL, by its pages: each part of the base is a principal of its own there, with its own rights."""

import re
from contextlib import closing

import pytest
from asking import PHOTO, Asking, codes_shown
from counter import CODE, TICKS, Counter
from hosted import BP, BP_MODEL, CAR
from led import shown_after
from papermaking import picture
from visitors import ORIGIN, Visitor

from radiokey.base.identity.roles import ROLES, Permission, Role
from radiokey.base.identity.staff import PublicProfile
from radiokey.base.ports.requests import RequestAct
from radiokey.base.requests.request import CHECK_LIST, State
from radiokey.base.sql.postgresql import PostgresStore
from radiokey.base.sql.principals import Principal
from radiokey.clock import DAY_MS
from radiokey.code.signed import Challenge
from radiokey.errors import StoreError
from radiokey.headunit.sync import challenge_lines
from radiokey.serial.number import parse
from radiokey.web.auth.callers import PERMISSION
from radiokey.web.auth.session import SESSION

OTHER = picture(size=(48, 64))
UNITS = "serial,model,market,vin,code\n22000001,honda_audio5,EU,,11111\n"
REPORT = {"serial": "BP538790000007", "reason": "taken from the car park"}
SPECIALIST = {
    "organisation": "kiel",
    "name": "Radio Kiel",
    "kind": "specialist",
    "address": "Hafenstr. 2",
    "register": "HRB 1234",
    "covers": "Becker",
    "data_until": "2026-03",
    "price": "35 EUR",
}


ONCE = ("/desk/grants/answers", "/registrar/tokens/made", "/registrar/staff/invited", "/me/codes")
"""Pages that show what a form made; without it they lead to where it is made."""


@pytest.fixture
def place(postgres):
    return postgres.fresh()


@pytest.fixture
def desk(make_api, place, tmp_path, monkeypatch):
    """The desk of the other tests, but on a server."""
    monkeypatch.setenv("RADIOKEY_SECRETS", str(tmp_path))
    api = make_api(place, address=ORIGIN)
    api.base.staff.add_organisation("office", "The office", "office", PublicProfile(), by="local")
    return api


@pytest.fixture
def fill(page_of):
    """Return what fills in a form as its page gives it, answers its passkey, and sends it."""

    def filled(visitor, path, action, status=303, files=None, **typed):
        page = page_of(visitor.get(path).text)
        sent = page.form(action).fields | typed
        fields = {name: value for name, value in sent.items() if name not in (files or {})}
        asked = next(
            told.get("data-passkey")
            for tag, told in page.tags
            if tag == "form" and told.get("action") == action
        )
        if asked:
            fields["passkey"] = visitor.key.answer(asked)
        sent = visitor.client.post(action, data=fields, files=files, follow_redirects=False)
        answer = shown_after(sent, visitor.get)
        assert answer.status_code == status, (action, answer.text)
        return answer

    return filled


@pytest.fixture
def staff(desk, come, fill):
    """A registrar, and those whom she invited by her page."""
    rita = come("rita", Role.REGISTRAR)
    people = {"rita": rita}
    for name, role in (("kim", "clerk"), ("uma", "approver"), ("ada", "auditor")):
        told = {"name": name, "display": name.title(), "role": role, "organisation": "office"}
        made = fill(rita, "/registrar/staff", "/registrar/staff/invite", 200, **told)
        people[name] = Visitor(desk)
        people[name].enrol(re.search(r"/enrol/([\w-]{43})", made.text)[1])
        assert people[name].sign_in().status_code == 303
    return people


def test_a_request_goes_its_whole_way(desk, staff, fill, page_of):
    counter, owner = Counter(desk), Asking(desk, page_of)
    kim, uma = staff["kim"], staff["uma"]
    one = owner.open()
    path = f"/desk/requests/{one}"
    assert owner.send(("registration", PHOTO), ("label-photo", PHOTO)).status_code == 303
    assert owner.post(f"{owner.link}/messages", {"text": "On Friday."}).status_code == 303
    fill(kim, path, f"{path}/message", text="When on Friday?")
    fill(kim, path, f"{path}/see-car", vin=CAR)
    fill(kim, path, f"{path}/fee", amount="12.50", currency="EUR")
    fill(kim, path, f"{path}/warranty")
    fill(kim, path, f"{path}/ask-papers", text="The second page of the registration.")
    assert owner.send(("purchase", OTHER)).status_code == 303
    for paper in counter.desk.papers(one):
        assert kim.get(f"{path}/papers/{paper.id}").status_code == 200
    fill(kim, path, f"{path}/check", **TICKS)
    fill(uma, path, f"{path}/send-back", text="The name on the second page.")
    fill(kim, path, f"{path}/check", **TICKS)
    fill(uma, path, f"{path}/approve")
    shown = owner.get(owner.post(f"{owner.link}/code").headers["location"])
    assert codes_shown(shown.text) == [CODE]
    assert desk.entries() == 1
    assert counter.view(one).request.state is State.RELEASED
    assert "uma approved it" in page_of(kim.get(path).text).words
    assert desk.app.state.site.log_monitor.check().problem is None


def test_nobody_approves_their_own_work_by_page_by_token_or_by_statement(desk, staff, place, clock):
    """A hidden button is no rule: what it would send is refused, and so is the row that it would write."""
    counter, kim = Counter(desk), staff["kim"]
    one = counter.checked("kim")
    path, told = f"/desk/requests/{one}/approve", {"seen": "3", "passkey": "{}"}
    assert kim.post(path, csrf=kim.csrf(f"/desk/requests/{one}"), **told).status_code == 403

    counter.desk.send_back(one, 3, "uma", "Once more.")
    counter.desk.check(one, 4, "till", CHECK_LIST)
    till = desk.token(
        "till", {Permission.REQUEST_READ, Permission.REQUEST_APPROVE}, organisation="The office"
    )
    answer = desk.ask("POST", path, till, data=told | {"seen": "5"})
    assert (answer.status_code, "checked" in answer.text) == (403, True)

    for principal, names in (
        (Principal.CLERK, ("kim", "uma", "till")),
        (Principal.APPROVER, ("kim", "till")),
    ):
        for by in names:
            row = RequestAct(one, 6, "approved", by, clock.ms, "releasing", 0, "{}")
            with (
                closing(PostgresStore(place, principal)) as store,
                pytest.raises(StoreError),
                store.transaction() as transaction,
            ):
                transaction.add_request_act(row)
    assert counter.view(one).request.state is State.SECOND
    assert desk.entries() == 0
    assert counter.desk.approve(one, 5, "uma").code.reveal() == CODE


def test_a_request_ends_in_each_other_way(desk, staff, fill, page_of, clock):
    counter, owner = Counter(desk), Asking(desk, page_of)
    kim, uma = staff["kim"], staff["uma"]
    told = {"text": BP, "model": BP_MODEL, "vin": CAR}
    opened = fill(kim, "/desk/requests/new", "/desk/requests/new", **told).headers["location"]
    fill(kim, opened, f"{opened}/submit")
    files = {"registration": ("r.jpg", PHOTO, "image/jpeg")}
    fill(kim, opened, f"{opened}/papers", files=files)
    fill(kim, opened, f"{opened}/withdraw")
    no, second, over = counter.reviewed(), counter.checked("cora"), owner.open()
    fill(kim, f"/desk/requests/{no}", f"/desk/requests/{no}/refuse", reason="papers-changed")
    fill(uma, f"/desk/requests/{second}", f"/desk/requests/{second}/say-no", reason="stolen")
    gone = owner.open(email="")
    asked = page_of(owner.get(f"{owner.link}/withdraw").text).form(f"{owner.link}/withdraw")
    assert owner.post(f"{owner.link}/withdraw", asked.fields).status_code == 303
    clock.ms += 40 * DAY_MS
    swept = counter.desk.sweep()
    assert (swept.expired, swept.papers_deleted) == (1, 3)
    ends = {request: counter.view(request).request.state for request in (no, second, over, gone)}
    assert ends == {no: "refused", second: "refused", over: "expired", gone: "withdrawn"}


def test_the_registrars_day(desk, staff, fill, page_of):
    Counter(desk)
    rita, ada = staff["rita"], staff["ada"]
    file = {"file": ("units.csv", UNITS.encode(), "text/csv")}
    looked = page_of(fill(rita, "/registrar/import", "/registrar/import", 200, files=file).text)
    known = looked.form("/registrar/import").fields
    fill(rita, "/registrar/import", "/registrar/import", files=file, **known)
    wanted = {"account": "till", "scopes": "unit:search", "days": "30"}
    made = fill(rita, "/registrar/tokens", "/registrar/tokens", 200, **wanted)
    end = f"/registrar/tokens/{re.search(r'rk_([^_]+)_', made.text)[1]}/end"
    csrf = page_of(rita.get("/registrar/tokens").text).form(end).fields["csrf"]
    for _ in range(2):
        assert rita.post(end, csrf=csrf).status_code == 303
    fill(rita, "/registrar/keys", "/registrar/keys/turn")
    desk.app.state.site.key_rotation.loop.wait_for_runs(1)
    assert "It is done: 2 codes are sealed" in page_of(rita.get("/registrar/keys").text).words
    report = REPORT | {"csrf": staff["kim"].csrf("/registrar/stolen")}
    assert staff["kim"].post("/registrar/stolen", **report).status_code == 303
    assert REPORT["reason"] in rita.get("/registrar/stolen").text
    fill(rita, "/registrar/staff", "/registrar/staff/organisations", **SPECIALIST)
    fill(rita, "/registrar/staff", "/registrar/staff/kim/sign-out")
    assert staff["kim"].get("/desk").status_code == 303
    fill(rita, "/registrar/staff", "/registrar/staff/kim/end")
    told = page_of(ada.get("/registrar/audit").text).words
    for act in ("unit:import", "token:make", "token:end", "stolen:report", "staff:end", "organisation:add"):
        assert act in told, act


def test_two_people_sign_for_a_radio_and_a_navigation_unit_is_answered(desk, staff, fill, page_of):
    Counter(desk)
    kim, uma = staff["kim"], staff["uma"]
    files = {"papers": ("bill.pdf", b"a bill of sale", "application/pdf")}
    told = {"text": BP, "model": BP_MODEL, "what": "pairing-end", "number": "5", "reason": "sold"}
    path = fill(kim, "/desk/grants", "/desk/grants", files=files, **told).headers["location"]
    fill(uma, path, path, files=files)
    assert "The data of routine 0304" in page_of(kim.get(path).text).words
    challenge = Challenge(BP, 3, bytes(8))
    asked = {"text": BP, "model": BP_MODEL, "lines": " ".join(challenge_lines(challenge))}
    answered = page_of(fill(kim, "/desk/grants", "/desk/grants/answers", 200, **asked).text)
    assert "Copy these eight lines into the radio" in answered.words
    assert desk.entries() == 2
    desk.base.blacklist.add(parse(BP), reason="police report", by="local")
    assert kim.get(path).status_code == 403


def test_every_page_of_everybody_is_there(desk, staff, page_of):
    """What a page reads is asked of the database by a principal that may read it."""
    counter, owner = Counter(desk), Asking(desk, page_of)
    one = owner.released()
    counter.desk.refuse(counter.reviewed(), 2, "cora", "papers-changed")
    stolen, clearings = counter.parse("BP538769684801"), desk.app.state.site.clearings
    desk.base.blacklist.add(stolen, reason="taken", by="local")
    ids = {
        "{clearing_id}": clearings.propose(stolen, reason="back", receipt=b"a receipt", by="reg").id,
        "{request_id}": one,
        "{paper_id}": counter.desk.papers(one)[0].id,
        "{proposal_id}": desk.base.grants.propose_pairing_end(
            counter.parse(BP), paired=1, reason="sold", papers="ab" * 32, by="kim"
        ).id,
        "{link}": owner.link.rpartition("/")[2],
    }
    ways = [
        (re.sub(r":\w+\}", "}", route.path_format), handler.opt)
        for route in desk.app.routes
        for handler in route.route_handlers
        if "GET" in handler.http_methods and handler.opt.get(SESSION)
    ]
    assert len(ways) > 12
    seen = 0
    for name, role in (
        ("rita", Role.REGISTRAR),
        ("kim", Role.CLERK),
        ("uma", Role.APPROVER),
        ("ada", Role.AUDITOR),
    ):
        for path, opt in ways:
            if opt.get(PERMISSION) is not None and opt[PERMISSION] not in ROLES[role]:
                continue
            address = re.sub(r"\{\w+\}", lambda found: ids[found.group()], path)
            for query in ("", f"?number={BP}&subject={one}"):
                status = 303 if address in ONCE else 200
                if address == f"/desk/requests/{one}/code":
                    status = 403  # an owner asked for it, and nobody of the desk
                if address.endswith("/number"):
                    status = 422  # this site reads no photos
                assert staff[name].get(address + query).status_code == status, (name, address)
                seen += 1
    assert seen > 50
    assert owner.get("/desk/coverage").status_code == 200
