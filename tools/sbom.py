"""What the product is made of, as CycloneDX: `make sbom` writes build/sbom.json from requirements/run.lock.

The lock is what is installed: each part with its version and the sums of its files. The document is the same
on every run.
"""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

from steps import ROOT

LOCK: Final = ROOT / "requirements" / "run.lock"
OUT: Final = ROOT / "build" / "sbom.json"


def locked(text: str) -> dict[str, str]:
    """Return the version of each part of a lock, by its name."""
    return dict(re.findall(r"^([a-z0-9-]+)==([^ ;]+)", text, re.MULTILINE))


def faults(document: dict[str, Any], parts: dict[str, str]) -> list[str]:
    """Return what a document lacks, a line each: a part, its version, its sums."""
    found = {one["name"]: one for one in document.get("components", ())}
    wrong = [
        f"{name} {version} is missing"
        for name, version in parts.items()
        if found.get(name, {}).get("version") != version
    ]
    sums = [
        name
        for name in parts
        if name in found and "sha256" not in json.dumps(found[name]).lower().replace("-", "")
    ]
    root = document.get("metadata", {}).get("component", {})
    return [
        *wrong,
        *(f"{name} has no sum" for name in sums),
        *([] if root.get("version") else ["nothing says of what"]),
    ]


def main() -> None:
    """Write the document, and see that it is whole."""
    OUT.parent.mkdir(exist_ok=True)
    tool = Path(sys.executable).with_name("cyclonedx-py")
    options = (
        "--pyproject",
        "pyproject.toml",
        "--output-reproducible",
        "--spec-version",
        "1.6",
        "--of",
        "JSON",
    )
    subprocess.run([tool, "requirements", *options, "-o", OUT, LOCK], cwd=ROOT, check=True)
    document = json.loads(OUT.read_text("utf-8"))
    if wrong := faults(document, locked(LOCK.read_text("utf-8"))):
        sys.exit("\n".join(wrong))
    print(
        f"{OUT.relative_to(ROOT)}: CycloneDX {document['specVersion']}, {len(document['components'])} parts"
    )


if __name__ == "__main__":
    main()
