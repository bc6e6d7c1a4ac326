"""Reading schedules (docs/spec/lab.md): the only module of the lab that opens a file, its own patterns."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Final, NoReturn

from radiokey.catalogue import typed
from radiokey.catalogue.model import Model
from radiokey.catalogue.table import Table, parsed
from radiokey.errors import CatalogueError, InputError, MissingFactError
from radiokey.headunit.policy import ClockNeeds, LockPolicy, PowerCutEffect
from radiokey.language.speech import gettext

NAME_MAX: Final = 80
FILE_BYTES_MAX: Final = 100_000
ERRORS_MAX: Final = 1_000
POWER_GAP_MS: Final = 3_000
"""The reference's. What a schedule costs does not depend on it."""


class Of(StrEnum):
    """What has a pattern."""

    RADIO = "radio"
    PHONE = "phone"
    CARD = "card"
    CHIP = "chip"


@dataclass(frozen=True, slots=True)
class Schedule:
    """A lock to judge, by the name it has in its file."""

    name: str
    policy: LockPolicy


@dataclass(frozen=True, slots=True)
class Pattern(Schedule):
    """A schedule that is known to exist; `by_model`: a radio may be said to have it."""

    of: Of
    source: str
    by_model: bool


class _Page(Table):
    """A table whose mistakes point to the lab's own page."""

    def fail(self, key: str, what: str, *, hint: str = "") -> NoReturn:  # noqa: ARG002 - the catalogue's hints
        """Refuse the file because of one field."""
        field = self.named(key)
        raise InputError(
            f"{self.file}: {field}: {what}",
            hint=gettext("docs/spec/lab.md describes every key"),
            file=self.file,
            field=field,
        )

    def as_table(self, key: str, value: object) -> "_Page":
        """Return `value`, which came with `key`, as a table of the same kind."""
        if not isinstance(value, dict):
            self.wrong(key, gettext("a table"), value)
        return _Page(value, self.file, self.named(key))


def read_schedule(data: bytes, file: str) -> Schedule:
    """Read a schedule from the bytes of its file; raise `InputError` that names the field."""
    if len(data) > FILE_BYTES_MAX:
        raise InputError(
            gettext("a schedule has at most {most} bytes", most=FILE_BYTES_MAX),
            hint=gettext("docs/spec/lab.md describes every key"),
        )
    try:
        values = parsed(data.decode("utf-8"), file).values
    except UnicodeDecodeError as error:
        raise InputError(
            gettext("a schedule is text in UTF-8"), hint=gettext("docs/spec/lab.md describes every key")
        ) from error
    except CatalogueError as error:
        raise InputError(error.sentence, hint=error.hint, file=file) from error
    page = _Page(values, file)
    schedule = Schedule(page.text("name", longest=NAME_MAX), _policy(page))
    page.done()
    return schedule


def _policy(page: _Page) -> LockPolicy:
    power_cut = page.choice("power_cut", PowerCutEffect) if page.has("power_cut") else PowerCutEffect.NONE
    return LockPolicy(
        typed.schedule(page, "schedule", errors_max=ERRORS_MAX),
        ClockNeeds.SUPPLY,
        power_cut,
        power_gap_ms_min=POWER_GAP_MS,
    )


@cache
def patterns() -> Mapping[str, Pattern]:
    """Return the known patterns by name, radios first."""
    file = Path(__file__).with_name("patterns.toml")
    page = _Page(parsed(file.read_text("utf-8"), file.name).values, file.name)
    found = [_pattern(page.as_table(f"patterns[{at}]", row)) for at, row in enumerate(page.items("patterns"))]
    page.done()
    return {one.name: one for one in found}


def _pattern(row: _Page) -> Pattern:
    name, policy = row.text("name", longest=NAME_MAX), _policy(row)
    pattern = Pattern(
        name, policy, row.choice("of", Of), row.text("source"), row.flag("by_model", default=True)
    )
    row.done()
    return pattern


def pattern_of(model: Model) -> Pattern:
    """Return the kind of lock that a radio has; raise `MissingFactError` where none is named."""
    for pattern in patterns().values():
        if pattern.by_model and model.schedule.known and model.schedule.value == pattern.policy.schedule:
            return pattern
    raise MissingFactError(
        gettext("no kind of lock is named for this radio"),
        hint=gettext("'radiokey lab patterns' lists the kinds; a file of yours can be any schedule"),
    )
