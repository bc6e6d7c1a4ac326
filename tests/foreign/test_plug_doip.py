"""Testers that are not ours at a served unit: udsoncan with doipclient, gallia, scapy. None of them is changed."""

import importlib
import re
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
from doipclient import DoIPClient
from doipclient.connectors import DoIPClientUDSConnector
from served_unit import CODE, served
from udsoncan import AsciiCodec, DidCodec
from udsoncan.client import Client
from udsoncan.exceptions import NegativeResponseException

PAGES = Path(__file__).parents[2] / "docs"
PAGE = (PAGES / "how-to" / "plug.md").read_text("utf-8")
SPECIFICATION = (PAGES / "spec" / "diagnostics.md").read_text("utf-8")
GALLIA = Path(sys.executable).with_name("gallia")


class Rest(DidCodec):
    def encode(self, value):
        return value

    def decode(self, data):
        return bytes(data)

    def __len__(self):
        raise DidCodec.ReadAllRemainingData


@contextmanager
def speak_to(port: int, code: str = CODE, source: int = 0x0E00):
    """A tester of udsoncan over doipclient."""
    doip = DoIPClient("127.0.0.1", 0x00E0, tcp_port=port, client_logical_address=source)
    config = {
        "data_identifiers": {0xF190: AsciiCodec(17), "default": Rest},
        "security_algo": lambda level, seed, params: bytes(  # noqa: ARG005 - udsoncan's names
            one ^ other for one, other in zip(code.encode().ljust(16, b"\0"), seed, strict=True)
        ),
        "request_timeout": 30,
        "p2_timeout": 20,
        "use_server_timing": False,
    }
    with Client(DoIPClientUDSConnector(doip, close_connection=True), config=config) as client:
        yield client


def read(client: Client, identifier: int) -> object:
    return client.read_data_by_identifier_first([identifier])


# --- udsoncan and doipclient --------------------------------------------------------------------------------


def test_the_cars_and_the_radios_number_and_what_is_left_are_read(unit):
    """Row 17: the number over the plug; and the tries without spending one."""
    with speak_to(unit.port) as client:
        assert read(client, 0xF190) == unit.first["vin"]
        assert read(client, 0xF18C).decode() == unit.first["serial"]
        assert read(client, 0xF197) == b"renault_86a"
        assert read(client, 0xFD02) == b"asks"
        assert read(client, 0xFD03) == bytes(2)
        assert client.tester_present().positive
    unit.end()


def test_who_does_not_read_what_the_unit_writes_holds_up_no_tester(unit):
    """A held terminal, or a pipe that is full after 64 KB, stopped all answers."""
    with speak_to(unit.port) as client:
        for _ in range(700):
            assert read(client, 0xF190) == unit.first["vin"]
    said = unit.end()
    assert sum(line.get("message") == "22F190" for line in said) == 700


def test_the_right_code_opens_it_and_the_end_is_clean(unit):
    with speak_to(unit.port) as client:
        client.change_session(3)
        assert client.unlock_security_access(1).positive
        assert read(client, 0xFD02) == b"plays"
        assert client.request_seed(1).service_data.seed == bytes(16)
    said = unit.end()
    assert [line["state"] for line in said if "state" in line][-1] in {"dark", "playing"}
    assert not any(re.search(r"(?:2702|6701)[0-9A-F]", line.get("message", "")) for line in said), (
        "a seed and a key make a code"
    )


def test_panel_and_plug_have_one_count_and_a_new_start_does_not_forget_it(unit, tmp_path):
    """An error at the plug, a start anew, a wait that no reset and no session ends."""
    with speak_to(unit.port, "1111") as client:
        client.change_session(3)
        with pytest.raises(NegativeResponseException) as refused:
            client.unlock_security_access(1)
        assert refused.value.response.code == 0x36
        client.ecu_reset(1)
        client.change_session(3)
        with pytest.raises(NegativeResponseException) as refused:
            client.request_seed(1)
        assert refused.value.response.code == 0x37
    unit.wait_for(state="wait", errors=1)
    unit.end()
    with served(tmp_path, "--off", "60000") as again, speak_to(again.port) as client:
        client.change_session(3)
        assert int.from_bytes(read(client, 0xFD03)) == 1
        assert read(client, 0xFD02) == b"waits"
        with pytest.raises(NegativeResponseException) as refused:
            client.request_seed(1)
        assert refused.value.response.code == 0x37
        again.end()


def test_a_unit_that_was_killed_comes_back_with_count_and_wait(unit, tmp_path):
    """As named in the reports about another stack: a counter that nobody kept."""
    with speak_to(unit.port, "1111") as client:
        client.change_session(3)
        with pytest.raises(NegativeResponseException):
            client.unlock_security_access(1)
    unit.process.kill()
    unit.process.wait()
    with served(tmp_path, "--off", "0") as again, speak_to(again.port) as client:
        assert int.from_bytes(read(client, 0xFD03)) == 1
        assert int.from_bytes(read(client, 0xFD05)) > 0
        again.end()


def test_a_hand_at_the_panel_is_seen_at_the_plug(unit):
    unit.do("ignition off")
    unit.do("supply 4000")
    unit.wait_for(supply=False)
    unit.do("supply 12600")
    unit.wait_for(supply=True)
    with speak_to(unit.port) as client:
        assert int.from_bytes(read(client, 0xFD07)) == 12_600
    unit.do("nonsense")
    unit.do("supply 4000")
    unit.wait_for(supply=False)  # lines are taken in order: so was the one before
    unit.process.send_signal(2)
    _, err = unit.process.communicate()
    assert err.startswith("radiokey: error: this is nothing that can be done to the unit")


def test_a_functional_request_and_two_testers_at_once(unit):
    with speak_to(unit.port) as one, speak_to(unit.port, source=0x0E01) as other:
        one.change_session(3)
        assert read(other, 0xF186) == b"\x01"
        assert read(one, 0xF186) == b"\x03"
    unit.end()


def test_identification_by_unicast(unit):
    doip = DoIPClient(
        "127.0.0.1", 0x00E0, tcp_port=unit.port, udp_port=unit.port, client_logical_address=0x0E00
    )
    try:
        said = doip.request_vehicle_identification()
        assert said.vin == unit.first["vin"]
        assert said.logical_address == 0x00E0
        assert doip.request_entity_status().currently_open_sockets == 1
        assert doip.request_diagnostic_power_mode().diagnostic_power_mode == 1
        assert doip.request_alive_check().source_address == 0x00E0
    finally:
        doip.close()
    unit.end()


def programs() -> list[str]:
    """Return the programs of docs/how-to/plug.md."""
    return re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def test_the_how_to_restores_a_firmware_as_it_says(tmp_path):
    """Its two programs and its command as they stand there, but for the port; the radio is locked before and after."""
    make, restore = (text for text in programs() if ".rkf" in text)
    (command,) = re.findall(r"radiokey unit serve .*\\\n.*--firmware .*", PAGE)
    ran = subprocess.run(
        (sys.executable, "-c", make), cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    options = command.replace("\\\n", " ").split()
    assert options[:7] == ["radiokey", "unit", "serve", "--model", "renault_86a", "--code", "-"]
    more = [tmp_path / word if word in {"signer", "firmware", "1.rkf"} else word for word in options]
    more = more[more.index("--signer") :]
    with served(tmp_path, *more) as unit:
        with speak_to(unit.port, "1111") as client:
            client.change_session(3)
            with pytest.raises(NegativeResponseException):
                client.unlock_security_access(1)
        unit.wait_for(state="wait", errors=1)
        assert "13400" in restore
        ran = subprocess.run(
            (sys.executable, "-c", restore.replace("13400", str(unit.port))),
            cwd=tmp_path, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert (ran.returncode, ran.stdout.splitlines()) == (0, ["runs 1", "runs 2", "errors 1"]), ran.stderr
        unit.end()


def test_the_how_to_does_what_it_says(unit, tmp_path):
    """docs/how-to/plug.md, its program as it stands there but for the port."""
    (program,) = (text for text in programs() if "PORT, CODE = 13400" in text)
    script = tmp_path / "tester.py"
    script.write_text(program.replace("PORT, CODE = 13400", f"PORT, CODE = {unit.port}"))
    ran = subprocess.run((sys.executable, script), capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.splitlines() == [
        f"car {unit.first['vin']}",
        f"radio {unit.first['serial']}",
        "state 02 asks",
        "tries left 65535",
        "state 08 plays",
    ]
    unit.end()
    explained = subprocess.run(
        (sys.executable, "-m", "radiokey", "explain", tmp_path / "chip", "--model", "renault_86a"),
        capture_output=True,
        text=True,
        check=True,
    )
    assert "Why: It is not locked" in explained.stdout


# --- gallia -------------------------------------------------------------------------------------------------


def gallia(unit, folder, *arguments: str) -> subprocess.CompletedProcess:
    """Run gallia; its records go into the folder."""
    uri = f"doip://127.0.0.1:{unit.port}?src_addr=0x0e00&target_addr=0xe0"
    return subprocess.run(
        (GALLIA, *arguments, "--target", uri, "--no-dumpcap", "--artifacts-base", folder),
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
    )


@pytest.fixture
def scanned(tmp_path):
    folder = tmp_path / "gallia"
    folder.mkdir()
    return folder


def services_of_the_page() -> dict[int, set[int]]:
    """Return the services of each session, as docs/spec/diagnostics.md has them."""
    rows = re.findall(r"^\| ([0-9A-F]{2}) \| [A-Za-z]+ \| ([\d ]+) \|", SPECIFICATION, re.MULTILINE)
    return {
        session: {int(sid, 16) for sid, at in rows if f"{session:02}" in at.split()} for session in (1, 2, 3)
    }


def test_gallia_finds_the_services_of_the_page_and_no_others(unit, scanned):
    ran = gallia(unit, scanned, "scan", "uds", "services", "--sessions", "1", "2", "3", "--no-properties")
    assert ran.returncode == 0, ran.stderr
    found: dict[int, set[int]] = {}
    for session, sid in re.findall(
        r"\[result\]:(?: findings in session 0x(\w\w)|   \[0x(\w\w)\])", ran.stderr
    ):
        if session:
            at = found.setdefault(int(session, 16), set())
        else:
            at.add(int(sid, 16))
    assert found == services_of_the_page()
    # The same unit, asked for its identifiers: no answer is missing, and none is of no kind.
    ran = gallia(
        unit, scanned, "scan", "uds", "identifiers", "--start", "0xF180", "--end", "0xF1A0", "--no-properties"
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    for line in ("Positive replies: 7", "Abnormal replies: 0", "Timeouts: 0"):
        assert f"[result]: {line}\n" in ran.stderr
    unit.end()


def test_gallia_dumps_seeds_sends_zero_keys_and_resets_and_costs_nobody_a_try(unit, scanned):
    ran = gallia(
        unit, scanned, "scan", "uds", "dump-seeds", "--session", "3", "--level", "1",
        "--send-zero-key", "16", "--reset", "1", "--duration", "0.05",
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    dumped = next(scanned.rglob("seeds.bin")).read_bytes()
    seeds = [dumped[at : at + 16] for at in range(0, len(dumped), 16)]
    assert len(seeds) > 5
    assert len(set(seeds)) == len(seeds)
    with speak_to(unit.port) as client:
        assert read(client, 0xFD03) == bytes(2)
        client.change_session(3)
        assert client.unlock_security_access(1).positive
    unit.end()


# --- scapy --------------------------------------------------------------------------------------------------


def test_scapy_reads_and_is_refused_in_the_same_words(unit):
    conf = importlib.import_module("scapy.config").conf
    conf.contribs["CANSocket"] = {"use-python-can": True}
    doip = importlib.import_module("scapy.contrib.automotive.doip")
    uds = importlib.import_module("scapy.contrib.automotive.uds")
    socket = doip.UDS_DoIPSocket("127.0.0.1", unit.port, source_address=0x0E80)
    try:

        def ask(request):
            socket.send(request)
            while True:
                answer = socket.recv()
                if answer is not None and answer.haslayer(uds.UDS):
                    return answer[uds.UDS]

        answer = ask(uds.UDS() / uds.UDS_RDBI(identifiers=[0xF190]))
        assert bytes(answer)[3:].decode() == unit.first["vin"]
        assert bytes(ask(uds.UDS(b"\x99")))[:3] == b"\x7f\x99\x11"
        assert bytes(ask(uds.UDS(b"\x27\x01")))[:3] == b"\x7f\x27\x7f"
        assert bytes(ask(uds.UDS() / uds.UDS_DSC(diagnosticSessionType=3)))[:2] == b"\x50\x03"
        assert bytes(ask(uds.UDS() / uds.UDS_SA(securityAccessType=1)))[:2] == b"\x67\x01"
    finally:
        socket.close()
    unit.end()
