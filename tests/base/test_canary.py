"""Canaries: units whose codes can be mistaken for nothing else, released, and then looked for in all that is left.

A code of four digits cannot be looked for: it stands everywhere by chance. These have sixteen letters and
digits. They are looked for in clear and in the spellings that a database, a dump or an address gives to text. For
every place it is shown that the search would find one that was put there.
"""

import base64
import io
import logging
import random
import subprocess
from collections.abc import Iterator
from contextlib import closing, redirect_stderr, redirect_stdout
from pathlib import Path

import psycopg
import pytest
from postgres import Server, running

from radiokey.base.bootstrap import Base, init_base, open_base, set_ledger_release
from radiokey.base.keys.seal import NONCE_SIZE
from radiokey.base.ports.store import StoredAct, StoredUnit
from radiokey.base.release.request import ReleaseRequest
from radiokey.base.sql.principals import Principal
from radiokey.base.units.ledger import LedgerRelease
from radiokey.catalogue.load import load_model
from radiokey.code.value import Code
from radiokey.errors import RadiokeyError
from radiokey.serial.number import parse
from radiokey.serial.vin import Vin

HONDA = "honda_audio5"
VIN = Vin.parse("VF1AAAAA123456789")
OTHER = Vin.parse("VF1AAAAA123456780")
ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_RANDOM = random.Random(4786)  # noqa: S311 - the same canaries in every run
CANARIES = ["".join(_RANDOM.choices(ALPHABET, k=16)) for _ in range(12)]
DEALERS = ["".join(_RANDOM.choices(ALPHABET, k=16)) for _ in range(4)]
PLANTED = "".join(_RANDOM.choices(ALPHABET, k=16))
"""Put where the others must not be, to see that it would be found."""


def spellings(code: str) -> Iterator[bytes]:
    """Yield how text shows: in clear, small, in hex, as UTF-16, in base64 at each of its three beginnings."""
    plain = code.encode()
    yield from (
        plain,
        plain.lower(),
        plain.hex().encode(),
        plain.hex().upper().encode(),
        code.encode("utf-16-le"),
    )
    for shift in range(3):
        yield base64.b64encode(b"\0" * shift + plain)[4 if shift else 0 : 20]


def hits(data: bytes, codes: list[str]) -> list[str]:
    return [code for code in codes if any(spelled in data for spelled in spellings(code))]


class Nest:
    """A hosted base with canaries in its ledger, and everything it leaves behind."""

    def __init__(self, kind: str, folder: Path, server, clock) -> None:
        self.kind, self.folder, self.server, self._clock = kind, folder, server, clock
        self.place = server.empty() if server else str(folder / "base.sqlite3")
        init_base(self.place, "codes.example.org", clock).close()
        assert set_ledger_release(self.place, LedgerRelease.DIRECT, "local", clock)  # clients have no account

    def open(self) -> Base:
        return open_base(self.place, self._clock)

    def read(self, number: int):
        return parse(f"{22_000_000 + number}", kinds=("honda-8",))

    def ask(self, number: int, request_id: str, **other) -> ReleaseRequest:
        usual = {"client": f"c{number}", "model": load_model(HONDA), "vin": VIN, "owns": True}
        return ReleaseRequest(request_id, serial=self.read(number), **usual | other)

    def hatch(self, base: Base) -> None:
        """Put a unit for each canary in the ledger."""
        assert base.ring is not None
        units = []
        with base.ring.sealing() as key:
            for number, code in enumerate(CANARIES):
                one = self.read(number).serial
                nonce = base.randomness.bytes(NONCE_SIZE)
                sealed = key.seal(one.kind, one.key, HONDA, Code(code), nonce)
                units.append(StoredUnit(one.kind, one.key, one.text, HONDA, "EU", VIN.text, key.id, sealed))
            with base.stores.of(Principal.REGISTRAR).concurrent_transaction() as transaction:
                transaction.add_units(units)

    def fly(self, base: Base) -> list[str]:
        """Release each, ask again, be refused in every way; return what was said on the way."""
        said = []
        for number, code in enumerate(CANARIES):
            for _ in range(2):
                released = base.releases.release(self.ask(number, f"r{number}"))
                assert released.code.reveal() == code
                said += [repr(released), str(released), released.receipt.encode().decode(), released.checked]
        for number, code in enumerate(DEALERS):
            released = base.releases.release(
                self.ask(90 + number, f"d{number}", model=None, answer=Code(code))
            )
            assert released.code.reveal() == code
            said += [repr(released), released.receipt.encode().decode()]
        base.blacklist.add(self.read(1), reason="taken", by="ann")
        for number, other in enumerate(
            [
                {"vin": OTHER},
                {"vin": None},
                {"owns": False},
                {"model": None},
                {"answer": Code(CANARIES[0])},
                {},
            ]
        ):
            try:
                base.releases.release(self.ask(1, f"x{number}", **other))
            except RadiokeyError as error:
                said += [repr(error), error.sentence, error.hint, str(error.facts), repr(error.__context__)]
        assert len(said) > 60
        return said

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Yield every file with something of the database, and of the secrets beside it."""
        folders = [self.folder]
        if self.kind == "postgresql":
            with psycopg.connect(self.place, autocommit=True) as owner:
                owner.execute("CHECKPOINT")
                (number,) = owner.execute(
                    "SELECT oid FROM pg_database WHERE datname = current_database()"
                ).fetchone()
            folders += [
                self.server.data / "base" / str(number),
                self.server.data / "pg_wal",
                self.server.data / "global",
            ]
            yield "the server's log", (self.server.data / "log").read_bytes()
        for folder in folders:
            for file in sorted(folder.rglob("*")):
                if file.is_file():
                    yield file.name, file.read_bytes()

    def dump(self) -> bytes:
        """Return all rows as text: a value that a page holds compressed is plain here."""
        if self.kind == "postgresql":
            command = [self.server.programs() / "pg_dump", "--inserts", self.place]
            return subprocess.run(command, capture_output=True, check=True).stdout
        import sqlite3  # noqa: PLC0415 - only here

        with closing(sqlite3.connect(self.place)) as connection:
            return "\n".join(connection.iterdump()).encode()


@pytest.fixture(scope="module")
def quiet() -> Iterator[Server]:
    """A server of their own: the journal of one that other tests use is long, and every byte of it is read."""
    with running() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def nest(request, tmp_path, clock, monkeypatch):
    folder = tmp_path / "nest"
    folder.mkdir()
    monkeypatch.setenv("RADIOKEY_SECRETS", str(folder))
    server = request.getfixturevalue("quiet") if request.param == "postgresql" else None
    return Nest(request.param, folder, server, clock)


def test_no_canary_is_in_any_file_row_or_word_that_a_release_leaves(nest, cli, caplog, tmp_path):
    """The database's files and its journal, all rows, errors, receipts, logs, an export of the log, a backup."""
    caplog.set_level(logging.DEBUG)
    every = CANARIES + DEALERS
    backup, tiles = tmp_path / "a.backup", tmp_path / "tiles"
    out, err = io.StringIO(), io.StringIO()
    with nest.open() as base, redirect_stdout(out), redirect_stderr(err):
        nest.hatch(base)
        said = nest.fly(base)
        assert hits("\n".join(said).encode(), every) == []
        found = {name: hits(data, every) for name, data in nest.files()}
    assert {name: codes for name, codes in found.items() if codes} == {}
    assert hits(nest.dump(), every) == []
    assert hits(f"{caplog.text}{out.getvalue()}{err.getvalue()}".encode(), every) == []
    programs = ("--programs", str(nest.server.programs())) if nest.server else ()
    for command in (("backup", str(backup), *programs), ("log", "export", str(tiles)), ("log", "verify")):
        ran = cli("base", *command, "--database", nest.place)
        assert ran.code == 0, ran.err
        assert hits(f"{ran.out}{ran.err}".encode(), every) == []
    for file in (backup, *(file for file in tiles.rglob("*") if file.is_file())):
        assert hits(file.read_bytes(), every) == []
    number = nest.read(0).serial.text
    own = ("--model", HONDA, "--vin", VIN.text, "--i-own-this-radio", "--database", nest.place)
    shown = cli("code", number, *own)
    shown.refused(65)  # what no such panel can key is not shown, and not repeated in the error
    assert hits(shown.err.encode(), every) == []


def test_a_canary_that_gets_out_is_found_in_each_of_these_places(nest):
    """The search itself: one planted in the audit shows in the files, in the rows, in every spelling."""
    with nest.open() as base:
        with base.stores.of(Principal.REGISTRAR).transaction() as transaction:
            transaction.add_act(StoredAct(1, "ann", "unit:search", "x", f"the code is {PLANTED}"))
        assert [name for name, data in nest.files() if hits(data, [PLANTED])]
    assert hits(nest.dump(), [PLANTED]) == [PLANTED]
    for text in (
        PLANTED,
        PLANTED.lower(),
        PLANTED.encode().hex(),
        base64.b64encode(f"x{PLANTED}".encode()).decode(),
    ):
        assert hits(f"code={text}".encode(), [*CANARIES, PLANTED]) == [PLANTED]
    assert hits(b"nothing", [PLANTED]) == []


def test_an_import_that_refuses_a_canary_says_nothing_of_it(nest, cli, tmp_path):
    """No Honda takes sixteen letters: every line is refused with its reason, and repeated nowhere."""
    file, report = tmp_path / "units.csv", tmp_path / "report.csv"
    lines = [f"{22_000_100 + number},{HONDA},EU,{VIN.text},{code}" for number, code in enumerate(CANARIES)]
    file.write_text("\n".join(["serial,model,market,vin,code", *lines, ""]))
    ran = cli("base", "import", file, "--report", report, "--database", nest.place)
    said = f"{ran.out}{ran.err}{report.read_text()}"
    assert report.read_text().count("\n") == len(CANARIES) + 1
    assert hits(said.encode(), CANARIES) == []
    assert hits(nest.dump(), CANARIES) == []
