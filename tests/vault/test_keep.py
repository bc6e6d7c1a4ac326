"""A vault in its file: what is wrong with one is told apart, and nothing that fails changes it."""

import json
from dataclasses import replace
from functools import partial
from pathlib import Path

import pyrage
import pytest

from radiokey.errors import (
    ChangedMeanwhileError,
    StoreError,
    VaultChangedError,
    VaultCutError,
    VaultError,
    VaultForeignError,
    VaultNewerError,
    VaultPassphraseError,
)
from radiokey.vault import age
from radiokey.vault.document import Vault, with_entry
from radiokey.vault.keep import NEW, open_vault, save_vault
from radiokey.vault.secret import KeyFile, Passphrase

VECTOR = Path(__file__).parents[1] / "vectors" / "vault" / "1.age"
RIGHT = Passphrase("winter tyres in the shed é")


@pytest.fixture
def kept(tmp_path, vault, keys):
    """A vault that keys open."""
    file = tmp_path / "vault.age"
    save_vault(file, NEW, replace(vault, recipients=keys.recipients), None)
    return file


@pytest.fixture
def sealed(tmp_path):
    """A vault that a passphrase opens: the committed one, whose stretch is short."""
    file = tmp_path / "sealed.age"
    file.write_bytes(VECTOR.read_bytes())
    return file


def test_what_was_saved_is_opened(kept, vault, keys):
    opened = open_vault(kept, keys.file)
    assert opened.vault == replace(vault, recipients=keys.recipients)
    more = with_entry(opened.vault, replace(vault.entries[1], serial="M000001"))
    save_vault(kept, opened, more, None)
    assert open_vault(kept, keys.file).vault == more


def test_a_vault_with_a_passphrase_opens_with_it_and_what_it_was_before_does_not_matter(monkeypatch, sealed):
    """What is sealed with a passphrase is stretched little here: the factor is tests/vault/test_age.py's."""
    monkeypatch.setattr("radiokey.vault.keep.seal", partial(age.seal, factor=10))
    opened = open_vault(sealed, RIGHT)
    save_vault(sealed, opened, opened.vault, Passphrase("snow chains in the cellar"))
    assert open_vault(sealed, Passphrase("snow chains in the cellar")).vault == opened.vault
    refused(sealed, RIGHT, VaultPassphraseError)


def test_a_vault_of_version_1_is_written_as_version_2_on_its_next_save_and_not_before(monkeypatch, sealed):
    monkeypatch.setattr("radiokey.vault.keep.seal", partial(age.seal, factor=10))
    opened = open_vault(sealed, RIGHT)
    assert sealed.read_bytes() == VECTOR.read_bytes()
    save_vault(sealed, opened, opened.vault, RIGHT)
    document = age.unseal(sealed.read_bytes(), RIGHT)
    assert document.startswith(b'{"radiokey_vault":2,')
    again = open_vault(sealed, RIGHT).vault
    assert again == opened.vault
    assert again.photo(again.entries[0]) == opened.vault.photo(opened.vault.entries[0])


# --- what is wrong with it --------------------------------------------------------------------------------


def refused(file, key, error):
    before = file.read_bytes()
    with pytest.raises(VaultError) as raised:
        open_vault(file, key)
    assert type(raised.value) is error
    assert raised.value.hint
    assert file.read_bytes() == before


def test_the_five_faults_of_a_sealed_vault_are_told_apart(sealed):
    whole = sealed.read_bytes()
    assert len(open_vault(sealed, RIGHT).vault.entries) == 2
    refused(sealed, Passphrase("winter tyres in the barn"), VaultPassphraseError)
    for length in (len(whole) - 1, len(whole) // 2, 200, 60, 0):
        sealed.write_bytes(whole[:length])
        refused(sealed, RIGHT, VaultCutError)
    for place in (len(whole) - 1, len(whole) // 2, whole.index(b"--- ") + 9):
        sealed.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        refused(sealed, RIGHT, VaultChangedError)
    sealed.write_bytes(whole.replace(b"org/v1", b"org/v2"))
    refused(sealed, RIGHT, VaultNewerError)
    sealed.write_bytes(b"PK\x03\x04" + whole)
    refused(sealed, RIGHT, VaultForeignError)


def test_a_vault_that_was_cut_anywhere_is_said_to_be_cut(kept, keys):
    whole = kept.read_bytes()
    for length in {*range(300), *range(300, len(whole), 29), len(whole) - 1}:
        with pytest.raises(VaultCutError):
            age.unseal(whole[:length], keys.file)


def test_a_change_anywhere_is_seen(kept, keys):
    """In the stanza it may look like another key; everywhere else it is a change."""
    whole = kept.read_bytes()
    mac = whole.index(b"--- ")
    for place in {*range(300), *range(300, len(whole), 29), len(whole) - 1}:
        changed = whole[:place] + bytes([whole[place] ^ 2]) + whole[place + 1 :]
        with pytest.raises(VaultError) as raised:
            age.unseal(changed, keys.file)
        if place > mac:
            assert type(raised.value) is VaultChangedError, place
        elif place >= len("age-encryption.org/v1\n"):
            assert isinstance(raised.value, VaultChangedError | VaultPassphraseError | VaultCutError), place


def test_an_age_file_with_something_else_in_it_is_foreign(kept, keys):
    kept.write_bytes(age.seal_to(b"milk, bread\n", keys.recipients))
    refused(kept, keys.file, VaultForeignError)
    kept.write_bytes(age.seal_to(json.dumps({"radiokey_vault": 7}).encode(), keys.recipients))
    refused(kept, keys.file, VaultNewerError)


def test_the_other_way_of_opening_is_named(kept, sealed, keys):
    with pytest.raises(VaultPassphraseError) as raised:
        open_vault(kept, RIGHT)
    assert "--identity" in raised.value.hint
    with pytest.raises(VaultPassphraseError) as raised:
        open_vault(sealed, keys.file)
    assert "--identity" in raised.value.hint
    another = KeyFile(str(pyrage.x25519.Identity.generate()))
    refused(kept, another, VaultPassphraseError)
    for text in ("", "# nothing\n", "AGE-SECRET-KEY-1NOT"):
        refused(kept, KeyFile(text), VaultError)
    with pytest.raises(VaultError, match="recipient"):
        age.seal_to(b"x", ("age1nobody",))


def test_a_passphrase_that_was_typed_in_the_other_unicode_form_opens(sealed):
    """A Mac may give e and an accent for what a phone gives as one character."""
    assert open_vault(
        sealed, Passphrase("winter tyres in the shed e\N{COMBINING ACUTE ACCENT}")
    ).vault.entries


def test_a_chosen_passphrase_is_long_enough_and_none_shows_itself():
    with pytest.raises(VaultError, match="12"):
        Passphrase.chosen("short")
    assert Passphrase.chosen("four or five words") == Passphrase("four or five words")
    shown = f"{RIGHT} {RIGHT!r} {KeyFile('AGE-SECRET-KEY-1X')!r}"
    assert shown == "Passphrase(****) Passphrase(****) KeyFile(****)"


# --- saving -----------------------------------------------------------------------------------------------


def test_two_who_save_at_once_lose_nothing(kept, keys, vault):
    one, other = open_vault(kept, keys.file), open_vault(kept, keys.file)
    mine = with_entry(one.vault, replace(vault.entries[1], serial="M000001"))
    save_vault(kept, one, mine, None)
    with pytest.raises(ChangedMeanwhileError):
        save_vault(kept, other, Vault(recipients=keys.recipients), None)
    with pytest.raises(ChangedMeanwhileError):
        save_vault(kept, NEW, Vault(recipients=keys.recipients), None)
    assert open_vault(kept, keys.file).vault == mine


def test_where_nothing_can_be_written_it_is_said(tmp_path, keys):
    with pytest.raises(StoreError):
        save_vault(tmp_path / "missing" / "vault.age", NEW, Vault(recipients=keys.recipients), None)
    with pytest.raises(VaultError, match="no such vault"):
        open_vault(tmp_path / "vault.age", RIGHT)
    with pytest.raises(VaultError, match="cannot be read"):
        open_vault(tmp_path, RIGHT)
