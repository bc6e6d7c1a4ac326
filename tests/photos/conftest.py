"""The photos and their reader, loaded once a run."""

import sys
from collections.abc import Callable
from functools import partial

import pytest

if sys.version_info >= (3, 15):
    collect_ignore_glob = ["test_*.py"]  # what reads photos is not built for it yet (docs/wheels.md)


@pytest.fixture(scope="session")
def reading() -> Callable:
    """Read a photo in this process: what the confined one does, without starting it."""
    from radiokey.label import ocr, read  # noqa: PLC0415 - not where no test is collected
    from radiokey.label.look import look  # noqa: PLC0415 - the same

    reader = ocr.Reader()

    def reading(photo):
        judge = partial(read.read_marks, make=photo.wording.make)
        rows, columns = photo.pixels.shape[:2]
        return judge(look(reader, photo.pixels, (columns, rows), judge))

    return reading
