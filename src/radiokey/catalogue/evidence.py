"""Evidence: which row speaks for which fact, and how sure a fact is because of it.

The rows of a model carry *labels*, the short names under which its sources were sorted ("32 min reached by
owner", "3/1 h"). `evidence-labels.toml` says for every label of every model which fields it speaks for, or
which it contradicts; `*` is every filled field that no other label of the model speaks for. A fact is as sure
as the surest row that speaks for it; one that no row speaks for is background knowledge and doubtful; one
that a row contradicts is disputed.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

from radiokey.catalogue.fact import Confidence, Fact
from radiokey.catalogue.table import Table

T = TypeVar("T")
ALL: Final = "*"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of evidence: labels, how sure, where."""

    labels: tuple[str, ...]
    confidence: Confidence
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Label:
    """What a label speaks for and what it contradicts: names of fields, or `*` for all that are filled."""

    supports: tuple[str, ...]
    disputes: tuple[str, ...]


Labels = Mapping[str, Mapping[str, Label]]
"""Model id -> label -> what it means there."""


def read_labels(table: Table) -> Labels:
    """Read `evidence-labels.toml`: one table per model, one line per label."""
    labels: dict[str, dict[str, Label]] = {}
    for model in table.values:
        inner = table.table(model)
        labels[model] = {}
        for label, value in inner.values.items():
            if isinstance(value, list):
                labels[model][label] = Label(inner.texts(label), ())
                continue
            pair = inner.table(label)
            labels[model][label] = Label(
                pair.texts("supports") if pair.has("supports") else (), pair.texts("disputes", fewest=1)
            )
            pair.done()
    return labels


def read_rows(table: Table, key: str) -> tuple[Row, ...]:
    """Read the rows of a model."""
    rows = []
    for inner in table.tables(key):
        confidence = inner.choice("confidence", Confidence)
        if confidence is Confidence.UNKNOWN:
            inner.wrong("confidence", "how sure the row is", confidence)
        rows.append(Row(inner.texts("labels", fewest=1), confidence, inner.texts("sources", fewest=1)))
        inner.done()
    if not rows:
        table.wrong(key, "at least one row", rows)
    return tuple(sorted(rows, key=lambda row: row.confidence.rank))


class Evidence:
    """The rows of one model, worked out for each of its filled fields."""

    def __init__(
        self, table: Table, rows: tuple[Row, ...], labels: Mapping[str, Label], filled: Collection[str]
    ) -> None:
        self._rows: dict[str, list[Row]] = {field: [] for field in filled}
        self._disputed: set[str] = set()
        used = {label: labels[label] for row in rows for label in row.labels if label in labels}
        self._rest = set(filled)
        for label, mine in used.items():
            named = [name for name in mine.supports if name != ALL]
            self._rest.difference_update(self._each(table, label, named))
        for row in rows:
            for label in row.labels:
                meant = labels.get(label)
                if meant is None:
                    table.fail("evidence", f"label {label!r} is not in evidence-labels.toml for this model")
                for field in self._each(table, label, meant.supports):
                    if row not in self._rows[field]:
                        self._rows[field].append(row)
                self._disputed.update(self._each(table, label, meant.disputes))

    def _each(self, table: Table, label: str, names: Iterable[str]) -> list[str]:
        """Return the filled fields that a name of the label table means; a group means its members."""
        found: list[str] = []
        for name in names:
            inside = [field for field in self._rows if name == field or field.startswith(name + ".")]
            if name == ALL:
                inside = [field for field in self._rows if field in self._rest]
            if not inside and name != ALL:
                table.fail("evidence", f"label {label!r} speaks for {name!r}, which is not filled in")
            found += inside
        return found

    def check_background(self, table: Table, background: Iterable[str]) -> None:
        """Refuse a filled field that no row speaks for and that is not owned up to as background."""
        named = set(background)
        table.each_known("background", named, self._rows, "a field that is filled in")
        for field, rows in self._rows.items():
            if not rows and field not in named:
                table.fail(
                    field, "filled in without evidence", hint="name it in `background`, or give its evidence"
                )
            if rows and field in named:
                table.fail("background", f"{field!r} has evidence and is not background knowledge")

    def fact(self, field: str, value: T | None) -> Fact[T]:
        """Return a value with its evidence."""
        if value is None:
            return Fact(None, Confidence.UNKNOWN)
        rows = self._rows[field]
        sources = dict.fromkeys(source for row in rows for source in row.sources)
        confidence = rows[0].confidence if rows else Confidence.DOUBTFUL
        return Fact(value, confidence, tuple(sources), field in self._disputed)


def weakest(value: T | None, parts: Iterable[Fact[object]]) -> Fact[T]:
    """Return a fact made of several facts: no surer than its weakest part, disputed if one of them is."""
    if value is None:
        return Fact(None, Confidence.UNKNOWN)
    known = list(parts)
    sources = dict.fromkeys(source for part in known for source in part.sources)
    confidence = max((part.confidence for part in known), key=lambda one: one.rank)
    return Fact(value, confidence, tuple(sources), any(part.disputed for part in known))
