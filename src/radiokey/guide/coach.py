"""The entry, press by press: for one model and one code, what to do and what the display shows then.

Where it is not known what the display opens with, or where the first press on a dash lands, nothing is
counted: the sentence is "press until it shows 7", with the counts of every possibility where these are known.
Nothing is filled in: a missing fact is named by `MissingFactError`, and the owner is asked to look it up.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import accumulate
from typing import Final, assert_never

from radiokey.catalogue.fact import Confidence
from radiokey.catalogue.index import Suggestion, cards
from radiokey.catalogue.load import load_model
from radiokey.catalogue.model import Model
from radiokey.clock import SECOND_MS
from radiokey.code.value import AnyPress, Code, CodeShape, Press, PressUntil
from radiokey.errors import MissingFactError
from radiokey.headunit.first_press import Opening, ShowsFirst
from radiokey.headunit.panel import (
    Automatic,
    ConfirmBy,
    Cycle,
    Direct,
    Groups,
    Keying,
    Knob,
    Panel,
    begin,
    counted_presses,
    press,
    press_all,
    presses_for,
)
from radiokey.serial.makes import among

_FACTS: Final = {
    "code": "how long its code is and which digits it can hold",
    "keys": "which keys its panel has",
    "entry": "how a code is entered on it",
    "confirm": "which key confirms the code",
}
_HANDBOOK: Final = (
    "look in the car's handbook under radio or theft protection; a photo of the page answers it"
)
_BUTTONS: Final = "Buttons"
_ORDINALS: Final = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")


class Part(StrEnum):
    """Which part of the entry a step is."""

    BEGIN = "begin"
    OPEN = "open"
    DIGIT = "digit"
    READ = "read"
    CONFIRM = "confirm"
    AFTER = "after"


@dataclass(frozen=True, slots=True, repr=False)
class CoachStep:
    """One step of the entry. It holds digits of the code, so its repr shows none of them.

    `presses` are the lines of this step, none where there is only something to see. `display` is what the
    display shows afterwards, `None` where that is not known. `exact` says that the number of presses can be
    counted; otherwise the display decides.
    """

    part: Part
    sentence: str
    presses: tuple[AnyPress, ...] = ()
    display: str | None = None
    warnings: tuple[str, ...] = ()
    exact: bool = True

    def __repr__(self) -> str:
        return f"CoachStep({self.part.value}, ****)"


def stand_ins(model: Model) -> tuple[Suggestion, ...]:
    """Return the radios whose panel may be drawn for `model`, each after its question.

    None where its own is known. The catalogue states for which numbers, makes and cars a panel may stand in.
    So an owner who names a set that nobody described is offered what one who names none is offered, and reads
    the question first.
    """
    if model.panel is not None or not (model.unit_type.value or _BUTTONS).startswith(_BUTTONS):
        return ()
    cars = {word for car in model.vehicles.value or () for word in car.name.casefold().split()}
    return tuple(
        Suggestion(card.id, rule.question)
        for card in cards().values()
        for rule in card.stand_in
        if card.id != model.id
        and rule.kind in model.kinds
        and not cars.isdisjoint(rule.cars)
        and any(among(make, rule.makes) for make in model.makes)
    )


def missing(model: Model) -> tuple[tuple[str, str], ...]:
    """Return the facts that are missing before anything can be keyed in: (name, what it is in words)."""
    return tuple((name, _FACTS.get(name, name)) for name in model.missing_for_entry())


def coach(model: Model, code: Code) -> tuple[CoachStep, ...]:
    """Return the entry of `code` on `model`, step by step, from what must show to what happens afterwards.

    Raises `MissingFactError` where a fact is missing (its `facts["missing"]` names them), `CodeShapeError`
    where the code cannot be a code of this radio.
    """
    if not model.takes_code:
        raise MissingFactError(
            "this radio takes no code: the car or a server unlocks it",
            hint=model.ways.ask.value or "ask a dealer of the make",
            missing="code",
        )
    lacking = missing(model)
    panel, shape = model.panel, model.code.value
    if lacking or panel is None or shape is None:
        raise MissingFactError(
            f"it is not known for this radio {' or '.join(words for _, words in lacking)}",
            hint=" ".join(_hints(model)).removesuffix("."),
            missing=",".join(name for name, _ in lacking),
        )
    shape.check(code)
    digits = _digits(model, panel, shape, code)
    return (
        _begin(model),
        *_opening(panel),
        *digits,
        *_confirm(model, panel, digits[-1].display),
        _after(model),
    )


def _compare(alike: Suggestion) -> str:
    name = cards()[alike.model_id].name
    return f"it may have the keys of {alike.model_id}, {name}: {alike.question} If so, name that one. If not,"


def _hints(model: Model) -> Iterator[str]:
    """Yield what an owner can do where the keys are not known: another panel, the handbook, what is known."""
    yield from map(_compare, stand_ins(model))
    yield f"{_HANDBOOK}."
    yield from _in_words(model)


def _in_words(model: Model) -> Iterator[str]:
    """Yield what is known of the entry without being enough to key it in, and the look-alikes."""
    said = [fact.value for fact in (model.entry_text, model.confirm_text) if fact.value is not None]
    if said:
        yield " ".join(("What is known:", *said))
    for other in map(load_model, model.look_alikes):
        yield f"It may also be the {other.short}: {other.tell_apart}"


def _begin(model: Model) -> CoachStep:
    known = model.entry_start.value
    opened = "" if known is None else f" When the entry is open it reads {known}."
    warnings = tuple(
        f"Sources disagree or are weak about {words}."
        for fact, words in (
            (model.entry, "the way of entering"),
            (model.confirm, "the confirm key"),
        )
        if fact.confidence is Confidence.DOUBTFUL or fact.disputed
    )
    first = model.entry_first
    if isinstance(model.entry.value, Cycle) and first.known and first.confidence is not Confidence.OFFICIAL:
        warnings += (
            "Go by the display, not by the count: no maker's manual tells what the first press shows.",
        )
    return CoachStep(
        Part.BEGIN,
        f"Ignition and radio on. The display asks for the code and shows no wait.{opened}",
        warnings=warnings,
    )


def _opening(panel: Panel) -> tuple[CoachStep, ...]:
    return tuple(
        CoachStep(
            Part.OPEN,
            f"Open the entry: {_hold(_named(panel, one.key), one.hold_ms)}.",
            presses=(Press(one.key, 1, one.hold_ms),),
            warnings=("Only once: on some radios a second time confirms what the display shows.",),
        )
        for one in panel.opening
    )


def _digits(model: Model, panel: Panel, shape: CodeShape, code: Code) -> tuple[CoachStep, ...]:
    """Return a step per place or key. The presses are the panel's own: unit and coach cannot differ."""
    presses = presses_for(panel, shape, code)[len(panel.opening) :]
    if isinstance(panel.confirm, ConfirmBy):
        presses = presses[:-1]
    match panel.entry:
        case Direct():
            steps = _direct(presses, panel, code)
        case Cycle():
            steps = _cycle(model, panel.entry, presses, panel, code)
        case Knob():
            steps = _knob(panel.entry, presses, panel, code)
        case Groups():
            steps = _groups(panel.entry, presses, panel, shape, code)
        case _:
            assert_never(panel.entry)
    displays = _displays(panel, shape, [step.presses for step in steps])
    if not model.entry_start.known:
        return steps
    return tuple(replace(step, display=shown) for step, shown in zip(steps, displays, strict=True))


def _displays(panel: Panel, shape: CodeShape, steps: list[tuple[AnyPress, ...]]) -> list[str]:
    """Return what the display shows after each step, by pressing the keys of a simulated panel.

    Where the first press is not known any of its possibilities will do: a step ends on the same display.
    """
    panel = panel.settled()
    keying: Keying | Code = begin(panel, shape)
    for opening in panel.opening:
        assert isinstance(keying, Keying)
        keying = press(panel, shape, keying, opening.key, opening.hold_ms)
    shown = []
    for presses in steps:
        for one in presses:
            assert isinstance(keying, Keying), "nothing is left to key once the code is whole"
            keying = press_all(panel, shape, keying, one)
        shown.append(keying.text if isinstance(keying, Keying) else keying.reveal())
    return shown


def _direct(presses: tuple[AnyPress, ...], panel: Panel, code: Code) -> tuple[CoachStep, ...]:
    return tuple(
        CoachStep(
            Part.DIGIT,
            f"Press {_named(panel, one.key)} once: the {_place(at)} digit, {character}.",
            presses=(one,),
        )
        for at, (one, character) in enumerate(zip(presses, code.reveal(), strict=True))
    )


def _cycle(
    model: Model, entry: Cycle, presses: tuple[AnyPress, ...], panel: Panel, code: Code
) -> tuple[CoachStep, ...]:
    """Return a step per key; a place whose presses cannot be counted is left to the display."""
    shape = model.code.value
    assert shape is not None, "the coach raises where the shape is not known"
    by_key = {one.key: one for one in presses}
    steps = []
    for at, (key, character) in enumerate(zip(entry.keys, code.reveal(), strict=True)):
        one, name = by_key.get(key), _named(panel, key)
        target = f"the {_place(at)} place shows {character}"
        exact = not isinstance(one, PressUntil)
        match one:
            case None:
                sentence = f"Leave {name} alone: {target} already."
            case Press(times=times) if _goes_round(model, entry, shape.places[at], character):
                exact, last = False, shape.places[at][-1]
                sentence = (
                    f"Press {name} until {target}; watch the display. "
                    f"That is {_times(times)} if {shape.places[at][0]} follows {last}; "
                    "no maker's manual tells that."
                )
            case Press(times=times):
                sentence = f"Press {name} until {target}: {_times(times)}."
            case _:
                sentence = _until_sentence(entry, name, target, _possible(panel, shape, code, key))
        steps.append(CoachStep(Part.DIGIT, sentence, presses=(one,) if one else (), exact=exact))
    return tuple(steps)


def _goes_round(model: Model, entry: Cycle, places: str, character: str) -> bool:
    """Tell that `character` stands before what the first press shows, and no maker says how it is reached.

    A set whose first press shows 1 reaches 0 only past 9, and of some nobody states that it goes on there.
    """
    first = entry.first
    if not isinstance(first, ShowsFirst) or model.entry_first.confidence is Confidence.OFFICIAL:
        return False
    return places.index(character) < places.index(first.character)


def _possible(panel: Panel, shape: CodeShape, code: Code, key: str) -> tuple[tuple[Opening, int], ...]:
    """Return how often `key` is pressed under each way in which the entry may open."""
    assert isinstance(panel.entry, Cycle)
    return tuple(
        (way, sum(one.times for one in counted_presses(panel.settled(way), shape, code) if one.key == key))
        for way in panel.entry.openings
    )


def _until_sentence(entry: Cycle, name: str, target: str, ways: tuple[tuple[Opening, int], ...]) -> str:
    """Say what to watch for; the counts only where it is known what the entry opens with."""
    if any(way.start != entry.start for way, _ in ways):
        return (
            f"If {target} already, leave {name} alone. Otherwise press it until it does, and count nothing."
        )
    counts = [
        f"{_times(times)} if the first press shows {way.first.character}"
        for way, times in ways
        if isinstance(way.first, ShowsFirst)
    ]
    either = f" That is {' or '.join(counts)}." if counts else ""
    return f"Press {name} until {target}; watch the display.{either}"


def _knob(entry: Knob, presses: tuple[AnyPress, ...], panel: Panel, code: Code) -> tuple[CoachStep, ...]:
    """Return a step per place: the turns, then the key that goes on; the last place has none."""
    following = _named(panel, entry.next)
    places: list[list[AnyPress]] = [[]]
    for one in presses:
        places[-1].append(one)
        if one.key == entry.next:
            places.append([])
    steps = []
    for at, (place, character) in enumerate(zip(places, code.reveal(), strict=True)):
        turn = next((one for one in place if one.key != entry.next), None)
        move = f"Leave the {_place(at)} place: it shows {character} already"
        if turn is not None:
            move = f"Use {_named(panel, turn.key)} until the {_place(at)} place shows {character}"
            move += f": {_times(turn.times)}" if isinstance(turn, Press) else "; count nothing"
        end = "." if at == len(places) - 1 else f". Then press {following} once to go on."
        exact = not isinstance(turn, PressUntil)
        steps.append(CoachStep(Part.DIGIT, move + end, presses=tuple(place), exact=exact))
    return tuple(steps)


def _groups(
    entry: Groups, presses: tuple[AnyPress, ...], panel: Panel, shape: CodeShape, code: Code
) -> tuple[CoachStep, ...]:
    """Say each group by its digits; the display decides, because a held key counts on by itself."""
    by_key = {one.key: one for one in presses}
    text = code.reveal().rjust(shape.length)
    ends = accumulate(size for _, size in entry.groups)
    steps = []
    for (key, size), end in zip(entry.groups, ends, strict=True):
        wanted = text[end - size : end].strip()
        one = by_key.get(key)
        sentence = f"Press {_named(panel, key)} until its part of the display shows {wanted or 'nothing'}."
        steps.append(CoachStep(Part.DIGIT, sentence, presses=(one,) if one else (), exact=False))
    return tuple(steps)


def _confirm(model: Model, panel: Panel, shown: str | None) -> tuple[CoachStep, ...]:
    read = CoachStep(
        Part.READ,
        "Read the code on the display and compare it with yours, digit by digit.",
        display=shown,
        warnings=("If it differs, correct it now: nothing counts before it is confirmed.",),
    )
    match panel.confirm:
        case Automatic():
            return ()
        case ConfirmBy(key=key, hold_ms=hold_ms):
            warnings = ["Once only. Then leave all keys alone."]
            if hold_ms:
                warnings.insert(
                    0, "A quick press counts as no press, or as a wrong code. Hold it until it answers."
                )
            if model.confirm.disputed or (hold_ms and model.hold_ms.confidence is Confidence.DOUBTFUL):
                warnings.append("Sources disagree about this key or how long to hold it.")
            return (
                read,
                CoachStep(
                    Part.CONFIRM,
                    f"Confirm: {_hold(_named(panel, key), hold_ms)}.",
                    presses=(Press(key, 1, hold_ms),),
                    warnings=tuple(warnings),
                ),
            )
        case _:
            assert_never(panel.confirm)


def _after(model: Model) -> CoachStep:
    automatic = isinstance(model.confirm.value, Automatic)
    lead = "The last digit confirms by itself. " if automatic else ""
    return CoachStep(
        Part.AFTER,
        f"{lead}A dark screen for some seconds is the radio starting again: wait a minute, then it plays.",
        warnings=(
            "Does it refuse the code? Stop. Do not enter it again.",
            "Leave ignition and supply alone until it plays.",
        ),
    )


def _named(panel: Panel, id_: str) -> str:
    key = next((key for key in panel.keys if key.id == id_), None)
    label = id_ if key is None or not key.label else key.label
    return f"key {label}" if len(label) == 1 else label


def _hold(name: str, hold_ms: int) -> str:
    if not hold_ms:
        return f"press {name} once, firmly"
    seconds = -(-hold_ms // SECOND_MS)
    return f"hold {name} until it beeps or answers, up to {seconds} second{'s' if seconds != 1 else ''}"


def _place(at: int) -> str:
    return _ORDINALS[at] if at < len(_ORDINALS) else f"{at + 1}th"


def _times(times: int) -> str:
    return "1 press" if times == 1 else f"{times} presses"
