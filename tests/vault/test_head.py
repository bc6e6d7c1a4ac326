"""What is read of an age file before anything is opened, against the public vectors of the format (C2SP/CCTV)."""

import base64
import hashlib
import json
from pathlib import Path

import pytest

from radiokey.errors import (
    VaultChangedError,
    VaultCostError,
    VaultCutError,
    VaultForeignError,
    VaultNewerError,
    VaultPassphraseError,
)
from radiokey.vault.age import unseal
from radiokey.vault.head import FACTOR_MAX, damage, read_head, without_armor
from radiokey.vault.secret import Passphrase

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "age-scrypt.json").read_text("utf-8"))[
    "vectors"
]
ONE = base64.b64decode(next(one for one in VECTORS if one["name"] == "scrypt")["file"])
NONE_OPENS = {"success": None, "no match": VaultPassphraseError, "header failure": VaultChangedError}
COSTLY = {"scrypt_work_factor_23": VaultCostError, "scrypt_work_factor_overflow": VaultCostError}


@pytest.mark.parametrize("vector", VECTORS, ids=lambda one: one["name"])
def test_every_public_vector_with_a_passphrase_ends_as_it_should(vector):
    sealed, key = base64.b64decode(vector["file"]), Passphrase(vector["passphrase"])
    fails = COSTLY.get(vector["name"], NONE_OPENS[vector["expect"]])
    if fails is None:
        assert hashlib.sha256(unseal(sealed, key)).hexdigest() == vector["payload"]
        return
    with pytest.raises(fails):
        unseal(sealed, key)


def with_factor(factor: int) -> bytes:
    return ONE.replace(b"CQ 10\n", b"CQ %d\n" % factor)


@pytest.mark.parametrize("factor", [FACTOR_MAX + 1, 30, 63, 10**30])
def test_what_costs_too_much_is_refused_before_anything_is_stretched(factor, monkeypatch):
    monkeypatch.setattr("radiokey.vault.age.Scrypt", lambda **_: pytest.fail("it was tried"))
    with pytest.raises(VaultCostError, match=r"2 GiB") as refused:
        unseal(with_factor(factor), Passphrase("password"))
    assert "age -d" in refused.value.hint


def test_the_largest_factor_that_is_paid_is_named_in_the_head():
    assert read_head(with_factor(FACTOR_MAX)).factor == FACTOR_MAX
    assert read_head(ONE).factor == 10


def test_every_beginning_of_a_head_is_a_file_that_was_cut():
    head = read_head(ONE)
    for length in range(head.length):
        with pytest.raises(VaultCutError):
            read_head(ONE[:length])
    assert read_head(ONE[: head.length]) == head


def test_a_later_version_of_age_is_told_from_a_damaged_one_and_from_something_else():
    with pytest.raises(VaultNewerError):
        read_head(ONE.replace(b"org/v1\n", b"org/v2\n"))
    with pytest.raises(VaultChangedError):
        read_head(ONE.replace(b"org/v1\n", b"org/vi\n"))
    for other in (b"PK\x03\x04", b"%PDF-1.7", b'{"radiokey_vault":1}', bytes(200)):
        with pytest.raises(VaultForeignError):
            read_head(other)


def test_what_is_not_whole_was_cut_where_no_whole_file_has_that_length():
    head = read_head(ONE)
    before = head.length + 16
    for blocks, parts in ((1, 1), (16, 1), (17, 2), (33, 3)):
        whole = before + blocks * 4096 + parts * 16
        assert isinstance(damage(whole, head), VaultChangedError)
        for length in (whole - 1, whole - 15, whole + 1, before, before + 7):
            assert isinstance(damage(length, head), VaultCutError), (blocks, length)


# --- armor ------------------------------------------------------------------------------------------------

ARMORED = base64.b64decode(next(one for one in VECTORS if one["name"] == "armor_scrypt")["file"])


@pytest.mark.parametrize("before", [b"", b"\n", b"\r\n \n"])
@pytest.mark.parametrize("behind", [b"", b"\n\n", b"\t\r\n"])
def test_armor_is_read_with_blank_lines_around_it_and_either_end_of_line(before, behind):
    """A mail program adds an empty line before it, and not every reader of age takes that."""
    for text in (ARMORED, ARMORED.replace(b"\n", b"\r\n")):
        assert without_armor(before + text.strip() + behind).startswith(b"age-encryption.org/v1\n")


def test_armor_that_was_cut_is_told_from_armor_that_was_changed():
    lines = ARMORED.strip().split(b"\n")
    for kept in range(1, len(lines)):
        with pytest.raises(VaultCutError):
            without_armor(b"\n".join(lines[:kept]))
    with pytest.raises(VaultCutError):
        without_armor(lines[0][:20])
    for changed in (
        b"\n".join((lines[0].replace(b"AGE", b"PGP"), *lines[1:])),
        b"\n".join((lines[0], lines[1][:-1], *lines[2:])),
        b"\n".join((lines[0], b"*" + lines[1][1:], *lines[2:])),
        b"\n".join((lines[0], lines[-1])),
    ):
        with pytest.raises(VaultChangedError):
            without_armor(changed)
