"""Running commands one after the other, saying which, and stopping at the first that fails."""

import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def run(title: str, *command: str | Path, environment: Mapping[str, str] | None = None) -> None:
    """Run `command` from the checkout's root; end the program with its exit code if it fails."""
    print(f"\n== {title}", flush=True)
    started = time.monotonic()
    code = subprocess.run(list(map(str, command)), cwd=ROOT, env=environment, check=False).returncode
    if code:
        print(f"== {title}: failed ({code})", flush=True)
        sys.exit(code)
    print(f"== {title}: {time.monotonic() - started:.0f} s", flush=True)
