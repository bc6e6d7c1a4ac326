"""Every example in a docstring is true: it is run against the package as it is installed."""

import doctest
import importlib
import pkgutil
from pathlib import Path
from types import ModuleType

import radiokey

MODULES = sorted(
    found.name
    for found in pkgutil.walk_packages(radiokey.__path__, "radiokey.")
    if not found.name.endswith("__main__")
)


def examples(module: ModuleType) -> list[doctest.DocTest]:
    """Return the docstrings of `module` that have examples; to look for them takes longer than to run them."""
    if (file := module.__dict__.get("__file__")) and ">>> " not in Path(file).read_text("utf-8"):
        return []
    return [test for test in doctest.DocTestFinder().find(module) if test.examples]


def run(test: doctest.DocTest) -> str:
    """Run the examples of one docstring; return what was wrong with them, nothing if they are true."""
    said: list[str] = []
    doctest.DocTestRunner(verbose=False).run(test, out=said.append)
    return "".join(said)


def test_every_example_of_every_module_is_true():
    said = {name: "".join(map(run, examples(importlib.import_module(name)))) for name in MODULES}
    assert {name: wrong for name, wrong in said.items() if wrong} == {}


def test_the_formats_of_numbers_and_the_code_are_documented_by_examples():
    """STYLE, example 5: the doctest is the documentation."""
    found = {name for name in MODULES if examples(importlib.import_module(name))}
    assert {"radiokey.serial.number", "radiokey.code.value", "radiokey.guide.display_text"} <= found


def test_an_example_that_is_not_true_is_seen():
    module = ModuleType("wrong", ">>> 1 + 1\n3\n")
    (test,) = examples(module)
    assert "Expected:\n    3\nGot:\n    2" in run(test)
