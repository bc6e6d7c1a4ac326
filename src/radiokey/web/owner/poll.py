"""The poll of owners: one tap, no cookie, nothing of a person; answers as dot plots (docs/spec/poll.md)."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect

from radiokey.base.poll.poll import SHOWN_FROM, Often, Tally
from radiokey.errors import LimitReachedError, UsageError
from radiokey.language.speech import gettext, later
from radiokey.web.http.forms import LeafletForm, PollForm, WebRequest, read, read_query
from radiokey.web.http.problems import form_problem
from radiokey.web.http.visits import SAID, FormAnswer
from radiokey.web.site import Site

PAGE: Final = "/poll"
SAYS: Final = {
    Often.NEVER: later("Never"),
    Often.YEARLY: later("1-2 times a year"),
    Often.EACH_BATTERY: later("At each battery"),
    Often.ALWAYS: later("Again and again"),
}
"""What the answers are called: short enough to stand beside their line."""
PICTURES_MAX: Final = 3
"""So many are drawn: together they stay below 5 KB."""
_COUNTED: Final = "counted"


@dataclass(frozen=True, slots=True)
class Result:
    """The answers of one radio or of all, with what they are called."""

    title: str
    tally: Tally
    rows: tuple[tuple[str, int], ...]


@get(PAGE, sync_to_thread=True)
def poll_page(site: NamedDependency[Site], request: WebRequest) -> Response[str]:
    """Ask, and show what others answered."""
    form, said = read_query(request, LeafletForm), request.query_params.get(SAID, "")
    named, problem = site.model(form.model), site.visits.answer_of(said, PAGE).problem
    model = "" if named is None or named.default else named.id
    models = (one for one in site.catalogue.models.values() if not one.default)
    results = _results(site, model)
    return site.pages.show(
        "owner/poll.html",
        status=problem.status if problem else 200,
        problem=problem,
        model=named if model else None,
        models=sorted(models, key=lambda one: one.name.casefold()),
        answers=[(often.value, gettext(text)) for often, text in SAYS.items()],
        counted=request.query_params.get(_COUNTED, "") == "yes",
        all=results[0],
        named=next((one for one in results[1:] if one.tally.model == model), None) if model else None,
        drawn=[one for one in results if one.tally.shown][:PICTURES_MAX],
        shown_from=SHOWN_FROM,
    )


@post(PAGE)
async def answer(site: NamedDependency[Site], request: WebRequest) -> Redirect:
    """Count an answer and lead to the results."""
    form = await read(request, PollForm)
    if form.often not in set(Often):
        raise UsageError(gettext("that is none of the answers"), hint=gettext("choose one of the four"))
    named, often = site.model(form.model), Often(form.often)
    model = "" if named is None or named.default else named.id
    client, network = site.client(request), site.network(request)
    page = f"{PAGE}?{urlencode({'model': model})}" if model else PAGE
    try:
        await site.in_thread(lambda _: site.base.poll.answer(model, often, client, network), None)
    except LimitReachedError as problem:
        said = FormAnswer(problem=form_problem(problem))
        return Redirect(site.visits.address(page, PAGE, said), status_code=303)
    said_so = urlencode({name: value for name, value in (("model", model), (_COUNTED, "yes")) if value})
    return Redirect(f"{PAGE}?{said_so}", status_code=303)


def _results(site: Site, model: str) -> list[Result]:
    """Return the answers of all, then of the named radio, then of the others, the most answers first."""
    whole, *each = site.base.poll.tallies()
    known = [one for one in each if one.model in site.catalogue.models]
    known.sort(key=lambda one: one.model != model)
    return [_result(site, one) for one in (whole, *known)]


def _result(site: Site, tally: Tally) -> Result:
    title = site.catalogue.models[tally.model].short if tally.model else gettext("All radios")
    return Result(title, tally, tuple(zip(map(gettext, SAYS.values()), tally.counts, strict=True)))


HANDLERS: Final = (poll_page, answer)
