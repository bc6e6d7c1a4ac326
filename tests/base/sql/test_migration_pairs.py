"""The two databases run the same steps; a step that only one of them has says why in docs/spec/migrations.md."""

import re
from pathlib import Path

import pytest

from radiokey.base.sql.statements import migration_steps

PAGE = Path(__file__).parents[3] / "docs" / "spec" / "migrations.md"
DIALECTS = ("sqlite", "postgresql")
NAME = re.compile(r"(\d{4})-([a-z-]+)\.sql")


def steps(dialect):
    """Return the number and the script of each step by its name, in their order."""
    found = {}
    for file, script in migration_steps(dialect):
        number, name = NAME.fullmatch(file).groups()
        assert name not in found, f"{dialect} has two steps of the name {name}"
        found[name] = (number, script)
    return found


STEPS = {dialect: steps(dialect) for dialect in DIALECTS}
BOTH = [name for name in STEPS["sqlite"] if name in STEPS["postgresql"]]


def rows():
    cells = re.findall(r"^\| `([a-z-]+)` \|(.*)\|(.*)\|(.*)\|$", PAGE.read_text("utf-8"), re.MULTILINE)
    return [tuple(cell.strip() for cell in row) for row in cells]


def made(script):
    """Return what a script makes: tables with their columns, columns added, indexes with the columns they cover.

    What an index computes is said in each database's own words.
    """
    tables = {}
    for table, body in re.findall(r"^CREATE TABLE (\w+) \(\n(.*?)^\)", script, re.MULTILINE | re.DOTALL):
        tables[table] = re.findall(r"^ {4}([a-z]\w*) ", body, re.MULTILINE)
    columns = re.findall(r"^ALTER TABLE (\w+) ADD COLUMN (\w+)", script, re.MULTILINE)
    indexes = re.findall(r"^CREATE (UNIQUE )?INDEX (\w+) ON (\w+) (\([\w, ]*\))?", script, re.MULTILINE)
    return tables, columns, indexes


def test_each_database_numbers_its_steps_from_one_without_a_gap():
    for dialect in DIALECTS:
        numbers = [int(number) for number, _ in STEPS[dialect].values()]
        assert numbers == list(range(1, len(numbers) + 1)), dialect


def test_the_table_lists_every_step_with_its_number_in_the_order_of_both():
    listed = rows()
    for place, dialect in enumerate(DIALECTS, 1):
        there = {row[0]: row[place] for row in listed if row[place]}
        assert list(there.items()) == [(name, number) for name, (number, _) in STEPS[dialect].items()], (
            dialect
        )


def test_a_step_of_one_database_alone_says_why_and_no_other_does():
    for name, first, second, why in rows():
        assert bool(why) == (not (first and second)), name
        assert not why or len(why) > 20, name


@pytest.mark.parametrize("name", BOTH)
def test_paired_steps_make_the_same_tables_columns_and_indexes(name):
    first, second = (made(STEPS[dialect][name][1]) for dialect in DIALECTS)
    assert any(first)
    assert first == second


def test_a_step_of_one_database_alone_makes_no_table():
    for dialect, found in STEPS.items():
        for name in found.keys() - set(BOTH):
            assert made(found[name][1]) == ({}, [], []), f"{dialect} {name}"
