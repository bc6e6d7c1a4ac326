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
from radiokey.guide.spoken import either
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
from radiokey.language.speech import gettext, later, ngettext
from radiokey.serial.makes import among

_FACTS: Final = {
    "code": later("how long its code is and which digits it can hold"),
    "keys": later("which keys its panel has"),
    "entry": later("how a code is entered on it"),
    "confirm": later("which key confirms the code"),
}
_HANDBOOK: Final = later(
    "look in the car's handbook under radio or theft protection; a photo of the page answers it"
)
_BUTTONS: Final = "Buttons"
_ORDINALS: Final = (
    later("first"),
    later("second"),
    later("third"),
    later("fourth"),
    later("fifth"),
    later("sixth"),
    later("seventh"),
    later("eighth"),
)


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
            gettext("this radio takes no code: the car or a server unlocks it"),
            hint=model.ways.ask.value or gettext("ask a dealer of the make"),
            missing="code",
        )
    lacking = missing(model)
    panel, shape = model.panel, model.code.value
    if lacking or panel is None or shape is None:
        raise MissingFactError(
            gettext(
                "it is not known for this radio {what}", what=either([gettext(words) for _, words in lacking])
            ),
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
    return gettext(
        "it may have the keys of {model_id}, {name}: {question} If so, name that one. If not,",
        model_id=alike.model_id,
        name=name,
        question=alike.question,
    )


def _hints(model: Model) -> Iterator[str]:
    """Yield what an owner can do where the keys are not known: another panel, the handbook, what is known."""
    yield from map(_compare, stand_ins(model))
    yield f"{gettext(_HANDBOOK)}."
    yield from _in_words(model)


def _in_words(model: Model) -> Iterator[str]:
    """Yield what is known of the entry without being enough to key it in, and the look-alikes."""
    said = [gettext(fact.value) for fact in (model.entry_text, model.confirm_text) if fact.value is not None]
    if said:
        yield " ".join((gettext("What is known:"), *said))
    for other in map(load_model, model.look_alikes):
        yield gettext(
            "It may also be the {short}: {tell_apart}", short=other.short, tell_apart=other.tell_apart
        )


def _begin(model: Model) -> CoachStep:
    known = model.entry_start.value
    opened = "" if known is None else gettext("When the entry is open it reads {known}.", known=known)
    warnings = tuple(
        gettext("Sources disagree or are weak about {words}.", words=words)
        for fact, words in (
            (model.entry, gettext("the way of entering")),
            (model.confirm, gettext("the confirm key")),
        )
        if fact.confidence is Confidence.DOUBTFUL or fact.disputed
    )
    first = model.entry_first
    if isinstance(model.entry.value, Cycle) and first.known and first.confidence is not Confidence.OFFICIAL:
        warnings += (
            gettext(
                "Go by the display, not by the count: no maker's manual tells what the first press shows."
            ),
        )
    return CoachStep(
        Part.BEGIN,
        " ".join(
            (
                gettext("Ignition and radio on. The display asks for the code and shows no wait."),
                *((opened,) if opened else ()),
            )
        ),
        warnings=warnings,
    )


def _opening(panel: Panel) -> tuple[CoachStep, ...]:
    return tuple(
        CoachStep(
            Part.OPEN,
            gettext("Open the entry: {how}.", how=_hold(_named(panel, one.key), one.hold_ms)),
            presses=(Press(one.key, 1, one.hold_ms),),
            warnings=(gettext("Only once: on some radios a second time confirms what the display shows."),),
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
            gettext(
                "Press {key} once: the {place} digit, {character}.",
                key=_named(panel, one.key),
                place=_place(at),
                character=character,
            ),
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
        said = {"key": name, "place": _place(at), "character": character}
        exact = not isinstance(one, PressUntil)
        match one:
            case None:
                sentence = gettext("Leave {key} alone: the {place} place shows {character} already.", **said)
            case Press(times=times) if _goes_round(model, entry, shape.places[at], character):
                exact, last = False, shape.places[at][-1]
                sentence = gettext(
                    "Press {key} until the {place} place shows {character}; watch the display. "
                    "That is {times} if {first} follows {last}; no maker's manual tells that.",
                    **said,
                    times=_times(times),
                    first=shape.places[at][0],
                    last=last,
                )
            case Press(times=times):
                sentence = gettext(
                    "Press {key} until the {place} place shows {character}: {times}.",
                    **said,
                    times=_times(times),
                )
            case _:
                sentence = _until_sentence(entry, said, _possible(panel, shape, code, key))
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


def _until_sentence(entry: Cycle, said: dict[str, str], ways: tuple[tuple[Opening, int], ...]) -> str:
    """Say what to watch for; the counts only where it is known what the entry opens with."""
    if any(way.start != entry.start for way, _ in ways):
        return gettext(
            "If the {place} place shows {character} already, leave {key} alone. "
            "Otherwise press it until it does, and count nothing.",
            **said,
        )
    counts = [
        gettext(
            "{times} if the first press shows {character}", times=_times(times), character=way.first.character
        )
        for way, times in ways
        if isinstance(way.first, ShowsFirst)
    ]
    watched = gettext("Press {key} until the {place} place shows {character}; watch the display.", **said)
    return f"{watched} {gettext('That is {counts}.', counts=either(counts))}" if counts else watched


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
        said = {"place": _place(at), "character": character}
        if turn is None:
            move = gettext("Leave the {place} place: it shows {character} already.", **said)
        elif isinstance(turn, Press):
            move = gettext(
                "Use {key} until the {place} place shows {character}: {times}.",
                **said,
                key=_named(panel, turn.key),
                times=_times(turn.times),
            )
        else:
            move = gettext(
                "Use {key} until the {place} place shows {character}; count nothing.",
                **said,
                key=_named(panel, turn.key),
            )
        if at < len(places) - 1:
            move += f" {gettext('Then press {key} once to go on.', key=following)}"
        exact = not isinstance(turn, PressUntil)
        steps.append(CoachStep(Part.DIGIT, move, presses=tuple(place), exact=exact))
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
        sentence = gettext(
            "Press {key} until its part of the display shows {wanted}.",
            key=_named(panel, key),
            wanted=wanted or gettext("nothing"),
        )
        steps.append(CoachStep(Part.DIGIT, sentence, presses=(one,) if one else (), exact=False))
    return tuple(steps)


def _confirm(model: Model, panel: Panel, shown: str | None) -> tuple[CoachStep, ...]:
    read = CoachStep(
        Part.READ,
        gettext("Read the code on the display and compare it with yours, digit by digit."),
        display=shown,
        warnings=(gettext("If it differs, correct it now: nothing counts before it is confirmed."),),
    )
    match panel.confirm:
        case Automatic():
            return ()
        case ConfirmBy(key=key, hold_ms=hold_ms):
            warnings = [gettext("Once only. Then leave all keys alone.")]
            if hold_ms:
                warnings.insert(
                    0,
                    gettext(
                        "A quick press counts as no press, or as a wrong code. Hold it until it answers."
                    ),
                )
            if model.confirm.disputed or (hold_ms and model.hold_ms.confidence is Confidence.DOUBTFUL):
                warnings.append(gettext("Sources disagree about this key or how long to hold it."))
            return (
                read,
                CoachStep(
                    Part.CONFIRM,
                    gettext("Confirm: {how}.", how=_hold(_named(panel, key), hold_ms)),
                    presses=(Press(key, 1, hold_ms),),
                    warnings=tuple(warnings),
                ),
            )
        case _:
            assert_never(panel.confirm)


def _after(model: Model) -> CoachStep:
    automatic = isinstance(model.confirm.value, Automatic)
    lead = (gettext("The last digit confirms by itself."),) if automatic else ()
    return CoachStep(
        Part.AFTER,
        " ".join(
            (
                *lead,
                gettext(
                    "A dark screen for some seconds is the radio starting again: "
                    "wait a minute, then it plays."
                ),
            )
        ),
        warnings=(
            gettext("Does it refuse the code? Stop. Do not enter it again."),
            gettext("Leave ignition and supply alone until it plays."),
        ),
    )


def _named(panel: Panel, id_: str) -> str:
    key = next((key for key in panel.keys if key.id == id_), None)
    label = id_ if key is None or not key.label else key.label
    return gettext("key {label}", label=label) if len(label) == 1 else label


def _hold(name: str, hold_ms: int) -> str:
    if not hold_ms:
        return gettext("press {key} once, firmly", key=name)
    seconds = -(-hold_ms // SECOND_MS)
    return ngettext(
        "hold {key} until it beeps or answers, up to {n} second",
        "hold {key} until it beeps or answers, up to {n} seconds",
        seconds,
        key=name,
    )


def _place(at: int) -> str:
    return gettext(_ORDINALS[at]) if at < len(_ORDINALS) else gettext("{n}th", n=at + 1)


def _times(times: int) -> str:
    return ngettext("{n} press", "{n} presses", times)
