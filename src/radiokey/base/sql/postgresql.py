"""The store on PostgreSQL: durable commits, read back; a principal of its own for each part of the base.

A store is opened for one principal (`Principal`), a role that may do what its part needs and nothing else
(docs/spec/rights.md): a mistake in one part, or a statement somebody smuggled in, meets the database's own
no.

Transactions are serialised by one advisory lock, taken first. They read what is committed (READ COMMITTED):
under REPEATABLE READ the state would be that of before the lock was given, and a stolen mark committed while
we waited would not be seen. Statements that return nothing are sent in a pipeline, without waiting for each;
an error of one surfaces at the next that returns something, at the latest at the commit. The lock is one of
them: a transaction that has read nothing yet may still be waiting for the lock.

A server can go away, freeze, or hand the base to another one (ADR 47). A connection that ended while nobody
used it is made anew first; one that ends in a transaction, or says nothing for `ANSWER_S`, is given up with
`StoreGoneError`: whether its commit was kept is not known. A commit that comes with a warning is not one: its
standby may not have it.
"""

import itertools
import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

import psycopg
from psycopg import sql

from radiokey.base.ports.log import StoredEntry
from radiokey.base.ports.store import StoredRelease, StoredUnit
from radiokey.base.sql import rows
from radiokey.base.sql.connection import Connection, connect, is_gone
from radiokey.base.sql.principals import Principal, Roles, quoted
from radiokey.base.sql.sqlite import PROBE, closed, unit_exists
from radiokey.base.sql.statements import Row, Statements, Value, migration_steps, statements_for
from radiokey.base.sql.transaction import SqlTransaction
from radiokey.errors import DatabaseRightsError, RadiokeyError, StoreError, StoreGoneError, UsageError
from radiokey.language.speech import gettext, later

ANSWER_S: Final = 15.0
"""How long a transaction waits for one answer: longer than the server lets it wait for its turn."""
STREAM_ROWS: Final = 2_000
DURABLE: Final = {"fsync": {"on"}, "full_page_writes": {"on"}, "synchronous_commit": {"on", "remote_apply"}}
"""What the server must say of itself: a commit that was confirmed survives the power."""

_SETS_ROLES: Final = 160_000
"""Since this version a member of a role may or may not take it; before, every member may."""

_PROBE_INDEX: Final = (1 << 63) - 1
_PROBE_BYTES: Final = 16_384
_HINT: Final = later("see that the database server runs, has room, and that this account may use it")
_AGAIN: Final = later("ask the same again in a while: what was kept is found, and nothing is done twice")
_ROLES_HINT: Final = later(
    "a superuser of the server runs, once, what this prints: radiokey base roles --sql"
)
_BEGIN_SNAPSHOT: Final = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"


class PostgresStore:
    """A base on a PostgreSQL server, as one principal. Safe to use from several threads and processes."""

    def __init__(self, url: str, principal: Principal) -> None:
        """Connect as `principal`; raise `StoreError` if the schema or the server is not as it should be."""
        self._url = url
        self._principal = principal
        self._lock = threading.Lock()
        self._idle: list[Connection] = []
        self._closed = False
        with _named_errors():
            self._writer = self._connect()

    def close(self) -> None:
        """End all connections."""
        self._closed = True
        while self._idle:
            self._idle.pop().close()
        self._writer.close()

    @contextmanager
    def transaction(self) -> Iterator["PostgresTransaction"]:
        """See `radiokey.base.ports.store.Store`."""
        with self._lock, _named_errors():
            if not self._writer.is_open():
                self._writer.close()
                self._writer = self._connect()
            connection = self._writer
            connection.patience_s = ANSWER_S
            try:
                with connection.pipeline():
                    connection.execute("BEGIN ISOLATION LEVEL READ COMMITTED")
                    yield PostgresTransaction(connection, turn=True)
                    connection.warned = False
                    committed = connection.execute("COMMIT")
                _check_committed(connection, committed)
            except BaseException:
                # Not reused: a failed pipeline can leave statements that only the driver thinks prepared.
                connection.close()
                raise

    @contextmanager
    def concurrent_transaction(self) -> Iterator["PostgresTransaction"]:
        """See `radiokey.base.ports.store.Store`."""
        with _named_errors(), self._borrowed(ANSWER_S) as connection:
            connection.execute("BEGIN ISOLATION LEVEL READ COMMITTED")
            yield PostgresTransaction(connection)
            _commit(connection)

    @contextmanager
    def snapshot(self) -> Iterator["PostgresTransaction"]:
        """See `radiokey.base.ports.store.Store`."""
        with _named_errors(), self._borrowed() as connection:
            connection.execute(_BEGIN_SNAPSHOT)
            yield PostgresTransaction(connection)
            connection.execute("ROLLBACK")

    def check_writable(self) -> None:
        """See `radiokey.base.ports.store.Store`: tables grow, which is taken back; a bucket is kept.

        A server whose disk is full refuses to extend a table at the statement, and its own log at the commit.
        What was taken back lies there dead until autovacuum comes. So all that is large is put where an entry
        keeps what is too long for its row: nothing else lies there, so that it is soon swept and cut off.
        """
        entry = StoredEntry(
            _PROBE_INDEX, os.urandom(_PROBE_BYTES)
        )  # chance, since what repeats is stored short
        release = StoredRelease("probe", b"", "probe", 0, entry.index, b"")
        with _named_errors(), self._borrowed(ANSWER_S) as connection:
            connection.execute("BEGIN ISOLATION LEVEL READ COMMITTED")
            transaction = PostgresTransaction(connection)
            transaction.add_entries([entry])
            transaction.add_releases([release])
            connection.execute("ROLLBACK")
        with self.concurrent_transaction() as kept:
            kept.set_bucket(PROBE, 0)

    def check_integrity(self) -> None:
        """See `radiokey.base.ports.store.Store`; a server finds damage as it reads (data checksums)."""

    @contextmanager
    def _borrowed(self, patience_s: float | None = None) -> Iterator[Connection]:
        """Lend a connection of its own; one that met an error is not used again.

        What reads may take as long as it takes to count all there is: it has no `patience_s`.
        """
        connection = self._lend()
        connection.patience_s = patience_s
        try:
            yield connection
        except BaseException:
            connection.close()
            raise
        if self._closed or connection.closed:
            connection.close()
        else:
            self._idle.append(connection)

    def _lend(self) -> Connection:
        """Return an idle connection that is open still, or a new one."""
        while True:
            try:
                connection = self._idle.pop()  # one step for all threads
            except IndexError:
                return self._connect()
            if connection.is_open():
                return connection
            connection.close()

    def _connect(self) -> Connection:
        if self._closed:
            raise closed()
        connection = connect(self._url)
        try:
            _check_made(connection)
            _take_role(connection, roles_of(connection).of(self._principal))
            _check_durable(connection)
            _check_schema(connection)
        except BaseException:
            connection.close()
            raise
        return connection


class PostgresTransaction(SqlTransaction):
    """See `radiokey.base.ports.store.Transaction`."""

    __slots__ = ("_connection", "_names")

    def __init__(self, connection: Connection, *, turn: bool = False) -> None:
        execute = connection.execute
        super().__init__(Statements(statements_for("postgresql"), execute, self._stream, execute))
        self._connection = connection
        self._names = itertools.count()
        if turn:
            self._statements.run("take_turn")

    def confirm_seen(self) -> None:
        self._statements.run("confirm_seen")

    def add_units(self, units: Sequence[StoredUnit]) -> None:
        fields = StoredUnit.__struct_fields__
        into = sql.SQL("COPY unit ({}) FROM STDIN").format(sql.SQL(", ").join(map(sql.Identifier, fields)))
        try:
            with self._connection.cursor() as cursor, cursor.copy(into) as copy:
                for unit in units:
                    copy.write_row([getattr(unit, name) for name in fields])
        except psycopg.errors.UniqueViolation as error:
            raise unit_exists() from error

    def _stream(self, statement: str, values: Mapping[str, Value]) -> Iterator[Row]:
        """Yield rows through a cursor of the server, a few thousand at a time."""
        with self._connection.cursor(name=f"stream_{next(self._names)}") as cursor:
            cursor.itersize = STREAM_ROWS
            cursor.execute(statement, values)
            yield from cursor


def migrate(url: str, last: int | None = None) -> None:
    """Bring the schema up to date, or to step `last`, as the owner of the database; raise `StoreError`.

    Numbered files, each once, all in one transaction with their numbers (ADR 6). The roles of the base are
    made first where this account may make them; `DatabaseRightsError` says who can where it may not.
    """
    with _named_errors(), _connect_owner(url) as connection:
        connection.execute("BEGIN")
        _check_owner(connection)
        connection.execute(statements_for("postgresql")["take_turn"])
        connection.execute(
            "CREATE TABLE IF NOT EXISTS schema_version (version bigint PRIMARY KEY, name text NOT NULL)"
        )
        version = _version(connection)
        steps = migration_steps("postgresql")
        if version > len(steps):
            raise _newer()
        roles = roles_of(connection)
        _see_to_roles(connection, roles)
        for number, (name, script) in enumerate(steps[version:last], start=version + 1):
            connection.execute(roles.step(script).encode())
            connection.execute("INSERT INTO schema_version (version, name) VALUES (%s, %s)", (number, name))
        connection.execute("COMMIT")


@contextmanager
def owner_transaction(url: str) -> Iterator[PostgresTransaction]:
    """Bring the schema up to date and begin a transaction as the owner of the database."""
    migrate(url)
    with _named_errors(), connect(url) as connection:
        _check_durable(connection)
        connection.execute("BEGIN")
        yield PostgresTransaction(connection, turn=True)
        _commit(connection)


@contextmanager
def shared_snapshot(url: str) -> Iterator[tuple[PostgresTransaction, str, int]]:
    """Lend one state of the database as its owner, the name others can see it by, and its schema's number."""
    with _named_errors(), connect(url) as connection:
        _check_made(connection)
        connection.execute(_BEGIN_SNAPSHOT)
        row = connection.execute("SELECT pg_export_snapshot()").fetchone()
        yield PostgresTransaction(connection), rows.text(row[0] if row else None), _version(connection)


@contextmanager
def load_schema(url: str, schema: int) -> Iterator[Callable[[], PostgresTransaction]]:
    """Make the schema of that number in an empty database and have somebody fill it, as its owner.

    Until the end it says that it has no schema, so that nobody serves it; our triggers are at rest: what is
    filled in is older than they are. What is yielded begins the transaction in which it is judged.
    """
    with _named_errors(), connect(url) as connection:
        _check_durable(connection)
        if _tables(connection):
            raise UsageError(
                gettext("the database on the server is not empty"),
                hint=gettext("a backup is restored where nothing is: make another"),
            )
        migrate(url, schema)
        tables = [sql.Identifier(name) for name in _tables(connection)]
        for table in tables:
            connection.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(table))
        numbers = connection.execute("SELECT version, name FROM schema_version ORDER BY 1").fetchall()
        connection.execute("DELETE FROM schema_version")

        def begin() -> PostgresTransaction:
            connection.execute("BEGIN")
            return PostgresTransaction(connection, turn=True)

        yield begin
        for table in tables:
            connection.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(table))
        for number, name in numbers:
            connection.execute("INSERT INTO schema_version (version, name) VALUES (%s, %s)", (number, name))
        _commit(connection)
    migrate(url)


def roles_of(connection: Connection) -> Roles:
    """Return the roles of the base in this database: those that its schema lets in, else those of its name.

    A database that was renamed, and a base from when all bases of a server shared their roles, keep theirs.
    Raises `StoreError`.
    """
    named = Roles.for_database(connection.info.dbname)
    doors = [
        rows.text(name)
        for (name,) in connection.execute(
            "SELECT DISTINCT rolname FROM pg_namespace, aclexplode(nspacl) AS acl "
            "JOIN pg_roles ON pg_roles.oid = acl.grantee "
            "WHERE nspname = current_schema() AND privilege_type = 'USAGE' AND rolname LIKE %s",
            (r"radiokey%\_door",),
        )
    ]
    if not doors or named.of(Principal.DOOR) in doors:
        return named
    if len(doors) > 1:
        raise StoreError(
            gettext("the schema lets in the doors of several bases: which is its own is not known"),
            hint=gettext("revoke USAGE on the schema from those that are not"),
        )
    return Roles.of_door(doors[0])


def _connect_owner(url: str) -> Connection:
    """Connect; raise `DatabaseRightsError` where the server knows the account and keeps it out."""
    try:
        return connect(url)
    except psycopg.OperationalError as error:
        # libpq hands no SQLSTATE on here; in another language it is an error like others.
        if "permission denied for database" not in str(error):
            raise
        raise DatabaseRightsError(
            gettext("the account may not use this database, which is another's"),
            hint=gettext("a base has a database of its own, owned by the account that makes it"),
        ) from error


def _take_role(connection: Connection, role: str) -> None:
    try:
        connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(role)))
    except (psycopg.errors.InsufficientPrivilege, psycopg.errors.InvalidParameterValue) as error:
        raise _rights(connection, [role]) from error


def _check_owner(connection: Connection) -> None:
    """Raise `DatabaseRightsError` unless this account, or a role that it has, owns the database."""
    row = connection.execute(
        "SELECT pg_has_role(datdba, 'USAGE') FROM pg_database WHERE datname = current_database()"
    ).fetchone()
    if row is None or not row[0]:
        database, account = quoted(connection.info.dbname), quoted(connection.info.user)
        raise DatabaseRightsError(
            gettext(
                "the account {account} does not own the database {database}",
                account=account,
                database=database,
            ),
            hint=gettext(
                "a base has a database of its own: ALTER DATABASE {database} OWNER TO {account}, "
                "or make an empty one for it",
                database=database,
                account=account,
            ),
        )


def _see_to_roles(connection: Connection, roles: Roles) -> None:
    """Make the roles that are not there and become a member of each, where this account may.

    Raises `DatabaseRightsError`, also for a role that may do more than our steps grant it: somebody else
    made it, for something else.
    """
    membership = "SET" if connection.info.server_version >= _SETS_ROLES else "MEMBER"
    found = connection.execute(
        "SELECT name, rolname IS NOT NULL, rolname IS NOT NULL AND pg_has_role(pg_roles.oid, %s), "
        "rolcanlogin OR rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls "
        "OR EXISTS (SELECT 1 FROM pg_auth_members AS m WHERE m.member = pg_roles.oid) "
        "FROM unnest(%s::text[]) AS name LEFT JOIN pg_roles ON rolname = name ORDER BY 1",
        (membership, roles.names()),
    ).fetchall()
    if more := [rows.text(name) for name, _, _, more in found if more]:
        raise DatabaseRightsError(
            gettext("the role {quoted} may do more than the base needs", quoted=quoted(more[0])),
            hint=gettext(_ROLES_HINT),
        )
    try:
        for name, there, member, _ in found:
            role = sql.Identifier(rows.text(name))
            if not there:
                connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(role))
            if not member and not _is_superuser(connection):
                connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(role))
    except psycopg.errors.InsufficientPrivilege as error:
        raise _rights(connection, [rows.text(name) for name, _, member, _ in found if not member]) from error


def _is_superuser(connection: Connection) -> bool:
    return connection.info.parameter_status("is_superuser") == "on"


def _rights(connection: Connection, roles: Sequence[str]) -> DatabaseRightsError:
    """Return the error of an account that has not the roles of the base."""
    named = Roles.for_database(connection.info.dbname).names()
    if set(roles) <= set(named):
        hint = gettext(_ROLES_HINT)
    else:  # they are not those of its name: there they are, and only lack this account
        given = ", ".join(map(quoted, roles))
        hint = gettext(
            "a superuser of the server runs: GRANT {given} TO {account}",
            given=given,
            account=quoted(connection.info.user),
        )
    return DatabaseRightsError(
        gettext("this account has not the roles of the base, and may not make them"), hint=hint
    )


def _tables(connection: Connection) -> list[str]:
    """Return the tables of the schema that we use."""
    found = connection.execute(
        "SELECT relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace "
        "WHERE relkind IN ('r', 'p', 'v', 'm', 'f') AND nspname = current_schema() ORDER BY 1"
    )
    return [rows.text(name) for (name,) in found]


def _check_made(connection: Connection) -> None:
    row = connection.execute("SELECT to_regclass('schema_version')").fetchone()
    if row is None or row[0] is None:
        raise StoreError(
            gettext("there is no base in this database"), hint=gettext("make one: radiokey base init")
        )


def _check_schema(connection: Connection) -> None:
    version, known = _version(connection), len(migration_steps("postgresql"))
    if version > known:
        raise _newer()
    if version < known:
        raise StoreError(
            gettext("the schema of this base is not up to date"), hint=gettext("run: radiokey base init")
        )


def _check_durable(connection: Connection) -> None:
    for setting, proper in DURABLE.items():
        row = connection.execute("SELECT current_setting(%s)", (setting,)).fetchone()
        if row is None or row[0] not in proper:
            raise StoreError(
                gettext(
                    "the database server does not keep what it confirms: {setting} is off", setting=setting
                ),
                hint=gettext("set {setting} to {names}", setting=setting, names=" or ".join(sorted(proper))),
            )


def _commit(connection: Connection) -> None:
    """Commit; raise `StoreError` unless it did."""
    connection.warned = False
    _check_committed(connection, connection.execute("COMMIT"))


def _check_committed(connection: Connection, commit: "psycopg.Cursor[Any]") -> None:
    """Raise `StoreError` unless it did: a commit of a failed transaction is answered with a mere rollback.

    And one that stopped waiting for its standby is answered like any other, after a warning.
    """
    if commit.statusmessage != "COMMIT":
        raise StoreError(gettext("the database did not commit"), hint=gettext(_HINT))
    if connection.warned:
        raise StoreGoneError(
            gettext("the database did not wait until its standby had what was written"), hint=gettext(_AGAIN)
        )


def _version(connection: Connection) -> int:
    row = connection.execute("SELECT coalesce(max(version), 0) FROM schema_version").fetchone()
    return rows.count(row[0] if row else None)


def _newer() -> StoreError:
    return StoreError(
        gettext("this base was made by a newer version of Radiokey"), hint=gettext("update Radiokey")
    )


@contextmanager
def _named_errors() -> Iterator[None]:
    """Turn whatever the database says into our error; our own errors pass."""
    try:
        yield
    except RadiokeyError:
        raise
    except (psycopg.Error, OSError, UnicodeError) as error:
        # Only the first line: the others can repeat a row's values.
        said = gettext("the database says: {said}", said=str(error).partition("\n")[0])
        if is_gone(error):
            raise StoreGoneError(said, hint=gettext(_AGAIN)) from error
        raise StoreError(said, hint=gettext(_HINT)) from error
