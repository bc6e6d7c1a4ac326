"""A link that stands for an account."""

import base64
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radiokey.base.keys.link import read, sign
from radiokey.errors import LinkError

KEY, UNTIL = b"k" * 32, 1_700_000_000_000
LINK = sign(KEY, "request", "0123abcd", UNTIL)


def test_a_link_names_its_subject_until_its_time_is_over():
    assert read(KEY, "request", LINK, UNTIL - 1) == "0123abcd"
    with pytest.raises(LinkError, match="over"):
        read(KEY, "request", LINK, UNTIL)


def test_a_link_for_one_purpose_is_none_for_another_and_none_of_another_key():
    for key, purpose in ((KEY, "papers"), (b"x" * 32, "request"), (KEY, "reques"), (KEY, "")):
        with pytest.raises(LinkError, match="not from here"):
            read(key, purpose, LINK, 0)


def test_where_a_purpose_ends_and_a_body_begins_is_no_matter_of_luck():
    assert sign(KEY, "a", "b", 1)[-20:] != sign(KEY, "a\0", "b", 1)[-20:]


@given(st.integers(0, len(LINK) - 1), st.sampled_from("Aa0_-9Z=+/"))
def test_no_character_of_a_link_can_be_another(at, other):
    changed = f"{LINK[:at]}{other}{LINK[at + 1 :]}"
    if changed != LINK:
        with pytest.raises(LinkError, match="not from here"):
            read(KEY, "request", changed, 0)


def test_every_byte_of_the_mac_matters():
    raw = base64.urlsafe_b64decode(LINK + "=" * (-len(LINK) % 4))
    for at in range(len(raw) - 32, len(raw)):
        changed = raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]
        with pytest.raises(LinkError, match="not from here"):
            read(KEY, "request", base64.urlsafe_b64encode(changed).rstrip(b"=").decode(), 0)


@pytest.mark.parametrize("text", ["", "x", LINK[:-1], f"{LINK}A", f"{LINK}=", f" {LINK}", LINK * 2, "ä" * 60])
def test_what_is_no_link_is_refused_alike(text):
    with pytest.raises(LinkError, match="not from here"):
        read(KEY, "request", text, 0)


def test_a_link_of_a_later_version_is_not_understood_by_chance():
    body = b"\x02" + UNTIL.to_bytes(8, "big") + b"0123abcd"
    mac = hmac.digest(KEY, b"request\0" + body, "sha256")
    text = base64.urlsafe_b64encode(body + mac).rstrip(b"=").decode()
    with pytest.raises(LinkError):
        read(KEY, "request", text, 0)


def test_the_bytes_are_those_of_the_page():
    """docs/spec/request.md."""
    raw = base64.urlsafe_b64decode(LINK + "=" * (-len(LINK) % 4))
    body = b"\x01" + UNTIL.to_bytes(8, "big") + b"0123abcd"
    assert raw == body + hmac.digest(KEY, b"request\0" + body, "sha256")
