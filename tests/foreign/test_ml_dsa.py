"""Cosignatures by ML-DSA-44 against another implementation of it (dilithium-py), and what they sign by hand."""

import base64
import hashlib
import struct

import pytest
from dilithium_py.ml_dsa import ML_DSA_44

from radiokey.base.log.cosignature import Cosigner, cosignatures
from radiokey.base.log.note import Algorithm, Checkpoint, NoteSigner, SignatureLine, VerifierKey

NAME, ORIGIN, SEED = "witness.example/w1", "log.example/foreign", bytes(range(32))
ROOT = hashlib.sha256(b"root").digest()
TEXT = Checkpoint(ORIGIN, 20_852_163, ROOT).text()
NOTE = NoteSigner(ORIGIN, bytes(32)).sign(TEXT)
SAID = {"name": NAME, "at_s": 1_679_315_147, "origin": ORIGIN, "start": 0, "end": 20_852_163, "root": ROOT}


def message(said):
    """C2SP tlog-cosignature, `cosigned_message`, from its text alone."""
    name, origin = (
        struct.pack(f"!B{len(said[one])}s", len(said[one]), said[one].encode()) for one in ("name", "origin")
    )
    tree = struct.pack("!QQ32s", said["start"], said["end"], said["root"])
    return b"subtree/v1\n\0" + name + struct.pack("!Q", said["at_s"]) + origin + tree


@pytest.fixture(scope="module")
def theirs():
    return ML_DSA_44.key_derive(SEED)


def test_another_hand_makes_the_same_key_and_accepts_the_signature(theirs):
    public, _ = theirs
    ours = Cosigner(NAME, SEED, Algorithm.ML_DSA_44)
    key_id = hashlib.sha256(f"{NAME}\n".encode() + b"\x06" + public).digest()[:4]
    encoded = base64.b64encode(b"\x06" + public).decode()
    assert str(ours.verifier) == f"{NAME}+{key_id.hex()}+{encoded}"
    mark, name, encoded = ours.line(TEXT, SAID["at_s"]).split()
    raw = base64.b64decode(encoded)
    assert (mark, name, raw[:12]) == ("\N{EM DASH}", NAME, key_id + struct.pack("!Q", SAID["at_s"]))
    assert ML_DSA_44.verify(public, message(SAID), raw[12:])
    assert not ML_DSA_44.verify(public, message(SAID | {"end": 1}), raw[12:])


@pytest.mark.parametrize(
    "other",
    [
        {},
        {"name": "witness.example/w2"},
        {"at_s": SAID["at_s"] + 1},
        {"origin": "log.example/other"},
        {"start": 1},
        {"end": 20_852_162},
        {"root": bytes(32)},
    ],
    ids=lambda other: "".join(other) or "as it is",
)
def test_what_another_hand_signed_is_accepted_for_what_it_says_alone(theirs, other):
    public, private = theirs
    key = VerifierKey(NAME, public, Algorithm.ML_DSA_44)
    signature = ML_DSA_44.sign(private, message(SAID | other))
    line = SignatureLine(NAME, key.id, struct.pack("!Q", SAID["at_s"]) + signature)
    assert bool(cosignatures(NOTE + str(line), [key])) == (not other)
