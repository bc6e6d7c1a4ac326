"""The owner's road over HTTP, from the label in the hand to the keys, as a browser without JavaScript walks it."""

import base64
import json
import re

import pytest

from radiokey.base.limits import Limits
from radiokey.base.log import verify_receipt_file
from radiokey.guide.model import Facts
from radiokey.guide.walk import position, where
from radiokey.serial.number import parse

RELEASES_PER_DAY = Limits().of["client"].most

LABEL = "281155216RT V212"
CODE = "4786"  # by the published formula: 259 mod 212 = 47; 7 x 224 mod 100 = 68, turned round
OWNER = {"text": LABEL, "owns": "yes", "request_id": "one"}


def link_to(page, ending: str) -> str:
    """Return the page of the visit that a page leads to."""
    return next(link for link in page.links if link.startswith("/road/") and link.endswith(ending))


def test_a_duster_that_shows_code_is_led_to_its_keys(client, page_of):
    """The main road of the issue, each form sent as it stands on the page before."""
    shown = client.get("/shows", params={"say": "CODE"})
    assert shown.status_code == 200
    assert page_of(client.get("/").text).form("/start").fields.keys() == {"text", "say", "car"}

    asked = page_of(client.get("/number").text).form("/number")
    assert asked.fields.keys() == {
        "model",
        "say",
        "word",
        "shows",
        "errors",
        "refused",
        "text",
        "make",
        "car",
    }
    read = page_of(client.post("/number", data=asked.fields | {"text": LABEL, "car": "duster"}).text)
    assert "Is this the number?" in read.words
    assert "does it look like this?" in read.words
    form = read.form("/code")
    assert form.options["model"][0] == "renault_86a"

    code = client.post("/code", data=form.fields | {"owns": "yes", "model": "renault_86a"})
    assert code.status_code == 200
    page = page_of(code.text)
    assert f'aria-label="{" ".join(CODE)}"' in code.text
    assert "No public derivation" not in page.words

    steps = client.get(link_to(page, "/keys"))
    assert steps.status_code == 200
    assert "Step 1 of" in page_of(steps.text).words
    practice = client.get(link_to(page, "/practice"))
    assert practice.status_code == 200
    assert "your own code" in practice.text


def test_the_page_with_the_code_is_stored_nowhere(client):
    answer = client.post("/code", data=OWNER)
    assert answer.headers["cache-control"] == "no-store"
    assert "set-cookie" not in answer.headers
    assert not client.cookies


def test_the_code_stands_in_no_address_and_no_header(client, page_of):
    """Addresses are remembered, logged and sent on; the code travels in bodies only."""
    code = client.post("/code", data=OWNER | {"model": "renault_86a"})
    keys = client.get(link_to(page_of(code.text), "/keys"))
    practice = client.get(link_to(page_of(code.text), "/practice"))
    for answer in (code, keys, practice):
        assert any(shown in answer.text for shown in (CODE, " ".join(CODE)))
        assert CODE not in str(answer.url)
        assert not [
            name for name, value in answer.headers.items() if CODE in value and name != "content-length"
        ]
        page = page_of(answer.text)
        plain = [link for link in page.links if not link.startswith("data:")]
        assert not [link for link in plain if CODE in link]
        assert not [form.action for form in page.forms if CODE in form.action]
        assert not [form for form in page.forms if CODE in form.fields.values()]


def test_the_receipt_on_the_page_verifies_and_does_not_hold_the_code(client, page_of):
    page = page_of(client.post("/code", data=OWNER).text)
    [link] = [link for link in page.links if link.startswith("data:application/json;base64,")]
    receipt = base64.b64decode(link.partition(",")[2])
    assert verify_receipt_file(receipt).serial.text == "V212"
    assert CODE not in json.loads(receipt).values()
    assert json.loads(json.loads(receipt)["leaf"])["model"] == ""


def test_a_reload_shows_the_same_page_and_logs_nothing_new(client, entries):
    """The issue: a reload repeats the request's id and adds no log entry."""
    first = client.post("/code", data=OWNER)
    again = client.get(str(first.url))
    assert (first.status_code, again.status_code) == (200, 200)
    assert f'aria-label="{" ".join(CODE)}"' in first.text
    assert first.text == again.text
    assert client.post("/code", data=OWNER).status_code == 200
    assert entries() == 1


def test_another_request_is_another_entry(client, entries):
    client.post("/code", data=OWNER)
    client.post("/code", data=OWNER | {"request_id": "two"})
    assert entries() == 2


def test_a_used_request_id_serves_no_other_radio(client, entries):
    client.post("/code", data=OWNER)
    other = client.post("/code", data=OWNER | {"text": "281155216RT A123"})
    assert other.status_code == 422
    assert "already made for another radio" in other.text
    assert entries() == 1


def test_every_form_is_given_a_request_id_of_its_own(client, page_of):
    ids = {
        page_of(client.post("/number", data={"text": LABEL}).text).form("/code").fields["request_id"]
        for _ in "123"
    }
    assert len(ids) == 3
    assert all(re.fullmatch(r"[0-9a-f]{32}", id_) for id_ in ids)


def test_without_the_statement_of_ownership_no_code_leaves(client, entries, page_of):
    """The sentence says what is missing, and the request stays the same request."""
    answer = client.post("/code", data={"text": LABEL, "request_id": "kept"})
    page = page_of(answer.text)
    assert answer.status_code == 400
    assert "only given to the owner" in page.words
    assert CODE not in answer.text
    assert page.form("/code").fields["request_id"] == "kept"
    assert page.form("/code").fields["text"] == LABEL
    assert entries() == 0


def test_an_unreadable_count_of_errors_is_said_before_anything_is_logged(client, entries):
    """Whoever gets no page has had no release."""
    answer = client.post("/code", data=OWNER | {"errors": "many"})
    assert answer.status_code == 400
    assert "a number of wrong codes from 0 to 99 is expected" in answer.text.lower()
    assert entries() == 0


@pytest.mark.parametrize("request_id", ["", "a b", "x" * 64 + "y", "ü"])
def test_a_request_id_that_is_none_is_refused(client, entries, request_id):
    answer = client.post("/code", data=OWNER | {"request_id": request_id})
    assert answer.status_code == 400
    assert CODE not in answer.text
    assert entries() == 0


def test_a_stolen_radio_gets_no_code(client, site, entries):
    stolen = parse("BP234631991366", make="nissan")
    site.base.blacklist.add(stolen, reason="taken from the street", by="police")
    asked = OWNER | {"text": "BP234631991366", "make": "nissan", "model": "nissan_blaupunkt_bp"}
    answer = client.post("/code", data=asked)
    assert answer.status_code == 403
    assert "reported stolen" in answer.text
    assert "6367" not in answer.text
    assert entries() == 0


def test_the_day_has_a_last_code(client, clock, entries):
    for one in range(RELEASES_PER_DAY):
        assert client.post("/code", data=OWNER | {"request_id": f"r{one}"}).status_code == 200
    late = client.post("/code", data=OWNER | {"request_id": "late"})
    assert late.status_code == 429
    assert "last 24 hours" in late.text
    assert CODE not in late.text
    assert entries() == RELEASES_PER_DAY
    clock.ms += 24 * 3_600_000 + 1
    assert client.post("/code", data=OWNER | {"request_id": "late"}).status_code == 200


@pytest.mark.parametrize(
    ("text", "make"),
    [
        ("VWZ1Z2K1234567", "Volkswagen"),
        ("AUZ1Z2K1234567", "Audi"),
        ("BE1234A5678901", "Mercedes"),
        ("GM0123456789AB", "Opel"),
        ("CL0529 1234 5678", "Nissan"),
        ("815CM7123A12345678", ""),
    ],
)
def test_a_number_without_a_derivation_leads_to_the_sheet(client, entries, text, make):
    """The end of the road for most radios; asked for the code outright, it is not found."""
    read = client.post("/number", data={"text": text})
    assert read.status_code == 200
    assert "Whom to ask, in this order" in read.text
    assert make in read.text
    code = client.post("/code", data=OWNER | {"text": text})
    assert code.status_code == 404
    assert "Whom to ask, in this order" in code.text
    assert "No public derivation is known for this radio" in code.text
    assert entries() == 0


def test_a_number_outside_the_domain_leads_to_the_sheet(client, entries):
    """A0xx has no code by this derivation; the family is public, this number lies where it is undefined."""
    answer = client.post("/code", data=OWNER | {"text": "281155216RT A000"})
    assert answer.status_code == 404
    assert "Whom to ask, in this order" in answer.text
    assert entries() == 0


@pytest.mark.parametrize(
    ("told", "read", "said"),
    [
        ({"text": "281155216RT I123"}, "I", "place 1, I and 1 look alike"),
        ({"text": "281155216RT1123", "make": "renault"}, "I", "place 1, 1 and I look alike"),
        ({"text": "281155216RT B212"}, "B", "place 1, B and 8 look alike"),
    ],
)
def test_a_look_alike_is_shown_before_anything_is_asked_for(client, page_of, told, read, said):
    page = page_of(client.post("/number", data=told).text)
    assert page.marked == [read]
    assert said in page.words
    assert "One wrong character gives the code of another radio" in page.words


def test_a_number_without_look_alikes_raises_no_doubt(client, page_of):
    page = page_of(client.post("/number", data={"text": LABEL}).text)
    assert page.marked == []
    assert "look alike" not in page.words


def test_where_one_shape_serves_several_makes_the_make_is_asked(client, page_of):
    """Sixteen characters stand on Nissans and Toyotas, and on whatever nobody knows of."""
    answer = client.post("/number", data={"text": "10211376AB8E0D25"})
    assert answer.status_code == 422
    offered = page_of(answer.text).form("/number").options["make"]
    assert offered[:3] == ["", "nissan", "toyota"]
    assert "volvo" in offered


def test_a_number_that_fiat_and_peugeot_share_needs_the_model(client, entries, page_of):
    text = "A2C 0012 3400 5678 1234"
    page = page_of(client.post("/number", data={"text": text}).text)
    assert "fiat_vp" in page.form("/code").options["model"]
    answer = client.post("/code", data=OWNER | {"text": text})
    assert answer.status_code == 400
    assert "is it this one?" in page_of(answer.text).words
    assert entries() == 0
    assert client.post("/code", data=OWNER | {"text": text, "model": "fiat_vp"}).status_code == 200


def test_a_make_whose_radios_share_only_the_form_of_the_number_is_led_to_the_sheet(client, entries):
    """Peugeot sets carry A2C numbers too, and other codes."""
    told = {"text": "A2C 0012 3400 5678 1234", "make": "peugeot"}
    for answer in (client.post("/number", data=told), client.post("/code", data=OWNER | told)):
        assert "Whom to ask, in this order" in answer.text
    assert entries() == 0


def test_what_the_display_says_does_not_undo_a_refusal(client, page_of):
    """Who was refused once and types CODE is still somebody who was refused once."""
    at = position("what-does-it-show", Facts(model="renault_86a", errors=2, refused=2))
    asked = page_of(client.get(f"/guide/{at}").text).form("/shows")
    assert asked.fields["at"] == at
    shown = client.get("/shows", params=asked.fields | {"say": "CODE"})
    _, facts = where(client.app.state.site.guide, shown.url.path.rpartition("/")[2])
    assert (facts.errors, facts.refused) == (2, 2)


def test_sixteen_hexadecimal_digits_are_an_erc_number_only_for_the_model_that_has_it(client, entries):
    text = "10211376AB8E0D25"
    for told in ({}, {"make": "toyota"}, {"make": "nissan"}, {"model": "nissan_terrano3_article"}):
        answer = client.post("/code", data=OWNER | {"text": text} | told)
        assert answer.status_code >= 400
        assert "A6905892" not in answer.text
    assert entries() == 0
    told = client.post("/code", data=OWNER | {"text": text, "model": "toyota_erc_legacy"})
    assert told.status_code == 200
    assert 'aria-label="A 6 9 0 5 8 9 2"' in told.text


def test_four_digits_are_a_fiat_number_only_for_the_model_that_has_it(client, entries):
    for told in ({}, {"make": "fiat"}):
        assert client.post("/code", data=OWNER | {"text": "2063"} | told).status_code >= 400
    assert entries() == 0
    told = client.post("/code", data=OWNER | {"text": "2063", "model": "fiat_vp"})
    assert 'aria-label="1 3 4 1"' in told.text


@pytest.mark.parametrize(("text", "offered"), [(LABEL, True), ("V212", False)])
def test_a_media_nav_is_offered_only_to_who_sees_the_t_and_the_number(client, page_of, text, offered):
    """Whether its code follows that number is disputed; the label is what speaks for it."""
    options = page_of(client.post("/number", data={"text": text}).text).form("/code").options["model"]
    assert ("renault_medianav_lg" in options) is offered
    assert ("nissan_terrano3_medianav" in options) is offered
    assert "renault_86a" in options


@pytest.mark.parametrize(
    ("car", "asked"), [("duster", True), ("terrano", True), ("logan", True), ("sandero", True), ("", False)]
)
def test_the_panel_of_another_radio_is_drawn_after_a_question_for_four_cars(client, page_of, car, asked):
    page = page_of(client.post("/number", data={"text": LABEL, "car": car}).text)
    assert ("does it look like this?" in page.words) is asked
    # Drawn, asked, and chosen by nobody but the owner.
    assert not page.form("/code").fields.get("model")
    assert "nissan_terrano3_medianav" in page.form("/code").options["model"]


def test_what_is_wrong_with_a_number_is_said_and_the_text_is_kept(client, page_of):
    answer = client.post("/number", data={"text": "hello <b>there</b>", "errors": "1"})
    page = page_of(answer.text)
    assert answer.status_code == 422
    assert page.form("/number").fields["text"] == "hello <b>there</b>"
    assert page.form("/number").fields["errors"] == "1"
    assert ("b", {}) not in page.tags
    assert ("div", {"class": "error", "role": "alert"}) in page.tags


def test_a_wrong_vin_is_said_with_the_form_that_holds_it(client, page_of, entries):
    answer = client.post("/code", data=OWNER | {"vin": "123"})
    assert answer.status_code == 422
    assert page_of(answer.text).form("/code").fields["request_id"] == "one"
    assert entries() == 0


def test_a_radio_nobody_knows_is_no_model(client):
    for asked in (
        client.get("/number?model=nobodys"),
        client.post("/code", data=OWNER | {"model": "nobodys"}),
        client.get("/models/nobodys"),
        client.get("/sheet?model=nobodys"),
        client.get("/waiting?model=nobodys"),
    ):
        assert asked.status_code == 400
        assert "No radio here has this id" in asked.text


def test_a_radio_that_was_named_is_not_asked_for_again(client, page_of):
    """Neither with the number, nor when it is read, nor with the code."""
    asked = page_of(client.get("/number", params={"model": "renault_medianav_lg"}).text).form("/number")
    assert asked.fields["model"] == "renault_medianav_lg"
    assert not {"make", "car"} & asked.fields.keys()
    read = page_of(client.post("/number", data=asked.fields | {"text": LABEL}).text).form("/code")
    assert read.fields["model"] == "renault_medianav_lg"
    assert "model" not in read.options
    code = client.post("/code", data=read.fields | {"owns": "yes"})
    assert CODE in "".join(re.findall(r"<span>(.)</span>", code.text))
    page = page_of(code.text)
    assert "The exact keys are not known here" in page.words
    assert not [form for form in page.forms if form.action == "/coach"]


def test_a_second_refusal_is_told_from_the_first_although_a_code_was_fetched_in_between(client, page_of):
    """Units.md step 5: after two there is no third entry; the number of the first travels with the forms."""
    tried = Facts(model="renault_86a", errors=1, refused=1, evidence=True)
    step = page_of(client.get(f"/guide/{position('serial', tried)}").text)
    at = next(link for link in step.links if link.startswith("/number?"))
    read = page_of(
        client.post(
            "/number", data=page_of(client.get(at).text).form("/number").fields | {"text": LABEL}
        ).text
    )
    code = client.post("/code", data=read.form("/code").fields | {"owns": "yes"})
    keys = page_of(client.get(link_to(page_of(code.text), "/keys")).text)
    assert (
        f"/guide/{position('refused-twice', Facts(model='renault_86a', errors=2, refused=2))}" in keys.links
    )
    assert not [link for link in keys.links if "refused-once" in link]


@pytest.mark.parametrize("refused", ["x", "-1", "100"])
def test_a_number_of_refusals_that_is_none_is_said_before_anything_is_logged(client, entries, refused):
    assert client.post("/code", data=OWNER | {"refused": refused}).status_code == 400
    assert entries() == 0


def test_the_letter_does_not_ask_for_the_wrong_codes_that_were_already_told(client, page_of):
    facts = Facts(model="ford_6000cd", errors=3)
    step = page_of(client.get(f"/guide/{position('sheet', facts)}").text)
    at = next(link for link in step.links if link.startswith("/sheet?"))
    assert "Wrong codes so far: 3" in page_of(client.get(at).text).words
    assert client.get("/sheet", params={"errors": "many"}).status_code == 400


def test_a_radio_that_its_car_unlocks_offers_no_wait(client, page_of):
    assert not [link for link in page_of(client.get("/models/psa_rd4").text).links if "psa_rd4" in link]
    assert "/waiting?model=ford_6000cd" in page_of(client.get("/models/ford_6000cd").text).links
