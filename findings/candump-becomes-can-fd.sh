#!/bin/sh
# scapy reads a candump recording of classic CAN and makes CAN FD of it.
#
# Surprise: rdcandump() tells the two apart by the length of the hexadecimal text and not of the data, so every
#   classic frame of 5 to 8 bytes becomes a CANFD packet. And a recording that python-can wrote, in the format
#   that both call candump's, is not read at all: the direction at the end of a line (R or T) is a ValueError.
# Matters: whoever replays a recorded session sends CAN FD frames to a bus of classic CAN; whoever filters for
#   CAN packets misses most of the traffic and sees only the short frames.
# Expected from: scapy's documentation of CandumpReader ("each packet is returned as a CAN packet"); python-can's
#   of CanutilsLogWriter (compatible with "candump -L").
# Versions: scapy 2.8.0, python-can 4.6.1.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
"${PYTHON:-python3}" -m venv venv
venv/bin/python -m pip install -qq --disable-pip-version-check scapy==2.8.0 python-can==4.6.1
cat > finding.py <<'PY'
import logging
import sys
from importlib.metadata import version
from pathlib import Path

logging.disable(logging.CRITICAL)

import can
from scapy.layers.can import rdcandump

SENT = ("0322f190", "037f227855", "101462f190575657", "21565a5a5a314a5a")

with can.Logger("written.log") as log:
    for number, data in enumerate(SENT):
        log(can.Message(timestamp=float(number), arbitration_id=0x7A8, is_extended_id=False,
                        channel="vcan0", data=bytes.fromhex(data)))
written = Path("written.log").read_text("ascii")
Path("plain.log").write_text("".join(f"{line[:-2]}\n" for line in written.splitlines()), "ascii")


def kinds(name):
    try:
        return [type(packet).__name__ for packet in rdcandump(name)]
    except ValueError as error:
        return f"ValueError: {error}"


again = [(message.is_fd, message.data.hex()) for message in can.LogReader("plain.log")]
seen = {"as python-can wrote it": kinds("written.log"), "without the direction": kinds("plain.log")}
print("scapy", version("scapy"), "python-can", version("python-can"))
print("the first line:", written.splitlines()[0])
print("expected: four classic frames both times, as python-can reads them:", again)
for what, value in seen.items():
    print(f"seen: {what}: {value}")
known = {
    "as python-can wrote it": "ValueError: too many values to unpack (expected 3)",
    "without the direction": ["CAN", "CANFD", "CANFD", "CANFD"],
}
right = again == [(False, data) for data in SENT]
sys.exit(0 if right and seen == known else "CHANGED")
PY
venv/bin/python finding.py
