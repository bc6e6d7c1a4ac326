"""An owner's address: hidden, sealed, bound to its request."""

import pickle

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from radiokey.base.requests.contact import Address, ContactKey
from radiokey.errors import SealError, UsageError

KEY = ContactKey(b"k" * 32)
ADDRESS = Address.parse(" owner+radio@mail.example.org ")
SEALED = KEY.seal(ADDRESS, "r1", b"n" * 12)


def test_an_address_comes_back_for_its_request_alone():
    assert KEY.open(SEALED, "r1").reveal() == "owner+radio@mail.example.org"
    for key, sealed, request in (
        (KEY, SEALED, "r2"),
        (ContactKey(b"x" * 32), SEALED, "r1"),
        (KEY, SEALED[:-1], "r1"),
        (KEY, b"", "r1"),
        (KEY, bytes([SEALED[0] ^ 1]) + SEALED[1:], "r1"),
    ):
        with pytest.raises(SealError):
            key.open(sealed, request)


def test_the_bytes_are_those_of_the_page():
    """docs/spec/request.md."""
    plain = AESGCM(b"k" * 32).decrypt(SEALED[:12], SEALED[12:], b"radiokey contact v1\nr1")
    assert plain == b"owner+radio@mail.example.org"


def test_neither_address_nor_key_shows_itself():
    shown = f"{ADDRESS}{ADDRESS!r}{KEY}{KEY!r}{ADDRESS:>30}"
    assert "owner" not in shown
    assert "kkk" not in shown
    for secret in (ADDRESS, KEY):
        with pytest.raises(TypeError):
            pickle.dumps(secret)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "owner",
        "a@b",
        "a b@example.org",
        "a@example.org\nBcc: b@example.org",
        "a@@example.org",
        "ä@example.org",
    ],
)
def test_what_is_no_address_is_refused(text):
    """A line break most of all: it would write headers of its own into a mail."""
    with pytest.raises(UsageError):
        Address.parse(text)
