"""ISO-TP (ISO 15765-2) on classic CAN with normal addresses: long messages in frames of eight bytes.

Pure: a `Channel` is given each frame that came and the time; it gives back the message that a frame
completed, and the frames that are due to go out. A frame that is none changes nothing, or ends the message
that it was in the middle of (docs/spec/diagnostics.md, *CAN*).
"""

from collections import deque
from dataclasses import dataclass, field
from typing import Final

FRAME_SIZE: Final = 8
SINGLE_MAX: Final = 7
"""The longest message of one frame."""
MESSAGE_MAX: Final = 4_095
TIMEOUT_US: Final = 1_000_000
"""N_Bs and N_Cr: how long the next flow control, or the next consecutive frame, may take."""
BURST: Final = 16
"""How many consecutive frames go out before the bus is looked at again."""

_SINGLE, _FIRST, _CONSECUTIVE, _FLOW = range(4)
"""What a frame is: the first half of its first byte."""
_GO_ON, _WAIT = range(2)
"""What a flow control says: the second half."""
_FIRST_PART: Final = 6
_NUMBERS: Final = 16
_HEADS: Final = tuple(bytes((_CONSECUTIVE << 4 | number,)) for number in range(_NUMBERS))
"""The first byte of each consecutive frame."""
_CLEAR: Final = bytes((0x30, 0, 0))
"""Go on: all frames, without a pause."""
_OVERFLOW: Final = bytes((0x32, 0, 0))
_FLOW_SIZE: Final = 3
_LONGEST_PAUSE_US: Final = 127_000


@dataclass(slots=True)
class _Reception:
    """A long message that comes in: its size, what is there, the number of the next frame, and until when."""

    size: int
    data: bytearray
    due_us: int
    number: int = 1


@dataclass(slots=True)
class _Transmission:
    """A long message that goes out.

    `allowed`: how many frames may go before the next flow control, 0 while that is waited for. `due_us`: when
    the next frame goes, or until when flow control is waited for.
    """

    data: bytes
    due_us: int
    at: int = _FIRST_PART
    allowed: int = 0
    pause_us: int = 0


@dataclass(slots=True)
class Channel:
    """The unit's end of one tester's messages."""

    _reception: _Reception | None = None
    _transmission: _Transmission | None = None
    _waiting: deque[bytes] = field(default_factory=deque)
    _ready: list[bytes] = field(default_factory=list)

    def receive(self, frame: bytes | bytearray, now_us: int) -> bytes | None:
        """Return the message that a frame completed."""
        if not frame:
            return None
        kind = frame[0] >> 4
        if kind == _SINGLE:
            return self._take_single(frame)
        if kind == _FLOW:
            self._take_flow(frame, now_us)
        elif kind == _CONSECUTIVE:
            return self._take_next(frame, now_us)
        elif kind == _FIRST:
            self._take_first(frame, now_us)
        return None

    def send(self, message: bytes) -> None:
        """Send a message of 1 to `MESSAGE_MAX` bytes, behind those that are on their way."""
        assert 0 < len(message) <= MESSAGE_MAX
        self._waiting.append(message)

    @property
    def unsent(self) -> int:
        """How many messages wait behind the one that is on its way."""
        return len(self._waiting)

    @property
    def due_us(self) -> int | None:
        """Return when the next frame goes out, or is waited for no more; `None`: nothing is on its way."""
        return self._transmission.due_us if self._transmission else None

    def take_frames(self, now_us: int) -> list[bytes]:
        """Return the frames that are due, in order."""
        frames, self._ready = self._ready, []
        if self._transmission:
            self._go_on(self._transmission, frames, now_us)
        while self._waiting and not self._transmission:
            message = self._waiting.popleft()
            size = len(message)
            if size <= SINGLE_MAX:
                frames.append(bytes((size,)) + message)
            else:
                frames.append(bytes((_FIRST << 4 | size >> 8, size & 0xFF)) + message[:_FIRST_PART])
                self._transmission = _Transmission(message, now_us + TIMEOUT_US)
        return frames

    # --- coming in ------------------------------------------------------------------------------------------

    def _take_single(self, frame: bytes | bytearray) -> bytes | None:
        size = frame[0]
        if not 0 < size < len(frame) or size > SINGLE_MAX:
            return None
        self._reception = None
        return bytes(frame[1 : 1 + size])

    def _take_first(self, frame: bytes | bytearray, now_us: int) -> None:
        if len(frame) != FRAME_SIZE:
            return
        size = (frame[0] & 0x0F) << 8 | frame[1]
        if not size:  # the form for more than 4,095 bytes
            self._reception = None
            self._ready.append(_OVERFLOW)
        elif size > SINGLE_MAX:
            self._reception = _Reception(size, bytearray(frame[2:]), now_us + TIMEOUT_US)
            self._ready.append(_CLEAR)

    def _take_next(self, frame: bytes | bytearray, now_us: int) -> bytes | None:
        comes = self._reception
        if comes is None:
            return None
        part = frame[1 : 1 + min(FRAME_SIZE - 1, comes.size - len(comes.data))]
        comes.data += part
        whole = len(comes.data) == comes.size
        if frame[0] & 0x0F != comes.number or now_us > comes.due_us or not (whole or len(part) == SINGLE_MAX):
            self._reception = None
            return None
        if whole:
            self._reception = None
            return bytes(comes.data)
        comes.number = (comes.number + 1) % _NUMBERS
        comes.due_us = now_us + TIMEOUT_US
        return None

    # --- going out ------------------------------------------------------------------------------------------

    def _take_flow(self, frame: bytes | bytearray, now_us: int) -> None:
        goes = self._transmission
        if goes is None or goes.allowed or now_us > goes.due_us or len(frame) < _FLOW_SIZE:
            return
        said = frame[0] & 0x0F
        if said == _GO_ON:
            goes.allowed = frame[1] or len(goes.data)  # 0: all of them
            goes.pause_us = _pause_us(frame[2])
            goes.due_us = now_us
        elif said == _WAIT:
            goes.due_us = now_us + TIMEOUT_US
        else:
            self._transmission = None  # too long for the tester, or a word that there is not

    def _go_on(self, goes: _Transmission, frames: list[bytes], now_us: int) -> None:
        if not goes.allowed:
            if now_us > goes.due_us:
                self._transmission = None
            return
        if now_us < goes.due_us:
            return
        burst = 1 if goes.pause_us else min(BURST, goes.allowed)
        data, begun, size = goes.data, goes.at, len(goes.data)
        ends = min(begun + burst * SINGLE_MAX, size)
        frames += [
            _HEADS[(at // SINGLE_MAX + 1) % _NUMBERS] + data[at : at + SINGLE_MAX]
            for at in range(begun, ends, SINGLE_MAX)
        ]
        if ends == size:
            self._transmission = None
            return
        goes.at = ends
        goes.allowed -= burst
        goes.due_us = now_us + (goes.pause_us if goes.allowed else TIMEOUT_US)


def _pause_us(said: int) -> int:
    """Return the pause between frames that STmin asks for; what is reserved is the longest."""
    if said <= 0x7F:  # noqa: PLR2004 - milliseconds
        return said * 1_000
    if 0xF1 <= said <= 0xF9:  # noqa: PLR2004 - tenths of one
        return (said - 0xF0) * 100
    return _LONGEST_PAUSE_US
