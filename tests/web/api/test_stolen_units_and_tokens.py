"""The API of those who run a base: two people clear a report, searches are in the audit, tokens stay within bounds."""

import json
import re
import sqlite3
from contextlib import closing
from hashlib import sha256

import pytest
from hosted import BP, BP_MODEL, CANARY, CAR, problem

from radiokey.base.identity.roles import OPERATOR_GIVES, Permission
from radiokey.base.identity.tokens import Token
from radiokey.base.limits import Limits
from radiokey.base.log.note import Checkpoint, open_note
from radiokey.base.log.receipt import parse_receipt
from radiokey.base.log.tiles import unbundle
from radiokey.base.log.tree import leaf_hash
from radiokey.web.api.bodies import ReleaseBody
from radiokey.web.api.releases import ProvenanceAnswer, ReleaseAnswer
from radiokey.web.api.tokens import MadeAnswer

PAPERS = "ab" * 32
REPORT = {"serial": BP, "reason": "taken from the car park", "vin": CAR}


def test_a_report_is_cleared_by_papers_and_two_people(api):
    ann, bob = api.token("ann"), api.token("bob")
    made = api.ask("POST", "/api/stolen", ann, json=REPORT).json()
    assert (made["number"], made["vin"], made["by"]) == ("BP5387?1234567", CAR, "ann")
    proposed = api.ask("POST", "/api/stolen/clearings", ann, json={**REPORT, "papers": PAPERS})
    assert proposed.status_code == 201
    path = f"/api/stolen/clearings/{proposed.json()['id']}"
    assert api.ask("GET", "/api/stolen/clearings", bob).json() == {"clearings": [proposed.json()]}
    problem(api.ask("POST", path, ann), 403, "refused")
    problem(api.release(bob, serial=BP, model=BP_MODEL, answer="1234"), 403, "stolen")
    ended = api.ask("POST", path, bob)
    assert (ended.status_code, ended.json()) == (200, {"reports": [made]})
    assert api.release(bob, "k2", serial=BP, model=BP_MODEL, answer="1234").status_code == 200
    problem(api.ask("POST", path, bob), 404, "not-there")
    assert api.ask("GET", "/api/stolen/clearings", bob).json() == {"clearings": []}


def test_another_token_of_the_same_account_is_not_another_person(api):
    ann, again = api.token("ann"), api.token("ann")
    api.ask("POST", "/api/stolen", ann, json=REPORT)
    proposed = api.ask("POST", "/api/stolen/clearings", ann, json={**REPORT, "papers": PAPERS}).json()
    problem(api.ask("POST", f"/api/stolen/clearings/{proposed['id']}", again), 403, "refused")


@pytest.mark.parametrize("papers", ["", "ab", "AB" * 32, "zz" * 32, PAPERS + "\n"])
def test_papers_are_named_by_their_digest(api, papers):
    body = {**REPORT, "papers": papers}
    problem(api.ask("POST", "/api/stolen/clearings", api.token(), json=body), 400, "malformed")


def test_a_clerk_finds_a_unit_with_one_typing_error_and_never_its_code(api):
    api.add_unit()
    token = api.token("cid")
    exact = api.ask("GET", "/api/units", token, params={"number": BP})
    near = api.ask("GET", "/api/units", token, params={"number": BP[:-1] + "8"})
    assert exact.json()["hits"][0] == {"unit": near.json()["hits"][0]["unit"], "slip": None}
    assert exact.json()["hits"][0]["unit"]["vin"] == CAR
    assert near.json()["hits"][0]["slip"] == {"error": "wrong", "at": 13}
    assert CANARY not in exact.text + near.text
    searched = [json.loads(line) for line in api.ask("GET", "/api/audit", token).text.splitlines()]
    assert [(act["who"], act["act"]) for act in searched[1:]] == [("cid", "unit:search")] * 2
    problem(api.ask("GET", "/api/units", token, params={"number": "V212"}), 422, "serial")


@pytest.mark.parametrize("query", [{}, {"number": ""}, {"number": "x" * 65}, {"number": "a\x00b"}, {"n": BP}])
def test_a_search_names_a_number(api, query):
    problem(api.ask("GET", "/api/units", api.token(), params=query), 400, "malformed")


def test_the_audit_is_read_line_by_line_oldest_first(api):
    token = api.token("ann")
    api.ask("POST", "/api/stolen", token, json=REPORT)
    answer = api.ask("GET", "/api/audit", token)
    assert answer.headers["content-type"].startswith("application/jsonl")
    acts = [json.loads(line) for line in answer.text.splitlines()]
    assert [(act["who"], act["act"]) for act in acts] == [("local", "token:make"), ("ann", "stolen:report")]


def test_an_audit_that_cannot_be_read_is_a_problem_and_not_an_empty_one(api, tmp_path):
    token = api.token()
    with closing(sqlite3.connect(tmp_path / "hosted.sqlite3")) as behind:
        behind.execute("ALTER TABLE audit RENAME TO gone")
    problem(api.ask("GET", "/api/audit", token), 503, "store")


# --- tokens -----------------------------------------------------------------------------------------------

WANTED = {"account": "bob", "organisation": "Ann's Radios", "scopes": ["code:release"], "days": 30}


def test_a_token_is_made_listed_and_ended(api):
    ann = api.token("ann")
    made = api.ask("POST", "/api/tokens", ann, json=WANTED)
    assert made.status_code == 201
    assert made.headers["cache-control"] == "no-store"
    text, card = made.json()["token"], made.json()["card"]
    assert (card["account"], card["by"], card["scopes"]) == ("bob", "ann", "code:release")
    assert api.release(text).status_code == 200
    listed = api.ask("GET", "/api/tokens", ann)
    assert card in listed.json()["tokens"]
    assert text.split("_")[2] not in listed.text
    assert api.ask("DELETE", f"/api/tokens/{card['id']}", ann).json() == card
    problem(api.release(text), 401, "token")
    problem(api.ask("DELETE", f"/api/tokens/{card['id']}", ann), 404, "not-there")


@pytest.mark.parametrize("scope", sorted(OPERATOR_GIVES))
def test_nobody_makes_the_second_person_of_a_clearing(api, scope):
    """Whoever makes tokens could else propose as one account and carry out as another."""
    body = {**WANTED, "scopes": ["code:release", scope]}
    problem(api.ask("POST", "/api/tokens", api.token(), json=body), 403, "not-allowed")
    assert len(api.base.tokens.list()) == 1


def test_nobody_gives_what_they_do_not_have(api):
    maker = api.token(scopes=[Permission.TOKEN_MAKE, Permission.UNIT_SEARCH])
    problem(api.ask("POST", "/api/tokens", maker, json=WANTED), 403, "not-allowed")
    own = {**WANTED, "scopes": ["unit:search"]}
    assert api.ask("POST", "/api/tokens", maker, json=own).status_code == 201
    problem(api.ask("POST", "/api/tokens", maker, json={**own, "organisation": "x"}), 403, "not-allowed")


@pytest.mark.parametrize(
    "wrong",
    [
        {"days": 0},
        {"days": 401},
        {"days": "30"},
        {"scopes": []},
        {"scopes": ["code:make"]},
        {"account": "Ann"},
        {"account": "ann\n"},
        {"organisation": ""},
        {"by": "bob"},
    ],
)
def test_a_token_that_cannot_be_is_malformed(api, wrong):
    problem(api.ask("POST", "/api/tokens", api.token(), json={**WANTED, **wrong}), 400, "malformed")
    assert len(api.base.tokens.list()) == 1


def test_an_answer_with_a_token_or_a_code_hides_it(api):
    text = Token("0" * 13, "1" * 43).reveal()
    made = api.base.tokens.make("ann", "x", [Permission.CODE_RELEASE], days=1, by="local")[1]
    assert text not in repr(MadeAnswer(made, text))
    receipt = parse_receipt(json.dumps(api.release(api.token()).json()["receipt"]))
    provenance = ProvenanceAnswer("", "", [])
    assert CANARY not in repr(ReleaseAnswer("V212", "ledger", "", "", CANARY, provenance, receipt))
    assert CANARY not in repr(ReleaseBody(serial="V212", owns=True, answer=CANARY))


# --- the log ----------------------------------------------------------------------------------------------


def test_the_checkpoint_is_the_signed_one(api):
    problem(api.client.get("/api/log/checkpoint"), 404, "not-there")
    api.release(api.token())
    answer = api.client.get("/api/log/checkpoint")
    assert answer.headers["content-type"].startswith("text/plain")
    assert Checkpoint.parse(open_note(answer.text, api.base.log.key)).size == 1


def test_the_log_is_read_from_its_files_alone(make_api):
    """Whoever has the checkpoint and the bundles computes the root that was signed."""
    api = make_api(limits=Limits({}))
    problem(api.client.get("/log/checkpoint"), 404, "not-there")
    token = api.token()
    for number in range(3):
        api.release(token, f"k{number}", serial=f"V{number}12")
    note = api.client.get("/log/checkpoint")
    assert (note.headers["content-type"], note.headers["cache-control"]) == (
        "text/plain; charset=utf-8",
        "no-cache",
    )
    checkpoint = Checkpoint.parse(open_note(note.text, api.base.log.key))
    bundled = api.client.get("/log/tile/entries/000.p/3")
    assert bundled.headers["content-type"] == "application/octet-stream"
    hashes = [leaf_hash(leaf) for leaf in unbundle(bundled.content, 3)]
    assert api.client.get("/log/tile/0/000.p/3").content == b"".join(hashes)
    inner = sha256(b"\x01" + hashes[0] + hashes[1]).digest()
    assert sha256(b"\x01" + inner + hashes[2]).digest() == checkpoint.root


def test_a_full_tile_is_kept_for_ever_and_a_partial_one_for_a_while(make_api):
    api = make_api(limits=Limits({}))
    token = api.token()
    for number in range(257):
        assert api.release(token, f"k{number}").status_code == 200
    full = api.client.get("/log/tile/0/000")
    assert len(full.content) == 256 * 32
    assert full.headers["cache-control"] == "public, max-age=31536000, immutable"
    above = api.client.get("/log/tile/1/000.p/1")
    assert len(above.content) == 32
    assert above.headers["cache-control"] == "public, max-age=3600"


@pytest.mark.parametrize(
    "name",
    [
        "",
        "x",
        "tile/0/001",
        "tile/0/000.p/2",
        "tile/0/000",
        "tile/0/0",
        "tile/00/000.p/1",
        "tile/0/x000/000.p/1",
        "tile/0/000.p/01",
        "tile/0/000.p/0",
        "tile/64/000.p/1",
        "tile/entries/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        "tile/entries/%2e%2e/000",
        "checkpoint.p/1",
    ],
)
def test_there_is_no_other_file_and_each_has_one_name(api, name):
    api.release(api.token())
    assert api.client.get("/log/tile/0/000.p/1").status_code == 200
    problem(api.client.get(f"/log/{name}"), 404, "no-such-route" if name == "" else "not-there")


# --- the description --------------------------------------------------------------------------------------


def test_the_description_names_every_route_its_problems_and_its_security(api):
    answer = api.client.get("/api/openapi.json")
    told = answer.json()
    assert told["openapi"].startswith("3.1")
    routes = {
        (method.upper(), path): operation
        for path, operations in told["paths"].items()
        for method, operation in operations.items()
    }
    handlers = [
        (method, re.sub(r":[a-z]+}", "}", route.path_format), handler.opt.get("permission"))
        for route in api.app.routes
        for handler in route.route_handlers
        for method in handler.http_methods - {"OPTIONS", "HEAD"}
        if route.path_format.startswith("/api/") and "openapi" not in route.path_format
    ]
    assert set(routes) == {(method, path) for method, path, _ in handlers}
    for method, path, permission in handlers:
        operation = routes[method, path]
        assert ("security" in operation) is (permission is not None)
        assert {"401", "403"} <= set(operation["responses"]) or permission is None
        assert operation["description"]
        for status, response in operation["responses"].items():
            if int(status) >= 400:
                (said,) = response["content"]
                assert said == "application/problem+json", (method, path, status)
    assert told["components"]["securitySchemes"]["token"]["scheme"] == "bearer"


def test_every_type_of_problem_can_be_looked_up(api):
    told = api.client.get("/api/problems").json()["problems"]
    assert {"/api/problems#stolen", "/api/problems#too-large"} <= {one["type"] for one in told}
