"""The command as a process of its own: what a shell, a pipe and a terminal see."""

import importlib.util
import json
import os
import pty
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

RADIOKEY = (sys.executable, "-m", "radiokey")
ROOT = Path(__file__).parents[2]
DUSTER = "281155216RT V212"


@pytest.fixture
def surroundings(tmp_path):
    return {**os.environ, "XDG_DATA_HOME": str(tmp_path), "COLUMNS": "80"}


@pytest.fixture
def shell(surroundings):
    def run(*arguments, **more):
        options = {"capture_output": True, "text": True, "env": surroundings, **more}
        return subprocess.run((*RADIOKEY, *arguments), check=False, **options)

    return run


def test_the_code_comes_out_of_a_process_as_one_document(shell, made):
    ran = shell("code", DUSTER, "--i-own-this-radio", "--json", "--database", made)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert json.loads(ran.stdout)["code"] == "4786"


@pytest.fixture
def loaded(surroundings):
    """Run a command and return the names of all modules that its process imported."""

    def run(*arguments, code=0):
        command = (sys.executable, "-X", "importtime", "-m", "radiokey", *arguments)
        ran = subprocess.run(command, capture_output=True, text=True, check=False, env=surroundings)
        assert ran.returncode == code
        return {line.rpartition("|")[2].strip() for line in ran.stderr.splitlines()}

    return run


DESK = {"radiokey.base.requests", "radiokey.base.papers"}
STAFF = {f"radiokey.base.identity.{name}" for name in ("authentication", "passkeys", "staff", "tokens")}
HISTORY = {"radiokey.base.release.history", "radiokey.base.units.search", "radiokey.base.units.importer"}
SEALS = {"radiokey.base.keys.keyring", "radiokey.base.keys.seal", "cryptography.hazmat.primitives.ciphers"}
WITNESS = {f"radiokey.base.log.{name}" for name in ("export", "witness", "witness_client")}
NETWORK = {"urllib.request", "http.client", "email.parser", "socket", "ssl", "asyncio"}
READER = {"radiokey.catalogue.model", "radiokey.catalogue.load", "tomllib"}
UNIT = {f"radiokey.headunit.{name}" for name in ("lock", "policy", "display", "unit")}
GUIDE = {"radiokey.guide"}
SITE = {"radiokey.web", "litestar", "jinja2", "markdown_it", "psycopg", "PIL", "prometheus_client"}
CARD = {"radiokey.vault.card", "fpdf", "fontTools"}
PARSERS = {"typer", "pydantic", "rich"}
BASE = {"radiokey.base", "sqlite3", "cryptography", "msgspec"}
NEVER = DESK | STAFF | HISTORY | SEALS | WITNESS | NETWORK | SITE | PARSERS


@pytest.mark.parametrize("more", [(), ("--json", "--model", "renault_86a")])
def test_a_release_loads_only_what_a_release_needs(loaded, made, more):
    """An owner waits for the process: 2.8 times `import typer`, and 40 MB, are all it has (docs/numbers.md)."""
    found = loaded("code", DUSTER, "--i-own-this-radio", "--database", made, *more)
    assert {"radiokey.base.release.service", "sqlite3"} <= found
    assert found & (NEVER | READER | UNIT | GUIDE) == set()


@pytest.mark.parametrize(
    ("command", "without"),
    [
        (("models",), NEVER | BASE | READER | UNIT | GUIDE),
        (("serial", "check", DUSTER), NEVER | BASE | READER | UNIT | GUIDE),
        (("entry", "renault_86a", "4786"), NEVER | BASE),
        (("wait", "renault_86a"), NEVER | BASE),
        (("guide", "--json"), NEVER | BASE),
        (("--version",), (NEVER | BASE | READER | UNIT | GUIDE) - NETWORK),  # it stands in a mail's header
    ],
    ids=["models", "serial", "entry", "wait", "guide", "version"],
)
def test_a_short_command_loads_no_base(loaded, command, without):
    found = loaded(*command)
    assert "radiokey.cli.main" in found
    assert found & without == set()


def test_a_site_that_starts_loads_nothing_that_draws_a_card(loaded):
    """Fonts are a fifth of what a start would take. This one ends at once: nothing forwards to it."""
    found = loaded("serve", "--site", "https://codes.example.org", code=64)
    assert "radiokey.web.owner.vault" in found
    assert found & CARD == set()


def test_every_module_that_is_watched_is_there():
    """A name that is wrong would be loaded by nobody, and watched in vain."""
    watched = NEVER | READER | UNIT | BASE | GUIDE | CARD
    assert [name for name in sorted(watched) if importlib.util.find_spec(name) is None] == []


def test_the_version_is_that_of_the_package(cli):
    package = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    ran = cli("--version")
    assert (ran.code, ran.out, ran.err) == (0, f"radiokey {package['version']}\n", "")


def test_a_failing_process_says_why_on_stderr_and_nothing_on_stdout(shell, database):
    ran = shell("code", DUSTER, "--database", database)
    assert (ran.returncode, ran.stdout) == (64, "")
    lines = ran.stderr.splitlines()
    assert [line.split(": ")[1] for line in lines] == ["error", "hint"]


def test_the_code_is_read_from_standard_input(shell):
    ran = shell("entry", "renault_86a", "-", "--json", input="4786\n")
    assert ran.returncode == 0
    assert len(json.loads(ran.stdout)["presses"]) == 5
    assert "4786" not in " ".join(ran.args)


def test_the_installed_command_is_the_same(surroundings):
    command = Path(sys.executable).with_name("radiokey")
    ran = subprocess.run((command, "models"), capture_output=True, text=True, check=False, env=surroundings)
    assert ran.returncode == 0
    assert "renault_86a" in ran.stdout


def test_without_arguments_it_says_what_there_is_and_that_this_was_none(shell):
    ran = shell()
    assert (ran.returncode, ran.stdout) == (64, "")
    assert ran.stderr.startswith("Usage: radiokey ")


@pytest.mark.parametrize("command", [("models", "--json"), ("serial", "check", DUSTER)])
@pytest.mark.parametrize("at_once", ["", "1"])
def test_a_reader_that_has_enough_is_no_error(shell, surroundings, command, at_once):
    """`radiokey models | head -n 1`, with much to say and with little."""
    surroundings["PYTHONUNBUFFERED"] = at_once
    read, write = os.pipe()
    os.close(read)
    ran = shell(*command, capture_output=False, stdout=write, stderr=subprocess.PIPE)
    os.close(write)
    assert (ran.returncode, ran.stderr) == (0, "")


@pytest.mark.parametrize("at_once", ["", "1"])
def test_a_result_that_cannot_be_written_is_said_so(shell, surroundings, at_once):
    surroundings["PYTHONUNBUFFERED"] = at_once
    with Path("/dev/full").open("w") as full:
        ran = shell("serial", "check", DUSTER, capture_output=False, stdout=full, stderr=subprocess.PIPE)
    assert ran.returncode == 70
    said = "the result could not be written: No space left on device"
    assert ran.stderr.splitlines()[0] == f"radiokey: error: {said}"
    assert len(ran.stderr.splitlines()) == 2


def test_a_terminal_of_few_letters_gets_numbers_for_the_others(shell, surroundings):
    surroundings["PYTHONIOENCODING"] = "ascii"
    ran = shell("guide", input="")
    assert ran.returncode == 0
    assert "Don't press anything yet" in ran.stdout


def test_bytes_that_are_no_text_are_no_reason_to_break(surroundings):
    ran = subprocess.run(
        (*RADIOKEY, "serial", "check", b"V212 \xff\xfe", "--json"),
        capture_output=True,
        check=False,
        env=surroundings,
    )
    assert ran.returncode in {0, 65}
    assert b"Traceback" not in ran.stderr
    if ran.returncode == 0:
        assert json.loads(ran.stdout)[0]["serial"] == "V212"


def test_a_terminal_shows_titles_in_bold_and_forgives_a_mistyped_answer(surroundings):
    surroundings["TERM"] = "xterm"
    surroundings.pop("NO_COLOR", None)
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        (*RADIOKEY, "guide"), stdin=theirs, stdout=theirs, stderr=theirs, env=surroundings
    ) as guide:
        os.close(theirs)
        os.write(ours, b"wibble\n1\nq\n")
        seen = b""
        while True:
            try:
                part = os.read(ours, 4096)
            except OSError:  # the other side is closed: it has ended
                break
            if not part:
                break
            seen += part
        assert guide.wait() == 0
    os.close(ours)
    assert b"\x1b[1mDon't press anything yet\x1b[0m" in seen
    assert b"that is none of these answers" in seen
    assert b"What does the radio show?" in seen
