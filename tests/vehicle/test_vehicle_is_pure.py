"""The car is told, like the radio in it: what it may import is a list, and while it drives it opens nothing."""

import ast
import subprocess
import sys
from pathlib import Path

import radiokey.vehicle

PACKAGE = Path(radiokey.vehicle.__file__).parent
READS = "load.py"
"""The one module that opens files: the scenarios."""
ALLOWED = {
    *("collections.abc", "dataclasses", "enum", "typing"),
    *("hashlib", "hmac", "html", "json"),
}
OUR_OWN = ("radiokey.clock", "radiokey.code.", "radiokey.headunit.", "radiokey.vehicle.")


def files() -> list[Path]:
    return [file for file in sorted(PACKAGE.glob("*.py")) if file.name != READS]


def imported(file: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{file} imports relatively"
            names.add(node.module)
    return names


def test_the_car_imports_only_what_is_on_the_list():
    strange = {
        (file.name, name)
        for file in files()
        for name in imported(file)
        if name not in ALLOWED and not name.startswith(OUR_OWN)
    }
    assert strange == set()


def test_the_list_allows_nothing_that_is_not_needed():
    used = {name for file in files() for name in imported(file) if not name.startswith(OUR_OWN)}
    assert used == ALLOWED


def test_only_the_loader_knows_the_catalogue_and_nobody_of_the_others_the_loader():
    for file in files():
        assert not [name for name in imported(file) if name == "radiokey.vehicle.load" or "catalogue" in name]


def test_the_car_asks_for_nothing_under_another_name():
    asking = {"open", "input", "print", "exec", "eval", "compile", "__import__", "breakpoint", "hash"}
    for file in files():
        names = {
            node.id for node in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(node, ast.Name)
        }
        assert names & asking == set(), file.name


def test_the_car_counts_in_whole_numbers():
    """Floats round otherwise on another machine; a seed must mean the same everywhere."""
    for file in files():
        if file.name == "timeline.py":
            continue  # draws for people
        tree = ast.parse(file.read_text("utf-8"))
        assert not [node for node in ast.walk(tree) if isinstance(node, ast.Div)], file.name
        constants = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
        assert not [value for value in constants if isinstance(value, float)], file.name


RUN = """
import sys
from radiokey.vehicle.load import load_scenario, scenario_ids
from radiokey.diagnostics.on_bench import run
from radiokey.vehicle.owners import year
from radiokey.vehicle.reference import REFERENCE_DESIGN
from radiokey.vehicle.timeline import timeline_svg

scenarios, events = [load_scenario(name) for name in scenario_ids()], []
sys.addaudithook(lambda event, arguments: events.append(event))
for scenario in scenarios:
    timeline_svg(run(scenario))
year(REFERENCE_DESIGN, 3)
for name in sys.argv[1:]:
    open(name).close()
sys.stdout.write(repr(sorted(set(events))))
"""


def audit(*arguments: object) -> set[str]:
    ran = subprocess.run((sys.executable, "-c", RUN, *arguments), capture_output=True, text=True, check=True)
    return set(ast.literal_eval(ran.stdout))


def test_a_running_car_opens_no_file_and_no_socket():
    assert audit() - {"builtins.id"} == set()


def test_the_interpreter_would_have_told():
    assert "open" in audit(__file__)
