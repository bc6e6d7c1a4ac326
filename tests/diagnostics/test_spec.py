"""docs/spec/diagnostics.md, line by line: what its tables say is what a unit does."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from radiokey.diagnostics import identifiers, services, uds
from radiokey.diagnostics.names import Did, Nrc, Sid
from radiokey.diagnostics.troubles import AVAILABLE, Trouble
from radiokey.headunit.events import VinHeard
from radiokey.headunit.lock import State
from radiokey.headunit.policy import REFERENCE

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "spec" / "diagnostics.md").read_text("utf-8")
SESSIONS = ("01", "02", "03")


def table(head: str) -> list[list[str]]:
    """Return the rows of the table whose first column is called so."""
    found = re.search(rf"^\| {head} \|.*\n\|[-|]+\|\n((?:\|.*\n)+)", PAGE, re.MULTILINE)
    assert found, head
    return [[cell.strip() for cell in line[1:-1].split("|")] for line in found[1].splitlines()]


SERVICES = {
    row[0]: {
        "name": row[1],
        "sessions": row[2].split(),
        "subs": row[3].split(),
        "length": int(re.match(r"\d+", row[4])[0]),
        "level": row[5],
    }
    for row in table("service")
}


def enter(one, session, *, workshop=False):
    one.ask(f"10{session}")
    if workshop:
        one.unlock_workshop()


def test_the_services_are_those_of_the_page_under_the_names_of_the_standard():
    assert {f"{sid:02X}" for sid in services.SERVICES} == set(SERVICES)
    for sid in Sid:
        name = SERVICES[f"{sid:02X}"]["name"]
        words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).upper()
        assert sid.name == words.replace("ECURESET", "ECU_RESET").replace(
            "DTCINFORMATION", "DTC_INFORMATION"
        ).replace("DTCSETTING", "DTC_SETTING")


def test_the_states_have_the_numbers_of_the_page():
    said = next(row[2] for row in table("identifier") if row[0] == "FD01").removeprefix("1 byte: ")
    assert said == ", ".join(f"{number:02X} {state}" for number, state in enumerate(identifiers.STATES))
    assert set(identifiers.STATES) == set(State)


def test_the_checks_stand_in_the_order_of_the_page():
    said = [(name.strip("`"), int(code, 16)) for name, code, _ in table("check")]
    done = [("service_supported", Nrc.SERVICE_NOT_SUPPORTED)]
    done += [(check.__name__, nrc) for check, nrc in uds.CHECKS]
    assert said == done


def foreseen(sid: str, session: str, *, workshop: bool) -> str:
    """Return what the page says of a request that is nothing but the service's byte."""
    row = SERVICES.get(sid)
    if row is None:
        return "11"
    if session not in row["sessions"]:
        return "7F"
    if row["level"] and not workshop:
        return "33"
    return "13" if row["length"] > 1 else "24"


@pytest.mark.parametrize("session", SESSIONS)
@pytest.mark.parametrize("workshop", [False, True])
def test_every_first_byte_in_every_session_and_level(plugged, session, workshop):
    """All 256; the half that are answers and no requests get nothing."""
    if session == "01" and workshop:
        return
    one = plugged()
    enter(one, session, workshop=workshop)
    for byte in range(256):
        sid = f"{byte:02X}"
        if byte & 0x40:
            assert one.ask(sid) is None
        else:
            assert one.ask(sid) == f"7F{sid}{foreseen(sid, session, workshop=workshop)}"
    assert one.ask("") is None


@pytest.mark.parametrize("sid", [sid for sid, row in SERVICES.items() if row["subs"]])
@pytest.mark.parametrize("session", SESSIONS)
def test_every_sub_function_in_every_session(plugged, sid, session):
    row = SERVICES[sid]
    for sub in range(0x80):
        one = plugged()
        enter(one, session)
        answer = one.ask(f"{sid}{sub:02X}")
        if session not in row["sessions"]:
            assert answer == f"7F{sid}7F"
        elif f"{sub:02X}" not in row["subs"]:
            assert answer == f"7F{sid}12"
        elif sid == "27" and session == "02" and sub in {1, 2}:
            assert answer == "7F277E"
        else:
            assert not answer.endswith(("7F12", "7F7E")), answer


def test_every_identifier_that_can_be_read_is_on_the_page(plugged):
    """All 65,536, and those of the page alone are there."""
    one = plugged(replace(REFERENCE, pairs=True))
    for _ in range(2):
        one.ecu.handle(VinHeard(b"VF1LM1B0H35000001"))
    enter(one, "03", workshop=True)
    one.ask(b"\x2e\xf1\x98Garage 7")
    readable = {f"{did:04X}" for did in range(65_536) if one.ask(f"22{did:04X}")[:2] == "62"}
    assert readable == {row[0] for row in table("identifier")}


def test_the_page_and_the_table_have_each_identifier_and_its_length():
    """What is read, what is said of it and what stands on the page come of one table."""
    rows = {row[0]: row[2] for row in table("identifier")}
    assert set(rows) == {f"{did:04X}" for did in Did}
    for did, identifier in identifiers.IDENTIFIERS.items():
        size = re.match(r"(\d+) bytes?\b", rows[f"{did:04X}"])
        assert int(size[1] if size else 0) == identifier.size, did
    (parts,) = re.findall(r"^\| FD08 \| (.*) at one moment", PAGE, re.MULTILINE)
    assert re.findall(r"FD\d\d", parts) == [f"{did:04X}" for did in identifiers.SNAPSHOT]
    assert sum(identifiers.IDENTIFIERS[did].size for did in identifiers.SNAPSHOT) == 17


def test_identifiers_that_are_not_there_are_left_out(plugged):
    one = plugged()
    assert one.ask("22F190FFFF") == "62F190" + b"SJNFAAN16U0123456".hex().upper()
    assert one.ask("22F198") == "7F2231"
    assert one.ask("22F190F1") == "7F2213"
    assert one.ask("22" + "F190" * 300) == "7F2214"


def test_the_trouble_codes_are_those_of_the_page(plugged):
    assert {f"{trouble:06X}" for trouble in Trouble} == {row[0] for row in table("trouble")}
    listed = plugged().ask("190A")
    assert listed == f"590A{AVAILABLE:02X}" + "".join(f"{trouble:06X}00" for trouble in Trouble)


def test_the_routines_are_those_of_the_page(plugged):
    assert {f"{routine:04X}" for routine in services.ROUTINES} == {row[0] for row in table("routine")}
    one = plugged()
    enter(one, "03")
    assert one.ask("31030301") == "7F3124"
    assert one.ask("31010301") == "710103010F"
    assert one.ask("31030301") == "710303010F"
    assert one.ask("31020301") == "7F3124"
    assert one.ask("31010302") == "7F3133"
    assert one.ask("31010305") == "7F3131"
    assert one.ask("3101030100") == "7F3113"
    assert one.ask("310103") == "7F3113"
    assert one.ask("3103030300") == "7F3113"
    assert one.ask("31010303") == "7F3122"
    assert one.ask("31010304") == "7101030400000000"
    enter(one, "03", workshop=True)
    assert one.ask("31010302") == "7101030200"


def test_what_reads_memory_or_sets_things_behind_the_lock_is_no_service(plugged):
    """No memory readout, no dynamic identifier, no upload, no control of inputs, no second sign-in."""
    one = plugged()
    for session in SESSIONS:
        enter(one, session)
        for sid in ("23", "3D", "2C", "2A", "35", "2F", "29", "38"):
            assert one.ask(f"{sid}0102030405") == f"7F{sid}11"
