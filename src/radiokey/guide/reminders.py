"""Reminders as calendar files (RFC 5545): the battery grows old, the maker may have new software.

An entry begins at nine o'clock wherever its owner is, and rings an hour before: `guide.calendar_file`.
"""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from radiokey.catalogue.model import Model
from radiokey.errors import UsageError
from radiokey.guide.calendar_file import CalendarEntry, write_calendar
from radiokey.guide.leaflet import Leaflet, named, table
from radiokey.guide.prevention import prevention
from radiokey.language.speech import gettext, later

HOUR: Final = 9
EARLY: Final = timedelta(hours=1)
BATTERY_YEARS: Final = (3, 5)
"""From when to when a battery is asked after: as long as one lasts (`[[battery]]` of the leaflet)."""
OLDEST_YEARS: Final = 30
EVERY_MONTHS: Final = (1, 3, 6, 12, 24)
"""How often an owner can want to be reminded of updates. No source names an interval: it is their choice."""


class Reminder(StrEnum):
    """What an owner can be reminded of."""

    BATTERY = "battery"
    UPDATE = "update"


@dataclass(frozen=True, slots=True)
class Month:
    """A month of a year, as it stands on a battery or a bill."""

    year: int
    month: int

    @classmethod
    def parse(cls, text: str, today: date) -> "Month":
        """Return the month that `text` (YYYY-MM) is; raise `UsageError` for one not of the last 30 years."""
        parts = text.strip().split("-")
        if len(parts) == 2 and all(one.isascii() and one.isdigit() for one in parts) and len(parts[0]) == 4:  # noqa: PLR2004 - YYYY-MM
            year, month = map(int, parts)
            past = (year, month) <= (today.year, today.month) and year >= today.year - OLDEST_YEARS
            if 1 <= month <= 12 and past:  # noqa: PLR2004 - the months of a year
                return cls(year, month)
        raise UsageError(
            gettext("the month the battery was fitted is expected, such as 2024-10"),
            hint=gettext("it stands on the bill or on the battery; the year first"),
        )

    def years_later(self, years: int) -> date:
        """Return the first day of the same month, years later."""
        return date(self.year + years, self.month, 1)


def battery_calendar(fitted: Month, now: datetime, model: Model | None = None) -> bytes:
    """Return a calendar file that asks after the battery, once a year from its third to its fifth year.

    Days that are past are left out; for a battery older than that it asks at the next whole month, once.
    """
    low, high = BATTERY_YEARS
    days = [day for years in range(low, high + 1) if (day := fitted.years_later(years)) > now.date()]
    first = days[0] if days else _next_month(now.date(), 1)
    lines = (*(line["text"] for line in table("prevention")["battery"]), *_before(model))
    rule = {"freq": "yearly", "count": len(days)} if len(days) > 1 else None
    return _calendar(Reminder.BATTERY, f"{fitted.year}-{fitted.month}", first, rule, now, model, lines)


def update_calendar(every_months: int, now: datetime, model: Model | None = None) -> bytes:
    """Return a calendar file that asks every so many months whether the maker has new software."""
    if every_months not in EVERY_MONTHS:
        raise UsageError(
            gettext("a reminder comes every 1, 3, 6, 12 or 24 months"),
            hint=gettext("no source names an interval; 12 is usual"),
        )
    lines = (*(line["text"] for line in table("prevention")["update"]), *map(gettext, _UPDATE))
    rule = {"freq": "monthly", "interval": every_months}
    first = _next_month(now.date(), every_months)
    return _calendar(Reminder.UPDATE, str(every_months), first, rule, now, model, lines)


_UPDATE: Final = (
    later("Use the maker's own files only, with the battery full and a charger on, and let it finish."),
    later("Have number and code at hand first: an update that breaks off can lock the radio."),
)
_SAYS: Final = {
    Reminder.BATTERY: later("have the battery tested"),
    Reminder.UPDATE: later("look for official software"),
}


def _before(model: Model | None) -> tuple[str, ...]:
    """Return what to do before it is changed, in the words of the leaflet."""
    page: Leaflet = prevention(model)
    return (gettext("Before it is changed:"), *(line.text for line in page.parts[1].lines[:2]))


def _next_month(today: date, months: int) -> date:
    year, month = divmod(today.year * 12 + today.month - 1 + months, 12)
    return date(year, month + 1, 1)


def _calendar(  # noqa: PLR0913, PLR0917 - the parts of an entry, private
    what: Reminder,
    mark: str,
    first: date,
    rule: dict[str, object] | None,
    now: datetime,
    model: Model | None,
    lines: tuple[str, ...],
) -> bytes:
    known = named(model)
    radio = gettext("Car radio") if known is None else known.short
    summary = f"{radio}: {gettext(_SAYS[what])}"
    start = datetime(first.year, first.month, first.day, HOUR)  # noqa: DTZ001 - floating: nine o'clock wherever its owner is
    key = f"{what} {mark} {start:%Y%m%d} {'' if known is None else known.id}"
    entry = CalendarEntry(
        what="reminder",
        mark=hashlib.sha256(key.encode()).hexdigest()[:32],
        start=start,
        summary=summary,
        lines=lines,
        rings=summary,
        early=EARLY,
        rule=rule or {},
    )
    return write_calendar(entry, now)
