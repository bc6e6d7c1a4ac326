"""'This was wrong', on every page: a file that is shown whole, and sent by nobody but its owner."""

import base64
import re
from html import unescape

import pytest

from radiokey.guide.model import Facts
from radiokey.guide.report import read_report
from radiokey.guide.walk import position

PAGES = (
    "/", "/number", "/sheet?make=audi", "/coach?model=renault_86a", "/waiting", "/models?search=Qashqai",
    f"/guide/{position('stop', Facts())}",
)  # fmt: skip


def file_of(page: str) -> str:
    return unescape(re.search(r"<pre[^>]*>(.*?)</pre>", page, re.DOTALL)[1])


@pytest.mark.parametrize("address", PAGES)
def test_every_page_leads_to_the_report(visitor, page_of, address):
    (link,) = (link for link in page_of(visitor.get(address).text).links if link.startswith("/report"))
    assert visitor.get(link).status_code == 200


def test_the_file_is_shown_before_it_leaves_and_is_the_one_that_is_saved(visitor):
    answer = visitor.post("/report", data={"what": "display", "text": "CODE WAIT", "model": "ford_6000cd"})
    file = file_of(answer.text)
    assert read_report(file).answered["step"] == "how-many-wrong"
    saved = re.search(r'href="data:application/json;base64,([^"]*)"', answer.text)[1]
    assert base64.b64decode(saved).decode() == file
    assert "mailto:?subject=" in answer.text


def test_what_was_typed_is_masked_in_the_file_and_in_the_address(visitor):
    text = "281155216RT V212, code 4786, peter@example.org"
    answer = visitor.post("/report", data={"what": "number", "text": text, "wrong": "code-refused"})
    assert read_report(file_of(answer.text)).asked.text == "V999"
    for secret in ("V212", "4786", "peter", "example"):
        assert secret not in answer.text
        assert secret not in str(answer.url)


def test_what_is_written_into_the_address_by_hand_is_masked_too(visitor):
    answer = visitor.get("/report/file?what=display&text=CODE+4786&model=4786&make=Peter")
    assert "4786" not in answer.text
    assert "Peter" not in answer.text


@pytest.mark.parametrize("field", ["what", "wrong", "errors"])
def test_a_choice_that_there_is_not_is_refused(visitor, field):
    assert visitor.post("/report", data={field: "nothing"}).status_code == 400


# --- which radio, on the page of a number ------------------------------------------------------------------


def read(visitor, **fields):
    return visitor.post("/number", data={"text": "BP234631987485", **fields})


def test_a_number_of_several_radios_asks_which_with_how_to_tell_them_apart(visitor):
    page = read(visitor, make="nissan").text
    for said in (
        "Nissan Micra or Note radio by Blaupunkt",
        "Nissan Connect with a touch screen",
        "I cannot tell",
    ):
        assert said in unescape(page)
    assert "Radiopass" in page
    assert re.findall(r'name="model" value="(\w+)"', page) == [
        "nissan_blaupunkt_bp",
        "nissan_connect_lcn",
        "unknown",
    ]


def test_one_that_cannot_tell_gets_the_sheet_and_is_not_asked_again(visitor, page_of):
    form = page_of(read(visitor, make="nissan").text).form("/code")
    answer = visitor.post("/code", data=form.fields | {"model": "unknown", "owns": "yes"})
    assert "/road/" in str(answer.url)
    assert "<h1>The code for your Nissan radio" in answer.text
    assert "Is this the number?" not in answer.text


def test_one_that_names_the_radio_gets_its_code(visitor, page_of):
    form = page_of(read(visitor, make="nissan").text).form("/code")
    answer = visitor.post("/code", data=form.fields | {"model": "nissan_blaupunkt_bp", "owns": "yes"})
    assert "Your code" in answer.text
