"""The waiting assistant over HTTP: how long, a countdown in a link, and only what the owner confirms counts."""

from datetime import UTC, datetime, timedelta

import pytest
from icalendar import Calendar

from radiokey.catalogue.load import load_catalogue
from radiokey.clock import MINUTE_MS
from radiokey.guide.model import Facts
from radiokey.guide.waiting import CHECKS_AT_THE_END, wait_answer
from radiokey.guide.walk import position

MODELS = sorted(load_catalogue().models)
THIRTY = {"model": "ford_6000cd", "errors": "3"}


@pytest.fixture
def client(visitor):
    """A countdown lives in its link, so that one site serves all of them."""
    return visitor


@pytest.fixture
def clock(visitor):
    return visitor.app.state.site.clock


def begin(client, **told) -> str:
    answer = client.post("/waiting", data=THIRTY | told, follow_redirects=False)
    assert answer.status_code == 303
    return answer.headers["location"]


def said_on(client, link: str, how: str, **told) -> str:
    answer = client.post(f"{link}/{how}", data=told, follow_redirects=False)
    assert answer.status_code == 303
    return answer.headers["location"]


@pytest.mark.parametrize("model", MODELS)
def test_each_radio_says_how_long_it_waits(visitor, page_of, radios, model):
    """The words are the assistant's; a countdown is offered only where time ends the wait."""
    for errors in ("", "0", "1", "2", "3", "4"):
        answer = visitor.get("/waiting", params={"model": model, "errors": errors})
        page = page_of(answer.text)
        wanted = wait_answer(radios[model], int(errors) if errors else None)
        assert answer.status_code == 200
        assert all(page_of(sentence).words in page.words for sentence in wanted.sentences)
        offers = [form for form in page.forms if form.method == "post"]
        assert bool(offers) is bool(wanted.wait_ms)
        assert (f"/sheet?model={model}&errors={errors}" in page.links) is wanted.may_be_over


@pytest.mark.parametrize("errors", ["3", "5"])
def test_a_mazda_that_may_be_a_tribute_is_headed_by_the_cautious_act_and_not_by_one_set(
    visitor, page_of, errors
):
    """Three wrong codes are the end of one set; the other asks on, or waits for half an hour."""
    page = page_of(visitor.get("/waiting", params={"model": "mazda_panasonic", "errors": errors}).text)
    assert "Leave it on for 30 minutes" in page.words
    assert "No time ends this" not in page.words
    act, set_that_ends, set_that_goes_on = (
        page.words.index(said)
        for said in (
            "enter nothing: that is right whichever it is",
            "Mazda radio that shows Err: After",
            "Mazda Tribute radio that shows Lock 3000:",
        )
    )
    assert act < set_that_ends < set_that_goes_on
    assert page.form("/waiting").fields["errors"] == errors
    assert any(link.startswith("/sheet?model=mazda_panasonic") for link in page.links)


def test_a_radio_that_takes_no_code_any_more_has_no_countdown_but_a_sheet(visitor, page_of):
    final = {"model": "ford_6000cd", "errors": "13"}
    page = page_of(visitor.get("/waiting", params=final).text)
    assert "It takes no code any more" in page.words
    assert [form for form in page.forms if form.method == "post"] == []
    assert visitor.get(next(link for link in page.links if link.startswith("/sheet?"))).status_code == 200
    refused = visitor.post("/waiting", data=final)
    assert refused.status_code == 400
    assert "There is no wait here that a countdown could count" in refused.text


@pytest.mark.parametrize("model", MODELS)
def test_every_wait_that_time_ends_can_be_counted(visitor, radios, model):
    for errors in range(1, 5):
        answer = visitor.post(
            "/waiting", data={"model": model, "errors": str(errors)}, follow_redirects=False
        )
        counted = wait_answer(radios[model], errors).wait_ms
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/waiting/" if counted else "/waiting?")
        assert visitor.get(answer.headers["location"]).status_code == (200 if counted else 400)


def test_a_countdown_counts_down(client, clock, page_of):
    link = begin(client)
    assert link.startswith("/waiting/")
    assert ">30:00</p>" in client.get(link).text
    clock.ms += 10 * MINUTE_MS + 1
    assert ">20:00</p>" in client.get(link).text
    assert "Was the radio on all the time?" not in page_of(client.get(link).text).words


def test_it_does_not_believe_the_clock_alone(client, clock, page_of):
    """When the time is over the owner is asked; only the answer counts."""
    link = begin(client)
    clock.ms += 31 * MINUTE_MS
    page = page_of(client.get(link).text)
    assert "Was the radio on all the time?" in page.words
    assert CHECKS_AT_THE_END[0] not in page.words


def test_at_the_end_come_three_checks_before_anything_is_entered(client, clock, page_of):
    link = begin(client)
    clock.ms += 31 * MINUTE_MS
    page = page_of(client.get(said_on(client, link, "on")).text)
    assert "The time is over" in page.words
    assert all(check in page.words for check in CHECKS_AT_THE_END)
    assert len(CHECKS_AT_THE_END) == 3
    [following] = [link for link in page.links if link.startswith("/guide/cause")]
    assert client.get(following).status_code == 200


def test_the_minutes_it_was_off_do_not_count(client, clock):
    link = begin(client)
    clock.ms += 20 * MINUTE_MS
    link = said_on(client, link, "off", minutes="5")
    assert ">15:00</p>" in client.get(link).text


def test_more_minutes_off_than_went_by_leave_the_wait_as_it_was(client, clock):
    link = begin(client)
    clock.ms += 20 * MINUTE_MS
    assert ">30:00</p>" in client.get(said_on(client, link, "off", minutes="9999")).text


def test_off_for_nobody_knows_how_long_begins_again(client, clock):
    """Nobody knows what the radio made of it."""
    link = begin(client)
    clock.ms += 20 * MINUTE_MS
    link = said_on(client, link, "on")
    clock.ms += 5 * MINUTE_MS
    assert ">30:00</p>" in client.get(said_on(client, link, "off")).text


def test_a_clock_that_goes_back_shortens_nothing(client, clock):
    link = begin(client)
    clock.ms += 10 * MINUTE_MS
    link = said_on(client, link, "on")
    clock.ms -= 60 * MINUTE_MS
    link = said_on(client, link, "on")
    assert ">20:00</p>" in client.get(link).text
    clock.ms += 60 * MINUTE_MS
    assert ">20:00</p>" in client.get(said_on(client, link, "on")).text


@pytest.mark.parametrize("minutes", ["-1", "abc", "10000", "1.5", "٣"])
def test_minutes_that_are_none_are_asked_again_and_the_countdown_stays(client, clock, page_of, minutes):
    """The same page again, with the question, the time left and what is expected."""
    link = begin(client)
    clock.ms += 10 * MINUTE_MS
    answer = client.post(f"{link}/off", data={"minutes": minutes})
    assert answer.status_code == 400
    assert "A number of minutes is expected" in page_of(answer.text).words
    assert ">20:00</p>" in answer.text
    assert f"{link}/off" in [form.action for form in page_of(answer.text).forms]


@pytest.mark.parametrize("at", [9, 10, 20, 40, -1])
def test_a_link_that_was_changed_is_no_countdown(client, at):
    """One character, anywhere: the page is not there, and nothing of the link is believed."""
    link = begin(client)
    token = list(link.removeprefix("/waiting/"))
    token[at] = "A" if token[at] != "A" else "B"
    changed = "/waiting/" + "".join(token)
    for answer in (client.get(changed), client.post(f"{changed}/on"), client.get(f"{changed}/radiokey.ics")):
        assert answer.status_code == 404
        assert "This link was changed or cut short" in answer.text


@pytest.mark.parametrize("token", ["x", "A" * 200, "%C3%BC", "....", "-_-_", "a%00b"])
def test_a_link_that_nobody_made_is_no_countdown(visitor, token):
    assert visitor.get(f"/waiting/{token}").status_code == 404


def test_a_countdown_outlives_a_restart_of_the_server(make_client, clock):
    """Nothing is kept but the secret; the same link goes on."""
    link = begin(make_client())
    clock.ms += 12 * MINUTE_MS
    assert ">18:00</p>" in make_client().get(link).text


def test_a_site_with_another_secret_knows_no_such_countdown(make_client):
    link = begin(make_client())
    assert make_client(secret=b"y" * 32).get(link).status_code == 404


def test_the_page_of_a_countdown_is_stored_nowhere(client):
    assert client.get(begin(client)).headers["cache-control"] == "no-store"


def test_the_calendar_file_rings_when_the_wait_can_be_over(client, clock):
    """It leads back to the countdown and holds no code and no number."""
    link = begin(client)
    answer = client.get(f"{link}/radiokey.ics")
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    [event] = Calendar.from_ical(answer.content).walk("VEVENT")
    due = datetime.fromtimestamp(clock.ms / 1000, UTC) + timedelta(minutes=30)
    assert event.decoded("dtstart") == due.replace(microsecond=0)
    assert str(event["url"]).endswith(link)
    assert [alarm["action"] for alarm in event.walk("VALARM")] == ["DISPLAY"]
    assert all(check in str(event["description"]) for check in CHECKS_AT_THE_END)


@pytest.mark.parametrize("errors", ["100", "-1", "one", "1e3", "٣"])
def test_a_count_of_errors_that_is_none_is_said(visitor, errors):
    for answer in (
        visitor.get("/waiting", params={"errors": errors}),
        visitor.post("/waiting", data={"errors": errors}),
    ):
        assert answer.status_code == 400
        assert "number of wrong codes from 0 to 99 is expected" in answer.text


def test_what_a_power_cut_would_do_is_told_only_to_who_holds_the_code(visitor):
    """STORY, "Not ours": and only where a maker's own text says it."""
    told = 0
    for model in load_catalogue().models.values():
        without = visitor.get("/waiting", params={"model": model.id, "errors": "1"}).text
        assert "The maker says" not in without
        told += (
            "The maker says"
            in visitor.get("/waiting", params={"model": model.id, "errors": "1", "holds": "yes"}).text
        )
    assert told


def test_where_no_wait_ends_it_nothing_is_said_of_waiting(visitor, page_of):
    page = page_of(visitor.get("/waiting", params={"model": "ford_6000cd", "errors": "10"}).text)
    assert "No time ends this" in page.words
    assert "while it waits" not in page.words
    assert not [form for form in page.forms if form.method == "post"]
    assert "/sheet?model=ford_6000cd&errors=10" in page.links


@pytest.mark.parametrize(("model", "off"), [("grundig_wkc", False), ("renault_86a", True)])
def test_only_where_switching_off_stops_the_clock_it_is_advised_against(visitor, page_of, model, off):
    form = page_of(visitor.get("/waiting", params={"model": model, "errors": "3"}).text).forms[0]
    running = page_of(visitor.post("/waiting", data=form.fields).text)
    assert ("do not switch off" in running.words) is off


@pytest.mark.parametrize(
    ("found", "after"),
    [(False, "hold-the-code.renault_86a.-.code.2.1"), (True, "hold-the-code.renault_86a.-.code.2.1e")],
)
def test_a_wait_does_not_forget_a_refusal(client, clock, page_of, found, after):
    """Units.md step 5: a code refused after it is the second, whichever page did the counting."""
    facts = Facts(model="renault_86a", errors=2, refused=1, evidence=found)
    step = page_of(client.get(f"/guide/{position('waiting', facts)}").text)
    at = next(link for link in step.links if link.startswith("/waiting?"))
    form = next(form for form in page_of(client.get(at).text).forms if form.method == "post")
    running = client.post("/waiting", data=form.fields)
    clock.ms += 15 * MINUTE_MS
    page = page_of(client.get(str(running.url)).text)
    on = next(form for form in page.forms if "/on" in form.action)
    over = page_of(client.post(on.action, data=on.fields).text)
    assert f"/guide/{after}" in over.links


@pytest.mark.parametrize("refused", ["x", "ee", "-1", "1f"])
def test_a_number_of_refusals_that_is_none_is_refused(visitor, refused):
    begun = visitor.post("/waiting", data={"model": "renault_86a", "errors": "1", "refused": refused})
    assert begun.status_code == 400


def test_a_countdown_that_began_without_a_network_gets_its_link_once_there_is_one(client, clock, page_of):
    """The address says when it began; a time to come is none, and what is no time begins now."""
    began = clock.now_ms() - 10 * MINUTE_MS
    for at, left in ((began, 20), (began + 90 * MINUTE_MS, 30), ("soon", 30)):
        answer = client.get("/waiting/begun", params=THIRTY | {"at": at})
        assert answer.url.path.startswith("/waiting/A")
        assert f'data-left="{left * MINUTE_MS}"' in answer.text
    kept = client.get("/waiting/begun", params=THIRTY)
    assert f'data-left="{30 * MINUTE_MS}"' in kept.text
    assert page_of(kept.text).forms == []
    final = client.get("/waiting/begun", params={"model": "ford_6000cd", "errors": "13"})
    assert final.url.path == "/waiting"
