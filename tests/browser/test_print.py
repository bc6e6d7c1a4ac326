"""What goes on paper: what somebody reads, black on white, whole; no way about, no button, no form, no secret that is not meant for paper."""

import pypdfium2
import pytest
from road import CODE, get_code

PAPER = {"width": 688, "height": 1017}
"""A4 less its margins, in CSS pixels."""
SEEN = """() => {
  const seen = (one) => one.checkVisibility({ visibilityProperty: true });
  const all = (what) => [...document.querySelectorAll(what)].filter(seen);
  const named = (one) => one.outerHTML.slice(0, 90);
  const worded = all("body *").filter(one => !one.closest("svg") &&
    [...one.childNodes].some(each => each.nodeType === Node.TEXT_NODE && each.data.trim()));
  const lonely = all("h1, h2, h3").filter(head => {
    let next = head.nextElementSibling;
    while (next && !seen(next)) next = next.nextElementSibling;
    return !next || (/^H[123]$/.test(next.tagName) && next.tagName <= head.tagName);
  });
  const paper = document.documentElement.clientWidth;
  return {
    acts: all("nav, header, footer, form, button, .button, input, select, textarea").map(named),
    lonely: lonely.filter(head => head.tagName !== "H1").map(named),
    ink: worded.filter(one => getComputedStyle(one).color !== "rgb(0, 0, 0)").map(named),
    ground: all("body, body *").filter(one => !one.closest("svg, img"))
      .filter(one => !["rgba(0, 0, 0, 0)", "rgb(255, 255, 255)"].includes(getComputedStyle(one).backgroundColor)).map(named),
    cut: all("body *").filter(one => !one.closest("svg, .apart, .stages"))
      .filter(one => one.getBoundingClientRect().right > paper + 1 ||
        (getComputedStyle(one).overflowY !== "visible" && one.scrollHeight > one.clientHeight + 1)).map(named),
  };
}"""


def printed(page):
    """Return the words on the paper, and fail where something is on it that does not belong there."""
    page.set_viewport_size(PAPER)
    page.emulate_media(media="print")
    wrong = {what: found for what, found in page.evaluate(SEEN).items() if found}
    assert wrong == {}, page.url
    document = pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True))
    words = " ".join(sheet.get_textpage().get_text_bounded() for sheet in document)
    page.emulate_media(media="screen")
    return " ".join(words.split())


STATES = {
    "draft": "Your turn: send your papers",
    "review": "A clerk looks at your papers",
    "busy": "Which car is the radio in?",
    "papers": "The second page of the registration, whole.",
    "second": "A second person looks",
    "released": "Your code is released",
    "refused": "A paper was altered.",
}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_request_is_printed_as_its_owner_reads_it(owners, link_of, theme):
    """Without its address: whoever found the sheet could see the code."""
    page = owners(color_scheme=theme)
    for state, said in STATES.items():
        page.goto(link_of(state))
        words = printed(page)
        assert said in words
        assert "BP538761234567" in words
        assert "/requests/" not in words
        assert "Send" not in words.replace("Send your papers by", "").replace(
            "Send what the desk asks for by", ""
        )
    page.goto(link_of("draft"))
    assert "Photo of the label." in printed(page)  # what to bring is as good on paper


def test_the_sheet_and_its_letter_are_printed_whole(page):
    page.goto("/sheet?make=audi&model=audi_geko_online")
    words = printed(page)
    for said in ("Whom to ask, in this order", "A letter to take along", "Name and telephone:"):
        assert said in words
    assert "For another make" not in words


def test_a_code_is_on_the_paper_of_whoever_asked_with_what_to_know_first(page):
    get_code(page)
    words = printed(page)
    assert "Your code" in words
    assert " ".join(CODE) in words
    assert "Before you key it in" in words
    assert "Your receipt" not in words


@pytest.mark.parametrize("who", ["cle", "app", "aud"])
def test_a_request_at_the_desk_is_printed_without_what_could_be_done(people, staffed, who):
    page = people(who, color_scheme="dark")
    for state in ("review", "busy", "second", "released"):
        page.goto(f"/desk/requests/{staffed[1]['requests'][state]}")
        words = printed(page)
        for said in ("What was asked", "Papers", "History", "Messages"):
            assert said in words
        assert "Logged:" not in words


def test_what_is_shown_to_be_copied_is_not_printed(people):
    page = people("reg")
    page.goto("/registrar/tokens")
    page.get_by_label("Account").fill("printer")
    page.get_by_label("Scopes").fill("unit:search")
    page.get_by_role("button", name="Make it").click()
    page.get_by_role("heading", name="Copy it now").wait_for()
    token = page.locator("pre").inner_text()
    assert token.startswith("rk_")
    words = printed(page)
    assert "printer" in words
    assert "rk_" not in words
