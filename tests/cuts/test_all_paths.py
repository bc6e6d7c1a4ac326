"""Every path and every policy: the right code, waits, stops, a car that refuses, faults, grants, the factory."""

from itertools import product

import hunts
import pytest
from cutchip import ERASED_CHIP, CuttingChip, CuttingCounter, Fill, JournalChip, JournalCounter, Lie
from cutunit import KEY
from everycut import explore
from lives import (
    ACCEPTED,
    BROKE,
    CYCLED,
    GRANT,
    GRANTED,
    MENDED,
    MINUTE,
    NOTHING,
    REFUSED,
    RIGHT,
    asking,
    design,
    keys,
    playing,
    punished,
    right,
    runner,
    stopped,
    tail,
    wrong,
)

from radiokey.catalogue.load import load_catalogue
from radiokey.clock import HOUR_MS
from radiokey.headunit.device import Device
from radiokey.headunit.flash import PowerCutError
from radiokey.headunit.lock import Fault, State
from radiokey.headunit.policy import REFERENCE, Blocked, Dead, UntilKeyCycle, Wait
from radiokey.headunit.unit import HeadUnit

SECOND_WAIT = (State.WAIT, 2, 2 * HOUR_MS)
ERRORS_MAX = 20


def policies():
    """The distinct policies of the catalogue, each by the first model that has it; and the reference."""
    found = {REFERENCE: "reference"}
    for model_id, model in sorted(load_catalogue().models.items()):
        found.setdefault(model.policy(), model_id)
    return {name: policy for policy, name in found.items()}


POLICIES = policies()


def strikes(policy):
    """The first and the last error that this policy answers with something, and the first error of all."""
    rungs = [rung for rung in policy.schedule if rung.errors <= ERRORS_MAX]
    errors = {1, *(rung.errors for rung in (rungs[:1] + rungs[-1:]))}
    return {number: policy.penalty_after(number) for number in sorted(errors)}


def paths(policy):
    """Yield (setting, story, cuts) for everything that this lock can live through."""
    yield playing, (NOTHING,), 1
    yield asking(), (REFUSED,), 1
    yield tail(asking(), REFUSED), (ACCEPTED,), 1
    yield asking(), (BROKE,), 1
    yield tail(asking(), BROKE), (MENDED,), 1
    for errors, penalty in strikes(policy).items():
        yield asking(errors - 1), (wrong(),), 2 if errors == 1 else 1
        yield asking(errors - 1), (right(),), 1
        match penalty:
            case Wait():
                yield punished(errors), (MINUTE,), 1
                yield punished(errors), (REFUSED, ACCEPTED), 1
            case Blocked():
                yield stopped(errors), (GRANTED,), 1
            case UntilKeyCycle():
                yield stopped(errors), (CYCLED,), 1
            case Dead():
                yield stopped(errors), (GRANT,), 1
                yield stopped(errors), (REFUSED, ACCEPTED), 1


def explored(setting, story, policy=REFERENCE, cuts_max=1_000, **how):
    unit = runner(setting, policy, **{"page": 0, **how})
    report = explore(unit, unit.here(), story, cuts_max)
    print(", ".join(act.name for act in story), report)  # noqa: T201 - the numbers are for whoever runs it with -s
    assert not report.broken, report.broken[0]
    return report


@pytest.mark.deep
@pytest.mark.parametrize("name", POLICIES)
def test_no_cuts_on_any_path_of_any_policy_leave_anything_but_the_old_state_or_the_new(name):
    """Single cuts with a gap that is long and one that is none; pairs in the first wrong entry."""
    policy = POLICIES[name]
    for (setting, story, cuts_max), gap_ms in product(paths(policy), (0, HOUR_MS)):
        explored(setting, story, policy, cuts_max if gap_ms else 1, gap_ms=gap_ms)


@pytest.mark.deep
@pytest.mark.parametrize("number", range(len(list(paths(REFERENCE)))))
def test_every_path_of_the_reference_lock_closes(number):
    """All cuts, however many, on each of its paths."""
    setting, story, _ = list(paths(REFERENCE))[number]
    assert explored(setting, story).closed


@pytest.mark.deep
def test_two_entries_of_one_code_cut_in_pairs_cost_one_error():
    """The same wrong code twice, both of them cut: pairs across the two, and one error in the end."""
    explored(asking(1), (wrong(), wrong(), wrong(cut=False, ends=SECOND_WAIT)), cuts_max=2)


@pytest.mark.deep
def test_pairs_of_cuts_out_of_order_leave_the_old_record_or_the_new_one():
    """Pages of 32 bytes in any order, twice; and each single byte late or early, once."""
    explored(asking(1), (wrong(),), cuts_max=2, page=32)
    explored(asking(1), (wrong(),), cuts_max=1, page=16, by_byte=True)


@pytest.mark.deep
def test_no_plan_of_lying_syncs_lowers_the_count():
    """Each sync of the first two commits honest, late or never: 81 plans, all single cuts."""
    broken = hunts.lies(plans=product((None, *Lie), repeat=4))
    assert broken is None, str(broken)


@pytest.mark.deep
def test_a_cut_and_a_flip_in_any_byte_of_any_record_are_survived():
    broken = hunts.rot(every_byte=True)
    assert broken is None, str(broken)


def test_a_unit_cut_in_the_factory_plays_or_is_shut_and_can_be_made_again():
    """At every byte of the first record: no half-made unit, and a second try is whole."""
    ends = set()
    for fill, cut in product(Fill, range(2 * (128 + 84 + 1) + 2)):
        chip = CuttingChip(ERASED_CHIP, cut, fill)
        counter = CuttingCounter(chip)
        with pytest.raises(PowerCutError):
            HeadUnit.made(design(), RIGHT, device=Device(KEY, counter=counter), chip=chip)
        whole = JournalChip(chip.left)
        device = Device(KEY, counter=JournalCounter(whole, counter.value))
        unit = HeadUnit(design(), whole, device)
        ends.add((unit.status.state, unit.status.fault))
        again = HeadUnit.made(design(), RIGHT, device=device, chip=whole)
        assert (again.status.state, again.status.errors) == (State.PLAYING, 0)
    assert ends == {(State.FAULT, Fault.MEMORY), (State.PLAYING, Fault.NONE)}


def test_a_grant_cut_anywhere_is_taken_or_not():
    """A dead unit and its old chip: dead as before, or asking with no error; never between."""
    report = explored(stopped(3), (GRANT,), cuts_max=1)
    assert report.faults == 0


def test_keys_are_what_a_finger_does():
    unit = runner(asking()).unit
    keys(RIGHT)(unit)
    assert unit.status.state is State.DARK
