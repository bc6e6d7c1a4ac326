"""Chance that repeats itself."""

from collections import Counter

import pytest

from radiokey.vehicle.chance import Chance

PUBLISHED = [
    6457827717110365317,
    3203168211198807973,
    9817491932198370423,
    4593380528125082431,
    16408922859458223821,
]
"""The first five numbers of SplitMix64 from seed 1234567, as published with other implementations of it."""


def test_it_is_the_published_generator():
    chance = Chance(1234567)
    assert [chance.bits() for _ in PUBLISHED] == PUBLISHED


def test_the_same_seed_gives_the_same_numbers_and_another_seed_others():
    first, again, other = Chance(7), Chance(7), Chance(8)
    assert [first.below(1000) for _ in range(50)] == [again.below(1000) for _ in range(50)]
    assert [Chance(7).bits() for _ in range(3)] != [other.bits() for _ in range(3)]


@pytest.mark.parametrize("count", [1, 2, 3, 7, 10_000])
def test_every_number_below_is_met_and_none_above(count):
    chance = Chance(3)
    drawn = {chance.below(count) for _ in range(2_000)}
    assert drawn <= set(range(count))
    assert count > 10 or drawn == set(range(count))


def test_both_ends_belong_to_a_range_and_all_come_about_as_often():
    chance = Chance(11)
    drawn = Counter(chance.between(3, 6) for _ in range(8_000))
    assert set(drawn) == {3, 4, 5, 6}
    assert all(1_800 < count < 2_200 for count in drawn.values())


def test_one_in_four_is_about_one_in_four():
    chance = Chance(5)
    assert 450 < sum(chance.one_in(4) for _ in range(2_000)) < 550


def test_a_seed_below_nothing_is_a_seed_too():
    assert Chance(-1).bits() == Chance(2**64 - 1).bits()
