"""Where a base is: parsed once, and an address that is misspelt is refused instead of becoming a file."""

from pathlib import Path

import pytest

from radiokey.base.bootstrap import init_base, open_base
from radiokey.base.location import (
    SECRETS_VARIABLE,
    FileDatabase,
    ServerDatabase,
    default_database,
    file_path,
    looks_like_address,
    parse_location,
)
from radiokey.errors import UsageError
from radiokey.web.app import create_app
from radiokey.web.operations.demo import make
from radiokey.web.serve import serve

SERVER = "postgresql://ann:CANARY@127.0.0.1/x"
SERVERS = (
    SERVER,
    "postgres://ann@db.example.org:5433/radios",
    "postgresql://ann:CA%40NARY@db.example.org/radios?sslmode=require&connect_timeout=5",
    "postgresql://ann:CA:NARY@[::1]:5432/x",
    "postgresql://one.example.org:5432,two.example.org:5433/x?target_session_attrs=read-write",
    "postgresql://ann@/x?host=/run/postgresql",
    "postgresql://ann@%2Frun%2Fpostgresql/x",
    "postgresql:///x",
    "postgresql://",
)
MISSPELT = (
    "PostgreSQL://ann:CANARY@127.0.0.1/x",
    "postgresql+psycopg://ann:CANARY@127.0.0.1/x",
    "postgresql:/ann:CANARY@127.0.0.1/x",
    "postgresql:ann:CANARY@127.0.0.1/x",
    "jdbc:postgresql://127.0.0.1/x?user=ann&password=CANARY",
    "mysql://ann:CANARY@127.0.0.1/x",
    "sqlite:///CANARY.sqlite3",
    "file:CANARY.sqlite3",
    "host=127.0.0.1 dbname=x user=ann password=CANARY",
    "application_name=x password=CANARY",
    "password = CANARY",
    "ann:CANARY@127.0.0.1/x",
    "//ann:CANARY@127.0.0.1/x",
    "a:CANARY@127.0.0.1/x",
    "127.0.0.1:5432/CANARY",
    "[::1]:5432/CANARY",
    f" {SERVER}",
    f"{SERVER} ",
    f"{SERVER}\n",
    "\tCANARY.sqlite3",
    "CANARY.sqlite3 ",
    "",
    " ",
)
NOT_WELL_FORMED = (
    "postgresql://ann:CAN/ARY@127.0.0.1/x",
    "postgresql://ann:CAN@ARY@127.0.0.1/x",
    "postgresql://ann:CAN#ARY@127.0.0.1/x",
    "postgresql://ann:CAN%ARY@127.0.0.1/x",
    "postgresql://ann:CAN ARY@127.0.0.1/x",
    "postgresql://ann:CANARY",
    "postgresql://ann:CANARY127.0.0.1/x",
    "postgresql://127.0.0.1/x?CANARY",
)
FILES = ("base.sqlite3", "C:/base.sqlite3", "/var/lib/a:b", "a/b=c.csv", "-", "a b.sqlite3", "a@b")


@pytest.fixture(autouse=True)
def nothing_is_made(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    yield
    assert list(tmp_path.iterdir()) == []


def refused(given, do=parse_location):
    with pytest.raises(UsageError) as caught:
        do(given)
    said = f"{caught.value} {caught.value.sentence} {caught.value.hint} {caught.value.facts}"
    assert caught.value.hint
    for part in ("CAN", "ARY", "ann"):
        assert part not in said
    return caught.value


@pytest.mark.parametrize("given", SERVERS)
def test_an_address_of_a_server_is_a_server_whose_password_nothing_shows(given, tmp_path, monkeypatch):
    monkeypatch.setenv(SECRETS_VARIABLE, str(tmp_path / "secrets"))
    location = parse_location(given)
    assert location == ServerDatabase(given, tmp_path / "secrets" / "base")
    assert location.secret("keys") == tmp_path / "secrets" / "base.keys"
    for shown in (repr(location), str(location), f"{location}", repr([location])):
        assert "://" not in shown
        assert "CANARY" not in shown


@pytest.mark.parametrize("given", FILES)
def test_a_path_is_a_file_as_text_and_as_path(given):
    assert parse_location(given) == parse_location(Path(given)) == FileDatabase(Path(given))
    assert not looks_like_address(given)


@pytest.mark.parametrize("name", ["postgresql:x", "host=h", "ann:CANARY@h"])
def test_a_file_that_is_named_like_an_address_is_named_with_its_folder(name):
    """A `Path` forgets ./ and takes the whole way."""
    assert "./" in refused(name, file_path).hint
    assert file_path(f"./{name}") == Path(name)
    assert file_path(Path.cwd() / name) == Path.cwd() / name


def test_a_location_stays_what_it_is_and_nothing_is_this_users_own(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    own = FileDatabase(default_database())
    assert parse_location() == parse_location(own) == own
    assert own.secret("head") == tmp_path / "radiokey" / "base.sqlite3.head"
    server = ServerDatabase(SERVER, tmp_path / "base")
    assert parse_location(server) is server


@pytest.mark.parametrize("given", MISSPELT)
def test_a_misspelt_address_is_neither_a_server_nor_a_file(given):
    assert "postgresql://USER@HOST/DATABASE" in refused(given).hint or given.startswith("postgresql://")
    refused(given, file_path)


@pytest.mark.parametrize("given", NOT_WELL_FORMED)
def test_a_password_that_is_not_escaped_is_never_taken_for_a_host(given):
    """The database's own error would repeat the host, the port and what it cannot read."""
    assert "postgresql://USER:PASSWORD@HOST:PORT/DATABASE" in refused(given).hint


@pytest.mark.parametrize("given", [SERVER, *MISSPELT[:-2], *NOT_WELL_FORMED])
def test_a_path_made_from_an_address_is_refused(given):
    refused(Path(given))


@pytest.mark.parametrize(
    "do",
    [
        open_base,
        lambda given: init_base(given, "codes.example.org"),
        create_app,
        make,
        lambda given: serve("127.0.0.1", 0, given),
    ],
    ids=["open_base", "init_base", "create_app", "demo", "serve"],
)
@pytest.mark.parametrize(
    "given", [Path(SERVER), "PostgreSQL://ann:CANARY@127.0.0.1/x"], ids=["path", "misspelt"]
)
def test_whatever_opens_a_base_refuses_before_anything_is_made(do, given):
    refused(given, do)


@pytest.mark.parametrize("given", [SERVER, *MISSPELT[:-2]])
def test_the_folder_of_secrets_is_no_address(monkeypatch, given):
    monkeypatch.setenv(SECRETS_VARIABLE, given)
    refused(SERVER)
