"""What is there to find faults finds them: the runner each with a shortest schedule, and a test that knows of none."""

import json
import subprocess
import sys
from pathlib import Path

import hunts
import planted
import pytest

COPIES = "a code is compared before its error is durable in every copy"
TAMPERED = "a boot ends in the fault tampered"
FOUND = {
    "only one bank is written": (planted.ONE_BANK, hunts.cuts, COPIES, 1),
    "nothing is read back, and the chip is deaf": (planted.NOT_READ_BACK, hunts.deaf, TAMPERED, 3),
    "neither CRC nor MAC is checked": (
        planted.NOT_CHECKED,
        hunts.cuts,
        "0 errors counted where 1 are owed",
        2,
    ),
    "the CRC is not checked": (
        planted.CRC_NOT_CHECKED,
        hunts.cuts,
        "a bank does not hold the record that the counter names",
        2,
    ),
    "the slot of the current record is written over": (
        planted.ONE_SLOT,
        hunts.rot,
        "a boot ends in the fault memory",
        3,
    ),
    "the counter counts before the banks are written": (planted.COUNTED_FIRST, hunts.cuts, TAMPERED, 2),
    "the newest record is chosen by its errors": (
        planted.NEWEST_BY_ERRORS,
        hunts.cuts,
        "a second boot is not the same as the first",
        2,
    ),
    "nothing is synced": (planted.NOT_SYNCED, hunts.cuts, COPIES, 1),
    "a bank that lags is left behind": (
        planted.BANK_LEFT_BEHIND,
        hunts.cuts,
        "a bank does not hold the record that the counter names",
        2,
    ),
    "a cut before the count is not made good": (planted.COUNT_LEFT_BEHIND, hunts.pairs, TAMPERED, 3),
    "an image one record older is believed": (
        planted.OLDER_BELIEVED,
        hunts.lies,
        "a boot finds neither the old record nor the new one",
        3,
    ),
    "the code is compared before it is counted": (planted.COMPARED_FIRST, hunts.cuts, COPIES, 1),
}


@pytest.mark.parametrize("what", FOUND)
def test_the_runner_finds_a_planted_fault(what):
    """And says how, in as few steps as it takes."""
    fault, hunt, promise, steps = FOUND[what]
    broken = hunt(fault.planted())
    assert broken is not None, what
    print(f"{what}: {broken}")  # noqa: T201 - the schedule is for whoever runs it with -s
    assert broken.promise.startswith(promise)
    assert len(broken.schedule) == steps


FAULTS = {name: each for name, each in vars(planted).items() if isinstance(each, planted.Fault)}
HEAD_UNIT = Path(__file__).parents[1] / "headunit"
# A test each that was written for what it says, before the fault or without it.
SEEN_BY = {
    "ONE_BANK": "test_store.py::test_a_new_unit_plays_and_every_bank_knows_it",
    "NOT_READ_BACK": "test_store.py::test_a_write_that_the_chip_does_not_hold_is_an_error",
    "NOT_CHECKED": "test_store.py::test_no_bit_of_a_record_can_be_changed_unnoticed",
    "CRC_NOT_CHECKED": "test_store.py::test_no_bit_of_a_record_can_be_changed_unnoticed",
    "MAC_NOT_CHECKED": "test_store.py::test_every_bit_of_the_mac_matters",
    "MAC_BY_FOUR_BYTES": "test_store.py::test_every_bit_of_the_mac_matters",
    "MAC_BUT_THE_LAST_BYTE": "test_store.py::test_every_bit_of_the_mac_matters",
    "ONE_SLOT": "test_store.py::test_a_new_unit_plays_and_every_bank_knows_it",
    "COUNTED_FIRST": (
        "test_store.py::test_a_cut_while_the_other_bank_is_lost_still_leaves_the_old_record_or_the_new_one"
    ),
    "NEWEST_BY_ERRORS": "test_unit.py::test_no_sequence_of_cuts_keys_time_and_ignition_gets_around_the_lock",
    "NOT_SYNCED": "test_mutants_store.py",
    "BANK_LEFT_BEHIND": "test_store.py::test_the_newest_record_wins_wherever_it_is",
    "COUNT_LEFT_BEHIND": "test_power_cuts.py::test_many_cuts_one_after_the_other_never_lower_the_count",
    "OLDER_BELIEVED": "test_store.py::test_an_older_image_of_the_chip_is_known_for_one",
    "COMPARED_FIRST": (
        "test_power_cuts.py::test_the_error_is_durable_in_every_copy_before_the_code_is_compared"
    ),
    "CODE_BY_FOUR_BYTES": "test_unit.py::test_every_byte_of_the_digest_of_a_code_matters",
    "TWO_WRITES": "test_power_cuts.py::test_a_cut_anywhere_in_a_wrong_entry_leaves_the_old_record_or_a_new_one",
    "NOT_WIRED": "test_unit.py::test_switched_off_and_on_the_entry_opens_anew",
    "READ_ERROR_IS_FIRST_BOOT": "test_power_cuts.py::test_a_read_that_fails_is_a_fault_and_never_a_first_boot",
}
QUICK = {"MAC_BY_FOUR_BYTES", "CODE_BY_FOUR_BYTES"}
RUN = """
import json, os, sys
sys.path.insert(0, sys.argv[1])
import mutants
for sources in json.load(sys.stdin):
    if child := os.fork():
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    else:
        os._exit(mutants.run_tests(sources, sys.argv[2:]))
"""


def outcomes(several, test):
    """Run a test once for each of `several` sources in place of the product's, in a process each; pytest's exit codes."""
    command = (sys.executable, "-c", RUN, str(HEAD_UNIT.parents[1] / "tools"), str(HEAD_UNIT / test))
    ran = subprocess.run(
        command,
        input=json.dumps(several),
        text=True,
        check=True,
        cwd=HEAD_UNIT.parents[1],
        stdout=subprocess.PIPE,
    )
    return [int(line) for line in ran.stdout.splitlines()]


def test_every_planted_fault_is_looked_for_by_a_test_that_does_not_know_it():
    assert SEEN_BY.keys() == FAULTS.keys()
    for test in SEEN_BY.values():
        text = (HEAD_UNIT / test.partition("::")[0]).read_text("utf-8")
        assert "planted" not in text


@pytest.mark.parametrize(
    "name", [name if name in QUICK else pytest.param(name, marks=pytest.mark.deep) for name in SEEN_BY]
)
def test_a_planted_fault_is_found_by_a_test_that_does_not_know_it(name):
    assert outcomes([planted.Fault().sources(), FAULTS[name].sources()], SEEN_BY[name]) == [0, 1]


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_planted_however_the_source_is_written(monkeypatch, name):
    """Other lines and no comment, or a weakening that is there already: it is another thing that is looked for."""
    made = FAULTS[name].sources()
    original = {module: planted.source_of(module) for module in (planted.store, planted.unit)}
    weak = planted.MAC_BY_FOUR_BYTES.sources() | {"unit": planted.CODE_BY_FOUR_BYTES.sources()["unit"]}
    monkeypatch.setattr(planted, "source_of", lambda module: planted.changed(original[module], ()))
    assert FAULTS[name].sources() == made
    monkeypatch.setattr(planted, "source_of", lambda module: weak[module.__name__.rpartition(".")[2]])
    assert FAULTS[name].sources() != weak
