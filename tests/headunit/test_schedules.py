"""The eleven schedules of real units (facts/units.md 1.1), each driven through the units that have it."""

from dataclasses import replace

import pytest

from radiokey.catalogue.load import load_catalogue
from radiokey.clock import DAY_MS, MINUTE_MS, SECOND_MS
from radiokey.headunit.events import (
    CarAnswered,
    EngineRan,
    Ignition,
    IgnitionTurned,
    KeyPressed,
    RadioSwitched,
    ServiceAllowed,
    SupplyLost,
    SupplyRestored,
    TimeWent,
)
from radiokey.headunit.lock import State
from radiokey.headunit.panel import presses_for
from radiokey.headunit.policy import REFERENCE, ClockNeeds, Dead, PowerCutEffect, Rung, Wait
from tables import each

MODELS = load_catalogue().models
BY_POWER_CUT, BY_KEY_CYCLE, BY_SERVICE, NEVER = "power cut", "key cycle", "service", "never"
TEN_SECONDS = 1 / 6
FIVE_SECONDS = 5 / 60

SCHEDULES = {
    # model: what follows its 1st, 2nd, 3rd ... error: minutes, None (try again at once), or what alone ends it
    "doubling with a cap": {"renault_86a": [1, 2, 4, 8, 16, 32, 32, 32]},
    "doubling without a cap": {
        "rover_r960": [1, 2, 4, 8, 16, 32, 64, 128],
        "renault_medianav_lg": [1, 2, 4, 8, 16, 32, 64, 128],
    },
    "doubling, then dead": {
        "opel_car300_siemens": [TEN_SECONDS, 1 / 2, 10, 20, 40, 80, 160, 320, 640, NEVER],
    },
    "n tries, fixed wait, repeat": {
        "bmw_early5": [None, None, 60] * 3,
        "becker_4star": [None, None, 60] * 3,
        "audi_chorus_concert": [None, 60] * 3,
        "vw_premium_gamma": [None, 60] * 3,
        "bmw_business_cd": [None, None, 60] * 3,
        "mazda_tribute_lock3000": [None, None, None, 30] * 3,
        "mercedes_ok5": [None, None, 10] * 3,
        "volvo_sc_hu": [None, None, 120] * 3,
        "saturn_4digit": [None, None, 60] * 3,
    },
    "n tries, then a fixed wait after each": {
        "fiat_alfa_blaupunkt": [None, None, 60, 60, 60],
        "honda_audio5": [None, None, 60, 60, 60],
        "landrover_5digit": [None, None, 90, 90, 90],
        "mitsubishi_off": [None, None, 90, 90, 90],
        "psa_alpine_505": [None, None, 60, 60, 60],
        "saab_band": [None, None, 60, 60, 60],
        "vag_rcd_rns": [None, 60, 60, 60],
        "nissan_xtrail_t30_err": [None, None, 90, 90, 90],
        "psa_radio_locked": [None, 90, 90, 90],
        "nissan_blaupunkt_1990s": [TEN_SECONDS] * 5,
    },
    "n tries, fixed wait, repeat, then dead": {
        "nissan_note_radiopass": [None, None, 60] * 7 + [None, None, NEVER]
    },
    "a wait that grows after each": {
        "psa_security_405": [FIVE_SECONDS, 60, 60],
        "nissan_cats": [TEN_SECONDS] * 3 + [60] * 13 + [BY_SERVICE],
        "vw_heidelberg": [60, 180, NEVER],
    },
    "big first batch, then small ones": {"gm_delco_loc2": [None] * 7 + [60, None, None, 60, None, None, 60]},
    "short pauses, then longer, then dead": {"bmw_bavaria_c_reverse": [1 / 4, 1 / 4] + [15] * 16 + [NEVER]},
    "fixed wait, then two dead levels": {
        "ford_6000cd": [None, None] + [30] * 7 + [BY_SERVICE, None, None, NEVER],
    },
    "counter, then help": {"lexus_toyota_sec": [None] * 9 + [NEVER], "mazda_panasonic": [None, None, NEVER]},
    "locked until power is cut": {"audi_wiesbaden_delta": [None, None, BY_POWER_CUT] * 3},
    "tries per key cycle": {"acura_navi4": ([None] * 9 + [BY_KEY_CYCLE]) * 2},
    "no limit": {"fiat_connect_nav": [None] * 30},
    "the article's three, the longer of each (claim 85)": {
        "nissan_terrano3_article": [30, 120, NEVER],
        "unknown": [30, 120, NEVER],
    },
}
EACH = [(pattern, model) for pattern, models in SCHEDULES.items() for model in models]
NO_CODE_AT_ALL = (
    "porsche_most",
    "vag_component_protection",
    "psa_rcc_nac",
    "gm_theftlock_vin",
    "honda_2012_auto",
)


def ends_a_lock(owner, ending):
    """Let `ending` happen to the owner's unit."""
    match ending:
        case "power cut":
            owner.cut(MINUTE_MS)
        case "key cycle":
            owner.cycle_ignition()
        case "service":
            owner.do(ServiceAllowed())
        case "time":
            owner.qualify()
            owner.wait(DAY_MS)
        case "right code":
            owner.qualify()
            owner.right()


def nothing_else_ends_it(owner, own_ending):
    was = owner.state
    for ending in ("time", "right code", "key cycle", "service", "power cut"):
        if ending != own_ending:
            ends_a_lock(owner, ending)
            assert owner.state is was, ending


@pytest.mark.parametrize(("pattern", "model_id"), EACH, ids=[model for _, model in EACH])
def test_every_error_brings_what_this_radio_is_known_for(owner_of, pattern, model_id):
    """facts/units.md 1.1; a range waits its longer end."""
    owner = owner_of(model_id).asked()
    counted = 0
    for number, outcome in enumerate(SCHEDULES[pattern][model_id], start=1):
        owner.wrong(number)
        counted += 1
        assert owner.errors == counted
        if outcome is None:
            assert owner.state is State.CODE, number
        elif outcome == NEVER:
            assert owner.state is State.PERMANENT
            nothing_else_ends_it(owner, None)
        elif isinstance(outcome, str):
            assert owner.state is State.LOCKED, number
            nothing_else_ends_it(owner, outcome)
            ends_a_lock(owner, outcome)
            assert owner.state is State.CODE
            counted = owner.errors
        else:
            assert owner.unit.status.wait_left_ms == round(outcome * MINUTE_MS), number
            owner.qualify()
            owner.wait(round(outcome * MINUTE_MS) - 1)
            assert (owner.state, owner.unit.status.wait_left_ms) == (State.WAIT, 1)
            owner.wait(1)
            assert (owner.state, owner.errors) == (State.CODE, counted), "the budget does not refill"


def test_the_table_names_every_model_whose_schedule_is_known():
    known = {model.id for model in MODELS.values() if model.schedule.known}
    assert known == {model_id for _, model_id in EACH}


def test_cutting_the_supply_gives_the_audi_three_new_tries(owner_of):
    """Audi Wiesbaden: SAFE stays until the supply is cut, which gives three more."""
    owner = owner_of("audi_wiesbaden_delta").asked()
    for number in range(3):
        owner.wrong(number)
    assert (owner.state, owner.errors) == (State.LOCKED, 3)
    owner.cut(MINUTE_MS)
    assert (owner.state, owner.errors) == (State.CODE, 0)


def test_the_service_gives_a_ford_exactly_three_more_tries(owner_of):
    """LOCKED 10, three more, LOCKED 13."""
    owner = owner_of("ford_6000cd").asked()
    while owner.state is not State.LOCKED:
        owner.wrong()
        if owner.state is State.WAIT:
            owner.wait_out()
    assert (owner.errors, owner.unit.status.tries_left) == (10, 3)
    owner.do(ServiceAllowed())
    owner.wrong()
    owner.wrong()
    assert (owner.state, owner.unit.status.tries_left) == (State.CODE, 1)
    owner.wrong()
    assert owner.state is State.PERMANENT


@pytest.mark.parametrize("model_id", NO_CODE_AT_ALL)
def test_radios_without_a_code_are_released_by_the_car_and_take_no_entry(owner_of, model_id):
    """facts/units.md 1.1, last row. PROTECTED is not CODE: no code exists, so none is taken or counted."""
    assert not MODELS[model_id].schedule.known
    owner = owner_of(model_id)
    owner.do(CarAnswered(knows=False))
    assert owner.state is State.PROTECTED
    owner.right()
    owner.wrong()
    owner.wait(DAY_MS)
    owner.cycle_ignition()
    owner.cut(1)
    assert (owner.state, owner.errors) == (State.PROTECTED, 0)


# --- the clock -------------------------------------------------------------------------------------------------


def counts(need, *, radio, ignition, engine):
    """facts/units.md 1.2, written down a second time."""
    return {
        ClockNeeds.RADIO_ON: radio,
        ClockNeeds.RADIO_AND_IGNITION: radio and ignition != Ignition.OFF,
        ClockNeeds.SUPPLY_AND_IGNITION: ignition != Ignition.OFF,
        ClockNeeds.SUPPLY: True,
        ClockNeeds.IGNITION_OFF: ignition == Ignition.OFF,
        ClockNeeds.ENGINE: radio and engine,
    }[need]


@each("need", ClockNeeds)
@each("radio", [True, False])
@each(
    ("ignition", "engine"),
    [(Ignition.OFF, False), (Ignition.ACC, False), (Ignition.ON, False), (Ignition.ON, True)],
)
def test_only_a_qualified_second_counts(owner_under, need, radio, ignition, engine):
    """facts/units.md 1.2, the most expensive mistake: which seconds count is the radio's business."""
    owner = owner_under(replace(REFERENCE, clock_needs=need)).asked()
    owner.wrong()
    full = owner.unit.status.wait_left_ms
    owner.do(IgnitionTurned(ignition), RadioSwitched(on=radio))
    if engine:
        owner.do(EngineRan(running=True))
    owner.wait(SECOND_MS)
    runs = counts(need, radio=radio, ignition=ignition, engine=engine)
    status = owner.unit.status
    assert full - status.wait_left_ms == (SECOND_MS if runs else 0)
    assert status.clock_runs is runs
    assert bool(status.clock_lacks) is not runs
    assert status.next_change_ms == (status.wait_left_ms if runs else None)


@pytest.mark.parametrize("need", ClockNeeds)
def test_no_second_without_supply_counts(owner_under, need):
    owner = owner_under(replace(REFERENCE, clock_needs=need)).asked()
    owner.wrong()
    full = owner.unit.status.wait_left_ms
    owner.qualify()
    owner.do(SupplyLost(), TimeWent(DAY_MS))
    assert owner.unit.status.clock_lacks == ("supply",)
    owner.do(SupplyRestored())
    assert owner.unit.status.wait_left_ms == full


@pytest.mark.parametrize("model_id", ["renault_86a", "volvo_sc_hu", "gm_delco_loc2", "fiat_alfa_blaupunkt"])
def test_switching_off_to_wait_stops_the_clock(owner_of, model_id):
    """facts/units.md section 3: the clock stops on nearly all units; a stopped engine stops the Alfa's."""
    owner = owner_of(model_id).asked()
    owner.qualify()
    while owner.state is not State.WAIT:
        owner.wrong()
    full = owner.unit.status.wait_left_ms
    owner.do(IgnitionTurned(Ignition.OFF), RadioSwitched(on=False), TimeWent(DAY_MS))
    assert (owner.state, owner.unit.status.wait_left_ms) == (State.WAIT, full)


# --- a power cut during a wait -----------------------------------------------------------------------------------

EFFECTS = {
    "becker_4star": PowerCutEffect.NONE,
    "volvo_sc_hu": PowerCutEffect.NONE,
    "vw_premium_gamma": PowerCutEffect.RESTART_WAIT,
    "bmw_bavaria_c_reverse": PowerCutEffect.RESTART_WAIT,
    "opel_car300_siemens": PowerCutEffect.RESTART_WAIT,
    "honda_audio5": PowerCutEffect.REPROMPT,
}


@pytest.mark.parametrize("model_id", EFFECTS)
def test_a_power_cut_during_a_wait_does_what_this_radio_is_known_for(owner_of, model_id):
    """facts/units.md 1.2: it restarts the wait, or brings the prompt back, or does nothing."""
    owner = owner_of(model_id).asked()
    while owner.unit.status.wait_left_ms < 3 * MINUTE_MS:
        if owner.state is State.WAIT:
            owner.wait_out()
        owner.wrong()
    errors, full = owner.errors, owner.unit.status.wait_left_ms
    owner.qualify()
    owner.wait(2 * MINUTE_MS)
    owner.cut(MINUTE_MS)
    assert owner.errors == errors
    match EFFECTS[model_id]:
        case PowerCutEffect.NONE:
            assert owner.unit.status.wait_left_ms == full - 2 * MINUTE_MS
        case PowerCutEffect.RESTART_WAIT:
            assert owner.unit.status.wait_left_ms == full
        case PowerCutEffect.REPROMPT:
            assert owner.state is State.CODE


@pytest.mark.parametrize("effect", PowerCutEffect)
def test_the_four_effects_of_a_power_cut(owner_under, effect):
    owner = owner_under(replace(REFERENCE, power_cut=effect)).asked()
    owner.wrong()
    owner.wait(10 * MINUTE_MS + 59 * SECOND_MS)
    owner.cut(MINUTE_MS)
    found = (owner.state, owner.errors, owner.unit.status.wait_left_ms)
    assert (
        found
        == {
            # Progress is made durable every minute: what is not yet durable is waited again, never forgiven.
            PowerCutEffect.NONE: (State.WAIT, 1, 1_200_000 - 59 * SECOND_MS),
            PowerCutEffect.RESTART_WAIT: (State.WAIT, 1, 1_800_000),
            PowerCutEffect.RESET_ATTEMPTS: (State.CODE, 0, 0),
            PowerCutEffect.REPROMPT: (State.CODE, 1, 0),
        }[effect]
    )


@pytest.mark.parametrize("served_ms", [0, 1, SECOND_MS, MINUTE_MS, 17 * MINUTE_MS + 1, 30 * MINUTE_MS - 1])
def test_pulling_the_battery_does_not_shorten_a_wait(owner_under, served_ms):
    """Claim 85; a thief with a spanner gains nothing, an owner loses at most a minute."""
    owner = owner_under().asked()
    owner.wrong()
    for left in range(served_ms, 0, -SECOND_MS):
        owner.wait(min(left, SECOND_MS))
    before = owner.unit.status.wait_left_ms
    owner.cut(DAY_MS)
    assert before <= owner.unit.status.wait_left_ms <= before + MINUTE_MS


# --- what does not count ---------------------------------------------------------------------------------------

WITH_PANEL = [model.id for model in MODELS.values() if model.design() is not None]


@pytest.mark.parametrize("model_id", WITH_PANEL)
def test_nothing_keyed_during_a_wait_counts_not_even_the_right_code(owner_of, model_id):
    """Claim 21: every entry during a countdown is useless; here it is also harmless."""
    owner = owner_of(model_id).asked()
    policy = replace(owner.design.policy, schedule=(Rung(1, Wait((MINUTE_MS, MINUTE_MS))), Rung(2, Dead())))
    owner.unit.design = replace(owner.design, policy=policy)
    owner.wrong()
    before = owner.unit.status
    cells = bytes(owner.unit.chip.cells)
    owner.right()
    owner.wrong()
    owner.do(*[KeyPressed(key.id, 60 * SECOND_MS) for key in owner.design.panel.keys])
    assert owner.unit.status == before
    assert bytes(owner.unit.chip.cells) == cells, "it is not even written"


@pytest.mark.parametrize("model_id", WITH_PANEL)
def test_an_entry_that_is_not_whole_and_confirmed_counts_nothing(owner_of, model_id):
    owner = owner_of(model_id).asked()
    presses = presses_for(owner.design.panel, owner.design.shape, owner.others[3])
    single = [KeyPressed(press.key, press.hold_ms) for press in presses for _ in range(press.times)]
    for happening in single[:-1]:
        owner.do(happening)
    assert owner.errors == 0
    owner.do(RadioSwitched(on=False), TimeWent(MINUTE_MS), RadioSwitched(on=True))
    assert (owner.state, owner.errors) == (State.CODE, 0)
    owner.right()
    owner.wait(owner.design.policy.dark_ms)
    assert owner.state is State.PLAYING, "nothing of the half entry was left"


ENDING = [i for i in MODELS if (s := MODELS[i].policy().schedule) and isinstance(s[-1].penalty, Dead)]


@each("model_id", ENDING)
def test_a_served_wait_gives_no_try_back(owner_of, model_id):
    """ARCHITECTURE: after a wait the budget does not refill."""
    owner = owner_of(model_id).asked()
    left = owner.unit.status.tries_left
    for _ in range(left):
        owner.wrong()
        if owner.state is State.WAIT:
            owner.wait_out()
        left -= 1
        assert owner.state is State.LOCKED or owner.unit.status.tries_left == left
    assert owner.state in {State.PERMANENT, State.LOCKED}
