"""`radiokey base keys` and `radiokey base import`, through the real command line."""

import os
import re
import sqlite3
import subprocess
import sys
from contextlib import closing, suppress
from pathlib import Path

import pytest

from radiokey.base.bootstrap import open_base
from radiokey.base.keys.keyring import KeyRing
from radiokey.serial.number import parse

HEADER = "serial,model,market,vin,code\n"
GOOD = "22000055,honda_audio5,EU,,12345\n22000056,honda_audio5,US,1M8GDM9AXKP042788,66666\n"
CANARY = "9F3E7A1B"
DOCS = (Path(__file__).parents[2] / "docs" / "cli.md").read_text("utf-8")


@pytest.fixture
def base(cli, database):
    """A command on this test's base."""
    cli("base", "init", "--database", database)
    return lambda *arguments: cli("base", *arguments, "--database", database)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "units.csv"
    path.write_text(HEADER + GOOD)
    return path


def units(database) -> int:
    with closing(sqlite3.connect(database)) as opened:
        return opened.execute("SELECT count(*) FROM unit").fetchone()[0]


def documented(fields, command: str) -> bool:
    said = DOCS.partition(f"## radiokey base {command}\n")[2].partition("\n## ")[0]
    return set(fields) <= set(re.findall(r"`([a-z_]+)`", said))


def test_from_a_file_to_codes_that_open(base, database, file):
    assert base("keys", "add").code == 0
    done = base("import", file)
    assert (done.code, done.out, done.err) == (0, "2 units of this file entered, no line was refused.\n", "")
    with open_base(database) as opened, opened.stores.of(None).snapshot() as snapshot:
        serial = parse("22000056", kinds=("honda-8",)).serial
        (unit,) = snapshot.units_of([serial.kind], [serial.key])
        assert opened.ring.code_of(unit).reveal() == "66666"
    again = base("import", file, "--json")
    assert again.document == {"lines": 3, "accepted": 2, "refused": 0, "resumed_at": 3}
    assert "went on after line 3" in again.err
    assert documented(again.document, "import")


def test_a_base_without_a_key_ring_takes_no_units(base, database, file):
    base("import", file).refused(70, "there is no key ring")
    assert units(database) == 0


def test_a_second_ring_is_not_made_over_a_lost_one(base, database, file):
    """It would open none of the codes, and the next backup would hold it instead."""
    base("keys", "add")
    base("import", file)
    Path(f"{database}.keys").unlink()
    base("keys", "add").refused(70, "keys of a ring that is not here")
    assert not Path(f"{database}.keys").exists()


def test_a_preview_says_what_would_happen_and_why_and_needs_no_key(base, database, file, tmp_path):
    with file.open("a") as more:
        more.write(f"22000055,honda_audio5,EU,,{CANARY}\n{CANARY}\n22000055,honda_audio5,EU,,12345\n")
    seen = base("import", file, "--preview")
    assert (seen.code, seen.err) == (0, "")
    assert seen.out.splitlines() == [
        "line 4, code: this radio cannot have such a code",
        "line 5: it has not 5 fields",
        "line 6, serial: a line before it in its batch has this number",
        "honda_audio5  EU  1",
        "honda_audio5  US  1",
        "2 units would enter, 3 lines were refused. Nothing was written.",
    ]
    assert units(database) == 0
    told = base("import", file, "--preview", "--json").document
    assert (told["accepted"], told["refused"], told["resumed_at"]) == (2, 3, 1)
    assert told["units"][1] == {"model": "honda_audio5", "market": "US", "units": 1}
    assert told["refusals"][1] == {"line": 5, "column": "", "reason": "it has not 5 fields"}
    assert documented([*told, *told["units"][0], *told["refusals"][0]], "import")
    report = tmp_path / "report.csv"
    short = base("import", file, "--preview", "--report", report).out
    assert short.count("\n") == 3
    assert len(report.read_text().splitlines()) == 4


def test_refused_lines_are_counted_and_reported_without_what_stood_in_them(base, file, tmp_path):
    base("keys", "add")
    with file.open("a") as more:
        more.write(f"22000057,honda_audio5,EU,,{CANARY}\n{CANARY},honda_audio5,EU,,12345\n")
    report = tmp_path / "report.csv"
    done = base("import", file, "--report", report)
    assert done.out == "2 units of this file entered, 2 lines were refused.\n"
    assert [row.split(",")[:2] for row in report.read_text().splitlines()[1:]] == [
        ["4", "code"],
        ["5", "serial"],
    ]
    for left in tmp_path.iterdir():
        if left != file:
            assert CANARY.encode() not in left.read_bytes(), left.name
    assert CANARY not in done.err
    unreported = base("import", file)
    assert "which lines, and why" in unreported.err


def test_strict_leaves_the_batch_out(base, database, file):
    base("keys", "add")
    with file.open("a") as more:
        more.write("?\n")
    assert base("import", file, "--strict", "--json").document["accepted"] == 0
    assert units(database) == 0


def test_a_file_that_is_none_or_has_another_header_is_refused(base, tmp_path, file):
    base("keys", "add")
    base("import", tmp_path / "none.csv").refused(65, "cannot be read")
    file.write_text("serial;model;market;vin;code\n")
    base("import", file).refused(65, "the first line names the columns")


def test_a_bar_is_drawn_on_a_terminal_and_the_result_stays_alone(base, database, file):
    base("keys", "add")
    ours, theirs = os.openpty()
    command = [sys.executable, "-m", "radiokey", "base", "import", str(file), "--database", str(database)]
    ran = subprocess.run(command, stdout=subprocess.PIPE, stderr=theirs, text=True, check=True)
    os.close(theirs)
    drawn = b""
    with suppress(OSError):  # what Linux says where nobody holds the other end any more
        while piece := os.read(ours, 100_000):  # a piece at a time, as it was written
            drawn += piece
    os.close(ours)
    assert b"100%" in drawn
    assert ran.stdout == "2 units of this file entered, no line was refused.\n"


def test_keys_are_listed_added_rotated_and_taken_out(base, file):
    made = base("keys", "add", "--json").document
    assert made["standing"] == "current"
    base("import", file)
    waiting = base("keys", "add", "--json").document
    assert waiting["standing"] == "waiting"
    rows = base("keys", "list", "--json").document
    assert [(row["id"], row["standing"], row["sealed"]) for row in rows] == [
        (made["id"], "current", 2),
        (waiting["id"], "waiting", 0),
    ]
    assert {row["sealed_max"] for row in rows} == {2**32}
    done = base("keys", "rotate", "--retire", "--json").document
    assert done == {"key": waiting["id"], "begun": True, "resealed": 2, "retired": [made["id"]]}
    listed = base("keys", "list").out
    assert re.fullmatch(
        rf"{waiting['id']}  \d{{4}}-\d\d-\d\d  current  2 sealed  0.00% of what it may  0 papers\n", listed
    )
    assert documented([*rows[0], *done, *made], "keys")
    said = base("keys", "rotate", "--retire").out.splitlines()
    assert said[0].startswith("2 codes are sealed anew; the key is ")
    assert said[1].startswith(f"The key {waiting['id']} was taken out")


def test_a_code_that_does_not_open_is_told_and_its_key_stays(base, database, file):
    key = base("keys", "add", "--json").document["id"]
    base("import", file)
    with closing(sqlite3.connect(database)) as opened, opened:
        opened.execute("UPDATE unit SET sealed = zeroblob(44) WHERE number = '22000055'")
    base("keys", "rotate", "--retire").refused(70, "1 code does not open")
    rows = base("keys", "list", "--json").document
    assert [(row["id"] == key, row["standing"], row["sealed"]) for row in rows] == [
        (True, "old", 1),
        (False, "current", 1),
    ]


def test_a_key_that_is_missing_is_listed(base, database, file):
    base("keys", "add")
    base("import", file)
    Path(f"{database}.keys").unlink()
    with open_base(database) as opened:
        KeyRing.make(opened.location.secret("keys"), opened.randomness, 1)
    listed = base("keys", "list")
    assert [row.split()[1] for row in listed.out.splitlines()] == ["1970-01-01", "missing"]
    assert "put the ring back" in listed.err
