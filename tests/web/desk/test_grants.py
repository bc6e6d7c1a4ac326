"""What the base signs for a radio, at the desk: one proposes, an approver with the same papers signs (rows 8, 12)."""

import re

import pytest
from hosted import BP, BP_MODEL, HOST
from led import shown_after

from radiokey.base.grants.service import LISTED_DAYS, WAITS_DAYS
from radiokey.base.identity.roles import ROLES, Role
from radiokey.base.keys.unit_key import UnitTrust
from radiokey.clock import DAY_MS
from radiokey.code.signed import Answer, Challenge, ChipGrant, PairingEnd, split
from radiokey.errors import LogError
from radiokey.headunit.sync import answer_from_lines, challenge_lines
from radiokey.serial.number import parse
from radiokey.web.desk.grants import ANSWERS, BODY_BYTES_MAX, PAGE
from radiokey.web.jobs.log_monitor import LogCheck

PAPERS = b"a bill of sale"
CHIP = "00112233445566778899AABBCCDDEEFF"
TOLD = {"text": BP, "model": BP_MODEL, "what": "pairing-end", "number": "5", "reason": "sold with its car"}
HOSTILE = "<img src=x onerror=alert(1)>"
PEOPLE = {
    "kim": (Role.CLERK, HOST),
    "uma": (Role.APPROVER, HOST),
    "dee": (Role.CLERK, "A dealer"),
    "deb": (Role.APPROVER, "A dealer"),
    "rita": (Role.REGISTRAR, HOST),
}


class Office:
    """A base that knows one radio and what its factory kept of it, and people with their forms."""

    def __init__(self, api) -> None:
        self.api = api
        api.add_unit()
        api.base.grants.keep_digest(parse(BP, kinds=("bp12",)), bytes(16), by="registrar")
        self.tokens = {
            who: api.token(who, ROLES[role], 400, organisation=house) for who, (role, house) in PEOPLE.items()
        }

    def get(self, path, who):
        return self.api.ask("GET", path, self.tokens[who])

    def send(self, path, who, papers=PAPERS, **fields):
        """Send a form; return the page that it led to."""
        files = {"papers": ("bill.pdf", papers, "application/pdf")} if papers is not None else None
        answer = self.api.ask(
            "POST", path, self.tokens[who], data=fields, files=files, follow_redirects=False
        )
        shown = shown_after(answer, lambda to: self.get(to, who))
        return self.get(shown.headers["location"], who) if shown.status_code == 303 else shown

    def propose(self, who="kim", **other):
        """Propose by the page's form; return the address of the proposal."""
        answer = self.send(PAGE, who, **TOLD | other)
        assert answer.status_code == 200, answer.text
        return answer.request.url.path

    def names(self):
        return [(one.what, one.by) for one in self.api.base.grants.lines(99)]


@pytest.fixture
def office(api):
    return Office(api)


def signed_on(page):
    return bytes.fromhex(re.search(r"\b[0-9A-F]{150,}\b", page.words)[0])


def test_a_clerk_proposes_an_approver_signs_and_both_have_it_for_the_tester(office, page_of):
    assert "Nothing was proposed in the last 90 days." in page_of(office.get(PAGE, "kim").text).words
    path = office.propose()
    assert office.propose() == path, "the same form again is one proposal"
    mine = page_of(office.get(path, "kim").text)
    assert "You proposed it: give the file of the papers to an approver" in mine.words
    assert [form.action for form in mine.forms if form.action == path] == []
    listed = page_of(office.get(PAGE, "uma").text)
    assert path in listed.links
    assert "waits for you" in listed.words
    assert PAGE not in [form.action for form in listed.forms], "who signs does not propose"
    theirs = page_of(office.get(path, "uma").text)
    for told in ("sold with its car", "kim", BP):
        assert told in theirs.words
    done = page_of(office.send(path, "uma").text)
    data = signed_on(done)
    body, signature = split(data)
    assert PairingEnd.parse(body) == PairingEnd(BP, 5)
    assert UnitTrust(office.api.base.grants.public).verify(PairingEnd.DOMAIN + body, signature)
    assert signed_on(page_of(office.get(path, "kim").text)) == data
    assert signed_on(page_of(office.send(path, "uma").text)) == data, "the same button once more"
    assert office.api.entries() == 1
    assert "signed" in page_of(office.get(PAGE, "kim").text).words


def test_a_new_chip_goes_the_same_way(office, page_of):
    path = office.propose(what="chip-grant", chip=CHIP, number="17")
    body, _ = split(signed_on(page_of(office.send(path, "uma").text)))
    assert ChipGrant.parse(body) == ChipGrant(BP, bytes.fromhex(CHIP), 17, bytes(16))


STRANGERS = (
    ("uma", b"another file", 400, "This is not the file that the proposal rests on."),
    ("uma", None, 400, "This is not the file that the proposal rests on."),
    ("uma", b"x" * (BODY_BYTES_MAX + 1), 422, "larger than"),
    ("kim", PAPERS, 403, ""),
    ("rita", PAPERS, 403, ""),
    ("deb", PAPERS, 404, "No such proposal waits"),
)


def test_who_does_not_have_the_papers_or_is_not_the_other_person_signs_nothing(office, page_of):
    path = office.propose()
    for who, papers, status, said in STRANGERS:
        answer = office.send(path, who, papers)
        assert (answer.status_code, office.api.entries()) == (status, 0), who
        if who == "uma":
            assert said.lower() in page_of(answer.text).words.lower()


def test_one_account_with_both_rights_is_still_one_person(office, page_of):
    office.tokens["both"] = office.api.token("kim", ROLES[Role.APPROVER], organisation=HOST)
    path = office.propose()
    answer = office.send(path, "both")
    assert answer.status_code == 403
    assert "Who proposed a grant does not sign it." in page_of(answer.text).words
    assert office.api.entries() == 0


def test_a_dealer_sees_its_own_and_the_operator_signs_them(office, page_of):
    ours, theirs = office.propose(), office.propose("dee", number="6")
    assert {ours, theirs} <= set(page_of(office.get(PAGE, "uma").text).links)
    seen = page_of(office.get(PAGE, "dee").text)
    assert theirs in seen.links
    assert ours not in seen.links
    assert office.get(ours, "dee").status_code == 404
    assert office.send(theirs, "uma").status_code == 200


def test_a_radio_that_is_reported_stolen_gets_nothing_whenever_it_was_reported(office, page_of):
    done, waiting = office.propose(), office.propose(number="6")
    office.send(done, "uma")
    office.api.base.blacklist.add(parse(BP, kinds=("bp12",)), reason="police report")
    for path in (done, waiting):
        for answer in (office.get(path, "kim"), office.send(path, "uma")):
            assert answer.status_code == 403
            page = page_of(answer.text)
            assert "stolen" in page.words
            assert not re.search(r"\b[0-9A-F]{150,}\b", page.words)
            assert [form for form in page.forms if form.action == path] == []
    assert office.send(PAGE, "kim", **TOLD | {"number": "7"}).status_code == 403
    assert office.api.entries() == 1


WRONG = (
    ({"text": "BP538769684801"}, "signs nothing for such a unit"),
    ({"text": "V21"}, ""),
    ({"what": ""}, "Choose what is to be signed."),
    ({"what": "code"}, "Choose what is to be signed."),
    ({"number": "-1"}, "The number is one that the unit tells."),
    ({"number": "4294967296"}, "The number is one that the unit tells."),
    ({"number": "x"}, "The number is one that the unit tells."),
    ({"what": "chip-grant"}, "The id of a chip has 16 bytes."),
    ({"what": "chip-grant", "chip": "no hex"}, "The id of a chip is written in hex."),
    ({"reason": " "}, "A grant has a reason"),
    ({"papers": None}, "A grant rests on papers."),
    ({"papers": b""}, "A grant rests on papers."),
    ({"surprise": "x"}, "The form is not as it should be"),
)


def test_a_proposal_that_does_not_hold_says_why_and_keeps_what_was_typed(office, page_of):
    for wrong, said in WRONG:
        answer = office.send(PAGE, "kim", **{**TOLD, "reason": HOSTILE, **wrong})
        assert 400 <= answer.status_code < 500, (wrong, answer.text)
        assert HOSTILE not in answer.text
        page = page_of(answer.text)
        assert said in page.words, wrong
        if "surprise" not in wrong:
            fields = page.form(PAGE).fields
            assert fields["text"] == wrong.get("text", BP)
            assert fields["reason"] == wrong.get("reason", HOSTILE)
    assert office.names() == []


def test_a_proposal_waits_two_weeks_and_stands_in_the_list_for_three_months(office, page_of, clock):
    path = office.propose()
    clock.ms += WAITS_DAYS * DAY_MS + 1
    for who in ("kim", "uma"):
        assert "too old" in page_of(office.get(path, who).text).words
    assert office.send(path, "uma").status_code == 404
    clock.ms = clock.ms + (LISTED_DAYS - WAITS_DAYS) * DAY_MS
    assert path not in page_of(office.get(PAGE, "kim").text).links
    assert office.get(f"{PAGE}/none", "kim").status_code == 404


def test_while_the_log_does_not_verify_nothing_is_signed(office, clock):
    path = office.propose()
    monitor = office.api.app.state.site.log_monitor
    monitor.last = LogCheck(clock.ms, 0, LogError("the log does not verify"))
    assert (office.send(path, "uma").status_code, office.api.entries()) == (503, 0)


def test_a_person_signs_with_a_passkey_of_theirs(desk, come, page_of):
    office = Office(desk)
    path = office.propose()
    una = come("una", Role.APPROVER)
    page = page_of(una.get(path).text)
    asked = next(
        told["data-passkey"] for tag, told in page.tags if tag == "form" and told.get("action") == path
    )
    fields, files = page.form(path).fields, {"papers": ("b", PAPERS, "application/pdf")}
    fields.pop("papers")

    def send(**more):
        sent = una.client.post(path, data=fields | more, files=files, follow_redirects=False)
        shown = shown_after(sent, una.get)
        return una.get(shown.headers["location"]) if shown.status_code == 303 else shown

    assert send().status_code == 401
    assert desk.entries() == 0
    assert send(passkey=una.key.answer(asked)).status_code == 200
    assert desk.entries() == 1
    assert signed_on(page_of(una.get(path).text))


def test_a_navigation_radio_is_answered_by_hand_in_lines_and_as_a_picture(office, page_of):
    """Row 13: the same question has the same answer and one entry; nothing typed wrong costs anything."""
    challenge = Challenge(BP, 3, b"nonce...")
    asked = {"text": BP, "model": BP_MODEL, "lines": "\n".join(challenge_lines(challenge)).lower()}

    def answer(who, **other):
        return page_of(office.send(ANSWERS, who, None, **asked | other).text)

    said = answer("kim")
    lines = re.findall(r"(?:[0-9A-Z]{4} ){3}[0-9A-Z]{4}", said.words)
    last = re.search(rf"{lines[-1]} ((?:[0-9A-Z]+ ?)+)", said.words)
    data = answer_from_lines(challenge, " ".join(lines) + " " + last[1].split(" The radio")[0].rstrip("T "))
    assert Answer.parse(split(data)[0]) == Answer.to(challenge, 1)
    assert "The lines of the answer" in [told.get("aria-label") for tag, told in said.tags if tag == "svg"]
    answer("uma")
    assert office.api.entries() == 1
    wrong = answer("kim", lines=asked["lines"].replace(asked["lines"][0], "z", 1))
    assert "Line 1 is not as it was given out." in wrong.words
    assert wrong.form(ANSWERS).fields["text"] == BP
    assert "What the base signs" in page_of(office.get(ANSWERS, "kim").text).words, "nobody asked"
    office.api.base.blacklist.add(parse(BP, kinds=("bp12",)), reason="police report")
    assert office.send(ANSWERS, "kim", None, **asked).status_code == 403


def test_a_local_base_signs_nothing(make_api, tmp_path):
    local = make_api(tmp_path / "own.sqlite3", hosted=False)
    local.at.address = "127.0.0.1"
    for method, path in (("GET", PAGE), ("GET", f"{PAGE}/x"), ("POST", PAGE), ("POST", f"{PAGE}/x")):
        assert local.ask(method, path).status_code in {303, 404}
