"""What a witness signs with its two keys, and whose signatures count (C2SP tlog-cosignature)."""

import pytest
from cryptography.hazmat.backends.openssl.backend import backend

from radiokey.base.log.cosignature import Cosigner, cosignatures, count_witnesses
from radiokey.base.log.note import COSIGNING, Algorithm, Checkpoint, NoteSigner, SignatureLine, VerifierKey
from radiokey.errors import ReceiptError, UsageError

NAME = "witness.example/w1"
OLDER, NEWER = COSIGNERS = (Cosigner(NAME, bytes(32)), Cosigner(NAME, bytes([1]) * 32, Algorithm.ML_DSA_44))
SIGNER = NoteSigner("log.example/witnessed", bytes(range(32)))
OTHER = NoteSigner("log.example/other", bytes(range(1, 33)))
EACH = pytest.mark.parametrize("cosigner", COSIGNERS, ids=lambda one: one.verifier.algorithm.name)


def checkpoint(size, signer=SIGNER):
    """Return the text and the note of a checkpoint with some root."""
    text = Checkpoint(signer.verifier.name, size, bytes([size]) * 32).text()
    return text, signer.sign(text)


@EACH
def test_a_key_of_a_witness_reads_as_it_was_written_and_is_none_of_a_log(cosigner):
    key = cosigner.verifier
    assert VerifierKey.parse(str(key), *COSIGNING) == VerifierKey.parse(str(key), key.algorithm) == key
    (other,) = set(COSIGNING) - {key.algorithm}
    for algorithms in ([], [Algorithm.ED25519]):
        with pytest.raises(ReceiptError, match="of a log's"):
            VerifierKey.parse(str(key), *algorithms)
    for foreign, algorithms in ((SIGNER.verifier, COSIGNING), (key, [other])):
        with pytest.raises(ReceiptError, match="of a witness's"):
            VerifierKey.parse(str(foreign), *algorithms)


@pytest.mark.parametrize("name", ["w" * 256, "\N{CYRILLIC SMALL LETTER EF}" * 128, "two words", ""])
def test_a_key_has_a_name_that_can_be_signed(name):
    with pytest.raises(ReceiptError, match="of a witness's"):
        VerifierKey.parse(str(Cosigner(name, bytes(32)).verifier), *COSIGNING)


def test_what_ml_dsa_44_cannot_say_is_not_signed():
    """The length of a name is a byte of what is signed."""
    text = Checkpoint("o" * 256, 1, bytes(32)).text()
    with pytest.raises(ReceiptError, match="too long"):
        NEWER.line(text, 1)
    with pytest.raises(ReceiptError, match="not a checkpoint"):
        NEWER.line("text\n", 1)
    assert NEWER.line(Checkpoint("o" * 255, 2**64 - 1, bytes(32)).text(), 1)


@EACH
def test_a_cosignature_is_no_signature_of_the_log_and_none_of_another_time(cosigner):
    """What is signed begins with a line of its own, so that neither can be passed off as the other."""
    text, note = checkpoint(5)
    line = cosigner.line(text, 1679315147)
    (found,) = cosignatures(note + line, [cosigner.verifier])
    assert (found.at_s, found.line, found.key) == (1679315147, line, cosigner.verifier)
    parsed = SignatureLine.parse(line.rstrip("\n"))
    assert parsed.signature[:8] == (1679315147).to_bytes(8, "big")
    assert len(parsed.signature) == 8 + (2_420 if cosigner is NEWER else 64)
    for first in (b"\1", b"\xff"):
        other = SignatureLine(parsed.name, parsed.key_id, first + parsed.signature[1:])
        assert not cosignatures(note + str(other), [cosigner.verifier])
    assert not cosignatures(checkpoint(6)[1] + line, [cosigner.verifier])
    assert not cosignatures(checkpoint(5, OTHER)[1] + line, [cosigner.verifier])
    assert not cosignatures(note + cosigner.line(text, 0), [cosigner.verifier]), "it says no time"
    assert repr(cosigner) == "Cosigner('witness.example/w1')"


def test_a_signature_of_one_name_is_none_of_another():
    """ML-DSA-44 signs the name of the witness; with Ed25519 only the line names it."""
    text, note = checkpoint(5)
    renamed = [
        Cosigner("witness.example/w2", bytes(32)),
        Cosigner("witness.example/w2", bytes([1]) * 32, NEWER.verifier.algorithm),
    ]
    for one, other in zip(COSIGNERS, renamed, strict=True):
        signature = SignatureLine.parse(one.line(text, 1).rstrip("\n")).signature
        moved = str(SignatureLine(other.verifier.name, other.verifier.id, signature))
        assert len(cosignatures(note + moved, [other.verifier])) == (0 if one is NEWER else 1)


def test_two_names_of_one_key_and_two_keys_of_one_name_are_one_witness():
    """Otherwise a quorum of two would be one person."""
    second = Cosigner("witness.example/w2", bytes(32))
    third = Cosigner("witness.example/w3", bytes([3]) * 32)
    text, note = checkpoint(5)
    both = note + OLDER.line(text, 1) + second.line(text, 1)
    assert len(cosignatures(both, [OLDER.verifier, second.verifier])) == 1
    for keys, count in (
        ([], 0),
        ([OLDER, NEWER], 1),
        ([OLDER, second], 1),
        ([NEWER, second, OLDER], 1),
        ([NEWER, second], 2),
        ([third, NEWER, OLDER, second], 2),
    ):
        assert count_witnesses(one.verifier for one in keys) == count


def test_where_there_is_no_ml_dsa_44_it_is_said(monkeypatch):
    """So a build of `cryptography` against an OpenSSL before 3.5 answers."""
    text, note = checkpoint(5)
    line = NEWER.line(text, 1)
    monkeypatch.setattr(backend, "mldsa_supported", lambda: False)
    with pytest.raises(UsageError, match="not known to the OpenSSL"):
        Cosigner(NAME, bytes(32), Algorithm.ML_DSA_44)
    with pytest.raises(UsageError, match="not known to the OpenSSL"):
        cosignatures(note + line, [NEWER.verifier])
    assert cosignatures(note + OLDER.line(text, 1) + line, [OLDER.verifier])
