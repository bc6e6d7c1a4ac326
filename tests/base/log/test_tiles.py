"""Tiles are cut from the stored rows under the paths of C2SP tlog-tiles, and none beyond the tree."""

from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radiokey.base.log.append import StoredHashes, append_many
from radiokey.base.log.note import NoteSigner
from radiokey.base.log.tiles import TilePath, bundle, tile, tiles_of, unbundle
from radiokey.base.log.tree import Edge, leaf_hash
from radiokey.base.sql.sqlite import SqliteStore
from radiokey.errors import LogError

SIGNER = NoteSigner("log.example/tiles", bytes(range(32)))
SIZE = 600


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (TilePath(0, 0), "tile/0/000"),
        (TilePath(0, 1234067), "tile/0/x001/x234/067"),
        (TilePath(1, 999, 17), "tile/1/999.p/17"),
        (TilePath(2, 1000), "tile/2/x001/000"),
        (TilePath(None, 273, 112), "tile/entries/273.p/112"),
        (TilePath(63, 5, 1), "tile/63/005.p/1"),
    ],
)
def test_a_path_is_written_as_the_specification_writes_it(path, text):
    assert str(path) == text
    assert TilePath.parse(text) == path


@given(st.one_of(st.none(), st.integers(0, 63)), st.integers(0, 10**15), st.integers(1, 256))
def test_every_path_reads_as_it_was_written(level, index, width):
    path = TilePath(level, index, width)
    assert TilePath.parse(str(path)) == path


@pytest.mark.parametrize(
    "text",
    [
        "", "tile/0/0", "tile/0/00", "tile/0/0000", "tile/00/000", "tile/01/000", "tile/64/000", "tile/-1/000",
        "tile/0/x000/000", "tile/0/x01/000", "tile/0/001/000", "tile/0/x001", "tile/0/000.p/0", "tile/0/000.p/256",
        "tile/0/000.p/01", "tile/0/000.p/", "tile/0/000.p/300", "tile/0/000/", "/tile/0/000", "tile/0/000\n",
        "tile/entries/x000/000", "tile/Entries/000", "tile/0/\u0660\u0660\u0660", "tile/0/../000", "tile/8/0/000",
    ],
)  # fmt: skip
def test_no_other_spelling_is_a_path(text):
    """One tile has one address: a cache never holds it twice."""
    assert TilePath.parse(text) is None


def test_a_tree_of_seventy_thousand_has_the_tiles_that_the_specification_counts():
    paths = list(tiles_of(70_000))
    full = [path.level for path in paths if path.width == 256]
    assert (full.count(None), full.count(0), full.count(1), full.count(2)) == (273, 273, 1, 0)
    assert [str(path) for path in paths if path.width < 256] == [
        "tile/entries/273.p/112", "tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1",
    ]  # fmt: skip
    assert [str(path) for path in tiles_of(256)] == ["tile/entries/000", "tile/0/000", "tile/1/000.p/1"]
    assert list(tiles_of(0)) == []


@given(st.integers(1, 1 << 20))
def test_no_tile_of_a_tree_is_beyond_it_and_the_next_one_is(size):
    for path in tiles_of(size):
        assert path.within(size)
        if path.width < 256:
            assert not TilePath(path.level, path.index, path.width + 1).within(size)
    assert not TilePath(0, -(-size // 256)).within(size)


@pytest.fixture
def snapshot(tmp_path):
    with closing(SqliteStore(tmp_path / "log.sqlite3")) as store:
        with store.transaction() as transaction:
            append_many(transaction, [b"leaf %d" % number for number in range(SIZE)], SIGNER)
        with store.snapshot() as reading:
            yield reading


def test_a_tile_holds_the_hashes_and_a_bundle_the_entries(snapshot):
    fetch = StoredHashes(snapshot)
    leaves = [b"leaf %d" % number for number in range(SIZE)]
    assert tile(snapshot, TilePath(None, 1), SIZE, fetch) == bundle(leaves[256:512])
    assert tile(snapshot, TilePath(0, 2, 88), SIZE, fetch) == b"".join(map(leaf_hash, leaves[512:]))
    roots = []
    for first in (0, 256):
        edge = Edge()
        list(edge.extend(list(map(leaf_hash, leaves[first : first + 256]))))
        roots.append(edge.root())
    assert tile(snapshot, TilePath(1, 0, 2), SIZE, fetch) == b"".join(roots)


@pytest.mark.parametrize(
    "path",
    [
        TilePath(0, 2),
        TilePath(0, 2, 89),
        TilePath(0, 3, 1),
        TilePath(1, 0, 3),
        TilePath(2, 0, 1),
        TilePath(None, 2, 89),
    ],
)
def test_there_is_no_tile_beyond_the_tree(snapshot, path):
    assert tile(snapshot, path, SIZE, StoredHashes(snapshot)) is None


def test_a_tile_of_an_older_tree_is_there_still_and_none_beyond_that_tree(snapshot):
    fetch = StoredHashes(snapshot)
    assert tile(snapshot, TilePath(0, 1, 44), 300, fetch) is not None
    assert tile(snapshot, TilePath(0, 1, 45), 300, fetch) is None


def test_a_lost_row_is_no_tile(snapshot):
    class Lossy:
        def entries_between(self, first, end):
            return snapshot.entries_between(first, end - 1)

        def node(self, _node):
            return None

    with pytest.raises(LogError, match="lost"):
        tile(Lossy(), TilePath(None, 0), SIZE, StoredHashes(snapshot))
    with pytest.raises(LogError, match="lost"):
        tile(Lossy(), TilePath(0, 0), SIZE, StoredHashes(Lossy()))


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_a_bundle_reads_as_it_was_written_and_no_other_count(leaves):
    data = bundle(leaves)
    assert unbundle(data, len(leaves)) == leaves
    assert unbundle(data, len(leaves) + 1) is None
    for cut in range(len(data)):
        assert unbundle(data[:cut], len(leaves)) is None


def test_an_entry_that_has_no_length_in_two_bytes_is_refused():
    assert unbundle(bundle([bytes(65_535)]), 1) == [bytes(65_535)]
    with pytest.raises(LogError, match="too long"):
        bundle([bytes(65_536)])
