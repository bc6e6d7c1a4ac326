"""For those who run a base: health, readiness, metrics, a line per request; and nothing secret in any of them."""

import asyncio
import errno
import json
import logging
import os
import re
import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import pytest
from hosted import BP, BP_MODEL, CANARY, CAR, OTHER_CAR, problem
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from sqlite_base import fresh

from radiokey.base.identity.roles import Permission
from radiokey.errors import LogError, StoreError
from radiokey.web.http.logs import JsonFormatter
from radiokey.web.http.traces import Spans
from radiokey.web.jobs.readiness import Readiness

OURS = "127.0.0.1"


def metrics(api) -> dict[str, float]:
    api.at.address = OURS
    text = api.client.get("/metrics").text
    rows = (line.rpartition(" ") for line in text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _, value in rows}


def behind(tmp_path, statement: str) -> None:
    """Change the database past everything that guards it."""
    with closing(sqlite3.connect(tmp_path / "hosted.sqlite3")) as opened, opened as connection:
        triggers = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (trigger,) in triggers:
            connection.execute(f"DROP TRIGGER {trigger}")
        connection.execute(statement)


# --- health and readiness ---------------------------------------------------------------------------------


def test_a_base_that_does_not_answer_lives_and_is_not_ready(api):
    assert api.client.get("/ready").status_code == 200
    api.base.close()
    assert api.client.get("/ready").status_code == 200, "an answer holds for a moment"
    api.app.state.site.readiness.forget()
    assert api.client.get("/health").status_code == 200
    problem(api.client.get("/ready"), 503, "store")


def test_a_log_that_does_not_verify_as_a_whole_stops_every_release_until_it_does(api, tmp_path):
    """Its right edge is sound: only recomputing all of it shows what somebody changed."""
    token = api.token()
    for number, key in enumerate("abcde"):
        assert api.release(token, key, serial=f"V{number}12").status_code == 200
    watch = api.app.state.site.log_monitor
    assert watch.check().problem is None
    behind(
        tmp_path,
        "UPDATE log_entry SET leaf = CAST(replace(CAST(leaf AS TEXT), 'renault', 'renaulT') AS BLOB) WHERE idx = 1",
    )
    assert api.client.get("/ready").status_code == 200, "the edge does not show it"
    assert isinstance(watch.check().problem, LogError)
    problem(api.client.get("/ready"), 503, "log")
    problem(api.release(token, "f"), 503, "log")
    page = api.client.post("/code", data={"text": "V212", "owns": "yes", "request_id": "one"})
    assert page.status_code == 503
    assert api.entries() == 5
    behind(
        tmp_path,
        "UPDATE log_entry SET leaf = CAST(replace(CAST(leaf AS TEXT), 'renaulT', 'renault') AS BLOB) WHERE idx = 1",
    )
    assert watch.check().problem is None
    assert api.release(token, "f").status_code == 200


def test_the_whole_log_is_recomputed_before_a_site_is_ready(make_api):
    """In the background: releases go on, each checks the edge by itself."""
    api = make_api(verify_every_s=3600)
    watch = api.app.state.site.log_monitor
    begun, go_on = threading.Event(), threading.Event()
    verify = api.base.verify

    def slowly():
        begun.set()
        go_on.wait()
        return verify()

    watch.stop()  # the one of the start has nothing to do
    watch.last, api.base.verify = None, slowly
    watch.start(3600)
    begun.wait()
    problem(api.client.get("/ready"), 503, "store")
    assert api.release(api.token()).status_code == 200
    go_on.set()
    watch.loop.wait_for_runs(1)
    assert watch.last is not None
    assert watch.last.problem is None
    assert api.client.get("/ready").status_code == 200


def test_it_is_recomputed_again_and_again(make_api):
    """A database that does not answer once ends nothing."""
    api = make_api()
    watch = api.app.state.site.log_monitor
    looks = []
    verify = api.base.verify

    def counted():
        looks.append(1)
        if len(looks) == 2:
            raise StoreError("the database does not answer")
        return verify()

    api.base.verify = counted
    watch.start(0.0001)
    watch.loop.wait_for_runs(4)
    watch.stop()
    assert len(looks) >= 4


# --- ready means able -------------------------------------------------------------------------------------


def test_a_base_without_room_is_not_ready_and_a_release_that_failed_is_noticed_at_once(api, monkeypatch):
    token = api.token()
    assert api.client.get("/ready").status_code == 200

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    problem(api.release(token, "a"), 503, "store")
    problem(api.client.get("/ready"), 503, "store")
    monkeypatch.undo()
    api.app.state.site.readiness.forget()
    assert api.client.get("/ready").status_code == 200


def test_what_was_logged_and_could_not_be_answered_is_counted_and_found_by_the_same_request(api, tmp_path):
    token = api.token()
    assert api.release(token, "before").status_code == 200
    block = tmp_path / "hosted.sqlite3.head.new"
    block.mkdir()
    for _ in range(3):
        problem(api.release(token, "a"), 503, "store")
    assert (api.entries(), metrics(api)["radiokey_unanswered_total"]) == (2, 1)
    block.rmdir()
    assert api.release(token, "a").status_code == 200
    assert (api.entries(), metrics(api)["radiokey_repeats_total"]) == (2, 1)


LIMITED = """
import resource, signal, sys
from radiokey.base.bootstrap import open_base
from radiokey.errors import StoreError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
with open_base(sys.argv[1], make=False) as base:
    base.check_able()
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 19, 1 << 19))
    try:
        base.check_able()
    except StoreError:
        print("not able")
"""


def test_a_file_that_cannot_grow_is_seen_by_the_system_itself(tmp_path):
    """The commit of the probe fits where an older one was; the room beside it is what shows."""
    database = fresh(tmp_path / "full.sqlite3")
    command = (sys.executable, "-c", LIMITED, str(database))
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    assert ran.stdout.split("\n")[0] == "not able"
    assert not list(tmp_path.glob("*.room-*"))


def test_waiting_requests_do_not_keep_anybody_from_asking_whether_it_is_ready():
    """All threads of the site wait; readiness has one of its own, and costs one look for all who ask."""
    looks = []
    readiness = Readiness(lambda: looks.append(1), lambda: 0.0)
    waiting, go_on = threading.Barrier(5), threading.Event()

    def waits():
        waiting.wait()
        go_on.wait()

    async def crowd():
        loop = asyncio.get_running_loop()
        loop.set_default_executor(ThreadPoolExecutor(4))
        held = [loop.run_in_executor(None, waits) for _ in range(8)]
        waiting.wait()
        await asyncio.gather(*(readiness.require() for _ in range(64)))
        go_on.set()
        waiting.abort()
        await asyncio.gather(*held, return_exceptions=True)

    asyncio.run(crowd())
    readiness.close()
    assert looks == [1]


def test_a_base_that_does_not_come_back_is_not_ready():
    go_on = threading.Event()
    readiness = Readiness(go_on.wait)
    with pytest.raises(StoreError, match="in time"):
        asyncio.run(readiness.require(0))
    go_on.set()
    asyncio.run(readiness.require())
    readiness.close()


# --- metrics ----------------------------------------------------------------------------------------------


def test_what_is_counted(api):
    api.add_unit()
    token = api.token()
    api.release(token, "a")
    api.release(token, "a")
    api.release(token, "b", serial=BP, model=BP_MODEL, vin=CAR)
    api.release(token, "c", serial=BP, model=BP_MODEL)
    api.app.state.site.log_monitor.check()
    told = metrics(api)
    assert told['radiokey_releases_total{source="derivation"}'] == 1
    assert told['radiokey_releases_total{source="ledger"}'] == 1
    assert told["radiokey_repeats_total"] == 1
    assert told['radiokey_refusals_total{slug="not-released"}'] == 1
    assert told["radiokey_together_count"] == 4
    assert told["radiokey_log_entries"] == 2
    assert told["radiokey_log_verified"] == 1
    assert told["radiokey_log_verified_timestamp_seconds"] == api.base.clock.now_ms() / 1000
    assert told["radiokey_ready"] == 1
    label = 'method="POST",route="/api/releases",status="200"'
    assert told[f"radiokey_request_seconds_count{{{label}}}"] == 3
    assert told[f'radiokey_request_seconds_bucket{{le="+Inf",{label}}}'] == 3


def test_a_limit_that_refuses_is_counted_by_its_name(api):
    api.add_unit()
    api.release("")  # no token: nothing of the door
    token = api.token()
    for number in range(21):
        api.release(token, f"k{number}", serial=BP, model=BP_MODEL, vin=OTHER_CAR)
    told = metrics(api)
    assert told['radiokey_limited_total{limit="number-misses"}'] == 11
    assert told['radiokey_refusals_total{slug="limit-reached"}'] == 11


def test_a_base_that_does_not_answer_still_tells_its_metrics(api):
    api.release(api.token())
    api.base.close()
    api.app.state.site.readiness.forget()
    told = metrics(api)
    assert told["radiokey_ready"] == 0
    assert told['radiokey_releases_total{source="derivation"}'] == 1


def test_metrics_are_for_this_machine_and_for_whoever_may(api):
    problem(api.client.get("/metrics"), 401, "token")
    assert api.ask("GET", "/metrics", api.token(scopes=[Permission.METRICS_READ])).status_code == 200
    api.at.address = OURS
    answer = api.client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    problem(api.client.get("/metrics", headers={"X-Forwarded-For": OURS}), 401, "token")


def test_a_stranger_adds_no_labels(api):
    """Else anybody could fill the memory of whoever collects them."""
    for number in range(20):
        api.client.request(f"M{number}", f"/nowhere/{number}")
        api.client.get(f"/api/releases/{number}/receipt")
    told = [name for name in metrics(api) if name.startswith("radiokey_request_seconds_count")]
    routes = {re.search('route="([^"]*)"', name)[1] for name in told}
    assert routes == {"-", "/api/releases/{key}/receipt"}


# --- a line per request -----------------------------------------------------------------------------------


def test_a_request_is_one_line_with_its_route_and_never_its_address(api):
    answer = api.ask("GET", "/api/releases/my-key/receipt?number=BP538761234567", api.token())
    (line,) = map(json.loads, api.lines)
    assert line["id"] == answer.headers["request-id"]
    assert re.fullmatch("[0-9a-f]{16}", line["id"])
    assert (line["method"], line["route"], line["status"], line["slug"]) == (
        "GET",
        "/api/releases/{key}/receipt",
        404,
        "not-there",
    )
    assert set(line) == {"at", "id", "method", "route", "status", "ms", "slug"}
    assert b"my-key" not in api.lines[0]
    assert b"BP5387" not in api.lines[0]


def test_every_field_of_a_line_and_every_metric_is_documented(api):
    page = (Path(__file__).parents[3] / "docs" / "how-to" / "operate.md").read_text("utf-8")
    api.release(api.token())
    assert all(f"`{name}`" in page for name in json.loads(api.lines[0]))
    api.at.address = OURS
    families = re.findall(r"^# TYPE (\S+) (\S+)$", api.client.get("/metrics").text, re.MULTILINE)
    told = {(name, kind) for name, kind in families if not name.endswith("_created")}
    assert told == set(re.findall(r"^\| `(radiokey_\w+)` \| (\w+) \|", page, re.MULTILINE))


INJECTIONS = ['x", "status": 200, "y": "', "a\tb", "{}", '\\"', "%0d%0aX-Evil: 1", "\x85", "é"]


@pytest.mark.parametrize("said", INJECTIONS)
def test_nothing_that_a_stranger_sends_stands_in_a_line(api, said):
    head = {
        "User-Agent": said.encode(),
        "X-Request-Id": said.encode(),
        "Authorization": f"Bearer {said}".encode(),
    }
    api.client.request("GET", f"/api/{quote(said)}?x={quote(said)}", headers=head)
    api.client.request("POST", "/api/releases", headers=head, content=said.encode())
    api.client.get(f"/api/releases/{quote(said, safe='')}/receipt", headers=head)
    for line in api.lines:
        told = json.loads(line)
        assert line.count(b"\n") == 1
        assert line.isascii()
        assert told["route"] in {"-", "/api/releases", "/api/releases/{key}/receipt", "/api/openapi.json"}
        assert told["method"] in {"GET", "POST"}


def test_what_the_program_says_is_a_line_too():
    record = logging.LogRecord("radiokey.web", logging.ERROR, "", 0, 'a\nb "%s"', ("c",), None)
    told = JsonFormatter().format(record)
    assert "\n" not in told
    assert json.loads(told)["says"] == 'a\nb "c"'


# --- the canary -------------------------------------------------------------------------------------------


def test_a_code_stands_in_its_answer_and_nowhere_else(make_api, tmp_path, caplog):
    """A long code over letters: wherever it stood, it would be found. Nothing else of a request is in a span, either."""
    spans = InMemorySpanExporter()
    api = make_api(traces=Spans(SimpleSpanProcessor(spans)))
    api.add_unit()
    token = api.token()
    right = api.release(token, "a", serial=BP, model=BP_MODEL, vin=CAR)
    assert CANARY in right.text
    dealers = {"serial": "V212", "make": "renault", "answer": CANARY}
    assert CANARY in api.release(token, "b", **dealers).text
    texts = [str(right.headers)]
    wrong = [
        {"serial": CANARY},
        {"serial": BP, "vin": CANARY},
        {"serial": BP, "model": CANARY},
        {"serial": BP, "make": CANARY},
        {"serial": BP, CANARY: "x"},
        {"serial": BP, "owns": CANARY},
        {"serial": BP, "answer": CANARY * 3},
        {"serial": BP, "model": "renault_86a", "answer": CANARY},
        {"serial": BP, "model": BP_MODEL, "vin": CAR, "answer": CANARY},
        {"serial": CANARY, "answer": CANARY},
    ]
    for number, body in enumerate(wrong):
        answer = api.release(token, f"w{number}", **body)
        assert answer.status_code >= 400, body
        texts.append(answer.text + str(answer.headers))
    texts.append(api.release(token, CANARY + "!").text)
    texts.append(api.ask("GET", f"/api/{CANARY}", token).text)
    texts.append(api.ask("GET", f"/api/units?number={CANARY}&{CANARY}=1", token).text)
    texts.append(api.client.post("/code", data={"text": CANARY, "code": CANARY}).text)
    texts.append(api.client.get(f"/{CANARY}").text)
    texts.append(api.ask("GET", "/api/audit", token).text)
    texts.append(api.ask("GET", "/api/releases/a/receipt", token).text)
    api.base.close()
    texts.append(api.release(token, "c", serial=BP, model=BP_MODEL, vin=CAR).text)
    api.at.address = OURS
    texts.append(api.client.get("/metrics").text)
    texts.append(b"".join(api.lines).decode())
    traced = "".join(span.to_json() for span in spans.get_finished_spans())
    assert traced.count('"http.route": "/api/releases"') > len(wrong)
    assert not [said for said in (BP, CAR, "V212", token, "passphrase", "?") if said in traced]
    texts.append(traced)
    texts.append(caplog.text)
    texts += [file.read_bytes().decode("latin-1") for file in tmp_path.iterdir()]
    assert [text for text in texts if CANARY in text] == []
