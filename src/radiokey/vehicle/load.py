"""Reading scenarios: the only module of the vehicle that opens files. docs/scenarios.md describes every key.

A scenario is a TOML file: a title, a story, which radio, a seed, what is done and when, and what must be so
at the end. A file that says something wrong is refused with its name and the field.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
from functools import cache
from pathlib import Path
from typing import Final, NoReturn

from radiokey.catalogue.load import load_model, model_ids
from radiokey.catalogue.table import Table, parsed
from radiokey.clock import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS
from radiokey.errors import InputError, VinError
from radiokey.headunit.events import (
    CarAnswered,
    RadioSwitched,
    ServiceAllowed,
    SomethingBroke,
    SomethingMended,
)
from radiokey.headunit.lock import Fault, State
from radiokey.headunit.status import Sound
from radiokey.headunit.unit import Design
from radiokey.serial.vin import Vin
from radiokey.vehicle.acts import (
    Act,
    CarSaid,
    ChipCopied,
    ChipErased,
    ChipPutBack,
    Connected,
    CutAtCounter,
    CutInWrite,
    Entered,
    GeneratorBecame,
    Granted,
    GrantedAgain,
    Loaded,
    NewChipFitted,
    OldChipFitted,
    Part,
    Pressed,
    Side,
    TesterAsked,
    TesterSentCode,
    Turned,
    Waited,
    Which,
)
from radiokey.vehicle.bench import Expected, Scenario, Step
from radiokey.vehicle.ignition import Position
from radiokey.vehicle.power import PARTS, Generator, Parts
from radiokey.vehicle.reference import REFERENCE_DESIGN
from radiokey.vehicle.watch import TOLERANCE, Tolerance

REFERENCE: Final = "reference"
"""What `model` says for our own radio, which no car carries."""

SPAN_MS_MAX: Final = 400 * DAY_MS
COUNT_MAX: Final = 1_000_000
STEPS_MAX: Final = 1_000
BATTERY_MAH_MAX: Final = 1_000_000

_HERE: Final = Path(__file__).parent / "scenarios"
_UNITS: Final = {"d": DAY_MS, "h": HOUR_MS, "min": MINUTE_MS, "s": SECOND_MS, "ms": 1}
_SPAN: Final = re.compile(r"(\d{1,12}) (d|h|min|s|ms)")


def scenario_ids() -> tuple[str, ...]:
    """Return the ids of the scenarios of the package, in order."""
    return tuple(sorted(path.stem for path in _HERE.glob("*.toml")))


@cache
def load_scenario(scenario_id: str) -> Scenario:
    """Return one scenario of the package."""
    assert scenario_id in scenario_ids()
    return read_scenario(_HERE.joinpath(f"{scenario_id}.toml").read_text("utf-8"), f"{scenario_id}.toml")


def read_scenario(text: str, file: str) -> Scenario:
    """Read a scenario from the text of its file; its id is the file's name."""
    table = _Page(parsed(text, file).values, file)
    model = table.text("model", longest=60)
    design = _design(table, model)
    if table.flag("pairs", default=False):  # a training unit: of no model that takes a code it is known
        design = replace(design, policy=replace(design.policy, pairs=True))
    parts, tolerance, charge_percent = _car(table)
    scenario = Scenario(
        id=file.removesuffix(".toml"),
        title=table.text("title", longest=100),
        story=table.text("story"),
        claims=tuple(table.checked_number("claims", claim, 1, 87) for claim in table.items("claims")),
        model=model,
        design=design,
        seed=table.number("seed", 0, 2**63 - 1),
        steps=_steps(table),
        expected=_expected(table.table("expect")),
        parts=parts,
        tolerance=tolerance,
        charge_percent=charge_percent,
    )
    table.done()
    return scenario


class _Page(Table):
    """A table whose mistakes point to the scenarios' own page."""

    def fail(self, key: str, what: str, *, hint: str = "") -> NoReturn:  # noqa: ARG002 - the catalogue's hints
        """Refuse the file because of one field."""
        field = self.named(key)
        raise InputError(
            f"{self.file}: {field}: {what}",
            hint="docs/scenarios.md describes every key",
            file=self.file,
            field=field,
        )

    def as_table(self, key: str, value: object) -> "_Page":
        """Return `value`, which came with `key`, as a table of the same kind."""
        if not isinstance(value, dict):
            self.wrong(key, "a table", value)
        return _Page(value, self.file, self.named(key))

    def span_ms(self, key: str) -> int:
        """Return a time written as people write it: "90 s", "1 h 30 min"."""
        text = self.text(key, longest=60)
        pieces = _SPAN.findall(text)
        if not pieces or " ".join(" ".join(piece) for piece in pieces) != text:
            self.wrong(key, 'a time such as "90 s" or "1 h 30 min"', text)
        return self.checked_number(key, sum(int(n) * _UNITS[unit] for n, unit in pieces), 0, SPAN_MS_MAX)


def _design(table: _Page, model: str) -> Design:
    if model == REFERENCE:
        return REFERENCE_DESIGN
    if model not in model_ids():
        table.wrong("model", "'reference' or an id that `radiokey models` lists", model)
    loaded = load_model(model)
    design = loaded.design()
    if design is not None:
        return design
    # Nobody described its panel: its lock and its words, behind our own keys.
    return replace(REFERENCE_DESIGN, policy=loaded.policy(), words=loaded.words.value or ())


def _car(table: _Page) -> tuple[Parts, Tolerance, int]:
    """Read what this car is like where it is not as every other."""
    if not table.has("car"):
        return PARTS, TOLERANCE, 90
    car = table.table("car")
    charge_percent = car.number("charge_percent", 0, 100) if car.has("charge_percent") else 90
    parts = {
        field.name: car.number(field.name, 1, COUNT_MAX) for field in fields(Parts) if car.has(field.name)
    }
    bears = {
        field.name: car.number(field.name, 0, COUNT_MAX) for field in fields(Tolerance) if car.has(field.name)
    }
    car.done()
    try:
        return replace(PARTS, **parts), replace(TOLERANCE, **bears), charge_percent
    except AssertionError as error:
        car.fail("thresholds", str(error))


# --- what is done ------------------------------------------------------------------------------------------


def _steps(table: _Page) -> tuple[Step, ...]:
    rows = table.items("acts")
    if not 1 <= len(rows) <= STEPS_MAX:
        table.wrong("acts", f"1 to {STEPS_MAX} acts", len(rows))
    steps = tuple(_step(table.as_table(f"acts[{at}]", row)) for at, row in enumerate(rows, start=1))
    _in_order(table, [step.act for step in steps])
    return steps


_AFTER: Final[Mapping[type[Act], tuple[type[Act], str]]] = {
    ChipPutBack: (ChipCopied, "a chip is put back that was not copied before"),
    OldChipFitted: (NewChipFitted, "a chip is put in again that was not taken out before"),
    GrantedAgain: (Granted, "a grant is used again that was not given before"),
}
"""What can be done only after something else."""


def _in_order(table: _Page, acts: Sequence[Act]) -> None:
    """Refuse acts that nobody could do in this order."""
    done: set[type[Act]] = set()
    plugged = True
    for act in acts:
        before, what = _AFTER.get(type(act), (None, ""))
        if before and before not in done:
            table.fail("acts", what)
        if isinstance(act, Connected) and act.part is Part.PLUG:
            plugged = act.on
        if isinstance(act, NewChipFitted | OldChipFitted) and plugged:
            table.fail("acts", "a chip is changed in a radio that is plugged in: unplug it first")
        done.add(type(act))


def _step(row: _Page) -> Step:
    after_ms = row.span_ms("after") if row.has("after") else 0
    note = row.text("note", longest=100) if row.has("note") else ""
    name = row.text("do", longest=40)
    if name not in _ACTS:
        row.wrong("do", "one of " + ", ".join(_ACTS), name)
    act = _ACTS[name](row)
    expected = _expected(row.table("expect")) if row.has("expect") else None
    row.done()
    return Step(after_ms, act, note, expected)


def _battery_on(row: _Page) -> Act:
    charge = row.number("charge_percent", 0, 100) if row.has("charge_percent") else None
    return Connected(Part.BATTERY, on=True, charge_percent=charge)


def _saver_on(row: _Page) -> Act:
    return Connected(Part.SAVER, on=True, switched=row.flag("switched", default=False))


def _entered(which: Which) -> Callable[[_Page], Act]:
    def read(row: _Page) -> Act:
        presses = row.number("presses", 1, 1_000) if row.has("presses") else None
        return Entered(which, presses, row.number("skip", 0, 1_000) if row.has("skip") else 0)

    return read


def _pressed(row: _Page) -> Act:
    held_ms = row.span_ms("held") if row.has("held") else 0
    times = row.number("times", 1, 1_000) if row.has("times") else 1
    return Pressed(row.text("key", longest=60), held_ms, times)


def _cut_at_counter(row: _Page) -> Act:
    skip = row.number("skip", 0, 1_000) if row.has("skip") else 0
    return CutAtCounter(row.choice("side", Side), row.span_ms("dark"), skip)


def _broke(row: _Page) -> Act:
    fault = row.choice("fault", Fault)
    if fault in {Fault.NONE, Fault.MEMORY}:
        row.wrong("fault", "firmware, bus or tampered", fault.value)
    return SomethingBroke(fault)


def _vin(row: _Page) -> str:
    text = row.text("vin", longest=17)
    try:
        return Vin.parse(text).text
    except VinError:
        row.wrong("vin", "17 characters of a VIN", text)


def _asked(row: _Page) -> Act:
    text = row.text("request", longest=120)
    try:
        request = bytes.fromhex(text)
    except ValueError:
        row.wrong("request", 'bytes in hexadecimal, like "22 F1 90"', text)
    if not request:
        row.wrong("request", "one byte at least", text)
    return TesterAsked(request)


def _sent_code(row: _Page) -> Act:
    return TesterSentCode(row.choice("which", Which))


def _always(act: Act) -> Callable[[_Page], Act]:
    return lambda _: act


_ACTS: Final[Mapping[str, Callable[[_Page], Act]]] = {
    "battery-off": _always(Connected(Part.BATTERY, on=False)),
    "battery-on": _battery_on,
    "saver-on": _saver_on,
    "saver-off": _always(Connected(Part.SAVER, on=False)),
    "fuse-out": _always(Connected(Part.FUSE, on=False)),
    "fuse-in": _always(Connected(Part.FUSE, on=True)),
    "unplug": _always(Connected(Part.PLUG, on=False)),
    "plug": _always(Connected(Part.PLUG, on=True)),
    "key": lambda row: Turned(row.choice("to", Position)),
    "generator": lambda row: GeneratorBecame(row.choice("is", Generator)),
    "loads": lambda row: Loaded(row.number("ma", 0, BATTERY_MAH_MAX)),
    "radio-on": _always(RadioSwitched(on=True)),
    "radio-off": _always(RadioSwitched(on=False)),
    "right-code": _entered(Which.RIGHT),
    "wrong-code": _entered(Which.WRONG),
    "same-code": _entered(Which.SAME),
    "press": _pressed,
    "tester": _asked,
    "tester-code": _sent_code,
    "cut-in-write": lambda row: CutInWrite(row.number("bytes", 0, COUNT_MAX), row.span_ms("dark")),
    "cut-at-counter": _cut_at_counter,
    "chip-copy": _always(ChipCopied()),
    "chip-put-back": _always(ChipPutBack()),
    "chip-erase": _always(ChipErased()),
    "new-chip": _always(NewChipFitted()),
    "old-chip": _always(OldChipFitted()),
    "grant": _always(Granted()),
    "same-grant": _always(GrantedAgain()),
    "break": _broke,
    "mend": _always(SomethingMended()),
    "car-knows": _always(CarAnswered(knows=True)),
    "car-refuses": _always(CarAnswered(knows=False)),
    "car-says": lambda row: CarSaid(_vin(row)),
    "service": _always(ServiceAllowed()),
    "wait": _always(Waited()),
}
ACTS: Final = tuple(_ACTS)
"""The names of what can be done."""


# --- what must be so ---------------------------------------------------------------------------------------


def _expected(table: Table) -> Expected:
    def number(key: str) -> int | None:
        return table.number(key, 0, COUNT_MAX) if table.has(key) else None

    expected = Expected(
        state=table.choice("state", State).value if table.has("state") else None,
        errors=number("errors"),
        display=_display(table),
        sound=table.choice("sound", Sound).value if table.has("sound") else None,
        fault=table.choice("fault", Fault).value if table.has("fault") else None,
        tries_left=number("tries_left"),
        dips=number("dips"),
        surges=number("surges"),
        losses=number("losses"),
    )
    table.done()
    return expected


def _display(table: Table) -> str | None:
    """Return what the display must show; an empty text is a dark display."""
    if not table.has("display"):
        return None
    value = table.take("display")
    return "" if value == "" else table.text("display", longest=40)
