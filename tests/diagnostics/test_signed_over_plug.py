"""What a base signed comes over the plug: the answer to the second lock, the end of a pairing (claims 63, 64)."""

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from plugged import CODE, SIGNER, VIN

from radiokey.code.signed import Answer, Challenge, PairingEnd, sign
from radiokey.diagnostics.services import SYNC_RESULTS
from radiokey.headunit.events import VinHeard
from radiokey.headunit.lock import Fault, State
from radiokey.headunit.policy import REFERENCE
from radiokey.headunit.sync import SyncResult

SYNCHRONISE, END_PAIRING = (b"\x31\x01\x03" + bytes([n]) for n in (3, 4))
STRANGER = Ed25519PrivateKey.from_private_bytes(bytes(32))
SERIAL = "RK00000001"


@pytest.fixture
def navigation(plugged):
    """A unit whose code was taken, and its tester in session 03."""
    one = plugged(replace(REFERENCE, second_lock=True))
    one.cut()
    one.ask("1003")
    assert one.send_code(CODE) == "6702"
    return one


def challenge_of(one):
    return Challenge.parse(bytes.fromhex(one.ask(SYNCHRONISE)[8:]))


def test_every_result_has_a_number():
    assert set(SYNC_RESULTS) == set(SyncResult)
    assert len(SYNC_RESULTS) == len(SyncResult)


def test_a_tester_carries_the_challenge_and_the_answer(navigation):
    answer = sign(Answer.to(challenge_of(navigation), 1), SIGNER)
    assert navigation.ask(SYNCHRONISE + answer) == "7101030300"
    assert navigation.ecu.state is State.DARK
    assert navigation.ask("31030303") == "7103030300"
    assert navigation.ask(SYNCHRONISE) == "7F3122", "it asks nothing any more"
    assert navigation.ask(SYNCHRONISE + answer) == "7101030302", "a replay is not asked for"


def test_an_answer_that_the_memory_does_not_hold_is_not_said_as_taken(navigation):
    answer = sign(Answer.to(challenge_of(navigation), 1), SIGNER)
    navigation.ecu.unit.chip.broken = True
    assert navigation.ask(SYNCHRONISE + answer) == "7101030301"
    assert navigation.ecu.unit.lock.fault is Fault.MEMORY
    assert navigation.ask(SYNCHRONISE + answer) == "7101030302"


WRONG_ANSWERS = {
    "unreadable": lambda _: b"hello",
    "not-signed": lambda asked: sign(Answer.to(asked, 1), STRANGER),
    "another-unit": lambda asked: sign(Answer.to(replace(asked, serial="other"), 1), SIGNER),
    "stale": lambda asked: sign(Answer.to(replace(asked, asked=asked.asked - 1), 1), SIGNER),
    "rolled-back": lambda asked: sign(Answer.to(asked, 0), SIGNER),
}


@pytest.mark.parametrize("what", WRONG_ANSWERS)
def test_a_wrong_answer_is_named_costs_no_error_and_opens_nothing(navigation, what):
    asked = challenge_of(navigation)
    number = SYNC_RESULTS.index(SyncResult(what))
    assert navigation.ask(SYNCHRONISE + WRONG_ANSWERS[what](asked)) == f"71010303{number:02X}"
    assert (navigation.ecu.state, navigation.errors) == (State.SYNC, 0)
    assert challenge_of(navigation) == asked


def test_the_end_of_a_pairing_comes_over_the_plug_and_only_for_this_pairing(plugged):
    one = plugged(replace(REFERENCE, pairs=True))
    one.ask("1003")
    for _ in range(2):
        one.ecu.handle(VinHeard(VIN.encode()))
    paired = int.from_bytes(bytes.fromhex(one.ask(END_PAIRING)[8:]))
    assert paired == one.ecu.unit.paired > 0
    for wrong in (
        b"hello",
        sign(PairingEnd(SERIAL, paired + 1), SIGNER),
        sign(PairingEnd("other", paired), SIGNER),
        sign(PairingEnd(SERIAL, paired), STRANGER),
    ):
        assert one.ask(END_PAIRING + wrong) == "7101030401"
        assert (one.ecu.unit.paired, one.ecu.state) == (paired, State.PLAYING)
    assert one.ask(END_PAIRING + sign(PairingEnd(SERIAL, paired), SIGNER)) == "7101030400"
    assert one.ask(END_PAIRING) == "7101030400000000"
    assert (one.ecu.state, one.errors) == (State.CODE, 0)
