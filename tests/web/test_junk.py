"""Whatever is posted: a sentence, never a 500, never a traceback, never an entry in the log."""

import json
import re
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from led import shown_after

from radiokey.web.app import HEADERS
from radiokey.web.http.arrival import FORM_BYTES_MAX

FEW = settings(max_examples=settings().max_examples // 2, derandomize=True, deadline=None, database=None)
LABEL = "281155216RT V212"
REAL = (
    LABEL, "V212", "renault", "duster", "renault_86a", "unknown", "ford_6000cd", "3", "0", "99", "-1", "yes",
    "A2C 0012 3400 5678 1234", "10211376AB8E0D25", "VF1BB05CF12345678", "1234", "\u0000", "%", "{{ 7 * 7 }}",
    "<script>alert(1)</script>", "' OR 1=1 --", "../../etc/passwd", "\u202eV212", "٣", "1" * 70, "x" * 600,
)  # fmt: skip
FORMS = {
    "/number": ("text", "make", "car", "model", "errors"),
    "/code": ("text", "make", "car", "model", "errors", "request_id", "vin"),
    "/coach": ("model", "code", "errors"),
    "/waiting": ("model", "errors", "holds"),
    "/verify": ("receipt",),
    "/start": ("say", "text", "car"),
    "/told": ("text", "model", "code", "errors", "request_id", "vin"),
    "/told/new": ("text", "make", "model", "errors"),
}
QUERIES = {
    "/number": ("model", "errors", "make"),
    "/coach": ("model", "errors"),
    "/sheet": ("model", "make", "errors"),
    "/waiting": ("model", "errors", "holds"),
    "/shows": ("say", "at"),
    "/models": ("search", "say", "at"),
}
VALUES = st.one_of(st.sampled_from(REAL), st.text(max_size=30))
RELEASING = {"owns": "yes", "request_id": "junk"}
READABLE = re.compile(r"<h1>(.*?)</h1>", re.DOTALL)


def fields(names: tuple[str, ...]) -> st.SearchStrategy[list[tuple[str, str]]]:
    """Return forms with some of their own fields, some twice, some that no form has."""
    name = st.sampled_from([*names, "more"]) | st.text(max_size=8)
    own = st.lists(st.tuples(st.sampled_from(names), VALUES), max_size=6)
    return own | st.lists(st.tuples(name, VALUES), max_size=6)


def check(answer) -> None:
    """Every answer: no fault of ours, in a sentence, under the usual headers, saying nothing of the inside."""
    assert answer.status_code < 500, (answer.request.url, answer.request.content)
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert not re.search(r"Traceback|File &#34;|File \"|\.py\b|msgspec|litestar|jinja2", answer.text)
    assert "set-cookie" not in answer.headers
    if answer.status_code < 400:
        return
    if answer.headers["content-type"].startswith("application/json"):
        assert len(answer.json()["problem"].split()) >= 4
        return
    told = READABLE.search(answer.text)
    assert told
    assert 'role="alert"' in answer.text or "Whom to ask" in answer.text or len(told[1].split()) >= 4
    assert "<script>alert" not in answer.text


@pytest.fixture
def nothing_logged(visitor):
    """Whatever the test posts, the log is as long as before."""
    log = visitor.app.state.site.base.log
    before = log.checkpoint().size
    yield
    assert log.checkpoint().size == before


def posted(client, address: str, pairs: list[tuple[str, str]]):
    """Post pairs as a browser encodes a form."""
    head = {"content-type": "application/x-www-form-urlencoded"}
    return shown_after(
        client.post(address, content=urlencode(pairs), headers=head, follow_redirects=False), client.get
    )


@pytest.mark.hypothesis
@pytest.mark.usefixtures("nothing_logged")
@pytest.mark.parametrize("address", sorted(FORMS))
def test_junk_in_a_form_is_answered_in_a_sentence(visitor, address):
    @FEW
    @given(fields(FORMS[address]))
    def junk(pairs):
        check(posted(visitor, address, pairs))

    junk()


@pytest.mark.usefixtures("nothing_logged")
@pytest.mark.parametrize(
    "wrong",
    [{"errors": "many"}, {"request_id": "no id"}, {"vin": "no vin"}, {"model": "nobodys"}, {"more": "1"}],
)
def test_a_request_with_one_thing_wrong_is_not_logged(visitor, wrong):
    answer = visitor.post("/code", data=RELEASING | {"text": LABEL} | wrong)
    assert 400 <= answer.status_code < 500
    check(answer)
    assert "4786" not in answer.text


@pytest.mark.usefixtures("nothing_logged")
@pytest.mark.parametrize("address", sorted(FORMS))
def test_a_form_with_more_fields_than_any_has_is_refused(visitor, address):
    answer = posted(visitor, address, [(f"field{at}", "x") for at in range(25)])
    assert answer.status_code == 400
    assert "more fields than any form here" in answer.text
    check(answer)


@pytest.mark.hypothesis
@pytest.mark.usefixtures("nothing_logged")
def test_an_owner_of_junk_gets_no_code(visitor):
    @FEW
    @given(st.text(alphabet="!?<>'\"&%#- \tÄЖ\u0000あ", max_size=60))
    def junk(text):
        answer = visitor.post("/code", data=RELEASING | {"text": text})
        assert 400 <= answer.status_code < 500
        check(answer)

    junk()


@pytest.mark.hypothesis
@pytest.mark.parametrize("address", sorted(QUERIES))
def test_junk_in_an_address_is_answered_in_a_sentence(visitor, address):
    @FEW
    @given(fields(QUERIES[address]))
    def junk(pairs):
        check(visitor.get(f"{address}?{urlencode(pairs)}", follow_redirects=False))

    junk()


@pytest.mark.hypothesis
@pytest.mark.parametrize(
    "address",
    [
        "/guide/{}",
        "/models/{}",
        "/practice/{}",
        "/road/{}",
        "/road/{}/code",
        "/road/{}/keys",
        "/road/{}/practice",
        "/road/{}/dealer",
        "/waiting/{}",
        "/waiting/{}/radiokey.ics",
        "/static/{}",
        "/static/reader/{}",
        "/{}",
    ],
)
def test_junk_as_a_part_of_an_address_is_answered_in_a_sentence(visitor, address):
    parts = st.one_of(VALUES, st.from_regex(r"[a-z-]{1,20}(\.[a-z0-9_-]{0,20}){0,7}", fullmatch=True))

    @FEW
    @given(parts)
    def junk(part):
        check(visitor.get(address.format(quote(part, safe="")), follow_redirects=False))

    junk()


@pytest.mark.hypothesis
@pytest.mark.parametrize("how", ["on", "off"])
def test_junk_for_a_countdown_is_answered_in_a_sentence(visitor, how):
    told = {"model": "ford_6000cd", "errors": "3"}
    link = visitor.post("/waiting", data=told, follow_redirects=False).headers["location"]

    @FEW
    @given(st.sampled_from([link, link[:-1], link + "A", "/waiting/x"]), fields(("minutes",)))
    def junk(whose, pairs):
        check(posted(visitor, f"{whose}/{how}", pairs))

    junk()


def json_junk() -> st.SearchStrategy[object]:
    plain = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40)
    return st.recursive(
        plain,
        lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=8), inner, max_size=5),
    )


@pytest.mark.hypothesis
def test_junk_for_a_practice_radio_is_answered_in_a_sentence(visitor):
    image = re.search(r'data-image="([^"]+)"', visitor.get("/practice/renault_86a").text)[1]
    act = st.fixed_dictionaries(
        {
            "what": st.sampled_from(
                ["press", "time", "skip", "cut", "supply", "ignition", "engine", "radio", "x"]
            )
        },
        optional={
            "key": st.sampled_from(["1", "6", "on", "off", "hour", "acc"]) | VALUES,
            "ms": st.integers(-5, 10**7),
        },
    )
    sent = st.fixed_dictionaries(
        {"image": st.just(image) | VALUES, "did": st.lists(act, max_size=70) | json_junk()}
    )

    @FEW
    @given(sent | json_junk())
    def junk(value):
        check(visitor.post("/practice/renault_86a/did", content=json.dumps(value)))

    junk()


@pytest.mark.hypothesis
@pytest.mark.usefixtures("nothing_logged")
@pytest.mark.parametrize("address", ["/number", "/code", "/waiting", "/verify", "/practice/renault_86a/did"])
def test_bytes_that_are_no_form_at_all_are_answered_in_a_sentence(visitor, address):
    kinds = st.sampled_from([
        "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "multipart/form-data", "application/json",
        "text/plain", "nonsense", "application/x-www-form-urlencoded; charset=utf-7", "application/msgpack",
    ])  # fmt: skip
    starts = st.sampled_from(
        [b"", b"--x\r\nContent-Disposition: form-data; name=text\r\n\r\n", b"text=%ff&", b"{"]
    )

    @FEW
    @given(kinds, starts, st.binary(max_size=200))
    def junk(kind, start, body):
        head = {"content-type": kind}
        answer = visitor.post(address, content=start + body, headers=head, follow_redirects=False)
        check(shown_after(answer, visitor.get))

    junk()


# --- who may post, how much, and what is only posted -------------------------------------------------------

POSTED = (
    "/start",
    "/number",
    "/code",
    "/coach",
    "/told",
    "/waiting",
    "/verify",
    "/practice/renault_86a/did",
)
FOREIGN = (
    {"origin": "https://elsewhere.example"},
    {"origin": "null"},
    {"origin": "http://testserver.local.elsewhere.example"},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"sec-fetch-site": "cross-site", "origin": "http://testserver.local"},
)
OURS = (
    {},
    {"origin": "http://testserver.local"},
    {"sec-fetch-site": "same-origin"},
    {"sec-fetch-site": "none"},
    {"sec-fetch-site": "same-origin", "origin": "null"},
)


@pytest.mark.usefixtures("nothing_logged")
@pytest.mark.parametrize("address", POSTED)
@pytest.mark.parametrize("head", FOREIGN)
def test_a_form_of_another_site_is_refused(visitor, address, head):
    """Otherwise a foreign page could spend its visitor's releases, or read a code aloud to itself."""
    answer = visitor.post(address, data=RELEASING | {"text": LABEL}, headers=head)
    assert answer.status_code == 403
    assert "This form was sent from another site" in answer.text
    check(answer)


@pytest.mark.parametrize("head", OURS)
def test_a_form_of_this_site_is_taken(visitor, head):
    answer = visitor.post("/number", data={"text": LABEL}, headers=head)
    assert answer.status_code == 200


@pytest.mark.parametrize("head", FOREIGN)
def test_a_link_from_another_site_may_be_followed(visitor, head):
    """Only what changes or releases something asks where it comes from."""
    assert visitor.get("/", headers=head).status_code == 200


@pytest.mark.usefixtures("nothing_logged")
@pytest.mark.parametrize("address", POSTED)
def test_a_body_larger_than_any_form_is_refused(visitor, address):
    answer = posted(visitor, address, [("code", "x" * FORM_BYTES_MAX)])
    assert answer.status_code == 413
    assert "far more than this form holds" in answer.text
    check(answer)


@pytest.mark.parametrize("address", ["/code", "/practice/renault_86a/did", "/waiting/x/on", "/waiting/x/off"])
def test_what_is_only_posted_is_not_opened(visitor, address):
    answer = visitor.get(address)
    assert answer.status_code == 405
    check(answer)


@pytest.mark.usefixtures("nothing_logged")
def test_a_code_in_an_address_releases_nothing(visitor):
    assert visitor.get(f"/code?{urlencode(RELEASING | {'text': LABEL})}").status_code == 405
    answer = visitor.post(f"/code?{urlencode(RELEASING | {'text': LABEL})}", data={})
    assert 400 <= answer.status_code < 500
    check(answer)


@pytest.mark.parametrize(
    "address", ["/", "/guide/stop", "/nowhere", "/health", "/static/x.css", "/practice/unknown"]
)
def test_every_answer_carries_the_headers(visitor, address):
    answer = visitor.get(address)
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert len(answer.headers.get_list("content-security-policy")) == 1
