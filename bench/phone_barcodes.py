"""Barcodes on made-up photos, read in Chromium as a phone reads them.

`python bench/phone_barcodes.py [COUNT]` takes the first COUNT photos (8) of each kind, of seeds from 2,000
on, whose label bears a barcode, at most 2,000 pixels long, and hands them to the worker of the number page.
The time is that of the processor, of the page and its worker, from the pixels on, the reader loaded.
"""

import base64
import contextlib
import sys
import tempfile
from itertools import count, islice
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests" / folder) for folder in ("browser", "photos", "web")]

from camera import Kind, take  # noqa: E402
from phones import Phone  # noqa: E402
from playwright.sync_api import sync_playwright  # noqa: E402

import conftest as browsers  # noqa: E402 - the tests' browser

BEGIN = """async () => {
  const { dataset: told } = document.getElementById("photo");
  const wasm = await (await fetch(told.wasm)).arrayBuffer();
  window.reader = new Worker(told.worker);
  reader.postMessage({ script: told.script, wasm }, [wasm]);
  window.draw = async (jpeg) => {
    const bytes = Uint8Array.from(atob(jpeg), (one) => one.charCodeAt(0));
    const picture = await createImageBitmap(new Blob([bytes]));
    const scale = Math.min(1, 2000 / Math.max(picture.width, picture.height));
    const [width, height] = [picture.width, picture.height].map((side) => Math.round(side * scale));
    const pen = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
    pen.drawImage(picture, 0, 0, width, height);
    const { data } = pen.getImageData(0, 0, width, height);
    window.seen = { id: 1, width, height, thorough: true, pixels: data.buffer };
  };
  window.look = () => new Promise((done) => {
    reader.onmessage = ({ data }) => done(data);
    reader.postMessage(seen, [seen.pixels]);
  });
}"""


def with_barcode(kind):
    """Yield the photos whose label bears one."""
    for seed in count(2_000):
        photo = take(seed, kind)
        if photo.wording.bars:
            yield photo


def seconds_of(devtools):
    """Return the processor's time of all renderers so far."""
    told = devtools.send("SystemInfo.getProcessInfo")["processInfo"]
    return sum(one["cpuTime"] for one in told if one["type"] == "renderer")


def main():
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 8
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        served = browsers.serving(Path(folder), "served.py")
        with served as site, contextlib.closing(browsers.launch(playwright.chromium, whole=False)) as browser:
            devtools = browser.new_browser_cdp_session()
            page = Phone(browser, site.address).page()
            page.goto("/number/photo")
            page.evaluate(BEGIN)
            for kind in Kind:
                found, spent = 0, []
                for photo in islice(with_barcode(kind), wanted):
                    jpeg = base64.b64encode(photo.jpeg()).decode()
                    page.evaluate("jpeg => draw(jpeg)", jpeg)
                    before = seconds_of(devtools)
                    seen = page.evaluate("() => look()")
                    spent.append(seconds_of(devtools) - before)
                    found += any(
                        code["text"] == bars.text for code in seen["codes"] for bars in photo.wording.bars
                    )
                print(
                    f"{kind.value}: {found} of {wanted} found, "
                    f"{sum(spent) / wanted:.2f} s, at most {max(spent):.2f} s",
                    flush=True,
                )


if __name__ == "__main__":
    main()
