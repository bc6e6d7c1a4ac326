"""Many leaves under one signature, and nothing signed that was not read back."""

from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radiokey.base.log.append import append_many, check_whole
from radiokey.base.log.note import Checkpoint, NoteSigner, open_note
from radiokey.base.log.tree import Edge, leaf_hash, root_at, root_from_inclusion
from radiokey.base.ports.log import StoredEntry
from radiokey.base.sql.sqlite import SqliteStore
from radiokey.errors import LogError

SIGNER = NoteSigner("log.example/append", bytes(range(32)))


def naive_edge(leaves):
    edge = Edge()
    for leaf in leaves:
        for _ in edge.extend([leaf_hash(leaf)]):
            pass
    return edge


@given(st.lists(st.integers(1, 40), min_size=1, max_size=8))
def test_an_edge_is_the_same_however_its_leaves_come(runs):
    one, many, nodes, at = Edge(), Edge(), {}, 0
    for run in runs:
        leaves = [leaf_hash(b"%d" % number) for number in range(at, at + run)]
        for leaf in leaves:
            nodes.update({node: got[0] for node, got in one.extend([leaf])})
        told = {
            (level, index + place): hashed
            for (level, index), got in many.extend(leaves)
            for place, hashed in enumerate(got)
        }
        assert told.items() <= nodes.items()
        at += run
        assert one.root() == many.root() == root_at(at, nodes.__getitem__)
        assert one.size == many.size == at


@pytest.mark.parametrize("runs", [[1] * 9, [32, 32, 1], [7, 9, 64, 3], [255, 2]])
def test_each_leaf_of_a_batch_has_its_place_and_its_proof_under_the_one_checkpoint(store, runs):
    at = 0
    for run in runs:
        leaves = [b"leaf %d" % number for number in range(at, at + run)]
        with store.transaction() as transaction:
            appended = append_many(transaction, leaves, SIGNER)
        assert (appended.first, appended.size, len(appended.proofs)) == (at, at + run, run)
        signed = Checkpoint.parse(open_note(appended.note, SIGNER.verifier))
        for place, leaf in enumerate(leaves):
            proof = appended.proofs[place]
            assert root_from_inclusion(at + place, signed.size, leaf_hash(leaf), proof) == signed.root
        at += run
        assert signed.root == naive_edge(b"leaf %d" % number for number in range(at)).root()
    with store.snapshot() as transaction:
        assert check_whole(transaction, SIGNER.verifier).size == at


class Careless:
    """A database that keeps something else than it was given."""

    def __init__(self, inner, **other):
        self._inner = inner
        self.__dict__.update({name: make(inner) for name, make in other.items()})

    def __getattr__(self, name):
        return getattr(self._inner, name)


def without_node(lost):
    def make(inner):
        def add_nodes(nodes):
            inner.add_nodes({node: hashed for node, hashed in nodes.items() if node != lost})

        return add_nodes

    return make


def other_node(changed):
    def make(inner):
        def add_nodes(nodes):
            hashed = nodes[changed]
            inner.add_nodes(nodes | {changed: bytes([hashed[0] ^ 1]) + hashed[1:]})

        return add_nodes

    return make


def other_entry(inner):
    def add_entries(entries):
        inner.add_entries(
            [StoredEntry(one.index, one.leaf + b" " if one.index == 6 else one.leaf) for one in entries]
        )

    return add_entries


def lost_entry(inner):
    def add_entries(entries):
        inner.add_entries([entry for entry in entries if entry.index != 7])

    return add_entries


CARELESS = {
    "an entry changed": {"add_entries": other_entry},
    "an entry lost": {"add_entries": lost_entry},
    "a new edge hash changed": {"add_nodes": other_node((3, 0))},
    "a new edge hash lost": {"add_nodes": without_node((3, 0))},
}


@pytest.mark.parametrize("how", CARELESS.values(), ids=CARELESS.keys())
def test_what_the_database_did_not_keep_is_not_signed(store, how):
    with store.transaction() as transaction:
        append_many(transaction, [b"%d" % number for number in range(5)], SIGNER)
    with pytest.raises(LogError, match="did not keep"), store.transaction() as transaction:
        append_many(Careless(transaction, **how), [b"5", b"6", b"7"], SIGNER)
    with store.snapshot() as transaction:
        assert transaction.last_checkpoint().size == 5
        assert check_whole(transaction, SIGNER.verifier).size == 5


@pytest.fixture
def store(tmp_path):
    with closing(SqliteStore(tmp_path / "log.sqlite3")) as one:
        yield one
