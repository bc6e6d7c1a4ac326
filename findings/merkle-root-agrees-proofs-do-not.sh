#!/bin/sh
# pymerkle's root is the one of RFC 9162, and its proofs are none that RFC 9162 can check.
#
# Surprise: the hash of the tree is equal byte for byte, so a comparison of roots passes. But its proof of
#   inclusion also carries the entry's own hash, and its proof of consistency carries the old tree's pieces where
#   the RFC leaves them out: more hashes than the RFC has, at other places. A verifier by the RFC refuses both.
# Matters: whoever tests a log against pymerkle by roots alone believes that the proofs agree as well, and a
#   receipt made with it can be checked by nobody else.
# Expected from: pymerkle's README, "Topology": the same recursion as RFC 9162, section 2.
# Versions: pymerkle 7.0.0; the RFC's own recursion and checks (2.1.3.2, 2.1.4.2) are spelt out below.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
"${PYTHON:-python3}" -m venv venv
venv/bin/python -m pip install -qq --disable-pip-version-check pymerkle==7.0.0
cat > finding.py <<'PY'
import sys
from hashlib import sha256
from importlib.metadata import version

from pymerkle import InmemoryTree, verify_consistency, verify_inclusion


def node(left, right):
    return sha256(b"\x01" + left + right).digest()


def root(entries):
    if len(entries) == 1:
        return sha256(b"\x00" + entries[0]).digest()
    half = 1 << (len(entries) - 1).bit_length() - 1
    return node(root(entries[:half]), root(entries[half:]))


def inclusion(at, entries):
    if len(entries) == 1:
        return []
    half = 1 << (len(entries) - 1).bit_length() - 1
    if at < half:
        return [*inclusion(at, entries[:half]), root(entries[half:])]
    return [*inclusion(at - half, entries[half:]), root(entries[:half])]


def consistency(old, entries, whole=True):
    if old == len(entries):
        return [] if whole else [root(entries)]
    half = 1 << (len(entries) - 1).bit_length() - 1
    if old <= half:
        return [*consistency(old, entries[:half], whole), root(entries[half:])]
    return [*consistency(old - half, entries[half:], False), root(entries[:half])]


def included(leaf, at, size, path, top):
    place, last, value = at, size - 1, leaf
    for other in path:
        if last == 0:
            return False
        if place & 1 or place == last:
            value = node(other, value)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            value = node(value, other)
        place, last = place >> 1, last >> 1
    return last == 0 and value == top


def consistent(old, size, path, old_top, top):
    path = [old_top, *path] if old & old - 1 == 0 else path
    place, last = old - 1, size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    first = second = path[0]
    for other in path[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            first, second = node(other, first), node(other, second)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            second = node(second, other)
        place, last = place >> 1, last >> 1
    return last == 0 and first == old_top and second == top


SIZE = 7
entries = [f"entry {number}".encode() for number in range(SIZE)]
tree = InmemoryTree(algorithm="sha256")
for entry in entries:
    tree.append_entry(entry)
top = root(entries)
seen = {"roots are equal": all(tree.get_root(n) == root(entries[:n]) for n in range(1, SIZE + 1))}
by_rfc = by_pymerkle = 0
for at in range(SIZE):
    leaf = root(entries[at : at + 1])
    proof = tree.prove_inclusion(at + 1, SIZE)
    verify_inclusion(leaf, top, proof)  # raises where pymerkle itself minds
    path = [bytes.fromhex(one) for one in proof.serialize()["path"]]
    by_rfc += included(leaf, at, SIZE, inclusion(at, entries), top)
    by_pymerkle += included(leaf, at, SIZE, path, top)
seen["inclusion proofs the RFC accepts: of the RFC, of pymerkle"] = (by_rfc, by_pymerkle)
by_rfc = by_pymerkle = 0
for old in range(1, SIZE):
    old_top = root(entries[:old])
    proof = tree.prove_consistency(old, SIZE)
    verify_consistency(old_top, top, proof)
    path = [bytes.fromhex(one) for one in proof.serialize()["path"]]
    by_rfc += consistent(old, SIZE, consistency(old, entries), old_top, top)
    by_pymerkle += consistent(old, SIZE, path, old_top, top)
seen["consistency proofs the RFC accepts: of the RFC, of pymerkle"] = (by_rfc, by_pymerkle)
print("pymerkle", version("pymerkle"))
print("expected: equal roots; all 7 and all 6 proofs accepted, whoever made them")
for what, value in seen.items():
    print(f"seen: {what}: {value}")
known = dict(zip(seen, (True, (7, 0), (6, 0)), strict=True))
sys.exit(0 if seen == known else "CHANGED")
PY
venv/bin/python finding.py
