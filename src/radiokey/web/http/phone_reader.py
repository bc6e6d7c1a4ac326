"""What a phone loads to read print itself: onnxruntime-web and the two networks that the site reads with.

The first is put into the product by `tools/phone_reader.py`, the others are installed beside it (ADR 36).
Where one of them is not there, none is: the page does not offer it. Each is served under a name with the hash
of its content.
"""

import hashlib
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Final

from radiokey.label.networks import find_networks
from radiokey.label.vocabulary import narrowed

PATH: Final = "/static/reader/"
_SCRIPT: Final = "text/javascript"
_BYTES: Final = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Part:
    """A file that a phone loads: its content, or where it lies."""

    content: bytes | Path = field(repr=False)
    media_type: str

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return len(self.content) if isinstance(self.content, bytes) else self.content.stat().st_size

    @property
    def digest(self) -> str:
        """What its name says of its content."""
        if isinstance(self.content, bytes):
            return hashlib.sha256(self.content).hexdigest()[:12]
        with self.content.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class PhoneReader:
    """Addresses by what a part is (`library`, `runtime`, ...), parts by the names of their files."""

    addresses: dict[str, str]
    files: dict[str, Part]

    @property
    def size(self) -> int:
        """How many bytes a phone loads."""
        return sum(part.size for part in self.files.values())

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
        "library": (library.name, Part(library, _SCRIPT)),
        "runtime": (runtime.name, Part(runtime, _BYTES)),
        "detector": (networks.detector.name, Part(networks.detector, _BYTES)),
        "reader": (networks.reader.name, Part(narrowed(networks.reader.read_bytes()), _BYTES)),
    }
    named = {kind: _named(name, part) for kind, (name, part) in parts.items()}
    return PhoneReader(
        {kind: PATH + name for kind, name in named.items()},
        {named[kind]: part for kind, (_, part) in parts.items()},
    )


def _named(name: str, part: Part) -> str:
    stem, _, ending = name.partition(".")
    return f"{stem}.{part.digest}.{ending}"
