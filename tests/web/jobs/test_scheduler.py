"""The desk's clock beside the site: it goes on whatever fails, and says what did."""

import json
import sqlite3
from contextlib import suppress
from unittest.mock import patch

import pytest
from hosted import CANARY

from radiokey.base.requests.request import CHECK_LIST, State
from radiokey.base.requests.sweep import SweepResult
from radiokey.errors import LogError, StoreError
from radiokey.web.http.logs import JsonFormatter
from radiokey.web.http.metrics import Metrics
from radiokey.web.jobs.log_monitor import LogCheck
from radiokey.web.jobs.scheduler import Scheduler
from radiokey.web.operations.health import status_of


def nothing_wrong():
    """The log holds."""


def test_the_desks_clock_runs_beside_the_site_and_ends_with_it(api):
    """A round comes at once, and the next one much later."""
    desk, rounds = api.app.state.site.desk, []

    class Counting:
        def sweep(self, require_log):
            rounds.append(desk.sweep(require_log))
            return rounds[-1]

    one = Scheduler(Counting(), Metrics(), nothing_wrong)
    one.start(3_600)
    one.loop.wait_for_runs(1)
    one.stop()
    assert len(rounds) == 1


@pytest.mark.parametrize("wrong", [StoreError("the database says: no"), KeyError(CANARY)])
def test_a_round_that_fails_is_said_in_the_log_without_what_it_held_and_the_next_one_comes(caplog, wrong):
    """The thread is an entry point: a stranger must not stop the clock of a desk for ever."""
    rounds = []

    class Failing:
        def sweep(self, require_log):  # noqa: ARG002 - it stands for a desk
            rounds.append(1)
            if len(rounds) == 1:
                raise wrong
            return SweepResult(0, 0, 0, 0, {})

    one = Scheduler(Failing(), Metrics(), nothing_wrong)
    one.start(0)
    one.loop.wait_for_runs(2)
    one.stop()
    assert "the next run tries again" in caplog.text
    assert CANARY not in caplog.text


def test_a_request_that_cannot_be_carried_on_is_counted_and_named_once_in_the_log(post, caplog):
    """Every twenty seconds the same line would hide all others; once it is mended it is counted no more."""
    one, metrics = post.ask(), post.site.metrics
    post.clock.ms = post.desk.view(one).request.due_ms
    with sqlite3.connect(post.site.base.location.path) as file:
        file.execute("DROP TRIGGER request_act_stays")
        file.execute("UPDATE request_act SET detail = '{' WHERE number = 2")
    file.close()
    for _ in range(2):
        post.scheduler.run_due()
    assert b"radiokey_requests_stuck 1.0" in metrics.text(status_of(post.site, able=True))
    (record,) = [record for record in caplog.records if one in record.getMessage()]
    line = json.loads(JsonFormatter().format(record))
    assert (line["request"], line["slug"], line["level"]) == (one, "damaged-request", "WARNING")
    with sqlite3.connect(post.site.base.location.path) as file:
        file.execute("UPDATE request_act SET detail = '{}' WHERE number = 2")
    file.close()
    post.scheduler.run_due()
    assert b"radiokey_requests_stuck 0.0" in metrics.text(status_of(post.site, able=True))


def test_a_sweep_that_fails_keeps_no_mail_from_going_out(post, monkeypatch):
    post.ask()

    def fails(_require_log):
        raise StoreError("the database says: no")

    monkeypatch.setattr(post.desk, "sweep", fails)
    post.scheduler.run_due()
    assert post.arrived() == ["opened"]


def test_while_the_log_is_found_wrong_no_approval_goes_on_by_itself(post, clock, caplog):
    """The clock of the desk releases codes too: it asks what every page asks, and mails go out all the same."""
    one = post.ask()
    post.papers(one)
    post.desk.check(one, 3, "cle", CHECK_LIST)
    with patch.object(post.desk, "finish", side_effect=StoreError("cut off")), suppress(StoreError):
        post.desk.approve(one, 4, "app")
    post.site.log_monitor.last = LogCheck(clock.ms, 0, LogError("the log does not verify"))
    post.scheduler.run_due()
    assert post.desk.view(one).request.state is State.RELEASING
    assert "a sweep of the desk failed (log)" in caplog.text
    post.site.log_monitor.last = None
    post.scheduler.run_due()
    assert post.desk.view(one).request.state is State.RELEASED
    assert post.arrived() == ["opened", "received", "released"]
