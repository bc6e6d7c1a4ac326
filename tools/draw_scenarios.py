"""Draws docs/scenarios.md and the pictures beside it from the scenarios; a test compares them.

python tools/draw_scenarios.py [FOLDER]        FOLDER is docs by default
"""

import sys
from dataclasses import fields
from pathlib import Path
from typing import Final

from steps import ROOT

from radiokey.diagnostics.on_bench import run
from radiokey.vehicle.bench import Run
from radiokey.vehicle.load import ACTS, load_scenario, scenario_ids
from radiokey.vehicle.power import PARTS, Parts
from radiokey.vehicle.timeline import timeline_svg
from radiokey.vehicle.watch import TOLERANCE, Tolerance

PAGE: Final = "scenarios.md"
PICTURES: Final = "pictures/scenarios"


def files() -> dict[str, str]:
    """Return every file by its path inside docs."""
    runs = [run(load_scenario(scenario_id)) for scenario_id in scenario_ids()]
    drawn = {f"{PICTURES}/{ran.scenario.id}.svg": timeline_svg(ran) for ran in runs}
    return {PAGE: page(runs), **drawn}


def page(runs: list[Run]) -> str:
    """Return `docs/scenarios.md`."""
    rows = [f"| [`{ran.scenario.id}`](#{ran.scenario.id}) | {ran.scenario.title} |" for ran in runs]
    table = "\n".join(["| scenario | in short |", "|---|---|", *rows])
    parts = [
        _HEAD.format(parts=_defaults(PARTS), bears=_defaults(TOLERANCE), acts=_acts()),
        f"## The scenarios\n\n{table}\n",
        *map(_part, runs),
    ]
    return "\n".join(parts)


def _part(ran: Run) -> str:
    one = ran.scenario
    claims = ", ".join(map(str, one.claims))
    end = ran.moments[-1]
    picture = f"{PICTURES}/{one.id}.svg"
    return "\n".join(
        [
            f"### {one.id}",
            "",
            f"**{one.title}.** {one.story}",
            "",
            f"Radio: `{one.model}`. Claims: {claims}. At the end: {end.state}, errors {end.errors}.",
            "",
            f"![{one.title}: volts, key, display, state and count over time]({picture})",
            "",
        ]
    )


def _defaults(of: Parts | Tolerance) -> str:
    """Return what every car has unless its scenario says otherwise."""
    return ", ".join(f"`{field.name}` {getattr(of, field.name) or 'none'}" for field in fields(of))


def _acts() -> str:
    """Return one line for each act that there is."""
    assert set(_MEANS) == set(ACTS), "every act is described"
    return "\n".join(f"| `{name}` | {keys or '-'} | {does} |" for name, (keys, does) in _MEANS.items())


_MEANS: Final = {
    "battery-off": ("", "the battery is taken off"),
    "battery-on": ("`charge_percent`", "it is put on; with `charge_percent` it is another one, so full"),
    "saver-on": ("`switched`", "a memory saver is connected; `switched`: it is live with the ignition only"),
    "saver-off": ("", "it is taken off"),
    "fuse-out": ("", "the radio's fuse is pulled"),
    "fuse-in": ("", "it is put back"),
    "unplug": ("", "the radio is unplugged, or taken out"),
    "plug": ("", "it is plugged in"),
    "key": ("`to`", "the key goes to `off`, `acc`, `on` or `start`, through every notch between"),
    "generator": ("`is`", "from now on it is `good`, `dead` or `surging`"),
    "loads": ("`ma`", "lamps and the like draw so many milliamperes"),
    "radio-on": ("", "the radio is switched on at its own switch"),
    "radio-off": ("", "it is switched off"),
    "right-code": ("`presses`, `skip`", "the right code: so many presses, after the first `skip`"),
    "wrong-code": ("`presses`, `skip`", "another code, which the seed decides"),
    "same-code": ("`presses`, `skip`", "the code that was keyed in last"),
    "press": ("`key`, `held`, `times`", "one key of the panel, held so long, so often"),
    "tester": ("`request`", "a tester at the plug sends these bytes (ISO 14229-1), and the radio answers"),
    "tester-code": ("`which`", "a tester asks for a seed and sends the `right`, a `wrong` or the `same` one"),
    "cut-in-write": ("`bytes`, `dark`", "the supply will break off so many bytes into a write, for so long"),
    "cut-at-counter": (
        "`side`, `dark`, `skip`",
        "it will break off `before` or `after` the counter outside the chip counts, `skip` counts later",
    ),
    "chip-copy": ("", "the memory chip is read out"),
    "chip-put-back": ("", "the copy is written back"),
    "chip-erase": ("", "the memory chip is erased"),
    "new-chip": ("", "an empty memory chip takes its place; the radio is unplugged"),
    "old-chip": ("", "the chip that was in before takes its place again, as it was; the radio is unplugged"),
    "grant": ("", "the maker grants the radio the chip that is in, as its counter stands"),
    "same-grant": ("", "the radio is handed the last grant once more"),
    "break": ("`fault`", "an update (`firmware`), the network (`bus`), or it is `tampered` with"),
    "mend": ("", "the update is finished, the network works again"),
    "car-knows": ("", "the car recognises the radio"),
    "car-refuses": ("", "it does not"),
    "car-says": ("`vin`", "the car says this VIN on its bus; of a radio that pairs it matters which"),
    "service": ("", "the maker's service allows more tries"),
    "wait": ("", "nothing but time"),
}  # fmt: skip

_HEAD: Final = """\
# The bench and its scenarios

A whole car in simulated time, with a real head unit of `radiokey.headunit` in it. Volts come from battery,
generator, starter and loads; the radio's own supply makes dips, surges and interruptions of them; only an
interruption is a loss of supply to the lock.

```console
$ radiokey bench run battery-swap
A new battery
...
0:43:06.7  ...  playing    0       its time is over
...
```

This page and its pictures are drawn from `src/radiokey/vehicle/scenarios`; a test fails when they are stale.
Write them anew with

    python tools/draw_scenarios.py

In the pictures time runs down. It is not to scale: how much time a gap stands for is written in it. The green
band is 12.4 to 14.8 V, which an entry wants; the dashed line is 5 V, below which a radio loses its supply.
The stripe beside the key is the running engine. Where something is said on the bus it stands in a lane on the
right: what a tester at the plug asks and what the radio answers, in the words of ISO 14229-1, and what the
car says of the radio. The code in them belongs to no radio: the seed makes it up.

## A scenario of your own

A TOML file, run with `radiokey bench run FILE.toml` and drawn with `--picture FILE.svg`.

```toml
title = "A loose terminal"
story = "The supply breaks for two seconds while it plays."
claims = [20]                 # of the article; may be empty
model = "reference"           # our own radio, or an id of `radiokey models`
seed = 1                      # decides its code and every wrong one
acts = [
    {{ do = "key", to = "on" }},
    {{ after = "1 min", do = "battery-off", note = "a loose terminal" }},
    {{ after = "2 s", do = "battery-on", expect = {{ state = "playing" }} }},
]
expect = {{ errors = 0, losses = 1 }}

[car]                         # only what differs
charge_percent = 60
```

`after` is the time since the act before: `500 ms`, `90 s`, `1 h 30 min`, `2 d`. `note` says an act in other
words. `expect`, after an act and at the end, may ask for `state`, `errors`, `display` (empty: dark), `sound`,
`fault`, `tries_left`, and how many `dips`, `surges` and `losses` of the supply there were so far.

| `do` | with | what it does |
|---|---|---|
{acts}

With `pairs = true` the radio pairs with its car, whatever its model ([spec/pairing.md](spec/pairing.md)). One
whose panel nobody described stands behind our own number keys, with its own lock and words. The maker
who grants chips here is the bench's own; no matter who signs, the log is the same.

What `[car]` may change, with what every car has. Sourced are only `lost_below_mv` (a maker's bulletin) and
the band for an entry; all others are assumptions, typical for a small car.

The car: `charge_percent` 90, {parts}.

What its radio bears: {bears}.

## The log

A run is a list of moments. Each is one line of JSON, its keys in the order of the fields that
[the command](cli.md#radiokey-bench) documents, in ASCII, without blanks, ended by a line feed; the SHA-256
over all lines names the run. A moment is written when all that follows from it is durable in the radio. The
same scenario has the same name on every Python.
"""


def main() -> None:
    """Write what is drawn; a picture that no scenario has is taken away."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs"
    (folder / PICTURES).mkdir(parents=True, exist_ok=True)
    drawn = files()
    for old in (folder / PICTURES).glob("*.svg"):
        if f"{PICTURES}/{old.name}" not in drawn:
            old.unlink()
    for name, text in drawn.items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
