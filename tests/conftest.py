"""What tests all over share: the command line, run through its real entry point."""

import io
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import settings
from postgres import Server, running

from radiokey.cli.main import main

# No test has a limit of time of its own: this machine is shared. A failure is found again by running again.
settings.register_profile("radiokey", deadline=None, derandomize=True)
settings.load_profile("radiokey")


TESTS = Path(__file__).parent
# They search a space of states, read the sources, ask a database or another program, or drive over and over what
# smaller tests drive on every interpreter: none answers otherwise, and three times would not fit into ten minutes.
ONCE = tuple(
    TESTS / name
    for name in (
        "base/log/test_export.py",
        "base/log/test_head.py",
        "base/log/test_receipt.py",
        "base/log/test_recompute.py",
        "base/log/test_witness.py",
        "base/papers",
        "base/sql",
        "base/test_canary.py",
        "base/identity/test_authentication.py",
        "base/units/test_factory.py",
        "catalogue/test_catalogue_refusals.py",
        "cli/test_backup.py",
        "cli/test_explain.py",
        "cli/test_junk.py",
        "cli/test_ledger.py",
        "cli/test_log.py",
        "cli/test_process.py",
        "cli/test_remote.py",
        "cuts",
        "databases",
        "foreign",
        "headunit/test_budget.py",
        "headunit/test_explain.py",
        "headunit/test_panels.py",
        "headunit/test_power_cuts.py",
        "headunit/test_unit.py",
        "model",
        "second",
        "serial/test_neighbours.py",
        "test_breaks.py",
        "test_contracts.py",
        "test_story.py",
        "test_tidy.py",
        "vehicle/test_every_radio.py",
        "vehicle/test_owners.py",
        "web/api/test_attacks.py",
        "web/api/test_stolen_units_and_tokens.py",
        "web/owner/test_coverage.py",
        "web/operations/test_demo.py",
        "web/desk/test_request.py",
        "web/desk/test_forms.py",
        "web/draw/test_display_and_panel.py",
        "web/test_how_to_desk.py",
        "web/test_how_to_people.py",
        "web/test_junk.py",
        "web/jobs/test_mail.py",
        "web/jobs/test_mail_waiting.py",
        "web/test_no_page_is_forgotten.py",
        "web/test_on_a_server.py",
        "web/operations/test_health.py",
        "web/owner/test_pages.py",
        "web/owner/test_practice_radio.py",
        "web/owner/test_receipts.py",
        "web/registrar/test_pages.py",
        "web/registrar/test_staff.py",
        "web/owner/test_request.py",
        "web/owner/test_request_papers.py",
        "web/auth/test_routes_and_roles.py",
        "web/auth/test_session.py",
        "web/owner/test_dealer_code.py",
        "web/owner/test_waiting.py",
        "web/operations/test_witness.py",
    )
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what one interpreter is enough for (`tools/test.py` says which interpreters run what)."""
    for item in items:
        if any(item.path.is_relative_to(once) for once in ONCE):
            item.add_marker("once")


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
        assert set(told) <= {"error", "exit_code", "sentence", "hint", "sheet"}
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
