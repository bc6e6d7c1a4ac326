"""A vault on a phone: made from the page of the code, opened a year later without a network. Nothing of it is sent.

What is sealed here is stretched little; that the page asks for the whole cost is read off it.
"""

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pyrage
import pytest
from looks import faults
from road import CODE, LABEL, get_code

from radiokey.code.value import Code, Press
from radiokey.headunit.panel import Control, Key
from radiokey.vault.age import seal, seal_to, unseal
from radiokey.vault.document import Entry, Step, Vault, encode_vault, parse_vault, with_entry
from radiokey.vault.head import FACTOR_WRITTEN, read_head
from radiokey.vault.secret import Passphrase
from radiokey.web.draw.panel import panel_svg

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
    """The vault of version 1 that does not change; the same passphrase opens it. That of version 2 a page wrote."""
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
    assert int(page.locator("#vault").get_attribute("data-factor")) == FACTOR_WRITTEN
    assert not page.locator("#saved").is_visible()
    before = len(watched)
    assert told(page, words="too short") == "A passphrase has at least 12 characters."
    assert told(page) == "The two passphrases are not the same."
    file = kept(page)
    vault = parse_vault(unseal(file, Passphrase(WORDS)))
    (entry,) = vault.entries
    assert (entry.serial, entry.car, entry.confirm) == ("V212", CAR, "6, held")
    assert (entry.code.reveal(), entry.receipt["serial"]) == (CODE, "V212")
    assert "Press key 1 until the first place shows 4: 4 presses." in [step.says for step in entry.steps]
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
    check_presses(page, entry)
    page.context.set_offline(False)
    assert faults(page, "GET /vault") == []
    assert watched[before:] == []
    assert LABEL not in str(page.context.cookies())


def check_presses(page, entry):
    """Each step shows its sentence, and the panel that the coach's page draws for it."""
    place = page.locator("#shown .presses")
    for at, step in enumerate(entry.steps, start=1):
        assert f"Step {at} of {len(entry.steps)}" in place.inner_text()
        assert place.locator("h3").inner_text() == step.says
        (press,) = step.presses or (None,)
        pressed = press and Press(press.key, press.times, press.hold_ms)
        theirs = panel_svg(Panel(entry.keys), pressed)
        ours = place.locator("svg").evaluate("one => one.outerHTML")
        assert page.evaluate(SHAPES, ours) == page.evaluate(SHAPES, theirs)
        if at < len(entry.steps):
            place.get_by_role("button", name="Done, next").click()
    assert "That was the last key" in place.inner_text()
    place.get_by_role("button", name="Back").click()
    assert f"Step {len(entry.steps) - 1} of" in place.inner_text()


@dataclass
class Panel:
    """As much of a panel as its drawing asks for."""

    keys: tuple


SHAPES = """svg => Array.from(
    new DOMParser().parseFromString(svg, "image/svg+xml").documentElement.querySelectorAll(":not(title)"),
    one => [one.tagName, Array.from(one.attributes, at => `${at.name}=${at.value}`).sort(), one.textContent])"""
"""What is drawn, in its order. Its title is the step's sentence here, and the coach's own there."""


def test_the_coach_takes_the_keys_from_a_vault_and_the_server_hears_nothing_of_it(page, watched, written):
    page.goto("/coach")
    assert page.locator("#start:disabled").count() == 1
    assert not any("vault-worker" in one or "age-encryption" in one for one in watched)
    page.get_by_text("It is in my vault").click()
    ready(page)
    before, address = len(watched), page.url
    page.context.set_offline(True)
    assert told(page, file=written).startswith("It is open.")
    page.locator("#shown").get_by_role("button", name="Show me the keys").click()
    assert page.locator("#shown .secret").inner_text() == "4786"
    assert "Step 1 of 1" in page.locator("#shown").inner_text()
    assert page.locator("#shown svg.panel .key").count() == 2
    assert (page.url, watched[before:]) == (address, [])
    page.context.set_offline(False)
    assert faults(page, "GET /coach") == []


def test_a_photo_is_shown_where_it_is_whole_and_the_number_where_it_is_not(page, written, damaged):
    page.goto("/vault")
    ready(page)
    for file, shown in ((written, 1), (damaged, 0)):
        assert told(page, file=file).startswith("It is open.")
        page.get_by_role("button", name="Show the photo").click()
        page.locator("#shown img, #shown :text('This photo is damaged')").first.wait_for()
        assert page.locator("#shown img.sticker").count() == shown
        assert page.get_by_role("heading", name="V212").count() == 1


@pytest.fixture
def written():
    """A vault that the command line wrote, of version 2, with a photo."""
    return sealed_little(VAULT)


@pytest.fixture
def damaged():
    return sealed_little(replace(VAULT, photos=dict.fromkeys(VAULT.photos, b"another")))


def sealed_little(vault):
    return seal(encode_vault(vault), Passphrase(WORDS), factor=10)


VAULT = with_entry(
    Vault(),
    Entry(
        "V212",
        code=Code("4786"),
        kept_on=date(2026, 11, 30),
        steps=(Step("Press key 1 four times.", (Press("1", 4),)),),
        keys=(Key("1", "1"), Key("6", "6", Control.KNOB, (3, 1))),
    ),
    b"\xff\xd8\xff a photo",
)


def test_what_is_wrong_with_a_file_is_told_apart_in_the_browser_too(page, committed, keys):
    page.goto("/vault")
    ready(page)
    assert told(page) == "Choose the file first."
    assert told(page, file=committed).startswith("It is open.")
    assert page.get_by_role("heading", name="M123456").count() == 1
    at = len(committed) // 2

    def sealed(document):
        return seal(document, Passphrase(WORDS), factor=10)

    for file, says in (
        (committed[:-1], "The file is not whole"),
        (committed[:100], "The file is not whole"),
        (committed[:at] + bytes([committed[at] ^ 1]) + committed[at + 1 :], "The file is not as it was"),
        (committed.replace(b"org/v1", b"org/v2"), "A later version"),
        (b"%PDF-1.7", "This file is no vault"),
        (committed.replace(b" 10\n", b" 21\n", 1), "This costs more"),
        (seal_to(b"x", keys), "This vault opens with a key file"),
        (sealed(b"milk, bread"), "This file is no vault"),
        (sealed(b'{"radiokey_vault":3}'), "A later version"),
        (sealed(encode_vault(VAULT).replace(b'"bytes":11', b'"bytes":9999')), "The file is not as it was"),
        (sealed(encode_vault(VAULT)[:-1] + b"x"), "The file is not as it was"),
    ):
        assert told(page, file=file).startswith(says), says
