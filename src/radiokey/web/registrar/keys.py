"""The registrar's page of the keys that seal codes and papers."""

from typing import Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect

from radiokey.base.identity.roles import Permission
from radiokey.base.keys.seal import SEALS_MAX
from radiokey.errors import RadiokeyError
from radiokey.language.speech import gettext
from radiokey.web.http.render import NO_STORE
from radiokey.web.jobs.key_rotation import RotationRun
from radiokey.web.site import Site
from radiokey.web.staff.page import (
    StaffForm,
    StaffRequest,
    lead_back,
    read_form,
    requires,
    run_in_thread,
    show_page,
)

PAGE: Final = "/registrar/keys"


@get(PAGE, sync_to_thread=True, opt=requires(Permission.KEY_LIST))
def keys(site: NamedDependency[Site], request: StaffRequest) -> Response[str]:
    """Show the keys of the ring by their ids, what each seals, and how far a rotation is."""
    path = site.base.location.secret("keys")
    cards = site.base.key_ring().cards() if path.exists() else ()
    usage = site.base.key_usage()
    turn = site.key_rotation.last
    missing = sorted({*usage.codes, *usage.papers} - {card.id for card in cards})
    return show_page(
        site,
        request,
        "registrar/keys.html",
        cards=cards,
        codes=usage.codes,
        papers=usage.papers,
        missing=missing,
        seals_max=SEALS_MAX,
        turn=turn,
        stopped=_stopped(turn),
    )


def _stopped(turn: RotationRun | None) -> tuple[str, str] | None:
    """Return why a rotation stopped, and the hint. It was raised for nobody, so it is said again here."""
    if turn is None or turn.problem is None:
        return None
    hint = turn.problem.hint
    return gettext(turn.problem.sentence), gettext(hint) if hint else ""


@post("/registrar/keys/turn", opt=requires(Permission.KEY_TURN))
async def rotate_keys(site: NamedDependency[Site], request: StaffRequest) -> Redirect:
    """Start to seal every code with the next key, or go on with it."""
    await read_form(request, StaffForm)

    def work() -> Redirect:
        try:
            site.key_rotation.start(request.auth.by)
        except RadiokeyError as problem:
            return lead_back(site, request, PAGE, problem)
        return Redirect(PAGE, status_code=303, headers=NO_STORE)

    return await run_in_thread(site, work)


HANDLERS: Final = (keys, rotate_keys)
