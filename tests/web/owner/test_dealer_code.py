"""A dealer's answer: from the letter on the sheet through the one door to the keys, and nowhere else."""

import json

import pytest

from radiokey.serial.number import parse
from radiokey.web.http.forms import DealerCodeForm

HONDA, NUMBER, CODE = "honda_audio5", "22000505", "31415"
ANSWER = {"text": NUMBER, "model": HONDA, "code": CODE, "owns": "yes", "request_id": "one"}


@pytest.fixture
def sent(client):
    """Send the answer, with what is changed of it."""

    def send(**changed):
        return client.post("/told", data=ANSWER | changed)

    return send


def test_the_letter_is_in_the_dealers_language_and_its_page_in_the_owners(client, page_of):
    """The links keep all that was said; a language that is not there changes nothing."""
    page = client.get("/sheet", params={"make": "honda", "errors": "1"}).text
    assert '<a href="/sheet?make=honda&amp;errors=1&amp;letter=ru#letter" lang="ru"' in page
    other = client.get("/sheet", params={"make": "honda", "errors": "1", "letter": "ru"}).text
    assert '<pre class="letter" lang="ru">' in other
    assert 'id="letter" open>' in other
    assert "Walk away if you meet" in other
    assert "I bring the registration" not in other
    assert '<a href="/sheet?make=honda&amp;errors=1&amp;letter=en#letter" lang="en"' in other
    assert (
        client.get("/sheet", params={"make": "honda", "errors": "1", "letter": "tlh"}).text.count('lang="en"')
        >= 3
    )
    begun = page_of(client.get("/number").text).form("/number").fields | {"text": "12345678", "make": "honda"}
    road = client.post("/number", data=begun)
    assert (
        "12345678"
        in client.get(f"{road.url.path}?letter=ru").text.partition('<pre class="letter" lang="ru">')[2]
    )


def test_the_sheet_has_the_letter_and_the_way_back_with_the_answer(client, page_of, entries):
    """Row 21 where no base knows: letter out, answer in, receipt and keys; sent again it is the same request."""
    sheet = page_of(client.get("/sheet", params={"make": "honda", "model": HONDA, "errors": "1"}).text)
    assert "I bring the registration" in sheet.words
    page = page_of(client.post("/told/new", data=sheet.form("/told/new").fields | {"text": NUMBER}).text)
    form = page.form("/told").fields
    assert {name: form[name] for name in ("text", "model", "make", "errors")} == {
        "text": NUMBER, "model": HONDA, "make": "honda", "errors": "1",
    }  # fmt: skip
    shown = client.post("/told", data=form | {"code": CODE, "owns": "yes"})
    assert shown.status_code == 200
    words = page_of(shown.text).words
    assert f'aria-label="{" ".join(CODE)}"' in shown.text
    assert "dealer's answer, as it was given to you" in words
    assert "Save the receipt" in words
    keys = next(link for link in page_of(shown.text).links if link.endswith("/keys"))
    assert client.get(keys).status_code == 200
    assert client.post("/told", data=form | {"code": CODE, "owns": "yes"}).status_code == 200
    assert entries() == 1


SAID = {"say": "ERR2", "word": "wait", "shows": "wait", "errors": "2", "car": "Accord 2004", "make": "honda"}


def test_what_was_said_before_the_dealer_was_asked_is_kept_to_the_keys(client, page_of):
    """Nothing is asked twice: a form that does not hold has it too, and the code's page says what comes first."""
    sheet = page_of(client.get("/sheet", params=SAID | {"model": HONDA}).text)
    form = page_of(client.post("/told/new", data=sheet.form("/told/new").fields).text).form("/told").fields
    assert {name: form[name] for name in SAID} == SAID
    wrong = client.post("/told", data=form | {"text": NUMBER, "code": "1", "owns": "yes"})
    again = page_of(wrong.text)
    assert {name: again.form("/told").fields[name] for name in SAID} == SAID
    assert "While it shows this it takes no code." in again.words
    another = next(link for link in again.links if link.startswith("/told?"))
    assert {"say=ERR2", "shows=wait", "errors=2"} <= set(another.partition("?")[2].split("&"))
    shown = client.post("/told", data=again.form("/told").fields | {"code": CODE, "owns": "yes"})
    assert shown.status_code == 200
    words = page_of(shown.text).words
    assert "While it shows this it takes no code." in words
    assert "First:" in words


def test_a_word_that_is_none_of_the_guides_releases_nothing(sent, entries):
    assert sent(word="kebab").status_code == 422
    assert entries() == 0


def test_the_log_says_dealer_and_never_the_code(site, sent):
    sent(code="26143")
    with site.base.log._store.snapshot() as seen:
        (leaf,) = [entry.leaf for entry in seen.entries()]
    assert json.loads(leaf)["source"] == "dealer"
    files = b"".join(file.read_bytes() for file in site.base.location.path.parent.glob("base.sqlite3*"))
    assert b"26143" not in files


def test_the_page_with_the_code_is_stored_nowhere(client, sent):
    for answer in (sent(), client.get("/told")):
        assert answer.headers["cache-control"] == "no-store"
        assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    ("wrong", "status", "says"),
    [
        ({"code": "261"}, 422, "5"),
        ({"code": "2614326143"}, 422, "5"),
        ({"code": ""}, 422, "code"),
        ({"code": "26A43"}, 422, "code"),
        ({"owns": ""}, 400, "yours"),
        ({"text": "what it says"}, 422, "number"),
        ({"vin": "VF1"}, 422, "17"),
        ({"request_id": "no id"}, 400, "request id"),
        ({"errors": "many"}, 400, "wrong codes"),
        ({"model": "nothing"}, 400, "no radio here"),
    ],
)
def test_what_does_not_hold_is_said_logged_nowhere_and_the_code_is_not_repeated(
    sent, entries, wrong, status, says
):
    answer = sent(**{"code": "26143"} | wrong)
    assert answer.status_code == status
    assert says in answer.text.lower()
    assert "2614" not in answer.text
    assert entries() == 0


def test_what_was_typed_is_kept_for_the_next_try_but_not_the_code(sent, page_of):
    form = page_of(sent(code="1").text).form("/told").fields
    assert (form["text"], form["model"], form["code"], form["request_id"]) == (NUMBER, HONDA, "", "one")
    assert page_of(sent(request_id="no id").text).form("/told").fields["request_id"] != "no id"


def test_a_radio_reported_stolen_is_answered_as_everywhere(site, sent, entries):
    site.base.blacklist.add(parse(NUMBER, kinds=("honda-8",)), reason="police report")
    answer = sent()
    assert (answer.status_code, entries()) == (403, 0)
    assert CODE not in answer.text


def test_another_radio_takes_another_form(sent, page_of, entries):
    """The id belongs to the first; the page gives a fresh one."""
    assert sent().status_code == 200
    again = sent(text="22000506")
    assert again.status_code == 422
    fresh = page_of(again.text).form("/told").fields["request_id"]
    assert sent(text="22000506", request_id=fresh).status_code == 200
    assert entries() == 2


def test_a_form_with_a_code_hides_it():
    assert CODE not in repr(DealerCodeForm(code=CODE))


def test_a_radio_that_takes_no_code_is_offered_no_such_page(client):
    assert "/told/new" not in client.get("/sheet", params={"model": "gm_theftlock_vin"}).text
