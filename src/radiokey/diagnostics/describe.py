"""What goes over the plug, in the words of the standards: UDS messages, DoIP messages, ISO-TP frames.

Names are those of ISO 14229-1, ISO 13400-2 and ISO 15765-2, the same in every language; what a unit of ours
adds is named as in docs/spec/diagnostics.md, and the words around them are in the language that is spoken.
Bytes that are none of it are said to be that, and nothing raises.

A seed and a key together make a code. `without_secret` leaves of such a message what may be shown; what was
cut is described as far as it is there.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from radiokey.diagnostics import doip
from radiokey.diagnostics.identifiers import IDENTIFIERS, Identifier, say_text, unknown
from radiokey.diagnostics.names import NEGATIVE, POSITIVE, SUPPRESS, Did, Level, Nrc, Session, Sid
from radiokey.diagnostics.services import SYNC_RESULTS
from radiokey.diagnostics.troubles import ALL_GROUPS, Trouble
from radiokey.language.speech import gettext, later, ngettext, pgettext
from radiokey.language.speech import number as number_of

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
        return gettext("unknown service {number}", number=f"{sid:02X}")
    return "".join(part if part in _ACRONYMS else part.capitalize() for part in Sid(sid).name.split("_"))


def code_name(nrc: int) -> str:
    """Return the name of a negative response code.

    >>> code_name(0x35), code_name(0x99)
    ('invalidKey', 'unknown code 99')
    """
    if nrc not in _NRCS:
        return gettext("unknown code {number}", number=f"{nrc:02X}")
    first, *rest = Nrc(nrc).name.lower().split("_")
    return first + "".join(part.capitalize() for part in rest)


def _bytes(count: int) -> str:
    return ngettext("{count} byte", "{count} bytes", count, count=number_of(count))


def without_secret(data: bytes) -> bytes:
    """Return what may be shown of a UDS message: all of it, but of a seed and of a key its first two bytes.

    >>> without_secret(bytes.fromhex("270201020304")).hex()
    '2702'
    """
    return data[:2] if data[:1] in _SECRET else data


# --- UDS ----------------------------------------------------------------------------------------------------

ROUTINES: Final[Mapping[int, str]] = {
    0x0301: later("self test"),
    0x0302: later("factory reset"),
    0x0303: later("synchronise"),
    0x0304: later("end of the pairing"),
}
SESSIONS: Final[Mapping[int, str]] = {
    Session.DEFAULT: "defaultSession",
    Session.PROGRAMMING: "programmingSession",
    Session.EXTENDED: "extendedDiagnosticSession",
}
_SESSION: Final = Identifier(
    "ActiveDiagnosticSession", lambda _ecu: b"", 1, lambda data: SESSIONS.get(data[0]) or unknown()
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
_STATUS_BITS: Final[Mapping[int, str]] = {
    0x01: later("fails"),
    0x08: later("confirmed"),
    0x20: later("since last clear"),
}
_SELF_TEST: Final = (
    (later("record in both banks"), later("record not in both banks")),
    (later("it is the device's last"), later("it is not the device's last")),
    (later("supply fit for an entry"), later("supply not fit for an entry")),
    (later("no fault"), later("a fault")),
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
_STORING: Final[Mapping[int, str]] = {1: later("on"), 2: later("off")}

_LEVELS: Final[Mapping[int, str]] = {Level.CODE: later("the lock"), Level.WORKSHOP: later("the workshop")}
_SIDS: Final = frozenset(Sid)
_NRCS: Final = frozenset(Nrc)
_SECRET: Final = (b"\x27", b"\x67")
_NOT_ASCII: Final = 0x80
_NRC_AT: Final = 2


def describe_message(data: bytes) -> Described:
    """Return what a UDS message says, asked or answered; `data` may be cut (`without_secret`, a long one)."""
    if not data:
        return Described(gettext("empty message"))
    if data[0] == NEGATIVE:
        why = (
            f"{data[_NRC_AT]:02X} {code_name(data[_NRC_AT])}" if len(data) > _NRC_AT else gettext("cut short")
        )
        asked = service_name(data[1]) if len(data) > 1 else gettext("nothing")
        return Described(gettext("Negative response"), f"{asked}: {why}", refused=True)
    answered = bool(data[0] & POSITIVE)
    sid = data[0] & ~POSITIVE
    says = _SAYS.get(sid)
    return Described(service_name(sid), says(data[1:], answered) if says else "")


def _sub(data: bytes, names: Mapping[int, str]) -> str:
    """Say a sub-function and whether it asks for no answer."""
    if not data:
        return gettext("cut short")
    number = data[0] & ~SUPPRESS
    said = f"{number:02X} {gettext(names[number]) if number in names else unknown()}"
    return gettext("{what}, no positive answer wanted", what=said) if data[0] & SUPPRESS else said


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
        return gettext("cut short")
    number = data[0] & ~SUPPRESS
    asks = number & 1
    what = "requestSeed" if asks else "sendKey"
    level = number - (not asks)
    of = f", {gettext(_LEVELS[level])}" if level in _LEVELS else ""
    body = data[1:]
    after = ""
    if answered and not asks:
        after = f": {gettext('open')}"
    elif answered and body and not any(body):
        after = f": {gettext('zeros, it is open already')}"
    return f"{number:02X} {what}{of}{after}"


def _identifier(number: int) -> Identifier | None:
    return _SESSION if number == Did.ACTIVE_SESSION else IDENTIFIERS.get(number)


def _named(number: int) -> str:
    found = _identifier(number)
    return f"{number:04X} {gettext(found.name) if found else unknown()}"


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
    return found.says(data) if len(data) >= found.size else gettext("cut short")


def _write(data: bytes, answered: bool) -> str:  # noqa: FBT001
    named = _named(int.from_bytes(data[:2]))
    return named if answered else f"{named}: {say_text(data[2:])}"


def _routine(data: bytes, answered: bool) -> str:  # noqa: FBT001
    number = int.from_bytes(data[1:3])
    routine = gettext(ROUTINES[number]) if number in ROUTINES else unknown()
    named = f"{_sub(data, _ROUTINE_DOES)}, {number:04X} {routine}"
    rest = data[3:]
    if not answered:
        return gettext("{what}, with {bytes}", what=named, bytes=_bytes(len(rest))) if rest else named
    return f"{named}: {_result(number, rest)}"


def _result(number: int, rest: bytes) -> str:
    match number, len(rest):
        case 0x0301, 1:
            return ", ".join(gettext(words[not rest[0] >> bit & 1]) for bit, words in enumerate(_SELF_TEST))
        case 0x0302, 1:
            return gettext("done")
        case 0x0303, 1 if rest[0] < len(SYNC_RESULTS):
            return gettext("the answer: {result}", result=SYNC_RESULTS[rest[0]].value)
        case 0x0303, _:
            return f"{gettext('the challenge')}, {_bytes(len(rest))}"
        case 0x0304, 1:
            return gettext("as it was") if rest[0] else gettext("it belongs to no car any more")
        case 0x0304, 4:
            return (
                gettext("pairing {number}", number=int.from_bytes(rest))
                if any(rest)
                else gettext("it belongs to no car")
            )
        case _:
            return _bytes(len(rest))


def _troubles(data: bytes, answered: bool) -> str:  # noqa: FBT001
    what = _sub(data, _REPORTS)
    if not answered or not data:
        return gettext("{what}, mask {mask}", what=what, mask=f"{data[1]:02X}") if len(data) == 2 else what  # noqa: PLR2004 - with a mask
    if data[0] == 1:
        return f"{what}: {int.from_bytes(data[3:5])}"
    rows = [data[at : at + 4] for at in range(2, len(data) - 3, 4)]
    said = [
        f"{_TROUBLES.get(int.from_bytes(row[:3]), row[:3].hex().upper())} ({_bits(row[3])})" for row in rows
    ]
    return f"{what}: {'; '.join(said) or pgettext('trouble codes', 'none')}"


def _bits(status: int) -> str:
    return ", ".join(gettext(name) for bit, name in _STATUS_BITS.items() if status & bit) or gettext(
        "not seen"
    )


def _clear(data: bytes, answered: bool) -> str:  # noqa: FBT001
    group = int.from_bytes(data[:3])
    if answered:
        return gettext("done")
    return gettext("all") if group == ALL_GROUPS else _TROUBLES.get(group, f"{group:06X}")


def _download(data: bytes, answered: bool) -> str:  # noqa: FBT001
    if answered:
        return gettext("blocks of at most {bytes}", bytes=_bytes(int.from_bytes(data[1:3])))
    lengths = data[1] if len(data) > 1 else 0
    at = 2 + (lengths & 0x0F)
    return _bytes(int.from_bytes(data[at : at + (lengths >> 4)]))


def _block(data: bytes, _answered: bool) -> str:  # noqa: FBT001
    return gettext("block {number}", number=data[0]) if data else gettext("cut short")


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
        return Described(gettext("no DoIP header"))
    _, _, kind, length = doip.HEADER.unpack_from(frame)
    payload = frame[doip.HEADER.size :]
    name = _PAYLOADS.get(kind) or gettext("payload type {number}", number=f"{kind:04X}")
    match kind:
        case doip.Payload.DIAGNOSTIC:
            return Described(name, f"{_ends(payload)}, {_bytes(length - doip.ADDRESSES_SIZE)}")
        case doip.Payload.DIAGNOSTIC_POSITIVE:
            return Described(name, _ends(payload))
        case doip.Payload.DIAGNOSTIC_NEGATIVE:
            why = _named_of(doip.DiagnosticNack, payload[_NACK_AT : _NACK_AT + 1])
            return Described(name, f"{_ends(payload)}: {why}", refused=True)
        case doip.Payload.NEGATIVE_ACKNOWLEDGE:
            return Described(name, _named_of(doip.HeaderNack, payload[:1]), refused=True)
        case doip.Payload.ACTIVATION_REQUEST:
            says = gettext(
                "from {tester}, type {kind}", tester=payload[:2].hex().upper(), kind=payload[2:3].hex()
            )
            return Described(name, says)
        case doip.Payload.ACTIVATION_RESPONSE:
            code = payload[_ACTIVATION_AT : _ACTIVATION_AT + 1]
            refused = code != bytes((doip.Activation.DONE,))
            return Described(name, _named_of(doip.Activation, code), refused=refused)
        case _:
            return Described(name)


def _ends(payload: bytes) -> str:
    return gettext("{one} to {other}", one=payload[:2].hex().upper(), other=payload[2:4].hex().upper())


def _named_of(codes: type[doip.Activation | doip.DiagnosticNack | doip.HeaderNack], code: bytes) -> str:
    """Return a code of DoIP with its name."""
    number = int.from_bytes(code)
    names = {int(one): one.name.lower().replace("_", " ") for one in codes}
    return f"{number:02X} {names.get(number) or unknown()}"


# --- ISO-TP -------------------------------------------------------------------------------------------------

_FLOWS: Final = ("ContinueToSend", "Wait", "Overflow")
_FIRST_FRAME_HEAD: Final = 2


def describe_can(frame: bytes) -> Described:
    """Return what a frame of ISO-TP is, by its first byte; its UDS message is described by itself."""
    if not frame:
        return Described(gettext("empty frame"))
    low = frame[0] & 0x0F
    match frame[0] >> 4:
        case 0:
            return Described("SingleFrame", _bytes(low))
        case 1 if len(frame) >= _FIRST_FRAME_HEAD:
            return Described("FirstFrame", gettext("of {bytes}", bytes=_bytes(low << 8 | frame[1])))
        case 2:
            return Described("ConsecutiveFrame", gettext("number {number}", number=low))
        case 3:
            return Described("FlowControl", _FLOWS[low] if low < len(_FLOWS) else unknown())
        case _:
            return Described(gettext("no frame of ISO-TP"))
