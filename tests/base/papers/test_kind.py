"""How long papers are kept is a table, and the owner reads what it says."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from radiokey.base.papers.kind import KEPT_DAYS, NAMES, PaperKind, delete_after_ms, kept_words
from radiokey.confined.refusal import Refusal

SPEC = (Path(__file__).parents[3] / "docs" / "spec" / "papers.md").read_text("utf-8")


def test_a_registration_goes_thirty_days_after_the_end():
    ended = datetime(2025, 1, 31, 12, 0, 0, tzinfo=UTC)
    gone = datetime.fromtimestamp(
        delete_after_ms(PaperKind.REGISTRATION, int(ended.timestamp() * 1000)) / 1000, UTC
    )
    assert gone == datetime(2025, 3, 2, 12, 0, 0, tzinfo=UTC)


def test_a_police_receipt_stays_longest():
    assert max(KEPT_DAYS, key=lambda kind: KEPT_DAYS[kind]) is PaperKind.POLICE_RECEIPT
    assert "3 years after your request has ended" in kept_words(PaperKind.POLICE_RECEIPT)


@pytest.mark.parametrize("kind", PaperKind)
def test_the_owner_reads_what_the_table_says_and_so_does_the_specification(kind):
    days = KEPT_DAYS[kind]
    span = "3 years" if days == 1095 else f"{days} days"
    assert f"deleted {span} after" in kept_words(kind)
    assert f"| `{kind.value}` | {days:,} |" in SPEC
    assert NAMES[kind]


def test_every_reason_is_in_the_specification():
    table = SPEC[SPEC.index("| reason | when |") :]
    said = {
        word
        for row in re.findall(r"^\| (`.+?) \| .+ \|$", table[: table.index("\n\n")], re.MULTILINE)
        for word in re.findall(r"`([a-z-]+)`", row)
    }
    assert said == {why.value for why in Refusal}
