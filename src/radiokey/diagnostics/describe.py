"""What goes over the plug, in the words of the standards: UDS messages, DoIP messages, ISO-TP frames.

Names are those of ISO 14229-1, ISO 13400-2 and ISO 15765-2; what a unit of ours adds is named as in
docs/spec/diagnostics.md. Bytes that are none of it are said to be that, and nothing raises.

A seed and a key together make a code. `without_secret` leaves of such a message what may be shown; what was
cut is described as far as it is there.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from radiokey.diagnostics import doip
from radiokey.diagnostics.identifiers import IDENTIFIERS, Identifier, say_text
from radiokey.diagnostics.names import NEGATIVE, POSITIVE, SUPPRESS, Did, Level, Nrc, Session, Sid
from radiokey.diagnostics.services import SYNC_RESULTS
from radiokey.diagnostics.troubles import ALL_GROUPS, Trouble

_ACRONYMS: Final = frozenset({"ECU", "DTC"})


@dataclass(frozen=True, slots=True)
class Described:
    """Bytes in words: `name` is the standard's, `means` what they say; `refused`: the answer is no."""

    name: str
    means: str = ""
    refused: bool = False


def service_name(sid: int) -> str:
    """Return the name of a service.

    >>> service_name(0x22), service_name(0x19), service_name(0x99)
    ('ReadDataByIdentifier', 'ReadDTCInformation', 'unknown service 99')
    """
    if sid not in _SIDS:
        return f"unknown service {sid:02X}"
    return "".join(part if part in _ACRONYMS else part.capitalize() for part in Sid(sid).name.split("_"))


def code_name(nrc: int) -> str:
    """Return the name of a negative response code.

    >>> code_name(0x35), code_name(0x99)
    ('invalidKey', 'unknown code 99')
    """
    if nrc not in _NRCS:
        return f"unknown code {nrc:02X}"
    first, *rest = Nrc(nrc).name.lower().split("_")
    return first + "".join(part.capitalize() for part in rest)


def without_secret(data: bytes) -> bytes:
    """Return what may be shown of a UDS message: all of it, but of a seed and of a key its first two bytes.

    >>> without_secret(bytes.fromhex("270201020304")).hex()
    '2702'
    """
    return data[:2] if data[:1] in _SECRET else data


# --- UDS ----------------------------------------------------------------------------------------------------

ROUTINES: Final[Mapping[int, str]] = {
    0x0301: "self test",
    0x0302: "factory reset",
    0x0303: "synchronise",
    0x0304: "end of the pairing",
}
SESSIONS: Final[Mapping[int, str]] = {
    Session.DEFAULT: "defaultSession",
    Session.PROGRAMMING: "programmingSession",
    Session.EXTENDED: "extendedDiagnosticSession",
}
_SESSION: Final = Identifier(
    "ActiveDiagnosticSession", lambda _ecu: b"", 1, lambda data: SESSIONS.get(data[0], "unknown")
)
"""What stands under F186: it is the tester's and not the unit's."""
_TROUBLES: Final[Mapping[int, str]] = {
    Trouble.SUPPLY_LOW: "P0562 system voltage low",
    Trouble.SUPPLY_HIGH: "P0563 system voltage high",
    Trouble.BUS: "U0001 CAN communication bus",
    Trouble.UPDATE_FAILED: "U0300 software incompatibility",
    Trouble.TAMPERED: "B1A10 tampering",
    Trouble.MEMORY: "B1A11 memory",
}
_STATUS_BITS: Final[Mapping[int, str]] = {0x01: "fails", 0x08: "confirmed", 0x20: "since last clear"}
_SELF_TEST: Final = (
    ("record in both banks", "record not in both banks"),
    ("it is the device's last", "it is not the device's last"),
    ("supply fit for an entry", "supply not fit for an entry"),
    ("no fault", "a fault"),
)
"""Each bit of routine 0301, set and not set."""
_RESETS: Final[Mapping[int, str]] = {1: "hardReset", 3: "softReset"}
_REPORTS: Final[Mapping[int, str]] = {
    0x01: "reportNumberOfDTCByStatusMask",
    0x02: "reportDTCByStatusMask",
    0x0A: "reportSupportedDTC",
}
_ROUTINE_DOES: Final[Mapping[int, str]] = {
    1: "startRoutine",
    2: "stopRoutine",
    3: "requestRoutineResults",
}
_COMMUNICATION: Final[Mapping[int, str]] = {
    0: "enableRxAndTx",
    1: "enableRxAndDisableTx",
    2: "disableRxAndEnableTx",
    3: "disableRxAndTx",
}
_STORING: Final[Mapping[int, str]] = {1: "on", 2: "off"}

_LEVELS: Final[Mapping[int, str]] = {Level.CODE: ", the lock", Level.WORKSHOP: ", the workshop"}
_SIDS: Final = frozenset(Sid)
_NRCS: Final = frozenset(Nrc)
_SECRET: Final = (b"\x27", b"\x67")
_NOT_ASCII: Final = 0x80
_NRC_AT: Final = 2


def describe_message(data: bytes) -> Described:
    """Return what a UDS message says, asked or answered; `data` may be cut (`without_secret`, a long one)."""
    if not data:
        return Described("empty message")
    if data[0] == NEGATIVE:
        why = f"{data[_NRC_AT]:02X} {code_name(data[_NRC_AT])}" if len(data) > _NRC_AT else "cut short"
        asked = service_name(data[1]) if len(data) > 1 else "nothing"
        return Described("Negative response", f"{asked}: {why}", refused=True)
    answered = bool(data[0] & POSITIVE)
    sid = data[0] & ~POSITIVE
    says = _SAYS.get(sid)
    return Described(service_name(sid), says(data[1:], answered) if says else "")


def _sub(data: bytes, names: Mapping[int, str]) -> str:
    """Say a sub-function and whether it asks for no answer."""
    if not data:
        return "cut short"
    number = data[0] & ~SUPPRESS
    quiet = ", no positive answer wanted" if data[0] & SUPPRESS else ""
    return f"{number:02X} {names.get(number, 'unknown')}{quiet}"


def _session(data: bytes, _answered: bool) -> str:  # noqa: FBT001 - one of a table
    return _sub(data, SESSIONS)


def _reset(data: bytes, _answered: bool) -> str:  # noqa: FBT001
    return _sub(data, _RESETS)


def _presence(data: bytes, _answered: bool) -> str:  # noqa: FBT001
    return _sub(data, {0: "zeroSubFunction"})


def _storing(data: bytes, _answered: bool) -> str:  # noqa: FBT001
    return _sub(data, _STORING)


def _communicate(data: bytes, _answered: bool) -> str:  # noqa: FBT001
    return _sub(data, _COMMUNICATION)


def _access(data: bytes, answered: bool) -> str:  # noqa: FBT001
    if not data:
        return "cut short"
    number = data[0] & ~SUPPRESS
    asks = number & 1
    what = "requestSeed" if asks else "sendKey"
    of = _LEVELS.get(number - (not asks), "")
    body = data[1:]
    after = ""
    if answered and not asks:
        after = ": open"
    elif answered and body and not any(body):
        after = ": zeros, it is open already"
    return f"{number:02X} {what}{of}{after}"


def _identifier(number: int) -> Identifier | None:
    return _SESSION if number == Did.ACTIVE_SESSION else IDENTIFIERS.get(number)


def _named(number: int) -> str:
    found = _identifier(number)
    return f"{number:04X} {found.name if found else 'unknown'}"


def _read(data: bytes, answered: bool) -> str:  # noqa: FBT001
    if not answered:
        return ", ".join(_named(int.from_bytes(data[at : at + 2])) for at in range(0, len(data) - 1, 2))
    said = []
    at = 0
    while at + 2 <= len(data):
        number = int.from_bytes(data[at : at + 2])
        found = _identifier(number)
        end = at + 2 + (found.size if found else 0)
        if found is None or not found.size:
            while end < len(data) and data[end] < _NOT_ASCII:
                end += 1
        said.append(f"{_named(number)}: {_value(found, data[at + 2 : end])}")
        at = end
    return "; ".join(said)


def _value(found: Identifier | None, data: bytes) -> str:
    if found is None:
        return say_text(data)
    return found.says(data) if len(data) >= found.size else "cut short"


def _write(data: bytes, answered: bool) -> str:  # noqa: FBT001
    named = _named(int.from_bytes(data[:2]))
    return named if answered else f"{named}: {say_text(data[2:])}"


def _routine(data: bytes, answered: bool) -> str:  # noqa: FBT001
    number = int.from_bytes(data[1:3])
    named = f"{_sub(data, _ROUTINE_DOES)}, {number:04X} {ROUTINES.get(number, 'unknown')}"
    rest = data[3:]
    if not answered:
        return f"{named}, with {len(rest)} bytes" if rest else named
    return f"{named}: {_result(number, rest)}"


def _result(number: int, rest: bytes) -> str:
    match number, len(rest):
        case 0x0301, 1:
            return ", ".join(words[not rest[0] >> bit & 1] for bit, words in enumerate(_SELF_TEST))
        case 0x0302, 1:
            return "done"
        case 0x0303, 1 if rest[0] < len(SYNC_RESULTS):
            return f"the answer: {SYNC_RESULTS[rest[0]].value}"
        case 0x0303, _:
            return f"the challenge, {len(rest)} bytes"
        case 0x0304, 1:
            return "as it was" if rest[0] else "it belongs to no car any more"
        case 0x0304, 4:
            return f"pairing {int.from_bytes(rest)}" if any(rest) else "it belongs to no car"
        case _:
            return f"{len(rest)} bytes"


def _troubles(data: bytes, answered: bool) -> str:  # noqa: FBT001
    what = _sub(data, _REPORTS)
    if not answered or not data:
        return f"{what}, mask {data[1]:02X}" if len(data) == 2 else what  # noqa: PLR2004 - with a mask
    if data[0] == 1:
        return f"{what}: {int.from_bytes(data[3:5])}"
    rows = [data[at : at + 4] for at in range(2, len(data) - 3, 4)]
    said = [
        f"{_TROUBLES.get(int.from_bytes(row[:3]), row[:3].hex().upper())} ({_bits(row[3])})" for row in rows
    ]
    return f"{what}: {'; '.join(said) or 'none'}"


def _bits(status: int) -> str:
    return ", ".join(name for bit, name in _STATUS_BITS.items() if status & bit) or "not seen"


def _clear(data: bytes, answered: bool) -> str:  # noqa: FBT001
    group = int.from_bytes(data[:3])
    return "done" if answered else "all" if group == ALL_GROUPS else _TROUBLES.get(group, f"{group:06X}")


def _download(data: bytes, answered: bool) -> str:  # noqa: FBT001
    if answered:
        return f"blocks of at most {int.from_bytes(data[1:3]):,} bytes"
    lengths = data[1] if len(data) > 1 else 0
    at = 2 + (lengths & 0x0F)
    return f"{int.from_bytes(data[at : at + (lengths >> 4)]):,} bytes"


def _block(data: bytes, _answered: bool) -> str:  # noqa: FBT001
    return f"block {data[0]}" if data else "cut short"


_SAYS: Final[Mapping[int, Callable[[bytes, bool], str]]] = {
    Sid.DIAGNOSTIC_SESSION_CONTROL: _session,
    Sid.ECU_RESET: _reset,
    Sid.CLEAR_DIAGNOSTIC_INFORMATION: _clear,
    Sid.READ_DTC_INFORMATION: _troubles,
    Sid.READ_DATA_BY_IDENTIFIER: _read,
    Sid.SECURITY_ACCESS: _access,
    Sid.COMMUNICATION_CONTROL: _communicate,
    Sid.WRITE_DATA_BY_IDENTIFIER: _write,
    Sid.ROUTINE_CONTROL: _routine,
    Sid.REQUEST_DOWNLOAD: _download,
    Sid.TRANSFER_DATA: _block,
    Sid.TESTER_PRESENT: _presence,
    Sid.CONTROL_DTC_SETTING: _storing,
}


# --- DoIP ---------------------------------------------------------------------------------------------------

_PAYLOADS: Final[Mapping[int, str]] = {
    doip.Payload.NEGATIVE_ACKNOWLEDGE: "Generic header negative acknowledge",
    doip.Payload.ACTIVATION_REQUEST: "Routing activation request",
    doip.Payload.ACTIVATION_RESPONSE: "Routing activation response",
    doip.Payload.ALIVE_REQUEST: "Alive check request",
    doip.Payload.ALIVE_RESPONSE: "Alive check response",
    doip.Payload.DIAGNOSTIC: "Diagnostic message",
    doip.Payload.DIAGNOSTIC_POSITIVE: "Diagnostic message positive acknowledge",
    doip.Payload.DIAGNOSTIC_NEGATIVE: "Diagnostic message negative acknowledge",
}
_ACTIVATION_AT: Final = 4
_NACK_AT: Final = 4


def describe_doip(frame: bytes) -> Described:
    """Return what a message of DoIP on a connection is; its UDS message is described by itself."""
    if len(frame) < doip.HEADER.size:
        return Described("no DoIP header")
    _, _, kind, length = doip.HEADER.unpack_from(frame)
    payload = frame[doip.HEADER.size :]
    name = _PAYLOADS.get(kind, f"payload type {kind:04X}")
    match kind:
        case doip.Payload.DIAGNOSTIC:
            return Described(name, f"{_ends(payload)}, {length - doip.ADDRESSES_SIZE:,} bytes")
        case doip.Payload.DIAGNOSTIC_POSITIVE:
            return Described(name, _ends(payload))
        case doip.Payload.DIAGNOSTIC_NEGATIVE:
            why = _named_of(doip.DiagnosticNack, payload[_NACK_AT : _NACK_AT + 1])
            return Described(name, f"{_ends(payload)}: {why}", refused=True)
        case doip.Payload.NEGATIVE_ACKNOWLEDGE:
            return Described(name, _named_of(doip.HeaderNack, payload[:1]), refused=True)
        case doip.Payload.ACTIVATION_REQUEST:
            return Described(name, f"from {payload[:2].hex().upper()}, type {payload[2:3].hex()}")
        case doip.Payload.ACTIVATION_RESPONSE:
            code = payload[_ACTIVATION_AT : _ACTIVATION_AT + 1]
            refused = code != bytes((doip.Activation.DONE,))
            return Described(name, _named_of(doip.Activation, code), refused=refused)
        case _:
            return Described(name)


def _ends(payload: bytes) -> str:
    return f"{payload[:2].hex().upper()} to {payload[2:4].hex().upper()}"


def _named_of(codes: type[doip.Activation | doip.DiagnosticNack | doip.HeaderNack], code: bytes) -> str:
    """Return a code of DoIP with its name."""
    number = int.from_bytes(code)
    names = {int(one): one.name.lower().replace("_", " ") for one in codes}
    return f"{number:02X} {names.get(number, 'unknown')}"


# --- ISO-TP -------------------------------------------------------------------------------------------------

_FLOWS: Final = ("ContinueToSend", "Wait", "Overflow")
_FIRST_FRAME_HEAD: Final = 2


def describe_can(frame: bytes) -> Described:
    """Return what a frame of ISO-TP is, by its first byte; its UDS message is described by itself."""
    if not frame:
        return Described("empty frame")
    low = frame[0] & 0x0F
    match frame[0] >> 4:
        case 0:
            return Described("SingleFrame", f"{low} bytes")
        case 1 if len(frame) >= _FIRST_FRAME_HEAD:
            return Described("FirstFrame", f"of {low << 8 | frame[1]:,} bytes")
        case 2:
            return Described("ConsecutiveFrame", f"number {low}")
        case 3:
            return Described("FlowControl", _FLOWS[low] if low < len(_FLOWS) else "unknown")
        case _:
            return Described("no frame of ISO-TP")
