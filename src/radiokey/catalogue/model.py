"""A model: what is known of one family of units, and how surely.

Every fact carries its confidence and its sources. `None` means *not known* and is shown so; nothing is ever
filled in. `load.py` reads the files; this module never does, so that whatever is built on a model stays pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from radiokey.code.value import CodeShape
from radiokey.headunit.display import DisplayKind, DisplayWord
from radiokey.headunit.panel import Confirm, Entry, Key, OpeningPress, Panel
from radiokey.headunit.policy import ClockNeeds, PowerCutEffect, Rung

T = TypeVar("T")


class Confidence(StrEnum):
    """How sure a fact is (facts/units.md section 0); the order is from surest to not known."""

    OFFICIAL = "official"
    SEVERAL = "several"
    SINGLE = "single"
    DOUBTFUL = "doubtful"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Fact(Generic[T]):
    """A value, how sure it is, and where it stands. `value is None` exactly when `UNKNOWN`.

    `sources` are ids of `sources.toml`. `disputed` says that another source contradicts it; the
    contradiction is told in the model's `conflicts`.
    """

    value: T | None
    confidence: Confidence
    sources: tuple[str, ...] = ()
    disputed: bool = False

    def __post_init__(self) -> None:
        assert (self.value is None) == (self.confidence is Confidence.UNKNOWN)


class SourceKind(StrEnum):
    """What kind of page a source is; only the two first are ever links (STORY, "Not ours")."""

    OFFICIAL = "official"
    SUPPORT = "support"
    TRADE = "trade"
    FORUM = "forum"
    QUESTION = "question"
    PAGE = "page"
    SELLER = "seller"
    CODE = "code"
    ARTICLE = "article"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a fact stands: id, kind, a title in our words, and the address where it may be a link."""

    id: str
    kind: SourceKind
    title: str
    url: str | None


class Binding(StrEnum):
    """What the radio is locked to."""

    CODE = "code"
    OWNER_CODE = "owner-code"
    VEHICLE = "vehicle"
    SERVER = "server"


@dataclass(frozen=True, slots=True)
class Place:
    """One place where the serial number can be found; places stand in the order to try.

    `kind` is one of `papers`, `keys`, `menu`, `sticker`; `how` is a sentence; `removal`: the unit must come out.
    """

    kind: str
    how: str
    removal: bool = False


@dataclass(frozen=True, slots=True)
class Ways:
    """How a code is got outside this program, as reported: whom to ask, with what, for how much, how long."""

    ask: Fact[str]
    papers: Fact[str]
    cost: Fact[str]
    wait: Fact[str]


@dataclass(frozen=True, slots=True)
class Model:
    """One family of units; every fact is one that a reader could check by itself.

    `makes` are the car makes it is found in (lower case, `"nissan"`, `"dacia"`), for choosing and for the
    sheet. `families` are ids of `radiokey.code.family.FAMILIES` that hold for this model, `kinds` the serial
    formats its number can have. The `*_text` facts say in a sentence what the typed fact beside them cannot,
    or what is known where it is `None`. `power_gap_ms` is a range. `best` is the confidence of the best
    evidence row, never a verdict on the rest. `default` marks the cautious model for "I don't know which".
    """

    id: str
    name: str
    makes: tuple[str, ...]
    makers: Fact[tuple[str, ...]]
    vehicles: Fact[tuple[str, ...]]
    years: Fact[str]
    unit_type: Fact[str]
    binding: Fact[Binding]
    binding_text: Fact[str]
    trigger: Fact[str]
    words: Fact[tuple[DisplayWord, ...]]
    display: Fact[DisplayKind]
    code: Fact[CodeShape]
    code_origin: Fact[str]
    keys: Fact[tuple[Key, ...]]
    entry: Fact[Entry]
    entry_text: Fact[str]
    opening: Fact[tuple[OpeningPress, ...]]
    confirm: Fact[Confirm]
    confirm_text: Fact[str]
    schedule: Fact[tuple[Rung, ...]]
    schedule_text: Fact[str]
    clock_needs: Fact[ClockNeeds]
    clock_text: Fact[str]
    power_cut: Fact[PowerCutEffect]
    power_cut_text: Fact[str]
    power_gap_ms: Fact[tuple[int, int]]
    scrambled_ms: Fact[int]
    counter_survives: Fact[bool]
    counts_shown: Fact[str]
    final: Fact[bool]
    final_text: Fact[str]
    places: Fact[tuple[Place, ...]]
    serial_text: Fact[str]
    kinds: tuple[str, ...]
    families: tuple[str, ...]
    ways: Ways
    quirks: tuple[Fact[str], ...]
    conflicts: tuple[str, ...]
    best: Confidence
    default: bool = False

    @property
    def panel(self) -> Panel | None:
        """The whole panel, or `None` where a part of it is not known (`missing_for_entry` names it)."""
        if self.keys.value is None or self.entry.value is None or self.confirm.value is None:
            return None
        return Panel(self.keys.value, self.entry.value, self.confirm.value, self.opening.value or ())


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All models and sources, by id; `default` is the cautious model for "I don't know which radio"."""

    models: Mapping[str, Model]
    sources: Mapping[str, Source]
    default: Model
