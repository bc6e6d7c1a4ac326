#!/bin/sh
# Two metrics that prometheus-client keeps apart have one name on the page that is scraped.
#
# Surprise: since names may hold any letter, the registry takes `radio.wait` beside `radio_wait`, and two Russian
#   names of one length. The plain text page, which every client gets that does not ask for UTF-8 names, writes
#   "_" for each such letter without a look whether that name is taken: two groups of one name, with the same
#   labels and other values. The library's own reader makes one metric with two values of them.
# Matters: which of the two a graph shows is chance, and the alarm for the one fires on the other.
# Expected from: prometheus-client's registry, which refuses duplicated names ("Duplicated timeseries"), and the
#   text format, where all lines of a metric are one group with one TYPE line.
# Versions: prometheus-client 0.26.0.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
"${PYTHON:-python3}" -m venv venv
venv/bin/python -m pip install -qq --disable-pip-version-check prometheus-client==0.26.0
cat > finding.py <<'PY'
import sys
from importlib.metadata import version

from prometheus_client import CollectorRegistry, Gauge
from prometheus_client.exposition import choose_encoder
from prometheus_client.parser import text_string_to_metric_families

NAMES = {"radio.wait": 1, "radio_wait": 2, "коды": 3, "сбои": 4}
registry = CollectorRegistry()
for name, value in NAMES.items():
    Gauge(name, "help", registry=registry).set(value)
try:
    Gauge("radio_wait", "help", registry=registry)
    refused = False
except ValueError:
    refused = True


def page(accepted):
    encode, _ = choose_encoder(accepted)
    return [
        (family.name, [sample.value for sample in family.samples])
        for family in text_string_to_metric_families(encode(registry).decode())
    ]


seen = {"text/plain": page("text/plain"), "UTF-8 asked for": page("text/plain;version=1.0.0;escaping=allow-utf-8")}
print("prometheus-client", version("prometheus-client"))
print("a second radio_wait is refused:", refused)
print("expected: four names on every page, or a refusal when the second is registered")
for accepted, families in seen.items():
    print(f"seen: {accepted}: {families}")
known = {
    "text/plain": [("radio_wait", [1.0, 2.0]), ("____", [3.0, 4.0])],
    "UTF-8 asked for": [(name, [float(value)]) for name, value in NAMES.items()],
}
sys.exit(0 if refused and seen == known else "CHANGED")
PY
venv/bin/python finding.py
