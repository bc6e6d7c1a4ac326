"""How many releases one client gets: enough for a family and its neighbours, too few for a trade.

Only new releases count: a repeat of the same request is free, and so is every refusal. The limit is per
client and never per number, because a million radios can share one.
"""

from radiokey.base.ports import Transaction
from radiokey.clock import DAY_MS
from radiokey.errors import LimitReachedError

RELEASES_PER_DAY = 50


def check(transaction: Transaction, client: str, now_ms: int) -> None:
    """Raise `LimitReachedError` if `client` has had its releases of the last 24 hours."""
    if transaction.releases_since(client, now_ms - DAY_MS) >= RELEASES_PER_DAY:
        raise LimitReachedError(
            f"{RELEASES_PER_DAY} codes have been released here in the last 24 hours",
            hint="try again tomorrow; whoever needs more than that needs an account of a dealer",
            releases=RELEASES_PER_DAY,
        )
