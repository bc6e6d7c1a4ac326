"""Passkeys in Chromium, with its virtual authenticator: what a person of the staff really does."""

import re

from looks import faults
from playwright.sync_api import expect
from test_print import printed

MADE, ASKED = "Make my passkey", "Sign in with a passkey"


def enrol(holder, link):
    """Use a one-time link; return the recovery codes."""
    holder.page.goto(f"/enrol/{link}")
    assert faults(holder.page, "GET /enrol/{secret}") == []
    holder.page.get_by_label("What to call it").fill("phone")
    holder.page.get_by_role("button", name=MADE).click()
    holder.page.wait_for_selector("h1:has-text('Keep these ten codes')")
    assert faults(holder.page, "GET /enrolled") == []
    return holder.page.locator(".codes li").all_inner_texts()


def sign_in(holder, to=None):
    holder.page.goto("/sign-in" if to is None else to)
    holder.page.get_by_role("button", name=ASKED).click()


def test_from_the_link_to_the_desk_and_out_again(holders, enrolments):
    """A phone, a thumb, no name and no password."""
    holder = holders()
    codes = enrol(holder, enrolments[1]["kim"])
    assert len({code for code in codes if re.fullmatch(r"[0-9a-z]{4}(-[0-9a-z]{4}){3}", code)}) == 10
    assert [key["isResidentCredential"] for key in holder.passkeys()] == [True]
    holder.page.get_by_role("link", name="Sign in").click()
    assert faults(holder.page, "GET /sign-in") == []
    holder.page.get_by_role("button", name=ASKED).click()
    holder.page.wait_for_url("/desk")
    assert holder.page.evaluate("document.cookie") == "", "no script reads it"
    holder.page.goto("/me")
    assert faults(holder.page, "GET /me") == []
    other = holder.phone.page()  # another window signs out, and this one does not know
    other.goto("/me")
    other.get_by_role("button", name="Sign out here").click()
    other.wait_for_url("/sign-in")
    holder.page.get_by_role("button", name="Make ten new ones").click()
    holder.page.get_by_role("heading", name="You are not signed in").wait_for()
    assert faults(holder.page, "GET /sign-in/not-taken") == []
    holder.page.get_by_role("link", name="Sign in").click()
    holder.page.get_by_role("button", name=ASKED).click()
    holder.page.wait_for_url("/me")
    holder.page.get_by_role("button", name="Sign out here").click()
    holder.page.wait_for_url("/sign-in")
    holder.page.goto("/desk")
    holder.page.wait_for_url("/sign-in?to=/desk")
    holder.page.get_by_role("button", name=ASKED).click()
    holder.page.wait_for_url("/desk")
    used = holder.page.goto(f"/enrol/{enrolments[1]['kim']}")
    assert used.status == 404


def test_a_wrong_authenticator_a_copy_and_an_unknown_finger_sign_nobody_in(holders, enrolments):
    holder, stranger = holders(), holders()
    codes = enrol(holder, enrolments[1]["ken"])
    (copy,) = holder.passkeys()
    sign_in(stranger)
    expect(stranger.page.get_by_role("alert")).to_contain_text("No passkey answered")
    holder.knows_finger(known=False)
    sign_in(holder)
    expect(holder.page.get_by_role("alert")).to_contain_text("No passkey answered")
    holder.knows_finger(known=True)
    sign_in(holder)
    holder.page.wait_for_url("/desk")
    # The copy still counts from where it was copied.
    stranger.holds(copy)
    sign_in(stranger)
    expect(stranger.page.get_by_role("alert")).to_contain_text("That did not sign you in")
    assert faults(stranger.page, "GET /sign-in") == []
    holder.page.goto("/desk")
    holder.page.wait_for_url("/sign-in?to=/desk")
    recover(holder, codes[0])
    holder.page.get_by_role("link", name="Sign in").click()
    holder.page.get_by_role("button", name=ASKED).click()
    holder.page.wait_for_url("/desk")
    holder.page.goto("/recovery")
    send_code(holder.page, codes[0])
    expect(holder.page.get_by_role("alert")).to_contain_text("That did not sign you in")


def send_code(page, code):
    page.get_by_label("Name of your account").fill("ken")
    page.get_by_label("One of your ten codes").fill(code)
    page.get_by_role("button", name="Use this code").click()


def recover(holder, code):
    """Lose the authenticator, use a recovery code, make a passkey on another one."""
    holder.lose_key()
    holder.key = holder.new_key()
    holder.page.get_by_role("link", name="I have lost my passkey").click()
    assert faults(holder.page, "GET /recovery") == []
    send_code(holder.page, code)
    holder.page.wait_for_url("**/enrol/*")
    assert faults(holder.page, "GET /enrol/{secret}") == []
    holder.page.get_by_role("button", name=MADE).click()
    holder.page.wait_for_selector("h1:has-text('Your passkey is made')")
    assert faults(holder.page, "GET /enrolled") == []


def test_a_registrar_invites_and_adds_a_second_passkey(holders, enrolments):
    holder = holders()
    enrol(holder, enrolments[1]["rita"])
    sign_in(holder)
    holder.page.wait_for_url("/registrar/staff")
    assert faults(holder.page, "GET /registrar/staff") == []
    holder.page.get_by_label("Name of the person").fill("Uma P.")
    holder.page.get_by_label("Name of the account").fill("uma")
    holder.page.get_by_label("Role").select_option("approver")
    holder.page.get_by_role("button", name="Make a one-time link").click()
    link = holder.page.locator(".link").inner_text()
    assert faults(holder.page, "GET /registrar/staff/invited") == []
    uma = holders()
    enrol(uma, link.rpartition("/")[2])
    sign_in(uma)
    uma.page.wait_for_url("/desk")
    holder.page.goto("/me")
    holder.lose_key()
    holder.key = holder.new_key(transport="usb")
    holder.page.get_by_label("What to call it").fill("key ring")
    holder.page.get_by_role("button", name="Add a passkey").click()
    expect(holder.page.get_by_role("button", name="Remove key ring")).to_be_visible()
    assert faults(holder.page, "GET /me") == []
    holder.page.get_by_role("button", name="Make ten new ones").click()
    holder.page.get_by_role("heading", name="Keep these ten codes").wait_for()
    assert faults(holder.page, "GET /me/codes") == []
    holder.page.get_by_role("link", name="I have them").click()
    holder.page.get_by_role("button", name="Remove phone").click()
    holder.page.wait_for_url("/sign-in?to=/me")
    holder.page.get_by_role("button", name=ASKED).click()
    holder.page.wait_for_url("/me")
    expect(holder.page.get_by_text("the last one stays")).to_be_visible()


def test_without_scripts_a_page_of_passkeys_says_what_to_do(holders):
    page = holders(java_script_enabled=False).page
    page.goto("/sign-in")
    expect(page.get_by_text("A passkey takes JavaScript")).to_be_visible()


def test_recovery_codes_are_printed_all_ten(holders, enrolments):
    page = holders(color_scheme="dark").page
    page.goto(f"/enrol/{enrolments[1]['kay']}")
    page.get_by_role("button", name="Make my passkey").click()
    page.get_by_role("heading", name="Keep these ten codes").wait_for()
    codes = page.locator("ol.codes li").all_inner_texts()
    assert len(codes) == 10
    words = printed(page)
    assert all(code in words for code in codes)
    assert "kay" in words
