"""The server, and the database server, are killed under load again and again: no code is lost, none logged twice.

In `make test` a few times; in `make deep` a hundred times the server and twenty times PostgreSQL.
"""

import http.client
import json
import os
import random
import threading
from collections.abc import Callable

import pytest
from attacked import BP, CANARY, CAR, Served, command, make, serving
from hosted import BP_MODEL
from hypothesis import settings
from postgres import running
from sqlite_base import fresh

from radiokey.base.bootstrap import open_base
from radiokey.base.log import verify_receipt_file

DEEP = settings().max_examples > 40
SERVER_KILLS, POSTGRESQL_KILLS = (100, 20) if DEEP else (2, 1)
AT_ONCE = 4
ANSWERS_MAX = 12
"""After at most so many answers of a life of the server it is killed: somewhere else each time."""
LIMITS = [
    part
    for name in ("number", "account", "network", "everybody")
    for part in ("--limit", f"{name}=10000000/day")
]
RELEASE = {"serial": BP, "owns": True, "model": BP_MODEL, "vin": CAR}


class Load:
    """Clients that ask on and on, what they were told, and what they were never told."""

    def __init__(self) -> None:
        self.places: dict[str, int] = {}
        self.untold: set[str] = set()
        self._asked = 0
        self._changed = threading.Condition()

    def ask(self, base: Served, key: str) -> bool:
        """Ask for a code; tell whether there was an answer, which is then kept and compared with those before."""
        try:
            answer = base.api("/api/releases", RELEASE, "ann", Idempotency_Key=key)
        except (OSError, http.client.HTTPException):
            answer = None
        if answer is None or answer.status != 200:
            assert answer is None or (answer.status, CANARY in answer.text) == (503, False), answer.text
            with self._changed:
                self.untold.add(key)
                self._changed.notify_all()
            return False
        told = json.loads(answer.body)
        assert told["code"] == CANARY
        verify_receipt_file(json.dumps(told["receipt"]))
        with self._changed:
            assert self.places.setdefault(key, told["receipt"]["index"]) == told["receipt"]["index"]
            self.untold.discard(key)
            self._changed.notify_all()
        return True

    def go_on(self, base: Served) -> None:
        """Ask for one code after the other until there is no answer."""
        while True:
            with self._changed:
                key = f"k{self._asked}"
                self._asked += 1
            if not self.ask(base, key):
                return

    def wait_for(self, answers: int) -> None:
        """Wait until there are so many more answers."""
        with self._changed:
            wanted = len(self.places) + answers
            self._changed.wait_for(lambda: len(self.places) >= wanted)

    def run_until(self, base: Served, kill: Callable[[], None], answers: int) -> None:
        """Ask what was never told, then on and on from several sides; after so many answers `kill`."""
        for key in sorted(self.untold):
            assert self.ask(base, key), key
        sides = [threading.Thread(target=self.go_on, args=(base,)) for _ in range(AT_ONCE)]
        for one in sides:
            one.start()
        self.wait_for(answers)
        kill()
        for one in sides:
            one.join()


def moments(seed: int) -> random.Random:
    """Return what says when to kill: somewhere else each time, and the same in each run."""
    return random.Random(seed)  # noqa: S311 - no secret


def finish(load: Load, base: Served, chance: random.Random) -> None:
    """Ask for all that was never told and some that was: each has one entry, and each entry one request."""
    for key in (*sorted(load.untold), *chance.sample(sorted(load.places), min(20, len(load.places)))):
        assert load.ask(base, key), key
    assert not load.untold
    assert sorted(load.places.values()) == list(range(len(load.places)))
    assert base.entries() == len(load.places)


def agrees(place, load: Load) -> None:
    with open_base(place, make=False) as base:
        assert base.verify_everything().size == len(load.places)


@pytest.mark.hypothesis
def test_a_server_that_is_killed_loses_no_code_and_logs_none_twice(tmp_path):
    """Whoever got no answer asks again and gets the one that there is; whoever got one gets the same."""
    place, said, load, chance = fresh(tmp_path / "killed.sqlite3"), tmp_path / "lines", Load(), moments(12)
    tokens, links = make(place)
    for _ in range(SERVER_KILLS):
        with serving(command(place, *LIMITS), said) as (process, port):
            load.run_until(
                Served(port, place, tokens, links, said), process.kill, chance.randint(1, ANSWERS_MAX)
            )
    with serving(command(place, *LIMITS), said) as (_, port):
        finish(load, Served(port, place, tokens, links, said), chance)
    agrees(place, load)


@pytest.mark.hypothesis
def test_a_database_server_that_is_killed_loses_no_code_and_logs_none_twice(tmp_path, monkeypatch):
    """The site goes on by itself once the database is back; until then the answer is no."""
    monkeypatch.setenv("RADIOKEY_SECRETS", str(tmp_path))
    said, load, chance = tmp_path / "lines", Load(), moments(21)
    with running() as server:
        place = server.fresh()
        tokens, links = make(place)
        with serving(command(place, *LIMITS), said, env=dict(os.environ)) as (_, port):
            base = Served(port, tmp_path, tokens, links, said)
            for _ in range(POSTGRESQL_KILLS):
                load.run_until(base, server.kill, chance.randint(1, ANSWERS_MAX))
                server.start()
                while not load.ask(base, "back"):
                    pass  # the connections that were lost are found out one by one
            while base.get("/api/log/checkpoint").status != 200:
                pass  # so are those of other parts of the base
            finish(load, base, chance)
        agrees(place, load)
