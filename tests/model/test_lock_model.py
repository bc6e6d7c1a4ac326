"""The lock's model in Spin: verified to the end, held against the product, and able to find what is wrong."""

import hmac
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from radiokey.code.value import Code, CodeShape
from radiokey.headunit import store as records
from radiokey.headunit import unit as units
from radiokey.headunit.device import Device, RamCounter
from radiokey.headunit.display import Colour, DisplayKind, Technology
from radiokey.headunit.events import KeyPressed, SupplyLost, SupplyRestored, TimeWent
from radiokey.headunit.flash import RamChip
from radiokey.headunit.lock import TRANSITIONS, Lock, State
from radiokey.headunit.panel import Automatic, Direct, Key, Panel
from radiokey.headunit.policy import REFERENCE, ClockNeeds, LockPolicy, PowerCutEffect
from radiokey.headunit.unit import Design, HeadUnit

MODEL = Path(__file__).parents[2] / "docs" / "model" / "lock.pml"
PAGE = (MODEL.parent / "README.md").read_text("utf-8")
TEXT = MODEL.read_text("utf-8")
GO = re.compile(r"\bGO\((\w+), (\w+), (\w+)\)")
COMPILE = ("-w", "-DSAFETY", "-DNOREDUCE", "-DVECTORSZ=1024")

WORLDS = {"as it is": (), "a thief with a probe": ("-DTHIEF",)}
WRONG = {
    "it compares, then counts": ("-DCOMPARE_FIRST",),
    "it advances the counter, then writes": ("-DCOUNTER_FIRST",),
    "it compares when one bank holds the error": ("-DONE_BANK",),
    "there is no counter outside the chip": ("-DTHIEF", "-DNO_COUNTER"),
    "another entry after a cut is compared at once": ("-DTHIEF", "-DPENDING_IS_FREE"),
    "the error is written under one number": ("-DTHIEF", "-DONCE"),
}


def program(name: str) -> str:
    found = shutil.which(name)
    assert found, f"the model needs {name!r}: install it (python tools/spin.py does, as root on Debian)"
    return found


def search(folder: Path, flags: tuple[str, ...], *compile_flags: str) -> str:
    """Search the whole model under `flags`; return what the search says.

    To make a quicker program takes longer than it saves: three seconds to save one.
    """
    subprocess.run((program("spin"), *flags, "-a", MODEL), cwd=folder, check=True, capture_output=True)
    subprocess.run(
        (program("cc"), *COMPILE, *compile_flags, "-o", "pan", "pan.c"),
        cwd=folder,
        check=True,
        capture_output=True,
    )
    return subprocess.run(
        ("./pan", "-m1000000"), cwd=folder, check=True, capture_output=True, text=True
    ).stdout


@pytest.mark.parametrize("world", WORLDS)
def test_no_order_of_keys_cuts_and_rot_breaks_a_promise(tmp_path, world):
    """B2, B3, B6. Exhaustive; how many states that is stands in docs/model/README.md. Every arrow is taken."""
    said = search(tmp_path, WORLDS[world])
    assert "errors: 0" in said
    assert "Search not completed" not in said
    assert "max search depth too small" not in said
    states = int(re.search(r"(\d+) states, stored", said)[1])
    print(f"{world}: {states:,} states")  # noqa: T201 - the number for the page
    assert f"| {world} | {states / 1e6:.1f} million |" in PAGE
    if not WORLDS[world]:
        assert '"next = ' not in said.split("unreached in")[1]


LOOKED_AT = ("it compares, then counts", "it advances the counter, then writes")
"""Of what is deliberately wrong, `make test` looks for these, `make deep` for all."""


@pytest.mark.parametrize(
    "wrong", [name if name in LOOKED_AT else pytest.param(name, marks=pytest.mark.deep) for name in WRONG]
)
def test_what_is_deliberately_wrong_is_found_with_a_way_that_leads_there(tmp_path, wrong):
    said = search(tmp_path, WRONG[wrong], "-DBFS")
    assert re.search(r"errors: [1-9]", said)
    way = subprocess.run(
        (program("spin"), *WRONG[wrong], "-k", "lock.pml.trail", MODEL),
        cwd=tmp_path,
        check=False,
        capture_output=True,
        text=True,
    ).stdout
    assert "trail ends after" in way
    assert "text of failed assertion" in way


# --- held against the table ------------------------------------------------------------------------------------


def arrows(text: str) -> set[tuple[str, str, str]]:
    return set(GO.findall(text)) - {("from", "event", "to")}


def test_the_arrows_of_the_model_are_those_of_the_table():
    """For the states and events it has; the supply only ever comes back to a state that is remembered."""
    modelled = arrows(TEXT)
    states = {state for start, _, to in modelled for state in (start, to)}
    events = {event for _, event, _ in modelled}
    remembered = {state.name for state in State if records.kept(Lock(state)).state is state}
    table = {
        (state.name, event.__name__, after.name)
        for state, row in TRANSITIONS.items()
        for event, followers in row.items()
        for after in followers
        if {state.name, after.name} <= states and event.__name__ in events
        if event.__name__ != "SupplyReturned" or state.name in remembered
    }
    assert modelled == table
    assert states == remembered - {"PROTECTED", "FAULT", "SYNC"} | {"ENTRY"}
    assert events == {
        "SupplyReturned",
        "DigitKeyed",
        "EntryDropped",
        "EntryConfirmed",
        "RightCode",
        "WrongCode",
        "TimePassed",
        "IgnitionCycled",
        "TriesGranted",
    }


def test_an_arrow_more_or_less_would_be_seen():
    assert arrows("GO(CODE, EntryConfirmed, PLAYING)") - arrows(TEXT)
    assert ("CHECKING", "RightCode", "PLAYING") in arrows(TEXT)


# --- held against the store ------------------------------------------------------------------------------------


class Recorded(RamChip):
    """A chip that writes down what is done to it."""

    __slots__ = ("log",)

    def __init__(self, cells: bytes, log: list[str]) -> None:
        super().__init__(records.CHIP_SIZE, records.SECTOR_SIZE, cells)
        self.log = log

    def bank(self, at: int) -> int:
        return at // (records.SECTOR_SIZE * records.SLOTS)

    def erase(self, sector):
        super().erase(sector)
        self.log.append(f"erase {self.bank(sector * records.SECTOR_SIZE)}")

    def program(self, at, data):
        super().program(at, data)
        self.log.append(f"program {self.bank(at)}")

    def sync(self):
        super().sync()
        self.log.append("sync")

    def read(self, at, count):
        self.log.append(f"read {self.bank(at)}")
        return super().read(at, count)


class RecordedCounter(RamCounter):
    """A counter that writes down each advance."""

    def __init__(self, value: int, log: list[str]) -> None:
        super().__init__(value)
        self.log = log

    def advance(self):
        super().advance()
        self.log.append("advance")


@pytest.fixture
def log(monkeypatch):
    """What a unit does to its chip and its counter, and when it compares."""
    done = []

    def compare(entry, code):
        done.append("compare")
        return hmac.compare_digest(entry, code)

    monkeypatch.setattr(units, "hmac", SimpleNamespace(compare_digest=compare))
    return done


def design(policy: LockPolicy) -> Design:
    digits = "0123456789"
    panel = Panel(
        tuple(Key(each, each) for each in digits),
        Direct(tuple(zip(digits, digits, strict=True))),
        Automatic(),
    )
    return Design(
        CodeShape.of(4, digits), panel, policy, (), DisplayKind(Technology.DOT_MATRIX, Colour.AMBER, 12)
    )


def keyed(policy: LockPolicy, entry: str, log: list[str]) -> list[str]:
    """What a real unit does when it asks and `entry` is keyed."""
    unit = HeadUnit.made(design(policy), Code("1234"), device=Device(bytes(range(32))))
    device = Device(bytes(range(32)), counter=RecordedCounter(unit.device.counter.value, log))
    unit = HeadUnit(unit.design, Recorded(bytes(unit.chip.cells), log), device)
    for happening in (SupplyLost(), TimeWent(3_600_000), SupplyRestored()):
        unit.handle(happening)
    log.clear()
    for digit in entry:
        unit.handle(KeyPressed(digit))
    return log


def scripted(policy: LockPolicy, entry: int) -> Iterator[str]:
    """What the model prints of the same."""
    flags = (f"-DSCRIPT={entry}", f"-DREMEMBERS={int(policy.remembers_pending)}")
    ran = subprocess.run(
        (program("spin"), "-T", "-n1", *flags, MODEL), check=True, capture_output=True, text=True
    ).stdout
    lines = [line.strip() for line in ran.splitlines()]
    return (
        line
        for line in lines[lines.index("asks") + 1 :]
        if re.match(r"(erase|program|sync|read|advance|compare)", line)
    )


FORGETFUL = LockPolicy((), ClockNeeds.SUPPLY, PowerCutEffect.NONE, 3_000)


@pytest.mark.parametrize(("entry", "number"), [("1234", 1), ("4321", 2)], ids=["right", "wrong"])
@pytest.mark.parametrize("policy", [REFERENCE, FORGETFUL], ids=["remembers", "forgets"])
def test_a_real_unit_does_what_the_model_does_in_that_order(log, policy, entry, number):
    """Count, in both banks, then the counter; only then compare; the consequence in the same way."""
    done = keyed(policy, entry, log)
    assert done == list(scripted(policy, number))
    assert done.index("compare") > done.index("advance")
