"""The owner's road on a phone that is set to Russian."""

import re

import pytest
from road import CODE, LABEL, answered, display, key_in

NARROW = {"width": 320, "height": 640}
ENGLISH = re.compile(r"\b(the|is|Back|with|are|and|of|to|your|it|not|radio|code)\b")
"""Words that no Russian sentence has; what a display shows is in capitals."""


@pytest.fixture
def russian(phones):
    """Return what opens a page of a narrow phone that asks for Russian."""

    def opened(**settings):
        page = phones(locale="ru-RU", **settings).page()
        page.set_viewport_size(NARROW)
        return page

    return opened


def words(page):
    """Return what is read on the page, without choices of radios and the switch."""
    return page.evaluate(
        """() => [...document.querySelectorAll('main, header, footer')].map(part => {
            const copy = part.cloneNode(true);
            copy.querySelectorAll('option, .languages, svg, .sure, details, pre').forEach(one => one.remove());
            return copy.textContent;
        }).join(' ')"""
    )


def looked_at(page):
    """See to it that the page is Russian and no wider than the phone."""
    assert page.locator("html").get_attribute("lang") == "ru"
    assert ENGLISH.findall(words(page)) == [], page.url
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"], page.url


def test_from_code_to_a_radio_that_plays_in_russian(russian):
    page = russian()
    page.goto("/")
    looked_at(page)
    page.get_by_label("На дисплее").fill("CODE")
    page.get_by_label("Номер на наклейке магнитолы").fill(LABEL)
    page.get_by_label("Машина или магнитола").fill("Duster 2012")
    page.get_by_role("button", name="Дальше").click()
    looked_at(page)
    page.get_by_label("Да, у моей такие кнопки").check()
    page.get_by_label("Магнитола моя").check()
    page.get_by_role("button", name="Узнать код").click()
    page.wait_for_url("**/code")
    looked_at(page)
    assert "".join(page.locator(".code span").all_text_contents()) == CODE
    page.get_by_role("link", name="Показать кнопки").click()
    presses = []
    while True:
        step = page.locator("section.step:visible")
        looked_at(page)
        key = step.locator("svg.panel text.label.next")
        if key.count():
            badge = step.locator("svg.panel text.badge-text").text_content()
            held = badge == "долго"
            presses.append(
                (key.text_content(), 1 if held else int(badge.rstrip("\N{MULTIPLICATION SIGN}")), held)
            )
        following = step.get_by_role("link", name="Готово, дальше")
        if not following.count():
            break
        following.click()
    assert presses == [("1", 4, False), ("2", 7, False), ("3", 8, False), ("4", 6, False), ("6", 1, True)]

    page.clock.install()
    while (
        back := page.locator("section.step:visible").get_by_role("link", name="Назад", exact=True)
    ).count():
        back.click()
    page.get_by_role("main").get_by_role("link", name="Сначала потренироваться").click()
    looked_at(page)
    assert display(page) == "На дисплее CODE"
    key_in(page, presses)
    assert display(page) == "Дисплей тёмный"
    for _ in range(3):
        with answered(page):
            page.locator("#hand").get_by_role("button", name="Прошла минута").click()
    assert "Она играет" in page.locator("#says").inner_text()


def test_the_switch_needs_no_script_and_leads_back(russian):
    page = russian(java_script_enabled=False)
    page.goto("/waiting?model=renault_86a&errors=2")
    page.get_by_role("button", name="English").click()
    assert page.url.endswith("/waiting?model=renault_86a&errors=2")
    assert page.get_by_role("heading", name="It waits 2 minutes").count() == 1
    page.get_by_role("button", name="Русский").click()
    assert page.get_by_role("heading", name="Ожидание: 2 минуты").count() == 1


# --- the desk ---------------------------------------------------------------------------------------------

BROKEN = """() => {
  const broken = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, range = document.createRange();
    if (node.parentElement.closest(".apart, .typed, option")) continue;
    for (const word of node.data.matchAll(/[А-яЁё]+/g)) {
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      if (new Set([...range.getClientRects()].map(box => box.top)).size > 1) broken.push(word[0]);
    }
  }
  return broken;
}"""
"""The words that a column is too narrow for."""
OWN = """() => [...document.querySelectorAll('h1, h2, th, dt, label, button, legend, summary, .quiet, .logged')].map(part => {
  const copy = part.cloneNode(true);
  copy.querySelectorAll('code').forEach(one => one.remove());
  return part.closest('td, dd, .languages') ? '' : copy.textContent;
}).join(' ')"""
"""What the page says itself, apart from what people wrote and the names of radios."""


def requests_of(told, *names):
    return [f"/desk/requests/{told['requests'][name]}" for name in names]


def test_the_desk_in_russian_fits_a_narrow_phone_without_a_broken_word(people, staffed):
    told = staffed[1]
    shown = {
        "cle": [
            "/desk",
            "/desk/requests/new",
            "/desk/grants",
            *requests_of(told, "busy", "back", "own", "released"),
        ],
        "app": requests_of(told, "second"),
        "sig": [f"/desk/grants/{told['grant']}"],
        "reg": [
            *(f"/registrar/{page}" for page in ("stolen", "import", "keys", "tokens", "log", "staff")),
            f"/registrar/stolen/clearings/{told['clearing']}",
        ],
        "aud": ["/registrar/audit", "/desk/coverage"],
    }
    found = {}
    for who, addresses in shown.items():
        page = people(who, locale="ru-RU")
        page.set_viewport_size(NARROW)
        for address in addresses:
            page.goto(address)
            assert page.locator("html").get_attribute("lang") == "ru"
            wide = page.evaluate("document.documentElement.scrollWidth") - NARROW["width"]
            found[who, address] = (
                max(wide, 0),
                page.evaluate(BROKEN),
                ENGLISH.findall(page.evaluate(OWN)),
            )
    assert {page: faults for page, faults in found.items() if faults != (0, [], [])} == {}
