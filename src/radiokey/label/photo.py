"""Photos of labels, read: the file goes to a confined process, its marks come back and are understood here.

What the process answers is held to the types of `marks`; one that is hijacked can at worst say that another
number stands on the photo.
"""

import sys
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Final

import msgspec

from radiokey.code.reading import Radio
from radiokey.confined.process import BrokenWorkerError, Confined
from radiokey.errors import OurFaultError, PaperError, PhotoError, UsageError
from radiokey.label.kind import recognise
from radiokey.label.marks import Marks
from radiokey.label.networks import find_networks
from radiokey.label.read import LabelReading, read_marks
from radiokey.label.refusal import reworded
from radiokey.language.speech import gettext

WORKER: Final = (sys.executable, "-I", "-m", "radiokey.label.worker")
WALL_SECONDS: Final = 60.0
AT_ONCE: Final = 1
"""Each takes a core and up to 500 MB."""

PARTS: Final = ("numpy", "onnxruntime", "pi_heif", "zxingcpp")
"""What the extra `photo` installs, by the names that are imported."""

INSTALL: Final = "pip install 'radiokey[photo]' && pip install --no-deps 'rapidocr>=3.10,<4'"
"""The second brings the networks. What it asks for is not used, and would take as much again."""

_ANSWER_MAX: Final = 2_000_000
_ONE_THREAD: Final = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def is_installed() -> bool:
    """Tell whether what reads photos is installed."""
    return find_networks() is not None and all(find_spec(part) is not None for part in PARTS)


def require_extra() -> None:
    """Raise `UsageError` where what reads photos is not installed."""
    if not is_installed():
        raise UsageError(
            gettext("reading a photo needs more packages than are installed here"),
            hint=gettext(
                "install them: {install}; or type the number: radiokey serial check TEXT", install=INSTALL
            ),
        )


class PhotoReader:
    """Reads photos of labels, one process a photo. Safe to use from several threads."""

    def __init__(
        self, worker: Sequence[str] = WORKER, *, at_once: int = AT_ONCE, wall_seconds: float = WALL_SECONDS
    ) -> None:
        """Take the command line of the process, how many may run at once and how long each, in seconds."""
        self._confined = Confined(
            worker,
            at_once=at_once,
            wall_seconds=wall_seconds,
            answer_bytes_max=_ANSWER_MAX,
            environment=_ONE_THREAD,
        )

    def read(self, data: bytes, *, make: str = "", radio: Radio | None = None) -> LabelReading:
        """Return what a photo says, for the make or the radio that is known.

        Raises `PhotoError` for a file that is no photo, `OurFaultError` where the process does not start or
        answers in a form that no correct one writes.
        """
        try:
            recognise(data)  # most refusals cost no process
            marks = msgspec.json.decode(self._confined.ask(data, make), type=Marks)
        except PaperError as error:
            raise reworded(error) from None
        except (BrokenWorkerError, msgspec.DecodeError) as error:
            raise OurFaultError(
                gettext("photos cannot be read right now"),
                hint=gettext("try again in a while, or type the number"),
            ) from error
        return read_marks(marks, make=make, radio=radio)


__all__ = ["LabelReading", "PhotoError", "PhotoReader", "is_installed", "require_extra"]
