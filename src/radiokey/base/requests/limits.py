"""How much anybody may ask of a desk: enough for an owner and a workshop, too little to bury the clerks.

Counted by who asks and by their network, in the same buckets as releases (`radiokey.base.limits`). What is
taken stays taken, also where what was asked is refused afterwards: the work was done.
"""

from radiokey.base.limits import Limits, reached
from radiokey.base.ports.store import Store
from radiokey.clock import Clock


class DeskLimits:
    """The limits of one desk. `store` is that of whoever keeps the buckets."""

    __slots__ = ("_clock", "_limits", "_store")

    def __init__(self, store: Store, clock: Clock, limits: Limits | None = None) -> None:
        self._store = store
        self._clock = clock
        self._limits = limits or Limits()

    def take(self, name: str, client: str, network: str, count: int = 1) -> None:
        """Take `count` of the limit `name` and of its network's; raise `LimitReachedError`, `StoreError`.

        Where one of the two has not enough left nothing is taken. An empty `network` has no limit.
        """
        wanted = {f"{name}:{client}": name, f"{name}-network:{network}": f"{name}-network"}
        if not network:
            del wanted[f"{name}-network:"]
        with self._store.transaction() as transaction:
            full_at_ms, now_ms = transaction.buckets(wanted), self._clock.now_ms()
            for bucket, limit_name in wanted.items():
                limit = self._limits.of.get(limit_name)
                if limit is None:
                    continue
                full_ms = full_at_ms.get(bucket)
                for _ in range(count):
                    if wait_ms := limit.wait_ms(full_ms, now_ms):
                        raise reached(limit_name, limit, wait_ms)
                    full_ms = limit.after(full_ms, now_ms)
                transaction.set_bucket(bucket, full_ms or now_ms)
