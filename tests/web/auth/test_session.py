"""Signing in on the pages: a session is new, ends, and is nobody else's; a form is of its session or nothing."""

import re

import pytest
from authenticator import Authenticator
from led import shown_after
from visitors import COOKIE, ORIGIN, SITE, Visitor

from radiokey.base.identity.authentication import IDLE_MS, RECENT_MS, WHOLE_MS
from radiokey.base.identity.roles import Permission, Role
from radiokey.base.identity.staff import Person, PublicProfile
from radiokey.web.auth.session import safe_redirect

# --- from the link to the page ------------------------------------------------------------------------------


def test_a_link_gives_a_passkey_and_ten_codes_and_signs_nobody_in(desk):
    link = desk.base.staff.invite(Person("ann", Role.CLERK, "office", "Ann B."), by="local")
    ann = Visitor(desk)
    page = ann.get(f"/enrol/{link.reveal()}")
    assert "Ann B., make your passkey" in page.text
    assert page.headers["cache-control"] == "no-store"
    made = ann.enrol(link.reveal())
    assert len(re.findall(r"<li>[0-9a-z]{4}(?:-[0-9a-z]{4}){3}</li>", made.text)) == 10
    assert made.headers["cache-control"] == "no-store"
    assert "set-cookie" not in made.headers
    assert ann.get("/me").headers["location"] == "/sign-in?to=/me"
    again = ann.get(f"/enrol/{link.reveal()}")
    assert again.status_code == 404
    assert "was used" in again.text


def test_signing_in_gives_a_cookie_that_only_this_site_reads(come):
    ann = come(signed_in=False)
    answer = ann.sign_in()
    parts = {part.strip().lower() for part in answer.headers["set-cookie"].split(";")[1:]}
    assert answer.headers["set-cookie"].startswith(f"{COOKIE}=")
    assert {"httponly", "secure", "samesite=strict", "path=/"} == parts
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["location"] == "/desk"
    assert ann.get("/desk").status_code == 200


@pytest.mark.parametrize(
    ("role", "home"),
    [
        (Role.APPROVER, "/desk"),
        (Role.AUDITOR, "/desk"),
        (Role.CLERK, "/desk"),
        (Role.REGISTRAR, "/registrar/staff"),
    ],
)
def test_everybody_begins_on_a_page_that_they_may_see(come, role, home):
    ann = come(role=role, signed_in=False)
    assert ann.sign_in().headers["location"] == home
    assert ann.get(home).status_code == 200


def test_on_ones_own_machine_the_cookie_goes_without_tls(make_api):
    api = make_api(address="http://localhost:8000")
    api.at.scheme, api.at.address = "http", "127.0.0.1"
    api.base.staff.add_organisation("office", "The office", "office", PublicProfile(), by="local")
    link = api.base.staff.invite(Person("ann", Role.CLERK, "office", "Ann"), by="local")
    ann = Visitor(api, "http://localhost:8000")
    ann.enrol(link.reveal())
    answer = ann.sign_in()
    assert answer.headers["set-cookie"].startswith("radiokey=")
    assert "secure" not in answer.headers["set-cookie"].lower()


def test_where_no_passkey_can_be_bound_nobody_signs_in(make_api):
    api = make_api()
    for path in ("/sign-in", "/recovery", "/enrol/x"):
        answer = api.client.get(path)
        assert answer.status_code == 404
        assert "--site" in answer.text
    assert api.client.get("/me", follow_redirects=False).status_code == 401


def test_a_wrong_answer_is_told_on_the_page_and_sets_no_cookie(come):
    ann = come(signed_in=False)
    ann.key = Authenticator(ORIGIN, SITE, handle=ann.key.handle)
    for answer in (ann.sign_in(), ann.post("/sign-in", passkey="{}"), ann.post("/sign-in")):
        assert answer.status_code == 401
        assert "That did not sign you in." in answer.text
        assert "set-cookie" not in answer.headers


# --- fixation, expiry, end ----------------------------------------------------------------------------------


def test_a_cookie_from_before_is_not_the_session_that_begins(come):
    """Fixation: whoever planted an id knows nothing."""
    ann = come(signed_in=False)
    planted = "A" * 43
    ann.client.cookies.set(COOKIE, planted, domain=SITE)
    asked = ann.asked("/sign-in")
    answer = ann.post("/sign-in", passkey=ann.key.answer(asked))
    assert planted not in answer.headers["set-cookie"]
    stranger = Visitor(ann.api)
    stranger.client.cookies.set(COOKIE, planted, domain=SITE)
    assert stranger.get("/desk").status_code == 303


def test_signing_in_again_is_another_session(come):
    ann = come()
    first = ann.cookie
    ann.sign_in()
    assert ann.cookie != first


@pytest.mark.parametrize("text", ["", "x", "A" * 43, "A" * 44, "é", "A" * 5_000])
def test_what_is_no_session_is_nobodys(come, text):
    stranger = Visitor(come().api)
    answer = stranger.client.get(
        "/desk", headers={"Cookie": f"{COOKIE}={text}".encode()}, follow_redirects=False
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?to=/desk")


def test_a_session_is_over_when_its_time_is(come, clock):
    ann = come()
    clock.ms += IDLE_MS - 1
    assert ann.get("/desk").status_code == 200
    clock.ms += IDLE_MS
    assert ann.get("/desk").status_code == 303
    ann.sign_in()
    for _ in range(2 * WHOLE_MS // IDLE_MS - 1):
        clock.ms += IDLE_MS // 2
        assert ann.get("/desk").status_code == 200
    clock.ms += IDLE_MS // 2
    assert ann.get("/desk").status_code == 303


def test_signing_out_ends_the_session_and_not_only_the_cookie(come):
    ann = come()
    kept, csrf = ann.cookie, ann.csrf()
    answer = ann.post("/sign-out", csrf=csrf)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert ann.cookie is None
    ann.client.cookies.set(COOKIE, kept, domain=SITE)
    assert ann.get("/desk").status_code == 303


def test_a_person_ends_a_session_from_another_one(come):
    ann = come()
    elsewhere = Visitor(ann.api)
    elsewhere.key = ann.key
    elsewhere.sign_in()
    ids = re.findall(r"/me/sessions/([0-9a-f]{64})/end", ann.get("/me").text)
    assert len(ids) == 1, "this one is ended by signing out"
    assert ann.post(f"/me/sessions/{ids[0]}/end", csrf=ann.csrf()).status_code == 303
    assert elsewhere.get("/desk").status_code == 303
    assert ann.get("/desk").status_code == 200
    elsewhere.sign_in()
    ann.post("/me/sessions/end", csrf=ann.csrf())
    assert [one.get("/desk").status_code for one in (ann, elsewhere)] == [303, 303]


def test_a_registrar_ends_a_session_and_an_account_at_once(come):
    rita, ann = come("rita", Role.REGISTRAR), come()
    rita.post("/registrar/staff/ann/sign-out", csrf=rita.csrf("/registrar/staff"))
    assert ann.get("/desk").status_code == 303
    ann.sign_in()
    rita.post("/registrar/staff/ann/end", csrf=rita.csrf("/registrar/staff"))
    assert ann.get("/desk").status_code == 303
    assert ann.sign_in().status_code == 401


# --- forms of this session ----------------------------------------------------------------------------------

POSTS = {
    "clerk": ("/sign-out", "/me/sessions/end", "/me/codes", "/me/passkeys", "/desk/requests/new"),
    "registrar": (
        "/registrar/staff/invite",
        "/registrar/staff/bob/end",
        "/registrar/staff/bob/sign-out",
        "/registrar/staff/organisations",
        "/registrar/staff/organisations/shown",
    ),
}


@pytest.mark.parametrize("role", POSTS)
def test_a_form_of_another_session_does_nothing(come, role):
    """CSRF: not without its secret, not with another session's, not with an older one's of the same person."""
    bob, ann = come("bob"), come("ann", Role(role))
    old = ann.csrf()
    ann.sign_in()
    wrong = []
    for path in POSTS[role]:
        for secret in ({}, {"csrf": ""}, {"csrf": bob.csrf()}, {"csrf": old}, {"csrf": "é"}):
            answer = ann.post(path, **secret)
            if answer.status_code != 403 or "not one of this session" not in answer.text:
                wrong.append((path, secret, answer.status_code))
        if [one.get("/me").status_code for one in (ann, bob)] != [200, 200]:
            wrong.append((path, "it ended a session"))
    assert wrong == []


@pytest.mark.parametrize("role", POSTS)
def test_a_form_of_another_site_does_nothing_either(come, role):
    ann, answered = come("ann", Role(role)), {}
    for path in POSTS[role]:
        answer = ann.post(path, headers={"Sec-Fetch-Site": "cross-site"}, csrf=ann.csrf())
        answered[path] = answer.status_code, ann.get("/me").status_code
    assert answered == dict.fromkeys(POSTS[role], (403, 200))


FORM_KIND = "application/x-www-form-urlencoded"
WORDS = "Which year? <b>And whose?</b>"


@pytest.mark.parametrize("to", ["message", "ask-papers"])
def test_words_that_came_after_the_session_ended_are_given_back(come, page_of, clock, to):
    """Half an hour on the telephone, with a message half written: the browser keeps none of it."""
    ann = come()
    csrf, path = ann.csrf(), "/desk/requests/ab12"
    clock.ms += IDLE_MS + 1
    answer = ann.post(f"{path}/{to}", csrf=csrf, seen="2", text=WORDS)
    assert answer.status_code == 401
    assert answer.headers["cache-control"] == "no-store"
    page = page_of(answer.text)
    assert WORDS in page.words
    assert "<b>" not in answer.text
    assert f"/sign-in?to={path}" in page.links
    assert (
        ann.post("/sign-in", passkey=ann.key.answer(ann.asked("/sign-in")), to=path).headers["location"]
        == path
    )
    stale = ann.post(f"{path}/{to}", csrf=csrf, seen="2", text=WORDS)  # from a window of before
    assert stale.status_code == 403
    page = page_of(stale.text)
    assert WORDS in page.words
    assert path in page.links


@pytest.mark.parametrize(
    "other",
    [
        {"content": b"text=" + b"x" * 20_000, "headers": {"Content-Type": FORM_KIND}},
        {"files": {"text": (None, "multipart words")}},
        {"content": b"", "headers": {"Content-Type": FORM_KIND}},
    ],
    ids=["too-much", "another-kind", "nothing"],
)
def test_of_whoever_is_not_signed_in_no_more_is_read_than_words(come, other):
    stranger = Visitor(come(signed_in=False).api)
    answer = stranger.client.post("/desk/requests/ab12/papers", follow_redirects=False, **other)
    answer = shown_after(answer, stranger.get)
    assert answer.status_code == 401
    assert "Nothing was done." in answer.text
    assert "words</textarea>" not in answer.text
    assert "xxx" not in answer.text


def test_nobody_is_signed_in_as_somebody_else_by_a_foreign_form(come):
    """Login CSRF: a passkey's answer of theirs, sent by a page of theirs from the victim's browser."""
    mallory = come("mallory", signed_in=False)
    text = mallory.key.answer(mallory.asked("/sign-in"))
    victim = Visitor(mallory.api)
    answer = victim.post("/sign-in", headers={"Origin": "https://codes.example.net"}, passkey=text)
    assert answer.status_code == 403
    assert victim.cookie is None


def test_the_api_never_takes_a_session(come):
    ann = come("rita", Role.REGISTRAR)
    for path in ("/api/tokens", "/api/units?number=1", "/metrics"):
        assert ann.get(path).status_code == 401
    answer = ann.client.post("/api/tokens", json={"account": "x"})
    assert answer.status_code == 401


def test_a_token_opens_nothing_that_is_a_persons_own(come):
    ann = come()
    token = ann.api.token("till-3", [Permission.REQUEST_READ])
    head = {"Authorization": f"Bearer {token}"}
    stranger = Visitor(ann.api)
    assert stranger.client.get("/me", headers=head, follow_redirects=False).status_code == 303
    assert stranger.client.get("/desk", headers=head, follow_redirects=False).status_code == 200


# --- where to go on to --------------------------------------------------------------------------------------


@pytest.mark.parametrize("to", ["/desk", "/desk/requests/ab12", "/registrar/staff", "/me"])
def test_signing_in_leads_back_to_where_one_was_going(come, to):
    ann = come(signed_in=False)
    assert ann.get(to).headers["location"] == f"/sign-in?to={to}"
    assert f'name="to" value="{to}"' in ann.get(f"/sign-in?to={to}").text
    assert ann.sign_in(to).headers["location"] == to


FOREIGN = [
    "https://codes.example.net",
    "//codes.example.net",
    "/\\codes.example.net",
    "/desk//codes.example.net",
    "/desk/../../x",
    "/desk@codes.example.net",
    "/desk?x=1",
    "/desk#x",
    "/desks",
    "javascript:alert(1)",
    "/desk\r\nX: y",
    "/sign-out",
    "/api/tokens",
]


def test_signing_in_leads_nowhere_else(come):
    """Open redirect."""
    ann = come(signed_in=False)
    led = {
        to: (
            ann.sign_in(to).headers["location"],
            safe_redirect(to, "/me"),
            'name="to" value=""' in ann.client.get("/sign-in", params={"to": to}).text,
        )
        for to in FOREIGN
    }
    assert led == dict.fromkeys(FOREIGN, ("/desk", "/me", True))


# --- each their own -----------------------------------------------------------------------------------------


def test_nobody_ends_anothers_session_or_passkey(come):
    """IDOR: what is one's own is found by who is signed in."""
    ann, bob = come("ann"), come("bob")
    other = Visitor(bob.api)
    other.key = bob.key
    other.sign_in()
    (session,) = re.findall(r"/me/sessions/([0-9a-f]{64})/end", bob.get("/me").text)
    answer = ann.post(f"/me/sessions/{session}/end", csrf=ann.csrf())
    assert answer.status_code == 404
    second = Authenticator(ORIGIN, SITE)
    bob.post("/me/passkeys", csrf=bob.csrf(), passkey=second.make(bob.asked("/me")), label="two")
    ids = re.findall(r"/me/passkeys/([\w-]+)/remove", bob.get("/me").text)
    assert len(ids) == 2
    for one in ids:
        assert ann.post(f"/me/passkeys/{one}/remove", csrf=ann.csrf()).status_code == 404
    assert [one.get("/me").status_code for one in (bob, other)] == [200, 200]
    assert len(re.findall(r"/me/passkeys/([\w-]+)/remove", bob.get("/me").text)) == 2


def test_a_passkey_made_for_one_account_is_not_added_to_another(come):
    ann, bob = come("ann"), come("bob")
    text = Authenticator(ORIGIN, SITE).make(bob.asked("/me"))
    answer = ann.post("/me/passkeys", csrf=ann.csrf(), passkey=text, label="x")
    assert answer.status_code == 401


def test_a_passkey_is_added_used_and_removed(come):
    ann = come()
    second = Authenticator(ORIGIN, SITE)
    ann.post("/me/passkeys", csrf=ann.csrf(), passkey=second.make(ann.asked("/me")), label="key ring")
    page = ann.get("/me").text
    assert "key ring" in page
    first, ann.key = ann.key, second
    ann.sign_in()
    named = dict(
        re.findall(r"<td>([^<]+)<br>.*?/me/passkeys/([\w-]+)/remove", ann.get("/me").text, re.DOTALL)
    )
    assert ann.post(f"/me/passkeys/{named['phone']}/remove", csrf=ann.csrf()).status_code == 303
    ann.key = first
    assert ann.sign_in().status_code == 401


def test_what_one_signs_in_with_changes_only_soon_after_signing_in(come, clock):
    ann = come()
    clock.ms += RECENT_MS
    answer = ann.post("/me/codes", csrf=ann.csrf())
    assert answer.status_code == 401
    assert "last ten minutes" in answer.text


def test_new_codes_are_shown_once(come):
    ann = come()
    made = ann.post("/me/codes", csrf=ann.csrf())
    codes = re.findall(r"<li>([0-9a-z]{4}(?:-[0-9a-z]{4}){3})</li>", made.text)
    assert len(set(codes)) == 10
    assert codes[0] not in ann.get("/me").text


# --- recovery -----------------------------------------------------------------------------------------------


def test_a_recovery_code_leads_to_a_link_and_to_nothing_else(desk):
    link = desk.base.staff.invite(Person("ann", Role.CLERK, "office", "Ann"), by="local")
    ann = Visitor(desk)
    codes = re.findall(r"<li>([0-9a-z-]{19})</li>", ann.enrol(link.reveal()).text)
    for fields in ({"account": "ann", "code": "x"}, {"account": "bob", "code": codes[0]}, {}):
        answer = ann.post("/recovery", **fields)
        assert answer.status_code == 401
        assert codes[0] not in answer.text
    answer = ann.post("/recovery", account=" Ann ", code=codes[0].upper())
    assert answer.status_code == 303
    assert "set-cookie" not in answer.headers
    assert answer.headers["cache-control"] == "no-store"
    path = answer.headers["location"]
    assert re.fullmatch(r"/enrol/[\w-]{43}", path)
    assert ann.post("/recovery", account="ann", code=codes[0]).status_code == 401
    ann.key = Authenticator(ORIGIN, SITE)
    made = ann.enrol(path.removeprefix("/enrol/"))
    assert "Your passkey is made" in made.text
    assert "<li>" not in made.text
    assert ann.sign_in().status_code == 303


def test_recovery_codes_cannot_be_tried_through(desk):
    ann = Visitor(desk)
    for _ in range(10):
        assert ann.post("/recovery", account="ann", code="x").status_code == 401
    answer = ann.post("/recovery", account="ann", code="x")
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0


def test_no_secret_of_a_person_is_in_the_log_of_requests(desk):
    link = desk.base.staff.invite(Person("ann", Role.CLERK, "office", "Ann"), by="local").reveal()
    ann = Visitor(desk)
    codes = re.findall(r"<li>([0-9a-z-]{19})</li>", ann.enrol(link).text)
    ann.sign_in()
    ann.post("/recovery", account="ann", code=codes[0])
    lines = b"".join(desk.lines)
    assert b"/enrol/{secret}" in lines
    for secret in (link, ann.cookie, codes[0], codes[0].upper()):
        assert secret.encode() not in lines
