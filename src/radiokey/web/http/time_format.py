"""Times, numbers and people as they are read: a moment in UTC, how long, who.

A date is a text like any other: a language says in which order its parts stand, and has its own months.
"""

from datetime import UTC, datetime
from typing import Final

from markupsafe import Markup

from radiokey.base.ports.store import CLOCK
from radiokey.clock import DAY_MS, HOUR_MS, MINUTE_MS
from radiokey.language.speech import gettext, later, ngettext

_OWNER: Final = "owner:"
_MONTHS: Final = (
    later("January"),
    later("February"),
    later("March"),
    later("April"),
    later("May"),
    later("June"),
    later("July"),
    later("August"),
    later("September"),
    later("October"),
    later("November"),
    later("December"),
)
"""In the form that stands beside the day."""


def format_time(at_ms: int) -> Markup:
    """Return a moment, for people and for programs.

    >>> format_time(1_700_000_000_000)
    Markup('<time datetime="2023-11-14T22:13Z">14 Nov 2023, 22:13</time>')
    """
    at = datetime.fromtimestamp(at_ms / 1000, UTC)
    month = gettext(_MONTHS[at.month - 1])[:3]
    said = gettext("{day} {month} {year}, {time}", day=at.day, month=month, year=at.year, time=f"{at:%H:%M}")
    return Markup('<time datetime="{}">{}</time>').format(f"{at:%Y-%m-%dT%H:%MZ}", said)


def format_duration(ms: int) -> str:
    """Return how long something takes, to two units.

    >>> format_duration(30_000), format_duration(61 * 60_000), format_duration(50 * 3_600_000)
    ('less than a minute', '1 h 1 min', '2 days 2 h')
    """
    days, rest = divmod(max(ms, 0), DAY_MS)
    hours, minutes = rest // HOUR_MS, rest % HOUR_MS // MINUTE_MS
    if days:
        said = ngettext("{n} day", "{n} days", days)
        return f"{said} {gettext('{n} h', n=hours)}" if hours else said
    if hours:
        said = gettext("{n} h", n=hours)
        return f"{said} {gettext('{n} min', n=minutes)}" if minutes else said
    return gettext("{n} min", n=minutes) if minutes else gettext("less than a minute")


def format_actor(by: str) -> str:
    """Return who did something: an account by its name, the owner and the clock by what they are.

    >>> format_actor("owner:12ab"), format_actor("clock"), format_actor("ann")
    ('the owner', 'the clock', 'ann')
    """
    if by.startswith(_OWNER):
        return gettext("the owner")
    return gettext("the clock") if by == CLOCK else by


def format_day(at_ms: int) -> str:
    """Return a day of the calendar, in UTC.

    >>> format_day(1_700_000_000_000)
    '14 November 2023'
    """
    at = datetime.fromtimestamp(at_ms / 1000, UTC)
    month = gettext(_MONTHS[at.month - 1])
    return gettext("{day} {month} {year}", day=at.day, month=month, year=at.year)


def format_owner_time(at_ms: int) -> Markup:
    """Return a moment as an owner reads it: in UTC, which the text says; `page.js` says it in the own zone.

    >>> format_owner_time(1_700_000_000_000)
    Markup('<time datetime="2023-11-14T22:13Z">14 November 2023, 22:13 UTC</time>')
    """
    at = datetime.fromtimestamp(at_ms / 1000, UTC)
    said = gettext("{day}, {time} UTC", day=format_day(at_ms), time=f"{at:%H:%M}")
    return Markup('<time datetime="{}">{}</time>').format(f"{at:%Y-%m-%dT%H:%MZ}", said)
