"""What a phone loads to read print itself: onnxruntime-web and the two networks that the site reads with.

The first is put into the product by `tools/phone_reader.py`, the others are installed beside it (ADR 36).
Where one of them is not there, none is: the page does not offer it. The files are served as they lie, each
under a name with the hash of its content.
"""

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Final

from radiokey.label.networks import find_networks

PATH: Final = "/static/reader/"
_SCRIPT: Final = "text/javascript"
_BYTES: Final = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class PhoneReader:
    """Addresses by what a file is (`library`, `runtime`, ...), files by name, and their bytes together."""

    addresses: dict[str, str]
    files: dict[str, tuple[Path, str]]
    size: int

    @property
    def megabytes(self) -> int:
        """How much a phone loads, in whole megabytes."""
        return round(self.size / 1_000_000)


@cache
def find_phone_reader() -> PhoneReader | None:
    """Return what is there for a phone to load, looked up once; `None` where a part is missing."""
    networks = find_networks()
    fetched = Path(str(resources.files("radiokey.web") / "static" / "fetched"))
    library, runtime = fetched / "onnxruntime.js", fetched / "onnxruntime.wasm.gz"
    if networks is None or not (library.is_file() and runtime.is_file()):
        return None
    parts = {
        "library": (library, _SCRIPT),
        "runtime": (runtime, _BYTES),
        "detector": (networks.detector, _BYTES),
        "reader": (networks.reader, _BYTES),
    }
    named = {part: _named(path) for part, (path, _) in parts.items()}
    return PhoneReader(
        {part: PATH + name for part, name in named.items()},
        {named[part]: found for part, found in parts.items()},
        sum(path.stat().st_size for path, _ in parts.values()),
    )


def _named(path: Path) -> str:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()[:12]
    stem, _, ending = path.name.partition(".")
    return f"{stem}.{digest}.{ending}"
