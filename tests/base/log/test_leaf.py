"""A leaf says what happened and, of a desk, that three people acted; of no one who they are."""

import json

import pytest

from radiokey.base.log.leaf import DeskLeaf, Leaf, People, Way, hidden_person, of_desk, of_ledger, parse_leaf
from radiokey.errors import AnotherPersonError, ReceiptError

PLAIN = Leaf(1, 5, "ledger", "", "", "honda_audio5", "ab" * 32)
SALT = bytes(range(32))
PEOPLE = People("owner:1", {"cle", "clem"}, "app", {"reg", "rex"})


def test_a_desks_leaf_names_each_part_and_nobody():
    leaf = of_desk(PLAIN, PEOPLE, SALT)
    text = leaf.encode()
    assert parse_leaf(text) == leaf
    assert json.loads(text) | {"v": 1} == json.loads(PLAIN.encode()) | {
        "requester": hidden_person(SALT, "owner:1"),
        "checkers": sorted(hidden_person(SALT, one) for one in ("cle", "clem")),
        "approver": hidden_person(SALT, "app"),
        "registrars": sorted(hidden_person(SALT, one) for one in ("reg", "rex")),
    }
    assert list(json.loads(text))[-4:] == ["requester", "checkers", "approver", "registrars"]
    assert not any(name in text.decode() for name in ("owner:1", "cle", '"app"', "reg:"))


def test_one_person_is_the_same_in_one_leaf_and_another_in_the_next():
    """So that a reader sees that nobody is two of them, and cannot follow anybody through the log."""
    assert hidden_person(SALT, "cle") == hidden_person(SALT, "cle")
    assert hidden_person(SALT, "cle") != hidden_person(bytes(32), "cle")


def test_a_digest_is_that_of_the_specification():
    """docs/spec/log.md; computed there by hand with coreutils."""
    assert (
        hidden_person(bytes(32), "cle") == "79f979a30781523897f6a85106d46f2506f66113773aeb7a8a88646726b7a256"
    )


@pytest.mark.parametrize(
    "who",
    [
        ("cle", {"cle"}, "app", set()),
        ("own", {"cle"}, "cle", set()),
        ("own", {"cle", "app"}, "app", set()),
        ("app", {"cle"}, "app", set()),
        ("own", {"cle"}, "app", {"app"}),
        ("own", set(), "app", set()),
    ],
)
def test_one_person_is_never_two_of_three(who):
    with pytest.raises(AnotherPersonError):
        People(*who)


def test_a_registrar_may_ask_or_check():
    """Only the approval is not theirs (docs/spec/request.md)."""
    assert People("reg", {"rex"}, "app", {"reg", "rex"}).approver == "app"


D = ["0" * 63 + digit for digit in "123456"]


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"requester": D[1]}, "three people"),
        ({"approver": D[1]}, "three people"),
        ({"approver": D[0]}, "three people"),
        ({"approver": D[4]}, "three people"),
        ({"checkers": ()}, "three people"),
        ({"checkers": (D[2], D[1])}, "cannot be read"),
        ({"checkers": (D[1], D[1])}, "cannot be read"),
        ({"registrars": (D[5], D[4])}, "cannot be read"),
        ({"approver": "app"}, "cannot be read"),
        ({"requester": D[0].upper() + " "}, "cannot be read"),
    ],
)
def test_a_leaf_that_names_too_few_people_is_none(changed, says):
    """Whatever a base has signed: a receipt of such an entry does not verify, and any monitor sees it."""
    good = {
        **{name: getattr(PLAIN, name) for name in PLAIN.__struct_fields__},
        "v": 2,
        "requester": D[0],
        "checkers": (D[1], D[2]),
        "approver": D[3],
        "registrars": (D[4], D[5]),
    }
    assert parse_leaf(DeskLeaf(**good).encode())
    with pytest.raises(ReceiptError, match=says):
        parse_leaf(DeskLeaf(**good | changed).encode())


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{}",
        b"[]",
        PLAIN.encode() + b" ",
        PLAIN.encode().replace(b'"v":1', b'"v":2'),
        PLAIN.encode().replace(b'"v":1', b'"v":3'),
        PLAIN.encode().replace(b'"v":1', b'"v":0'),
        PLAIN.encode().replace(b'"v":1', b'"v": 1'),
        of_desk(PLAIN, PEOPLE, SALT).encode().replace(b'"v":2', b'"v":1'),
    ],
)
def test_what_is_not_to_the_byte_a_leaf_is_none(text):
    with pytest.raises(ReceiptError, match="cannot be read"):
        parse_leaf(text)


def test_a_ledgers_leaf_says_which_way_its_code_left():
    for way in Way:
        leaf = of_ledger(PLAIN, way)
        assert parse_leaf(leaf.encode()) == leaf
        assert list(json.loads(leaf.encode()).items())[-1] == ("way", way.value)


@pytest.mark.parametrize(
    "changed",
    [
        {"way": "desk"},
        {"way": ""},
        {"source": "derivation"},
        {"v": 1},
        {"v": 2},
        {"v": 4},
    ],
)
def test_a_ledgers_leaf_that_says_something_else_is_none(changed):
    text = json.dumps(json.loads(of_ledger(PLAIN, Way.DIRECT).encode()) | changed, separators=(",", ":"))
    with pytest.raises(ReceiptError):
        parse_leaf(text.encode())


def test_a_ledgers_leaf_without_a_way_is_none():
    with pytest.raises(ReceiptError):
        parse_leaf(PLAIN.encode().replace(b'"v":1', b'"v":3'))
