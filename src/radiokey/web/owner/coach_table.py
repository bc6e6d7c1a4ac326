"""The coach as a table, by which a phone without a network says the presses of a code (ADR 41).

Its sentences, keys and displays are what `guide.coach` answers, asked for every character at every place; the
pages are the coach's own, with a mark where something depends on the code. The script that fills them in
(`static/presses.js`) looks up and puts in; it counts nothing. docs/spec/coach-table.md has the format.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from itertools import product
from types import SimpleNamespace
from typing import Any, Final

from litestar import MediaType, Response, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from markupsafe import Markup

from radiokey.catalogue.model import Model
from radiokey.code.value import CODE_LENGTH_MAX, AnyPress, Code, CodeShape
from radiokey.errors import RadiokeyError
from radiokey.guide.coach import CoachStep, Part, coach
from radiokey.headunit.display import DisplayKind
from radiokey.headunit.first_press import BLANK
from radiokey.headunit.panel import Groups, Panel
from radiokey.web.draw.display import display_table
from radiokey.web.draw.panel import badge_of, panel_drawing, panel_svg, title_of
from radiokey.web.http.build import build_name
from radiokey.web.http.problems import form_problem
from radiokey.web.http.render import NO_STORE, Pages
from radiokey.web.http.visits import Problem, Visit
from radiokey.web.owner.code import after
from radiokey.web.owner.entry import both_needed, gone
from radiokey.web.site import Site

ERRORS_TOLD: Final = ("", *map(str, range(11)))
REFUSALS_TOLD: Final = ("", "1", "2", "3")
"""What an owner can have said before: how many codes were wrong, how many of them were refused."""
_MODEL_MARK: Final = "{model}"
Shown = tuple[str | int, ...]
"""What a display shows: characters, and numbers of characters of the code."""


class Texts:
    """Texts, each once, by number."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def number(self, text: str) -> int:
        """Return the number of a text."""
        return self._numbers.setdefault(text, len(self._numbers))

    def all(self) -> list[str]:
        """Return them by number."""
        return list(self._numbers)


def keyed_models(site: Site) -> list[Model]:
    """Return the radios whose keys are known."""
    return [one for one in site.catalogue.models.values() if one.panel is not None]


def code_lengths(model: Model) -> range:
    """Return how many characters a code of this radio can have."""
    shape = _shape(model)
    return range(shape.shortest, shape.length + 1)


# --- what depends on the code -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DigitStep:
    """What one step says of the characters `first` to before `end` of a code, by what they are."""

    first: int
    end: int
    steps: dict[str, CoachStep]


class Entry:
    """The entry of the codes of one length, found by asking the coach.

    `steps` are those of one of these codes; `shows` has what the display shows after each, `None` where that
    is not known.
    """

    def __init__(self, model: Model, length: int) -> None:
        shape = _shape(model)
        self._model, self._length = model, length
        self._alphabets = shape.places[shape.length - length :]
        self._code = tuple(alphabet[0] for alphabet in self._alphabets)
        self.steps = coach(model, Code("".join(self._code)))
        self.digits = [at for at, step in enumerate(self.steps) if step.part is Part.DIGIT]
        others = [self._with(at, alphabet[-1]) for at, alphabet in enumerate(self._alphabets)]
        self.shows = [_shown(at, self.steps, others) for at in range(len(self.steps))]

    def places(self) -> list[DigitStep]:
        """Return what the steps of `digits` say of other codes, asked for every character at every place."""
        spans = _spans(_panel(self._model), _shape(self._model), self._length)
        return [
            DigitStep(first, end, {value: self._with(first, value)[at] for value in self._values(first, end)})
            for at, (first, end) in zip(self.digits, spans, strict=True)
        ]

    def _values(self, first: int, end: int) -> Iterator[str]:
        return map("".join, product(*self._alphabets[first:end]))

    def _with(self, first: int, value: str) -> tuple[CoachStep, ...]:
        """Return the steps of the code that has `value` from `first` on."""
        return coach(
            self._model, Code("".join((*self._code[:first], *value, *self._code[first + len(value) :])))
        )


def _spans(panel: Panel, shape: CodeShape, length: int) -> Iterator[tuple[int, int]]:
    """Yield which characters of a code each step keys."""
    if not isinstance(panel.entry, Groups):
        yield from ((at, at + 1) for at in range(length))
        return
    end = length - shape.length
    for _, size in panel.entry.groups:
        end += size
        yield max(0, end - size), max(0, end)


def _shown(at: int, steps: tuple[CoachStep, ...], others: list[tuple[CoachStep, ...]]) -> Shown | None:
    """Return what a step's display shows; `others` differ from `steps` in one character of the code each."""
    text = steps[at].display
    if text is None:
        return None
    found: list[str | int] = list(text)
    for number, other in enumerate(others):
        display = other[at].display or ""
        found = [number if text[place] != display[place] else one for place, one in enumerate(found)]
    return tuple(found)


# --- the table ----------------------------------------------------------------------------------------------


def coach_table(site: Site) -> dict[str, Any]:
    """Return the table of all radios, in the language that is spoken, ready to be sent."""
    texts = Texts()
    displays: dict[DisplayKind, int] = {}
    models = {one.id: _model_table(site.pages, one, texts, displays) for one in keyed_models(site)}
    shapes = [_shape(one) for one in keyed_models(site)]
    characters = {BLANK, " ", *(one for shape in shapes for place in shape.places for one in place)}
    longest = max(shape.length for shape in shapes)
    marked = next(iter(models))
    ways = {
        f"{errors}.{refused}": [
            link.replace(f".{marked}.", f".{_MODEL_MARK}.")
            for link in after(site, Visit(model=marked, errors=errors, refused=refused)).values()
        ]
        for errors in ERRORS_TOLD
        for refused in REFUSALS_TOLD
    }
    said = {
        "gone": _said(site.pages, gone()),
        "both": _said(site.pages, form_problem(both_needed())),
        "none": _said(site.pages, _refusal("")),
    }
    return {
        "models": models,
        "displays": [display_table(kind, characters, longest) for kind in displays],
        "after": ways,
        "said": said,
        "texts": texts.all(),
    }


def _model_table(
    pages: Pages, model: Model, texts: Texts, displays: dict[DisplayKind, int]
) -> dict[str, Any]:
    shape, panel = _shape(model), _panel(model)
    lengths = {length: _length_table(Entry(model, length), panel, texts) for length in code_lengths(model)}
    filling = "".join(alphabet[0] for alphabet in shape.places)

    def said(text: str) -> int:
        return texts.number(_said(pages, _refusal(text, shape)))

    return {
        "lengths": lengths,
        "places": shape.places,
        "wrong_length": {
            length: said(filling[:1] * length)
            for length in range(1, CODE_LENGTH_MAX + 1)
            if length not in lengths
        },
        "wrong_place": {
            length: [said(f"{filling[-length:][:at]}Z{filling[-length:][at + 1 :]}") for at in range(length)]
            for length in lengths
        },
        "panel": panel_drawing(panel),
        "display": displays.setdefault(model.display.value or DisplayKind(), len(displays)),
    }


def _length_table(entry: Entry, panel: Panel, texts: Texts) -> dict[str, Any]:
    digits = [
        [
            place.first,
            place.end,
            {
                value: [texts.number(str(Markup.escape(step.sentence))), *_press(step.presses, panel, texts)]
                for value, step in place.steps.items()
            },
        ]
        for place in entry.places()
    ]
    return {"first": entry.digits[0], "digits": digits, "shows": entry.shows}


def _press(presses: tuple[AnyPress, ...], panel: Panel, texts: Texts) -> list[Any]:
    """Return key, badge and title of the picture; the title alone where no key is pressed."""
    if not presses:
        return [None, "", texts.number(escape(title_of(panel)))]
    one = presses[0]
    return [one.key, badge_of(one), texts.number(escape(title_of(panel, one)))]


def _refusal(text: str, shape: CodeShape | None = None) -> Problem:
    """Return what is said of a code that is none, or none of this shape."""
    try:
        code = Code(text)
        assert shape is not None, "this is a code"
        shape.check(code)
    except RadiokeyError as problem:
        return form_problem(problem)
    raise AssertionError(text)


def _said(pages: Pages, problem: Problem) -> str:
    return pages.render("owner/coach_problem.html", problem=problem)


def _shape(model: Model) -> CodeShape:
    shape = model.code.value
    assert shape is not None, "a radio whose keys are known has a code"
    return shape


def _panel(model: Model) -> Panel:
    assert model.panel is not None, "only radios with keys are here"
    return model.panel


# --- the pages ----------------------------------------------------------------------------------------------


def coach_frame(site: Site, model: Model, length: int) -> str:
    """Return the coach's page for codes of that length, with marks where something depends on the code."""
    entry = Entry(model, length)
    ways = enumerate(after(site, Visit(model=model.id)))
    return site.pages.render(
        "owner/coach.html",
        model=model,
        steps=[_marked(at, step, entry.shows[at]) for at, step in enumerate(entry.steps)],
        released=False,
        practise=f"/practice/{model.id}",
        after={text: f"{{after {at}}}" for at, text in ways},
        display=_display_or_mark,
        panel=_panel_or_mark,
    )


def _marked(at: int, step: CoachStep, shows: Shown | None) -> SimpleNamespace:
    """Return a step as the page takes one."""
    digit = step.part is Part.DIGIT
    return SimpleNamespace(
        sentence=f"{{says {at}}}" if digit else step.sentence,
        presses=(f"{{panel {at}}}",) if digit else step.presses,
        display=None if shows is None else f"{{text {at}}}",
        warnings=step.warnings,
    )


def _display_or_mark(mark: str, _: object) -> Markup:
    return Markup(mark.replace("{text", "{display"))  # noqa: S704 - no more than the mark


def _panel_or_mark(panel: Panel, press: AnyPress | str | None) -> Markup:
    return Markup(press if isinstance(press, str) else panel_svg(panel, press))  # noqa: S704 - ours


@get("/coach/table/{build:str}", sync_to_thread=True)
def show_table(site: NamedDependency[Site], build: FromPath[str]) -> Response[dict[str, Any]]:
    """Return the coach as a table; of another build there is none."""
    if build != build_name():
        raise NotFoundException
    return Response(coach_table(site), headers=dict(NO_STORE))


@get("/coach/frame/{build:str}", sync_to_thread=True)
def show_frame(
    site: NamedDependency[Site], build: FromPath[str], model: FromQuery[str] = "", length: FromQuery[str] = ""
) -> Response[bytes]:
    """Return the page of a radio to be filled in; of another build, or without keys, there is none."""
    named = site.model(model)
    lengths = code_lengths(named) if named is not None and named.panel is not None else ()
    if named is None or build != build_name() or length not in map(str, lengths):
        raise NotFoundException
    frame = coach_frame(site, named, int(length))
    return Response(frame.encode(), media_type=MediaType.HTML, headers=dict(NO_STORE))


HANDLERS: Final = (show_table, show_frame)
