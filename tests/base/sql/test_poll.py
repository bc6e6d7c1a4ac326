"""The poll on both databases: one row an answer, nothing of a person, paid for from the house's buckets (claim 49)."""

import pytest

from radiokey.base.limits import Limit, Limits
from radiokey.base.poll.poll import Often, Poll, Tally
from radiokey.base.sql.principals import Principal
from radiokey.clock import DAY_MS
from radiokey.errors import LimitReachedError, StoreError


class HandClock:
    ms = 0

    def now_ms(self):
        return self.ms


@pytest.fixture
def gate(both):
    return both.store(Principal.GATE)


@pytest.fixture
def poll(gate):
    return Poll(gate, HandClock(), Limits({"poll": Limit(2, DAY_MS), "poll-network": Limit(3, DAY_MS)}))


def test_answers_are_tallied_in_all_and_by_radio_the_most_first(poll):
    poll.answer("renault_86a", Often.EACH_BATTERY, "ann")
    poll.answer("ford_6000cd", Often.NEVER, "ben")
    poll.answer("ford_6000cd", Often.ALWAYS, "cal")
    poll.answer("", Often.YEARLY, "dan")
    assert poll.tallies() == (
        Tally("", (1, 1, 1, 1)),
        Tally("ford_6000cd", (1, 0, 0, 1)),
        Tally("renault_86a", (0, 0, 1, 0)),
    )


def test_nobody_answers_for_many_and_a_refused_answer_is_not_counted(poll):
    for _ in range(2):
        poll.answer("", Often.NEVER, "ann", "net")
    with pytest.raises(LimitReachedError):
        poll.answer("", Often.NEVER, "ann", "net")
    poll.answer("", Often.NEVER, "ben", "net")
    with pytest.raises(LimitReachedError):
        poll.answer("", Often.NEVER, "cal", "net")
    assert poll.tallies() == (Tally("", (3, 0, 0, 0)),)


def test_what_is_stored_is_the_radio_and_the_answer_and_nothing_of_a_person(poll, both):
    poll.answer("renault_86a", Often.NEVER, "a-digest-of-ann", "a-digest-of-her-network")
    ((number, *row),) = both.behind("SELECT * FROM poll_answer")
    assert (number, row) == (1, ["renault_86a", "never"])


def test_an_answer_that_is_none_is_refused_by_the_database(gate, both):
    with pytest.raises(StoreError, match=r"(?i)check"), gate.transaction() as transaction:
        transaction.add_poll_answer("renault_86a", "sometimes")
    assert both.behind("SELECT count(*) FROM poll_answer") == [(0,)]
