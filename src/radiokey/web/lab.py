"""The lab as a page, for who designs locks: what the known kinds cost, by pattern (docs/spec/lab.md)."""

from functools import cache
from typing import Final
from urllib.parse import urlencode

from litestar import Response, get
from litestar.di import NamedDependency

from radiokey.clock import DAY_MS
from radiokey.errors import UsageError
from radiokey.lab.load import patterns
from radiokey.lab.owner import Habits
from radiokey.lab.picture import costs_svg
from radiokey.lab.search import Judged, judge
from radiokey.lab.words import percent, span
from radiokey.language.speech import gettext, number
from radiokey.web.http.forms import LabForm, WebRequest, read_query
from radiokey.web.site import Site

PAGE: Final = "/lab"
PICTURE: Final = f"{PAGE}/costs.svg"
CODES: Final = (6**4, 10**4, 6**5, 10**5)
"""How many codes a radio has: four or five places, six keys or ten."""
USUAL: Final = 10**4
WITHIN_MS: Final = 30 * DAY_MS
STYLED: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
}
"""A picture that is opened by itself has its own style in it, and nothing else."""


@get(PAGE, sync_to_thread=True)
def page(site: NamedDependency[Site], request: WebRequest) -> Response[str]:
    """Show both costs of each known kind of lock, for as many codes as are chosen."""
    codes = _codes(request)
    return site.pages.show(
        "lab.html",
        codes=codes,
        choices=[(one, number(one)) for one in CODES],
        picture=f"{PICTURE}?{urlencode({'codes': codes})}",
        narrow=f"{PICTURE}?{urlencode({'codes': codes, 'narrow': 'yes'})}",
        rows=[
            (
                gettext(one.schedule.name),
                percent(one.thief),
                span(float(one.owner.waiting_ms)),
                percent(one.owner.dead),
                patterns()[one.schedule.name].source,
            )
            for one in _judged(codes)
        ],
    )


@get(PICTURE, sync_to_thread=True)
def picture(request: WebRequest) -> Response[bytes]:
    """Return the picture of the page."""
    title, numbered = (
        gettext("What schedules cost a thief and an owner"),
        bool(read_query(request, LabForm).narrow),
    )
    drawn = costs_svg(title, _judged(_codes(request)), numbered=numbered)
    return Response(drawn.encode(), media_type="image/svg+xml", headers=STYLED)


def _codes(request: WebRequest) -> int:
    """Return how many codes were chosen, of those there are to choose."""
    chosen = read_query(request, LabForm).codes
    found = next((one for one in CODES if str(one) == chosen), USUAL if not chosen else None)
    if found is None:
        raise UsageError(gettext("that is none of the answers"), hint=gettext("choose one of the four"))
    return found


@cache
def _judged(codes: int) -> tuple[Judged, ...]:
    """Return what each pattern costs; it takes a moment, and is the same for everybody."""
    return tuple(judge(one, Habits(), codes, WITHIN_MS) for one in patterns().values())


HANDLERS: Final = (page, picture)
