"""Everything CI runs: the checks, and every test against the installed wheel, side by side.

The tests are run in parts, as many at once as there are cores, and one more. All tests run on the newest
interpreter that is found here, and those that can end otherwise on another one (tests/conftest.py) on the
oldest too: what changed between the two changed once. `make deep` runs all of them on all.
"""

import sys

import programs
import tree
from parts import DATABASES, PYTEST, environment_of, interpreters, parts, preparing, version_of
from steps import ROOT
from surroundings import surroundings
from together import AT_ONCE, Together, slowest


def main() -> None:
    """Check and test, and see that the working tree is left as it was."""
    found, newest = interpreters(), version_of(sys.executable)
    oldest = list(found)[-1]
    print(
        f"interpreters found: {', '.join(found)}; everything runs on {newest}, and on {oldest} what can "
        "answer otherwise there",
        flush=True,
    )
    before = tree.names(ROOT)
    tests = (sys.executable, *PYTEST, "-m", "not deep")
    with surroundings() as environment, Together(AT_ONCE, environment) as together:
        together.add("checks", (sys.executable, ROOT / "tools" / "check.py"))
        together.add(DATABASES.title, (*tests, *DATABASES.paths))
        programs.ensure()
        for part in parts():
            if part is not DATABASES:
                together.add(part.title, (*tests, *part.paths))
        if oldest != newest:
            each = (environment_of(oldest), *PYTEST, "-m", "not deep", "--each-interpreter")
            together.add(f"on {oldest}", *preparing(oldest, found[oldest]), each)
    print(f"\nthe slowest:\n{slowest(together.durations)}")
    left = tree.changes(before, tree.names(ROOT))
    if left:
        sys.exit("\n".join(["\nthe working tree is not as it was:", *left]))


if __name__ == "__main__":
    main()
