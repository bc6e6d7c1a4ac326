"""Back to an earlier moment, from a backup and the server's log: the base goes on with all of it, or not at all."""

import signal

import pytest

pytestmark = pytest.mark.deep
PER_SECOND = 20


def released(scene, count):
    """Have customers get `count` codes."""
    one = scene.customers()
    with one.asking(PER_SECOND):
        scene.tool.wait_until("some are served", lambda: len(one.answered) >= count)
    return one


def test_a_base_that_was_put_back_is_found_out_by_every_server_and_a_whole_one_goes_on(scene, tmp_path):
    cluster, tool = scene.cluster, scene.tool
    cluster.pgbackrest("backup", "--type=full")
    before = released(scene, 10)
    with cluster.connect() as connection:
        connection.execute("SELECT pg_create_restore_point('before')")
    after = released(scene, 10)
    scene.books.balance([before, after])
    scene.archive()

    cluster.restore(tmp_path / "older", "--type=name", "--target=before", "--target-action=promote")
    with cluster.restored(tmp_path / "older") as url:
        for server, one in enumerate(cluster.serving):
            with pytest.raises(RuntimeError, match=r"rolled back: it has \d+ of \d+ signed entries"):
                cluster.radiokey("base", "log", "verify", "--database", url, server=server)
            cluster.processes.end(one.name, signal.SIGTERM)
            cluster.start_serving(one, url)
            tool.wait_until("it says no", lambda one=one: tool.answer(f"{one.probes_url}/ready")[0] == 503)
        refused = scene.customers()
        assert refused.ask_once()[0] in {0, 503}
        for one in cluster.serving:
            cluster.processes.end(one.name, signal.SIGTERM)
            cluster.start_serving(one)

    cluster.restore(tmp_path / "newest")
    with cluster.restored(tmp_path / "newest") as url:
        assert "all of it verifies" in cluster.radiokey("base", "log", "verify", "--database", url)
