"""What the owner's radio shows, as far as they said it: whether a code may be keyed in now."""

from radiokey.errors import InputError
from radiokey.guide.model import Asks, Facts
from radiokey.guide.walk import View, answer_display, position, view
from radiokey.guide.words import entry_shut
from radiokey.headunit.display import Shows
from radiokey.web.http.forms import count
from radiokey.web.http.visits import Visit
from radiokey.web.site import Site


def facts_of(visit: Visit, *, model: str | None = None) -> Facts:
    """Return what a visit tells the guide; raise `UsageError` for counts that are none."""
    refused = count(visit.refused.removesuffix("e"), most=9) or 0
    return Facts(
        model=model or visit.keys or visit.model or None,
        shows=Shows(visit.shows) if visit.shows in set(Shows) else None,
        errors=count(visit.errors),
        refused=refused,
        evidence=visit.refused.endswith("e") and refused > 0,
    )


def first_step(site: Site, visit: Visit) -> View | None:
    """Return the step that comes before an entry, by what the display shows; `None` where it may ask.

    What the guide does not know as a word of asking comes first, too: it says what it means.
    """
    facts = facts_of(visit)
    if visit.say:
        start = position(
            "what-does-it-show", Facts(facts.model or "", None, None, facts.errors, facts.refused)
        )
        here = view(site.guide, answer_display(site.guide, start, visit.say))
        asks = here.facts.shows is Shows.CODE or here.asks is Asks.DISPLAY
        return None if asks else here
    if facts.shows is not None and entry_shut(facts.shows):
        try:
            return view(site.guide, position(site.guide.shows[facts.shows], facts))
        except (InputError, KeyError):
            return None
    return None
