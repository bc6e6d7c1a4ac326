"""How often does it happen to you? One answer of four, for a radio or for none (docs/spec/poll.md).

What is stored is the radio and the answer: no time, no address, no person. That nobody answers for many is
the work of the limits; their buckets hold a digest of who asked until they are full again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from radiokey.base.limits import Limits, RateLimiter
from radiokey.base.ports.poll import PollCount
from radiokey.base.ports.store import Store
from radiokey.clock import Clock

SHOWN_FROM: Final = 20
"""From so many answers on they are drawn; fewer say nothing that a sentence does not."""


class Often(StrEnum):
    """How often it happens (claim 49)."""

    NEVER = "never"
    YEARLY = "yearly"
    EACH_BATTERY = "each-battery"
    ALWAYS = "always"


@dataclass(frozen=True, slots=True)
class Tally:
    """The answers for one radio, or for all of them: `model` is the radio's id, empty for all."""

    model: str
    counts: tuple[int, ...]

    @property
    def answers(self) -> int:
        """Return how many there are."""
        return sum(self.counts)

    @property
    def shown(self) -> bool:
        """Tell whether there are enough to draw."""
        return self.answers >= SHOWN_FROM


class Poll:
    """The poll of one base. `store` is one that holds the buckets, too."""

    __slots__ = ("_clock", "_limits", "_store")

    def __init__(self, store: Store, clock: Clock, limits: Limits) -> None:
        self._store = store
        self._clock = clock
        self._limits = limits

    def answer(self, model: str, often: Often, client: str, network: str = "") -> None:
        """Record an answer, or raise `LimitReachedError` and record none; `StoreError`."""
        buckets = [("poll", f"poll:{client}")]
        if network:
            buckets.append(("poll-network", f"poll-network:{network}"))
        with self._store.transaction() as transaction:
            RateLimiter(transaction, self._limits, buckets).use(buckets, self._clock.now_ms())
            transaction.add_poll_answer(model, often.value)

    def tallies(self) -> tuple[Tally, ...]:
        """Return all answers together, then each radio's, the most answers first; raise `StoreError`."""
        with self._store.snapshot() as seen:
            return tally(seen.poll_counts())


def tally(counts: Iterable[PollCount]) -> tuple[Tally, ...]:
    """Return counts as tallies: of all, and then by radio, the most answers first."""
    by_model: dict[str, dict[str, int]] = {}
    whole: dict[str, int] = {}
    for one in counts:
        whole[one.often] = whole.get(one.often, 0) + one.answers
        if one.model:
            by_model.setdefault(one.model, {})[one.often] = one.answers
    tallies = [_tally(model, found) for model, found in by_model.items()]
    return (_tally("", whole), *sorted(tallies, key=lambda one: (-one.answers, one.model)))


def _tally(model: str, found: dict[str, int]) -> Tally:
    return Tally(model, tuple(found.get(often.value, 0) for often in Often))
