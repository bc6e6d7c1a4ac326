"""The server that is written to dies under load: another one takes over, and every confirmed code is in the log."""

import time

import pytest

pytestmark = pytest.mark.deep
KILLS = 20
PER_SECOND = 100
FAIL_OVER_S_MAX = 20


def test_a_killed_primary_costs_seconds_and_no_confirmed_code(tool, cluster, customers, books):
    one = customers()
    with one.asking(PER_SECOND):
        for _ in range(KILLS):
            tool.wait_until("whole", cluster.whole)
            tool.wait_until("served", lambda: one.answered and time.monotonic() - one.answered[-1].done < 1)
            was, killed = cluster.primary(), time.monotonic()
            cluster.kill_server(was)
            tool.wait_until("another leads", lambda: cluster.primary() not in {None, was})  # noqa: B023
            tool.wait_until("served", lambda: time.monotonic() - one.answered[-1].done < 1)
            assert one.longest_gap(killed) < FAIL_OVER_S_MAX
    books.balance([one])
