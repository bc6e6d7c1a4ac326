#!/bin/sh
# Half a minute more breaks the Russian of a wait: "31.50 минута", and "in 21 minutes" is never right.
#
# Surprise: gettext knows whole numbers only, so a fraction is spoken like the whole number in it: 31.5 takes the
#   form of 31. Russian has a form of its own for fractions (CLDR calls it "other"), which Babel uses, and a comma
#   in the number. And "через 21 минута" is the form of a list, not of a sentence: after "через" it is "минуту".
#   Round test values (2, 5, 30 minutes) look right.
# Matters: the wait of a locked radio is what an owner reads first, and 21 or 21.5 minutes come up on every
#   countdown. A page that cannot speak looks like one that cannot be trusted.
# Expected from: humanize's README (translations, ru_RU among them) and CLDR's plural rules for Russian.
# Versions: humanize 4.17.0, babel 2.19.0.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
"${PYTHON:-python3}" -m venv venv
venv/bin/python -m pip install -qq --disable-pip-version-check humanize==4.17.0 babel==2.19.0
cat > finding.py <<'PY'
import sys
from datetime import timedelta
from importlib.metadata import version

import humanize
from babel.dates import format_timedelta
from babel.units import format_unit

humanize.i18n.activate("ru_RU")
seen = {}
for minutes in (1.5, 5.5, 21.5, 31.5):
    by_gettext = humanize.precisedelta(timedelta(minutes=minutes), minimum_unit="minutes")
    seen[minutes] = (by_gettext, format_unit(minutes, "duration-minute", locale="ru"))
ahead = timedelta(minutes=21)
seen["in 21 minutes"] = (
    humanize.naturaltime(-ahead),
    format_timedelta(ahead, add_direction=True, locale="ru"),
)
print("humanize", version("humanize"), "babel", version("babel"))
print("expected: one form for all fractions (минуты, with a comma), and 'через 21 минуту'")
for what, (by_gettext, by_cldr) in seen.items():
    print(f"seen: {what}: humanize {by_gettext!r}, babel {by_cldr!r}")
known = {
    1.5: ("1.50 минуты", "1,5 минуты"),
    5.5: ("5.50 минут", "5,5 минуты"),
    21.5: ("21.50 минута", "21,5 минуты"),
    31.5: ("31.50 минута", "31,5 минуты"),
    "in 21 minutes": ("через 21 минута", "через 21 минуту"),
}
sys.exit(0 if seen == known else "CHANGED")
PY
venv/bin/python finding.py
