"""Reading the catalogue: the only module that opens its files.

`load_model` reads one model's file and that model's lines of the label table, because a start must stay
quick; `load_catalogue` reads everything, checks every source id, and keeps the result. A file that says
something wrong is refused with its name and the field. (The files are found beside this one:
`importlib.resources` would take longer to import than a model takes to read.)
"""

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeVar

from radiokey.catalogue import typed
from radiokey.catalogue.evidence import Evidence, Labels, read_labels, read_rows, weakest
from radiokey.catalogue.fact import Confidence, Fact
from radiokey.catalogue.model import (
    Binding,
    Catalogue,
    CountsShown,
    Model,
    Place,
    Source,
    SourceKind,
    Ways,
)
from radiokey.catalogue.stand_in import stand_ins
from radiokey.catalogue.table import Table, parsed
from radiokey.catalogue.vehicles import read_vehicles, read_years
from radiokey.code.family import FAMILIES
from radiokey.errors import CatalogueError
from radiokey.headunit.policy import ClockNeeds, PowerCutEffect

if TYPE_CHECKING:
    from radiokey.headunit.display import DisplayWord

T = TypeVar("T")

DEFAULT_ID: Final = "unknown"
"""The cautious model for "I don't know which radio"."""

LABELS_FILE: Final = "evidence-labels.toml"
TEXT_FIELDS: Final = (
    "unit_type", "binding_text", "trigger", "code_text", "code_origin", "entry_text", "confirm_text",
    "schedule_text", "clock_text", "power_cut_text", "final_text", "serial_text",
)  # fmt: skip
FIELDS: Final = (
    "makers", "vehicles", "years", *TEXT_FIELDS, "binding", "display", "code_length", "code_alphabet", "keys",
    "entry", "entry_start", "entry_first", "opening", "confirm", "hold_ms", "attempts_before_lock",
    "attempts_total", "schedule", "clock_needs", "power_cut", "power_gap_ms", "scrambled_ms",
    "counter_survives", "counts_shown", "final", "words", "places", "ways.ask", "ways.papers",
    "ways.cost", "ways.wait",
)  # fmt: skip
"""The facts that a file fills in or names in `unknown`."""

_HERE: Final = Path(__file__).parent
WAYS: Final = ("ask", "papers", "cost", "wait")
GAP_MS_MAX: Final = 600_000
ERRORS_MAX: Final = typed.ERRORS_MAX


def load_model(model_id: str) -> Model:
    """Return one model of the package, reading no other model's file."""
    if model_id not in model_ids():
        raise CatalogueError(
            f"no model {model_id!r} in the catalogue",
            hint="`radiokey models` lists them; `unknown` is the cautious one",
            model=model_id,
        )
    return _packaged_model(model_id)


@cache
def model_ids() -> tuple[str, ...]:
    """Return the ids of all models of the package, in order."""
    return tuple(sorted(path.stem for path in (_HERE / "models").glob("*.toml")))


@cache
def load_sources() -> Mapping[str, Source]:
    """Return all sources by id."""
    return read_sources(_package_text("sources.toml"))


@cache
def load_catalogue() -> Catalogue:
    """Return all models and sources of the package; the first call reads them."""
    sources = load_sources()
    models = {model_id: _packaged_model(model_id) for model_id in model_ids()}
    for model in models.values():
        _check_sources(model, sources, f"{model.id}.toml")
        _check_look_alikes(model, models)
    return Catalogue(MappingProxyType(models), sources, models[DEFAULT_ID])


def load_model_file(
    where: Path | str, *, labels: Labels | None = None, sources: Mapping[str, Source] | None = None
) -> Model:
    """Return the model of a file, or of the text of one; labels and sources are the package's by default."""
    text, file = (
        (where.read_text(encoding="utf-8"), where.name) if isinstance(where, Path) else (where, "model.toml")
    )
    model = read_model(text, file, load_labels() if labels is None else labels)
    _check_sources(model, load_sources() if sources is None else sources, file)
    return model


@cache
def load_labels() -> Labels:
    """Return what every evidence label means."""
    return read_labels(parsed(_package_text(LABELS_FILE), LABELS_FILE))


def _labels_of(model_id: str) -> Labels:
    """Return one model's part of the label table without parsing the others."""
    _, header, rest = _package_text(LABELS_FILE).partition(f"\n[{model_id}]\n")
    return read_labels(parsed(header + rest.partition("\n[")[0], LABELS_FILE))


@cache
def _packaged_model(model_id: str) -> Model:
    model = read_model(_package_text("models", f"{model_id}.toml"), f"{model_id}.toml", _labels_of(model_id))
    if model.id != model_id:
        raise CatalogueError(f"{model_id}.toml: id: expected {model_id!r}; {model.id!r} given", field="id")
    return model


def _package_text(*parts: str) -> str:
    return _HERE.joinpath(*parts).read_text(encoding="utf-8")


def read_sources(text: str, file: str = "sources.toml") -> Mapping[str, Source]:
    """Read a file of sources: one table each; only official and support kinds carry an address."""
    table = parsed(text, file)
    sources = {}
    for source_id in table.values:
        inner = table.table(source_id)
        kind = inner.choice("kind", SourceKind)
        url = inner.text("url", longest=1_000) if inner.has("url") else None
        if url is not None and not (kind.may_link and url.startswith(("https://", "http://"))):
            inner.fail("url", "only official and support pages are links", hint="leave the address out")
        if url is None and kind.may_link:
            inner.fail("url", "missing", hint="an official or support page is a link")
        sources[source_id] = Source(source_id, kind, inner.text("title", longest=200), url)
        inner.done()
    return MappingProxyType(sources)


def _check_sources(model: Model, sources: Mapping[str, Source], file: str) -> None:
    """Refuse a source id that nobody described."""
    for name in model.__slots__:
        value = getattr(model, name)
        facts = value if isinstance(value, tuple) else (value,)
        if isinstance(value, Ways):
            facts = (value.ask, value.papers, value.cost, value.wait)
        for fact in facts:
            for source in fact.sources if isinstance(fact, Fact) else ():
                if source not in sources:
                    raise CatalogueError(
                        f"{file}: evidence.sources: {source!r} is not in sources.toml",
                        hint="describe the source there, or correct its id",
                        file=file,
                        field="evidence.sources",
                    )


def _check_look_alikes(model: Model, models: Mapping[str, Model]) -> None:
    """Refuse a look-alike that is not there, and one that does not name this model in turn."""
    for other in model.look_alikes:
        if other not in models or model.id not in models[other].look_alikes:
            raise CatalogueError(
                f"{model.id}.toml: look_alikes: {other!r} does not name {model.id!r} in turn",
                hint="both files name each other",
                file=f"{model.id}.toml",
                field="look_alikes",
            )


def read_model(text: str, file: str, labels: Labels) -> Model:
    """Read one model from the text of its file."""
    return _Reader(parsed(text, file), labels).model()


Facts = dict[str, Any]
"""Facts by the fields of `Model` that they become; `Model` itself notices when one is missing."""


class _Reader:
    """Reads one file: first which fields are filled and what speaks for them, then the facts themselves."""

    def __init__(self, table: Table, labels: Labels) -> None:
        self.table = table
        self.id = table.text("id", longest=60)
        if not self.id.replace("_", "a").isalnum() or self.id != self.id.lower():
            table.wrong("id", "small letters, digits and underscores", self.id)
        self.unknown = table.texts("unknown")
        table.each_known("unknown", self.unknown, FIELDS, "a field that may be unknown")
        self.ways = table.table("ways")
        self.quirks = table.table("quirks")
        self.words: tuple[DisplayWord, ...] = ()
        self.places: tuple[Place, ...] = ()
        rows = read_rows(table, "evidence")
        self.best = rows[0].confidence
        self.evidence = Evidence(table, rows, labels.get(self.id, {}), self._filled())
        self.evidence.check_background(table, table.texts("background"))

    def _filled(self) -> list[str]:
        """Return the names of all filled fields; words, places and quirks have evidence one by one."""
        filled = []
        for field in FIELDS:
            table, key = (
                (self.ways, field.removeprefix("ways.")) if field.startswith("ways.") else (self.table, field)
            )
            if field in self.unknown:
                if table.has(key):
                    table.fail(key, "is filled in and named in `unknown`", hint="one of the two is wrong")
            elif field == "words":
                self.words = typed.words(table, key)
                filled += [f"words.{word.text}" for word in self.words]
            elif field == "places":
                self.places = typed.places(table, key)
                filled += [f"places.{place.kind}" for place in self.places]
            else:
                table.take(key)
                filled.append(field)
        filled += [f"quirks.{name}" for name in self.quirks.values]
        return list(dict.fromkeys(filled))

    def fact(self, field: str, read: Callable[[Table, str], T]) -> Fact[T]:
        """Return a field with its evidence; `read` is asked only where the field is known."""
        if field in self.unknown:
            return Fact(None, Confidence.UNKNOWN)
        return self.evidence.fact(field, read(self.table, field))

    def model(self) -> Model:
        """Read everything."""
        table = self.table
        families = table.texts("families")
        table.each_known("families", families, FAMILIES, "a family of codes")
        quirks = [(name, self.quirks.text(name)) for name in self.quirks.values]
        model = Model(
            id=self.id,
            name=table.text("name", longest=120),
            short=table.text("short", longest=60),
            tell_apart=table.text("tell_apart", longest=200),
            makes=table.texts("makes"),
            kinds=table.texts("kinds"),
            families=families,
            ways=Ways(**{name: self._way(name) for name in WAYS}),
            quirks=tuple(self.evidence.fact(f"quirks.{name}", text) for name, text in quirks),
            conflicts=table.texts("conflicts"),
            best=self.best,
            needs_label=table.texts("needs_label") if table.has("needs_label") else (),
            stand_in=stand_ins(table, "stand_in") if table.has("stand_in") else (),
            look_alikes=table.texts("look_alikes") if table.has("look_alikes") else (),
            unverified=table.flag("unverified", default=False),
            compares_vin=table.flag("compares_vin", default=False),
            default=table.flag("default", default=False),
            **self._texts(),
            **self._unit(),
            **self._panel(),
            **self._lock(),
        )
        for part in (table, self.ways, self.quirks):
            part.done()
        if model.compares_vin and (
            model.binding.value is not Binding.VEHICLE or not model.binding_text.sources
        ):
            table.fail("compares_vin", "needs a radio that is locked to its car, and a source that says how")
        return model

    def _way(self, name: str) -> Fact[str]:
        return self.fact(f"ways.{name}", lambda _, __: self.ways.text(name))

    def _texts(self) -> Facts:
        """Read the facts that are sentences."""
        return {field: self.fact(field, Table.text) for field in TEXT_FIELDS}

    def _unit(self) -> Facts:
        """Read what the unit is, what it shows, and where its number is."""
        words = tuple(self.evidence.fact(f"words.{word.text}", word) for word in self.words)
        places = tuple(self.evidence.fact(f"places.{place.kind}", place) for place in self.places)
        return {
            "makers": self.fact("makers", lambda t, f: t.texts(f, fewest=1)),
            "vehicles": self.fact("vehicles", lambda t, f: read_vehicles(t, f, t.texts("makes"))),
            "years": self.fact("years", read_years),
            "binding": self.fact("binding", lambda t, f: t.choice(f, Binding)),
            "display": self.fact("display", typed.display),
            "words": weakest(self.words or None, words),
            "word_facts": words,
            "places": weakest(self.places or None, places),
            "place_facts": places,
        }

    def _panel(self) -> Facts:
        """Read the code's shape and how it is keyed in."""
        length = self.fact("code_length", typed.code_length)
        alphabet = self.fact("code_alphabet", lambda t, f: typed.alphabet(t, f, t.take(f)))
        shape = typed.code_shape(self.table, length.value, alphabet.value)
        keys = self.fact("keys", typed.keys)
        start = self.fact("entry_start", Table.text)
        first = self.fact("entry_first", typed.first_press)
        hold_ms = self.fact("hold_ms", lambda t, f: t.number(f, 1, typed.HOLD_MS_MAX))
        return {
            "code_length": length,
            "code_alphabet": alphabet,
            "code": weakest(shape, (length, alphabet)),
            "keys": keys,
            "entry_start": start,
            "entry_first": first,
            "entry": self.fact(
                "entry", lambda t, _: typed.entry(t, shape, keys.value, start.value, first.value)
            ),
            "opening": self.fact("opening", lambda t, f: typed.opening(t, f, keys.value)),
            "hold_ms": hold_ms,
            "confirm": self.fact("confirm", lambda t, f: typed.confirm(t, f, keys.value, hold_ms.value)),
        }

    def _lock(self) -> Facts:
        """Read how the lock punishes wrong codes."""
        return {
            "attempts_before_lock": self.fact(
                "attempts_before_lock", lambda t, f: t.number(f, 1, ERRORS_MAX)
            ),
            "attempts_total": self.fact("attempts_total", lambda t, f: t.number(f, 1, ERRORS_MAX)),
            "schedule": self.fact("schedule", typed.schedule),
            "clock_needs": self.fact("clock_needs", lambda t, f: t.choice(f, ClockNeeds)),
            "power_cut": self.fact("power_cut", lambda t, f: t.choice(f, PowerCutEffect)),
            "power_gap_ms": self.fact("power_gap_ms", lambda t, f: t.span(f, 0, GAP_MS_MAX)),
            "scrambled_ms": self.fact("scrambled_ms", lambda t, f: t.number(f, 1, GAP_MS_MAX)),
            "counter_survives": self.fact("counter_survives", lambda t, f: t.flag(f)),
            "counts_shown": self.fact("counts_shown", lambda t, f: t.choice(f, CountsShown)),
            "final": self.fact("final", lambda t, f: t.flag(f)),
        }
