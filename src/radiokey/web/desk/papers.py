"""Papers at the desk: one as staff see it, and those that a customer brought to the counter."""

from typing import Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from radiokey.base.identity.roles import Permission
from radiokey.base.requests.desk import Desk
from radiokey.web.desk.forms import SeenForm
from radiokey.web.desk.request import DeskAction, perform
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
from radiokey.web.staff.page import StaffRequest, desk_of, requires, run_in_thread, view_for


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
        at = DeskAction(site, request, request_id, hint=CHOOSE_AGAIN)
        return await run_in_thread(
            site, lambda: perform(at, form, do, lambda view, _: same_files(view, uploads))
        )


HANDLERS: Final = (paper, send)
