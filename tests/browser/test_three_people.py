"""Three people and two registrars, each with a phone of their own, from nothing to a radio that plays (row 18)."""

import re
from dataclasses import replace

import pytest
from effort import LIMITS, Watched, row, written
from papermaking import picture
from phones import LARGE, PHONE
from road import back_to_the_first_step, coached, display, hand, key_in, shown_code

WORDS_APART = 10
"""A sentence that is put another way is no other page."""
MINE = {"serial": "22004711", "car": "ZZZDEM0RAD0000005", "model": "honda_audio5", "make": "honda"}
STOLEN = {
    "serial": "VWZ1Z2A7654321",
    "car": "ZZZDEM0RAD0000002",
    "model": "vw_premium_gamma",
    "make": "volkswagen",
}


def come(holder, link):
    """Enrol by a one-time link and sign in; return the page."""
    page = holder.page
    page.goto(f"/enrol/{link.rpartition('/')[2]}")
    page.get_by_role("button", name="Make my passkey").click()
    page.get_by_role("link", name="Sign in").click()
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(re.compile(r"/(desk|registrar/staff)$"))
    return page


def invited(registrar, name, role):
    registrar.goto("/registrar/staff")
    registrar.get_by_label("Name of the person").fill(name.title())
    registrar.get_by_label("Name of the account").fill(name)
    registrar.get_by_label("Role").select_option(role)
    registrar.get_by_role("button", name="Make a one-time link").click()
    return registrar.locator(".link").inner_text()


@pytest.fixture(scope="module")
def staff(house):
    """A registrar, and a clerk and an approver whom she invited."""
    new, link, _ = house
    registrar = come(new(), link)
    clerk, approver = (
        come(new(), invited(registrar, name, role)) for name, role in (("cle", "clerk"), ("app", "approver"))
    )
    return registrar, clerk, approver


@pytest.fixture
def people(house, staff):
    """The staff, each with a phone, and an owner without an account."""
    for page in staff:
        page.set_viewport_size(PHONE)
    return *staff, house[0]().page


def asks(owner, radio, photo):
    """Open a request from the sheet and send its papers."""
    owner.goto(f"/sheet?make={radio['make']}&model={radio['model']}")
    owner.get_by_role("button", name="Ask this desk").click()
    owner.get_by_label("Number of the radio").fill(radio["serial"])
    owner.get_by_label("VIN of the car").fill(radio["car"])
    opens_and_sends(owner, photo)


def opens_and_sends(owner, photo):
    """Open the request whose form is filled in, and send its papers."""
    owner.get_by_role("button", name="Open the request").click()
    owner.get_by_role("heading", name="Your turn: send your papers").wait_for()
    for field in ("Photo of the label", "Registration", "Photo of the VIN"):
        owner.get_by_label(field, exact=True).set_input_files(photo)
    owner.get_by_role("button", name="Send them").click()
    owner.get_by_role("heading", name="A clerk looks at your papers").wait_for()


def opens_first(page):
    page.goto("/desk")
    page.locator("table.queue a").first.click()
    page.wait_for_url("**/desk/requests/*")


@pytest.fixture
def photo(tmp_path):
    path = tmp_path / "IMG_0001.JPG"
    path.write_bytes(picture(size=(800, 600)))
    return path


def hands_over(clerk):
    """Tick the whole check list of the first request and hand it over; return what its form carried."""
    opens_first(clerk)
    for box in clerk.locator("ul.checks input[type=checkbox]").all():
        box.check()
    form = clerk.locator("form[action$='/check']")
    carried = {name: form.locator(f"input[name={name}]").get_attribute("value") for name in ("csrf", "seen")}
    clerk.get_by_role("button", name="Hand over to an approver").click()
    clerk.get_by_role("heading", name="second pair of eyes").wait_for()
    return carried


def approves(approver, answer="released"):
    opens_first(approver)
    approver.get_by_role("button", name="Approve, and release the code").click()
    approver.get_by_role("heading", name=answer).wait_for()


def sees_the_code(owner):
    owner.reload()
    owner.get_by_role("button", name="Show the code").click()
    return shown_code(owner)


def plays(owner):
    """Key the code in on the practice radio as the coach says, and hear it play."""
    _, presses = coached(owner)
    owner.clock.install()
    back_to_the_first_step(owner)
    owner.get_by_role("main").get_by_role("link", name="Practise").click()
    key_in(owner, presses)
    for _ in range(3):
        hand(owner, "A minute passes")
    assert "It plays" in owner.locator("#says").inner_text()
    assert display(owner) != "The display shows CODE"


def test_an_honest_request_becomes_a_radio_that_plays(people, photo):
    """The owner's phone, the clerk, the approver; the code is keyed in on the practice radio."""
    _, clerk, approver, owner = people
    watched = {"owner": Watched(owner), "clerk": at_a_desk(clerk), "approver": at_a_desk(approver)}
    asks(owner, MINE, photo)
    carried = hands_over(clerk)
    found = {"clerk": watched["clerk"].done("h1")}

    # The clerk's own work: no button says so, and what a button would send is refused.
    assert clerk.get_by_role("button", name="Approve").count() == 0
    tried = carried | {"seen": str(int(carried["seen"]) + 1)}
    answer = clerk.request.post(f"{clerk.url.partition('?')[0]}/approve", form=tried)
    assert answer.status == 403
    assert "does not do that" in answer.text()

    approves(approver)
    code = sees_the_code(owner)
    found |= {"owner": watched["owner"].done(".code"), "approver": watched["approver"].done("h1")}
    as_written(found)
    assert re.fullmatch("[1-6]{5}", code)
    for page in (clerk, approver):
        page.reload()
        assert code not in page.content()
    plays(owner)


def as_written(found):
    """See that docs/numbers.md tells what people did: each act, and the words that were read but for a few."""
    for name, (tally, _) in written().items():
        line = row(name, found[name])
        assert replace(found[name], words=0) == replace(tally, words=0), line
        assert abs(found[name].words - tally.words) <= WORDS_APART, line
        assert found[name].seconds < LIMITS[name], line


def at_a_desk(page):
    """Watch one of the staff, who knows the pages and has a wide screen."""
    page.set_viewport_size(LARGE)
    return Watched(page, skilled=True)


def second_registrar(house, cli):
    """Let the operator invite another registrar on the command line: nobody of the staff can."""
    new, _, served = house
    command = ("base", "staff", "invite", "rita", "--role", "registrar", "--display", "Rita")
    said = cli(*command, "--site", served.address, "--database", served.database)
    return come(new(), said.out.strip())


def proposes(registrar, receipt):
    """Find the report, say that the radio is back, hand in the receipt; return the proposal's address."""
    registrar.goto("/registrar/stolen")
    registrar.get_by_role("link", name="It is back").click()
    form = registrar.locator("#clear")
    form.get_by_label("Why").fill("back with its owner")
    form.get_by_label("The paper").set_input_files(receipt)
    form.get_by_role("button", name="Propose the clearing").click()
    registrar.get_by_role("heading", name="Clearings that wait for a second person").wait_for()
    registrar.locator("table.queue a[data-row]").first.click()
    registrar.get_by_text("another registrar looks at the paper and decides").wait_for()
    return registrar.url


def test_a_stolen_radio_is_refused_until_two_registrars_saw_the_receipt_of_the_police(
    people, house, photo, cli
):
    """Without it the owner reads why it is refused and what to bring; with it the same radio plays."""
    registrar, clerk, approver, owner = people
    asks(owner, STOLEN, photo)
    opens_first(clerk)
    clerk.get_by_text("reported stolen: the door will refuse").wait_for()
    hands_over(clerk)
    approves(approver, "refused")  # both were careless: the door is not
    owner.reload()
    owner.get_by_text("bring the police receipt").first.wait_for()
    assert owner.get_by_role("button", name="Show the code").count() == 0

    rita = second_registrar(house, cli)
    there = proposes(registrar, photo)
    # The first registrar's own proposal: no button says so, and what a button would send is refused.
    assert registrar.get_by_role("button", name="Clear the report").count() == 0
    csrf = registrar.locator("input[name=csrf]").first.get_attribute("value")
    answer = registrar.request.post(there, form={"csrf": csrf})
    assert answer.status == 403
    assert "Who proposed a clearing does not carry it out." in answer.text()

    rita.goto("/registrar/stolen")
    rita.locator("table.queue a[data-row]").first.click()
    rita.wait_for_function("() => document.querySelector('.papers img').naturalWidth > 0")
    rita.get_by_role("button", name="Clear the report").click()
    rita.get_by_text("No radio stands on the list").wait_for()

    owner.get_by_role("button", name="Ask again").click()
    opens_and_sends(owner, photo)
    hands_over(clerk)
    approves(approver)
    assert re.fullmatch(r"\d{4}", sees_the_code(owner))
    plays(owner)
