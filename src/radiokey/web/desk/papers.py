"""Papers at the desk: one as staff see it, and those that a customer brought to the counter."""

import math
from dataclasses import dataclass
from typing import Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from radiokey.base.identity.roles import Permission
from radiokey.base.requests.desk import Desk
from radiokey.errors import OurFaultError, PhotoError, RadiokeyError, UsageError
from radiokey.label.read import Candidate
from radiokey.language.speech import gettext
from radiokey.web.desk.forms import SeenForm
from radiokey.web.desk.request import DeskAction, perform
from radiokey.web.http.labels import look_again, nothing_on
from radiokey.web.http.uploads import (
    CHOOSE_AGAIN,
    PAPER_HEADERS,
    UPLOAD_BYTES_MAX,
    count_papers,
    hand_in,
    same_files,
    uploads_of,
)
from radiokey.web.site import Site
from radiokey.web.staff.page import StaffRequest, desk_of, requires, run_in_thread, show_page, view_for


@get(
    "/desk/requests/{request_id:str}/papers/{paper_id:str}",
    sync_to_thread=True,
    opt=requires(Permission.REQUEST_READ),
)
def paper(
    site: NamedDependency[Site],
    request: StaffRequest,
    request_id: FromPath[str],
    paper_id: FromPath[str],
) -> Response[bytes]:
    """Return a paper as it is kept; the audit names who looked."""
    view_for(site, request.auth, request_id)
    found = desk_of(site).paper(request_id, paper_id, request.auth.by)
    return Response(found.content, media_type=found.media, headers=PAPER_HEADERS)


@post(
    "/desk/requests/{request_id:str}/papers",
    request_max_body_size=UPLOAD_BYTES_MAX,
    opt=requires(Permission.REQUEST_OPEN),
)
async def send(site: NamedDependency[Site], request: StaffRequest, request_id: FromPath[str]) -> Redirect:
    """Take the papers that a customer brought, from the person who opened the request for them."""
    caller = request.auth
    fields = await request.form()
    async with site.paper_turns:
        seen, uploads = await uploads_of(fields)

        def do(desk: Desk, _: SeenForm) -> None:
            count_papers(site.base.desk_limits, caller.client, caller.network, uploads)
            hand_in(desk, request_id, seen, caller.by, uploads)

        form = SeenForm(seen=str(seen))
        at = DeskAction(site, request, request_id, hint=gettext(CHOOSE_AGAIN))
        return await run_in_thread(
            site, lambda: perform(at, form, do, lambda view, _: same_files(view, uploads))
        )


# --- the number on the photo of the label -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Crop:
    """A number on a photo: what it says, whether that was asked for, and how to show its place upright.

    `box` is the part of the photo to show, as `viewBox` has it; `turn` is the SVG transform of the photo.
    """

    serial: str
    same: bool
    look_again: dict[int, str]
    sources: tuple[str, ...]
    box: str
    turn: str


@get(
    "/desk/requests/{request_id:str}/papers/{paper_id:str}/number",
    sync_to_thread=True,
    opt=requires(Permission.REQUEST_READ),
)
def number(
    site: NamedDependency[Site],
    request: StaffRequest,
    request_id: FromPath[str],
    paper_id: FromPath[str],
) -> Response[str]:
    """Read the number on a photo of the label, beside what was typed; the audit names who looked."""
    view = view_for(site, request.auth, request_id)
    if site.photos is None:
        raise UsageError(
            gettext("this site does not read photos"),
            hint=gettext("compare the photo with the number by eye"),
        )
    found = desk_of(site).paper(request_id, paper_id, request.auth.by)
    problem: RadiokeyError | None = None
    crops: list[Crop] = []
    width = height = 0
    try:
        model = site.model(view.stored.model) if view.stored.model in site.catalogue.models else None
        reading = site.photos.read(found.content, make=view.stored.make, radio=model)
        crops = [_crop(one, view.stored.serial) for one in reading.candidates]
        width, height = reading.width, reading.height
        problem = None if crops else nothing_on(reading)
    except (PhotoError, OurFaultError) as error:
        problem = error
    return show_page(
        site,
        request,
        "desk/number.html",
        asked=view.stored,
        crops=crops,
        photo=f"/desk/requests/{request_id}/papers/{paper_id}",
        width=width,
        height=height,
        problem=problem,
    )


def _crop(one: Candidate, asked: str) -> Crop:
    """Return how to show the place of a number: turned so that it is read from left to right."""
    (x0, y0), (x1, y1), _, (x3, y3) = one.quad
    cx, cy = (sum(x for x, _ in one.quad) / 4, sum(y for _, y in one.quad) / 4)
    wide, tall = max(math.dist((x0, y0), (x1, y1)), 1.0), max(math.dist((x0, y0), (x3, y3)), 1.0)
    room = max(tall, wide / 8)
    box = cx - wide / 2 - room, cy - tall / 2 - room, wide + 2 * room, tall + 2 * room
    degrees = math.degrees(math.atan2(y1 - y0, x1 - x0))
    return Crop(
        serial=one.serial.text,
        same=one.serial.text == asked,
        look_again={each.at: look_again(each) for each in one.suspects},
        sources=tuple(gettext(source.value) for source in one.sources),
        box=" ".join(f"{value:.0f}" for value in box),
        turn=f"rotate({-degrees:.1f} {cx:.0f} {cy:.0f})",
    )


HANDLERS: Final = (paper, send, number)
