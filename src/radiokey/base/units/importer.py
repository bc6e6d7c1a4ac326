"""The import: a file of units into the ledger, batch by batch, each wholly or not at all.

A batch's units, the step that says how far the file has come, and one act in the audit are one transaction;
so whatever ends an import, the next one goes on after the last batch that is durable, and every unit enters
once (docs/spec/ledger.md). The refused lines of a batch are on disk before the batch is committed.
"""

import csv
import io
import os
import re
import sqlite3
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self

from radiokey.base.keys.keyring import KeyRing
from radiokey.base.keys.seal import NONCE_SIZE, SealKey
from radiokey.base.ports.store import ImportStep, Randomness, Store, StoredAct, StoredUnit
from radiokey.base.units.csv_reader import Batch, CheckedLine, Reason, Refusal, UnitFile
from radiokey.clock import Clock
from radiokey.errors import InputError, StoreError, UnitExistsError, UsageError
from radiokey.language.speech import gettext

BATCH_LINES: Final = 10_000
ACT: Final = "unit:import"
_HEADER_LINES: Final = 1

Refuse = Callable[[Sequence[Refusal]], None]
OnProgress = Callable[[int, int], None]
"""Called with the bytes that are done and the bytes of the file."""


@dataclass(frozen=True, slots=True)
class ImportResult:
    """How far a file has come, counted from its beginning; this run went on after line `resumed_at`."""

    lines: int
    accepted: int
    refused: int
    resumed_at: int


@dataclass(slots=True)
class Preview:
    """What an import would do: units by model and market, how many lines would be refused."""

    units: Counter[tuple[str, str]] = field(default_factory=Counter)
    refused: int = 0
    resumed_at: int = 0


class Report:
    """The file of what was refused. A batch's rows are on disk before it is committed."""

    __slots__ = ("_file", "_kept")

    def __init__(self, path: Path) -> None:
        """Open or make it; what stands in it is kept until `resume` says how much of it holds."""
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
            self._file = os.fdopen(descriptor, "r+b")
        except OSError as error:
            raise InputError(
                gettext("the report cannot be written: {strerror}", strerror=error.strerror),
                hint=gettext("name another file"),
            ) from error
        self._kept = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def resume(self, after: int) -> None:
        """Keep the rows of lines up to `after`, and cut off the rest."""
        self._file.seek(0)
        head = self._file.readline(len(_HEAD))
        if not _HEAD.startswith(head):
            raise UsageError(
                gettext("the report's file holds something else"), hint=gettext("name another file")
            )
        whole = head == _HEAD
        self._kept = len(head) if whole else 0
        for row in self._file if whole else ():
            line = _ROW.fullmatch(row)
            if line is None or int(line[1]) > after:
                break
            self._kept += len(row)
        self._put(b"" if whole else _HEAD)
        self.keep()

    def write(self, refused: Sequence[Refusal]) -> None:
        """Write a batch's rows, in place of those that were written since `keep`."""
        text = io.StringIO()
        csv.writer(text).writerows((one.line, one.column, one.reason.value) for one in refused)
        self._put(text.getvalue().encode())

    def append(self, refused: Sequence[Refusal]) -> None:
        """Write a batch's rows and keep them: for a preview, which commits nothing."""
        self.write(refused)
        self.keep()

    def keep(self) -> None:
        """Keep what was written."""
        self._kept = self._file.tell()

    def _put(self, rows: bytes) -> None:
        try:
            self._file.seek(self._kept)
            self._file.truncate()
            self._file.write(rows)
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            raise StoreError(
                gettext("the report cannot be written: {strerror}", strerror=error.strerror),
                hint=gettext("make room, then import again"),
            ) from error


_HEAD: Final = b"line,column,reason\r\n"
_ROW: Final = re.compile(rb"([0-9]{1,12}),.*\r\n")


class UnitImporter:
    """Imports files into a ledger."""

    __slots__ = ("_by", "_clock", "_randomness", "_ring", "_store")

    def __init__(self, store: Store, ring: KeyRing, clock: Clock, randomness: Randomness, by: str) -> None:
        self._store = store
        self._ring = ring
        self._clock = clock
        self._randomness = randomness
        self._by = by

    def run(
        self,
        file: UnitFile,
        *,
        strict: bool = False,
        report: Report | None = None,
        on_progress: OnProgress = lambda _, __: None,
    ) -> ImportResult:
        """Import `file`, going on where an earlier run of it ended.

        `strict` leaves a batch with a refused line out whole.

        Raises `StoreError`, `SealError`; `InputError` where the file changes; `UsageError` where another
        import of the same file is under way.
        """
        step = begun = first_step(self._store, file)
        if report is not None:
            report.resume(begun.lines)
        on_progress(step.offset, file.size)
        for batch in file.batches(step.lines + 1, step.offset, BATCH_LINES):
            step = self._import_batch(file, step, batch, strict=strict, report=report)
            on_progress(step.offset, file.size)
        return ImportResult(step.lines, step.accepted, step.refused, begun.lines)

    def _import_batch(
        self, file: UnitFile, before: ImportStep, batch: Batch, *, strict: bool, report: Report | None
    ) -> ImportStep:
        """Bring one batch in; return the step that is durable then."""
        checked, refused = file.check(batch)
        while True:
            if strict:
                checked, refused = _all_or_none(checked, refused)
            if report is not None:
                report.write(refused)
            step = ImportStep(
                file=before.file,
                lines=batch.last,
                offset=batch.offset,
                accepted=before.accepted + len(checked),
                refused=before.refused + len(refused),
                at_ms=self._clock.now_ms(),
                by=self._by,
            )
            try:
                with self._ring.sealing() as key:
                    self._commit(file, before, step, _sealed(checked, key, self._randomness))
            except UnitExistsError:
                checked, known = _without(checked, find_known(self._store, checked))
                if not known:
                    raise StoreError(
                        gettext("the database refuses units that it does not hold"),
                        hint=gettext("check its unique index"),
                    ) from None
                refused = sorted([*refused, *known], key=lambda one: one.line)
            else:
                if report is not None:
                    report.keep()
                return step

    def _commit(
        self, file: UnitFile, before: ImportStep, step: ImportStep, units: Sequence[StoredUnit]
    ) -> None:
        counts = f"lines {before.lines + 1} to {step.lines}, accepted {len(units)}"
        with self._store.concurrent_transaction() as transaction:
            now = transaction.import_step(before.file)
            if (now or before).offset != before.offset:
                raise UsageError(
                    gettext("another import of this file is under way"),
                    hint=gettext("let it end; then import again"),
                )
            if units:
                transaction.add_units(units)
                transaction.add_coverage(step, Counter(unit.model for unit in units))
            transaction.add_import_step(step)
            transaction.add_act(StoredAct(step.at_ms, self._by, ACT, step.file, counts))
            file.check_unchanged()


def preview(
    store: Store,
    file: UnitFile,
    *,
    strict: bool = False,
    refuse: Refuse = lambda _: None,
    on_progress: OnProgress = lambda _, __: None,
) -> Preview:
    """Return what an import of `file` would do now; `refuse` gets the refusals, batch by batch."""
    step = first_step(store, file)
    found = Preview(resumed_at=step.lines)
    with _seen() as repeated:
        for batch in file.batches(step.lines + 1, step.offset, BATCH_LINES):
            checked, refused = file.check(batch)
            known = find_known(store, checked) | repeated(checked, add=False)
            checked, more = _without(checked, known)
            refused = sorted([*refused, *more], key=lambda one: one.line)
            if strict:
                checked, refused = _all_or_none(checked, refused)
            repeated(checked, add=True)
            found.units.update((unit.model, unit.market) for unit in checked)
            found.refused += len(refused)
            refuse(refused)
            on_progress(batch.offset, file.size)
    return found


def first_step(store: Store, file: UnitFile) -> ImportStep:
    """Return where an import of `file` begins: after its last durable batch, or after its header."""
    digest = file.digest()
    with store.snapshot() as snapshot:
        step = snapshot.import_step(digest)
    return step or ImportStep(digest, _HEADER_LINES, file.start, 0, 0, 0, "")


Name = tuple[str, str]


def find_known(store: Store, checked: Collection[CheckedLine]) -> set[Name]:
    """Return the kinds and numbers of those units that the ledger has already."""
    if not checked:
        return set()
    with store.snapshot() as snapshot:
        cards = snapshot.unit_cards({unit.kind for unit in checked}, {unit.number for unit in checked})
    return {(card.kind, card.number) for card in cards}


def _without(
    checked: Sequence[CheckedLine], known: Collection[Name]
) -> tuple[list[CheckedLine], list[Refusal]]:
    """Take out the units that are known."""
    left = [unit for unit in checked if (unit.kind, unit.number) not in known]
    out = [unit for unit in checked if (unit.kind, unit.number) in known]
    return left, [Refusal(unit.line, "serial", Reason.KNOWN) for unit in out]


def _all_or_none(
    checked: list[CheckedLine], refused: list[Refusal]
) -> tuple[list[CheckedLine], list[Refusal]]:
    """Leave a batch out whole if a line of it is refused."""
    if not refused:
        return checked, refused
    left_out = [Refusal(unit.line, "", Reason.LEFT_OUT) for unit in checked]
    return [], sorted([*refused, *left_out], key=lambda one: one.line)


def _sealed(checked: Sequence[CheckedLine], key: SealKey, randomness: Randomness) -> list[StoredUnit]:
    """Return the units with their codes sealed."""
    nonces = memoryview(randomness.bytes(NONCE_SIZE * len(checked)))
    units = []
    for at, (_, kind, number, serial, model, market, vin, code) in enumerate(checked):
        nonce = bytes(nonces[NONCE_SIZE * at : NONCE_SIZE * (at + 1)])
        sealed = key.seal(kind, number, model, code, nonce)
        units.append(StoredUnit(kind, number, serial, model, market, vin, key.id, sealed))
    return units


@contextmanager
def _seen() -> Iterator[Callable[..., set[Name]]]:
    """Lend a memory of names for ten million lines: a table that lies on disk where it grows large."""
    with closing(sqlite3.connect("")) as table:
        table.execute("CREATE TABLE seen (number TEXT, kind TEXT, PRIMARY KEY (number, kind)) WITHOUT ROWID")

        def seen(checked: Sequence[CheckedLine], *, add: bool) -> set[Name]:
            names = [(unit.number, unit.kind) for unit in checked]
            if add:
                table.executemany("INSERT INTO seen VALUES (?, ?)", names)
                return set()
            look = "SELECT kind, number FROM seen WHERE number = ? AND kind = ?"
            return {row for name in names if (row := table.execute(look, name).fetchone())}

        yield seen
