"""The document of a vault (docs/spec/vault.md)."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radiokey.code.value import Code
from radiokey.errors import VaultChangedError, VaultError, VaultForeignError, VaultNewerError
from radiokey.vault.age import unseal
from radiokey.vault.document import (
    Entry,
    Vault,
    card_text,
    encode_vault,
    find_entries,
    only,
    parse_vault,
    read_card,
    with_entry,
    without_codes,
)
from radiokey.vault.secret import Passphrase

VECTORS = Path(__file__).parents[1] / "vectors" / "vault"


def test_a_file_of_version_1_is_read():
    """It was sealed by the age package of npm, at a small work factor, and never changes."""
    vault = parse_vault(unseal((VECTORS / "1.age").read_bytes(), Passphrase("winter tyres in the shed é")))
    first, second = vault.entries
    assert first == Entry(
        serial="V212",
        kind="renault-precode",
        model="renault_86a",
        make="dacia",
        car="Duster 2012, blue \N{EN DASH} Оля",
        code=Code("4786"),
        confirm="6, held",
        found="sticker on the left side",
        source="the dealer in Bourges",
        kept_on=date(2026, 11, 30),
        note="verified\non the radio",
        photo=first.photo,
        receipt={"v": 1, "any": ["thing", 1]},
        steps=("Press key 1 until the first place shows 4: 4 presses.",),
    )
    assert vault.photo(first).startswith(b"\xff\xd8\xff")
    assert (second.serial, second.code, second.photo, second.receipt) == ("M123456", None, "", None)
    assert parse_vault(encode_vault(vault)) == vault


def test_what_was_written_is_read(vault):
    data = encode_vault(vault)
    assert parse_vault(data) == vault
    assert encode_vault(parse_vault(data)) == data
    assert parse_vault(data).photo(vault.entries[0]) == vault.photo(vault.entries[0])


def test_its_length_tells_neither_a_code_nor_how_many_radios(vault):
    lengths = {len(encode_vault(one)) for one in (vault, without_codes(vault), Vault())}
    assert lengths == {4096}
    assert encode_vault(vault).endswith(b" \n")


def test_no_repr_shows_the_code(vault):
    assert "4786" not in repr(vault)
    assert "4786" not in str(vault.entries[0])


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda _: {"radiokey_vault": 2, "new": "things"}, VaultNewerError),
        (lambda _: {"radiokey_vault": 99}, VaultNewerError),
        (lambda one: {"entries": one["entries"], **one}, VaultForeignError),  # the version comes first
        (lambda one: [one], VaultForeignError),
        (lambda _: {"another": 1}, VaultForeignError),
        (lambda one: {**one, "more": 1}, VaultChangedError),
        (lambda one: {**one, "entries": [{**one["entries"][0], "more": 1}]}, VaultChangedError),
        (lambda one: {**one, "entries": one["entries"] * 2}, VaultChangedError),
        (lambda one: {**one, "entries": [{**one["entries"][0], "code": "12-34"}]}, VaultChangedError),
        (lambda one: {**one, "entries": [{**one["entries"][0], "car": "\x1b[2J"}]}, VaultChangedError),
        (lambda one: {**one, "photos": {}}, VaultChangedError),
    ],
)
def test_a_document_of_another_form_is_refused_by_what_it_is(vault, change, error):
    document = json.dumps(change(json.loads(encode_vault(vault)))).encode()
    with pytest.raises(error) as refused:
        parse_vault(document)
    assert type(refused.value) is error
    assert "4786" not in refused.value.sentence + refused.value.hint


def test_a_photo_that_is_another_is_not_given(vault):
    photos = dict.fromkeys(vault.photos, next(iter(vault.photos.values())).copy())
    assert vault.photo(vault.entries[0])
    damaged = replace(vault, photos={name: type(raw)(b'"AAAA"') for name, raw in photos.items()})
    with pytest.raises(VaultChangedError):
        damaged.photo(vault.entries[0])


def test_a_number_stands_once_and_is_found_however_it_is_typed(vault):
    assert [entry.serial for entry in find_entries(vault, "m-123 456")] == ["M123456"]
    assert [entry.serial for entry in find_entries(vault, "456")] == ["M123456"]
    assert find_entries(vault, "999") == find_entries(vault, "") == ()
    again = replace(vault.entries[0], serial="v 212", note="new", photo="")
    with pytest.raises(VaultError, match="already"):
        with_entry(vault, again)
    anew = with_entry(vault, again, again=True)
    assert [entry.note for entry in anew.entries] == ["", "new"]
    assert anew.photos == {}


def test_what_is_taken_out_leaves_no_photo_behind(vault):
    assert only(vault, vault.entries[:1]).photos == vault.photos
    assert only(vault, vault.entries[1:]).photos == {}


@pytest.mark.parametrize(
    "fields",
    [
        {"serial": ""},
        {"car": "x" * 201},
        {"note": "x" * 2001},
        {"found": "a\nb"},
        {"car": "\N{RIGHT-TO-LEFT OVERRIDE}"},
    ],
)
def test_an_entry_is_short_and_plain(fields):
    with pytest.raises(VaultError):
        Entry(**{"serial": "V212", **fields})


# --- a radio as text --------------------------------------------------------------------------------------

SHOWN = st.text(st.sampled_from('Duster4 ДастерÖé"\\/{}🚗'), max_size=30)


@given(car=SHOWN, confirm=SHOWN, code=st.from_regex(r"[0-9A-F]{1,8}", fullmatch=True), known=st.booleans())
def test_a_card_is_ascii_and_brings_the_radio_back(car, confirm, code, known):
    """Readers of barcodes do not agree on anything but ASCII (findings/russian-qr-is-japanese.sh)."""
    entry = Entry(
        serial="V212",
        model="renault_86a",
        car=car,
        confirm=confirm,
        code=Code(code),
        kept_on=date(2026, 1, 2),
        source="the card",
    )
    text = card_text(entry, code=known)
    assert text.isascii()
    assert "\n" not in text
    assert read_card(text) == (entry if known else replace(entry, code=None))


@pytest.mark.parametrize(
    "text", ["", "4786", "{}", '{"radiokey_card":1}', '{"radiokey_card":1,"serial":"V212","pin":"1"}', "[1]"]
)
def test_another_text_is_no_card(text):
    with pytest.raises(VaultError, match="no card"):
        read_card(text)


def test_a_later_card_is_said_to_be_one():
    with pytest.raises(VaultNewerError):
        read_card('{"radiokey_card":2,"serial":"V212"}')
