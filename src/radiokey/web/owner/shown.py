"""What the owner's radio shows, as far as they said it: whether a code may be keyed in now."""

from dataclasses import replace

from radiokey.guide.countdown import REFUSED_MAX
from radiokey.guide.model import Asks, Facts
from radiokey.guide.walk import View, answer, answer_display, ask_display, position, step_asking, view
from radiokey.guide.words import entry_shut
from radiokey.headunit.display import Shows
from radiokey.web.http.forms import count
from radiokey.web.http.visits import Visit
from radiokey.web.site import Site


def facts_of(visit: Visit) -> Facts:
    """Return what a visit tells the guide; raise `UsageError` for counts that are none."""
    refused = count(visit.refused.removesuffix("e"), most=REFUSED_MAX) or 0
    return Facts(
        model=visit.keys or visit.model or None,
        word=visit.word or None,
        shows=Shows(visit.shows) if visit.shows in set(Shows) else None,
        errors=count(visit.errors),
        refused=refused,
        evidence=visit.refused.endswith("e") and refused > 0,
    )


def visit_of_facts(facts: Facts) -> Visit:
    """Return the visit of what the guide knows.

    A second refusal differs from a first although a code is fetched and keyed in between.
    """
    refused = f"{facts.refused}{'e' if facts.evidence else ''}" if facts.refused else ""
    return Visit(
        model=facts.model or "",
        word=facts.word or "",
        shows=facts.shows or "",
        errors="" if facts.errors is None else str(facts.errors),
        refused=refused,
    )


def first_step(site: Site, visit: Visit) -> View | None:
    """Return the step that comes before an entry, by what the display shows; `None` where it may ask.

    A radio that is named after its display decides what the word means, as in the guide. Raises `InputError`
    for a word that is none of the guide's.
    """
    facts = facts_of(visit)
    at_display = ask_display(site.guide, replace(facts, model=facts.model or "", word=None, shows=None))
    if visit.say:
        return _unless_it_asks(view(site.guide, answer_display(site.guide, at_display, visit.say)))
    if facts.shows is not None and entry_shut(facts.shows):
        return view(site.guide, position(site.guide.shows[facts.shows], facts))
    if facts.word is not None and facts.model is not None:
        which = position(step_asking(site.guide, Asks.MODEL), replace(facts, model=None))
        return _unless_it_asks(view(site.guide, answer(site.guide, which, facts.model)))
    return None


def shown_state(site: Site, visit: Visit) -> Shows | None:
    """Return what the display shows, where the owner said so or the guide decided it."""
    first = first_step(site, visit)
    if first is not None:
        return first.facts.shows
    return Shows.CODE if visit.say and knows_word(site, visit) else facts_of(visit).shows


def knows_word(site: Site, visit: Visit) -> bool:
    """Tell whether the guide knows the word that was typed, which may be a lock in words of its own."""
    start = ask_display(site.guide, Facts(model=visit.model))
    return view(site.guide, answer_display(site.guide, start, visit.say)).asks is not Asks.DISPLAY


def _unless_it_asks(here: View) -> View | None:
    return None if here.facts.shows is Shows.CODE or here.asks is Asks.DISPLAY else here
