"""The Merkle tree of RFC 6962: hashes, the right edge, inclusion and consistency proofs.

Leaves and inner nodes are hashed under different prefixes, so that neither can be passed off as the other.
A tree of n leaves splits at the largest power of two below n. `(level, index)` names the perfect subtree
over leaves `index << level` up to `(index + 1) << level`; it never changes once it is full, which is why only
perfect subtrees are ever stored. A proof is made of O(log n) of them.

Checked against the cases of transparency-dev/merkle (tests/vectors/merkle).
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence

from radiokey.base.ports.log import Node

HASH_SIZE = 32

Fetch = Callable[[Node], bytes]
"""Returns the stored hash of a perfect subtree."""


def leaf_hash(leaf: bytes) -> bytes:
    """Return the hash of a leaf (RFC 6962 section 2.1)."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def leaf_hashes(leaves: Sequence[bytes]) -> list[bytes]:
    """Return the hash of each leaf."""
    sha256 = hashlib.sha256  # no call of ours for each: a log has millions
    return [sha256(b"\x00" + leaf).digest() for leaf in leaves]


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


EMPTY_ROOT = hashlib.sha256(b"").digest()


def perfect_parts(start: int, end: int) -> list[Node]:
    """Return the perfect subtrees that cover the leaves `start` to `end` (exclusive), left to right.

    `start` must be where such a subtree can begin: 0, or the split of some larger tree.
    """
    parts: list[Node] = []
    while start < end:
        level = (end - start).bit_length() - 1
        if start:
            level = min(level, (start & -start).bit_length() - 1)
        parts.append((level, start >> level))
        start += 1 << level
    return parts


def fold(hashes: Sequence[bytes]) -> bytes:
    """Return the root over perfect subtrees given left to right, larger first."""
    if not hashes:
        return EMPTY_ROOT
    root = hashes[-1]
    for left in reversed(hashes[:-1]):
        root = node_hash(left, root)
    return root


def root_at(size: int, fetch: Fetch) -> bytes:
    """Return the root of the first `size` leaves."""
    return fold([fetch(part) for part in perfect_parts(0, size)])


class Edge:
    """The right edge of a tree of `size` leaves: all that is needed to append to it and to know its root.

    It holds O(log n) hashes, those of `perfect_parts(0, size)` in that order.
    """

    __slots__ = ("_lefts", "size")

    def __init__(self, size: int = 0, hashes: Sequence[bytes] = ()) -> None:
        self.size = size
        parts = perfect_parts(0, size)
        self._lefts = {level: hashed for (level, _), hashed in zip(parts, hashes, strict=True)}

    def root(self) -> bytes:
        """Return the root over the leaves so far."""
        return fold([self._lefts[level] for level in sorted(self._lefts, reverse=True)])

    def extend(self, leaves: Sequence[bytes]) -> Iterator[tuple[Node, Sequence[bytes]]]:
        """Append leaf hashes; yield the subtrees they complete, level by level.

        Each is the node of the first one and the hashes of that and of those to its right.
        """
        sha256 = hashlib.sha256  # `node_hash` without a call of ours for each: a log has millions
        level, index, run = 0, self.size, list(leaves)
        self.size += len(run)
        while run:
            yield (level, index), run
            left = self._lefts.pop(level, None)
            if left is not None:
                run = [left, *run]
            if len(run) % 2:
                self._lefts[level] = run[-1]
            pairs = zip(run[::2], run[1::2], strict=False)  # the last one of an odd run waits at the edge
            run = [sha256(b"\x01" + left + right).digest() for left, right in pairs]
            level, index = level + 1, index >> 1


def completed_by(index: int, leaf: bytes, fetch: Fetch) -> Iterator[tuple[Node, bytes]]:
    """Yield every perfect subtree that leaf number `index` with hash `leaf` completes, the leaf first."""
    level, hashed = 0, leaf
    yield (level, index), hashed
    while index & 1:
        hashed = node_hash(fetch((level, index - 1)), hashed)
        level, index = level + 1, index >> 1
        yield (level, index), hashed


def inclusion_proof(index: int, size: int, fetch: Fetch) -> list[bytes]:
    """Return the audit path of leaf `index` in the tree of `size` leaves, nearest first."""
    assert 0 <= index < size
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        split = start + (1 << (end - start - 1).bit_length() - 1)
        if index < split:
            path.append(_root_of(split, end, fetch))
            end = split
        else:
            path.append(_root_of(start, split, fetch))
            start = split
    return path[::-1]


def _root_of(start: int, end: int, fetch: Fetch) -> bytes:
    return fold([fetch(part) for part in perfect_parts(start, end)])


def root_from_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes]) -> bytes | None:
    """Return the root that `proof` leads to, `None` where the proof does not have the right length.

    RFC 9162 section 2.1.3.2. The caller compares the root with a signed one.
    """
    if not 0 <= index < size or any(len(step) != HASH_SIZE for step in (leaf, *proof)):
        return None
    at, last, hashed = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return None
        if at & 1 or at == last:
            hashed = node_hash(step, hashed)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            hashed = node_hash(hashed, step)
        at, last = at >> 1, last >> 1
    return hashed if last == 0 else None


def consistency_proof(old: int, new: int, fetch: Fetch) -> list[bytes]:
    """Return the proof that the tree of `new` leaves begins with the tree of `old` leaves."""
    assert 0 < old <= new
    proof: list[bytes] = []
    start, end, whole = 0, new, True
    while old - start != end - start:
        split = start + (1 << (end - start - 1).bit_length() - 1)
        if old <= split:
            proof.append(_root_of(split, end, fetch))
            end = split
        else:
            proof.append(_root_of(start, split, fetch))
            start, whole = split, False
    if not whole:
        proof.append(_root_of(start, end, fetch))
    return proof[::-1]


def is_prefix(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Tell whether the tree of `new` leaves begins with that of `old`; the empty tree begins every tree."""
    if old == 0:
        beginning = old_root == EMPTY_ROOT and not proof
        return beginning and (new > 0 or new_root == EMPTY_ROOT)
    return is_consistent(old, new, old_root, new_root, proof)


def is_consistent(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Tell whether `proof` shows that the tree of `new` leaves begins with that of `old` leaves.

    RFC 9162 section 2.1.4.2. A proof from the empty tree says nothing and is refused.
    """
    if not 0 < old <= new or any(len(step) != HASH_SIZE for step in proof):
        return False
    if old == new:
        return not proof and old_root == new_root
    path = list(proof)
    if old & (old - 1) == 0:
        path.insert(0, old_root)
    if not path:
        return False
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    first_hash = second_hash = path[0]
    for step in path[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            first_hash = node_hash(step, first_hash)
            second_hash = node_hash(step, second_hash)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            second_hash = node_hash(second_hash, step)
        at, last = at >> 1, last >> 1
    return last == 0 and first_hash == old_root and second_hash == new_root
