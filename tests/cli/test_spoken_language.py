"""The command line in another language: help, wrong use, what is said around each answer; and English stays quick."""

import re
import subprocess
import sys

import click
import pytest

from radiokey.cli import manual
from radiokey.cli.commands import app
from radiokey.cli.help import described, said, spoken_of, write_help
from radiokey.language.load import known, parse_language
from radiokey.language.speech import speaking

RUSSIAN = ("--lang", "ru")
CYRILLIC = re.compile(r"[\u0400-\u04ff]")
LATIN = re.compile(r"(?<![\w'/{.-])[A-Za-z]{3,}(?![\w'/}:=-])")


def nouns_and_commands():
    yield app, click.Context(app, info_name="radiokey", **app.context_settings)
    for _, _, command, context in manual.commands(app):
        yield command, context


@pytest.mark.parametrize("tag", [tag for tag in known().tags if tag != "en"])
def test_every_help_is_in_the_language_and_in_english_as_it_is_written(tag):
    """Also what Click says in every help: its headings, its own two options, a default."""
    ours = {
        "Usage:",
        "Options",
        "Commands",
        "Positional arguments",
        "Example:",
        "Examples:",
        "default:",
        "required",
    }
    for command, context in nouns_and_commands():
        with speaking(parse_language(tag)):
            told = [said(text) for text in spoken_of(command, context)]
            formatter = click.HelpFormatter(width=100_000)
            write_help(command, context, formatter)
            shown = formatter.getvalue()
            rows = [described(one, context) for one in command.get_params(context)]
        assert told == [text for text in told if CYRILLIC.search(text)] or tag != "ru", told
        assert [text for text in spoken_of(command, context) if text in told] == []
        assert set(shown.split()) & ours == set()
        assert all(row[1] in shown for row in rows if row)
    assert said(app.help) == app.help


def test_a_help_is_asked_for_in_russian(cli, monkeypatch):
    ran = cli(*RUSSIAN, "vault", "--help")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("Вызов: radiokey vault ")
    assert "\nКоманды:\n  card " in ran.out
    monkeypatch.setenv("LC_ALL", "ru_RU.UTF-8")
    assert cli("vault", "--help").out == ran.out
    assert cli("--lang", "en", "vault", "--help").out.startswith("Usage: radiokey vault ")


WRONG = (
    ("serials",),
    ("base", "blaklist"),
    ("models", "--jsn"),
    ("models", "all"),
    (),
    ("code",),
    ("vault", "list"),
    ("base", "staff", "invite", "ann", "--role"),
    ("prevention", "--hand-over=now"),
    ("reminder",),
    ("wait", "x", "--errors", "two"),
    ("base", "log", "verify", "--quorum", "-1"),
    ("serve", "--verify-hours", "0"),
    ("serve", "--log", "xml"),
    ("base", "tokens", "add", "--days", "many"),
    ("guide", "--model", "zzz"),
    ("bench", "run", "battery-swip"),
    ("vault", "show", "--file", "/nowhere/at/all"),
    ("base", "settings", "--database", "/nowhere/at/all"),
    ("base", "backup", __file__, "--database", "/nowhere/at/all"),
    ("base", "init", "--database", "postgresql://rita@db.example.org/radios"),
    ("vault", "list", "--file", __file__, "--identity", __file__),
    ("explain", __file__),
    ("unit", "serve", "--model", "reference", "--state", "a", "--device", "b"),
)
"""One of each kind of wrong use, Click's and ours."""


@pytest.mark.parametrize("arguments", WRONG, ids=" ".join)
def test_wrong_use_is_said_in_russian(cli, arguments):
    ran = cli(*RUSSIAN, *arguments)
    assert ran.code in {64, 65, 69}
    lines = ran.err.splitlines()
    assert [line.split(":")[1] for line in lines] == [" ошибка", " совет"]
    for line in lines:
        sentence = line.split(": ", 2)[2]
        assert CYRILLIC.search(sentence), sentence
        quoted = re.sub(
            r"'[^']*'|\bage\b|postgresql://\S+|\"[^\"]*\"|--[\w-]+|\([^)]*\)|radiokey( [a-z]+)*|: [a-z, ]+$",
            " ",
            sentence,
        )
        assert [word for word in LATIN.findall(quoted) if not word.isupper()] == [], sentence


def test_an_answer_and_a_record_are_told_in_russian(cli, tmp_path):
    record = tmp_path / "unit.chip"
    record.write_bytes(bytes(512))
    for arguments in (
        ("explain", str(record), "--policy", "reference"),
        ("used",),
        ("bench", "list"),
        ("vault", "show", "--file", "/nowhere/at/all"),
    ):
        ran = cli(*RUSSIAN, *arguments)
        assert CYRILLIC.search(ran.out + ran.err), arguments


def test_english_reads_no_file_of_texts():
    """A help in English is written from the source; whoever speaks English waits for no other language."""
    code = (
        "import sys; from radiokey.cli.main import run; "
        "code = run(['--help']); sys.exit(code or 'radiokey.language.load' in sys.modules)"
    )
    subprocess.run((sys.executable, "-c", code), check=True, stdout=subprocess.DEVNULL)
