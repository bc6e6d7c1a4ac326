"""The owner's request over HTTP, as a phone without JavaScript has it: from the sheet to the code, by its link alone."""

import json

import pytest
from asking import ASKED, PHOTO, Asking, codes_shown
from hosted import ADDRESS, BP, BP_MODEL, CANARY, CAR, HOST, OTHER_CAR
from papermaking import pdf

from radiokey.base.keys.link import sign
from radiokey.base.limits import Limit, Limits
from radiokey.base.papers.kind import NAMES, PaperKind, kept_words
from radiokey.base.requests.desk import Application
from radiokey.base.requests.reasons import WORDS, Reason
from radiokey.base.requests.request import CHECK_LIST, State
from radiokey.clock import DAY_MS, HOUR_MS
from radiokey.errors import LogError
from radiokey.serial.number import parse
from radiokey.serial.vin import Vin
from radiokey.web.http.links import LASTS_MS, PURPOSE
from radiokey.web.jobs.log_monitor import LogCheck
from radiokey.web.owner.request import FORM


@pytest.fixture
def owner(api, page_of):
    api.add_unit()
    return Asking(api, page_of)


# --- the whole way -----------------------------------------------------------------------------------------


def test_an_owner_comes_from_the_sheet_to_the_code_without_an_account(owner, page_of):
    """Rows 18 and 19: each form is sent as it stands on the page before; two people of the desk act between."""
    sheet = page_of(owner.get("/sheet", params={"make": "nissan", "model": BP_MODEL}).text)
    asked = page_of(owner.follow("/requests/new", sheet.form("/requests/new").fields).text)
    for kind in PaperKind:
        assert kept_words(kind) in asked.words
    answer = owner.post("/requests", asked.form("/requests").fields | ASKED)
    owner.link = answer.headers["location"]
    assert "Your turn: send your papers" in owner.words

    assert owner.page.forms[0].action.endswith("/papers")
    assert (
        owner.send(("registration", PHOTO), ("label-photo", PHOTO), ("vin-photo", PHOTO)).status_code == 303
    )
    assert "A clerk looks at your papers" in owner.words
    owner.desk.check(owner.id, 3, "cle", CHECK_LIST)
    assert "A second person looks" in owner.words
    owner.desk.approve(owner.id, 4, "app")
    page = owner.page
    assert "Your code is released" in page.words
    assert CANARY not in owner.get(owner.link).text
    shown = owner.follow(page.forms[0].action)
    assert codes_shown(shown.text) == [CANARY]
    assert "Save the receipt" in shown.text
    receipt = next(link for link in page_of(shown.text).links if link.startswith("data:application/json"))
    assert receipt
    assert owner.api.entries() == 1
    assert codes_shown(owner.follow(page.forms[0].action).text) == [CANARY]
    assert owner.api.entries() == 1


def test_the_papers_of_an_owner_are_really_read_and_kept_as_pictures(api, page_of):
    """With the worker of the product: a photo and a PDF are kept, and neither as it came."""
    owner = Asking(api, page_of, quick=False)
    one = owner.open()
    assert owner.send(("registration", PHOTO), ("purchase", pdf())).status_code == 303
    sent = owner.desk.papers(one)
    media = [owner.desk.paper(one, paper.id, "cle") for paper in sent]
    assert [paper.media for paper in media] == ["application/pdf", "image/jpeg"]
    assert all(paper.content not in {PHOTO, pdf()} for paper in media)


# --- opening -----------------------------------------------------------------------------------------------


def test_the_same_form_sent_twice_opens_one_request(owner):
    form = owner.form()
    first, second = owner.post("/requests", form), owner.post("/requests", form)
    owner.link = first.headers["location"]
    one = owner.id
    owner.link = second.headers["location"]
    assert owner.id == one
    assert owner.desk.view(one).act == 2


def test_a_form_that_opened_one_request_opens_no_other(owner):
    """Whoever goes back and changes the car is told so; nothing of the first is shown or changed."""
    form = owner.form()
    assert owner.post("/requests", form).status_code == 303
    again = owner.post("/requests", form | {"vin": OTHER_CAR})
    assert again.status_code == 422
    page = owner.page_of(again.text)
    assert "This form has opened a request already, with other words." in page.words
    fresh = page.form("/requests").fields  # it says so once: sent again it opens another one
    assert fresh["vin"] == OTHER_CAR
    assert owner.post("/requests", fresh).status_code == 303


@pytest.mark.parametrize("once", ["", "x", sign(b"y" * 32, FORM, "abc", 2 * 10**12), "AQ" * 40])
def test_a_form_that_is_not_from_here_opens_nothing(owner, once):
    assert owner.post("/requests", owner.form(once=once)).status_code == 404
    assert owner.desk.queue("owner").lines == ()


def test_a_form_of_yesterday_says_so(owner, clock):
    form = owner.form()
    clock.ms += DAY_MS
    answer = owner.post("/requests", form)
    assert answer.status_code == 404
    assert "time of this link is over" in answer.text.lower()


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"text": "what it says"}, "this radio has"),
        ({"vin": "VSK"}, "17"),
        ({"vin": ""}, "17"),
        ({"email": "owner"}, "e-mail address"),
        ({"email": "a@b.org\nBcc: c@d.org"}, "e-mail address"),
        ({"model": "nothing"}, "no radio here"),
    ],
)
def test_what_is_wrong_with_a_request_is_said_on_its_form_and_nothing_is_lost(owner, page_of, wrong, says):
    told = owner.form(**wrong)
    answer = owner.post("/requests", told)
    assert answer.status_code in {400, 422}
    if "model" in wrong:
        return  # the list of radios has no such one, so the page is the problem's
    page = page_of(answer.text)
    assert says.lower() in page.words.lower()
    kept = page.form("/requests").fields
    assert {name: kept[name] for name in ("once", "make", "model")} == {
        name: told[name] for name in ("once", "make", "model")
    }
    assert owner.desk.queue("owner").lines == ()


def test_without_an_address_the_link_is_enough(owner):
    one = owner.open(email="")
    assert "No" not in owner.page.words[:20]
    assert owner.desk.outbox.take(9).mails == ()
    assert owner.desk.view(one).request.state is State.PAPERS


def test_a_base_of_ones_own_has_no_desk(client):
    """Three people are not one: no page of it, and the sheet offers none."""
    assert "/requests/new" not in client.get("/sheet").text
    for path in ("/requests/new", "/requests/x"):
        assert client.get(path).status_code == 404
    assert client.post("/requests", data={}).status_code == 404


def test_ten_requests_a_day_are_enough_for_anybody(make_api, page_of, clock):
    limits = Limits({"requests": Limit(2, DAY_MS), "requests-network": Limit(3, DAY_MS)})
    owner = Asking(make_api(limits=limits), page_of)
    owner.open()
    form = owner.form()
    assert owner.post("/requests", form).status_code == 303
    assert owner.post("/requests", form).status_code == 303, "the same one again costs nothing"
    refused = owner.post("/requests", owner.form())
    assert (refused.status_code, refused.headers["retry-after"]) == (429, str(DAY_MS // 2 // 1000))
    assert "goes on by its own link" in refused.text
    owner.api.at.address = ADDRESS.replace(".7", ".8")
    owner.open()
    refused = owner.post("/requests", owner.form())
    assert (refused.status_code, "from this network" in refused.text) == (429, True)
    clock.ms += DAY_MS
    owner.open()


def test_where_papers_decide_the_door_leads_to_the_desk(owner, page_of):
    """A number that many radios share, one of them reported: the code is not released here; that is not the end."""
    label = "281155216RT V212"
    owner.api.base.blacklist.add(parse(label), label=label, reason="police report")
    answer = owner.follow("/code", {"text": label, "make": "renault", "owns": "yes", "request_id": "one"})
    assert answer.status_code == 403
    assert page_of(answer.text).form("/requests/new").fields["text"] == label


def test_this_very_machine_has_no_network_to_share_a_limit_with(make_api, page_of):
    limits = Limits({"requests": Limit(2, DAY_MS), "requests-network": Limit(1, DAY_MS)})
    owner = Asking(make_api(limits=limits), page_of)
    owner.api.at.address = "127.0.0.1"
    owner.open()
    owner.open()
    assert owner.post("/requests", owner.form()).status_code == 429


# --- the link ----------------------------------------------------------------------------------------------


def test_a_link_is_private_is_stored_nowhere_and_stands_in_no_line_of_the_log(owner):
    owner.open()
    for answer in (
        owner.get(owner.link),
        owner.get(f"{owner.link}/withdraw"),
        owner.post("/requests", owner.form()),
    ):
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"
        assert "set-cookie" not in answer.headers
    owner.send(("registration", PHOTO))
    lines = b"".join(owner.api.lines).decode()
    routes = {json.loads(line)["route"] for line in owner.api.lines}
    assert owner.link.rpartition("/")[2] not in lines
    assert {"/requests/{link}", "/requests/{link}/papers"} <= {route.replace(":str", "") for route in routes}


def test_what_every_answer_carries_stands_in_it_once(owner):
    """Two referrer policies would be the wrong one of the two."""
    owner.open()
    headers = [name for name, _ in owner.get(owner.link).headers.multi_items()]
    assert len(headers) == len(set(headers))
    assert owner.get("/").headers["referrer-policy"] == "same-origin"


@pytest.mark.parametrize("path", ["", "/withdraw", "/code", "/papers", "/messages"])
def test_no_other_link_leads_anywhere(owner, clock, path):
    """Cut, changed, of another purpose, by another key, run out: one answer, 404."""
    one = owner.open()
    link = owner.link.rpartition("/")[2]
    key = owner.site.purpose_key(PURPOSE)
    wrong = [
        link[:-1], link + "A", link.swapcase(), link[:20] + ("A" if link[20] != "A" else "B") + link[21:], "x",
        sign(owner.site.purpose_key("countdown"), PURPOSE, one, clock.ms + LASTS_MS),
        sign(key, "countdown", one, clock.ms + LASTS_MS),
        sign(b"z" * 32, PURPOSE, one, clock.ms + LASTS_MS),
        sign(key, PURPOSE, one, clock.ms),
    ]  # fmt: skip
    for text in wrong:
        address = f"/requests/{text}{path}"
        answer = (
            owner.get(address)
            if path in {"", "/withdraw"}
            else owner.post(address, {"seen": "2", "text": "x"})
        )
        assert answer.status_code == 404, text
        assert BP not in answer.text
    assert owner.desk.view(one).act == 2


def test_a_link_of_a_request_that_is_not_there_says_so(owner):
    owner.link = owner.link_of("0" * 32)
    assert owner.get(owner.link).status_code == 404
    assert owner.post(f"{owner.link}/code").status_code == 404


def test_a_fresh_link_comes_with_every_page_and_the_old_one_goes_on(owner, clock):
    one, first = owner.open(), owner.link
    clock.ms += 100 * DAY_MS
    form = owner.page.forms[0].action
    assert not form.startswith(first)
    clock.ms += LASTS_MS - 100 * DAY_MS
    assert owner.get(first).status_code == 404
    owner.link = form.rpartition("/")[0] if form.endswith(("papers", "messages")) else form
    assert owner.id == one


def test_opening_a_link_changes_nothing_and_shows_no_code(owner):
    """A mail scanner opens every link it finds."""
    one = owner.released()
    before = owner.desk.view(one)
    for path in ("", "/withdraw"):
        assert CANARY not in owner.get(owner.link + path).text
    assert owner.get(f"{owner.link}/code").status_code == 405
    assert owner.desk.view(one) == before
    assert owner.api.entries() == 1


# --- messages and the end ----------------------------------------------------------------------------------


def test_owner_and_desk_write_to_each_other(owner):
    one = owner.open()
    owner.send(("registration", PHOTO))
    owner.desk.ask_papers(one, 3, "cle", "The whole second page,\nnot cut off.")
    page = owner.page
    assert "The desk asks for more" in page.words
    assert "The whole second page, not cut off." in page.words
    said = {"text": "It is the <b>same</b> page."}
    for _ in range(2):
        assert owner.post(f"{owner.link}/messages", said).status_code == 303
    assert owner.words.count("It is the <b>same</b> page.") == 1
    assert "<b>same" not in owner.get(owner.link).text
    assert [message.side for message in owner.desk.view(one).messages] == ["desk", "owner"]


@pytest.mark.parametrize("text", ["", "x" * 1_001, "is it 4786?", "\x00"])
def test_a_message_that_is_none_or_holds_what_could_be_the_code_is_refused_and_not_repeated(owner, text):
    one = owner.open()
    answer = owner.post(f"{owner.link}/messages", {"text": text})
    assert answer.status_code == 400
    assert "4786" not in answer.text
    assert owner.desk.view(one).messages == ()


def test_messages_are_limited(make_api, page_of):
    owner = Asking(make_api(limits=Limits({"messages": Limit(1, DAY_MS)})), page_of)
    owner.open()
    assert owner.post(f"{owner.link}/messages", {"text": "Hello."}).status_code == 303
    assert owner.post(f"{owner.link}/messages", {"text": "Hello again."}).status_code == 429


def test_withdrawing_asks_first_and_ends_it(owner):
    one = owner.open()
    asked = owner.page_of(owner.get(f"{owner.link}/withdraw").text)
    assert "Withdraw this request?" in asked.words
    assert owner.desk.view(one).request.state is State.PAPERS
    form = asked.forms[0]
    for _ in range(2):
        assert owner.post(form.action, form.fields).status_code == 303
    assert "You withdrew this request" in owner.words
    assert owner.desk.view(one).request.state is State.WITHDRAWN
    assert "It cannot be withdrawn now" in owner.get(f"{owner.link}/withdraw").text
    for path, said in (("messages", {"text": "Wait."}), ("code", {})):
        assert owner.post(f"{owner.link}/{path}", said).status_code == 409


def test_withdrawing_what_the_desk_changed_meanwhile_shows_it_first(owner):
    one = owner.open()
    form = owner.page_of(owner.get(f"{owner.link}/withdraw").text).forms[0]
    owner.send(("registration", PHOTO))
    answer = owner.post(form.action, form.fields)
    assert answer.status_code == 409
    assert owner.desk.view(one).request.state is State.REVIEW


@pytest.mark.parametrize("reason", Reason)
def test_a_no_says_why_and_what_to_do(owner, reason):
    one = owner.open()
    owner.desk.refuse(one, 2, "cle", reason)
    assert "The answer is no" in owner.words
    assert WORDS[reason] in owner.words
    assert owner.post(f"{owner.link}/code").status_code == 409


def test_whoever_asks_again_types_nothing_twice(owner):
    """The form is filled in with what was asked; the number travels in no address."""
    one = owner.open()
    owner.desk.refuse(one, 2, "cle", Reason.STOLEN)
    again = owner.page.form("/requests/new")
    assert again.method == "post"
    form = owner.page_of(owner.follow(again.action, again.fields).text).form("/requests")
    known = {
        name: value for name, value in ASKED.items() if name != "email"
    }  # sealed: the page does not know it
    assert {name: form.fields[name] for name in known} == known
    assert owner.post("/requests", form.fields).status_code == 303


def test_a_radio_reported_stolen_after_the_release_shows_no_code_any_more(owner):

    owner.released()
    owner.api.base.blacklist.add(parse(BP), reason="police report")
    answer = owner.post(f"{owner.link}/code")
    assert answer.status_code == 403
    assert CANARY not in answer.text
    assert "stolen" in answer.text


def test_while_the_log_does_not_verify_no_code_is_shown(owner, clock):
    """Nothing leaves by a door whose log is found wrong, a repeat neither."""
    owner.released()
    owner.site.log_monitor.last = LogCheck(clock.ms, 0, LogError("the log does not verify"))
    answer = owner.post(f"{owner.link}/code")
    assert (answer.status_code, codes_shown(answer.text)) == (503, [])
    owner.site.log_monitor.last = None
    assert codes_shown(owner.follow(f"{owner.link}/code").text) == [CANARY]


def test_whose_turn_it_is_and_until_when_is_said_in_words_and_being_late_costs_nothing(owner, clock):
    one = owner.open()
    assert "by 28 November 2023, 22:13 UTC" in owner.words
    owner.send(("registration", PHOTO))
    assert "An answer is to come by 15 November 2023, 06:13 UTC" in owner.words
    clock.ms += 9 * HOUR_MS
    assert "longer than the desk meant to; that costs you nothing" in owner.words
    owner.desk.ask_papers(one, 3, "cle", "More.")
    clock.ms += 15 * DAY_MS
    owner.desk.sweep()
    assert "The time for papers is over" in owner.words


def test_an_address_that_takes_no_mail_is_said_on_the_page(owner):
    owner.open()
    assert "takes no mail" not in owner.words
    owner.desk.outbox.refused(owner.desk.outbox.take(1).mails[0], 550)
    assert "takes no mail" in owner.words


def test_what_a_clerk_opened_for_a_customer_is_only_followed_by_the_link(owner):
    """The link of the customer does nothing in the clerk's name."""

    one = owner.desk.open(Application(parse(BP), Vin.parse(CAR), owner.site.model(BP_MODEL)), requester="cle")
    owner.link = owner.link_of(one)
    page = owner.page
    assert page.forms == []
    for path, said in (("messages", {"text": "Hello."}), ("withdraw", {"seen": "1"})):
        assert owner.post(f"{owner.link}/{path}", said).status_code in {403, 409}
    assert owner.send(("registration", PHOTO)).status_code == 403
    assert owner.desk.view(one).act == 1


def test_no_page_of_a_request_holds_another_ones_things(owner):
    """IDOR: what one link shows is one request's; there is no id in any form that could be another's."""
    one = owner.open(email="")
    owner.send(("registration", PHOTO))
    owner.desk.post_message(one, "cle", "This is for ANN.")
    other = owner.open(vin=OTHER_CAR)
    text = owner.get(owner.link).text
    assert "ANN" not in text
    assert CAR not in text
    assert one not in text
    assert other not in text


# --- from other sites, and from phones ---------------------------------------------------------------------


def test_a_form_of_the_links_page_passes_also_where_a_browser_names_no_origin(owner):
    """A page without a referrer says `Origin: null`; older browsers say nothing else of where it comes from."""
    owner.open()
    said = {"text": "Hello."}
    for head, status in (
        ({"origin": "null"}, 303),
        ({"origin": "null", "sec-fetch-site": "same-origin"}, 303),
        ({"origin": "null", "sec-fetch-site": "cross-site"}, 403),
        ({"origin": "https://evil.example"}, 403),
    ):
        assert owner.post(f"{owner.link}/messages", said, headers=head).status_code == status, head
    assert owner.post("/requests", owner.form(), headers={"origin": "null"}).status_code == 403


def test_every_name_of_a_paper_stands_on_the_page_once(owner):
    owner.open()
    for name in NAMES.values():
        assert owner.words.count(name.capitalize()) <= 2
    assert HOST in owner.words
