#!/bin/sh
# TUF metadata signed in Python with a long number in it counts as unsigned in JavaScript.
#
# Surprise: a signature covers the canonical form, which each side makes anew from what it parsed. A whole number
#   above 2^53 has lost its last digits by then in JavaScript, so tuf-js sees "signed by 0/1 keys". The same
#   happens where two keys of an object sort differently: Python sorts by code point, JavaScript by UTF-16 unit.
# Matters: a catalogue's `custom` is where a serial or a time in nanoseconds goes. The client in Python is
#   content, the one in the browser refuses the same update, and the message points at the keys.
# Expected from: the README of @tufjs/canonical-json, which says its form is the one of securesystemslib.
# Versions: tuf 7.0.1, securesystemslib 1.6.0, @tufjs/models 4.1.1.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
"${PYTHON:-python3}" -m venv venv
venv/bin/python -m pip install -qq --disable-pip-version-check \
    tuf==7.0.1 securesystemslib==1.6.0 cryptography==50.0.2
npm install --silent --no-audit --no-fund @tufjs/models@4.1.1 @tufjs/canonical-json@2.0.0
cat > verify.cjs <<'JS'
const { Metadata } = require('@tufjs/models');
const { root, cases } = JSON.parse(require('fs').readFileSync('signed.json', 'utf8'));
const keys = Metadata.fromJSON('root', root);
const seen = {};
for (const name of Object.keys(cases)) {
  try {
    keys.verifyDelegate('targets', Metadata.fromJSON('targets', cases[name]));
    seen[name] = 'verified';
  } catch (error) {
    seen[name] = error.message;
  }
}
process.stdout.write(JSON.stringify(seen));
JS
cat > finding.py <<'PY'
import copy
import json
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from securesystemslib.signer import CryptoSigner
from tuf.api.metadata import Metadata, Root, TargetFile, Targets

CUSTOM = {
    "a short number": {"serial": 281155216},
    "a Russian word, a tab and a line end": {"имя": "Код\t4786\n"},
    "2^53": {"serial": 2**53},
    "2^53 + 1": {"serial": 2**53 + 1},
    "keys that two sorts put in two orders": {"\U0001d538": 1, "\uff21": 2},
}
EXPIRES = datetime(2040, 1, 1, tzinfo=UTC)
signer = CryptoSigner.generate_ed25519()
root = Metadata(Root(expires=EXPIRES))
for role in ("root", "targets", "snapshot", "timestamp"):
    root.signed.add_key(signer.public_key, role)
cases, seen = {}, {}
for name, custom in CUSTOM.items():
    target = TargetFile.from_data("radios.toml", b"hello", ["sha256"])
    target.unrecognized_fields["custom"] = custom
    metadata = Metadata(Targets(expires=EXPIRES, targets={"radios.toml": target}))
    metadata.sign(signer)
    cases[name] = json.loads(metadata.to_bytes())
    again = Metadata.from_dict(copy.deepcopy(cases[name]))
    root.signed.verify_delegate("targets", again.signed_bytes, again.signatures)  # raises where Python minds
    seen[name] = "verified"
Path("signed.json").write_text(json.dumps({"root": root.to_dict(), "cases": cases}), "utf-8")
by_node = subprocess.run(("node", "verify.cjs"), capture_output=True, text=True, check=True).stdout
print("tuf", version("tuf"), "securesystemslib", version("securesystemslib"), "@tufjs/models 4.1.1")
print("expected: both sides verify all five")
for name, answer in json.loads(by_node).items():
    print(f"seen: {name}: Python {seen[name]}, JavaScript {answer}")
unsigned = "targets was signed by 0/1 keys"
known = dict.fromkeys(CUSTOM, "verified")
known |= dict.fromkeys(("2^53 + 1", "keys that two sorts put in two orders"), unsigned)
sys.exit(0 if json.loads(by_node) == known else "CHANGED")
PY
venv/bin/python finding.py
