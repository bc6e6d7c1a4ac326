"""Rows become typed structs here and nowhere else.

The order of the columns is that of queries/base.sql. A row that does not fit is a damaged database.
"""

import json
from collections.abc import Collection, Iterator, Sequence
from typing import TypeVar, cast

import msgspec

from radiokey.base.log.tree import HASH_SIZE
from radiokey.base.ports.log import StoredCheckpoint, StoredEntry
from radiokey.base.ports.store import (
    Clearing,
    ImportStep,
    Mark,
    StoredAct,
    StoredRelease,
    StoredToken,
    StoredUnit,
    TokenCard,
    UnitCard,
)
from radiokey.base.sql.statements import Row
from radiokey.code.signed import DIGEST_SIZE
from radiokey.errors import StoreError
from radiokey.language.speech import gettext

T = TypeVar("T", bound=msgspec.Struct)


def release(row: Row) -> StoredRelease:
    """Return the answered request in `row`."""
    return typed(StoredRelease, row)


def mark(row: Row) -> Mark:
    """Return the act on the stolen list in `row`."""
    return typed(Mark, row)


def clearing(row: Row) -> Clearing:
    """Return the proposal in `row`."""
    return typed(Clearing, row)


def unit(row: Row) -> StoredUnit:
    """Return the unit in `row`."""
    return typed(StoredUnit, row)


def unit_card(row: Row) -> UnitCard:
    """Return what a clerk may see of the unit in `row`."""
    return typed(UnitCard, row)


def import_step(row: Row) -> ImportStep:
    """Return the batch of an import in `row`."""
    return typed(ImportStep, row)


def token(row: Row) -> StoredToken:
    """Return the token in `row`."""
    return typed(StoredToken, row)


def token_card(row: Row) -> TokenCard:
    """Return what may be listed of the token in `row`."""
    return typed(TokenCard, row)


def act(row: Row) -> StoredAct:
    """Return the entry of the audit in `row`."""
    return typed(StoredAct, row)


def checkpoint(row: Row) -> StoredCheckpoint:
    """Return the checkpoint in `row`."""
    return typed(StoredCheckpoint, row)


def entry(row: Row) -> StoredEntry:
    """Return the leaf in `row`."""
    return typed(StoredEntry, row)


def hashed(value: object) -> bytes:
    """Return a stored hash."""
    if not isinstance(value, bytes) or len(value) != HASH_SIZE:
        raise StoreError(
            gettext("the database holds a hash that is none"), hint=gettext("restore it from a backup")
        )
    return value


def all_hashed(values: Sequence[object]) -> Sequence[bytes]:
    """Return stored hashes."""
    hashes = all_bytes(values)
    if not set(map(len, hashes)) <= {HASH_SIZE}:
        for each in hashes:
            hashed(each)
    return hashes


def all_bytes(values: Sequence[object]) -> Sequence[bytes]:
    """Return stored bytes."""
    if not set(map(type, values)) <= {bytes}:
        raise StoreError(
            gettext("the database holds bytes that are none"), hint=gettext("restore it from a backup")
        )
    return cast("Sequence[bytes]", values)


def runs(batch: Sequence[Row]) -> Iterator[tuple[Row, Sequence[object]]]:
    """Split rows, in their order, into runs in which the last but one column counts up by one.

    Yields the first row of each without its last column, and the last column of all of them; what stands
    before the two is the same within a run. A batch with a gap is halved until none is left: gaps are rare.
    """
    *same, places, values = zip(*batch, strict=True)
    if not set(map(type, places)) <= {int}:
        raise StoreError(gettext("the database did not count"), hint=gettext("restore it from a backup"))
    whole = places == tuple(range(places[0], places[0] + len(places)))
    if whole and all(column.count(column[0]) == len(column) for column in same):
        yield batch[0][:-1], values
        return
    half = len(batch) // 2
    yield from runs(batch[:half])
    yield from runs(batch[half:])


def digest(value: object) -> bytes:
    """Return the stored digest of a unit's code."""
    if not isinstance(value, bytes) or len(value) != DIGEST_SIZE:
        raise StoreError(
            gettext("the database holds a digest that is none"), hint=gettext("restore it from a backup")
        )
    return value


def text(value: object) -> str:
    """Return a text."""
    if not isinstance(value, str):
        raise StoreError(
            gettext("the database holds a text that is none"), hint=gettext("restore it from a backup")
        )
    return value


def count(value: object) -> int:
    """Return a count."""
    if not isinstance(value, int):
        raise StoreError(gettext("the database did not count"), hint=gettext("restore it from a backup"))
    return value


def typed(kind: type[T], row: Row) -> T:
    """Return the struct in `row`; raise `StoreError` where it is none."""
    fields = dict(zip(kind.__struct_fields__, row, strict=True))
    try:
        return msgspec.convert(fields, kind, builtin_types=(bytes,))
    except msgspec.ValidationError as error:
        raise StoreError(
            gettext("the database holds a row that is none: {reason}", reason=error),
            hint=gettext("restore it from a backup"),
        ) from error


def listed(values: Collection[str] | Collection[tuple[int, int]]) -> str:
    """Return values as one parameter: a list in JSON, which both databases take apart."""
    return json.dumps(sorted(set(values)))
