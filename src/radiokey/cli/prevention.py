"""`radiokey prevention`: before battery work. `radiokey reminder`: a file for the calendar."""

from datetime import UTC, date, datetime

import click

from radiokey.cli import say
from radiokey.cli.leaflet import write
from radiokey.cli.options import json_option, load, maybe_model_argument, model_option
from radiokey.guide.prevention import hand_over
from radiokey.guide.prevention import prevention as checklist
from radiokey.guide.reminders import EVERY_MONTHS, Month, Reminder, battery_calendar, update_calendar
from radiokey.language.speech import gettext


@click.command("prevention")
@maybe_model_argument
@click.option("--hand-over", "workshop", is_flag=True, help="The sheet that goes with the car to a workshop.")
@json_option
def prevention(*, model: str | None, workshop: bool, as_json: bool) -> None:
    """Say what to do before the battery, a fuse or the radio is disconnected.

    Without MODEL, an id of 'radiokey models', what holds for every radio.
    """
    known = load(model)
    write(hand_over(known) if workshop else checklist(known), as_json=as_json)


@click.command("reminder")
@click.argument("what", type=click.Choice([one.value for one in Reminder]), metavar="WHAT")
@click.option("--fitted", metavar="YYYY-MM", default="", help="The month the battery was fitted.")
@click.option(
    "--every",
    type=click.Choice([str(months) for months in EVERY_MONTHS]),
    default="12",
    show_default=True,
    metavar="MONTHS",
    help="How often to look for official software.",
)
@model_option
def reminder(*, what: str, fitted: str, every: str, model: str | None) -> None:
    """Write a calendar file on stdout: WHAT is 'battery' or 'update'.

    It rings at nine in the morning wherever you are. Keep it with '> radiokey.ics' and open it.
    """
    known, now = load(model), datetime.now(UTC)
    if Reminder(what) is Reminder.BATTERY:
        content = battery_calendar(Month.parse(fitted, date(now.year, now.month, now.day)), now, known)
    else:
        content = update_calendar(int(every), now, known)
    for line in content.decode().splitlines():
        say.out(line + "\r")
    say.note(gettext("keep it as a file, add '> radiokey.ics', and open that with your calendar"))
