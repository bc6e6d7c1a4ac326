"""Dips and brown-outs: neither is a wrong code, and after a right one nothing locks again before its time.

Three lengths without supply are told apart. Shorter than the unit's own reserve: a dip, which the unit does not
notice and which therefore no happening tells (how long a reserve lasts is an assumption; no source says).
Longer: a brown-out, `SupplyLost`; the unit starts again, and what was half keyed is gone with its volatile memory
(an assumption, the same for every radio; no source has a radio count or keep a half-keyed entry). At least as
long as the model's threshold: it asks for its code; each model's threshold is in the catalogue with its source,
and where none is known every gap asks.
"""

from dataclasses import replace

import pytest

from radiokey.catalogue.load import load_catalogue
from radiokey.code.value import Code
from radiokey.headunit.events import KeyPressed, SupplyLost, SupplyRestored, TimeWent
from radiokey.headunit.lock import State
from radiokey.headunit.panel import Automatic, presses_for
from radiokey.headunit.policy import REFERENCE, Rung, Wait
from radiokey.headunit.store import BANKS, RECORD_SIZE, SECTOR_SIZE
from radiokey.vehicle.watch import TOLERANCE, Interrupted, Restored, Watch
from tables import each

MODELS = sorted(load_catalogue().models)
THRESHOLDS = {model.id: model.policy().power_gap_ms_min for model in load_catalogue().models.values()}
ASKING = {State.CODE, State.SCRAMBLED}
WRITE = BANKS * (SECTOR_SIZE + RECORD_SIZE)


def keys_of(owner, code: Code) -> list[KeyPressed]:
    presses = presses_for(owner.design.panel, owner.design.shape, code)
    return [KeyPressed(press.key, press.hold_ms) for press in presses for _ in range(press.times)]


def brown_out(ms: int = 0) -> list[object]:
    return [SupplyLost(), TimeWent(ms), SupplyRestored()]


# --- during an entry ------------------------------------------------------------------------------------------


@each("model_id", MODELS)
def test_a_brown_out_after_any_key_of_an_entry_counts_nothing(owner_of, model_id):
    """No radio of the catalogue is said to count one; then the right code, keyed anew, still opens it."""
    owner = owner_of(model_id).asked()
    keys = keys_of(owner, owner.others[0])
    for count in range(len(keys)):
        owner.do(*keys[:count], *brown_out(count))
        assert (owner.state in ASKING, owner.errors) == (True, 0)
    owner.right()
    assert owner.state in {State.DARK, State.PLAYING}


@pytest.mark.parametrize("wrong", [0, 1, 2])
def test_what_was_keyed_before_a_brown_out_does_not_become_part_of_the_next_entry(owner_under, wrong):
    """Two digits, a brown-out, then the whole right code: it is the right code."""
    owner = owner_under(replace(REFERENCE, schedule=(Rung(9, Wait((1, 1))),))).asked()
    for which in range(wrong):
        owner.wrong(which)
    owner.do(KeyPressed("9"), KeyPressed("9"), *brown_out())
    assert (owner.state, owner.errors) == (State.CODE, wrong)
    owner.right()
    assert (owner.state, owner.errors) == (State.DARK, 0)


def test_the_last_key_alone_is_no_entry_after_a_brown_out(owner_under):
    """An automatic panel confirms with the last digit; three keyed before the brown-out are not there any more."""
    owner = owner_under().asked()
    assert isinstance(owner.design.panel.confirm, Automatic)
    keys = keys_of(owner, owner.others[0])
    owner.do(*keys[:-1], *brown_out(), keys[-1])
    assert (owner.state, owner.errors) == (State.ENTRY, 0)


def test_a_brown_out_within_a_wait_that_a_wrong_code_brought_adds_no_error(owner_under):
    owner = owner_under().asked()
    owner.wrong()
    for ms in range(0, 10_000, 500):
        owner.do(*brown_out(ms))
    assert (owner.state, owner.errors) == (State.WAIT, 1)
    assert owner.unit.status.wait_left_ms == owner.unit.design.policy.schedule[0].penalty.ms[1]


@each("cut", range(0, 3 * WRITE, 7))
def test_a_brown_out_in_the_write_of_the_right_code_costs_no_error_in_the_end(owner_under, cut):
    """The same code again is the same entry; nobody loses a try to a weak battery."""
    owner = owner_under().asked()
    owner.unit.chip.cut_after = cut
    owner.right()
    owner.unit.chip.cut_after = None
    owner.do(*brown_out())
    if owner.state is State.CODE:
        owner.right()
    assert (owner.state in {State.DARK, State.PLAYING}, owner.errors) == (True, 0)


def _noticed(ms: int) -> list[object]:
    """What the supply's watch tells of `ms` at no volts at all, as a car passes it on."""
    watch, told = Watch(), []
    for mv, stretch_ms in ((12_600, 1_000), (0, ms), (12_600, 1_000)):
        for noticed in watch.see(mv):
            told += [SupplyRestored()] if isinstance(noticed, Restored) else []
        due_ms = watch.due_ms()
        if due_ms is not None and due_ms <= stretch_ms:
            watch.pass_time(due_ms)
            told += [SupplyLost() for noticed in watch.see(mv) if isinstance(noticed, Interrupted)]
        rest_ms = stretch_ms - (due_ms or 0) if watch.out else stretch_ms
        told.append(TimeWent(rest_ms))
        watch.pass_time(rest_ms)
    return told


@pytest.mark.parametrize(("ms", "stays"), [(1, True), (99, True), (100, False), (2_000, False)])
def test_a_dip_that_the_reserve_bridges_loses_not_even_what_was_keyed(owner_under, ms, stays):
    """Assumed: a reserve of 100 ms. Beyond it, it is a brown-out, and the entry begins anew."""
    assert TOLERANCE.hold_up_ms == 100
    owner = owner_under().asked()
    keys = keys_of(owner, owner.code)
    owner.do(*keys[:2])
    owner.do(*_noticed(ms))
    assert (owner.state, owner.errors) == (State.ENTRY if stays else State.CODE, 0)
    owner.do(*keys[2:])
    assert (owner.state, owner.errors) == (State.DARK if stays else State.ENTRY, 0)


# --- after a success ------------------------------------------------------------------------------------------


@each("dark", [True, False], ids=["in the dark restart", "once it plays"])
@each("model_id", MODELS)
def test_after_a_success_no_gap_below_the_models_threshold_locks_again(owner_of, model_id, dark):
    owner = owner_of(model_id).asked()
    owner.right()
    if not dark:
        owner.wait(owner.design.policy.dark_ms)
    threshold_ms = THRESHOLDS[model_id]
    for ms in range(0, threshold_ms, max(1, threshold_ms // 5)):
        owner.do(*brown_out(ms))
        assert (owner.state, owner.errors) == (State.PLAYING, 0)
    owner.do(*brown_out(threshold_ms))
    assert owner.state in ASKING


def test_many_short_gaps_after_a_success_are_not_one_long_one(owner_under):
    """Claim 66 fears that dips lock again; a starter that dips twenty times does not."""
    owner = owner_under().asked()
    owner.right()
    for _ in range(20):
        owner.do(*brown_out(REFERENCE.power_gap_ms_min - 1))
    assert owner.state is State.PLAYING


@pytest.mark.parametrize("cut", range(0, WRITE, 11))
def test_a_gap_is_not_made_short_by_another_brown_out_while_it_starts_again(owner_under, cut):
    """The other side of it: a thief who cuts twice has still cut for the whole time."""
    owner = owner_under()
    owner.do(SupplyLost(), TimeWent(REFERENCE.power_gap_ms_min))
    owner.unit.chip.cut_after = cut
    owner.do(SupplyRestored())
    owner.unit.chip.cut_after = None
    owner.do(*brown_out())
    assert owner.state is State.CODE


def test_where_a_models_threshold_is_known_it_is_the_catalogues():
    """And where it is not, the cautious reading: any gap asks."""
    models = load_catalogue().models.values()
    for model in models:
        known = model.power_gap_ms.value
        assert THRESHOLDS[model.id] == (known[0] if known else 0)
    assert any(THRESHOLDS.values())
