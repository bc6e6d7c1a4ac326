"""`radiokey vault`, and what `code` and `entry` take from one. Most of these vaults open with a key: no stretch."""

import json
from pathlib import Path

import pyrage
import pytest
from papermaking import exif, picture

from radiokey.vault.age import seal, unseal
from radiokey.vault.keep import open_vault
from radiokey.vault.secret import KeyFile

DUSTER = "281155216RT V212"
VECTOR = Path(__file__).parents[1] / "vectors" / "vault" / "1.age"
WORDS = "winter tyres in the shed é"


@pytest.fixture
def key(tmp_path):
    identity = pyrage.x25519.Identity.generate()
    file = tmp_path / "key.txt"
    file.write_text(f"# public key: {identity.to_public()}\n{identity}\n", "utf-8")
    return file, str(identity.to_public())


@pytest.fixture
def vault(cli, tmp_path, key):
    """Return what runs a command on a vault of this test that has one radio with its code."""
    file, recipient = tmp_path / "vault.age", key[1]

    def run(*arguments, stdin=""):
        verb, *rest = arguments
        return cli("vault", verb, "--file", file, "--identity", key[0], *rest, stdin=stdin)

    made = run(
        "add", "--serial", DUSTER, "--model", "renault_86a", "--car", "Duster, blue", "--code", "-",
        "--source", "the dealer", "--found", "on the sticker", "--note", "verified", "--recipient", recipient,
        stdin="4 7 8 6\n",
    )  # fmt: skip
    assert made.code == 0, made.err
    assert (made.out, made.err) == (f"V212 is kept in {file}\n", "")
    run.file = file
    return run


def test_what_is_kept_is_listed_and_shown_without_its_code(vault):
    (row,) = vault("list", "--json").document
    assert (row["serial"], row["model"], row["has_code"]) == ("V212", "renault_86a", True)
    shown = vault("show", "--json").document
    assert (shown["code"], shown["has_code"], shown["confirm"]) == (None, True, "6, held")
    assert (shown["found"], shown["source"], shown["note"]) == ("on the sticker", "the dealer", "verified")
    for command in (("list",), ("list", "--json"), ("show",), ("show", "--json"), ("export",)):
        ran = vault(*command)
        assert ran.code == 0
        assert "4786" not in ran.out + ran.err


def test_the_code_is_shown_where_it_is_asked_for(vault):
    assert vault("show", "--reveal", "--json").document["code"] == "4786"
    assert "Code: 4786\n" in vault("show", "--serial", "212", "--reveal").out
    exported = vault("export", "--reveal")
    assert json.loads(exported.out)["entries"][0]["code"] == "4786"
    assert "in clear" in exported.err


def test_a_code_is_no_argument(vault):
    refused = vault("add", "--serial", "M123456", "--code", "4786")
    refused.refused(64, "list of processes")
    assert "4786" not in refused.err


def test_a_number_that_is_there_stays_unless_it_is_to_be_replaced(vault):
    vault("add", "--serial", DUSTER).refused(65, "already")
    assert vault("show", "--json").document["has_code"]
    assert vault("add", "--serial", DUSTER, "--replace").code == 0
    assert not vault("show", "--json").document["has_code"]


def test_a_number_that_no_format_takes_is_kept_as_it_is_printed(vault):
    added = vault("add", "--serial", "XYZ  XYZ")
    assert added.code == 0
    assert "as it is printed" in added.err
    assert [row["serial"] for row in vault("list", "--json").document] == ["V212", "XYZ XYZ"]
    vault("show").refused(64, "several")
    vault("show", "--serial", "999").refused(64, "no such number")


def test_a_character_that_was_repaired_is_said(vault):
    added = vault("add", "--serial", "BP53876968480I", "--make", "nissan")
    assert added.out.startswith("BP538769684801 is kept")
    assert "look again at character 14" in added.err


def test_a_code_of_another_length_is_kept_and_said(vault):
    added = vault(
        "add", "--serial", DUSTER, "--model", "renault_86a", "--code", "-", "--replace", stdin="47862\n"
    )
    assert added.code == 0
    assert "look again: a code of this radio has 4 characters" in added.err
    assert vault("show", "--reveal", "--json").document["code"] == "47862"


def test_a_photo_is_made_anew_and_given_back(vault, tmp_path):
    photo, back = tmp_path / "sticker.jpg", tmp_path / "back.jpg"
    photo.write_bytes(picture(size=(2400, 1200), exif=exif(6)))
    assert vault("add", "--serial", "M123456", "--photo", photo).code == 0
    assert vault("show", "--serial", "M123456", "--photo-to", back).code == 0
    kept = back.read_bytes()
    assert kept.startswith(b"\xff\xd8\xff")
    assert b"Exif" not in kept
    vault("show", "--serial", "M123456", "--photo-to", back).refused(64, "already")
    vault("show", "--serial", "V212", "--photo-to", tmp_path / "none.jpg").refused(64, "no photo")
    photo.write_bytes(b"no picture")
    vault("add", "--serial", "M000001", "--photo", photo).refused(65)


def test_a_receipt_is_kept_where_it_is_of_that_number(vault, release, tmp_path):
    receipt = tmp_path / "receipt.json"
    receipt.write_text(json.dumps(release(DUSTER).document["receipt"]), "utf-8")
    vault("add", "--serial", "M123456", "--receipt", receipt).refused(65, "of another number")
    assert vault("add", "--serial", DUSTER, "--receipt", receipt, "--replace").code == 0
    assert vault("show", "--json").document["receipt"]["serial"] == "V212"


def test_a_card_is_a_new_pdf_and_has_the_code_only_where_it_is_asked_for(vault, tmp_path):
    plain, full = tmp_path / "plain.pdf", tmp_path / "card.pdf"
    assert vault("card", "--to", plain).out == f"{plain} is the card of V212, without its code\n"
    assert vault("card", "--to", full, "--reveal").out == f"{full} is the card of V212, with its code\n"
    assert plain.read_bytes().startswith(b"%PDF-")
    assert full.stat().st_mode & 0o777 == 0o600
    vault("card", "--to", full, "--reveal").refused(64, "already")
    vault("add", "--serial", "M123456")
    vault("card", "--serial", "M123456", "--reveal", "--to", tmp_path / "none.pdf").refused(64, "no code")


# --- taken over -------------------------------------------------------------------------------------------


def test_an_export_is_taken_over_and_what_is_there_stays(vault, tmp_path):
    export = tmp_path / "export.json"
    assert vault("add", "--serial", "M123456", "--note", "mine").code == 0
    assert vault("export", "--reveal", "--to", export).code == 0
    assert export.stat().st_mode & 0o777 == 0o600
    vault("export", "--to", export).refused(64, "already")
    assert vault("add", "--serial", "M123456", "--note", "newer", "--replace").code == 0
    assert vault("import", export).out == "0 taken over, 2 there already\n"
    assert vault("show", "--serial", "M123456", "--json").document["note"] == "newer"
    card = '{"radiokey_card":1,"serial":"M000001","code":"1234","car":"Focus"}'
    assert vault("import", "-", stdin=card).out == "1 taken over, 0 there already\n"
    shown = vault("show", "--serial", "M000001", "--reveal", "--json").document
    assert (shown["code"], shown["car"], shown["source"]) == ("1234", "Focus", "the card")
    vault("import", "-", stdin="milk, bread").refused(65, "no vault")
    vault("import", "-", stdin='{"radiokey_card":1,').refused(65, "no card")
    assert len(vault("list", "--json").document) == 3


def test_what_age_decrypts_is_taken_over_with_its_photos(vault, key, tmp_path):
    """The way around a file that costs too much: `age -d FILE | radiokey vault import --file NEW -`."""
    photo, clear = tmp_path / "sticker.jpg", tmp_path / "clear"
    photo.write_bytes(picture(size=(400, 200)))
    assert vault("add", "--serial", "M123456", "--photo", photo).code == 0
    clear.write_bytes(unseal(vault.file.read_bytes(), KeyFile(key[0].read_text("utf-8"))))
    vault.file.unlink()
    assert vault("add", "--serial", "M000001", "--recipient", key[1]).code == 0
    assert vault("import", clear).out == "2 taken over, 0 there already\n"
    back = tmp_path / "back.jpg"
    assert vault("show", "--serial", "M123456", "--photo-to", back).code == 0
    assert back.read_bytes().startswith(b"\xff\xd8\xff")


def test_an_export_that_comes_back_has_the_presses_again(vault, key, tmp_path):
    """Version 1, which is text, has none: they are made from the radio and the code."""
    export, keys = tmp_path / "export.json", KeyFile(key[0].read_text("utf-8"))
    before = open_vault(vault.file, keys).vault.entries
    vault("export", "--reveal", "--to", export)
    vault.file.unlink()
    vault("add", "--serial", "M000001", "--recipient", key[1])
    vault("import", export)
    assert open_vault(vault.file, keys).vault.entries[1:] == before
    assert before[0].keys


def test_one_radio_is_exported_alone(vault):
    vault("add", "--serial", "M123456")
    exported = json.loads(vault("export", "--serial", "M123456").out)
    assert [entry["serial"] for entry in exported["entries"]] == ["M123456"]


# --- what opens it ----------------------------------------------------------------------------------------


@pytest.fixture
def sealed(tmp_path, monkeypatch):
    """A vault with a passphrase, and the passphrases that it is sealed with anew, stretched little."""
    file, said = tmp_path / "sealed.age", []
    file.write_bytes(VECTOR.read_bytes())

    def sealed_little(document, passphrase):
        said.append(passphrase.reveal())
        return seal(document, passphrase, factor=10)

    monkeypatch.setattr("radiokey.vault.keep.seal", sealed_little)
    return file, said


def test_a_passphrase_comes_from_standard_input_or_from_a_terminal(cli, sealed):
    file, _ = sealed
    rows = cli("vault", "list", "--file", file, "--passphrase-stdin", "--json", stdin=f"{WORDS}\n").document
    assert [row["serial"] for row in rows] == ["V212", "M123456"]
    cli("vault", "list", "--file", file, "--passphrase-stdin", stdin="winter\n").refused(65, "does not open")
    cli("vault", "list", "--file", file).refused(64, "there is none")
    cli("vault", "list", "--file", file, "--passphrase-stdin", "--identity", file).refused(
        64, "one of the two"
    )
    cli("vault", "list", "--file", file.with_name("none.age")).refused(64, "no such vault")


def test_passphrase_and_document_come_one_behind_the_other(cli, sealed):
    """`--passphrase-stdin` with `import -`: not a byte of the document is lost to the line before it."""
    file, _ = sealed
    card = '{"radiokey_card":1,"serial":"M000001","car":"Ford"}'
    took = cli("vault", "import", "--file", file, "--passphrase-stdin", "-", stdin=f"{WORDS}\n{card}")
    assert took.out == "1 taken over, 0 there already\n", took.err


def test_another_passphrase_takes_the_old_one_and_is_long_enough(cli, sealed):
    file, said = sealed
    change = ("vault", "passphrase", "--file", file, "--passphrase-stdin")
    changed = cli(*change, stdin=f"{WORDS}\nsnow chains in the cellar\n")
    assert changed.code == 0
    cli(*change, stdin=f"{WORDS}\nfour or five words\n").refused(65, "does not open")
    cli(*change, stdin="snow chains in the cellar\nshort\n").refused(65, "at least 12")
    assert said == ["snow chains in the cellar"]
    assert not {*said, WORDS} & {*changed.out.split("\n"), *changed.err.split("\n")}


def test_a_vault_can_be_given_a_key_in_place_of_its_passphrase(cli, sealed, key):
    file, _ = sealed
    changed = cli(
        "vault", "passphrase", "--file", file, "--passphrase-stdin", "--recipient", key[1], stdin=f"{WORDS}\n"
    )
    assert changed.code == 0
    assert len(cli("vault", "list", "--file", file, "--identity", key[0], "--json").document) == 2
    cli("vault", "list", "--file", file, "--passphrase-stdin", stdin=f"{WORDS}\n").refused(65, "with a key")


# --- code and entry ---------------------------------------------------------------------------------------


def test_the_code_command_takes_it_from_the_vault_and_shows_it_only_where_asked(vault, cli, key):
    opens = ("--vault", vault.file, "--identity", key[0])
    plain = cli("code", "V212", *opens)
    assert (plain.code, plain.out) == (0, "V212: a code is kept in the vault\n")
    assert cli("code", "V212", *opens, "--json").document["code"] is None
    shown = cli("code", "V212", *opens, "--reveal")
    assert shown.out.startswith("4 7 8 6\n")
    assert "Press key 1 until the first place shows 4" in shown.out
    document = cli("code", "V212", *opens, "--reveal", "--json").document
    assert document["code"] == "4786"
    assert document["entry"][0] == {"key": "1", "times": 4, "until": None, "hold_ms": 0}
    cli("code", "M123456", *opens).refused(64, "no such number")
    cli("code", "V212", *opens, "--i-own-this-radio").refused(64, "one place")


def test_the_coach_takes_radio_and_code_from_the_vault(vault, cli, key):
    opens = ("--vault", vault.file, "--identity", key[0])
    refused = cli("entry", *opens)
    refused.refused(64, "show the code")
    same = cli("entry", "renault_86a", "4786")
    assert cli("entry", *opens, "--reveal").out == same.out
    assert cli("entry", *opens, "--serial", "V212", "--reveal", "--json").document["presses"]
    cli("entry", "renault_86a", "4786", *opens, "--reveal").refused(64, "leave it out")
    cli("entry").refused(64, "both needed")
    vault("add", "--serial", "M123456")
    cli("entry", *opens, "--serial", "M123456", "--reveal").refused(64, "which radio")
    cli("entry", "ford_6000cd", *opens, "--serial", "M123456", "--reveal").refused(64, "no code of it")
