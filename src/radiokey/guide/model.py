"""The guide as data: steps, the arrows between them, the words a display can show.

A closed table, not a language: a step has ways out, a way has at most one condition and one effect, and both
come from the enums below. What a step *says* lives in `text/<lang>/<step>.md`; nothing here is a sentence.

Steps 0 to 4 of the owner's road (facts/units.md, section 2) cannot use up an attempt; only the step whose act
is `Act.COACH` does, and the ways into it are shut unless `Condition.MAY_ENTER` holds.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Final

from radiokey.catalogue.model import Model
from radiokey.headunit.display import Shows
from radiokey.language.speech import later


class Stage(StrEnum):
    """The road in the order it is walked; a page folds the stages behind the owner."""

    STOP = "stop"
    DISPLAY = "display"
    WAIT = "wait"
    RIGHT_CODE = "right-code"
    NUMBER = "number"
    CODE = "code"
    ENTER = "enter"
    AFTER = "after"
    ASIDE = "aside"


STAGE_NAMES: Final = {
    Stage.STOP: later("Stop"),
    Stage.DISPLAY: later("What it shows"),
    Stage.WAIT: later("Waiting"),
    Stage.RIGHT_CODE: later("The right code?"),
    Stage.NUMBER: later("The number"),
    Stage.CODE: later("The code"),
    Stage.ENTER: later("The entry"),
    Stage.AFTER: later("Afterwards"),
    Stage.ASIDE: later("Beside the road"),
}
"""What the stages are called on pages."""


class Act(StrEnum):
    """The page a step is done on, where it is more than reading and answering."""

    SERIAL = "serial"
    CODE = "code"
    COACH = "coach"
    WAITING = "waiting"
    SHEET = "sheet"
    PRACTICE = "practice"
    PREVENTION = "prevention"
    HAND_OVER = "hand-over"
    END = "end"
    USED = "used"
    QUESTIONS = "questions"


class Asks(StrEnum):
    """What a step asks for beside its own ways: answers that the catalogue or a number gives."""

    DISPLAY = "display"
    MODEL = "model"
    ERRORS = "errors"


class Tells(StrEnum):
    """What a step says about this radio, from the catalogue, beside its own words."""

    WAIT = "wait"
    PAPERS = "papers"
    KEYS = "keys"
    STICKER = "sticker"
    CODE = "code"
    ENTRY = "entry"
    END = "end"
    CHECKS = "checks"
    CAUSE = "cause"


class Condition(StrEnum):
    """When a way is open; judged on the facts gathered and on the model, nothing else."""

    ERRORS_UNKNOWN = "errors-unknown"
    ERRORS_KNOWN = "errors-known"
    KEYS_SHOW_SERIAL = "keys-show-serial"
    OWNER_SETS_CODE = "owner-sets-code"
    NO_CODE_EXISTS = "no-code-exists"
    MAY_ENTER = "may-enter"
    REFUSED_BEFORE = "refused-before"


SHOWN_SHUT = frozenset({Condition.MAY_ENTER})
"""Conditions whose way stays in sight, shut, with its reason; other ways that do not hold are left out."""


class Effect(StrEnum):
    """What taking a way adds to the facts gathered."""

    REFUSED = "refused"
    NEW_EVIDENCE = "new-evidence"
    WAIT_OVER = "wait-over"
    COUNTS_ERRORS = "counts-errors"
    COUNTS_LEFT = "counts-left"
    SHOWS_CODE = "shows-code"
    SHOWS_WAIT = "shows-wait"


class Level(StrEnum):
    """How bad it is: amber costs time, red cannot be undone."""

    AMBER = "amber"
    RED = "red"


LEVEL_NAMES: Final = {Level.AMBER: later("Mind"), Level.RED: later("Danger")}
"""What a level is called on a terminal."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A way out of a step: its id (its words stand in the step's text), where to, when, with what effect.

    Several ways of one step may share an id; the first that is open is the one taken. `blinks` marks the way
    of an owner who typed that the display blinks, or that it stands still: they are not asked.
    """

    id: str
    to: str
    when: Condition | None = None
    effect: Effect | None = None
    blinks: bool | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the road. `end` marks a place where the road may stop; every other step leads on."""

    id: str
    stage: Stage
    ways: tuple[Choice, ...]
    warnings: tuple[str, ...] = ()
    act: Act | None = None
    asks: Asks | None = None
    then: str | None = None
    end: bool = False
    tells: Tells | None = None


@dataclass(frozen=True, slots=True)
class Word:
    """A row of the table "what does it show?": spellings, and where it leads without knowing the radio.

    `says` are spellings as radios show them; a `#` stands for any number. A row without `says` is something
    the radio does rather than shows. `asks_model` says that the meaning depends on the radio. `unsure` is the
    question for a radio that uses one text for several states. `whole` says that some radio asks for its code
    with these words: they are not looked for inside a longer text.
    """

    id: str
    says: tuple[str, ...]
    to: str
    shows: Shows | None = None
    asks_model: bool = True
    unsure: str | None = None
    whole: bool = False


class WordTable(tuple[Word, ...]):  # noqa: SLOT001 - it keeps its hash
    """The rows of "what does it show?", in order: the key of what every look at a display finds."""

    @cached_property
    def _hash(self) -> int:
        return super().__hash__()

    def __hash__(self) -> int:
        return self._hash


@dataclass(frozen=True, slots=True)
class Special:
    """A model whose word leads elsewhere than its state alone would: by state, or by one word of it."""

    model: str
    to: str
    shows: Shows | None = None
    says: str | None = None


@dataclass(frozen=True, slots=True)
class StepText:
    """What a step says: what happens (`body`), the one thing to do, what not to do, the rest, the answers."""

    title: str
    body: str
    do: str
    dont: str
    more: str
    choices: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Warned:
    """A warning of the guide: id, level, and its words with the reason."""

    id: str
    level: Level
    text: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of this owner's case; never a code, never a serial number.

    `model`: `None` not asked yet, `""` the owner does not know. `errors`: wrong codes entered since the lock,
    `None` not known. `refused`: codes refused on this road. `evidence`: something new since the last refusal.
    `said`: what was typed from the display, until the next answer, see `words.remember`.
    """

    model: str | None = None
    word: str | None = None
    shows: Shows | None = None
    errors: int | None = None
    refused: int = 0
    evidence: bool = False
    said: str | None = None


@dataclass(frozen=True, slots=True)
class Guide:
    """The whole guide in one language. `model_of` finds a model by id, `models` lists (id, name)."""

    start: str
    steps: Mapping[str, Step]
    words: WordTable
    shows: Mapping[Shows, str]
    specials: tuple[Special, ...]
    levels: Mapping[str, Level]
    lang: str
    texts: Mapping[str, StepText]
    warnings: Mapping[str, str]
    sayings: Mapping[str, str]
    model_of: Callable[[str], Model] = field(repr=False)
    models: Callable[[], tuple[tuple[str, str], ...]] = field(repr=False)
