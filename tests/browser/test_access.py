"""For who uses a keyboard, hears the page, needs it four times as large, or wants nothing to move."""

import pytest
from looks import WIDE
from road import CODE, LABEL, RADIO

FOUR_TIMES = {"width": 320, "height": 256}
"""A screen of 1280 by 1024 at 400 % (WCAG 1.4.10)."""
SHIFTS = """window.shifted = 0;
new PerformanceObserver(list => { for (const one of list.getEntries()) window.shifted += one.value; })
  .observe({ type: "layout-shift", buffered: true });"""


class Keyboard:
    """Goes over a page by Tab and knows it by its accessibility tree alone: what is focused, as it is named."""

    def __init__(self, page):
        self.page = page
        self.tree = page.context.new_cdp_session(page)

    def focused(self):
        """Return role and name of what has the focus."""
        found = self.tree.send("Runtime.evaluate", {"expression": "document.activeElement"})["result"]
        told = {"objectId": found["objectId"], "fetchRelatives": False}
        node = self.tree.send("Accessibility.getPartialAXTree", told)["nodes"][0]
        return node.get("role", {}).get("value"), node.get("name", {}).get("value", "")

    def to(self, role, name):
        """Press Tab until something of that role is focused whose name begins so."""
        seen = []
        for _ in range(60):
            self.page.keyboard.press("Tab")
            seen.append(self.focused())
            if seen[-1][0] == role and seen[-1][1].startswith(name):
                return
        raise AssertionError(f"no {role} {name!r} among {seen}")

    def types(self, name, text):
        self.to("textbox", name)
        self.page.keyboard.type(text)

    def presses(self, role, name, key="Enter"):
        self.to(role, name)
        self.page.keyboard.press(key)


def test_the_whole_road_is_walked_with_a_keyboard_by_what_is_said_aloud(page):
    """From CODE on the display to a practice radio that plays, with nothing that only an eye or a finger finds."""
    keyboard = Keyboard(page)
    page.goto("/")
    keyboard.presses("link", "Skip to the page")
    keyboard.types("Number on the radio's label", LABEL)
    keyboard.types("It shows", "CODE")
    keyboard.types("Car or radio", "Duster 2012")
    keyboard.presses("button", "Go on")
    page.wait_for_url("**/road/*")
    keyboard.presses("radio", "Yes, mine has these keys", "Space")
    keyboard.presses("checkbox", "This radio is mine", "Space")
    keyboard.presses("button", "Get the code")
    page.wait_for_url("**/code")
    keyboard.presses("link", "Show me the keys")
    page.wait_for_url("**/keys")
    page.clock.install()
    keyboard.presses("link", "Practise first")
    page.wait_for_url("**/practice")
    assert page.get_by_role("group", name="The radio's keys").is_visible()
    for at, digit in enumerate(CODE):
        keyboard.to("button", str(at + 1))
        for _ in range(int(digit)):
            page.keyboard.press("Enter")
        page.get_by_role("img", name=f"The display shows {CODE[: at + 1]}").wait_for()
    keyboard.to("button", "6")
    page.keyboard.down("Enter")
    page.clock.run_for(11_000)
    page.keyboard.up("Enter")
    page.get_by_role("img", name="The display is dark").wait_for()
    keyboard.presses("button", "A minute passes")
    page.get_by_role("status").filter(has_text="It plays.").wait_for(state="attached")


@pytest.mark.parametrize("wanted", ["reduce", "no-preference"])
def test_nothing_blinks_for_who_wants_nothing_to_move(page, wanted):
    page.emulate_media(reduced_motion=wanted)
    page.goto("/guide/stop")
    moves = page.evaluate(
        """() => { const lit = document.querySelector("svg.display g"); lit.classList.add("blink");
        return getComputedStyle(lit).animationName; }"""
    )
    assert moves == {"reduce": "none", "no-preference": "blink"}[wanted]


def test_at_four_times_the_size_nothing_is_cut_and_nothing_jumps(page):
    page.add_init_script(SHIFTS)
    page.set_viewport_size(FOUR_TIMES)
    wrong = {}
    for address in (
        "/",
        "/guide/what-does-it-show",
        f"/practice/{RADIO}",
        "/models",
        f"/models/{RADIO}",
        "/sheet",
    ):
        page.goto(address)
        page.wait_for_load_state("networkidle")
        if page.evaluate(WIDE) or page.evaluate("shifted") > 0:
            wrong[address] = page.evaluate(WIDE), page.evaluate("shifted")
    assert wrong == {}
