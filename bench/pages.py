"""Pages as a phone fetches them with a cold cache, and the server under an open-loop load."""

import asyncio
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from load import open_loop
from playwright.sync_api import Response, sync_playwright

CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PER_SECOND = 100
SECONDS = 20


def wire(port: int, path: str) -> tuple[int, int]:
    """Return (bytes over the wire, requests) of one page with a cold cache."""
    answers: list[Response] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM_ARGS)
        page = browser.new_page(viewport={"width": 390, "height": 844})
        page.on("response", answers.append)
        page.goto(f"http://127.0.0.1:{port}{path}", wait_until="networkidle")
        sizes = [answer.request.sizes() for answer in answers]
        browser.close()
    return sum(size["responseBodySize"] + size["responseHeadersSize"] for size in sizes), len(sizes)


def main() -> None:
    """Serve the product on a free port and print bytes, requests and latencies."""
    radiokey = str(Path(sys.executable).with_name("radiokey"))
    with tempfile.TemporaryDirectory() as folder:
        server = subprocess.Popen(
            [radiokey, "serve", "--port", "0", "--database", str(Path(folder) / "base.sqlite3")],
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert server.stdout is not None
            port = next(
                int(line.strip().rstrip("/").rpartition(":")[2])
                for line in server.stdout
                if "http://127.0.0.1:" in line
            )
            size, requests = wire(port, "/")
            print(
                f"start page, cold cache      {size / 1024:6.1f} KB  {requests} requests   (limit 60 KB, 3)"
            )
            size, requests = wire(port, "/practice/renault_86a")
            print(
                f"practice radio, cold cache  {size / 1024:6.1f} KB  {requests} requests   (limit 8 requests)"
            )
            asyncio.run(open_loop(port, "/", per_second=20, seconds=2))
            for path in ("/", "/health"):
                load = asyncio.run(open_loop(port, path, per_second=PER_SECOND, seconds=SECONDS))
                print(
                    f"{path:<12} open loop {PER_SECOND}/s for {SECONDS} s: "
                    f"p50 {load.percentile(0.5):.1f} ms, p99 {load.percentile(0.99):.1f} ms, "
                    f"{load.failures} failures   (limit: p99 20 ms)"
                )
        finally:
            server.terminate()
            server.wait()


if __name__ == "__main__":
    main()
