"""The document of a vault (docs/spec/vault.md)."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radiokey.catalogue.index import cards
from radiokey.catalogue.load import load_model
from radiokey.code.value import Code, Press, PressUntil
from radiokey.errors import VaultChangedError, VaultError, VaultForeignError, VaultNewerError
from radiokey.headunit.panel import Key
from radiokey.vault.age import unseal
from radiokey.vault.card_text import card_text, read_card
from radiokey.vault.document import (
    Entry,
    Step,
    Vault,
    encode_text,
    encode_vault,
    find_entries,
    only,
    parse_vault,
    with_entry,
    without_codes,
)
from radiokey.vault.secret import Passphrase

VECTORS = Path(__file__).parents[1] / "vectors" / "vault"


def test_a_file_of_version_1_is_read():
    """It was sealed by the age package of npm, at a small work factor, and never changes."""
    vault = parse_vault(unseal((VECTORS / "1.age").read_bytes(), Passphrase("winter tyres in the shed é")))
    check_the_committed(vault)


def test_a_file_of_version_2_is_read():
    """As before: sealed by the page's own worker, and never changes."""
    vault = parse_vault(unseal((VECTORS / "2.age").read_bytes(), Passphrase("winter tyres in the shed é")))
    check_the_committed(vault)


def check_the_committed(vault):
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
        steps=(Step("Press key 1 until the first place shows 4: 4 presses."),),
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


def test_the_index_is_the_first_line_and_the_photos_lie_behind_it_as_they_are(vault):
    """`age -d FILE | head -n 1` is what somebody without Radiokey needs."""
    line, _, rest = encode_vault(vault).partition(b"\n")
    index, photo = json.loads(line), vault.photo(vault.entries[0])
    assert index["photos"] == [{"name": vault.entries[0].photo, "bytes": len(photo)}]
    assert rest.startswith(photo)
    assert rest[len(photo) :].strip() == b""


def test_a_photo_is_not_copied_before_it_is_looked_at(vault):
    document = bytearray(encode_vault(vault))
    (photo,) = parse_vault(document).photos.values()
    assert isinstance(photo, memoryview)
    assert photo.obj is document


def test_the_text_that_an_export_writes_is_version_1_and_is_read(vault):
    text = encode_text(vault)
    assert text.startswith('{"radiokey_vault":1,')
    assert "\n" not in text
    first, second = vault.entries
    sentences = tuple(Step(step.says) for step in first.steps)
    assert parse_vault(text.encode()).entries == (replace(first, steps=sentences, keys=()), second)
    assert parse_vault(text.encode()).photos == vault.photos


def test_no_repr_shows_the_code(vault):
    assert "4786" not in repr(vault)
    assert "4786" not in str(vault.entries[0])


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda _: {"radiokey_vault": 3, "new": "things"}, VaultNewerError),
        (lambda _: {"radiokey_vault": 99}, VaultNewerError),
        (lambda one: {"entries": one["entries"], **one}, VaultForeignError),  # the version comes first
        (lambda one: [one], VaultForeignError),
        (lambda _: {"another": 1}, VaultForeignError),
        (lambda one: {**one, "more": 1}, VaultChangedError),
        (lambda one: {**one, "entries": [{**one["entries"][0], "more": 1}]}, VaultChangedError),
        (lambda one: {**one, "entries": one["entries"] * 2}, VaultChangedError),
        (lambda one: {**one, "entries": [{**one["entries"][0], "code": "12-34"}]}, VaultChangedError),
        (lambda one: {**one, "entries": [{**one["entries"][0], "car": "\x1b[2J"}]}, VaultChangedError),
        (lambda one: {**one, "photos": type(one["photos"])()}, VaultChangedError),
        (lambda one: {**one, "entries": [{**one["entries"][0], "steps": [1]}]}, VaultChangedError),
    ],
)
@pytest.mark.parametrize("encode", [encode_vault, lambda vault: encode_text(vault).encode()])
def test_a_document_of_another_form_is_refused_by_what_it_is(vault, change, error, encode):
    line, lf, rest = encode(vault).partition(b"\n")
    document = json.dumps(change(json.loads(line))).encode() + lf + rest
    with pytest.raises(error) as refused:
        parse_vault(document)
    assert type(refused.value) is error
    assert "4786" not in refused.value.sentence + refused.value.hint


@pytest.mark.parametrize(
    "change",
    [
        lambda one: one | {"bytes": one["bytes"] + 4_096},
        lambda one: one | {"bytes": one["bytes"] - 1},
        lambda one: one | {"bytes": -1},
        lambda one: one | {"bytes": 2_000_001},
        lambda one: one | {"bytes": 10**30},
        lambda one: one | {"bytes": "21"},
        lambda one: one | {"name": "0" * 64},
        lambda one: {"name": one["name"]},
    ],
)
def test_an_index_that_does_not_fit_what_is_behind_it_is_damaged(vault, change):
    line, lf, rest = encode_vault(vault).partition(b"\n")
    index = json.loads(line)
    document = json.dumps(index | {"photos": [change(one) for one in index["photos"]]}).encode()
    with pytest.raises(VaultChangedError):
        parse_vault(document + lf + rest)
    with pytest.raises(VaultChangedError):
        parse_vault(json.dumps(index | {"photos": index["photos"] * 2}).encode() + lf + rest)


@pytest.mark.parametrize("end", [b"", b"x\n", b" ", b"\n\n", b" " * 4096 + b"\n"])
def test_what_stands_behind_the_photos_is_the_padding_and_nothing_else(vault, end):
    whole = encode_vault(vault).rstrip()
    assert parse_vault(whole + b"\n") == vault
    with pytest.raises(VaultChangedError):
        parse_vault(whole + end)


@pytest.mark.parametrize("press", [{"times": 1, "until": "7"}, {"times": None, "until": None}, {"times": 0}])
def test_a_press_is_counted_or_has_an_end(vault, press):
    line, lf, rest = encode_vault(vault).partition(b"\n")
    index = json.loads(line)
    index["entries"][0]["steps"][0]["presses"][0] |= press
    with pytest.raises(VaultChangedError):
        parse_vault(json.dumps(index).encode() + lf + rest)


def test_a_document_without_an_end_of_its_index_is_damaged():
    with pytest.raises(VaultChangedError):
        parse_vault(b'{"radiokey_vault":2,"recipients":[],"entries":[],"photos":[]}')


def test_a_photo_that_is_another_is_not_given_and_the_rest_is(vault):
    entry, document = vault.entries[0], encode_vault(vault)
    assert vault.photo(entry)
    damaged = parse_vault(document.replace(b"a photo", b"another"))
    assert damaged.entries == vault.entries
    with pytest.raises(VaultChangedError, match="a photo of the vault is damaged"):
        damaged.photo(entry)
    for text in ("AAAA", "no base64"):
        told = json.loads(encode_text(vault)) | {"photos": {entry.photo: text}}
        with pytest.raises(VaultChangedError, match="a photo of the vault is damaged"):
            parse_vault(json.dumps(told).encode()).photo(entry)


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
        {"steps": (Step("x"),) * 41},
        {"keys": (Key("1", "1"),) * 81},
        {"keys": (Key("1", "x" * 41),)},
        {"keys": (Key("1", "1", at=(0, 41)),)},
    ],
)
def test_an_entry_is_short_and_plain(fields):
    with pytest.raises(VaultError):
        Entry(**{"serial": "V212", **fields})


@pytest.mark.parametrize(
    "presses", [(Press("1"),) * 41, (Press("1", 0),), (Press("1", hold_ms=-1),), (PressUntil("1", "x" * 41),)]
)
def test_a_step_is_short_and_its_presses_can_be_done(presses):
    with pytest.raises(VaultError):
        Step("Press key 1.", presses)


def test_every_panel_of_the_catalogue_can_be_kept():
    for name in cards():
        panel = load_model(name).panel
        assert panel is None or Entry(serial="V212", keys=panel.keys)


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
