"""Every process that serves is ended and started again, one after the other, and no customer notices."""

import signal

import pytest

pytestmark = pytest.mark.deep
PER_SECOND = 50
ROUNDS = 2


def test_no_request_fails_while_servers_are_restarted_one_by_one(scene):
    cluster, one = scene.cluster, scene.customers()
    everybody = {server.name for server in cluster.serving}
    with one.asking(PER_SECOND):
        for _ in range(ROUNDS):
            for server in cluster.serving:
                scene.tool.wait_until("all are asked", lambda: cluster.sent_to("site") == everybody)
                assert cluster.processes.end(server.name, signal.SIGTERM) == 0
                cluster.start_serving(server)
        scene.tool.wait_until("all are asked", lambda: cluster.sent_to("site") == everybody)
    assert {status for answer in one.answered for status in answer.statuses} == {200}
    scene.books.balance([one])
