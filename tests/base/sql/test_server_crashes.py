"""The whole PostgreSQL server stops at once, as in a power cut, and starts again; and one that promises less.

A server of its own, because others of this process are at work on the usual one.
"""

import psycopg
import pytest
from wire import AFTER, BEFORE, wired

from radiokey.base.sql.postgresql import PostgresStore, Principal
from radiokey.errors import StoreError

pytestmark = pytest.mark.parametrize("both", ["mortal"], indirect=True)


def crash_at(mortal, beginning, when):
    """Return a step that crashes the server once, at the first statement that begins so."""
    crashed = []

    def step(_at, statement, now):
        if not crashed and now == when and statement.startswith(beginning):
            crashed.append(statement)
            mortal.crash()

    return step, crashed


@pytest.mark.parametrize(
    ("beginning", "when"),
    [
        ("SELECT pg_advisory_xact_lock", AFTER),
        ("INSERT INTO log_entry", AFTER),
        ("INSERT INTO release", AFTER),
        ("COMMIT", BEFORE),
        ("COMMIT", AFTER),
    ],
)
def test_what_was_confirmed_is_there_when_the_server_comes_back(both, desk, mortal, beginning, when):
    """What was not confirmed is there whole or not at all, and a retry gives the same answer."""
    assert both.kind == "postgresql"
    desk.add_units(range(5))
    door = desk.door()
    confirmed = [door.release(desk.ask(f"before-{one}", one)) for one in range(5)]
    batch = [desk.ask(f"r{one}", one) for one in range(3)]
    step, crashed = crash_at(mortal, beginning, when)
    with wired(door._store, step), pytest.raises(StoreError):
        door._serve(batch)
    assert crashed
    committed = (beginning, when) == ("COMMIT", AFTER)  # and the answer was lost
    assert [door.release(request).repeated for request in batch] == [committed] * 3
    for one, released in enumerate(confirmed):
        assert door.release(desk.ask(f"before-{one}", one)).receipt == released.receipt
    assert desk.verified() == 8


@pytest.mark.parametrize("setting", ["fsync", "full_page_writes", "synchronous_commit"])
def test_a_server_that_does_not_keep_what_it_confirms_is_refused(both, desk, mortal, setting):
    """At every new connection: also where it was told so while we were at work."""
    desk.add_units([0])
    door = desk.door()
    assert not door.release(desk.ask("r0", 0)).repeated
    try:
        both.behind(f"ALTER SYSTEM SET {setting} = off")
        mortal.crash()
        for principal in Principal:
            with pytest.raises(StoreError, match=f"{setting} is off") as caught:
                PostgresStore(both.place, principal)
            assert setting in caught.value.hint
        with pytest.raises(StoreError, match=f"{setting} is off"):
            door.release(desk.ask("r1", 0))
    finally:
        with psycopg.connect(both.place, autocommit=True) as owner:
            owner.execute(f"ALTER SYSTEM RESET {setting}")  # type: ignore[call-overload]  # from the list above
        mortal.crash()
    assert door.release(desk.ask("r0", 0)).repeated
    assert desk.verified() == 1


@pytest.mark.parametrize("where", ["DATABASE", "ROLE"])
def test_a_promise_taken_back_for_one_database_or_account_is_seen(both, where):
    name = "current_database()" if where == "DATABASE" else "current_user"
    change = "DO $$BEGIN EXECUTE format('ALTER {} %I {} synchronous_commit{}', {}); END$$"
    both.behind(change.format(where, "SET", " = off", name))
    try:
        with pytest.raises(StoreError, match="synchronous_commit is off"):
            both.store()
    finally:
        both.behind(change.format(where, "RESET", "", name))
    both.store()
