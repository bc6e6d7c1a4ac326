"""What the clock of a desk does: reminds, lets expire, goes on with approvals, deletes what is not needed.

A sweep can be done at any time and asks an index for what is due, however many requests there are. One
request that cannot be carried on, because its history is damaged or its code does not open, stops no other:
it is left as it is and named in what the sweep returns. Where the database does not answer, the sweep ends,
and where the log does not verify it ends before the approvals: to go on with one releases a code.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, Protocol

from radiokey.base.ports.requests import FIRST, Due
from radiokey.base.ports.store import Store, Transaction
from radiokey.base.requests.papers import due as papers_due
from radiokey.base.requests.papers import purge_papers
from radiokey.base.requests.queue import PAGE, position_of
from radiokey.base.requests.request import State, Times, Turn
from radiokey.base.requests.statistics import states_of
from radiokey.base.stolen import clearings
from radiokey.clock import DAY_MS, HOUR_MS
from radiokey.errors import (
    ChangedMeanwhileError,
    DamagedRequestError,
    LogError,
    RadiokeyError,
    StoreError,
    TryLaterError,
)

CONTACT_KEPT_MS: Final = 30 * DAY_MS
"""How long after the end of a request the owner's address is kept."""

_AT_ONCE: Final = 500
"""Papers and addresses that one transaction deletes: other writers wait for it."""


@dataclass(frozen=True, slots=True)
class SweepResult:
    """What the clock did; `stuck` are requests that could not be carried on, each with its problem's slug."""

    reminded: int
    expired: int
    finished: int
    papers_deleted: int
    stuck: Mapping[str, str]


class Desk(Protocol):
    """Whose requests these are, see `radiokey.base.requests.desk.Desk`."""

    def remind_or_expire(self, request_id: str, now_ms: int) -> State | None:
        """Remind the owner of a request, or let it expire, whichever is due; return the state after it."""
        ...

    def resume_approval(self, request_id: str) -> None:
        """Go on with an approval that was cut off; a no that is for good ends it as well as a yes."""
        ...


class Sweep:
    """The sweeps of one desk. `store` is that of the clock's principal."""

    __slots__ = ("_desk", "_purged_ms", "_store", "_times")

    def __init__(self, desk: Desk, store: Store, times: Times) -> None:
        self._desk = desk
        self._store = store
        self._times = times
        self._purged_ms: int | None = None

    def sweep(self, now_ms: int, require_log: Callable[[], None] | None = None) -> SweepResult:
        """Do what is due; raise `StoreError`, `LogError` where nothing can be done at all.

        `require_log` raises one of them where no code may leave; it is asked before an approval goes on, and
        without it none does.
        """
        # First: data with a promised deletion date is deleted even if the rest fails.
        deleted = self._purge(now_ms)
        stuck: dict[str, str] = {}
        states, finished = [], 0
        for request_id in self._find_late(now_ms):
            with self._isolate(request_id, stuck):
                states.append(self._desk.remind_or_expire(request_id, now_ms))
        interrupted = [] if require_log is None else self._find_interrupted()
        if interrupted and require_log is not None:
            require_log()
        for request_id in interrupted:
            with self._isolate(request_id, stuck):
                self._desk.resume_approval(request_id)
                finished += 1
        expired = states.count(State.EXPIRED)
        return SweepResult(len(states) - states.count(None) - expired, expired, finished, deleted, stuck)

    @contextmanager
    def _isolate(self, request_id: str, stuck: dict[str, str]) -> Iterator[None]:
        """Keep what is wrong with one request to itself."""
        try:
            yield
        except LogError:
            raise
        except (TryLaterError, ChangedMeanwhileError):
            pass  # a limit, or somebody was quicker: the next sweep looks again
        except RadiokeyError as problem:
            if isinstance(problem, StoreError) and not isinstance(problem, DamagedRequestError):
                self._check_store()
            stuck[request_id] = problem.slug

    def _check_store(self) -> None:
        """Raise `StoreError` unless the database answers: what it said then concerns one request alone."""
        with self._store.snapshot() as seen:
            seen.queue_length(State.DRAFT, 1)

    def _purge(self, now_ms: int) -> int:
        """Delete the papers and addresses whose time is over, and return how many papers.

        What was over long ago went in an earlier sweep; the first one of a process looks at all.
        """
        since_ms = self._purged_ms
        with self._store.snapshot() as seen:
            papers = papers_due(seen, since_ms, now_ms)
            ended_ms = None if since_ms is None else since_ms - CONTACT_KEPT_MS
            addresses = seen.contacts_due(ended_ms, now_ms - CONTACT_KEPT_MS)
            clears = clearings.due(seen, now_ms)
        deleted = 0
        if clears:
            with self._store.transaction() as transaction:
                deleted += clearings.purge_papers(transaction, now_ms)
        for some in _batches(papers):
            with self._store.transaction() as transaction:
                deleted += purge_papers(transaction, some, now_ms)
        for some in _batches(addresses):
            with self._store.transaction() as transaction:
                for request_id in some:
                    transaction.drop_contact(request_id)
        self._purged_ms = now_ms - HOUR_MS  # a clock that is put right is not an hour off
        return deleted

    def _find_late(self, now_ms: int) -> list[str]:
        """Return the requests whose owner is to be reminded, or had their time."""
        found: dict[str, None] = {}
        with self._store.snapshot() as seen:
            for state in states_of(Turn.OWNER):
                found |= dict.fromkeys(_find_overdue(seen, state, now_ms))
                for sent, before_ms in enumerate(self._times.reminders_of(state)):
                    found |= dict.fromkeys(_find_to_remind(seen, state, sent, now_ms + before_ms))
        return list(found)

    def _find_interrupted(self) -> list[str]:
        with self._store.snapshot() as seen:
            lines = _all_pages(
                lambda after: [position_of(one) for one in seen.queue(State.RELEASING, after, PAGE)]
            )
            return list(lines)


def _find_overdue(seen: Transaction, state: State, now_ms: int) -> Iterator[str]:
    """Yield the requests in a state whose time is over."""

    def page(after: Due) -> list[Due]:
        return [position_of(line) for line in seen.queue(state, after, PAGE) if line.due_ms <= now_ms]

    return _all_pages(page)


def _find_to_remind(seen: Transaction, state: State, sent: int, until_ms: int) -> Iterator[str]:
    """Yield the requests in a state whose time is over by then and whose owner got so many reminders."""
    return _all_pages(lambda after: seen.to_remind(state, sent, until_ms, after, PAGE))


def _all_pages(page: Callable[[Due], list[Due]]) -> Iterator[str]:
    """Yield the requests of every page, each of which begins behind the last one."""
    after = FIRST
    while found := page(after):
        yield from (request_id for _, request_id in found)
        after = found[-1]


def _batches(ids: list[str]) -> Iterator[list[str]]:
    """Yield what one transaction deletes."""
    return (ids[at : at + _AT_ONCE] for at in range(0, len(ids), _AT_ONCE))
