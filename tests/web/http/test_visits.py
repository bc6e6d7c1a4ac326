"""What was said, sealed into an address: whole for two hours, nobody else's, and never with a code."""

import base64

import pytest

from radiokey.code.value import Code
from radiokey.errors import LinkError
from radiokey.web.http.held import HeldTexts
from radiokey.web.http.visits import (
    HELD_MAX,
    LASTS_MS,
    SHOWN_MS,
    TOKEN_LENGTH_MAX,
    FormAnswer,
    Problem,
    Visit,
    Visits,
)

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
    assert len(visits._codes) == 0


def test_so_many_codes_are_held_and_the_oldest_goes_first(visits):
    first, *others = [visits.hold(SAID, Code("4711")) for _ in range(HELD_MAX + 1)]
    assert visits.code_of(first) is None
    assert visits.code_of(others[-1]) is not None
    assert len(visits._codes) <= HELD_MAX


# --- the answer to a form ----------------------------------------------------------------------------------

PLACE = "/desk/requests/ab12 ann"
ANSWER = FormAnswer(
    problem=Problem("", "a", "b", 400, "papers", 60), form="message", typed={"text": "My code is 4786."}
)


def said_in(address):
    return address.partition("said=")[2]


def test_what_was_typed_comes_back_on_its_page_and_nowhere_else(visits):
    address = visits.address("/desk/requests/ab12", PLACE, ANSWER)
    found = visits.answer_of(said_in(address), PLACE)
    assert (found.problem, found.form, found.typed) == (ANSWER.problem, ANSWER.form, ANSWER.typed)
    for other in ("/desk/requests/ab12 bob", "/desk/requests/cd34 ann", "road", ""):
        assert visits.answer_of(said_in(address), other) == FormAnswer()


def test_an_answer_is_no_visit_and_a_visit_no_answer(visits):
    with pytest.raises(LinkError):
        visits.open(said_in(visits.address("/x", "road", ANSWER)))
    assert visits.answer_of(token_of(visits, SAID), "road") == FormAnswer()


def test_a_page_is_shown_without_what_is_over_or_junk(visits, clock):
    token = said_in(visits.address("/verify", "/verify", ANSWER))
    for junk in ("", "x", "ü", token[:-1], "A" * (TOKEN_LENGTH_MAX + 1)):
        assert visits.answer_of(junk, "/verify") == FormAnswer()
    clock.ms += LASTS_MS
    assert visits.answer_of(token, "/verify") == FormAnswer()


def test_an_address_that_has_a_query_keeps_it(visits):
    assert visits.address("/waiting?model=x", "/waiting", ANSWER).startswith("/waiting?model=x&said=")


@pytest.mark.parametrize(
    ("typed", "hold"), [({"text": "My code is 4786."}, True), ({"receipt": "x" * 40_000}, False)]
)
def test_words_that_may_have_a_code_or_are_long_stand_in_no_address(visits, clock, typed, hold):
    """They are held in this process; in another one the page says that they have to be typed again."""
    answer = FormAnswer(problem=ANSWER.problem, typed=typed)
    address = visits.address("/verify", "/verify", answer, hold=hold)
    assert len(address) < 1_000
    assert visits.answer_of(said_in(address), "/verify").typed == typed
    other = Visits(b"k" * 32, clock, Counting()).answer_of(said_in(address), "/verify")
    assert other.typed == {}
    assert other.problem.hint == "b; what was typed is not here any more: type it once more"


def test_nothing_is_held_in_clear(visits):
    """Whoever reads the memory of the process without the address has nothing."""
    visits.hold(SAID, Code("98761"))
    visits.address("/verify", "/verify", FormAnswer(typed={"text": "98761"}), hold=True, secret="98761")  # noqa: S106
    stores = (visits._codes, visits._texts, visits._anybodys, visits._secrets)
    held = [sealed for store in stores for sealed in store._held.values()]
    assert len(held) == 3
    assert not [one for one in held if b"98761" in one.content]


def test_what_anybody_sends_pushes_out_nothing_of_people_who_are_known(visits):
    """A page without a person takes texts from everybody, as many as are sent."""
    clerks = said_in(
        visits.address(
            "/desk/requests/1", "/desk/requests/1 ann", FormAnswer(typed={"text": "known"}), hold=True
        )
    )
    for number in range(300):
        visits.address("/verify", "/verify", FormAnswer(typed={"text": f"{number}" * 20_000}), hold=True)
    assert visits.answer_of(clerks, "/desk/requests/1 ann").typed == {"text": "known"}


def test_a_secret_is_shown_for_ten_minutes(visits, clock):
    token = said_in(visits.address("/me/codes", "/me/codes", FormAnswer(), secret="abcd"))  # noqa: S106
    for _ in range(2):
        assert visits.secret_of(visits.answer_of(token, "/me/codes")) == "abcd"
    clock.ms += SHOWN_MS
    assert visits.secret_of(visits.answer_of(token, "/me/codes")) is None
    assert visits.secret_of(FormAnswer()) is None


def test_so_many_bytes_are_held_and_the_oldest_go_first(clock):
    held = HeldTexts(clock, Counting(), lasts_ms=LASTS_MS, most=100, bytes_max=1_000)
    names = [held.hold("x" * 400) for _ in range(4)]
    assert [held.text_of(name) is not None for name in names] == [False, False, True, True]
    assert held.text_of("no name") is None


def test_who_typed_nothing_has_no_code(visits):
    assert visits.code_of(SAID) is None
