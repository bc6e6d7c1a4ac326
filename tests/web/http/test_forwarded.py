"""Who asks behind a proxy: what each form of the headers says, and that no form is a new client."""

import asyncio
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radiokey.web.http import forwarded
from radiokey.web.http.forwarded import THE_PROXY, BehindProxy, find_scheme, parse_address

CLIENT = "203.0.113.7"
CLIENT_6 = "2001:db8::7"
PROXY = "192.0.2.5"
FORGED = "6.6.6.6"


def asks(*headers: tuple[str, str], peer: str = PROXY, proxies: tuple[str, ...] = ("192.0.2.0/24",)) -> dict:
    """Return the scope as it reaches the application."""
    seen = {}

    async def application(scope, _receive, _send):
        seen.update(scope)

    async def nothing(*_):
        raise AssertionError("nothing is read or sent here")

    scope = {
        "type": "http",
        "client": (peer, 4711),
        "scheme": "http",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers],
    }
    asyncio.run(BehindProxy(application, proxies)(scope, nothing, nothing))
    return seen


def client(*headers: tuple[str, str], **how) -> str:
    return asks(*headers, **how)["client"][0]


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ([("X-Forwarded-For", CLIENT)], CLIENT),
        ([("X-Forwarded-For", f"{CLIENT}:51234")], CLIENT),
        ([("X-Forwarded-For", f"{FORGED}, {CLIENT}")], CLIENT),
        ([("X-Forwarded-For", f"{CLIENT}, {PROXY}")], CLIENT),
        ([("X-Forwarded-For", f"{CLIENT}:1, {PROXY}:2")], CLIENT),
        ([("X-Forwarded-For", f" ,{CLIENT}, ,")], CLIENT),
        ([("X-Forwarded-For", CLIENT_6)], CLIENT_6),
        ([("X-Forwarded-For", f"[{CLIENT_6}]")], CLIENT_6),
        ([("X-Forwarded-For", f"[{CLIENT_6}]:51234")], CLIENT_6),
        ([("X-Forwarded-For", "2001:DB8:0:0::7")], CLIENT_6),
        ([("X-Forwarded-For", f"::ffff:{CLIENT}")], CLIENT),
        ([("X-Forwarded-For", f"{CLIENT}, ::ffff:{PROXY}")], CLIENT),
        ([("X-Forwarded-For", FORGED), ("X-Forwarded-For", CLIENT)], CLIENT),
        ([("Forwarded", f"for={CLIENT}")], CLIENT),
        ([("Forwarded", f"For={CLIENT};Proto=https;by=_us")], CLIENT),
        ([("Forwarded", f'for="{CLIENT}:51234"')], CLIENT),
        ([("Forwarded", f'for="[{CLIENT_6}]:51234"')], CLIENT_6),
        ([("Forwarded", f'for="[{CLIENT_6}]:_hidden"')], CLIENT_6),
        ([("Forwarded", f"for={FORGED}, for={CLIENT};proto=http, for={PROXY}")], CLIENT),
        ([("Forwarded", f"for={FORGED}"), ("Forwarded", f"for={CLIENT}")], CLIENT),
        ([("Forwarded", rf'for="{CLIENT[:-1]}\{CLIENT[-1]}"')], CLIENT),
        ([("Forwarded", f"for={CLIENT}"), ("X-Forwarded-For", f"{FORGED}, {CLIENT}:9")], CLIENT),
        ([("Forwarded", "proto=https"), ("X-Forwarded-For", CLIENT)], CLIENT),
    ],
)
def test_the_last_address_that_is_no_proxy_asks(headers, expected):
    """Each in the form that proxies really write, in one header or in several."""
    assert client(*headers) == expected


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("X-Forwarded-For", "")],
        [("X-Forwarded-For", "unknown")],
        [("X-Forwarded-For", f"{CLIENT}, localhost")],
        [("X-Forwarded-For", f"{CLIENT}; {FORGED}")],
        [("X-Forwarded-For", f"for={CLIENT}")],
        [("X-Forwarded-For", "203.0.113.007")],
        [("X-Forwarded-For", f"{CLIENT}:999999")],
        [("X-Forwarded-For", f"[{CLIENT_6}]x")],
        [("X-Forwarded-For", PROXY)],
        [("Forwarded", CLIENT)],
        [("Forwarded", "for=unknown")],
        [("Forwarded", "for=_hidden")],
        [("Forwarded", f"for={FORGED}, proto=https")],
        [("Forwarded", f"for={FORGED};for={CLIENT}")],
        [("Forwarded", f'for="{CLIENT}')],
        [("Forwarded", f"for={CLIENT};")],
        [("Forwarded", f"for={FORGED}"), ("X-Forwarded-For", CLIENT)],
        [("Forwarded", f"for={CLIENT}, nonsense"), ("X-Forwarded-For", CLIENT)],
    ],
)
def test_what_cannot_be_read_or_disagrees_counts_as_the_proxy(headers):
    """A header that one proxy writes, another passes on as its client sent it: alone it proves nothing."""
    assert client(*headers) == THE_PROXY


TEXTS = st.lists(
    st.sampled_from(
        [FORGED, CLIENT, PROXY, CLIENT_6, "for=", '"', "[", "]", ":", "1", ";", ",", " ", "_", "\\"]
    )
).map("".join)


@given(st.lists(st.tuples(st.sampled_from(["X-Forwarded-For", "Forwarded"]), TEXTS), max_size=4))
def test_whatever_a_client_sends_first_the_proxys_own_words_decide(sent):
    """It is the address that the proxy appended, or the proxy: never one that the client made up."""
    theirs = ", ".join(text for name, text in sent if name == "X-Forwarded-For")
    own = ("X-Forwarded-For", f"{theirs}, {CLIENT}" if theirs else CLIENT)
    passed_on = [(name, text) for name, text in sent if name == "Forwarded"]
    assert client(*passed_on, own) in {CLIENT, THE_PROXY}


@given(TEXTS)
def test_who_asks_is_an_address_or_the_proxy(text):
    for name in ("X-Forwarded-For", "Forwarded"):
        found = client((name, text))
        assert found == THE_PROXY or str(ip_address(found)) == found


def test_who_is_no_proxy_is_not_believed_and_its_headers_stay():
    """They stay since a request that somebody forwarded is not from this machine."""
    scope = asks(("X-Forwarded-For", CLIENT), ("X-Forwarded-Proto", "https"), peer="198.51.100.1")
    assert scope["client"] == ("198.51.100.1", 4711)
    assert scope["scheme"] == "http"
    assert scope["headers"][0][0] == b"x-forwarded-for"


def test_a_proxys_headers_are_not_passed_on():
    """The application asks `client`; what a header said is settled here."""
    scope = asks(("Via", "1.1 proxy"), ("X-Forwarded-For", CLIENT), ("Forwarded", f"for={CLIENT}"))
    assert scope["headers"] == []


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ([(b"x-forwarded-proto", b"https")], "https"),
        ([(b"x-forwarded-proto", b"HTTPS")], "https"),
        ([(b"x-forwarded-proto", b"https, https")], "https"),
        ([(b"x-forwarded-proto", b"https,http")], "http"),
        ([(b"x-forwarded-proto", b"https"), (b"x-forwarded-proto", b"http")], "http"),
        ([(b"x-forwarded-proto", b"http"), (b"forwarded", b"for=1.2.3.4;proto=https")], "http"),
        ([(b"forwarded", b"for=1.2.3.4;proto=https")], "https"),
        ([(b"forwarded", b"for=1.2.3.4;proto=https, for=5.6.7.8")], "http"),
        ([(b"forwarded", b"proto")], "http"),
        ([], "http"),
    ],
)
def test_tls_is_what_every_proxy_says(headers, expected):
    """A cookie that wants TLS is set where all of the way says so."""
    assert find_scheme(headers) == expected


def test_an_address_is_one_however_it_is_written():
    assert parse_address("::ffff:192.0.2.1") == ip_address("192.0.2.1")
    assert parse_address("fe80::1%eth0") == ip_address("fe80::1")
    assert parse_address("nobody") is None


def test_what_is_too_long_for_an_address_is_not_kept():
    """A proxy passes on what its client wrote: a thousand heads full of it would stay in memory."""
    before = forwarded._read_address.cache_info().currsize
    assert parse_address("9" * 10_000) is None
    assert client(("X-Forwarded-For", f"{'a' * 10_000}, 203.0.113.9")) == "203.0.113.9"
    assert parse_address("2001:db8:1111:2222:3333:4444:5555:6666%wlp0s20f3u1u4ab") is not None
    assert forwarded._read_address.cache_info().currsize <= before + 2
