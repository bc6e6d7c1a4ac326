"""Diagrams that are written as Mermaid, drawn as SVG: light and dark, by Mermaid itself in Chromium.

The script is the npm registry's, pinned and hashed in `tools/docs`, unpacked into `.venv-dev`; a reader of
the documentation loads none of it. What was drawn once is kept in `build/diagrams`.
"""

import hashlib
import json
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import chromium
import webassembly
from playwright.sync_api import sync_playwright
from steps import ROOT

OWN: Final = ROOT / "tools" / "docs"
FOLDER: Final = ROOT / ".venv-dev" / "diagrams"
SCRIPT: Final = FOLDER / "node_modules" / "mermaid" / "dist" / "mermaid.min.js"
KEPT: Final = ROOT / "build" / "diagrams"
LOOKS: Final = {"light": "default", "dark": "dark"}
"""What a picture is for, and the theme it is drawn with."""
DRAW: Final = """async ([text, theme]) => {
    mermaid.initialize({startOnLoad: false, theme, htmlLabels: false, flowchart: {htmlLabels: false}});
    return (await mermaid.render("drawn", text)).svg;
}"""


def ensure() -> None:
    """See that the script is there, of the locked version."""
    lock = OWN / "package-lock.json"
    kept = FOLDER / "package-lock.json"
    if SCRIPT.is_file() and kept.is_file() and kept.read_bytes() == lock.read_bytes():
        return
    webassembly.ensure()  # Node.js and npm
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        (FOLDER / name).write_bytes((OWN / name).read_bytes())
    subprocess.run(["npm", "ci", "--silent", "--ignore-scripts", "--prefix", FOLDER], check=True)


def name_of(text: str) -> str:
    """Return the name of a diagram's pictures: it changes with the text and with the version of Mermaid."""
    version = json.loads((OWN / "package.json").read_text("utf-8"))["dependencies"]["mermaid"]
    return hashlib.sha256(f"{version}\n{text}".encode()).hexdigest()[:16]


def draw(texts: Iterable[str], folder: Path) -> dict[str, str]:
    """Write the pictures of all diagrams into a folder; return the name of each. What is no diagram fails."""
    names = {text: name_of(text) for text in sorted(texts)}
    KEPT.mkdir(parents=True, exist_ok=True)
    folder.mkdir(parents=True, exist_ok=True)
    wanted = {KEPT / f"{name}-{look}.svg": (text, look) for text, name in names.items() for look in LOOKS}
    missing = {file: one for file, one in wanted.items() if not file.is_file()}
    if missing:
        _draw(missing)
    for file in wanted:
        shutil.copyfile(file, folder / file.name)
    return names


def _draw(missing: dict[Path, tuple[str, str]]) -> None:
    ensure()
    chromium.ensure(chromium.SHELL)
    with sync_playwright() as playwright:
        path = chromium.find(chromium.SHELL) or chromium.find()
        browser = playwright.chromium.launch(executable_path=path)
        page = browser.new_page()
        page.add_script_tag(path=SCRIPT)
        for file, (text, look) in missing.items():
            file.write_text(page.evaluate(DRAW, [text, LOOKS[look]]), "utf-8")
        browser.close()
