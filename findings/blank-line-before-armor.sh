#!/bin/sh
# An age file in armor that a mail program gave a blank line before it opens in JavaScript and not in Python.
#
# Surprise: pyrage takes blanks and blank lines behind the armor and none before it: "Header is invalid", the words
#   for a damaged file. The age package of npm opens both. Sealed by pyrage itself, so nothing else is odd about it.
# Matters: armor is what people paste into mails and notes, and these begin with a blank line. An owner who hears
#   that the only copy of his codes is damaged does not try again without the line.
# Expected from: the age specification (C2SP, age v1, "ASCII armor": whitespace before and after it is to be
#   ignored), and its public test vector armor_whitespace_outside (C2SP/CCTV), which expects success.
# Versions: pyrage 1.4.0, age-encryption 0.3.1.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
"${PYTHON:-python3}" -m venv venv
venv/bin/python -m pip install -qq --disable-pip-version-check pyrage==1.4.0
npm install --silent --no-fund --no-audit age-encryption@0.3.1
cat > open.mjs <<'JS'
import { readFileSync } from "node:fs";
import { Decrypter, armor } from "age-encryption";
const decrypter = new Decrypter();
decrypter.addIdentity(process.argv[2]);
console.log(await decrypter.decrypt(armor.decode(readFileSync(process.argv[3], "utf8")), "text"));
JS
cat > finding.py <<'PY'
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pyrage

identity = pyrage.x25519.Identity.generate()
armored = pyrage.encrypt(b"1234", [identity.to_public()], armored=True)


def by_pyrage(text):
    try:
        return pyrage.decrypt(text, [identity]).decode()
    except pyrage.DecryptError as error:
        return str(error)


def by_npm(text):
    Path("file.age").write_bytes(text)
    ran = subprocess.run(["node", "open.mjs", str(identity), "file.age"], capture_output=True, text=True)
    return ran.stdout.strip() or "refused"


print("pyrage", version("pyrage"), "age-encryption 0.3.1")
print("expected: '1234' everywhere")
seen = {}
for name, text in {"as it is": armored, "line behind": armored + b"\n", "line before": b"\n" + armored}.items():
    seen[name] = (by_pyrage(text), by_npm(text))
    print(f"seen: {name}: pyrage {seen[name][0]!r}, npm {seen[name][1]!r}")
known = {
    "as it is": ("1234", "1234"),
    "line behind": ("1234", "1234"),
    "line before": ("Header is invalid", "1234"),
}
sys.exit(0 if seen == known else "CHANGED")
PY
venv/bin/python finding.py
