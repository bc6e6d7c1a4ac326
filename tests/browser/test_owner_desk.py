"""An owner at the roadside asks a desk on a phone: from the sheet to sent papers, and each page on the way there and after."""

import pytest
from looks import faults
from papermaking import picture
from served import BEGAN_MS
from served_desk import STATES

from radiokey.base.keys.link import read

BP, CAR = "BP538761234567", "VSKJVWR51U0123456"


@pytest.mark.parametrize("scripts", [True, False])
def test_an_owner_sends_papers_from_the_sheet_on_with_one_thumb(owners, people, key, tmp_path, scripts):
    """Three minutes of an owner: five taps, three photos, the page in words; a clerk sees the photo at once."""
    photo = tmp_path / "IMG_0001.JPG"
    photo.write_bytes(picture(size=(800, 600)))
    page = owners(java_script_enabled=scripts)
    page.goto("/sheet?make=nissan&model=nissan_blaupunkt_bp")
    page.get_by_role("button", name="Ask this desk").click()
    page.get_by_label("Number of the radio").fill(f"Blaupunkt {BP}")
    page.get_by_label("VIN of the car").fill(CAR.lower())
    page.get_by_label("E-mail").fill("owner@example.org")
    page.get_by_role("button", name="Open the request").click()
    page.get_by_role("heading", name="Your turn: send your papers").wait_for()
    for field in ("Photo of the label", "Registration", "Photo of the VIN"):
        page.get_by_label(field, exact=True).set_input_files(photo)
    page.get_by_role("button", name="Send them").click()
    page.get_by_role("heading", name="A clerk looks at your papers").wait_for()
    sent = page.get_by_role("heading", name="What you sent").locator("+ ul li").all_inner_texts()
    (told,) = sent  # of all three the same
    assert told.startswith("Photo of the label, registration, photo of the VIN, ")
    assert "deleted 30 days after the request has ended" in told
    page.get_by_label("Message").fill("The car is at home on Friday.")
    page.get_by_role("button", name="Send the message").click()
    page.get_by_text("The car is at home on Friday.").wait_for()

    one = read(key, "request", page.url.rpartition("/")[2], BEGAN_MS)
    clerk = people("cle", wide=True)
    clerk.goto(f"/desk/requests/{one}")
    shown = clerk.locator("ol.papers img").first
    shown.scroll_into_view_if_needed()
    shown.evaluate("one => one.decode()")
    assert shown.evaluate("one => one.naturalWidth") == 800


def test_axe_finds_nothing_on_the_pages_of_a_request_in_any_state(owners, link_of):
    page, wrong = owners(), {}
    page.goto("/requests/new")
    page.get_by_label("Number of the radio").fill("what it says")
    page.get_by_label("VIN of the car").fill("VSK")
    wrong["new"] = faults(page, "GET /requests/new")
    page.get_by_role("button", name="Open the request").click()
    wrong["new, refused"] = faults(page, "GET /road/{visit}/desk")
    for state in STATES:
        page.goto(link_of(state))
        for fold in page.locator("main details > summary").all():
            fold.click()
        wrong[state] = faults(page, "GET /requests/{link}")
    page.goto(f"{link_of('review')}/withdraw")
    wrong["withdraw"] = faults(page, "GET /requests/{link}/withdraw")
    page.goto(f"{link_of('second')}/withdraw")
    wrong["no withdrawing"] = faults(page)
    page.goto(link_of("released"))
    page.get_by_role("button", name="Show the code").click()
    wrong["code"] = faults(page, "GET /road/{visit}/code")
    page.goto("/sheet?make=nissan&model=nissan_blaupunkt_bp")
    page.get_by_role("button", name="Ask this desk").click()
    wrong["asked from the sheet"] = faults(page, "GET /road/{visit}/desk")
    page.goto("/sheet?make=nissan&model=nissan_blaupunkt_bp")
    page.get_by_role("button", name="The dealer gave me the code").click()
    wrong["told"] = faults(page, "GET /road/{visit}/dealer")
    page.get_by_label("Number of the radio").fill(BP)
    page.get_by_label("The code from the dealer").fill("12")
    page.get_by_label("This radio is mine").check()
    page.get_by_role("button", name="Show me the keys").click()
    wrong["told wrong"] = faults(page, "GET /road/{visit}/dealer")
    assert {state: found for state, found in wrong.items() if found} == {}


def test_what_to_do_now_is_seen_without_scrolling(owners, link_of):
    """LOOKS: where am I, what now, what must I not do."""

    def seen(selector):
        box = page.locator(selector).first.bounding_box()
        return box["y"] + box["height"] <= 844

    page = owners()
    for state, now in (("draft", ".do"), ("released", "main button[type=submit]"), ("refused", ".do")):
        page.goto(link_of(state))
        assert seen("h1")
        assert seen(now)
        assert seen(".warning")


def test_the_code_of_a_released_request_is_shown_by_hand_with_its_receipt(owners, link_of, staffed):
    before = staffed[0].entries()
    page = owners()
    page.goto(link_of("released"))
    assert page.locator(".code").count() == 0
    page.get_by_role("button", name="Show the code").click()
    assert page.locator(".code span").all_text_contents() == ["1", "2", "3", "4"]
    page.get_by_text("The exact keys are not known here.").wait_for()
    page.get_by_text("Save the receipt").wait_for(state="attached")
    assert staffed[0].entries() == before
