"""The two networks that read print: where their files are.

PP-OCR v6, small, as the wheel of rapidocr brings them. Only its files are used, so it is installed without
what it asks for (ADR 33); nothing is fetched and nothing of it is imported.
"""

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

_DETECTOR: Final = "PP-OCRv6_det_small.onnx"
_READER: Final = "PP-OCRv6_rec_small.onnx"


@dataclass(frozen=True, slots=True)
class Networks:
    """Files (ONNX): what finds lines, and what reads them."""

    detector: Path
    reader: Path


def find_networks() -> Networks | None:
    """Return the networks that are installed, or `None`."""
    spec = find_spec("rapidocr")
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent / "models"
    found = Networks(folder / _DETECTOR, folder / _READER)
    return found if found.detector.is_file() and found.reader.is_file() else None
