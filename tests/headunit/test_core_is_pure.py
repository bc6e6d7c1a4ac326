"""The core is told: what it may import is a list, and while a unit runs it opens nothing."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import radiokey

PACKAGE = Path(radiokey.__file__).parent
CORE = ("serial", "code", "headunit", "clock.py", "errors.py", "language/speech.py")
ALLOWED = {
    # vocabulary
    *("collections.abc", "dataclasses", "enum", "functools", "itertools", "operator", "types", "typing"),
    # bytes and text in memory
    *("hashlib", "hmac", "json", "re", "struct", "unicodedata", "zlib"),
    "fractions",  # exact chances
    *("collections", "copy"),  # a unit as a table: what is still to be asked, and a twin of the unit to ask
    *("contextlib", "contextvars"),  # in which language something is said
}
OUR_OWN = (
    "radiokey.clock",
    "radiokey.code",
    "radiokey.errors",
    "radiokey.headunit",
    "radiokey.language.speech",
    "radiokey.serial",
)


def files(part: str) -> list[Path]:
    path = PACKAGE / part
    return [path] if path.is_file() else sorted(path.rglob("*.py"))


def imported(file: Path) -> Iterator[str]:
    """Every module that a file names, in functions and under TYPE_CHECKING too."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{file} imports relatively"
            yield node.module


def is_our_own(name: str) -> bool:
    return name.startswith(tuple(f"{package}." for package in OUR_OWN)) or name in OUR_OWN


@pytest.mark.parametrize("part", CORE)
def test_the_core_imports_only_what_is_on_the_list(part):
    """An allow-list: what nobody thought of is not allowed."""
    assert files(part)
    for file in files(part):
        strange = {name for name in imported(file) if name not in ALLOWED and not is_our_own(name)}
        assert strange == set(), file.name


def test_the_list_allows_nothing_that_is_not_needed():
    used = {name for part in CORE for file in files(part) for name in imported(file)}
    assert used - {name for name in used if is_our_own(name)} == ALLOWED


def test_the_core_asks_for_nothing_under_another_name():
    """No `open`, `input`, `print` or import made at run time."""
    asking = {"open", "input", "print", "exec", "eval", "compile", "__import__", "breakpoint"}
    for part in CORE:
        for file in files(part):
            names = {
                node.id for node in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(node, ast.Name)
            }
            assert names & asking == set(), file.name


RUN = """
import copy  # `dataclasses` loads it when it is first used, from Python 3.15 on
import sys
from radiokey.catalogue.load import load_catalogue
from radiokey.code.value import Code
from radiokey.errors import InputError
from radiokey.headunit import events as h
from radiokey.headunit.lock import Fault
from radiokey.headunit.pairing import Bus
from radiokey.headunit.panel import presses_for
from radiokey.headunit.device import Device
from radiokey.headunit.unit import HeadUnit

catalogue, events = load_catalogue(), []
designs = [design for model in catalogue.models.values() if (design := model.design())]
sys.addaudithook(lambda event, arguments: events.append(event))

for design in designs:
    wrong = next(design.shape.all())
    unit = HeadUnit.made(design, list(design.shape.all())[7], device=Device(bytes(32)))
    for _ in range(4):
        for happening in (h.SupplyLost(), h.TimeWent(90_000), h.SupplyRestored()):
            unit.handle(happening)
        for press in presses_for(design.panel, design.shape, wrong):
            for _ in range(press.times):
                unit.handle(h.KeyPressed(press.key, press.hold_ms))
        unit.handle(h.IgnitionTurned(h.Ignition.OFF))
        unit.handle(h.EngineRan(running=True))
        unit.handle(h.TimeWent(7_200_000))
        unit.status, unit.screen
        unit = HeadUnit.from_image(design, unit.image(), key=bytes(32))
    for happening in (
        h.RadioSwitched(on=False), h.RadioSwitched(on=True), h.CarAnswered(knows=False), h.CarAnswered(knows=True),
        h.SomethingBroke(Fault.BUS), h.SomethingMended(), h.ServiceAllowed(),
        h.ChipGranted(bytes(200)), h.PairingEnded(bytes(90)), h.SyncAnswered(bytes(90)),
        h.VinHeard(b"VF1LM1B0H35000001"), h.BusChanged(Bus.OFF),
    ):
        unit.handle(happening)
    unit.chip.broken = True
    unit.handle(h.SomethingBroke(Fault.TAMPERED))
    try:
        HeadUnit.from_image(design, b"nonsense", key=bytes(32))
    except InputError:
        pass

for name in sys.argv[1:]:
    open(name).close()
sys.stdout.write(repr(sorted(set(events))))
"""
HARMLESS = {"builtins.id"}  # asking which object this is, as a copy does


def run(*arguments: str) -> set[str]:
    """Run every known unit in a process of its own; return the audit events while they ran."""
    ran = subprocess.run((sys.executable, "-c", RUN, *arguments), capture_output=True, text=True, check=True)
    return set(ast.literal_eval(ran.stdout))


def test_a_running_unit_opens_no_file_and_no_socket():
    """The interpreter itself reports (`sys.addaudithook`): no open, no socket, no process, not even an import."""
    assert run() - HARMLESS == set()


def test_the_interpreter_would_have_told():
    assert "open" in run(__file__)
