"""The lock over the plug: seeds and keys, one count with the panel, and what nobody can make of it."""

import random
from dataclasses import replace

import pytest
from plugged import CODE, PLATE, SIGNER, WRONG, Plugged, make_ecu

from radiokey.clock import MINUTE_MS
from radiokey.code.value import Code
from radiokey.diagnostics.access import Seeds, access_message, code_of, key_of
from radiokey.headunit.budget import moments
from radiokey.headunit.events import KeyPressed, RadioSwitched
from radiokey.headunit.lock import State
from radiokey.headunit.policy import (
    REFERENCE,
    ClockNeeds,
    LockPolicy,
    PowerCutEffect,
    Rung,
    UntilPowerCut,
    Wait,
)
from radiokey.vehicle.reference import REFERENCE_DESIGN

ZEROS = "00" * 16
PATIENT = LockPolicy(
    schedule=(Rung(1, Wait((MINUTE_MS, MINUTE_MS)), every=2),),
    clock_needs=ClockNeeds.SUPPLY,
    power_cut=PowerCutEffect.RESTART_WAIT,
    power_gap_ms_min=3_000,
)
"""A lock that asks on after an error, and has no end."""


def press(one: Plugged, code: Code) -> None:
    for digit in code.reveal():
        one.ecu.handle(KeyPressed(digit))


# --- the right code, and a wrong one ------------------------------------------------------------------------


def test_the_right_code_opens_the_radio(asking):
    assert asking.send_code(CODE) == "6702"
    assert asking.ecu.state is State.DARK
    assert asking.ask("2701") == f"6701{ZEROS}"
    asking.go(2_000)
    assert asking.ecu.state is State.PLAYING
    assert asking.errors == 0


def test_a_right_code_that_still_waits_for_the_base_is_not_called_wrong(plugged):
    one = plugged(replace(REFERENCE, second_lock=True))
    one.cut()
    one.ask("1003")
    assert one.send_code(CODE) == "6702"
    assert one.ask("22FD01") == "62FD010B"
    assert bytes.fromhex(one.ask("22FD02")[6:]) == b"synchronises"
    assert one.ask("2701") == f"6701{ZEROS}"
    assert one.ask("31010301") == "710103010F", "its record is the longer one"
    assert one.errors == 0


def test_a_wrong_code_is_counted_before_it_is_compared_and_brings_its_wait(asking):
    assert asking.send_code(WRONG) == "7F2736"
    assert (asking.ecu.state, asking.errors) == (State.WAIT, 1)
    assert asking.ecu.unit._store.record.lock == asking.ecu.unit.lock
    assert asking.ask("2701") == "7F2737"


def test_where_the_lock_goes_on_asking_the_key_is_invalid_and_counted(plugged):
    one = plugged(replace(PATIENT, schedule=(Rung(3, Wait((MINUTE_MS, MINUTE_MS))),)))
    one.cut()
    one.ask("1003")
    assert [one.send_code(WRONG) for _ in range(3)] == ["7F2735", "7F2735", "7F2736"]
    assert one.errors == 3


def test_panel_and_plug_spend_the_same_tries(asking):
    """One error at the plug, one on the panel, and the third anywhere is the end."""
    asking.send_code(WRONG)
    asking.go(30 * MINUTE_MS)
    press(asking, WRONG)
    assert (asking.ecu.state, asking.errors) == (State.WAIT, 2)
    asking.go(120 * MINUTE_MS)
    asking.ask("1003")
    assert asking.ask("22FD04") == "62FD040001"
    assert asking.send_code(WRONG) == "7F2736"
    assert asking.ecu.state is State.PERMANENT
    assert asking.ask("2701") == "7F2722"


def test_a_half_keyed_entry_is_over_when_a_code_comes_over_the_plug(asking):
    asking.ecu.handle(KeyPressed("4"))
    assert asking.ecu.state is State.ENTRY
    assert asking.send_code(CODE) == "6702"


def test_the_plug_takes_a_code_while_the_radio_is_switched_off(asking):
    asking.ecu.handle(RadioSwitched(on=False))
    assert asking.send_code(CODE) == "6702"


def test_the_same_wrong_code_after_a_cut_in_the_compare_costs_nothing_more(asking):
    """The reference policy remembers the entry that a cut interrupted, also one from the plug."""
    seed = asking.seed(1)
    asking.ecu.unit.chip.cut_after = 900  # both records of the check are there, the compare is not answered
    assert asking.ask(b"\x27\x02" + key_of(WRONG, seed)) is None
    asking.ecu.unit.chip.cut_after = None
    asking.cut(0)
    assert (asking.ecu.state, asking.errors) == (State.CODE, 1)
    asking.ask("1003")
    assert asking.send_code(WRONG) == "7F2736"
    assert asking.errors == 1


def test_a_lock_that_a_power_cut_frees_is_not_freed_by_a_reset(plugged):
    """A reset over the plug is no power cut: neither a thief's way out nor an owner's second wait."""
    one = plugged(replace(PATIENT, schedule=(Rung(1, UntilPowerCut()),)))
    one.cut()
    one.ask("1003")
    assert one.send_code(WRONG) == "7F2736"
    one.ask("1101")
    one.ask("1103")
    assert one.ecu.state is State.LOCKED
    assert one.ask("22FD02") == "62FD02" + b"locked".hex().upper()
    one.cut()
    assert one.ecu.state is State.CODE


def test_a_reset_keeps_what_was_served_of_a_wait(plugged):
    one = plugged(PATIENT)
    one.cut()
    one.ask("1003")
    one.send_code(WRONG)
    one.go(50_000)
    left = one.ecu.unit.status.wait_left_ms
    written = one.ecu.unit.chip.written
    for _ in range(10):
        assert one.ask("1101") == "5101"
    assert one.ecu.unit.status.wait_left_ms == left == 10_000
    assert one.ecu.unit.chip.written == written, "resets do not wear the chip out"


# --- seeds --------------------------------------------------------------------------------------------------


def test_no_seed_comes_twice_and_none_is_zeros(asking):
    seeds = [asking.seed(1) for _ in range(5_000)]
    assert len(set(seeds)) == len(seeds)
    assert bytes(16) not in seeds


def test_no_seed_comes_twice_even_where_the_chance_is_broken():
    seeds = Seeds(bytes(32))
    given = {seeds.next(bytes(16)) for _ in range(1_000)}
    assert len(given) == 1_000


def test_one_seed_takes_one_key(asking):
    """A tester that repeats its key after a lost answer costs the owner nothing."""
    key = b"\x27\x02" + key_of(WRONG, asking.seed(1))
    assert asking.ask(key) == "7F2736"
    assert [asking.ask(key) for _ in range(3)] == ["7F2724"] * 3
    assert asking.errors == 1


def test_a_new_seed_takes_the_place_of_the_last(asking):
    old = asking.seed(1)
    asking.seed(1)
    assert asking.ask(b"\x27\x02" + key_of(CODE, old)) == "7F2735"
    assert asking.errors == 0


def test_a_key_for_another_testers_seed_is_none(asking):
    seed = asking.seed(1)
    other = asking.another()
    other.ask("1003")
    assert other.ask(b"\x27\x02" + key_of(CODE, seed)) == "7F2724"


def test_a_key_of_another_length_is_no_key_and_the_seed_stays(asking):
    seed = asking.seed(1)
    for length in (0, 1, 4, 15, 17, 64):
        assert asking.ask(b"\x27\x02" + bytes(length)) == "7F2713"
    assert asking.ask(b"\x27\x02" + key_of(CODE, seed)) == "6702"


@pytest.mark.parametrize("key", [bytes(16), b"\xff" * 16, bytes(range(16))])
def test_what_can_be_no_code_is_not_counted(asking, key):
    """A tester with a wrong algorithm, or none, costs the owner nothing; and nothing was compared."""
    written = asking.ecu.unit.chip.written
    for _ in range(20):
        asking.seed(1)
        assert asking.ask(b"\x27\x02" + key) == "7F2735"
    assert (asking.errors, asking.ecu.unit.chip.written) == (0, written)


def test_every_code_survives_the_way_over_the_plug():
    shape, seed = REFERENCE_DESIGN.shape, bytes(range(100, 116))
    for code in shape.all():
        assert code_of(key_of(code, seed), seed, shape) == code


# --- level 03 -----------------------------------------------------------------------------------------------


def test_only_the_signature_of_this_seed_for_this_unit_opens_the_workshop(asking):
    def sent(message):
        return asking.ask(b"\x27\x04" + SIGNER.sign(message))

    assert sent(access_message("RK00000002", asking.seed(3))) == "7F2735"
    old = asking.seed(3)
    asking.seed(3)
    assert sent(access_message("RK00000001", old)) == "7F2735"
    assert sent(asking.seed(3)) == "7F2735"
    assert sent(access_message("RK00000001", asking.seed(3))) == "6704"
    assert asking.ask("2703") == f"6703{ZEROS}"
    assert asking.ecu.state is State.CODE, "a workshop opens no lock"
    assert asking.errors == 0


def test_a_unit_that_trusts_no_signer_has_no_level_03(plugged):
    one = plugged(plate=replace(PLATE, signer=False))
    one.ask("1003")
    assert one.ask("2703") == "7F2722"


# --- the thief with a scanner -------------------------------------------------------------------------------


def scan(policy: LockPolicy, requests: int, seed: int) -> None:
    """Ask, guess, reset, cut and wait at random; count what was compared beside what the panel allows."""
    chance = random.Random(seed)  # noqa: S311 - the same each time
    ecu = make_ecu(policy)
    one = Plugged(ecu)
    one.cut()
    start_ms, seeds, errors = one.now_ms, set(), 0
    wrong = [code for code in REFERENCE_DESIGN.shape.all() if code != CODE]
    last = b""
    for _ in range(requests):
        match chance.randrange(12):
            case 0 | 1 | 2:
                answer = one.ask(chance.choice((b"\x27\x01", b"\x27\x01", b"\x27\x03")))
                if answer and answer[:2] == "67":
                    last = bytes.fromhex(answer[4:])
                    assert last != bytes(16)
                    assert last not in seeds
                    seeds.add(last)
            case 3 | 4 | 5 if last:
                key = chance.choice(
                    (bytes(16), key_of(chance.choice(wrong), last), chance.randbytes(16), bytes(4))
                )
                assert one.ask(bytes((0x27, chance.choice((2, 2, 2, 4)))) + key) != "6702"
            case 6:
                one.ask(chance.choice(("1101", "1103", "1003", "1001", "1002", "1083")))
            case 7:
                one.ask("1003")
            case 8:
                one.tester.hang_up()
            case 9:
                one.cut(chance.choice((0, 100, 60_000)))
            case 10:
                one.go(chance.choice((10, 5_000, MINUTE_MS)))
            case _:
                one.ask(chance.randbytes(chance.randrange(1, 20)))
        assert ecu.state is not State.PLAYING
        if one.errors != errors:
            assert one.errors == errors + 1, "one key, at most one error; and no error is ever forgiven"
            errors = one.errors
    allowed = [at for at in moments(policy, len(wrong), entry_ms=0) if at <= one.now_ms - start_ms]
    assert errors <= len(allowed)
    assert len(seeds) > requests // 50 or ecu.state is State.PERMANENT


@pytest.mark.parametrize("policy", [REFERENCE, PATIENT, replace(PATIENT, power_cut=PowerCutEffect.NONE)])
def test_ten_thousand_hostile_requests_get_no_try_beyond_the_budget(policy):
    """Seeds dumped, zero keys, random keys, resets, cuts, levels mixed, lengths wrong."""
    scan(policy, 10_000, seed=1)


@pytest.mark.deep
@pytest.mark.parametrize("policy", [REFERENCE, PATIENT])
def test_a_hundred_thousand_hostile_requests_get_no_try_beyond_the_budget(policy):
    scan(policy, 100_000, seed=2)
