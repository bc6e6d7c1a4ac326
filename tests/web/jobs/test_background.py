"""The thread beside the site: runs at once and again, ends when it is stopped, starts anew."""

import threading

import pytest

from radiokey.web.jobs import background
from radiokey.web.jobs.background import BackgroundLoop


def test_it_runs_at_once_and_again_until_it_is_stopped():
    runs = []
    loop = BackgroundLoop("a run", lambda: runs.append(threading.current_thread()))
    loop.start(0)
    loop.wait_for_runs(3)
    loop.stop()
    assert not runs[0].is_alive()
    assert runs[0] is not threading.current_thread()


def test_a_stop_ends_the_wait_for_the_next_run():
    loop = BackgroundLoop("a run", threading.current_thread)
    loop.start(3_600)
    loop.wait_for_runs(1)
    loop.stop()
    assert not loop._thread.is_alive()


def test_without_a_time_it_runs_once():
    runs = []
    loop = BackgroundLoop("a run", lambda: runs.append(1))
    loop.start(None)
    loop.wait_for_runs(1)
    loop._thread.join()
    assert runs == [1]


def test_it_can_be_started_again_and_counts_from_there():
    runs = []
    loop = BackgroundLoop("a run", lambda: runs.append(1))
    for _ in range(2):
        loop.start(3_600)
        loop.wait_for_runs(1)
        loop.stop()
    assert runs == [1, 1]


def test_a_start_stops_what_runs_already():
    names = []
    loop = BackgroundLoop("a run", lambda: names.append(threading.current_thread()))
    loop.start(3_600)
    loop.wait_for_runs(1)
    loop.start(3_600)
    loop.wait_for_runs(1)
    loop.stop()
    first, second = names
    assert first is not second
    assert not first.is_alive()


def test_a_run_that_outlasts_the_stop_is_left_behind_and_begins_no_other(monkeypatch):
    """The end of the site waits for nobody for ever."""
    begun, go_on, runs = threading.Event(), threading.Event(), []

    def run():
        runs.append(1)
        begun.set()
        go_on.wait()

    monkeypatch.setattr(background, "JOIN_S", 0)
    loop = BackgroundLoop("a run", run)
    loop.start(0)
    begun.wait()
    loop.stop()
    assert loop._thread.is_alive()
    go_on.set()
    loop._thread.join()
    assert runs == [1]


@pytest.mark.parametrize("problem", [KeyError("sesame"), ValueError("sesame")])
def test_a_run_that_fails_is_named_without_what_it_held_and_the_next_one_comes(caplog, problem):
    runs = []

    def run():
        runs.append(1)
        if len(runs) == 1:
            raise problem

    loop = BackgroundLoop("a look at the clock", run)
    loop.start(0)
    loop.wait_for_runs(2)
    loop.stop()
    assert caplog.messages == [
        f"a look at the clock failed ({type(problem).__name__}); the next run tries again"
    ]
    assert "sesame" not in caplog.text
