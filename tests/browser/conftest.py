"""Chromium, phone-sized, on the served product; a test fails if the page complains or asks another host."""

import hmac
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import looks
import pytest
from film import write_film
from phones import LARGE, Holder, Phone
from playwright.sync_api import sync_playwright
from served import BEGAN_MS

from radiokey.base.keys.link import sign
from radiokey.clock import DAY_MS

HERE = Path(__file__).parent
SHELL = ("chromium-headless-shell",)
WHOLE = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Chromium starts a process for a page, and one more to have at hand, to keep sites apart; here is one site, and they
# take a seventh of the time. `make deep` lets the whole browser do as it does.
ONE_PROCESS = ("--disable-site-isolation-trials", "--process-per-site", "--renderer-process-limit=1")


def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.parent == HERE:
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


@contextmanager
def serving(folder, script, *arguments):
    """Serve a base in a folder by one of the scripts here, until it is no longer wanted."""
    database, clock = folder / "base.sqlite3", folder / "clock"
    clock.write_text("0", encoding="ascii")
    command = [sys.executable, Path(__file__).with_name(script), database, clock, *arguments]
    with subprocess.Popen(
        list(map(str, command)), stdout=subprocess.PIPE, text=True, env=_paths()
    ) as process:
        try:
            said = process.stdout.readline()
            yield Served(said.split()[-1], database, clock)
        finally:
            process.kill()  # how it ends when it is told to has tests of its own


def _paths():
    """Let a script find what the tests share."""
    tests = Path(__file__).parents[1]
    shared = [str(tests / folder) for folder in ("browser", "databases", "web", "files")]
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([*shared, os.environ.get("PYTHONPATH", "")]).rstrip(":"),
    }


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("site"), "served.py") as served:
        yield served


@pytest.fixture(scope="session")
def staffed(tmp_path_factory):
    """A desk with people and requests in every state: where it is, their tokens, the requests' ids."""
    folder = tmp_path_factory.mktemp("desk")
    told = folder / "told"
    with serving(folder, "served_desk.py", told) as served:
        yield served, json.loads(told.read_text("utf-8"))


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory):
    """What `make run` serves."""
    folder = tmp_path_factory.mktemp("demonstration")
    with serving(folder, "served_demo.py", folder / "told") as served:
        yield served


@pytest.fixture(scope="session")
def enrolments(tmp_path_factory):
    """A base whose staff is invited: where people open it, and the secrets of their links."""
    folder = tmp_path_factory.mktemp("staff")
    told = folder / "told"
    with serving(folder, "served_staff.py", told) as served:
        address = served.address.replace("127.0.0.1", "localhost")  # no passkey is bound to a number
        yield Served(address, served.database, served.clock), json.loads(told.read_text("utf-8"))


@pytest.fixture(scope="module")
def house(chromium, demonstration):
    """The demonstration: what gives somebody a phone with an authenticator there, its registrar's link, where it is."""
    address = demonstration.address.replace("127.0.0.1", "localhost")
    link = json.loads(demonstration.database.with_name("told").read_text("utf-8"))
    made = []

    def new(**settings):
        made.append(Phone(chromium, address, **settings))
        return Holder(made[-1])

    yield new, link, Served(address, demonstration.database, demonstration.clock)
    for phone in made:
        phone.close()


@pytest.fixture(scope="session")
def chromium(pytestconfig):
    looks.SEEN.every = pytestconfig.getoption("--every-look")
    whole = pytestconfig.getoption("--whole-chromium")
    with sync_playwright() as playwright:
        browser = launch(playwright.chromium, *(() if whole else ONE_PROCESS), whole=whole)
        yield browser
        browser.close()


def launch(chromium, *options, whole):
    """Start the whole browser or its shell: the system's, or where that has none Playwright's."""
    names = WHOLE if whole else (*SHELL, *WHOLE)
    found = next((path for name in names if (path := shutil.which(name))), None)
    sandbox = [] if os.name != "posix" or os.geteuid() else ["--no-sandbox"]
    place = {"channel": "chromium"} if whole and not found else {"executable_path": found}
    return chromium.launch(args=[*sandbox, *options], **place)


@pytest.fixture(scope="module")
def filming(chromium, tmp_path_factory):
    """A browser whose camera sees a moving label: the whole one, since the shell has no camera."""
    film = tmp_path_factory.mktemp("film") / "label.mjpeg"
    write_film(film)
    camera = ("--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={film}")
    browser = launch(chromium.browser_type, *ONE_PROCESS, *camera, whole=True)
    yield browser
    browser.close()


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
def people(chromium, staffed):
    """Return what opens the browser of one of the staff, phone-sized or wide."""
    served, told = staffed
    made = []

    def new(who, *, wide=False, **settings):
        heads = {"Authorization": f"Bearer {told['tokens'][who]}"}
        person = Phone(chromium, served.address, extra_http_headers=heads, **settings)
        page = person.page()
        if wide:
            page.set_viewport_size(LARGE)
        made.append(person)
        return page

    yield new
    for person in made:
        person.close()


@pytest.fixture
def owners(chromium, staffed):
    """Return what opens the phone of somebody who asks the desk."""
    made = []

    def new(**settings):
        made.append(Phone(chromium, staffed[0].address, **settings))
        return made[-1].page()

    yield new
    for phone in made:
        phone.close()


@pytest.fixture
def key(staffed):
    """Return what the site signs its links with."""
    database = staffed[0].database
    secret = database.with_name(f"{database.name}.web").read_bytes()
    return hmac.digest(secret, b"request", "sha256")


@pytest.fixture
def link_of(staffed, key):
    """Return what makes the link that a mail would bring for a request in that state."""
    ids = staffed[1]["requests"]
    return lambda state: f"/requests/{sign(key, 'request', ids[state], BEGAN_MS + DAY_MS)}"


@pytest.fixture
def holders(chromium, enrolments):
    """Return what gives somebody a phone with an authenticator."""
    made = []

    def new(**settings):
        made.append(Phone(chromium, enrolments[0].address, **settings))
        return Holder(made[-1])

    yield new
    for phone in made:
        phone.close()


@pytest.fixture
def page(phones):
    return phones().page()
