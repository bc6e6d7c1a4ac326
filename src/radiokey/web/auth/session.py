"""The session of a signed-in account: its cookie, its account, the secret of its forms (docs/spec/staff.md).

Only routes that say so (`SESSION`) look at the cookie; the API never does. A request that does more than read
has to carry the secret of this session's forms, so that no other page acts for the signed-in account.
"""

import hmac
import re
from typing import Any, Final, TypeVar, cast

from litestar import Request, Response
from litestar.datastructures import Cookie

from radiokey.base.identity.authentication import Authentication, SignedIn
from radiokey.base.identity.secret_values import Secret
from radiokey.digits import read_digits
from radiokey.errors import FormError, SignedOutError
from radiokey.language.speech import gettext
from radiokey.web.http.addresses import Connection
from radiokey.web.http.render import NO_STORE
from radiokey.web.site import Site

R = TypeVar("R", bound=Response[Any])
SESSION: Final = "session"
CSRF: Final = "csrf"
READS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_SECURE: Final = "__Host-radiokey"
_PLAIN: Final = "radiokey"
_ID: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_PAGE: Final = re.compile(r"/desk/requests/[A-Za-z0-9_-]+|/registrar/[a-z]+|/desk|/me", re.ASCII)
_WORDS: Final = "radiokey words"
_FORM_KIND: Final = "application/x-www-form-urlencoded"
_WORDS_BYTES_MAX: Final = 16 * 1024
"""So many bytes hold 1,000 characters in any writing, as a form spells them."""
_ONWARD: Final = re.compile(r"/(desk|registrar|me)(/[A-Za-z0-9._-]+)*", re.ASCII)


def cookie_name(*, secure: bool) -> str:
    """Return what the cookie is called: over TLS so that no other site of the domain can set it."""
    return _SECURE if secure else _PLAIN


def signed_in(site: Site, connection: Connection) -> SignedIn:
    """Return who is signed in, by the cookie of a request; raise `SignedOutError`, `StoreError`."""
    authentication = site.authentication
    text = (
        connection.cookies.get(cookie_name(secure=authentication.passkeys.party.secure))
        if authentication
        else None
    )
    if authentication is None or text is None or not _ID.fullmatch(text):
        raise SignedOutError(
            gettext("you are not signed in, or not any more"), hint=gettext("sign in; the page comes back")
        )
    return authentication.who(Secret(text))


async def check_form(site: Site, connection: Connection, who: SignedIn) -> None:
    """Raise `FormError` unless a request only reads, or is a form of this session."""
    assert isinstance(connection, Request)
    if connection.method in READS:
        return
    form = await connection.form()
    sent = form.get(CSRF)
    if not isinstance(sent, str) or not hmac.compare_digest(sent.encode(), _csrf(site, who).encode()):
        await form.close()  # its files: no handler runs that would
        raise FormError(
            gettext("this form is not one of this session"),
            hint=gettext("open the page again and send it from there"),
        )


async def keep_words(connection: Connection) -> None:
    """Keep what somebody wrote into a form that is not taken, for the page that says so to give it back.

    Nobody is known yet: no more is read than words take, and no files.
    """
    kind, size = (connection.headers.get(name, "") for name in ("content-type", "content-length"))
    assert isinstance(connection, Request)
    small = read_digits(size, _WORDS_BYTES_MAX) is not None
    if connection.method in READS or kind != _FORM_KIND or not small:
        return
    words = (await connection.form()).get("text")
    if isinstance(words, str):
        cast("dict[str, Any]", connection.scope)[_WORDS] = words


def words_of(connection: Connection) -> str:
    """Return what `keep_words` kept."""
    return str(connection.scope.get(_WORDS, ""))


def page_of(path: str) -> str:
    """Return the address of the page of the staff that a form stands on, by that of the form.

    >>> page_of("/desk/requests/ab12/message"), page_of("/registrar/tokens/x/end"), page_of("/me/codes")
    ('/desk/requests/ab12', '/registrar/tokens', '/me')
    """
    found = _PAGE.match(path)
    return safe_redirect(found[0] if found else "", "")


def csrf_of(request: Request[Any, Any, Any]) -> str:
    """Return what the forms of a page carry: nothing for a token, which is a secret with every request."""
    who: SignedIn | None = getattr(request.auth, "who", None)
    return "" if who is None else _csrf(request.app.state.site, who)


def _csrf(site: Site, who: SignedIn) -> str:
    return hmac.digest(site.purpose_key("csrf"), who.session.encode(), "sha256").hex()


def set_session_cookie(answer: R, authentication: Authentication, session: Secret) -> R:
    """Return an answer that gives a browser its session, until it is closed."""
    answer.set_cookie(_cookie(authentication, session.reveal()))
    return _private(answer)


def clear_session_cookie(answer: R, authentication: Authentication) -> R:
    """Return an answer that takes the session from a browser."""
    gone = _cookie(authentication, "")
    gone.max_age = 0
    answer.set_cookie(gone)
    return _private(answer)


def safe_redirect(text: str, home: str) -> str:
    """Return where to go on to: a page of the staff, by its path alone; otherwise `home`.

    >>> [safe_redirect(text, "/me") for text in ("/desk/requests/ab12", "//example.net", "/desk/../../x")]
    ['/desk/requests/ab12', '/me', '/me']
    """
    return text if _ONWARD.fullmatch(text) and "/." not in text else home


def _cookie(authentication: Authentication, value: str) -> Cookie:
    secure = authentication.passkeys.party.secure
    return Cookie(
        key=cookie_name(secure=secure), value=value, path="/", secure=secure, httponly=True, samesite="strict"
    )


def _private(answer: R) -> R:
    answer.headers.update(NO_STORE)
    return answer
