"""The count of facts by confidence is that of docs/evidence.md, and what is firm does not become less."""

import subprocess
import sys
from pathlib import Path

from radiokey.catalogue.count import count, facts_of, share_firm, table
from radiokey.catalogue.fact import Confidence
from radiokey.catalogue.load import load_catalogue

MODELS = load_catalogue().models
PAGE = Path(__file__).parents[2] / "docs" / "evidence.md"

FIRM_AT_LEAST = 0.6
"""What has been reached; whoever raises it writes the new share here."""


def test_the_page_says_the_count_of_today():
    """If it is stale: the table that python -m radiokey.catalogue.count prints goes into docs/evidence.md."""
    assert table(MODELS.values()) in PAGE.read_text(encoding="utf-8")


def test_the_share_of_firm_facts_does_not_fall():
    assert share_firm(count(MODELS.values())) >= FIRM_AT_LEAST


def test_every_fact_is_counted_once_and_the_cautious_guess_is_none():
    counted = count(MODELS.values())
    assert Confidence.UNKNOWN not in counted
    assert counted == count(model for model in MODELS.values() if not model.default)
    model = MODELS["renault_86a"]
    assert sum(name == "word_facts" for name, _ in facts_of(model)) == len(model.words.value)
    assert not any(name in {"words", "places", "code"} for name, _ in facts_of(model))


def test_the_command_prints_the_table():
    done = subprocess.run(
        [sys.executable, "-m", "radiokey.catalogue.count"], capture_output=True, text=True, check=True
    )
    assert done.stdout == table(MODELS.values()) + "\n"
