#!/bin/sh
# scapy's ISOTP.fragment(fd=True) makes single frames that no ISO-TP receiver takes.
#
# Surprise: a CAN FD frame of more than 8 bytes has its ISO-TP length in the second byte, behind a zero, and 9
#   bytes is no length that CAN FD knows. fragment() writes the length into the first byte and neither escapes
#   nor pads: 8 bytes of payload become a frame of 9, and 15 bytes a frame of 16 with the length in the wrong
#   place. ISOTPSoftSocket(fd=True) of the same library does both rightly, so a trial with the socket says nothing.
# Matters: recorded or generated frames are how a diagnostic unit is tested without a bus. All answers of 8 to 63
#   bytes, which is most of them, are silently lost.
# Expected from: ISO 15765-2 (single frame with escape for CAN_DL above 8); fragment()'s docstring ("fd").
# Versions: scapy 2.8.0, can-isotp 2.0.7 and python-can 4.6.1 as the receiver, on its virtual bus.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
"${PYTHON:-python3}" -m venv venv
venv/bin/python -m pip install -qq --disable-pip-version-check scapy==2.8.0 can-isotp==2.0.7 python-can==4.6.1
cat > finding.py <<'PY'
import logging
import sys
from importlib.metadata import version

logging.disable(logging.CRITICAL)  # scapy speaks of the machine's network cards when it is imported

import can
import isotp
from scapy.contrib.isotp import ISOTP

LENGTHS = {0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 20, 24, 32, 48, 64}
ADDRESS = isotp.Address(isotp.AddressingMode.Normal_11bits, txid=0x7A8, rxid=0x7A0)


def frame_of_scapy(payload):
    (frame,) = ISOTP(payload, tx_id=0x7A0).fragment(fd=True)
    return bytes(frame.data)


def received(frame, channel):
    """What can-isotp makes of one frame; None where it delivers nothing."""
    with (
        can.Bus(interface="virtual", channel=channel, fd=True) as sender,
        can.Bus(interface="virtual", channel=channel, fd=True) as receiver,
    ):
        stack = isotp.CanStack(receiver, address=ADDRESS, params={"can_fd": True, "tx_data_length": 64})
        sender.send(can.Message(arbitration_id=0x7A0, is_extended_id=False, is_fd=True, data=frame))
        for _ in range(3):
            stack.process(rx_timeout=0.05)
        got = stack.recv()
        return None if got is None else bytes(got)


print("scapy", version("scapy"), "can-isotp", version("can-isotp"), "python-can", version("python-can"))
print("expected: each payload arrives as it was sent, in a frame of a length that CAN FD has")
seen = {}
for size in (5, 8, 12, 15, 62):
    payload = bytes(range(1, size + 1))
    frame = frame_of_scapy(payload)
    escaped = bytes([0, size]) + payload
    escaped += b"\xcc" * (min(one for one in LENGTHS if one >= len(escaped)) - len(escaped))
    seen[size] = (
        len(frame) in LENGTHS,
        len(frame) in LENGTHS and received(frame, f"scapy {size}") == payload,
        received(escaped if size > 7 else frame, f"standard {size}") == payload,
    )
    print(f"seen: {size} bytes as {len(frame)} ({frame[:3].hex(' ')}..): length of CAN FD {seen[size][0]},"
          f" arrives {seen[size][1]}; written by the standard it arrives {seen[size][2]}")
known = {
    5: (True, True, True),
    8: (False, False, True),
    12: (False, False, True),
    15: (True, False, True),
    62: (False, False, True),
}
sys.exit(0 if seen == known else "CHANGED")
PY
venv/bin/python finding.py
