"""One tester at a unit: sessions, silence, suppressed answers, data, trouble codes, downloads."""

import pytest
from plugged import WRONG, RamFirmware

from radiokey.diagnostics import uds
from radiokey.diagnostics.memory import NotesNotKeptError
from radiokey.diagnostics.names import Level, Session
from radiokey.diagnostics.services import SERVICES
from radiokey.headunit.events import (
    CarAnswered,
    SomethingBroke,
    SomethingMended,
    SupplyLost,
    SupplyRestored,
    TimeWent,
)
from radiokey.headunit.lock import Fault

S3_MS = 5_000


# --- sessions and silence ---------------------------------------------------------------------------------


def test_a_session_ends_after_five_seconds_of_silence_and_no_sooner(plugged):
    one = plugged()
    one.ask("1003")
    one.go(S3_MS - 1)
    assert one.ask("22F186") == "62F18603"
    one.go(S3_MS - 1)
    assert one.ask("3E80") is None
    one.go(S3_MS - 1)
    assert one.ask("22F186") == "62F18603"
    one.go(S3_MS)
    assert one.ask("22F186") == "62F18601"


def test_another_testers_silence_ends_its_own_session_alone(plugged):
    one = plugged()
    other = one.another()
    one.ask("1003")
    other.ask("1002")
    one.go(S3_MS - 1)
    one.ask("3E00")
    one.go(2)
    other.now_ms = one.now_ms
    assert (one.ask("22F186"), other.ask("22F186")) == ("62F18603", "62F18601")


def test_a_suppressed_answer_is_quiet_and_a_refusal_is_not(plugged):
    one = plugged()
    assert one.ask("3E80") is None
    assert one.ask("1083") is None
    assert one.ask("22F186") == "62F18603"
    assert one.ask("1081") is None
    assert one.ask("3E81") == "7F3E12"
    assert one.ask("8581") == "7F857F"


def test_a_request_to_all_is_not_refused_by_one_that_was_not_meant(plugged):
    one = plugged()
    assert one.ask("3E00", functional=True) == "7E00"
    for request in ("99", "3E01", "22FFFF", "2E1234", "8501"):
        assert one.ask(request, functional=True) is None
    assert one.ask("22F1", functional=True) == "7F2213"
    one.ask("1002")
    assert one.ask("2701", functional=True) is None
    one.ask("1003")
    assert one.ask("2702", functional=True) == "7F2724"


def test_what_takes_a_write_is_not_quick():
    quick = [
        request
        for request in ("3E00", "22F190", "2701", "1003", "190A", "99", "")
        if uds.is_quick(bytes.fromhex(request))
    ]
    assert quick == ["3E00", "22F190", "2701", "1003", "99", ""]
    assert not uds.is_quick(bytes.fromhex("2702") + bytes(16))
    assert uds.still_working(b"\x2e") == b"\x7f\x2e\x78"


@pytest.mark.parametrize("session", Session)
@pytest.mark.parametrize("level", Level)
def test_what_a_service_is_not_asked_it_could_not_fail(plugged, session, level):
    """Every service with every second byte: the answer is that of the whole chain."""
    tester = plugged().tester
    tester.session, tester.level = session, level
    for sid, service in SERVICES.items():
        for request in [
            bytes((sid,)),
            *(bytes((sid, sub, 1, 2)[:size]) for sub in range(256) for size in (2, 3, 4)),
        ]:
            whole = next((nrc for passes, nrc in uds.CHECKS if not passes(tester, service, request)), None)
            assert uds.refusal(tester, service, request) is whole, request.hex()


def test_without_supply_nothing_is_answered(plugged):
    one = plugged()
    one.ask("1003")
    one.ecu.handle(SupplyLost())
    assert one.ask("3E00") is None
    assert one.ask("99") is None


# --- what is read -----------------------------------------------------------------------------------------


def test_the_radios_and_the_cars_number_are_read_by_everybody(asking):
    """Row 17: without a code, in every session, and it costs nothing."""
    for session in ("01", "02", "03"):
        asking.ask(f"10{session}")
        assert asking.ask("22F18C") == "62F18C" + b"RK00000001".hex().upper()
        assert asking.ask("22F190") == "62F190" + b"SJNFAAN16U0123456".hex().upper()
    assert asking.errors == 0


def test_what_the_plug_says_is_what_the_unit_says(asking):
    """One count: state, errors, tries and wait left are those of panel and guide, at every step."""
    for _ in range(3):
        status = asking.ecu.unit.status
        said = bytes.fromhex(asking.ask("22FD08")[6:])
        assert int.from_bytes(said[1:3]) == status.errors
        assert int.from_bytes(said[3:5]) == status.tries_left
        assert int.from_bytes(said[5:13]) == status.wait_left_ms
        assert asking.ask("22FD05")[6:] == f"{status.wait_left_ms:016X}"
        asking.go(asking.ecu.unit.status.wait_left_ms)
        asking.ask("1003")
        if status.state in {"code", "entry"}:
            asking.send_code(WRONG)


@pytest.mark.parametrize(
    ("event", "state", "reason"),
    [
        (CarAnswered(knows=False), "09", "protected"),
        (SomethingBroke(Fault.FIRMWARE), "0A", "firmware"),
        (SomethingBroke(Fault.BUS), "0A", "bus"),
        (SomethingBroke(Fault.TAMPERED), "0A", "tampered"),
    ],
)
def test_protected_and_faults_have_their_own_words_and_take_no_code(asking, event, state, reason):
    asking.ecu.handle(event)
    assert asking.ask("22FD01") == f"62FD01{state}"
    assert bytes.fromhex(asking.ask("22FD02")[6:]).decode() == reason
    assert asking.ask("2701") == "7F2722"


def test_what_was_written_is_read_again_and_nonsense_is_not_written(plugged):
    one = plugged()
    one.ask("1003")
    one.unlock_workshop()
    assert one.ask(b"\x2e\xf1\x90WVWZZZ1JZXW000001") == "6EF190"
    assert one.ask("22F190")[6:] == b"WVWZZZ1JZXW000001".hex().upper()
    for bad in (
        b"\x2e\xf1\x90WVWZZZ1JZXW00000I",
        b"\x2e\xf1\x90short",
        b"\x2e\xf1\x98\xff",
        b"\x2e\xf1\x98" + b"x" * 17,
        b"\x2e\xfd\x01\x00",
        b"\x2e\xf1\x8cRK2",
    ):
        assert one.ask(bad) == "7F2E31"


def test_a_write_that_did_not_last_is_refused_and_changes_nothing(plugged, monkeypatch):
    one = plugged()
    one.ask("1003")
    one.unlock_workshop()

    def fails(_notes):
        raise NotesNotKeptError

    monkeypatch.setattr(one.ecu, "_notebook", type("Broken", (), {"write": staticmethod(fails)})())
    assert one.ask(b"\x2e\xf1\x98Garage") == "7F2E72"
    assert one.ask("22F198") == "7F2231"
    one.ecu.feed(8_000)  # what fails now is said all the same
    assert one.ask("1902FF") == "59022905620001"
    assert one.ask("14FFFFFF") == "7F1472"


# --- trouble codes ----------------------------------------------------------------------------------------


def test_a_dip_and_a_surge_are_trouble_codes_and_no_errors(plugged):
    one = plugged()
    one.ecu.feed(8_000)
    assert one.ask("1901FF") == "590129000001"
    assert one.ask("190201") == "59022905620029"
    one.ecu.feed(12_600)
    assert one.ask("1902FF") == "59022905620028"
    one.ecu.feed(19_000)
    assert one.ask("190201") == "59022905630029"
    one.ecu.feed(12_600)
    assert one.ask("14FFFFFF") == "54"
    assert one.ask("1901FF") == "590129000000"
    assert one.errors == 0


def test_what_still_fails_is_there_again_at_once(plugged):
    """Nobody clears the trace of tampering while the unit is tampered with."""
    one = plugged()
    one.ecu.handle(SomethingBroke(Fault.TAMPERED))
    assert one.ask("1902FF") == "5902299A100029"
    assert one.ask("149A1000") == "54"
    assert one.ask("1902FF") == "5902299A100029"
    assert one.ask("14123456") == "7F1431"


def test_a_fault_that_was_mended_stays_in_the_list_until_it_is_cleared(plugged):
    one = plugged()
    one.ecu.handle(SomethingBroke(Fault.FIRMWARE))
    one.ask("190A")
    one.ecu.handle(SomethingMended())
    assert one.ask("1902FF") == "590229C3000028"


def test_nothing_is_stored_while_a_tester_asks_for_quiet(plugged):
    one = plugged()
    one.ask("1003")
    assert one.ask("8502") == "C502"
    one.ecu.feed(8_000)
    one.ecu.feed(12_600)
    assert one.ask("1901FF") == "590129000000"
    one.go(S3_MS)
    one.ask("3E00")
    one.ecu.feed(8_000)
    assert one.ask("190128") == "590129000001"


def test_communication_control_knows_its_three_types(plugged):
    one = plugged()
    one.ask("1003")
    assert one.ask("280301") == "6803"
    assert one.ask("280304") == "7F2831"
    assert one.ask("2804") == "7F2812"
    assert one.ask("2803") == "7F2813"


# --- downloads --------------------------------------------------------------------------------------------


@pytest.fixture
def loading(plugged):
    one = plugged(firmware=RamFirmware())
    one.ask("1002")
    one.unlock_workshop()
    return one


def begin(one, size=600):
    assert one.ask(b"\x34\x00\x44" + bytes(4) + size.to_bytes(4)) == "74200FFF"


def test_a_download_in_order(loading):
    begin(loading)
    assert loading.ask(b"\x36\x01" + b"a" * 300) == "7601"
    assert loading.ask("37") == "7F3724"
    assert loading.ask(b"\x36\x02" + b"b" * 300) == "7602"
    assert loading.ask("37") == "77"
    assert loading.ecu.firmware.finished == [b"a" * 300 + b"b" * 300]
    assert loading.ask("37") == "7F3724"


def test_the_last_block_again_is_written_once(loading):
    begin(loading)
    for _ in range(3):
        assert loading.ask(b"\x36\x01" + b"a" * 300) == "7601"
    assert loading.ecu.firmware.data == b"a" * 300
    assert loading.ask(b"\x36\x01" + b"x" * 300) == "7F3673"


@pytest.mark.parametrize("counter", [0x00, 0x02, 0x03, 0x80, 0xFF])
def test_a_block_out_of_order_is_refused_and_the_right_one_still_comes(loading, counter):
    begin(loading)
    assert loading.ask(bytes((0x36, counter)) + b"a" * 300) == "7F3673"
    assert loading.ask(b"\x36\x01" + b"a" * 300) == "7601"


def test_the_block_counter_goes_on_at_zero_and_128_is_answered(loading):
    begin(loading, 300)
    for block in range(1, 301):
        assert loading.ask(bytes((0x36, block % 256, block % 256))) == f"76{block % 256:02X}"
    assert loading.ask("37") == "77"


def test_a_block_too_many_ends_the_download(loading):
    begin(loading, 10)
    assert loading.ask(b"\x36\x01" + bytes(11)) == "7F3671"
    assert loading.ask(b"\x36\x01" + bytes(10)) == "7F3624"
    assert loading.ecu.firmware.aborted == 1


@pytest.mark.parametrize(
    ("form", "nrc"), [("340144", 31), ("340005", 31), ("340054", 31), ("340011", 13), ("34000000", 13)]
)
def test_a_download_of_no_form_is_refused(loading, form, nrc):
    tail = "" if nrc == 13 else "00" * 12
    assert loading.ask(f"{form}{tail}") == f"7F34{nrc}"


def test_every_length_of_address_and_size_is_taken(loading):
    for size_length in range(1, 5):
        for address_length in range(1, 5):
            form = bytes((0x34, 0, size_length << 4 | address_length))
            assert loading.ask(form + bytes(address_length) + (9).to_bytes(size_length)) == "74200FFF"
    assert loading.ask("340011" + "0000") == "7F3431"


@pytest.mark.parametrize(("what", "nrc"), [("begin", "7F3470"), ("write", "7F3671"), ("finish", "7F3772")])
def test_what_the_store_refuses_is_refused_and_given_up(loading, what, nrc):
    loading.ecu.firmware.refuses = what
    answers = [loading.ask(b"\x34\x00\x11\x00\x02"), loading.ask("36010102"), loading.ask("37")]
    assert nrc in answers
    assert loading.ecu.firmware.finished == []
    assert loading.ask("37") == "7F3724"


def test_without_a_place_for_firmware_nothing_is_taken(plugged):
    one = plugged()
    one.ask("1002")
    one.unlock_workshop()
    assert one.ask(b"\x34\x00\x11\x00\x02") == "7F3470"


def test_one_download_at_a_time_whoever_asks(loading):
    begin(loading)
    other = loading.another()
    other.ask("1002")
    other.unlock_workshop()
    assert other.ask(b"\x34\x00\x11\x00\x02") == "7F3422"
    assert other.ask("3601AA") == "7F3624"
    loading.tester.hang_up()
    assert other.ask(b"\x34\x00\x11\x00\x02") == "74200FFF"


@pytest.mark.parametrize("end", ["1002", "1001", "1101", "silence", "hang up", "cut"])
def test_whatever_ends_a_session_ends_its_download(loading, end):
    begin(loading)
    match end:
        case "silence":
            loading.go(S3_MS)
            loading.tester.tick(loading.now_ms)
        case "hang up":
            loading.tester.hang_up()
        case "cut":
            loading.cut(0)
        case _:
            loading.ask(end)
    assert loading.ecu.firmware.aborted == 1
    loading.ask("1002")
    assert loading.ask("3601AA") == "7F3633"
    loading.unlock_workshop()
    assert loading.ask("3601AA") == "7F3624"


def test_time_without_supply_ends_no_session_that_is_over(plugged):
    one = plugged()
    one.cut()
    ended = one.ecu.interruptions
    assert ended == 1
    one.ecu.handle(SupplyLost())
    for _ in range(10):
        one.ecu.handle(TimeWent(1_000))
    assert one.ecu.interruptions == ended + 1
    one.ecu.handle(SupplyRestored())
    one.ask("1003")
    assert one.ask("22F186") == "62F18603"


# --- routines ---------------------------------------------------------------------------------------------


def test_a_factory_reset_leaves_the_lock_as_it_is(asking):
    """Neither errors nor a wait nor the car are reset; workshop and trouble codes are."""
    asking.send_code(WRONG)
    before = asking.ecu.unit.lock
    asking.ecu.feed(8_000)
    asking.ecu.feed(12_600)
    asking.unlock_workshop()
    asking.ask(b"\x2e\xf1\x98Garage")
    assert asking.ask("31010302") == "7101030200"
    assert asking.ecu.unit.lock == before
    assert asking.ecu.unit._store.record.lock == before
    assert asking.ask("22F198") == "7F2231"
    assert asking.ask("1901FF") == "590129000000"
    assert asking.ask("22F190")[:6] == "62F190"


def test_a_routine_tells_no_stranger_how_long_its_request_is(asking):
    """The whole head, then the routine, then the level, then what is in it."""
    assert asking.ask("310103") == "7F3113"
    assert asking.ask("31010399FF") == "7F3131"
    assert asking.ask("31010302FF") == "7F3133"
    asking.unlock_workshop()
    assert asking.ask("31010302FF") == "7F3113"
    assert asking.ask("31030302") == "7F3124"


def test_the_self_test_sees_a_lost_bank_and_a_weak_supply(asking):
    asking.ecu.feed(12_000)
    assert asking.ask("31010301") == "710103010B"
    asking.ecu.feed(12_600)
    cells = asking.ecu.unit.chip.cells
    cells[0:128], cells[128:256] = cells[128:256], cells[0:128]
    assert asking.ask("31010301") == "710103010E", "each in the place of the other: no commit put it there"
    cells[0:256] = bytes(256)
    assert asking.ask("31010301") == "710103010E"
