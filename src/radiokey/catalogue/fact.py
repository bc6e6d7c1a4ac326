"""A fact of the catalogue: a value, how sure it is, and where it stands."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Generic, TypeVar

from radiokey.language.speech import gettext, later

T_co = TypeVar("T_co", covariant=True)


class Confidence(StrEnum):
    """How sure a fact is (facts/units.md section 0); the order is from surest to not known."""

    OFFICIAL = "official"
    SEVERAL = "several"
    SINGLE = "single"
    DOUBTFUL = "doubtful"
    UNKNOWN = "unknown"

    @property
    def rank(self) -> int:
        """Return 0 for the surest, 4 for not known."""
        return list(Confidence).index(self)


HOW_SURE: Final = {
    Confidence.OFFICIAL: later("from the maker's manual"),
    Confidence.SEVERAL: later("several sources agree"),
    Confidence.SINGLE: later("one source"),
    Confidence.DOUBTFUL: later("doubtful"),
    Confidence.UNKNOWN: later("not known"),
}
"""How sure we are, in plain words; never in stars or per cent."""


def how_sure(confidence: Confidence) -> str:
    """Say how sure we are."""
    return gettext(HOW_SURE[confidence])


@dataclass(frozen=True, slots=True)
class Fact(Generic[T_co]):
    """A value, how sure it is, and where it stands. `value is None` exactly when `UNKNOWN`.

    `sources` are ids of `sources.toml`, the surest first; a filled fact without sources is background
    knowledge and `doubtful`. `disputed` says that another source contradicts it; the contradiction is
    described in the model's `conflicts`.
    """

    value: T_co | None
    confidence: Confidence
    sources: tuple[str, ...] = ()
    disputed: bool = False

    def __post_init__(self) -> None:
        assert (self.value is None) == (self.confidence is Confidence.UNKNOWN)

    @property
    def known(self) -> bool:
        """Say whether there is a value."""
        return self.value is not None
