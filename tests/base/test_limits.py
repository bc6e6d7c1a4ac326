"""Buckets: how many at once, how they fill, whose they are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radiokey.base.limits import Limit, LimitedClient, Limits, RateLimiter, reached
from radiokey.clock import DAY_MS, HOUR_MS, MINUTE_MS
from radiokey.errors import LimitReachedError, UsageError

LIMITS = Limits(
    {
        "client": Limit(3, 300),
        "account": Limit(5, 300),
        "everybody": Limit(8, 300),
        "number": Limit(2, 200),
        "client-misses": Limit(2, 200),
        "number-misses": Limit(1, 100),
    }
)
ME = LimitedClient("me")


class Rows:
    """The two statements that buckets use, and how often."""

    def __init__(self):
        self.stored, self.reads, self.writes = {}, 0, 0

    def buckets(self, names):
        self.reads += 1
        return {name: self.stored[name] for name in names if name in self.stored}

    def set_bucket(self, name, full_at_ms):
        self.writes += 1
        self.stored[name] = full_at_ms


@pytest.fixture
def rows():
    return Rows()


def release(rows, asker, now_ms, limits=LIMITS):
    limiter = RateLimiter(rows, limits, asker.buckets())
    limiter.check(asker.buckets(), now_ms)
    limiter.take(asker.releases(), now_ms)
    limiter.write()


def miss(rows, asker, now_ms):
    limiter = RateLimiter(rows, LIMITS, asker.buckets())
    limiter.check(asker.buckets(), now_ms)
    limiter.take(asker.misses(), now_ms)
    limiter.write()


def refused(rows, asker, now_ms, limit):
    with pytest.raises(LimitReachedError) as caught:
        RateLimiter(rows, LIMITS, asker.buckets()).check(asker.buckets(), now_ms)
    assert caught.value.facts["limit"] == limit
    assert caught.value.hint
    return caught.value.facts["retry_after_s"]


def test_so_many_at_once_and_then_one_by_one(rows):
    for _ in range(3):
        release(rows, ME, 1_000)
    assert refused(rows, ME, 1_000, "client") == 1
    refused(rows, ME, 1_099, "client")
    release(rows, ME, 1_100)
    refused(rows, ME, 1_199, "client")
    release(rows, ME, 1_200)


def test_a_full_bucket_holds_no_more_than_it_holds(rows):
    release(rows, ME, 1_000)
    for _ in range(3):
        release(rows, ME, 9_000)
    refused(rows, ME, 9_000, "client")


def test_a_clock_set_back_frees_nobody(rows):
    for _ in range(3):
        release(rows, ME, 1_000)
    assert refused(rows, ME, 0, "client") >= 1


def test_each_has_a_bucket_and_all_have_one_together(rows):
    for name in "abcd":
        release(rows, LimitedClient(name), 1_000)
        release(rows, LimitedClient(name), 1_000)
    refused(rows, LimitedClient("e"), 1_000, "everybody")


def test_an_account_has_one_bucket_wherever_it_asks_from(rows):
    for name in "abcde":
        release(rows, LimitedClient(name, account="acme"), 1_000)
    refused(rows, LimitedClient("f", account="acme"), 1_000, "account")
    release(rows, LimitedClient("f", account="other"), 1_000)


def test_the_number_of_one_unit_has_its_own(rows):
    release(rows, LimitedClient("a", number="bp12:1"), 1_000)
    release(rows, LimitedClient("b", number="bp12:1"), 1_000)
    refused(rows, LimitedClient("c", number="bp12:1"), 1_000, "number")
    release(rows, LimitedClient("c", number="bp12:2"), 1_000)


def test_misses_have_buckets_of_their_own(rows):
    """A few typing errors cost nothing; trying cars one by one ends soon, by who asks and by number."""
    miss(rows, LimitedClient("a", number="bp12:1"), 1_000)
    refused(rows, LimitedClient("b", number="bp12:1"), 1_000, "number-misses")
    miss(rows, LimitedClient("a", number="bp12:2"), 1_000)
    refused(rows, LimitedClient("a", number="bp12:3"), 1_000, "client-misses")
    refused(rows, LimitedClient("a"), 1_000, "client-misses")
    release(rows, LimitedClient("b"), 1_000)


def test_a_check_takes_nothing(rows):
    for _ in range(20):
        RateLimiter(rows, LIMITS, ME.buckets()).check(ME.buckets(), 1_000)
    assert rows.stored == {}


def test_the_buckets_are_read_at_once_and_each_is_written_once(rows):
    """Fifty releases of one commit share most of their buckets."""
    limiter = RateLimiter(rows, Limits(), ME.buckets())
    for _ in range(20):
        limiter.check(ME.buckets(), 1_000)
        limiter.take(ME.releases(), 1_000)
    limiter.write()
    assert (rows.reads, rows.writes) == (1, 2)


def test_a_limit_that_is_not_set_limits_nobody(rows):
    for _ in range(100):
        release(rows, ME, 1_000, Limits({}))
    assert rows.stored == {}


@given(st.integers(1, 2_000), st.integers(1, DAY_MS), st.lists(st.integers(0, 5_000), max_size=60))
def test_no_more_than_twice_so_many_in_any_period(most, period_ms, pauses):
    """What a bucket promises: at most what it holds plus what it fills with meanwhile."""
    limit, full_at_ms, now_ms, taken = Limit(most, period_ms), None, 1, []
    for pause in pauses:
        now_ms += pause
        if limit.wait_ms(full_at_ms, now_ms) == 0:
            full_at_ms = limit.after(full_at_ms, now_ms)
            taken.append(now_ms)
    for start in taken:
        within = [at for at in taken if start <= at <= start + period_ms]
        assert len(within) <= 2 * most
    assert len([at for at in taken if at == now_ms]) <= most


def test_limits_are_written_as_people_say_them():
    changed = Limits().with_changes(["account=7/hour", "everybody=100/day"])
    assert changed.of["account"] == Limit(7, HOUR_MS)
    assert changed.of["everybody"] == Limit(100, DAY_MS)
    assert changed.of["client"] == Limits().of["client"]


@pytest.mark.parametrize(
    "written", ["", "account", "account=0/day", "account=-1/day", "account=7/week", "you=7/day"]
)
def test_a_limit_that_is_none_is_refused(written):
    with pytest.raises(UsageError):
        Limits().with_changes([written])


SAID = {
    "client": ("3 codes", "here", "account of a dealer"),
    "account": ("3 codes", "this account", "account of a dealer"),
    "network": ("3 codes", "this network", "account of a dealer"),
    "everybody": ("as many codes as it may", "this base", "nothing to do with you"),
    "number": ("3 times", "this radio", "write it down"),
    "client-misses": ("too many numbers", "their car or their model", "compare number, VIN and model"),
    "number-misses": ("too many tries", "this number", "compare number, VIN and model"),
    "asked": ("3 questions", "here", "only when a code is released"),
    "recovery": ("3 recovery codes", "here", "a new link"),
    "recovery-account": ("3 recovery codes", "this account", "a new link"),
    "messages": ("3 messages", "here", "not lost"),
    "messages-network": ("3 messages", "this network", "not lost"),
    "papers": ("3 papers", "here", "not lost"),
    "papers-network": ("3 papers", "this network", "not lost"),
    "photos": ("3 photos", "here", "type the number"),
    "photos-network": ("3 photos", "this network", "type the number"),
    "requests": ("3 requests", "here", "goes on by its own link"),
    "requests-network": ("3 requests", "this network", "goes on by its own link"),
    "poll": ("3 answers", "here", "does not change the picture"),
    "poll-network": ("3 answers", "this network", "does not change the picture"),
}


def test_every_limit_says_how_many_whose_it_is_and_what_to_do():
    """One without words would be a fault of ours in the very moment somebody has to be told to wait."""
    assert set(SAID) == set(Limits().of)
    for name, (most, whose, then) in SAID.items():
        error = reached(name, Limit(3, HOUR_MS), 1)
        assert most in error.sentence, name
        assert whose in error.sentence, name
        assert ("an hour" in error.sentence) == ("misses" not in name), name
        assert then in error.hint, name
        assert error.facts == {"limit": name, "retry_after_s": 1}


@pytest.mark.parametrize(
    ("wait_ms", "said"),
    [
        (1, "a minute"),
        (MINUTE_MS, "1 minute"),
        (MINUTE_MS + 1, "2 minutes"),
        (HOUR_MS - 1, "60 minutes"),
        (HOUR_MS, "1 hour"),
        (HOUR_MS + 1, "2 hours"),
        (DAY_MS, "24 hours"),
    ],
)
def test_nobody_is_told_to_come_back_too_early(wait_ms, said):
    assert f"try again in {said}; " in reached("client", Limit(3, DAY_MS), wait_ms).hint


@pytest.mark.parametrize(
    ("period_ms", "said"),
    [(MINUTE_MS, "a minute"), (HOUR_MS, "an hour"), (DAY_MS, "24 hours"), (7_000, "7 seconds")],
)
def test_a_period_is_said_as_people_say_it(period_ms, said):
    assert reached("account", Limit(3, period_ms), 1).sentence.endswith(f"within {said}")


def test_whoever_asks_is_told_what_is_left_of_their_own(rows):
    """To the second, rounded so that nobody is promised more than there is."""
    told = []
    for _ in range(4):
        limiter = RateLimiter(rows, LIMITS, ME.buckets())
        left = limiter.left(ME, 1_000)
        told.append((left.name, left.releases, left.full_in_s))
        limiter.take(ME.releases(), 1_000)
        limiter.write()
    assert told == [("client", 3, 0), ("client", 2, 1), ("client", 1, 1), ("client", 0, 1)]
    assert RateLimiter(rows, LIMITS, ME.buckets()).left(ME, 1_000).releases == 0, "never less than nothing"
    assert RateLimiter(rows, LIMITS, ME.buckets()).left(ME, 10_000).releases == 3
    assert RateLimiter(rows, Limits({}), ME.buckets()).left(ME, 1_000) is None


TWO = (("client", "papers:me"), ("number", "papers:net"))


def test_several_at_once_are_taken_from_each_bucket_or_from_none(rows):
    """The second bucket holds two: three papers leave the first one full."""
    with pytest.raises(LimitReachedError) as caught:
        RateLimiter(rows, LIMITS, TWO).use(TWO, 1_000, 3)
    assert (caught.value.facts["limit"], rows.stored) == ("number", {})
    RateLimiter(rows, LIMITS, TWO).use(TWO, 1_000, 2)
    assert rows.stored == {"papers:me": 1_200, "papers:net": 1_200}
    with pytest.raises(LimitReachedError) as caught:
        RateLimiter(rows, LIMITS, TWO).use(TWO, 1_000, 2)
    assert caught.value.facts["limit"] == "client", "the first that is too empty says so"


def test_none_at_all_takes_nothing_from_an_empty_bucket(rows):
    RateLimiter(rows, LIMITS, TWO).use(TWO, 1_000, 2)
    RateLimiter(rows, LIMITS, TWO).use(TWO, 1_000, 0)
    assert rows.writes == 2
