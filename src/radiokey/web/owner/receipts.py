"""Checking a receipt: anybody may, offline too; the page only saves them the command line."""

from typing import Final

from litestar import Response, get, post
from litestar.di import NamedDependency

from radiokey.base.log import verify_receipt_file
from radiokey.errors import ReceiptError
from radiokey.web.http.forms import ReceiptForm, WebRequest, read
from radiokey.web.http.problems import status_of
from radiokey.web.http.render import NO_STORE
from radiokey.web.site import Site


@get("/verify", sync_to_thread=False)
def ask(site: NamedDependency[Site]) -> Response[str]:
    """Ask for a receipt."""
    return site.pages.show("owner/verify.html", problem=None, verified=None, ours=False)


@post("/verify", status_code=200)
async def check(site: NamedDependency[Site], request: WebRequest) -> Response[str]:
    """Say whether a receipt is whole, and whether this base made it."""
    form = await read(request, ReceiptForm)
    try:
        verified = verify_receipt_file(form.receipt)
    except ReceiptError as problem:
        return site.pages.show(
            "owner/verify.html", status=status_of(problem), problem=problem, verified=None, ours=False
        )
    return site.pages.show(
        "owner/verify.html",
        headers=NO_STORE,
        problem=None,
        verified=verified,
        ours=verified.key == site.base.log.key,
    )


HANDLERS: Final = (ask, check)
