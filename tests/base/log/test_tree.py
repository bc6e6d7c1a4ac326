import base64
import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radiokey.base.log.tree import (
    EMPTY_ROOT,
    completed_by,
    consistency_proof,
    inclusion_proof,
    is_consistent,
    leaf_hash,
    root_at,
    root_from_inclusion,
)
from tables import each

VECTORS = Path(__file__).parents[2] / "vectors" / "merkle"


def _cases(name):
    cases = json.loads((VECTORS / f"{name}.json").read_text())
    assert len(cases) == 98
    return [pytest.param(case, id=case["file"]) for case in cases]


def _bytes(text):
    return base64.b64decode(text or "")


def naive_root(leaves):
    """RFC 6962 section 2.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\1" + naive_root(leaves[:split]) + naive_root(leaves[split:])).digest()


def grown(leaves):
    """The stored subtrees of a log that grew leaf by leaf."""
    nodes = {}
    for index, leaf in enumerate(leaves):
        nodes.update(completed_by(index, leaf_hash(leaf), nodes.__getitem__))
    return nodes.__getitem__


@each("case", _cases("inclusion"))
def test_inclusion_proofs_of_another_implementation_are_judged_as_it_judges_them(case):
    proof = [_bytes(step) for step in case["proof"] or []]
    root = root_from_inclusion(case["leafIdx"], case["treeSize"], _bytes(case["leafHash"]), proof)
    assert (root == _bytes(case["root"])) is not case["wantErr"]


@each("case", _cases("consistency"))
def test_consistency_proofs_of_another_implementation_are_judged_as_it_judges_them(case):
    proof = [_bytes(step) for step in case["proof"] or []]
    holds = is_consistent(case["size1"], case["size2"], _bytes(case["root1"]), _bytes(case["root2"]), proof)
    assert holds is not case["wantErr"]


def test_the_empty_tree_has_the_hash_of_nothing():
    assert root_at(0, {}.__getitem__) == EMPTY_ROOT == naive_root([])


@given(st.lists(st.binary(max_size=8), min_size=1, max_size=70), st.data())
def test_roots_and_proofs_agree_with_the_definition(leaves, data):
    fetch, new = grown(leaves), len(leaves)
    root = naive_root(leaves)
    assert root_at(new, fetch) == root
    index = data.draw(st.integers(0, new - 1))
    proof = inclusion_proof(index, new, fetch)
    assert root_from_inclusion(index, new, leaf_hash(leaves[index]), proof) == root
    old = data.draw(st.integers(1, new))
    assert is_consistent(old, new, naive_root(leaves[:old]), root, consistency_proof(old, new, fetch))


@given(st.integers(2, 60), st.data())
def test_no_proof_holds_for_another_place_or_after_a_change(size, data):
    leaves = [bytes([number]) for number in range(size)]
    fetch = grown(leaves)
    root = root_at(size, fetch)
    index, other = data.draw(
        st.tuples(*[st.integers(0, size - 1)] * 2).filter(lambda pair: pair[0] != pair[1])
    )
    proof = inclusion_proof(index, size, fetch)
    hashed = leaf_hash(leaves[index])
    assert root_from_inclusion(other, size, hashed, proof) != root
    assert root_from_inclusion(index, size, hashed, proof[:-1]) != root
    assert root_from_inclusion(index, size, hashed, [*proof, root]) != root
    at = data.draw(st.integers(0, len(proof) - 1))
    changed = bytes([proof[at][0] ^ 1]) + proof[at][1:]
    assert root_from_inclusion(index, size, hashed, [*proof[:at], changed, *proof[at + 1 :]]) != root


def test_an_append_touches_only_the_right_edge():
    """A log that rehashes itself for each entry stops growing one day."""
    nodes, asked = {}, []

    def fetch(node):
        asked.append(node)
        return nodes[node]

    for index in range(1000):
        asked.clear()
        nodes.update(completed_by(index, leaf_hash(b"x"), fetch))
        root_at(index + 1, fetch)
        assert len(asked) <= 2 * (index + 1).bit_length()
