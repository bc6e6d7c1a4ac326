"""The picture of a request is drawn from its table; a stale one is red."""

import re
import subprocess
import sys
from pathlib import Path

from radiokey.base.requests.reasons import WORDS, Reason
from radiokey.base.requests.request import TRANSITIONS, Check, Objection, State

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "request.md").read_text(encoding="utf-8")
PICTURE = PAGE.split("```mermaid\n")[1].split("```")[0]


def test_the_page_is_what_the_table_says_today():
    drawn = subprocess.run(
        (sys.executable, ROOT / "tools" / "draw_request.py"), capture_output=True, check=True
    )
    assert drawn.stdout.decode() == PAGE, "run: python tools/draw_request.py > docs/request.md"


def test_every_arrow_of_the_table_is_in_the_picture_and_no_other():
    found = re.findall(r"^\s*(\w+) --> (\w+): (.+)$", PICTURE, re.MULTILINE)
    drawn = {(start, end, name) for start, end, names in found for name in names.split(" / ")}
    assert drawn == {
        (state.value, after.value, event.__name__)
        for state, row in TRANSITIONS.items()
        for event, followers in row.items()
        for after in followers - {state}
    }


def test_every_reason_has_words_that_an_owner_can_read_and_act_on():
    """What it is, then what to do; short, calm, nothing of what the ledger holds."""
    assert set(WORDS) == set(Reason)
    for reason, words in WORDS.items():
        assert f"| `{reason}` | {words} |" in PAGE
        assert words.count(".") >= 2
        assert len(words) < 120
        assert "!" not in words
        assert "ledger" not in words


def test_closed_lists_are_sorted():
    for names in (Reason, Check, Objection):
        assert list(names) == sorted(names)


def test_every_state_is_explained():
    rows = re.findall(r"^\| \*\*(.+?)\*\* \| .+ \| (owner|clerk|approver|nobody) \| ", PAGE, re.MULTILINE)
    assert len(rows) == len(State)
