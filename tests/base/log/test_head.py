"""What a base signed last is remembered outside its database: one that went back or took another way never signs."""

import shutil

import pytest

from radiokey.base.log.append import append_many, begin
from radiokey.base.log.head import HeadFile
from radiokey.base.log.note import NoteSigner
from radiokey.base.sql.sqlite import SqliteStore
from radiokey.errors import LogError, StoreError

SIGNER = NoteSigner("log.example/head", bytes(range(32)))


class Base:
    """A log in a file, and its head beside it."""

    def __init__(self, folder, name="log"):
        self.file = folder / f"{name}.sqlite3"
        self.head = HeadFile(folder / "log.head", SIGNER.verifier)
        self.open()

    def open(self):
        self.store = SqliteStore(self.file)

    def begin(self):
        return begin(self.store, SIGNER, self.head)

    def commit(self, *leaves):
        """The transaction alone, as a crash right after it leaves things."""
        with self.store.transaction() as transaction:
            return append_many(transaction, [leaf.encode() for leaf in leaves], SIGNER, self.head).note

    def append(self, *leaves):
        self.head.advance(self.commit(*leaves))

    def put_back(self, kept):
        self.store.close()
        for file in self.file.parent.glob(f"{self.file.name}*"):
            file.unlink()
        shutil.copy(kept, self.file)
        self.open()

    def copy(self, name):
        self.store.close()  # so that everything is in the one file
        to = self.file.with_name(name)
        shutil.copy(self.file, to)
        self.open()
        return to


@pytest.fixture
def base(tmp_path):
    one = Base(tmp_path)
    yield one
    one.store.close()


@pytest.fixture
def log(base):
    base.begin()
    for number in range(5):
        base.append(f"leaf {number}")
    return base


def test_the_head_follows_the_log(log):
    assert log.head.checkpoint().size == 5
    assert log.begin() == log.head.checkpoint()


def test_an_empty_base_remembers_that_it_is_empty(base):
    """Otherwise a base whose first commit crashed before the head would look like one whose head was taken away."""
    base.begin()
    assert base.head.checkpoint().size == 0
    base.commit("first")  # and a crash
    base.append("second")
    assert base.head.checkpoint().size == 2


@pytest.mark.parametrize("size", range(12))
@pytest.mark.parametrize("more", range(1, 5))
def test_a_crash_between_the_commit_and_the_head_locks_no_honest_base_out(base, size, more):
    base.begin()
    for number in range(size):
        base.append(f"leaf {number}")
    base.commit(*(f"lost {number}" for number in range(more)))  # the head does not hear of it
    base.commit("and one more")
    assert base.head.checkpoint().size == size
    assert base.begin().size == size + more + 1 == base.head.checkpoint().size
    base.append("goes on")


@pytest.mark.parametrize("ahead", range(1, 6))
def test_a_database_that_was_rolled_back_never_signs_again(log, ahead):
    kept = log.copy("older.sqlite3")
    for number in range(ahead):
        log.append(f"later {number}")
    log.put_back(kept)
    with pytest.raises(LogError, match="rolled back"):
        log.commit("over the old place")
    with pytest.raises(LogError, match="rolled back"):
        log.begin()


@pytest.mark.parametrize("longer", range(4))
def test_a_database_that_was_forked_never_signs_again(log, tmp_path, longer):
    """The fork is signed with the same key and is whole in itself: only the head tells."""
    kept = log.copy("before.sqlite3")
    log.append("what was told to the owner")
    other = Base(tmp_path, "other")
    other.store.close()
    shutil.copy(kept, other.file)
    other.open()
    other.head = HeadFile(tmp_path / "other.head", SIGNER.verifier)
    other.begin()
    other.append("what was not")
    for number in range(longer):
        other.append(f"more {number}")
    log.put_back(other.copy("fork.sqlite3"))
    other.store.close()
    with pytest.raises(LogError, match="forked"):
        log.commit("next")
    with pytest.raises(LogError, match="forked"):
        log.begin()


def test_a_head_that_is_gone_stops_a_running_base_and_is_taken_again_at_start(log, tmp_path):
    (tmp_path / "log.head").unlink()
    with pytest.raises(LogError, match="gone"):
        log.commit("next")
    assert log.begin().size == 5
    log.append("next")


def test_every_flipped_bit_of_the_head_stops_the_base(log, tmp_path):
    file = tmp_path / "log.head"
    whole = file.read_bytes()
    for at in range(len(whole) * 8):
        changed = bytearray(whole)
        changed[at // 8] ^= 1 << at % 8
        file.write_bytes(changed)
        with pytest.raises((LogError, StoreError)):
            log.begin()
    file.write_bytes(whole)
    log.append("next")


@pytest.mark.parametrize("kept", [b"", b"radiokey"])
def test_a_head_that_was_cut_short_stops_the_base(log, tmp_path, kept):
    (tmp_path / "log.head").write_bytes(kept)
    with pytest.raises(LogError, match="damaged"):
        log.commit("next")


def test_the_head_only_moves_forward(log):
    """Two processes commit in one order and may remember in the other."""
    one, two = log.commit("one"), log.commit("two")
    log.head.advance(two)
    log.head.advance(one)
    assert log.head.checkpoint().size == 7


def test_one_size_is_never_remembered_with_two_roots(log, tmp_path):
    other = Base(tmp_path, "other")
    other.head = HeadFile(tmp_path / "other.head", SIGNER.verifier)
    other.begin()
    for _ in range(5):
        other.append("another")
    note = (tmp_path / "other.head").read_text()
    other.store.close()
    with pytest.raises(LogError, match="twice"):
        log.head.advance(note)


def test_a_head_that_cannot_be_written_is_said(log, tmp_path):
    note = log.commit("next")
    (tmp_path / "log.head.new").mkdir()
    with pytest.raises(StoreError, match=r"log\.head"):
        log.head.advance(note)
    assert log.head.checkpoint().size == 5


def test_only_its_owner_reads_the_head(log, tmp_path):
    log.append("next")
    assert (tmp_path / "log.head").stat().st_mode & 0o077 == 0
