"""The chip in RAM behaves like NOR flash, and its power can be cut at any byte."""

import pytest

from radiokey.headunit.flash import ERASED, Chip, ChipError, PowerCutError, RamChip


@pytest.fixture
def chip():
    return RamChip(64, 16)


def test_a_new_chip_is_erased(chip):
    assert chip.read(0, 64) == bytes([ERASED]) * 64


def test_programming_only_clears_bits(chip):
    chip.program(3, b"\xf0")
    chip.program(3, b"\x3c")
    assert chip.read(2, 3) == b"\xff\x30\xff"


def test_erasing_sets_one_sector_and_no_other(chip):
    chip.program(0, bytes(64))
    chip.erase(1)
    assert chip.read(0, 64) == bytes(16) + b"\xff" * 16 + bytes(32)


@pytest.mark.parametrize("cut", range(6))
def test_a_cut_leaves_a_prefix_of_what_was_programmed(chip, cut):
    chip.cut_after = cut
    with pytest.raises(PowerCutError):
        chip.program(10, b"abcdefg")
    assert chip.read(10, 7) == b"abcdefg"[:cut] + b"\xff" * (7 - cut)
    assert chip.written == cut


@pytest.mark.parametrize("cut", range(16))
def test_a_cut_leaves_a_prefix_of_what_was_erased(chip, cut):
    chip.program(16, bytes(16))
    chip.cut_after = cut
    with pytest.raises(PowerCutError):
        chip.erase(1)
    assert chip.read(16, 16) == b"\xff" * cut + bytes(16 - cut)


def test_a_chip_without_supply_stays_so_until_it_comes_back(chip):
    chip.cut_after = 0
    for _ in range(2):
        with pytest.raises(PowerCutError):
            chip.program(0, b"a")
    chip.cut_after = None
    chip.program(0, b"a")
    assert chip.read(0, 1) == b"a"


@pytest.mark.parametrize(("at", "count"), [(-1, 1), (64, 1), (60, 5), (0, 65), (0, -1)])
def test_reading_outside_the_chip_is_an_error_and_not_a_short_answer(chip, at, count):
    with pytest.raises(ChipError):
        chip.read(at, count)


def test_writing_outside_the_chip_is_an_error_and_writes_nothing(chip):
    for write in (lambda: chip.program(62, b"abc"), lambda: chip.erase(4), lambda: chip.erase(-1)):
        with pytest.raises(ChipError):
            write()
    assert chip.read(0, 64) == b"\xff" * 64


def test_a_broken_chip_reads_but_writes_nothing(chip):
    chip.program(0, b"a")
    chip.broken = True
    for write in (lambda: chip.program(1, b"b"), lambda: chip.erase(0), chip.sync):
        with pytest.raises(ChipError):
            write()
    assert chip.read(0, 2) == b"a\xff"


def test_a_chip_has_whole_sectors_and_its_cells_fit():
    with pytest.raises(AssertionError):
        RamChip(60, 16)
    with pytest.raises(AssertionError):
        RamChip(64, 16, bytes(63))


def test_the_chip_in_ram_has_the_four_functions_of_a_chip():
    asked = {name for name in vars(Chip) if not name.startswith("_")}
    assert asked == {"read", "program", "erase", "sync"}
    assert asked <= set(dir(RamChip))
