"""The plug's parsers under a coverage-guided fuzzer (atheris, libFuzzer): a fixed number of runs.

`python tools/fuzz.py` runs each target of tests/diagnostics/fuzzed.py in a process of its own, from its
seeds, and prints what was reached. What a function raises, an input that takes too much memory, and a run
that reached no more than its seeds are red; the input is then in build/fuzz.
"""

import importlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from steps import ROOT

HARNESSES: Final = ROOT / "tests" / "diagnostics"
FOUND: Final = ROOT / "build" / "fuzz"
RUNS: Final = {
    "DoIP messages": 400_000,
    "ISO-TP frames": 400_000,
    "UDS requests": 60_000,
    "firmware images": 200_000,
}
"""How often each is run: about half a minute of one core."""
INSTRUMENTED: Final = ("radiokey.diagnostics", "radiokey.code.signed", "radiokey.headunit.firmware")
"""What the fuzzer watches: where its inputs go."""
_REACHED: Final = re.compile(r"^#\d+\s+(INITED|DONE)\s+cov: (\d+) ft: (\d+) corp: (\d+)", re.MULTILINE)


def fuzz(name: str, runs: int) -> str:
    """Run one target from its seeds; return what it reached, exit where it was red."""
    with tempfile.TemporaryDirectory() as folder:
        ran = subprocess.run(
            (sys.executable, Path(__file__), name, folder, str(runs)),
            capture_output=True,
            text=True,
            check=False,
            env=os.environ | {"PYTHONHASHSEED": "0"},
        )
    reached = {row[0]: tuple(map(int, row[1:])) for row in _REACHED.findall(ran.stderr)}
    if ran.returncode or {"INITED", "DONE"} - set(reached):
        sys.exit(f"{name}: red\n{ran.stderr[-6_000:]}")
    (edges_before, features_before, _), (edges, features, inputs) = reached["INITED"], reached["DONE"]
    if not 0 < edges_before <= edges or features <= features_before:
        sys.exit(f"{name}: the fuzzer sees nothing of what it runs\n{ran.stderr[-2_000:]}")
    return (
        f"{name}: {runs:,} runs, {edges} edges (seeds {edges_before}), {features} features "
        f"(seeds {features_before}), {inputs} inputs kept, nothing found"
    )


def run_target(name: str, folder: str, runs: str) -> None:
    """Be the fuzzer of one target: its seeds go into `folder`."""
    atheris = importlib.import_module("atheris")  # there is not a build of it everywhere
    sys.path.insert(0, str(HARNESSES))
    with atheris.instrument_imports(include=list(INSTRUMENTED)):
        target = importlib.import_module("fuzzed").TARGETS[name]  # watched from its import on
    for number, seed in enumerate(target.seeds):
        (Path(folder) / str(number)).write_bytes(seed)
    FOUND.mkdir(parents=True, exist_ok=True)
    place = f"-artifact_prefix={FOUND}/{name.replace(' ', '-')}-"
    options = (f"-runs={runs}", "-seed=1", f"-max_len={target.longest}", place)
    atheris.Setup([sys.argv[0], *options, folder], target.run)
    atheris.Fuzz()


def main() -> None:
    """Run every target."""
    if importlib.util.find_spec("atheris") is None:
        print("there is no build of atheris for this Python and machine (docs/wheels.md): nothing is fuzzed")
        return
    shutil.rmtree(FOUND, ignore_errors=True)
    for name, runs in RUNS.items():
        print(fuzz(name, runs), flush=True)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        run_target(*sys.argv[1:])
    else:
        main()
