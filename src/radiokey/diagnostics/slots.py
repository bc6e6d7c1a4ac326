"""The unit's two slots as the place where a download over the plug goes (docs/spec/updates.md).

They judge an image; here their refusal only gets the plug's name. Neither knows the lock: what a start of the
firmware means to it is said by `radiokey.diagnostics.ecu`.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from radiokey.diagnostics.transfer import FirmwareRefusedError
from radiokey.headunit.firmware import Firmware, RefusedImageError
from radiokey.headunit.flash import ChipError


class SlotStore:
    """Firmware of a unit, as its plug sees it."""

    __slots__ = ("_slots",)

    def __init__(self, slots: Firmware) -> None:
        self._slots = slots

    def begin(self, address: int, size: int) -> None:
        """Make room beside the image that runs."""
        with _refused():
            self._slots.begin(address, size)

    def write_block(self, data: bytes) -> None:
        """Put the next bytes behind those that are there."""
        with _refused():
            self._slots.write_block(data)

    def finish(self) -> None:
        """Judge the image that was downloaded; the next start tries it."""
        with _refused():
            self._slots.finish()

    def abort(self) -> None:
        """Give up what was downloaded and not finished."""
        self._slots.abort()

    def start(self) -> str | None:
        """Start the newest image that the unit may run; return its version, `None` where there is none.

        An image that starts here works: what it would have to say by itself is said for it. Where that cannot
        be kept it runs all the same, and what was not kept is tried again at the next start.
        """
        try:
            head = self._slots.boot()
        except ChipError:
            return None
        if head is None:
            return None
        with suppress(ChipError):
            self._slots.confirm()
        return str(head.version)


@contextmanager
def _refused() -> Iterator[None]:
    try:
        yield
    except RefusedImageError as error:
        raise FirmwareRefusedError(str(error)) from error
