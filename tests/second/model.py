"""What an owner is owed, without a byte: a count, a wait and a state, and when which of them counts."""

from dataclasses import dataclass, field
from typing import NamedTuple


class Owed(NamedTuple):
    count: int = 0
    wait: int = 0
    state: str = "playing"


@dataclass
class Model:
    """A finished commit counts; a cut one counts or the one before does; a fault opens nothing."""

    may_be: set[Owed] = field(default_factory=lambda: {Owed()})
    closed: bool = False
    """The unit does nothing until a grant."""

    def committed(self, new: Owed) -> None:
        self.may_be = {new}

    def cut(self, new: Owed) -> None:
        self.may_be |= {new}

    def found(self, now: Owed) -> None:
        assert not self.closed
        assert now in self.may_be, f"{now} was never promised: {self.may_be}"
        self.may_be = {now}

    def older_put_back(self) -> None:
        self.closed = True

    def granted(self) -> None:
        self.may_be, self.closed = {Owed(state="code")}, False
