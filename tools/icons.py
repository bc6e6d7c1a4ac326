"""The icons that are no SVG, drawn from `icon.svg`: `.venv-dev/bin/python tools/icons.py`.

A phone cuts its own shape out of an icon, so that those for its first screen have the ground up to their
edges and what counts within the middle four fifths (W3C Web Application Manifest, "maskable"). An old browser
takes an ICO, which is a PNG with a head.
"""

import struct
from typing import Final

import chromium
from playwright.sync_api import Page, sync_playwright
from steps import ROOT

STATIC: Final = ROOT / "src" / "radiokey" / "web" / "static"
GROUND: Final = "#14110d"
MIDDLE: Final = 0.8
HEAD: Final = struct.Struct("<HHH")
ENTRY: Final = struct.Struct("<BBBBHHII")


def drawn(page: Page, size: int, share: float, ground: str) -> bytes:
    """Return the icon as a PNG of `size` pixels square: it fills `share` of it, on `ground`."""
    icon = (STATIC / "icon.svg").read_text("utf-8")
    page.set_viewport_size({"width": size, "height": size})
    page.set_content(
        "<style>body { margin: 0; height: 100vh; display: grid; place-items: center; "
        f"background: {ground} }} svg {{ width: {share * 100}vw }}</style>{icon}"
    )
    return page.screenshot(omit_background=True)


def ico(png: bytes, size: int) -> bytes:
    """Return an ICO that holds one PNG of `size` pixels square."""
    at = HEAD.size + ENTRY.size
    return HEAD.pack(0, 1, 1) + ENTRY.pack(size, size, 0, 0, 1, 32, len(png), at) + png


def main() -> None:
    """Draw them all."""
    chromium.ensure(chromium.WHOLE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find())
        page = browser.new_page()
        files = {f"icon-{size}.png": drawn(page, size, MIDDLE, GROUND) for size in (180, 512)}
        files["favicon.ico"] = ico(drawn(page, 32, 1, "transparent"), 32)
        browser.close()
    for name, content in files.items():
        (STATIC / name).write_bytes(content)
        print(name, len(content))


if __name__ == "__main__":
    main()
