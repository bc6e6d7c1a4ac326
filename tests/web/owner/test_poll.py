"""The poll as a page: one tap, no cookie, works without JavaScript; a sentence below 20 answers, then a dot plot."""

import re
import xml.etree.ElementTree as ET

import pytest

from radiokey.base.poll.poll import SHOWN_FROM, Often
from radiokey.web.draw import dots_svg

RADIO = "renault_86a"


@pytest.fixture
def base(make_client):
    client = make_client()
    return client, client.app.state.site.base


def answered(base, model, often, count):
    """Record answers past the limits, as so many owners would."""
    with base.poll._store.transaction() as transaction:
        for _ in range(count):
            transaction.add_poll_answer(model, often.value)


def test_one_tap_counts_and_leads_to_the_results_without_a_cookie(visitor):
    page = visitor.get(f"/poll?model={RADIO}")
    assert re.findall(r'name="often" value="([a-z-]+)"', page.text) == [often.value for often in Often]
    assert re.findall(r'<script(?:[^>]* src="/static/([a-z]+))?', page.text) == ["offline"], (
        "what every page has"
    )
    answer = visitor.post("/poll", data={"model": RADIO, "often": "each-battery"})
    assert answer.status_code == 200
    assert answer.url.path == "/poll"
    assert "Your answer is counted." in answer.text
    assert "1 answer so far" in answer.text
    assert not visitor.cookies
    assert "set-cookie" not in {name for one in (*answer.history, answer) for name in one.headers}


def test_who_answers_too_often_is_told_so_on_the_page_and_not_counted(visitor):
    for _ in range(3):
        visitor.post("/poll", data={"often": "never"})
    answer = visitor.post("/poll", data={"often": "never"})
    assert answer.status_code == 429
    assert "3 answers so far" in answer.text
    assert "answers were counted from here" in answer.text


@pytest.mark.parametrize("data", [{"often": "sometimes"}, {}, {"often": "never", "model": "nothing"}])
def test_an_answer_that_there_is_not_is_refused(visitor, data):
    assert visitor.post("/poll", data=data).status_code == 400


def test_below_twenty_a_sentence_and_from_twenty_on_a_plot_with_its_figures(base):
    client, poll = base
    answered(poll, RADIO, Often.NEVER, SHOWN_FROM - 1)
    before = client.get("/poll").text
    assert "19 answers so far" in before
    assert 'svg class="dots"' not in before
    answered(poll, RADIO, Often.ALWAYS, 1)
    answered(poll, "ford_6000cd", Often.YEARLY, 3)
    after = client.get("/poll?model=ford_6000cd").text
    assert after.count('svg class="dots"') == 2  # all, and the one radio with enough
    assert "For this radio 3 so far" in after
    assert "<td>19</td>" in after
    assert "no sample of all owners" in after


def test_the_named_radio_is_drawn_first_and_all_pictures_are_at_most_five_kilobytes(base):
    client, poll = base
    for model, count in (
        ("ford_6000cd", 900),
        ("nissan_terrano3_article", 800),
        (RADIO, 700),
        ("saab_band", 650),
    ):
        for often in Often:
            answered(poll, model, often, count // 4)
    page = client.get("/poll?model=saab_band").text
    drawn = re.findall(r'<svg class="dots".*?</svg>', page)
    assert len(drawn) == 3
    assert "Saab" in drawn[1]
    assert sum(len(one.encode()) for one in drawn) <= 5 * 1024


def test_a_plot_says_its_figures_to_a_reader_and_escapes_its_words():
    root = ET.fromstring(dots_svg('<b>"R" & co', [("Never", 3), ("Always", 1)]))  # noqa: S314 - our own drawing
    assert root.get("role") == "img"
    assert root[0].text == '<b>"R" & co. Never: 3 of 4; Always: 1 of 4'
    assert [one.get("cx") for one in root.iter("{http://www.w3.org/2000/svg}circle")] == ["233", "163"]
    assert "cx" in dots_svg("nothing yet", [("Never", 0)])
