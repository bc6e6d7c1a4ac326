"""Keys are rotated while everything goes on, on both databases."""

import random

import pytest

from radiokey.base.keys import rotation
from radiokey.base.keys.keyring import KeyRing, KeyStatus
from radiokey.base.keys.rotation import KeyRotation
from radiokey.base.ports.store import StoredUnit
from radiokey.base.sql.postgresql import Principal
from radiokey.base.units.factory import Factory
from radiokey.catalogue.load import load_model
from radiokey.errors import StoreError
from radiokey.serial.number import parse

MODEL = load_model("honda_audio5")
UNITS = 25


class Seeded:
    def __init__(self, seed: int = 1) -> None:
        self._random = random.Random(seed)  # noqa: S311 - the same in every run

    def bytes(self, count: int) -> bytes:
        return self._random.randbytes(count)


@pytest.fixture(autouse=True)
def small_batches(monkeypatch):
    monkeypatch.setattr(rotation, "BATCH", 4)


@pytest.fixture
def chance() -> Seeded:
    return Seeded()


@pytest.fixture
def ring(tmp_path, chance) -> KeyRing:
    return KeyRing.make(tmp_path / "base.keys", chance, 1)


@pytest.fixture
def keeper(both, ring, clock, chance) -> KeyRotation:
    return KeyRotation(both.store(Principal.KEEPER), ring, clock, chance, "ann")


@pytest.fixture
def add(registrar, ring, chance):
    def adds(first: int, count: int = UNITS, ring: KeyRing = ring) -> None:
        with ring.sealing() as key, registrar.concurrent_transaction() as transaction:
            factory = Factory(key, chance)
            transaction.add_units(
                [
                    factory.make(MODEL, parse(f"{22_000_000 + number}", kinds=("honda-8",)).serial, "EU")
                    for number in range(first, first + count)
                ]
            )

    return adds


@pytest.fixture
def codes(store, tmp_path):
    """Open every code as the door would, with a ring of its own."""

    def opened(count: int = UNITS) -> list[str]:
        door = KeyRing(tmp_path / "base.keys")
        with store.snapshot() as snapshot:
            numbers = [f"{22_000_000 + number}" for number in range(count)]
            units = [one for number in numbers for one in snapshot.units_of(["honda-8"], [number])]
        return [door.code_of(unit).reveal() for unit in units]

    return opened


def test_every_code_goes_over_and_opens_as_before(keeper, ring, add, codes, both):
    add(0)
    before, first = codes(), ring.cards()[0].id
    told = []
    done = keeper.rotate(on_progress=told.append)
    assert (done.begun, done.resealed, done.damaged, done.retired) == (True, UNITS, 0, ())
    assert done.key != first
    assert codes() == before
    assert keeper.in_use() == {done.key: UNITS}
    assert told[-1] == UNITS
    acts = [act for act, _ in both.behind("SELECT act, detail FROM audit ORDER BY id")]
    assert acts == ["keys:rotate", "keys:rotated"]


def test_a_rotation_that_was_stopped_goes_on_with_the_same_key(keeper, ring, add, codes):
    add(0)
    before = codes()

    class Stopped(Exception):  # noqa: N818 - the power goes, that is no error of ours
        pass

    def stop(resealed: int) -> None:
        if ring.cards()[-1].standing is KeyStatus.CURRENT and len(ring.cards()) > 1 and resealed >= 8:
            raise Stopped

    with pytest.raises(Stopped):
        keeper.rotate(on_progress=stop)
    assert sorted(keeper.in_use().values()) == [8, UNITS - 8]
    assert codes() == before
    again = keeper.rotate()
    assert (again.begun, again.resealed) == (False, UNITS - 8)
    assert len(ring.cards()) == 2
    assert codes() == before


def test_an_import_and_a_release_go_on_meanwhile(keeper, add, codes, tmp_path):
    """Each batch of a rotation is followed by a batch of an import that opened the ring before it began."""
    add(0)
    before = codes()
    importer = KeyRing(tmp_path / "base.keys")
    rest = iter(range(UNITS, 2 * UNITS))

    def meanwhile(_: int) -> None:
        if (number := next(rest, None)) is not None:
            add(number, 1, importer)
        assert codes() == before

    done = keeper.rotate(retire=True, on_progress=meanwhile)
    assert len(done.retired) == 1
    added = next(rest) - UNITS
    assert added > UNITS / 4
    assert keeper.in_use() == {done.key: UNITS + added}
    assert len(codes(UNITS + added)) == UNITS + added


def test_what_somebody_else_resealed_meanwhile_is_let_be(keeper, add, ring, both):
    add(0, 1)
    with both.store().snapshot() as snapshot:
        (before,) = snapshot.units_of(["honda-8"], ["22000000"])
    keeper.rotate()
    with both.store(Principal.KEEPER).concurrent_transaction() as transaction:
        late = StoredUnit(**{name: getattr(before, name) for name in StoredUnit.__struct_fields__})
        assert not transaction.reseal(late, before.key)
    with both.store().snapshot() as snapshot:
        assert ring.code_of(*snapshot.units_of(["honda-8"], ["22000000"]))


def test_a_damaged_code_is_told_keeps_its_key_and_stops_nobody(keeper, add, both, ring):
    add(0)
    first = ring.cards()[0].id
    both.behind("UPDATE unit SET sealed = substr(sealed, 1, 20) WHERE number = '22000007'")
    done = keeper.rotate(retire=True)
    assert (done.begun, done.resealed, done.damaged, done.retired) == (True, UNITS - 1, 1, ())
    assert keeper.in_use() == {first: 1, done.key: UNITS - 1}
    again = keeper.rotate(retire=True)
    assert (again.begun, again.resealed, again.damaged, again.retired) == (True, UNITS - 1, 1, (done.key,))
    assert [card.id for card in ring.cards()] == [first, again.key]


def test_keys_that_seal_nothing_are_taken_out_when_asked(keeper, add, ring, codes):
    add(0)
    before = codes()
    keeper.rotate()
    done = keeper.rotate(retire=True)
    assert len(done.retired) == 2
    assert [(card.id, card.standing) for card in ring.cards()] == [(done.key, KeyStatus.CURRENT)]
    assert codes() == before


def test_an_added_key_is_the_one_that_is_rotated_to(keeper, add):
    add(0, 1)
    waiting = keeper.add()
    assert keeper.rotate().key == waiting


def test_where_the_audit_cannot_be_written_nothing_is_done(both, ring, clock, chance):
    """The door's account may not write to the audit on PostgreSQL; on SQLite the table says no."""
    if both.kind == "sqlite":
        both.behind("CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE (ABORT, 'full'); END")
    before = ring.cards()
    keeper = KeyRotation(both.store(Principal.DOOR), ring, clock, chance, "ann")
    for act in (keeper.add, keeper.rotate):
        with pytest.raises(StoreError):
            act()
    assert ring.cards() == before


def test_who_adds_units_never_opens_one(both, ring, clock, chance, add):
    """On PostgreSQL the registrar's account cannot read a sealed code; one's own base has one account."""
    add(0, 1)
    registrars = KeyRotation(both.store(Principal.REGISTRAR), ring, clock, chance, "ann")
    if both.kind == "sqlite":
        assert registrars.rotate().resealed == 1
        return
    with pytest.raises(StoreError, match="permission denied"):
        registrars.rotate()
    assert len(ring.cards()) == 1


def test_the_key_of_a_paper_is_not_taken_out_as_long_as_the_paper_is_there(keeper, ring, add, both):
    """Papers are not sealed anew: their key stays in the ring as an old one."""
    add(0)
    (first,) = ring.cards()
    both.behind("INSERT INTO request VALUES ('q', 'o', 'own', 'honda-8', 'x', 'x', '', '', '', '', 'en', 1)")
    both.behind("INSERT INTO request_act VALUES ('q', 1, 'opened', 'own', 1, 'draft', 2, '{}')")
    both.behind("INSERT INTO request_act VALUES ('q', 2, 'withdrawn', 'own', 2, 'withdrawn', 2, '{}')")
    both.behind(
        "INSERT INTO paper SELECT 'p', 'q', 'purchase', 1, 'image/png', "  # noqa: S608 - our own row
        f"'{'ab' * 32}', '{'cd' * 32}', key, sealed FROM unit LIMIT 1"
    )
    assert keeper.rotate(retire=True).retired == ()
    assert first.id in {card.id for card in ring.cards()}
    both.behind("DELETE FROM paper")
    assert first.id in keeper.rotate(retire=True).retired
