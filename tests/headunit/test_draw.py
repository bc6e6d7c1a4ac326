"""The picture of the lock is drawn from its table; a stale one is red."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from radiokey.catalogue.load import load_catalogue
from radiokey.headunit.lock import TRANSITIONS, State, VehicleRefused

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "lock.md").read_text(encoding="utf-8")
PICTURE = PAGE.split("```mermaid\n")[1].split("```")[0]
ASIDE = {State.PROTECTED, State.FAULT}


def test_the_page_is_what_the_table_says_today():
    drawn = subprocess.run((sys.executable, ROOT / "tools" / "draw_lock.py"), capture_output=True, check=True)
    assert drawn.stdout.decode() == PAGE, "run: python tools/draw_lock.py > docs/lock.md"


def arrows() -> dict[tuple[str, str], set[str]]:
    found = re.findall(r"^\s*(\w+) --> (\w+): (.+)$", PICTURE, re.MULTILINE)
    assert len({ends[:2] for ends in found}) == len(found), "an arrow is drawn once"
    return {(start, to): set(names.split(" / ")) for start, to, names in found}


@pytest.mark.parametrize("state", State)
def test_every_arrow_of_a_state_is_in_the_picture(state):
    """By its own arrow, or by one from or to the box in which it stands."""
    drawn = arrows()
    for event, followers in TRANSITIONS[state].items():
        for after in followers - {state}:
            to = "unit" if state in ASIDE and after not in ASIDE else after.value
            start = "unit" if state not in ASIDE and after in ASIDE else state.value
            said = drawn.get((start, to), set()) | drawn.get((start, after.value), set())
            assert event.__name__ in said, (event, after)


def test_no_arrow_is_in_the_picture_that_is_not_in_the_table():
    boxed = [state for state in State if state not in ASIDE]
    for (start, to), names in arrows().items():
        starts = boxed if start == "unit" else [State(start)]
        ends = set(boxed) if to == "unit" else {State(to)}
        for name in names:
            for state in starts:
                row = {event.__name__: followers for event, followers in TRANSITIONS[state].items()}
                assert row[name] & ends, (state, name, to)


def test_the_box_holds_exactly_the_states_that_can_be_set_aside():
    box = set(PICTURE.split("state unit {")[1].split("playing -->")[0].split())
    assert box == {state.value for state, row in TRANSITIONS.items() if VehicleRefused in row}


def test_every_state_is_explained_and_every_known_schedule_listed():
    for state in State:
        assert f"| **{state.value}** | " in PAGE
    for model in load_catalogue().models.values():
        assert (f"| `{model.id}` | " in PAGE) is (model.schedule.known and not model.default)
