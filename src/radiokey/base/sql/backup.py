"""Backing up a base and restoring it, on both databases; what a backup is stands in docs/spec/backup.md.

A backup is one state of the database, taken while releases go on. Restoring goes where nothing is, and what
it made is served only after the whole log verified.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from radiokey.base.location import DatabaseLocation, FileDatabase
from radiokey.base.log.append import StoredHashes, check_whole
from radiokey.base.log.head import HeadFile, check_continues
from radiokey.base.log.note import Checkpoint, NoteSigner, own_log_name
from radiokey.base.ports.store import StoredAct, Transaction
from radiokey.base.sql import backup_file as backupfile
from radiokey.base.sql.backup_file import BackupHeader
from radiokey.base.sql.sqlite import SqliteStore, SqliteTransaction
from radiokey.base.sql.statements import migration_steps
from radiokey.clock import Clock
from radiokey.durable import keep_folder
from radiokey.errors import InputError, LogError, StoreError, UsageError
from radiokey.language.speech import gettext

if TYPE_CHECKING:
    from radiokey.base.sql.dump import Programs

_CHUNK: Final = 1 << 20
_KEY_SIZE: Final = 32


@dataclass(frozen=True, slots=True)
class BackupResult:
    """What was written: the header, how many bytes, their SHA-256 in hex."""

    header: BackupHeader
    length: int
    sha256: str


@dataclass(frozen=True, slots=True)
class RestoreResult:
    """What is there now: the log's checkpoint, its verifier key, how many signed entries are lost."""

    checkpoint: Checkpoint
    key: str
    lost: int


def back_up(location: DatabaseLocation, file: Path, clock: Clock, programs: "Programs") -> BackupResult:
    """Write one state of the base at `location` to `file`; raise `UsageError`, `StoreError`."""
    if file.exists():
        raise UsageError(
            gettext("a file of that name is there already"),
            hint=gettext("a backup replaces nothing: choose a new name"),
        )
    if isinstance(location, FileDatabase):
        return _back_up_file(location.path, file, clock)
    return _back_up_server(location.url, file, clock, programs)


def _back_up_file(database: Path, file: Path, clock: Clock) -> BackupResult:
    if not database.is_file():
        raise StoreError(
            gettext("there is no base here to back up"),
            hint=gettext("name it with --database FILE; 'radiokey base init' makes a new one"),
        )
    copy = file.with_name(f"{file.name}.copy")
    copy.unlink(missing_ok=True)
    try:
        with _named_errors():
            copy.touch(mode=0o600, exist_ok=False)
            with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(copy)) as target:
                source.backup(target)  # in one step, so that it is one state; writers go on beside it
                target.execute("PRAGMA journal_mode = DELETE")
                target.isolation_level = None
                header = _header("sqlite", _version(target), SqliteTransaction(target), clock)
            with copy.open("rb") as opened:
                return BackupResult(
                    header, *backupfile.write(file, header, iter(lambda: opened.read(_CHUNK), b""))
                )
    finally:
        copy.unlink(missing_ok=True)


def _back_up_server(url: str, file: Path, clock: Clock, programs: "Programs") -> BackupResult:
    from radiokey.base.sql import postgresql  # noqa: PLC0415 - its driver takes a while to load

    with postgresql.shared_snapshot(url) as (transaction, name, schema):
        header = _header("postgresql", schema, transaction, clock)
        return BackupResult(header, *backupfile.write(file, header, programs.dump(url, name)))


def _header(database: str, schema: int, transaction: Transaction, clock: Clock) -> BackupHeader:
    last = transaction.last_checkpoint()
    origin = last.note.partition("\n")[0] if last else ""
    assert database in {"sqlite", "postgresql"}
    return BackupHeader(
        v=1,
        database="sqlite" if database == "sqlite" else "postgresql",
        schema=schema,
        origin=origin,
        size=last.size if last else 0,
        made_at_ms=clock.now_ms(),
    )


def restore(
    location: DatabaseLocation, file: Path, clock: Clock, programs: "Programs", accept_lost: int = 0
) -> RestoreResult:
    """Restore a backup where nothing is and verify its whole log; `accept_lost` as in the specification.

    Raises `InputError` for a backup that cannot be used, `UsageError`, `LogError`, `StoreError`.
    """
    header = backupfile.read_header(file)
    database = "sqlite" if isinstance(location, FileDatabase) else "postgresql"
    if header.database != database:
        raise UsageError(
            gettext("this is a backup of a base on {database}", database=header.database),
            hint=gettext("restore it there: --database says where"),
        )
    if header.schema > len(migration_steps(database)):
        raise StoreError(
            gettext("this backup was made by a newer version of Radiokey"), hint=gettext("update Radiokey")
        )
    trial = _RestoreCheck(location, header, clock, accept_lost)
    if isinstance(location, FileDatabase):
        _restore_file(location.path, file, trial)
    else:
        _restore_server(location.url, file, trial, programs)
    return trial.done()


def _restore_file(database: Path, file: Path, trial: "_RestoreCheck") -> None:
    beside = [database.with_name(f"{database.name}{end}") for end in ("", "-wal", "-shm", "-journal")]
    if any(path.exists() for path in beside):
        raise UsageError(
            gettext("a base is there already"),
            hint=gettext("a backup is restored where nothing is: name another --database"),
        )
    fresh = database.with_name(f"{database.name}.restoring")
    left = [fresh.with_name(f"{fresh.name}{end}") for end in ("", "-wal", "-shm", "-journal")]
    try:
        for path in left:
            path.unlink(missing_ok=True)
        backupfile.payload_to(file, fresh)
        with _named_errors(), closing(sqlite3.connect(fresh, isolation_level=None)) as found:
            if found.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                raise InputError(
                    gettext("the database in the backup is damaged"), hint=gettext("use another backup")
                )
            if _version(found) != trial.header.schema:
                raise InputError(
                    gettext("the backup is not what its header says"), hint=gettext("use another backup")
                )
        with closing(SqliteStore(fresh)) as store, store.transaction() as transaction:
            trial.check(transaction)
        with _named_errors():
            database.hardlink_to(fresh)
    finally:
        for path in left:
            path.unlink(missing_ok=True)
    with _named_errors():
        keep_folder(database.parent)


def _restore_server(url: str, file: Path, trial: "_RestoreCheck", programs: "Programs") -> None:
    from tempfile import TemporaryDirectory  # noqa: PLC0415 - only here

    from radiokey.base.sql import postgresql  # noqa: PLC0415 - its driver takes a while to load

    with TemporaryDirectory(prefix="radiokey") as folder:
        archive = Path(folder) / "archive"
        backupfile.payload_to(file, archive)
        with postgresql.load_schema(url, trial.header.schema) as transaction:
            programs.load(url, archive, without="schema_version")
            trial.check(transaction())


class _RestoreCheck:
    """Judges what was restored before it is served."""

    def __init__(
        self, location: DatabaseLocation, header: BackupHeader, clock: Clock, accept_lost: int
    ) -> None:
        self.header = header
        self._location, self._clock, self._accept_lost = location, clock, accept_lost
        try:
            self._key = location.secret("key").read_bytes()
        except OSError as error:
            raise StoreError(
                gettext("the key that signs the log is not here"),
                hint=gettext(
                    "put {name} in its place first: it is in no backup", name=location.secret("key").name
                ),
            ) from error
        if len(self._key) != _KEY_SIZE:
            raise StoreError(
                gettext("the key that signs the log is damaged"),
                hint=gettext("put a good copy of it in its place"),
            )
        self._restored: RestoreResult | None = None
        self._signer: NoteSigner | None = None
        self._note = ""

    def check(self, transaction: Transaction) -> None:
        """Verify the log and hold it against the header and the head; raise `LogError`, `InputError`."""
        name = transaction.hosting() or own_log_name(self._key)
        self._signer = signer = NoteSigner(name, self._key)
        checkpoint = check_whole(transaction, signer.verifier)
        if checkpoint.size != self.header.size:
            raise InputError(
                gettext("the backup is not what its header says"), hint=gettext("use another backup")
            )
        lost = self._lost(transaction, checkpoint)
        if lost:
            detail = f"{checkpoint.size} of {checkpoint.size + lost} signed entries restored"
            transaction.add_act(StoredAct(self._clock.now_ms(), "owner", "log:lost", name, detail))
        last = transaction.last_checkpoint()
        self._note = last.note if last else ""
        self._restored = RestoreResult(checkpoint, str(signer.verifier), lost)

    def _lost(self, transaction: Transaction, checkpoint: Checkpoint) -> int:
        """Return how many entries the head knows beyond the backup, if exactly that many were accepted."""
        assert self._signer is not None
        head = HeadFile(self._location.secret("head"), self._signer.verifier).checkpoint()
        lost = max(0, head.size - checkpoint.size) if head else 0
        if lost != self._accept_lost:
            raise LogError(
                gettext("this backup lacks the last {lost} of the entries that were signed", lost=lost)
                if lost
                else gettext("this backup lacks no entry that is known to have been signed"),
                hint=gettext(
                    "look for a newer backup; only if there is none: --accept-lost {lost}", lost=lost
                )
                if lost
                else gettext("leave out --accept-lost"),
            )
        if head is not None and not lost:
            check_continues(head, checkpoint, StoredHashes(transaction))
        return lost

    def done(self) -> RestoreResult:
        """Move the head to what is there now, keep an old one that knows more, and say what was restored."""
        assert self._restored is not None
        assert self._signer is not None
        path = self._location.secret("head")
        with _named_errors():
            if self._restored.lost:
                path.rename(
                    path.with_name(f"{path.name}.lost-{self._restored.checkpoint.size + self._restored.lost}")
                )
                keep_folder(path.parent)
        if self._note:
            HeadFile(path, self._signer.verifier).advance(self._note)
        return self._restored


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


@contextmanager
def _named_errors() -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise StoreError(
            gettext("the database cannot be copied: {reason}", reason=error),
            hint=gettext("see that both folders can be used and have room"),
        ) from error
