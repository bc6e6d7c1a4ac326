"""The log as a folder that any file server can serve, and the check of such a folder from its entries alone.

What is exported was verified first, in the same snapshot. Files are durable one by one and the checkpoint
is the last, so that a reader of it finds everything it covers. An export may be written over an older
one of the same log, whose partial tiles stay: they are beginnings of what is there now.

The check trusts nothing but the log's key and what the reader remembers: it recomputes every hash from the
bundles, compares all tiles and the signed root, and holds the tree against other checkpoints of the log.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Final

from radiokey.base.log.append import check_whole
from radiokey.base.log.note import NOTE_SIZE_MAX, Checkpoint, VerifierKey, open_note
from radiokey.base.log.tiles import LEVELS_PER_TILE, WIDTH, TilePath, bundle, unbundle
from radiokey.base.log.tree import HASH_SIZE, Edge, leaf_hashes, perfect_parts, root_at
from radiokey.base.ports.log import Node
from radiokey.base.ports.store import Transaction
from radiokey.durable import PUBLIC, keep_folder, replace_file
from radiokey.errors import ExportError, ReceiptError, StoreError, UsageError
from radiokey.language.speech import gettext, later

CHECKPOINT: Final = "checkpoint"
_HINT: Final = later("ask the operator of the log; keep this copy and what it was held against")


def write_export(transaction: Transaction, folder: Path, key: VerifierKey) -> Checkpoint:
    """Write the log as it is in the snapshot `transaction` to `folder`; return its checkpoint.

    Raises `LogError` where the log does not verify, `UsageError` where it is empty, `ExportError` where
    `folder` holds another log or a longer one, `StoreError` where it cannot be written.
    """
    checkpoint = check_whole(transaction, key)
    last = transaction.last_checkpoint()
    if last is None:
        raise UsageError(
            gettext("the log is empty: there is nothing to export"),
            hint=gettext("its first entry is a release"),
        )
    note = last.note + "".join(transaction.cosignatures(last.size))
    try:
        _refuse_another(transaction, folder, checkpoint, key)
        for left_over in [*folder.rglob("*.new")]:  # by an export that was cut off
            left_over.unlink()
        folders: set[Path] = set()
        for path, data in _tiles(transaction):
            file = folder / str(path)
            if _put(file, data):
                folders |= {one for one in file.parents if one.is_relative_to(folder)}
        for one in sorted(folders):
            keep_folder(one)
        _put(folder / CHECKPOINT, note.encode())
        keep_folder(folder)
    except OSError as error:
        raise StoreError(
            gettext("the export cannot be written: {strerror}", strerror=error.strerror),
            hint=gettext("see that the folder has room"),
        ) from error
    return checkpoint


def _refuse_another(transaction: Transaction, folder: Path, checkpoint: Checkpoint, key: VerifierKey) -> None:
    """Write over an export only where it is an older one of the same log."""
    if not folder.exists() or not any(folder.iterdir()):
        folder.mkdir(parents=True, exist_ok=True)
        return
    if not (folder / CHECKPOINT).exists() and [one.name for one in folder.iterdir()] != ["tile"]:
        raise UsageError(
            gettext("the folder holds something else than an export"), hint=gettext("name an empty one")
        )
    if not (folder / CHECKPOINT).exists():
        return  # one that was cut off before its checkpoint
    old = _checkpoint(folder, key)

    def stored(node: Node) -> bytes:
        return transaction.node(node) or b""

    if old.size > checkpoint.size or root_at(old.size, stored) != old.root:
        raise ExportError(
            gettext("the folder holds an export of a longer or another log"),
            hint=gettext("name an empty one"),
        )


def _tiles(transaction: Transaction) -> Iterator[tuple[TilePath, bytes]]:
    for first, leaves in transaction.leaf_runs(WIDTH):
        yield TilePath(None, first // WIDTH, len(leaves)), bundle(leaves)
    nodes = (
        (level, index, hashed)
        for (level, first), run in transaction.node_runs(WIDTH)
        for index, hashed in enumerate(run, start=first)
    )
    wanted = (node for node in nodes if node[0] % LEVELS_PER_TILE == 0)
    for (level, index), run in groupby(wanted, key=lambda node: (node[0], node[1] // WIDTH)):
        hashes = [hashed for _, _, hashed in run]
        yield TilePath(level // LEVELS_PER_TILE, index, len(hashes)), b"".join(hashes)


def _put(file: Path, data: bytes) -> bool:
    """Write a file unless it is there as it should be; tell whether its folder is to be kept."""
    try:
        if file.read_bytes() == data:
            return False
    except FileNotFoundError:
        file.parent.mkdir(parents=True, exist_ok=True)
    replace_file(file, data, mode=PUBLIC, names=False)
    return True


def verify_export(folder: Path, key: VerifierKey, seen: Iterable[Checkpoint] = ()) -> Checkpoint:
    """Recompute an export from its entries and compare everything; return its checkpoint.

    `seen` are checkpoints of this log that were seen elsewhere (in an older copy, a receipt), each verified
    with `key`. Raises `ExportError` naming what is missing, changed, too many, rolled back or forked.
    """
    checkpoint = _checkpoint(folder, key)
    seen = list(seen)
    for other in seen:
        if other.size > checkpoint.size:
            raise ExportError(
                gettext(
                    "the log was rolled back: {signed} entries were signed, {size} are here",
                    signed=other.size,
                    size=checkpoint.size,
                ),
                hint=gettext(_HINT),
            )
    _refuse_strangers(folder, checkpoint.size)
    wanted = {part for other in seen for part in perfect_parts(0, other.size)}
    known, root = _recomputed(folder, checkpoint.size, wanted)
    if root != checkpoint.root:
        raise ExportError(gettext("the entries do not lead to the root that was signed"), hint=gettext(_HINT))
    for other in seen:
        if root_at(other.size, known.__getitem__) != other.root:
            raise ExportError(
                gettext(
                    "the log was forked: of its first {size} entries another root was signed", size=other.size
                ),
                hint=gettext(_HINT),
            )
    return checkpoint


def _checkpoint(folder: Path, key: VerifierKey) -> Checkpoint:
    note = _read(folder, CHECKPOINT, NOTE_SIZE_MAX)
    try:
        checkpoint = Checkpoint.parse(open_note(note.decode(), key))
    except UnicodeDecodeError:
        raise ExportError(gettext("the checkpoint is not a signed note"), hint=gettext(_HINT)) from None
    except ReceiptError as error:
        raise ExportError(error.sentence, hint=error.hint) from error
    if checkpoint.origin != key.name:
        raise ExportError(gettext("the checkpoint speaks of another log"), hint=gettext(_HINT))
    return checkpoint


def _refuse_strangers(folder: Path, size: int) -> None:
    for file in folder.rglob("*"):
        name = file.relative_to(folder).as_posix()
        if file.is_dir() or name == CHECKPOINT:
            continue
        path = TilePath.parse(name)
        if path is None:
            raise ExportError(gettext("{name!r} is no file of a log", name=name), hint=gettext(_HINT))
        if not path.within(size):
            raise ExportError(
                gettext(
                    "{path} lies beyond the {size} signed entries: it was rolled back, or is being written",
                    path=path,
                    size=size,
                ),
                hint=gettext("copy it again; if it stays so, it was rolled back"),
            )


def _recomputed(folder: Path, size: int, wanted: set[Node]) -> tuple[dict[Node, bytes], bytes]:
    """Hash all entries and compare every tile; return the hashes of `wanted` and the root."""
    edge, known = Edge(), dict[Node, bytes]()
    rows: dict[int, tuple[int, list[bytes]]] = {}
    for index in range(-(-size // WIDTH)):
        count = min(WIDTH, size - index * WIDTH)
        for (level, first), run in edge.extend(_entries(folder, index, count)):
            known.update({(level, at): one for at, one in enumerate(run, first) if (level, at) in wanted})
            if level % LEVELS_PER_TILE == 0:
                place, row = rows.get(level) or (0, [])
                row += run
                rows[level] = place, row
                if len(row) == WIDTH:
                    _compare(folder, TilePath(level // LEVELS_PER_TILE, place), row)
                    rows[level] = place + 1, []
    for level, (place, row) in rows.items():
        if row:
            _compare(folder, TilePath(level // LEVELS_PER_TILE, place, len(row)), row)
    return known, edge.root()


def _entries(folder: Path, index: int, count: int) -> list[bytes]:
    """Return the leaf hashes of a bundle, and see that its older partial ones are its beginnings."""
    path = TilePath(None, index, count)
    data = _read(folder, str(path), WIDTH * (2 + 0xFFFF))
    leaves = unbundle(data, count)
    if leaves is None:
        raise ExportError(
            gettext("{path} does not hold {count} entries", path=path, count=count), hint=gettext(_HINT)
        )
    for older in _older(folder, path):
        if _read(folder, str(older), len(data)) != bundle(leaves[: older.width]):
            raise ExportError(
                gettext("{older} is not a beginning of {path}", older=older, path=path), hint=gettext(_HINT)
            )
    return leaf_hashes(leaves)


def _compare(folder: Path, path: TilePath, row: Sequence[bytes]) -> None:
    for one in (path, *_older(folder, path)):
        if _read(folder, str(one), WIDTH * HASH_SIZE) != b"".join(row[: one.width]):
            raise ExportError(
                gettext("{one} does not hold the hashes of the entries", one=one), hint=gettext(_HINT)
            )


def _older(folder: Path, path: TilePath) -> Iterator[TilePath]:
    """Yield the partial tiles that stayed beside a wider one; strangers were refused before."""
    partial = (folder / str(TilePath(path.level, path.index, 1))).parent
    if partial.is_dir():
        for file in partial.iterdir():
            if int(file.name) != path.width:
                yield TilePath(path.level, path.index, int(file.name))


def _read(folder: Path, name: str, size_max: int) -> bytes:
    try:
        with (folder / name).open("rb") as file:
            data = file.read(size_max + 1)
    except FileNotFoundError:
        raise ExportError(gettext("{name} is missing", name=name), hint=gettext(_HINT)) from None
    except OSError as error:
        raise ExportError(
            gettext("{name} cannot be read: {strerror}", name=name, strerror=error.strerror),
            hint=gettext(_HINT),
        ) from error
    if len(data) > size_max:
        raise ExportError(gettext("{name} is too long", name=name), hint=gettext(_HINT))
    return data
