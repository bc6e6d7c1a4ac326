"""Reading TOML so that every mistake names its file and its field.

A `Table` gives each key out once; what is left at the end is misspelt or does not belong there. Checks say
what was expected and what came; a person fixes the file with that sentence alone.
"""

from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum
from typing import Final, NoReturn, TypeVar

from radiokey.errors import CatalogueError

TEXT_MAX: Final = 600
S = TypeVar("S", bound=StrEnum)


def parsed(text: str, file: str) -> "Table":
    """Parse the text of one TOML file."""
    import tomllib  # noqa: PLC0415 - the index is JSON, and a start must stay quick

    try:
        return Table(tomllib.loads(text), file)
    except tomllib.TOMLDecodeError as error:
        raise CatalogueError(
            f"{file}: not TOML: {error}", hint="the place is in the message", file=file
        ) from error


class Table:
    """One table of a file; `path` is where it stands in it."""

    def __init__(self, values: Mapping[str, object], file: str, path: str = "") -> None:
        self.values = dict(values)
        self.file = file
        self.path = path
        self._asked: set[str] = set()

    def named(self, key: str) -> str:
        """Return the full name of a key."""
        return f"{self.path}.{key}" if self.path else key

    def fail(self, key: str, what: str, *, hint: str = "") -> NoReturn:
        """Refuse the file because of one field."""
        field = self.named(key)
        raise CatalogueError(f"{self.file}: {field}: {what}", hint=hint, file=self.file, field=field)

    def wrong(self, key: str, expected: str, came: object) -> NoReturn:
        """Refuse a value: what was expected, what came."""
        self.fail(
            key,
            f"expected {expected}; {_shown(came)} given",
            hint="docs/spec/catalogue.md describes every key",
        )

    def has(self, key: str) -> bool:
        """Say whether a key is there; asking makes it a known key."""
        self._asked.add(key)
        return key in self.values

    def take(self, key: str) -> object:
        """Return a value that must be there."""
        if not self.has(key):
            self.fail(key, "missing", hint="fill it in, or name it in `unknown` where that is allowed")
        return self.values[key]

    def text(self, key: str, *, longest: int = TEXT_MAX) -> str:
        """Return a text of 1 to `longest` characters without blanks around it."""
        value = self.take(key)
        if not isinstance(value, str) or not value or value != value.strip() or len(value) > longest:
            self.wrong(key, f"a text of 1 to {longest} characters", value)
        return value

    def texts(self, key: str, *, fewest: int = 0) -> tuple[str, ...]:
        """Return a list of at least `fewest` texts, none twice."""
        values = self.items(key)
        for value in values:
            if not isinstance(value, str) or not value or value != value.strip() or len(value) > TEXT_MAX:
                self.wrong(key, "a list of texts", value)
        texts = tuple(str(value) for value in values)
        if len(texts) < fewest or len(set(texts)) != len(texts):
            self.wrong(key, f"at least {fewest} different texts", list(texts))
        return texts

    def items(self, key: str) -> list[object]:
        """Return a list of anything."""
        value = self.take(key)
        if not isinstance(value, list):
            self.wrong(key, "a list", value)
        return value

    def number(self, key: str, low: int, high: int) -> int:
        """Return a whole number from `low` to `high`."""
        return self.checked_number(key, self.take(key), low, high)

    def checked_number(self, key: str, value: object, low: int, high: int) -> int:
        """Check a whole number that came with `key`."""
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            self.wrong(key, f"a whole number from {low} to {high}", value)
        return value

    def span(self, key: str, low: int, high: int) -> tuple[int, int]:
        """Return a range `[from, to]` inside `low` to `high`."""
        ends = self.items(key)
        if len(ends) != 2:  # noqa: PLR2004 - a range has two ends
            self.wrong(key, "a range [from, to]", ends)
        start = self.checked_number(key, ends[0], low, high)
        return start, self.checked_number(key, ends[1], start, high)

    def flag(self, key: str, *, default: bool | None = None) -> bool:
        """Return true or false; `default` where the key may be left out."""
        if default is not None and not self.has(key):
            return default
        value = self.take(key)
        if not isinstance(value, bool):
            self.wrong(key, "true or false", value)
        return value

    def choice(self, key: str, kinds: type[S]) -> S:
        """Return one member of an enumeration."""
        value = self.take(key)
        if not isinstance(value, str) or value not in set(kinds):
            self.wrong(key, "one of " + ", ".join(kinds), value)
        return kinds(value)

    def table(self, key: str) -> "Table":
        """Return a table inside this one."""
        return self.as_table(key, self.take(key))

    def tables(self, key: str) -> "list[Table]":
        """Return a list of tables inside this one."""
        return [self.as_table(f"{key}[{at}]", value) for at, value in enumerate(self.items(key))]

    def as_table(self, key: str, value: object) -> "Table":
        """Return `value`, which came with `key`, as a table."""
        if not isinstance(value, dict):
            self.wrong(key, "a table", value)
        return Table(value, self.file, self.named(key))

    def done(self) -> None:
        """Refuse keys that nobody asked for."""
        for key in self.values:
            if key not in self._asked:
                self.fail(key, "no such key here", hint=_meant(key, self._asked))

    def each_known(self, key: str, names: Iterable[str], known: Collection[str], what: str) -> None:
        """Refuse names that are not in `known`."""
        for name in names:
            if name not in known:
                self.fail(key, f"{name!r} is not {what}", hint=_meant(name, known))


def _meant(name: str, known: Collection[str]) -> str:
    """Return a hint that names the nearest known name."""
    import difflib  # noqa: PLC0415 - only a broken file needs it; a start must stay quick

    near = difflib.get_close_matches(name, sorted(known), n=1, cutoff=0.5)
    return f"did you mean {near[0]!r}?" if near else "docs/spec/catalogue.md describes every key"


def _shown(value: object) -> str:
    """Show a value shortly."""
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."  # noqa: PLR2004 - a line of an error
