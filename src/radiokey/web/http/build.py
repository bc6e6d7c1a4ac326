"""The name of the build that is served: another one as soon as any file of the product is."""

import hashlib
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable

_LEFT_OUT: Final = frozenset({"__pycache__", "fetched"})
"""Folders whose content is named elsewhere, or large and named by its package's version."""


@cache
def build_name() -> str:
    """Return what changes with any file of the product, 16 hexadecimal digits; read once, 4 MB."""
    digest = hashlib.sha256()
    for path, file in sorted(_files(resources.files("radiokey"), ""), key=lambda one: one[0]):
        digest.update(path.encode() + b"\n" + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:16]


def _files(folder: "Traversable", path: str) -> "Iterator[tuple[str, Traversable]]":
    for one in folder.iterdir():
        name = f"{path}/{one.name}"
        if not one.is_dir():
            yield name, one
        elif one.name not in _LEFT_OUT:
            yield from _files(one, name)
