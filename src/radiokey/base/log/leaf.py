"""One release as a leaf of the log: what happened, without the code, the number or anybody's name.

A leaf is a line of JSON with its keys in the order of the fields below, ASCII, without spaces. The number is
hidden: `number` is the SHA-256 over a domain word, a secret 32-byte nonce, the serial's kind and its
canonical text. Who holds the receipt holds the nonce and can open the leaf; nobody else can, although a
Renault pre-code has only 25,900 values.

A leaf of the ledger's, version 3, also says which way the code left where that was not the desk.

A desk's leaf, version 2, also says which people acted, each hidden by a salt that the base keeps. All of one
leaf share the salt: a reader of the log cannot identify them, and can see that no person acts twice.

A leaf of version 4 is about what the base signed for a unit, by its digest: what two people had it sign, or,
without people, the answer to a navigation unit (docs/spec/grants.md).
"""

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import msgspec

from radiokey.errors import AnotherPersonError, ReceiptError
from radiokey.language.speech import gettext
from radiokey.serial.number import SerialNumber

LEAF_VERSION = 1
DESK_LEAF_VERSION = 2
LEDGER_LEAF_VERSION = 3
LEDGER: Final = "ledger"
"""The source of a code that the ledger of the base holds."""
UNIT_LEAF_VERSION = 4
NONCE_SIZE = 32
SALT_SIZE = 32
_NUMBER_DOMAIN = b"radiokey release number v1\n"
_NONCE_DOMAIN = b"radiokey release nonce v1\n"
_PERSON_DOMAIN = b"radiokey release person v1\n"
SYNCHRONISATION = "synchronisation"
"""The source of an answer to a navigation unit: it takes no people."""
_DIGEST = re.compile(r"[0-9a-f]{64}")


class Leaf(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A release.

    `at_ms` is when, in milliseconds since 1970 UTC; `source` how the code was known (`derivation`);
    `family` and `tier` say which and how well confirmed; `model` is a catalogue id or empty; `number` is hex.
    """

    v: int
    at_ms: int
    source: str
    family: str
    tier: str
    model: str
    number: str

    def encode(self) -> bytes:
        """Return the bytes that are hashed and stored."""
        return msgspec.json.encode(self)


class DeskLeaf(Leaf, frozen=True, forbid_unknown_fields=True):
    """A release of a desk: who asked, who checked, who approved, who keeps ledger and list, as hex digests.

    `checkers` and `registrars` are in the order of their digests, which says nothing.
    """

    requester: str
    checkers: tuple[str, ...]
    approver: str
    registrars: tuple[str, ...]


class Way(StrEnum):
    """How a code of the ledger left without a request of the desk: to anybody, or to a token's account."""

    DIRECT = "direct"
    TOKEN = "token"  # noqa: S105 - a word of the log


class LedgerLeaf(Leaf, frozen=True, forbid_unknown_fields=True):
    """A release of a unit of the ledger that passed no desk, and the way it left."""

    way: Way


class UnitLeaf(Leaf, frozen=True, forbid_unknown_fields=True):
    """Something the base signed for a unit: its SHA-256 in hex, who proposed it, who signed; or no people."""

    statement: str
    proposer: str
    signer: str


@dataclass(frozen=True, slots=True)
class People:
    """The accounts that acted on a request of a desk, and those that keep ledger and list for its radio.

    Raises `AnotherPersonError` unless requester, checkers and approver are different people, and the approver
    is no registrar.
    """

    requester: str
    checkers: AbstractSet[str]
    approver: str
    registrars: AbstractSet[str]

    def __post_init__(self) -> None:
        if not _are_separate(self.requester, self.checkers, self.approver, self.registrars):
            raise AnotherPersonError(
                gettext("a code of a desk takes three people"),
                hint=gettext("somebody else has to check it, or to approve it"),
            )


def _same(leaf: Leaf, version: int) -> dict[str, Any]:
    """Return what an entry of another version has in common with `leaf`."""
    return {**msgspec.structs.asdict(leaf), "v": version}


def of_desk(leaf: Leaf, people: People, salt: bytes) -> DeskLeaf:
    """Return the leaf of the same release that says who acted, hidden by `salt`, fresh random bytes."""
    assert len(salt) == SALT_SIZE
    return DeskLeaf(
        **_same(leaf, DESK_LEAF_VERSION),
        requester=hidden_person(salt, people.requester),
        checkers=tuple(sorted(hidden_person(salt, one) for one in people.checkers)),
        approver=hidden_person(salt, people.approver),
        registrars=tuple(sorted(hidden_person(salt, one) for one in people.registrars)),
    )


def of_ledger(leaf: Leaf, way: Way) -> LedgerLeaf:
    """Return the leaf of the same release that says which way the code left."""
    return LedgerLeaf(
        **_same(leaf, LEDGER_LEAF_VERSION),
        way=way,
    )


def for_unit(leaf: Leaf, statement: str, proposer: str, signer: str, salt: bytes) -> UnitLeaf:
    """Return the leaf of something signed for a unit; without people `salt` is empty.

    Raises `AnotherPersonError` where one person is both.
    """
    if signer and proposer == signer:
        raise AnotherPersonError(
            gettext("a grant takes two people"), hint=gettext("somebody else has to sign it")
        )
    assert bool(signer) is bool(proposer) is (len(salt) == SALT_SIZE)
    return UnitLeaf(
        **_same(leaf, UNIT_LEAF_VERSION),
        statement=statement,
        proposer=hidden_person(salt, proposer) if proposer else "",
        signer=hidden_person(salt, signer) if signer else "",
    )


def parse_leaf(text: bytes) -> Leaf:
    """Read a leaf; raise `ReceiptError` unless it is in its canonical bytes and names enough people."""
    try:
        version = msgspec.json.decode(text, type=_Version).v
        leaf: Leaf = msgspec.json.decode(text, type=_KINDS.get(version, Leaf))
    except msgspec.DecodeError:
        raise _unreadable() from None
    if version not in _KINDS or leaf.encode() != text:
        raise _unreadable()
    if leaf.source not in _SOURCES[version]:
        raise _unreadable()
    if isinstance(leaf, DeskLeaf):
        _check_people(leaf)
    if isinstance(leaf, UnitLeaf):
        _check_signed(leaf)
    return leaf


def _check_signed(leaf: UnitLeaf) -> None:
    """Refuse an entry without its digest, and one that a single person made."""
    people = (leaf.proposer, leaf.signer)
    if leaf.family or leaf.tier or not all(map(_DIGEST.fullmatch, (leaf.statement, *filter(None, people)))):
        raise _unreadable()
    if (leaf.source == SYNCHRONISATION) is not (people == ("", "")) or (
        leaf.source != SYNCHRONISATION and leaf.proposer == leaf.signer
    ):
        raise ReceiptError(
            gettext("the entry in the log does not name two people"),
            hint=gettext("this grant left its base against the rules: tell its operator"),
        )
    if leaf.source != SYNCHRONISATION and "" in people:
        raise _unreadable()


def _check_people(leaf: DeskLeaf) -> None:
    named = (leaf.requester, *leaf.checkers, leaf.approver, *leaf.registrars)
    in_order = all(list(digests) == sorted(set(digests)) for digests in (leaf.checkers, leaf.registrars))
    if not in_order or not all(map(_DIGEST.fullmatch, named)):
        raise _unreadable()
    if not _are_separate(leaf.requester, set(leaf.checkers), leaf.approver, set(leaf.registrars)):
        raise ReceiptError(
            gettext("the entry in the log does not name three people"),
            hint=gettext("this code left its desk against the rules: tell its operator"),
        )


def release_nonce(keyed: Callable[[bytes], bytes], request_id: str, fingerprint: bytes) -> bytes:
    """Return the nonce of a request's leaf: of the same request always the same, and to nobody else known.

    `keyed` is that of the log's `NoteSigner`. So a request finds its entry even where its row was lost.
    """
    return keyed(_NONCE_DOMAIN + request_id.encode() + b"\n" + fingerprint)


def hidden_number(nonce: bytes, serial: SerialNumber) -> str:
    """Return what a leaf says instead of the number, as 64 hex digits."""
    opening = _NUMBER_DOMAIN + nonce + serial.kind.encode() + b"\n" + serial.text.encode()
    return hashlib.sha256(opening).hexdigest()


def hidden_person(salt: bytes, account: str) -> str:
    """Return what a leaf says instead of an account, as 64 hex digits; `salt` is that of the leaf."""
    return hashlib.sha256(_PERSON_DOMAIN + salt + account.encode()).hexdigest()


def matches_leaf(leaf: Leaf, nonce: bytes, serial: SerialNumber) -> bool:
    """Tell whether `nonce` and `serial` are those of `leaf`."""
    hidden = hidden_number(nonce, serial).encode()
    return len(nonce) == NONCE_SIZE and hmac.compare_digest(hidden, leaf.number.encode())


def _are_separate(
    requester: str, checkers: AbstractSet[str], approver: str, registrars: AbstractSet[str]
) -> bool:
    return (
        bool(checkers) and requester not in checkers and approver not in checkers | registrars | {requester}
    )


def _unreadable() -> ReceiptError:
    return ReceiptError(
        gettext("the receipt's entry cannot be read"), hint=gettext("it was written by another version")
    )


class _Version(msgspec.Struct):
    v: int


_KINDS: Final[Mapping[int, type[Leaf]]] = {
    LEAF_VERSION: Leaf,
    DESK_LEAF_VERSION: DeskLeaf,
    LEDGER_LEAF_VERSION: LedgerLeaf,
    UNIT_LEAF_VERSION: UnitLeaf,
}
_CODES: Final = frozenset({"derivation", LEDGER, "dealer"})
_SOURCES: Final[Mapping[int, frozenset[str]]] = {
    LEAF_VERSION: _CODES,
    DESK_LEAF_VERSION: _CODES,
    LEDGER_LEAF_VERSION: frozenset({LEDGER}),
    UNIT_LEAF_VERSION: frozenset({"chip-grant", "pairing-end", SYNCHRONISATION}),
}
