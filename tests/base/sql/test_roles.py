"""Who may make a base on a PostgreSQL server: an ordinary account once a superuser ran `roles --sql`, one that
may make roles, a superuser; and several bases on one server, none of which knows another's roles."""

from contextlib import closing
from itertools import count
from urllib.parse import quote

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from radiokey.base.bootstrap import init_base, open_base
from radiokey.base.location import ServerDatabase
from radiokey.base.release.request import ReleaseRequest
from radiokey.base.sql.postgresql import PostgresStore, migrate, roles_of
from radiokey.base.sql.principals import Principal, Roles, roles_script
from radiokey.base.sql.statements import migration_steps
from radiokey.errors import DatabaseRightsError, StoreError
from radiokey.serial.number import parse

NAME = "codes.example.org"
ORDINARY, MAKES_ROLES, SUPERUSER = "LOGIN", "LOGIN CREATEROLE", "LOGIN SUPERUSER"
ODD = 'o\'brien "x"'
NUMBERS = count()


class Cluster:
    """Databases that belong to accounts of their own."""

    def __init__(self, server, folder):
        self.server, self.folder = server, folder

    def run(self, *statements: str) -> list[tuple]:
        """Run statements as the superuser."""
        with psycopg.connect(self.server.url("postgres"), autocommit=True) as connection:
            for statement in statements:
                cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def make(self, attributes: str, database: str = "", account: str = "") -> ServerDatabase:
        """Make an account and a database that it owns, and return where the base will be."""
        number = next(NUMBERS)
        account, database = account or f"account_{number}", database or f"roles_{number}"
        owner, base = map(quoted, (account, database))
        self.run(
            f"CREATE ROLE {owner} {attributes}",
            f"CREATE DATABASE {base} OWNER {owner} TEMPLATE template0 STRATEGY file_copy",
        )
        return self.location(database, account)

    def location(self, database: str, account: str) -> ServerDatabase:
        socket = self.server.url("postgres").partition("?")[2]
        url = f"postgresql://{quote(account, safe='')}@/{quote(database, safe='')}?{socket}"
        return ServerDatabase(url, self.folder / "secrets" / "base")

    def grant_roles(self, location: ServerDatabase, *others: str) -> None:
        """Run what `radiokey base roles --sql` prints."""
        name = name_of(location)
        self.run("\n".join(roles_script(Roles.for_database(name), (account_of(location), *others), name)))


def quoted(name: str) -> str:
    return sql.Identifier(name).as_string()


def name_of(location: ServerDatabase) -> str:
    return str(conninfo_to_dict(location.url)["dbname"])


def account_of(location: ServerDatabase) -> str:
    return str(conninfo_to_dict(location.url)["user"])


@pytest.fixture
def cluster(postgres, tmp_path) -> Cluster:
    """The server of this process, which is thrown away with all that is made here."""
    return Cluster(postgres, tmp_path)


def release(base):
    request = ReleaseRequest("r1", serial=parse("V212"), client="me", model=None, vin=None, owns=True)
    return base.releases.release(request)


def works(location: ServerDatabase, clock) -> None:
    """Make the base, make it again, and release a code from it, as every principal."""
    init_base(location, NAME, clock).close()
    with init_base(location, NAME, clock) as base:
        release(base)
        assert base.verify().size == 1
        for principal in Principal:
            base.stores.of(principal)


def roles_in(cluster, location) -> set[str]:
    """Return the roles of ours that a base's schema lets in."""
    with psycopg.connect(cluster.location(name_of(location), "postgres").url) as connection:
        return {
            name
            for (name,) in connection.execute(
                "SELECT rolname FROM pg_namespace, aclexplode(nspacl) acl "
                "JOIN pg_roles ON acl.grantee = pg_roles.oid "
                "WHERE nspname = 'public' AND rolname LIKE 'radiokey%'"
            )
        }


def test_an_ordinary_account_is_enough_once_a_superuser_ran_the_sql(cluster, clock):
    location = cluster.make(ORDINARY)
    with pytest.raises(DatabaseRightsError, match="has not the roles") as caught:
        init_base(location, NAME, clock)
    assert "radiokey base roles --sql" in caught.value.hint
    assert not location.secret("key").exists(), "nothing is left of what was refused"
    for _ in range(2):
        cluster.grant_roles(location)
    works(location, clock)


def test_a_superuser_makes_them_itself(cluster, clock):
    """An account that may make roles does as well: below."""
    works(cluster.make(SUPERUSER), clock)


@pytest.mark.parametrize("attributes", [ORDINARY, MAKES_ROLES])
def test_several_bases_on_one_server_are_strangers(cluster, clock, attributes, tmp_path):
    """Each account works on its own base, and may not so much as come into the other's."""
    first, second = (cluster.make(attributes) for _ in range(2))
    for at, place in enumerate((first, second)):
        if attributes == ORDINARY:
            cluster.grant_roles(place)
        works(ServerDatabase(place.url, tmp_path / f"secrets-{at}" / "base"), clock)
    listed = [roles_in(cluster, place) for place in (first, second)]
    assert listed[0].isdisjoint(listed[1])
    assert [len(one) for one in listed] == [len(Principal)] * 2
    strange = cluster.location(name_of(second), account_of(first))
    with pytest.raises(StoreError, match="permission denied for database"):
        open_base(strange, clock)
    with pytest.raises(DatabaseRightsError, match="may not use this database"):
        init_base(strange, NAME, clock)


def test_what_the_sql_makes_can_do_nothing_by_itself(cluster):
    """No sign-in, no attribute, no member but the account; also where somebody made such a role before."""
    location = cluster.make(ORDINARY, account=ODD)
    roles = Roles.for_database(name_of(location))
    door = roles.of(Principal.DOOR)
    cluster.run(f"CREATE ROLE {door} LOGIN CREATEROLE BYPASSRLS PASSWORD 'known'")
    with pytest.raises(DatabaseRightsError, match="may do more than the base needs"):
        migrate(location.url)
    cluster.grant_roles(location)
    found = cluster.run(
        "SELECT rolname, rolcanlogin OR rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR "
        "rolbypassrls OR rolpassword IS NOT NULL, "
        "ARRAY(SELECT member::regrole::text FROM pg_auth_members WHERE roleid = pg_authid.oid) "
        "FROM pg_authid ORDER BY 1"
    )
    found = [row for row in found if row[0] in roles.names()]
    assert found == [(name, False, [quoted(ODD)]) for name in sorted(roles.names())]
    migrate(location.url)


def test_an_account_that_only_serves_is_no_owner(cluster, clock):
    """It may take the roles and change no table; the schema is the owner's affair."""
    location = cluster.make(ORDINARY)
    cluster.run("CREATE ROLE only_serves LOGIN")
    cluster.grant_roles(location, "only_serves")
    init_base(location, NAME, clock).close()
    serving = cluster.location(name_of(location), "only_serves")
    with open_base(serving, clock) as base:
        release(base)
    with psycopg.connect(serving.url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("DROP TRIGGER mark_needs_two ON mark")
    with pytest.raises(DatabaseRightsError, match="does not own the database") as caught:
        init_base(serving, NAME, clock)
    assert f'ALTER DATABASE "{name_of(location)}" OWNER TO "only_serves"' in caught.value.hint


def test_an_account_that_lost_its_roles_is_told_who_gives_them(cluster, clock):
    location = cluster.make(ORDINARY)
    cluster.grant_roles(location)
    init_base(location, NAME, clock).close()
    door = Roles.for_database(name_of(location)).of(Principal.DOOR)
    cluster.run(f"REVOKE {door} FROM {account_of(location)}")
    for use in (
        lambda: PostgresStore(location.url, Principal.DOOR),
        lambda: init_base(location, NAME, clock),
    ):
        with pytest.raises(DatabaseRightsError) as caught:
            use()
        assert "radiokey base roles --sql" in caught.value.hint
    cluster.grant_roles(location)
    with closing(PostgresStore(location.url, Principal.DOOR)):
        pass


def test_a_base_from_when_roles_were_shared_keeps_them(cluster, clock, monkeypatch):
    """Its steps are behind it; what it needs is there, and a new base beside it has its own."""
    location = cluster.make(MAKES_ROLES)
    shared = Roles("radiokey_shared")
    with monkeypatch.context() as then:
        then.setattr(Roles, "for_database", classmethod(lambda _cls, _name: shared))
        migrate(location.url, len(migration_steps("postgresql")) - 1)
    works(location, clock)
    assert roles_in(cluster, location) == set(shared.names())
    door, account = shared.of(Principal.DOOR), account_of(location)
    cluster.run(f"REVOKE {door} FROM {account} CASCADE", f"ALTER ROLE {account} NOCREATEROLE")
    with pytest.raises(DatabaseRightsError) as caught:
        init_base(location, NAME, clock)
    assert caught.value.hint.endswith(f'GRANT "{door}" TO "{account}"')


def test_a_database_may_be_renamed_and_two_doors_are_nobodys(cluster, clock):
    """Its roles are those that its schema lets in; where several are, which is its own is not guessed."""
    location = cluster.make(MAKES_ROLES)
    works(location, clock)
    before, name = roles_in(cluster, location), name_of(location)
    strange = f"radiokey_{name}_strange_door"
    cluster.run(f"CREATE ROLE {strange}")
    with psycopg.connect(location.url, autocommit=True) as owner:
        owner.execute(f"GRANT USAGE ON SCHEMA public TO {strange}".encode())
        assert roles_of(owner) == Roles.for_database(name)
    cluster.run(f"ALTER DATABASE {name} RENAME TO {name}_now")
    renamed = cluster.location(f"{name}_now", account_of(location))
    with pytest.raises(StoreError, match="the doors of several bases"):
        PostgresStore(renamed.url, Principal.DOOR)
    with psycopg.connect(renamed.url, autocommit=True) as owner:
        owner.execute(f"REVOKE USAGE ON SCHEMA public FROM {strange}".encode())
    with closing(PostgresStore(renamed.url, Principal.DOOR)):
        assert roles_in(cluster, renamed) == before


@pytest.mark.parametrize("name", ["Radios-2026.радио", "roles ' \" $$ ;", "roles_" + "x" * 57])
def test_every_name_of_a_database_gives_roles(cluster, clock, name):
    location = cluster.make(ORDINARY, database=name)
    cluster.grant_roles(location)
    works(location, clock)
    assert roles_in(cluster, location) == set(Roles.for_database(name).names())


def test_the_roles_of_two_databases_are_never_the_same():
    """Whatever the parts are called: a part has no underscore."""
    names = [
        "a",
        "a_door",
        "a_door_door",
        "door",
        "x" * 60,
        "x" * 61,
        "a b",
        "a  b",
        "радио" * 9,
        "радио" * 8,
    ]
    roles = [role for name in names for role in Roles.for_database(name).names()]
    assert len(set(roles)) == len(names) * len(Principal)
    assert max(len(role.encode()) for role in roles) <= 63
    assert not set(roles) & set(Roles("radiokey").names())


def test_no_step_makes_a_role_or_names_a_shared_one():
    """A new step is written as the old ones are; what it says of a role is said of this base's."""
    roles = Roles("radiokey_here")
    for name, script in migration_steps("postgresql"):
        own = roles.step(script)
        assert "CREATE ROLE" not in own, name
        for shared in Roles("radiokey").names():
            assert shared not in own, name
        assert own.count("radiokey_here_") == sum(script.count(one) for one in Roles("radiokey").names())
