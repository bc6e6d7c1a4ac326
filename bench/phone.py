"""Made-up photos of labels, read in Chromium as a phone reads them: `python bench/phone.py [COUNT]`.

Barcodes: the first COUNT photos (8) of each kind, of seeds from 2,000 on, whose label bears one, made at most
2,000 pixels long, by the worker of the number page. Print: two passes over each of PRINTED, on one thread,
with the networks loaded. The time is that of the processor, of the page and its workers, from the pixels on.
"""

import base64
import contextlib
import re
import sys
import tempfile
from itertools import count, islice
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests" / folder) for folder in ("browser", "photos", "web")]

from camera import Kind, take  # noqa: E402
from phones import Phone  # noqa: E402
from PIL import Image  # noqa: E402
from playwright.sync_api import sync_playwright  # noqa: E402
from test_print_on_phone import READ, png  # noqa: E402

import conftest as browsers  # noqa: E402 - the tests' browser

BEGIN = """async () => {
  const { dataset: told } = document.getElementById("photo");
  const wasm = await (await fetch(told.wasm)).arrayBuffer();
  window.barcodes = new Worker(told.worker);
  barcodes.postMessage({ script: told.script, wasm }, [wasm]);
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
    barcodes.onmessage = ({ data }) => done(data);
    barcodes.postMessage(seen, [seen.pixels]);
  });
}"""


PRINTED = (
    *((Kind.UPRIGHT, seed) for seed in (500, 501, 502)),
    (Kind.TILTED, 500),
    *((Kind.HARD, seed) for seed in (500, 501)),
)


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


def measure_barcodes(page, devtools, wanted):
    page.evaluate(BEGIN)
    for kind in Kind:
        found, spent = 0, []
        for photo in islice(with_barcode(kind), wanted):
            page.evaluate("jpeg => draw(jpeg)", base64.b64encode(photo.jpeg()).decode())
            before = seconds_of(devtools)
            seen = page.evaluate("() => look()")
            spent.append(seconds_of(devtools) - before)
            found += any(code["text"] == bars.text for code in seen["codes"] for bars in photo.wording.bars)
        print(f"barcodes, {kind.value}: {found} of {wanted} found, {times_of(spent)}", flush=True)


def measure_print(page, devtools):
    spent = []
    for kind, seed in PRINTED:
        photo = take(seed, kind)
        page.locator("#file").set_input_files(png(Image.fromarray(photo.pixels)))
        page.locator("#photo-says, #found h2").filter(has_text=re.compile("number|this")).first.wait_for()
        size = [photo.pixels.shape[1], photo.pixels.shape[0]]
        if not spent:
            page.evaluate(READ, size)  # which loads the networks
        before = seconds_of(devtools)
        page.evaluate(READ, size)
        spent.append(seconds_of(devtools) - before)
    print(f"print, two passes: {times_of(spent)}", flush=True)


def times_of(spent):
    return f"{sum(spent) / len(spent):.2f} s, at most {max(spent):.2f} s"


def main():
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 8
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        served = browsers.serving(Path(folder), "served.py")
        with served as site, contextlib.closing(browsers.launch(playwright.chromium, whole=False)) as browser:
            devtools = browser.new_browser_cdp_session()
            page = Phone(browser, site.address).page()
            page.set_default_timeout(240_000)
            page.goto("/number/photo")
            measure_barcodes(page, devtools, wanted)
            measure_print(page, devtools)


if __name__ == "__main__":
    main()
