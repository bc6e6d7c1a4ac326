"""The poll of owners, as a protocol and a stored struct."""

from typing import Protocol

import msgspec


class PollCount(msgspec.Struct, frozen=True):
    """How many owners gave one answer for one radio; `model` is empty where they named none."""

    model: str
    often: str
    answers: int


class PollTransaction(Protocol):
    """The part of a transaction that reads and writes it."""

    def add_poll_answer(self, model: str, often: str) -> None:
        """Record an answer."""
        ...

    def poll_counts(self) -> list[PollCount]:
        """Return how many gave each answer, by radio."""
        ...
