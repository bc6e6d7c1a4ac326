import json

import msgspec
import pytest

from radiokey.base.bootstrap import open_base
from radiokey.base.log import Receipt, parse_receipt, verify, verify_receipt_file
from radiokey.base.log.leaf import Leaf, hidden_number
from radiokey.base.log.note import Checkpoint, NoteSigner
from radiokey.base.log.tree import leaf_hash
from radiokey.errors import ReceiptError
from radiokey.serial.number import Identity, SerialNumber


@pytest.fixture
def receipt(base, ask):
    for number in range(5):
        base.releases.release(ask(f"before-{number}"))
    return base.releases.release(ask("this")).receipt


def test_a_receipt_verifies_offline_and_says_what_was_released(base, receipt):
    verified = verify_receipt_file(receipt.encode(), str(base.log.key))
    assert verified.serial.text == "V212"
    assert verified.leaf.family == "renault-precode"
    assert verified.checkpoint == base.log.checkpoint()
    assert verify_receipt_file(receipt.encode().decode()) == verified


def test_an_older_receipt_still_verifies_when_the_log_has_grown(base, ask, receipt):
    base.releases.release(ask("later"))
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
    one, two = (base.releases.release(ask(name)).receipt for name in ("one", "two"))
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


def signed_by_a_stranger(serial="V212", origin="somebody.example/log", **leaf) -> Receipt:
    """A receipt that its maker's own key signs: anybody can make one that says anything."""
    signer, nonce = NoteSigner(origin, bytes(32)), bytes(32)
    number = SerialNumber(serial, "renault-precode", Identity.SHARED)
    usual = {"v": 1, "at_ms": 1, "source": "derivation", "family": "f", "tier": "A", "model": ""}
    told = Leaf(**usual | {"number": hidden_number(nonce, number)} | leaf).encode()
    return Receipt(
        v=1,
        serial=serial,
        kind=number.kind,
        nonce=nonce.hex(),
        leaf=told.decode(),
        index=0,
        size=1,
        proof=(),
        checkpoint=signer.sign(Checkpoint(origin, 1, leaf_hash(told)).text()),
        key=str(signer.verifier),
    )


def test_a_strangers_receipt_is_whole_but_not_of_this_log(base):
    assert verify(signed_by_a_stranger()).serial.text == "V212"
    with pytest.raises(ReceiptError, match="another log"):
        verify(signed_by_a_stranger(), base.log.key)


@pytest.mark.parametrize(
    ("made", "sentence"),
    [
        ({"v": 2}, "cannot be read"),
        ({"number": "\N{LATIN SMALL LETTER E WITH ACUTE}" * 64}, "not about this number"),
        ({"serial": "V212\x1b[2J"}, "not about this number"),
        ({"serial": "V2120"}, "not about this number"),
        ({"origin": "a b"}, "not a verifier key"),
        ({"origin": "a\x1b[2Jb"}, "not a verifier key"),
    ],
)
def test_a_signature_makes_no_nonsense_true(made, sentence):
    """docs/spec/receipt.md, steps 2 and 5: the version, the form of the number, names fit to be shown."""
    with pytest.raises(ReceiptError, match=sentence):
        verify_receipt_file(signed_by_a_stranger(**made).encode())


@pytest.mark.parametrize(("field", "first"), [("serial", b'"V213"'), ("leaf", b'"{}"'), ("v", b"1")])
def test_a_receipt_with_a_key_twice_is_none(receipt, field, first):
    """A reader that takes the first of the two would read another receipt than one that takes the last."""
    text = receipt.encode().replace(b"{", b'{"%s": %s, ' % (field.encode(), first), 1)
    with pytest.raises(ReceiptError, match="not a receipt"):
        verify_receipt_file(text)


def test_a_strangers_words_never_command_the_terminal(receipt):
    text = receipt.encode().replace(b"{", rb'{"\u001b[2J": 1, ', 1)
    with pytest.raises(ReceiptError) as caught:
        verify_receipt_file(text)
    assert caught.value.hint.isprintable()


def test_a_receipt_that_others_wrote_again_still_verifies(receipt):
    """White space, the order of the keys and escapes have no meaning."""
    again = json.dumps(json.loads(receipt.encode()), sort_keys=True, indent=4)
    assert verify_receipt_file(again) == verify(receipt)
