"""Rows 12 and 13 walked from the car to the base and back, with a UDS client that is not ours at the plug.

The unit, its car and the base that answers are processes of their own; two people of the base act through its
service on the same database.
"""

import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections import defaultdict
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest
from doipclient import DoIPClient
from doipclient.connectors import DoIPClientUDSConnector
from loaded import Forked, put_command
from served_unit import served, where_loaded
from udsoncan import DidCodec
from udsoncan.client import Client

from radiokey.base.bootstrap import SystemClock, open_base
from radiokey.base.limits import LimitedClient
from radiokey.base.sql.principals import Principal
from radiokey.code.signed import Challenge
from radiokey.errors import RefusedError, StolenError
from radiokey.headunit.sync import answer_lines, challenge_from_lines
from radiokey.serial.number import parse
from radiokey.web.draw.qr import qr_lines

HOW_TO, NAME = Path(__file__).parents[2] / "docs" / "how-to", "car-and-base.md"
BLOCKS = defaultdict(list)
for found in re.finditer(
    r"^```(\w+)\n(.*?)^```$", (HOW_TO / NAME).read_text("utf-8"), re.MULTILINE | re.DOTALL
):
    BLOCKS[found[1]].append(found[2])
UNIT_IN_A_CAR, NAVIGATION = (one.strip() for one in BLOCKS["sh"] if one.startswith("radiokey unit serve"))
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
    """udsoncan over doipclient; the how-to's program has the address 0E00 for itself."""
    text = CODE.encode().ljust(16, b"\0")
    config = {
        "data_identifiers": {"default": Rest},
        "security_algo": lambda level, seed, params: bytes(a ^ b for a, b in zip(text, seed, strict=True)),  # noqa: ARG005
    }
    doip = DoIPClient("127.0.0.1", 0x00E0, tcp_port=unit.port, client_logical_address=0x0E01)
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


def program(tmp_path, unit, *signed):
    """Run the how-to's program, as it stands there but for the port; return the number that it prints."""
    (text,) = BLOCKS["python"]
    script = tmp_path / "tester.py"
    script.write_text(text.replace("PORT = 13400", f"PORT = {unit.port}"))
    ran = subprocess.run((sys.executable, script, *signed), capture_output=True, text=True, check=True)
    return int(ran.stdout)


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


def printed(begin, **here):
    """Return the command of the how-to that begins so, with free ports, and `here` in place of its words."""
    (line,) = [line for block in BLOCKS["sh"] for line in block.splitlines() if line.startswith(begin)]
    places = {"127.0.0.1:13400": "127.0.0.1:0", "127.0.0.1:13401": "127.0.0.1:0"} | here
    return [places.get(word, word) for word in line.split()[1:]]


@pytest.fixture(scope="module")
def shell(tmp_path_factory):
    """A folder in which the how-to's first commands were typed."""
    folder = tmp_path_factory.mktemp("base")
    (folder / "units.csv").write_text(BLOCKS["csv"][0])
    put_command(folder / "radiokey", where_loaded(), folder / "pid")
    path = {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}
    subprocess.run(["/bin/sh", "-eu"], input=BLOCKS["sh"][0], cwd=folder, env=path, text=True, check=True)
    return folder


def copied(base, place):
    """Copy a base, as somebody does who wants it back one day."""
    with closing(sqlite3.connect(base)) as now, closing(sqlite3.connect(place)) as then:
        now.backup(then)
    for secret in ("key", "units", "keys"):
        shutil.copy(f"{base}.{secret}", f"{place}.{secret}")


@pytest.fixture
def base(shell, tmp_path):
    """A hosted base that knows the unit, and the key that the unit was made with."""
    copied(shell / "codes.sqlite3", tmp_path / "codes.sqlite3")
    shutil.copy(shell / "signer", tmp_path / "signer")
    with open_base(tmp_path / "codes.sqlite3", SystemClock()) as opened:
        yield opened


def made(tmp_path, *options):
    """Serve a unit of this base in these files, the same again if they are there."""
    told = ("--model", MODEL, "--code", CODE, "--serial", SERIAL, "--signer", str(tmp_path / "signer"))
    return served(tmp_path, *told, *options)


def as_printed(tmp_path, begin, **here):
    """Serve the unit of the how-to: what is its own of that command, in these files."""
    words = printed(begin, signer=str(tmp_path / "signer"), **here)
    for option in ("--doip", "--state", "--device"):
        at = words.index(option)
        del words[at : at + 2]
    return served(tmp_path, *words[2:])


@contextmanager
def process(*command):
    """Run a command of ours; lend it once it has said its first line."""
    pipe = subprocess.PIPE
    with Forked(where_loaded(), *command, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as one:
        first = one.stdout.readline()
        try:
            assert first, one.stderr.read()
            yield one, first
        finally:
            one.send_signal(signal.SIGTERM)
            one.communicate()


def test_a_paired_unit_in_another_car_is_protected_until_two_people_of_the_base_end_it(base, tmp_path):
    """And what a spoofed VIN costs a thief on his bench, as docs/spec/pairing.md says it: the VIN, nothing else."""
    with ExitStack() as stack:
        car, said = stack.enter_context(process(*printed("radiokey unit car"), "--json"))
        there = {"doip://127.0.0.1:13401": f"doip://{json.loads(said)['doip']}"}
        unit = stack.enter_context(as_printed(tmp_path, UNIT_IN_A_CAR, **there))
        client = stack.enter_context(udsoncan_at(unit))

        def happens(line):
            car.stdin.write(f"{line}\n")
            car.stdin.flush()

        assert pair(unit, client) == OWN
        happens(f"vin {OTHER}")
        unit.do("cut 3600000")
        assert unit.wait_for(state="protected")["errors"] == 0
        happens("silent")
        unit.wait_for(bus="silent", state="protected")
        happens("noisy")
        unit.wait_for(bus="noisy", state="protected")
        happens(f"vin {OWN}")  # he read it through the windscreen
        turn_on(unit)
        unit.wait_for(state="playing")
        happens(f"vin {OTHER}")
        turn_on(unit)
        unit.wait_for(state="protected")
        assert state(client) == "protected"
        number = program(tmp_path, unit)
        ended = base.grants.propose_pairing_end(
            READING, paired=number, reason="sold", papers=PAPERS, by="kim"
        )
        with pytest.raises(RefusedError):
            base.grants.sign(ended.id, by="kim")
        word = base.grants.sign(ended.id, by="uma").data
        assert routine(client, 0x0304, word[:-1] + bytes([word[-1] ^ 1])) == b"\x01"
        assert state(client) == "protected"
        assert program(tmp_path, unit, word.hex()) == 0
        assert state(client) == "asks"
        assert pair(unit, client) == OTHER
        assert routine(client, 0x0304, word) == b"\x01", "the same word ends no later pairing"
    with base.stores.of(Principal.AUDITOR).snapshot() as seen:
        acts = [(act.who, act.act) for act in seen.acts() if act.act.startswith("grant")]
    assert acts == [("kim", "grant:propose")]
    assert base.verify().size == 1


def test_the_code_is_right_and_the_unit_asks_its_base_by_the_net_by_hand_and_over_the_plug(base, tmp_path):
    before, database = tmp_path / "older.sqlite3", tmp_path / "codes.sqlite3"
    copied(database, before)
    here = {"codes.sqlite3": str(database)}
    with process(*printed("radiokey serve", **here), "--port", "0") as (_, said):
        there = {"http://127.0.0.1:8000": re.search(r"http://\S+", said)[0]}
        with as_printed(tmp_path, NAVIGATION, **there) as unit, udsoncan_at(unit) as client:
            unlock(client)
            asked = unit.wait_for(state="sync")
            assert (asked["display"], asked["errors"], len(asked["challenge"])) == ("SYNC", 0, 2)
            unit.wait_for(state="playing")
            assert base.verify().size == 1
            unit.end()

    # Again, long without supply, and without a net: its second lock is still there.
    with made(tmp_path, "--off", "3600000") as unit, udsoncan_at(unit) as client:
        unlock(client)
        lines = unit.wait_for(state="sync")["challenge"]
        asked = challenge_from_lines(SERIAL, " ".join(lines))
        words = [
            sys.executable,
            "-m",
            "radiokey",
            *printed("radiokey base grant answer", **here)[:-1],
            *lines,
        ]
        by_hand = subprocess.run(words, capture_output=True, text=True, check=True).stdout.splitlines()
        answer = base.grants.answer(READING, asked, CLIENT).data
        assert by_hand[:8] == list(answer_lines(answer))
        assert by_hand[8:] == list(qr_lines("".join(by_hand[:8]).replace(" ", "")))
        unit.do("answer " + " ".join(by_hand[:8]).lower())
        unit.wait_for(state="playing")
        unit.do("cut 3600000")
        unit.wait_for(state="code")
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
        assert routine(client, 0x0303, lost.data[:-1] + bytes([lost.data[-1] ^ 1])) == b"\x04"
        base.blacklist.add(READING, reason="police report")
        with pytest.raises(StolenError):
            base.grants.answer(READING, now, CLIENT)
        assert state(client) == "synchronises"
        assert routine(client, 0x0303, again.data) == b"\x00"
        assert routine(client, 0x0303, again.data) == b"\x02"
        assert unit.wait_for(state="playing")["errors"] == 0
