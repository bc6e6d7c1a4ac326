"""A report about one answer: what was typed, masked, and what is answered to it (docs/spec/report.md).

Made here, shown whole, and sent by nobody but its owner. What is answered is found anew from what the report
holds, so a report says the same wherever it is opened; no code is derived for it.
"""

import json
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any, Final

from radiokey.catalogue.fitting import families_for
from radiokey.catalogue.index import cards
from radiokey.catalogue.load import load_model
from radiokey.catalogue.model import Model
from radiokey.catalogue.search import search_models, understand
from radiokey.catalogue.which import which_radio
from radiokey.code.reading import make_said, read_number
from radiokey.errors import InputError, SerialError
from radiokey.guide.load import load_guide
from radiokey.guide.masking import mask, mask_number
from radiokey.guide.model import Facts
from radiokey.guide.waiting import wait_answer
from radiokey.guide.walk import ERRORS_MAX, answer_display, ask_display, view
from radiokey.language.speech import gettext, later
from radiokey.serial.makes import among
from radiokey.serial.number import Reading

FORM: Final = 1
KIND: Final = "radiokey_report"
FILE_SIZE_MAX: Final = 4_000
"""A longer file is no report."""
_PASSES_MAX: Final = 4

FIRST: Final = 3
"""So many models of a search are named."""

_FIELDS: Final = frozenset({KIND, "version", "asked", "answered", "wrong", "expected"})

Answer = dict[str, str | int | bool | list[str]]


class What(StrEnum):
    """What a report can be about."""

    DISPLAY = "display"
    NUMBER = "number"
    SEARCH = "search"
    WAIT = "wait"
    ENTRY = "entry"


class Wrong(StrEnum):
    """What was wrong with the answer."""

    CODE_REFUSED = "code-refused"
    OTHER_MEANING = "other-meaning"
    OTHER_RADIO = "other-radio"
    NO_HELP = "no-help"
    OTHER = "other"


WRONG: Final = {
    Wrong.CODE_REFUSED: later("the radio refused the code"),
    Wrong.OTHER_MEANING: later("it means something else on my radio"),
    Wrong.OTHER_RADIO: later("it is another radio"),
    Wrong.NO_HELP: later("it did not help"),
    Wrong.OTHER: later("something else was wrong"),
}
"""What was wrong, in words."""


@dataclass(frozen=True, slots=True)
class Query:
    """What was asked: `text` is masked, `model` an id and `make` a make of the catalogue, or empty."""

    what: What
    text: str = ""
    model: str = ""
    make: str = ""
    errors: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """A whole report; `expected` is empty until somebody who knows the right answer fills it in."""

    version: str
    asked: Query
    answered: Answer
    wrong: Wrong
    expected: Answer

    def encode(self) -> str:
        """Return the text of the file."""
        return json.dumps({KIND: FORM} | asdict(self), indent=1, ensure_ascii=True) + "\n"


def make_report(asked: Query, wrong: Wrong, version: str) -> Report:
    """Return the report about what was typed: `asked` as it came, with all that is in it."""
    safe = masked(asked)
    return Report(version, safe, answer_to(safe), wrong, {})


def masked(asked: Query) -> Query:
    """Return `asked` without anything that could be a code, a number, a name or an address."""
    make = next((one for one in _makes() if asked.make and among(asked.make, (one,))), "")
    safe = replace(
        asked,
        model=asked.model if asked.model in cards() else "",
        make=make,
        errors=min(max(asked.errors, 0), ERRORS_MAX),
    )
    text = "" if asked.what in {What.WAIT, What.ENTRY} else asked.text
    for _ in range(_PASSES_MAX):  # what is left can look like a number that the whole text was not
        before, text = text, _mask(replace(safe, text=text))
        if text == before:
            return replace(safe, text=text)
    return replace(safe, text="")


def _mask(asked: Query) -> str:
    if asked.what is not What.NUMBER:
        return mask(asked.text)
    try:
        reading = _reading(asked)
    except SerialError:
        return mask(asked.text)
    return mask_number(asked.text, reading.serial)


def answer_to(asked: Query) -> Answer:
    """Return what is answered to a report's question, by name (docs/spec/report.md)."""
    match asked.what:
        case What.DISPLAY:
            return _of_display(asked)
        case What.NUMBER:
            return _of_number(asked)
        case What.SEARCH:
            models = [match.model for match in search_models(asked.text)]
            return {"makes": list(understand(asked.text).makes), "models": models[:FIRST]}
        case What.WAIT:
            waits = wait_answer(_model(asked), asked.errors)
            return {"known": waits.known, "final": waits.final}
        case What.ENTRY:
            model = _model(asked)
            return {
                "known": model is not None and model.panel is not None,
                "counted": bool(model and model.counted),
            }


def read_report(text: str) -> Report:
    """Return the report in a file; raise `InputError` for another file, or one that is not masked."""
    if len(text) > FILE_SIZE_MAX:
        raise _no_report(gettext("it is too long"))
    try:
        fields: dict[str, Any] = json.loads(text)
        if set(fields) != _FIELDS or fields[KIND] != FORM:
            raise _no_report(gettext("its fields are others"))
        raw = fields["asked"]
        asked = Query(What(raw["what"]), raw["text"], raw["model"], raw["make"], raw["errors"])
        report = Report(
            fields["version"], asked, fields["answered"], Wrong(fields["wrong"]), fields["expected"]
        )
        changed = masked(asked) != asked or set(raw) != set(asdict(asked))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise _no_report(gettext("it is not of this form")) from error
    if changed:
        raise _no_report(gettext("something in it is not masked"))
    return report


def _no_report(why: str) -> InputError:
    return InputError(
        gettext("this is no report that 'radiokey report' made: {why}", why=why),
        hint=gettext("docs/spec/report.md says what is in one"),
    )


def _makes() -> list[str]:
    return sorted({make for card in cards().values() for make in card.makes})


def _model(asked: Query) -> Model | None:
    return load_model(asked.model) if asked.model and not cards()[asked.model].default else None


def _of_display(asked: Query) -> Answer:
    guide = load_guide()
    at = ask_display(guide, Facts(model=asked.model or None))
    seen = view(guide, answer_display(guide, at, asked.text))
    shows = seen.facts.shows
    return {"step": seen.step, "shows": shows.value if shows else "", "errors": seen.facts.errors or 0}


def _reading(asked: Query) -> Reading:
    return read_number(asked.text, make=asked.make, radio=cards().get(asked.model))


def _of_number(asked: Query) -> Answer:
    try:
        reading = _reading(asked)
    except SerialError as error:
        return {"error": error.slug}
    radio = cards().get(asked.model)
    make = make_said(asked.text, asked.make, radio)
    family = next(iter(families_for(reading.serial, radio, make)), None)
    open_ = family is not None and family.needs_model and not asked.model
    question = which_radio(reading, make) if open_ else None
    return {
        "kind": reading.serial.kind,
        "family": "" if family is None else family.id,
        "choices": [] if question is None else [choice.id for choice in question.choices],
    }
