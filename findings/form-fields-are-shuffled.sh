#!/bin/sh
# Litestar gives the fields of a form in another order each time the server starts.
#
# Surprise: multi_items() of a form (and of query parameters) walks a set of the names, so its order follows
#   the seed of Python's hashes: one order per process. items() of the same object keeps the order of the form.
# Matters: whatever depends on the order - a digest of a form, a letter made from it, "the first file is the front
#   page" - is right on one start and wrong on the next, and two workers of one server disagree.
# Expected from: multi_items' docstring (all keys and values, duplicates too); multidict's, which keeps the order.
# Versions: litestar 2.25.0, multidict 7.2.1.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
"${PYTHON:-python3}" -m venv venv
venv/bin/python -m pip install -qq --disable-pip-version-check litestar==2.25.0 multidict==7.2.1
cat > order.py <<'PY'
from litestar.datastructures import FormMultiDict

form = FormMultiDict([("make", "x"), ("model", "y"), ("serial", "1"), ("serial", "2"), ("owner", "z")])
print(*(name for name, _ in form.items()), "|", *(name for name, _ in form.multi_items()))
PY
cat > finding.py <<'PY'
import os
import subprocess
import sys
from importlib.metadata import version


def orders(seed):
    environment = {**os.environ, "PYTHONHASHSEED": str(seed)}
    command = (sys.executable, "order.py")
    said = subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout
    return tuple(part.strip() for part in said.split("|"))


seen = [orders(seed) for seed in range(1, 9)]
items = {first for first, _ in seen}
multi_items = {second for _, second in seen}
print("litestar", version("litestar"), "multidict", version("multidict"))
print("expected: eight starts of one program, one order: make model serial serial owner")
print("seen: items():", sorted(items))
print("seen: multi_items():", sorted(multi_items))
sys.exit(0 if items == {"make model serial serial owner"} and len(multi_items) > 1 else "CHANGED")
PY
venv/bin/python finding.py
