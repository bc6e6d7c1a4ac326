"""Chromium, phone-sized, on the served product; a test fails if the page complains or asks another host."""

import os
import shutil
import sqlite3
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PHONE = {"width": 390, "height": 844}


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("browser")


@dataclass(frozen=True)
class Served:
    address: str
    database: Path
    clock: Path

    def passes(self, ms):
        """Let time pass for the site."""
        now = int(self.clock.read_text(encoding="ascii"))
        # Replaced, not rewritten: the site may read it at any moment.
        fresh = self.clock.with_suffix(".new")
        fresh.write_text(str(now + ms), encoding="ascii")
        fresh.replace(self.clock)

    def entries(self):
        """Return how many releases stand in the log."""
        store = sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)
        try:
            return store.execute("SELECT count(*) FROM log_entry").fetchone()[0]
        finally:
            store.close()


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    database, clock = folder / "base.sqlite3", folder / "clock"
    clock.write_text("0", encoding="ascii")
    command = [sys.executable, str(Path(__file__).with_name("served.py")), str(database), str(clock)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        said = process.stdout.readline()
        yield Served(said.split()[-1], database, clock)
        process.terminate()


@pytest.fixture(scope="session")
def chromium():
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    sandbox = [] if os.name != "posix" or os.geteuid() else ["--no-sandbox"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=sandbox)
        yield browser
        browser.close()


class Phone:
    """One person's browser. `complaints` is what the console said; `asked` every address it asked for."""

    def __init__(self, browser, address, **settings):
        self.context = browser.new_context(base_url=address, viewport=PHONE, has_touch=True, **settings)
        self.context.set_default_timeout(15_000)
        self.address = address
        self.complaints, self.asked = [], []
        self.context.on("request", lambda request: self.asked.append(request.url))

    def page(self):
        page = self.context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._said)
        return page

    def _said(self, message):
        # Chromium reports every 4xx of a page that answers a mistake; those are answers, not faults.
        if message.type in {"error", "warning"} and "status of 4" not in message.text:
            self.complaints.append(message.text)

    def close(self):
        self.context.close()
        foreign = [url for url in self.asked if not url.startswith((self.address, "data:"))]
        assert self.complaints == []
        assert foreign == []


@pytest.fixture
def phones(chromium, site):
    made = []

    def new(**settings):
        made.append(Phone(chromium, site.address, **settings))
        return made[-1]

    yield new
    for phone in made:
        phone.close()


@pytest.fixture
def page(phones):
    return phones().page()
