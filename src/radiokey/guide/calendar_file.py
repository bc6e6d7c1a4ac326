"""A calendar file with one entry and its alarm (RFC 5545): the one writer for waits and reminders.

Calendar programs disagree about some ways to write one. An alarm as a date-time is not read by one of them,
so it is a duration before the start; a time with a zone is moved by another, so a start is *floating* (nine
o'clock wherever its owner is) or in UTC. Nothing personal stands in the file.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

LENGTH: Final = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """What stands in a calendar.

    `mark` names it: a later file with the same one replaces it. `start` is floating (without a zone) or in
    UTC. `rings` says in its alarm what to do, `early` before the start. `rule` repeats it, as a recurrence
    rule does; none where it is empty. `link` leads back to the page it came from.
    """

    what: str
    mark: str
    start: datetime
    summary: str
    lines: tuple[str, ...]
    rings: str
    early: timedelta = timedelta(0)
    rule: Mapping[str, object] = field(default_factory=dict)
    link: str = ""

    def __post_init__(self) -> None:
        assert self.start.tzinfo in {None, UTC}, "a zone is moved by some calendars"


def write_calendar(entry: CalendarEntry, now: datetime) -> bytes:
    """Return the file (text/calendar, UTF-8), made at `now`."""
    from icalendar import Alarm, Calendar, Event  # noqa: PLC0415 - heavy, and used once

    event = Event()
    event.add("uid", f"{entry.mark}@radiokey")
    event.add("dtstamp", now.astimezone(UTC).replace(microsecond=0))
    event.add("dtstart", entry.start.replace(microsecond=0))
    event.add("duration", LENGTH)
    event.add("summary", entry.summary)
    event.add("description", "\n".join(entry.lines))
    if entry.rule:
        event.add("rrule", dict(entry.rule))
    if entry.link:
        event.add("url", entry.link)
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", entry.rings)
    alarm.add("trigger", -entry.early)
    event.add_component(alarm)
    file = Calendar()
    file.add("prodid", f"-//Radiokey//{entry.what}//EN")
    file.add("version", "2.0")
    file.add("method", "PUBLISH")
    file.add_component(event)
    written: bytes = file.to_ical()
    return written
