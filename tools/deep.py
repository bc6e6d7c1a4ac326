"""`make deep`: what `make test` has no time for.

The long searches whole; the parsers of the plug under a fuzzer; every test on every interpreter; the
browser's in the Chromium that people have; the core on WebAssembly; the documentation as a site; and each
break of tests/breaks, which has to turn its test red. The base on three nodes has the machine to itself:
what is measured there are seconds.
"""

import os
import sys

import programs
from parts import BROWSER, PAGES, PYTEST, environment_of, interpreters, parts, preparing, version_of
from steps import ROOT, run
from surroundings import surroundings
from together import AT_ONCE, Command, Together, slowest

import cluster

CLUSTER = "tests/cluster"


def main() -> None:
    """Run all of it, the searches first."""
    programs.ensure()
    cluster.ensure()
    newest = version_of(sys.executable)
    others = {version: python for version, python in interpreters().items() if version != newest}
    with surroundings() as environment:
        side_by_side = ("-n", str(os.cpu_count() or 1), "--dist", "worksteal")
        searches = ("-m", "(deep or hypothesis) and not browser", "--hypothesis-profile=deep")
        alone = f"--ignore={CLUSTER}"
        run("searches", sys.executable, *PYTEST, *side_by_side, *searches, alone, environment=environment)
        run("the base on three nodes", sys.executable, *PYTEST, CLUSTER, environment=environment)
        run("fuzzers", sys.executable, ROOT / "tools" / "fuzz.py", environment=environment)
        for version, python in others.items():
            for command in preparing(version, python):
                run(f"environment for {version}", *command, environment=environment)
        with Together(AT_ONCE, environment) as together:
            whole: Command = (sys.executable, *PYTEST, "--whole-chromium", "--every-look", "tests/browser")
            together.add("browser, the whole Chromium", whole)
            for version in others:
                for part in parts():
                    all_of_it: Command = (environment_of(version), *PYTEST, "-m", "not deep", *part.paths)
                    if part not in {BROWSER, PAGES}:
                        together.add(f"{part.title} on {version}", all_of_it)
        print(f"\nthe slowest:\n{slowest(together.durations)}")
    run("documentation", "make", "docs")
    run("list of parts", "make", "sbom")
    run("the core on WebAssembly", sys.executable, ROOT / "tools" / "webassembly.py")
    run("breaks", sys.executable, ROOT / "tools" / "breaks.py")


if __name__ == "__main__":
    main()
