"""A vault in its file: what is wrong with one is told apart, and nothing that fails changes it."""

import json
from dataclasses import replace
from pathlib import Path

import pyrage
import pytest

from radiokey.errors import (
    ChangedMeanwhileError,
    StoreError,
    TryLaterError,
    UsageError,
    VaultChangedError,
    VaultCutError,
    VaultError,
    VaultForeignError,
    VaultNewerError,
    VaultPassphraseError,
)
from radiokey.vault import age
from radiokey.vault.document import Vault, encode_vault, with_entry
from radiokey.vault.head import FACTORS_WRITTEN
from radiokey.vault.keep import NEW, open_vault, save_vault
from radiokey.vault.secret import KeyFile, Passphrase

VECTOR = Path(__file__).parents[1] / "vectors" / "vault" / "1.age"
RIGHT = Passphrase("winter tyres in the shed é")


@pytest.fixture
def kept(tmp_path, vault, keys):
    """A vault that keys open."""
    file = tmp_path / "vault.age"
    assert save_vault(file, NEW, replace(vault, recipients=keys.recipients), None) is None
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


def faked(monkeypatch, factors):
    """Let pyrage choose these factors, one after the other."""
    files = [b"age-encryption.org/v1\n-> scrypt salt %d\n..." % factor for factor in factors]

    class Passphrases:
        @staticmethod
        def encrypt(_document, _passphrase):
            return files.pop(0)

    monkeypatch.setattr(pyrage, "passphrase", Passphrases)


@pytest.mark.parametrize(
    ("chosen", "kept"),
    [((18,), 18), ((13, 16), 16), ((21, 20), 20), ((21, 22, 21), 21), ((12, 11, 13), 13), ((14, 23, 12), 14)],
)
def test_it_is_sealed_again_until_the_factor_is_one_that_all_can_open(monkeypatch, chosen, kept):
    faked(monkeypatch, chosen)
    assert age.read_factor(age.seal(b"x", RIGHT)) == kept
    assert (FACTORS_WRITTEN[0], FACTORS_WRITTEN[-1]) == (15, 20)


def test_a_machine_that_pyrage_takes_for_too_slow_is_asked_again(monkeypatch, sealed):
    """It measures what the machine does at this very moment; our own cap was passed before."""
    said, real = ["Excessive work parameter for passphrase.\nDecryption would take around 64 seconds."], []

    class Passphrases:
        @staticmethod
        def decrypt(_file, passphrase):
            if said:
                raise pyrage.DecryptError(said.pop())
            real.append(passphrase)
            return encode_vault(Vault())

    monkeypatch.setattr(pyrage, "passphrase", Passphrases)
    assert open_vault(sealed, RIGHT).vault == Vault()
    assert real == [RIGHT.reveal()]
    said.extend(["Excessive work parameter"] * 5)
    with pytest.raises(TryLaterError):
        open_vault(sealed, RIGHT)


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
    for length in {*range(300), *range(300, len(whole), 7), len(whole) - 1}:
        with pytest.raises(VaultCutError):
            age.unseal(whole[:length], keys.file)


def test_a_change_anywhere_is_seen(kept, keys):
    """In the stanza it may look like another key; everywhere else it is a change."""
    whole = kept.read_bytes()
    mac = whole.index(b"--- ")
    for place in {*range(300), *range(300, len(whole), 7), len(whole) - 1}:
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


def test_without_its_extra_it_says_what_to_install(sealed, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pyrage", None)
    with pytest.raises(UsageError) as raised:
        open_vault(sealed, RIGHT)
    assert "radiokey[vault]" in raised.value.hint
