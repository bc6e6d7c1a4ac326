"""The attack of docs/security.md, written from its words alone: a stranger at the port of a served base.

Each test is a row of that page. One base is served for all of them, as a process that nothing is known of but
its port; what it answers and what anybody can read of its log is all that is looked at.
"""

import base64
import itertools
import json
import re
import resource
import zlib
from contextlib import suppress

import pytest
from attacked import (
    NAME,
    OWNED,
    SINGLE,
    SINGLE_CODE,
    SINGLE_MODEL,
    SITE,
    Answer,
    Served,
    Staff,
    attacked,
    command,
    make,
    serving,
)
from hosted import BP, BP_MODEL, CANARY, CAR, OTHER_CAR
from payloads import BOMBS, FOREIGN, SCRIPT, SPELLINGS, TWO, multipart
from sqlite_base import fresh

from radiokey.base.bootstrap import open_base

RELEASE = {"serial": BP, "owns": True, "model": BP_MODEL, "vin": CAR}
PUBLIC = {"text": "V212", "make": "renault"}
"""A number whose derivation is public: anybody who says that the radio is theirs gets its code."""


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    with attacked(tmp_path_factory.mktemp("attacked")) as served:
        yield served


@pytest.fixture(scope="module")
def staff(base):
    """A clerk and an approver who came in by their links."""
    people = {name: Staff(base, name) for name in ("cle", "app")}
    for person in people.values():
        assert person.enrol().head["location"].startswith("/enrolled?")
        assert person.sign_in().status == 303
    return people


@pytest.fixture(autouse=True)
def stands(base):
    """Whatever was sent, afterwards the base is there, says so, and wrote no secret down."""
    yield
    assert (base.get("/health").status, base.get("/ready").status) == (200, 200)
    lines = base.lines()
    assert "Traceback" not in lines
    for secret in (CANARY, CAR, *base.tokens.values(), *base.links.values()):
        assert secret not in lines


def code_form(base: Served, told: dict[str, str], **more: str) -> dict[str, str]:
    """Return the form that asks for a code, as it stands on the page of a number."""
    seen = base.post("/number", {name: told[name] for name in told if name != "vin"})
    page = base.get(seen.head["location"])
    return told | {"request_id": page.field("request_id"), "owns": "yes"} | more


def shown(answer) -> list[str]:
    """Return the codes that a page shows."""
    return re.findall(r'<div class="code[^>]*aria-label="([^"]+)"', answer.text)


def landed(sender: Served | Staff, answer: Answer) -> Answer:
    """Return the page that a form led its sender to; an answer that leads nowhere as it is."""
    return sender.get(answer.head["location"]) if answer.status == 303 else answer


def alert(answer) -> str:
    """Return what a page says is wrong, without what it is written in."""
    return re.sub(r"<[^>]+>", "", answer.text.partition('role="alert"')[2].partition("</div>")[0])


# --- who may have a code ----------------------------------------------------------------------------------


def test_what_stands_on_a_parked_car_opens_nothing(base):
    """A1: number, VIN and model, by the form, by forms nobody made, by the API: no code, no word on what is there."""
    before = base.entries()
    said = set()
    for vin in (CAR, OTHER_CAR, ""):
        answer = base.post("/code", code_form(base, OWNED, vin=vin))
        page = base.get(answer.head["location"])
        assert shown(page) == []
        assert CANARY not in page.text
        said.add((page.status, alert(page)))
    assert [status for status, _ in said] == [403]
    assert "through its desk" in next(iter(said))[1]
    told = {"text": SINGLE, "make": "honda", "model": SINGLE_MODEL, "request_id": "r1", "owns": "yes"}
    for serial, vin in ((SINGLE, CAR), (SINGLE, OTHER_CAR), ("U2200-L4712", CAR)):
        page = base.get(base.post("/code", told | {"text": serial, "vin": vin}).head["location"])
        assert shown(page) == []
        assert SINGLE_CODE not in page.text
        said.add((page.status, alert(page)))
    assert len(said) == 1
    for key in ("a", "desk-a", "0" * 64):
        refused = base.api("/api/releases", RELEASE, Idempotency_Key=key)
        assert (refused.status, refused.slug) == (401, "token")
    assert base.entries() == before


def test_an_account_gets_the_code_of_a_car_it_names_right_and_of_no_other(base):
    """A1: a token is a known organisation; it is not told whether number or car was wrong."""
    wrong = base.api("/api/releases", RELEASE | {"vin": OTHER_CAR}, "ann", Idempotency_Key="a1")
    other = {"serial": "U2200-L4712", "model": SINGLE_MODEL}
    nobody = base.api("/api/releases", RELEASE | other, "ann", Idempotency_Key="a2")
    assert (wrong.status, wrong.slug) == (nobody.status, nobody.slug) == (403, "not-released")
    assert wrong.body == nobody.body
    right = base.api("/api/releases", RELEASE, "ann", Idempotency_Key="a3")
    assert json.loads(right.body)["code"] == CANARY
    assert json.loads(json.loads(right.body)["receipt"]["leaf"])["way"] == "token"


def test_what_was_overheard_and_is_sent_again_releases_nothing_new(base):
    """A2: by whoever sends it, in whatever order; the same id with another car is refused."""
    first = base.api("/api/releases", RELEASE, "ben", Idempotency_Key="again")
    before = base.entries()
    again = [base.api("/api/releases", RELEASE, "ben", Idempotency_Key="again") for _ in range(3)]
    assert [one.body for one in again] == [first.body] * 3
    other = base.api("/api/releases", RELEASE | {"vin": OTHER_CAR}, "ben", Idempotency_Key="again")
    assert (other.status, other.slug) == (422, "request-reused")
    assert base.entries() == before
    mine = base.api("/api/releases/again/receipt", {}, "ben")
    assert mine.status == 405
    theirs = base.ask(
        "GET", "/api/releases/again/receipt", head={"Authorization": f"Bearer {base.tokens['ann']}"}
    )
    none = base.ask(
        "GET", "/api/releases/never/receipt", head={"Authorization": f"Bearer {base.tokens['ann']}"}
    )
    assert theirs.status == none.status == 404
    assert theirs.body == none.body


# --- what belongs to somebody else ------------------------------------------------------------------------


def open_request(base: Served, source: str) -> str:
    """Open a request as an owner; return the path of its signed link."""
    fields = OWNED | {"once": base.get("/requests/new").field("once"), "email": ""}
    answer = base.post("/requests", fields, source=source)
    assert answer.status == 303, answer.text
    return answer.head["location"]


def test_nobody_reaches_what_is_somebody_elses_by_its_address(base, staff):
    """A3: links, requests, papers, sessions: one character of an address is another thing, or nothing."""
    mine, other = (open_request(base, source) for source in ("127.0.0.11", "127.0.0.12"))
    assert mine != other
    token = mine.rpartition("/")[2]
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    for at in range(0, len(token), 3):
        changed = token[:at] + next(one for one in alphabet if one != token[at]) + token[at + 1 :]
        answer = base.get(f"/requests/{changed}")
        assert answer.status == 404, changed
        assert BP not in answer.text
    raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    theirs = base64.urlsafe_b64decode(other.rpartition("/")[2] + "==")
    mixed = base64.urlsafe_b64encode(raw[: len(raw) - 32] + theirs[-32:]).rstrip(b"=").decode()
    assert base.get(f"/requests/{mixed}").status == 404
    for path in ("/desk", "/desk/search?number=" + BP, "/registrar/audit", "/registrar/tokens", "/me"):
        assert base.get(path).status in {303, 401}, path
        assert CAR not in base.get(path).text
    for path in ("/registrar/tokens", "/registrar/staff", "/registrar/keys", "/registrar/audit"):
        assert staff["cle"].get(path).status == 403, path
    seen = staff["cle"].get("/desk").text
    number = re.search(r"/desk/requests/([0-9a-f]{32})", seen)
    assert number
    papers = f"/desk/requests/{number[1]}/papers/{'0' * 32}"
    assert staff["cle"].get(papers).status == 404
    assert base.get(papers).status in {303, 401}


def test_a_clerk_does_not_become_an_approver_by_naming_the_form(base, staff):
    """A3: what a role may is what the database lets it do; the page only shows it."""
    link = open_request(base, "127.0.0.13")
    request = re.findall(r"/desk/requests/([0-9a-f]{32})", staff["cle"].get("/desk").text)[0]
    form = {"csrf": staff["cle"].csrf(), "seen": "2"}
    clerk = staff["cle"]
    for act in ("approve", "send-back", "say-no"):
        answer = clerk.post(f"/desk/requests/{request}/{act}", form | {"reason": "stolen"})
        assert landed(clerk, answer).status == 403, act
    assert "send your papers" in base.get(link).text


# --- forms of other sites, sessions, redirections ---------------------------------------------------------


@pytest.mark.parametrize("head", FOREIGN, ids=lambda head: " ".join(head.values()))
def test_no_form_of_another_site_does_anything(base, staff, head):
    """A4: an owner's form, a clerk's with the cookie, a sign-in: the foreign page gets a no."""
    before = base.entries()
    form = code_form(base, PUBLIC)
    assert base.post("/code", form, head).status == 403
    assert base.post("/requests", OWNED | {"once": "x"}, head).status == 403
    assert staff["cle"].post("/me/sessions/end", {"csrf": staff["cle"].csrf()}, **head).status == 403
    assert staff["cle"].get("/me").status == 200
    assert base.entries() == before


def test_a_form_without_the_secret_of_its_session_does_nothing(staff):
    """A4: also with the cookie, also with the secret of somebody else's session."""
    clerk, other = staff["cle"], staff["app"].csrf()
    for csrf in ("", "0" * 64, other):
        assert landed(clerk, clerk.post("/me/sessions/end", {"csrf": csrf})).status == 403
    assert clerk.get("/me").status == 200


def test_a_session_is_made_by_signing_in_and_by_nothing_else(base, staff):
    """A5: a cookie that was planted before is not the session after; one that was signed out is none."""
    someone = staff["app"]
    planted = "A" * 43
    for cookie in (planted, "", "0", "../../x", "=" * 43):
        assert base.get("/me", {"Cookie": f"radiokey={cookie}"}).status in {303, 401}
    old = dict(someone.cookies)
    someone.cookies = {"radiokey": planted}
    assert someone.sign_in().status == 303
    assert planted not in someone.cookies.values()
    assert someone.cookies["radiokey"] not in old.values()
    assert base.get("/me", {"Cookie": f"radiokey={planted}"}).status in {303, 401}
    ended = dict(someone.cookies)
    assert someone.post("/sign-out", {"csrf": someone.csrf()}).status == 303
    someone.cookies = ended
    assert someone.get("/me").status in {303, 401}
    assert someone.sign_in().status == 303


def test_what_let_somebody_in_once_lets_nobody_in_again(base, staff):
    """A2: an answer of a passkey, a link of an invitation."""
    asked = staff["app"].asked("/sign-in")
    answer = {"passkey": staff["app"].key.answer(asked), "to": ""}
    stranger = Staff(base, "app")
    assert base.post("/sign-in", answer).status == 303
    assert landed(stranger, stranger.post("/sign-in", answer)).status == 401
    assert stranger.cookies.get("radiokey", "") == ""
    thief = Staff(base, "app")
    refused = base.get(f"/enrol/{base.links['app']}")
    assert refused.status in {401, 404, 422}
    assert "data-passkey" not in refused.text
    assert thief.get("/me").status in {303, 401}


@pytest.mark.parametrize(
    "to",
    [
        "//evil.example",
        "https://evil.example/desk",
        "/\\evil.example",
        "\\\\evil.example",
        "/%2f%2fevil.example",
        "/desk\r\nLocation: https://evil.example",
        "javascript:alert(1)",
        "/desk@evil.example",
        "///evil.example/desk",
    ],
)
def test_signing_in_leads_to_this_site_alone(staff, to):
    """A6: wherever the address of the page asks to be led."""
    answer = staff["cle"].sign_in(to)
    assert answer.status in {303, 422}
    where = answer.head.get("location", "/")
    assert re.fullmatch(r"/(?!/)[\w/?=-]*", where), where


def test_another_name_in_the_head_leads_nowhere_else(base):
    """A6: `Host`, `X-Forwarded-Host`, an absolute address: no page, no link and no redirection names it."""
    assert base.get("/", {"Host": "evil.example"}).status == 400
    assert base.get("/", {"Host": f"{NAME}@evil.example"}).status == 400
    for head in (
        {"X-Forwarded-Host": "evil.example"},
        {"Forwarded": "host=evil.example"},
        {"X-Original-URL": "/desk"},
    ):
        answer = base.post("/number", PUBLIC, head)
        assert answer.head["location"].startswith("/road/")
        assert "evil.example" not in base.get("/sheet?make=opel", head).text
    answer = base.raw(
        f"GET http://evil.example/ HTTP/1.1\r\nHost: {NAME}\r\nConnection: close\r\n\r\n".encode()
    )
    assert b"evil.example" not in answer


# --- HTTP -------------------------------------------------------------------------------------------------

GET = f"GET / HTTP/1.1\r\nHost: {NAME}\r\n".encode()


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("no host", b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n"),
        ("two hosts", GET + b"Host: evil.example\r\n\r\n"),
        ("two lengths", GET + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!"),
        ("a length and a coding", GET + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        ("an unknown coding", GET + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
        ("a folded line", GET + b"X-A: b\r\n c\r\n\r\n"),
        ("a space before the colon", GET + b"Content-Length : 4\r\n\r\nhell"),
        ("a NUL", GET + b"X-A: a\0b\r\n\r\n"),
        ("a method of its own", b"GET\t/ HTTP/1.1\r\nHost: " + NAME.encode() + b"\r\n\r\n"),
        ("a head without end", GET + b"X-A: " + b"a" * 700_000 + b"\r\n\r\n"),
        ("a negative length", GET + b"Content-Length: -1\r\n\r\n"),
        ("another protocol", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        ("no protocol", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_http_does_not_allow_is_not_read_in_another_way(base, name, sent):
    """A7: no page for it, and what is hidden behind it is no request of its own."""
    hidden = f"GET /health HTTP/1.1\r\nHost: {NAME}\r\nConnection: close\r\n\r\n".encode()
    answer = base.raw(sent + hidden)
    statuses = re.findall(rb"^HTTP/1\.1 (\d+)", answer, re.MULTILINE)
    assert len(statuses) <= 1, "what was hidden was answered"
    assert b'"status":"ok"' not in answer
    if name != "a length and a coding":  # RFC 9112, 6.3: the coding counts, and the connection ends
        assert set(statuses) <= {b"400", b"404", b"408", b"431", b"501", b"505"}


@pytest.mark.parametrize(
    "method", ["TRACE", "TRACK", "CONNECT", "DEBUG", "PUT", "DELETE", "PATCH", "PROPFIND"]
)
def test_a_method_that_no_page_takes_does_nothing(base, method):
    """A7: nothing of the head comes back either."""
    sent = f"{method} / HTTP/1.1\r\nHost: {NAME}\r\nX-Secret: {CANARY}\r\nConnection: close\r\n\r\n"
    answer = base.raw(sent.encode())
    assert not answer.startswith(b"HTTP/1.1 200")
    assert CANARY.encode() not in answer


def test_a_header_makes_no_stranger_another_stranger(base):
    """A8: whatever a client says of where it comes from, it has one limit: nobody here is a proxy."""
    question = {"serial": BP, "vin": OTHER_CAR}
    statuses = []
    for at in range(31):
        head = {
            "X_Forwarded_For": f"198.51.100.{at}",
            "Forwarded": f'for="198.51.100.{at}:{at}"',
            "X_Real_IP": f"198.51.100.{at}",
            "X_Client_IP": f"198.51.100.{at}",
        }
        statuses.append(base.api("/api/asked", question, **head).status)
    assert statuses == [200] * 30 + [429]


@pytest.mark.parametrize("path", SPELLINGS)
def test_a_misspelt_address_leads_past_no_door(base, path):
    """A9: to no page of the staff, to no file, and to no fault."""
    target = path.encode() if path.isascii() else path.encode("utf-8")
    answer = base.raw(b"GET " + target + f" HTTP/1.1\r\nHost: {NAME}\r\nConnection: close\r\n\r\n".encode())
    status = int(answer.split(b" ")[1])
    assert status in {303, 400, 401, 404, 405}, answer[:200]
    assert b"root:" not in answer
    assert b"SQLite format" not in answer
    assert b'class="queue"' not in answer


# --- what is sent along -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", TWO)
def test_a_file_that_is_two_is_kept_as_a_picture_or_not_at_all(base, staff, name):
    """A10: whatever it calls itself; what the desk is shown has nothing of it but what can be seen."""
    data, taken = TWO[name]
    link = open_request(base, f"127.0.1.{list(TWO).index(name) + 1}")
    body, media = multipart(("registration", "../../x.php\0.jpg", "text/html", data))
    head = {"Content-Type": media, "Origin": SITE}
    answer = base.ask("POST", f"{link}/papers", body, head)
    seen = landed(base, answer)
    assert (seen.status == 200) is taken, seen.text[:1500]
    assert SCRIPT.decode() not in seen.text
    page = base.get(link).text
    assert ("A clerk looks at your papers" in page) is taken
    if taken:
        requests = re.findall(r"/desk/requests/([0-9a-f]{32})", staff["cle"].get("/desk").text)
        papers = {
            found
            for one in requests
            for found in re.findall(
                r"/desk/requests/\w+/papers/\w+", staff["cle"].get(f"/desk/requests/{one}").text
            )
        }
        assert papers
        for path in papers:
            paper = staff["cle"].get(path)
            assert paper.head["content-type"] in {"image/jpeg", "image/png", "application/pdf"}
            assert paper.head["x-content-type-options"] == "nosniff"
            assert "sandbox" in paper.head["content-security-policy"]
            assert SCRIPT not in paper.body
            assert b"PK\x03\x04" not in paper.body


@pytest.mark.parametrize("name", BOMBS)
def test_what_grows_when_it_is_read_is_refused(base, name):
    """A11: JSON that is deep, long or twice; nothing of it comes back."""
    answer = base.api("/api/releases", BOMBS[name], "ann", Idempotency_Key="bomb")
    assert answer.status in {400, 413, 415, 422}
    assert len(answer.body) < 1_000


def test_what_is_packed_or_larger_than_any_form_is_not_unpacked(base):
    """A11: a body of gigabytes in a few kilobytes, a form of ten thousand fields, a body that is announced and large."""
    packed = zlib.compress(b"a" * 10_000_000)
    for coding in ("gzip", "deflate", "br"):
        head = {"Content-Type": "application/json", "Content-Encoding": coding, "Idempotency-Key": "z"}
        answer = base.ask(
            "POST", "/api/releases", packed, head | {"Authorization": f"Bearer {base.tokens['ann']}"}
        )
        assert answer.status == 415, coding
    many = {f"f{at}": "x" for at in range(4_000)}
    assert landed(base, base.post("/number", many)).status in {400, 413, 422}
    announced = (
        f"POST /number HTTP/1.1\r\nHost: {NAME}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        "Connection: close\r\nContent-Length: 99999999999\r\n\r\nx"
    )
    page = re.search(rb"^location: (\S+)", base.raw(announced.encode()), re.MULTILINE)
    assert page
    assert base.get(page[1].decode()).status == 413


def test_a_secret_that_is_guessed_is_refused_alike_whatever_is_wrong_with_it(base):
    """A12: one character of a token, a token of the right form that is nobody's, none at all."""
    right = base.tokens["ben"]
    wrong = {
        right[:at] + ("A" if right[at] != "A" else "B") + right[at + 1 :] for at in range(3, len(right), 7)
    }
    bodies = set()
    for token in (*wrong, "rk_" + "A" * 63, "", right + "A", right.lower()):
        answer = base.api("/api/releases", RELEASE, token or "x", Idempotency_Key="guess")
        assert (answer.status, answer.slug) == (401, "token")
        bodies.add(answer.body)
    assert len(bodies) == 1


# --- a disk that is full ----------------------------------------------------------------------------------


def test_on_a_full_disk_no_code_leaves_that_is_not_in_the_log_and_none_is_lost(tmp_path):
    """A13: it says that it is not ready; once there is room, each request that failed gets its answer, once."""
    place = fresh(tmp_path / "full.sqlite3")
    tokens, links = make(place)
    said = tmp_path / "lines.txt"
    statuses: dict[str, int] = {}

    def ask(base: Served, key: str) -> int:
        answer = base.api("/api/releases", RELEASE, "ann", Idempotency_Key=key)
        assert (answer.status == 200) is (CANARY in answer.text)
        return answer.status

    room = max(file.stat().st_size for file in tmp_path.iterdir()) + 48_000

    def full() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

    without_limits = ("--limit", "number=100000/day")
    with serving(command(place, *without_limits), said, preexec_fn=full) as (_, port):
        base = Served(port, place, tokens, links, said)
        for at in itertools.count():
            statuses[f"k{at}"] = ask(base, f"k{at}")
            if list(statuses.values()).count(503) == 3:
                break
        assert base.get("/ready").status == 503
        assert base.get("/health").status == 200
        assert base.get("/sheet?make=opel").status == 200
    answered = [key for key, status in statuses.items() if status == 200]
    assert answered
    with serving(command(place, *without_limits), said) as (_, port):
        base = Served(port, place, tokens, links, said)
        assert {ask(base, key) for key in statuses} == {200}
        assert base.entries() == len(statuses)
    with suppress(FileNotFoundError), open_base(place) as opened:
        assert opened.verify_everything().size == len(statuses)
