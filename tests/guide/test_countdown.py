"""The countdown counts only confirmed time, survives as a link, and no changed link passes."""

import base64

import icalendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radiokey.clock import HOUR_MS, MINUTE_MS
from radiokey.errors import LinkError, UsageError
from radiokey.guide.countdown import read_minutes
from radiokey.guide.waiting import CHECKS_AT_THE_END, Countdown, Tried, calendar

KEY = b"k" * 32
START = 1_800_000_000_000


def begun(needed: int = HOUR_MS) -> Countdown:
    return Countdown.begin("ford_6000cd", Tried(3), needed, START)


def test_time_alone_does_not_count():
    later = START + 2 * HOUR_MS
    assert begun().remaining_ms() == HOUR_MS
    assert begun().left_if_on_ms(later) == 0
    assert begun().asks(later)
    assert not begun().over()


def test_confirmed_time_counts_and_ends_it():
    half = begun().was_on(START + 30 * MINUTE_MS)
    assert half.remaining_ms() == 30 * MINUTE_MS
    assert half.due_ms() == START + HOUR_MS
    assert half.was_on(START + HOUR_MS).over()


def test_not_on_all_the_time_begins_again_or_counts_what_the_owner_knows():
    at = START + 40 * MINUTE_MS
    assert begun().was_off(at).remaining_ms() == HOUR_MS
    assert begun().was_off(at, off_ms=10 * MINUTE_MS).remaining_ms() == 30 * MINUTE_MS
    assert begun().was_off(at, off_ms=90 * MINUTE_MS).remaining_ms() == HOUR_MS
    assert begun().was_off(at, off_ms=-5).remaining_ms() == 20 * MINUTE_MS
    assert begun().was_off(at, off_ms=0) == begun().was_on(at)


def test_the_same_minutes_are_never_counted_twice():
    at = START + 10 * MINUTE_MS
    assert begun().was_on(at).was_on(at).remaining_ms() == 50 * MINUTE_MS


@given(
    st.lists(
        st.tuples(st.integers(-3 * HOUR_MS, 3 * HOUR_MS), st.sampled_from(["on", "off", "part"])), max_size=12
    )
)
@settings(max_examples=2 * settings().max_examples, deadline=None, derandomize=True)
def test_it_never_counts_more_than_the_time_that_passed_however_the_clock_jumps(steps):
    """A clock that goes backwards never shortens a wait."""
    countdown, now, latest = begun(2 * HOUR_MS), START, START
    for jump, said in steps:
        now = max(0, now + jump)
        before = countdown
        match said:
            case "on":
                countdown = countdown.was_on(now)
            case "off":
                countdown = countdown.was_off(now)
            case _:
                countdown = countdown.was_off(now, off_ms=MINUTE_MS)
        latest = max(latest, now)
        assert countdown.confirmed_ms <= latest - START
        assert countdown.seen_ms == latest
        if now <= before.seen_ms:
            assert countdown.confirmed_ms <= before.confirmed_ms
        assert 0 <= countdown.remaining_ms() <= countdown.needed_ms


def test_a_clock_set_back_and_forth_gains_nothing():
    back = begun().was_on(START - HOUR_MS)
    assert back.was_on(START).remaining_ms() == HOUR_MS


COUNTDOWNS = st.builds(
    Countdown.begin,
    st.sampled_from(["", "renault_86a", "nissan_terrano3_article"]),
    st.builds(Tried, st.none() | st.integers(0, 99), st.integers(0, 9), st.booleans()),
    st.integers(1, 30 * 24 * HOUR_MS),
    st.integers(0, 2**52),
)


@given(COUNTDOWNS, st.integers(0, 10**9))
@settings(max_examples=settings().max_examples, deadline=None, derandomize=True)
def test_a_link_holds_all_of_it(begun, later):
    countdown = begun.was_on(begun.started_ms + later)
    token = countdown.to_token(KEY)
    assert Countdown.from_token(token, KEY) == countdown
    assert len(token) < 140
    assert token.replace("-", "").replace("_", "").isalnum()


def test_a_link_changed_at_any_character_is_refused():
    token = begun().to_token(KEY)
    for at in range(len(token)):
        for other in "AB9_-":
            if other != token[at]:
                with pytest.raises(LinkError):
                    Countdown.from_token(token[:at] + other + token[at + 1 :], KEY)


def test_a_link_changed_at_any_bit_is_refused():
    raw = base64.urlsafe_b64decode(begun().to_token(KEY) + "==")
    for at in range(len(raw)):
        for bit in range(8):
            changed = bytearray(raw)
            changed[at] ^= 1 << bit
            with pytest.raises(LinkError):
                Countdown.from_token(base64.urlsafe_b64encode(changed).rstrip(b"=").decode(), KEY)


def test_a_link_cut_short_made_longer_or_made_up_is_refused():
    token = begun().to_token(KEY)
    for text in (
        "",
        "A",
        "nonsense!",
        token[:-1],
        token[:20],
        token + "A",
        token + "=",
        token * 2,
        "\u00e4",
        token + "\n",
    ):
        with pytest.raises(LinkError):
            Countdown.from_token(text, KEY)


def test_a_link_of_another_key_is_refused():
    with pytest.raises(LinkError):
        Countdown.from_token(begun().to_token(b"x" * 32), KEY)


@given(st.text(max_size=150))
@settings(max_examples=2 * settings().max_examples, deadline=None, derandomize=True)
def test_no_text_breaks_the_reader_of_links(text):
    with pytest.raises(LinkError):
        Countdown.from_token(text, KEY)


@pytest.mark.parametrize(
    ("typed", "minutes"),
    [
        ("20", 20),
        (" 5 ", 5),
        ("5 min", 5),
        ("20 minutes", 20),
        ("1 Minute", 1),
        ("0", 0),
        ("", None),
        ("?", None),
    ],
)
def test_minutes_are_read_as_owners_type_them(typed, minutes):
    assert read_minutes(typed) == (None if minutes is None else minutes * MINUTE_MS)


@pytest.mark.parametrize("typed", ["abc", "-1", "1.5", "10000", "\u0663", "min", "5 hours"])
def test_what_is_no_number_of_minutes_is_said_in_minutes(typed):
    with pytest.raises(UsageError, match="number of minutes"):
        read_minutes(typed)


@pytest.mark.parametrize("needed", [0, -1, 31 * 24 * HOUR_MS, 2**53])
def test_a_wait_that_is_none_or_without_an_end_is_not_counted(needed):
    with pytest.raises(UsageError):
        Countdown.begin("rover_r960", Tried(40), needed, START)


def test_the_calendar_rings_when_it_can_be_over_and_names_the_three_checks():
    written = calendar(begun(), now_ms=START, radio="Ford 6000CD", link="https://example.org/wait/x")
    event = icalendar.Calendar.from_ical(written).walk("VEVENT")[0]
    assert event["dtstart"].dt.timestamp() * 1000 == START + HOUR_MS
    for check in CHECKS_AT_THE_END:
        assert check in event["description"]
    assert event["url"] == "https://example.org/wait/x"
    assert len(event.walk("VALARM")) == 1
    assert len(CHECKS_AT_THE_END) == 3


def test_the_calendar_is_the_same_file_each_time():
    assert calendar(begun(), now_ms=START, radio="x") == calendar(begun(), now_ms=START, radio="x")
