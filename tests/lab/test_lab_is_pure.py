"""The lab is given everything: what it may import is a list, and only its loader opens a file."""

import ast
from pathlib import Path

import radiokey.lab

PACKAGE = Path(radiokey.lab.__file__).parent
ALLOWED = {
    *("collections", "collections.abc", "dataclasses", "enum", "fractions", "functools", "html"),
    *("itertools", "math", "typing"),
}
READS = {"load.py": {"pathlib"}}


def imported(file):
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module


def test_it_imports_only_what_is_on_the_list():
    for file in PACKAGE.glob("*.py"):
        strange = {
            name for name in imported(file) if name not in ALLOWED and not name.startswith("radiokey.")
        }
        assert strange == READS.get(file.name, set()), file.name


def test_the_costs_are_worked_out_without_a_float():
    """Floats are for what is drawn, printed or tried, never for what is exact."""
    for name in ("chain.py", "owner.py", "phases.py", "search.py", "sensitivity.py", "thief.py"):
        tree = ast.parse((PACKAGE / name).read_text("utf-8"))
        assert not [
            one for one in ast.walk(tree) if isinstance(one, ast.Constant) and isinstance(one.value, float)
        ]
        assert "float" not in {one.id for one in ast.walk(tree) if isinstance(one, ast.Name)}, name
