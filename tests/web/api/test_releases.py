"""Codes through the API: one door, one answer per key, receipts that verify, limits that are told."""

import json
import queue

import pytest
from hosted import ADDRESS, BP, BP_MODEL, CANARY, CAR, OTHER_CAR, problem

from radiokey.base.identity.roles import EVERY, Permission
from radiokey.base.limits import Limit, Limits
from radiokey.base.log import verify_receipt_file
from radiokey.clock import DAY_MS, HOUR_MS
from radiokey.errors import StoreError, StoreGoneError
from radiokey.language.speech import gettext
from radiokey.web.app import HEADERS

DUSTER, CODE = "281155216RT V212", "4786"


# --- a code -----------------------------------------------------------------------------------------------


def test_a_code_comes_with_a_receipt_that_verifies_offline(api):
    answer = api.release(api.token())
    assert answer.status_code == 200
    told = answer.json()
    assert (told["code"], told["source"], told["family"], told["tier"]) == (
        CODE,
        "derivation",
        "renault-precode",
        "A",
    )
    verified = verify_receipt_file(json.dumps(told["receipt"]), str(api.base.log.key))
    assert verified.serial.text == told["serial"] == "V212"
    assert api.entries() == 1
    assert answer.headers["cache-control"] == "no-store"
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS


def test_the_same_key_is_the_same_request_to_the_byte_and_is_logged_once(api):
    """Bare or in quotes, as the draft on idempotency keys writes it."""
    token = api.token()
    first, again, quoted = (api.release(token, key) for key in ("k1", "k1", '"k1"'))
    assert first.content == again.content == quoted.content
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == quoted.headers["idempotency-replayed"] == "true"
    assert api.entries() == 1


def test_a_key_with_another_question_is_refused(api):
    token = api.token()
    api.release(token)
    problem(api.release(token, serial="V213"), 422, "request-reused")
    assert api.entries() == 1


def test_the_same_key_of_two_accounts_is_two_requests(api):
    """Nobody meets, or blocks, the requests of others by guessing keys."""
    assert api.release(api.token("ann")).status_code == 200
    other = api.release(api.token("bob"), serial="V213")
    assert other.status_code == 200
    assert "idempotency-replayed" not in other.headers
    assert api.entries() == 2


@pytest.mark.parametrize("key", [None, "", "a b", "x" * 65, '"k1', "k1'", "é".encode(), "k;x"])
def test_a_request_without_a_proper_key_is_malformed(api, key):
    head = {} if key is None else {"Idempotency-Key": key}
    body = {"serial": DUSTER, "owns": True}
    problem(api.ask("POST", "/api/releases", api.token(), json=body, headers=head), 400, "malformed")
    assert api.entries() == 0


def test_without_the_statement_of_ownership_there_is_no_code(api):
    problem(api.release(api.token(), owns=False), 400, "ownership-not-stated")


def test_a_unit_of_the_ledger_opens_for_its_car_and_model_and_nobody_elses(api):
    api.add_unit()
    token = api.token()
    right = api.release(token, "a", serial=BP, model=BP_MODEL, vin=CAR)
    assert (right.json()["code"], right.json()["source"]) == (CANARY, "ledger")
    refused = [
        api.release(token, "b", serial=BP, model=BP_MODEL, vin=OTHER_CAR),
        api.release(token, "c", serial=BP, model=BP_MODEL),
        api.release(token, "d", serial=BP),
        api.release(token, "m", serial=BP, model="nissan_connect_lcn", vin=CAR),
        api.release(token, "e", serial="22000055", make="honda", vin=CAR),
    ]
    told = [problem(answer, 403, "not-released") for answer in refused]
    assert all(one == told[0] for one in told), "what is there and what is not sound alike"
    assert api.entries() == 1
    # Who holds a token has seen the papers; the ledger knows the model that nobody could name.
    assert api.release(token, "f", serial=BP, vin=CAR).json()["code"] == CANARY


def test_a_dealers_answer_is_logged_and_comes_back_with_a_receipt(api):
    answer = api.release(api.token(), serial=BP, model=BP_MODEL, answer="12-34")
    assert (answer.json()["code"], answer.json()["source"]) == ("1234", "dealer")
    assert api.entries() == 1


def test_a_stolen_radio_is_refused(api):
    token = api.token()
    stolen = {"serial": BP, "reason": "taken from the car park"}
    assert api.ask("POST", "/api/stolen", token, json=stolen).status_code == 201
    problem(api.release(token, serial=BP, model=BP_MODEL, answer="1234"), 403, "stolen")


def test_when_the_base_does_not_answer_the_answer_is_no(api):
    token = api.token()
    api.base.close()
    told = problem(api.release(token), 503, "store")
    assert CODE not in json.dumps(told)


# --- receipts and questions -------------------------------------------------------------------------------


def test_a_receipt_is_given_again_to_whoever_asked_and_nobody_else(api):
    ann, bob = api.token("ann"), api.token("bob")
    receipt = api.release(ann).json()["receipt"]
    assert api.ask("GET", "/api/releases/k1/receipt", ann).json() == receipt
    foreign = api.ask("GET", "/api/releases/k1/receipt", bob)
    unknown = api.ask("GET", "/api/releases/k2/receipt", ann)
    problem(foreign, 404, "not-there")
    assert foreign.content == unknown.content


def asked(api, **body):
    return api.client.post("/api/asked", json=body)


def test_an_owner_learns_of_the_releases_to_the_car_without_a_token(api, clock):
    api.add_unit()
    token = api.token()
    api.release(token, "a", serial=BP, model=BP_MODEL, vin=CAR)
    clock.ms += HOUR_MS
    api.release(token, "b", serial=BP, model=BP_MODEL, vin=OTHER_CAR, answer="1234")
    told = asked(api, serial=BP, vin=CAR).json()["releases"]
    assert [(one["source"], one["index"]) for one in told] == [("ledger", 0), ("dealer", 1)]
    assert [one["at_ms"] for one in told] == [clock.ms - HOUR_MS, clock.ms]


def test_unknown_not_yours_and_never_released_are_the_same_bytes(api):
    api.add_unit()
    api.add_unit("BP538790000007", vin=OTHER_CAR)
    api.release(api.token(), serial=BP, model=BP_MODEL, vin=CAR)
    answers = [
        asked(api, serial=BP, vin=OTHER_CAR),
        asked(api, serial="BP538799999994", vin=CAR),
        asked(api, serial="BP538790000007", vin=OTHER_CAR),
    ]
    assert {answer.content for answer in answers} == {b'{"releases":[]}'}
    assert (
        len(
            {
                str(sorted(one.headers.items() - {("request-id", one.headers["request-id"])}))
                for one in answers
            }
        )
        == 1
    )


def test_a_receipt_tells_of_every_release_of_its_unit_but_of_no_other_radio_with_a_shared_number(api):
    api.add_unit()
    token = api.token()
    receipt = api.release(token, "a", serial=BP, model=BP_MODEL, vin=CAR).json()["receipt"]
    api.release(token, "b", serial=BP, model=BP_MODEL, answer="1234")
    assert [one["index"] for one in asked(api, receipt=receipt).json()["releases"]] == [0, 1]
    shared = api.release(token, "c").json()["receipt"]
    api.release(token, "d")
    assert [one["index"] for one in asked(api, receipt=shared).json()["releases"]] == [2]


def test_a_receipt_of_another_log_is_refused(api, make_api, tmp_path):
    other = make_api(tmp_path / "other.sqlite3")
    receipt = other.release(other.token()).json()["receipt"]
    problem(asked(api, receipt=receipt), 422, "receipt")


@pytest.mark.parametrize(
    "body", [{}, {"serial": BP}, {"vin": CAR}, {"serial": BP, "vin": CAR, "receipt": {}}, {"receipt": None}]
)
def test_a_question_names_a_receipt_or_a_number_and_a_car(api, body):
    problem(asked(api, **body), 400, "usage")


def test_questions_are_limited_by_address(make_api, clock):
    api = make_api(limits=Limits({"asked": Limit(2, DAY_MS)}))
    assert [asked(api, serial=BP, vin=CAR).status_code for _ in range(3)] == [200, 200, 429]
    assert problem(asked(api, serial=BP, vin=CAR), 429, "limit-reached")["limit"] == "asked"
    api.at.address = "203.0.113.8"
    assert asked(api, serial=BP, vin=CAR).status_code == 200
    api.at.address = ADDRESS
    clock.ms += DAY_MS
    assert asked(api, serial=BP, vin=CAR).status_code == 200


# --- limits -----------------------------------------------------------------------------------------------


def test_a_caller_is_told_their_own_limit(make_api, clock):
    api = make_api(limits=Limits({"account": Limit(2, DAY_MS)}))
    token = api.token()
    first = api.release(token, "a")
    assert first.headers["ratelimit-policy"] == '"account";q=2;w=86400'
    assert first.headers["ratelimit"] == '"account";r=1;t=43200'
    assert api.release(token, "b").headers["ratelimit"] == '"account";r=0;t=86400'
    clock.ms += HOUR_MS
    full = api.release(token, "c")
    told = problem(full, 429, "limit-reached")
    assert (told["limit"], told["retry_after_s"]) == ("account", 11 * 3600)
    assert full.headers["retry-after"] == "39600"
    assert full.headers["ratelimit"] == '"account";r=0;t=39600'
    assert api.release(token, "a").status_code == 200, "a repeat is free"
    clock.ms += 11 * HOUR_MS
    assert api.release(token, "c").status_code == 200


def test_an_account_has_its_limit_wherever_it_asks_from_and_however_many_tokens_it_has(make_api):
    api = make_api(limits=Limits({"account": Limit(2, DAY_MS), "client": Limit(1, DAY_MS)}))
    one, two = api.token("ann"), api.token("ann")
    assert api.release(one, "a").status_code == 200
    api.at.address = "198.51.100.9"
    assert api.release(two, "b").status_code == 200
    assert api.release(two, "c").status_code == 429
    assert api.release(api.token("bob"), "a").status_code == 200


def test_a_network_has_a_limit_whoever_asks_there(make_api):
    api = make_api(limits=Limits({"network": Limit(1, DAY_MS)}))
    assert api.release(api.token("ann"), "a").status_code == 200
    api.at.address = "203.0.113.200"
    told = problem(api.release(api.token("bob"), "a"), 429, "limit-reached")
    assert told["limit"] == "network"
    api.at.address = "203.0.114.1"
    assert api.release(api.token("bob"), "a").status_code == 200


# --- who asks ---------------------------------------------------------------------------------------------


def test_one_token_is_refused_like_another_whatever_is_wrong_with_it(api, clock):
    ended = api.token()
    api.base.tokens.end(ended.split("_")[1], by="local")
    expired = api.token(days=1)
    clock.ms += DAY_MS
    held = api.token()
    nearly = held[:-1] + ("x" if held[-1] != "x" else "y")
    wrong = ["", "rk_x", "Ã©", ended, expired, held[:-1], nearly]
    answers = [api.release(text) for text in wrong]
    answers += [api.ask("POST", "/api/releases", headers={"Authorization": f"Basic {held}"})]
    for answer in answers:
        problem(answer, 401, "token")
        assert answer.headers["www-authenticate"] == 'Bearer realm="radiokey", error="invalid_token"'
    assert len({answer.content for answer in answers}) == 1
    assert api.release(None).headers["www-authenticate"] == 'Bearer realm="radiokey"'
    assert api.release(None).content == answers[0].content
    assert api.release(held).status_code == 200


def test_who_asks_in_russian_is_refused_in_russian(api, monkeypatch):
    """Also where a thread looked for several at once, and where the whole base does not answer."""
    russian = {"Accept-Language": "ru", "Idempotency-Key": "k1"}
    body = {"serial": DUSTER, "owns": True}
    token = api.token()

    def gone(_):
        raise StoreError(gettext("the log is still being recomputed"), hint=gettext("ask again in a while"))

    monkeypatch.setattr(api.base.releases._batcher, "_serve", gone)
    for asked_with, status, slug in (("rk_x", 401, "token"), (token, 503, "store")):
        answer = api.ask("POST", "/api/releases", asked_with, json=body, headers=russian)
        told = problem(answer, status, slug)
        assert answer.headers["content-language"] == "ru"
        assert not (told["detail"] + told["hint"]).isascii()


def test_where_the_server_went_away_tokens_are_not_looked_for_one_by_one(api, monkeypatch):
    """Each look would wait as long again, and with it all who ask."""
    looks, answered = [], queue.SimpleQueue()

    def gone(tokens):
        looks.append(len(tokens))
        raise StoreGoneError("gone", hint="")

    holders = api.app.state.site._token_holders
    monkeypatch.setattr(holders, "_serve", gone)
    monkeypatch.setattr(holders, "_answering", True)  # somebody has the turn
    for number in range(8):
        holders.ask_soon(str(number), answered.put)
    holders._end_turn()
    assert all(isinstance(answered.get(), StoreGoneError) for _ in range(8))
    assert looks == [8]


def test_a_token_that_came_in_clear_from_elsewhere_is_refused(api):
    token = api.token()
    api.at.scheme = "http"
    problem(api.release(token), 403, "token-in-clear")
    api.at.address = "127.0.0.1"
    assert api.release(token).status_code == 200


ROUTES = [
    ("POST", "/api/releases", "code:release"),
    ("GET", "/api/releases/k1/receipt", "code:release"),
    ("POST", "/api/stolen", "stolen:report"),
    ("GET", "/api/stolen/clearings", "stolen:list"),
    ("POST", "/api/stolen/clearings", "stolen:propose"),
    ("POST", "/api/stolen/clearings/c1", "stolen:clear"),
    ("GET", "/api/units", "unit:search"),
    ("GET", "/api/tokens", "token:list"),
    ("POST", "/api/tokens", "token:make"),
    ("DELETE", "/api/tokens/t1", "token:end"),
    ("GET", "/api/audit", "audit:read"),
    ("GET", "/metrics", "metrics:read"),
]


@pytest.mark.parametrize(("method", "path", "scope"), ROUTES)
def test_a_route_takes_exactly_its_scope(api, method, path, scope):
    assert api.ask(method, path).status_code == 401
    without = api.ask(method, path, api.token(scopes=EVERY - {Permission(scope)}))
    assert without.status_code == 403
    assert 'error="insufficient_scope"' in without.headers["www-authenticate"]
    assert scope in problem(without, 403, "not-allowed")["hint"]
    assert api.ask(method, path, api.token(scopes=[Permission(scope)])).status_code not in {401, 403}


def test_every_permission_opens_a_route(api):
    """Of the API or of the pages of the staff; one that opens nothing is none."""
    handlers = [handler for route in api.app.routes for handler in getattr(route, "route_handlers", ())]
    taken = {str(handler.opt["permission"]) for handler in handlers if handler.opt.get("permission")}
    assert {scope for _, _, scope in ROUTES} <= taken
    assert taken == set(Permission)


def test_ones_own_base_answers_its_owner_on_that_machine_and_nobody_else(make_api):
    api = make_api(hosted=False)
    api.at.address, api.at.scheme = "127.0.0.1", "http"
    answer = api.release(None)
    assert answer.json()["code"] == CODE
    assert answer.headers["ratelimit"].startswith('"client"')
    forwarded = api.ask("GET", "/api/tokens", headers={"X-Forwarded-For": "203.0.113.9"})
    problem(forwarded, 401, "token")
    api.at.address = ADDRESS
    problem(api.release(None), 401, "token")
    api.at.address = "::ffff:127.0.0.1"
    assert api.release(None).status_code == 200


def test_a_hosted_base_wants_a_token_from_its_own_machine_too(api):
    api.at.address = "127.0.0.1"
    problem(api.release(None), 401, "token")


# --- behind a proxy ---------------------------------------------------------------------------------------

PROXY = "192.0.2.5"


def test_a_configured_proxy_says_who_asks_and_whether_over_tls(make_api):
    api = make_api(proxies=["192.0.2.0/24"], limits=Limits({"asked": Limit(1, DAY_MS)}))
    token = api.token()
    api.at.address, api.at.scheme = PROXY, "http"
    over_tls = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "6.6.6.6, 203.0.113.7, 192.0.2.9"}
    assert api.ask("GET", "/api/tokens", token, headers=over_tls).status_code == 200
    problem(
        api.ask("GET", "/api/tokens", token, headers={"X-Forwarded-For": "203.0.113.7"}),
        403,
        "token-in-clear",
    )
    body = {"serial": BP, "vin": CAR}
    assert api.ask("POST", "/api/asked", json=body, headers=over_tls).status_code == 200
    # What the client itself put before its address counts for nothing.
    pretended = over_tls | {"X-Forwarded-For": "7.7.7.7, 203.0.113.7"}
    assert api.ask("POST", "/api/asked", json=body, headers=pretended).status_code == 429
    another = over_tls | {"X-Forwarded-For": "203.0.113.9"}
    assert api.ask("POST", "/api/asked", json=body, headers=another).status_code == 200


@pytest.mark.parametrize(
    "write", ["{}:{}", "nobody-{1}", "for={};n={}"], ids=["port", "unreadable", "RFC 7239"]
)
def test_another_form_of_the_header_is_no_other_client(make_api, write):
    """Fourteen requests passed a limit of ten, each with another port; what cannot be read is one client."""
    api = make_api(proxies=["192.0.2.0/24"], limits=Limits({"asked": Limit(10, DAY_MS)}))
    api.at.address = PROXY
    name = "Forwarded" if "for=" in write else "X-Forwarded-For"
    answers = [
        api.ask(
            "POST",
            "/api/asked",
            json={"serial": BP, "vin": CAR},
            headers={name: write.format("203.0.113.7", 50_000 + at)},
        )
        for at in range(14)
    ]
    assert [answer.status_code for answer in answers] == [200] * 10 + [429] * 4


def test_anybody_else_who_says_so_is_not_believed(make_api):
    api = make_api(limits=Limits({"asked": Limit(1, DAY_MS)}))
    body = {"serial": BP, "vin": CAR}
    answers = [
        api.ask("POST", "/api/asked", json=body, headers={"X-Forwarded-For": f"198.51.100.{last}"})
        for last in (1, 2)
    ]
    assert [answer.status_code for answer in answers] == [200, 429]


def test_what_a_proxy_forwards_without_an_address_is_not_from_its_own_machine(make_api):
    api = make_api(hosted=False, proxies=["127.0.0.1"])
    api.at.address = "127.0.0.1"
    for said in ("", "nonsense", "127.0.0.1"):
        problem(api.ask("GET", "/api/tokens", headers={"X-Forwarded-For": said}), 401, "token")


# --- both databases ---------------------------------------------------------------------------------------


def place(kind, request, tmp_path, monkeypatch):
    monkeypatch.setenv("RADIOKEY_SECRETS", str(tmp_path))
    return tmp_path / "both.sqlite3" if kind == "sqlite" else request.getfixturevalue("postgres").fresh()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_every_route_has_the_rights_it_needs_in_the_database_and_a_token_its_own(
    kind, make_api, request, tmp_path, monkeypatch
):
    """On PostgreSQL each part is a principal of its own, with the rights of docs/spec/rights.md."""
    api = make_api(place(kind, request, tmp_path, monkeypatch))
    api.add_unit()
    ann, bob = api.token("ann"), api.token("bob")
    report = {"serial": "BP538790000007", "reason": "taken"}
    receipt = api.release(ann, "a", serial=BP, model=BP_MODEL, vin=CAR).json()["receipt"]
    assert api.release(ann, "a", serial=BP, model=BP_MODEL, vin=CAR).json()["code"] == CANARY
    assert api.ask("GET", "/api/releases/a/receipt", ann).json() == receipt
    assert len(asked(api, serial=BP, vin=CAR).json()["releases"]) == 1
    assert len(asked(api, receipt=receipt).json()["releases"]) == 1
    assert api.ask("POST", "/api/stolen", ann, json=report).status_code == 201
    papers = {**report, "papers": "ab" * 32}
    proposed = api.ask("POST", "/api/stolen/clearings", ann, json=papers).json()["id"]
    assert len(api.ask("GET", "/api/stolen/clearings", ann).json()["clearings"]) == 1
    assert api.ask("POST", f"/api/stolen/clearings/{proposed}", bob).status_code == 200
    assert len(api.ask("GET", "/api/units", ann, params={"number": BP}).json()["hits"]) == 1
    wanted = {"account": "cid", "organisation": "Ann's Radios", "scopes": ["code:release"], "days": 1}
    made = api.ask("POST", "/api/tokens", ann, json=wanted).json()
    assert len(api.ask("GET", "/api/tokens", ann).json()["tokens"]) == 3
    assert api.ask("DELETE", f"/api/tokens/{made['card']['id']}", ann).status_code == 200
    problem(api.release(made["token"]), 401, "token")
    acts = [json.loads(line)["act"] for line in api.ask("GET", "/api/audit", ann).text.splitlines()]
    assert acts.count("token:make") == 3
    assert acts[-1] == "token:end"
    assert api.client.get("/api/log/checkpoint").text == receipt["checkpoint"]
    assert api.client.get("/ready").status_code == 200
    assert api.app.state.site.log_monitor.check().problem is None
