"""The switch of every page: another language, and back to the page."""

from typing import TYPE_CHECKING, Final

from litestar import post
from litestar.datastructures import State
from litestar.response import Redirect

from radiokey.web.http.forms import LanguageForm, WebRequest, read
from radiokey.web.http.languages import cookie_of, safe_address
from radiokey.web.http.render import NO_STORE

if TYPE_CHECKING:
    from radiokey.language.load import Languages


@post("/language")
async def choose(request: WebRequest, state: State) -> Redirect:
    """Keep the choice in a cookie and lead back to where it was made."""
    form = await read(request, LanguageForm)
    languages: Languages = state.languages
    chosen = languages.parse(form.language)
    secure = request.scope["scheme"] == "https"
    to = Redirect(safe_address(form.back), status_code=303, headers=NO_STORE)
    to.set_cookie(cookie_of(chosen, secure=secure))
    return to


HANDLERS: Final = (choose,)
