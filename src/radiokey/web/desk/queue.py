"""The queue of the desk: who acts next, how long it has waited, and the statistics."""

import re
from typing import Any, Final

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from radiokey.base.identity.roles import Permission
from radiokey.base.ports.requests import FIRST, Due
from radiokey.base.requests.reasons import NAMES as REASON_NAMES
from radiokey.base.requests.reasons import WORDS
from radiokey.base.requests.request import State, Turn
from radiokey.base.requests.words import NAMES, TURN_NAMES
from radiokey.clock import DAY_MS
from radiokey.errors import UsageError
from radiokey.language.speech import gettext
from radiokey.web.auth.callers import Caller
from radiokey.web.http.forms import Short, convert
from radiokey.web.site import Site
from radiokey.web.staff.page import (
    StaffForm,
    StaffRequest,
    desk_of,
    organisations_seen,
    requires,
    show_page,
)

FIGURES_DAYS: Final = 30
_PLACE: Final = re.compile(r"(-?[0-9]{1,18})\.([0-9a-f]{32})")


class QueueForm(StaffForm, frozen=True, kw_only=True):
    """Which page of the queue: of one turn alone, behind a place."""

    turn: Short = ""
    after: Short = ""


@get("/desk", sync_to_thread=True, opt=requires(Permission.REQUEST_READ))
def queue(
    site: NamedDependency[Site], request: StaffRequest, turn: FromQuery[str] = "", after: FromQuery[str] = ""
) -> Response[str]:
    """Show who acts next and how long it has waited, the caller's own turn first, and the statistics."""
    desk, caller = desk_of(site), request.auth
    turns, behind = _page_of(convert({"turn": turn, "after": after}, QueueForm), turns_of(caller))
    seen, now_ms = organisations_seen(site, caller), site.clock.now_ms()
    return show_page(
        site,
        request,
        "desk/queue.html",
        parts=[(turn, desk.queue(turn, seen, behind)) for turn in turns],
        later=behind != FIRST,
        turns=turns_of(caller),
        mine=_mine(caller),
        figures=desk.compute_statistics(now_ms - FIGURES_DAYS * DAY_MS),
        figures_days=FIGURES_DAYS,
        reason_names={reason: gettext(name) for reason, name in REASON_NAMES.items()},
        **words(site),
    )


def _page_of(form: QueueForm, turns: tuple[Turn, ...]) -> tuple[tuple[Turn, ...], Due]:
    """Return the turns that a page shows, and the place that it starts behind; raise `UsageError`."""
    if not form.turn and not form.after:
        return turns, FIRST
    place = _PLACE.fullmatch(form.after)
    if place is None or form.turn not in turns:
        raise UsageError(gettext("the queue has no such page"), hint=gettext("begin with its first"))
    return (Turn(form.turn),), (int(place[1]), place[2])


def turns_of(caller: Caller) -> tuple[Turn, ...]:
    """Return the turns in the order in which they matter to a caller."""
    if Permission.REQUEST_APPROVE in caller.scopes and Permission.REQUEST_CHECK not in caller.scopes:
        return (Turn.APPROVER, Turn.CLERK, Turn.OWNER)
    return (Turn.CLERK, Turn.APPROVER, Turn.OWNER)


def _mine(caller: Caller) -> Turn | None:
    """Return whose turn a caller can take."""
    takes = {Turn.CLERK: Permission.REQUEST_CHECK, Turn.APPROVER: Permission.REQUEST_APPROVE}
    return next((turn for turn, permission in takes.items() if permission in caller.scopes), None)


def words(site: Site) -> dict[str, Any]:
    """Return the display names of states, turns and reasons, and the models."""
    return {
        "names": {state.value: gettext(name) for state, name in NAMES.items()},
        "turn_names": {turn: gettext(name) for turn, name in TURN_NAMES.items()},
        "open_states": {state.value for state in State if state not in _ENDS},
        "reason_words": {reason: gettext(said) for reason, said in WORDS.items()},
        "models": site.catalogue.models,
    }


_ENDS: Final = {State.RELEASED, State.REFUSED, State.WITHDRAWN, State.EXPIRED}


HANDLERS: Final = (queue,)
