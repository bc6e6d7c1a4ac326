"""The car's plug on a small phone, by keyboard alone: one count, seen at once, and said aloud once."""

from looks import WIDE, faults
from road import RADIO, answered, display, press

SMALL_PHONE = {"width": 320, "height": 640}


def ask(page, name):
    """Use a button of the tester with the keyboard."""
    with answered(page):
        page.get_by_role("button", name=name, exact=True).press("Enter")


def newest(page):
    """Return the newest message in the list."""
    return page.locator("#traffic .message").first.inner_text()


def test_a_wrong_key_is_counted_at_the_panel_and_a_wrong_code_at_the_plug(phones):
    phone = phones()
    page = phone.page()
    page.clock.install()
    page.set_viewport_size(SMALL_PHONE)
    page.goto(f"/practice/{RADIO}")
    ask(page, "Extended")
    assert page.locator("#session").inner_text() == "extendedDiagnosticSession"
    page.get_by_label("A code, sent as the key").focus()
    page.keyboard.type("9999")
    with answered(page):
        page.keyboard.press("Enter")
    assert "exceededNumberOfAttempts" in newest(page)
    assert page.locator("#heard").inner_text().startswith("Negative response: SecurityAccess: 36")
    assert "Wrong codes: 1." in page.locator("#says").inner_text()
    assert "Wrong codes: 1." in page.locator("#glance").inner_text()
    said = page.locator("#aloud").text_content()
    assert "It waits: 1:00" in said
    with answered(page):
        page.locator("#hand").get_by_role("button", name="A minute passes").press("Enter")
    assert display(page) == "The display shows CODE"
    for key in "1111":
        press(page, key)
    press(page, "6", held_ms=11_000)
    ask(page, "Tries left")
    assert "errors counted: 2" in newest(page)
    page.get_by_label("Show what carries the messages").press("Space")
    assert page.locator("#traffic .frame").first.is_hidden()
    page.get_by_label("Show what carries the messages").press("Space")
    assert page.evaluate(WIDE) == 0
    assert faults(page) == []
    # The same button as a form, as it is without a script: a page that can be loaded again.
    page.evaluate(
        "document.getElementById('act').requestSubmit(document.querySelector('[value=\"plug vin\"]'))"
    )
    page.wait_for_url("**/at/**")
    assert "F190 VIN: SJNFAAN16U0123456" in newest(page)
    assert "Wrong codes: 2." in page.locator("#says").inner_text()
    assert faults(page, "GET /practice/{model_id}/at/{image}") == []
