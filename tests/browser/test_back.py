"""Back, a reload and a reopened tab show every page of the road again, and never ask to send a form once more."""

import pytest
from road import CODE, RADIO, back_to_the_first_step, get_code, shown_code


def heading(page):
    return page.locator("h1").inner_text()


class Walked:
    """The pages of a road, in order, each with its heading."""

    def __init__(self, page):
        self.page, self.seen = page, []

    def here(self):
        """Reload the page, reopen it in another tab, and keep it for going back."""
        page = self.page
        page.wait_for_load_state()
        shown = heading(page)
        assert page.went[0] == "GET"
        page.reload()
        assert (heading(page), page.went[0]) == (shown, "GET")
        other = page.context.new_page()
        other.goto(page.url)
        assert heading(other) == shown
        other.close()
        self.seen.append((page.url, shown))

    def back_and_forward(self):
        """Go back over every page, and forward again."""
        page = self.page
        assert len(self.seen) > 2
        for url, shown in reversed(self.seen[:-1]):
            page.go_back()
            assert (page.url, heading(page)) == (url, shown)
        for url, shown in self.seen[1:]:
            page.go_forward()
            assert (page.url, heading(page)) == (url, shown)


@pytest.fixture
def walked(page):
    return Walked(page)


def test_from_the_label_over_the_code_and_practising_to_a_refusal(page, walked, site):
    before = site.entries()
    page.goto("/")
    walked.here()
    page.get_by_label("Number on the radio's label").fill("281155216RT V212")
    page.get_by_label("Car or radio").fill("Duster")
    page.get_by_role("button", name="Go on").click()
    walked.here()
    page.get_by_label("Yes, mine has these keys").check()
    page.get_by_label("This radio is mine").check()
    page.get_by_role("button", name="Get the code").click()
    page.wait_for_url("**/code")
    walked.here()
    assert shown_code(page) == CODE
    page.get_by_role("link", name="Show me the keys").click()
    walked.here()
    page.get_by_role("main").get_by_role("link", name="Practise first").click()
    walked.here()
    assert page.get_by_text(CODE, exact=True).is_visible()
    page.get_by_role("link", name="To your own radio: the keys").click()
    walked.here()
    while (following := page.locator("section.step:visible").get_by_role("link", name="Done, next")).count():
        following.click()
    refused = page.locator("section.step:visible").get_by_role("link", name="It was refused")
    address = refused.get_attribute("href")
    back_to_the_first_step(page)
    walked.seen[-1] = (page.url, heading(page))
    page.goto(address)
    walked.here()
    for _ in range(2):
        page.go_back()
    assert page.went[0] == "GET"
    assert site.entries() == before + 1


def test_what_is_wrong_with_a_form_can_be_gone_back_to(page, walked):
    page.goto("/number")
    walked.here()
    page.get_by_label("Text of the label").fill("V21")
    page.get_by_role("button", name="Read it").click()
    walked.here()
    page.goto(f"/coach?model={RADIO}")
    page.get_by_label("The code").fill("98765")
    page.get_by_role("button", name="Show me the keys").click()
    walked.here()
    page.go_back()
    page.go_back()
    assert page.get_by_label("Text of the label").input_value() == "V21"


def test_a_code_from_the_papers_and_one_from_a_dealer_can_be_gone_back_to(page, walked):
    page.goto(f"/coach?model={RADIO}&errors=1")
    walked.here()
    page.get_by_label("The code").fill("1234")
    page.get_by_role("button", name="Show me the keys").click()
    walked.here()
    page.get_by_role("link", name="Practise first").click()
    walked.here()
    walked.back_and_forward()


def test_from_the_sheet_to_the_dealers_answer(page, walked):
    page.goto("/sheet?make=honda&model=honda_audio5")
    walked.here()
    page.get_by_role("button", name="The dealer gave me the code").click()
    walked.here()
    page.get_by_label("Number of the radio").fill("22000505")
    page.get_by_label("The code from the dealer").fill("31415")
    page.get_by_label("This radio is mine").check()
    page.get_by_role("button", name="Show me the keys").click()
    page.wait_for_url("**/code")
    walked.here()
    assert shown_code(page) == "31415"
    walked.back_and_forward()


def test_no_address_of_the_road_has_the_number_or_the_code(phones):
    phone = phones()
    page = phone.page()
    get_code(page)
    page.get_by_role("link", name="Show me the keys").click()
    page.get_by_role("link", name="Practise first").click()
    page.locator("#keys").wait_for()
    assert not [url for url in phone.requested if CODE in url or "V212" in url]
    assert phone.context.cookies() == []
