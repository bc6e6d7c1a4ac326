"""Forms of the desk that do not hold: what is said, what is kept, and that nothing is changed."""

import pytest
from counter import CODE, TICKS, leads_back
from hosted import BP, CAR, OTHER_CAR

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"

# --- what does not hold -----------------------------------------------------------------------------------


def test_two_clerks_do_not_overwrite_each_other_and_words_are_kept(counter, page_of):
    one = counter.reviewed()
    path = f"/desk/requests/{one}"
    assert leads_back(counter.post(f"{path}/fee", "cora", seen="2", amount="12", currency="EUR"), one)
    late = counter.post(f"{path}/ask-papers", "cle", seen="2", text="The second page, whole.")
    assert late.status_code == 409
    page = page_of(late.text)
    assert "Nothing was changed by you" in page.words
    assert "cora recorded the fee: 12.00 EUR" in page.words
    assert "The second page, whole." in page.words
    assert page.form(f"{path}/ask-papers").fields["seen"] == "3"
    assert counter.view(one).act == 3
    assert counter.post(f"{path}/check", "cle", seen="2", **TICKS).status_code == 409


@pytest.mark.parametrize("act", ["message", "ask-papers"])
def test_words_for_a_request_that_ended_meanwhile_are_kept_and_not_offered_again(counter, page_of, act):
    """Withdrawn while a clerk wrote: a button that could only fail helps nobody."""
    one = counter.reviewed()
    path = f"/desk/requests/{one}"
    counter.desk.withdraw(one, 2, counter.view(one).stored.requester)
    late = counter.post(f"{path}/{act}", "cle", seen="2", text="The second page, whole.")
    assert late.status_code == 409
    page = page_of(late.text)
    assert "the owner withdrew it" in page.words
    assert "The request is now withdrawn" in page.words
    assert "The second page, whole." in page.words
    assert page.forms == []
    assert counter.view(one).act == 3
    assert counter.view(one).messages == ()


def test_words_of_an_approver_who_was_late_are_kept_for_as_long_as_they_can_be_said(counter, page_of):
    one = counter.checked()
    path = f"/desk/requests/{one}"
    counter.desk.send_back(one, 3, "eva", "The name.")
    late = counter.post(f"{path}/send-back", "app", seen="3", text="The second page.")
    assert late.status_code == 409
    page = page_of(late.text)
    assert "eva sent it back to a clerk: The name." in page.words
    assert "The second page." in page.words
    assert page.forms == []
    counter.desk.check(one, 4, "cora", counter.all_ticks)
    again = page_of(counter.post(f"{path}/send-back", "app", seen="3", text="The second page.").text)
    form = again.form(f"{path}/send-back")
    assert leads_back(
        counter.post(f"{path}/send-back", "app", **form.fields | {"text": "The second page."}), one
    )
    assert counter.view(one).request.look_again == "The second page."


def test_a_message_about_what_is_no_longer_so_is_sent_only_after_a_look(counter, page_of):
    one = counter.reviewed()
    path = f"/desk/requests/{one}"
    counter.desk.record_vin(one, 2, "cora", counter.vin(CAR))
    late = counter.post(f"{path}/message", "cle", seen="2", text="Where is the car?")
    assert late.status_code == 409
    form = page_of(late.text).form(f"{path}/message")
    assert counter.view(one).messages == ()
    assert leads_back(
        counter.post(f"{path}/message", "cle", **form.fields | {"text": "Where is the car?"}), one
    )
    assert [message.text for message in counter.view(one).messages] == ["Where is the car?"]


DOUBLE = [
    ("message", {"text": "Which year?"}),
    ("ask-papers", {"text": "The second page.\r\n"}),
    ("see-car", {"vin": CAR}),
    ("fee", {"amount": "12", "currency": "EUR"}),
    ("warranty", {}),
    ("check", TICKS),
    ("refuse", {"reason": "stolen"}),
]


@pytest.mark.parametrize(("act", "fields"), DOUBLE, ids=[act for act, _ in DOUBLE])
def test_a_form_that_is_sent_twice_is_one_act(counter, act, fields):
    """The back button, a double click: the second one finds the first one's work."""
    one = counter.reviewed()
    for _ in range(2):
        assert leads_back(counter.post(f"/desk/requests/{one}/{act}", "cle", seen="2", **fields), one)
    view = counter.view(one)
    assert view.act == (2 if act == "message" else 3)
    assert len(view.messages) == (act in {"message", "ask-papers"})


def test_what_is_sent_back_twice_is_sent_back_once(counter):
    one = counter.checked()
    path = f"/desk/requests/{one}/send-back"
    for _ in range(2):
        assert leads_back(counter.post(path, "app", seen="3", text="The name.\r\n And the VIN. "), one)
    assert counter.view(one).act == 4
    assert counter.view(one).request.look_again == "The name.\n And the VIN."
    assert counter.post(path, "app", seen="3", text="The photo.").status_code == 409


def test_an_approval_that_is_sent_twice_is_one_release(counter, api):
    one = counter.checked()
    for _ in range(2):
        assert leads_back(counter.post(f"/desk/requests/{one}/approve", "app", seen="3"), one)
    assert (counter.view(one).act, api.entries()) == (5, 1)


def test_the_same_act_with_other_words_is_not_taken_for_the_first(counter):
    one = counter.reviewed()
    path = f"/desk/requests/{one}"
    assert leads_back(counter.post(f"{path}/see-car", "cle", seen="2", vin=CAR), one)
    assert counter.post(f"{path}/see-car", "cle", seen="2", vin=OTHER_CAR).status_code == 409
    assert leads_back(counter.post(f"{path}/ask-papers", "cle", seen="3", text="The second page."), one)
    assert counter.post(f"{path}/ask-papers", "cle", seen="3", text="The first page.").status_code == 409


WRONG = [
    (
        "check",
        {k: v for k, v in TICKS.items() if k != "stolen-list"},
        400,
        "Not everything on the check list is ticked",
    ),
    ("see-car", {"vin": "nonsense"}, 422, "VIN"),
    ("fee", {"amount": "12.345", "currency": "EUR"}, 400, "A fee is an amount with at most two decimals"),
    ("fee", {"amount": "-1", "currency": "EUR"}, 400, "A fee is an amount with at most two decimals"),
    ("fee", {"amount": "1", "currency": "E1"}, 400, "three capitals"),
    ("refuse", {}, 400, "A refusal has a reason of the list"),
    ("refuse", {"reason": "because"}, 400, "A refusal has a reason of the list"),
    ("ask-papers", {"text": " "}, 400, "Nobody knows which papers are meant"),
    ("message", {"text": ""}, 400, "A message has 1 to 1,000 characters"),
    ("message", {"text": f"It is {CODE}."}, 400, "could be the code of the radio"),
]


@pytest.mark.parametrize("wrong", WRONG, ids=[f"{w[0]}-{n}" for n, w in enumerate(WRONG)])
def test_a_form_that_does_not_hold_is_shown_again_with_why(counter, page_of, wrong):
    act, fields, status, said = wrong
    one = counter.reviewed()
    answer = counter.post(f"/desk/requests/{one}/{act}", "cle", seen="2", **fields)
    assert answer.status_code == status
    assert said in page_of(answer.text).words
    assert counter.view(one).act == 2
    assert counter.view(one).messages == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (" \r\n", "The clerk does not know what to look at"),
        (f"It is {CODE}.", "could be the code of the radio"),
        ("x" * 1_001, "A message has 1 to 1,000 characters"),
        ("the\x07name", "A message is plain text"),
    ],
)
def test_whoever_sends_back_says_why_in_words_and_never_a_code(counter, page_of, text, said):
    one = counter.checked()
    answer = counter.post(f"/desk/requests/{one}/send-back", "app", seen="3", text=text)
    assert answer.status_code == 400
    page = page_of(answer.text)
    assert said in page.words
    assert any(tag == "details" and "open" in told for tag, told in page.tags)  # where it is to be said anew
    assert counter.view(one).act == 3


def test_another_cars_vin_keeps_a_request_from_being_handed_over(counter, page_of):
    one = counter.reviewed()
    counter.desk.record_vin(one, 2, "cle", counter.vin(OTHER_CAR))
    answer = counter.post(f"/desk/requests/{one}/check", "cle", seen="3", **TICKS)
    assert answer.status_code == 400
    assert "The VIN that was seen at the car is not the request's." in page_of(answer.text).words
    assert f"another: {OTHER_CAR}" in page_of(answer.text).words


@pytest.mark.parametrize("seen", ["", "0", "-1", "x", "1" * 50, "\u0662"])
def test_a_form_that_does_not_say_what_it_has_seen_changes_nothing(counter, seen):
    one = counter.reviewed()
    assert counter.post(f"/desk/requests/{one}/check", "cle", seen=seen, **TICKS).status_code == 400
    assert counter.view(one).act == 2


@pytest.mark.parametrize("act", ["approve", "send-back", "say-no"])
def test_what_the_state_does_not_list_is_not_done(counter, page_of, act):
    one = counter.reviewed()
    fields = {"say-no": {"reason": "stolen"}, "send-back": {"text": "The name."}}.get(act, {})
    answer = counter.post(f"/desk/requests/{one}/{act}", "app", seen="2", **fields)
    if act == "say-no":  # a refusal is listed wherever the desk has the turn
        assert leads_back(answer, one)
    else:
        assert answer.status_code == 409
        assert "This request is not at that point." in page_of(answer.text).words
        assert counter.view(one).act == 2


def test_hostile_text_is_text(counter, page_of):
    one = counter.ask(serial=counter.parse(f"{BP}"), organisation="")
    counter.desk.post_message(one, counter.view(one).stored.requester, f"Look: {HOSTILE}")
    for who in ("cle", "app", "aud"):
        text = counter.get(f"/desk/requests/{one}", who).text
        assert HOSTILE not in text
        assert HOSTILE in page_of(text).words
    text = counter.post(f"/desk/requests/{one}/message", "cle", seen="1", text=HOSTILE * 40).text
    assert "<img" not in text
    assert "<img" not in counter.get("/desk/search?number=" + "%3Cimg%20src%3Dx%3E", "cle").text
    sent = {"request_id": "0" * 32, "text": HOSTILE, "vin": HOSTILE[:60]}
    assert "<img" not in counter.post("/desk/requests/new", "cle", **sent).text


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"text": "", "vin": CAR}, 422),
        ({"text": BP, "vin": "x"}, 422),
        ({"text": BP, "vin": CAR, "address": "nobody"}, 400),
        ({"text": BP, "vin": CAR, "model": "none_such"}, 400),
        ({"text": BP, "vin": CAR, "request_id": "x"}, 400),
        ({"text": BP, "vin": CAR, "surprise": "x"}, 400),
    ],
)
def test_a_request_for_a_customer_is_a_whole_one(counter, fields, status):
    answer = counter.post("/desk/requests/new", "cle", **{"request_id": "0" * 32} | fields)
    assert answer.status_code == status
    assert "0 for a clerk, 0 for an approver, 0 for the requester" in " ".join(
        counter.get("/desk", "cle").text.split()
    )


def test_a_form_that_is_gone_back_to_and_changed_opens_another_request_once_that_is_said(counter, page_of):
    first = page_of(counter.get("/desk/requests/new", "cle").text).form("/desk/requests/new").fields
    sent = first | {"text": BP, "vin": CAR}
    assert counter.post("/desk/requests/new", "cle", **sent).status_code == 303
    answer = counter.post("/desk/requests/new", "cle", **sent | {"vin": OTHER_CAR})
    assert answer.status_code == 422
    page = page_of(answer.text)
    assert "This form has opened a request already, with other words." in page.words
    again = page.form("/desk/requests/new").fields
    assert (again["text"], again["vin"]) == (BP, OTHER_CAR)
    assert counter.post("/desk/requests/new", "cle", **again).status_code == 303


def test_an_id_of_somebody_elses_request_opens_none(counter):
    one = counter.ask()
    sent = {"request_id": one, "text": BP, "vin": CAR}
    assert counter.post("/desk/requests/new", "cle", **sent).status_code >= 400
    assert counter.view(one).act == 1
