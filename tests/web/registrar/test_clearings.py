"""A clearing on the registrar's pages: the paper handed in, looked at, and decided by somebody else."""

import html
import json
from hashlib import sha256

import pytest
from counter import Counter
from desks import AsSent
from hosted import BP, CAR
from led import shown_after
from visitors import ORIGIN

from radiokey.base.identity.roles import Role
from radiokey.base.papers.kind import KEPT_DAYS, REJECTED_KEPT_DAYS, PaperKind
from radiokey.base.stolen.clearings import WAITS_DAYS
from radiokey.clock import DAY_MS
from radiokey.confined.content import BYTES_MAX
from radiokey.confined.refusal import WORDS, Refusal, paper_error

LIST, CLEARINGS = "/registrar/stolen", "/registrar/stolen/clearings"
REPORT = {"serial": BP, "vin": CAR, "reason": "taken from the car park"}
TOLD = {**REPORT, "reason": "back with its owner"}
RECEIPT = b"the receipt of the police"
HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture
def reported(counter):
    """Report the radio of the ledger stolen."""
    counter.post(LIST, "cle", **REPORT)
    return counter


def propose(counter, who="reg", data=RECEIPT, **fields):
    answer = counter.api.ask(
        "POST",
        CLEARINGS,
        counter.token(who),
        data=TOLD | fields,
        files={"receipt": ("../IMG <1>.JPG", data, "text/html")} if data is not None else None,
        follow_redirects=False,
    )
    return shown_after(answer, lambda to: counter.get(to, who))


def waiting(api):
    (one,) = api.base.blacklist.proposals()
    return f"{CLEARINGS}/{one.id}"


def led_back(answer):
    assert (answer.status_code, answer.headers.get("location")) == (303, LIST), answer.text
    return True


def audit(counter):
    lines = counter.api.ask("GET", "/api/audit", counter.token("aud")).text.splitlines()
    return [(act["who"], act["act"]) for act in map(json.loads, lines) if act["act"] != "token:make"]


def test_a_report_stands_until_somebody_else_saw_the_paper_and_cleared_it(reported, page_of, api):
    """Claims 72 and 73; each form sent twice is one act."""
    counter = reported
    page = page_of(counter.get(LIST, "reg").text)
    assert page.words.count("taken from the car park") == 1
    there = next(link for link in page.links if link.endswith("#clear"))
    form = page_of(counter.get(there, "reg").text).form(CLEARINGS)
    known = {name: form.fields[name] for name in ("serial", "vin")}
    assert known["vin"] == CAR  # nothing is typed twice but why
    for _ in range(2):
        assert led_back(propose(counter, **known))
    path = waiting(api)
    (proposed,) = api.base.blacklist.proposals()
    assert proposed.papers == sha256(RECEIPT).hexdigest()
    mine = page_of(counter.get(path, "reg").text)
    assert "You proposed it: another registrar looks at the paper and decides." in mine.words
    assert path not in [one.action for one in mine.forms]
    refused_own = counter.post(path, "reg")
    assert refused_own.status_code == 403
    assert "Who proposed a clearing does not carry it out." in page_of(refused_own.text).words
    assert len(api.base.blacklist.list()) == 1

    listed = page_of(counter.get(LIST, "rita").text)
    assert path in listed.links
    theirs = page_of(counter.get(path, "rita").text)
    for told in ("taken from the car park", "back with its owner", CAR, sha256(RECEIPT).hexdigest()):
        assert told in theirs.words, told
    assert f"{path}/paper" in [told.get("src") for tag, told in theirs.tags if tag == "img"]
    shown = counter.get(f"{path}/paper", "rita")
    assert (shown.content, shown.headers["content-type"]) == (RECEIPT + b", cleaned", "image/jpeg")
    assert "sandbox" in shown.headers["content-security-policy"]
    assert shown.headers["cache-control"] == "no-store"
    for _ in range(2):
        assert led_back(counter.post(path, "rita"))
    assert api.base.blacklist.list() == ()
    assert "No radio stands on the list." in page_of(counter.get(LIST, "cle").text).words
    told = page_of(counter.get(f"{LIST}?number={BP}", "cle").text).words
    assert "cleared : back with its owner" in told
    assert "reported, cleared since : taken from the car park" in told
    assert audit(counter) == [
        ("cle", "stolen:report"),
        ("reg", "stolen:propose"),
        ("reg", "stolen:keep-paper"),
        ("rita", "stolen:open-paper"),
        ("rita", "stolen:clear"),
    ]


def test_the_paper_of_a_clearing_is_for_those_who_decide(reported, api):
    """Least rights: who only reads, checks or approves has no business with it."""
    propose(reported)
    path = waiting(api)
    for who in ("cle", "app", "aud"):
        for address in (path, f"{path}/paper"):
            assert reported.get(address, who).status_code == 403, (who, address)
        assert path not in reported.get(LIST, who).text
    assert ("cle", "stolen:open-paper") not in audit(reported)
    for address in (f"{CLEARINGS}/none", f"{CLEARINGS}/none/paper"):
        assert reported.get(address, "reg").status_code == 404
    assert reported.post(f"{CLEARINGS}/none", "reg").status_code == 404
    assert reported.post(f"{CLEARINGS}/none/aside", "reg", reason="x").status_code == 404


class Fussy(AsSent):
    """Takes no film."""

    def clean(self, data):
        if data == b"a film":
            raise paper_error(Refusal.FILM)
        return super().clean(data)


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"data": b"a film"}, "This is a film."),
        ({"data": b""}, "A clearing rests on papers."),
        ({"data": None}, "A clearing rests on papers."),
        ({"data": b"x" * (BYTES_MAX + 200_000)}, WORDS[Refusal.TOO_LARGE][0]),
        ({"serial": "BP538769684801"}, "No such radio stands on the stolen list."),
        ({"reason": " "}, "keeps a reason for every entry"),
        ({"surprise": "x"}, "The form is not as it should be"),
    ],
    ids=["film", "empty", "none", "large", "other", "reason", "field"],
)
def test_a_proposal_that_does_not_hold_says_why_and_keeps_nothing(reported, page_of, api, sent, said):
    api.app.state.site.clearings._papers._cleaner = Fussy()
    answer = propose(reported, **sent)
    assert 400 <= answer.status_code < 500
    page = page_of(answer.text)
    assert said.lower() in page.words.lower()
    assert api.base.blacklist.proposals() == ()
    assert [act for _, act in audit(reported)] == ["stolen:report"]
    if sent.get("data", b"x") in {b"a film", b"", None}:
        assert page.form(CLEARINGS).fields["reason"] == TOLD["reason"]  # what was typed is kept


def test_a_proposal_is_laid_aside_by_either_and_then_it_is_over(reported, page_of, api):
    """A receipt of another radio is no receipt; and whoever chose the wrong file takes it back."""
    for who, reason in (("rita", "another radio's receipt"), ("reg", "the wrong file")):
        propose(reported)
        path = waiting(api)
        assert reported.post(f"{path}/aside", who, reason=" ").status_code == 400
        assert reported.post(f"{path}/aside", who, reason="x" * 501).status_code == 400
        assert led_back(reported.post(f"{path}/aside", who, reason=reason))
        assert (who, "stolen:lay-aside") in audit(reported)
        for again in (path, f"{path}/paper"):
            assert reported.get(again, "rita").status_code == 404
        assert reported.post(path, "rita").status_code == 404
        assert reported.post(f"{path}/aside", "rita", reason="x").status_code == 404
    assert len(api.base.blacklist.list()) == 1
    assert "that wait" not in page_of(reported.get(LIST, "reg").text).words


def test_a_program_proposes_with_the_sum_alone_and_the_page_says_that_nothing_is_here(reported, page_of, api):
    sent = {**TOLD, "papers": "ab" * 32}
    made = api.ask("POST", "/api/stolen/clearings", reported.token("reg"), json=sent)
    assert made.status_code == 201
    path = waiting(api)
    page = page_of(reported.get(path, "rita").text)
    assert "A program proposed this with the sum of a file, and the file is not here." in page.words
    assert reported.get(f"{path}/paper", "rita").status_code == 404
    assert led_back(reported.post(path, "rita"))


def test_hostile_text_on_a_clearing_is_text(reported, api):
    propose(reported, reason=HOSTILE)
    page = reported.get(waiting(api), "rita").text
    assert "<img src=x" not in page
    assert html.escape(HOSTILE, quote=False) in page


def test_papers_of_clearings_go_in_time_and_a_proposal_waits_no_longer_than_it_says(reported, api, clock):
    desk, path = reported.desk, (propose(reported), waiting(api))[1]
    clock.ms += WAITS_DAYS * DAY_MS - 1
    desk.sweep()
    assert reported.get(path, "rita").status_code == 200
    clock.ms += 1
    assert desk.sweep().papers_deleted == 0
    assert reported.get(path, "rita").status_code == 404
    clock.ms += REJECTED_KEPT_DAYS * DAY_MS - 1
    assert desk.sweep().papers_deleted == 0
    clock.ms += 1
    assert desk.sweep().papers_deleted == 1
    assert [act for act in audit(reported) if act[0] == "clock"] == [
        ("clock", "stolen:lay-aside"),
        ("clock", "stolen:delete-paper"),
    ]
    reported._tokens.clear()  # theirs ran out meanwhile
    propose(reported)
    assert led_back(reported.post(waiting(api), "rita"))
    clock.ms += KEPT_DAYS[PaperKind.POLICE_RECEIPT] * DAY_MS - 1
    assert desk.sweep().papers_deleted == 0
    clock.ms += 1
    assert desk.sweep().papers_deleted == 1


def test_a_key_that_seals_the_paper_of_a_clearing_is_in_use(reported, page_of):
    """Retired, it would take the paper with it."""
    propose(reported)
    assert "1 codes, 1 papers" in page_of(reported.get("/registrar/keys", "reg").text).words


# --- with a session: the passkey once more -------------------------------------------------------------------


@pytest.fixture
def two(come, desk):
    """Two registrars, signed in, and a proposal of the first."""
    counter = Counter(desk)
    desk.base.blacklist.add(counter.parse(BP), vin=counter.vin(CAR), reason="taken", by="local")
    rita, rob = come("rita", Role.REGISTRAR), come("rob", Role.REGISTRAR)
    sent = rita.hands_in(CLEARINGS, LIST, {"receipt": ("r.jpg", RECEIPT, "image/jpeg")}, **TOLD)
    assert led_back(sent)
    return rita, rob, waiting(desk)


def test_the_second_registrar_says_with_a_passkey_who_they_are(two, desk):
    """A session alone clears nothing: whoever finds a desk that was left open ends no report."""
    rita, rob, path = two
    assert "data-passkey" not in rita.get(path).text
    assert rita.post(path, csrf=rita.csrf(path), passkey="{}").status_code == 403
    signing_in = rob.key.answer(rob.asked("/sign-in"))
    for answer in ("", "{}", signing_in):
        assert rob.signs(path, passkey=answer).status_code == 401
    assert len(desk.base.blacklist.list()) == 1
    assert led_back(rob.signs(path))
    assert desk.base.blacklist.list() == ()


def test_a_form_from_elsewhere_proposes_nothing(two, desk):
    rita, _, _ = two
    sent = rita.client.post(
        CLEARINGS,
        data=TOLD,
        files={"receipt": ("r.jpg", b"another", "image/jpeg")},
        headers={"Origin": ORIGIN},
        follow_redirects=False,
    )
    assert shown_after(sent, rita.get).status_code == 403
    assert len(desk.base.blacklist.proposals()) == 1


def test_a_base_of_one_s_own_has_no_second_person(make_api, tmp_path, page_of):
    own = make_api(tmp_path / "own.sqlite3", hosted=False)
    answer = own.ask("GET", f"{CLEARINGS}/x", own.token("me"))
    assert answer.status_code == 404
    assert "has no second person" in page_of(answer.text).words
