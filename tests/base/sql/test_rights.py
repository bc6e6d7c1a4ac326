"""docs/spec/rights.md, tried: every principal, table, column and verb, on a real server.

Each principal signs in through an account that is a member of its role alone, as an operator would have it who
wants the walls to hold against the server too. What is tried is a statement, not what a catalogue says of it.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.errors import InsufficientPrivilege

from radiokey.base.sql.postgresql import Principal, migrate, roles_of

PAGE = Path(__file__).parents[3] / "docs" / "spec" / "rights.md"
VERBS = {"S": "SELECT", "I": "INSERT", "U": "UPDATE", "D": "DELETE"}
PRINCIPALS = [principal.value for principal in Principal]
WHOLE = ""
"""Stands for the whole table, where a verb knows no columns."""


class Roles:
    """A database made by migrations alone, and an account for each principal."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.tables: dict[str, list[str]] = {}
        with psycopg.connect(url) as owner:
            self.names = {principal.value: roles_of(owner).of(principal) for principal in Principal}
            for table, column in owner.execute(
                "SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND "
                "a.attnum > 0 AND NOT a.attisdropped JOIN pg_namespace n ON n.oid = c.relnamespace "
                "WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname !~ '^(pg_|information_schema)' "
                "ORDER BY 1, a.attnum"
            ):
                self.tables.setdefault(table, []).append(column)

    def sign_in(self, principal: str) -> psycopg.Connection:
        return psycopg.connect(self.url, autocommit=True, user=f"{principal}_alone")


@pytest.fixture(scope="module")
def roles(postgres) -> Iterator[Roles]:
    """The rights to a database do not follow its template: this one is migrated itself."""
    url = postgres.empty()
    migrate(url)
    accounts = [*PRINCIPALS, "nobody"]
    with psycopg.connect(url, autocommit=True) as owner:
        for name in accounts:
            owner.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(f"{name}_alone")))
    made = Roles(url)
    with psycopg.connect(url, autocommit=True) as owner:
        for name, role in made.names.items():
            owner.execute(
                sql.SQL("GRANT {} TO {}").format(sql.Identifier(role), sql.Identifier(f"{name}_alone"))
            )
    yield made
    with psycopg.connect(url, autocommit=True) as owner:
        for name in accounts:
            owner.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(f"{name}_alone")))


@contextmanager
def undone(connection: psycopg.Connection) -> Iterator[None]:
    """Run something and keep nothing of it."""
    with connection.transaction(force_rollback=True):
        yield


def allowed(connection: psycopg.Connection, statement: sql.Composable) -> bool:
    """Try a statement that changes nothing; any other no than one of rights is an error of the test."""
    try:
        with undone(connection):
            connection.execute(statement)
    except InsufficientPrivilege:
        return False
    return True


def attempts(table: str, columns: list[str]) -> Iterator[tuple[str, str, sql.Composable]]:
    """Yield each verb, column and the statement that needs exactly this right."""
    name = sql.Identifier(table)
    yield "DELETE", WHOLE, sql.SQL("DELETE FROM {} WHERE false").format(name)
    yield "TRUNCATE", WHOLE, sql.SQL("TRUNCATE {} CASCADE").format(name)
    for column in columns:
        one = sql.Identifier(column)
        yield "SELECT", column, sql.SQL("SELECT {} FROM {} LIMIT 0").format(one, name)
        yield (
            "INSERT",
            column,
            sql.SQL("INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE SELECT NULL WHERE false").format(name, one),
        )
        yield "UPDATE", column, sql.SQL("UPDATE {} SET {} = DEFAULT WHERE false").format(name, one)


def written(text: str) -> dict[tuple[str, str], str]:
    """Return the cells of the page's table by table and principal."""
    rows = [
        [cell.strip() for cell in line.strip().strip("|").split("|")]
        for line in text.splitlines()
        if line.startswith("|")
    ]
    principals = rows[0][1:]
    assert principals == PRINCIPALS
    return {
        (row[0].strip("`"), principal): cell
        for row in rows[2:]
        for principal, cell in zip(principals, row[1:], strict=True)
    }


def granted(cell: str, columns: list[str]) -> set[tuple[str, str]]:
    """Return the rights that a cell names."""
    found = set()
    for part in filter(None, (part.strip() for part in cell.split(";"))):
        letters, _, named = part.partition(":")
        names = re.findall(r"\w+", named.replace("all but", ""))
        assert set(names) <= set(columns), f"{part}: no such column"
        some = [one for one in columns if one not in names] if "all but" in named else names or columns
        for letter in letters.split():
            found |= {(VERBS[letter], column) for column in ([WHOLE] if letter == "D" else some)}
    return found


CELLS = written(PAGE.read_text("utf-8"))


def test_the_page_names_every_table_and_no_other(roles):
    """A new table without a row is a table of which nobody thought whose it is."""
    assert {table for table, _ in CELLS} == set(roles.tables)


@pytest.mark.parametrize("principal", PRINCIPALS)
def test_a_principal_may_do_what_the_page_says_and_nothing_else(roles, principal):
    """B10: the database itself denies the rest."""
    with roles.sign_in(principal) as connection:
        for table, columns in roles.tables.items():
            may = {
                (verb, column)
                for verb, column, statement in attempts(table, columns)
                if allowed(connection, statement)
            }
            assert may == granted(CELLS[table, principal], columns), f"{principal} on {table}"


@pytest.mark.parametrize("principal", PRINCIPALS)
def test_no_principal_has_a_right_that_no_verb_shows(roles, principal):
    """To refer to a table, to put a trigger on it, to maintain it; and any right on a sequence or function."""
    with roles.sign_in(principal) as connection:
        for table in roles.tables:
            for right in ("REFERENCES", "TRIGGER", "MAINTAIN"):
                assert connection.execute(
                    "SELECT has_table_privilege(%s, %s)", (table, right)
                ).fetchone() == (False,)
        rest = connection.execute(
            "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE nspname = current_schema() AND CASE WHEN relkind = 'S' "
            "THEN has_sequence_privilege(c.oid, 'USAGE, SELECT, UPDATE') END "
            "UNION ALL SELECT p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace "
            "WHERE nspname = current_schema() AND has_function_privilege(p.oid, 'EXECUTE')"
        ).fetchall()
        assert rest == []


FORBIDDEN = [
    "CREATE TABLE mine ()",
    "CREATE TEMP TABLE mark (id int)",  # it would stand before the real one
    "CREATE SCHEMA mine",
    "CREATE VIEW mine AS SELECT 1",
    "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE TYPE mine AS ENUM ('a')",
    "CREATE INDEX ON mark (reason)",
    "CREATE TRIGGER mine BEFORE INSERT ON mark FOR EACH ROW EXECUTE FUNCTION mark_needs_two()",
    "CREATE RULE mine AS ON INSERT TO log_entry DO INSTEAD NOTHING",
    "CREATE POLICY mine ON mark USING (false)",
    "ALTER TABLE mark ADD COLUMN mine int",
    "ALTER TABLE mark DISABLE TRIGGER mark_needs_two",
    "ALTER TABLE log_entry OWNER TO current_user",
    "ALTER FUNCTION mark_needs_two() SECURITY DEFINER",
    "DROP TRIGGER mark_needs_two ON mark",
    "DROP TABLE log_entry CASCADE",
    "DROP SCHEMA public CASCADE",
    "SET session_replication_role = replica",  # no trigger would fire
    "CREATE ROLE mine",
    "ALTER ROLE {door} SUPERUSER",
    "DROP ROLE {auditor}",
    "CREATE DATABASE mine",
    "ALTER SYSTEM SET fsync = off",
    "COPY mark TO PROGRAM 'cat'",
    "COPY log_entry FROM '/etc/hostname'",
    "SELECT pg_read_file('/etc/hostname')",
    "SELECT pg_ls_dir('.')",
    "SELECT setval('mark_id_seq', 1)",
    "SELECT nextval('audit_id_seq')",
    "SELECT rolpassword FROM pg_authid",
    "SET SESSION AUTHORIZATION postgres",
    "SET ROLE postgres",
]


@pytest.mark.parametrize("principal", PRINCIPALS)
def test_no_principal_builds_breaks_or_becomes_anything(roles, principal):
    """Nor another principal: an account that is a member of one role has that one alone."""
    others = [f"SET ROLE {{{other}}}" for other in PRINCIPALS if other != principal]
    with roles.sign_in(principal) as connection:
        done = [one for one in FORBIDDEN + others if one_may(connection, one.format_map(roles.names))]
        assert done == []
        assert one_may(connection, f"SET ROLE {roles.names[principal]}")


def one_may(connection: psycopg.Connection, statement: str) -> bool:
    if statement.startswith(("CREATE DATABASE", "ALTER SYSTEM")):
        try:  # these stand alone
            connection.execute(statement.encode())
        except InsufficientPrivilege:
            return False
        return True
    return allowed(connection, sql.SQL(statement))


@pytest.mark.parametrize("principal", PRINCIPALS)
def test_no_principal_passes_on_what_it_has(roles, principal):
    """PostgreSQL answers a GRANT of nothing with a warning; so the rights are compared."""
    listed = "SELECT relname, relacl::text FROM pg_class WHERE relacl IS NOT NULL ORDER BY 1"
    with roles.sign_in(principal) as connection, undone(connection):
        before = connection.execute(listed).fetchall()
        for table in roles.tables:
            with connection.cursor() as cursor:
                try:
                    with connection.transaction():
                        cursor.execute(sql.SQL("GRANT ALL ON {} TO PUBLIC").format(sql.Identifier(table)))
                except InsufficientPrivilege:
                    continue
        assert connection.execute(listed).fetchall() == before


def test_who_is_no_principal_does_not_even_come_in(roles):
    """PUBLIC has nothing: not the database, not the schema, not a function."""
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        roles.sign_in("nobody")
    with psycopg.connect(roles.url) as owner:
        owner.execute("SET LOCAL ROLE nobody_alone")
        assert owner.execute(
            "SELECT has_database_privilege(current_database(), 'CONNECT, CREATE, TEMPORARY'), "
            "has_schema_privilege('public', 'USAGE, CREATE')"
        ).fetchone() == (False, False)
        with pytest.raises(InsufficientPrivilege):
            owner.execute("SELECT 1 FROM public.schema_version")


def test_what_is_made_later_is_not_everybodys_either(roles):
    """A later migration that forgets about PUBLIC gives it nothing."""
    with psycopg.connect(roles.url) as owner:
        owner.execute("CREATE FUNCTION later() RETURNS int LANGUAGE sql AS 'SELECT 1'")
        owner.execute("CREATE TABLE later (id int)")
        owner.execute("GRANT USAGE ON SCHEMA public TO nobody_alone")
        owner.execute("SET LOCAL ROLE nobody_alone")
        assert owner.execute(
            "SELECT has_function_privilege('later()', 'EXECUTE'), has_table_privilege('later', 'SELECT')"
        ).fetchone() == (False, False)
        owner.rollback()


# --- the checks themselves --------------------------------------------------------------------------------


def test_cells_are_understood():
    columns = ["a", "b", "c"]
    assert granted("", columns) == set()
    assert granted("S: all but b; I", columns) == {
        ("SELECT", "a"),
        ("SELECT", "c"),
        *(("INSERT", column) for column in columns),
    }
    assert granted("D; U: c", columns) == {("DELETE", WHOLE), ("UPDATE", "c")}


def test_a_right_too_many_is_seen(roles):
    """Granted in a transaction that is given up; tried as whoever got it."""
    with psycopg.connect(roles.url) as owner:
        door = sql.Identifier(roles.names["door"])
        owner.execute(sql.SQL("GRANT UPDATE (leaf) ON log_entry TO {}").format(door))
        owner.execute(sql.SQL("SET LOCAL ROLE {}").format(door))
        may = {
            (verb, column)
            for verb, column, statement in attempts("log_entry", roles.tables["log_entry"])
            if allowed(owner, statement)
        }
        owner.rollback()
    columns = roles.tables["log_entry"]
    assert may - granted(CELLS["log_entry", "door"], columns) == {("UPDATE", "leaf")}
