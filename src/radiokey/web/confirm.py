"""The step-up: whoever is about to have a code released is asked once more who they are.

One place, asked by every page before such an act. A bearer token proves with the request itself who it is.
"""

from litestar import Request
from litestar.datastructures import State

from radiokey.errors import NotAllowedError
from radiokey.web.callers import Caller


def confirm(request: Request[None, Caller, State]) -> None:
    """Raise `NotAllowedError` unless the caller is a person that was recognised for this act."""
    if not request.auth.account:
        raise NotAllowedError(
            "only somebody with an account does this", hint="sign in with your own account, then do it again"
        )
