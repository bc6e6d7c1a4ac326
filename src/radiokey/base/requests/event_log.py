"""The history of a request: its acts, as rows; and the request that they make.

A row is believed as little as possible: the state is computed anew by `step`, and a history that says
otherwise is a damaged database. Only until when somebody's turn lasts is taken from the row: it was a promise
when it was written, and it holds where the times were changed since.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import msgspec

from radiokey.base.ports.requests import RequestAct, StoredRequest
from radiokey.base.requests import request as desk
from radiokey.base.requests.reasons import Reason
from radiokey.base.requests.request import CodeRequest, Event, objection, step
from radiokey.errors import DamagedRequestError, UsageError
from radiokey.language.speech import gettext

OPENED: Final = "opened"


@dataclass(frozen=True, slots=True)
class EventKind:
    """What an event is called: in the history of the request, and in the audit."""

    act: str
    audit: str


KINDS: Final[Mapping[type[Event], EventKind]] = {
    desk.Submitted: EventKind("submitted", "request:submit"),
    desk.PapersSent: EventKind("papers-sent", "request:send-papers"),
    desk.PapersAsked: EventKind("papers-asked", "request:ask-papers"),
    desk.CarSeen: EventKind("car-seen", "request:see-car"),
    desk.FeeRecorded: EventKind("fee-recorded", "request:record-fee"),
    desk.WarrantyRecorded: EventKind("warranty-recorded", "request:record-warranty"),
    desk.Checked: EventKind("checked", "request:check"),
    desk.SentBack: EventKind("sent-back", "request:send-back"),
    desk.Approved: EventKind("approved", "request:approve"),
    desk.Released: EventKind("released", "request:release"),
    desk.DoorRefused: EventKind("door-refused", "request:door-refuse"),
    desk.Refused: EventKind("refused", "request:refuse"),
    desk.Withdrawn: EventKind("withdrawn", "request:withdraw"),
    desk.Reminded: EventKind("reminded", "request:remind"),
    desk.TimeRanOut: EventKind("expired", "request:expire"),
}
_NAMED: Final = {kind.act: event for event, kind in KINDS.items()}


def opening(request: CodeRequest) -> RequestAct:
    """Return the first act of a request."""
    state, due_ms = request.state.value, request.due_ms
    return RequestAct(request.id, 1, OPENED, request.requester, request.since_ms, state, due_ms, "{}")


def row_of(event: Event, after: CodeRequest, number: int) -> RequestAct:
    """Return `event` as the act of that number; `after` is the request that it left."""
    fields = msgspec.to_builtins(event, order="deterministic")
    detail = {name: value for name, value in fields.items() if name not in {"by", "at_ms"}}
    text = msgspec.json.encode(detail).decode()
    act, state = KINDS[type(event)].act, after.state.value
    return RequestAct(after.id, number, act, event.by, event.at_ms, state, after.due_ms, text)


def event_of(row: RequestAct) -> Event:
    """Return the event of an act; raise `DamagedRequestError` for one that is none."""
    try:
        fields = {**msgspec.json.decode(row.detail, type=dict), "by": row.by, "at_ms": row.at_ms}
        return msgspec.convert(fields, _NAMED[row.act])
    except (msgspec.MsgspecError, KeyError, UsageError) as error:
        raise damaged() from error


def reason_of(detail: str) -> Reason:
    """Return the reason that the act of a refusal gives."""
    try:
        return Reason(msgspec.json.decode(detail, type=dict[str, str])["reason"])
    except (msgspec.MsgspecError, KeyError, ValueError) as error:
        raise damaged() from error


def replay(stored: StoredRequest, rows: Sequence[RequestAct]) -> CodeRequest:
    """Return the request that its acts make; raise `DamagedRequestError` where they cannot have been."""
    if not rows or rows[0].act != OPENED or rows[0].by != stored.requester:
        raise damaged()
    request = CodeRequest.opened(stored.id, stored.requester, stored.vin, rows[0].at_ms)
    request = _with_promised_due(request, rows[0], 1)
    for number, row in enumerate(rows[1:], start=2):
        event = event_of(row)
        if objection(request, event) is not None:
            raise damaged()
        request = _with_promised_due(step(request, event), row, number)
    return request


def _with_promised_due(request: CodeRequest, row: RequestAct, number: int) -> CodeRequest:
    if row.number != number or request.state.value != row.state:
        raise damaged()
    return replace(request, due_ms=row.due_ms)


def damaged() -> DamagedRequestError:
    """Return the error of a history that cannot have been."""
    return DamagedRequestError(
        gettext("the database holds a request whose history is none"),
        hint=gettext("restore it from a backup"),
    )
