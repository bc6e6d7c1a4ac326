"""The registrar's pages of the staff: who is invited, shown their link once, and ended."""

import re

import pytest
from visitors import ORIGIN, Visitor

from radiokey.base.identity.roles import Role
from radiokey.base.identity.staff import PublicProfile


def test_a_registrar_invites_somebody_and_is_shown_the_link_once(come):
    rita = come("rita", Role.REGISTRAR)
    told = {"name": "kim", "display": "Kim C.", "role": "approver", "organisation": "office"}
    made = rita.post("/registrar/staff/invite", csrf=rita.csrf("/registrar/staff"), **told)
    assert made.status_code == 200
    (link,) = re.findall(rf"{ORIGIN}/enrol/([\w-]{{43}})", made.text)
    page = rita.get("/registrar/staff").text
    assert link not in page
    assert "Kim C." in page
    kim = Visitor(rita.api)
    kim.enrol(link)
    assert kim.sign_in().headers["location"] == "/desk"


@pytest.mark.parametrize("role", ["registrar", "boss", ""])
def test_a_registrar_makes_no_registrar(come, role):
    rita = come("rita", Role.REGISTRAR)
    told = {"name": "kim", "display": "Kim", "role": role, "organisation": "office"}
    assert rita.post("/registrar/staff/invite", csrf=rita.csrf(), **told).status_code == 400
    assert "kim" not in rita.get("/registrar/staff").text.replace('value="kim"', "")


def test_a_registrar_ends_no_registrar_and_gives_no_passkey_a_second_link(come):
    rita, _, _ = come("rita", Role.REGISTRAR), come("rob", Role.REGISTRAR), come()
    csrf = rita.csrf()
    assert rita.post("/registrar/staff/rob/end", csrf=csrf).status_code == 403
    assert rita.post("/registrar/staff/ann/invite", csrf=csrf).status_code == 403
    assert rita.post("/registrar/staff/nobody/end", csrf=csrf).status_code == 404


def test_organisations_are_added_and_show_what_they_are(come):
    rita = come("rita", Role.REGISTRAR)
    told = {
        "organisation": "kiel",
        "name": "Radio Kiel",
        "kind": "specialist",
        "address": "Hafenstr. 2",
        "register": "HRB 1234",
        "covers": "Becker",
        "data_until": "2026-03",
        "price": "35 EUR",
    }
    path = "/registrar/staff/organisations"
    answer = rita.post(path, csrf=rita.csrf(), **told | {"price": ""})
    assert answer.status_code == 400
    assert 'value="Hafenstr. 2"' in answer.text
    assert rita.post(path, csrf=rita.csrf(), **told).status_code == 303
    told = {key: value for key, value in told.items() if key not in {"name", "kind"}} | {"price": "40 EUR"}
    assert rita.post(f"{path}/shown", csrf=rita.csrf(), **told).status_code == 303
    assert "40 EUR" in rita.get("/registrar/staff").text


def test_anybody_reads_what_a_specialist_shows_before_they_pay(desk, come, page_of):
    """Claims 45 to 48: who they are, what they cover, how new their data is, the whole price."""
    said = PublicProfile("Hafenstr. 2, Kiel", "HRB 1234, Kiel", "Becker", "2026-03", "35 EUR")
    desk.base.staff.add_organisation("kiel", "Radio <Kiel>", "specialist", said, by="local")
    come("rita", Role.REGISTRAR)
    words = page_of(desk.client.get("/desk/coverage").text).words
    assert "Radio <Kiel>, specialist" in words
    for one in (said.address, said.register, said.covers, said.data_until, said.price):
        assert one in words
    assert "rita" not in words.lower()
    assert "The office" not in words


@pytest.mark.parametrize("role", [Role.APPROVER, Role.CLERK])
def test_whoever_is_no_registrar_sees_and_changes_no_staff(come, role):
    ann = come("ann", role)
    assert ann.get("/registrar/staff").status_code == 403
    for path in ("invite", "ann/invite", "ann/end", "ann/sign-out", "organisations", "organisations/shown"):
        assert ann.post(f"/registrar/staff/{path}", csrf=ann.csrf()).status_code == 403


def test_an_auditor_sees_the_staff_and_changes_nothing(come):
    max_ = come("max", Role.AUDITOR)
    page = max_.get("/registrar/staff")
    assert page.status_code == 200
    assert set(re.findall(r'<form class="(\w+)"|<form', page.text)) == {"out", "languages"}
    assert max_.post("/registrar/staff/max/end", csrf=max_.csrf()).status_code == 403
