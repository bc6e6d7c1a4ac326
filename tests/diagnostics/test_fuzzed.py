"""The functions that `tools/fuzz.py` feeds in `make deep`, on their seeds, and on seeds that are cut and mixed."""

import random

import pytest
from fuzzed import TARGETS, Target, joined, pieces

from radiokey.diagnostics import doip, isotp, services
from radiokey.headunit import firmware


@pytest.mark.parametrize("name", TARGETS)
def test_each_takes_what_it_begins_with_and_what_comes_of_it(name):
    target, chance = TARGETS[name], random.Random(1)  # noqa: S311 - the same each time
    for seed in target.seeds:
        assert len(seed) <= target.longest
        target.run(seed)
        for _ in range(10):
            cut = chance.randrange(len(seed))
            other = chance.choice(target.seeds)
            target.run(
                (seed[:cut] + chance.randbytes(1) + other[chance.randrange(len(other)) :])[: target.longest]
            )


def test_what_is_joined_is_read_in_pieces():
    assert list(pieces(joined(b"ab", b"", b"c"))) == [b"ab", b"", b"c"]
    assert list(pieces(b"\x05ab")) == [b"ab"]


def run_all(target: Target) -> None:
    for seed in target.seeds:
        target.run(seed)


BUGS = {
    "DoIP messages": (doip, "PAYLOAD_SIZE_MAX", "a text"),
    "ISO-TP frames": (isotp, "_pause_us", lambda said: [][said]),
    "UDS requests": (services, "_read", lambda _tester, identifier: [][identifier]),
    "firmware images": (firmware.Firmware, "_offset", staticmethod(lambda head: head.nothing)),
}


@pytest.mark.parametrize("name", TARGETS)
def test_a_bug_behind_the_first_checks_is_seen_from_the_seeds(name, monkeypatch):
    monkeypatch.setattr(*BUGS[name])
    with pytest.raises((TypeError, IndexError, AttributeError)):
        run_all(TARGETS[name])
