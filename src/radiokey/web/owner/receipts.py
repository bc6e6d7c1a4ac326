"""Checking a receipt: anybody may, offline too; the page only saves them the command line."""

from typing import Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Redirect

from radiokey.base.log import verify_receipt_file
from radiokey.errors import ReceiptError
from radiokey.web.http.forms import ReceiptForm, WebRequest, read
from radiokey.web.http.problems import form_problem
from radiokey.web.http.render import NO_STORE
from radiokey.web.http.visits import FormAnswer
from radiokey.web.site import Site

PAGE: Final = "/verify"


@get(PAGE, sync_to_thread=False)
def ask(site: NamedDependency[Site], said: FromQuery[str] = "") -> Response[str]:
    """Ask for a receipt; of one that was sent, say whether it is whole and whether this base made it."""
    answer = site.visits.answer_of(said, PAGE)
    problem, verified, text = answer.problem, None, answer.typed.get("receipt", "")
    if answer.typed:
        try:
            verified = verify_receipt_file(text)
        except ReceiptError as wrong:
            problem = form_problem(wrong)
    return site.pages.show(
        "owner/verify.html",
        status=problem.status if problem else 200,
        headers=NO_STORE,
        problem=problem,
        verified=verified,
        receipt="" if verified else text,
        ours=verified is not None and verified.key == site.base.log.key,
    )


@post(PAGE)
async def check(site: NamedDependency[Site], request: WebRequest) -> Redirect:
    """Lead to the page that says what is to be said of a receipt."""
    form = await read(request, ReceiptForm)
    answer = FormAnswer(typed={"receipt": form.receipt})
    return Redirect(site.visits.address(PAGE, PAGE, answer), status_code=303, headers=NO_STORE)


HANDLERS: Final = (ask, check)
