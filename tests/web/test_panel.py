"""The panel of a served unit as a page: what others ask is seen, what is done here is done, nobody else gets in."""

import asyncio
import itertools
import json
import re

import pytest
from litestar import Litestar, get
from litestar.response import Stream
from litestar.testing import TestClient
from plugged import CODE, make_ecu

from radiokey.cli.served.hand import Hand
from radiokey.diagnostics.server import Plug
from radiokey.diagnostics.traffic import Traffic
from radiokey.headunit.events import SupplyLost, SupplyRestored, TimeWent
from radiokey.web import serve
from radiokey.web.panel import ROWS_MAX, Panel, _news, create_panel

HOST = "127.0.0.1:8002"


class Served:
    """A unit with its page, and a clock that stands."""

    def __init__(self, most: int = 2_048) -> None:
        self.ecu = make_ecu()
        for event in (SupplyLost(), TimeWent(60_000), SupplyRestored()):
            self.ecu.handle(event)
        self.traffic = Traffic(lambda: 0, most)
        self.plug = Plug(self.ecu, lambda: 1_000, self.traffic.message)
        self.plug.frames = self.traffic
        self.panel = Panel(self.plug, self.traffic, Hand(self.plug).do, {"serial": "RK1", "VIN": "none"})
        self.client = TestClient(create_panel(self.panel, [HOST]), base_url=f"http://{HOST}")

    def did(self, *did, status=200):
        answer = self.client.post("/did", json={"image": "", "did": list(did)})
        assert answer.status_code == status, answer.text
        return answer.json()

    def ask(self, word, typed=""):
        return self.did({"what": "plug", "key": word, "typed": typed})

    def foreign(self, count):
        """Let another tester ask so often."""
        tester = self.plug.join()
        for _ in range(count):
            request = b"\x22\xf1\x90"
            self.plug.watch("<0E00", request)
            self.plug.watch(">0E00", self.plug.work(tester, request, functional=False).data)


@pytest.fixture
def unit():
    one = Served()
    with one.client:
        yield one


def heard(unit, number, events=1):
    """Return what the stream says next to a browser that saw that number last."""

    async def listen():
        unit.panel.ended = asyncio.Event()
        stream = _news(unit.panel, number)
        found = [await anext(stream) for _ in range(events)]
        unit.panel.ended.set()
        assert [one async for one in stream] == []
        return found

    return [(one.id, json.loads(one.data)) for one in asyncio.run(listen())]


def test_the_page_shows_the_unit_and_what_was_said(unit):
    unit.foreign(1)
    page = unit.client.get("/")
    assert page.status_code == 200
    assert page.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "RK1" in page.text
    assert page.text.count('<li class="message') == 2
    assert 'data-stream="/events?after=2"' in page.text
    assert CODE.reveal() not in re.sub(r"<svg.*?</svg>", "", page.text, flags=re.DOTALL)


def test_one_count_at_the_page_and_at_the_plug_and_no_seed_or_key_is_shown(unit):
    unit.ask("extended")
    told = unit.ask("code", "1111")
    assert told["heard"] == "Negative response: SecurityAccess: 36 exceededNumberOfAttempts"
    assert told["session"] == "extendedDiagnosticSession"
    assert "It waits" in told["says"]
    assert unit.ecu.unit.status.errors == 1
    page = unit.client.get("/").text
    assert "02 sendKey, the lock" in page
    assert not re.search(r"27 02 [0-9A-F]{2}|67 01 [0-9A-F]{2}", page)
    assert "and 16 bytes that are not shown" in page


def test_keys_and_switches_reach_the_unit_in_the_words_of_the_hand(unit):
    assert unit.did({"what": "radio", "key": "off"})["pressed"]["radio"] is False
    unit.did(
        {"what": "radio", "key": "on"}, {"what": "engine", "key": "on"}, {"what": "ignition", "key": "acc"}
    )
    assert unit.did({"what": "battery", "key": "off"})["pressed"]["battery"] is False
    assert "no supply" not in unit.did({"what": "battery", "key": "on"})["says"]
    unit.did({"what": "press", "key": "WINDSCREEN", "ms": 100})
    for key in CODE.reveal()[:-1]:
        assert "The entry reads" in unit.did({"what": "press", "key": key, "ms": 100})["says"]
    assert (
        "the right code was taken" in unit.did({"what": "press", "key": CODE.reveal()[-1], "ms": 9})["says"]
    )
    answer = unit.client.post("/", data={"did": "radio off"}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/#radio")
    assert unit.ecu.unit.around.radio_on is False


@pytest.mark.parametrize(
    "did",
    [{"what": "skip", "key": "hour"}, {"what": "time", "ms": 1}, {"what": "plug", "key": "vino"},
     {"what": "plug", "key": "raw", "typed": "zz"}, {"what": "radio", "key": "maybe"}, {"what": "cut", "ms": 5},
     {"what": "engine", "key": "on off"}, {"what": "press", "key": "", "ms": 1}],
)  # fmt: skip
def test_what_cannot_be_done_is_said_and_not_done(unit, did):
    before = unit.panel.looks()
    assert unit.did(did, status=422 if did["what"] not in {"radio", "engine", "press"} else 400).keys() == {
        "problem",
        "hint",
    }
    assert unit.panel.looks() == before


def test_a_wrong_form_leads_to_the_page_that_says_so(unit):
    for typed in ("zz", "qq"):
        answer = unit.client.post("/", data={"did": "plug raw", "typed": typed}, follow_redirects=False)
        assert answer.status_code == 303
        page = unit.client.get(answer.headers["location"])
        assert "hexadecimal digits" in page.text.partition('role="alert"')[2]
    assert answer.headers["location"] == "/?said=2"
    assert 'role="alert"' not in unit.client.get("/?said=99").text
    assert unit.client.post("/", data={"what": "?"}).status_code == 400
    assert unit.client.get("/nowhere").status_code == 404


def test_another_name_and_a_form_of_another_site_are_refused(unit):
    assert unit.client.get("/", headers={"host": "radio.example"}).status_code == 400
    for path in ("/", "/did"):
        for headers in ({"origin": "http://evil.example"}, {"sec-fetch-site": "cross-site"}):
            assert unit.client.post(path, data={"did": "radio off"}, headers=headers).status_code == 403
    assert unit.ecu.unit.around.radio_on


def test_a_cut_ends_the_session_on_every_page_at_once(unit):
    """Nobody has to ask first: the page of who cut it says so, and so does each other one."""
    unit.ask("extended")
    ((_, news),) = heard(unit, 0)
    assert news["session"] == "extendedDiagnosticSession"
    assert unit.did({"what": "battery", "key": "off"})["session"] == "defaultSession"
    ((_, news),) = heard(unit, 0)
    assert news["session"] == "defaultSession"


def test_who_asks_without_end_keeps_no_unit_from_ending(monkeypatch):
    """A browser that does not read what streams to it is waited for, but not for ever."""
    monkeypatch.setattr(serve, "BESIDE_ENDS_S", 0.1)

    @get("/", sync_to_thread=False)
    def endless() -> Stream:
        return Stream(itertools.repeat(bytes(65_536)))

    async def run():
        async with serve.beside(lambda _: Litestar([endless], openapi_config=None), "127.0.0.1", 0) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1)
            writer.write(b"GET / HTTP/1.1\r\nhost: here\r\n\r\n")
            await reader.read(1)
        writer.close()

    asyncio.run(run())


def test_the_stream_goes_on_after_what_a_browser_saw(unit):
    unit.foreign(3)
    ((last, news),) = heard(unit, 2)
    assert (last, news["last"], news["missed"]) == ("6", 6, 0)
    assert re.findall(r'value="(\d+)"', news["rows"]) == ["6", "5", "4", "3"]
    ((_, news),) = heard(unit, 6)
    assert (news["rows"].strip(), news["missed"]) == ("", 0)
    assert heard(unit, 99)[0][1]["last"] == 6, "a number of another life of this unit"


def test_a_burst_comes_in_parts_and_none_of_it_is_lost(unit):
    unit.foreign(ROWS_MAX)
    found = heard(unit, 0, events=2)
    rows = [number for _, news in found for number in reversed(re.findall(r'value="(\d+)"', news["rows"]))]
    assert rows == [str(number) for number in range(1, 2 * ROWS_MAX + 1)]


def test_what_is_gone_is_counted():
    unit = Served(most=4)
    unit.foreign(5)
    ((_, news),) = heard(unit, 0)
    assert news["missed"] == 6
    assert news["rows"].count("<li") == 4


def test_the_stream_is_quiet_while_nothing_changes(unit, monkeypatch):
    """A millisecond is nothing that a page shows; the fourth look finds what another tester asked."""
    looks, look = [], unit.panel.looks

    def looked():
        looks.append(len(looks))
        unit.ecu.handle(TimeWent(1))
        if len(looks) == 4:
            unit.foreign(1)
        return look()

    monkeypatch.setattr(unit.panel, "looks", looked)
    (_, first), (_, second) = heard(unit, 0, events=2)
    assert (first["last"], second["last"]) == (0, 2)
    assert len(looks) == 4
