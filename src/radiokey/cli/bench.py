"""`radiokey bench`: a whole car in simulated time, and what its radio does."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from radiokey.cli import say
from radiokey.cli.noun import Noun
from radiokey.cli.options import json_option, parse_path
from radiokey.errors import InputError, OurFaultError, UsageError
from radiokey.language.speech import gettext, later

if TYPE_CHECKING:
    from radiokey.vehicle.bench import Moment, Run, Scenario

app = Noun("bench", help="A whole car in simulated time, and what its radio does.")

_COLUMNS: Final = (
    later("time"),
    later("volts"),
    later("key"),
    later("display"),
    later("state"),
    later("errors"),
    later("what happens"),
)
SUFFIX: Final = ".toml"
FILE_BYTES_MAX: Final = 1_000_000


@app.command("list")
@json_option
def list_(*, as_json: bool) -> None:
    """List the scenarios."""
    from radiokey.vehicle.load import load_scenario, scenario_ids  # noqa: PLC0415 - a start must stay quick

    scenarios = [load_scenario(scenario_id) for scenario_id in scenario_ids()]
    if as_json:
        say.document(
            [
                {
                    "id": one.id,
                    "title": one.title,
                    "story": one.story,
                    "model": one.model,
                    "claims": list(one.claims),
                }
                for one in scenarios
            ]
        )
        return
    say.columns([(one.id, one.model, gettext(one.title)) for one in scenarios])


@app.command("run")
@click.argument("scenario", metavar="SCENARIO", help="An id from 'radiokey bench list', or a file of yours.")
@click.option("--picture", type=parse_path, metavar="FILE", help="Draw it too, as SVG, into FILE.")
@json_option
def run(*, scenario: str, picture: Path | None, as_json: bool) -> None:
    """Run a scenario and show each thing that happens."""
    from radiokey.diagnostics.on_bench import run as run_scenario  # noqa: PLC0415 - a start must stay quick

    known = _found(scenario)
    ran = run_scenario(known)
    if ran.unmet:
        raise _not_met(ran, own=scenario.endswith(SUFFIX))
    if picture:
        _draw(ran, picture)
    if as_json:
        say.document(_as_json(ran))
    else:
        _write_run(ran)


def _found(name: str) -> "Scenario":
    """Return the scenario of that id, or the one in that file."""
    from radiokey.vehicle.load import (  # noqa: PLC0415 - a start must stay quick
        load_scenario,
        read_scenario,
        scenario_ids,
    )

    if name.endswith(SUFFIX):
        file = parse_path(name)
        try:
            data = file.read_bytes()
        except OSError as error:
            raise InputError(
                gettext("the file could not be read: {strerror}", strerror=error.strerror),
                hint=gettext("name a file, or an id from 'radiokey bench list'"),
            ) from error
        if len(data) > FILE_BYTES_MAX:
            raise InputError(
                gettext("a scenario has at most a megabyte"), hint=gettext("docs/scenarios.md describes one")
            )
        try:
            return read_scenario(data.decode("utf-8"), file.name)
        except UnicodeDecodeError as error:
            raise InputError(
                gettext("a scenario is text in UTF-8"), hint=gettext("docs/scenarios.md describes one")
            ) from error
    if name in scenario_ids():
        return load_scenario(name)
    from difflib import get_close_matches  # noqa: PLC0415 - only where somebody mistyped

    near = get_close_matches(name, scenario_ids(), n=3)
    hint = (
        gettext("did you mean {names}?", names=gettext(" or ").join(near))
        if near
        else gettext("'radiokey bench list' names them")
    )
    raise UsageError(gettext("there is no such scenario"), hint=hint)


def _not_met(ran: "Run", *, own: bool) -> InputError | OurFaultError:
    """Return what it means that something is not as the scenario expects."""
    sentence = gettext("{id}: not as expected, {unmet}", id=ran.scenario.id, unmet="; ".join(ran.unmet))
    if own:
        return InputError(sentence, hint=gettext("correct `expect`, or leave it empty to see what happens"))
    return OurFaultError(sentence, hint=gettext("report it: this scenario comes with the program"))


def _draw(ran: "Run", file: Path) -> None:
    from radiokey.vehicle.timeline import timeline_svg  # noqa: PLC0415 - only where a picture is wanted

    try:
        file.write_text(timeline_svg(ran), encoding="utf-8")
    except OSError as error:
        raise InputError(
            gettext("the picture could not be written: {strerror}", strerror=error.strerror),
            hint=gettext("name a file in a folder of yours"),
        ) from error


def _as_json(ran: "Run") -> dict[str, object]:
    from dataclasses import asdict  # noqa: PLC0415 - a start must stay quick

    one = ran.scenario
    return {
        "scenario": one.id,
        "model": one.model,
        "seed": one.seed,
        "sha256": ran.sha256,
        "events": [asdict(moment) for moment in ran.moments],
    }


def _write_run(ran: "Run") -> None:
    """Write the run as a table for people."""
    one = ran.scenario
    say.out(say.bold(gettext(one.title)))
    say.prose(gettext(one.story))
    say.out(gettext("Radio: {model}. Seed: {seed}.", model=one.model, seed=one.seed))
    say.out()
    head = tuple(gettext(column) for column in _COLUMNS)
    say.columns([head, *(_row(moment) for moment in ran.moments)])
    say.out()
    say.out(gettext("As expected. Log: {sha256}", sha256=ran.sha256))


def _row(moment: "Moment") -> tuple[str, ...]:
    from radiokey.vehicle.timeline import clock  # noqa: PLC0415 - a start must stay quick

    engine = "*" if moment.engine else ""
    return (
        clock(moment.at_ms),
        f"{moment.mv / 1000:.1f}",
        moment.key + engine,
        f"[{moment.display}]" if moment.display else "",
        moment.state if moment.supply else gettext("no supply"),
        str(moment.errors),
        moment.what,
    )
