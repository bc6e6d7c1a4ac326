#!/bin/sh
# A calendar file by icalendar says nine in Moscow, and ical.js reads eight.
#
# Surprise: the zone that icalendar writes into the file lists its changes as one RDATE line of many dates.
#   Each is right, and dateutil and icalendar read it rightly. ical.js takes the first date of the line and
#   leaves the rest out, so Moscow keeps the time of 2011 to 2014 and Berlin has no summer any more.
# Matters: nothing is refused and nothing is logged; the reminder of half the readers is an hour wrong.
# Expected from: RFC 5545, 3.8.5.2 and 3.6.5, which allow a list in RDATE and RDATE in a zone; ical.js knows the
#   list (its table of properties calls RDATE multi-valued).
# Versions: icalendar 7.3.0, tzdata 2026.2, ical.js 2.2.1; python-dateutil 2.9.0.post0 as the third opinion.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
"${PYTHON:-python3}" -m venv venv
venv/bin/python -m pip install -qq --disable-pip-version-check \
    icalendar==7.3.0 tzdata==2026.2 python-dateutil==2.9.0.post0
npm install --silent --no-audit --no-fund ical.js@2.2.1
cat > start.cjs <<'JS'
const fs = require('fs');
const loaded = require('ical.js');
const ICAL = loaded.default || loaded;
const calendar = new ICAL.Component(ICAL.parse(fs.readFileSync(process.argv[2], 'utf8')));
ICAL.TimezoneService.register(calendar.getFirstSubcomponent('vtimezone'));
const event = new ICAL.Event(calendar.getFirstSubcomponent('vevent'));
process.stdout.write(event.startDate.toJSDate().toISOString().slice(11, 16));
JS
cat > finding.py <<'PY'
import io
import re
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from zoneinfo import ZoneInfo

from dateutil import tz
from icalendar import Calendar, Event


def file_for(start):
    event = Event()
    event.add("uid", "1@example.org")
    event.add("dtstamp", start.astimezone(UTC))
    event.add("dtstart", start)
    calendar = Calendar()
    calendar.add("prodid", "-//example//wait//EN")
    calendar.add("version", "2.0")
    calendar.add_component(event)
    calendar.add_missing_timezones()
    return calendar.to_ical().decode()


def by_ical_js(text):
    Path("wait.ics").write_text(text, "utf-8", newline="")
    return subprocess.run(("node", "start.cjs", "wait.ics"), capture_output=True, text=True, check=True).stdout


def by_dateutil(text, zone):
    zones = tz.tzical(io.StringIO(text.replace("\r\n ", "").replace("\r\n", "\n")))
    return datetime(2027, 7, 1, 9, tzinfo=zones.get(zone)).astimezone(UTC).strftime("%H:%M")


def one_date_a_line(text):
    lines = lambda found: "".join(f"RDATE:{one}\r\n" for one in found[1].split(","))
    return re.sub(r"RDATE:(.*)\r\n", lines, text.replace("\r\n ", ""))


print("icalendar", version("icalendar"), "ical.js 2.2.1 dateutil", version("python-dateutil"))
seen, known = {}, {}
for zone, right, wrong in (("Europe/Moscow", "06:00", "05:00"), ("Europe/Berlin", "07:00", "08:00")):
    start = datetime(2027, 7, 1, 9, tzinfo=ZoneInfo(zone))
    text = file_for(start)
    seen[zone] = {
        "dateutil": by_dateutil(text, zone),
        "ical.js": by_ical_js(text),
        "ical.js, one date a line": by_ical_js(one_date_a_line(text)),
    }
    known[zone] = {"dateutil": right, "ical.js": wrong, "ical.js, one date a line": right}
    print(f"expected: 09:00 on 1 July 2027 in {zone} is {start.astimezone(UTC):%H:%M} UTC for every reader")
    print(f"seen:     {seen[zone]}")
sys.exit(0 if seen == known else "CHANGED")
PY
venv/bin/python finding.py
