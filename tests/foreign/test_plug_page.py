"""A unit served with its page: a tester that is not ours restores it, and the page shows each step as it is taken."""

import hashlib
import html
import http.client
import json
import re
import shlex
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from served_unit import CODE, started
from test_plug_doip import PAGE, read, speak_to
from udsoncan import MemoryLocation
from udsoncan.exceptions import NegativeResponseException

from radiokey.code.signed import ImageHead, sign
from radiokey.diagnostics.access import access_message

SIGNER = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
BLOCK = 4_093


def image(version: int) -> bytes:
    payload = bytes((version,)) * 9_000
    head = ImageHead("renault_86a", version, 0, len(payload), hashlib.sha256(payload).digest())
    return sign(head, SIGNER) + payload


class Looker:
    """Somebody who looks at the page: its stream of events, read as far as is asked."""

    def __init__(self, address: str) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
        self._connection.request("GET", "/events?after=0")
        self._answer = self._connection.getresponse()
        assert self._answer.status == 200
        assert self._answer.headers["content-type"].startswith("text/event-stream")
        self.rows: list[str] = []
        self.says: list[str] = []

    def look_until(self, words: str) -> None:
        """Read on until a row or the unit itself says so."""
        while not any(words in said for said in (*self.rows, *self.says)):
            line = self._answer.readline().decode()
            assert line, f"the stream ended, and never said {words}"
            if line.startswith("data:"):
                news = json.loads(line.removeprefix("data:"))
                assert not news["missed"]
                found = re.findall(r'<li class="(\w+) [^>]*>(.*?)</li>', news["rows"], re.DOTALL)
                self.rows += [f"{kind} {_words(one)}" for kind, one in reversed(found)]
                self.says.append(_words(news["says"]))

    def close(self) -> None:
        self._connection.close()

    def messages(self) -> list[str]:
        """Return what the foreign tester was answered, in the words of the page; not that it takes longer."""
        found = (re.fullmatch(r"message [\d.]+ s 0E00 from the unit (.*)", one) for one in self.rows)
        return [
            re.sub(r"( [0-9A-F]{2})+( and .*)?$", "", one[1])
            for one in found
            if one and "Pending" not in one[1]
        ]


def _words(markup: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", markup)).split())


def as_printed(folder: Path, *more: str):
    """Type the command of docs/how-to/plug.md that serves a unit with firmware and a page, on free ports."""
    (line,) = re.findall(r"^echo (.*--firmware .*)$", PAGE, re.MULTILINE)
    code, _, command = line.partition(" | radiokey ")
    free = [re.sub(r"^(127\.0\.0\.1):\d+$", r"\1:0", word) for word in shlex.split(command)]
    return started(folder, *free, "--json", *more, typed=f"{code}\n")


@pytest.fixture
def broken(tmp_path):
    """The folder of a unit whose firmware was good once, and is broken now."""
    (tmp_path / "signer").write_text(SIGNER.public_key().public_bytes_raw().hex(), "ascii")
    (tmp_path / "1.rkf").write_bytes(image(1))
    with as_printed(tmp_path) as unit:
        with speak_to(unit.port) as client:
            assert read(client, 0xF189) == b"1"
        unit.end()
    whole = (tmp_path / "firmware").read_bytes()
    assert whole.count(bytes((1,)) * 9_000) == 1
    (tmp_path / "firmware").write_bytes(whole.replace(bytes((1,)) * 9_000, bytes((1,)) * 8_999 + b"\0"))
    return tmp_path


def signs(serial: str):
    """Return what a workshop whose signer the unit trusts sends to a seed, and whoever has a wrong code."""

    def key(level, seed, params):  # noqa: ARG001 - udsoncan's names
        if level == 3:
            return SIGNER.sign(access_message(serial, seed))
        return bytes(one ^ other for one, other in zip(b"1111".ljust(16, b"\0"), seed, strict=True))

    return key


def test_a_foreign_tester_restores_a_broken_firmware_and_the_page_shows_each_step(broken):
    """Rows 10 and 11 over a socket, served as docs/how-to/plug.md says: the fault, the download, the start, and then the one count."""
    with as_printed(broken, "--off", "60000") as unit:
        looker = Looker(unit.first["panel"])
        looker.look_until("A fault that is not the code.")
        with speak_to(unit.port) as client:
            client.config["security_algo"] = signs(unit.first["serial"])
            assert read(client, 0xF190) == unit.first["vin"]
            assert read(client, 0xFD02) == b"firmware"
            with pytest.raises(NegativeResponseException):
                read(client, 0xF189)
            client.change_session(2)
            client.unlock_security_access(3)
            new = image(2)
            client.request_download(MemoryLocation(0, len(new), address_format=16, memorysize_format=16))
            for number, at in enumerate(range(0, len(new), BLOCK), 1):
                client.transfer_data(number, new[at : at + BLOCK])
            client.request_transfer_exit()
            looker.look_until("RequestTransferExit")
            client.ecu_reset(1)
            looker.look_until("It asks for its code.")
            assert read(client, 0xF189) == b"2"
            client.change_session(3)
            with pytest.raises(NegativeResponseException):
                client.unlock_security_access(1)
            with pytest.raises(NegativeResponseException):
                client.request_seed(1)
        looker.look_until("requiredTimeDelayNotExpired")
        looker.look_until("The clock runs. Wrong codes: 1.")
        looker.close()
        said = unit.end()
    assert looker.messages() == [
        f"ReadDataByIdentifier F190 VIN: {unit.first['vin']}",
        "ReadDataByIdentifier FD02 reason: firmware",
        "Negative response ReadDataByIdentifier: 31 requestOutOfRange",
        "DiagnosticSessionControl 02 programmingSession",
        "SecurityAccess 03 requestSeed, the workshop",
        "SecurityAccess 04 sendKey, the workshop: open",
        "RequestDownload blocks of at most 4,095 bytes",
        *(f"TransferData block {number}" for number in (1, 2, 3)),
        "RequestTransferExit",
        "ECUReset 01 hardReset",
        "ReadDataByIdentifier F189 vehicleManufacturerECUSoftwareVersionNumber: 2",
        "DiagnosticSessionControl 03 extendedDiagnosticSession",
        "SecurityAccess 01 requestSeed, the lock",
        "Negative response SecurityAccess: 36 exceededNumberOfAttempts",
        "Negative response SecurityAccess: 37 requiredTimeDelayNotExpired",
    ]
    frames = [one for one in looker.rows if one.startswith("frame")]
    for name in ("Routing activation request", "Routing activation response 10 done", "positive acknowledge"):
        assert any(name in one for one in frames)
    assert sum("DoIP to the unit Diagnostic message" in one for one in frames) == 17
    assert not any(re.search(r"27 0[24] [0-9A-F]{2}|67 0[13] [0-9A-F]{2}", one) for one in looker.rows)
    assert CODE not in "".join(looker.says)
    assert [line for line in said if "state" in line][-1]["errors"] == 1
