"""A log asks witnesses for their signatures, and hears from them that its database went back or was forked."""

import base64
from contextlib import closing

import pytest

from radiokey.base.log.append import StoredHashes, append_many
from radiokey.base.log.cosignature import Cosigner, cosignatures
from radiokey.base.log.note import Algorithm, NoteSigner
from radiokey.base.log.tree import consistency_proof
from radiokey.base.log.witness import SIZE_TYPE, Witness, WitnessFolder
from radiokey.base.log.witness_client import ask_witness, request_body
from radiokey.base.sql.sqlite import SqliteStore
from radiokey.errors import LogError, ReceiptError, UsageError

SIGNER = NoteSigner("log.example/witnessed", bytes(range(32)))
NAME = "witness.example/w1"
OLDER, NEWER = COSIGNERS = (Cosigner(NAME, bytes(32)), Cosigner(NAME, bytes([1]) * 32, Algorithm.ML_DSA_44))


@pytest.fixture
def witness(tmp_path, clock):
    folder = tmp_path / "witness"
    folder.mkdir()
    return Witness(COSIGNERS, [SIGNER.verifier], WitnessFolder(folder), clock)


@pytest.fixture
def store(tmp_path):
    with closing(SqliteStore(tmp_path / "log.sqlite3")) as one:
        yield one


def grow(store, count, word="leaf"):
    with store.transaction() as transaction:
        last = transaction.last_checkpoint()
        first = last.size if last else 0
        append_many(transaction, [f"{word} {first + n}".encode() for n in range(count)], SIGNER)


def posting(witness, seen=None):
    def post(body):
        answer = witness.add_checkpoint(body)
        if seen is not None:
            seen.append((int(body.split()[1]), answer.status))
        return answer.status, answer.type, answer.body

    return post


def test_a_log_finds_out_what_the_witness_knows_and_proves_from_there(store, witness):
    grow(store, 5)
    ask_witness(store, SIGNER.verifier, NEWER.verifier, posting(witness))
    grow(store, 9)
    seen = []
    line = ask_witness(store, SIGNER.verifier, NEWER.verifier, posting(witness, seen))
    assert seen == [(0, 409), (5, 200)]
    grow(store, 9)
    seen.clear()
    ask_witness(store, SIGNER.verifier, NEWER.verifier, posting(witness, seen), old=14)
    assert seen == [(14, 200)], "who remembers needs one request"
    with store.snapshot() as transaction:
        assert transaction.cosignatures(14) == [line]
        note = transaction.last_checkpoint().note + "".join(transaction.cosignatures(23))
    assert len(cosignatures(note, witness.keys)) == 1


def test_asking_twice_for_one_checkpoint_keeps_the_first_line(store, witness, clock):
    grow(store, 5)
    first = ask_witness(store, SIGNER.verifier, NEWER.verifier, posting(witness))
    clock.ms += 60_000
    assert ask_witness(store, SIGNER.verifier, NEWER.verifier, posting(witness)) == first


def test_a_database_that_went_back_or_took_another_way_is_told_by_its_witness(store, witness, tmp_path):
    """A witness is the memory that the owner of the database cannot delete."""
    grow(store, 9)
    ask_witness(store, SIGNER.verifier, NEWER.verifier, posting(witness))
    asked = {5: [(0, 409)], 9: [(0, 409), (9, 422)], 14: [(0, 409), (9, 422)]}
    for size, error in ((5, "rolled back"), (9, "another history"), (14, "another history")):
        seen = []
        with closing(SqliteStore(tmp_path / f"fork{size}.sqlite3")) as fork:
            grow(fork, size, "fork")
            with pytest.raises(LogError, match=error):
                ask_witness(fork, SIGNER.verifier, NEWER.verifier, posting(witness, seen))
            assert seen == asked[size]
            with fork.snapshot() as transaction:
                assert transaction.cosignatures(size) == []


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ((404, "", ""), "refused \\(404\\)"),
        ((403, "", ""), "refused \\(403\\)"),
        ((500, "", ""), "refused \\(500\\)"),
        ((409, "text/plain", "5\n"), "refused \\(409\\)"),
        ((409, SIZE_TYPE, "0\n"), "refused \\(409\\)"),
        ((409, SIZE_TYPE, "five\n"), "no size"),
        ((409, SIZE_TYPE, "9" * 4_000), "no size"),
        ((200, "", ""), "no signature of"),
        ((200, "", "\N{EM DASH} witness.example/w1 AAAAAAAAAAAA\n"), "no signature of"),
        ((200, "", "not a line\n"), "not a signature"),
    ],
)
def test_what_is_no_signature_of_the_witness_is_not_kept(store, answer, sentence):
    grow(store, 5)
    with pytest.raises(ReceiptError, match=sentence):
        ask_witness(store, SIGNER.verifier, OLDER.verifier, lambda _body: answer)
    with store.snapshot() as transaction:
        assert transaction.cosignatures(5) == []


def test_a_witness_that_changes_its_mind_is_not_asked_for_ever(store):
    grow(store, 5)
    sizes = iter(range(1, 5))
    with pytest.raises(ReceiptError, match="another size each time"):
        ask_witness(store, SIGNER.verifier, OLDER.verifier, lambda _: (409, SIZE_TYPE, f"{next(sizes)}\n"))
    assert next(sizes) == 4, "three requests were made"


def test_a_witness_of_the_protocol_of_before_is_understood(store):
    """Until July 2026 it answered 409 with the size it was asked from, where the root was another."""
    grow(store, 5)
    with pytest.raises(LogError, match="another history"):
        ask_witness(store, SIGNER.verifier, OLDER.verifier, lambda _: (409, SIZE_TYPE, "5\n"))


def test_each_key_of_a_witness_has_its_line_under_the_checkpoint(store, witness):
    grow(store, 5)
    lines = [ask_witness(store, SIGNER.verifier, key, posting(witness)) for key in witness.keys]
    with store.snapshot() as transaction:
        kept = transaction.cosignatures(5)
        note = transaction.last_checkpoint().note + "".join(kept)
    assert sorted(lines) == sorted(kept)
    assert [one.key for one in cosignatures(note, witness.keys)] == list(witness.keys)


def test_an_empty_log_has_nothing_to_witness(store, witness):
    with pytest.raises(UsageError, match="empty"):
        ask_witness(store, SIGNER.verifier, NEWER.verifier, posting(witness))


def test_a_request_is_written_as_the_specification_writes_it(store):
    grow(store, 9)
    with store.snapshot() as transaction:
        asked = request_body(transaction, SIGNER.verifier, 5).decode()
        note = transaction.last_checkpoint().note
        steps = consistency_proof(5, 9, StoredHashes(transaction))
    proof = "".join(f"{base64.b64encode(step).decode()}\n" for step in steps)
    assert asked == f"old 5\n{proof}\n{note}"
