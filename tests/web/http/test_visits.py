"""What was said, sealed into an address: whole for two hours, nobody else's, and never with a code."""

import base64

import pytest

from radiokey.code.value import Code
from radiokey.errors import LinkError
from radiokey.web.http.visits import HELD_MAX, LASTS_MS, TOKEN_LENGTH_MAX, Problem, Visit, Visits

SAID = Visit(
    text="281155216RT V212", make="dacia", say="CODE", errors="1", problem=Problem("a", "b", "c", 422)
)


class Counting:
    """Bytes that differ each time."""

    def __init__(self) -> None:
        self.count = 0

    def bytes(self, count: int) -> bytes:
        self.count += 1
        return self.count.to_bytes(count, "big")


@pytest.fixture
def visits(clock):
    return Visits(b"k" * 32, clock, Counting())


def token_of(visits, visit):
    return visits.path(visit).removeprefix("/road/")


def test_what_was_said_comes_back_whole(visits, clock):
    found = visits.open(token_of(visits, SAID))
    assert found.until_ms == clock.ms + LASTS_MS
    assert {name: getattr(found, name) for name in Visit.__struct_fields__ if name != "until_ms"} == {
        name: getattr(SAID, name) for name in Visit.__struct_fields__ if name != "until_ms"
    }


def test_nothing_that_was_said_can_be_read_in_the_address(visits):
    token = token_of(visits, SAID)
    raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    assert b"V212" not in raw
    assert b"dacia" not in raw


def test_the_same_words_twice_are_two_addresses(visits):
    assert visits.path(SAID) != visits.path(SAID)


@pytest.mark.parametrize("at", [0, 11, 12, 40, -1])
def test_an_address_with_one_byte_changed_is_refused(visits, at):
    token = token_of(visits, SAID)
    raw = bytearray(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    raw[at] ^= 1
    with pytest.raises(LinkError):
        visits.open(base64.urlsafe_b64encode(bytes(raw)).rstrip(b"=").decode())


@pytest.mark.parametrize("token", ["", "x", "====", "a+b/", "ü", "A" * (TOKEN_LENGTH_MAX + 1), "A" * 100])
def test_junk_is_no_address(visits, token):
    with pytest.raises(LinkError):
        visits.open(token)


def test_another_site_cannot_open_it(visits, clock):
    with pytest.raises(LinkError):
        Visits(b"o" * 32, clock, Counting()).open(token_of(visits, SAID))


def test_after_two_hours_it_is_over(visits, clock):
    token = token_of(visits, SAID)
    clock.ms += LASTS_MS - 1
    visits.open(token)
    clock.ms += 1
    with pytest.raises(LinkError, match="two hours"):
        visits.open(token)


def test_a_typed_code_stays_here_and_is_not_in_the_address(visits, clock):
    """Another process, or this one after a restart, opens the address and has no code."""
    held = visits.hold(SAID, Code("4711"))
    token = token_of(visits, held)
    assert visits.code_of(visits.open(token)).reveal() == "4711"
    assert "4711" not in repr(visits.open(token))
    assert Visits(b"k" * 32, clock, Counting()).code_of(visits.open(token)) is None


def test_a_typed_code_is_forgotten_with_its_visit(visits, clock):
    held = visits.hold(SAID, Code("4711"))
    clock.ms += LASTS_MS
    assert visits.code_of(held) is None
    assert not visits._held


def test_so_many_codes_are_held_and_the_oldest_goes_first(visits):
    first, *others = [visits.hold(SAID, Code("4711")) for _ in range(HELD_MAX + 1)]
    assert visits.code_of(first) is None
    assert visits.code_of(others[-1]) is not None
    assert len(visits._held) <= HELD_MAX


def test_who_typed_nothing_has_no_code(visits):
    assert visits.code_of(SAID) is None
