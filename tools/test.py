"""Everything CI runs: checks, then every test against the installed wheel, newest interpreter first.

What needs one interpreter only (the browser, and what `once` marks in tests/conftest.py) runs on the newest;
all other tests run on every supported interpreter that is found here.
"""

import subprocess
import sys
from pathlib import Path

import chromium
import golang
import spin
from steps import ROOT, run

PYTEST = ("-m", "pytest", "-q", "-n", "2", "--dist", "worksteal")


def interpreters() -> dict[str, str]:
    """Return the supported interpreters found, version to path, newest first."""
    found = subprocess.run([ROOT / "tools" / "interpreters"], check=True, capture_output=True, text=True)
    return {_version(path): path for path in found.stdout.split()}


def _version(python: str | Path) -> str:
    asked = "import sys; print('%d.%d' % sys.version_info[:2])"
    answer = subprocess.run([python, "-c", asked], check=True, capture_output=True, text=True)
    return answer.stdout.strip()


def environment_for(version: str, python: str) -> Path:
    """Return the interpreter of an environment with the locked tools and the built wheel."""
    uv = Path(sys.executable).with_name("uv")
    folder = ROOT / f".venv-{version}"
    if not (folder / "bin" / "python").exists():
        run(f"environment for {version}", uv, "venv", "--quiet", "--python", python, folder)
    install = (uv, "pip", "install", "--quiet", "--python", folder)
    run(f"tools for {version}", *install, "--require-hashes", "-r", ROOT / "requirements" / "dev.lock")
    wheel = next((ROOT / "dist").glob("*.whl"))
    run(f"wheel for {version}", *install, "--no-deps", "--reinstall", wheel)
    return folder / "bin" / "python"


def main() -> None:
    """Check, then test."""
    found = interpreters()
    main_version = _version(sys.executable)
    print(
        f"interpreters found: {', '.join(found)}; everything runs on {main_version}, and on the others "
        "all but what needs one interpreter only: the browser and the searches",
        flush=True,
    )
    run("checks", sys.executable, ROOT / "tools" / "check.py")
    chromium.ensure()
    spin.ensure()
    golang.ensure()
    run(f"tests on {main_version}, browser included", sys.executable, *PYTEST, "-m", "not deep")
    for version, python in found.items():
        if version != main_version:
            other = environment_for(version, python)
            run(f"tests on {version}", other, *PYTEST, "-m", "not deep and not browser and not once")


if __name__ == "__main__":
    main()
