"""The owner's road in Chromium, on a screen of 390 by 844."""

from road import (
    CODE,
    LABEL,
    RADIO,
    back_to_the_first_step,
    coached,
    display,
    get_code,
    hand,
    key_in,
    press,
    shown_code,
)


def test_from_a_dusters_label_to_a_radio_that_plays(page):
    """The whole road: what it shows, the number, the code, the keys, the practice radio (STORY, row 25)."""
    page.goto("/")
    page.get_by_label("It shows").fill("CODE")
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("link", name="I don't know which radio").click()
    for answer in (
        "The battery was off",
        "I have none yet",
        "There's none",
        "It's in the papers",
        "Type the number",
    ):
        page.get_by_role("link", name=answer).click()
    get_code(page)
    assert shown_code(page) == CODE
    sentences, presses = coached(page)
    assert presses == [("1", 4, False), ("2", 7, False), ("3", 8, False), ("4", 6, False), ("6", 1, True)]
    assert any("hold key 6" in sentence for sentence in sentences)
    assert page.get_by_role("link", name="It plays").count() == 1

    page.clock.install()
    back_to_the_first_step(page)
    page.get_by_role("main").get_by_role("link", name="Practise").click()
    assert display(page) == "The display shows CODE"
    key_in(page, presses)
    assert display(page) == "The display is dark"
    for _ in range(3):
        hand(page, "A minute passes")
    assert "It plays" in page.locator("#says").inner_text()


def test_a_quick_press_on_the_confirm_key_is_no_press(page):
    """Claim 60."""
    page.clock.install()
    page.goto(f"/practice/{RADIO}")
    key_in(page, [("1", 1, False), ("2", 2, False), ("3", 3, False), ("4", 4, False)])
    press(page, "6", held_ms=150)
    assert display(page) == "The display shows 1234"
    press(page, "6", held_ms=11_000)
    assert display(page) == "The display is dark"


def test_a_wrong_code_waits_then_asks_again(page):
    """Claims 14 and 85: the display shows a wait, nothing counts while it runs, and it ends by itself."""
    page.clock.install()
    page.goto(f"/practice/{RADIO}")
    key_in(page, [("1", 9, False), ("6", 1, True)])
    says = page.locator("#says")
    assert "It waits: 1:00" in says.inner_text()
    press(page, "1")
    assert "Wrong codes: 1" in says.inner_text()
    hand(page, "Radio on")
    hand(page, "Ten minutes pass")
    hand(page, "Radio on")
    assert "It waits" in says.inner_text()
    hand(page, "A minute passes")
    assert display(page) == "The display shows CODE"
    assert "Wrong codes so far: 1" in says.inner_text()


def test_a_pulled_battery_kills_the_display_and_not_the_count(page):
    page.clock.install()
    page.goto(f"/practice/{RADIO}")
    key_in(page, [("1", 9, False), ("6", 1, True)])
    hand(page, "Battery connected")
    assert display(page) == "The display is dark"
    hand(page, "An hour passes")
    hand(page, "Battery connected")
    assert "It waits" in page.locator("#says").inner_text()


def test_a_radio_without_a_public_derivation_leads_to_its_sheet(page):
    page.goto("/number")
    page.get_by_label("Text of the label").fill("AUZ1Z3C1234567")
    page.get_by_label("Make of the car").select_option("audi")
    page.get_by_role("button", name="Read it").click()
    lists = ("Have in hand", "An honest specialist, before you pay", "Photograph", "A letter to take along")
    assert page.get_by_role("heading", name="1. An Audi dealer").is_visible()
    assert "AUZ1Z3C1234567" in page.get_by_role("link", name="Write to them").get_attribute("href")
    for folded in lists:
        page.locator("summary", has_text=folded).click()
    assert "AUZ1Z3C1234567" in page.locator("details pre.letter").inner_text()
    page.emulate_media(media="print")
    assert not page.locator("header").is_visible()
    assert not page.locator("form").first.is_visible()
    for heading in ("Whom to ask, in this order", *lists):
        assert page.get_by_role("heading", name=heading).is_visible()


def test_a_reload_shows_the_code_again_and_logs_nothing_new(page, site):
    before = site.entries()
    get_code(page)
    assert site.entries() == before + 1
    page.reload()
    page.reload()
    assert shown_code(page) == CODE
    assert site.entries() == before + 1


def test_back_and_again_is_the_same_request(page, site):
    """The form that is gone back to still holds its request's id."""
    before = site.entries()
    get_code(page)
    page.go_back()
    page.get_by_role("button", name="Get the code").click()
    assert shown_code(page) == CODE
    assert site.entries() == before + 1


def test_the_code_is_in_no_address_and_no_cookie(phones):
    phone = phones()
    page = phone.page()
    get_code(page, label="J 123")
    code = shown_code(page)
    assert len(code) == 4
    coached(page)
    assert page.get_by_role("main").get_by_role("link", name="Practise").count() == 0
    back_to_the_first_step(page)
    page.get_by_role("main").get_by_role("link", name="Practise").click()
    assert page.locator("#keys").count() == 1
    assert not any(code in url for url in phone.requested)
    assert phone.context.cookies() == []
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0


def test_two_tabs_are_two_radios(phones):
    phone = phones()
    one, two = phone.page(), phone.page()
    for tab in (one, two):
        tab.clock.install()
        tab.goto(f"/practice/{RADIO}")
    key_in(one, [("1", 9, False), ("6", 1, True)])
    assert "It waits" in one.locator("#says").inner_text()
    assert display(two) == "The display shows CODE"
    press(two, "1")
    assert "Wrong codes" not in two.locator("#says").inner_text()


def test_without_a_connection_the_radio_says_so_and_goes_on_later(phones):
    phone = phones()
    page = phone.page()
    page.goto(f"/practice/{RADIO}")
    key = page.locator("#keys button").first
    phone.context.set_offline(True)
    key.click()
    page.locator("#says").filter(has_text="No connection").wait_for()
    phone.context.set_offline(False)
    key.click()
    page.locator("#says").filter(has_text="The entry reads").wait_for()
    phone.complaints = [said for said in phone.complaints if "ERR_INTERNET_DISCONNECTED" not in said]


def test_a_mistyped_number_says_what_was_expected_and_keeps_what_was_typed(page):
    page.goto("/number")
    page.get_by_label("Text of the label").fill("V21")
    page.get_by_label("Make of the car").select_option("renault")
    page.get_by_role("button", name="Read it").click()
    assert page.get_by_role("alert").is_visible()
    assert page.get_by_label("Text of the label").input_value() == "V21"


def test_the_whole_road_without_javascript(phones):
    page = phones(java_script_enabled=False).page()
    page.goto("/")
    page.get_by_role("link", name="The radio shows a message").click()
    page.get_by_label("What does it show").fill("CODE")
    page.get_by_role("button", name="Go on").click()
    get_code(page, label=LABEL)
    assert shown_code(page) == CODE
    _, presses = coached(page)
    assert len(presses) == 5
    page.get_by_role("link", name="It was refused").click()
    assert page.locator("h1").count() == 1
    page.goto(f"/waiting?model={RADIO}&errors=1")
    page.get_by_role("button", name="Start the countdown now").click()
    assert page.locator("#left").inner_text() == "1:00"
    page.goto(f"/practice/{RADIO}")
    page.locator("#keys").get_by_role("button", name="1", exact=True).click()
    assert display(page) == "The display shows 1000"
    page.get_by_role("button", name="Extended", exact=True).click()
    page.get_by_label("A code, sent as the key").fill("1234")
    page.locator("form.typing button").first.click()
    assert "The screen is dark" in page.locator("#says").inner_text()
    page.get_by_role("button", name="A minute passes").click()
    assert "It plays." in page.locator("#says").inner_text()
