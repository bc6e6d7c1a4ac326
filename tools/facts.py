"""The catalogue as pages of the documentation: every radio, and what each of its facts rests on."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any, Final

from radiokey.catalogue.fact import HOW_SURE, Fact
from radiokey.catalogue.load import load_catalogue
from radiokey.catalogue.model import Catalogue, Model, Source

RADIOS: Final = "reference/radios"
SOURCES: Final = "reference/sources.md"
MINUTE_MS: Final = 60_000
SECOND_MS: Final = 1_000

Drawn = tuple[str, str, str, str, tuple[str, ...]]
"""A page: its place, its title, what the menu says of it, its text, and the pages below it."""


HEAD: Final = """# Every radio

Drawn from the catalogue: {count} families of radios. "How sure" is that of the surest fact; each page says it
fact by fact. What the fields mean: [the catalogue](../../spec/catalogue.md).

| radio | found in | id | how sure |
|---|---|---|---|
{rows}
"""
SOURCES_HEAD: Final = """# Every source

What the facts of the catalogue rest on, and which radios rest on it. Only pages of makers and of their
support are links; of the others it is said what kind of page they are.
"""


def pages() -> Iterator[Drawn]:
    """Yield the page that lists the radios, a page of each, and the page of the sources."""
    catalogue = load_catalogue()
    models = sorted(catalogue.models.values(), key=lambda one: (one.name.casefold(), one.id))
    below = tuple(f"{RADIOS}/{model.id}.md" for model in models)
    yield (
        f"{RADIOS}/index.md",
        "Every radio",
        "each fact with its source and how sure it is",
        _list(models),
        below,
    )
    for model in models:
        yield f"{RADIOS}/{model.id}.md", model.name, "", _radio(model, catalogue), ()
    yield SOURCES, "Every source", "what the facts rest on", _sources(catalogue), ()


def _list(models: list[Model]) -> str:
    rows = (
        f"| [{_cell(model.name)}]({model.id}.md) | {_makes(model)} | `{model.id}` | {HOW_SURE[model.best]} |"
        for model in models
    )
    return HEAD.format(count=len(models), rows="\n".join(rows))


def _radio(model: Model, catalogue: Catalogue) -> str:
    rows = [_row(name, fact, catalogue) for name, fact in facts_of(model)]
    known = [row for row in rows if row]
    unknown = [f"`{name}`" for name, fact in facts_of(model) if not fact.known]
    parts = [
        f"# {model.name}\n",
        f"{model.tell_apart}\n",
        f"`{model.id}`, found in {_makes(model)}.\n",
        "| fact | what | how sure | rests on |\n|---|---|---|---|\n" + "\n".join(known) + "\n",
    ]
    if model.conflicts:
        parts.append(
            "## Where sources disagree\n\n" + "\n".join(f"- {one}" for one in model.conflicts) + "\n"
        )
    if unknown:
        parts.append(f"## Not known\n\n{', '.join(unknown)}\n")
    return "\n".join(parts)


def facts_of(model: Model) -> Iterator[tuple[str, Fact[Any]]]:
    """Yield every fact of a model with the name of its field, what is composed by its parts."""
    several = {"word_facts": "words", "place_facts": "places", "quirks": "quirks"}
    for field in fields(model):
        value = getattr(model, field.name)
        if field.name == "ways":
            yield from ((f"ways.{one.name}", getattr(value, one.name)) for one in fields(value))
        elif field.name in several:
            yield from ((several[field.name], fact) for fact in value)
        elif isinstance(value, Fact) and not (field.name in {"words", "places"} and value.known):
            yield field.name, value


def _row(name: str, fact: Fact[Any], catalogue: Catalogue) -> str:
    if not fact.known:
        return ""
    sure = HOW_SURE[fact.confidence] + (", disputed" if fact.disputed else "")
    rests = "; ".join(
        f"[{_cell(catalogue.sources[one].title)}](../sources.md#{anchor(one)})" for one in fact.sources
    )
    return f"| `{name}` | {_cell(said(fact.value, name))} | {sure} | {rests or 'background knowledge'} |"


def said(value: object, name: str = "") -> str:
    """Return a value of the catalogue in words; a name that ends in `_ms` says that it is a time.

    >>> said((1_000, 90_000), "hold_ms"), said(True), said(None)
    ('1 s to 1.5 min', 'yes', 'not known')
    """
    if value is None:
        return "not known"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, int):
        return _time(value) if name.endswith("_ms") else str(value)
    if isinstance(value, tuple):
        return _several(value, name)
    if is_dataclass(value) and type(value).__str__ is object.__str__:
        inner = (
            f"{one.name.removesuffix('_ms').replace('_', ' ')} {said(getattr(value, one.name), one.name)}"
            for one in fields(value)
        )
        return f"{type(value).__name__}: {', '.join(inner)}"
    return str(value)


def _several(values: tuple[object, ...], name: str) -> str:
    if name.endswith("_ms") and len(values) == 2:  # noqa: PLR2004 - a range
        first, last = (said(one, name) for one in values)
        return first if first == last else f"{first} to {last}"
    return "; ".join(said(one, name) for one in values)


def _time(ms: int) -> str:
    if ms >= MINUTE_MS:
        return f"{ms / MINUTE_MS:g} min"
    return f"{ms / SECOND_MS:g} s" if ms >= SECOND_MS else f"{ms} ms"


def anchor(source: str) -> str:
    """Return the anchor of a source on its page."""
    return source.lower().replace(" ", "-")


def _sources(catalogue: Catalogue) -> str:
    used: dict[str, set[str]] = {name: set() for name in catalogue.sources}
    for model in catalogue.models.values():
        for _, fact in facts_of(model):
            for source in fact.sources:
                used[source].add(model.id)
    listed = (
        _source(name, source, sorted(used[name]), catalogue)
        for name, source in sorted(catalogue.sources.items())
    )
    return "\n".join([SOURCES_HEAD, *listed])


def _source(name: str, source: Source, used: list[str], catalogue: Catalogue) -> str:
    title = f"[{source.title}]({source.url})" if source.url else source.title
    radios = ", ".join(f"[{catalogue.models[one].name}](radios/{one}.md)" for one in used)
    return f"## {name}\n\n{title} ({source.kind.value}). Radios: {radios or 'none'}.\n"


def _makes(model: Model) -> str:
    return ", ".join(map(str.title, model.makes)) or "no make that is known"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
