"""Rotation: the codes of the ledger go over to the next key, batch by batch, while everything goes on.

It can be stopped anywhere and run again: as long as codes can go over to the current key, it does that and
makes no new key. A code that does not open stays as it is and is counted; its key is never taken out.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import msgspec

from radiokey.base.keys.keyring import KeyRing, KeyStatus
from radiokey.base.keys.seal import NONCE_SIZE
from radiokey.base.ports.store import Randomness, Store, StoredAct
from radiokey.clock import Clock
from radiokey.errors import SealError

BATCH: Final = 500
_START: Final = ("", "")


@dataclass(frozen=True, slots=True)
class RotationResult:
    """What a rotation did: the key that seals now, whether it is new, and how many codes went over to it.

    `damaged` counts the codes that do not open with the key they name; `retired` are the ids of the keys that
    were taken out.
    """

    key: str
    begun: bool
    resealed: int
    damaged: int
    retired: tuple[str, ...]


class KeyRotation:
    """Rotates the keys of a ledger."""

    __slots__ = ("_by", "_clock", "_randomness", "_ring", "_store")

    def __init__(self, store: Store, ring: KeyRing, clock: Clock, randomness: Randomness, by: str) -> None:
        self._store = store
        self._ring = ring
        self._clock = clock
        self._randomness = randomness
        self._by = by

    def in_use(self) -> dict[str, int]:
        """Return how many codes and papers each key seals; papers are never sealed anew."""
        with self._store.snapshot() as snapshot:
            return dict(Counter(snapshot.sealed_with()) + Counter(snapshot.papers_sealed_with()))

    def add(self) -> str:
        """Add a key that waits for the next rotation; return its id."""
        self._record_act("keys:add", "")
        return self._ring.add(self._randomness, self._clock.now_ms())

    def rotate(
        self, *, retire: bool = False, on_progress: Callable[[int], None] = lambda _: None
    ) -> RotationResult:
        """Go on with a rotation, or begin one; with `retire`, take out the old keys that seal nothing then.

        `on_progress` is called with the number of codes resealed so far. Raises `SealError`, `StoreError`.
        """
        self._record_act("keys:rotate", "")
        resealed, damaged = self._reseal(on_progress)
        begun = not resealed
        if begun:
            self._ring.advance(self._randomness, self._clock.now_ms())
            resealed, damaged = self._reseal(on_progress)
        retired: tuple[str, ...] = ()
        if retire:
            self._record_act("keys:retire", "")
            retired = self._ring.retire(self.in_use)
        current = next(card.id for card in self._ring.cards() if card.standing is KeyStatus.CURRENT)
        self._record_act("keys:rotated", current, f"resealed {resealed}, damaged {damaged}")
        return RotationResult(current, begun, resealed, damaged, retired)

    def _reseal(self, on_progress: Callable[[int], None]) -> tuple[int, int]:
        """Bring every code over to the current key; return how many, and how many do not open."""
        resealed, damaged = 0, 0
        after: tuple[str, str] | None = _START
        while after is not None:
            done, broken, after = self._batch(after)
            resealed += done
            damaged += broken
            on_progress(resealed)
        return resealed, damaged

    def _batch(self, after: tuple[str, str]) -> tuple[int, int, tuple[str, str] | None]:
        """Reseal the next codes; return how many, how many do not open, and where to go on."""
        done = broken = 0
        with self._ring.sealing() as key, self._store.concurrent_transaction() as transaction:
            units = transaction.units_not_sealed_with(key.id, after, BATCH)
            for unit in units:
                try:
                    code = self._ring.code_of(unit)
                except SealError:
                    broken += 1
                    continue
                nonce = self._randomness.bytes(NONCE_SIZE)
                sealed = key.seal(unit.kind, unit.number, unit.model, code, nonce)
                resealed = msgspec.structs.replace(unit, key=key.id, sealed=sealed)
                done += transaction.reseal(resealed, unit.key)
        return done, broken, (units[-1].number, units[-1].kind) if units else None

    def _record_act(self, act: str, subject: str, detail: str = "") -> None:
        """Write to the audit, durably; if it cannot, nothing is done."""
        with self._store.concurrent_transaction() as transaction:
            transaction.add_act(StoredAct(self._clock.now_ms(), self._by, act, subject, detail))
