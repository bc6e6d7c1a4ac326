#!/bin/sh
# A time with an offset (09:00+03:00) leaves icalendar as 09:00 in a zone that does not exist.
#
# Surprise: the file says TZID="UTC+03:00" and defines no such zone; add_missing_timezones() leaves it out without
#   a word, and nothing is refused. Nobody can resolve the name: icalendar's own reader gives 09:00 without any
#   zone, and ical.js takes it for 09:00 wherever its reader happens to be.
# Matters: times that come from JSON, from a database driver or from datetime.fromisoformat() carry an offset
#   and no name. The alarm of a countdown then rings an hour or more beside the end of the wait.
# Expected from: RFC 5545, 3.2.19 (a TZID must have its VTIMEZONE in the same file, and the moment could have been
#   written in UTC); the docstring of add_missing_timezones ("all the timezone components that are required";
#   it leaves out zones "that are not known", which a plain offset is not).
# Versions: icalendar 7.3.0, ical.js 2.2.1.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
"${PYTHON:-python3}" -m venv venv
venv/bin/python -m pip install -qq --disable-pip-version-check icalendar==7.3.0 tzdata==2026.2
npm install --silent --no-audit --no-fund ical.js@2.2.1
cat > start.cjs <<'JS'
const fs = require('fs');
const loaded = require('ical.js');
const ICAL = loaded.default || loaded;
const calendar = new ICAL.Component(ICAL.parse(fs.readFileSync('wait.ics', 'utf8')));
const event = new ICAL.Event(calendar.getFirstSubcomponent('vevent'));
process.stdout.write(event.startDate.toJSDate().toISOString().slice(11, 16));
JS
cat > finding.py <<'PY'
import os
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from icalendar import Calendar, Event

due = datetime.fromisoformat("2027-03-01T09:00:00+03:00")
event = Event()
event.add("uid", "1@example.org")
event.add("dtstamp", due.astimezone(UTC))
event.add("dtstart", due)
calendar = Calendar()
calendar.add("prodid", "-//example//wait//EN")
calendar.add("version", "2.0")
calendar.add_component(event)
calendar.add_missing_timezones()
written = calendar.to_ical()
Path("wait.ics").write_bytes(written)
back = Calendar.from_ical(written).walk("VEVENT")[0]["DTSTART"].dt

print("icalendar", version("icalendar"), "ical.js 2.2.1")
print("expected: a start that everybody reads as 06:00 UTC")
seen = {
    "written": next(line for line in written.decode().splitlines() if line.startswith("DTSTART")),
    "its zone is in the file": b"BEGIN:VTIMEZONE" in written,
    "icalendar": back.isoformat(),
}
for zone in ("Europe/Berlin", "Asia/Tokyo"):
    seen[f"ical.js in {zone}, UTC"] = subprocess.run(
        ("node", "start.cjs"), capture_output=True, text=True, check=True, env={**os.environ, "TZ": zone}
    ).stdout
for what, value in seen.items():
    print(f"seen: {what}: {value}")
known = {
    "written": 'DTSTART;TZID="UTC+03:00":20270301T090000',
    "its zone is in the file": False,
    "icalendar": "2027-03-01T09:00:00",
    "ical.js in Europe/Berlin, UTC": "08:00",
    "ical.js in Asia/Tokyo, UTC": "00:00",
}
sys.exit(0 if seen == known else "CHANGED")
PY
venv/bin/python finding.py
