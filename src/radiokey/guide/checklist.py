"""The list to go through before a code is entered (claim 59, which the article leaves empty).

Some lines can be judged from what is known, the others only the owner can answer. An entry is ready when none
is false and the owner has said yes to the rest; `plan.py` never advises an entry while one is open.
"""

from dataclasses import dataclass
from typing import Final

from radiokey.catalogue.fact import Confidence
from radiokey.catalogue.model import Model
from radiokey.code.value import Code
from radiokey.errors import CodeShapeError
from radiokey.guide.words import entry_shut
from radiokey.headunit.display import Shows
from radiokey.language.speech import gettext, later, number

SUPPLY_VOLTS_MIN: Final = 12.4
"""Volts at the battery before an entry (claim 66; with the engine running up to 14.8)."""


@dataclass(frozen=True, slots=True)
class Check:
    """A line of the list. `holds`: `True` or `False` where it can be judged, `None` where the owner must."""

    id: str
    sentence: str
    holds: bool | None
    why: str = ""


def checklist(
    model: Model | None,
    code: Code | None = None,
    *,
    shows: Shows | None = None,
    errors: int | None = None,
    source_known: bool | None = None,
) -> tuple[Check, ...]:
    """Return the list for this radio and code; `None` for whatever is not known.

    `source_known`: the code comes from the unit's own papers, its maker, or a derivation for its number. No
    line ever shows the code.
    """
    return (
        Check(
            "source",
            gettext(
                "The code was given for the number on this unit, by its papers, its maker or this program."
            ),
            source_known,
            gettext("A code of one website, or of another unit, costs a try."),
        ),
        _shape(model, code),
        Check(
            "display",
            gettext("The display asks for the code; it shows no wait and no lock."),
            None if shows is None else not entry_shut(shows),
            gettext("Nothing keyed in during a wait counts, and on some radios it starts the wait again."),
        ),
        Check(
            "supply",
            gettext(
                "The supply is steady: {volts} volts or more, lights and blower off.",
                volts=number(SUPPLY_VOLTS_MIN),
            ),
            None,
            gettext("A dip can spoil the entry."),
        ),
        _tries(model, errors),
        _confirm(model),
    )


def ready(checks: tuple[Check, ...], confirmed: frozenset[str]) -> bool:
    """Say whether an entry may begin: no line is false, and the owner confirmed what cannot be judged."""
    return all(check.holds or (check.holds is None and check.id in confirmed) for check in checks)


def _shape(model: Model | None, code: Code | None) -> Check:
    sentence = gettext("The code has the right length, and only characters that the keys of this radio have.")
    if model is None or code is None or model.code.value is None:
        return Check(
            "shape", sentence, None, gettext("Count its digits and compare them with the keys on your radio.")
        )
    try:
        model.code.value.check(code)
    except CodeShapeError as error:
        return Check("shape", sentence, holds=False, why=f"{error.sentence}; {error.hint}")
    return Check("shape", sentence, holds=True)


def _tries(model: Model | None, errors: int | None) -> Check:
    sentence = gettext("You know how many codes were wrong so far, and what one more would bring.")
    why = gettext("Count those of a workshop and of other drivers too.")
    if model is None or not model.schedule.known or errors is None:
        return Check("tries", sentence, None, why)
    left = model.policy().tries_left(errors)
    if left == 0:
        return Check(
            "tries", sentence, holds=False, why=gettext("By its schedule this radio takes no code any more.")
        )
    return Check(
        "tries", sentence, True if left is None or left > 1 else None, why if left != 1 else gettext(_LAST)
    )


_NO_CONFIRM: Final = later("It is not known here for this radio; the handbook says it.")
_LAST: Final = later(
    "The next wrong code would be the last one: enter it only if nothing about it is in doubt."
)


def _confirm(model: Model | None) -> Check:
    sentence = gettext("You know which key confirms the code, and how long to hold it.")
    if model is None or not model.confirm.known:
        said = None if model is None or not model.confirm_text.value else gettext(model.confirm_text.value)
        why = (
            gettext("Only this much is known: {said}. The handbook says which.", said=said.rstrip("."))
            if said
            else gettext(_NO_CONFIRM)
        )
        return Check("confirm", sentence, None, why)
    if model.confirm.disputed or model.confirm.confidence is Confidence.DOUBTFUL:
        return Check(
            "confirm", sentence, None, gettext("Sources are weak or disagree; the handbook decides.")
        )
    return Check("confirm", sentence, holds=True)
