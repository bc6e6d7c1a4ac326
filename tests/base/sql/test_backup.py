"""Backups of both databases: one state, whole or not at all, restored where nothing is and only if the log verifies."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from radiokey.base.bootstrap import init_base, open_base
from radiokey.base.location import parse_location
from radiokey.base.sql import backup_file as backupfile
from radiokey.base.sql.backup import back_up, restore
from radiokey.base.sql.dump import Programs
from radiokey.errors import InputError, LogError, StolenError, StoreError, UsageError
from radiokey.serial.number import parse

STOLEN = "BP538769684801"
ROWS = [
    "INSERT INTO unit (kind, number, serial, model, market, vin, key, sealed) SELECT 'honda-8', '22000001', '22000001', 'honda_audio5', 'EU', '', 'k', leaf FROM log_entry WHERE idx = 0",
    "INSERT INTO import_step (file, lines, byte_offset, accepted, refused, at_ms, by) VALUES ('f', 1, 2, 1, 0, 3, 'x')",
    "INSERT INTO coverage (file, byte_offset, model, units, at_ms) VALUES ('f', 2, 'honda_audio5', 1, 3)",
    "INSERT INTO token (id, hashed, account, organisation, scopes, made_at_ms, expires_at_ms, by) SELECT 't', hash, 'a', 'o', 's', 1, 2, 'x' FROM log_node WHERE level = 0 AND idx = 0",
    "INSERT INTO token_end (id, at_ms, by) VALUES ('t', 1, 'x')",
    "INSERT INTO audit (at_ms, who, act, subject, detail) VALUES (1, 'ann', 'unit:search', 's', 'two\nlines, \\ and \t')",
    "INSERT INTO clearing (id, kind, number, vin, label, reason, papers, by, at_ms) VALUES ('c', 'bp12', 'x', '', '', 'found', 'p', 'ann', 1)",
    "INSERT INTO clearing (id, kind, number, vin, label, reason, papers, by, at_ms) VALUES ('d', 'bp12', 'x', '', '', 'found', 'abababababababababababababababababababababababababababababababab', 'ann', 1)",
    "INSERT INTO clearing_paper (clearing, at_ms, media, received_sha256, stored_sha256, key, sealed) SELECT 'd', 1, 'image/png', papers, papers, 'k', leaf FROM log_entry, clearing WHERE idx = 0 AND clearing.id = 'd'",
    "INSERT INTO clearing_end (clearing, at_ms, by, reason) VALUES ('d', 2, 'ann', 'the wrong file')",
    "INSERT INTO mark (act, kind, number, vin, label, reason, by, at_ms, clearing) VALUES ('cleared', 'bp12', 'x', '', '', 'found', 'bob', 2, 'c')",
    "INSERT INTO grant_proposal (id, what, kind, number, serial, chip, counter, reason, papers, by, at_ms) SELECT 'g', 'pairing-end', 'bp12', 'x', 'x', '', 3, 'sold', papers, 'ann', 1 FROM clearing WHERE id = 'd'",
    "INSERT INTO unit_digest (kind, number, digest, at_ms) SELECT 'bp12', 'x', substr(hash, 1, 16), 1 FROM log_node WHERE level = 0 AND idx = 0",
    "INSERT INTO log_cosignature (size, witness, line) SELECT max(size), 'w', 'line' FROM log_checkpoint",
    "INSERT INTO request (id, organisation, requester, kind, number, serial, label, model, make, vin, language, at_ms) VALUES ('q', 'o', 'owner', 'bp12', 'x', 'x', '', '', '', '', 'en', 1)",
    "INSERT INTO request_act (request, number, act, by, at_ms, state, due_ms, detail) VALUES ('q', 1, 'opened', 'owner', 1, 'draft', 2, '')",
    "INSERT INTO message (request, side, by, at_ms, text) VALUES ('q', 'owner', 'owner', 1, 'hello')",
    "INSERT INTO outbox (request, number, template, language) VALUES ('q', 1, 'opened', 'en')",
    "INSERT INTO paper (id, request, kind, at_ms, media, received_sha256, stored_sha256, key, sealed) SELECT 'p', 'q', 'registration', 1, 'image/png', one.t, one.t, 'k', leaf FROM log_entry, (SELECT 'abababababababababababababababababababababababababababababababab' AS t) AS one WHERE idx = 0",
    "INSERT INTO outbox_refused (id, at_ms, reply) SELECT id, 1, 550 FROM outbox",
    "INSERT INTO outbox_sent (id, at_ms) SELECT id, 1 FROM outbox",
    "INSERT INTO outbox_given_up (id, at_ms, tries) VALUES (1, 1, 100)",
    "INSERT INTO outbox_waiting (id, request, at_ms, tries, next_ms) VALUES (1, 'q', 1, 2, 3)",
    "INSERT INTO outbox_server (id, failures, next_ms) VALUES (1, 2, 3)",
    "INSERT INTO organisation (id, name, kind, at_ms, by) VALUES ('o', 'Office', 'office', 1, 'local')",
    "INSERT INTO organisation_shown (organisation, number, address, register, covers, data_until, price, at_ms, by) VALUES ('o', 1, '', '', '', '', '', 1, 'local')",
    "INSERT INTO account (name, role, organisation, display, handle, at_ms, by) SELECT 'ann', 'clerk', 'o', 'Ann', substr(hash, 1, 16), 1, 'local' FROM log_node WHERE level = 0 AND idx = 0",
    "INSERT INTO enrolment (hashed, account, kind, at_ms, expires_at_ms, by) SELECT hash, 'ann', 'invited', 1, 2, 'local' FROM log_node WHERE level = 0 AND idx = 0",
    "INSERT INTO enrolment_used (hashed, at_ms) SELECT hashed, 1 FROM enrolment",
    "INSERT INTO passkey (id, account, public_key, label, challenge, at_ms, counter, used_ms) SELECT hashed, 'ann', hashed, 'phone', hashed, 1, 3, 4 FROM enrolment",
    "INSERT INTO recovery_code (hashed, account, at_ms) SELECT hashed, 'ann', 1 FROM enrolment",
    "INSERT INTO recovery_code_end (hashed, at_ms, reason) SELECT hashed, 1, 'used' FROM enrolment",
    "INSERT INTO session (hashed, account, passkey, challenge, at_ms, expires_at_ms, seen_ms) SELECT hashed, 'ann', hashed, hashed, 1, 2, 1 FROM enrolment",
    "INSERT INTO session_end (hashed, at_ms, by) SELECT hashed, 1, 'ann' FROM enrolment",
    "INSERT INTO confirmation (challenge, account, act, at_ms) SELECT hashed, 'ann', 'x', 1 FROM enrolment",
    "INSERT INTO passkey_end (id, at_ms, by, reason) SELECT hashed, 1, 'ann', 'removed' FROM enrolment",
    "INSERT INTO account_end (name, at_ms, by) VALUES ('ann', 1, 'local')",
    "INSERT INTO setting (name, value, at_ms, by) VALUES ('ledger', 'direct', 1, 'local')",
    "INSERT INTO poll_answer (model, often) VALUES ('renault_86a', 'never')",
]
"""What is in every other table; a new table without a row here fails the test of what comes back."""


EMPTY = ["contact"]
"""An address is sealed, has a size, and is let go: a row of it says nothing that others do not."""


class Site:
    """A hosted base with a history, and places to restore it to."""

    def __init__(self, kind: str, tmp_path: Path, postgres, clock, ask) -> None:
        self._kind, self._tmp, self._postgres, self._clock, self._ask = kind, tmp_path, postgres, clock, ask
        self.programs = Programs(postgres().programs() if kind == "postgresql" else None)
        self.file = tmp_path / "a.backup"
        self.here = self.empty("here")
        init_base(self.here, "codes.example.org", clock).close()

    def empty(self, name: str) -> str:
        """Return a place where no base is; the secrets are in a folder of that name."""
        (self._tmp / name).mkdir()
        return (
            self._postgres().empty() if self._kind == "postgresql" else str(self._tmp / name / "base.sqlite3")
        )

    def secrets(self, monkeypatch, name: str) -> None:
        monkeypatch.setenv("RADIOKEY_SECRETS", str(self._tmp / name))

    def copy_secrets(self, name: str, ends=("key", "keys", "head")) -> None:
        ours = "base" if self._kind == "postgresql" else "base.sqlite3"
        for end in ends:
            shutil.copy(self._tmp / "here" / f"{ours}.{end}", self._tmp / name / f"{ours}.{end}")

    def secret(self, name: str, end: str) -> Path:
        ours = "base" if self._kind == "postgresql" else "base.sqlite3"
        return self._tmp / name / f"{ours}.{end}"

    def release(self, place: str, *ids: str):
        with open_base(place, self._clock) as base:
            return [base.releases.release(self._ask(name)) for name in ids]

    def connect(self, place: str):
        """Connect as the owner of the database, past every store."""
        if self._kind == "postgresql":
            return closing(psycopg.connect(place, autocommit=True))
        return closing(sqlite3.connect(place, isolation_level=None))

    def fill(self) -> None:
        """Put a row into every table that a release leaves empty."""
        with self.connect(self.here) as connection:
            for statement in ROWS:
                connection.execute(statement)

    def rows(self, place: str) -> dict[str, list[str]]:
        """Return every row of every table, as text."""
        with self.connect(place) as connection:
            if self._kind == "postgresql":
                listed = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
            else:
                listed = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
            tables = [name for (name,) in connection.execute(listed).fetchall()]
            return {name: sorted(map(str, connection.execute(f"SELECT * FROM {name}"))) for name in tables}  # noqa: S608

    def back_up(self):
        return back_up(parse_location(self.here), self.file, self._clock, self.programs)

    def restore(self, place: str, accept_lost: int = 0):
        return restore(parse_location(place), self.file, self._clock, self.programs, accept_lost)


@pytest.fixture(params=["sqlite", "postgresql"])
def site(request, tmp_path, clock, ask, monkeypatch):
    monkeypatch.setenv("RADIOKEY_SECRETS", str(tmp_path / "here"))
    return Site(request.param, tmp_path, lambda: request.getfixturevalue("postgres"), clock, ask)


def test_a_base_comes_back_as_it_was_and_goes_on(site, clock, monkeypatch):
    released = site.release(site.here, "r1", "r2", "r3")
    with open_base(site.here, clock) as base:
        base.blacklist.add(parse(STOLEN), reason="taken")
    site.fill()
    held = site.rows(site.here)
    assert [table for table, rows in held.items() if not rows] == EMPTY
    done = site.back_up()
    assert (done.header.origin, done.header.size) == ("codes.example.org", 3)
    assert done.length == site.file.stat().st_size
    there = site.empty("there")
    site.copy_secrets("there")
    site.secrets(monkeypatch, "there")
    restored = site.restore(there)
    assert (restored.checkpoint.size, restored.lost) == (3, 0)
    assert site.rows(there) == held
    again = site.release(there, "r1", "r2", "r3")
    assert [(one.repeated, one.receipt) for one in again] == [(True, one.receipt) for one in released]
    assert not site.release(there, "r4")[0].repeated
    with open_base(there, clock) as base:
        assert base.verify().size == 4
        assert base.organisation == "codes.example.org"
        with pytest.raises(StolenError):
            base.releases.release(site._ask("s", STOLEN))
        base.blacklist.add(parse("BP538769684802"), reason="taken later")
        assert [mark.reason for mark in base.blacklist.list()] == ["taken", "taken later"]


def test_a_backup_is_one_state_while_releases_go_on(site, monkeypatch):
    """Between any two pieces of it another release is committed."""
    site.release(site.here, "r1", "r2")
    write, names = backupfile.write, iter(range(1_000))

    def with_releases(file, header, payload):
        def pieces():
            for piece in payload:
                site.release(site.here, f"meanwhile-{next(names)}")
                yield piece

        site.release(site.here, f"meanwhile-{next(names)}")
        return write(file, header, pieces())

    monkeypatch.setattr(backupfile, "write", with_releases)
    site.back_up()
    assert next(names) > 1
    there = site.empty("there")
    site.copy_secrets("there", ("key", "keys"))
    site.secrets(monkeypatch, "there")
    assert site.restore(there).checkpoint.size == 2


def test_where_something_is_nothing_is_restored(site, clock):
    site.release(site.here, "r1")
    site.back_up()
    with pytest.raises(UsageError):
        site.restore(site.here)
    with open_base(site.here, clock) as base:
        assert base.verify().size == 1


def test_a_backup_replaces_no_file(site):
    site.file.write_text("mine")
    with pytest.raises(UsageError):
        site.back_up()
    assert site.file.read_text() == "mine"


def test_without_the_key_that_signed_nothing_is_served(site, monkeypatch):
    """Missing it is said before anything is made; another one is found when the log is verified."""
    site.release(site.here, "r1")
    site.back_up()
    there = site.empty("there")
    site.secrets(monkeypatch, "there")
    with pytest.raises(StoreError, match="key that signs the log is not here"):
        site.restore(there)
    site.secret("there", "key").write_bytes(b"x" * 32)
    with pytest.raises(LogError):
        site.restore(there)
    if site._kind == "sqlite":
        assert [file.name for file in Path(there).parent.iterdir()] == ["base.sqlite3.key"]
    else:
        with pytest.raises(StoreError):
            open_base(there)
        with pytest.raises(StoreError):
            init_base(there, "codes.example.org")


def damaged(whole: bytes, header: int):
    """Yield the ways in which a file can be damaged: ends and flips in every part of it."""
    for length in (
        0,
        5,
        header - 1,
        header,
        header + 1,
        len(whole) // 2,
        len(whole) - 33,
        len(whole) - 32,
        len(whole) - 1,
    ):
        yield whole[:length]
    places = {*range(0, header + 4, 3), len(whole) // 2, *range(len(whole) - 34, len(whole), 3)}
    for place in sorted(places):
        yield whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :]
    yield whole + b"x"


def test_a_damaged_backup_is_refused_before_anything_is_made(site, monkeypatch):
    site.release(site.here, "r1")
    site.back_up()
    whole = site.file.read_bytes()
    there = site.empty("there")
    site.copy_secrets("there")
    site.secrets(monkeypatch, "there")
    tried = 0
    for bad in damaged(whole, whole.index(b"\n", 16) + 1):
        site.file.write_bytes(bad)
        with pytest.raises(InputError):
            site.restore(there)
        tried += 1
    assert tried > 50
    site.file.write_bytes(whole)
    assert site.restore(there).checkpoint.size == 1


def test_an_older_backup_than_the_head_is_told_and_taken_only_with_the_number_of_what_is_lost(
    site, clock, monkeypatch
):
    """What is missing was released: people hold receipts for it."""
    site.release(site.here, "r1", "r2")
    site.back_up()
    site.release(site.here, "r3", "r4", "r5")
    for number, accepted in enumerate((0, 1, 4)):
        there = site.empty(f"no-{number}")
        site.copy_secrets(f"no-{number}")
        site.secrets(monkeypatch, f"no-{number}")
        with pytest.raises(LogError, match="lacks the last 3") as caught:
            site.restore(there, accepted)
        assert "--accept-lost 3" in caught.value.hint
    there = site.empty("there")
    site.copy_secrets("there")
    site.secrets(monkeypatch, "there")
    assert site.restore(there, 3).lost == 3
    assert site.secret("there", "head.lost-5").exists()
    site.release(there, "r6")
    with open_base(there, clock) as base:
        assert base.verify().size == 3
    connect = psycopg.connect if site._kind == "postgresql" else sqlite3.connect
    connection = connect(there)
    acts = connection.execute("SELECT act, detail FROM audit").fetchall()
    connection.close()
    assert acts == [("log:lost", "2 of 5 signed entries restored")]


def test_a_loss_that_did_not_happen_is_not_accepted(site, monkeypatch):
    site.release(site.here, "r1")
    site.back_up()
    there = site.empty("there")
    site.copy_secrets("there")
    site.secrets(monkeypatch, "there")
    with pytest.raises(LogError, match="lacks no entry"):
        site.restore(there, 1)


def test_a_fork_is_no_older_backup(site, monkeypatch):
    """More entries than the head, under the same key, and another history: no option helps."""
    site.release(site.here, "r1")
    site.back_up()
    site.release(site.here, "r2")
    there = site.empty("there")
    site.copy_secrets("there", ("key", "keys"))
    site.secrets(monkeypatch, "there")
    site.restore(there)
    site.release(there, "x2", "x3")
    site.here, site.file = there, site.file.with_name("fork.backup")
    site.back_up()
    for accepted in (0, 1):
        last = site.empty(f"last-{accepted}")
        site.copy_secrets(f"last-{accepted}")
        site.secrets(monkeypatch, f"last-{accepted}")
        with pytest.raises(LogError, match=("lacks no entry" if accepted else "forked")):
            site.restore(last, accepted)


def test_a_backup_holds_no_key(site):
    site.release(site.here, "r1")
    site.back_up()
    whole = site.file.read_bytes()
    key, ring = site.secret("here", "key").read_bytes(), site.secret("here", "keys").read_bytes()
    assert key not in whole
    assert key.hex().encode() not in whole
    assert ring[60:90] not in whole


def test_only_its_owner_reads_a_backup(site):
    site.back_up()
    assert site.file.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in site.file.parent.iterdir() if "backup" in file.name] == ["a.backup"]


@pytest.mark.parametrize("site", ["postgresql"], indirect=True)
def test_a_missing_program_is_named(site, tmp_path):
    site.programs = Programs(tmp_path)
    with pytest.raises(StoreError, match="pg_dump is not here") as caught:
        site.back_up()
    assert "--programs" in caught.value.hint
    assert not site.file.exists()


@pytest.mark.parametrize("site", ["postgresql"], indirect=True)
def test_the_address_of_a_server_is_no_argument_of_a_process(site, monkeypatch):
    """It can hold a password."""
    import subprocess  # noqa: PLC0415 - only here

    started, popen = [], subprocess.Popen
    monkeypatch.setattr(
        subprocess, "Popen", lambda command, **how: started.append(command) or popen(command, **how)
    )
    site.back_up()
    assert started
    assert not [part for command in started for part in command if "postgres" in part and "://" in part]


def test_a_backup_of_another_database_is_told(tmp_path, clock, ask, monkeypatch, postgres):
    monkeypatch.setenv("RADIOKEY_SECRETS", str(tmp_path / "here"))
    site = Site("sqlite", tmp_path, lambda: postgres, clock, ask)
    site.back_up()
    with pytest.raises(UsageError, match="sqlite"):
        site.restore(postgres.empty())
