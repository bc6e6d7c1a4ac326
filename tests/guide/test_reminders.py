"""Reminders as calendar files, read by icalendar; tests/foreign has other readers."""

from datetime import UTC, date, datetime, timedelta

import pytest
from icalendar import Calendar

from radiokey.catalogue.load import load_model
from radiokey.errors import UsageError
from radiokey.guide.reminders import Month, battery_calendar, update_calendar
from radiokey.language.load import known
from radiokey.language.speech import speaking

NOW = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)


def event(content):
    (found,) = Calendar.from_ical(content).walk("VEVENT")
    return found


def test_a_battery_is_asked_after_from_its_third_year_to_its_fifth():
    found = event(battery_calendar(Month(2024, 10), NOW, load_model("renault_86a")))
    assert found.decoded("dtstart") == datetime(2027, 10, 1, 9)  # noqa: DTZ001 - floating
    assert (found["rrule"]["FREQ"], found["rrule"]["COUNT"]) == (["YEARLY"], [3])
    assert "three to five years" in found["description"]
    assert "Compare the number" in found["description"]


@pytest.mark.parametrize(
    ("fitted", "first", "times"),
    [(Month(2022, 6), date(2027, 6, 1), 1), (Month(1999, 1), date(2026, 12, 1), 1)],
)
def test_no_reminder_is_set_on_a_day_that_is_past(fitted, first, times):
    found = event(battery_calendar(fitted, NOW))
    assert found.decoded("dtstart").date() == first
    assert ("rrule" in found) == (times > 1)


def test_updates_come_as_often_as_the_owner_wants():
    found = event(update_calendar(3, NOW))
    assert found.decoded("dtstart").date() == date(2027, 2, 1)
    assert found["rrule"]["INTERVAL"] == [3]


@pytest.mark.parametrize("content", [battery_calendar(Month(2025, 1), NOW), update_calendar(12, NOW)])
def test_the_start_is_floating_and_the_alarm_a_duration_before_it(content):
    """Readers disagree about an alarm as a date-time, and one of them moves a start that has a zone."""
    found = event(content)
    assert found.decoded("dtstart").tzinfo is None
    (alarm,) = found.walk("VALARM")
    assert alarm.decoded("trigger") == timedelta(hours=-1)
    assert b"TRIGGER:-PT1H" in content
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))


def test_the_same_reminder_is_the_same_entry_and_another_is_another():
    ask = battery_calendar(Month(2025, 1), NOW)
    assert ask == battery_calendar(Month(2025, 1), NOW)
    others = {event(battery_calendar(Month(2025, 2), NOW))["uid"], event(update_calendar(12, NOW))["uid"]}
    assert event(ask)["uid"] not in others


@pytest.mark.parametrize(
    "text", ["", "2024", "10-2024", "2024-13", "2024-00", "2027-01", "1990-01", "x-1", "²024-01"]
)
def test_a_month_that_is_none_is_refused(text):
    with pytest.raises(UsageError):
        Month.parse(text, NOW.date())


def test_an_interval_that_is_not_offered_is_refused():
    with pytest.raises(UsageError):
        update_calendar(5, NOW)


def test_a_reminder_speaks_the_language_of_who_asked_for_it_and_is_the_same_entry():
    made = []
    for tag in ("en", "ru"):
        with speaking(known()[tag]):
            made.append([battery_calendar(Month(2025, 1), NOW), update_calendar(12, NOW)])
    for english, russian in zip(*([event(one) for one in files] for files in made), strict=True):
        assert english["uid"] == russian["uid"]
        for said in ("summary", "description"):
            assert any("a" <= letter <= "z" for letter in english[said])
            assert not any("a" <= letter <= "z" for letter in russian[said]), russian[said]
