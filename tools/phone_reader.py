"""What reads print in the browser: npm's onnxruntime-web, as it is locked, put into the product (ADR 36).

Its WebAssembly has 14 MB and is in no commit; packed it has 3.7, and lies where the wheel takes it from. A
wheel made without it is whole, too: its site does not offer to read print on the phone.
"""

import gzip
import hashlib
import subprocess
import sys
from pathlib import Path
from typing import Final

import webassembly
from steps import ROOT

OWN: Final = ROOT / "tools" / "phone_reader"
BUILT: Final = ROOT / "build" / "phone-reader"
PACKAGE: Final = BUILT / "node_modules" / "onnxruntime-web" / "dist"
FOLDER: Final = ROOT / "src" / "radiokey" / "web" / "static" / "fetched"
FILES: Final = {
    "onnxruntime.js": (
        "ort.wasm.bundle.min.mjs",
        "11e64bd8ffe11bd1a2a2f0d6275fdfbbba7262f0b76b99b53d228a8a22ef3d90",
    ),
    "onnxruntime.wasm.gz": (
        "ort-wasm-simd-threaded.wasm",
        "3398c10d07d229bd91b364548e130e0e51a8e5704b88c7c083ebbeb78842dee2",
    ),
}
"""Its smallest build, without a graphics card: our names, the package's, SHA-256 unpacked."""


def fetch() -> None:
    """Put it there; fail saying what to install, or what is not what it was."""
    webassembly.ensure()  # Node.js and npm
    BUILT.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        (BUILT / name).write_bytes((OWN / name).read_bytes())
    subprocess.run(["npm", "ci", "--silent", "--ignore-scripts", "--prefix", BUILT], check=True)
    FOLDER.mkdir(exist_ok=True)
    for name, (theirs, digest) in FILES.items():
        content = (PACKAGE / theirs).read_bytes()
        if hashlib.sha256(content).hexdigest() != digest:
            sys.exit(f"{theirs} of onnxruntime-web is not what it was")
        _put(FOLDER / name, gzip.compress(content, mtime=0) if name.endswith(".gz") else content)


def _put(place: Path, content: bytes) -> None:
    fresh = place.with_name(f"{place.name}.new")
    fresh.write_bytes(content)
    fresh.replace(place)


if __name__ == "__main__":
    fetch()
