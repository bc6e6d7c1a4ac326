"""`radiokey base roles`, and `base init` where an account has none: what is printed is what a superuser needs."""

import psycopg
import pytest

DATABASE = ("--database", "postgresql://ann:QZXJKVWY@db.example.org:5433/codes")


def test_the_roles_are_named_after_the_database(cli):
    """A line for each part; no server is asked."""
    lines = dict(line.split() for line in cli("base", "roles", *DATABASE).out.splitlines())
    assert lines["door"] == "radiokey_codes_door"
    assert len(set(lines.values())) == len(lines) == 9
    document = cli("base", "roles", *DATABASE, "--json").document
    assert document == {"roles": lines, "sql": None}


def test_the_sql_names_every_account_and_holds_no_password(cli):
    ran = cli("base", "roles", "--sql", *DATABASE, "--account", "web", "--account", "ann")
    assert ran.code == 0
    assert 'TO "ann", "web";\n' in ran.out
    assert "QZXJKVWY" not in ran.out + ran.err
    document = cli("base", "roles", "--sql", *DATABASE, "--json").document
    assert set(document["roles"].values()) <= set(document["sql"].replace('"', " ").split())


@pytest.mark.parametrize(
    ("place", "says"),
    [
        ("base.sqlite3", "a base in a file has no roles"),
        ("postgresql://db.example.org/codes", "does not name both an account and a database"),
        ("postgresql://ann@db.example.org", "does not name both an account and a database"),
    ],
)
def test_a_place_without_roles_is_refused(cli, place, says):
    cli("base", "roles", "--database", place).refused(64, says)


def test_an_account_without_the_roles_is_told_the_command(cli, postgres, tmp_path, monkeypatch):
    """Not our fault, and nothing is left behind."""
    monkeypatch.setenv("RADIOKEY_SECRETS", str(tmp_path / "secrets"))
    url = postgres.empty()
    name = psycopg.conninfo.conninfo_to_dict(url)["dbname"]
    with psycopg.connect(url, autocommit=True) as superuser:
        superuser.execute("CREATE ROLE no_roles LOGIN")
        superuser.execute(f"ALTER DATABASE {name} OWNER TO no_roles".encode())
        own = url.replace("postgres:@", "no_roles@", 1)
        ran = cli("base", "init", "--organisation", "codes.example.org", "--database", own)
        ran.refused(77, "this account has not the roles of the base")
        assert "radiokey base roles --sql" in ran.err
        assert superuser.execute("SELECT to_regclass('schema_version')").fetchone() == (None,)
        superuser.execute(cli("base", "roles", "--sql", "--database", own).out.encode())
    assert cli("base", "init", "--organisation", "codes.example.org", "--database", own).code == 0
