"""What an owner is owed, without a byte: a count, a wait and a state, and when which of them counts."""

from dataclasses import dataclass, field
from typing import NamedTuple

MINUTE_MS = 60_000


class Owed(NamedTuple):
    """`None` in its place: the unit is closed until a grant, or until its own image is back."""

    count: int = 0
    wait_ms: int = 0
    state: str = "playing"

    def entry_counted(self) -> "Owed":
        return Owed(min(self.count + 1, 65_535), 0, "checking")

    def punished(self) -> "Owed":
        wait_ms = 0 if self.count % 2 else self.count * MINUTE_MS
        return Owed(self.count, wait_ms, "wait" if wait_ms else "code")

    def waited(self, ms: int) -> "Owed":
        left = max(0, self.wait_ms - ms)
        return Owed(self.count, left, "wait" if left else "code")


GRANTED = Owed(state="code")


class Kept(NamedTuple):
    """What somebody who copied the chip may hope for."""

    age: int
    may_be: frozenset[Owed | None]
    unfinished: frozenset[Owed | None]


@dataclass
class Model:
    """A finished commit counts, and nothing before it; of one that was cut, either side may."""

    may_be: frozenset[Owed | None] = frozenset({Owed()})
    unfinished: frozenset[Owed | None] = field(default_factory=frozenset)
    age: int = 0

    def committed(self, new: Owed) -> None:
        self.may_be, self.unfinished = frozenset({new}), frozenset()
        self.age += 1

    def cut(self, new: Owed) -> None:
        self.may_be |= {new}
        self.unfinished |= {new}

    def sees(self, now: Owed | None) -> None:
        """The unit begins to boot; what it sees is not yet what it found, for it may not come to an end."""
        assert now in self.may_be, f"{now} is not owed: {self.may_be}"

    def found(self, now: Owed) -> None:
        self.may_be, self.unfinished = frozenset({now}), frozenset()

    def copied(self) -> Kept:
        return Kept(self.age, self.may_be, self.unfinished)

    def _worth(self, kept: Kept) -> frozenset[Owed | None]:
        """What an image is worth now: all of it before the next commit is done, then only what was cut."""
        if kept.age == self.age:
            return kept.may_be
        return kept.unfinished if kept.age == self.age - 1 else frozenset()

    def put_back(self, kept: Kept) -> None:
        closed = frozenset() if kept.age == self.age else frozenset({None})
        self.may_be, self.unfinished = self._worth(kept) | closed, self._worth(kept) & kept.unfinished

    def bank_put_back(self, kept: Kept) -> None:
        """The other bank still holds what counts."""
        self.may_be |= self._worth(kept)
        self.unfinished |= self._worth(kept) & kept.unfinished
