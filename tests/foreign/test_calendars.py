"""Our reminders and waits, read by Debian's vobject and npm's ical.js: both find the entries that were meant."""

import importlib
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from radiokey.catalogue.load import load_model
from radiokey.clock import MINUTE_MS
from radiokey.guide.countdown import Countdown, Tried, calendar
from radiokey.guide.reminders import Month, battery_calendar, update_calendar

ROOT = Path(__file__).parents[2]
READERS = Path(__file__).with_name("calendars")
NOW = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
NOW_MS = round(NOW.timestamp()) * 1_000
FILES = {
    "each year": battery_calendar(Month(2024, 10), NOW, load_model("mercedes_becker5")),
    "once": battery_calendar(Month(2001, 1), NOW),
    "each month": update_calendar(1, NOW),
    "the wait": calendar(
        Countdown.begin("", Tried(1), 30 * MINUTE_MS, NOW_MS),
        now_ms=NOW_MS,
        radio="Radio",
        link="https://example.org/wait",
    ),
}
DAYS = {
    "each year": ["2027-10-01T09:00:00", "2028-10-01T09:00:00", "2029-10-01T09:00:00"],
    "once": ["2026-12-01T09:00:00"],
    "the wait": ["2026-11-30T12:30:00"],
    "each month": [f"{month}-01T09:00:00" for month in ("2026-12", "2027-01", "2027-02", "2027-03")],
}


def test_two_readers_find_the_entries_that_were_meant():
    """`python tools/calendars.py` fetches what they need."""
    with pytest.MonkeyPatch.context() as patched:
        patched.syspath_prepend(ROOT / "tools")
        tool = importlib.import_module("calendars")
    assert tool.find(), "this test needs vobject and ical.js: python tools/calendars.py fetches them"
    files = json.dumps([content.decode() for content in FILES.values()]).encode()
    vobject, icaljs = (
        json.loads(subprocess.run(reader, input=files, capture_output=True, check=True).stdout)
        for reader in (
            (sys.executable, READERS / "read.py", tool.PYTHON),
            ("node", READERS / "read.mjs", tool.SCRIPT.as_uri()),
        )
    )
    assert vobject == icaljs
    for name, found in zip(FILES, vobject, strict=True):
        assert found["days"] == DAYS[name]
        assert (found["floating"], found["alarm_s"]) == ((False, 0) if name == "the wait" else (True, -3600))
        assert "\n" in found["description"]
