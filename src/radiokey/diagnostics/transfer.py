"""A download over 34, 36 and 37: the order of its blocks. Its bytes are the firmware store's affair."""

from typing import Final, Protocol

from radiokey.diagnostics.names import NegativeResponseError, Nrc

BLOCK_SIZE_MAX: Final = 4_095
"""A whole 36, its service byte and its counter included: what ISO-TP carries on a plain CAN bus."""
_COUNTERS: Final = 0x100
_LENGTH_MAX: Final = 4


class FirmwareRefusedError(Exception):
    """The firmware store does not take it; its text says why, for the log of the unit."""


class FirmwareStore(Protocol):
    """Where downloaded firmware goes: a place beside the running image, that counts only once it is finished.

    Each method raises `FirmwareRefusedError` where it does not take what came; it is durable on return.
    """

    def begin(self, address: int, size: int) -> None:
        """Make room for `size` bytes for `address`; what was downloaded before and not finished is gone."""
        ...

    def write_block(self, data: bytes) -> None:
        """Put the next bytes behind those that are there."""
        ...

    def finish(self) -> None:
        """Judge what was downloaded: signature, version, target. Only what passes is ever started."""
        ...

    def abort(self) -> None:
        """Give up what was downloaded and not finished."""
        ...

    def start(self) -> str | None:
        """Start what may be started; return its version, `None` where there is nothing. Refuses nothing."""
        ...


class Transfer:
    """One download from its 34 to its 37."""

    __slots__ = ("_last", "_next", "_received", "_size", "_store")

    def __init__(self, store: FirmwareStore, address: int, size: int) -> None:
        """Begin; raise `NegativeResponseError` where the store refuses."""
        try:
            store.begin(address, size)
        except FirmwareRefusedError as refused:
            raise NegativeResponseError(Nrc.UPLOAD_DOWNLOAD_NOT_ACCEPTED, str(refused)) from refused
        self._store, self._size = store, size
        self._received, self._next = 0, 1
        self._last: bytes | None = None

    def take(self, counter: int, data: bytes) -> None:
        """Take a block; the last one again is taken as said already."""
        if self._last is not None and (counter + 1) % _COUNTERS == self._next and data == self._last:
            return
        if counter != self._next:
            raise NegativeResponseError(Nrc.WRONG_BLOCK_SEQUENCE_COUNTER)
        if self._received + len(data) > self._size:
            raise NegativeResponseError(Nrc.TRANSFER_DATA_SUSPENDED)
        try:
            self._store.write_block(data)
        except FirmwareRefusedError as refused:
            raise NegativeResponseError(Nrc.TRANSFER_DATA_SUSPENDED, str(refused)) from refused
        self._received += len(data)
        self._next = (self._next + 1) % _COUNTERS
        self._last = data

    def finish(self) -> None:
        """End it; raise `NegativeResponseError` where bytes are missing or the store refuses the whole."""
        if self._received != self._size:
            raise NegativeResponseError(Nrc.REQUEST_SEQUENCE_ERROR)
        try:
            self._store.finish()
        except FirmwareRefusedError as refused:
            raise NegativeResponseError(Nrc.GENERAL_PROGRAMMING_FAILURE, str(refused)) from refused

    def abort(self) -> None:
        """Give it up."""
        self._store.abort()


def parse_download(data: bytes) -> tuple[int, int]:
    """Return address and size of a 34 without its service byte; raise `NegativeResponseError`."""
    form, lengths = data[0], data[1]
    address_length, size_length = lengths & 0x0F, lengths >> 4
    if form or not 1 <= address_length <= _LENGTH_MAX or not 1 <= size_length <= _LENGTH_MAX:
        raise NegativeResponseError(Nrc.REQUEST_OUT_OF_RANGE)
    body = data[2:]
    if len(body) != address_length + size_length:
        raise NegativeResponseError(Nrc.INCORRECT_MESSAGE_LENGTH_OR_INVALID_FORMAT)
    size = int.from_bytes(body[address_length:])
    if not size:
        raise NegativeResponseError(Nrc.REQUEST_OUT_OF_RANGE)
    return int.from_bytes(body[:address_length]), size
