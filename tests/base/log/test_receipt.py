import json

import msgspec
import pytest

from radiokey.base.log import parse_receipt, verify, verify_receipt_file
from radiokey.base.sql.local import open_base
from radiokey.errors import ReceiptError


@pytest.fixture
def receipt(base, ask):
    for number in range(5):
        base.door.release(ask(f"before-{number}"))
    return base.door.release(ask("this")).receipt


def test_a_receipt_verifies_offline_and_says_what_was_released(base, receipt):
    verified = verify_receipt_file(receipt.encode(), str(base.log.key))
    assert verified.serial.text == "V212"
    assert verified.leaf.family == "renault-precode"
    assert verified.checkpoint == base.log.checkpoint()
    assert verify_receipt_file(receipt.encode().decode()) == verified


def test_an_older_receipt_still_verifies_when_the_log_has_grown(base, ask, receipt):
    base.door.release(ask("later"))
    assert verify(receipt).checkpoint.size == 6


@pytest.mark.parametrize("bit", range(8))
def test_no_receipt_with_a_changed_byte_verifies(receipt, bit):
    text = receipt.encode()
    for at in range(len(text)):
        changed = text[:at] + bytes([text[at] ^ 1 << bit]) + text[at + 1 :]
        with pytest.raises(ReceiptError):
            verify_receipt_file(changed)


def test_no_receipt_that_was_cut_short_verifies(receipt):
    whole = receipt.encode().rstrip()
    for cut in range(len(whole)):
        with pytest.raises(ReceiptError):
            verify_receipt_file(whole[:cut])


def test_neither_the_leaf_nor_the_receipt_holds_the_code_and_the_leaf_hides_the_number(receipt):
    """The fields are these and no others; none of them has a place for a code."""
    assert set(json.loads(receipt.encode())) == {
        "v", "serial", "kind", "nonce", "leaf", "index", "size", "proof", "checkpoint", "key",
    }  # fmt: skip
    assert set(json.loads(receipt.leaf)) == {"v", "at_ms", "source", "family", "tier", "model", "number"}
    assert "V212" not in receipt.leaf


def test_two_releases_of_one_number_have_unlike_leaves(base, ask):
    """Otherwise 25,900 pre-codes could be tried against the public log."""
    one, two = (base.door.release(ask(name)).receipt for name in ("one", "two"))
    assert json.loads(one.leaf)["number"] != json.loads(two.leaf)["number"]


def test_a_receipt_of_another_log_is_told_from_a_changed_one(receipt, tmp_path, clock):
    with (
        open_base(tmp_path / "other.sqlite3", clock) as other,
        pytest.raises(ReceiptError, match="another log"),
    ):
        verify(receipt, other.log.key)


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("v", 2, "version 2"),
        ("key", "x+00000000+AAAA", "not a verifier key"),
        ("checkpoint", "o\n1\n", "not a signed note"),
        ("size", 7, "another size"),
        ("index", 4, "does not lead"),
        ("leaf", "{}", "does not lead"),
        ("proof", [], "does not lead"),
        ("proof", ["AAAA"], "step of the proof"),
        ("proof", ["A"] * 64, "too long"),
        ("serial", "V213", "not about this number"),
        ("nonce", "00" * 32, "not about this number"),
        ("nonce", "zz", "cannot be read"),
        ("kind", "no-kind", "cannot be read"),
        ("leaf", "\ud800", "not a receipt"),
        ("index", "4", "not a receipt"),
    ],
)
def test_each_way_to_fail_has_its_own_sentence(receipt, field, value, sentence):
    parts = msgspec.to_builtins(receipt) | {field: value}
    with pytest.raises(ReceiptError, match=sentence) as caught:
        verify_receipt_file(json.dumps(parts))
    assert caught.value.hint


@pytest.mark.parametrize(
    "text", ["", "[]", "null", "{}", "\x00", b"\xff\xfe", "{" * 100, "x" * 40_000, "\ud800"]
)
def test_what_is_no_receipt_is_refused_with_a_sentence(text):
    with pytest.raises(ReceiptError):
        parse_receipt(text)
