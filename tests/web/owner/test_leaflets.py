"""The leaflets as pages, and the calendar files they lead to."""

from html import unescape

import pytest
from icalendar import Calendar

RADIO = "renault_86a"


def test_the_checklist_is_made_for_the_radio_and_leads_to_the_workshops_sheet(visitor, page_of):
    answer = visitor.get(f"/prevention?model={RADIO}")
    assert answer.status_code == 200
    assert "hold 1 and 6" in answer.text
    assert f"/hand-over?model={RADIO}" in page_of(answer.text).links
    sheet = visitor.get(f"/hand-over?model={RADIO}")
    assert "this radio has a code" in sheet.text
    assert "____" in sheet.text


def test_the_road_leads_there_with_the_radio(visitor, page_of):
    at = f"prevention.{RADIO}.-.-.-.0"
    assert f"/prevention?model={RADIO}" in page_of(visitor.get(f"/guide/{at}").text).links
    assert "/hand-over" in page_of(visitor.get("/guide/garage").text).links


@pytest.mark.parametrize("address", [f"battery.ics?fitted=2022-05&model={RADIO}", "update.ics?every=12"])
def test_a_reminder_is_a_calendar_file(visitor, address):
    answer = visitor.get(f"/prevention/{address}")
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert len(Calendar.from_ical(answer.content).walk("VALARM")) == 1


@pytest.mark.parametrize("address", ["battery.ics?fitted=soon", "battery.ics", "update.ics?every=5"])
def test_what_is_wrong_with_a_reminder_is_said_on_its_page(visitor, address):
    answer = visitor.get(
        f"/prevention/{address}&model={RADIO}" if "?" in address else f"/prevention/{address}"
    )
    assert answer.status_code == 400
    assert answer.url.path == "/prevention"
    said = unescape(answer.text)
    assert "The month the battery was fitted is expected" in said or "A reminder comes every" in said


def test_a_radio_that_nobody_knows_is_refused(visitor):
    assert visitor.get("/prevention?model=nothing").status_code == 400


def test_an_end_says_what_is_not_known_and_leads_to_the_other_ends(visitor, page_of):
    answer = visitor.get("/ends/permanent?model=ford_6000cd")
    assert "LOCKED 13" in answer.text
    assert "Cost: not known. Takes: not known." in answer.text
    links = page_of(answer.text).links
    assert {"/ends/stolen?model=ford_6000cd", "/ends/other-market?model=ford_6000cd"} <= set(links)


def test_the_road_leads_to_its_end_and_to_the_used_unit(visitor, page_of):
    def links(step):
        return page_of(visitor.get(f"/guide/{step}.{RADIO}.-.-.-.0").text).links

    assert f"/ends/paired?model={RADIO}" in links("other-car")
    assert f"/used?model={RADIO}" in links("used-unit")
    assert "only with it" in visitor.get(f"/used?model={RADIO}").text


def test_an_end_that_there_is_not_is_not_found(visitor):
    assert visitor.get("/ends/nowhere").status_code == 404


def test_the_questions_lead_on_with_the_radio_and_to_the_poll(visitor, page_of):
    answer = visitor.get(f"/questions?model={RADIO}")
    links = page_of(answer.text).links
    assert f"/poll?model={RADIO}" in links
    assert f"/guide/faq-wait.{RADIO}.-.-.-.0" in links
    assert "Hold key 6" in answer.text
    assert "/questions" in page_of(visitor.get("/guide/faq").text).links
