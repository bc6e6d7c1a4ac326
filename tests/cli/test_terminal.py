"""What people like about a terminal: a drawn guide, plain when piped; completion; a manual; an example of everything."""

import io
import json
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pyrage
import pytest
from click.shell_completion import get_completion_class
from rich.console import Console

from radiokey.base.log.note import Algorithm, VerifierKey
from radiokey.cli import manual, road, say
from radiokey.cli.commands import app
from radiokey.cli.completion import VARIABLE, script
from radiokey.cli.drawn_step import draw_step
from radiokey.cli.examples import examples, of_command
from radiokey.cli.main import EXIT_CODES
from radiokey.guide.load import load_guide
from radiokey.guide.model import Facts
from radiokey.guide.walk import position, view

GUIDE = load_guide()
RECORD = (
    "524b5231050000000300000002000000a0f26c000000000000dd6d00000000000000000000000000000000000000000055dcf93b2e388b"
    "829eeb684c6f9b96644c55bb96668552f0db4dd38f328dbfbf6871a4f5"
)
"""A record of docs/cli.md."""


def every():
    return list(manual.commands(app))


# --- examples ---------------------------------------------------------------------------------------------


def test_every_command_has_an_example_and_every_example_a_command():
    have = {
        command.name if noun == "radiokey" else f"{noun} {command.name}" for _, noun, command, _ in every()
    }
    assert have == set(examples())


def test_the_help_of_every_command_ends_with_its_example():
    for name, noun, command, context in every():
        lines = of_command(noun, command.name)
        shown = command.get_help(context).rstrip().splitlines()[-len(lines) :]
        assert [line.strip() for line in shown] == lines
        assert all(f"{name} " in f"{line} " for line in lines)


PHOTO = Path(__file__).parents[1] / "photos" / "label.heic"
ENDLESS = {"serve", "unit serve", "unit car", "base witness"}
"""They serve until they are stopped: only that their options are understood is seen here."""


def test_the_examples_run(cli, tmp_path, monkeypatch):
    """In one folder, in the order of the file; what one makes the next ones use."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    Path("unit.chip").write_bytes(bytes.fromhex(RECORD))
    Path("units.csv").write_text(
        "serial,model,market,vin,code\nBP538769684801,nissan_blaupunkt_bp,EU,,6543\n"
    )
    Path("image.bin").write_bytes(bytes(4096))
    key = VerifierKey("witness.example.org", bytes(32), Algorithm.COSIGNATURE_V1)
    filled = {"KEY": str(key), "LINES": "2345-6789"}
    shutil.copy(PHOTO, "label.heic")
    owner = pyrage.x25519.Identity.generate()
    Path("owner.key").write_text(f"{owner}\n")
    for name, lines in examples().items():
        for line in lines:
            before, words = "", shlex.split(line.partition(" > ")[0])
            if words[0] == "echo":
                before, words = words[1] + "\n", words[3:]
            words = [filled.get(word, word) for word in words[1:]]
            if name in ENDLESS:
                words.append("--help")
            if name.startswith("vault "):
                # A passphrase wants a terminal and seconds of work; tests/how_to/test_keep_it.py types one.
                words += ["--identity", "owner.key"]
            if name in {"vault add", "vault passphrase"}:
                words += ["--recipient", str(owner.to_public())]
            if name == "base restore":
                Path("other").mkdir()
                for ending in ("key", "head"):
                    shutil.copy(
                        tmp_path / "data" / "radiokey" / f"base.sqlite3.{ending}",
                        f"other/base.sqlite3.{ending}",
                    )
            ran = cli(*words, stdin=before)
            # Nobody listens at the witness's address here, and no unit asks; that they were asked is all that
            # can be seen.
            assert (ran.code == 0) == (name not in {"log cosign", "grant answer"}), (line, ran.err)
            assert ran.code != 64, (line, ran.err)
            if name == "code":
                released = cli(*words, "--json").document
                Path("receipt.json").write_text(json.dumps(released["receipt"]))
            if name == "tokens add":
                filled["TOKEN"] = cli("base", "tokens", "list", "--json").document[0]["id"]


# --- the manual -------------------------------------------------------------------------------------------


def test_the_manual_has_every_command_and_option_in_the_words_of_the_help(cli):
    page = cli("manual").out
    for name, _, command, context in every():
        assert f'.SS "{manual.escaped(name)} ' in page or f'.SS "{manual.escaped(name)}"' in page
        for parameter in command.get_params(context):
            record = parameter.get_help_record(context)
            assert record is None or f".B {manual.escaped(record[0])}\n" in page
    assert {int(code) for code, _ in manual.EXITS} == {0, *EXIT_CODES.values(), 130}


def test_a_command_that_the_manual_was_written_of_takes_both_words_for_help():
    """Click keeps the help option of the first context that asks for it."""
    assert {tuple(context.help_option_names) for *_, context in every()} == {("-h", "--help")}


def test_no_line_of_the_manual_is_a_request_by_accident(cli):
    known = (".TH ", ".SH ", ".SS ", ".TP", ".B ", ".PP", ".nf", ".fi")
    lines = cli("manual").out.splitlines()
    assert [line for line in lines if line[:1] in {".", "'"} and not line.startswith(known)] == []
    assert lines[0].startswith(".TH RADIOKEY 1 ")


# --- completion -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_is_told_how_to_ask(cli, shell):
    said = cli("completion", shell).out
    assert VARIABLE in said
    assert f"{shell}_complete" in said


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("rep", "report"),
        ("base log v", "verify"),
        ("wait renault_8", "renault_86a"),
        ("sheet --disp", "--display"),
    ],
)
def test_tab_finishes_commands_options_and_radios(monkeypatch, shell, typed, offered):
    words = ["radiokey", *typed.split()]
    monkeypatch.setenv("COMP_WORDS", " ".join(words))
    monkeypatch.setenv("COMP_CWORD", words[-1] if shell == "fish" else str(len(words) - 1))
    said = get_completion_class(shell)(app, {}, "radiokey", VARIABLE).complete()
    assert offered in said.replace("\n", " ").replace(",", " ").replace("\t", " ").split()


def test_bash_itself_takes_the_script_and_asks_this_program(tmp_path):
    program = tmp_path / "radiokey"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m radiokey "$@"\n')
    program.chmod(0o755)
    kind = get_completion_class("bash")(app, {}, "radiokey", VARIABLE)
    asked = (
        f"{script(kind)}\nCOMP_WORDS=(radiokey serial ch); COMP_CWORD=2; _radiokey_completion radiokey\n"
        'echo "${COMPREPLY[@]}"'
    )
    path = f"{tmp_path}:/usr/bin:/bin"
    ran = subprocess.run(
        [shutil.which("bash"), "-c", asked], env={"PATH": path}, capture_output=True, text=True, check=True
    )
    assert ran.stdout == "check\n"


# --- the drawn guide --------------------------------------------------------------------------------------


def drawn(here):
    out = io.StringIO()
    console = Console(
        file=out, width=78, force_terminal=True, highlight=False, emoji=False, color_system="standard"
    )
    draw_step(console, here, "This radio", road._labelled(here).items())
    return out.getvalue()


def words(text):
    return " ".join(click.unstyle(text).replace("│", " ").split())


def test_a_drawn_step_says_what_the_plain_one_says():
    for step in GUIDE.steps:
        here = view(GUIDE, position(step, Facts(model="renault_86a")))
        said = words(drawn(here))
        for text in (here.title, here.do, here.dont, *(one.text for one in here.warnings)):
            assert words(text) in said, step
        for offer in road._labelled(here).values():
            assert words(offer.text) in said
        assert all(words(one.text) in said for one in here.known)


def test_colour_says_nothing_that_a_word_does_not():
    said = drawn(view(GUIDE, "battery-swap"))
    assert "\x1b[" in said
    assert all(word in click.unstyle(said) for word in ("Now", "Careful", "Danger"))


@pytest.mark.parametrize(
    ("terminal", "environment", "expected"),
    [(True, {}, True), (False, {}, False), (True, {"NO_COLOR": ""}, False), (True, {"TERM": "dumb"}, False)],
)
def test_it_is_drawn_on_a_terminal_that_wants_it_and_nowhere_else(
    monkeypatch, terminal, environment, expected
):
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.stdout.isatty", lambda: terminal, raising=False)
    assert say.is_drawn() is expected


def test_piped_it_is_plain(cli):
    said = cli("guide", "--display", "WAIT", stdin="q\n").out
    assert "\x1b" not in said
    assert "│" not in said
