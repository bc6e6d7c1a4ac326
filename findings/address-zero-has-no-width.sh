#!/bin/sh
# udsoncan cannot speak of memory at address 0 unless the caller says how wide the address is.
#
# Surprise: MemoryLocation(0, 16) works out the width of an address by itself, like that of every other address,
#   comes to 0 bits, and raises a ValueError about an "address_format" that nobody gave. Address 1 is one byte.
# Matters: a download to address 0, which is where many bootloaders begin, fails before a byte is sent; in a loop
#   over regions the first one alone fails.
# Expected from: udsoncan's documentation of MemoryLocation ("if None is specified, the smallest size required to
#   store the given address will be used"); ISO 14229-1, RequestDownload: any value of memoryAddress.
# Versions: udsoncan 1.26.1.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
"${PYTHON:-python3}" -m venv venv
venv/bin/python -m pip install -qq --disable-pip-version-check udsoncan==1.26.1
cat > finding.py <<'PY'
import sys
from importlib.metadata import version

from udsoncan import MemoryLocation


def address(value, **more):
    try:
        return MemoryLocation(value, 16, **more).get_address_bytes().hex()
    except ValueError as error:
        return f"ValueError: {error}".partition(" : ")[0]


seen = {
    "address 1": address(1),
    "address 0": address(0),
    "address 0, 32 bits": address(0, address_format=32),
}
print("udsoncan", version("udsoncan"))
print("expected: address 0 in one byte, like address 1")
for what, value in seen.items():
    print(f"seen: {what}: {value}")
known = {
    "address 1": "01",
    "address 0": "ValueError: address_format must be an integer selected from",
    "address 0, 32 bits": "00000000",
}
sys.exit(0 if seen == known else "CHANGED")
PY
venv/bin/python finding.py
