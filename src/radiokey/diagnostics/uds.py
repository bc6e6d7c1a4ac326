"""One tester's side of a head unit: UDS (ISO 14229-1) as one ordered chain of named checks, then the answer.

A request is asked each check in turn; the first that fails is the answer (docs/spec/diagnostics.md). Only
then does a service act: nothing that a refused request said has an effect.

Pure: a request and the time go in, an answer comes out. The caller sends it, says
`still_working` where it takes long, and calls `Tester.tick` so that a silent tester's session ends.
"""

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from radiokey.diagnostics.memory import NotesNotKeptError
from radiokey.diagnostics.names import (
    NOT_SAID_TO_ALL,
    POSITIVE,
    SUPPRESS,
    NegativeResponseError,
    Nrc,
    Session,
    Sid,
    negative,
)
from radiokey.diagnostics.services import SERVICES, Service
from radiokey.diagnostics.tester import Tester


class Answer(NamedTuple):
    """What a unit says to a request. `quiet`: nothing is sent, unless `still_working` was sent before.

    `why` is for the log of the unit, where a refusal has more to say than its code.
    """

    data: bytes
    quiet: bool = False
    why: str = ""


NOTHING: Final = Answer(b"", quiet=True)


def handle(tester: Tester, request: bytes, now_ms: int, *, functional: bool = False) -> Answer:
    """Return the answer to a request that came at `now_ms`; `functional`: it was sent to all units."""
    tester.tick(now_ms)
    ecu = tester.ecu
    if not request or request[0] & POSITIVE or not ecu.has_supply():
        return NOTHING
    tester.touch(now_ms)
    service = SERVICES.get(request[0])
    nrc, why = refusal(tester, service, request), ""
    if nrc is None and service is not None:
        try:
            data = service.act(tester, request)
        except NegativeResponseError as refused:
            nrc, why = refused.nrc, refused.why
        except NotesNotKeptError:
            nrc = Nrc.GENERAL_PROGRAMMING_FAILURE
        else:
            suppressed = service.subs is not None and bool(request[1] & SUPPRESS)
            answer = Answer(bytes((request[0] | POSITIVE,)) + data, suppressed)
            return answer if ecu.has_supply() else NOTHING
    assert nrc is not None
    if not ecu.has_supply():
        return NOTHING  # it went away while the service acted
    return Answer(negative(request[0], nrc), quiet=functional and nrc in NOT_SAID_TO_ALL, why=why)


_WRITING: Final = frozenset(sid for sid, service in SERVICES.items() if not service.quick)


def is_quick(request: bytes) -> bool:
    """Say whether a request is answered at once; another may take as long as a write takes."""
    if not request or request[0] not in _WRITING:
        return True
    return request[0] == Sid.SECURITY_ACCESS and len(request) == 2  # noqa: PLR2004 - a seed


def wants_answer(request: bytes) -> bool:
    """Say whether a tester waits for anything: not after an answer, nor after a presence without one."""
    return bool(request) and not request[0] & POSITIVE and request != bytes((Sid.TESTER_PRESENT, SUPPRESS))


def still_working(request: bytes) -> bytes:
    """Return the message that says that the answer to `request` takes longer."""
    return negative(request[0], Nrc.REQUEST_CORRECTLY_RECEIVED_RESPONSE_PENDING)


# --- the checks, in order -----------------------------------------------------------------------------------

_IN_SEQUENCE: Final = frozenset({Sid.SECURITY_ACCESS, Sid.TRANSFER_DATA, Sid.REQUEST_TRANSFER_EXIT})
"""What comes second: a key behind its seed, blocks and their end behind the beginning of a download."""
_Check = Callable[[Tester, Service, bytes], bool]


def service_in_session(tester: Tester, service: Service, _request: bytes) -> bool:
    """Say whether the service is offered in this session."""
    return tester.session in service.sessions


def service_unlocked(tester: Tester, service: Service, _request: bytes) -> bool:
    """Say whether this tester has the level that the service needs."""
    return not service.level or tester.level is service.level


def long_enough(_tester: Tester, service: Service, request: bytes) -> bool:
    """Say whether the request has the bytes that every request of the service has."""
    return len(request) >= service.shortest


def subfunction_supported(_tester: Tester, service: Service, request: bytes) -> bool:
    """Say whether the service has that sub-function."""
    return service.subs is None or request[1] & ~SUPPRESS in service.subs


def subfunction_in_session(tester: Tester, service: Service, request: bytes) -> bool:
    """Say whether the sub-function is offered in this session."""
    return service.subs is None or tester.session in service.subs[request[1] & ~SUPPRESS].sessions


def in_sequence(tester: Tester, _service: Service, request: bytes) -> bool:
    """Say whether what has to come before came before: a seed before a key, a download before its blocks."""
    if request[0] == Sid.SECURITY_ACCESS:
        return bool(request[1] & 1) or tester.pending is not None
    return request[0] not in _IN_SEQUENCE or tester.ecu.transfer_of(tester.number) is not None


def right_length(_tester: Tester, service: Service, request: bytes) -> bool:
    """Say whether the request is as long as this service and sub-function are."""
    length = service.length
    if service.subs is not None:
        length = service.subs[request[1] & ~SUPPRESS].length or length
    if request[0] == Sid.READ_DATA_BY_IDENTIFIER:
        return len(request) % 2 == 1
    return not length or len(request) == length


CHECKS: Final[tuple[tuple[_Check, Nrc], ...]] = (
    (service_in_session, Nrc.SERVICE_NOT_SUPPORTED_IN_ACTIVE_SESSION),
    (service_unlocked, Nrc.SECURITY_ACCESS_DENIED),
    (long_enough, Nrc.INCORRECT_MESSAGE_LENGTH_OR_INVALID_FORMAT),
    (subfunction_supported, Nrc.SUB_FUNCTION_NOT_SUPPORTED),
    (subfunction_in_session, Nrc.SUB_FUNCTION_NOT_SUPPORTED_IN_ACTIVE_SESSION),
    (in_sequence, Nrc.REQUEST_SEQUENCE_ERROR),
    (right_length, Nrc.INCORRECT_MESSAGE_LENGTH_OR_INVALID_FORMAT),
)
"""Check and what its failing means, in order. Before them stands `service_supported`: there is one."""


def refusal(tester: Tester, service: Service | None, request: bytes) -> Nrc | None:
    """Return why a request is refused before its service acts, `None` where it is not."""
    if service is None:
        return Nrc.SERVICE_NOT_SUPPORTED
    for passes, nrc in _CONCERNING[request[0]]:
        if not passes(tester, service, request):
            return nrc
    return None


def _concerning(sid: int, service: Service) -> tuple[tuple[_Check, Nrc], ...]:
    """Return the checks that a request of this service can fail, in order."""
    sure: set[_Check] = set()
    if service.sessions >= set(Session):
        sure.add(service_in_session)
    if not service.level:
        sure.add(service_unlocked)
    if service.subs is None:
        sure |= {subfunction_supported, subfunction_in_session}
    if sid not in _IN_SEQUENCE:
        sure.add(in_sequence)
    return tuple((check, nrc) for check, nrc in CHECKS if check not in sure)


_CONCERNING: Final[Mapping[int, tuple[tuple[_Check, Nrc], ...]]] = {
    sid: _concerning(sid, service) for sid, service in SERVICES.items()
}
