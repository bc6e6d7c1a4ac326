"""`radiokey base settings`, and what it decides for `radiokey code` on a hosted base."""

import json
import re
from pathlib import Path

import pytest

from radiokey.base.bootstrap import open_base
from radiokey.base.demo import UNITS
from radiokey.web.operations.demo import make

DOCS = (Path(__file__).parents[2] / "docs" / "cli.md").read_text("utf-8")
UNIT = UNITS[0]
ASKED = (UNIT.text, "--model", UNIT.model, "--vin", UNIT.vin.text)


@pytest.fixture
def hosted(database):
    make(database)
    return database


def acts(database):
    with open_base(database) as base, base.stores.of(None).snapshot() as seen:
        return [(act.who, act.act, act.subject, act.detail) for act in seen.acts() if act.act == "base:set"]


def test_the_desk_alone_is_what_a_base_states_until_somebody_says_otherwise(cli, hosted):
    shown = cli("base", "settings", "--database", hosted)
    assert (shown.code, shown.err) == (0, "")
    assert shown.out == "Codes of the ledger leave through the desk, and to accounts with a token.\n"
    assert cli("base", "settings", "--database", hosted, "--json").document == {"ledger": "desk"}
    assert acts(hosted) == []


def test_a_change_is_in_the_audit_and_one_that_is_none_is_not(cli, hosted):
    for stated in ("direct", "direct", "desk", "desk"):
        changed = cli("base", "settings", "--ledger", stated, "--database", hosted, "--json").document
        assert changed == {"ledger": stated}
    assert acts(hosted) == [
        ("local", "base:set", "ledger", "direct"),
        ("local", "base:set", "ledger", "desk"),
    ]


def test_it_decides_whether_a_code_leaves_without_the_desk(cli, hosted, release):
    refused = release(*ASKED)
    assert refused.code == 77
    told = json.loads(refused.out)
    assert told["error"] == "desk-needed"
    assert "papers" in told["hint"]
    cli("base", "settings", "--ledger", "direct", "--database", hosted)
    given = release(*ASKED).document
    assert json.loads(given["receipt"]["leaf"])["way"] == "direct"
    cli("base", "log", "verify", "--database", hosted)


def test_ones_own_base_states_nothing(cli, database):
    cli("base", "init", "--database", database)
    assert "no desk" in cli("base", "settings", "--database", database).out
    assert cli("base", "settings", "--database", database, "--json").document == {"ledger": None}
    cli("base", "settings", "--ledger", "desk", "--database", database).refused(
        64, "a local base has no ledger"
    )


def test_a_mistyped_path_states_nothing_and_makes_nothing(cli, database):
    cli("base", "settings", "--ledger", "direct", "--database", database).refused(64, "no base at this path")
    assert not database.exists()


def test_its_field_is_documented():
    said = DOCS.partition("## radiokey base settings\n")[2].partition("\n## ")[0]
    assert re.findall(r"^\| `(\w+)` \|", said, re.MULTILINE) == ["ledger"]
