"""The owner's pages as Lighthouse rates them, on a phone, in each language: `python bench/lighthouse.py`.

Pages that are named as arguments are rated alone.

Lighthouse is npm's, as locked in tools/lighthouse; it drives Debian's Chromium, whole and without a window,
and computes what a phone of the middle class on a slow net would see. Each page is rated from 0 to 100 in
four ways. What is rated is served here; nothing else is reached.

A page of one visit is rated in all ways but `seo`: it asks not to be found, since it is one person's own. In
the same run the first visit is weighed, by Lighthouse, and what a phone keeps, as it is sent.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))  # before the steps of this folder

import chromium  # noqa: E402 - of the tools
import webassembly  # noqa: E402

OWN = ROOT / "tools" / "lighthouse"
BUILT = ROOT / "build" / "lighthouse"
PAGES = (
    "/",
    "/guide/what-does-it-show",
    "/number",
    "/number/photo",
    "/models",
    "/models/renault_86a",
    "/practice/renault_86a",
    "/waiting?model=renault_86a&errors=2",
    "/coach",
    "/vault",
    "/prevention",
    "/questions",
    "/sheet?make=nissan",
)
OWN_PAGES = ("", "/code", "/keys", "/keep", "/practice")
"""Of a visit that has its code."""
STATEMENT = {"text": "281155216RT V212", "model": "renault_86a", "owns": "yes", "request_id": "5" * 32}
LANGUAGES = ("en", "ru")
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
LEAST = 95
FIRST_BYTES_MAX, FIRST_REQUESTS_MAX, KEPT_BYTES_MAX = 60_000, 5, 400_000
CHROMIUM = "--headless=new --no-sandbox --disable-gpu --disable-background-networking --no-first-run"


def ensure() -> Path:
    """See that Lighthouse and Chromium are here; return Lighthouse's program."""
    webassembly.ensure()  # Node.js and npm
    chromium.ensure(chromium.WHOLE)
    BUILT.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        (BUILT / name).write_bytes((OWN / name).read_bytes())
    subprocess.run(["npm", "ci", "--silent", "--ignore-scripts", "--prefix", BUILT], check=True)
    return BUILT / "node_modules" / "lighthouse" / "cli" / "index.js"


AGAIN = "Please run Lighthouse again"
"""What it says where Chromium recorded nothing, which happens on a machine that does much else."""


def rate(
    program: Path, address: str, language: str, categories: tuple[str, ...]
) -> tuple[dict[str, int], list[str], list[int]]:
    """Return the points in each category, the audits that cost some, the bytes of each request."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [
            *("node", program, address, "--quiet", "--output=json", f"--output-path={report}"),
            *("--no-enable-error-reporting", f"--only-categories={','.join(categories)}"),
            f"--extra-headers={json.dumps({'Accept-Language': language})}",
            f"--chrome-flags={CHROMIUM}",
        ]
        environment = {**os.environ, "CHROME_PATH": chromium.find() or ""}
        for left in (2, 1, 0):
            ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
            if not ran.returncode or not left or AGAIN not in ran.stderr + ran.stdout:
                break
        if ran.returncode:
            sys.exit(f"{address}: {ran.stderr or ran.stdout}")
        said = json.loads(report.read_text("utf-8"))
    points, lost = {}, []
    for category in categories:
        found = said["categories"][category]
        points[category] = round(100 * found["score"])
        for part in found["auditRefs"]:
            audit = said["audits"][part["id"]]
            if part["weight"] and audit["score"] is not None and audit["score"] < LEAST / 100:
                lost.append(f"{part['id']} {audit.get('displayValue', '')}".strip())
    requests = said["audits"]["network-requests"]["details"]["items"]
    return points, lost, [one["transferSize"] for one in requests if one["transferSize"]]


def ask(port: int, path: str, body: str | None = None, **headers: str) -> tuple[bytes, str]:
    """Return what the site answers, and where it leads."""
    connection = HTTPConnection("127.0.0.1", port)
    connection.request("GET" if body is None else "POST", path, body, headers)
    answer = connection.getresponse()
    read, leads = answer.read(), answer.headers.get("Location", "")
    connection.close()
    return read, leads


def visit_with_code(port: int) -> str:
    """Return the path of a visit whose code was released."""
    form = {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://127.0.0.1:{port}"}
    return ask(port, "/code", urlencode(STATEMENT), **form)[1].removesuffix("/code")


def kept_bytes(port: int, language: str) -> int:
    """Return how many bytes a phone fetches to keep the site."""
    build = ask(port, "/worker.js")[0].decode().split('"')[1]
    asked = {"Accept-Language": language, "Accept-Encoding": "gzip"}
    return len(ask(port, f"/offline/{build}", **asked)[0])


def faults(program: Path, port: int, pages: tuple[str, ...]) -> Iterator[str]:
    """Rate the pages, print what each gets, and yield what is less than it should be."""
    own = (
        {f"{visit_with_code(port)}{page}": f"(a visit) {page}" for page in OWN_PAGES}
        if pages is PAGES
        else {}
    )
    for page in (*pages, *own):
        categories = tuple(one for one in CATEGORIES if page not in own or one != "seo")
        for language in LANGUAGES:
            points, lost, requests = rate(program, f"http://127.0.0.1:{port}{page}", language, categories)
            row = "  ".join(f"{points.get(one, '-'):>{len(one)}}" for one in CATEGORIES)
            name, size = own.get(page, page), sum(requests)
            print(f"{name:36} {language} {row}   {'; '.join(lost)}", flush=True)
            if min(points.values()) < LEAST:
                yield f"{name} ({language})"
            if page == "/":
                kept = kept_bytes(port, language)
                print(f"  first visit: {len(requests)} requests, {size:,} bytes; kept: {kept:,} bytes")
                if len(requests) > FIRST_REQUESTS_MAX or size > FIRST_BYTES_MAX or kept > KEPT_BYTES_MAX:
                    yield f"the size of {name} ({language})"


def main() -> None:
    """Serve the product and print what each page gets; fail where it is less than `LEAST`."""
    program, pages = ensure(), tuple(sys.argv[1:]) or PAGES
    radiokey = str(Path(sys.executable).with_name("radiokey"))
    print(f"{'':39} {'  '.join(CATEGORIES)}   (each at least {LEAST})")
    with tempfile.TemporaryDirectory() as folder:
        command = [radiokey, "serve", "--port", "0", "--database", str(Path(folder) / "base.sqlite3")]
        subprocess.run([radiokey, "base", "init", *command[4:]], check=True, stdout=subprocess.DEVNULL)
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
            port = int(server.stdout.readline().rpartition(":")[2])
            try:
                missed = list(faults(program, port, pages))
            finally:
                server.terminate()
    if missed:
        sys.exit(f"less than it should be: {', '.join(missed)}")


if __name__ == "__main__":
    main()
