"""Five bugs that were reported of another open stack, each as a test of ours.

They concern SecurityAccess: a counter and its timer saved apart, a counter that no product saved, a read error
taken for a first boot, a session that ended and left its security open, a key of another level that cost nothing.
"""

import pytest
from plugged import CODE, WRONG, Plugged, make_ecu

from radiokey.cli.served.unit import NewUnit, ServedUnit, UnitFiles
from radiokey.diagnostics.access import key_of
from radiokey.headunit.lock import Fault, State
from radiokey.headunit.store import CHIP_SIZE
from tables import each

BYTES_OF_AN_ERROR = 3 * 2 * (128 + 84)
"""Three commits in two banks each: a sector erased, a record programmed."""


@each("cut", range(0, BYTES_OF_AN_ERROR + 1, 7))
def test_counter_and_wait_are_one_record_and_no_cut_drops_one_of_them(cut):
    one = Plugged(make_ecu())
    one.cut()
    one.ask("1003")
    seed = one.seed(1)
    chip = one.ecu.unit.chip
    chip.cut_after = cut
    answer = one.ask(b"\x27\x02" + key_of(WRONG, seed))
    chip.cut_after = None
    assert (answer is None) == (cut < BYTES_OF_AN_ERROR)
    one.cut(0)
    lock = one.ecu.unit.lock
    if lock.errors == 0:
        assert lock.state is State.CODE
        assert cut <= BYTES_OF_AN_ERROR // 3, "once the error was written it stays"
    elif lock.state is State.CODE:
        assert lock.pending, "the entry that was cut off is still to be answered for"
        one.ask("1003")
        assert one.send_code(CODE) == "7F2736"
    else:
        assert (lock.state, lock.errors, lock.wait_left_ms) == (State.WAIT, 1, lock.wait_ms)


def test_count_and_wait_are_kept_by_the_product_itself(tmp_path):
    """The served unit, opened twice from its files: what the first one counted the second one knows."""
    new = NewUnit("4786", None, None, None)
    first = ServedUnit.opened("renault_86a", UnitFiles(tmp_path / "chip", tmp_path / "device"), new, 60_000)
    one = Plugged(first.ecu)
    one.ask("1003")
    assert one.send_code(WRONG) == "7F2736"
    first.close()
    second = ServedUnit.opened("renault_86a", UnitFiles(tmp_path / "chip", tmp_path / "device"), new, 60_000)
    one = Plugged(second.ecu)
    one.ask("1003")
    assert (second.ecu.state, one.errors) == (State.WAIT, 1)
    assert one.ask("2701") == "7F2737"
    second.close()


@pytest.mark.parametrize("content", [b"", b"\xff" * CHIP_SIZE, b"\x00" * CHIP_SIZE, b"RKR1" * 128])
def test_a_record_that_cannot_be_read_is_no_first_boot(tmp_path, content):
    """A lost, an erased, a damaged chip: the fault memory, no seed, nothing that could be tried."""
    new = NewUnit("4786", None, None, None)
    ServedUnit.opened("renault_86a", UnitFiles(tmp_path / "chip", tmp_path / "device"), new, 60_000).close()
    (tmp_path / "chip").write_bytes(content)
    again = ServedUnit.opened("renault_86a", UnitFiles(tmp_path / "chip", tmp_path / "device"), new, 60_000)
    one = Plugged(again.ecu)
    one.ask("1003")
    assert (again.ecu.state, again.ecu.unit.lock.fault) == (State.FAULT, Fault.MEMORY)
    assert one.ask("2701") == "7F2722"
    assert one.ask("190201") == "5902299A110029"
    again.close()


def test_an_older_image_put_back_is_tampering(tmp_path):
    new = NewUnit("4786", None, None, None)
    chip, device = tmp_path / "chip", tmp_path / "device"
    served = ServedUnit.opened("renault_86a", UnitFiles(chip, device), new, 60_000)
    before = chip.read_bytes()
    one = Plugged(served.ecu)
    one.ask("1003")
    one.send_code(WRONG)
    served.close()
    chip.write_bytes(before)
    again = ServedUnit.opened("renault_86a", UnitFiles(chip, device), new, 0)
    assert again.ecu.unit.lock.fault is Fault.TAMPERED
    again.close()


@pytest.mark.parametrize("end", ["silence", "1001", "1003", "1101", "hang up"])
def test_a_session_that_ends_closes_what_it_had_opened(asking, end):
    asking.unlock_workshop()
    assert asking.ask(b"\x2e\xf1\x98Garage") == "6EF198"
    if end == "silence":
        asking.go(5_000)
    elif end == "hang up":
        asking.tester.hang_up()
    else:
        asking.ask(end)
    asking.ask("1003")
    assert asking.ask(b"\x2e\xf1\x98Thief") == "7F2E33"
    assert asking.ask("22F198")[6:] == b"Garage".hex().upper()


def test_a_code_for_a_seed_of_another_level_is_counted_and_never_compared(asking):
    """No second, free way of trying: also the right code is refused there."""
    seed = asking.seed(3)
    assert asking.ask(b"\x27\x02" + key_of(CODE, seed)) == "7F2736"
    assert (asking.ecu.state, asking.errors) == (State.WAIT, 1)


def test_a_signature_for_a_seed_of_the_lock_opens_nothing(asking):
    asking.seed(1)
    assert asking.ask(b"\x27\x04" + bytes(64)) == "7F2735"
    assert asking.ask(b"\x27\x04" + bytes(64)) == "7F2724"
