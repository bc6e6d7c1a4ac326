"""docs/how-to/keep-it.md, typed as it is printed: on a terminal, since passphrase and code are asked there.

What is sealed with a passphrase is stretched in full here, once. For the commands after it the committed file stands
in, whose stretch is short: it has the same radio. `make deep` lets Debian's `age` open the one that was made here.
"""

import json
import os
import re
import shutil
import sys
from pathlib import Path

import pytest
from age_program import asked, program

from radiokey.vault.head import FACTOR_WRITTEN, read_head

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "how-to" / "keep-it.md").read_text("utf-8")
VECTOR = ROOT / "tests" / "vectors" / "vault" / "2.age"
COMMITTED, WORDS = "winter tyres in the shed é", "snow chains in the cellar"
BLOCKS = re.findall(r"^ *```sh\n(.*?)^ *```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture
def typed(tmp_path):
    """Return what types a block of the page in a folder of its own, and answers what is asked."""
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "radiokey").write_text(f'#!/bin/sh\nexec {sys.executable} -m radiokey "$@"\n', "utf-8")
    (programs / "radiokey").chmod(0o755)
    (programs / "age").symlink_to(program())
    environment = {**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}

    def run(block, *answers):
        code, said = asked(("/bin/sh", "-euc", block), *answers, cwd=tmp_path, env=environment)
        assert code == 0, said
        return said

    return run


def test_the_page_is_walked_from_the_number_to_the_code_a_year_later(typed, tmp_path):
    add, card, copy, later, without = BLOCKS
    file = tmp_path / "radios.age"
    said = typed(add, WORDS, WORDS, "4786")
    assert "V212 is kept" in said
    assert not any(secret in said for secret in (WORDS, "4786"))
    assert read_head(file.read_bytes()).factor == FACTOR_WRITTEN
    shutil.copy(VECTOR, file)
    typed(card, COMMITTED)
    assert (tmp_path / "card.pdf").read_bytes().startswith(b"%PDF-")
    (tmp_path / "stick").mkdir()
    typed(copy)
    assert (tmp_path / "stick" / "radios.age").read_bytes() == file.read_bytes()
    code = typed(later, COMMITTED, COMMITTED)
    assert "4 7 8 6" in code
    assert "Press key 1 until the first place shows 4" in code
    entry, _ = first_line(typed(without, COMMITTED))["entries"]
    assert (entry["serial"], entry["code"], entry["confirm"]) == ("V212", "4786", "6, held")


def first_line(said):
    """Return what age wrote out: the index of the vault, behind its question."""
    return json.loads(said[said.index("{") :].splitlines()[0])


@pytest.mark.deep
def test_debians_age_opens_what_was_sealed_on_the_page(typed):
    typed(BLOCKS[0], WORDS, WORDS, "4786")
    (entry,) = first_line(typed(BLOCKS[-1], WORDS))["entries"]
    assert (entry["serial"], entry["code"], entry["confirm"]) == ("V212", "4786", "6, held")
