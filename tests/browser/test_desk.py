"""The pages of staff in a browser: axe and a thumb on every one and in every state; a keyboard alone; no scripts."""

import pytest
from looks import WIDE, check, faults
from phones import LARGE, PHONE
from served_desk import BILL, STATES

from radiokey.code.signed import Challenge
from radiokey.headunit.sync import challenge_lines

BP = "BP538761234567"
PAGES = {
    "cle": (
        "/desk",
        f"/desk/search?number={BP}8",
        f"/desk/search?number={BP[:-1]}8",
        "/desk/requests/new",
        "/desk/grants",
    ),
    "app": ("/desk", "/registrar/stolen", f"/registrar/stolen?number={BP}"),
    "reg": (
        "/registrar/stolen",
        "/registrar/stolen?number=BP538769684801",
        "/registrar/import",
        "/registrar/keys",
        "/registrar/tokens",
        "/registrar/log",
    ),
    "aud": ("/desk", "/registrar/audit", "/registrar/audit?subject=none", "/registrar/log", "/desk/coverage"),
}
REFUSED = {"cle": ("/desk/search?number=!",)}
NOT_FOR = {"cle": "/registrar/keys", "app": "/desk/requests/new", "reg": "/desk", "aud": "/registrar/import"}


def of(staffed, name):
    return f"/desk/requests/{staffed[1]['requests'][name]}"


def clearing(staffed):
    return f"/registrar/stolen/clearings/{staffed[1]['clearing']}"


@pytest.mark.parametrize("who", list(PAGES))
def test_axe_finds_nothing_on_any_page_of_staff(people, staffed, who):
    """Every page of that role, every state of a request as it sees it, and what it may not open."""
    requests = [of(staffed, name) for name in STATES] if who != "reg" else []
    deciding = [clearing(staffed)] if who == "reg" else []
    refused = [*REFUSED.get(who, ()), NOT_FOR[who]]
    check(people(who), [*PAGES[who], *requests, *deciding], refused)


def faults_without_thumbs(page):
    return [fault for fault in faults(page) if not fault.startswith("small")]


def test_axe_finds_nothing_on_wide_pages(people, staffed):
    for who, addresses in {"cle": ("/desk", of(staffed, "busy")), "app": (of(staffed, "second"),)}.items():
        page = people(who, wide=True)
        assert page.viewport_size == LARGE
        for address in addresses:
            page.goto(address)
            assert faults_without_thumbs(page) == []


def test_papers_stand_beside_the_check_list_and_above_it_on_a_phone(people, staffed):
    page = people("cle", wide=True)
    page.goto(of(staffed, "review"))
    tops = [page.locator(name).bounding_box() for name in ("h2#papers", "h2#compared", "h2#history")]
    assert abs(tops[0]["y"] - tops[1]["y"]) < 2
    assert tops[0]["x"] < tops[1]["x"] < tops[2]["x"]
    assert tops[2]["y"] < LARGE["height"]
    page.wait_for_function(DRAWN)
    page.set_viewport_size(PHONE)
    tops = [page.locator(name).bounding_box() for name in ("h2#papers", "h2#compared", "h2#history")]
    assert tops[0]["y"] < tops[1]["y"] < tops[2]["y"]
    assert page.evaluate(WIDE) == 0


def test_the_number_on_the_photo_of_the_label_is_read_beside_what_was_typed(people, staffed):
    page = people("cle")
    page.goto(of(staffed, "review"))
    page.get_by_role("link", name="Read the number on it").click()
    page.get_by_role("heading", name="The number on the photo").wait_for()
    assert page.locator(".card h2").all_inner_texts() == ["The same"]
    assert page.locator(".number").inner_text() == BP
    assert page.get_by_role("img", name="Where it stands on the photo").bounding_box()["width"] > 150
    assert faults(page, "GET /desk/requests/{request_id}/papers/{paper_id}/number") == []


def test_an_approver_meets_the_papers_before_the_decision_and_has_it_in_view_on_a_wide_screen(
    people, staffed
):
    page = people("app", wide=True)
    page.goto(of(staffed, "second"))
    button = page.get_by_role("button", name="Approve, and release the code")
    page.locator("ol.papers li").last.scroll_into_view_if_needed()
    assert button.evaluate(IN_VIEW)
    assert page.locator("h2#history").evaluate(IN_VIEW)
    tops = [page.locator(name).bounding_box() for name in ("h2#papers", "h2#compared")]
    assert abs(tops[0]["y"] - tops[1]["y"]) < 2
    page.set_viewport_size(PHONE)
    page.evaluate("window.scrollTo(0, 0)")
    names = ("h2#papers", "h2#compared", "h2#decision")
    tops = [page.locator(name).bounding_box()["y"] for name in names]
    assert tops == sorted(tops)
    met = page.evaluate(TABBED)
    assert met.index("Registration") < met.index("Approve, and release the code")
    page.get_by_text("Have a clerk look again").click()
    page.get_by_label("What is to be looked at again").wait_for()
    assert faults(page) == []


IN_VIEW = """one => {
  const box = one.getBoundingClientRect();
  return box.top >= 0 && box.bottom <= window.innerHeight && one.contains(document.elementFromPoint(
    box.left + box.width / 2, box.top + box.height / 2));
}"""
TABBED = """() => [...document.querySelectorAll("main a, main button, main summary")].map(one => one.textContent.trim())"""


@pytest.mark.parametrize("scripts", [True, False])
def test_the_ways_about_are_one_row_on_a_phone_that_fingers_and_keys_go_along(people, scripts):
    page = people("reg", java_script_enabled=scripts)
    page.goto("/registrar/log")
    links = page.locator("header nav a")
    assert links.count() > 6
    assert len({round(one.bounding_box()["y"]) for one in links.all()}) == 1
    assert page.locator("header").bounding_box()["height"] <= 120
    assert all(one.bounding_box()["height"] >= 44 for one in links.all())
    assert page.evaluate(WIDE) == 0
    if scripts:
        assert page.locator("header nav a[aria-current]").evaluate(IN_VIEW)
    last = links.last
    for _ in range(links.count() + 3):  # the way past the skip link and the name
        if last.evaluate("one => one === document.activeElement"):
            break
        page.keyboard.press("Tab")
    assert last.evaluate(IN_VIEW)
    page.keyboard.press("Enter")
    page.wait_for_url("**/me*")


def test_the_receipt_stands_beside_what_it_would_end_and_before_the_decision_on_a_phone(people, staffed):
    page = people("reg", wide=True)
    page.goto(clearing(staffed))
    names = ("h2#ends", "h2#papers", "h2#decision")
    tops = [page.locator(name).bounding_box()["y"] for name in names]
    assert abs(tops[0] - tops[1]) < 2
    assert page.locator("h2#decision").evaluate(IN_VIEW)
    page.wait_for_function(DRAWN)
    assert faults_without_thumbs(page) == []
    page.set_viewport_size(PHONE)
    tops = [page.locator(name).bounding_box()["y"] for name in names]
    assert tops == sorted(tops)
    own = people("rita")
    own.goto(clearing(staffed))
    assert own.get_by_role("button", name="Clear the report").count() == 0
    assert faults(own, "GET /registrar/stolen/clearings/{clearing_id}") == []


DRAWN = "() => document.querySelector('.papers img').naturalWidth > 0"
"""A picture may come after its page: it is loaded when it is about to be seen."""


def test_axe_finds_nothing_on_what_only_forms_lead_to(people, staffed):
    page, other = people("cle"), people("cora")
    address = of(staffed, "forms")
    page.goto(address)
    page.get_by_role("button", name="Hand over to an approver").click()
    assert "Not everything on the check list is ticked" in page.locator("[role=alert]").inner_text()
    assert faults(page, "GET /desk/requests/{request_id}") == []
    other.goto(address)
    other.get_by_label("VIN as it stands on the car").fill("VSKJVWR51U0123456")
    other.get_by_role("button", name="Record the VIN").click()
    other.get_by_label("Message to the requester").wait_for()
    page.get_by_label("Message to the requester").fill("Which year?")
    page.get_by_role("button", name="Send the message").click()
    page.get_by_role("heading", name="Nothing was changed by you").wait_for()
    assert faults(page, "GET /desk/requests/{request_id}") == []
    assert page.get_by_label("Your words").input_value() == "Which year?"
    page.get_by_role("button", name="Send it all the same").click()
    assert "Which year?" in page.locator(".said").inner_text()
    assert faults(page, "GET /desk/requests/{request_id}") == []
    page.goto(of(staffed, "sold"))
    page.get_by_role("button", name="Show the code").click()
    assert faults(page, "GET /desk/requests/{request_id}/code") == []
    registrar = people("reg")
    registrar.goto("/registrar/tokens")
    registrar.get_by_label("Account").fill("till")
    registrar.get_by_label("Scopes").fill("unit:search")
    registrar.get_by_role("button", name="Make it").click()
    registrar.get_by_role("heading", name="Copy it now").wait_for()
    assert faults(registrar, "GET /registrar/tokens/made") == []
    registrar.goto("/registrar/import")
    units = "serial,model,market,vin,code\n22000001,honda_audio5,EU,,11111\n?\n"
    registrar.get_by_label("CSV file").set_input_files(
        {"name": "u.csv", "mimeType": "text/csv", "buffer": units.encode()}
    )
    registrar.get_by_role("button", name="Look at it first").click()
    registrar.get_by_role("heading", name="What would happen").wait_for()
    assert faults(registrar, "GET /registrar/import") == []


def test_a_radio_is_signed_for_by_keyboard_on_a_phone(people, staffed):
    """Each shape of the pages of grants; the codes are no wider than the phone."""
    grant = f"/desk/grants/{staffed[1]['grant']}"
    clerk, approver = people("cle"), people("sig")
    clerk.goto(grant)
    assert faults(clerk, "GET /desk/grants/{proposal_id}") == []
    approver.goto("/desk/grants")
    assert faults(approver, "GET /desk/grants") == []
    approver.keyboard.press("j")
    approver.keyboard.press("Enter")
    approver.get_by_role("heading", name="Your decision").wait_for()
    assert faults(approver, "GET /desk/grants/{proposal_id}") == []
    approver.get_by_label("The papers, as cle gave them to you").set_input_files(
        {"name": "bill.pdf", "mimeType": "application/pdf", "buffer": BILL}
    )
    approver.keyboard.press("a")
    approver.keyboard.press("Enter")
    approver.get_by_role("heading", name="For the tester").wait_for()
    assert faults(approver, "GET /desk/grants/{proposal_id}") == []
    clerk.goto("/desk/grants")
    clerk.locator("#answer-text").fill(BP)
    lines = challenge_lines(Challenge(BP, 3, bytes(8)))
    clerk.get_by_label("The two lines").fill("\n".join(lines))
    clerk.get_by_role("button", name="Answer it").click()
    clerk.get_by_role("heading", name="Copy these eight lines").wait_for()
    assert faults(clerk, "GET /desk/grants/answers") == []


def test_a_word_without_an_end_makes_no_page_wider(people, owners, staffed, link_of):
    """On the smallest phone, on both sides; and where it came too late and is given back."""
    clerk, owner, wide = people("cora"), owners(), people("aud", wide=True)
    for page in (clerk, owner):
        page.set_viewport_size({"width": 320, "height": 640})
    clerk.goto(of(staffed, "busy"))
    late = people("cle")
    late.set_viewport_size({"width": 320, "height": 640})
    late.goto(of(staffed, "busy"))
    clerk.get_by_label("Message to the requester").fill("W" * 1_000)
    clerk.get_by_role("button", name="Send the message").click()
    clerk.get_by_text("W" * 1_000).first.wait_for()
    clerk.get_by_role("button", name="Under warranty: no fee").click()
    clerk.get_by_text("recorded that it is under warranty").wait_for()
    late.get_by_label("Which, and why").fill("M" * 1_000)
    late.get_by_role("button", name="Ask for papers").click()
    late.get_by_role("heading", name="Nothing was changed by you").wait_for()
    owner.goto(link_of("busy"))
    wide.goto(of(staffed, "busy"))
    for page in (clerk, owner, late, wide):
        assert page.evaluate(WIDE) == 0, page.url


def test_a_clerk_works_with_a_keyboard_alone(people, staffed):
    """LOOKS: j, k, Enter, a; no single key decides anything."""
    page, address = people("cle", wide=True), of(staffed, "keys")
    page.goto("/desk")
    press, focused = page.keyboard.press, lambda what: page.evaluate(f"document.activeElement.{what}")
    press("?")
    assert page.locator("#keys").is_visible()
    press("j")
    first = focused("href")
    press("j")
    assert focused("href") != first
    press("k")
    assert focused("href") == first
    while not focused("href").endswith(address):
        press("j")
    press("Enter")
    page.wait_for_url(f"**{address}")
    press("m")
    assert focused("name") == "text"
    press("a")
    press("r")
    assert focused("value") == "ar"  # in a field, letters are letters
    page.locator("h1").click()
    press("r")
    assert focused("name") == "reason"
    page.locator("[name=vin-of-unit]").focus()
    for _ in range(3):
        press("Space")
        press("Tab")
    press("a")
    assert focused("textContent") == "Hand over to an approver"
    assert "in review" in page.locator("h1").inner_text()
    press("Enter")
    page.locator("h1", has_text="second pair of eyes").wait_for()


def test_the_keys_can_be_turned_off_and_stay_off(people):
    """WCAG 2.1.4: single letters can be turned off, for whoever speaks to their computer."""
    page = people("cle")
    page.goto("/desk")
    page.keyboard.press("?")
    page.get_by_role("button", name="Turn these keys off").click()
    page.reload()
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement === document.body")
    page.keyboard.press("?")
    page.get_by_role("button", name="Turn these keys on").click()
    page.locator("h1").click()
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.matches('[data-row]')")


def test_everything_works_without_scripts(people, staffed):
    page = people("cora", java_script_enabled=False)
    page.goto("/desk")
    assert page.locator("#keys").is_hidden()
    page.get_by_label("Number of the radio").fill(BP)
    page.get_by_role("button", name="Search").click()
    page.locator(f'a[href="{of(staffed, "plain")}"]').click()
    for box in page.locator(".checks input").all():
        box.check()
    page.get_by_role("button", name="Hand over to an approver").click()
    page.locator("h1", has_text="second pair of eyes").wait_for()
