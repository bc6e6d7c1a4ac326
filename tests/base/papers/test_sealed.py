"""Papers at rest: bound to their request, under a key for nothing else, and open for nobody else."""

import pickle

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from radiokey.base.keys.keyring import KeyRing
from radiokey.base.keys.seal import SealKey
from radiokey.base.papers.sealed import PapersKey
from radiokey.errors import SealError

RING_KEY = SealKey(bytes(range(32)))
KEY = PapersKey(RING_KEY)
NONCE = b"twelve bytes"
PAPER = b"\xff\xd8 a picture"
SEALED = KEY.seal("paper-1", "request-1", PAPER, NONCE)


def test_what_was_sealed_opens():
    assert KEY.open("paper-1", "request-1", SEALED) == PAPER


def test_the_bytes_are_those_of_the_specification():
    """Written down from docs/spec/papers.md with HMAC and the cipher alone (RFC 5869, 2.2 and 2.3)."""
    import hmac  # noqa: PLC0415 - the foreign reader

    extracted = hmac.digest(bytes(32), bytes(range(32)), "sha256")
    key = hmac.digest(extracted, b"radiokey derived key v1\npapers\x01", "sha256")
    bound = b"radiokey sealed paper v1\n7:paper-1,9:request-1,"
    assert SEALED[:12] == NONCE
    assert AESGCM(key).decrypt(NONCE, SEALED[12:], bound) == PAPER
    assert KEY.id == RING_KEY.id


@pytest.mark.parametrize(
    ("paper", "request_id"),
    [("paper-2", "request-1"), ("paper-1", "request-2"), ("request-1", "paper-1"), ("paper-", "1request-1")],
)
def test_a_paper_of_another_request_does_not_open(paper, request_id):
    """A row that is copied over in the database shows nobody's papers to somebody else."""
    with pytest.raises(SealError):
        KEY.open(paper, request_id, SEALED)


def test_any_changed_bit_and_any_cut_is_seen():
    for bit in range(8 * len(SEALED)):
        changed = bytearray(SEALED)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(SealError):
            KEY.open("paper-1", "request-1", bytes(changed))
    for length in range(len(SEALED)):
        with pytest.raises(SealError):
            KEY.open("paper-1", "request-1", SEALED[:length])


def test_another_key_does_not_open_it_and_neither_does_that_of_the_codes():
    with pytest.raises(SealError):
        PapersKey(SealKey(bytes(32))).open("paper-1", "request-1", SEALED)
    assert RING_KEY.derive("papers") not in {RING_KEY.reveal(), RING_KEY.derive("other")}


def test_the_key_hides_itself():
    assert repr(KEY) == f"PapersKey('{RING_KEY.id}')"
    with pytest.raises(TypeError):
        pickle.dumps(KEY)


@pytest.mark.parametrize("name", ["", "a b", "x" * 65, "paper/1", "päper"])
def test_an_id_that_is_none_is_our_mistake(name):
    with pytest.raises(AssertionError):
        KEY.seal(name, "request-1", PAPER, NONCE)


class Counting:
    """Chance that counts."""

    def __init__(self) -> None:
        self.next = 0

    def bytes(self, size: int) -> bytes:
        self.next += 1
        return self.next.to_bytes(size, "big")


def test_a_paper_opens_after_the_ring_was_turned_and_not_without_its_key(tmp_path):
    chance = Counting()
    ring = KeyRing.make(tmp_path / "ring", chance, 0)
    with ring.sealing() as current:
        key = PapersKey(current)
        sealed = key.seal("p", "r", PAPER, NONCE)
    ring.advance(chance, 1)
    assert PapersKey(ring.opening(key.id)).open("p", "r", sealed) == PAPER
    ring.retire(lambda: {key.id})
    assert PapersKey(ring.opening(key.id)).open("p", "r", sealed) == PAPER
    ring.retire(set)
    with pytest.raises(SealError) as caught:
        ring.opening(key.id)
    assert caught.value.facts == {"key": key.id}
