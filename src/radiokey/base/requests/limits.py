"""How much anybody may send to a desk: enough for an owner and a workshop, too little to bury the clerks.

Counted by who asks and by their network, in the same buckets as releases (`radiokey.base.limits`). What is
taken stays taken, also where the request is refused afterwards: the work was done.
"""

from radiokey.base.limits import Limits, RateLimiter
from radiokey.base.ports.store import Store
from radiokey.clock import Clock


class DeskLimits:
    """The limits of one desk. `store` is the one that holds the buckets."""

    __slots__ = ("_clock", "_limits", "_store")

    def __init__(self, store: Store, clock: Clock, limits: Limits | None = None) -> None:
        self._store = store
        self._clock = clock
        self._limits = limits or Limits()

    def take(self, name: str, client: str, network: str, count: int = 1) -> None:
        """Take `count` of the limit `name` and of its network's; raise `LimitReachedError`, `StoreError`.

        Where one of the two has not enough left nothing is taken. An empty `network` has no limit.
        """
        buckets = [(name, f"{name}:{client}")]
        if network:
            buckets.append((f"{name}-network", f"{name}-network:{network}"))
        with self._store.transaction() as transaction:
            RateLimiter(transaction, self._limits, buckets).use(buckets, self._clock.now_ms(), count)
