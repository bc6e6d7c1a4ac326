"""The desk's pages: who sees what, what each button does, and what is said where it may not."""

import re

import msgspec
import pytest
from counter import CODE, SHOP, TICKS, leads_back
from hosted import BP, CAR, OTHER_CAR
from led import shown_after

from radiokey.base.identity.roles import ROLES, Role
from radiokey.base.identity.staff import PublicProfile
from radiokey.base.requests.contact import Address
from radiokey.base.requests.queue import PAGE
from radiokey.base.requests.reasons import WORDS, Reason
from radiokey.base.requests.request import State
from radiokey.base.sql.principals import Principal
from radiokey.clock import HOUR_MS, MINUTE_MS
from radiokey.errors import NotAllowedError
from radiokey.web.auth.callers import Caller
from radiokey.web.staff.confirm import confirm

# --- the queue --------------------------------------------------------------------------------------------


def test_the_queue_shows_ones_own_turn_first_and_how_late_it_is(counter, page_of, clock):
    first, second = counter.reviewed(), counter.checked()
    clock.ms += 5 * HOUR_MS
    clerk, approver = (page_of(counter.get("/desk", who).text) for who in ("cle", "app"))
    assert [link for link in clerk.links if "/requests/" in link][1:] == [
        f"/desk/requests/{first}",
        f"/desk/requests/{second}",
    ]
    assert [link for link in approver.links if "/requests/" in link] == [
        f"/desk/requests/{second}",
        f"/desk/requests/{first}",
    ]
    assert "A clerk is to act: your turn" in clerk.words
    assert "An approver is to act: your turn" in approver.words
    assert "overdue by 1 h" in clerk.words
    assert "due in 3 h" in clerk.words
    assert "since 5 h" in clerk.words


def test_a_queue_of_more_than_a_page_goes_on_behind_the_last_line(counter, page_of, clock):
    """Nobody falls off the end of a list."""
    for _ in range(PAGE + 1):
        last = counter.ask()
        clock.ms += 1
    first = page_of(counter.get("/desk", "cle").text)
    assert f"{PAGE} of {PAGE + 1} shown." in first.words
    assert f"/desk/requests/{last}" not in first.links
    (following,) = [link for link in first.links if link.startswith("/desk?turn=owner&after=")]
    page = page_of(counter.get(following, "cle").text)
    requests = [link for link in page.links if link.startswith("/desk/requests/") and link[-3:] != "new"]
    assert requests == [f"/desk/requests/{last}"]
    assert f"1 of {PAGE + 1} shown." in page.words
    assert "A clerk is to act" not in page.words
    assert "/desk" in page.links


@pytest.mark.parametrize(
    "asked",
    [
        "turn=owner",
        "turn=nobody&after=1." + "a" * 32,
        "turn=x&after=1." + "a" * 32,
        "after=x",
        "turn=clerk&after=1",
    ],
)
def test_a_page_of_the_queue_that_is_none_is_refused(counter, asked):
    assert counter.get(f"/desk?{asked}", "cle").status_code == 400


def test_the_three_figures_are_those_of_the_desk(counter, page_of, clock):
    assert "no answer yet" in page_of(counter.get("/desk", "cle").text).words
    one = counter.reviewed()
    counter.ask()
    clock.ms += 90 * MINUTE_MS
    counter.desk.refuse(one, 2, "cle", Reason.PAPERS_CHANGED)
    words = page_of(counter.get("/desk", "aud").text).words
    assert "0 for a clerk, 0 for an approver, 1 for the requester" in words
    assert "1 h 30 min" in words
    assert "1 papers changed" in words


def test_a_dealers_request_is_for_that_dealer_and_the_house_alone(counter, api):
    mine, other = counter.reviewed(organisation=SHOP), counter.reviewed(organisation="Bob's Radios")
    queue = counter.get("/desk", "cle").text
    assert mine in queue
    assert other not in queue
    assert counter.get(f"/desk/requests/{other}", "cle").status_code == 404
    assert counter.post(f"/desk/requests/{other}/refuse", "cle", seen="2", reason="stolen").status_code == 404
    assert counter.view(other).act == 2
    assert other not in counter.get(f"/desk/search?number={BP}", "cle").text
    assert counter.get(f"/desk/requests/{other}", "aud").status_code == 200
    api.base.staff.add_organisation("desk", "The central desk", "office", PublicProfile(), by="local")
    api.base.staff.add_organisation("garage", "A garage", "dealer", PublicProfile(), by="local")
    for organisation, seen in (("codes.example.org", True), ("desk", True), ("garage", False)):
        clerk = api.token(f"of-{organisation}", ROLES[Role.CLERK], organisation=organisation)
        assert (other in api.ask("GET", "/desk", clerk).text) is seen
        assert api.ask("GET", f"/desk/requests/{other}", clerk).status_code == (200 if seen else 404)


def test_a_number_leads_to_its_requests_and_units_with_one_typing_error_too(counter, page_of):
    one = counter.reviewed()
    exact = page_of(counter.get(f"/desk/search?number={BP}", "cle").text)
    assert f"/desk/requests/{one}" in exact.links
    assert CAR in exact.words
    near = page_of(counter.get(f"/desk/search?number={BP[:-1]}8", "cle").text)
    assert f"/desk/requests/{one}" in near.links
    assert "character 14" in near.words
    assert counter.get("/desk/search", "cle").status_code == 200
    assert counter.get("/desk/search?number=%21%21", "cle").status_code == 422
    acts = counter.api.ask("GET", "/api/audit", counter.token("aud")).text
    assert acts.count('"unit:search"') == 2


def test_a_number_that_many_share_leads_to_the_requests_for_it(counter, page_of):
    one = counter.ask(serial=counter.parse("281155216RT V212"), model=None)
    page = page_of(counter.get("/desk/search?number=V212", "cle").text)
    assert f"/desk/requests/{one}" in page.links
    assert "The ledger has no unit" in page.words


# --- a request --------------------------------------------------------------------------------------------


def test_a_request_says_what_was_asked_what_is_known_and_what_was_done(counter, page_of):
    one = counter.reviewed()
    page = page_of(counter.get(f"/desk/requests/{one}", "cle").text)
    for said in (
        f"{BP} : in review",
        "It is the turn of a clerk , due in 8 h",
        f"VIN {CAR}",
        "Ledger: this unit is in this car yes",
        "Ledger: it is this model yes",
        "Looked up now not on the list",
        "the owner opened the request",
        "the owner sent papers: 1 paper",
        "Logged: request:check by cle, now.",
    ):
        assert said in page.words, said
    (paper,) = counter.desk.papers(one)
    assert f"/desk/requests/{one}/papers/{paper.id}" in page.links


def test_the_comparison_shows_nothing_of_another_car(counter, page_of, api):
    """B10, 3.4: whoever may look at a request does not learn from it what the ledger holds."""
    other = counter.reviewed(vin=counter.vin(OTHER_CAR))
    page = page_of(counter.get(f"/desk/requests/{other}", "cle").text)
    assert "Ledger: this unit is in this car no" in page.words
    assert CAR not in page.words
    unknown = counter.reviewed(serial=counter.parse("BP538769684801"))
    page = page_of(counter.get(f"/desk/requests/{unknown}", "cle").text)
    assert "in this car not known the ledger has no unit of this number" in page.words
    api.add_unit("BP538769684801", vin="")
    page = page_of(counter.get(f"/desk/requests/{unknown}", "cle").text)
    assert "in this car not known Ledger" in page.words


def test_the_stolen_list_is_looked_up_when_the_page_is_opened(counter, page_of, api):
    one = counter.reviewed()
    api.base.blacklist.add(counter.parse(BP), reason="police", by="reg")
    assert (
        "reported stolen: the door will refuse"
        in page_of(counter.get(f"/desk/requests/{one}", "app").text).words
    )
    shared = counter.reviewed(serial=counter.parse("281155216RT V212"), model=None)
    api.base.blacklist.add(counter.parse("V212"), vin=counter.vin(CAR), reason="police", by="reg")
    assert "of this car, is reported" in page_of(counter.get(f"/desk/requests/{shared}", "cle").text).words


def test_three_people_bring_a_request_to_its_code_by_pages_alone(counter, page_of, api):
    one = counter.reviewed()
    path = f"/desk/requests/{one}"
    assert leads_back(counter.post(f"{path}/see-car", "cle", seen="2", vin=CAR), one)
    assert leads_back(counter.post(f"{path}/fee", "cle", seen="3", amount="12,5", currency="eur"), one)
    assert "12.50 EUR" in page_of(counter.get(path, "cle").text).words
    assert leads_back(counter.post(f"{path}/warranty", "cle", seen="4"), one)
    assert "none, under warranty" in page_of(counter.get(path, "cle").text).words
    assert leads_back(counter.post(f"{path}/check", "cle", seen="5", **TICKS), one)
    assert leads_back(counter.post(f"{path}/send-back", "app", seen="6", text="The name."), one)
    assert leads_back(counter.post(f"{path}/check", "cora", seen="7", **TICKS), one)
    assert leads_back(counter.post(f"{path}/approve", "app", seen="8"), one)
    page = page_of(counter.get(path, "app").text)
    assert ": released" in page.words
    assert "app released the code: entry 0 of the log" in page.words
    assert [form.action for form in page.forms] == []
    assert f" {CODE} " not in page.words
    assert " ".join(CODE) not in page.words
    assert [act for _, act in counter.acts(one)][2:] == [
        "car-seen", "fee-recorded", "warranty-recorded", "checked", "sent-back", "checked", "approved", "released",
    ]  # fmt: skip
    assert api.entries() == 1


def test_a_clerk_asks_for_papers_and_writes_and_the_words_are_kept_as_they_are(counter, page_of):
    one = counter.reviewed()
    path = f"/desk/requests/{one}"
    assert leads_back(counter.post(f"{path}/message", "cle", seen="2", text="Which year?\r\nAnd whose?"), one)
    assert leads_back(counter.post(f"{path}/ask-papers", "cle", seen="2", text="The second page."), one)
    view = counter.view(one)
    assert [message.text for message in view.messages] == ["Which year?\nAnd whose?", "The second page."]
    assert view.request.state is State.PAPERS
    assert "The second page." in page_of(counter.get(path, "aud").text).words


@pytest.mark.parametrize("reason", list(Reason))
def test_a_refusal_shows_the_words_that_the_owner_reads(counter, page_of, reason):
    one = counter.reviewed()
    path = f"/desk/requests/{one}"
    page = page_of(counter.get(path, "cle").text)
    assert WORDS[reason] in page.words
    assert page.form(f"{path}/refuse").options["reason"] == [each.value for each in Reason]
    assert leads_back(counter.post(f"{path}/refuse", "cle", seen="2", reason=reason.value), one)
    assert f"cle refused it: {WORDS[reason]}" in page_of(counter.get(path, "cle").text).words


def test_an_approver_refuses_too(counter):
    one = counter.checked()
    assert leads_back(counter.post(f"/desk/requests/{one}/say-no", "app", seen="3", reason="stolen"), one)
    assert counter.acts(one)[-1] == ("app", "refused")


def test_a_refusal_of_the_door_is_said_and_ends_the_request(counter, page_of, api):
    one = counter.checked()
    api.base.blacklist.add(counter.parse(BP), reason="police", by="reg")
    answer = counter.post(f"/desk/requests/{one}/approve", "app", seen="3")
    assert answer.status_code == 403
    words = page_of(answer.text).words
    assert "This radio is reported stolen." in words
    assert f"app was refused by the release: {WORDS[Reason.STOLEN]}" in words
    assert counter.view(one).request.state is State.REFUSED


WHY = "The name on the second paper is another one.\nLook at both."


def test_what_is_sent_back_says_to_staff_why_and_to_nobody_else(counter, page_of, api):
    """What one of the desk thinks of another's work, or of the owner, is not the owner's to read."""
    one = counter.checked(address=Address.parse("owner@example.org"))
    path = f"/desk/requests/{one}"
    assert leads_back(counter.post(f"{path}/send-back", "app", seen="3", text=WHY), one)
    for who in ("cle", "cora", "app", "aud"):
        words = page_of(counter.get(path, who).text).words
        said = " ".join(WHY.split())
        assert f"An approver sent it back: look again {said}" in words
        assert f"app sent it back to a clerk: {said}" in words
    owner = api.ask("GET", api.app.state.site.link_to(one))
    assert owner.status_code == 200
    assert "A clerk looks at your papers" in owner.text
    assert "name on the second paper" not in owner.text
    with api.base.stores.of(Principal.AUDITOR).snapshot() as seen:
        assert [act.act for act in seen.acts() if act.who == "app"] == ["request:send-back"]
    with api.base.stores.of(Principal.DESK).snapshot() as seen:
        assert [mail.template for mail in seen.mails_to_send(10, 0)] == ["received"]
    assert counter.view(one).messages == ()
    assert leads_back(counter.post(f"{path}/check", "cora", seen="4", **TICKS), one)
    words = page_of(counter.get(path, "app").text).words
    assert "look again" not in words.partition("History")[0].replace("Have a clerk look again", "")


def test_a_history_from_before_reasons_were_asked_for_is_read(counter, page_of):
    one = counter.checked()
    store = counter.api.base.stores.of(Principal.APPROVER)
    last = counter.view(one).history[-1]
    with store.transaction() as transaction:
        transaction.add_request_act(
            msgspec.structs.replace(last, number=4, act="sent-back", by="app", state="review", detail="{}")
        )
    page = page_of(counter.get(f"/desk/requests/{one}", "cle").text)
    assert "app sent it back to a clerk" in page.words
    assert "look again" not in page.words


@pytest.mark.parametrize("who", ["app", "cle", "aud"])
def test_a_decision_comes_after_what_it_rests_on(counter, who):
    """The order of reading, also for a screen reader and the Tab key: papers, list, then what is decided."""
    one = counter.reviewed() if who == "cle" else counter.checked()
    text = counter.get(f"/desk/requests/{one}", who).text
    order = [text.index(f'<h2 id="{name}"') for name in ("asked", "papers", "compared")]
    decided = [text.index(f'action="/desk/requests/{one}/{act}"') for act in DECIDES[who]]
    assert [*order, *decided] == sorted([*order, *decided])


DECIDES = {"app": ("approve", "send-back", "say-no"), "cle": ("check", "refuse", "message"), "aud": ()}

# --- who may not ------------------------------------------------------------------------------------------


def test_nobody_approves_what_they_checked_and_the_page_says_why(counter, page_of, api):
    """B10; not a hidden button: the same form sent by hand is refused as well."""
    both = api.token("cle", ROLES[Role.CLERK] | ROLES[Role.APPROVER])
    one = counter.checked("cle")
    page = page_of(api.ask("GET", f"/desk/requests/{one}", both).text)
    assert "somebody else approves it" in page.words
    assert f"/desk/requests/{one}/approve" not in [form.action for form in page.forms]
    answer = api.ask("POST", f"/desk/requests/{one}/approve", both, data={"seen": "3"})
    assert answer.status_code == 403
    assert (
        "The person who checked a request or saw its car does not approve it." in page_of(answer.text).words
    )
    refused = api.ask("POST", f"/desk/requests/{one}/say-no", both, data={"seen": "3", "reason": "stolen"})
    assert refused.status_code == 403
    assert counter.view(one).act == 3


def test_whoever_reported_the_radio_does_not_approve_its_code(counter, page_of, api):
    one = counter.checked()
    api.base.blacklist.add(counter.parse(BP), reason="police", by="app")
    answer = counter.post(f"/desk/requests/{one}/approve", "app", seen="3")
    assert answer.status_code == 403
    assert "does not approve its code" in page_of(answer.text).words
    assert counter.view(one).request.state is State.SECOND


def test_an_approval_takes_a_person_and_not_only_a_machine(api):
    """The step-up stands in one place; a caller without an account is nobody."""

    class ReleaseHistory:
        auth = Caller("local", "")

    with pytest.raises(NotAllowedError):
        confirm(api.app.state.site, ReleaseHistory(), "request:approve r1 3", "")


def test_whoever_opened_a_request_for_a_customer_does_not_check_it_and_sees_the_code(counter, page_of, api):
    opened = counter.get("/desk/requests/new", "cle")
    form = page_of(opened.text).form("/desk/requests/new")
    sent = form.fields | {"text": BP, "model": "nissan_blaupunkt_bp", "vin": CAR, "address": "o@example.org"}
    answer = counter.post("/desk/requests/new", "cle", **sent)
    assert counter.post("/desk/requests/new", "cle", **sent).headers["location"] == answer.headers["location"]
    path = answer.headers["location"]
    one = path.rpartition("/")[2]
    assert (counter.view(one).stored.requester, counter.view(one).stored.organisation) == ("cle", SHOP)
    assert len(counter.desk.queue(counter.view(one).request.turn).lines) == 1
    for _ in range(2):
        files = {"registration": ("r.pdf", b"a registration", "application/pdf")}
        sent = api.ask(
            "POST",
            f"{path}/papers",
            counter.token("cle"),
            data={"seen": "1"},
            files=files,
            follow_redirects=False,
        )
        assert leads_back(sent, one)
    assert len(counter.desk.papers(one)) == 1
    page = page_of(counter.get(path, "cle").text)
    assert "colleagues check and approve it" in page.words
    assert [form.action for form in page.forms] == [f"{path}/papers", f"{path}/withdraw"]

    def code_for(who):
        """Ask for the code, whose page a reload asks for again."""
        asked = counter.post(f"{path}/code", who, seen="2")
        assert asked.headers["location"] == f"{path}/code"
        answer = counter.api.ask("GET", f"{path}/code", counter.token(who), follow_redirects=False)
        return shown_after(answer, lambda to: counter.get(to, who))

    denied = counter.post(f"{path}/check", "cle", seen="2", **TICKS)
    assert denied.status_code == 403
    assert "The requester decides nothing about the request." in page_of(denied.text).words
    assert code_for("cle").status_code == 409
    counter.desk.check(one, 2, "cora", counter.all_ticks)
    counter.desk.approve(one, 3, "app")
    shown = code_for("cle")
    assert shown.headers["cache-control"] == "no-store"
    assert f'aria-label="{" ".join(CODE)}"' in shown.text
    assert code_for("cora").status_code == 403
    assert api.entries() == 1


def test_papers_are_added_by_whoever_asked_and_said_why_if_they_are_not(counter, page_of, api):
    one = counter.desk.open(counter.application(), "cle")
    path = f"/desk/requests/{one}/papers"

    def send(who, **other):
        files = {"registration": ("r.pdf", b"a registration", "application/pdf")}
        sent = {"data": {"seen": "1"}, "files": files, "follow_redirects": False} | other
        answer = api.ask("POST", path, counter.token(who), **sent)
        return shown_after(answer, lambda to: counter.get(to, who))

    assert send("cora").status_code == 403
    none = send("cle", files={"registration": ("", b"", "")})
    assert none.status_code == 400
    assert "No paper was chosen." in page_of(none.text).words
    counter.desk.submit(one, 1, "cle")
    assert send("cle").status_code == 409
    assert counter.desk.papers(one) == ()


def test_a_customers_request_is_submitted_and_withdrawn_by_whoever_opened_it(counter):
    one = counter.desk.open(counter.application(), "cle")
    assert leads_back(counter.post(f"/desk/requests/{one}/submit", "cle", seen="1"), one)
    assert counter.post(f"/desk/requests/{one}/withdraw", "cora", seen="2").status_code == 403
    assert leads_back(counter.post(f"/desk/requests/{one}/withdraw", "cle", seen="2"), one)
    assert counter.view(one).request.state is State.WITHDRAWN


ROUTES = (
    ("GET", "/desk"),
    ("GET", "/desk/search"),
    ("GET", "/desk/requests/new"),
    ("POST", "/desk/requests/new"),
    ("GET", "/desk/requests/{id}"),
    *(
        ("POST", f"/desk/requests/{{id}}/{act}")
        for act in (
            "message", "ask-papers", "see-car", "fee", "warranty", "check", "refuse", "approve", "send-back",
            "say-no", "submit", "withdraw", "code", "papers",
        )
    ),
)  # fmt: skip


def test_every_route_of_the_desk_takes_its_permission(counter, api, routes_under):
    """Each route by each role that lacks its permission, and by nobody; nothing changes."""
    one = counter.reviewed()
    found = routes_under("/desk")
    assert {(method, path) for method, path, _ in found} >= {
        (method, path.replace("{id}", "{request_id}")) for method, path in ROUTES
    }
    for method, path, permission in found:
        if permission is None:
            continue
        address = re.sub(r"\{request_id\}", one, path)
        assert api.ask(method, address, data={}).status_code == 401, address
        for who, role in (
            ("cle", Role.CLERK),
            ("app", Role.APPROVER),
            ("reg", Role.REGISTRAR),
            ("aud", Role.AUDITOR),
        ):
            if permission not in ROLES[role]:
                assert api.ask(method, address, counter.token(who), data={}).status_code == 403, (
                    who,
                    address,
                )
    assert counter.view(one).act == 2


@pytest.mark.parametrize(("method", "path"), [route for route in ROUTES if "{id}" in route[1]])
def test_a_request_that_is_not_there_is_not_found(counter, method, path):
    who = "app" if path.rpartition("/")[2] in {"approve", "send-back", "say-no"} else "cle"
    fields = {"seen": "1", "text": "x", "vin": CAR, "amount": "1", "currency": "EUR", "reason": "stolen"}
    names = {"message": ["text"], "ask-papers": ["text"], "see-car": ["vin"], "fee": ["amount", "currency"]}
    act = path.rpartition("/")[2]
    sent = {
        name: fields[name]
        for name in ["seen", *names.get(act, []), *(["reason"] * (act in {"refuse", "say-no"}))]
    }
    answer = counter.api.ask(method, path.replace("{id}", "0" * 32), counter.token(who), data=sent)
    assert answer.status_code == 404


def test_a_base_of_ones_own_has_no_desk(make_api):
    own = make_api(hosted=False)
    own.at.address, own.at.scheme = "127.0.0.1", "http"
    for path in ("/desk", "/desk/search", "/desk/requests/new", "/desk/requests/x"):
        assert own.client.get(path).status_code == 404
