"""What names a file or a folder refuses an address, wherever on the command line it stands."""

from pathlib import Path

import click
import pytest

from radiokey.base.location import SECRETS_VARIABLE
from radiokey.cli.commands import app
from radiokey.cli.options import parse_database, parse_path
from tables import each

SERVER = "postgresql://ann:CANARY@127.0.0.1/x"
NAMES_A_FILE = {"FILE", "[FILE]", "DIR", "RECORD", "SERVER"}  # or a base on a server


def parameters(command: click.Command = app, name: tuple[str, ...] = ()):
    """Yield every parameter of every command, with the words that call the command."""
    if isinstance(command, click.Group):
        context = click.Context(command)
        for child in command.list_commands(context):
            yield from parameters(command.get_command(context, child), (*name, child))
    else:
        yield from ((name, parameter) for parameter in command.params)


def parser(parameter: click.Parameter):
    return getattr(parameter.type, "func", None)


def call(name: tuple[str, ...], parameter: click.Parameter) -> tuple[str, ...]:
    """Return what the value stands behind. Nothing can be served at a host of the documentation's network."""
    if name == ("serve",):
        name = (*name, "--host", "203.0.113.1")
    return name if isinstance(parameter, click.Argument) else (*name, parameter.opts[0])


NAMING = [call(*one) for one in parameters() if parser(one[1]) is parse_path]
OPENING = [call(*one) for one in parameters() if parser(one[1]) is parse_database]


@pytest.fixture(autouse=True)
def nothing_is_made(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    yield
    assert list(tmp_path.iterdir()) == []


def refused(ran):
    ran.refused(64)
    assert "CANARY" not in ran.out + ran.err
    assert "ann" not in ran.err


def test_every_parameter_that_names_a_file_is_parsed_by_the_one_parser_of_its_kind():
    assert len(NAMING) > 10
    assert len(OPENING) > 10
    for name, parameter in parameters():
        assert not isinstance(parameter.type, click.Path | click.File), (name, parameter)
        assert parser(parameter) is not Path, (name, parameter)
        names_a_file = parameter.metavar in NAMES_A_FILE
        assert (parser(parameter) in {parse_path, parse_database}) is names_a_file, (name, parameter)


@each("words", NAMING, ids=" ".join)
def test_what_names_a_file_refuses_an_address_and_says_what_is_meant(cli, words):
    ran = cli(*words, SERVER)
    refused(ran)
    assert "radiokey: error: this looks like an address, and a file is wanted here" in ran.err
    assert "radiokey: hint: name a file or a folder" in ran.err


@pytest.mark.parametrize("words", OPENING, ids=" ".join)
def test_what_names_a_base_refuses_a_misspelt_address_and_shows_the_right_form(cli, words):
    ran = cli(*words, SERVER.replace("p", "P", 1))
    refused(ran)
    assert "radiokey: hint: a server is postgresql://USER@HOST/DATABASE" in ran.err


@pytest.mark.parametrize(
    "given",
    [
        "PostgreSQL://ann:CANARY@127.0.0.1/x",
        "postgresql+psycopg://ann:CANARY@127.0.0.1/x",
        "postgresql:/ann:CANARY@127.0.0.1/x",
        "jdbc:postgresql://127.0.0.1/x?user=ann&password=CANARY",
        "sqlite:///CANARY",
        "host=127.0.0.1 dbname=x password=CANARY",
        f" {SERVER}",
        f"{SERVER} ",
        "postgresql://ann:CAN@CANARY@127.0.0.1/x",
    ],
)
@pytest.mark.parametrize("words", ["base log verify", "base init --organisation codes.example.org"])
def test_a_database_is_a_file_or_an_address_of_a_server_and_nothing_else(cli, words, given):
    refused(cli(*words.split(), "--database", given))


@pytest.mark.parametrize(
    "name", ["postgresql://ann:CANARY@127.0.0.1/x.toml", "postgresql:/ann:CANARY@127.0.0.1/x"]
)
def test_a_scenario_is_no_address(cli, name):
    refused(cli("bench", "run", name))


def test_the_folder_of_secrets_is_no_address(cli, monkeypatch):
    monkeypatch.setenv(SECRETS_VARIABLE, SERVER)
    refused(cli("base", "log", "verify", "--database", SERVER))
