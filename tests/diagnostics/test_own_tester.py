"""A tester of our own: each of its words at a real unit, by the same checks and the same count as any other."""

import pytest
from plugged import CODE, VIN, make_ecu

from radiokey.diagnostics.own_tester import ASKS, OwnTester
from radiokey.diagnostics.server import Plug
from radiokey.diagnostics.traffic import Traffic, Wire
from radiokey.errors import InputError
from radiokey.headunit.events import SupplyLost, SupplyRestored, TimeWent
from radiokey.headunit.lock import State


class Bench:
    """A unit that asks for its code, and the tester at it."""

    def __init__(self) -> None:
        self.ecu = make_ecu()
        for event in (SupplyLost(), TimeWent(60_000), SupplyRestored()):
            self.ecu.handle(event)
        self.now_ms = 0
        self.traffic = Traffic(self.clock, open_secrets=True)
        self.plug = Plug(self.ecu, self.clock, self.traffic.message)
        self.own = OwnTester(self.plug, self.traffic)

    def clock(self) -> int:
        return self.now_ms

    def do(self, word: str, typed: str = "") -> list[str]:
        """Do it; return the messages of it, in words."""
        before = self.traffic.last
        self.own.do(word, typed)
        said = [one for one in self.traffic.since(before)[0] if one.wire is Wire.NONE]
        return [f"{one.described.name} {one.described.means}" for one in said]


@pytest.fixture
def bench():
    return Bench()


ANSWERS = {
    "vin": f"ReadDataByIdentifier F190 VIN: {VIN}",
    "serial": "ReadDataByIdentifier F18C ECUSerialNumber: RK00000001",
    "state": "ReadDataByIdentifier FD01 state: code; FD02 reason: asks",
    "tries": "ReadDataByIdentifier FD03 errors counted: 0; FD04 tries left: 3",
    "wait": "ReadDataByIdentifier FD05 wait left: 0 s",
    "clock": "ReadDataByIdentifier FD06 clock condition: needs supply, runs",
    "supply": "ReadDataByIdentifier FD07 supply voltage: 12.6 V",
    "troubles": "ReadDTCInformation 02 reportDTCByStatusMask: none",
    "default": "DiagnosticSessionControl 01 defaultSession",
    "programming": "DiagnosticSessionControl 02 programmingSession",
    "extended": "DiagnosticSessionControl 03 extendedDiagnosticSession",
    "self-test": "Negative response RoutineControl: 7F serviceNotSupportedInActiveSession",
    "synchronise": "Negative response RoutineControl: 7F serviceNotSupportedInActiveSession",
    "hard-reset": "ECUReset 01 hardReset",
    "soft-reset": "ECUReset 03 softReset",
}
EXTENDED = ANSWERS | {
    "self-test": "RoutineControl 01 startRoutine, 0301 self test: record in both banks, it is the device's last, "
    "supply fit for an entry, no fault",
    "synchronise": "Negative response RoutineControl: 22 conditionsNotCorrect",
}


@pytest.mark.parametrize("answers", [ANSWERS, EXTENDED], ids=["default", "extended"])
def test_each_of_its_words_is_answered_by_the_unit(answers):
    words = {word for group in ASKS.values() for word in group}
    assert words == set(answers)
    for word, answer in answers.items():
        bench = Bench()
        if answers is EXTENDED:
            bench.do("extended")
        _, said = bench.do(word)
        assert said == answer


def test_its_first_request_is_seen_to_plug_it_in(bench):
    bench.own.do("vin")
    said = [(one.wire, one.to_unit, one.described.name) for one in bench.traffic.since(0)[0]]
    assert said == [
        (Wire.DOIP, True, "Routing activation request"),
        (Wire.DOIP, False, "Routing activation response"),
        (Wire.DOIP, True, "Diagnostic message"),
        (Wire.NONE, True, "ReadDataByIdentifier"),
        (Wire.DOIP, False, "Diagnostic message positive acknowledge"),
        (Wire.DOIP, False, "Diagnostic message"),
        (Wire.NONE, False, "ReadDataByIdentifier"),
    ]
    assert len(bench.do("vin")) == 2
    assert bench.traffic.last == len(said) + 5


def test_a_code_goes_as_a_key_and_costs_what_it_costs_at_the_panel(bench):
    assert bench.do("code", "1111") == [
        "SecurityAccess 01 requestSeed, the lock",
        "Negative response SecurityAccess: 7F serviceNotSupportedInActiveSession",
    ]
    assert bench.ecu.unit.status.errors == 0
    bench.do("extended")
    assert bench.do("code", "12345")[-1] == "Negative response SecurityAccess: 35 invalidKey"
    assert bench.ecu.unit.status.errors == 0, "what can be no code of this unit is not counted"
    assert bench.do("code", "11 11")[-1] == "Negative response SecurityAccess: 36 exceededNumberOfAttempts"
    assert bench.ecu.unit.status.errors == 1
    assert bench.do("code", CODE.reveal()) == [
        "SecurityAccess 01 requestSeed, the lock",
        "Negative response SecurityAccess: 37 requiredTimeDelayNotExpired",
    ]
    bench.ecu.handle(TimeWent(bench.ecu.unit.status.wait_left_ms))
    assert bench.do("code", f" {CODE.reveal()} ")[-1] == "SecurityAccess 02 sendKey, the lock: open"
    assert bench.ecu.state is State.DARK
    assert bench.do("code", "1111") == [
        "SecurityAccess 01 requestSeed, the lock",
        "SecurityAccess 01 requestSeed, the lock: zeros, it is open already",
    ]


def test_its_session_lasts_while_it_says_that_it_is_there(bench):
    bench.do("extended")
    for _ in range(4):
        bench.now_ms += 4_000
        bench.own.stay()
    assert bench.do("self-test")[1].startswith("RoutineControl")
    bench.now_ms += 5_000
    assert "serviceNotSupportedInActiveSession" in bench.do("self-test")[1]


@pytest.mark.parametrize("ends", ["unplug", "hard-reset", "cut"])
def test_what_ends_a_session_ends_this_one(bench, ends):
    bench.do("extended")
    if ends == "cut":
        for event in (SupplyLost(), SupplyRestored()):
            bench.ecu.handle(event)
    else:
        bench.do(ends)
    assert "serviceNotSupportedInActiveSession" in bench.do("self-test")[1]


def test_any_request_can_be_typed(bench):
    assert bench.do("raw", "22 fd08")[1].startswith("ReadDataByIdentifier FD08 all at one moment: state code")
    assert bench.do("raw", "99")[1] == "Negative response unknown service 99: 11 serviceNotSupported"
    assert bench.do("raw", "3E80") == ["TesterPresent 00 zeroSubFunction, no positive answer wanted"]


@pytest.mark.parametrize(
    ("word", "typed"),
    [("raw", ""), ("raw", "2"), ("raw", "zz"), ("raw", "00" * 65), ("code", "1234!"), ("code", "1" * 17),
     ("code", "²³"), ("code", ""), ("vino", ""), ("", "")],
)  # fmt: skip
def test_what_cannot_be_sent_is_said_and_nothing_is_sent(bench, word, typed):
    with pytest.raises(InputError):
        bench.own.do(word, typed)
    assert bench.traffic.last == 0
