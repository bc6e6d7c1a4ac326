"""Shares and times are written as the reader's language writes numbers."""

from fractions import Fraction

from radiokey.lab.words import percent, span
from radiokey.language.load import known
from radiokey.language.speech import speaking


def test_a_share_and_a_time_have_the_point_of_the_language():
    shares = [Fraction(53, 1000), Fraction(3, 10_000), Fraction(1), Fraction(1, 10**9)]
    said = {}
    for tag in ("en", "ru"):
        with speaking(known()[tag]):
            said[tag] = [*map(percent, shares), span(263_100)]
    assert said["en"] == ["5.3 %", "0.03 %", "100 %", "<0.0001 %", "4.4 min"]
    assert said["ru"] == ["5,3 %", "0,03 %", "100 %", "<0,0001 %", "4,4 мин"]
