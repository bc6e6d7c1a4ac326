#!/bin/sh
# Litestar gives a static file an ETag and never uses it.
#
# Surprise: each answer carries ETag and Last-Modified, and a client that sends them back gets the whole file
#   again with status 200: there is no 304. With compression on, the packed and the plain bytes also carry one
#   and the same strong ETag.
# Matters: whoever sees the headers believes that revalidation works. A page of 40 icons costs its full size at
#   every visit, and a cache cannot tell the packed bytes from the plain ones.
# Expected from: RFC 9110, 8.8.3 (a strong ETag is of one representation) and 13.1.2 (If-None-Match); Starlette's
#   static files, which send the same two headers and answer 304.
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
from pathlib import Path

from litestar import Litestar
from litestar.config.compression import CompressionConfig
from litestar.static_files import create_static_files_router
from litestar.testing import TestClient

logging.disable(logging.CRITICAL)
Path("static").mkdir()
Path("static/guide.txt").write_text("a step of the guide. " * 200, "ascii")
app = Litestar(
    [create_static_files_router(path="/static", directories=["static"])],
    compression_config=CompressionConfig(backend="gzip"),
)
with TestClient(app) as client:
    plain = client.get("/static/guide.txt", headers={"accept-encoding": "identity"})
    packed = client.get("/static/guide.txt", headers={"accept-encoding": "gzip"})
    again = client.get(
        "/static/guide.txt", headers={"accept-encoding": "identity", "if-none-match": plain.headers["etag"]}
    )
seen = {
    "an ETag is sent, and a strong one": plain.headers["etag"].startswith('"'),
    "status when it is sent back": again.status_code,
    "bytes sent again": len(again.content),
    "packed and plain bytes have one ETag": packed.headers["etag"] == plain.headers["etag"],
}
print("litestar", version("litestar"))
print("expected: 304 and no bytes; two ETags, or weak ones")
for what, value in seen.items():
    print(f"seen: {what}: {value}")
unpacked = packed.headers["content-encoding"] == "gzip"
sys.exit(0 if unpacked and list(seen.values()) == [True, 200, 4200, True] else "CHANGED")
PY
venv/bin/python finding.py
