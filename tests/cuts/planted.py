"""Faults planted on purpose: the product's own modules with one thing wrong, loaded as modules of their own.

A fault is planted in the syntax tree, at the part of a function that does something (`Part`). So it is planted
wherever that is still done, however it is written: no other change of the source, a weakening least of all, passes
for the fault that was looked for.
"""

import ast
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Final

from cutunit import Code

from radiokey.headunit import store, unit

Edit = Callable[[ast.Module], None]
Made = str | Callable[[ast.AST], str]


@dataclass(frozen=True)
class Fault:
    """What is wrong, as changes of the syntax trees of `store.py` and `unit.py`."""

    store: tuple[Edit, ...] = ()
    unit: tuple[Edit, ...] = ()

    def planted(self) -> Code:
        """Return both modules with the fault in them."""
        sources = self.sources()
        broken_store, broken_unit = loaded(store, sources["store"]), loaded(unit, sources["unit"])
        broken_unit.records = broken_store
        return Code(broken_store, broken_unit)

    def sources(self) -> dict[str, str]:
        """Return the source of both modules with the fault in them, by the module's name."""
        return {
            "store": changed(source_of(store), self.store),
            "unit": changed(source_of(unit), self.unit),
        }


def source_of(module: ModuleType) -> str:
    """Return the source of a module of the product."""
    assert module.__file__
    return Path(module.__file__).read_text("utf-8")


@cache
def changed(source: str, edits: tuple[Edit, ...]) -> str:
    """Return a source after `edits` of its tree."""
    tree = ast.parse(source)
    for edit in edits:
        edit(tree)
    return ast.unparse(ast.fix_missing_locations(tree))


def loaded(module: ModuleType, source: str) -> ModuleType:
    """Return a second copy of `module` from a changed source."""
    copy = ModuleType(f"planted_{module.__name__.rpartition('.')[2]}")
    exec(compile(source, f"<planted {module.__name__}>", "exec"), copy.__dict__)  # noqa: S102 - our own source
    return copy


# --- where, and how ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Part:
    """What in a function, or in a method `Class.name`, is of that kind of syntax and names that."""

    function: str
    kind: type[ast.AST]
    named: str

    def fits(self, node: ast.AST) -> bool:
        """Tell whether `node` is such a part."""
        return isinstance(node, self.kind) and any(
            self.named in {getattr(each, "id", None), getattr(each, "attr", None)} for each in ast.walk(node)
        )


class _Replacement(ast.NodeTransformer):
    """Puts something else in the place of each such part, the outermost ones."""

    def __init__(self, part: Part, made: Made) -> None:
        self.part, self.made, self.taken = part, made, list[ast.AST]()

    def visit(self, node: ast.AST) -> ast.AST | list[ast.stmt]:
        if not self.part.fits(node):
            return self.generic_visit(node)
        self.taken.append(node)
        text = self.made if isinstance(self.made, str) else self.made(node)
        return ast.parse(text).body if isinstance(node, ast.stmt) else ast.parse(text, mode="eval").body


def replaced(part: Part, made: Made) -> Edit:
    """Put `made`, a source or what makes one of the part, in the place of every such part."""

    def edit(tree: ast.Module) -> None:
        replacement = _Replacement(part, made)
        replacement.generic_visit(function_of(tree, part.function))
        assert replacement.taken, f"nothing to plant this in: {part}"

    return edit


def dropped(part: Part) -> Edit:
    """Leave every such statement undone."""
    return replaced(part, "pass")


def moved(part: Part, before: Part) -> Edit:
    """Do the one such statement first, before the other one."""

    def edit(tree: ast.Module) -> None:
        taken = _Replacement(part, "pass")
        taken.generic_visit(function_of(tree, part.function))
        [statement] = taken.taken
        replaced(before, lambda node: f"{ast.unparse(statement)}\n{ast.unparse(node)}")(tree)

    return edit


def function_of(tree: ast.Module, name: str) -> ast.FunctionDef:
    """Return the function or method of that name."""
    found: ast.AST = tree
    for step in name.split("."):
        [found] = [each for each in ast.iter_child_nodes(found) if getattr(each, "name", "") == step]
    assert isinstance(found, ast.FunctionDef)
    return found


def under(condition: Callable[[str], str]) -> Callable[[ast.AST], str]:
    """Return what makes an `if` with another condition of one."""

    def made(node: ast.AST) -> str:
        assert isinstance(node, ast.If)
        node.test = ast.parse(condition(ast.unparse(node.test)), mode="eval").body
        return ast.unparse(ast.fix_missing_locations(node))

    return made


def short(size: int) -> Callable[[ast.AST], str]:
    """Return what makes a comparison of the first bytes alone of one of all."""

    def made(node: ast.AST) -> str:
        assert isinstance(node, ast.Call)
        arguments = ", ".join(f"({ast.unparse(each)})[:{size}]" for each in node.args)
        return f"{ast.unparse(node.func)}({arguments})"

    return made


# --- the faults -------------------------------------------------------------------------------------------------

_WRITES: Final = Part("Store._put", ast.For, "_write")
_MENDS: Final = Part("Store.load", ast.If, "_write")
_MAC: Final = Part("decode", ast.Call, "compare_digest")
_COMMITS: Final = Part("HeadUnit._keep", ast.Expr, "commit")
_COMPARES: Final = Part("HeadUnit._confirm", ast.Assign, "compare_digest")

ONE_BANK = Fault((replaced(_WRITES, "self._write(0, record)"),))
NOT_READ_BACK = Fault((dropped(Part("Store._write", ast.If, "read")),))
NOT_CHECKED = Fault((replaced(Part("decode", ast.Compare, "crc32"), "False"), replaced(_MAC, "True")))
CRC_NOT_CHECKED = Fault((replaced(Part("decode", ast.Compare, "crc32"), "False"),))
MAC_NOT_CHECKED = Fault((replaced(_MAC, "True"),))
MAC_BY_FOUR_BYTES = Fault((replaced(_MAC, short(4)),))
MAC_BUT_THE_LAST_BYTE = Fault((replaced(_MAC, short(15)),))
ONE_SLOT = Fault(
    (
        replaced(Part("Store._write", ast.BinOp, "SLOTS"), "bank * SLOTS"),
        replaced(Part("read_newest", ast.If, "sequence"), under(lambda _: "record is not None")),
    )
)
COUNTED_FIRST = Fault((moved(Part("Store._put", ast.Expr, "advance"), before=_WRITES),))
NEWEST_BY_ERRORS = Fault(
    (replaced(Part("read_newest", ast.Lambda, "sequence"), "lambda record: record.lock.errors"),)
)
NOT_SYNCED = Fault((dropped(Part("Store._write", ast.Expr, "sync")),))
BANK_LEFT_BEHIND = Fault((replaced(_MENDS, under(lambda _: "record is None")),))
COUNT_LEFT_BEHIND = Fault((dropped(Part("Store.load", ast.If, "advance")),))
OLDER_BELIEVED = Fault(
    (replaced(Part("Store.load", ast.If, "OldRecordError"), under(lambda test: f"ahead != -1 and {test}")),)
)

COMPARED_FIRST = Fault(unit=(moved(_COMPARES, before=Part("HeadUnit._confirm", ast.Expr, "EntryConfirmed")),))
CODE_BY_FOUR_BYTES = Fault(unit=(replaced(Part("HeadUnit._confirm", ast.Call, "compare_digest"), short(4)),))
TWO_WRITES = Fault(
    unit=(
        replaced(
            _COMMITS,
            "self._store.commit(replace(after, wait_left_ms=0, wait_ms=0), again=again)\n"
            "self._store.commit(after)",
        ),
    )
)
NOT_WIRED = Fault(unit=(dropped(_COMMITS),))
READ_ERROR_IS_FIRST_BOOT = Fault(
    unit=(replaced(Part("HeadUnit._load", ast.Assign, "MEMORY"), "self._lock = Lock(State.PLAYING)"),)
)
