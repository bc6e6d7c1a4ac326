"""The registrar's pages: the stolen list, no key and no code on any page, each act in the audit."""

import json
import re
from hashlib import sha256

import pytest
from counter import CODE, SHOP
from hosted import BP, CAR
from led import shown_after

from radiokey.base.identity.roles import ROLES, Permission, Role
from radiokey.base.ports.store import Mark, MarkAct
from radiokey.base.sql.principals import Principal
from radiokey.base.stolen.blacklist import PAGE
from radiokey.web.registrar.units import BODY_BYTES_MAX, FILE_BYTES_MAX

HOSTILE = "<img src=x onerror=alert(1)>"
REPORT = {"serial": BP, "vin": CAR, "reason": "taken from the car park"}
ERC, TOYOTA = "0102030405060708", "toyota_erc_legacy"
HEADER = "serial,model,market,vin,code\n"


def audit(counter):
    lines = counter.api.ask("GET", "/api/audit", counter.token("aud")).text.splitlines()
    return [(act["who"], act["act"]) for act in map(json.loads, lines) if act["act"] != "token:make"]


def led_to(answer, path):
    assert (answer.status_code, answer.headers.get("location")) == (303, path)
    return True


# --- the stolen list --------------------------------------------------------------------------------------


def test_a_list_of_more_than_a_page_goes_on_with_older_reports(counter, page_of, api):
    """Each of a long list can be reached, and looked up by its number."""
    with api.base.stores.of(Principal.REGISTRAR).transaction() as transaction:
        for number in range(PAGE + 3):
            mark = Mark(
                MarkAct.REPORTED, "bp12", f"BP5387?{number:07}", "", "", f"taken {number}", "cle", number
            )
            transaction.add_mark(mark)
    first = page_of(counter.get("/registrar/stolen", "aud").text)
    assert f"{PAGE} of {PAGE + 3} shown." in first.words
    (older,) = [link for link in first.links if "before=" in link]
    assert first.words.count("taken") == PAGE
    second = page_of(counter.get(older, "aud").text)
    assert [f"taken {number}" in second.words for number in range(4)] == [True, True, True, False]
    assert "/registrar/stolen" in second.links
    found = page_of(counter.get("/registrar/stolen?number=BP538700000001", "aud").text)
    assert found.words.count("taken") == 1
    assert counter.get("/registrar/stolen?before=x", "aud").status_code == 400


def test_a_number_that_only_its_radio_tells_is_reported_looked_up_and_cleared(counter, page_of, api):
    """Sixteen characters of a Toyota: without the radio they could be a tracking code."""
    told = {"serial": ERC, "reason": "taken at night", "model": TOYOTA}
    assert counter.post("/registrar/stolen", "cle", **told | {"model": ""}).status_code == 422
    assert counter.post("/registrar/stolen", "cle", **told | {"model": "toyota"}).status_code == 400
    assert led_to(counter.post("/registrar/stolen", "cle", **told), "/registrar/stolen")
    (back,) = [
        link for link in page_of(counter.get("/registrar/stolen", "reg").text).links if "#clear" in link
    ]
    page = page_of(counter.get(back.partition("#")[0], "reg").text)
    assert "taken at night" in page.words
    clear = page.form("/registrar/stolen/clearings").fields
    assert (clear["serial"], clear["model"]) == (ERC, TOYOTA)
    assert counter.get(f"/registrar/stolen?number={ERC}", "reg").status_code == 422
    body = {"serial": ERC, "model": TOYOTA, "reason": "found", "papers": "ab" * 32}
    proposed = api.ask("POST", "/api/stolen/clearings", counter.token("rita"), json=body)
    assert (proposed.status_code, proposed.json()["kind"]) == (201, "toyota-erc")
    again = api.ask("POST", "/api/stolen", counter.token("cle"), json={**told, "reason": "again"})
    assert (again.status_code, again.json()["kind"]) == (201, "toyota-erc")


def test_who_may_only_look_has_no_forms_to_change_the_list(counter, page_of):
    counter.post("/registrar/stolen", "cle", **REPORT)
    page = page_of(counter.get("/registrar/stolen", "app").text)
    assert [form.action for form in page.forms] == ["/registrar/stolen"]
    assert page.forms[0].method == "get"


@pytest.mark.parametrize(
    ("path", "fields", "status"),
    [
        ("/registrar/stolen", {"serial": ""}, 422),
        ("/registrar/stolen", {"reason": " "}, 400),
        ("/registrar/stolen", {"vin": "x"}, 422),
        ("/registrar/stolen", {"serial": "V212", "vin": ""}, 400),
        ("/registrar/stolen", {"surprise": "x"}, 400),
    ],
)
def test_a_form_for_the_list_that_does_not_hold_is_shown_again(counter, api, path, fields, status):
    before = api.base.blacklist.history()
    assert counter.post(path, "reg", **REPORT | fields).status_code == status
    assert api.base.blacklist.history() == before


def test_a_number_that_is_none_is_said(counter):
    assert counter.get("/registrar/stolen?number=%21", "reg").status_code == 422


# --- tokens -----------------------------------------------------------------------------------------------


def wanted(counter, page_of, **other):
    form = page_of(counter.get("/registrar/tokens", "reg").text).form("/registrar/tokens")
    return form.fields | {"account": "till", "scopes": "unit:search stolen:list", "days": "30"} | other


def test_a_token_is_shown_once_listed_without_it_and_ended(counter, page_of, api):
    sent = wanted(counter, page_of)
    made = counter.post("/registrar/tokens", "reg", **sent)
    assert (made.status_code, made.headers["cache-control"]) == (200, "no-store")
    text = re.search(r"rk_\w+", made.text).group()
    assert api.ask("GET", f"/api/units?number={BP}", text).status_code == 200
    listed = counter.get("/registrar/tokens", "aud").text
    assert "till" in listed
    assert text.split("_")[2] not in listed
    again = counter.post("/registrar/tokens", "reg", **sent)
    assert again.status_code == 409
    assert "A token was made or ended since this form was opened." in page_of(again.text).words
    token_id = text.split("_")[1]
    back = f"/registrar/tokens?ended={token_id}"
    for who in ("reg", "reg", "rita"):  # a second click, and a colleague's page that still lists it
        assert led_to(counter.post(f"/registrar/tokens/{token_id}/end", who), back)
        assert f"The token {token_id} is ended." in page_of(counter.get(back, who).text).words
    assert api.ask("GET", f"/api/units?number={BP}", text).status_code == 401
    lines = counter.api.ask("GET", "/api/audit", counter.token("aud")).text
    assert '"who":"reg","act":"token:make"' in lines
    assert '"who":"reg","act":"token:end"' in lines
    assert lines.count('"act":"token:end"') == 1


def test_a_token_that_never_was_is_not_said_to_be_ended(counter, page_of):
    answer = counter.post("/registrar/tokens/none/end", "reg")
    assert answer.status_code == 404
    assert "No token that still holds has this id." in page_of(answer.text).words
    assert "is ended" not in counter.get("/registrar/tokens?ended=none", "reg").text
    assert counter.get(f"/registrar/tokens?ended={'x' * 1000}", "reg").status_code == 400


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"scopes": "token:make"}, 403),
        ({"scopes": "request:approve"}, 403),
        ({"scopes": "audit:read"}, 403),
        ({"scopes": "unit:nothing"}, 400),
        ({"scopes": ""}, 400),
        ({"organisation": "Bob's Radios"}, 403),
        ({"days": "0"}, 400),
        ({"days": "401"}, 400),
        ({"days": "x"}, 400),
        ({"account": "local"}, 400),
        ({"account": "A B"}, 400),
    ],
)
def test_a_token_stays_within_the_bounds_of_its_maker(counter, page_of, api, fields, status):
    sent = wanted(counter, page_of, **fields)
    before = len(api.base.tokens.list())
    assert counter.post("/registrar/tokens", "reg", **sent).status_code == status
    assert len(api.base.tokens.list()) == before


# --- keys -------------------------------------------------------------------------------------------------


def test_the_keys_are_turned_and_no_page_shows_one(counter, page_of, api):
    (old,) = api.base.ring.cards()
    assert "1 codes, 0 papers" in page_of(counter.get("/registrar/keys", "reg").text).words
    assert led_to(counter.post("/registrar/keys/turn", "reg"), "/registrar/keys")
    api.app.state.site.key_rotation.loop.wait_for_runs(1)
    page = page_of(counter.get("/registrar/keys", "aud").text)
    new = next(card.id for card in api.base.ring.cards() if card.id != old.id)
    assert f"It is done: 1 codes are sealed with {new}" in page.words
    assert [form.action for form in page.forms] == []
    ring = api.base.location.secret("keys").read_text("ascii")
    secrets = re.findall(r'"secret":"([^"]+)"', ring) or re.findall(r"[A-Za-z0-9+/=_-]{40,}", ring)
    assert secrets
    assert all(secret not in counter.get("/registrar/keys", "reg").text for secret in secrets)
    assert [act for act in audit(counter) if act[1].startswith("keys:")] == [
        ("reg", "keys:rotate"),
        ("reg", "keys:rotated"),
    ]
    assert api.base.releases is not None


def test_one_turn_is_under_way_at_a_time(counter, page_of, api):
    turning = api.app.state.site.key_rotation
    turning.start("reg")
    turning.loop.wait_for_runs(1)
    turning._update(ended_ms=0)
    answer = counter.post("/registrar/keys/turn", "rita")
    assert answer.status_code == 409
    page = page_of(answer.text)
    assert "Under way: 1 codes are sealed anew so far." in page.words
    assert "/registrar/keys/turn" not in [form.action for form in page.forms]


def test_a_turn_that_stops_says_why(counter, page_of, api):
    api.base.location.secret("keys").unlink()
    counter.post("/registrar/keys/turn", "reg")
    api.app.state.site.key_rotation.loop.wait_for_runs(1)
    page = page_of(counter.get("/registrar/keys", "reg").text)
    assert "It stopped:" in page.words
    assert "Keys that seal something are not in the ring" in page.words


# --- the log and the audit --------------------------------------------------------------------------------


def test_the_log_says_what_was_signed_and_when_it_was_last_recomputed(counter, page_of, api):
    assert "none yet" in page_of(counter.get("/registrar/log", "reg").text).words
    counter.desk.approve(counter.checked(), 3, "app")
    assert "not since this site started" in page_of(counter.get("/registrar/log", "aud").text).words
    api.app.state.site.log_monitor.check()
    page = page_of(counter.get("/registrar/log", "aud").text)
    assert "1 entries hold" in page.words
    assert "codes.example.org 1" in page.words
    assert "/log/checkpoint" in page.links
    assert str(api.base.log.key) in page.words
    assert CODE not in page.words


def test_the_audit_is_read_newest_first_page_by_page_and_by_subject(counter, page_of):
    counter.token("aud")
    one = counter.reviewed()
    for number in range(102):
        counter.desk.post_message(one, "cle", f"Message number {'i' * number}.")
    first = page_of(counter.get("/registrar/audit", "aud").text)
    assert first.words.count("request:message") == 100
    older = next(link for link in first.links if "before=" in link)
    second = page_of(counter.get(older, "aud").text)
    assert second.words.count("request:message") == 2
    assert second.words.index("request:message") < second.words.index("request:send-papers")
    named = page_of(counter.get(f"/registrar/audit?subject={one}", "aud").text)
    assert "token:make" not in named.words
    assert f"subject={one}" in next(link for link in named.links if "before=" in link)
    assert "Nothing was done to it." in page_of(counter.get("/registrar/audit?subject=x", "aud").text).words
    for wrong in ("x", "-1", "9" * 30):
        assert counter.get(f"/registrar/audit?before={wrong}", "aud").status_code == 400


# --- the import -------------------------------------------------------------------------------------------


def send(counter, text, who="reg", **fields):
    answer = counter.api.ask(
        "POST",
        "/registrar/import",
        counter.token(who),
        data=fields,
        files={"file": ("units.csv", text.encode(), "text/csv")},
        follow_redirects=False,
    )
    return shown_after(answer, lambda to: counter.get(to, who))


UNITS = f"{HEADER}22000001,honda_audio5,EU,,11111\n?\n22000002,honda_audio5,EU,,99999\n"


def test_a_file_is_looked_at_and_then_that_very_file_enters(counter, page_of, api):
    looked = page_of(send(counter, UNITS).text)
    assert "2 lines would be refused" in looked.words
    assert "this radio cannot have such a code 4 code" in looked.words
    assert "99999" not in looked.words
    assert audit(counter) == []
    fields = looked.form("/registrar/import").fields
    assert fields["sha256"] == sha256(UNITS.encode()).hexdigest()
    other = send(counter, UNITS.replace("22000001", "22000003"), sha256=fields["sha256"])
    assert other.status_code == 409
    assert "This is not the file that was looked at." in page_of(other.text).words
    for _ in range(2):
        done = send(counter, UNITS, sha256=fields["sha256"])
        assert led_to(done, f"/registrar/import?done={fields['sha256']}")
    words = page_of(counter.get(done.headers["location"], "reg").text).words
    assert "1 units of this file are in the ledger , 2 lines were refused" in words
    assert audit(counter) == [("reg", "unit:import")]
    assert "fewer than ten" in page_of(api.client.get("/desk/coverage").text).words


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "No file was chosen."),
        ("number,code\n", "The first line names the columns"),
        (HEADER + "x" * FILE_BYTES_MAX, "A page takes files of up to 1,000 kB."),
        (HEADER + "x" * BODY_BYTES_MAX, "A page takes files of up to 1,000 kB."),
    ],
    ids=["none", "header", "large", "larger"],
)
def test_a_file_that_a_page_does_not_take_says_why(counter, page_of, text, said):
    answer = send(counter, text)
    assert 400 <= answer.status_code < 500
    assert said in page_of(answer.text).words
    if "kB" in said:
        assert "radiokey base import FILE --preview" in page_of(answer.text).words


def test_an_import_without_a_file_says_so(counter, page_of):
    answer = counter.post("/registrar/import", "reg", sha256="")
    assert "No file was chosen." in page_of(answer.text).words


# --- who may ----------------------------------------------------------------------------------------------


def test_every_route_of_the_registrar_takes_its_permission(counter, api, routes_under):
    found = routes_under("/registrar")
    assert len(found) >= 13
    for method, path, permission in found:
        assert permission in set(Permission), path
        address = re.sub(r"\{\w+\}", "x", path)
        assert api.ask(method, address, data={}).status_code == 401, address
        for who, role in (
            ("cle", Role.CLERK),
            ("app", Role.APPROVER),
            ("reg", Role.REGISTRAR),
            ("aud", Role.AUDITOR),
        ):
            if permission not in ROLES[role]:
                answer = api.ask(method, address, counter.token(who), data={})
                assert answer.status_code == 403, (who, address)


def test_a_page_links_only_to_what_its_reader_may_open(counter, page_of):
    for who in ("cle", "app", "reg", "aud"):
        start = "/registrar/stolen"
        for link in page_of(counter.get(start, who).text).links:
            if link.startswith(("/desk", "/registrar")):
                assert counter.get(link, who).status_code == 200, (who, link)


def test_hostile_text_on_the_lists_is_text(counter, api):
    counter.post("/registrar/stolen", "cle", serial=BP, reason=HOSTILE, label=f"{BP} {HOSTILE}")
    api.token("till", {Permission.UNIT_SEARCH}, organisation=HOSTILE)
    for path, who in (
        ("/registrar/stolen", "reg"),
        ("/registrar/stolen?number=" + "%3Cimg%3E", "reg"),
        ("/registrar/tokens", "reg"),
        ("/registrar/audit", "aud"),
        ("/registrar/audit?subject=%3Cimg%3E", "aud"),
        ("/registrar/import?done=%3Cimg%3E", "reg"),
    ):
        assert "<img" not in counter.get(path, who).text, path
    assert "<img" not in counter.post("/registrar/stolen", "cle", serial=HOSTILE, reason="x").text
    assert SHOP in counter.get("/registrar/tokens", "reg").text.replace("&#39;", "'")
