"""The countdown in Chromium: it survives closing, counts what was powered, and ends with three checks."""

from road import RADIO

MINUTE_MS = 60_000


def begun(page, errors):
    page.goto(f"/waiting?model={RADIO}&errors={errors}")
    page.get_by_role("button", name="Start the countdown now").click()
    page.wait_for_url("**/waiting/*")
    return page.url


def test_a_countdown_runs_on_while_nobody_looks(phones, site):
    page = phones().page()
    link = begun(page, 3)
    assert page.locator("#left").inner_text() in {"4:00", "3:59"}
    page.context.close()
    site.passes(MINUTE_MS)
    other = phones().page()
    other.goto(link)
    assert other.locator("#left").inner_text() in {"3:00", "2:59"}


def test_the_page_counts_the_seconds_down(page):
    page.clock.install()
    begun(page, 2)
    page.clock.run_for(30_000)
    assert page.locator("#left").inner_text() == "1:30"


def test_at_the_end_the_owner_says_that_it_was_on_and_gets_three_checks(page, site):
    begun(page, 1)
    site.passes(2 * MINUTE_MS)
    page.reload()
    assert page.get_by_role("heading", name="Was the radio on all the time?").is_visible()
    page.get_by_role("button", name="Yes, it was on all the time").click()
    assert page.get_by_role("heading", name="The time is over").is_visible()
    assert page.locator("ol.road li").count() == 3
    page.get_by_role("link", name="All three hold").click()
    assert "/guide/cause" in page.url  # the three are not asked again


def test_time_that_nobody_vouches_for_does_not_count(page, site):
    begun(page, 3)
    site.passes(5 * MINUTE_MS)
    page.reload()
    page.get_by_text("No, it was off for a while").click()
    page.get_by_label("how many minutes was it off").fill("4")
    page.get_by_role("button", name="Count it so").click()
    assert page.locator("#left").inner_text() in {"3:00", "2:59"}


def test_a_link_that_was_changed_is_no_countdown(page):
    link = begun(page, 2)
    page.goto(link[:-3] + ("aaa" if not link.endswith("aaa") else "bbb"))
    assert page.locator(".countdown").count() == 0
    assert page.get_by_role("link", name="Begin again").is_visible()


def test_the_end_can_be_put_in_a_calendar(page):
    link = begun(page, 2)
    with page.expect_download() as download:
        page.get_by_role("link", name="Put the end in my calendar").click()
    text = download.value.path().read_text(encoding="utf-8")
    assert "BEGIN:VEVENT" in text
    assert link.rpartition("/")[2][:20] in text.replace("\r\n ", "")


def test_until_when_is_said_in_the_owners_own_time(phones):
    """LOOKS: the time left, what must stay on, and until when; the server knows no time zone."""
    page = phones(timezone_id="Asia/Tokyo", locale="en-GB").page()
    page.clock.set_fixed_time("2024-05-01T12:00:00Z")
    begun(page, 2)
    assert page.locator("#until").inner_text() == "Until 21:02, if it runs without a break."


def test_the_end_of_the_wait_is_heard_and_seen_from_another_tab(page, site):
    """LOOKS: an alert when the wait is over; a page may sound only after its reader pressed something."""
    page.clock.install()
    page.add_init_script(
        "window.heard = 0; const begin = OscillatorNode.prototype.start;"
        "OscillatorNode.prototype.start = function (at) { window.heard += 1; begin.call(this, at); };"
    )
    begun(page, 1)
    page.clock.pause_at(page.evaluate("Date.now() / 1000 + 1"))
    page.get_by_role("button", name="Ring when it is over").click()
    assert page.get_by_role("button", name="It will ring").is_disabled()
    assert page.evaluate("heard") == 1
    left = page.locator("#left").inner_text()
    page.clock.run_for(1000 * int(left.partition(":")[2]) + 300)
    assert page.title() == "\N{BLACK CIRCLE} The wait is over"
    assert page.evaluate("heard") == 4
    site.passes(MINUTE_MS)
    page.clock.run_for(2_500)
    page.get_by_role("heading", name="Was the radio on all the time?").wait_for()
    assert page.title().startswith("The wait is over")


def test_a_phone_that_slept_asks_the_site_how_much_is_left(page, site):
    page.clock.install()
    begun(page, 3)
    site.passes(MINUTE_MS)
    with page.expect_response("**/waiting/*"):
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.wait_for_function("() => document.getElementById('left').textContent <= '3:00'")
