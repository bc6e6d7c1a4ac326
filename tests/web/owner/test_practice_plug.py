"""The car's plug on the practice page: the same unit, the same count, with a script and without one."""

import html
import re

import pytest
from practising import Radio, presses, wrong_code

from radiokey.diagnostics.own_tester import ASKS
from radiokey.web.owner.practice_plug import ENTRIES_KEPT

ID = "renault_86a"
WAITS = "It waits: 1:00."


def messages(rows: str) -> list[str]:
    """Return the messages in rows, the oldest first, each as a person reads it."""
    found = re.findall(r'<li class="message[^>]*>(.*?)</li>', rows, re.DOTALL)
    return [" ".join(html.unescape(re.sub(r"<[^>]+>", " ", one)).split()) for one in reversed(found)]


class Plugged(Radio):
    """A practice radio whose plug is used."""

    def ask(self, word: str, typed: str = "") -> str:
        """Let the tester ask something; return the unit's last answer."""
        return messages(self.did({"what": "plug", "key": word, "typed": typed})["rows"])[-1]


@pytest.fixture
def radio(visitor):
    return Plugged(visitor, ID)


def test_each_button_of_the_tester_is_answered_in_the_standards_words(radio):
    radio.ask("extended")
    answers = {word: radio.ask(word) for group in ASKS.values() for word in group if word != "default"}
    assert answers["vin"].startswith(
        "0EFF from the unit ReadDataByIdentifier F190 VIN: SJNFAAN16U0123456 62 F1 90 53"
    )
    assert "ECUSerialNumber: PRACTICE" in answers["serial"]
    assert "FD01 state: scrambled; FD02 reason: asks" in answers["state"]
    assert "FD03 errors counted: 0; FD04 tries left: no stop" in answers["tries"]
    assert "FD05 wait left: 0 s" in answers["wait"]
    assert "FD06 clock condition: needs radio-on, runs" in answers["clock"]
    assert "FD07 supply voltage: 12.6 V 62 FD 07 31 38" in answers["supply"]
    assert "reportDTCByStatusMask: none" in answers["troubles"]
    assert "DiagnosticSessionControl 03 extendedDiagnosticSession 50 03" in answers["extended"]
    assert "0301 self test: record in both banks" in answers["self-test"]
    assert "conditionsNotCorrect 7F 31 22" in answers["synchronise"]
    assert "ECUReset 01 hardReset 51 01" in answers["hard-reset"]
    assert radio.told["session"] == "defaultSession"


def test_a_wrong_key_over_the_plug_costs_a_try_that_the_panel_shows(radio):
    radio.ask("extended")
    assert "36 exceededNumberOfAttempts 7F 27 36" in radio.ask("code", wrong_code(ID))
    assert WAITS in radio.told["says"]
    assert "Wrong codes: 1." in radio.told["says"]
    before = radio.told["says"]
    assert radio.did(*presses(ID, "1234"))["says"] != before, "time passes while the keys are held"
    assert "It waits" in radio.told["says"]
    assert "errors counted: 1" in radio.ask("tries")
    assert "37 requiredTimeDelayNotExpired" in radio.ask("code", "1234")


def test_a_wrong_code_at_the_panel_is_counted_at_the_plug(radio):
    radio.did(*presses(ID, wrong_code(ID)))
    assert "FD03 errors counted: 1" in radio.ask("tries")
    radio.ask("extended")
    assert "37 requiredTimeDelayNotExpired" in radio.ask("code", "1234")
    assert "wait left: 60 s" in radio.ask("wait")


def test_the_right_code_as_a_key_opens_it(radio):
    radio.ask("extended")
    assert "02 sendKey, the lock: open 67 02" in radio.ask("code", "1234")
    assert "It plays" in radio.did({"what": "time", "ms": 60_000})["says"]


def test_seed_and_session_last_from_one_request_to_the_next_and_one_seed_takes_one_key(radio):
    radio.ask("extended")
    radio.ask("raw", "2701")
    assert "36 exceededNumberOfAttempts" not in radio.ask("vin")
    assert "35 invalidKey" in radio.ask("raw", f"2702{'00' * 16}")
    assert "24 requestSequenceError" in radio.ask("raw", f"2702{'00' * 16}")
    assert "errors counted: 0" in radio.ask("tries")
    radio.ask("self-test")
    assert "requestRoutineResults, 0301 self test" in radio.ask("raw", "31030301")


@pytest.mark.parametrize("ends", ["cut", "unplug"])
def test_what_ends_a_session_ends_it_here(radio, ends):
    radio.ask("extended")
    if ends == "unplug":
        assert radio.did({"what": "plug", "key": "unplug"})["session"] == "not connected"
        assert "Routing activation request" in radio.did({"what": "plug", "key": "vin"})["rows"]
    else:
        radio.did({"what": "battery", "key": "off"})
        assert messages(radio.did({"what": "plug", "key": "vin"})["rows"]) == [
            "0EFF to the unit ReadDataByIdentifier F190 VIN 22 F1 90"
        ]
        radio.did({"what": "battery", "key": "on"})
    assert "serviceNotSupportedInActiveSession" in radio.ask("self-test")


def test_each_answer_has_only_what_is_new_and_what_was_said_aloud(radio):
    radio.ask("vin")
    assert len(messages(radio.told["rows"])) == 2
    radio.ask("supply")
    assert len(messages(radio.told["rows"])) == 2
    assert radio.told["heard"] == "ReadDataByIdentifier: FD07 supply voltage: 12.6 V"
    assert radio.did({"what": "time", "ms": 1})["rows"].strip() == ""
    assert radio.told["heard"] == ""


# --- without a script ---------------------------------------------------------------------------------------


def sent(visitor, image: str, did: str, typed: str = ""):
    return visitor.post(
        f"/practice/{ID}", data={"image": image, "did": did, "typed": typed}, follow_redirects=False
    )


def image_of(page) -> str:
    (image,) = set(re.findall(r'name="image" value="([^"]+)"', page.text))
    return image


def test_forms_do_the_same_each_leading_to_a_page_that_can_be_loaded_again(visitor):
    image = image_of(visitor.get(f"/practice/{ID}"))
    for did, typed in (("plug extended", ""), ("plug code", wrong_code(ID)), ("plug tries", "")):
        answer = sent(visitor, image, did, typed)
        assert answer.status_code == 303
        assert answer.headers["location"].endswith("#plug")
        page = visitor.get(answer.headers["location"])
        assert page.status_code == 200
        assert page.headers["cache-control"] == "no-store"
        image = image_of(page)
    said = messages(page.text)
    assert said[0].startswith("0EFF to the unit DiagnosticSessionControl")
    assert "36 exceededNumberOfAttempts" in said[-3]
    assert "errors counted: 1" in said[-1]
    assert WAITS in page.text
    again = visitor.get(answer.headers["location"])
    assert messages(again.text) == said


def test_keys_switches_and_time_work_as_forms(visitor):
    image = image_of(visitor.get(f"/practice/{ID}"))
    for one in presses(ID, "1234"):
        answer = sent(visitor, image, f"press {one['ms']} {one['key']}")
        assert answer.headers["location"].endswith("#radio")
        image = image_of(visitor.get(answer.headers["location"]))
    page = visitor.get(sent(visitor, image, "skip minute").headers["location"])
    assert "It plays." in page.text
    page = visitor.get(sent(visitor, image_of(page), "battery off").headers["location"])
    assert "The battery is off" in page.text
    assert 'value="battery on"' in page.text


def test_its_addresses_stay_short_however_much_is_asked(visitor):
    image = image_of(visitor.get(f"/practice/{ID}"))
    for _ in range(3):
        for typed in ("22 " + "FD08" * 30, "22 " + "F190" * 31):
            answer = sent(visitor, image, "plug raw", typed)
            image = image_of(visitor.get(answer.headers["location"]))
    page = visitor.get(answer.headers["location"])
    assert page.text.count('<li class="message') + page.text.count('<li class="frame') == ENTRIES_KEPT
    assert len(answer.headers["location"]) < 4_096


@pytest.mark.parametrize(
    ("did", "typed"),
    [("", ""), ("plug", ""), ("plug vino", ""), ("plug raw", "zz"), ("plug code", "#"), ("press x 4", ""),
     ("press 9999999 4", ""), ("hammer", ""), ("skip year", ""), ("time", "")],
)  # fmt: skip
def test_what_no_form_sends_is_said_on_a_page_of_its_own(visitor, did, typed):
    image = image_of(visitor.get(f"/practice/{ID}"))
    answer = visitor.post(f"/practice/{ID}", data={"image": image, "did": did, "typed": typed})
    assert answer.status_code in {200, 422}
    if did != "time":
        assert answer.status_code == 422
        assert str(answer.url.path).startswith("/road/")


def test_a_changed_address_shows_no_radio(visitor):
    image = image_of(visitor.get(f"/practice/{ID}"))
    assert visitor.get(f"/practice/{ID}/at/{image[:-1]}").status_code == 422
    assert visitor.get(f"/practice/ford_6000cd/at/{image}").status_code == 422


def test_a_radio_with_an_own_code_has_no_plug_and_stands_in_no_address(visitor):
    radio = Plugged(visitor, ID, "4786")
    assert "The car's plug" not in html.unescape(radio.page.text)
    assert "The practice radio needs JavaScript" in radio.page.text
    assert 'name="image"' not in radio.page.text
    refused = visitor.post(
        f"/practice/{ID}/did", json={"image": radio.image, "did": [{"what": "plug", "key": "vin"}]}
    )
    assert refused.status_code == 422
    assert sent(visitor, radio.image, "radio off").status_code == 303
    shown = visitor.get(f"/practice/{ID}/at/{radio.image}")
    assert shown.status_code == 422, (
        "it was shown as a radio that opens with the practice code, which it does not"
    )
    answer = visitor.post(f"/practice/{ID}", data={"image": radio.image, "did": "radio off"})
    assert answer.status_code == 422
    assert "needs JavaScript" in answer.text
