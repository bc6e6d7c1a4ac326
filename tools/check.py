"""Format, lint, spelling, types, contracts, advisories: what can be said without running the project."""

import os
import sys
from pathlib import Path

from steps import ROOT, run

BIN = Path(sys.executable).parent


def main() -> None:
    """Run them, the quickest first."""
    run("format", BIN / "ruff", "format", "--check", "--quiet", ".")
    run("lint", BIN / "ruff", "check", "--quiet", ".")
    run("spelling", BIN / "codespell", ".")
    sources = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    run("import contracts", BIN / "lint-imports", "--no-cache", "--no-logo", environment=sources)
    run("types", BIN / "mypy")
    run("plain texts", sys.executable, ROOT / "tools" / "plain.py", environment=sources)
    run("advisories", sys.executable, ROOT / "tools" / "advisories.py")


if __name__ == "__main__":
    main()
