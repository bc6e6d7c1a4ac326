"""A log and a witness of others (aics-tlog, aics-witness), by C2SP's text of July 2026: both ways, answer by answer."""

import base64
import threading
from contextlib import closing, contextmanager
from itertools import product
from types import SimpleNamespace

import pytest
from aics_tlog import Checkpoint as TheirCheckpoint
from aics_tlog import (
    DirectoryTileStore,
    FileSystemTileReader,
    IncrementalTileWriter,
    MerkleTree,
    audit_tiles,
    format_vkey,
    parse_checkpoint,
    parse_note,
    parse_vkey,
    sign_checkpoint,
    verify_checkpoint,
    verify_consistency,
    verify_leaf_inclusion,
    vkey_from_ed25519,
)
from aics_witness import (
    LogConfig,
    WitnessAhead,
    WitnessClient,
    WitnessError,
    WitnessRejected,
    WitnessStore,
    make_server,
)
from aics_witness import Witness as TheirWitness
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from served_witness import HOST, serving

from radiokey.base.log.append import StoredHashes, append_many
from radiokey.base.log.cosignature import Cosigner, cosignatures
from radiokey.base.log.export import verify_export, write_export
from radiokey.base.log.note import Algorithm, Checkpoint, NoteSigner, VerifierKey, open_note
from radiokey.base.log.tree import (
    EMPTY_ROOT,
    consistency_proof,
    is_consistent,
    leaf_hash,
    root_from_inclusion,
)
from radiokey.base.log.witness import SIZE_TYPE, Answer, Witness, WitnessFolder, hash_origin
from radiokey.base.log.witness_client import ask_witness
from radiokey.base.sql.sqlite import SqliteStore
from radiokey.cli.witness import posting
from radiokey.errors import LogError

ORIGIN = "log.example/foreign"
SIGNER = NoteSigner(ORIGIN, bytes(range(32)))
PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
THEIR_KEY = vkey_from_ed25519("log.example/theirs", PRIVATE.public_key().public_bytes_raw())
COSIGNERS = (
    Cosigner("witness.example/ours", bytes(32)),
    Cosigner("witness.example/ours", bytes(32), Algorithm.ML_DSA_44),
)
LEAVES = [f"leaf {number}".encode() for number in range(300)]
SIZES = (1, 2, 7, 256, 300)


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch):
    monkeypatch.setenv("no_proxy", HOST)


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    """A log of ours that grew in batches: its store, and each checkpoint with the proofs that came with it."""
    with closing(SqliteStore(tmp_path_factory.mktemp("log") / "log.sqlite3")) as store:
        appended = {}
        for at, size in zip((0, *SIZES), SIZES, strict=False):
            with store.transaction() as transaction:
                appended[size] = append_many(transaction, LEAVES[at:size], SIGNER)
        yield store, appended


@contextmanager
def their_witness(folder, *keys, clock=None):
    logs = [LogConfig.from_strings(key.name, [str(key)], extension_lines=True) for key in keys]
    private = Ed25519PrivateKey.from_private_bytes(bytes([7]) * 32)
    with closing(WitnessStore(folder / "witness.db", create=True)) as store:
        more = {} if clock is None else {"clock": lambda: clock.now_ms() / 1000}
        yield TheirWitness("witness.example/theirs", private, store, logs, **more)


@pytest.fixture
def clock():
    return SimpleNamespace(now_ms=lambda: 1_700_000_000_123)


def key_of(witness):
    return VerifierKey.parse(witness.vkey_text, Algorithm.COSIGNATURE_V1)


# --- theirs reads ours ------------------------------------------------------------------------------------


def test_they_verify_checkpoints_proofs_tiles_and_cosignatures_of_ours(log, tmp_path):
    store, appended = log
    notes = {size: parse_note(one.note) for size, one in appended.items()}
    trees = {size: parse_checkpoint(note.text) for size, note in notes.items()}
    key = parse_vkey(str(SIGNER.verifier))
    for size, one in appended.items():
        told = verify_checkpoint(notes[size], key, expected_origin=ORIGIN)
        assert (told.ok, told.error, told.size) == (True, None, size)
        for index, proof in enumerate(one.proofs, one.first):
            assert verify_leaf_inclusion(LEAVES[index], index, size, list(proof), trees[size].root)
            assert not verify_leaf_inclusion(LEAVES[index - 1], index, size, list(proof), trees[size].root)
    with store.snapshot() as transaction:
        write_export(transaction, tmp_path / "out", SIGNER.verifier)
        for old, new in product(SIZES, SIZES):
            if old <= new:
                steps = consistency_proof(old, new, StoredHashes(transaction))
                assert verify_consistency(old, new, trees[old].root, trees[new].root, steps)
    report = audit_tiles(FileSystemTileReader(tmp_path / "out"), 300, trees[300].root)
    assert (report.size, report.bundles) == (300, 2)
    cosigned = appended[300].note + "".join(one.line(notes[300].text, 1_700_000_000) for one in COSIGNERS)
    told = verify_checkpoint(parse_note(cosigned), key, [parse_vkey(str(COSIGNERS[0].verifier))], quorum=1)
    assert (told.ok, told.error, told.timestamps) == (True, None, {"witness.example/ours": 1_700_000_000})
    assert not verify_checkpoint(
        parse_note(appended[300].note), key, [parse_vkey(str(COSIGNERS[0].verifier))], quorum=1
    ).ok


def test_we_verify_a_log_of_theirs(tmp_path):
    writer, tree = IncrementalTileWriter(DirectoryTileStore(tmp_path, fsync=False)), MerkleTree()
    ours = VerifierKey.parse(format_vkey(THEIR_KEY))
    seen = []
    for at, size in zip((0, *SIZES), SIZES, strict=False):
        writer.append(LEAVES[at:size])
        tree.extend(LEAVES[at:size])
        note = sign_checkpoint(TheirCheckpoint(ours.name, size, writer.root()), PRIVATE, ours.name)
        seen.append(Checkpoint.parse(open_note(note.serialise(), ours)))
    (tmp_path / "checkpoint").write_text(note.serialise(), encoding="utf-8")
    assert verify_export(tmp_path, ours, seen) == seen[-1]
    for old, new in product(seen, seen):
        if old.size <= new.size:
            steps = tree.consistency_proof(old.size, new.size) if old != new else []
            assert is_consistent(old.size, new.size, old.root, new.root, steps)
    for index in range(0, 300, 7):
        proof = tree.inclusion_proof(index, 300)
        assert root_from_inclusion(index, 300, leaf_hash(LEAVES[index]), proof) == seen[-1].root


# --- witnesses --------------------------------------------------------------------------------------------


def request_of(tree, sizes, signer, proof=None, root=None):
    old, new = sizes
    steps = tree.consistency_proof(old, new) if 0 < old < new else []
    lines = "".join(f"{base64.b64encode(step).decode()}\n" for step in (steps if proof is None else proof))
    text = Checkpoint(signer.verifier.name, new, root or tree.root(new)).text()
    return f"old {old}\n{lines}\n{signer.sign(text)}".encode()


def test_both_witnesses_give_the_same_answer_to_whatever_is_asked(tmp_path, clock):
    """Each case at a log of its own, after a checkpoint of `last` leaves or none."""
    tree, fork = MerkleTree(LEAVES[:9]), MerkleTree([*LEAVES[:2], *[b"another"] * 7])
    step = tree.consistency_proof(1, 2)
    cases = [
        (last, old, new, which, None, None)
        for last, old, new in product((0, 3), (0, 2, 3, 5), (0, 2, 3, 6))
        for which in (tree, fork)
    ]
    cases += [(0, 0, 0, tree, None, bytes(32)), (0, 0, 0, tree, step, None), (0, 0, 3, tree, step, None)]
    cases += [
        (3, 3, 3, tree, step, None),
        (3, 3, 6, tree, [], None),
        (3, 3, 6, tree, step, None),
        (3, 0, 0, tree, None, bytes(32)),
    ]
    signers = [NoteSigner(f"log.example/{number}", bytes(range(32))) for number in range(len(cases))]
    keys = [signer.verifier for signer in signers]
    folder = tmp_path / "ours"
    folder.mkdir()
    ours, told = Witness(COSIGNERS, keys, WitnessFolder(folder), clock), set()
    with their_witness(tmp_path, *keys, clock=clock) as theirs:

        def both(body):
            try:
                other = Answer(200, theirs.add_checkpoint(body).decode())
            except WitnessError as refused:
                body_of = refused.body.decode() if refused.status == 409 else ""
                other = Answer(
                    refused.status, body_of, *([refused.content_type] if refused.status == 409 else [])
                )
            return ours.add_checkpoint(body), other

        for signer, (last, old, new, which, proof, root) in zip(signers, cases, strict=True):
            if last:
                assert [one.status for one in both(request_of(tree, (0, last), signer))] == [200, 200]
            body = request_of(which, (old, new), signer, proof, root)
            mine, other = both(body)
            told.add(mine.status)
            if mine.status == 200:
                note = body.decode().partition("\n\n")[2]
                assert other.status == 200
                assert cosignatures(note + other.body, [key_of(theirs)])[0].at_s == clock.now_ms() // 1000
                shown = ours.last_checkpoint(hash_origin(signer.verifier.name))
                theirs_shown = theirs.latest_checkpoint(hash_origin(signer.verifier.name)).decode()
                assert (shown, theirs_shown) == (note + mine.body, note + other.body)
            else:
                assert mine == other, (last, old, new, which is fork, proof, root)
    assert told == {200, 400, 409, 422}
    assert tree.root(0) == EMPTY_ROOT


def test_their_witness_signs_a_log_of_ours_and_says_when_it_was_forked_or_rolled_back(log, tmp_path):
    store, appended = log
    with their_witness(tmp_path, SIGNER.verifier) as witness, make_server(witness) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        post, key, seen = posting(server.url), key_of(witness), []

        def noting(body):
            answer = post(body)
            seen.append(answer[:2])
            return answer

        try:
            line = ask_witness(store, SIGNER.verifier, key, noting)
            assert cosignatures(appended[300].note + line, [key])
            for count, error in ((300, "another history"), (301, "another history"), (5, "rolled back")):
                with closing(SqliteStore(tmp_path / f"fork{count}.sqlite3")) as other:
                    with other.transaction() as transaction:
                        append_many(transaction, [b"another"] * count, SIGNER)
                    with pytest.raises(LogError, match=error):
                        ask_witness(other, SIGNER.verifier, key, noting)
        finally:
            server.shutdown()
            thread.join()
    behind = (409, SIZE_TYPE)
    assert [status for status, _ in seen] == [200, 409, 422, 409, 422, 409]
    assert [one for one in seen if one[0] == 409] == [behind] * 3


def test_our_witness_signs_a_log_of_theirs_and_says_when_it_was_forked_or_rolled_back(tmp_path):
    tree, fork = MerkleTree(LEAVES[:20]), MerkleTree([b"another"] * 20)
    name = THEIR_KEY.name

    def note(which, size):
        return sign_checkpoint(TheirCheckpoint(name, size, which.root(size)), PRIVATE, name).serialise()

    with serving("witness.example/ours", tmp_path, format_vkey(THEIR_KEY)) as ((key, newer), url):
        for sizes in ((3, 9), (9, 12)):  # each client has to be told what the one before had signed
            with WitnessClient(url, str(key), max_attempts=1) as client:
                for size in sizes:
                    line = client.submit(note(tree, size), tree.consistency_proof)
                    assert cosignatures(note(tree, size) + line, [key])
                for size in (sizes[-1], 20):
                    with pytest.raises(WitnessRejected) as refused:
                        client.submit(note(fork, size), fork.consistency_proof)
                    assert refused.value.status == 422
                with pytest.raises(WitnessAhead) as ahead:
                    client.submit(note(fork, 2), fork.consistency_proof)
                assert ahead.value.known_size == sizes[-1]
    assert newer.algorithm is Algorithm.ML_DSA_44
