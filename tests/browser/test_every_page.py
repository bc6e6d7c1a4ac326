"""Every page, as axe-core and a thumb find it: no violation, nothing wider than the phone, targets to hit."""

import re

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from phones import LARGE, PHONE, Phone
from road import CODE, RADIO, get_code

from radiokey.guide import walk
from radiokey.guide.load import load_guide
from radiokey.guide.model import Facts

# LOOKS asks for 7:1, what must be read in sunlight; axe's own measure stops at 4.5:1 unless told. It takes both: the
# stricter one says nothing of what is below 4.5:1.
RULES = {"rules": {"color-contrast-enhanced": {"enabled": True}}, "resultTypes": ["violations"]}
# All that a theme can change.
COLOURS = {
    "runOnly": ["color-contrast", "color-contrast-enhanced", "link-in-text-block"],
    "resultTypes": ["violations"],
}
# What passed stays in the browser: to carry it over takes as long as to look.
AXE = """rules => axe.run(rules).then(found => found.violations.map(
  one => `${one.id}: ${one.nodes[0].html.slice(0, 120)}`))"""
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
)
NOWHERE = ("/no-such-page", "/guide/nowhere")


def every_step():
    """Return the address of every step of the guide."""
    return [f"/guide/{walk.position(step, Facts())}" for step in load_guide().steps]


# What is written in a sentence is as high as its line; everything else is for a thumb (WCAG 2.5.8, ours is 44 px).
SMALL = """() => [...document.querySelectorAll("a, button, input:not([type=hidden]), select, summary, textarea")]
  .filter(one => !one.closest("p, li, td, .skip, pre") || one.matches(".button, .choice"))
  .filter(one => !one.matches(".skip"))
  .map(one => one.matches("input[type=checkbox], input[type=radio]") ? one.closest("label") : one)
  .filter(one => one.checkVisibility() && one.getBoundingClientRect().height < 43.5)
  .map(one => one.outerHTML.slice(0, 80))"""
WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


def faults(page, route=""):
    """Return what is wrong with the page that is open, in words; `route`, like "POST /code", is whose it is.

    It is looked at whole by day, and its colours once more by night. test_no_page_is_forgotten reads the routes
    that are named here out of these files.
    """
    found = [] if is_at(page, route) else [f"here is {page.went}, not {route}"]
    page.evaluate(AXE_SCRIPT)
    found += page.evaluate(AXE, RULES)
    page.emulate_media(color_scheme="dark")
    found += page.evaluate(AXE, COLOURS)
    page.emulate_media(color_scheme="light")
    return found + measures(page)


def measures(page):
    """Return what is wrong with the page that is open by its headings, its width and the size of its targets."""
    found = []
    if page.locator("h1").count() != 1:
        found.append("not one heading")
    if page.evaluate(WIDE):
        found.append("wider than the phone")
    return found + [f"small: {one}" for one in page.evaluate(SMALL)]


def is_at(page, route):
    """Tell whether the page that is open was answered by that route."""
    method, _, path = route.partition(" ")
    return not route or (page.went[0] == method and bool(pattern(path).fullmatch(page.went[1])))


def pattern(path):
    """Return what the addresses of a route match."""
    return re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path)))


# What axe can tell two pages apart by: all but their words, the lines of a drawing, and how often the same follows itself.
SHAPE = """() => {
  const said = ["class", "role", "type", "rel", "lang", "tabindex", "scope"];
  const words = (node) => [...node.childNodes].some(one => one.nodeType === Node.TEXT_NODE && one.data.trim());
  const shape = (node) => {
    const names = [...node.attributes]
      .map(one => said.includes(one.name) ? `${one.name}=${one.value}` : one.name).sort();
    const inner = [];
    for (const one of node.matches("svg") ? node.querySelectorAll("title") : node.children) {
      const next = shape(one);
      if (next !== inner.at(-1)) inner.push(next);
    }
    return `<${node.tagName} ${names.join(" ")}>${words(node) ? "words" : ""}${inner.join("")}</>`;
  };
  return shape(document.documentElement);
}"""


def check(page, addresses, refused=(), seen=None):
    """Look at pages that are there, and at `refused`, which are not or not for whoever asks.

    Where `seen` is given, axe looks at the first page of each shape, and the other measures are taken of every page.
    """
    wrong = {}
    for address in (*addresses, *refused):
        answer = page.goto(address)
        shape = None if seen is None else page.evaluate(SHAPE)
        new = seen is None or shape not in seen
        if seen is not None:
            seen.add(shape)
        found = faults(page) if new else measures(page)
        if answer.ok == (address in refused):
            found.append(f"status {answer.status}")
        if found:
            wrong[address] = found
    assert wrong == {}


def test_axe_finds_nothing_on_any_page(page):
    check(page, PAGES, NOWHERE)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_colour_that_only_one_theme_spoils_is_found(page, theme):
    page.goto("/number")
    spoil = "rule => { document.styleSheets[0].insertRule(rule, document.styleSheets[0].cssRules.length); }"
    page.evaluate(
        spoil, f"@media (prefers-color-scheme: {theme}) {{ main p {{ color: #808080 !important; }} }}"
    )
    assert any(fault.startswith("color-contrast") for fault in faults(page))


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


def test_axe_finds_nothing_on_any_shape_of_a_step_of_the_guide(page):
    """Every step is measured; axe looks at one of each shape, and `make deep` lets it look at all."""
    steps, seen = every_step(), set()
    check(page, steps, seen=seen)
    assert len(steps) > 80
    assert 20 < len(seen) < len(steps)


@pytest.mark.deep
@pytest.mark.parametrize("part", range(3))
def test_axe_finds_nothing_on_any_step_of_the_guide(page, part):
    check(page, every_step()[part::3])


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
