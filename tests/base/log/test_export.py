"""An exported log verifies from its entries alone; whatever is changed in it is found, byte class by byte class."""

import shutil
from contextlib import closing

import pytest

from radiokey.base.log.append import append_many
from radiokey.base.log.export import verify_export, write_export
from radiokey.base.log.note import Checkpoint, NoteSigner, open_note
from radiokey.base.log.tiles import tiles_of
from radiokey.base.sql.sqlite import SqliteStore
from radiokey.errors import ExportError, LogError, UsageError

SIGNER = NoteSigner("log.example/export", bytes(range(32)))
KEY = SIGNER.verifier
SIZES = (5, 300, 600)


def leaves(first, end, word=b"leaf"):
    return [b"%s %d" % (word, number) for number in range(first, end)]


def append(store, first, end, word=b"leaf"):
    with store.transaction() as transaction:
        return append_many(transaction, leaves(first, end, word), SIGNER).note


def export(store, folder, key=KEY):
    with store.snapshot() as transaction:
        return write_export(transaction, folder, key)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """One folder exported three times as the log grew, with the checkpoints of each time."""
    folder = tmp_path_factory.mktemp("export")
    notes, before = [], 0
    with closing(SqliteStore(folder / "log.sqlite3")) as store:
        for size in SIZES:
            notes.append(append(store, before, size))
            export(store, folder / "out")
            shutil.copytree(folder / "out", folder / f"at {size}")
            before = size
    return folder, [Checkpoint.parse(open_note(note, KEY)) for note in notes]


@pytest.fixture
def out(made, tmp_path):
    return shutil.copytree(made[0] / "out", tmp_path / "out")


def files(folder):
    return sorted(str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file())


def test_an_export_has_the_files_of_the_specification_and_verifies(made):
    folder, checkpoints = made
    assert verify_export(folder / "out", KEY, checkpoints) == checkpoints[-1]
    assert files(folder / "at 5") == ["checkpoint", *sorted(str(path) for path in tiles_of(5))]
    expected = {"checkpoint"} | {str(path) for size in SIZES for path in tiles_of(size)}
    assert files(folder / "out") == sorted(expected), "older partial tiles stay"


NAMES = ["checkpoint", *sorted({str(path) for size in SIZES for path in tiles_of(size)})]
NEEDED = ["checkpoint", *sorted(str(path) for path in tiles_of(SIZES[-1]))]


@pytest.mark.parametrize("name", NEEDED)
def test_a_deleted_file_is_found(out, name):
    (out / name).unlink()
    with pytest.raises(ExportError, match="missing"):
        verify_export(out, KEY)


@pytest.mark.parametrize("name", NAMES)
def test_a_truncated_file_is_found_wherever_it_is_cut(out, name):
    data = (out / name).read_bytes()
    for cut in {0, 1, 2, 31, 32, 33, len(data) // 2, len(data) - 32, len(data) - 1} & set(range(len(data))):
        (out / name).write_bytes(data[:cut])
        with pytest.raises(ExportError):
            verify_export(out, KEY)
    (out / name).write_bytes(data + b"\0")
    with pytest.raises(ExportError):
        verify_export(out, KEY)


@pytest.mark.parametrize("name", NAMES)
def test_one_flipped_bit_is_found_in_every_byte_of_a_bundle_and_class_of_a_tile(out, name):
    """Lengths and entries of a bundle; hashes of every tile, older partial ones too; each line of the checkpoint."""
    data = (out / name).read_bytes()
    step = 1 if name == "checkpoint" else max(1, len(data) // 40)
    for at in range(0, len(data), step):
        changed = bytearray(data)
        changed[at] ^= 1 << at % 8
        (out / name).write_bytes(changed)
        with pytest.raises(ExportError):
            verify_export(out, KEY)


@pytest.mark.parametrize(
    "name", ["stranger", "tile/0/000.p/05", "tile/0/x000/000", "tile/0/000.new", "tile/64/000"]
)
def test_a_file_that_is_no_file_of_a_log_is_found(out, name):
    (out / name).parent.mkdir(parents=True, exist_ok=True)
    (out / name).write_bytes(b"")
    with pytest.raises(ExportError, match="no file of a log"):
        verify_export(out, KEY)


@pytest.mark.parametrize("which", range(2))
def test_a_log_that_was_rolled_back_is_found_by_who_saw_more(made, which):
    """The older copy is whole in itself."""
    folder, checkpoints = made
    older = folder / f"at {SIZES[which]}"
    assert verify_export(older, KEY).size == SIZES[which]
    with pytest.raises(ExportError, match="rolled back"):
        verify_export(older, KEY, [checkpoints[which + 1]])


def test_only_the_checkpoint_rolled_back_is_found_by_anybody(made, out):
    shutil.copy(made[0] / "at 300" / "checkpoint", out / "checkpoint")
    with pytest.raises(ExportError, match="rolled back"):
        verify_export(out, KEY)


@pytest.mark.parametrize("seen", range(3))
@pytest.mark.parametrize("from_leaf", [0, 4, 299])
def test_a_log_that_was_forked_is_found_by_who_saw_the_other(made, tmp_path, seen, from_leaf):
    with closing(SqliteStore(tmp_path / "fork.sqlite3")) as store:
        if from_leaf:
            append(store, 0, from_leaf)
        append(store, from_leaf, 700, b"fork")
        export(store, tmp_path / "fork")
    assert verify_export(tmp_path / "fork", KEY).size == 700
    checkpoint = made[1][seen]
    if checkpoint.size <= from_leaf:
        assert verify_export(tmp_path / "fork", KEY, [checkpoint]).size == 700
    else:
        with pytest.raises(ExportError, match="forked"):
            verify_export(tmp_path / "fork", KEY, [checkpoint])


def test_a_log_of_another_key_is_not_this_one(out):
    with pytest.raises(ExportError, match="not signed"):
        verify_export(out, NoteSigner("log.example/export", bytes(32)).verifier)
    with pytest.raises(ExportError, match="not signed"):
        verify_export(out, NoteSigner("another.example", bytes(range(32))).verifier)


def test_a_checkpoint_that_names_another_log_is_refused(out):
    (out / "checkpoint").write_text(SIGNER.sign(Checkpoint("another.example", 600, bytes(32)).text()))
    with pytest.raises(ExportError, match="another log"):
        verify_export(out, KEY)


def test_entries_that_were_all_changed_do_not_lead_to_the_signed_root(out, tmp_path):
    """Tiles and entries that fit each other are not enough."""
    with closing(SqliteStore(tmp_path / "fork.sqlite3")) as store:
        append(store, 0, 600, b"fork")
        export(store, tmp_path / "fork")
    shutil.copy(out / "checkpoint", tmp_path / "fork" / "checkpoint")
    with pytest.raises(ExportError, match="root that was signed"):
        verify_export(tmp_path / "fork", KEY)


# --- writing ----------------------------------------------------------------------------------------------


@pytest.fixture
def store(tmp_path):
    with closing(SqliteStore(tmp_path / "log.sqlite3")) as one:
        append(one, 0, 10)
        yield one


def test_nothing_is_exported_that_does_not_verify(store, tmp_path):
    store._connection.execute("DROP TRIGGER log_node_stays")
    store._connection.execute("UPDATE log_node SET hash = zeroblob(32) WHERE level = 0 AND idx = 1")
    with pytest.raises(LogError):
        export(store, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_an_empty_log_is_not_exported(tmp_path):
    with closing(SqliteStore(tmp_path / "empty.sqlite3")) as store, pytest.raises(UsageError, match="empty"):
        export(store, tmp_path / "out")


def test_an_export_is_only_written_over_an_older_one_of_the_same_log(store, made, tmp_path):
    for name in ("out", "at 5"):
        other = shutil.copytree(made[0] / name, tmp_path / name)
        if name == "at 5":
            append(store, 10, 11)
            assert export(store, other).size == 11  # the same leaves: a beginning of it
            continue
        with pytest.raises(ExportError, match="longer or another"):
            export(store, other)
    with closing(SqliteStore(tmp_path / "fork.sqlite3")) as fork:
        append(fork, 0, 20, b"fork")
        with pytest.raises(ExportError, match="longer or another"):
            export(fork, tmp_path / "at 5")


def test_a_folder_of_something_else_is_left_alone(store, tmp_path):
    other = tmp_path / "photos"
    other.mkdir()
    (other / "car.jpg").write_bytes(b"")
    with pytest.raises(UsageError, match="something else"):
        export(store, other)
    assert files(other) == ["car.jpg"]


def test_an_export_that_was_cut_off_is_finished_by_the_next(store, tmp_path):
    out = tmp_path / "out"
    export(store, out)
    (out / "checkpoint").unlink()
    (out / "tile/0/000.p/10").unlink()
    (out / "tile/0/000.p/10.new").write_bytes(b"half")
    export(store, out)
    assert verify_export(out, KEY).size == 10


def test_the_lines_of_witnesses_are_exported_with_the_checkpoint(store, tmp_path):
    line = "\N{EM DASH} witness.example/w1 AAAAAAAAAAAAAAAAAAAAAAAA\n"
    with store.transaction() as transaction:
        transaction.add_cosignature(10, "witness.example/w1", line)
    export(store, tmp_path / "out")
    assert (tmp_path / "out" / "checkpoint").read_text().endswith(line)
    assert verify_export(tmp_path / "out", KEY).size == 10
