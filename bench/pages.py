"""Pages as a phone fetches them with a cold cache, and the server under an open-loop load."""

import asyncio
import json
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request
from html import unescape
from pathlib import Path

from load import Ask, open_loop
from playwright.sync_api import Response, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PER_SECOND = 100
SECONDS = 10
RADIO = "renault_86a"


def wire(port: int, path: str) -> tuple[int, int]:
    """Return (bytes over the wire, requests) of one page with a cold cache."""
    answers: list[Response] = []
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found)
        page = browser.new_page(viewport={"width": 390, "height": 844})
        page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108 - Playwright marks what it is given
        page.goto(f"http://127.0.0.1:{port}{path}", wait_until="networkidle")
        sizes = [answer.request.sizes() for answer in answers]
        browser.close()
    return sum(size["responseBodySize"] + size["responseHeadersSize"] for size in sizes), len(sizes)


def practised(port: int) -> Ask:
    """Return a press on a key of a fresh practice radio, as its page sends it."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/practice/{RADIO}") as answer:
        page = answer.read().decode()
    image = unescape(re.search('data-image="([^"]+)"', page)[1])
    did = [{"what": "press", "key": "1", "ms": 200}]
    return Ask(f"/practice/{RADIO}/did", json.dumps({"image": image, "did": did}), "application/json")


def released() -> Ask:
    """Return the request for a code; repeated, it is the same request, and the door is passed each time."""
    fields = {"text": "281155216RT V212", "request_id": "bench", "owns": "yes", "model": RADIO}
    return Ask("/code", urllib.parse.urlencode(fields), "application/x-www-form-urlencoded")


def main() -> None:
    """Serve the product on a free port and print bytes, requests and latencies."""
    radiokey = str(Path(sys.executable).with_name("radiokey"))
    with tempfile.TemporaryDirectory() as folder:
        database = str(Path(folder) / "base.sqlite3")
        init = [radiokey, "base", "init", "--database", database]
        subprocess.run(init, check=True, stdout=subprocess.DEVNULL)
        command = [radiokey, "serve", "--port", "0", "--database", database]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
            port = int(server.stdout.readline().rpartition(":")[2])
            for path, limit in (("/", "60 KB, 5 requests"), (f"/practice/{RADIO}", "8 requests")):
                size, requests = wire(port, path)
                print(f"{path:<24} cold cache {size / 1024:6.1f} KB  {requests} requests   (limit {limit})")
            asyncio.run(open_loop(port, Ask("/"), per_second=20, seconds=2))
            asks = (Ask("/"), Ask("/guide/what-does-it-show"), released(), practised(port), Ask("/health"))
            for ask in asks:
                load = asyncio.run(open_loop(port, ask, per_second=PER_SECOND, seconds=SECONDS))
                print(
                    f"{ask.path:<26} {PER_SECOND}/s for {SECONDS} s: p50 {load.percentile(0.5):5.1f} ms, "
                    f"p99 {load.percentile(0.99):5.1f} ms, {load.failures} failures   (limit: p99 20 ms)"
                )
            server.terminate()


if __name__ == "__main__":
    main()
