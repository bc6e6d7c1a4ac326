"""What each service of a unit does, and where it is offered: the table of docs/spec/diagnostics.md."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from radiokey.diagnostics.access import NO_SEED
from radiokey.diagnostics.ecu import OPEN
from radiokey.diagnostics.identifiers import IDENTIFIERS, write
from radiokey.diagnostics.names import (
    SEED_SIZE,
    SIGNATURE_SIZE,
    SUPPRESS,
    Did,
    Level,
    NegativeResponseError,
    Nrc,
    Session,
    Sid,
)
from radiokey.diagnostics.tester import Pending, Tester
from radiokey.diagnostics.transfer import BLOCK_SIZE_MAX, parse_download
from radiokey.diagnostics.troubles import ALL_GROUPS, AVAILABLE, Trouble
from radiokey.headunit.lock import State
from radiokey.headunit.sync import SyncResult
from radiokey.headunit.unit import ASKING

P2_MS: Final = 500
"""What is announced: generous, since clients take it at its word; over CAN it covers a long answer."""
P2_STAR_MS: Final = 5_000
ANSWER_SIZE_MAX: Final = 4_095


@dataclass(frozen=True, slots=True)
class SubFunction:
    """A sub-function: where it is offered, and the length of its request (0: any)."""

    sessions: frozenset[Session]
    length: int = 0


@dataclass(frozen=True, slots=True)
class Service:
    """A service: where it is offered, what it needs, and what it does.

    `length` is the exact length of a request (0: any from `shortest` on). `quick`: it writes nothing and is
    answered at once.
    """

    sessions: frozenset[Session]
    act: Callable[[Tester, bytes], bytes]
    shortest: int
    length: int = 0
    subs: Mapping[int, SubFunction] | None = None
    level: Level = Level.NONE
    quick: bool = False


# --- sessions, reset, presence ------------------------------------------------------------------------------


def _sub(request: bytes) -> int:
    return request[1] & ~SUPPRESS


def session_control(tester: Tester, request: bytes) -> bytes:
    """10: begin a session."""
    tester.enter(Session(_sub(request)))
    return bytes((tester.session,)) + P2_MS.to_bytes(2) + (P2_STAR_MS // 10).to_bytes(2)


def ecu_reset(tester: Tester, request: bytes) -> bytes:
    """11: start the unit anew."""
    tester.ecu.restart()
    return bytes((_sub(request),))


def tester_present(_tester: Tester, _request: bytes) -> bytes:
    """3E: the tester is there."""
    return b"\0"


def communication_control(_tester: Tester, request: bytes) -> bytes:
    """28: stop or start messages that are not diagnostics; this unit sends none by itself."""
    if not 1 <= request[2] <= 3:  # noqa: PLR2004 - normal messages, network management, both
        raise NegativeResponseError(Nrc.REQUEST_OUT_OF_RANGE)
    return bytes((_sub(request),))


# --- data ---------------------------------------------------------------------------------------------------


def read_data(tester: Tester, request: bytes) -> bytes:
    """22: read those of the identifiers that are there."""
    found = bytearray()
    for at in range(1, len(request), 2):
        identifier = int.from_bytes(request[at : at + 2])
        data = _read(tester, identifier)
        if data:
            found += request[at : at + 2] + data
        if len(found) >= ANSWER_SIZE_MAX:
            raise NegativeResponseError(Nrc.RESPONSE_TOO_LONG)
    if not found:
        raise NegativeResponseError(Nrc.REQUEST_OUT_OF_RANGE)
    return bytes(found)


def _read(tester: Tester, identifier: int) -> bytes:
    if identifier == Did.ACTIVE_SESSION:
        return bytes((tester.session,))
    found = IDENTIFIERS.get(identifier)
    return found.read(tester.ecu) if found else b""


def write_data(tester: Tester, request: bytes) -> bytes:
    """2E: write an identifier."""
    write(tester.ecu, int.from_bytes(request[1:3]), request[3:])
    return request[1:3]


# --- the lock -----------------------------------------------------------------------------------------------


def security_access(tester: Tester, request: bytes) -> bytes:
    """27: give out a seed, or take a key."""
    sub = _sub(request)
    if sub & 1:
        return bytes((sub,)) + _seed(tester, Level(sub))
    pending, tester.pending = tester.pending, None  # one seed, one key
    assert pending is not None, "in_sequence comes before"
    if Level(sub - 1) is Level.CODE:
        _take_code(tester, request[2:], pending)
    else:
        _take_signature(tester, request[2:], pending)
    return bytes((sub,))


def _seed(tester: Tester, level: Level) -> bytes:
    ecu = tester.ecu
    if level is Level.CODE:
        is_open, asks = ecu.state in OPEN, ecu.state in ASKING
    else:
        is_open, asks = tester.level is level, ecu.trusts_signer
    if is_open:
        tester.pending = None
        return NO_SEED
    if not asks:
        _refuse_code(tester, waiting=level is Level.CODE)
    tester.pending = Pending(level, ecu.seed())
    return tester.pending.seed


def _refuse_code(tester: Tester, *, waiting: bool) -> None:
    waits = waiting and tester.ecu.state is State.WAIT
    raise NegativeResponseError(Nrc.REQUIRED_TIME_DELAY_NOT_EXPIRED if waits else Nrc.CONDITIONS_NOT_CORRECT)


def _take_code(tester: Tester, key: bytes, pending: Pending) -> None:
    ecu = tester.ecu
    if ecu.state not in ASKING:
        _refuse_code(tester, waiting=True)
    code = ecu.code_in(key, pending.seed)
    if code is None:
        raise NegativeResponseError(Nrc.INVALID_KEY)
    nrc = ecu.try_code(code, compared=pending.level is Level.CODE)
    if nrc is not None:
        raise NegativeResponseError(nrc)


def _take_signature(tester: Tester, signature: bytes, pending: Pending) -> None:
    if pending.level is not Level.WORKSHOP or not tester.ecu.signed_for(pending.seed, signature):
        raise NegativeResponseError(Nrc.INVALID_KEY)
    tester.level = Level.WORKSHOP


# --- routines -----------------------------------------------------------------------------------------------

_START, _STOP, _RESULT = 0x01, 0x02, 0x03


@dataclass(frozen=True, slots=True)
class Routine:
    """A routine: its level, what it does, whether its start may bring something that a base signed."""

    level: Level
    run: Callable[[Tester, bytes], bytes]
    takes_word: bool = False


def _test_itself(tester: Tester, _word: bytes) -> bytes:
    return bytes((tester.ecu.self_test(),))


def _reset_to_factory(tester: Tester, _word: bytes) -> bytes:
    tester.ecu.reset_to_factory()
    return b"\0"


def _synchronise(tester: Tester, word: bytes) -> bytes:
    if word:
        return bytes((SYNC_RESULTS.index(tester.ecu.synchronise(word)),))
    challenge = tester.ecu.unit.challenge
    if challenge is None:
        raise NegativeResponseError(Nrc.CONDITIONS_NOT_CORRECT)
    return challenge.encode()


def _end_pairing(tester: Tester, word: bytes) -> bytes:
    if word:
        return bytes((not tester.ecu.end_pairing(word),))
    return tester.ecu.unit.paired.to_bytes(4)


SYNC_RESULTS: Final = (
    SyncResult.TAKEN,
    SyncResult.NOTHING,
    SyncResult.NOT_ASKED,
    SyncResult.UNREADABLE,
    SyncResult.NOT_SIGNED,
    SyncResult.ANOTHER_UNIT,
    SyncResult.STALE,
    SyncResult.ROLLED_BACK,
)
"""What became of an answer, by its number on the plug."""
ROUTINES: Final[Mapping[int, Routine]] = {
    0x0301: Routine(Level.NONE, _test_itself),
    0x0302: Routine(Level.WORKSHOP, _reset_to_factory),
    0x0303: Routine(Level.NONE, _synchronise, takes_word=True),
    0x0304: Routine(Level.NONE, _end_pairing, takes_word=True),
}
_ROUTINE_HEAD: Final = 4


def routine_control(tester: Tester, request: bytes) -> bytes:
    """31: start a routine, or say how the last one ended."""
    sub, number, word = _sub(request), int.from_bytes(request[2:4]), request[_ROUTINE_HEAD:]
    if len(request) < _ROUTINE_HEAD:
        raise NegativeResponseError(Nrc.INCORRECT_MESSAGE_LENGTH_OR_INVALID_FORMAT)
    routine = ROUTINES.get(number)
    if routine is None:
        raise NegativeResponseError(Nrc.REQUEST_OUT_OF_RANGE)
    if routine.level and tester.level is not routine.level:
        raise NegativeResponseError(Nrc.SECURITY_ACCESS_DENIED)
    if word and not routine.takes_word:
        raise NegativeResponseError(Nrc.INCORRECT_MESSAGE_LENGTH_OR_INVALID_FORMAT)
    if sub == _STOP or (sub == _RESULT and number not in tester.results):
        raise NegativeResponseError(Nrc.REQUEST_SEQUENCE_ERROR)
    if sub == _START:
        tester.results[number] = routine.run(tester, word)
    return bytes((sub,)) + request[2:4] + tester.results[number]


# --- trouble codes ------------------------------------------------------------------------------------------

_COUNT, _LIST, _SUPPORTED = 0x01, 0x02, 0x0A
_ISO_15031_6: Final = 0x00


def read_troubles(tester: Tester, request: bytes) -> bytes:
    """19: count or list trouble codes."""
    sub = _sub(request)
    rows = tester.ecu.troubles()
    if sub != _SUPPORTED:
        rows = [(trouble, status) for trouble, status in rows if status & request[2]]
    if sub == _COUNT:
        return bytes((sub, AVAILABLE, _ISO_15031_6)) + len(rows).to_bytes(2)
    listed = b"".join(trouble.to_bytes(3) + bytes((status,)) for trouble, status in rows)
    return bytes((sub, AVAILABLE)) + listed


def clear_troubles(tester: Tester, request: bytes) -> bytes:
    """14: forget all trouble codes, or one."""
    group = int.from_bytes(request[1:4])
    cleared = frozenset(trouble for trouble in Trouble if group in {ALL_GROUPS, trouble})
    if not cleared:
        raise NegativeResponseError(Nrc.REQUEST_OUT_OF_RANGE)
    tester.ecu.clear_troubles(cleared)
    return b""


_DTC_ON, _DTC_OFF = 0x01, 0x02


def control_troubles(tester: Tester, request: bytes) -> bytes:
    """85: stop or start the storing of trouble codes."""
    if _sub(request) == _DTC_OFF:
        tester.ecu.quiet.add(tester.number)
    else:
        tester.ecu.quiet.discard(tester.number)
    return bytes((_sub(request),))


# --- download -----------------------------------------------------------------------------------------------


def request_download(tester: Tester, request: bytes) -> bytes:
    """34: begin a download."""
    address, size = parse_download(request[1:])
    tester.ecu.begin_transfer(tester.number, address, size)
    return b"\x20" + BLOCK_SIZE_MAX.to_bytes(2)


def transfer_data(tester: Tester, request: bytes) -> bytes:
    """36: take a block."""
    transfer = tester.ecu.transfer_of(tester.number)
    assert transfer is not None, "in_sequence comes before"
    if len(request) > BLOCK_SIZE_MAX:
        raise NegativeResponseError(Nrc.INCORRECT_MESSAGE_LENGTH_OR_INVALID_FORMAT)
    try:
        transfer.take(request[1], request[2:])
    except NegativeResponseError as refused:
        if refused.nrc is Nrc.TRANSFER_DATA_SUSPENDED:
            tester.ecu.end_transfer(tester.number)
        raise
    return request[1:2]


def transfer_exit(tester: Tester, _request: bytes) -> bytes:
    """37: end a download."""
    transfer = tester.ecu.transfer_of(tester.number)
    assert transfer is not None, "in_sequence comes before"
    try:
        transfer.finish()
    except NegativeResponseError as refused:
        if refused.nrc is Nrc.GENERAL_PROGRAMMING_FAILURE:
            tester.ecu.end_transfer(tester.number)
        raise
    tester.ecu.end_transfer(tester.number, finished=True)
    return b""


# --- the table ----------------------------------------------------------------------------------------------

_ALL: Final = frozenset(Session)
_READING: Final = frozenset({Session.DEFAULT, Session.EXTENDED})
_EXTENDED: Final = frozenset({Session.EXTENDED})
_PROGRAMMING: Final = frozenset({Session.PROGRAMMING})
_UNLOCKING: Final = _EXTENDED | _PROGRAMMING


def _subs(*numbers: int, sessions: frozenset[Session] = _ALL) -> dict[int, SubFunction]:
    return {number: SubFunction(sessions) for number in numbers}


SERVICES: Final[Mapping[int, Service]] = {
    Sid.DIAGNOSTIC_SESSION_CONTROL: Service(
        _ALL, session_control, shortest=2, length=2, subs=_subs(*Session), quick=True
    ),
    Sid.ECU_RESET: Service(_ALL, ecu_reset, shortest=2, length=2, subs=_subs(0x01, 0x03)),
    Sid.CLEAR_DIAGNOSTIC_INFORMATION: Service(_READING, clear_troubles, shortest=4, length=4),
    Sid.READ_DTC_INFORMATION: Service(
        _READING,
        read_troubles,
        shortest=2,
        subs={
            _COUNT: SubFunction(_READING, 3),
            _LIST: SubFunction(_READING, 3),
            _SUPPORTED: SubFunction(_READING, 2),
        },
    ),
    Sid.READ_DATA_BY_IDENTIFIER: Service(_ALL, read_data, shortest=3, quick=True),
    Sid.SECURITY_ACCESS: Service(
        _UNLOCKING,
        security_access,
        shortest=2,
        subs={
            0x01: SubFunction(_EXTENDED, 2),
            0x02: SubFunction(_EXTENDED, 2 + SEED_SIZE),
            0x03: SubFunction(_UNLOCKING, 2),
            0x04: SubFunction(_UNLOCKING, 2 + SIGNATURE_SIZE),
        },
    ),
    Sid.COMMUNICATION_CONTROL: Service(
        _EXTENDED, communication_control, shortest=2, length=3, subs=_subs(0, 1, 2, 3), quick=True
    ),
    Sid.WRITE_DATA_BY_IDENTIFIER: Service(_EXTENDED, write_data, shortest=4, level=Level.WORKSHOP),
    Sid.ROUTINE_CONTROL: Service(
        _EXTENDED,
        routine_control,
        shortest=2,
        subs={
            _START: SubFunction(_EXTENDED),
            _STOP: SubFunction(_EXTENDED, _ROUTINE_HEAD),
            _RESULT: SubFunction(_EXTENDED, _ROUTINE_HEAD),
        },
    ),
    Sid.REQUEST_DOWNLOAD: Service(_PROGRAMMING, request_download, shortest=5, level=Level.WORKSHOP),
    Sid.TRANSFER_DATA: Service(_PROGRAMMING, transfer_data, shortest=3, level=Level.WORKSHOP),
    Sid.REQUEST_TRANSFER_EXIT: Service(
        _PROGRAMMING, transfer_exit, shortest=1, length=1, level=Level.WORKSHOP
    ),
    Sid.TESTER_PRESENT: Service(_ALL, tester_present, shortest=2, length=2, subs=_subs(0), quick=True),
    Sid.CONTROL_DTC_SETTING: Service(
        _EXTENDED, control_troubles, shortest=2, length=2, subs=_subs(_DTC_ON, _DTC_OFF), quick=True
    ),
}
"""Every service by its byte."""
