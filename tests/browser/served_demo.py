"""The demonstration of `make run`, served: `served_demo.py DATABASE CLOCK TOLD`.

TOLD becomes a JSON file: the secret of the registrar's one-time link.
"""

import json
import sys
from pathlib import Path

from served import ToldClock

from radiokey.web.operations.demo import make
from radiokey.web.serve import serve

if __name__ == "__main__":
    clock = ToldClock(Path(sys.argv[2]))
    database, link = make(sys.argv[1], clock)
    Path(sys.argv[3]).write_text(json.dumps(link.reveal()), encoding="utf-8")
    serve("127.0.0.1", 0, database, clock=clock)
