#!/bin/sh
# 24 hours in a calendar file are 23 in the night that clocks go forward, for both usual readers.
#
# Surprise: RFC 5545 has two lengths, PT24H (24 hours that pass) and P1D (the same time tomorrow), and only the
#   second bends where clocks change. icalendar and ical.js bend both. And icalendar has one way to write them:
#   a file with PT24H that is read and written without a change comes out with P1D, which means something else.
# Matters: a lock that waits counts hours of power. An entry made as "start and 24 hours" ends an hour early.
# Expected from: RFC 5545, 3.3.6; the docstring of icalendar's vDuration, which tells nominal lengths from accurate.
# Versions: icalendar 7.3.0, tzdata 2026.2, ical.js 2.2.1.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
"${PYTHON:-python3}" -m venv venv
venv/bin/python -m pip install -qq --disable-pip-version-check icalendar==7.3.0 tzdata==2026.2
npm install --silent --no-audit --no-fund ical.js@2.2.1
cat > end.cjs <<'JS'
const fs = require('fs');
const loaded = require('ical.js');
const ICAL = loaded.default || loaded;
const calendar = new ICAL.Component(ICAL.parse(fs.readFileSync(process.argv[2], 'utf8')));
ICAL.TimezoneService.register(calendar.getFirstSubcomponent('vtimezone'));
const event = new ICAL.Event(calendar.getFirstSubcomponent('vevent'));
process.stdout.write(event.endDate.toJSDate().toISOString().slice(11, 16));
JS
cat > finding.py <<'PY'
import subprocess
import sys
from datetime import UTC
from importlib.metadata import version
from pathlib import Path

from icalendar import Calendar

# Clocks in Berlin go forward in the night to 28 March 2027: that day has 23 hours.
FILE = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//example//wait//EN
BEGIN:VTIMEZONE
TZID:Europe/Berlin
BEGIN:DAYLIGHT
DTSTART:19810329T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19961027T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
UID:1@example.org
DTSTAMP:20270301T000000Z
DTSTART;TZID=Europe/Berlin:20270327T200000
DURATION:{length}
SUMMARY:the wait
END:VEVENT
END:VCALENDAR
"""
RIGHT = {"PT24H": "19:00", "P1D": "18:00"}  # the end in UTC; the start is 19:00 in UTC

print("icalendar", version("icalendar"), "ical.js 2.2.1")
seen = {}
for length, right in RIGHT.items():
    text = FILE.format(length=length).replace("\n", "\r\n")
    calendar = Calendar.from_ical(text)
    Path("wait.ics").write_text(text, "utf-8", newline="")
    seen[length] = (
        calendar.walk("VEVENT")[0].end.astimezone(UTC).strftime("%H:%M"),
        subprocess.run(("node", "end.cjs", "wait.ics"), capture_output=True, text=True, check=True).stdout,
        next(line for line in calendar.to_ical().decode().splitlines() if line.startswith("DURATION")),
    )
    print(f"expected: {length:5} ends at {right} UTC everywhere and is written back as DURATION:{length}")
    print("seen:     icalendar {}, ical.js {}, written back as {}".format(*seen[length]))
known = {"PT24H": ("18:00", "18:00", "DURATION:P1D"), "P1D": ("18:00", "18:00", "DURATION:P1D")}
sys.exit(0 if seen == known else "CHANGED")
PY
venv/bin/python finding.py
