"""The base goes on while machines die, freeze, lose each other or fill up, and every confirmed code is in the log."""

import resource
import signal
import time
from concurrent.futures import ThreadPoolExecutor

import psutil
import psycopg
import pytest

pytestmark = pytest.mark.deep
KILLS = 20
PER_SECOND = 100
FAIL_OVER_S_MAX = 20
LEASE_S = 20
"""How long a lease holds (`ttl` of patroni.yml): who says nothing is replaced after that."""
TAKE_OVER_S = 15


def test_a_killed_primary_costs_seconds_and_no_confirmed_code(scene):
    cluster, one = scene.cluster, scene.customers()
    with one.asking(PER_SECOND):
        for _ in range(KILLS):
            scene.until_whole()
            scene.until_served(one)
            was = cluster.primary()
            pid, killed = was.postmaster(), time.monotonic()
            cluster.kill_server(was)
            scene.tool.wait_until("a server leads", lambda: cluster.leads_anew(pid))  # noqa: B023
            scene.until_served(one)
            assert one.longest_gap(killed) < FAIL_OVER_S_MAX
    scene.books.balance([one])


def test_a_machine_that_is_gone_is_replaced_once_its_lease_is_over(scene):
    cluster, one = scene.cluster, scene.customers()
    with one.asking(PER_SECOND):
        scene.until_served(one)
        was, killed = cluster.primary(), time.monotonic()
        cluster.kill_machine(was)
        scene.until_taken_over(was)
        scene.until_served(one)
        assert one.longest_gap(killed) < LEASE_S + TAKE_OVER_S
        cluster.start_patroni(was)
        scene.until_whole()
    scene.books.balance([one])


def confirmed(cluster, node, what):
    """Write at a node itself, past HAProxy; return once the server confirmed it."""
    with cluster.connect(node, database="postgres") as connection:
        connection.execute("INSERT INTO one_primary VALUES (%s)", [what])
    return True


def test_of_two_that_think_they_lead_one_alone_can_confirm(scene):
    """The old primary wakes up before its Patroni does, and would take writes; nobody else confirms them."""
    cluster, one = scene.cluster, scene.customers()
    with cluster.connect(database="postgres") as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS one_primary (what text)")
    with one.asking(PER_SECOND):
        scene.until_served(one)
        was, frozen = cluster.primary(), time.monotonic()
        cluster.freeze(was)
        now = scene.until_taken_over(was)
        scene.until_served(one)
        assert one.longest_gap(frozen) < LEASE_S + TAKE_OVER_S

        cluster.thaw(was, patroni=False)
        with ThreadPoolExecutor(1) as somebody:
            old = somebody.submit(confirmed, cluster, was, "old")
            try:
                with cluster.connect(was, database="postgres") as connection:
                    assert connection.execute("SELECT pg_is_in_recovery()").fetchone() == (False,)
                    waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
                    scene.tool.wait_until("it waits", lambda: connection.execute(waits).fetchone()[0])
                assert confirmed(cluster, now, "new")
                assert cluster.sent_to("base") == {now.name}
                assert not old.done()
            finally:
                cluster.thaw(was)
            with pytest.raises(psycopg.OperationalError):
                old.result()
        scene.until_whole()
    for node in cluster.all:
        with cluster.connect(node, database="postgres") as connection:
            assert connection.execute("SELECT what FROM one_primary").fetchall() == [("new",)]
    scene.books.balance([one])


def test_without_most_of_etcd_nothing_is_written_and_with_it_again_it_goes_on(scene):
    cluster, one = scene.cluster, scene.customers()
    with one.asking(PER_SECOND):
        scene.until_served(one)
        lost = [node for node in cluster.all if node != cluster.primary()]
        for node in lost:
            cluster.processes.end(f"etcd-{node.name}", signal.SIGKILL)
        scene.tool.wait_until("nobody leads", lambda: cluster.primary() is None)
        scene.tool.wait_until("nobody is sent on", lambda: not cluster.sent_to("base"))
        answered = len(one.answered)
        for node in cluster.all:
            with pytest.raises(psycopg.Error):
                confirmed(cluster, node, "alone")
        assert len(one.answered) == answered
        for node in lost:
            cluster.start_etcd(node)
        scene.until_whole()
        scene.until_served(one)
    scene.books.balance([one])


def test_a_slow_standby_holds_nobody_up(scene):
    cluster, one = scene.cluster, scene.customers()
    with one.asking(PER_SECOND):
        scene.until_served(one)
        for node in cluster.all:
            if node == cluster.primary():
                continue
            since = time.monotonic()
            cluster.signal_server(node, signal.SIGSTOP)
            scene.tool.wait_until("it is left behind", lambda: len(cluster.standbys(state="streaming")) == 1)
            scene.until_served(one)
            cluster.signal_server(node, signal.SIGCONT)
            assert one.longest_gap(since) < FAIL_OVER_S_MAX
            scene.until_whole()
    scene.books.balance([one])


def test_a_primary_whose_disk_is_full_loses_nothing(scene):
    """Not a disk: a limit on the length of the server's files, which needs no rights (RLIMIT_FSIZE).

    It refuses what is written, as a disk without room does: first a part of the server's own log.
    """
    cluster, one = scene.cluster, scene.customers()
    with one.asking(PER_SECOND):
        scene.until_served(one)
        was, since = cluster.primary(), time.monotonic()
        postmaster = psutil.Process(was.postmaster())
        for process in [*postmaster.children(), postmaster]:
            process.rlimit(resource.RLIMIT_FSIZE, (8192, resource.RLIM_INFINITY))
        scene.tool.wait_until("a server leads", lambda: cluster.leads_anew(postmaster.pid))
        scene.until_served(one)
        assert one.longest_gap(since) < FAIL_OVER_S_MAX
        scene.until_whole()
    scene.books.balance([one])
