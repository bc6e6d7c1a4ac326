"""What went over the plug, for who looks on: the last messages and frames, in order, in bounded memory.

A message is a whole request or answer of UDS; a frame is what carried it: a message of DoIP on its
connection, a frame of ISO-TP with its CAN identifier. Each has a number, so that who looks again learns
what is new, and how many there were that nobody can see any more.

Seeds and keys are not kept, neither in a message nor in the frames that carry it, unless the code is one that
everybody may see.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from threading import Lock
from typing import Final

from radiokey.diagnostics.describe import (
    Described,
    describe_can,
    describe_doip,
    describe_message,
    without_secret,
)
from radiokey.diagnostics.doip import ADDRESSES_SIZE, HEADER, PAYLOAD_SIZE_MAX, Payload
from radiokey.diagnostics.names import POSITIVE, Sid

ENTRIES_MAX: Final = 2_048
SHOWN_BYTES: Final = 128
"""How many bytes of a message or a frame are kept."""
_DIAGNOSTIC_HEAD: Final = HEADER.size + ADDRESSES_SIZE
_SECRET: Final = frozenset({Sid.SECURITY_ACCESS, Sid.SECURITY_ACCESS | POSITIVE})


class Wire(StrEnum):
    """What carried it: nothing of its own (a whole message), a DoIP connection, a CAN bus."""

    NONE = "message"
    DOIP = "doip"
    CAN = "can"


@dataclass(frozen=True, slots=True)
class Entry:
    """One message or frame. `to_unit`: a tester sent it; `who` is that tester, connection or CAN identifier.

    `data` is what may be shown of it, `size` how many bytes it had.
    """

    number: int
    at_ms: int
    wire: Wire
    to_unit: bool
    who: str
    data: bytes
    size: int

    @property
    def described(self) -> Described:
        """What it is, in the words of its standard."""
        return _DESCRIBE[self.wire](self.data)

    @property
    def hex(self) -> str:
        """Its bytes, two digits each, as far as they are kept."""
        return self.data.hex(" ").upper()

    @property
    def unseen(self) -> int:
        """How many of its bytes are not kept."""
        return self.size - len(self.data)


_DESCRIBE: Final[dict[Wire, Callable[[bytes], Described]]] = {
    Wire.NONE: describe_message,
    Wire.DOIP: describe_doip,
    Wire.CAN: describe_can,
}


class Traffic:
    """The last `most` entries. Filled from any thread, read from any.

    `open_secrets`: seeds and keys are kept too, since the code is no secret.
    """

    def __init__(
        self, now_ms: Callable[[], int], most: int = ENTRIES_MAX, *, open_secrets: bool = False
    ) -> None:
        self._now_ms = now_ms
        self._entries: deque[Entry] = deque(maxlen=most)
        self._open = open_secrets
        self._lock = Lock()
        self._last = 0
        self._rest: dict[tuple[int, bool], bytearray] = {}
        self._passing: dict[tuple[int, bool], int] = {}
        self._secret_frames: set[int] = set()

    @property
    def last(self) -> int:
        """The number of the last entry, 0 before the first."""
        return self._last

    def since(self, number: int) -> tuple[list[Entry], int]:
        """Return the entries after that number, and how many after it are gone."""
        with self._lock:
            found = [one for one in self._entries if one.number > number]
            return found, max(0, self._last - number - len(found))

    def go_on(self, entries: list[Entry]) -> None:
        """Begin with what was there before."""
        self._entries.extend(entries)
        self._last = entries[-1].number if entries else 0

    # --- what comes -----------------------------------------------------------------------------------------

    def message(self, where: str, data: bytes) -> None:
        """Take a UDS message as `server.Watcher` has it: `<0E00` came from there, `>0E00` goes there."""
        shown = data if self._open else without_secret(data)
        self._add(Wire.NONE, shown, len(data), to_unit=where[0] == "<", who=where[1:])

    def doip(self, link: int, data: bytes, *, to_unit: bool) -> None:
        """Take bytes of a DoIP connection, joined or split; each whole message is an entry."""
        key = (link, to_unit)
        passing = self._passing.pop(key, 0)
        if passing > len(data):
            self._passing[key] = passing - len(data)
            return
        rest = self._rest.setdefault(key, bytearray())
        rest += data[passing:]
        while len(rest) >= HEADER.size:
            _, _, kind, length = HEADER.unpack_from(rest)
            size = HEADER.size + length
            if length > PAYLOAD_SIZE_MAX:  # refused, and passed over
                self._passing[key] = max(0, size - len(rest))
            elif len(rest) < size:
                break
            shown = self._shown_doip(kind, bytes(rest[: min(size, SHOWN_BYTES)]))
            self._add(Wire.DOIP, shown, size, to_unit=to_unit, who=str(link))
            del rest[:size]

    def hung_up(self, link: int) -> None:
        """Forget the begun messages of a connection that is gone."""
        for key in ((link, True), (link, False)):
            self._rest.pop(key, None)
            self._passing.pop(key, None)

    def can(self, identifier: int, data: bytes, *, to_unit: bool) -> None:
        """Take a frame of a CAN bus."""
        shown = self._shown_can(identifier, data)
        self._add(Wire.CAN, shown, len(data), to_unit=to_unit, who=f"{identifier:03X}")

    def _add(self, wire: Wire, data: bytes, size: int, *, to_unit: bool, who: str) -> None:
        with self._lock:
            self._last += 1
            entry = Entry(self._last, self._now_ms(), wire, to_unit, who, data[:SHOWN_BYTES], size)
            self._entries.append(entry)

    # --- seeds and keys in frames ---------------------------------------------------------------------------

    def _shown_doip(self, kind: int, frame: bytes) -> bytes:
        """Return what may be shown of a message of DoIP; its acknowledge may repeat what was asked."""
        head = _DIAGNOSTIC_HEAD
        if kind in {Payload.DIAGNOSTIC_POSITIVE, Payload.DIAGNOSTIC_NEGATIVE}:
            head += 1
        elif kind != Payload.DIAGNOSTIC:
            return frame
        return frame if self._open else frame[:head] + without_secret(frame[head:])

    def _shown_can(self, identifier: int, frame: bytes) -> bytes:
        if self._open or not frame:
            return frame
        match frame[0] >> 4:
            case 0 | 1 as begun:
                head = 1 + begun
                secret = frame[head : head + 1] and frame[head] in _SECRET
                (self._secret_frames.add if secret and begun else self._secret_frames.discard)(identifier)
                return frame[: head + 2] if secret else frame
            case 2 if identifier in self._secret_frames:
                return frame[:1]
            case _:
                return frame
