#!/bin/sh
# A QR code of a Russian word and a number is written as Japanese, and readers show nothing or noise.
#
# Surprise: text that is not Latin-1 is tried as Shift_JIS before UTF-8, and Shift_JIS has the Russian alphabet.
#   "Код 4786" becomes plain bytes of Shift_JIS without a mark that says so: zxing-cpp guesses right, jsQR
#   returns an empty text and no error, OpenCV returns the raw bytes. A letter that Japanese lacks (№, Ї) turns
#   the whole text into UTF-8 again, so a test with one such letter passes.
# Matters: the card of a Russian owner looks right, is found by every scanner and reads as empty on some phones.
# Expected from: segno's documentation of make(): ISO 8859-1, "and if it does not fit, it will use UTF-8".
# Versions: segno 1.6.6, zxing-cpp 3.1.1, opencv-python-headless 5.0.0.93, jsqr 1.4.0.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
"${PYTHON:-python3}" -m venv venv
venv/bin/python -m pip install -qq --disable-pip-version-check \
    segno==1.6.6 zxing-cpp==3.1.1 pillow==13.0.0 numpy==2.4.6 opencv-python-headless==5.0.0.93
npm install --silent --no-audit --no-fund jsqr@1.4.0 pngjs@7.0.0
cat > read.cjs <<'JS'
const fs = require('fs');
const { PNG } = require('pngjs');
const loaded = require('jsqr');
const jsQR = loaded.default || loaded;
const picture = PNG.sync.read(fs.readFileSync('qr.png'));
const found = jsQR(new Uint8ClampedArray(picture.data), picture.width, picture.height);
process.stdout.write(JSON.stringify(found && found.data));
JS
cat > finding.py <<'PY'
import json
import subprocess
import sys
from importlib.metadata import version

import cv2
import numpy
import segno
import zxingcpp
from PIL import Image

TEXTS = ("Код 4786", "№ 4786")


def readings(text, **encoding):
    segno.make_qr(text, **encoding).save("qr.png", scale=6, border=4)
    picture = Image.open("qr.png").convert("RGB")
    picture.convert("RGBA").save("qr.png")
    by_node = subprocess.run(("node", "read.cjs"), capture_output=True, text=True, check=True).stdout
    return {
        "zxing-cpp": zxingcpp.read_barcodes(picture)[0].text == text,
        "OpenCV": cv2.QRCodeDetector().detectAndDecode(numpy.array(picture))[0] == text,
        "jsQR": json.loads(by_node) == text,
    }, json.loads(by_node)


print("segno", version("segno"), "zxing-cpp", version("zxing-cpp"), "OpenCV", cv2.__version__, "jsqr 1.4.0")
seen = {}
for text in TEXTS:
    for encoding in ({}, {"encoding": "utf-8"}):
        right, said = readings(text, **encoding)
        seen[text, bool(encoding)] = right
        print(f"expected: {text!r} {encoding or 'by default'} is read by all three")
        print(f"seen:     {right}, jsQR said {said!r}")
everybody = {"zxing-cpp": True, "OpenCV": True, "jsQR": True}
known = {key: everybody for key in seen}
known["Код 4786", False] = {"zxing-cpp": True, "OpenCV": False, "jsQR": False}
sys.exit(0 if seen == known else "CHANGED")
PY
venv/bin/python finding.py
