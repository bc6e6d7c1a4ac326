"""A code of the ledger on the owner's pages: through the desk, unless the base states otherwise."""

import pytest
from asking import ASKED, codes_shown
from hosted import BP, BP_MODEL, CANARY, CAR, OTHER_CAR

from radiokey.base.bootstrap import set_ledger_release
from radiokey.base.ports.store import ImportStep
from radiokey.base.units.ledger import LedgerRelease

HONDA, HONDA_CODE = "honda_audio5", "31415"
TYPED = {"text": BP, "make": "nissan", "model": BP_MODEL}


@pytest.fixture
def hosted(api):
    api.add_unit()
    api.add_unit("U2200-L4711", HONDA, code=HONDA_CODE)
    return api


@pytest.fixture
def direct(hosted, clock):
    assert set_ledger_release(hosted.base.location, LedgerRelease.DIRECT, "local", clock)
    return hosted


def read(api, page_of, **told):
    """Type a number, and return its page."""
    return page_of(api.client.post("/number", data=TYPED | told).text)


def ask(api, page_of, vin=CAR, **told):
    """Send the form of that page with a car."""
    fields = read(api, page_of, **told).form("/code").fields | TYPED | told
    return api.client.post("/code", data=fields | {"vin": vin, "owns": "yes"})


@pytest.mark.parametrize("vin", [CAR, OTHER_CAR], ids=["the car of the unit", "another car"])
def test_who_names_number_car_and_radio_is_led_to_the_desk_with_all_of_it(hosted, page_of, vin):
    """They stand at the car: whether all three belong together is what papers decide, and nothing says it before."""
    answer = ask(hosted, page_of, vin)
    page = page_of(answer.text)
    assert answer.status_code == 403
    assert "gives the code of such a number through its desk" in page.words
    assert "who stands at the car can read its VIN" in page.words
    form = page.form("/requests").fields
    assert {name: form[name] for name in (*TYPED, "vin")} == TYPED | {"vin": vin}
    assert codes_shown(answer.text) == []
    assert hosted.entries() == 0
    opened = hosted.client.post("/requests", data=form | {"email": ASKED["email"]})
    assert "Your turn: send your papers" in page_of(opened.text).words


def test_the_sheet_leads_to_the_desk_with_the_car_too(hosted, page_of):
    fields = read(hosted, page_of).form("/code").fields | TYPED | {"vin": "no VIN", "owns": "yes"}
    assert "VIN" in page_of(hosted.client.post("/code", data=fields).text).words
    sheet = read(hosted, page_of, text="U2200-L4711", model=HONDA, make="honda")
    asked = page_of(
        hosted.client.post("/requests/new", data=sheet.form("/requests/new").fields | {"vin": CAR}).text
    )
    form = asked.form("/requests").fields
    assert (form["text"], form["model"], form["vin"]) == ("U2200-L4711", HONDA, CAR)


def test_a_base_that_states_so_gives_it_to_whoever_names_all_three(direct, page_of):
    answer = ask(direct, page_of)
    assert codes_shown(answer.text) == [CANARY]
    assert direct.entries() == 1
    refused = page_of(ask(direct, page_of, OTHER_CAR).text)
    assert "releases no code for this number, car and model together" in refused.words
    assert refused.form("/requests/new").fields["vin"] == OTHER_CAR


def test_there_a_number_without_a_derivation_is_asked_for_its_car(direct, page_of):
    told = {"text": "U2200-L4711", "make": "honda", "model": HONDA}
    assert "number, car and radio have to agree" in read(direct, page_of, **told).words
    assert codes_shown(ask(direct, page_of, **told).text) == [HONDA_CODE]


def test_everybody_sees_how_codes_of_the_ledger_leave(hosted, page_of, clock):
    """Beside what the base covers, before anybody pays or sends a paper."""
    with hosted.base.unit_store().concurrent_transaction() as transaction:
        step = ImportStep("f" * 64, 2, 1, 1, 0, clock.ms, "reg")
        transaction.add_coverage(step, {HONDA: 20})
    words = page_of(hosted.client.get("/desk/coverage").text).words
    assert "two people look at them" in words
    assert set_ledger_release(hosted.base.location, LedgerRelease.DIRECT, "local", clock)
    words = page_of(hosted.client.get("/desk/coverage").text).words
    assert "nobody looks at papers first" in words
    assert "two people look at them" not in words
