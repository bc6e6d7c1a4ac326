"""Every page, as axe-core and a thumb find it: no violation, nothing wider than the phone, targets to hit."""

import re
from pathlib import Path

import pytest
from looks import SEEN, WIDE, Seen, check, faults
from phones import LARGE, PHONE, Phone
from road import CODE, RADIO, get_code

import radiokey.web
from radiokey.guide import walk
from radiokey.guide.load import load_guide
from radiokey.guide.model import Facts

STYLES = Path(radiokey.web.__file__).parent / "static" / "radiokey.css"
MODELS = (RADIO, "gm_delco_loc2", "renault_medianav_lg", "nissan_terrano3_article", "audi_geko_online")
PAGES = (
    "/",
    "/number",
    f"/number?model={RADIO}",
    "/number/photo",
    "/waiting",
    f"/waiting?model={RADIO}&errors=2",
    "/sheet",
    "/sheet?make=audi",
    "/told",
    "/coach",
    f"/coach?model={RADIO}",
    "/practice",
    f"/practice/{RADIO}",
    "/practice/nissan_terrano3_article",
    "/practice/gm_delco_loc2",
    "/practice/rover_r960",
    "/models",
    *(f"/models/{model}" for model in MODELS),
    "/offline",
    "/offline/sent",
    "/vault",
    "/verify",
    "/report",
    "/report/file?what=display&text=CODE+WAIT&model=ford_6000cd",
    "/desk/coverage",
    f"/prevention?model={RADIO}",
    f"/hand-over?model={RADIO}",
    f"/ends/permanent?model={RADIO}",
    f"/used?model={RADIO}",
    f"/questions?model={RADIO}",
    "/poll",
    "/lab",
)
NOWHERE = ("/no-such-page", "/guide/nowhere")


def every_step():
    """Return the address of every step of the guide."""
    return [f"/guide/{walk.position(step, Facts())}" for step in load_guide().steps]


def test_axe_finds_nothing_on_any_page(page):
    check(page, PAGES, NOWHERE)


SPOIL = "rule => { document.styleSheets[0].insertRule(rule, document.styleSheets[0].cssRules.length); }"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_colour_that_only_one_theme_spoils_is_found(page, theme):
    page.goto("/number")
    assert faults(page) == []
    page.evaluate(
        SPOIL, f"@media (prefers-color-scheme: {theme}) {{ main p {{ color: #808080 !important; }} }}"
    )
    assert any(fault.startswith("color-contrast") for fault in faults(page))


COLOURED = """(() => {{
  const words = document.createElement("p");
  words.textContent = "Why";
  words.style.color = "{}";
  document.querySelector("main").append(words);
}})()"""
PLANTED = {
    "label": "document.querySelector('main form').insertAdjacentHTML('beforeend', '<input name=x>')",
    "button-name": "document.querySelector('main form').insertAdjacentHTML('beforeend', '<button></button>')",
    "heading-order": "document.querySelector('main').insertAdjacentHTML('beforeend', '<h5>Why</h5>')",
    "document-title": "document.title = ''",
    "aria-valid-attr-value": "document.querySelector('main p').setAttribute('aria-hidden', 'perhaps')",
    "image-alt": "document.querySelector('main p').append(new Image())",
    "definition-list": "document.querySelector('main').insertAdjacentHTML('beforeend', '<dl><dd>it</dd><dt>is</dt></dl>')",
    "nested-interactive": "document.querySelector('main button').insertAdjacentHTML('beforeend', '<a href=/x>x</a>')",
    "color-contrast": COLOURED.format("#808080"),
    "color-contrast-enhanced": COLOURED.format("#666666"),
    "landmark-one-main": "document.querySelector('main').replaceWith(...document.querySelector('main').childNodes)",
}


def test_a_fault_on_a_page_of_pieces_that_were_not_seen_is_found(page):
    """After the same page was looked at without it: each fault is a piece that is new, and axe finds each of them."""
    page.goto("/number")
    assert faults(page) == []
    for rule, plant in PLANTED.items():
        page.reload()
        page.evaluate(plant)
        assert not SEEN.knows(page), rule
    page.reload()
    for plant in PLANTED.values():
        page.evaluate(plant)
    found = faults(page)
    assert PLANTED.keys() - {fault.partition(":")[0] for fault in found} == set(), found


def test_no_piece_is_looked_at_twice_until_everything_is_to_be(page):
    few, every = Seen(), Seen(every=True)
    for seen in (few, every):
        for address in ("/verify", "/verify", "/vault"):
            page.goto(address)
            assert faults(page, seen=seen) == []
    assert (few.looks, every.looks) == (2, 3)


def test_what_was_found_is_found_again(page):
    """What is wrong in one test was not seen: the next test finds it too."""
    page.goto("/number")
    page.evaluate(PLANTED["label"])
    found = faults(page)
    assert found == faults(page) != []


def test_two_headings_a_wide_word_and_a_small_button_are_found(page):
    page.goto("/number")
    page.evaluate("""for (const [tag, style] of [["h1", {}], ["div", {width: "500px"}], ["button", {all: "unset", height: "20px"}]]) {
      const planted = document.createElement(tag);
      planted.textContent = "Why";
      Object.assign(planted.style, style);
      document.querySelector("main").append(planted);
    }""")
    found = faults(page)
    assert {"not one heading", "wider than the phone"} <= set(found)
    assert [fault for fault in found if fault.startswith("small: <button")] != []


def test_colours_hang_on_nothing_but_the_elements_that_words_lie_in():
    """What looks leaves out by: no colour, weight or size is given by what stands beside an element or comes after it."""
    sheet = re.sub(r"/\*.*?\*/", "", STYLES.read_text("utf-8"), flags=re.DOTALL)
    rules = re.findall(r"([^{};]+)\{([^{}]*)\}", sheet)
    coloured = [
        selector.strip()
        for selector, what in rules
        if re.search(
            r"(^|[;\s])(color|background(-color|-image)?|opacity|filter|fill|font(-size|-weight)?|text-shadow)\s*:",
            what,
        )
    ]
    assert len(rules) > len(coloured) > 60
    beside = re.compile(r"[+~]|:(has|empty|(first|last|only|nth)\b)|:not\(.*[\s>]")
    assert [selector for selector in coloured if beside.search(selector)] == []


def test_axe_finds_nothing_on_the_demonstration(chromium, demonstration):
    """Its own page, and the band that every page of it carries; on a phone and on a wide screen."""
    phone = Phone(chromium, demonstration.address)
    page = phone.page()
    for size in (PHONE, LARGE):
        page.set_viewport_size(size)
        page.goto("/demo")
        assert page.get_by_role("article").count() == 7
        assert faults(page, "GET /demo") == []
        page.goto("/")
        assert page.get_by_text("Demonstration.").is_visible()
        assert faults(page, "GET /") == []
    phone.close()


def test_axe_finds_nothing_on_any_step_of_the_guide(page):
    steps = every_step()
    assert len(steps) > 80
    check(page, steps)


def test_axe_finds_nothing_on_the_way_to_the_code(page):
    """The pages that only a form leads to."""
    page.goto("/number")
    page.get_by_label("Text of the label").fill("V21")
    page.get_by_role("button", name="Read it").click()
    assert faults(page, "GET /road/{visit}") == []
    page.get_by_label("Text of the label").fill("281155216RT V2I2")
    page.get_by_label("Car", exact=True).fill("Duster 2012")
    page.get_by_role("button", name="Read it").click()
    assert faults(page) == []
    get_code(page)
    assert faults(page, "GET /road/{visit}/code") == []
    page.get_by_role("link", name="Show me the keys").click()
    assert faults(page, "GET /road/{visit}/keys") == []
    page.get_by_role("link", name="Done, next").click()
    assert faults(page) == []
    page.goto(f"/waiting?model={RADIO}&errors=2")
    page.get_by_role("button", name="Start the countdown now").click()
    assert faults(page, "GET /waiting/{token}") == []
    get_code(page)
    page.get_by_role("link", name="Practise first").click()
    page.locator("#keys").wait_for()
    assert faults(page, "GET /road/{visit}/practice") == []
    page.goto("/sheet?make=honda")
    page.get_by_role("button", name="The dealer gave me the code").click()
    assert faults(page, "GET /road/{visit}/dealer") == []
    page.goto("/verify")
    page.get_by_role("button", name=re.compile("^(Verify|Check)")).click()
    assert faults(page, "GET /verify") == []


def test_where_what_now_and_what_not_are_seen_without_scrolling(page):
    """LOOKS: the three questions on a 390 by 844 screen, on the pages of the road."""

    def seen(selector):
        box = page.locator(selector).first.bounding_box()
        return box["y"] + box["height"] <= 844

    page.goto("/")
    assert seen("h1")
    assert seen(".do")
    assert seen(".dont")
    assert seen(".choice")
    page.goto("/number")
    assert seen("main button[type=submit]")
    page.goto(f"/waiting?model={RADIO}&errors=1")
    assert seen("main button[type=submit]")
    get_code(page)
    assert seen(".code")
    assert seen("main a.button")
    page.get_by_role("link", name="Show me the keys").click()
    page.get_by_role("link", name="Done, next").click()
    for part in ("h1", "svg.display", "h2", "svg.panel", "a.button"):
        assert seen(f"{part}:visible")
    page.goto(f"/practice/{RADIO}")
    assert seen("#display")
    assert seen("#keys")
    assert seen("#says")


def test_the_coach_can_be_walked_with_a_keyboard_alone(page):
    get_code(page)
    page.get_by_role("link", name="Show me the keys").focus()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Done, next").focus()
    page.keyboard.press("Enter")
    assert "key 1" in page.locator("h2:visible").inner_text()
    assert CODE[0] in page.locator("svg.display:visible title").text_content()
    page.go_back()
    assert "Ignition and radio on" in page.locator("h2:visible").inner_text()


SMALLEST = {"width": 320, "height": 640}


def test_nothing_is_wider_than_the_smallest_phone_nor_with_letters_twice_as_large(phones):
    page = phones().page()
    words = f"/guide/{walk.position('what-does-it-show', Facts(model='ford_6000cd'))}"
    count = f"/guide/{walk.position('how-many-wrong', Facts(model='ford_6000cd'))}"
    pages = ("/", words, count, f"/waiting?model={RADIO}&errors=2", f"/models/{RADIO}", "/number", "/sheet")
    wrong = {}
    for address in pages:
        page.set_viewport_size(SMALLEST)
        page.goto(address)
        if page.evaluate(WIDE):
            wrong[address] = "320 px"
        page.set_viewport_size({"width": 390, "height": 844})
        page.evaluate("document.documentElement.style.fontSize = '34px'")
        if page.evaluate(WIDE):
            wrong[address] = "200 %"
    assert wrong == {}


def test_what_to_go_through_stands_before_the_answers(page):
    """A list that the step asks one to go through is no small print below the buttons."""
    for step in ("search-papers", "refused-once", "still-waiting", "memory-saver"):
        page.goto(f"/guide/{step}")
        listed = page.locator("main li:not(.stages li, .choices li)").first.bounding_box()
        assert listed["y"] < page.locator(".choices").bounding_box()["y"], step
