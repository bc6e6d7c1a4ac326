"""Rows 12 and 13 walked from the car to the base and back, with a UDS client that is not ours at the plug.

The unit, its car and the base that answers are processes of their own; two people of the base act through its
service on the same database.
"""

import json
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing, contextmanager

import pytest
from doipclient import DoIPClient
from doipclient.connectors import DoIPClientUDSConnector
from served_unit import served
from sqlite_base import fresh
from udsoncan import DidCodec
from udsoncan.client import Client

from radiokey.base.bootstrap import SystemClock, SystemRandomness, init_base, open_base
from radiokey.base.limits import LimitedClient
from radiokey.base.sql.principals import Principal
from radiokey.base.units.factory import Factory
from radiokey.catalogue.load import load_model
from radiokey.code.signed import Challenge
from radiokey.errors import RefusedError, StolenError
from radiokey.headunit.sync import answer_lines, challenge_from_lines
from radiokey.serial.number import parse

OWN, OTHER = "VF1LM1B0H35000001", "VF1LM1B0H35000002"
MODEL, SERIAL, CODE = "honda_audio5", "22000001", "31415"
PAPERS = "ab" * 32
READING = parse(SERIAL, kinds=("honda-8",))
CLIENT = LimitedClient("somebody at the base")


class Rest(DidCodec):
    def encode(self, value):
        return value

    def decode(self, data):
        return bytes(data)

    def __len__(self):
        raise DidCodec.ReadAllRemainingData


@contextmanager
def udsoncan_at(unit):
    """udsoncan over doipclient."""
    text = CODE.encode().ljust(16, b"\0")
    config = {
        "data_identifiers": {"default": Rest},
        "security_algo": lambda level, seed, params: bytes(a ^ b for a, b in zip(text, seed, strict=True)),  # noqa: ARG005
    }
    doip = DoIPClient("127.0.0.1", 0x00E0, tcp_port=unit.port, client_logical_address=0x0E00)
    with Client(DoIPClientUDSConnector(doip, close_connection=True), config=config) as client:
        yield client


def unlock(client):
    """Key the code in at the plug."""
    client.change_session(3)
    client.unlock_security_access(1)


def state(client):
    return client.read_data_by_identifier_first([0xFD02]).decode()


def routine(client, number, data=None):
    """Start a routine; return what it says of itself. A session that nobody used is over by then (S3)."""
    client.change_session(3)
    return client.routine_control(number, 1, data).data[3:]


def turn_on(unit):
    """Turn the ignition: the unit listens to its car anew."""
    unit.do("ignition off")
    unit.do("ignition on")


def pair(unit, client):
    """Key the code in, so that the unit takes the car for its own."""
    unlock(client)
    unit.wait_for(state="playing", paired=False)
    turn_on(unit)
    return unit.wait_for(bus="heard", paired=True, state="playing")["car"]


@pytest.fixture
def base(tmp_path):
    """A hosted base that knows the unit, and the key that the unit was made with."""
    place = fresh(tmp_path / "codes.sqlite3")
    init_base(place, "codes.example.org", SystemClock()).close()
    with open_base(place, SystemClock()) as opened:
        with opened.ring.sealing() as key:
            unit = Factory(key, SystemRandomness()).make(load_model(MODEL), READING.serial, "eu", None)
        with opened.stores.of(Principal.REGISTRAR).concurrent_transaction() as transaction:
            transaction.add_units([unit])
        (tmp_path / "signer").write_text(opened.grants.public.hex())
        yield opened


def made(tmp_path, *options):
    """Serve a training unit of this base."""
    told = ("--model", MODEL, "--code", CODE, "--serial", SERIAL, "--signer", str(tmp_path / "signer"))
    return served(tmp_path, *told, *options)


@contextmanager
def process(*command):
    """Run a command of ours; lend it once it has said its first line."""
    ours = [sys.executable, "-m", "radiokey", *command]
    pipe = subprocess.PIPE
    with subprocess.Popen(ours, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as one:
        first = one.stdout.readline()
        try:
            assert first, one.stderr.read()
            yield one, first
        finally:
            one.send_signal(signal.SIGTERM)
            one.communicate()


def test_a_paired_unit_in_another_car_is_protected_until_two_people_of_the_base_end_it(base, tmp_path):
    with (
        process("unit", "car", "--vin", OWN, "--doip", "127.0.0.1:0", "--json") as (car, said),
        made(tmp_path, "--pairs", "--car", f"doip://{json.loads(said)['doip']}") as unit,
        udsoncan_at(unit) as client,
    ):

        def put_into(vin):
            car.stdin.write(f"vin {vin}\n")
            car.stdin.flush()
            turn_on(unit)

        assert pair(unit, client) == OWN
        put_into(OTHER)
        assert unit.wait_for(state="protected")["errors"] == 0
        assert state(client) == "protected"
        number = int.from_bytes(routine(client, 0x0304))
        ended = base.grants.propose_pairing_end(
            READING, paired=number, reason="sold", papers=PAPERS, by="kim"
        )
        with pytest.raises(RefusedError):
            base.grants.sign(ended.id, by="kim")
        word = base.grants.sign(ended.id, by="uma").data
        assert routine(client, 0x0304, word[:-1] + bytes([word[-1] ^ 1])) == b"\x01"
        assert state(client) == "protected"
        assert routine(client, 0x0304, word) == b"\x00"
        assert state(client) == "asks"
        assert pair(unit, client) == OTHER
        assert routine(client, 0x0304, word) == b"\x01", "the same word ends no later pairing"
    with base.stores.of(Principal.AUDITOR).snapshot() as seen:
        acts = [(act.who, act.act) for act in seen.acts() if act.act.startswith("grant")]
    assert acts == [("kim", "grant:propose")]
    assert base.verify().size == 1


def test_a_thief_who_knows_the_vin_has_a_unit_that_plays_and_one_who_guesses_has_none(base, tmp_path):
    """What a spoofed VIN costs, as docs/spec/pairing.md says it; the second lock is another matter."""
    del base
    with process("unit", "car", "--vin", OWN, "--doip", "127.0.0.1:0", "--json") as (car, said):
        around = ("--car", f"doip://{json.loads(said)['doip']}")

        def say(line):
            car.stdin.write(f"{line}\n")
            car.stdin.flush()

        with made(tmp_path, "--pairs", *around) as unit, udsoncan_at(unit) as client:
            pair(unit, client)
            unit.end()
        say(f"vin {OTHER}")  # on the thief's bench, after an hour without supply
        with made(tmp_path, *around, "--off", "3600000") as unit:
            assert unit.wait_for(state="protected")["errors"] == 0
            say("silent")
            unit.wait_for(bus="silent", state="protected")
            say("noisy")
            unit.wait_for(bus="noisy", state="protected")
            say(f"vin {OWN}")  # he read it through the windscreen
            turn_on(unit)
            unit.wait_for(state="playing")


def test_the_code_is_right_and_the_unit_asks_its_base_by_the_net_by_hand_and_over_the_plug(base, tmp_path):
    before = tmp_path / "older.sqlite3"
    for secret in ("key", "units", "keys"):
        shutil.copy(tmp_path / f"codes.sqlite3.{secret}", f"{before}.{secret}")
    with (
        closing(sqlite3.connect(tmp_path / "codes.sqlite3")) as now,
        closing(sqlite3.connect(before)) as then,
    ):
        now.backup(then)
    serving = ("serve", "--port", "0", "--database", str(tmp_path / "codes.sqlite3"))
    with process(*serving) as (_, said):
        at = re.search(r"http://\S+", said)[0]
        with (
            made(tmp_path, "--second-lock", "--base", at, "--off", "60000") as unit,
            udsoncan_at(unit) as client,
        ):
            unlock(client)
            asked = unit.wait_for(state="sync")
            assert (asked["display"], asked["errors"], len(asked["challenge"])) == ("SYNC", 0, 2)
            unit.wait_for(state="playing")
            assert base.verify().size == 1
            unit.end()

    def locked():
        """Serve it again, long without supply, and without a net; the code is keyed in at the plug."""
        return made(tmp_path, "--off", "3600000")

    with locked() as unit, udsoncan_at(unit) as client:
        unlock(client)
        lines = unit.wait_for(state="sync")["challenge"]
        asked = challenge_from_lines(SERIAL, " ".join(lines))
        answer = base.grants.answer(READING, asked, CLIENT).data
        unit.do("answer " + " ".join(answer_lines(answer)).lower())
        unit.wait_for(state="playing")
        unit.end()
    with locked() as unit, udsoncan_at(unit) as client:
        unlock(client)
        assert state(client) == "synchronises"
        now = Challenge.parse(routine(client, 0x0303))
        assert (now.serial, now.asked > asked.asked, now.nonce != asked.nonce) == (SERIAL, True, True)
        assert routine(client, 0x0303, b"junk") == b"\x03"
        assert routine(client, 0x0303, answer) == b"\x06", "an answer to an earlier question"
        with open_base(before, SystemClock()) as put_back:
            old = put_back.grants.answer(READING, now, CLIENT).data
        assert routine(client, 0x0303, old) == b"\x07", "a base that was put back"
        lost = base.grants.answer(READING, now, CLIENT)
        again = base.grants.answer(READING, now, CLIENT)
        assert (again.data, again.repeated) == (lost.data, True)
        assert routine(client, 0x0303, lost.data[:-1] + b"\0") == b"\x04"
        base.blacklist.add(READING, reason="police report")
        with pytest.raises(StolenError):
            base.grants.answer(READING, now, CLIENT)
        assert state(client) == "synchronises"
        assert routine(client, 0x0303, again.data) == b"\x00"
        assert routine(client, 0x0303, again.data) == b"\x02"
        assert unit.wait_for(state="playing")["errors"] == 0
