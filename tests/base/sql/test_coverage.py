"""What a base covers is told by its imports, on both databases, and costs no look at the units."""

import pytest

from radiokey.base.ports.store import Covered, ImportStep
from radiokey.base.sql.principals import Principal
from radiokey.base.units.coverage import round_count
from radiokey.errors import StoreError


def step(offset: int, at_ms: int) -> ImportStep:
    return ImportStep("f" * 64, 2, offset, 1, 0, at_ms, "reg")


def coverage(store):
    with store.snapshot() as seen:
        return seen.coverage()


def test_batches_add_up_by_model_with_the_newest_moment(both):
    store = both.store(Principal.REGISTRAR)
    with store.concurrent_transaction() as transaction:
        transaction.add_coverage(step(10, 5), {"honda_audio5": 3, "ford_6000cd": 1})
    with store.concurrent_transaction() as transaction:
        transaction.add_coverage(step(20, 9), {"honda_audio5": 4})
    assert coverage(both.store(Principal.DESK)) == [
        Covered("ford_6000cd", 1, 5),
        Covered("honda_audio5", 7, 9),
    ]


def test_a_batch_is_counted_once(both):
    store = both.store(Principal.REGISTRAR)
    with store.concurrent_transaction() as transaction:
        transaction.add_coverage(step(10, 5), {"honda_audio5": 3})
    with pytest.raises(StoreError), store.concurrent_transaction() as transaction:
        transaction.add_coverage(step(10, 6), {"honda_audio5": 3})
    assert coverage(both.store(Principal.DESK)) == [Covered("honda_audio5", 3, 5)]


@pytest.mark.parametrize("units", [10, 99, 100, 1_234, 10_000_000])
def test_one_unit_more_is_hardly_ever_seen(units):
    """Never single units: below ten nothing is told, above a hundred only two digits."""
    assert round_count(9) == round_count(1) == 0
    assert round_count(units) <= units
    assert len(str(round_count(units)).rstrip("0")) <= 2
