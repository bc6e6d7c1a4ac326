"""Rows become typed structs here and nowhere else.

The order of the columns is that of queries/base.sql. A row that does not fit is a damaged database.
"""

from typing import Any, TypeVar

import msgspec

from radiokey.base.log.tree import HASH_SIZE
from radiokey.base.ports import Mark, StoredCheckpoint, StoredEntry, StoredRelease
from radiokey.errors import StoreError

Row = tuple[Any, ...]
T = TypeVar("T", bound=msgspec.Struct)


def release(row: Row) -> StoredRelease:
    """Return the answered request in `row`."""
    return _typed(StoredRelease, row)


def mark(row: Row) -> Mark:
    """Return the act on the stolen list in `row`."""
    return _typed(Mark, row)


def checkpoint(row: Row) -> StoredCheckpoint:
    """Return the checkpoint in `row`."""
    return _typed(StoredCheckpoint, row)


def entry(row: Row) -> StoredEntry:
    """Return the leaf in `row`."""
    return _typed(StoredEntry, row)


def hashed(value: object) -> bytes:
    """Return a stored hash."""
    if not isinstance(value, bytes) or len(value) != HASH_SIZE:
        raise StoreError("the database holds a hash that is none", hint="restore it from a backup")
    return value


def count(value: object) -> int:
    """Return a count."""
    if not isinstance(value, int):
        raise StoreError("the database did not count", hint="restore it from a backup")
    return value


def _typed(kind: type[T], row: Row) -> T:
    fields = dict(zip(kind.__struct_fields__, row, strict=True))
    try:
        return msgspec.convert(fields, kind, builtin_types=(bytes,))
    except msgspec.ValidationError as error:
        raise StoreError(
            f"the database holds a row that is none: {error}", hint="restore it from a backup"
        ) from error
