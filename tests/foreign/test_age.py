"""Debian's `age` opens our vaults, and we open its: the file outlives this program.

It asks for its passphrase on a terminal only, so it gets one. A stretch of full length is costly: what we seal with a
passphrase it opens in tests/how_to/test_keep_it.py.
"""

import subprocess
import sys
from pathlib import Path

import pytest
from age_program import asked, program

from radiokey.errors import VaultPassphraseError
from radiokey.vault.document import parse_vault
from radiokey.vault.keep import open_vault
from radiokey.vault.secret import KeyFile, Passphrase

ROOT = Path(__file__).parents[2]
VECTOR = ROOT / "tests" / "vectors" / "vault" / "2.age"
WORDS = "winter tyres in the shed é"


@pytest.fixture(scope="session")
def age():
    return program()


def test_age_opens_the_committed_file_and_not_with_another_passphrase(age, tmp_path):
    out = tmp_path / "vault.json"
    assert asked((age, "-d", "-o", out, VECTOR), "winter tyres in the barn")[0] != 0
    code, said = asked((age, "-d", "-o", out, VECTOR), WORDS)
    assert code == 0, said
    assert len(parse_vault(out.read_bytes()).entries) == 2


def test_what_age_sealed_to_a_key_we_open_and_the_other_way_round(age, cli, tmp_path):
    key, file = tmp_path / "key.txt", tmp_path / "vault.age"
    made = subprocess.run(
        [age.with_name("age-keygen"), "-o", key], capture_output=True, text=True, check=True
    )
    recipient = made.stderr.split()[-1]
    opens = ("--identity", key)
    added = cli("vault", "add", "--file", file, "--serial", "M123456", "--recipient", recipient, *opens)
    assert added.code == 0, added.err
    clear = subprocess.run([age, "-d", "-i", key, file], capture_output=True, check=True).stdout
    assert parse_vault(clear).recipients == (recipient,)
    for armor in ((), ("--armor",)):
        command = [age, "-r", recipient, *armor, "-o", file]
        subprocess.run(command, input=clear, check=True)
        assert cli("vault", "list", "--file", file, *opens, "--json").document[0]["serial"] == "M123456"
    assert open_vault(file, KeyFile(key.read_text("utf-8"))).vault == parse_vault(clear)


def test_on_a_terminal_our_passphrases_are_typed_unseen_and_a_new_one_twice(tmp_path):
    file = tmp_path / "vault.age"
    file.write_bytes(VECTOR.read_bytes())
    radiokey = (sys.executable, "-m", "radiokey", "vault")
    code, said = asked((*radiokey, "list", "--file", file), WORDS)
    assert code == 0, said
    assert "V212" in said
    new = ("snow chains in the cellar", "snow chains in the attic")
    code, changed = asked((*radiokey, "passphrase", "--file", file), WORDS, *new)
    assert (code, "not the same" in changed) == (65, True)
    assert not any(words in said + changed for words in (WORDS, *new))
    assert file.read_bytes() == VECTOR.read_bytes()


@pytest.mark.deep
def test_what_age_sealed_with_a_passphrase_we_open(age, tmp_path):
    clear, file = tmp_path / "vault.json", tmp_path / "vault.age"
    asked((age, "-d", "-o", clear, VECTOR), WORDS)
    code, said = asked((age, "-p", "-o", file, clear), WORDS, WORDS)
    assert code == 0, said
    assert open_vault(file, Passphrase(WORDS)).vault == parse_vault(clear.read_bytes())
    with pytest.raises(VaultPassphraseError):
        open_vault(file, Passphrase("winter tyres in the barn"))
