"""API tokens: shown once, kept as a digest, refused alike whatever is wrong with them."""

import copy
import hashlib
import pickle
import re
import sqlite3

import pytest

from radiokey.base.identity import tokens as module
from radiokey.base.identity.roles import OPERATOR_GIVES, Permission, permissions
from radiokey.base.identity.tokens import DAYS_MAX, Holder, Token
from radiokey.clock import DAY_MS
from radiokey.errors import NotThereError, StoreError, TokenError, UsageError
from tables import each

RELEASE = [Permission.CODE_RELEASE]
ELSEWHERE = "rk_0000000000001_000000000000000000000000000000000000000000019UJ04"


@pytest.fixture
def make(base):
    """Make a token and return it in clear with its card."""

    def made(account="ann", scopes=RELEASE, days=30):
        token, card = base.tokens.make(account, "Ann's Radios", scopes, days=days, by="local")
        return token.reveal(), card

    return made


def test_a_token_says_whose_it_is_and_what_it_may_do(base, make):
    text, card = make(scopes=[Permission.UNIT_SEARCH, Permission.CODE_RELEASE])
    scopes = frozenset({Permission.UNIT_SEARCH, Permission.CODE_RELEASE})
    assert base.tokens.holder(text) == Holder(card.id, "ann", "Ann's Radios", scopes)
    assert base.tokens.list() == [card]


def test_two_tokens_have_nothing_in_common(make):
    one, two = make()[0], make()[0]
    assert one.split("_")[1] != two.split("_")[1]
    assert one.split("_")[2][:43] != two.split("_")[2][:43]


def test_only_a_digest_of_its_secret_is_kept(base, make, database):
    text, card = make()
    secret = text.split("_")[2][:43]
    with base.tokens._gate.snapshot() as seen:
        assert seen.token(card.id).hashed == hashlib.sha256(secret.encode()).digest()
    base.close()
    for file in database.parent.iterdir():
        assert secret.encode() not in file.read_bytes(), file.name


def test_a_token_hides_itself():
    token = Token.parse(ELSEWHERE)
    shown = [repr(token), str(token), f"{token}", f"{token:>9}", repr([token])]
    assert not any("00000" in text for text in shown)
    for copied in (pickle.dumps, copy.copy):
        with pytest.raises(TypeError, match="never pickled"):
            copied(token)


@each("place", range(len(ELSEWHERE)))
def test_a_mistyped_token_is_known_by_its_check_characters(place):
    """A scanner of source code tells a token from what only looks like one."""
    typed = ELSEWHERE[:place] + ("x" if ELSEWHERE[place] != "x" else "y") + ELSEWHERE[place + 1 :]
    with pytest.raises(TokenError):
        Token.parse(typed)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda _: "",
        lambda _: "rk_" + "é" * 200,
        lambda text: f"{text} ",
        lambda text: f"{text}\n",
        lambda text: text[:-1],
        lambda _: ELSEWHERE,
        lambda text: Token(text.split("_")[1], "0" * 43).reveal(),
        lambda text: text.lower(),
    ],
)
def test_what_is_no_token_of_this_base_is_refused(base, make, spoil):
    text, _ = make()
    with pytest.raises(TokenError):
        base.tokens.holder(spoil(text))


def test_an_ended_token_never_holds_again(base, make, reopen):
    text, card = make()
    other, _ = make("bob")
    assert base.tokens.end(card.id, by="local").account == "ann"
    with pytest.raises(TokenError):
        base.tokens.holder(text)
    assert base.tokens.holder(other).account == "bob"
    assert [left.account for left in base.tokens.list()] == ["bob"]
    with pytest.raises(NotThereError):
        base.tokens.end(card.id, by="local")
    with pytest.raises(TokenError):
        reopen().tokens.holder(text)


def test_a_token_holds_until_the_millisecond_it_ends(base, make, clock):
    text, card = make(days=1)
    clock.ms = card.expires_at_ms - 1
    assert base.tokens.holder(text).account == "ann"
    clock.ms += 1
    with pytest.raises(TokenError):
        base.tokens.holder(text)
    assert card.expires_at_ms - card.made_at_ms == DAY_MS


def refusals(base, make, clock):
    """Return a token for each thing that can be wrong, all told in one moment."""
    ended, card = make()
    base.tokens.end(card.id, by="local")
    expired, _ = make(days=1)
    clock.ms += DAY_MS
    held, _ = make()
    stolen_half = Token(held.split("_")[1], "0" * 43).reveal()
    return {
        "malformed": "rk_no_token",
        "unknown": ELSEWHERE,
        "ended": ended,
        "expired": expired,
        "another's secret": stolen_half,
    }


def test_whatever_is_wrong_the_answer_and_the_work_are_the_same(base, make, clock, monkeypatch):
    """Else the time or the words would tell which ids exist: one look-up and one comparison each."""
    wrong = refusals(base, make, clock)
    compared = []
    compare = module.hmac.compare_digest

    class Watched:
        def compare_digest(self, one, two):
            if isinstance(one, bytes):
                compared.append((len(one), len(two)))
            return compare(one, two)

    monkeypatch.setattr(module, "hmac", Watched())
    told, work = set(), set()
    for text in wrong.values():
        statements = []
        with base.tokens._gate.snapshot() as seen:  # the connection that the next look-up takes
            connection = seen._connection
        connection.set_trace_callback(lambda line, into=statements: into.append(re.sub("'.*'", "?", line)))
        compared.clear()
        with pytest.raises(TokenError) as refused:
            base.tokens.holder(text)
        connection.set_trace_callback(None)
        told.add((refused.value.sentence, refused.value.hint, str(refused.value.facts)))
        work.add((tuple(statements), tuple(compared)))
    assert len(told) == 1
    ((statements, comparisons),) = work
    assert any("FROM token" in statement for statement in statements)
    assert comparisons == ((32, 32),)


@pytest.mark.parametrize("days", [0, -1, DAYS_MAX + 1])
def test_no_token_holds_for_ever(base, days):
    with pytest.raises(UsageError, match="1 to 400 days"):
        base.tokens.make("ann", "x", RELEASE, days=days, by="local")
    base.tokens.make("ann", "x", RELEASE, days=DAYS_MAX, by="local")


@pytest.mark.parametrize(
    "account", ["", "local", "owner", "Ann", "a b", "a\n", "-a", "a" * 65, "ann'; --", "\x1b[31m"]
)
def test_an_account_has_a_name_that_can_stand_in_an_audit(base, account):
    with pytest.raises(UsageError, match="account"):
        base.tokens.make(account, "x", RELEASE, days=1, by="local")


@pytest.mark.parametrize("organisation", ["", "x" * 101, "a\nb", "\x1b[31m"])
def test_so_has_an_organisation(base, organisation):
    with pytest.raises(UsageError, match="organisation"):
        base.tokens.make("ann", organisation, RELEASE, days=1, by="local")


def test_a_token_without_a_scope_is_not_made(base):
    with pytest.raises(UsageError, match="scope"):
        base.tokens.make("ann", "x", [], days=1, by="local")


def test_a_scope_of_a_newer_version_allows_nothing(base, make):
    _, card = make()
    with base.tokens._registrar.transaction() as transaction:
        token = Token("0" * 13, "1" * 43)
        with base.tokens._gate.snapshot() as seen:
            known = seen.token(card.id)
        values = {name: getattr(known, name) for name in known.__struct_fields__}
        stored = type(known)(**values | {"id": token.id, "hashed": token.hashed(), "scopes": "code:make"})
        transaction.add_token(stored)
    assert base.tokens.holder(token.reveal()).scopes == frozenset()


def test_making_and_ending_stand_in_the_audit_with_who_did_it(base, make):
    _, card = make()
    base.tokens.end(card.id, by="bob")
    with base.tokens._registrar.snapshot() as seen:
        acts = [(act.who, act.act, act.subject, act.detail) for act in seen.acts()]
    assert acts == [
        ("local", "token:make", card.id, "ann: code:release"),
        ("bob", "token:end", card.id, "ann"),
    ]


def test_where_the_audit_cannot_be_written_no_token_is_made(base, database):
    with sqlite3.connect(database) as behind:
        behind.execute("ALTER TABLE audit RENAME TO gone")
    behind.close()
    with pytest.raises(StoreError):
        base.tokens.make("ann", "x", RELEASE, days=1, by="local")
    assert base.tokens.list() == []


def test_permissions_are_one_sorted_grammar():
    assert list(Permission) == sorted(Permission)
    assert all(re.fullmatch(r"[a-z]+:[a-z]+", permission) for permission in Permission)
    assert permissions(["code:release"]) == {Permission.CODE_RELEASE}
    with pytest.raises(UsageError, match="scope"):
        permissions(["code:release", "code:make"])
    assert set(Permission) > OPERATOR_GIVES


# --- the command line -------------------------------------------------------------------------------------


def test_the_command_line_prints_a_token_once(cli, base, database):
    arguments = ("--account", "ann", "--organisation", "x", "--scope", "code:release", "--database", database)
    ran = cli("base", "tokens", "add", *arguments)
    assert ran.code == 0
    text = ran.out.strip()
    assert base.tokens.holder(text).account == "ann"
    assert text not in ran.err
    shown = cli("base", "tokens", "list", "--database", database).out
    assert text.split("_")[1] in shown
    assert text.split("_")[2] not in shown
    document = cli("base", "tokens", "add", *arguments, "--days", "400", "--json").document
    assert base.tokens.holder(document["token"]).id == document["id"]
    assert document["expires_at_ms"] - document["made_at_ms"] == 400 * DAY_MS


def test_the_command_line_ends_a_token(cli, base, database, make):
    text, card = make()
    assert f"{card.id} of ann" in cli("base", "tokens", "end", card.id, "--database", database).out
    with pytest.raises(TokenError):
        base.tokens.holder(text)
    cli("base", "tokens", "end", card.id, "--database", database).refused(64, "no token")
    assert cli("base", "tokens", "list", "--database", database, "--json").document == []


def test_a_scope_that_is_none_is_refused_with_those_there_are(cli):
    ran = cli("base", "tokens", "add", "--account", "a", "--organisation", "x", "--scope", "all")
    ran.refused(64, "code:release")
