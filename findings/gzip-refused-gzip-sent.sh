#!/bin/sh
# Litestar sends gzip to a client that says "anything but gzip".
#
# Surprise: its compression looks for the word "gzip" in Accept-Encoding and does not read the weight behind it,
#   so "gzip;q=0" asks for gzip. The same header without the word is answered plainly.
# Matters: q=0 is how a client, a proxy or a test says that it cannot unpack. It gets bytes that it cannot read,
#   with status 200.
# Expected from: RFC 9110, 12.4.2 and 12.5.3: a weight of 0 means "not acceptable".
# Versions: litestar 2.25.0, httpx 0.28.1 for its test client.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
"${PYTHON:-python3}" -m venv venv
venv/bin/python -m pip install -qq --disable-pip-version-check litestar==2.25.0 httpx==0.28.1
cat > finding.py <<'PY'
import logging
import sys
from importlib.metadata import version

from litestar import Litestar, get
from litestar.config.compression import CompressionConfig
from litestar.testing import TestClient

logging.disable(logging.CRITICAL)


@get("/")
async def guide() -> str:
    return "a step of the guide. " * 200


app = Litestar([guide], compression_config=CompressionConfig(backend="gzip"))
EXPECTED = {"gzip": "gzip", "gzip;q=0": "plain", "identity, gzip;q=0": "plain", "identity": "plain"}
with TestClient(app) as client:
    seen = {
        accepted: client.get("/", headers={"accept-encoding": accepted}).headers.get("content-encoding", "plain")
        for accepted in EXPECTED
    }
print("litestar", version("litestar"))
for accepted, expected in EXPECTED.items():
    print(f"Accept-Encoding: {accepted}: expected {expected}, seen {seen[accepted]}")
sys.exit(0 if seen == {**EXPECTED, "gzip;q=0": "gzip", "identity, gzip;q=0": "gzip"} else "CHANGED")
PY
venv/bin/python finding.py
