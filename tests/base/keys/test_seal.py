"""Codes at rest: bound to their unit, of one length, and open for nobody else."""

import pickle

import msgspec
import pytest

from radiokey.base.keys.seal import SEALED_SIZE, SealKey
from radiokey.base.ports.store import StoredUnit
from radiokey.code.value import Code
from radiokey.errors import SealError

KEY = SealKey(bytes(range(32)))
OTHER = SealKey(bytes(32))
NONCE = b"twelve bytes"
CANARY = "QZ7X9KW3"


def sealed(text: str = CANARY, key: SealKey = KEY, **named: str) -> StoredUnit:
    name = {"kind": "toyota-erc", "number": "0123456789ABCDEF", "model": "toyota_erc_legacy"} | named
    return StoredUnit(
        **name,
        serial=name["number"],
        market="JP",
        vin="",
        key=key.id,
        sealed=key.seal(*name.values(), Code(text), NONCE),
    )


@pytest.mark.parametrize("text", ["1", "0060", "00000000", CANARY, "F" * 16])
def test_what_was_sealed_opens(text):
    """Zeros in front and at the end are a part of a code; the filling is not."""
    assert KEY.open(sealed(text)).reveal() == text


def test_the_bytes_are_those_of_the_specification():
    """Written down from docs/spec/ledger.md with the cipher alone, so that others can open what we seal."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - the foreign reader

    bound = b"radiokey sealed code v1\n10:toyota-erc,16:0123456789ABCDEF,17:toyota_erc_legacy,"
    unit = sealed()
    assert unit.sealed[:12] == NONCE
    assert AESGCM(bytes(range(32))).decrypt(NONCE, unit.sealed[12:], bound) == b"QZ7X9KW3" + bytes(8)
    assert unit.key == "be6b315e0fb3d5be"


def test_the_length_of_a_code_does_not_show():
    assert {len(sealed(text).sealed) for text in ("1", "4786", CANARY, "F" * 16)} == {SEALED_SIZE}


def test_any_changed_bit_is_seen():
    unit = sealed()
    for bit in range(8 * SEALED_SIZE):
        changed = bytearray(unit.sealed)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(SealError):
            KEY.open(msgspec.structs.replace(unit, sealed=bytes(changed)))


@pytest.mark.parametrize("length", [0, 11, 12, 28, SEALED_SIZE - 1])
def test_a_cut_seal_is_seen(length):
    unit = sealed()
    with pytest.raises(SealError):
        KEY.open(msgspec.structs.replace(unit, sealed=unit.sealed[:length]))


@pytest.mark.parametrize(
    "other",
    [
        {"kind": "nissan-16"},
        {"number": "0123456789ABCDEE"},
        {"model": "nissan_terrano3_article"},
        {"kind": "toyota-erc,1", "number": "6:0123456789ABCDEF"},
        {"model": "тойота"},
    ],
    ids=str,
)
def test_a_seal_moved_to_another_unit_does_not_open(other):
    """A thief who can write to the database gives a radio that he owns the seal of one that he does not."""
    with pytest.raises(SealError):
        KEY.open(msgspec.structs.replace(sealed(), **other))


def test_another_key_does_not_open_even_under_the_same_name():
    with pytest.raises(SealError):
        OTHER.open(sealed())
    with pytest.raises(SealError):
        OTHER.open(msgspec.structs.replace(sealed(), key=OTHER.id))


@pytest.mark.parametrize(
    "plain", [bytes(16), b"qz7x9kw3".ljust(16, b"\0"), b"\xff" * 16, b"12 4".ljust(16, b"\0")]
)
def test_a_seal_over_what_is_no_code_does_not_open(plain):
    """It was made with the key, by something that is not this program."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - the foreign writer

    bound = b"radiokey sealed code v1\n10:toyota-erc,16:0123456789ABCDEF,17:toyota_erc_legacy,"
    forged = NONCE + AESGCM(bytes(range(32))).encrypt(NONCE, plain, bound)
    with pytest.raises(SealError):
        KEY.open(msgspec.structs.replace(sealed(), sealed=forged))


def test_a_key_and_a_failure_show_nothing():
    unit = msgspec.structs.replace(sealed(), model="other")
    with pytest.raises(SealError) as failed:
        KEY.open(unit)
    assert CANARY not in repr(failed.value) + failed.value.hint + repr(failed.value.facts)
    assert failed.value.__cause__ is None
    assert repr(KEY) == f"SealKey('{KEY.id}')"
    with pytest.raises(TypeError, match="never pickled"):
        pickle.dumps(KEY)
