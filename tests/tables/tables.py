"""One test over a table of small cases, where what pytest does around a test takes longer than the case."""

import inspect
from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from pathlib import Path
from random import Random
from typing import Any

import pytest

Test = Callable[..., None]
Ids = Callable[[Any], object] | Sequence[object] | None


def every_row(_test: Path, _name: str, count: int) -> Sequence[int]:
    """Choose all rows of a table."""
    return range(count)


def slice_of(most: int, whole: Iterable[Path]) -> Callable[[Path, str, int], Sequence[int]]:
    """Return what chooses at most `most` rows, the same ones each time, and all in the files and folders of `whole`."""
    all_of = tuple(whole)

    def choose(file: Path, name: str, count: int) -> Sequence[int]:
        if count <= most or any(file.is_relative_to(one) for one in all_of):
            return range(count)
        chance = Random(name)  # noqa: S311 - which rows is no secret
        return sorted(chance.sample(range(count), most))

    return choose


class Rows:
    """Which rows of a table are run; `tests/conftest.py` asks for a slice on the oldest interpreter."""

    choose: Callable[[Path, str, int], Sequence[int]] = staticmethod(every_row)


def each(names: str | Sequence[str], table: Iterable[Any], ids: Ids = None) -> Callable[[Test], Test]:
    """Run a test once for each row of `table`, as one test: like `pytest.mark.parametrize`, and as strict.

    Every row is run, also after one that failed, and every row that fails is named. The rows share the test's
    fixtures, so those are of the session or make something new for whoever asks.
    """
    wanted = [name.strip() for name in names.split(",")] if isinstance(names, str) else list(names)
    rows = [_row(one, at, ids, single=len(wanted) == 1) for at, one in enumerate(table)]
    assert rows, f"a table without a row shows nothing: {wanted}"

    def decorate(test: Test) -> Test:
        described = inspect.signature(test)
        file = Path(inspect.getfile(test))

        @wraps(test)
        def whole(**fixtures: object) -> None:
            wrong: dict[str, BaseException] = {}
            for at in Rows.choose(file, test.__name__, len(rows)):
                label, values = rows[at]
                try:
                    test(**fixtures, **dict(zip(wanted, values, strict=True)))
                except (Exception, pytest.fail.Exception) as error:  # noqa: BLE001 - raised below, all of them
                    wrong[f"{', '.join(wanted)} = {label}"] = error
            if wrong:
                raise BaseExceptionGroup("; ".join(wrong), list(wrong.values()))

        others = [one for name, one in described.parameters.items() if name not in wanted]
        assert len(others) + len(wanted) == len(described.parameters), f"{test.__name__} takes no {wanted}"
        whole.__signature__ = described.replace(parameters=others)  # type: ignore[attr-defined] # what pytest reads
        return whole

    return decorate


def _row(one: Any, at: int, ids: Ids, *, single: bool) -> tuple[str, Sequence[Any]]:
    """Return how a row is named, and its values."""
    label = None
    if isinstance(one, type(pytest.param())):
        assert not one.marks, "a row of one test has no marks"
        label, values = one.id, one.values
    else:
        values = [one] if single else one
    if callable(ids):
        label = label or "-".join(str(ids(value)) for value in values)
    elif ids is not None:
        label = label or str(ids[at])
    return label or ", ".join(map(repr, values)), values
