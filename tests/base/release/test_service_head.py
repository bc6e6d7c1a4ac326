"""The door remembers what it signed before a code leaves, and never releases from a database that went back."""

import shutil
import sqlite3
from contextlib import closing

import pytest

from radiokey.base.bootstrap import open_base
from radiokey.base.log.head import HeadFile
from radiokey.errors import LogError, StoreError


def head_of(base, database):
    return HeadFile(database.with_name(f"{database.name}.head"), base.log.key).checkpoint()


def test_whatever_leaves_is_remembered_first(base, ask, database):
    for number in range(3):
        receipt = base.releases.release(ask(f"r{number}")).receipt
        assert head_of(base, database) == base.log.checkpoint()
        assert head_of(base, database).size == receipt.size


def test_no_code_leaves_that_cannot_be_remembered_and_a_repeat_gets_it_later(base, ask, database):
    base.releases.release(ask("before"))
    block = database.with_name(f"{database.name}.head.new")
    block.mkdir()
    for _ in range(2):  # the repeat finds its release in the database, and still nothing that remembers it
        with pytest.raises(StoreError):
            base.releases.release(ask("r"))
    block.rmdir()
    assert base.releases.release(ask("r")).repeated
    assert head_of(base, database).size == 2


def test_a_base_of_before_begins_to_remember(base, ask, database, reopen):
    base.releases.release(ask("r"))
    database.with_name(f"{database.name}.head").unlink()
    reopen().releases.release(ask("r2"))
    assert head_of(base, database).size == 2


def test_a_base_put_back_from_a_backup_of_yesterday_says_so(base, ask, database, tmp_path, clock):
    base.releases.release(ask("r"))
    yesterday = tmp_path / "yesterday"
    with closing(sqlite3.connect(database)) as live, closing(sqlite3.connect(yesterday)) as kept:
        live.backup(kept)
    base.releases.release(ask("r2"))
    base.close()
    for end in ("", "-wal", "-shm"):
        database.with_name(f"{database.name}{end}").unlink(missing_ok=True)
    shutil.copy(yesterday, database)
    with open_base(database, clock) as back:
        with pytest.raises(LogError, match="rolled back"):
            back.releases.release(ask("r3"))
        with pytest.raises(LogError, match="rolled back"):
            back.verify()


def test_a_server_remembers_what_another_one_signed_once_it_is_looked_at(base, ask, database, reopen):
    """Each machine that serves has a head of its own; one that signs nothing would notice nothing."""
    head = database.with_name(f"{database.name}.head")
    base.releases.release(ask("r"))
    own = head.read_bytes()
    base.releases.release(ask("r2"))
    head.write_bytes(own)  # as on another machine
    reopen().check_able()
    assert head_of(base, database).size == 2
    head.unlink()
    base.check_able()
    assert not head.exists(), "one that was taken away is not made up"
