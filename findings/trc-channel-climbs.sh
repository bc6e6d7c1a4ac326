#!/bin/sh
# Each copy of a PEAK recording (.trc) moves every frame to the next channel.
#
# Surprise: python-can adds one to the channel when it writes, because some interfaces count from 0 and the
#   format does not, and takes the number as it is when it reads. A recording that is opened and saved has its
#   channels 1 and 2 as 2 and 3, then as 3 and 4. ASC and BLF of the same library keep them.
# Matters: the channel is how a recording tells the radio's bus from the car's. A file that was cut, merged or
#   converted once points at a bus that nobody recorded.
# Expected from: the docstrings of TRCReader and TRCWriter, which do not mention it; PEAK's description of the
#   format, where the bus number is part of what was recorded.
# Versions: python-can 4.6.1.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
"${PYTHON:-python3}" -m venv venv
venv/bin/python -m pip install -qq --disable-pip-version-check python-can==4.6.1
cat > finding.py <<'PY'
import sys
from importlib.metadata import version

import can


def copies(kind):
    """The channels of two frames after each of three rounds of writing and reading."""
    frames = [
        can.Message(timestamp=1_700_000_000.0 + channel, arbitration_id=0x7A0 + channel, is_extended_id=False,
                    channel=channel, data=b"\x01")
        for channel in (1, 2)
    ]
    channels = []
    for round_ in range(3):
        with can.Logger(f"{round_}{kind}") as log:
            for frame in frames:
                log(frame)
        frames = list(can.LogReader(f"{round_}{kind}"))
        channels.append([frame.channel for frame in frames])
    return channels


print("python-can", version("python-can"))
print("expected: [1, 2] three times in each format")
seen = {kind: copies(kind) for kind in (".asc", ".blf", ".trc")}
for kind, channels in seen.items():
    print(f"seen: {kind}: {channels}")
same = [[1, 2]] * 3
sys.exit(0 if seen == {".asc": same, ".blf": same, ".trc": [[2, 3], [3, 4], [4, 5]]} else "CHANGED")
PY
venv/bin/python finding.py
