"""The road is short: from the display to the code, or to whom to ask, counted in the browser (steps.py)."""

from pathlib import Path

import pytest
from road import shown_code
from stepping import watch

NEAR = 30
"""So many words may a sentence of the guide become shorter before what is written of them is out of date."""
NUMBERS = Path(__file__).parents[2] / "docs" / "numbers.md"


def begin(page, **typed):
    """Type into the first page what is at hand."""
    page.goto("/")
    for name, text in typed.items():
        page.locator(f"#{name}").fill(text)
    page.get_by_role("button", name="Go on").click()


def get_code(page):
    page.get_by_label("This radio is mine").check()
    page.get_by_role("button", name="Get the code").click()
    page.wait_for_url("**/code")


def dacia(page):
    begin(page, say="CODE", text="281155216RT V212", car="Duster 2012")
    page.get_by_label("Yes, mine has these keys").check()
    get_code(page)
    assert shown_code(page) == "4786"
    assert page.get_by_role("link", name="Show me the keys").is_visible()


def dacia_by_its_display(page):
    begin(page, say="CODE")
    page.get_by_label("Or the number on its label").fill("281155216RT V212")
    page.get_by_label("Car or radio").fill("Duster 2012")
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("Yes, mine has these keys").check()
    get_code(page)
    assert shown_code(page) == "4786"


def ford(page):
    begin(page, say="CODE", text="M123456", car="Ford Focus 2004")
    get_code(page)
    assert shown_code(page) == "2487"


def terrano(page):
    begin(page, say="CODE", text="DE12MA34RD567890", car="Terrano 2015")
    page.get_by_role("button", name="radio with keys").click()
    assert page.get_by_role("heading", name="A Nissan dealer").is_visible()


def terrano_without_a_number(page):
    begin(page, say="CODE", car="Terrano 2015")
    page.get_by_role("link", name="radio with keys").click()
    assert page.get_by_role("heading", name="A Nissan dealer").is_visible()


WALKS = {
    dacia: "the label of a Dacia, CODE and the car, typed at once",
    dacia_by_its_display: "CODE alone, the label and the car when they are asked for",
    ford: "the label of a Ford, CODE and the car",
    terrano: "a Terrano's sixteen characters, CODE and the car",
    terrano_without_a_number: "a Terrano without its number",
}


@pytest.mark.parametrize("walk", WALKS)
def test_the_road_is_short(page, walk):
    """At most 8 interactions, 6 pages and 600 words, on a phone; docs/numbers.md says how many of each."""
    road = watch(page)
    walk(page)
    page.wait_for_load_state()
    assert road.too_long == [], road
    (line,) = [line for line in NUMBERS.read_text("utf-8").splitlines() if f"| {WALKS[walk]} |" in line]
    *_, interactions, pages, words = (cell.strip() for cell in line.strip("|").split("|"))
    written = int(interactions), int(pages)
    assert written == (road.interactions, road.pages), f"docs/numbers.md says {written}, counted are {road}"
    assert 0 <= int(words) - road.words < NEAR, (
        f"docs/numbers.md says {words} words, counted are {road.words}"
    )


@pytest.mark.parametrize("walk", WALKS)
def test_the_same_road_is_walked_without_javascript(phones, walk):
    walk(phones(java_script_enabled=False).page())


def tab_to(page, target):
    """Press the tab key until `target` has the focus, as somebody without a mouse does."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if target.evaluate("one => one === document.activeElement"):
            return
    raise AssertionError("the tab key does not lead there")


def test_the_same_road_is_walked_with_a_keyboard_alone(page):
    road = watch(page)
    page.goto("/")
    for name, text in (("text", "281155216RT V212"), ("say", "CODE"), ("car", "Duster 2012")):
        tab_to(page, page.locator(f"#{name}"))
        page.keyboard.type(text)
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_label("Yes, mine has these keys"))
    page.keyboard.press(" ")
    tab_to(page, page.get_by_label("This radio is mine"))
    page.keyboard.press(" ")
    tab_to(page, page.get_by_role("button", name="Get the code"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/code")
    assert shown_code(page) == "4786"
    assert road.too_long == [], road


def test_a_display_that_makes_one_wait_is_not_forgotten_on_the_way_to_the_code(page):
    """What was typed on the first page is said beside the code, before its keys."""
    begin(page, say="WAIT", text="M123456", car="Ford Focus 2004")
    get_code(page)
    page.get_by_text("While it shows this it takes no code.").wait_for()
