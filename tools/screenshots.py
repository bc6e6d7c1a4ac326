"""The pictures of README and docs, taken from the product itself: `make screenshots`."""

import subprocess
import sys
import tempfile
from io import BytesIO
from pathlib import Path
from typing import Final

import chromium
from PIL import Image
from playwright.sync_api import Page, ViewportSize, sync_playwright
from steps import ROOT, run

PICTURES = ROOT / "docs" / "pictures"
PHONE: ViewportSize = {"width": 390, "height": 844}
LABEL = "281155216RT V212"
COLOURS: Final = 96
"""So many colours are enough for these pages, and make a third of the file."""


def walk(page: Page) -> None:
    """Walk the road of a Duster that shows CODE, take a picture at its four places, and one of the faces."""

    def take(name: str) -> None:
        taken = Image.open(BytesIO(page.screenshot()))
        taken.quantize(COLOURS).save(PICTURES / f"{name}.png", optimize=True)

    page.goto("/")
    take("start")
    page.goto("/number")
    page.get_by_label("Text of the label").fill(LABEL)
    page.get_by_label("Car", exact=True).fill("duster")
    page.get_by_role("button", name="Read it").click()
    page.get_by_label("Yes, mine has these keys").check()
    page.get_by_label("This radio is mine").check()
    page.get_by_role("button", name="Get the code").click()
    take("code")
    page.get_by_role("link", name="Show me the keys").click()
    page.get_by_role("link", name="Done, next").click()
    take("coach")
    page.go_back()
    page.get_by_role("link", name="Practise first").click()
    for key in ("1", "1", "1", "1", "2", "2"):
        with page.expect_response("**/did"):
            page.locator(f"#keys button[data-key='{key}']").click()
    take("practice")
    page.goto("/models#faces")
    page.locator("#faces").evaluate("head => head.scrollIntoView()")
    take("faces")


def main() -> None:
    """Serve the site on a free port of this machine, walk, and stop it again."""
    chromium.ensure(chromium.WHOLE)
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        database = Path(folder) / "base.sqlite3"
        radiokey = Path(sys.executable).with_name("radiokey")
        run("base", radiokey, "base", "init", "--database", database)
        command = (radiokey, "serve", "--port", "0", "--database", database)
        with subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, text=True) as site:
            assert site.stdout is not None
            try:
                address = site.stdout.readline().split()[-1]
                browser = playwright.chromium.launch(executable_path=chromium.find())
                walk(browser.new_page(base_url=address, viewport=PHONE, device_scale_factor=1.5))
                browser.close()
            finally:
                site.terminate()
    for picture in sorted(PICTURES.glob("*.png")):
        print(picture.relative_to(ROOT), picture.stat().st_size)


if __name__ == "__main__":
    main()
