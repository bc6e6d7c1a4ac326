"""What guessing is worth: exact, and the same as trying it on the real lock, code by code."""

import importlib.util
import re
from fractions import Fraction
from functools import cache
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radiokey.catalogue.load import load_catalogue
from radiokey.clock import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS
from radiokey.headunit.budget import FREEING, chance_ever, chance_within, moments
from radiokey.headunit.lock import (
    EntryConfirmed,
    Hold,
    IgnitionCycled,
    Lock,
    RightCode,
    State,
    SupplyReturned,
    TimePassed,
    WrongCode,
    step,
)
from radiokey.headunit.policy import (
    REFERENCE,
    Blocked,
    ClockNeeds,
    Dead,
    LockPolicy,
    PowerCutEffect,
    Rung,
    UntilKeyCycle,
    UntilPowerCut,
    Wait,
)
from tables import each

ROOT = Path(__file__).parents[2]
ENTRY_MS = 10 * SECOND_MS


def lock_of(*schedule, power_cut=PowerCutEffect.NONE):
    return LockPolicy(schedule, ClockNeeds.SUPPLY, power_cut, power_gap_ms_min=3_000)


def wait(minutes, *, doubles=False):
    return Wait((round(minutes * MINUTE_MS),) * 2, doubles=doubles)


POLICIES = {
    "reference": REFERENCE,
    "one": lock_of(Rung(1, Dead())),
    "none": lock_of(),
    "an hour each from the third": lock_of(Rung(3, wait(60))),
    "three an hour": lock_of(Rung(3, wait(60), every=3)),
    "doubling": lock_of(Rung(1, wait(1, doubles=True))),
    "doubling, then dead": lock_of(Rung(1, wait(1, doubles=True)), Rung(4, Dead())),
    "blocked": lock_of(Rung(2, wait(1)), Rung(4, Blocked(3)), Rung(7, Dead())),
    "three per cut": lock_of(Rung(3, UntilPowerCut(), every=3), power_cut=PowerCutEffect.RESET_ATTEMPTS),
    "two per key": lock_of(Rung(2, UntilKeyCycle(), every=2)),
    "asks again after a cut": lock_of(Rung(2, wait(60)), Rung(5, Dead()), power_cut=PowerCutEffect.REPROMPT),
    "forgives at a cut": lock_of(Rung(2, wait(60)), Rung(3, Dead()), power_cut=PowerCutEffect.RESET_ATTEMPTS),
}


def freed(lock, policy):
    """What a thief does to a lock that takes nothing; the time it costs him, `None` where nothing helps."""
    if lock.state is State.WAIT and policy.power_cut in FREEING:
        return step(lock, SupplyReturned(0), policy), 0
    if lock.state is State.WAIT:
        left = lock.wait_left_ms
        return step(lock, TimePassed(left, left), policy), left
    if lock.hold is Hold.POWER_CUT:
        return step(lock, SupplyReturned(0), policy), 0
    if lock.hold is Hold.KEY_CYCLE:
        return step(lock, IgnitionCycled(), policy), 0
    return None


def opened_at(policy, code, order, entry_ms=ENTRY_MS):
    """When the real lock opens for a thief who keys `order` and whose radio has `code`; `None`: it never does."""
    lock, now = Lock(State.CODE), 0
    for guess in order:
        while lock.state is not State.CODE:
            out = freed(lock, policy)
            if out is None:
                return None
            lock, spent = out
            now += spent
        now += entry_ms
        lock = step(lock, EntryConfirmed(bytes([guess]) * 16), policy)
        lock = step(lock, RightCode() if guess == code else WrongCode(), policy)
        if guess == code:
            assert lock.state in {State.DARK, State.PLAYING}
            return now
    return None


def tried(policy, codes, ms=None):
    """The share of codes for which the real lock opens, in time."""
    found = [opened_at(policy, code, range(codes)) for code in range(codes)]
    return Fraction(sum(at is not None and (ms is None or at <= ms) for at in found), codes)


@each("codes", [1, 2, 3, 7, 40])
@each("name", POLICIES)
def test_the_chance_is_what_trying_every_code_on_the_real_lock_gives(name, codes):
    policy = POLICIES[name]
    assert chance_ever(policy, codes) == tried(policy, codes)
    for ms in (0, ENTRY_MS - 1, ENTRY_MS, HOUR_MS, 3 * HOUR_MS + 4 * ENTRY_MS, 40 * DAY_MS):
        assert chance_within(policy, codes, ms, entry_ms=ENTRY_MS) == tried(policy, codes, ms), ms


@pytest.mark.parametrize("name", POLICIES)
def test_no_order_of_guesses_is_better_than_another(name):
    """All codes are equally likely, so that keying them in turn is as good as any cleverness."""
    policy, ms = POLICIES[name], HOUR_MS
    shares = set()
    for order in permutations(range(5)):
        found = [opened_at(policy, code, order) for code in range(5)]
        shares.add(Fraction(sum(at is not None and at <= ms for at in found), 5))
    assert shares == {chance_within(policy, 5, ms, entry_ms=ENTRY_MS)}


def rungs():
    penalties = st.sampled_from(
        [wait(1), wait(30), wait(2, doubles=True), UntilPowerCut(), UntilKeyCycle(), Blocked(1), Blocked(3)]
    )
    return st.lists(st.tuples(st.integers(1, 4), penalties, st.integers(1, 3)), max_size=4)


@settings(max_examples=150, derandomize=True, deadline=None)
@given(
    rungs(), st.booleans(), st.sampled_from(PowerCutEffect), st.integers(1, 30), st.integers(0, 10 * HOUR_MS)
)
def test_the_chance_is_right_for_any_schedule(parts, dies, power_cut, codes, ms):
    errors, schedule = 0, []
    for gap, penalty, every in parts:
        errors += gap
        schedule.append(Rung(errors, penalty, every))
    if dies:
        schedule.append(Rung(errors + 1, Dead()))
    policy = lock_of(*schedule, power_cut=power_cut)
    assert chance_ever(policy, codes) == tried(policy, codes)
    assert chance_within(policy, codes, ms, entry_ms=ENTRY_MS) == tried(policy, codes, ms)


def test_the_shorter_end_of_a_range_counts():
    ranged = lock_of(Rung(1, Wait((15 * MINUTE_MS, 30 * MINUTE_MS))))
    assert list(moments(ranged, 3, entry_ms=0)) == [0, 15 * MINUTE_MS, 30 * MINUTE_MS]


def test_the_bar_is_one_in_a_thousand_for_every_keypad():
    """B1: three guesses are within it for ten digits, and not for six keys and four places: there one is."""
    bar = Fraction(1, 1000)
    assert chance_ever(REFERENCE, 10**4) == Fraction(3, 10_000) <= bar
    assert chance_ever(REFERENCE, 6**4) == Fraction(1, 432) > bar
    assert chance_ever(REFERENCE, 6**5) == Fraction(1, 2592) <= bar
    assert chance_ever(lock_of(Rung(1, Dead())), 6**4) <= bar


def test_a_lock_without_an_end_is_opened_in_the_end():
    for name in ("none", "doubling", "three an hour", "two per key", "three per cut", "forgives at a cut"):
        assert chance_ever(POLICIES[name], 50) == 1


def test_more_time_and_fewer_codes_are_never_worse_for_a_thief():
    for policy in POLICIES.values():
        shares = [chance_within(policy, 100, ms, entry_ms=ENTRY_MS) for ms in range(0, DAY_MS, HOUR_MS)]
        assert shares == sorted(shares)
        assert shares[-1] <= chance_ever(policy, 100) <= chance_ever(policy, 50)


# --- by pattern, never by product --------------------------------------------------------------------------------


@cache
def drawn():
    """Return the page and its picture as they are drawn today."""
    spec = importlib.util.spec_from_file_location("draw_budget", ROOT / "tools" / "draw_budget.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.document(), module.picture()


def test_the_page_and_its_picture_are_what_the_arithmetic_says():
    document, picture = drawn()
    stale = "run: python tools/draw_budget.py"
    assert (ROOT / "docs" / "budget.md").read_text("utf-8") == document, stale
    assert (ROOT / "docs" / "pictures" / "budget.svg").read_text("utf-8") == picture, stale


def test_the_page_names_no_product():
    page = "".join(drawn()).lower()
    for model in load_catalogue().models.values():
        assert model.id not in page
        for make in model.makes:
            assert not re.search(rf"\b{re.escape(make.lower())}\b", page), make


RISK = re.compile(
    r"\b(chance|odds|probability|likelihood)\b[^.|]{0,40}\d+ (in|of|to) \d|\d[\d.,]* ?%[^.|]{0,40}\b(guess|chance|thie)",
    re.IGNORECASE,
)
FIGURE = re.compile(
    r"\d[\d.,]*\s*(%|per ?cent|per mille|‰)|\b(one|\d+) in (a|\d[\d.,]*) ?(hundred|thousand|million|codes?|tries)?\b"
    r"|\b(chance|odds|probability|likelihood)\b.{0,40}\d|\d.{0,40}\b(chance|odds|probability|likelihood)\b",
    re.IGNORECASE,
)


def test_what_an_owner_is_told_of_a_radio_has_no_figure_of_risk(cli):
    """Only whether guessing can kill it, and that it is being counted."""
    for model in load_catalogue().models:
        for errors in ("", "0", "1", "2", "9"):
            said = cli("wait", model, *(["--errors", errors] if errors else []))
            assert not said.code
            text = " ".join(said.out.split())
            assert not FIGURE.search(text), (model, text)
            assert re.search(r"for good|no code any more|No final lock|stop\.|takes no code", text), (
                model,
                text,
            )
            assert re.search(r"counted|counts|no code any more|stop\.|takes no code", text), (model, text)


def test_no_page_of_a_radio_and_no_document_prints_a_figure_of_risk():
    """The catalogue, what the site and the sheet are made of, and the docs; but for the pages by pattern."""
    texts = [
        *(ROOT / "src").rglob("*.html"),
        *(ROOT / "src").rglob("*.toml"),
        *(ROOT / "src").rglob("text/**/*.md"),
    ]
    texts += [file for file in (ROOT / "docs").glob("*.md") if file.name not in {"budget.md", "lab.md"}]
    assert len(texts) > 100
    assert not {file.name: found[0] for file in texts if (found := RISK.search(file.read_text("utf-8")))}


@pytest.mark.parametrize(
    "text", ["a chance of 3 in 10000", "0.23 %", "1 in 3,333 tries", "the odds are 12 to one", "5 percent"]
)
def test_a_figure_of_risk_would_be_seen(text):
    assert FIGURE.search(text)


def test_no_text_of_the_product_computes_a_risk():
    """The arithmetic is for the page and the lab: nothing that speaks to an owner imports it (contract 11)."""
    users = [
        file.relative_to(ROOT).as_posix()
        for file in (ROOT / "src").rglob("*.py")
        if re.search(r"headunit\.budget|headunit import .*\bbudget\b", file.read_text("utf-8"))
    ]
    assert [name for name in users if not name.startswith("src/radiokey/lab/")] == []
