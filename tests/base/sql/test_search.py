"""The clerk's search, on both databases: exact, and with one typing error."""

import pytest

from radiokey.base.ports.store import StoredUnit
from radiokey.base.sql.postgresql import Principal
from radiokey.base.sql.statements import Statements
from radiokey.base.units.search import Search
from radiokey.errors import SerialError, StoreError
from radiokey.serial.neighbours import Error, Slip
from radiokey.serial.number import parse


def unit(serial: str, kind: str, model: str) -> StoredUnit:
    return StoredUnit(kind, parse(serial, kinds=(kind,)).serial.key, serial, model, "EU", "", "k", b"s")


UNITS = [
    unit("22000055", "honda-8", "honda_audio5"),
    unit("22000155", "honda-8", "honda_audio5"),
    unit("22000055", "becker-8", "becker_4star"),
    unit("22999999", "honda-8", "honda_audio5"),
    unit("BP538761234567", "bp12", "nissan_blaupunkt_bp"),
    unit("VWZ1Z2K0000001", "volkswagen-vwz", "vw_premium_gamma"),
]


@pytest.fixture
def search(both, registrar, clock) -> Search:
    with registrar.concurrent_transaction() as transaction:
        transaction.add_units(UNITS)
    return Search(both.store(Principal.DESK), clock)


def found(search: Search, typed: str) -> list[tuple[str, str, Slip | None]]:
    return [(hit.card.kind, hit.card.serial, hit.slip) for hit in search.find(typed, "ann")]


def test_the_number_itself_comes_first_and_the_others_say_where_they_differ(search):
    """A number of two formats is two radios; the clerk sees which model each is."""
    assert found(search, "22000055") == [
        ("becker-8", "22000055", None),
        ("honda-8", "22000055", None),
        ("honda-8", "22000155", Slip(Error.WRONG, 5)),
    ]


@pytest.mark.parametrize(
    ("typed", "slip"),
    [
        ("vwz 1z2k-0000001", None),
        ("VWZ1Z2K000001", Slip(Error.MISSING, 12)),
        ("VWZ1Z2KO000001", Slip(Error.WRONG, 7)),
        ("VWZ1Z2K00000019", Slip(Error.EXTRA, 14)),
        ("VWZ12ZK0000001", Slip(Error.SWAPPED, 4)),
        ("WVZ1Z2K0000001", Slip(Error.SWAPPED, 0)),
    ],
)
def test_one_typing_error_is_forgiven_and_shown(search, typed, slip):
    assert found(search, typed) == [("volkswagen-vwz", "VWZ1Z2K0000001", slip)]


@pytest.mark.parametrize("typed", ["VWZ1Z2K0000110", "22000506", "VWZ21ZK0000010", "22000501"])
def test_two_typing_errors_are_not(search, typed):
    assert found(search, typed) == []


@pytest.mark.parametrize(
    ("typed", "slip"),
    [
        ("BP5387?1234567", None),
        ("BP538791234567", None),
        ("BP538761234568", Slip(Error.WRONG, 13)),
        ("BP5387?123456", Slip(Error.MISSING, 13)),
    ],
)
def test_a_digit_that_a_barcode_leaves_out_is_no_error(search, typed, slip):
    """The fifth digit of a Blaupunkt number tells no two radios apart."""
    assert found(search, typed) == [("bp12", "BP538761234567", slip)]


def test_a_search_is_in_the_audit_before_it_is_answered(search, both):
    search.find("22 0000-55", "ann")
    search.find("99999999", "bob")
    rows = both.behind("SELECT who, act, subject, at_ms FROM audit ORDER BY id")
    assert [tuple(row) for row in rows] == [
        ("ann", "unit:search", "22000055", 1_700_000_000_000),
        ("bob", "unit:search", "99999999", 1_700_000_000_000),
    ]


def test_where_the_audit_cannot_be_written_there_is_no_answer(search, both):
    both.behind("ALTER TABLE audit RENAME TO gone")
    with pytest.raises(StoreError):
        search.find("22000055", "ann")


@pytest.mark.parametrize(
    "typed", ["", "4786", "V212", "?", "a" * 600, "12345 is the code", "22000055 00000000 11111111 2"]
)
def test_what_no_unit_can_be_called_is_not_looked_up_and_not_written_down(search, both, typed):
    """A code that was typed into the wrong field stays out of the audit."""
    with pytest.raises(SerialError):
        search.find(typed, "ann")
    assert both.behind("SELECT count(*) FROM audit") in ([(0,)], [[0]])


def test_a_search_is_one_statement_after_its_audit(both, registrar, clock, monkeypatch):
    """However many numbers a typed one can mean: the answer is one state of the ledger."""
    with registrar.concurrent_transaction() as transaction:
        transaction.add_units(UNITS)
    store = both.store(Principal.DESK)
    ran = []
    for verb in ("row", "rows", "run", "value", "stream"):
        real = getattr(Statements, verb)
        monkeypatch.setattr(
            Statements,
            verb,
            lambda self, name, real=real, **values: ran.append(name) or real(self, name, **values),
        )
    Search(store, clock).find("22000055", "ann")
    assert ran == ["add_act", "unit_cards"]
