"""Run the scripts of `findings/`: which surprises of other software still hold, and which have changed.

Outside `make test`: each installs packages and takes up to a minute. Names as arguments run those alone.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

from steps import ROOT

FOLDER = ROOT / "findings"


def holds(script: Path) -> bool:
    """Run one script from scratch and say whether it found what it describes."""
    print(f"\n== {script.stem}", flush=True)
    started = time.monotonic()
    code = subprocess.run(
        (script,), env={**os.environ, "PYTHON": sys.executable}, stdin=subprocess.DEVNULL, check=False
    ).returncode
    print(f"== {script.stem}: {'holds' if code == 0 else f'changed or did not run ({code})'}, "
          f"{time.monotonic() - started:.0f} s", flush=True)  # fmt: skip
    return code == 0


def main() -> None:
    """Run the scripts that are named, or all, and end with 1 if one has changed."""
    scripts = [FOLDER / f"{name}.sh" for name in sys.argv[1:]] or sorted(FOLDER.glob("*.sh"))
    changed = [script.stem for script in scripts if not holds(script)]
    print(f"\n{len(scripts) - len(changed)} of {len(scripts)} hold")
    if changed:
        sys.exit("changed: " + ", ".join(changed))


if __name__ == "__main__":
    main()
