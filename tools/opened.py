"""Opens the built documentation as its reader does: from a file, in Chromium, and searches in it."""

from pathlib import Path

import chromium
from playwright.sync_api import Request, sync_playwright

SOUGHT = {"battery": "keep-it", "V212": "commands", "renault_86a": "radios/renault_86a"}
"""A word that somebody seeks, and a page that must be among what is found."""


def complaints(folder: Path) -> list[str]:
    """Return what is wrong for a reader, a line each: what comes from elsewhere, what is not found."""
    chromium.ensure(chromium.SHELL)
    asked: list[str] = []
    wrong: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url)

    with sync_playwright() as playwright:
        path = chromium.find(chromium.SHELL) or chromium.find()
        browser = playwright.chromium.launch(executable_path=path)
        page = browser.new_page()
        page.on("request", note)
        page.on("pageerror", lambda error: wrong.append(f"a script failed: {error}"))
        page.goto((folder / "index.html").as_uri())
        for word, place in SOUGHT.items():
            page.get_by_role("textbox", name="Search").fill(word)
            page.keyboard.press("Enter")
            page.wait_for_selector("#search-results a, #search-results p.search-summary")
            page.wait_for_function("document.body.innerText.includes('Search finished')")
            found = page.locator("#search-results li a").evaluate_all("all => all.map(one => one.href)")
            if not any(place in url for url in found):
                wrong.append(f"a search for {word} does not find {place}")
        browser.close()
    return [*wrong, *(f"loaded {url}" for url in asked if not url.startswith(folder.as_uri()))]
