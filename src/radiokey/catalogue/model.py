"""A model: what is known of one family of units, and how surely.

Every fact carries its confidence and its sources. `None` means *not known* and is shown so; nothing is ever
filled in. Where the practice radio needs a value that nobody knows, `policy()` and `design()` take the
cautious one and `assumed()` names it. `load.py` reads the files; this module never does, so that whatever is
built on a model stays pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from radiokey.catalogue.fact import Confidence, Fact
from radiokey.catalogue.stand_in import StandIn
from radiokey.catalogue.vehicles import Vehicle, Years
from radiokey.clock import MINUTE_MS
from radiokey.code.value import CodeShape
from radiokey.headunit.display import DisplayKind, DisplayWord, Shows
from radiokey.headunit.first_press import CountsOn, Opening, ShowsFirst
from radiokey.headunit.panel import Confirm, ConfirmBy, Cycle, Entry, Groups, Key, Knob, OpeningPress, Panel
from radiokey.headunit.policy import ClockNeeds, Dead, LockPolicy, Penalty, PowerCutEffect, Rung, Wait

if TYPE_CHECKING:
    from radiokey.headunit.unit import Design

HOLD_ASSUMED_MS: Final = 10_000
"""How long a key is held where a source says "hold" and no time: the longest hold that any source gives."""

NEUTRAL_WIDTH: Final = 8
"""Characters on a display that nobody described, unless a word needs more."""

CAUTIOUS_WAITS: Final = (
    Rung(1, Wait((30 * MINUTE_MS, 30 * MINUTE_MS))),
    Rung(2, Wait((120 * MINUTE_MS, 120 * MINUTE_MS))),
)
"""The cautious reading of an unknown lock: 30 minutes, 120 minutes; then stop (facts/units.md section 5)."""

CAUTIOUS_SCHEDULE: Final = (*CAUTIOUS_WAITS, Rung(3, Dead()))


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

    @property
    def may_link(self) -> bool:
        """Say whether a source of this kind may carry an address."""
        return self in {SourceKind.OFFICIAL, SourceKind.SUPPORT}


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


class CountsShown(StrEnum):
    """What the number in a display word counts: errors made, attempts left, or the number of this attempt."""

    ERRORS = "errors"
    LEFT = "left"
    ATTEMPT = "attempt"


@dataclass(frozen=True, slots=True)
class Place:
    """One place where the serial number can be found; places stand in the order to try.

    `kind` is one of `papers`, `keys`, `menu`, `sticker`; `how` is a sentence;
    `removal`: the unit must come out.
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

    `short` is the name to say to an owner who has not chosen yet, `tell_apart` how this radio differs for
    the eye from its neighbours of the same make, `look_alikes` the ids of the models that nobody can be
    sure to tell from it. `makes` are the car makes it is found in (lower case, `"nissan"`, `"dacia"`), for
    choosing and for the sheet. `families` are ids of `radiokey.code.family.FAMILIES` that hold for this
    model, `kinds` the serial formats its number can have. The `*_text` facts say in a sentence what the
    typed fact beside them cannot, or what is known where it is `None`. `power_gap_ms` is a range. `best` is
    the confidence of the best evidence row, never a verdict on the rest. `default` marks the cautious model
    for "I don't know which".

    `code` is known where length and alphabet both are and leave no question open; `code_length` (a range) and
    `code_alphabet` are kept beside it because often only one of them is known. `hold_ms` is the evidence for
    how long the confirm key is held, apart from which key it is. `entry_start` is what the display shows when
    the entry opens, `entry_first` what the first press makes of it; see `counted`. `words` and `places` are
    no surer than their weakest member; `word_facts` and `place_facts` tell them apart. `attempts_total`
    counts the wrong codes after which the sources speak of the end or of outside help. `needs_label` asks
    that this model be offered only to an owner who sees a number of one of these serial kinds on the label:
    whether its code follows that number is disputed. `unverified` says that all of it rests on texts that
    contradict each other, so that only the most cautious reading is fit to act on. `compares_vin`: the
    sources of `binding_text` say that it compares the VIN of its car; see `pairs`.
    """

    id: str
    name: str
    short: str
    tell_apart: str
    makes: tuple[str, ...]
    makers: Fact[tuple[str, ...]]
    vehicles: Fact[tuple[Vehicle, ...]]
    years: Fact[Years]
    unit_type: Fact[str]
    binding: Fact[Binding]
    binding_text: Fact[str]
    trigger: Fact[str]
    words: Fact[tuple[DisplayWord, ...]]
    word_facts: tuple[Fact[DisplayWord], ...]
    display: Fact[DisplayKind]
    code: Fact[CodeShape]
    code_length: Fact[tuple[int, int]]
    code_alphabet: Fact[str]
    code_text: Fact[str]
    code_origin: Fact[str]
    keys: Fact[tuple[Key, ...]]
    entry: Fact[Entry]
    entry_start: Fact[str]
    entry_first: Fact[ShowsFirst | CountsOn]
    entry_text: Fact[str]
    opening: Fact[tuple[OpeningPress, ...]]
    confirm: Fact[Confirm]
    hold_ms: Fact[int]
    confirm_text: Fact[str]
    attempts_before_lock: Fact[int]
    attempts_total: Fact[int]
    schedule: Fact[tuple[Rung, ...]]
    schedule_text: Fact[str]
    clock_needs: Fact[ClockNeeds]
    clock_text: Fact[str]
    power_cut: Fact[PowerCutEffect]
    power_cut_text: Fact[str]
    power_gap_ms: Fact[tuple[int, int]]
    scrambled_ms: Fact[int]
    counter_survives: Fact[bool]
    counts_shown: Fact[CountsShown]
    final: Fact[bool]
    final_text: Fact[str]
    places: Fact[tuple[Place, ...]]
    place_facts: tuple[Fact[Place], ...]
    serial_text: Fact[str]
    kinds: tuple[str, ...]
    families: tuple[str, ...]
    ways: Ways
    quirks: tuple[Fact[str], ...]
    conflicts: tuple[str, ...]
    best: Confidence
    needs_label: tuple[str, ...] = ()
    stand_in: tuple[StandIn, ...] = ()
    look_alikes: tuple[str, ...] = ()
    unverified: bool = False
    compares_vin: bool = False
    default: bool = False

    @property
    def panel(self) -> Panel | None:
        """The whole panel, or `None` where a part of it is not known (`missing_for_entry` names it)."""
        if self.keys.value is None or self.entry.value is None or self.confirm.value is None:
            return None
        return Panel(self.keys.value, self.entry.value, self.confirm.value, self.opening.value or ())

    @property
    def shape(self) -> CodeShape | None:
        """The shape of its codes, `None` where it is not known."""
        return self.code.value

    @property
    def pairs(self) -> Fact[bool]:
        """Whether it pairs with its car by the VIN, as sure as what says so; of most nobody says it.

        No source says of a radio that takes an owner's code how a second lock of it works: none has one here.
        """
        said = self.binding_text
        if not self.compares_vin:
            return Fact(None, Confidence.UNKNOWN)
        return Fact(True, said.confidence, said.sources, said.disputed)  # noqa: FBT003 - the value of a fact

    @property
    def counted(self) -> bool:
        """Say whether the presses of an entry can be counted beforehand from what is known.

        Where it is not known what the display opens with, or where the first press lands, a coach says
        "press until it shows 7" and never "press 7 times".
        """
        return self.panel is not None and self.panel.counted

    @property
    def takes_code(self) -> bool:
        """Say whether an owner may have to enter a code: not on one that only the car or a server unlocks.

        A doubtful binding shuts nothing out.
        """
        asks = any(word.shows is Shows.CODE for word in self.words.value or ())
        unlocked = self.binding.value in {Binding.VEHICLE, Binding.SERVER}
        return asks or not unlocked or self.binding.confidence is Confidence.DOUBTFUL

    def missing_for_entry(self) -> tuple[str, ...]:
        """Return the names of the facts that are missing before a code can be keyed in; empty: none."""
        needed = {"code": self.code, "keys": self.keys, "entry": self.entry, "confirm": self.confirm}
        return tuple(name for name, fact in needed.items() if not fact.known)

    def policy(self) -> LockPolicy:
        """Return the lock's rules, the cautious reading filled in where nobody knows (see `assumed`).

        Unknown schedule: 30 minutes after the first error, 120 after the second, then stop - without the stop
        where a source says that this lock is never final. Unknown clock: only while the radio is on. Unknown
        power cut: it starts the wait again, which is the reading under which nobody pulls a battery. Unknown
        or ranged power gap: the shortest.
        """
        waits = CAUTIOUS_WAITS if self.final.value is False else CAUTIOUS_SCHEDULE
        return LockPolicy(
            schedule=waits if self.schedule.value is None else self.schedule.value,
            clock_needs=self.clock_needs.value or ClockNeeds.RADIO_ON,
            power_cut=self.power_cut.value or PowerCutEffect.RESTART_WAIT,
            power_gap_ms_min=self.power_gap_ms.value[0] if self.power_gap_ms.value else 0,
            scrambled_ms=self.scrambled_ms.value or 0,
            pairs=self.compares_vin,
        )

    def wait_after(self, errors: int) -> Penalty | None:
        """Return what the `errors`-th wrong code brings under `policy()`; `None`: the next try at once.

        The answer is a fact only where `schedule.known`; otherwise it is the cautious guess.
        """
        return self.policy().penalty_after(errors)

    def assumed(self) -> tuple[str, ...]:
        """Return the names of the facts that `policy()` and `design()` had to assume."""
        guessed = {
            "display": self.display.known,
            "schedule": self.schedule.known,
            "clock_needs": self.clock_needs.known,
            "power_cut": self.power_cut.known,
            "power_gap_ms": self.power_gap_ms.known,
            "scrambled_ms": self.scrambled_ms.known,
        }
        names = [name for name, known in guessed.items() if not known]
        if self.panel is not None:
            if (
                isinstance(self.confirm.value, ConfirmBy)
                and self.confirm.value.hold_ms
                and not self.hold_ms.known
            ):
                names.append("hold_ms")
            if isinstance(self.entry.value, Cycle | Groups | Knob) and not self.entry_start.known:
                names.append("entry_start")
            if isinstance(self.entry.value, Cycle) and not self.entry_first.known:
                names.append("entry_first")
            if any(press.hold_ms for press in self.opening.value or ()):
                names.append("opening")
        names += [f"words.{shows}" for shows in self._wordless()]
        return tuple(names)

    def design(self, opening: Opening | None = None) -> "Design | None":
        """Return what a practice radio is built from, or `None` where `missing_for_entry` names something.

        `opening` is how its entry opens (one of the `openings` of a `Cycle`). Without it the first possible
        way is taken, and `assumed` names `entry_first` where there are others.
        A display that nobody counted is wide enough for every known word.
        For a state without a known word (`assumed` names it) the unit shows that its own word is missing.
        """
        # The unit is a large part of the head unit; only a practice radio needs it, a code does not.
        from radiokey.headunit.unit import Design  # noqa: PLC0415

        if self.panel is None or self.code.value is None:
            return None
        words = self.words.value or ()
        widest = max(NEUTRAL_WIDTH, self.code.value.length, *(len(word.text) for word in words))
        known = self.display.value or DisplayKind()
        display = replace(known, characters=known.characters or widest)
        return Design(self.code.value, self.panel.settled(opening), self.policy(), words, display)

    def _wordless(self) -> tuple[Shows, ...]:
        """Return the states of the lock that no known word of this model tells."""
        shown = {word.shows for word in self.words.value or ()}
        ends = any(isinstance(rung.penalty, Dead) for rung in self.policy().schedule)
        waits = shown & {Shows.WAIT, Shows.LOCKED, Shows.ARMED_OR_WAIT}
        wanted = (
            (Shows.CODE, Shows.CODE not in shown),
            (Shows.WAIT, not waits),
            (Shows.PERMANENT, ends and Shows.PERMANENT not in shown),
        )
        return tuple(shows for shows, missing in wanted if missing)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All models and sources, by id; `default` is the cautious model for "I don't know which radio"."""

    models: Mapping[str, Model]
    sources: Mapping[str, Source]
    default: Model
