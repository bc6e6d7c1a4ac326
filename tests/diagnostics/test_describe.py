"""What goes over the plug in words: names of the standards, values of the page, and never an exception."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plugged import CODE, SIGNER, VIN, Plugged, RamFirmware, make_ecu

from radiokey.diagnostics import describe
from radiokey.diagnostics.access import access_message
from radiokey.diagnostics.describe import describe_can, describe_doip, describe_message, without_secret
from radiokey.diagnostics.identifiers import IDENTIFIERS
from radiokey.diagnostics.names import Did, Nrc, Sid
from radiokey.diagnostics.services import ROUTINES
from radiokey.diagnostics.troubles import Trouble
from radiokey.language.load import known
from radiokey.language.speech import speaking

SPECIFICATION = (Path(__file__).parents[2] / "docs" / "spec" / "diagnostics.md").read_text("utf-8")


def test_every_service_has_the_name_of_the_page():
    names = dict(re.findall(r"^\| ([0-9A-F]{2}) \| ([A-Za-z]{3,}) \| [\d ]+ \|", SPECIFICATION, re.MULTILINE))
    assert {f"{sid:02X}": describe.service_name(sid) for sid in Sid} == names


def test_names_of_the_standard_are_the_same_in_every_language_and_the_words_around_them_are_not():
    russian = known()["ru"]
    for text in ("2701", "62FD060103", "3101030100", "7101030105", "7E80", "62F18600", "7402FFFF"):
        told = describe_message(bytes.fromhex(text))
        with speaking(russian):
            said = describe_message(bytes.fromhex(text))
        assert said.name == told.name
        assert said.means != told.means
        assert re.findall(r"\b[a-z]+[A-Z]\w*", said.means) == re.findall(r"\b[a-z]+[A-Z]\w*", told.means)
    with speaking(russian):
        assert describe_message(b"\x59\x02\x29").means == "02 reportDTCByStatusMask: нет"


def test_every_identifier_routine_and_trouble_has_a_name():
    assert {*IDENTIFIERS, Did.ACTIVE_SESSION} == set(Did)
    assert all(describe._identifier(did).name for did in Did)
    assert set(describe.ROUTINES) == set(ROUTINES)
    for number, words in describe.ROUTINES.items():
        assert f"| {number:04X} | {words}" in SPECIFICATION
    for trouble in Trouble:
        said = describe_message(b"\x59\x02\x29" + trouble.to_bytes(3) + b"\x09").means
        assert re.fullmatch(r"02 reportDTCByStatusMask: [A-Z0-9]{5} [\w ]+ \(fails, confirmed\)", said), said
        assert said.split()[2] in SPECIFICATION


@pytest.mark.parametrize("nrc", Nrc)
def test_a_refusal_names_the_service_and_the_reason(nrc):
    said = describe_message(bytes((0x7F, 0x22, nrc)))
    assert said.refused
    assert said.means.startswith(f"ReadDataByIdentifier: {nrc:02X} ")
    assert said.means.rpartition(" ")[2].lower() == nrc.name.replace("_", "").lower()


def test_what_a_real_unit_says_is_said_in_words():
    """Each request goes to a unit, and both it and the answer are described."""
    one = Plugged(make_ecu(firmware=RamFirmware()))
    asked = (
        ("22F190", "F190 VIN", f"F190 VIN: {VIN}"),
        ("22F18CF186", "F18C ECUSerialNumber, F186 ActiveDiagnosticSession",
         "F18C ECUSerialNumber: RK00000001; F186 ActiveDiagnosticSession: defaultSession"),
        ("22FD01FD02", "FD01 state, FD02 reason", "FD01 state: playing; FD02 reason: plays"),
        ("22FD04FD05FD07", "FD04 tries left, FD05 wait left, FD07 supply voltage",
         "FD04 tries left: 3; FD05 wait left: 0 s; FD07 supply voltage: 12.6 V"),
        ("22FD06", "FD06 clock condition", "FD06 clock condition: needs supply, runs"),
        ("22FD08", "FD08 all at one moment",
         ("FD08 all at one moment: state playing, errors counted 0, tries left 3, wait left 0 s, "
         "clock condition needs supply, runs, supply voltage 12.6 V")),
        ("1003", "03 extendedDiagnosticSession", "03 extendedDiagnosticSession"),
        ("2701", "01 requestSeed, the lock", "01 requestSeed, the lock: zeros, it is open already"),
        ("31010301", "01 startRoutine, 0301 self test",
         ("01 startRoutine, 0301 self test: record in both banks, it is the device's last, "
         "supply fit for an entry, no fault")),
        ("31010304", "01 startRoutine, 0304 end of the pairing",
         "01 startRoutine, 0304 end of the pairing: it belongs to no car"),
        ("190229", "02 reportDTCByStatusMask, mask 29", "02 reportDTCByStatusMask: none"),
        ("1901FF", "01 reportNumberOfDTCByStatusMask, mask FF", "01 reportNumberOfDTCByStatusMask: 0"),
        ("14FFFFFF", "all", "done"),
        ("8502", "02 off", "02 off"),
        ("280003", "00 enableRxAndTx", "00 enableRxAndTx"),
        ("3E00", "00 zeroSubFunction", "00 zeroSubFunction"),
        ("1101", "01 hardReset", "01 hardReset"),
    )  # fmt: skip
    for request, means, answers in asked:
        assert describe_message(bytes.fromhex(request)).means == means
        answer = bytes.fromhex(one.ask(request))
        assert describe_message(answer).means == answers
        assert describe_message(answer).name == describe_message(bytes.fromhex(request)).name
    assert describe_message(b"\x3e\x80").means == "00 zeroSubFunction, no positive answer wanted"


def test_a_download_is_said_step_by_step():
    one = Plugged(make_ecu(firmware=RamFirmware()))
    said = []

    def ask(request):
        answer = bytes.fromhex(one.ask(request))
        for data in (request, answer):
            words = describe_message(data)
            said.append(f"{words.name}: {words.means}")
        return answer

    ask(b"\x10\x02")
    seed = ask(b"\x27\x03")[2:]
    ask(b"\x27\x04" + SIGNER.sign(access_message(one.ecu.plate.serial, seed)))
    ask(b"\x34\x00\x22" + bytes(2) + (1_300).to_bytes(2))
    ask(b"\x36\x01" + bytes(1_300))
    ask(b"\x37")
    assert said == [
        "DiagnosticSessionControl: 02 programmingSession",
        "DiagnosticSessionControl: 02 programmingSession",
        "SecurityAccess: 03 requestSeed, the workshop",
        "SecurityAccess: 03 requestSeed, the workshop",
        "SecurityAccess: 04 sendKey, the workshop",
        "SecurityAccess: 04 sendKey, the workshop: open",
        "RequestDownload: 1,300 bytes",
        "RequestDownload: blocks of at most 4,095 bytes",
        "TransferData: block 1",
        "TransferData: block 1",
        "RequestTransferExit: ",
        "RequestTransferExit: ",
    ]


def test_a_seed_and_a_key_are_not_shown():
    assert without_secret(b"\x27\x02" + CODE.reveal().encode()) == b"\x27\x02"
    assert without_secret(b"\x67\x01" + bytes(16)) == b"\x67\x01"
    assert without_secret(b"\x22\xf1\x90") == b"\x22\xf1\x90"


@settings(max_examples=50)
@given(st.binary(max_size=40))
def test_no_bytes_are_too_odd_to_be_described(data):
    for words in (describe_message(data), describe_doip(data), describe_can(data)):
        assert words.name
        assert words.means.isprintable()
    for sid in (*Sid, *(sid | 0x40 for sid in Sid)):
        assert describe_message(bytes((sid,)) + data).name == describe.service_name(sid & ~0x40)


@pytest.mark.parametrize(
    ("frame", "name", "means"),
    [
        ("02FD00050000000B0E0000000000000000000000", "Routing activation request", "from 0E00, type 00"),
        ("02FD0006000000090E0000E01000000000", "Routing activation response", "10 done"),
        ("02FD0006000000090E0000E00300000000", "Routing activation response", "03 active elsewhere"),
        ("02FD8001000000070E0000E022F190", "Diagnostic message", "0E00 to 00E0, 3 bytes"),
        ("02FD80020000000500E00E0000", "Diagnostic message positive acknowledge", "00E0 to 0E00"),
        (
            "02FD80030000000500E10E0003",
            "Diagnostic message negative acknowledge",
            "00E1 to 0E00: 03 unknown target",
        ),
        ("02FD00000000000101", "Generic header negative acknowledge", "01 unknown payload type"),
        ("02FD000700000000", "Alive check request", ""),
        ("02FD123400000000", "payload type 1234", ""),
        ("02FD", "no DoIP header", ""),
    ],
)
def test_messages_of_doip_in_words(frame, name, means):
    said = describe_doip(bytes.fromhex(frame))
    assert (said.name, said.means) == (name, means)
    assert said.refused == ("negative" in name or means.startswith("03 active"))


@pytest.mark.parametrize(
    ("frame", "name", "means"),
    [
        ("0322F190", "SingleFrame", "3 bytes"),
        ("101462F190534A4E", "FirstFrame", "of 20 bytes"),
        ("2146414E", "ConsecutiveFrame", "number 1"),
        ("300000", "FlowControl", "ContinueToSend"),
        ("F1", "no frame of ISO-TP", ""),
    ],
)
def test_frames_of_isotp_in_words(frame, name, means):
    said = describe_can(bytes.fromhex(frame))
    assert (said.name, said.means) == (name, means)
