"""The age format, against its public vectors (C2SP/CCTV) and against rage, the implementation in Rust."""

import base64
import hashlib
import io
import json
import zlib
from pathlib import Path

import pyrage
import pytest

from radiokey.errors import TryLaterError, VaultCutError, VaultError, VaultPassphraseError
from radiokey.vault import age
from radiokey.vault.age import seal, seal_to, unseal, unseal_file
from radiokey.vault.head import FACTOR_WRITTEN, NONCE, PART, TAG, read_head
from radiokey.vault.secret import KeyFile, Passphrase
from tables import each

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "age-x25519.json").read_text("utf-8"))[
    "vectors"
]
WORDS = Passphrase("winter tyres in the shed")
LENGTHS = (0, 1, 4096, PART - 1, PART, PART + 1, 2 * PART, 2 * PART + 7)
"""Around the ends of the parts that a file is encrypted in."""


def file_of(vector):
    return (
        zlib.decompress(base64.b64decode(vector["zlib"]))
        if "zlib" in vector
        else base64.b64decode(vector["file"])
    )


def another_key():
    return KeyFile(str(pyrage.x25519.Identity.generate()))


@each("vector", VECTORS, ids=lambda one: one["name"])
def test_every_public_vector_with_a_key_ends_as_it_should(vector):
    keys = KeyFile("\n".join(vector["identities"])) if vector["identities"] else another_key()
    if vector["expect"] == "success":
        assert hashlib.sha256(unseal(file_of(vector), keys)).hexdigest() == vector["payload"]
        return
    with pytest.raises(VaultError) as refused:
        unseal(file_of(vector), keys)
    assert isinstance(refused.value, VaultPassphraseError) == (vector["expect"] == "no match")


@pytest.mark.parametrize("length", LENGTHS)
def test_rage_opens_what_we_seal_and_we_what_it_seals(keys, length):
    document = bytes(at * 31 % 251 for at in range(length))
    identity = pyrage.x25519.Identity.from_str(keys.file.lines()[0])
    assert pyrage.decrypt(seal_to(document, keys.recipients), [identity]) == document
    for armored in (False, True):
        theirs = pyrage.encrypt(document, [identity.to_public()], armored=armored)
        assert unseal(theirs, keys.file) == document


def test_one_of_several_recipients_is_enough_and_stanzas_of_other_kinds_are_passed_over(keys):
    other = pyrage.x25519.Identity.generate()
    sealed = seal_to(b"x", (str(other.to_public()), *keys.recipients))
    assert unseal(sealed, keys.file) == pyrage.decrypt(sealed, [other]) == b"x"
    assert unseal(sealed, KeyFile(f"{pyrage.x25519.Identity.generate()}\n{other}")) == b"x"
    with pytest.raises(VaultPassphraseError):
        unseal(sealed, another_key())


def test_rage_opens_what_we_seal_with_a_passphrase():
    sealed = seal(b"the codes", WORDS, factor=10)
    assert pyrage.passphrase.decrypt(sealed, WORDS.reveal()) == unseal(sealed, WORDS) == b"the codes"


def test_a_passphrase_costs_what_the_age_program_takes(monkeypatch):
    """ADR 37: one factor for all, whatever this machine is doing at the moment."""
    asked = []
    monkeypatch.setattr(age, "_stretch", lambda _words, _salt, factor: asked.append(factor) or bytes(32))
    assert read_head(seal(b"x", WORDS)).factor == FACTOR_WRITTEN == 17
    assert asked == [17]


def test_no_two_sealings_have_anything_in_common(keys):
    one, other = (seal_to(b"x" * 50, keys.recipients) for _ in range(2))
    head = read_head(one)
    assert head.stanzas != read_head(other).stanzas
    behind = range(head.length, len(one) - 8)
    assert not {one[at : at + 8] for at in behind} & {other[at : at + 8] for at in behind}


def test_a_file_is_read_in_parts_and_never_stands_in_memory_whole(keys):
    """A vault with a thousand photos has a hundred megabytes: what it holds is enough to have once."""
    sealed, asked = seal_to(bytes(9 * PART), keys.recipients), []

    class Watched(io.BytesIO):
        def read(self, size=-1):
            asked.append(size)
            return super().read(size)

        def readinto(self, room):
            asked.append(len(room))
            return super().readinto(room)

    assert unseal_file(Watched(sealed), keys.file) == bytes(9 * PART)
    assert set(asked) == {PART, NONCE, PART + TAG}


def test_a_head_that_never_ends_is_not_read_to_the_end(keys):
    first, rest = b"age-encryption.org/v1\n", b"-> grease\n\n"
    with pytest.raises(VaultError) as refused:
        unseal(first + rest * 10_000, keys.file)
    assert not isinstance(refused.value, VaultCutError)
    with pytest.raises(VaultCutError):
        unseal(first + rest * 10, keys.file)


def test_a_machine_without_the_memory_for_it_says_so(monkeypatch):
    sealed = seal(b"x", WORDS, factor=10)

    def none_left(**_):
        raise MemoryError

    monkeypatch.setattr(age, "Scrypt", none_left)
    with pytest.raises(TryLaterError, match="has not the 1 MiB"):
        unseal(sealed, WORDS)


@pytest.mark.parametrize(
    "recipient",
    [
        "age1nobody",
        "",
        "age1",
        "AGE1" + "q" * 58,
        "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
        "age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqsxk5p0s",
    ],
)
def test_what_is_no_recipient_is_refused(recipient):
    with pytest.raises(VaultError, match="recipient"):
        seal_to(b"x", (recipient,))


def test_a_key_with_one_wrong_letter_is_not_taken(keys):
    line = keys.file.lines()[0]
    for at in range(16, len(line)):
        wrong = line[:at] + ("Q" if line[at] != "Q" else "P") + line[at + 1 :]
        with pytest.raises(VaultError, match="no age key"):
            unseal(seal_to(b"x", keys.recipients), KeyFile(wrong))
    with pytest.raises(VaultError, match="no age key"):
        unseal(seal_to(b"x", keys.recipients), KeyFile(line.lower()))
