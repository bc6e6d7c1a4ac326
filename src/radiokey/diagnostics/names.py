"""The names of ISO 14229-1: services, sessions, negative response codes; and how a negative answer looks."""

from enum import IntEnum
from typing import Final

POSITIVE: Final = 0x40
"""What a positive answer adds to the service's byte; set in a message that is itself an answer."""
NEGATIVE: Final = 0x7F
SUPPRESS: Final = 0x80
"""The bit of a sub-function that asks for no positive answer."""
SEED_SIZE: Final = 16
SIGNATURE_SIZE: Final = 64


class Sid(IntEnum):
    """The services that a head unit offers."""

    DIAGNOSTIC_SESSION_CONTROL = 0x10
    ECU_RESET = 0x11
    CLEAR_DIAGNOSTIC_INFORMATION = 0x14
    READ_DTC_INFORMATION = 0x19
    READ_DATA_BY_IDENTIFIER = 0x22
    SECURITY_ACCESS = 0x27
    COMMUNICATION_CONTROL = 0x28
    WRITE_DATA_BY_IDENTIFIER = 0x2E
    ROUTINE_CONTROL = 0x31
    REQUEST_DOWNLOAD = 0x34
    TRANSFER_DATA = 0x36
    REQUEST_TRANSFER_EXIT = 0x37
    TESTER_PRESENT = 0x3E
    CONTROL_DTC_SETTING = 0x85


class Did(IntEnum):
    """The data that a head unit names by an identifier (DID): the standard's, and from FD01 on our own."""

    ACTIVE_SESSION = 0xF186
    PART_NUMBER = 0xF187
    SOFTWARE = 0xF189
    SERIAL = 0xF18C
    VIN = 0xF190
    SUPPLIER_SOFTWARE = 0xF195
    SYSTEM = 0xF197
    WORKSHOP = 0xF198
    STATE = 0xFD01
    REASON = 0xFD02
    ERRORS = 0xFD03
    TRIES_LEFT = 0xFD04
    WAIT_LEFT = 0xFD05
    CLOCK = 0xFD06
    SUPPLY = 0xFD07
    SNAPSHOT = 0xFD08
    BUS = 0xFD09
    VIN_HEARD = 0xFD0A


class Session(IntEnum):
    """What a tester is allowed to speak of."""

    DEFAULT = 0x01
    PROGRAMMING = 0x02
    EXTENDED = 0x03


class Level(IntEnum):
    """What a seed is for: the lock itself, or the workshop's rights."""

    NONE = 0x00
    CODE = 0x01
    WORKSHOP = 0x03


class Nrc(IntEnum):
    """Negative response codes."""

    SERVICE_NOT_SUPPORTED = 0x11
    SUB_FUNCTION_NOT_SUPPORTED = 0x12
    INCORRECT_MESSAGE_LENGTH_OR_INVALID_FORMAT = 0x13
    RESPONSE_TOO_LONG = 0x14
    CONDITIONS_NOT_CORRECT = 0x22
    REQUEST_SEQUENCE_ERROR = 0x24
    REQUEST_OUT_OF_RANGE = 0x31
    SECURITY_ACCESS_DENIED = 0x33
    INVALID_KEY = 0x35
    EXCEEDED_NUMBER_OF_ATTEMPTS = 0x36
    REQUIRED_TIME_DELAY_NOT_EXPIRED = 0x37
    UPLOAD_DOWNLOAD_NOT_ACCEPTED = 0x70
    TRANSFER_DATA_SUSPENDED = 0x71
    GENERAL_PROGRAMMING_FAILURE = 0x72
    WRONG_BLOCK_SEQUENCE_COUNTER = 0x73
    REQUEST_CORRECTLY_RECEIVED_RESPONSE_PENDING = 0x78
    SUB_FUNCTION_NOT_SUPPORTED_IN_ACTIVE_SESSION = 0x7E
    SERVICE_NOT_SUPPORTED_IN_ACTIVE_SESSION = 0x7F


NOT_SAID_TO_ALL: Final = frozenset(
    {
        Nrc.SERVICE_NOT_SUPPORTED,
        Nrc.SUB_FUNCTION_NOT_SUPPORTED,
        Nrc.REQUEST_OUT_OF_RANGE,
        Nrc.SUB_FUNCTION_NOT_SUPPORTED_IN_ACTIVE_SESSION,
        Nrc.SERVICE_NOT_SUPPORTED_IN_ACTIVE_SESSION,
    }
)
"""What a unit that was asked among others keeps to itself: it is not the one that was meant."""


class NegativeResponseError(Exception):
    """The answer is no, with `nrc` as the reason; `why` is what the log says beside it, if anything."""

    def __init__(self, nrc: Nrc, why: str = "") -> None:
        super().__init__(nrc.name)
        self.nrc = nrc
        self.why = why


def read_request(*identifiers: Did) -> bytes:
    """Return the request that reads data by their identifiers."""
    return bytes((Sid.READ_DATA_BY_IDENTIFIER,)) + b"".join(one.to_bytes(2) for one in identifiers)


def negative(sid: int, nrc: int) -> bytes:
    """Return the negative answer to service `sid`."""
    return bytes((NEGATIVE, sid, nrc))
