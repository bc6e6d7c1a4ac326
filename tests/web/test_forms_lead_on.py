"""A form that does not hold leads to a page of its own: a reload asks for it again, and nothing typed is in its address."""

import re
from urllib.parse import unquote

import pytest
from asking import PHOTO, Asking
from hosted import BP, CAR

from radiokey.base.limits import Limit, Limits
from radiokey.clock import DAY_MS
from radiokey.web.http.arrival import FORM_BYTES_MAX
from radiokey.web.http.visits import SHOWN_MS

WORDS = "The car is at home on Friday."


def led(client, path, data=None, **other):
    """Post a form; return where it leads, and the page that a reload shows twice."""
    answer = client.post(path, data=data or {}, follow_redirects=False, **other)
    assert answer.status_code == 303, answer.text
    assert answer.headers["cache-control"] == "no-store"
    to = answer.headers["location"]
    first, again = client.get(to), client.get(to)
    assert (first.status_code, first.text.count('role="alert"')) == (
        again.status_code,
        again.text.count('role="alert"'),
    )
    return unquote(to), again


@pytest.mark.parametrize(
    ("path", "fields", "status", "says"),
    [
        ("/verify", {"receipt": "no receipt"}, 422, "This is not a receipt"),
        ("/verify", {}, 422, "This is not a receipt"),
        ("/waiting", {"model": "ford_6000cd", "errors": "13"}, 400, "There is no wait here"),
        ("/waiting", {"model": "ford_6000cd", "errors": "abc"}, 400, "A number of wrong codes"),
        ("/waiting", {"model": "nobodys"}, 400, "No radio here has this id"),
        ("/number", {"more": "1"}, 400, "The form is not as it should be"),
        ("/start", {"at": "nowhere"}, 422, "This is not a place in the guide"),
        ("/coach", {"visit": "x"}, 404, "This address is cut short"),
        ("/waiting/x/off", {}, 404, ""),
        ("/report", {"what": "x"}, 400, "A report is not about that"),
        ("/code", {"text": "x" * FORM_BYTES_MAX}, 413, "That is far more than this form holds"),
    ],
)
def test_what_is_wrong_is_said_on_a_page_that_is_opened(visitor, path, fields, status, says):
    _, page = led(visitor, path, fields)
    assert page.status_code == status
    assert says in page.text


def test_a_wrong_answer_to_a_countdown_is_said_beside_it(visitor, page_of):
    told = {"model": "ford_6000cd", "errors": "3"}
    countdown = visitor.post("/waiting", data=told, follow_redirects=False).headers["location"]
    to, page = led(visitor, f"{countdown}/off", {"minutes": "abc"})
    assert to.startswith(f"{countdown}?said=")
    assert page.status_code == 400
    assert any(tag == "details" and "open" in said for tag, said in page_of(page.text).tags)
    assert visitor.get(countdown).status_code == 200


# --- the desk's forms for owners ---------------------------------------------------------------------------


@pytest.fixture
def owner(api, page_of):
    api.add_unit()
    return Asking(api, page_of)


def test_a_request_that_does_not_hold_keeps_what_was_typed_and_opens_one_request(owner, page_of):
    sent = owner.form(vin="VSK")
    to, page = led(owner.client, "/requests", sent)
    assert page.status_code == 422
    for typed in ("VSK", "owner@example.org", BP):
        assert typed not in to
    form = page_of(page.text).form("/requests").fields
    assert {name: form[name] for name in ("text", "vin", "email", "model", "once")} == {
        name: sent[name] for name in ("text", "vin", "email", "model", "once")
    }
    mended = [owner.post("/requests", form | {"vin": CAR}).headers["location"] for _ in range(2)]
    assert len({owner.site.request_of(link.rpartition("/")[2]) for link in mended}) == 1


def test_a_message_that_does_not_hold_is_given_back_unless_it_may_have_the_code(owner):
    owner.open()
    long = f"{WORDS} " * 40
    to, page = led(owner.client, f"{owner.link}/messages", {"text": long})
    assert page.status_code == 400
    assert len(to) < 1_500, "what is long is held, and not in the address"
    assert f">{long}</textarea>" in page.text
    _, page = led(owner.client, f"{owner.link}/messages", {"text": f"{long} It is 4786."})
    assert "4786" not in page.text
    assert "what you typed is not kept" in page.text
    _, page = led(owner.client, f"{owner.link}/messages", {"text": ""})
    assert page.status_code == 400


def test_files_that_are_not_taken_have_to_be_chosen_again_and_the_page_says_so(owner):
    one = owner.open()
    _, page = led(owner.client, f"{owner.link}/papers", {"seen": "2"})
    assert page.status_code == 400
    assert "No paper was chosen" in page.text
    assert "nothing of the files was kept, so choose all of them again" in page.text
    to, page = led(
        owner.client, f"{owner.link}/papers", {"seen": "1"}, files=[("registration", ("a.jpg", PHOTO))]
    )
    assert page.status_code == 409
    assert "?said=" in to
    assert owner.desk.papers(one) == ()


def test_what_a_page_says_of_a_form_is_said_of_that_request_alone(owner):
    """An address that is put together from two fills in nothing."""
    owner.open()
    to, _ = led(owner.client, f"{owner.link}/messages", {"text": WORDS * 40})
    owner.open()
    other = owner.client.get(f"{owner.link}?{to.partition('?')[2]}")
    assert (other.status_code, WORDS in other.text) == (200, False)


def test_when_the_page_is_over_the_link_still_is_one(owner, clock):
    owner.open()
    to, page = led(owner.client, f"{owner.link}/messages", {"text": ""})
    assert page.status_code == 400
    clock.ms += DAY_MS
    later = owner.client.get(to)
    assert later.status_code == 200
    assert 'role="alert"' not in later.text


def test_a_limit_says_when_to_come_back_on_its_page_too(make_api, page_of):
    owner = Asking(make_api(limits=Limits({"messages": Limit(1, DAY_MS)})), page_of)
    owner.open()
    owner.post(f"{owner.link}/messages", {"text": WORDS})
    _, page = led(owner.client, f"{owner.link}/messages", {"text": "Hello again."})
    assert page.status_code == 429
    assert int(page.headers["retry-after"]) > 0
    assert "Hello again." in page.text


# --- the staff's forms -------------------------------------------------------------------------------------


def test_what_a_clerk_typed_is_on_the_page_of_that_request_and_that_clerk_alone(counter):
    one, other = counter.reviewed(), counter.reviewed()
    path = f"/desk/requests/{one}"
    answer = counter.api.ask(
        "POST",
        f"{path}/message",
        counter.token("cle"),
        data={"seen": "2", "text": "Is it 4786?"},
        follow_redirects=False,
    )
    to = answer.headers["location"]
    assert (answer.status_code, "4786" in to) == (303, False)
    for _ in range(2):
        assert "Is it 4786?" in counter.get(to, "cle").text
    assert "Is it 4786?" not in counter.get(to, "cora").text
    assert "Is it 4786?" not in counter.get(to.replace(one, other), "cle").text
    assert counter.view(one).messages == ()


def test_a_page_that_is_out_of_date_shows_after_a_reload_what_happened_by_then(counter, page_of):
    one = counter.reviewed()
    path = f"/desk/requests/{one}"
    counter.desk.record_vin(one, 2, "cora", counter.vin(CAR))
    sent = {"seen": "2", "text": "The second page."}
    answer = counter.api.ask(
        "POST", f"{path}/ask-papers", counter.token("cle"), data=sent, follow_redirects=False
    )
    to = answer.headers["location"]
    assert "cora" in page_of(counter.get(to, "cle").text).words
    counter.desk.record_fee(one, 3, "cora", None)
    later = counter.get(to, "cle").text
    assert "under warranty" in page_of(later).words
    assert page_of(later).form(f"{path}/ask-papers").fields["seen"] == "4"
    assert ">The second page.</textarea>" in later


def test_a_token_is_shown_again_on_a_reload_for_ten_minutes_to_its_maker_alone(counter, page_of, clock):
    fields = page_of(counter.get("/registrar/tokens", "reg").text).form("/registrar/tokens").fields
    sent = fields | {"account": "till", "scopes": "unit:search", "days": "30"}
    answer = counter.api.ask(
        "POST", "/registrar/tokens", counter.token("reg"), data=sent, follow_redirects=False
    )
    to = answer.headers["location"]
    (token,) = {re.search(r"secret\">([^<]+)<", counter.get(to, "reg").text)[1] for _ in range(2)}
    assert token not in to
    assert token not in counter.get(to, "rita").text
    clock.ms += SHOWN_MS
    over = counter.api.ask("GET", to, counter.token("reg"), follow_redirects=False)
    assert over.headers["location"] == "/registrar/tokens"


def test_what_an_import_would_do_is_shown_again_and_the_file_is_not_kept(counter):
    text = "serial,model,market,vin,code\n22000001,honda_audio5,EU,,11111\n?\n"
    answer = counter.api.ask(
        "POST",
        "/registrar/import",
        counter.token("reg"),
        files={"file": ("units.csv", text.encode(), "text/csv")},
        follow_redirects=False,
    )
    for _ in range(2):
        page = counter.get(answer.headers["location"], "reg").text
        assert "What would happen" in page
        assert "The same file once more: nothing of it was kept" in page


def test_words_of_somebody_who_is_signed_out_are_given_back_on_a_page_of_their_own(come):
    ann = come()
    ann.client.cookies.clear()
    sent = {"csrf": "x", "seen": "2", "text": WORDS}
    answer = ann.client.post("/desk/requests/ab12/message", data=sent, follow_redirects=False)
    to = answer.headers["location"]
    assert (answer.status_code, WORDS in unquote(to)) == (303, False)
    for _ in range(2):
        page = ann.get(to)
        assert page.status_code == 401
        assert WORDS in page.text
    assert ann.get("/sign-in/not-taken").status_code == 404


def test_recovery_codes_are_shown_again_on_a_reload_for_ten_minutes(come, clock):
    ann = come()
    answer = ann.client.post("/me/codes", data={"csrf": ann.csrf()}, follow_redirects=False)
    to = answer.headers["location"]
    codes = re.findall(r"<li>([0-9a-z-]{19})</li>", ann.get(to).text)
    assert (len(codes), re.findall(r"<li>([0-9a-z-]{19})</li>", ann.get(to).text)) == (10, codes)
    bob = come("bob")
    assert codes[0] not in bob.get(to).text
    clock.ms += SHOWN_MS
    assert ann.get(to).status_code == 404
