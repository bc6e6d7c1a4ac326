"""How much anybody gets: enough for a family and its neighbours, too little for a trade.

A limit is a bucket that holds `most` releases and fills evenly over `period_ms`; an empty one refuses. What
is stored is one number, when the bucket is full again, so that time alone fills it and a clock set back frees
nobody. A release takes one from the bucket of the client (or of the account, where there is one), of the
network, of everybody, and, where the number names one unit, of that number; never from that of a number that
a million radios share.
Repeats and refusals are free, with one exception: a number, a car and a model that do not belong together
are a miss. A few misses are allowed, counted by number and by client; then the client waits.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Self

from radiokey.base.ports.store import Transaction
from radiokey.clock import DAY_MS, HOUR_MS, MINUTE_MS
from radiokey.errors import LimitReachedError, UsageError
from radiokey.language.speech import gettext, later

_PERIODS: Final = {"minute": MINUTE_MS, "hour": HOUR_MS, "day": DAY_MS}
_WRITTEN: Final = re.compile(r"([a-z-]+)=([1-9]\d{0,8})/(minute|hour|day)")


@dataclass(frozen=True, slots=True)
class Limit:
    """`most` at once, filled again evenly over `period_ms`."""

    most: int
    period_ms: int

    @property
    def cost_ms(self) -> int:
        """How long one takes to come back."""
        return -(-self.period_ms // self.most)

    def after(self, full_at_ms: int | None, now_ms: int) -> int:
        """Return when the bucket is full again once one more was taken from it."""
        return max(full_at_ms or 0, now_ms) + self.cost_ms

    def wait_ms(self, full_at_ms: int | None, now_ms: int) -> int:
        """Return how long until one can be taken; 0 if it can be now."""
        return max(0, self.after(full_at_ms, now_ms) - now_ms - self.most * self.cost_ms)


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of a base, by what they count; a name that is missing has none."""

    of: Mapping[str, Limit] = field(
        default_factory=lambda: {
            "client": Limit(50, DAY_MS),
            "account": Limit(500, DAY_MS),
            "network": Limit(500, DAY_MS),
            "everybody": Limit(20_000, HOUR_MS),
            "number": Limit(10, DAY_MS),
            "client-misses": Limit(20, DAY_MS),
            "number-misses": Limit(10, DAY_MS),
            "asked": Limit(30, DAY_MS),
            "recovery": Limit(10, HOUR_MS),
            "recovery-account": Limit(20, DAY_MS),
            "messages": Limit(60, DAY_MS),
            "messages-network": Limit(600, DAY_MS),
            "papers": Limit(60, DAY_MS),
            "papers-network": Limit(600, DAY_MS),
            "photos": Limit(60, DAY_MS),
            "photos-network": Limit(600, DAY_MS),
            "requests": Limit(10, DAY_MS),
            "requests-network": Limit(100, DAY_MS),
            "poll": Limit(3, DAY_MS),
            "poll-network": Limit(100, DAY_MS),
        }
    )

    def with_changes(self, written: Iterable[str]) -> Self:
        """Return the limits with some replaced, each written like `account=500/day`; raise `UsageError`."""
        changed = dict(self.of)
        for text in written:
            parts = _WRITTEN.fullmatch(text)
            if parts is None or parts[1] not in changed:
                raise UsageError(
                    gettext(
                        "a limit reads like account=500/day; the names are {names}",
                        names=", ".join(sorted(changed)),
                    ),
                    hint=gettext("the time is a minute, an hour or a day"),
                )
            changed[parts[1]] = Limit(int(parts[2]), _PERIODS[parts[3]])
        return type(self)(changed)


@dataclass(frozen=True, slots=True)
class LimitedClient:
    """Whose buckets a request takes from; empty where there is none. `number` names one unit or is empty."""

    client: str
    account: str = ""
    network: str = ""
    number: str = ""

    @property
    def own(self) -> str:
        """The name of the limit that is theirs alone: an account has its own, however many use it."""
        return "account" if self.account else "client"

    def releases(self) -> Iterator[tuple[str, str]]:
        """Yield the limit and the bucket of each that a release takes from."""
        yield from self._named((self.own, "network", "number"))
        yield "everybody", "everybody"

    def misses(self) -> Iterator[tuple[str, str]]:
        """Yield the limit and the bucket of each that a miss takes from."""
        for name, value in self._named(("client", "number")):
            yield f"{name}-misses", f"misses:{value}"

    def buckets(self) -> Iterator[tuple[str, str]]:
        """Yield the limit and the bucket of each that can refuse a release."""
        yield from self.releases()
        yield from self.misses()

    def _named(self, names: Iterable[str]) -> Iterator[tuple[str, str]]:
        for name in names:
            value: str = getattr(self, name)
            if value:
                yield name, f"{name}:{value}"


class RateLimiter:
    """The buckets of one transaction: read in one statement, each written once.

    A bucket is named with its limit: `("client", "client:ann")`. A limit that is missing refuses nothing.
    """

    __slots__ = ("_changed", "_full_at_ms", "_limits", "_transaction")

    def __init__(self, transaction: Transaction, limits: Limits, buckets: Iterable[tuple[str, str]]) -> None:
        self._transaction = transaction
        self._limits = limits
        self._full_at_ms = transaction.buckets({bucket for _, bucket in buckets})
        self._changed: set[str] = set()

    def check(self, buckets: Iterable[tuple[str, str]], now_ms: int, count: int = 1) -> None:
        """Raise `LimitReachedError` for the first of `buckets` that does not hold `count`; take nothing."""
        for name, bucket in buckets:
            limit = self._limits.of.get(name)
            if limit is None:
                continue
            full_at_ms = self._full_at_ms.get(bucket)
            for _ in range(count):
                if wait_ms := limit.wait_ms(full_at_ms, now_ms):
                    raise reached(name, limit, wait_ms)
                full_at_ms = limit.after(full_at_ms, now_ms)

    def left(self, asker: LimitedClient, now_ms: int) -> "Remaining | None":
        """Return what is left of the limit that is theirs alone; the use of others is not shown."""
        limit = self._limits.of.get(asker.own)
        if limit is None:
            return None
        bucket = f"{asker.own}:{getattr(asker, asker.own)}"
        full_in_ms = max(0, self._full_at_ms.get(bucket, 0) - now_ms)
        left = (limit.most * limit.cost_ms - full_in_ms) // limit.cost_ms
        return Remaining(asker.own, limit, max(0, left), -(-full_in_ms // 1000))

    def take(self, buckets: Iterable[tuple[str, str]], now_ms: int, count: int = 1) -> None:
        """Take `count` from each of `buckets`."""
        for name, bucket in buckets:
            limit = self._limits.of.get(name)
            if limit is not None:
                for _ in range(count):
                    self._full_at_ms[bucket] = limit.after(self._full_at_ms.get(bucket), now_ms)
                    self._changed.add(bucket)

    def use(self, buckets: Iterable[tuple[str, str]], now_ms: int, count: int = 1) -> None:
        """Take `count` from each of `buckets` and write it, or raise `LimitReachedError` and take nothing."""
        buckets = tuple(buckets)
        self.check(buckets, now_ms, count)
        self.take(buckets, now_ms, count)
        self.write()

    def write(self) -> None:
        """Write what was taken."""
        for bucket in sorted(self._changed):
            self._transaction.set_bucket(bucket, self._full_at_ms[bucket])


@dataclass(frozen=True, slots=True)
class Remaining:
    """How many releases are left of a limit, and in how many seconds it is whole again."""

    name: str
    limit: Limit
    releases: int
    full_in_s: int


def reached(name: str, limit: Limit, wait_ms: int) -> LimitReachedError:
    """Return the error of a limit that lets one through again in `wait_ms`."""
    return LimitReachedError(
        gettext(_SENTENCES[name]).format(most=limit.most, period=_spoken(limit.period_ms)),
        hint=gettext(
            "try again in {time}; {more}", time=_waited(wait_ms), more=gettext(_HINTS.get(name, _MORE))
        ),
        limit=name,
        retry_after_s=-(-wait_ms // 1000),
    )


_SENTENCES: Final = {
    "client": later("{most} codes have been released here in the last {period}"),
    "account": later("{most} codes have been released to this account within {period}"),
    "network": later("{most} codes have been released to this network within {period}"),
    "everybody": later("this base has released as many codes as it may within {period}"),
    "number": later("the code of this radio was released {most} times within {period}"),
    "client-misses": later("too many numbers that do not belong to their car or their model"),
    "asked": later("{most} questions about releases were asked here within {period}"),
    "recovery": later("{most} recovery codes were tried here in the last {period}"),
    "recovery-account": later("{most} recovery codes were tried for this account within {period}"),
    "number-misses": later("too many tries for this number with another car or another model"),
    "messages": later("{most} messages were written from here within {period}"),
    "messages-network": later("{most} messages were written from this network within {period}"),
    "papers": later("{most} papers were sent from here within {period}"),
    "papers-network": later("{most} papers were sent from this network within {period}"),
    "photos": later("{most} photos were read from here within {period}"),
    "photos-network": later("{most} photos were read from this network within {period}"),
    "requests": later("{most} requests were opened from here within {period}"),
    "requests-network": later("{most} requests were opened from this network within {period}"),
    "poll": later("{most} answers were counted from here within {period}"),
    "poll-network": later("{most} answers were counted from this network within {period}"),
}
_MORE: Final = "for more, use an account of a dealer"
_COMPARE: Final = "until then compare number, VIN and model with the papers"
_REGISTRAR: Final = later("the operator of this base can make a new link")
_KEPT: Final = later("what the desk has is not lost, and its time costs you nothing")
_TYPE: Final = later("type the number instead: that takes no photo and has no such limit")
_COUNTED: Final = later("yours is among them, or does not change the picture")
_HINTS: Final = {
    "everybody": later("it has nothing to do with you"),
    "number": later("the code is the same every time: write it down"),
    "asked": later("the answer changes only when a code is released"),
    "recovery": _REGISTRAR,
    "recovery-account": _REGISTRAR,
    "messages": _KEPT,
    "messages-network": _KEPT,
    "papers": _KEPT,
    "papers-network": _KEPT,
    "photos": _TYPE,
    "photos-network": _TYPE,
    "requests": later("a request that is open already goes on by its own link"),
    "requests-network": later("a request that is open already goes on by its own link"),
    "poll": _COUNTED,
    "poll-network": _COUNTED,
    "client-misses": _COMPARE,
    "number-misses": _COMPARE,
}


def _waited(wait_ms: int) -> str:
    """Say a time so that nobody comes back too early."""
    for unit_ms, one, many in ((HOUR_MS, "hour", "hours"), (MINUTE_MS, "minute", "minutes")):
        if wait_ms > unit_ms:
            return f"{-(-wait_ms // unit_ms)} {many}"
        if wait_ms == unit_ms:
            return f"1 {one}"
    return gettext("a minute")


def _spoken(period_ms: int) -> str:
    return {MINUTE_MS: gettext("a minute"), HOUR_MS: gettext("an hour"), DAY_MS: gettext("24 hours")}.get(
        period_ms, gettext("{value} seconds", value=period_ms // 1000)
    )
