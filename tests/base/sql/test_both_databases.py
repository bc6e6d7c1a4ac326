"""What every store promises, on SQLite and on PostgreSQL alike."""

import sqlite3
import threading
from contextlib import suppress

import pytest

from radiokey.base.ports.grants import GrantProposal
from radiokey.base.ports.identity import (
    StoredAccount,
    StoredEnrolment,
    StoredOrganisation,
    StoredPasskey,
    StoredProfile,
    StoredSession,
)
from radiokey.base.ports.log import StoredCheckpoint, StoredEntry
from radiokey.base.ports.requests import RequestAct, StoredMessage, StoredRequest
from radiokey.base.ports.store import (
    Clearing,
    ImportStep,
    Mark,
    MarkAct,
    StoredAct,
    StoredRelease,
    StoredToken,
    StoredUnit,
    UnitCard,
)
from radiokey.base.sql.postgresql import Principal
from radiokey.errors import RadiokeyError, StoreError, UnitExistsError

RELEASE = StoredRelease("r1", b"f" * 32, "me", 1_000, 0, b"{}", "bp12", "BP5387?1234567", "", "a1", "{}")
MARK = Mark(MarkAct.REPORTED, "bp12", "BP5387?1234567", "", "", "stolen", "police", 5)
CLEARING = Clearing("c1", "bp12", "BP5387?1234567", "", "", "found", "ab" * 32, "ann", 6)
TOKEN = StoredToken("t1", b"h" * 32, "acme", "Acme", "release stolen:read", 1, 9_000, "reg")


def unit(number="BP5387?1234567", kind="bp12", key="k1", sealed=b"s"):
    return StoredUnit(kind, number, number.replace("?", "6"), "m1", "eu", "", key, sealed)


def card(one):
    return UnitCard(one.kind, one.number, one.serial, one.model, one.market, one.vin)


def release(transaction, one=RELEASE):
    transaction.add_entries([StoredEntry(one.index, b"leaf")])
    transaction.add_releases([one])


def test_a_release_comes_back_as_it_was_written(store):
    with store.transaction() as transaction:
        release(transaction)
    with store.transaction() as transaction:
        assert transaction.release_of("r1") == RELEASE
        assert transaction.release_of("r2") is None
        assert transaction.releases_with(["r2", "r1", "r1"]) == [RELEASE]
        assert transaction.releases_with([]) == []
        assert transaction.releases_of("bp12", "BP5387?1234567") == [RELEASE]
        assert transaction.releases_of("honda8", "BP5387?1234567") == []
        assert transaction.releases_since("me", 999) == 1
        assert transaction.releases_since("me", 1_000) == 0


def test_the_log_comes_back_in_order(store):
    with store.transaction() as transaction:
        for index in range(5):
            transaction.add_entries([StoredEntry(index, b"%d" % index)])
            transaction.add_nodes({(0, index): bytes([index]) * 32})
        transaction.add_nodes({(1, 0): b"n" * 32})
        transaction.add_checkpoint(StoredCheckpoint(4, "four"))
        transaction.add_checkpoint(StoredCheckpoint(5, "five"))
    with store.snapshot() as seen:
        assert [one.leaf for one in seen.entries()] == [b"0", b"1", b"2", b"3", b"4"]
        assert [(first, len(run)) for first, run in seen.leaf_runs(2)] == [(0, 2), (2, 2), (4, 1)]
        nodes = [(level, at) for (level, first), run in seen.node_runs(9) for at, _ in enumerate(run, first)]
        assert nodes == [(0, 0), (0, 1), (0, 2), (0, 3), (0, 4), (1, 0)]
        assert seen.node((1, 0)) == b"n" * 32
        assert seen.node((1, 1)) is None
        assert seen.entry(9) is None
        assert [one.index for one in seen.entries_between(1, 3)] == [1, 2]
        assert seen.last_checkpoint() == StoredCheckpoint(5, "five")


def test_leaves_and_hashes_can_be_read_side_by_side(store):
    """Verifying a log walks both at once, and holds neither."""
    with store.transaction() as transaction:
        for index in range(3):
            transaction.add_entries([StoredEntry(index, b"%d" % index)])
            transaction.add_nodes({(0, index): bytes([index]) * 32})
    with store.snapshot() as seen:
        pairs = [
            (leaves, hashes[0][:1])
            for (_, leaves), (_, hashes) in zip(seen.leaf_runs(1), seen.node_runs(1), strict=True)
        ]
    assert pairs == [((b"0",), b"\0"), ((b"1",), b"\1"), ((b"2",), b"\2")]


def test_witnesses_signatures_stand_under_their_checkpoint(both, store):
    with store.transaction() as transaction:
        transaction.add_checkpoint(StoredCheckpoint(4, "four"))
    with both.store(Principal.PUBLISHER).concurrent_transaction() as transaction:
        transaction.add_cosignature(4, "w2", "line 2")
        transaction.add_cosignature(4, "w1", "line 1")
        assert transaction.cosignatures(4) == ["line 1", "line 2"]
        assert transaction.cosignatures(5) == []


def test_a_bucket_says_when_it_is_full(store):
    with store.transaction() as transaction:
        assert transaction.buckets(["client:me"]) == {}
        transaction.set_bucket("client:me", 10)
        transaction.set_bucket("client:me", 20)
        transaction.set_bucket("client:you", 30)
        assert transaction.buckets(["client:me", "client:you", "x"]) == {"client:me": 20, "client:you": 30}
        transaction.drop_full_buckets(20)
        assert transaction.buckets(["client:me", "client:you"]) == {"client:you": 30}


def test_units_are_added_all_or_none(store, registrar):
    with registrar.concurrent_transaction() as transaction:
        transaction.add_units([unit(), unit("BP5387?0000002")])
    with (
        pytest.raises(UnitExistsError) as caught,
        registrar.concurrent_transaction() as transaction,
    ):
        transaction.add_units([unit("BP5387?0000003"), unit()])
    assert "BP5387" not in f"{caught.value.sentence}{caught.value.facts}"
    with store.transaction() as transaction:
        assert transaction.units_of(["bp12"], ["BP5387?1234567", "BP5387?0000003"]) == [unit()]
        assert transaction.units_of(["honda8"], ["BP5387?1234567"]) == []


def test_after_a_unit_that_exists_nothing_more_of_the_batch_is_kept(registrar):
    """Even where the error is caught in the middle."""
    with registrar.concurrent_transaction() as transaction:
        transaction.add_units([unit()])

    def caught_in_the_middle():
        with registrar.concurrent_transaction() as transaction, suppress(UnitExistsError):
            transaction.add_units([unit("BP5387?0000003"), unit()])

    with pytest.raises(StoreError):
        caught_in_the_middle()
    with registrar.concurrent_transaction() as transaction:
        assert transaction.unit_cards(["bp12"], ["BP5387?0000003"]) == []


def test_cards_are_found_by_many_numbers_at_once(both, registrar):
    units = [unit(f"BP5387?{number:07}") for number in range(20)]
    with registrar.concurrent_transaction() as transaction:
        transaction.add_units([*units, unit("BP5387?0000001", kind="other")])
    with both.store(Principal.DESK).snapshot() as seen:
        wanted = [units[3].number, units[1].number, "BP5387?9999999", 'x"\\', "%"]
        assert seen.unit_cards(["bp12"], wanted) == [card(units[1]), card(units[3])]
        assert [one.kind for one in seen.unit_cards(["bp12", "other"], [units[1].number])] == [
            "bp12",
            "other",
        ]


def test_an_import_says_how_far_it_came(registrar):
    step = ImportStep("file", 10, 100, 9, 1, 5, "reg")
    with registrar.concurrent_transaction() as transaction:
        assert transaction.import_step("file") is None
        transaction.add_import_step(step)
        transaction.add_import_step(ImportStep("file", 20, 200, 19, 1, 6, "reg"))
        assert transaction.import_step("file").offset == 200
        assert transaction.import_step("other") is None


def test_a_seal_changes_only_where_the_key_is_still_that_one(both, registrar):
    with registrar.concurrent_transaction() as transaction:
        transaction.add_units(
            [unit("BP5387?0000001"), unit("BP5387?0000002"), unit("BP5387?0000003", key="k2")]
        )
    with both.store(Principal.KEEPER).concurrent_transaction() as keeper:
        old = keeper.units_not_sealed_with("k2", ("", ""), 10)
        assert [one.number for one in old] == ["BP5387?0000001", "BP5387?0000002"]
        assert keeper.units_not_sealed_with("k2", ("BP5387?0000001", "bp12"), 10) == old[1:]
        assert keeper.units_not_sealed_with("k2", ("", ""), 1) == old[:1]
        assert keeper.reseal(unit("BP5387?0000001", key="k2", sealed=b"new"), was="k1")
        assert not keeper.reseal(unit("BP5387?0000001", key="k2", sealed=b"newer"), was="k1")
        assert keeper.sealed_with() == {"k1": 1, "k2": 2}


def test_a_token_is_known_until_it_is_ended(both, registrar):
    with registrar.transaction() as transaction:
        transaction.add_token(TOKEN)
        assert [one.id for one in transaction.tokens()] == ["t1"]
    gate = both.store(Principal.GATE)
    with gate.snapshot() as seen:
        assert seen.token("t1") == TOKEN
        assert seen.token("t2") is None
    with registrar.transaction() as transaction:
        transaction.end_token("t1", 7, "reg")
        assert transaction.tokens() == []
    with gate.snapshot() as seen:
        assert seen.token("t1") is None


def test_the_audit_comes_back_in_order(both, registrar):
    acts = [StoredAct(at, "ann", "unit:search", f"s{at}", "") for at in (3, 1, 2)]
    with registrar.transaction() as transaction:
        for act in acts:
            transaction.add_act(act)
    with both.store(Principal.AUDITOR).snapshot() as seen:
        assert list(seen.acts()) == acts


def test_a_clearing_needs_a_proposal_of_somebody_else(both, registrar):
    """B10: the database itself refuses, whoever is connected."""
    both.behind("INSERT INTO hosting (id, organisation, at_ms) VALUES (1, 'Acme', 1)")
    with registrar.transaction() as transaction:
        transaction.add_mark(MARK)
        transaction.add_clearing(CLEARING)
        assert transaction.open_clearings() == [CLEARING]
        assert transaction.clearing("c1") == CLEARING
        assert transaction.hosting() == "Acme"
    cleared = {"act": MarkAct.CLEARED, "kind": "bp12", "number": "BP5387?1234567", "vin": "", "label": ""}
    for wrong in (
        {"by": "ann", "clearing": "c1"},
        {"by": "bob", "clearing": ""},
        {"by": "bob", "clearing": "c2"},
        {"by": "bob", "clearing": "c1", "number": "BP5387?0000001"},
        {"by": "bob", "clearing": "c1", "vin": "VF1" + "0" * 14},
    ):
        with pytest.raises(StoreError), registrar.transaction() as transaction:
            transaction.add_mark(Mark(**{**cleared, "reason": "found", "at_ms": 8, **wrong}))
    with registrar.transaction() as transaction:
        transaction.add_mark(Mark(**cleared, reason="found", by="bob", at_ms=8, clearing="c1"))
        assert transaction.open_clearings() == []
    with pytest.raises(StoreError), registrar.transaction() as transaction:
        transaction.add_mark(Mark(**cleared, reason="found", by="cid", at_ms=9, clearing="c1"))
    with registrar.snapshot() as seen:
        assert [one.act for one in seen.marks("bp12", "BP5387?1234567")] == ["reported", "cleared"]
        assert len(seen.all_marks()) == 2
        assert len(seen.marks_ending("bp12", "4567")) == 2
        assert seen.marks_of(["bp12"], ["BP5387?1234567", "x"]) == seen.all_marks()
        assert seen.marks_of(["honda8"], ["BP5387?1234567"]) == []


def test_an_error_of_ours_rolls_everything_back(store):

    def stopped_half_way():
        with store.transaction() as transaction:
            release(transaction)
            raise RadiokeyError("no")

    with pytest.raises(RadiokeyError, match="no"):
        stopped_half_way()
    with store.transaction() as transaction:
        assert transaction.release_of("r1") is None
        assert transaction.entry(0) is None


def test_a_statement_that_failed_is_never_committed(store):
    """Even where its error comes late: writes are sent without waiting for each answer."""

    def one_entry_twice():
        with store.transaction() as transaction:
            transaction.add_entries([StoredEntry(0, b"leaf")])
            transaction.add_entries([StoredEntry(0, b"another")])
            transaction.add_checkpoint(StoredCheckpoint(1, "one"))

    with pytest.raises(StoreError):
        one_entry_twice()
    with store.transaction() as transaction:
        assert transaction.entry(0) is None
        assert transaction.last_checkpoint() is None
        release(transaction)
    with store.snapshot() as seen:
        assert seen.release_of("r1") == RELEASE


def test_a_snapshot_writes_nothing(store):
    with pytest.raises(StoreError), store.snapshot() as seen:
        seen.add_entries([StoredEntry(0, b"leaf")])
    with store.snapshot() as seen:
        assert seen.entry(0) is None


def test_a_snapshot_sees_one_state_and_blocks_nobody(both, store):
    with store.snapshot() as seen:
        assert seen.last_checkpoint() is None
        with both.store().transaction() as transaction:
            transaction.add_checkpoint(StoredCheckpoint(1, "one"))
        assert seen.last_checkpoint() is None
    with store.snapshot() as seen:
        assert seen.last_checkpoint() == StoredCheckpoint(1, "one")


def test_transactions_take_turns_and_see_what_was_committed_before(both, store):
    """A release that waits for a stolen mark sees it."""
    other, began, seen = both.store(Principal.REGISTRAR), threading.Event(), []

    def wait_for_turn():
        began.set()
        with store.transaction() as transaction:
            seen.extend(transaction.marks("bp12", "BP5387?1234567"))

    with other.transaction() as transaction:
        assert transaction.marks("bp12", "BP5387?1234567") == []  # an answer came, so the turn is ours
        waiting = threading.Thread(target=wait_for_turn)
        waiting.start()
        began.wait()
        transaction.add_mark(MARK)
    waiting.join()
    assert seen == [MARK]


def add_staff(transaction):
    """Put a row into every table of the staff."""
    transaction.add_organisation(StoredOrganisation("o", "O", "dealer", 1, "local"))
    transaction.add_shown(StoredProfile("o", 1, "", "", "", "", "", 1, "local"))
    transaction.add_account(StoredAccount("ann", "clerk", "o", "Ann", b"h" * 16, 1, "local"))
    transaction.add_enrolment(StoredEnrolment(b"e" * 32, "ann", "invited", 1, 9, "local"))
    transaction.use_enrolment(b"e" * 32, 2)
    transaction.add_passkey(StoredPasskey(b"p", "ann", b"k", "phone", b"c" * 32, 2, 0, 2))
    transaction.add_recovery_code(b"r" * 32, "ann", 2)
    transaction.use_recovery_code(b"r" * 32, 3)
    transaction.add_session(StoredSession(b"s" * 32, "ann", b"p", b"d" * 32, 3, 9, 3))
    transaction.end_session(b"s" * 32, 4, "ann")
    transaction.add_confirmation(b"f" * 32, "ann", "x", 4)
    transaction.end_passkey(b"p", 5, "ann", "removed")
    transaction.end_account("ann", 6, "local")


def test_history_is_append_only(both, store):
    """Past the store too: by triggers on SQLite, by rights on PostgreSQL (the matrix has its own test)."""
    if both.kind == "postgresql":
        assert both.behind(
            "SELECT count(*) FROM information_schema.table_privileges WHERE grantee LIKE 'radiokey_%' AND "
            "privilege_type IN ('UPDATE', 'DELETE', 'TRUNCATE') AND table_name NOT IN ('bucket', 'clearing_paper', 'contact', 'paper')"
        ) == [(0,)]
        return
    with store.transaction() as transaction:
        release(transaction)
        transaction.add_nodes({(0, 0): b"n" * 32})
        transaction.add_checkpoint(StoredCheckpoint(1, "one"))
        transaction.add_cosignature(1, "w", "line")
        transaction.add_mark(MARK)
        transaction.add_clearing(CLEARING)
        transaction.end_clearing(CLEARING.id, 1, "x", "the wrong file")
        transaction.add_units([unit()])
        transaction.add_grant_proposal(
            GrantProposal("g", "pairing-end", "k", "n", "s", "", 1, "sold", "ab" * 32, "x", 1)
        )
        transaction.add_unit_digest("k", "n", b"d" * 16, 1)
        step = ImportStep("file", 1, 1, 1, 0, 1, "x")
        transaction.add_import_step(step)
        transaction.add_coverage(step, {"honda_audio5": 1})
        transaction.add_token(TOKEN)
        transaction.end_token("t1", 1, "x")
        transaction.add_act(StoredAct(1, "x", "y", "z", ""))
        transaction.add_hosting("Acme", 1)
        transaction.add_setting("ledger", "direct", 1, "x")
        transaction.add_request(StoredRequest("q1", "", "own", "k", "n", "s", "", "", "", "", "en", 1))
        transaction.add_request_act(RequestAct("q1", 1, "opened", "own", 1, "draft", 2, "{}"))
        transaction.add_message(StoredMessage("q1", "owner", "own", 1, "Hello."))
        transaction.add_contact("q1", b"s" * 40)
        transaction.add_mail("q1", 1, "opened", "en", 1)
        transaction.add_mail_refused(transaction.mails_to_send(1, 0)[0].id, 1, 550)
        transaction.add_mail_sent(1, 1)
        transaction.add_mail_given_up(1, 1, 1)
        transaction.add_poll_answer("renault_86a", "never")
        add_staff(transaction)
    tables = {name for (name,) in both.behind("SELECT name FROM sqlite_master WHERE type = 'table'")}
    # No history: what is let go in time, what is full again, and what lists and the outbox read (made of it).
    now = {"request_now", "outbox_waiting", "outbox_server"}
    none = {"bucket", "clearing_paper", "contact", "paper", "sqlite_sequence"} | now
    for table in tables - none:
        column = both.behind(f"PRAGMA table_info({table})")[0][1]
        for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET {column} = {column}"):  # noqa: S608
            with pytest.raises(sqlite3.IntegrityError, match=r"append-only|only "):
                both.behind(statement)


def test_a_store_that_was_closed_answers_nothing(both):
    store = both.store()
    with store.snapshot() as seen:
        assert seen.last_checkpoint() is None
    store.close()
    for begin in (store.transaction, store.concurrent_transaction, store.snapshot):
        with pytest.raises(StoreError), begin():
            pass
