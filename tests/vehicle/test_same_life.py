"""A life is its seed's: the same on every interpreter."""

import hashlib

from radiokey.vehicle.owners import year
from radiokey.vehicle.reference import REFERENCE_DESIGN

PINNED = "1b3189be865e1ccb5e7c4f6d275bb6d64f63f3717c852162c628cb65c845be12"
"""SHA-256 over the names of the first ten lives; a change of what the lock or the car does changes it."""


def test_the_same_seed_lives_the_same_life_on_every_python():
    names = [year(REFERENCE_DESIGN, seed).sha256 for seed in range(10)]
    assert len(set(names)) == 10
    assert hashlib.sha256("\n".join(names).encode()).hexdigest() == PINNED
