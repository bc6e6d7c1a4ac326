"""Times and people as staff read them: a moment in UTC, how long, who."""

from datetime import UTC, datetime
from typing import Final

from markupsafe import Markup

from radiokey.base.ports.store import CLOCK
from radiokey.clock import DAY_MS, HOUR_MS, MINUTE_MS

_OWNER: Final = "owner:"


def format_time(at_ms: int) -> Markup:
    """Return a moment, for people and for programs.

    >>> format_time(1_700_000_000_000)
    Markup('<time datetime="2023-11-14T22:13Z">14 Nov 2023, 22:13</time>')
    """
    at = datetime.fromtimestamp(at_ms / 1000, UTC)
    said = f"{at.day} {at:%b %Y, %H:%M}"
    return Markup('<time datetime="{}">{}</time>').format(f"{at:%Y-%m-%dT%H:%MZ}", said)


def format_duration(ms: int) -> str:
    """Return how long something takes, to two units.

    >>> format_duration(30_000), format_duration(61 * 60_000), format_duration(50 * 3_600_000)
    ('less than a minute', '1 h 1 min', '2 days 2 h')
    """
    days, rest = divmod(max(ms, 0), DAY_MS)
    hours, minutes = rest // HOUR_MS, rest % HOUR_MS // MINUTE_MS
    if days:
        return f"{days} day{'s' * (days > 1)}" + (f" {hours} h" if hours else "")
    if hours:
        return f"{hours} h" + (f" {minutes} min" if minutes else "")
    return f"{minutes} min" if minutes else "less than a minute"


def format_actor(by: str) -> str:
    """Return who did something: an account by its name, the owner and the clock by what they are.

    >>> format_actor("owner:12ab"), format_actor("clock"), format_actor("ann")
    ('the owner', 'the clock', 'ann')
    """
    if by.startswith(_OWNER):
        return "the owner"
    return "the clock" if by == CLOCK else by


def format_day(at_ms: int) -> str:
    """Return a day of the calendar, in UTC.

    >>> format_day(1_700_000_000_000)
    '14 November 2023'
    """
    at = datetime.fromtimestamp(at_ms / 1000, UTC)
    return f"{at.day} {at:%B %Y}"


def format_owner_time(at_ms: int) -> Markup:
    """Return a moment as an owner reads it: in UTC, which the text says; `page.js` says it in the own zone.

    >>> format_owner_time(1_700_000_000_000)
    Markup('<time datetime="2023-11-14T22:13Z">14 November 2023, 22:13 UTC</time>')
    """
    at = datetime.fromtimestamp(at_ms / 1000, UTC)
    said = f"{format_day(at_ms)}, {at:%H:%M} UTC"
    return Markup('<time datetime="{}">{}</time>').format(f"{at:%Y-%m-%dT%H:%MZ}", said)
