"""The step-up: a person who is about to have a code released confirms once more who they are.

One place, asked by every page before such an act. A person answers with a passkey of theirs, for this act as
the page showed it, once; a bearer token proves with the request itself who it is.
"""

from litestar import Request
from litestar.datastructures import State

from radiokey.errors import NotAllowedError
from radiokey.language.speech import gettext
from radiokey.web.auth.callers import Caller
from radiokey.web.site import Site

StaffRequest = Request[None, Caller, State]


def approval(request_id: str, seen: int) -> str:
    """Return what is confirmed: the approval of a request as it is after that act."""
    return f"request:approve {request_id} {seen}"


def ask(site: Site, request: StaffRequest, act: str) -> str:
    """Return what the page asks the browser (JSON) before `act`; nothing for a token."""
    who = request.auth.who
    return (
        "" if who is None or site.authentication is None else site.authentication.ask_confirmation(who, act)
    )


def confirm(site: Site, request: StaffRequest, act: str, answer: str) -> None:
    """Raise `NotAllowedError` unless the caller is somebody, `SignInError` unless their passkey says so."""
    caller = request.auth
    if not caller.account:
        raise NotAllowedError(
            gettext("only somebody with an account does this"),
            hint=gettext("sign in with your own account, then do it again"),
        )
    if caller.who is not None and site.authentication is not None:
        site.authentication.confirm(caller.who, act, answer)
