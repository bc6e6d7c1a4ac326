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
from typing import Final, TypeVar

from radiokey.catalogue import typed
from radiokey.catalogue.evidence import Evidence, Label, Labels, read_labels, read_rows, weakest
from radiokey.catalogue.model import (
    Binding,
    Catalogue,
    Confidence,
    CountsShown,
    Fact,
    Model,
    Source,
    SourceKind,
    Ways,
)
from radiokey.catalogue.table import Table, parsed
from radiokey.code.family import FAMILIES
from radiokey.errors import CatalogueError
from radiokey.headunit.policy import ClockNeeds, PowerCutEffect

T = TypeVar("T")

DEFAULT_ID: Final = "unknown"
"""The cautious model for "I don't know which radio"."""

LABELS_FILE: Final = "evidence-labels.toml"
TEXT_FIELDS: Final = (
    "years", "unit_type", "binding_text", "trigger", "code_text", "code_origin", "entry_text", "confirm_text",
    "schedule_text", "clock_text", "power_cut_text", "final_text", "serial_text",
)  # fmt: skip
FIELDS: Final = (
    "makers", "vehicles", *TEXT_FIELDS, "binding", "display", "code_length", "code_alphabet", "keys", "entry",
    "entry_start", "entry_first", "opening", "confirm", "hold_ms", "attempts_before_lock", "attempts_total",
    "schedule", "clock_needs", "power_cut", "power_gap_ms", "scrambled_ms", "counter_survives",
    "counts_shown", "final", "words", "places", "ways.ask", "ways.papers", "ways.cost", "ways.wait",
)  # fmt: skip
"""The facts that a file fills in or names in `unknown`."""

_HERE: Final = Path(__file__).parent
WAYS: Final = ("ask", "papers", "cost", "wait")
GAP_MS_MAX: Final = 600_000


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


def read_model(text: str, file: str, labels: Labels) -> Model:
    """Read one model from the text of its file."""
    return _Reader(parsed(text, file), labels).model()


class _Reader:
    """Reads one file: first the values, then which of them are filled, then the evidence for each."""

    def __init__(self, table: Table, labels: Labels) -> None:
        self.table = table
        self.id = table.text("id", longest=60)
        if not self.id.replace("_", "a").isalnum() or self.id != self.id.lower():
            table.wrong("id", "small letters, digits and underscores", self.id)
        self.labels: Mapping[str, Label] = labels.get(self.id, {})
        self.unknown = table.texts("unknown")
        table.each_known("unknown", self.unknown, FIELDS, "a field that may be unknown")
        self.values: dict[str, object] = {}

    def value(self, field: str, read: Callable[[Table, str], T]) -> T | None:
        """Return a field's value, or `None` where the file says that it is not known."""
        if field in self.unknown:
            if self.table.has(field):
                self.table.fail(field, "is filled in and named in `unknown`", hint="one of the two is wrong")
            return None
        value = read(self.table, field)
        self.values[field] = value
        return value

    def model(self) -> Model:
        """Read everything."""
        table = self.table
        texts = {field: self.value(field, Table.text) for field in TEXT_FIELDS}
        makers = self.value("makers", lambda t, f: t.texts(f, fewest=1))
        vehicles = self.value("vehicles", lambda t, f: t.texts(f, fewest=1))
        binding = self.value("binding", lambda t, f: t.choice(f, Binding))
        display = self.value("display", typed.display)
        length = self.value("code_length", typed.code_length)
        alphabet = self.value("code_alphabet", lambda t, f: typed.alphabet(t, f, t.take(f)))
        shape = typed.code_shape(table, length, alphabet)
        keys = self.value("keys", typed.keys)
        start = self.value("entry_start", Table.text)
        first = self.value("entry_first", Table.text)
        entry = self.value("entry", lambda t, _: typed.entry(t, shape, keys, start, first))
        opening = self.value("opening", lambda t, f: typed.opening(t, f, keys))
        hold_ms = self.value("hold_ms", lambda t, f: t.number(f, 1, typed.HOLD_MS_MAX))
        confirm = self.value("confirm", lambda t, f: typed.confirm(t, f, keys, hold_ms))
        before = self.value("attempts_before_lock", lambda t, f: t.number(f, 1, typed.ERRORS_MAX))
        total = self.value("attempts_total", lambda t, f: t.number(f, 1, typed.ERRORS_MAX))
        schedule = self.value("schedule", typed.schedule)
        clock_needs = self.value("clock_needs", lambda t, f: t.choice(f, ClockNeeds))
        power_cut = self.value("power_cut", lambda t, f: t.choice(f, PowerCutEffect))
        gap = self.value("power_gap_ms", lambda t, f: t.span(f, 0, GAP_MS_MAX))
        scrambled = self.value("scrambled_ms", lambda t, f: t.number(f, 1, GAP_MS_MAX))
        survives = self.value("counter_survives", lambda t, f: t.flag(f))
        shown = self.value("counts_shown", lambda t, f: t.choice(f, CountsShown))
        final = self.value("final", lambda t, f: t.flag(f))
        words = self.value("words", typed.words)
        places = self.value("places", typed.places)
        ways = self._ways()
        quirks = self._quirks()
        evidence = self._evidence(quirks)
        fact = evidence.fact
        said = {field: fact(field, value) for field, value in texts.items()}
        lengths, alphabets = fact("code_length", length), fact("code_alphabet", alphabet)
        word_facts = tuple(fact(f"words.{word.text}", word) for word in words or ())
        place_facts = tuple(fact(f"places.{place.kind}", place) for place in places or ())
        model = Model(
            id=self.id,
            name=table.text("name", longest=120),
            makes=table.texts("makes"),
            makers=fact("makers", makers),
            vehicles=fact("vehicles", vehicles),
            binding=fact("binding", binding),
            words=weakest(words, word_facts),
            word_facts=word_facts,
            display=fact("display", display),
            code=weakest(shape, (lengths, alphabets)),
            code_length=lengths,
            code_alphabet=alphabets,
            keys=fact("keys", keys),
            entry=fact("entry", entry),
            entry_start=fact("entry_start", start),
            entry_first=fact("entry_first", first),
            opening=fact("opening", opening),
            confirm=fact("confirm", confirm),
            hold_ms=fact("hold_ms", hold_ms),
            attempts_before_lock=fact("attempts_before_lock", before),
            attempts_total=fact("attempts_total", total),
            schedule=fact("schedule", schedule),
            clock_needs=fact("clock_needs", clock_needs),
            power_cut=fact("power_cut", power_cut),
            power_gap_ms=fact("power_gap_ms", gap),
            scrambled_ms=fact("scrambled_ms", scrambled),
            counter_survives=fact("counter_survives", survives),
            counts_shown=fact("counts_shown", shown),
            final=fact("final", final),
            places=weakest(places, place_facts),
            place_facts=place_facts,
            kinds=table.texts("kinds"),
            families=self._families(),
            ways=Ways(**{name: fact(f"ways.{name}", ways[name]) for name in WAYS}),
            quirks=tuple(fact(f"quirks.{name}", text) for name, text in quirks.items()),
            conflicts=table.texts("conflicts"),
            best=self.best,
            needs_label=table.texts("needs_label") if table.has("needs_label") else (),
            stand_in=typed.stand_ins(table, "stand_in") if table.has("stand_in") else (),
            unverified=table.flag("unverified", default=False),
            default=table.flag("default", default=False),
            **said,
        )
        table.done()
        return model

    def _families(self) -> tuple[str, ...]:
        families = self.table.texts("families")
        self.table.each_known("families", families, FAMILIES, "a family of codes")
        return families

    def _ways(self) -> dict[str, str | None]:
        inner = self.table.table("ways")
        ways: dict[str, str | None] = {}
        for name in WAYS:
            field = f"ways.{name}"
            if field in self.unknown:
                if inner.has(name):
                    inner.fail(name, "is filled in and named in `unknown`", hint="one of the two is wrong")
                ways[name] = None
            else:
                ways[name] = self.values[field] = inner.text(name)
        inner.done()
        return ways

    def _quirks(self) -> dict[str, str]:
        inner = self.table.table("quirks")
        quirks = {name: inner.text(name) for name in inner.values}
        inner.done()
        return quirks

    def _evidence(self, quirks: Mapping[str, str]) -> Evidence:
        """Return the evidence, having checked that every filled field has some or says that it has none."""
        rows = read_rows(self.table, "evidence")
        self.best: Confidence = rows[0].confidence
        filled = [field for field in self.values if field not in {"words", "places"}]
        filled += [f"words.{text}" for text in _texts(self.values.get("words"), "text")]
        filled += [f"places.{kind}" for kind in _texts(self.values.get("places"), "kind")]
        filled += [f"quirks.{name}" for name in quirks]
        evidence = Evidence(self.table, rows, self.labels, dict.fromkeys(filled))
        evidence.check_background(self.table, self.table.texts("background"))
        return evidence


def _texts(values: object, name: str) -> list[str]:
    return [str(getattr(value, name)) for value in values] if isinstance(values, tuple) else []
