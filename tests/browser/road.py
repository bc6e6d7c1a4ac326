"""What people do on the pages, as verbs for the tests."""

from contextlib import contextmanager

LABEL = "281155216RT V212"
CODE = "4786"
RADIO = "renault_86a"


def get_code(page, label=LABEL, car="duster", *, knows_keys=True):
    """From the form for the number to the page with the code."""
    if not page.get_by_label("Text of the label").count():
        page.goto("/number")
    page.get_by_label("Text of the label").fill(label)
    page.get_by_label("Car", exact=True).fill(car)
    page.get_by_role("button", name="Read it").click()
    answer = "Yes, mine has these keys" if knows_keys else "No, or I am not sure"
    page.get_by_label(answer).check()
    page.get_by_label("This radio is mine").check()
    page.get_by_role("button", name="Get the code").click()
    page.wait_for_url("**/code")


def shown_code(page):
    return "".join(page.locator(".code span").all_text_contents())


def coached(page):
    """Go through the coach; return its sentences and what it lets one press: (key, times, held)."""
    page.get_by_role("link", name="Show me the keys").click()
    sentences, presses = [], []
    while True:
        step = page.locator("section.step:visible")
        sentences.append(step.locator("h2").inner_text())
        key = step.locator("svg.panel text.label.next")
        if key.count():
            badge = step.locator("svg.panel text.badge-text").text_content()
            times = 1 if badge == "hold" else int(badge.rstrip("\N{MULTIPLICATION SIGN}"))
            presses.append((key.text_content(), times, badge == "hold"))
        following = step.get_by_role("link", name="Done, next")
        if not following.count():
            return sentences, presses
        following.click()


def back_to_the_first_step(page):
    while (back := page.locator("section.step:visible").get_by_role("link", name="Back")).count():
        back.click()


@contextmanager
def answered(page):
    """Wait for the answer to what is done inside; the page also asks by itself, as time passes."""

    def one(response):
        asked = response.request.post_data_json if response.url.endswith("/did") else {}
        return any(did["what"] != "time" for did in asked.get("did", ()))

    page.wait_for_load_state()  # a page that a form led to is seen before its script listens
    with page.expect_response(one) as answer:
        yield
    answer.value.finished()


def press(page, key, *, held_ms=200):
    """Press a key of the practice radio, by its name or by what stands on it, as a finger does, by a told clock."""
    keys = page.locator("#keys")
    button = keys.locator(f"[data-key='{key}']").or_(keys.get_by_role("button", name=key, exact=True))
    with answered(page):
        button.dispatch_event("pointerdown", {"pointerId": 1})
        page.clock.run_for(held_ms)
        button.dispatch_event("pointerup", {"pointerId": 1})


def key_in(page, presses, *, hold_ms=11_000):
    for key, times, held in presses:
        for _ in range(times):
            press(page, key, held_ms=hold_ms if held else 200)


def hand(page, name):
    """Use one of the things in one's hand: radio, ignition, battery, time."""
    with answered(page):
        page.locator("#hand").get_by_role("button", name=name).click()


def display(page):
    return page.locator("#display svg title").text_content()
