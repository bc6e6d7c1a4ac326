"""Back, a reload and a reopened tab show every page of the road again, and never ask to send a form once more."""

import pytest
from road import CODE, RADIO, back_to_the_first_step, get_code, shown_code
from test_desk import of


def heading(page):
    return page.locator("h1").inner_text()


class Walked:
    """The pages of a road, in order, each with its heading."""

    def __init__(self, page):
        self.page, self.seen = page, []
        self.other = page.context.new_page()

    def here(self):
        """Reload the page, reopen it in another tab, and keep it for going back."""
        page = self.page
        page.wait_for_load_state()
        shown = heading(page)
        assert page.went[0] == "GET"
        page.reload()
        assert (heading(page), page.went[0]) == (shown, "GET")
        self.other.goto(page.url)
        assert heading(self.other) == shown
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


def said_again(walked, alert, **kept):
    """Look at the page that says what was wrong, and again after a reload: with the sentence and what was typed."""
    page = walked.page
    walked.here()
    assert alert in page.get_by_role("alert").inner_text()
    for label, text in kept.items():
        assert page.locator(f"#{label}").input_value() == text


def test_a_wrong_receipt_and_a_wait_that_is_none_can_be_gone_back_to(page, walked):
    page.goto("/verify")
    walked.here()
    page.get_by_label("Receipt").fill("no receipt")
    page.get_by_role("button", name="Check it").click()
    said_again(walked, "This is not a receipt", receipt="no receipt")
    page.goto(f"/waiting?model={RADIO}&errors=2")
    walked.here()
    page.locator("form[method=post] input[name=errors]").evaluate("field => field.value = '0'")
    page.get_by_role("button", name="Start the countdown now").click()
    said_again(walked, "There is no wait here", errors="0")
    page.goto(f"/waiting?model={RADIO}&errors=2")
    walked.here()
    page.get_by_role("button", name="Start the countdown now").click()
    walked.here()
    page.get_by_text("It was off for a while").click()
    page.get_by_label("Since you last looked").fill("abc")
    page.get_by_role("button", name="Count it so").click()
    said_again(walked, "minutes")
    walked.back_and_forward()


def test_what_is_wrong_with_a_form_for_the_desk_can_be_gone_back_to(owners, link_of):
    """A message that may hold the code, and files, are not given back; the page says so."""
    page = owners()
    walked = Walked(page)
    page.goto("/requests/new")
    walked.here()
    page.get_by_label("Number of the radio").fill("what it says")
    page.get_by_label("VIN of the car").fill("VSK")
    page.get_by_role("button", name="Open the request").click()
    said_again(walked, "number", text="what it says", vin="VSK")
    page.goto(link_of("review"))
    walked.here()
    page.get_by_label("Message").fill("It is 4786.")
    page.get_by_role("button", name="Send the message").click()
    said_again(walked, "what you typed is not kept", say="")
    page.goto(link_of("draft"))
    walked.here()
    page.get_by_role("button", name="Send them").click()
    said_again(walked, "choose all of them again")
    walked.back_and_forward()


def test_what_is_wrong_with_a_form_of_the_desk_can_be_gone_back_to(people, staffed):
    page = people("cle", wide=True)
    walked = Walked(page)
    page.goto(of(staffed, "busy"))
    walked.here()
    page.get_by_label("Amount").fill("12.345")
    page.get_by_role("button", name="Record the fee").click()
    said_again(walked, "A fee is an amount with at most two decimals", amount="12.345")
    page.get_by_label("Message to the requester").fill("Is it 4786?")
    page.get_by_role("button", name="Send the message").click()
    said_again(walked, "could be the code of the radio", text="Is it 4786?")
    page.goto(of(staffed, "own"))
    walked.here()
    page.get_by_role("button", name="Add the papers").click()
    said_again(walked, "choose all of them again")
    page.goto("/desk/requests/new")
    walked.here()
    page.get_by_label("Number, or the whole text").fill("what it says")
    page.get_by_label("VIN of the car").fill("VSK")
    page.get_by_role("button", name="Open the request").click()
    said_again(walked, "number", text="what it says", vin="VSK")
    walked.back_and_forward()
