"""The key ring: one strict file that is replaced as a whole, and never loses a key that is needed."""

import base64
import fcntl
import json
import os
from itertools import count

import pytest

from radiokey.base.keys import keyring
from radiokey.base.keys.keyring import KeyRing, KeyStatus
from radiokey.base.ports.store import StoredUnit
from radiokey.code.value import Code
from radiokey.errors import SealError, UsageError

OLD, CURRENT, WAITING = KeyStatus


class Counting:
    """Bytes that are told apart by a number."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def bytes(self, count: int) -> bytes:
        return next(self._numbers).to_bytes(count)


@pytest.fixture
def chance() -> Counting:
    return Counting()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "base.keys"


@pytest.fixture
def ring(path, chance) -> KeyRing:
    return KeyRing.make(path, chance, 1)


def unit_sealed(ring: KeyRing, nonce: bytes = bytes(12)) -> StoredUnit:
    with ring.sealing() as key:
        sealed = key.seal("honda-8", "22000055", "honda_audio5", Code("12345"), nonce)
        return StoredUnit("honda-8", "22000055", "22000055", "honda_audio5", "EU", "", key.id, sealed)


def standings(ring: KeyRing) -> list[KeyStatus]:
    return [card.standing for card in ring.cards()]


def test_the_file_is_that_of_the_specification(path, ring):
    stored = json.loads(path.read_bytes())
    (key,) = stored.pop("keys")
    assert stored == {"v": 1, "current": key["id"]}
    assert key == {
        "id": ring.cards()[0].id,
        "made_at_ms": 1,
        "key": base64.b64encode(b"\0" * 31 + b"\1").decode(),
    }
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_key_that_was_added_waits_opens_and_is_the_next(path, ring, chance):
    """A ring is brought to every machine before anything is sealed with its new key."""
    first = unit_sealed(ring)
    added = ring.add(chance, 2)
    assert standings(ring) == [CURRENT, WAITING]
    ring.advance(chance, 3)
    assert standings(ring) == [OLD, CURRENT]
    assert unit_sealed(ring).key == added != first.key
    assert ring.code_of(first).reveal() == "12345"
    ring.advance(chance, 4)
    assert [card.made_at_ms for card in ring.cards()] == [1, 2, 4]
    assert standings(KeyRing(path)) == [OLD, OLD, CURRENT]


def test_a_server_reads_the_ring_again_when_it_meets_an_unknown_key(path, ring, chance):
    server = KeyRing(path)
    ring.advance(chance, 2)
    assert server.code_of(unit_sealed(ring)).reveal() == "12345"


def test_a_key_that_is_nowhere_is_our_fault(path, ring, chance, tmp_path):
    unit = unit_sealed(ring)
    ring.advance(chance, 2)
    assert ring.retire(list) == (unit.key,)
    for one in (ring, KeyRing(path), KeyRing.make(tmp_path / "other.keys", chance, 1)):
        with pytest.raises(SealError, match="not in the key ring"):
            one.code_of(unit)


def test_a_key_that_is_used_or_current_or_waiting_is_never_taken_out(path, ring, chance):
    used = unit_sealed(ring).key
    for now_ms in (2, 3):
        ring.advance(chance, now_ms)
    ring.add(chance, 4)
    unused = ring.cards()[1].id
    assert ring.retire(lambda: {used}) == (unused,)
    assert standings(KeyRing(path)) == [OLD, CURRENT, WAITING]
    assert ring.retire(lambda: {used}) == ()


def test_whoever_seals_keeps_the_ring_from_changing_until_it_has_committed(path, ring, chance, monkeypatch):
    """Else an import commits a batch under a key that was counted as unused and taken out."""
    tried = []
    flock = fcntl.flock

    def at_once(descriptor: int, operation: int) -> None:
        tried.append(operation)
        flock(descriptor, operation | fcntl.LOCK_NB)

    with ring.sealing(), KeyRing(path).sealing():
        monkeypatch.setattr(fcntl, "flock", at_once)
        for change in (
            lambda: ring.add(chance, 2),
            lambda: ring.advance(chance, 2),
            lambda: ring.retire(list),
        ):
            with pytest.raises(BlockingIOError):
                change()
    assert tried == [fcntl.LOCK_EX] * 3
    ring.add(chance, 2)
    assert standings(ring) == [CURRENT, WAITING]


def test_the_count_of_used_keys_is_taken_while_nobody_seals(path, ring, chance, monkeypatch):
    ring.advance(chance, 2)
    flock = fcntl.flock
    monkeypatch.setattr(fcntl, "flock", lambda file, operation: flock(file, operation | fcntl.LOCK_NB))

    def in_use():
        with pytest.raises(BlockingIOError), KeyRing(path).sealing():
            raise AssertionError
        return set()

    assert len(ring.retire(in_use)) == 1


def test_who_seals_next_uses_the_new_key(path, ring, chance):
    other = KeyRing(path)
    ring.advance(chance, 2)
    assert unit_sealed(other).key == ring.cards()[1].id


def changed(**fields):
    return lambda stored: stored | fields


def key_changed(**fields):
    return lambda stored: stored | {"keys": [stored["keys"][0] | fields]}


@pytest.mark.parametrize(
    "change",
    [
        changed(v=2),
        changed(v=True),
        changed(current="0" * 16),
        changed(keys=[]),
        changed(more=1),
        lambda stored: stored | {"keys": stored["keys"] * 2},
        lambda stored: dict(reversed(stored.items())),
        key_changed(id="0" * 16),
        key_changed(key=base64.b64encode(bytes(31)).decode()),
        key_changed(key=base64.b64encode(bytes(32)).decode()),
        key_changed(key="*" * 44),
        key_changed(key="é" * 44),
        key_changed(more=1),
        key_changed(made_at_ms="1"),
    ],
)
def test_what_we_would_not_write_is_refused_and_not_repeated(path, ring, change):
    stored = json.loads(path.read_bytes())
    secret = stored["keys"][0]["key"]
    path.write_text(json.dumps(change(stored), separators=(",", ":")) + "\n")
    with pytest.raises(SealError, match="damaged or of another version") as refused:
        KeyRing(path)
    assert secret not in repr(refused.value) + refused.value.hint
    with pytest.raises(SealError):
        ring.cards()


@pytest.mark.parametrize(
    "change", [bytes.rstrip, lambda data: data + b" ", lambda _: b"", lambda _: bytes(2_000_000)]
)
@pytest.mark.usefixtures("ring")
def test_other_bytes_are_refused(path, change):
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(SealError):
        KeyRing(path)


@pytest.mark.usefixtures("ring")
def test_a_ring_that_others_may_read_is_refused(path):
    path.chmod(0o640)
    with pytest.raises(SealError, match="others than its owner") as refused:
        KeyRing(path)
    assert "chmod 600" in refused.value.hint


def test_no_ring_no_folder_and_a_second_ring_are_refused(path, chance, tmp_path):
    with pytest.raises(SealError, match="there is no key ring"):
        KeyRing(path)
    with pytest.raises(SealError, match="cannot be used"):
        KeyRing.make(tmp_path / "nowhere" / "base.keys", chance, 1)
    made = KeyRing.make(path, chance, 1)
    before = path.read_bytes()
    with pytest.raises(UsageError, match="already"):
        KeyRing.make(path, chance, 1)
    assert path.read_bytes() == before
    path.unlink()
    with pytest.raises(SealError, match="cannot be used"):
        made.cards()


@pytest.mark.parametrize("step", ["open", "fsync", "replace"])
def test_a_failure_at_any_step_leaves_the_old_ring(path, ring, chance, monkeypatch, step):
    """The keys are the codes: half a ring would be none."""
    before = path.read_bytes()

    def fails(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    if step == "replace":
        monkeypatch.setattr(keyring.Path, "replace", fails)
    elif step == "fsync":
        monkeypatch.setattr(os, "fsync", fails)
    else:
        real = os.open
        monkeypatch.setattr(
            os, "open", lambda name, *rest: real(name, *rest) if str(name).endswith(".lock") else fails()
        )
    with pytest.raises(SealError, match="No space left"):
        ring.add(chance, 2)
    monkeypatch.undo()
    assert path.read_bytes() == before
    assert {file.name for file in path.parent.iterdir()} == {"base.keys", "base.keys.lock"}
    ring.add(chance, 2)


def test_chance_that_repeats_itself_does_not_cost_the_ring(path, ring):
    """Two keys of one id could not be told apart; such a ring is never written."""
    before = path.read_bytes()
    with pytest.raises(SealError):
        ring.add(Counting(), 2)
    assert path.read_bytes() == before
    assert standings(KeyRing(path)) == [CURRENT]


def test_a_ring_shows_no_key(ring, path):
    stored = json.loads(path.read_bytes())
    shown = repr(ring) + repr(ring.cards()) + repr(ring._keys)
    assert stored["keys"][0]["key"] not in shown
    assert repr(b"\0" * 31 + b"\1") not in shown
