"""The import on both databases: each batch wholly or not at all, each unit once, wherever it is cut off."""

import json
import random
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from radiokey.base.keys.keyring import KeyRing
from radiokey.base.sql.postgresql import Principal
from radiokey.base.sql.transaction import SqlTransaction
from radiokey.base.units import importer
from radiokey.base.units.csv_reader import Reason, UnitFile
from radiokey.base.units.importer import ImportResult, Report, UnitImporter, preview
from radiokey.errors import InputError, OurFaultError, StoreError, UsageError

HEADER = "serial,model,market,vin,code\n"
BATCH = 5
CANARY = "9F3E7A1B"


class Seeded:
    def __init__(self) -> None:
        self._random = random.Random(1)  # noqa: S311 - the same in every run

    def bytes(self, count: int) -> bytes:
        return self._random.randbytes(count)


class Other(Seeded):
    def __init__(self) -> None:
        self._random = random.Random(2)  # noqa: S311 - the same in every run


@pytest.fixture(autouse=True)
def small_batches(monkeypatch):
    monkeypatch.setattr(importer, "BATCH_LINES", BATCH)


@pytest.fixture
def ring(tmp_path) -> KeyRing:
    return KeyRing.make(tmp_path / "base.keys", Seeded(), 1)


@pytest.fixture
def bring(registrar, ring, clock):
    return UnitImporter(registrar, ring, clock, Seeded(), "ann")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "units.csv"


@dataclass(frozen=True)
class World:
    """A ledger, its key ring, a file, and whoever imports it."""

    both: Any
    ring: KeyRing
    path: Path
    clock: Any

    def run(self, path: Path | None = None, *, strict: bool = False) -> ImportResult:
        """Import the file and write the report beside it."""
        store = self.both.store(Principal.REGISTRAR)
        with UnitFile(path or self.path) as file, Report(self.report) as report:
            bring = UnitImporter(store, self.ring, self.clock, Seeded(), "ann")
            return bring.run(file, strict=strict, report=report)

    @property
    def report(self) -> Path:
        return self.path.with_name("report.csv")

    def rows(self) -> list[str]:
        return self.report.read_text().splitlines()[1:]

    def codes(self) -> dict[str, str]:
        return ledger(self.both, self.ring)


@pytest.fixture
def world(both, ring, path, clock) -> World:
    return World(both, ring, path, clock)


def line(number: int, code: str = "") -> str:
    return f"{22_000_000 + number},honda_audio5,EU,,{code or 11111 + number % 6}\n"


def write(path, lines) -> None:
    path.write_text(HEADER + "".join(lines))


def ledger(both, ring) -> dict[str, str]:
    """Every unit's code, opened as the door would."""
    with both.store().snapshot() as snapshot:
        numbers = [row[0] for row in both.behind("SELECT number FROM unit")]
        return {n: ring.code_of(*snapshot.units_of(["honda-8"], [n])).reveal() for n in numbers}


def covered(both) -> dict[str, int]:
    with both.store(Principal.DESK).snapshot() as seen:
        return {one.model: one.units for one in seen.coverage()}


def steps(both) -> list[tuple]:
    rows = both.behind(
        "SELECT lines, byte_offset, accepted, refused, by FROM import_step ORDER BY byte_offset"
    )
    return [tuple(row) for row in rows]


def acts(both) -> list[str]:
    return [row[0] for row in both.behind("SELECT detail FROM audit WHERE act = 'unit:import' ORDER BY id")]


def expected(count: int) -> dict[str, str]:
    return {str(22_000_000 + number): str(11111 + number % 6) for number in range(count)}


def test_every_unit_is_in_and_its_code_is_sealed(bring, path, both, ring):
    write(path, map(line, range(12)))
    told = []
    with UnitFile(path) as file:
        done = bring.run(file, on_progress=lambda at, size: told.append((at, size)))
    assert done == ImportResult(lines=13, accepted=12, refused=0, resumed_at=1)
    assert ledger(both, ring) == expected(12)
    size = path.stat().st_size
    assert [step[0] for step in steps(both)] == [6, 11, 13]
    assert steps(both)[-1] == (13, size, 12, 0, "ann")
    assert acts(both) == [
        "lines 2 to 6, accepted 5",
        "lines 7 to 11, accepted 5",
        "lines 12 to 13, accepted 2",
    ]
    assert told[0] == (len(HEADER), size)
    assert told[-1] == (size, size)


def test_the_same_file_again_does_nothing(bring, path, both):
    write(path, map(line, range(12)))
    for _ in range(2):
        with UnitFile(path) as file:
            done = bring.run(file)
    assert done == ImportResult(lines=13, accepted=12, refused=0, resumed_at=13)
    assert len(acts(both)) == 3


def test_refused_lines_stay_out_and_the_rest_of_their_batch_is_in(bring, path, both, ring, tmp_path):
    lines = [*map(line, range(8)), line(8, "19999"), "?\n", line(3), *map(line, range(8, 12))]
    write(path, lines)
    with UnitFile(path) as file, Report(tmp_path / "report.csv") as report:
        done = bring.run(file, report=report)
    assert done == ImportResult(lines=16, accepted=12, refused=3, resumed_at=1)
    assert ledger(both, ring) == expected(12)
    assert (tmp_path / "report.csv").read_bytes().decode().split("\r\n") == [
        "line,column,reason",
        f"10,code,{Reason.CODE}",
        f"11,,{Reason.FIELDS}",
        f"12,serial,{Reason.KNOWN}",
        "",
    ]


def test_strictly_a_batch_with_a_refused_line_is_left_out_whole(bring, path, both, ring, tmp_path):
    """Refused for its form, or known to the ledger: the others of its batch are left out, the other batches not."""
    write(path, [*map(line, range(5)), line(5), line(6, "9"), *map(line, (7, 8, 9)), *map(line, (10, 0, 11))])
    with UnitFile(path) as file, Report(tmp_path / "report.csv") as report:
        done = bring.run(file, strict=True, report=report)
    assert done == ImportResult(lines=14, accepted=5, refused=8, resumed_at=1)
    assert ledger(both, ring) == expected(5)
    rows = (tmp_path / "report.csv").read_text().splitlines()[1:]
    assert [row.partition(",")[0] for row in rows] == ["7", "8", "9", "10", "11", "12", "13", "14"]
    assert Counter(row.rpartition(",")[2] for row in rows)[Reason.LEFT_OUT] == 6
    assert f"13,serial,{Reason.KNOWN}" in rows


def test_what_the_ledger_has_is_refused_and_stays_as_it_is(bring, path, both, ring):
    """A corrected file is another file: its new units enter, those of before are named."""
    write(path, map(line, range(7)))
    with UnitFile(path) as file:
        bring.run(file)
    write(path, [line(number, "66666") for number in range(12)])
    with UnitFile(path) as file:
        done = bring.run(file)
    assert (done.accepted, done.refused) == (5, 7)
    assert ledger(both, ring) == expected(7) | {str(22_000_000 + n): "66666" for n in range(7, 12)}


class Cut(BaseException):
    """The process ends here."""


@contextmanager
def cut(monkeypatch, at: int, *, error: BaseException | None = None, after: bool = False):
    """End the process before or after the `at`-th statement that writes, or let it fail."""
    calls = iter(range(1, 1_000))
    patches = []
    for verb in ("add_units", "add_import_step", "add_act"):
        for kind in SqlTransaction.__subclasses__() if verb == "add_units" else [SqlTransaction]:
            real = getattr(kind, verb)

            def fails(self, value, real=real):
                number = next(calls)
                if number == at and not after:
                    raise error or Cut
                real(self, value)
                if number == at:
                    raise error or Cut

            patches.append((kind, verb, fails))
    with monkeypatch.context() as patched:
        for kind, verb, fails in patches:
            patched.setattr(kind, verb, fails)
        yield


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", range(1, 10))
def test_a_cut_at_any_statement_and_going_on_bring_each_unit_in_once(world, monkeypatch, at, after):
    """Three batches, three writing statements each; a cut in each, before and after it."""
    write(world.path, [*map(line, range(7)), "?\n", *map(line, range(7, 12))])
    with pytest.raises(Cut), cut(monkeypatch, at, after=after):
        world.run()
    whole = (at - 1) // 3
    assert len(acts(world.both)) == len(steps(world.both)) == whole
    assert len(world.codes()) == [0, 5, 9][whole]
    done = world.run()
    assert done == ImportResult(lines=14, accepted=12, refused=1, resumed_at=[1, 6, 11][whole])
    assert world.codes() == expected(12)
    assert covered(world.both) == {"honda_audio5": 12}
    assert world.rows() == [f"9,,{Reason.FIELDS}"]


def test_a_failing_database_keeps_nothing_of_the_batch(bring, path, both, monkeypatch):
    write(path, map(line, range(7)))
    full = StoreError("the disk is full")
    with pytest.raises(StoreError), cut(monkeypatch, 6, error=full), UnitFile(path) as file:
        bring.run(file)
    assert len(steps(both)) == 1
    assert both.behind("SELECT count(*) FROM unit")[0][0] == 5


def test_where_the_audit_cannot_be_written_no_unit_enters(bring, path, both):
    write(path, map(line, range(7)))
    both.behind("ALTER TABLE audit RENAME TO gone")
    with pytest.raises(StoreError), UnitFile(path) as file:
        bring.run(file)
    assert both.behind("SELECT count(*) FROM unit")[0][0] == 0
    assert steps(both) == []


def test_a_file_that_changes_while_it_is_read_stops_before_the_commit(bring, path, both):
    write(path, map(line, range(12)))

    def somebody_writes(at: int, size: int) -> None:
        if len(HEADER) < at < size:
            with path.open("a") as other:
                other.write(line(99))

    with pytest.raises(InputError, match="changed while it was read"), UnitFile(path) as file:
        bring.run(file, on_progress=somebody_writes)
    assert len(steps(both)) == 1
    assert both.behind("SELECT count(*) FROM unit")[0][0] == 5


def test_two_imports_of_one_file_exclude_each_other(bring, path, both, ring, clock):
    """The second begins while the first is between two batches, and overtakes it; the first then stops."""
    write(path, map(line, range(12)))
    other = UnitImporter(both.store(Principal.REGISTRAR), ring, clock, Seeded(), "bob")
    overtaken = []

    def overtake(at: int, size: int) -> None:
        if len(HEADER) < at < size and not overtaken:
            overtaken.append(at)
            with UnitFile(path) as file:
                other.run(file)

    with pytest.raises(UsageError, match="under way"), UnitFile(path) as file:
        bring.run(file, on_progress=overtake)
    assert ledger(both, ring) == expected(12)
    assert [step[-1] for step in steps(both)] == ["ann", "bob", "bob"]


def test_units_that_come_in_between_the_look_and_the_adding_are_known_too(world, monkeypatch):
    """Another file's import is quicker by one unit, twice."""
    write(world.path, map(line, range(5)))
    others = iter([3, 1])
    look = importer.find_known

    def looks(store, checked):
        known = look(store, checked)
        number = next(others, None)
        if number is not None:
            single = world.path.with_name(f"{number}.csv")
            write(single, [line(number, "66666")])
            with monkeypatch.context() as patched, UnitFile(single) as file:
                patched.setattr(importer, "find_known", look)
                registrar = world.both.store(Principal.REGISTRAR)
                UnitImporter(registrar, world.ring, world.clock, Other(), "bob").run(file)
        return known

    first = world.path.with_name("first.csv")
    write(first, [line(0, "66666")])
    world.run(first)
    monkeypatch.setattr(importer, "find_known", looks)
    done = world.run()
    assert (done.accepted, done.refused) == (2, 3)
    assert world.codes() == {
        str(22_000_000 + n): "66666" if n in {0, 1, 3} else str(11111 + n) for n in range(5)
    }


def test_an_index_that_refuses_what_is_not_there_is_our_fault(bring, path, monkeypatch):
    """Else the import would go round for ever."""
    write(path, map(line, range(3)))
    with UnitFile(path) as file:
        bring.run(file)
    write(path, map(line, range(2)))
    monkeypatch.setattr(importer, "find_known", lambda *_: set())
    with pytest.raises(OurFaultError, match="does not hold"), UnitFile(path) as file:
        bring.run(file)


@pytest.mark.parametrize("strict", [False, True])
def test_a_preview_says_exactly_what_an_import_then_does(world, registrar, strict):
    """Repeats across batches too, and what the ledger has; and it writes nothing at all."""
    path, both = world.path, world.both
    write(path, map(line, (2, 20)))
    world.run()
    lines = [
        *map(line, range(5)),
        line(5),
        line(0),
        line(6),
        line(6),
        "?\n",
        *map(line, (7, 8, 9, 10, 11)),
        line(5),
    ]
    write(path, [*lines, "0123456789ABCDEF,toyota_erc_legacy,JP,,00000000\n"])
    before = (steps(both), acts(both), world.codes())
    refusals = []
    with UnitFile(path) as file:
        seen = preview(registrar, file, strict=strict, refuse=refusals.extend)
    assert (steps(both), acts(both), world.codes()) == before
    done = world.run(strict=strict)
    assert (sum(seen.units.values()), seen.refused) == (done.accepted, done.refused)
    told = [[str(one.line), one.column] for one in refusals]
    assert told == [row.split(",")[:2] for row in world.rows()]
    if not strict:
        assert seen.units == {("honda_audio5", "EU"): 11, ("toyota_erc_legacy", "JP"): 1}


def test_a_preview_of_a_file_that_is_half_in_begins_where_the_import_would(
    bring, registrar, path, monkeypatch
):
    write(path, map(line, range(12)))
    with pytest.raises(Cut), cut(monkeypatch, 4), UnitFile(path) as file:
        bring.run(file)
    with UnitFile(path) as file:
        seen = preview(registrar, file)
    assert (seen.resumed_at, seen.refused, sum(seen.units.values())) == (6, 0, 7)


def test_no_code_is_in_the_database_the_report_or_an_error(bring, path, both, tmp_path):
    """Canaries: long codes, some in lines that are refused."""
    write(
        path,
        [
            f"0123456789ABCDEF,toyota_erc_legacy,JP,,{CANARY}\n",
            f"0123456789ABCDEF,toyota_erc_legacy,JP,,{CANARY}\n",
            f"{CANARY},toyota_erc_legacy,JP,,0123456789ABCDEF\n",
            f"0123456789ABCDE0,{CANARY},JP,,{CANARY}\n",
            f"0123456789ABCDE1,toyota_erc_legacy,{CANARY},{CANARY},{CANARY}\n",
        ],
    )
    with UnitFile(path) as file, Report(tmp_path / "report.csv") as report:
        done = bring.run(file, report=report)
    assert (done.accepted, done.refused) == (1, 4)
    both.close()
    kept = [file for file in tmp_path.iterdir() if file != path]
    assert any("report" in file.name for file in kept)
    for file in kept:
        assert CANARY.encode() not in file.read_bytes(), file.name
    tables = [both.behind(f"SELECT * FROM {table}") for table in ("unit", "import_step", "audit")]  # noqa: S608
    assert CANARY not in json.dumps(tables, default=repr)


def test_going_on_otherwise_leaves_no_row_of_the_batch_that_was_given_up(world, monkeypatch):
    """Cut off while it left a whole batch out, then run without `strict`: one line is refused, not five."""
    write(world.path, [line(0), "?\n", *map(line, range(1, 4))])
    with pytest.raises(Cut), cut(monkeypatch, 1):
        world.run(strict=True)
    assert len(world.rows()) == 5
    assert world.run().accepted == 4
    assert world.rows() == [f"3,,{Reason.FIELDS}"]


def test_a_batch_that_is_tried_again_is_reported_once(world):
    """Its first rows were written for a batch that did not enter."""
    write(world.path, [line(0)])
    world.run()
    write(world.path, ["?\n", *map(line, range(4))])
    assert world.run().accepted == 3
    assert world.rows() == [f"2,,{Reason.FIELDS}", f"3,serial,{Reason.KNOWN}"]


@pytest.mark.parametrize("held", [b"six years of work\n", b"line,column,reason of it all\r\n", b"\xff\xfe\0"])
def test_a_report_is_not_written_over_something_else(world, held):
    write(world.path, map(line, range(3)))
    world.report.write_bytes(held)
    with pytest.raises(UsageError):
        world.run()
    assert world.report.read_bytes() == held
    assert steps(world.both) == []
    with pytest.raises(InputError, match="cannot be written"):
        Report(world.report.parent)


@pytest.mark.parametrize(
    "torn", [b"", b"line,col", b"line,column,reason\r\n9,", b"line,column,reason\r\n9,x\r\n?,"]
)
def test_a_report_that_a_crash_tore_is_mended(world, torn):
    """Nothing was committed yet: what stands there is of a batch that is read again."""
    write(world.path, [*map(line, range(2)), "?\n"])
    world.report.write_bytes(torn)
    world.run()
    assert world.rows() == [f"4,,{Reason.FIELDS}"]


def test_a_rotation_between_two_batches_is_seen(bring, path, ring, both, tmp_path):
    write(path, map(line, range(12)))
    others = KeyRing(tmp_path / "base.keys")

    def rotate(at: int, size: int) -> None:
        if len(HEADER) < at < size and len(others.cards()) == 1:
            others.advance(Other(), 2)

    with UnitFile(path) as file:
        bring.run(file, on_progress=rotate)
    counts = dict(map(tuple, both.behind("SELECT key, count(*) FROM unit GROUP BY key")))
    assert counts == {ring.cards()[0].id: 5, ring.cards()[1].id: 7}
    assert ledger(both, ring) == expected(12)
