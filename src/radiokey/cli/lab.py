"""`radiokey lab`: what a schedule costs a thief and an owner, for who designs locks."""

import re
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from radiokey.cli import say
from radiokey.cli.noun import Noun
from radiokey.cli.options import json_option, load, model_option, parse_path
from radiokey.clock import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS
from radiokey.errors import InputError, UsageError
from radiokey.language.speech import gettext, later, number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from radiokey.lab.load import Schedule
    from radiokey.lab.owner import Habits, OwnerCost
    from radiokey.lab.search import Judged
    from radiokey.lab.thief import Thief
    from radiokey.lab.trial import Interval

app = Noun("lab", help="What a schedule of waits costs a thief, and what it costs an owner.")

CODES_MAX: Final = 10**12
TRIALS: Final = (100, 100_000)
SPAN_MS_MAX: Final = 100 * 365 * DAY_MS
_UNITS: Final = {"d": DAY_MS, "h": HOUR_MS, "min": MINUTE_MS, "s": SECOND_MS}
_SPAN: Final = re.compile(r"(\d{1,7}) ?(d|h|min|s)")
_HABITS: Final = {
    "typing": later("an entry is mistyped"),
    "misread": later("a reading of the code is wrong"),
    "cut": later("a wait is cut off"),
}


def parse_chance(text: str) -> Fraction:
    """Return the chance written as 0.02 or 1/50; raise `UsageError` where it is none, or is certain."""
    try:
        chance = Fraction(text) if re.fullmatch(r"\d{1,9}(/\d{1,9}|\.\d{1,9})?", text) else None
    except ZeroDivisionError:
        chance = None
    if chance is None or not 0 <= chance < 1:
        raise UsageError(gettext("a chance is from 0 to below 1"), hint=gettext("write it like 0.02 or 1/50"))
    return chance


def parse_span(text: str) -> int:
    """Return the milliseconds of a time written as "30 d" or 12h; raise `UsageError`."""
    found = _SPAN.fullmatch(text)
    ms = int(found[1]) * _UNITS[found[2]] if found else 0
    if not 0 < ms <= SPAN_MS_MAX:
        raise UsageError(
            gettext("a time is a whole number of s, min, h or d, above 0 and at most 100 years"),
            hint=gettext('write it like "30 d" or 12h'),
        )
    return ms


codes_option = click.option(
    "--codes",
    type=click.IntRange(1, CODES_MAX),
    default=10_000,
    show_default=True,
    help="How many codes there are.",
)
within_option = click.option(
    "--within", "within_ms", type=parse_span, metavar="TIME", default="30 d", show_default=True,
    help="The time a thief has.",
)  # fmt: skip
typing_option = click.option(
    "--typing", type=parse_chance, metavar="CHANCE", default="1/50", show_default=True,
    help="How often an entry is mistyped: assumed.",
)  # fmt: skip
misread_option = click.option(
    "--misread", type=parse_chance, metavar="CHANCE", default="1/20", show_default=True,
    help="How often a reading of the code is wrong: assumed.",
)  # fmt: skip
cut_option = click.option(
    "--cut", type=parse_chance, metavar="CHANCE", default="14/66", show_default=True,
    help="How often a wait is cut off: of 66 owners who wrote, 14.",
)  # fmt: skip
picture_option = click.option(
    "--picture", type=parse_path, metavar="FILE", help="Draw it too, as SVG, into FILE."
)


def judging_options(command: "Callable[..., None]") -> "Callable[..., None]":
    """Give a command what every judgement takes, and how it is shown."""
    habits = (typing_option, misread_option, cut_option)
    for option in reversed((codes_option, within_option, *habits, picture_option, json_option)):
        command = option(command)
    return command


@app.command("policy")
@click.argument("file", metavar="[FILE]", required=False, type=parse_path)
@model_option
@codes_option
@within_option
@typing_option
@misread_option
@cut_option
@click.option(
    "--trials", type=click.IntRange(*TRIALS), metavar="N", help="Try it N times on the real head unit, too."
)
@click.option(
    "--seed", type=click.IntRange(0, 2**63 - 1), default=1, show_default=True, help="Of the trials."
)
@picture_option
@json_option
def policy(
    *,
    file: Path | None,
    model: str | None,
    codes: int,
    within_ms: int,
    typing: Fraction,
    misread: Fraction,
    cut: Fraction,
    trials: int | None,
    seed: int,
    picture: Path | None,
    as_json: bool,
) -> None:
    """Say what a schedule costs either side, exactly: that of FILE, or the kind that a radio has.

    A kind of lock is judged, never a radio. docs/spec/lab.md says what FILE has in it and what is assumed.
    """
    from radiokey.lab.owner import Habits, least_cost  # noqa: PLC0415 - a start must stay quick
    from radiokey.lab.search import judge  # noqa: PLC0415 - the same
    from radiokey.lab.thief import Thief, course  # noqa: PLC0415 - the same

    schedule = _schedule(file, model)
    habits = Habits(typing, misread, cut)
    judged = judge(schedule, habits, codes, within_ms)
    thief = Thief(course(schedule.policy), codes, habits.entry_ms)
    best = least_cost(schedule.policy, habits)
    tried = list(_tried(schedule, habits, within_ms, trials, seed)) if trials else []
    if picture:
        _draw(picture, habits, codes, within_ms, mine=judged)
    if as_json:
        say.document(
            {
                "name": schedule.name,
                "codes": codes,
                "within_ms": within_ms,
                "thief": _thief_as_json(thief, within_ms),
                "habits": _habits_as_json(habits),
                "owner": _owner_as_json(judged.owner),
                "least": _owner_as_json(best),
                "sensitivity": _sensitivity_as_json(schedule, habits),
                "trials": [
                    {
                        "figure": name,
                        "exact": float(exact),
                        "low": at.low,
                        "high": at.high,
                        "inside": at.holds(exact),
                    }
                    for name, exact, at in tried
                ],
            }
        )
        return
    say.out(say.bold(gettext(schedule.name)))
    _write_thief(thief, within_ms)
    _write_owner(schedule, habits, judged.owner, best)
    _write_tried(tried)


@app.command("patterns")
@judging_options
def patterns_(
    *,
    codes: int,
    within_ms: int,
    typing: Fraction,
    misread: Fraction,
    cut: Fraction,
    picture: Path | None,
    as_json: bool,
) -> None:
    """Show what the known kinds of locks cost: of radios, phones, SIM cards and TPMs, by pattern."""
    from radiokey.lab.load import patterns  # noqa: PLC0415 - a start must stay quick
    from radiokey.lab.owner import Habits  # noqa: PLC0415 - the same
    from radiokey.lab.search import judge  # noqa: PLC0415 - the same

    habits = Habits(typing, misread, cut)
    known = patterns()
    judged = [judge(one, habits, codes, within_ms) for one in known.values()]
    if picture:
        _draw(picture, habits, codes, within_ms)
    if as_json:
        say.document(
            [
                {
                    **_judged_as_json(one),
                    "of": known[one.schedule.name].of,
                    "source": known[one.schedule.name].source,
                }
                for one in judged
            ]
        )
        return
    _write_judged(judged)


@app.command("search")
@judging_options
def search(
    *,
    codes: int,
    within_ms: int,
    typing: Fraction,
    misread: Fraction,
    cut: Fraction,
    picture: Path | None,
    as_json: bool,
) -> None:
    """Judge every schedule of a grid, and show those that no other dominates."""
    from radiokey.lab.owner import Habits  # noqa: PLC0415 - a start must stay quick
    from radiokey.lab.search import front, grid, judge  # noqa: PLC0415 - the same

    habits = Habits(typing, misread, cut)
    everything = [judge(one, habits, codes, within_ms) for one in grid()]
    best = front(everything)
    if picture:
        _draw(picture, habits, codes, within_ms, unnamed=best)
    if as_json:
        say.document({"judged": len(everything), "front": [_judged_as_json(one) for one in best]})
        return
    say.out(
        gettext(
            "{left} of {judged} schedules are dominated by no other.", left=len(best), judged=len(everything)
        )
    )
    _write_judged(best)


def _schedule(file: Path | None, model: str | None) -> "Schedule":
    """Return the schedule of a file, or the pattern that a radio has."""
    from radiokey.lab.load import FILE_BYTES_MAX, pattern_of, read_schedule  # noqa: PLC0415 - as above

    if (file is None) == (model is None):
        raise UsageError(
            gettext("name a file with a schedule, or a radio"),
            hint=gettext("radiokey lab policy FILE, or radiokey lab policy --model ID"),
        )
    if file is None:
        radio = load(model)
        assert radio is not None
        return pattern_of(radio)
    try:
        with file.open("rb") as opened:
            data = opened.read(FILE_BYTES_MAX + 1)
    except OSError as error:
        raise InputError(
            gettext("the file could not be read: {why}", why=error.strerror),
            hint=gettext("docs/spec/lab.md describes every key"),
        ) from error
    return read_schedule(data, file.name)


def _tried(
    schedule: "Schedule", habits: "Habits", within_ms: int, trials: int, seed: int
) -> "Iterator[tuple[str, Fraction, Interval]]":
    """Yield each figure that was tried: its name, what it is exactly, and where the trials have it."""
    from radiokey.lab.owner import owner_cost  # noqa: PLC0415 - only where it is tried
    from radiokey.lab.thief import Thief, course  # noqa: PLC0415 - the same
    from radiokey.lab.trial import (  # noqa: PLC0415 - the same
        CODES,
        mean_interval,
        share_interval,
        try_owner,
        try_thief,
    )
    from radiokey.vehicle.chance import Chance  # noqa: PLC0415 - the same

    chance = Chance(seed)
    owners = [try_owner(schedule.policy, habits, chance) for _ in range(trials)]
    exact = owner_cost(schedule.policy, habits)
    yield "waiting_ms", exact.waiting_ms, mean_interval([one.waiting_ms for one in owners])
    yield "enquiries", exact.enquiries, mean_interval([one.enquiries for one in owners])
    yield "blocked", exact.blocked, share_interval(sum(one.blocked for one in owners), trials)
    yield "dead", exact.dead, share_interval(sum(one.dead for one in owners), trials)
    moments = [try_thief(schedule.policy, habits.entry_ms, chance) for _ in range(trials)]
    thief = Thief(course(schedule.policy), CODES, habits.entry_ms)
    got_in = [ms for ms in moments if ms is not None]
    yield "chance_ever", thief.chance_ever, share_interval(len(got_in), trials)
    soon = share_interval(sum(ms <= within_ms for ms in got_in), trials)
    yield "chance_within", thief.chance_within(within_ms), soon


def _draw(
    file: Path,
    habits: "Habits",
    codes: int,
    within_ms: int,
    *,
    mine: "Judged | None" = None,
    unnamed: "Sequence[Judged]" = (),
) -> None:
    from radiokey.lab.load import patterns  # noqa: PLC0415 - only where a picture is wanted
    from radiokey.lab.picture import costs_svg  # noqa: PLC0415 - the same
    from radiokey.lab.search import judge  # noqa: PLC0415 - the same

    named = [judge(one, habits, codes, within_ms) for one in patterns().values()]
    if mine:
        named = [mine, *(one for one in named if one.schedule.name != mine.schedule.name)]
    title = gettext("What schedules cost a thief and an owner")
    try:
        file.write_text(costs_svg(title, named, mine=mine, unnamed=unnamed), encoding="utf-8")
    except OSError as error:
        raise InputError(
            gettext("the picture could not be written: {why}", why=error.strerror),
            hint=gettext("name a file in a folder of yours"),
        ) from error


# --- as JSON ------------------------------------------------------------------------------------------------


def _thief_as_json(thief: "Thief", within_ms: int) -> dict[str, Any]:
    return {
        "guesses": thief.guesses,
        "chance_ever": float(thief.chance_ever),
        "chance_within": float(thief.chance_within(within_ms)),
        "half_ms": thief.time_for_ms(Fraction(1, 2)),
        "mean_ms": float(thief.mean_ms),
    }


def _owner_as_json(cost: "OwnerCost") -> dict[str, float]:
    return {
        "waiting_ms": float(cost.waiting_ms),
        "enquiries": float(cost.enquiries),
        "blocked": float(cost.blocked),
        "dead": float(cost.dead),
    }


def _habits_as_json(habits: "Habits") -> dict[str, Any]:
    chances = {name: float(getattr(habits, name)) for name in _HABITS}
    return {**chances, "looks_after": habits.looks_after, "entry_ms": habits.entry_ms}


def _sensitivity_as_json(schedule: "Schedule", habits: "Habits") -> list[dict[str, Any]]:
    from radiokey.lab.sensitivity import sensitivity  # noqa: PLC0415 - a start must stay quick

    return [
        {"habit": one.habit, "value": float(one.value), **_owner_as_json(one.cost)}
        for one in sensitivity(schedule.policy, habits)
    ]


def _judged_as_json(one: "Judged") -> dict[str, Any]:
    return {
        "name": one.schedule.name,
        "chance_within": float(one.thief),
        "waiting_ms": float(one.owner.waiting_ms),
        "dead": float(one.owner.dead),
    }


# --- for people ---------------------------------------------------------------------------------------------


def _write_thief(thief: "Thief", within_ms: int) -> None:
    from radiokey.lab.words import percent, span  # noqa: PLC0415 - a start must stay quick

    half_ms = thief.time_for_ms(Fraction(1, 2))
    say.out()
    say.out(gettext("A thief who only keys, of {codes} codes:", codes=number(thief.codes)))
    say.columns(
        [
            ("  " + gettext("codes he gets to try"), number(thief.guesses)),
            ("  " + gettext("gets in, ever"), percent(thief.chance_ever)),
            (
                "  " + gettext("gets in, within {span}", span=span(within_ms)),
                percent(thief.chance_within(within_ms)),
            ),
            ("  " + gettext("half of all codes"), gettext("never") if half_ms is None else span(half_ms)),
            ("  " + gettext("takes, if he gets in"), span(float(thief.mean_ms))),
        ]
    )


def _write_owner(schedule: "Schedule", habits: "Habits", usual: "OwnerCost", least: "OwnerCost") -> None:
    from radiokey.lab.sensitivity import sensitivity  # noqa: PLC0415 - a start must stay quick
    from radiokey.lab.words import percent  # noqa: PLC0415 - the same

    head = (gettext("waits"), gettext("enquiries"), gettext("blocked"), gettext("dead"))
    rows = [
        (gettext("as owners do"), *_cells(usual)),
        (gettext("at best"), *_cells(least)),
        *(
            (f"{gettext(_HABITS[one.habit])}: {percent(one.value)}", *_cells(one.cost))
            for one in sensitivity(schedule.policy, habits)
            if one.value != getattr(habits, one.habit)
        ),
    ]
    say.out()
    say.out(gettext("An owner who has the code; how often mistakes happen is assumed, not measured:"))
    say.columns([("", *head), *(("  " + row[0], *row[1:]) for row in rows)])


def _cells(cost: "OwnerCost") -> tuple[str, str, str, str]:
    from radiokey.lab.words import percent, span  # noqa: PLC0415 - a start must stay quick

    return span(float(cost.waiting_ms)), percent(cost.enquiries), percent(cost.blocked), percent(cost.dead)


def _write_judged(judged: "list[Judged]") -> None:
    from radiokey.lab.words import percent, span  # noqa: PLC0415 - a start must stay quick

    head = (gettext("the thief"), gettext("waits"), gettext("dead"))
    rows = (
        (percent(one.thief), span(float(one.owner.waiting_ms)), percent(one.owner.dead), one.schedule.name)
        for one in judged
    )
    say.columns([(*head, ""), *((*cells, gettext(name)) for *cells, name in rows)])


def _write_tried(tried: "list[tuple[str, Fraction, Interval]]") -> None:
    if not tried:
        return
    say.out()
    say.out(gettext("On the real head unit, with 99.9 % confidence:"))
    say.columns(
        [
            (
                f"  {name}",
                f"{float(exact):.6g}",
                f"[{at.low:.6g}, {at.high:.6g}]",
                gettext("inside") if at.holds(exact) else gettext("outside"),
            )
            for name, exact, at in tried
        ]
    )
