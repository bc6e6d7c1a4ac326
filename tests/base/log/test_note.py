import base64

import pytest

from radiokey.base.log.note import Checkpoint, NoteSigner, VerifierKey, open_note
from radiokey.errors import ReceiptError

# The example of Go's golang.org/x/mod/sumdb/note documentation: a key, a note, and its signature.
GO_VERIFIER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_SIGNER = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
GO_TEXT = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
)
GO_NOTE = (
    f"{GO_TEXT}\n\N{EM DASH} PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)


def test_a_note_signed_by_gos_package_opens():
    key = VerifierKey.parse(GO_VERIFIER)
    assert str(key) == GO_VERIFIER
    assert open_note(GO_NOTE, key) == GO_TEXT


def test_our_signature_is_the_one_that_gos_package_makes():
    """Ed25519 is deterministic: the same key and text give the same bytes."""
    private = base64.b64decode(GO_SIGNER.split("+", 4)[4])[1:]
    signer = NoteSigner("PeterNeumann", private)
    assert str(signer.verifier) == GO_VERIFIER
    assert signer.sign(GO_TEXT) == GO_NOTE
    assert private.hex() not in repr(signer)


def test_a_further_signature_of_a_witness_changes_nothing():
    """Witnesses only add lines."""
    witness = "\N{EM DASH} witness.example/w1 " + base64.b64encode(b"abcd" + bytes(64)).decode()
    key = VerifierKey.parse(GO_VERIFIER)
    assert open_note(f"{GO_NOTE}{witness}\n", key) == GO_TEXT


@pytest.mark.parametrize("bit", range(8))
def test_no_changed_byte_of_a_note_opens(bit):
    raw = GO_NOTE.encode()
    key = VerifierKey.parse(GO_VERIFIER)
    for at in range(len(raw)):
        changed = (raw[:at] + bytes([raw[at] ^ 1 << bit]) + raw[at + 1 :]).decode(errors="replace")
        with pytest.raises(ReceiptError):
            open_note(changed, key)


@pytest.mark.parametrize(
    "text", ["", "name", "name+00000000+AAAA", GO_VERIFIER.replace("c74f20a3", "c74f20a4"), GO_VERIFIER[:-4]]
)
def test_what_is_no_verifier_key_is_refused(text):
    with pytest.raises(ReceiptError):
        VerifierKey.parse(text)


@pytest.mark.parametrize(
    "text",
    ["", "o\n1\n", "o\nx\n" + "A" * 43 + "=\n", "o\n01\n" + "A" * 43 + "=\n", "\n1\n" + "A" * 43 + "=\n"],
)
def test_what_is_no_checkpoint_is_refused(text):
    with pytest.raises(ReceiptError):
        Checkpoint.parse(text)


def test_a_checkpoint_reads_as_it_was_written():
    checkpoint = Checkpoint("radiokey.local/1", 17, bytes(range(32)))
    assert Checkpoint.parse(checkpoint.text()) == checkpoint
