"""A vault on a phone: made from the page of the code, opened a year later without a network. Nothing of it is sent.

What is sealed here is stretched little; that the page asks for the whole cost is read off it.
"""

from pathlib import Path

import pyrage
import pytest
from looks import faults
from road import CODE, LABEL, get_code

from radiokey.vault.age import seal_to, unseal
from radiokey.vault.document import parse_vault
from radiokey.vault.head import FACTORS_WRITTEN, read_head
from radiokey.vault.secret import Passphrase

WORDS = "winter tyres in the shed é"
CAR = "Duster, синий"


def ready(page):
    page.locator("#start:enabled").wait_for()


def told(page, *, words=WORDS, file=None):
    """Fill in what opens a vault, press the button, return what the page says."""
    if file is not None:
        page.locator("#file").set_input_files({"name": "radios.age", "mimeType": "", "buffer": file})
    page.get_by_label("Passphrase", exact=True).fill(words)
    page.locator("#start").click()
    ready(page)
    return page.locator("#says").inner_text()


def kept(page, **filled):
    """Make a file on the page that keeps a code, and return its bytes."""
    page.get_by_label("The car").fill(CAR)
    page.get_by_label("Once more").fill(WORDS)
    page.evaluate("document.getElementById('vault').dataset.factor = '10'")
    assert told(page, **filled) == "The file is made. Save it, and copy it to a second place."
    with page.expect_download() as saved:
        page.get_by_role("link", name="Save the file").click()
    assert saved.value.suggested_filename == "radios.age"
    return saved.value.path().read_bytes()


@pytest.fixture
def committed():
    """The vault of version 1 that does not change; the same passphrase opens it."""
    return (Path(__file__).parents[1] / "vectors" / "vault" / "1.age").read_bytes()


@pytest.fixture
def keys():
    return (str(pyrage.x25519.Identity.generate().to_public()),)


@pytest.fixture
def watched(page):
    """What the page asks a server for: addresses, heads, bodies."""
    asked = []
    page.context.on(
        "request", lambda one: asked.append(f"{one.url} {one.headers} {one.post_data_buffer or b''!r}")
    )
    return asked


def test_a_code_is_kept_on_the_phone_and_opened_without_a_network(page, watched):
    get_code(page)
    page.get_by_role("link", name="Keep it", exact=True).click()
    ready(page)
    assert faults(page, "GET /road/{visit}/keep") == []
    assert int(page.locator("#vault").get_attribute("data-factor")) in FACTORS_WRITTEN
    assert not page.locator("#saved").is_visible()
    before = len(watched)
    assert told(page, words="too short") == "A passphrase has at least 12 characters."
    assert told(page) == "The two passphrases are not the same."
    file = kept(page)
    vault = parse_vault(unseal(file, Passphrase(WORDS)))
    (entry,) = vault.entries
    assert (entry.serial, entry.car, entry.confirm) == ("V212", CAR, "6, held")
    assert (entry.code.reveal(), entry.receipt["serial"]) == (CODE, "V212")
    assert "Press key 1 until the first place shows 4: 4 presses." in entry.steps
    assert read_head(file).factor == 10
    again = parse_vault(unseal(kept(page, file=file), Passphrase(WORDS)))
    assert again == vault
    assert watched[before:] == []
    with page.expect_download() as card:
        page.get_by_role("link", name="A card for the drawer").click()
    assert card.value.path().read_bytes().startswith(b"%PDF-")
    assert not any(secret in one for one in watched for secret in (WORDS, "Duster,", f"code={CODE}"))

    page.goto("/vault")
    ready(page)
    before = len(watched)
    page.context.set_offline(True)
    assert told(page, file=file, words=WORDS.replace("shed", "barn")).startswith(
        "The passphrase does not open"
    )
    assert told(page, file=file).startswith("It is open.")
    page.get_by_role("heading", name="V212").wait_for()
    assert f"Car: {CAR}" in page.locator("#shown").inner_text()
    assert "Confirmed by: 6, held" in page.locator("#shown").inner_text()
    assert CODE not in page.locator("main").inner_text()
    page.get_by_role("button", name="Show the code").click()
    assert page.locator("#shown .secret").inner_text() == CODE
    assert page.locator("#shown li").nth(1).inner_text() == entry.steps[1]
    page.context.set_offline(False)
    assert faults(page, "GET /vault") == []
    assert watched[before:] == []
    assert LABEL not in str(page.context.cookies())


def test_what_is_wrong_with_a_file_is_told_apart_in_the_browser_too(page, committed, keys):
    page.goto("/vault")
    ready(page)
    assert told(page) == "Choose the file first."
    assert told(page, file=committed).startswith("It is open.")
    assert page.get_by_role("heading", name="M123456").count() == 1
    at = len(committed) // 2
    for file, says in (
        (committed[:-1], "The file is not whole"),
        (committed[:100], "The file is not whole"),
        (committed[:at] + bytes([committed[at] ^ 1]) + committed[at + 1 :], "The file is not as it was"),
        (committed.replace(b"org/v1", b"org/v2"), "A later version"),
        (b"%PDF-1.7", "This file is no vault"),
        (committed.replace(b" 10\n", b" 21\n", 1), "This costs more"),
        (seal_to(b"x", keys), "This vault opens with a key file"),
    ):
        assert told(page, file=file).startswith(says), says
