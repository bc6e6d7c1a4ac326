#!/bin/sh
# In a Litestar address the number 1000 has many spellings, and its query string has others.
#
# Surprise: {number:int} in a path is Python's int(): "1_000", "+1000", "01000", " 1000" and Arabic digits are the
#   same page. A query parameter of type int goes through msgspec: it refuses all of these and takes "1e3" and
#   "1000.0", which the path does not know. Both are "integer" in the OpenAPI document.
# Matters: what keys on the address (a cache, a rate limit, a log, a test that one page has one address) sees
#   different pages, and a client that moves a number from the path to the query gets other answers.
# Expected from: Litestar's documentation, where both are "int", and its OpenAPI document, where both have the
#   JSON Schema type "integer".
# Versions: litestar 2.25.0, msgspec 0.22.0, httpx 0.28.1 for its test client.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
"${PYTHON:-python3}" -m venv venv
venv/bin/python -m pip install -qq --disable-pip-version-check litestar==2.25.0 msgspec==0.22.0 httpx==0.28.1
cat > finding.py <<'PY'
import logging
import sys
from importlib.metadata import version
from urllib.parse import quote

from litestar import Litestar, get
from litestar.testing import TestClient

logging.disable(logging.CRITICAL)


@get("/path/{number:int}")
async def by_path(number: int) -> int:
    return number


@get("/query")
async def by_query(number: int) -> int:
    return number


app = Litestar([by_path, by_query])
ARABIC = "".join(chr(0x660 + int(digit)) for digit in "1000")
SPELLINGS = ("1000", "1_000", "+1000", "01000", " 1000", ARABIC, "1e3", "1000.0")
with TestClient(app) as client:
    seen = {
        text: (
            client.get(f"/path/{quote(text)}").text == "1000",
            client.get(f"/query?number={quote(text)}").text == "1000",
        )
        for text in SPELLINGS
    }
    document = app.openapi_schema.to_schema()["paths"]
schemas = [document[path]["get"]["parameters"][0]["schema"] for path in ("/path/{number}", "/query")]
print("litestar", version("litestar"), "msgspec", version("msgspec"))
print("expected: path and query take the same spellings; the document says", schemas)
for text, (path, query) in seen.items():
    print(f"seen: {text!a:30} is 1000 in the path: {path}, in the query: {query}")
known = dict.fromkeys(SPELLINGS[1:6], (True, False)) | dict.fromkeys(SPELLINGS[6:], (False, True))
known["1000"] = (True, True)
same = schemas[0] == schemas[1] == {"type": "integer"}
sys.exit(0 if same and seen == known else "CHANGED")
PY
venv/bin/python finding.py
