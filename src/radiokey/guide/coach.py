"""The entry, press by press: for one model and one code, what to do and what the display shows then.

Where it is not known what the display opens with, or where the first press on a dash lands, the owner counts
nothing: the sentence is "press until it shows 7", and a number of presses is given as help only. Nothing is
filled in: a missing fact is named by `MissingFactError`, and the owner is asked to look it up.
"""

from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate
from typing import Final, assert_never

from radiokey.catalogue.model import Confidence, Model
from radiokey.clock import SECOND_MS
from radiokey.code.value import Code, CodeShape, Press
from radiokey.errors import MissingFactError
from radiokey.headunit.panel import Automatic, ConfirmBy, Cycle, Direct, Entry, Groups, Key, Knob, Panel

_FACTS: Final = {
    "code": "how long its code is and which digits it can hold",
    "keys": "which keys its panel has",
    "entry": "how a code is entered on it",
    "confirm": "which key confirms the code",
}
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

    `presses` are the presses of this step, none where there is only something to see. `display` is what the
    display shows afterwards, `None` where that is not known. `exact` says that the number of presses can be
    counted; otherwise it is a help and the display decides.
    """

    part: Part
    sentence: str
    presses: tuple[Press, ...] = ()
    display: str | None = None
    warnings: tuple[str, ...] = ()
    exact: bool = True

    def __repr__(self) -> str:
        return f"CoachStep({self.part.value}, ****)"


def missing(model: Model) -> tuple[tuple[str, str], ...]:
    """Return the facts that are missing before anything can be keyed in: (name, what it is in words)."""
    return tuple((name, _FACTS.get(name, name)) for name in model.missing_for_entry())


def coach(model: Model, code: Code) -> tuple[CoachStep, ...]:
    """Return the entry of `code` on `model`, step by step, from what must show to what happens afterwards.

    Raises `MissingFactError` where a fact is missing (its `facts["missing"]` names them), `CodeShapeError` where
    the code cannot be a code of this radio.
    """
    lacking = missing(model)
    panel, shape = model.panel, model.code.value
    if lacking or panel is None or shape is None:
        raise MissingFactError(
            f"it is not known for this radio {' or '.join(words for _, words in lacking)}",
            hint="look in the car's handbook under radio or theft protection; a photo of the page answers it",
            missing=",".join(name for name, _ in lacking),
        )
    shape.check(code)
    keys = {key.id: key for key in panel.keys}
    return (
        _begin(model),
        *_opening(panel, keys),
        *_digits(model, panel.entry, shape, code, keys),
        *_confirm(model, panel, keys),
        _after(model),
    )


def _begin(model: Model) -> CoachStep:
    known = model.entry_start.value
    opened = "" if known is None else f" When the entry is open it reads {known}."
    warnings = tuple(
        f"Sources disagree or are weak about {words}."
        for fact, words in ((model.entry, "the way of entering"), (model.confirm, "the confirm key"))
        if fact.confidence is Confidence.DOUBTFUL or fact.disputed
    )
    return CoachStep(
        Part.BEGIN,
        f"Ignition and radio on. The display asks for the code and shows no wait.{opened}",
        warnings=warnings,
    )


def _opening(panel: Panel, keys: dict[str, Key]) -> tuple[CoachStep, ...]:
    return tuple(
        CoachStep(
            Part.OPEN,
            f"Open the entry: {_hold(_named(keys, press.key), press.hold_ms)}.",
            presses=(Press(press.key, 1, press.hold_ms),),
            warnings=("Only once: on some radios a second time confirms what the display shows.",),
        )
        for press in panel.opening
    )


def _digits(
    model: Model, entry: Entry, shape: CodeShape, code: Code, keys: dict[str, Key]
) -> tuple[CoachStep, ...]:
    text = code.reveal()
    match entry:
        case Direct():
            return _direct(entry, text, keys)
        case Cycle():
            return _cycle(model, entry, shape, text, keys)
        case Knob():
            return _knob(entry, shape, text, keys)
        case Groups():
            return _groups(model, entry, shape, text, keys)
        case _:
            assert_never(entry)


def _direct(entry: Direct, text: str, keys: dict[str, Key]) -> tuple[CoachStep, ...]:
    by_character = dict(entry.keys)
    return tuple(
        CoachStep(
            Part.DIGIT,
            f"Press {_named(keys, by_character[character])} once: that is the {_place(at)} digit, {character}.",
            presses=(Press(by_character[character]),),
        )
        for at, character in enumerate(text)
    )


def _cycle(
    model: Model, entry: Cycle, shape: CodeShape, text: str, keys: dict[str, Key]
) -> tuple[CoachStep, ...]:
    shown = list(entry.start)
    steps = []
    for at, character in enumerate(text):
        alphabet, key = shape.places[at], _named(keys, entry.keys[at])
        before = entry.start[at]
        counted = model.entry_start.known and (before in alphabet or model.entry_first.known)
        times = _cycled(alphabet, before, entry.first, character)
        shown[at] = character
        steps.append(
            CoachStep(
                Part.DIGIT,
                _cycle_sentence(key, at, character, times, exact=counted),
                presses=(Press(entry.keys[at], times),) if times else (),
                display="".join(shown) if model.entry_start.known else None,
                exact=counted,
            )
        )
    return tuple(steps)


def _cycle_sentence(key: str, at: int, character: str, times: int, *, exact: bool) -> str:
    target = f"the {_place(at)} place shows {character}"
    if exact:
        if times == 0:
            return f"Leave {key} alone: {target} already."
        return f"Press {key} until {target}: {_times(times)}."
    if times == 0:
        return f"If {target} already, leave {key} alone. Otherwise press it until it does."
    return f"Press {key} until {target}. Watch the display; it will be about {_times(times)}."


def _cycled(alphabet: str, before: str, first: str, wanted: str) -> int:
    """Return how many presses lead from `before` to `wanted`; from a dash the first press shows `first`."""
    if before in alphabet:
        return (alphabet.index(wanted) - alphabet.index(before)) % len(alphabet)
    start = alphabet.index(first) if first in alphabet else 0
    return 1 + (alphabet.index(wanted) - start) % len(alphabet)


def _knob(entry: Knob, shape: CodeShape, text: str, keys: dict[str, Key]) -> tuple[CoachStep, ...]:
    up, down, onward = _named(keys, entry.up), _named(keys, entry.down), _named(keys, entry.next)
    steps = []
    for at, character in enumerate(text):
        alphabet, before = shape.places[at], entry.start[at]
        upward = _cycled(alphabet, before, entry.start[at], character)
        downward = len(alphabet) - upward if before in alphabet else upward + 1
        key, name, times = (entry.up, up, upward) if upward <= downward else (entry.down, down, downward)
        presses = [Press(key, times)] if times else []
        last = at == len(text) - 1
        if not last:
            presses.append(Press(entry.next))
        move = f"Use {name} until the {_place(at)} place shows {character}: {_times(times)}"
        move = move if times else f"Leave the {_place(at)} place: it shows {character} already"
        steps.append(
            CoachStep(
                Part.DIGIT,
                f"{move}." if last else f"{move}. Then press {onward} once to go on.",
                presses=tuple(presses),
                display=text[: at + 1] + entry.start[at + 1 :],
            )
        )
    return tuple(steps)


def _groups(
    model: Model, entry: Groups, shape: CodeShape, text: str, keys: dict[str, Key]
) -> tuple[CoachStep, ...]:
    """Say each group by its digits; the display decides, a held key counts by itself on these radios."""
    padded = text.rjust(shape.length, " ") if len(text) < shape.length else text
    ends = tuple(accumulate(size for _, size in entry.groups))
    steps = []
    for (key, size), end in zip(entry.groups, ends, strict=True):
        wanted = padded[end - size : end].strip()
        steps.append(
            CoachStep(
                Part.DIGIT,
                f"Press {_named(keys, key)} until its part of the display shows {wanted or 'nothing'}.",
                presses=_grouped(entry, shape, padded, key, end - size, end),
                display=padded[:end] + entry.start[end:] if model.entry_start.known else None,
                exact=False,
            )
        )
    return tuple(steps)


def _grouped(
    entry: Groups, shape: CodeShape, wanted: str, key: str, begin: int, end: int
) -> tuple[Press, ...]:
    """Return the presses of one group that counts up through all its numbers, in the order of its places."""
    value = 0
    before = 0
    size = 1
    for at in range(begin, end):
        alphabet = shape.places[at]
        size *= len(alphabet)
        value = value * len(alphabet) + (alphabet.index(wanted[at]) if wanted[at] in alphabet else 0)
        start = entry.start[at]
        before = before * len(alphabet) + (alphabet.index(start) if start in alphabet else 0)
    times = (value - before) % size
    return (Press(key, times),) if times else ()


def _confirm(model: Model, panel: Panel, keys: dict[str, Key]) -> tuple[CoachStep, ...]:
    read = CoachStep(
        Part.READ,
        "Read the code on the display and compare it with yours, digit by digit.",
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
                    f"Confirm: {_hold(_named(keys, key), hold_ms)}.",
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


def _named(keys: dict[str, Key], id_: str) -> str:
    key = keys.get(id_)
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
