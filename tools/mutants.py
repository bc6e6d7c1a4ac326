"""Changes the lock, the policy and the store in every small way, and sees that a test turns red.

python tools/mutants.py                 all three; fails below 95 % killed, or if the page is not of this run
python tools/mutants.py lock policy     only these

Each mutant is one change of the syntax tree, run in a process of its own that is forked before anything of
ours is imported. Tests are tried in the order of `TESTS`: the file's own first. docs/mutants.md lists what
survives, with the reason.
"""

import ast
import contextlib
import importlib.abc
import importlib.machinery
import importlib.util
import os
import re
import resource
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import CodeType, ModuleType
from typing import Any, Final

import hypothesis  # noqa: F401 - imported once, before the processes are forked
import pytest
from steps import ROOT

PACKAGE: Final = "radiokey.headunit"
FOLDER: Final = ROOT / "src" / "radiokey" / "headunit"
PAGE: Final = ROOT / "docs" / "mutants.md"
KILLED_SHARE_MIN: Final = 0.95
CPU_S_MAX: Final = 60
PROCESSES: Final = 2
SHOWN_MAX: Final = 60

OWN: Final = {
    "lock": ("test_lock.py", "test_mutants_lock.py"),
    "policy": ("test_policy.py", "test_mutants_policy.py"),
    "store": ("test_store.py", "test_record_spec.py", "test_mutants_store.py"),
}
ALSO: Final = ("test_unit.py", "test_grant.py", "test_image.py", "test_no_free_guess.py")


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change: in which module, in which line, what, and the source that it makes."""

    module: str
    line: int
    what: str
    source: str

    @property
    def name(self) -> str:
        """How docs/mutants.md calls it: without the line, which moves."""
        return f"{self.module}: {self.what}"


# --- how a tree can be changed -------------------------------------------------------------------------

Change = tuple[str, Callable[[Any], None]]

COMPARES: Final[dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
OPERATORS: Final[dict[type[ast.operator], type[ast.operator]]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
CALLS: Final = {"min": "max", "max": "min", "any": "all", "all": "any", "reversed": "list"}


def _set(field: str, value: object) -> Callable[[Any], None]:
    return lambda node: setattr(node, field, value)


def _item(field: str, at: int, value: object) -> Callable[[Any], None]:
    def change(node: Any) -> None:  # noqa: ANN401 - any node
        getattr(node, field)[at] = value

    return change


def _drop(at: int, *fields: str) -> Callable[[Any], None]:
    def change(node: Any) -> None:  # noqa: ANN401 - any node
        for field in fields:
            del getattr(node, field)[at]

    return change


def _swap(field: str, at: int) -> Callable[[Any], None]:
    def change(node: Any) -> None:  # noqa: ANN401 - any node
        items = getattr(node, field)
        items[at], items[at + 1] = items[at + 1], items[at]

    return change


def _differ(nodes: Sequence[ast.AST], at: int) -> bool:
    return ast.dump(nodes[at]) != ast.dump(nodes[at + 1])


def _operators(node: ast.AST) -> Iterator[Change]:
    """Comparisons and their bounds, arithmetic, and, or, not."""
    if isinstance(node, ast.Compare):
        for at, op in enumerate(node.ops):
            for other in COMPARES[type(op)]:
                yield f"{type(op).__name__} becomes {other.__name__}", _item("ops", at, other())
    elif isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
        other_op = OPERATORS[type(node.op)]
        yield f"{type(node.op).__name__} becomes {other_op.__name__}", _set("op", other_op())
    elif isinstance(node, ast.BoolOp):
        other_bool = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield f"{type(node.op).__name__} becomes {type(other_bool).__name__}", _set("op", other_bool)
    elif isinstance(node, ast.If | ast.IfExp | ast.While):
        yield "the condition is turned round", _set("test", ast.UnaryOp(ast.Not(), node.test))
    elif isinstance(node, ast.match_case) and node.guard is not None:
        yield "the guard is turned round", _set("guard", ast.UnaryOp(ast.Not(), node.guard))
        yield "the guard is gone", _set("guard", None)


def _values(node: ast.AST) -> Iterator[Change]:
    """Constants, what is returned, what is called, what is handed over."""
    if isinstance(node, ast.Constant):
        value = node.value
        if isinstance(value, bool):
            yield f"{value} becomes {not value}", _set("value", not value)
        elif isinstance(value, int):
            yield f"{value} becomes {value + 1}", _set("value", value + 1)
        elif isinstance(value, str):
            yield f"{value!r} is another text", _set("value", value + "x")
        elif isinstance(value, bytes):
            yield f"{value!r} is other bytes", _set("value", value + b"x")
    elif isinstance(node, ast.Return) and node.value is not None:
        if not (isinstance(node.value, ast.Constant) and node.value.value is None):
            yield "returns None", _set("value", ast.Constant(None))
    elif isinstance(node, ast.Call):
        if isinstance(node.func, ast.Name) and node.func.id in CALLS:
            yield f"{node.func.id} becomes {CALLS[node.func.id]}", _set("func", ast.Name(CALLS[node.func.id]))
        for at, keyword in enumerate(node.keywords):
            yield f"{keyword.arg}= is not handed over", _drop(at, "keywords")


def _collections(node: ast.AST) -> Iterator[Change]:
    """Entries of tables, and what a pattern or a set takes."""
    if isinstance(node, ast.Dict):
        for at in range(len(node.keys)):
            yield f"entry {at + 1} is gone", _drop(at, "keys", "values")
        for at in range(len(node.keys) - 1):
            both = node.keys[at] is not None and node.keys[at + 1] is not None
            if both and _differ(node.values, at):
                yield f"entries {at + 1} and {at + 2} are swapped", _swap("values", at)
    elif isinstance(node, ast.Set) and len(node.elts) > 1:
        for at in range(len(node.elts)):
            yield f"element {at + 1} is gone", _drop(at, "elts")
    elif isinstance(node, ast.Tuple) and isinstance(node.ctx, ast.Load):
        for at in range(len(node.elts) - 1):
            if _differ(node.elts, at):
                yield f"elements {at + 1} and {at + 2} are swapped", _swap("elts", at)
    elif isinstance(node, ast.MatchOr):
        for at in range(len(node.patterns)):
            if len(node.patterns) > 1:
                yield f"alternative {at + 1} is gone", _drop(at, "patterns")


def _statements(node: ast.AST) -> Iterator[Change]:
    """Yield what is done and may be left undone."""
    for field in ("body", "orelse"):
        statements = getattr(node, field, None)
        for at, statement in enumerate(statements if isinstance(statements, list) else ()):
            told = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
            if told or not isinstance(statement, ast.Assign | ast.AugAssign | ast.Expr | ast.Raise | ast.If):
                continue
            if isinstance(node, ast.Module | ast.ClassDef):
                continue
            yield f"`{ast.unparse(statement).splitlines()[0]}` is not done", _item(field, at, ast.Pass())


def _skipped(tree: ast.Module) -> set[int]:
    """Return the nodes that say nothing to a machine: docstrings, types, the sentences of errors, imports."""
    skipped: set[int] = set()

    def skip(node: ast.AST | None) -> None:
        skipped.update(id(each) for each in ast.walk(node)) if node is not None else None

    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            skip(node)
        elif isinstance(node, ast.AnnAssign):
            skip(node.annotation)
            skip(node.value if getattr(node.target, "id", "") == "__slots__" else None)
        elif isinstance(node, ast.arg):
            skip(node.annotation)
        elif isinstance(node, ast.FunctionDef):
            skip(node.returns)
            for decorator in node.decorator_list:
                skip(decorator)
        elif isinstance(node, ast.ClassDef):
            for decorator in node.decorator_list:
                skip(decorator)
        elif isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            for argument in node.exc.args:
                skip(argument)
        elif isinstance(node, ast.Assert | ast.Import | ast.ImportFrom) or _is_type_or_slots(node):
            skip(node)
    return skipped


def _is_type_or_slots(node: ast.AST) -> bool:
    if not isinstance(node, ast.Assign):
        return False
    name = getattr(node.targets[0], "id", "")
    union = isinstance(node.value, ast.BinOp) and isinstance(node.value.op, ast.BitOr)
    return name == "__slots__" or (union and name[:1].isupper() and not name.isupper())


def changes(module: str, source: str) -> Iterator[tuple[str, int, Callable[[], str]]]:
    """Yield every change of a module's source: its name, its line, and what makes the changed source."""
    first = ast.parse(source)
    skipped = _skipped(first)
    where = _places(first)
    met: Counter[str] = Counter()
    for at, node in enumerate(ast.walk(first)):
        if id(node) in skipped:
            continue
        line, place = where[id(node)]
        for make in (_operators, _values, _collections, _statements):
            for number, (what, _) in enumerate(make(node)):
                said = f"{module}: {place}: {what} in {_short(node)}"
                met[said] += 1
                name = said if met[said] == 1 else f"{said} #{met[said]}"
                yield name, line, partial(_changed, source, at, make, number)


def _changed(source: str, at: int, make: Callable[[ast.AST], Iterator[Change]], number: int) -> str:
    tree = ast.parse(source)
    node = list(ast.walk(tree))[at]
    list(make(node))[number][1](node)
    return ast.unparse(ast.fix_missing_locations(tree))


def mutants(module: str, source: str) -> Iterator[Mutant]:
    """Yield every mutant of a module's source."""
    for name, line, made in changes(module, source):
        yield Mutant(module, line, name.removeprefix(f"{module}: "), made())


def _short(node: ast.AST) -> str:
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= SHOWN_MAX else f"{text[:SHOWN_MAX]}..."


def _places(tree: ast.Module) -> dict[int, tuple[int, str]]:
    """Return the line and the function or name that each node stands in."""
    found: dict[int, tuple[int, str]] = {}

    def look(node: ast.AST, line: int, place: str) -> None:
        line = getattr(node, "lineno", line)
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            place = f"{place}.{node.name}".lstrip(".")
        elif isinstance(node, ast.Assign | ast.AnnAssign) and "." not in place and not place:
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            place = getattr(target, "id", "")
        found[id(node)] = (line, place)
        for child in ast.iter_child_nodes(node):
            look(child, line, place)

    look(tree, 0, "")
    return found


# --- running one ---------------------------------------------------------------------------------------


class _Served(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Serves one module from a text."""

    def __init__(self, name: str, code: CodeType) -> None:
        self._name = name
        self._code = code

    def find_spec(
        self, fullname: str, _path: Sequence[str] | None, _target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        return importlib.util.spec_from_loader(fullname, self) if fullname == self._name else None

    def get_code(self, _fullname: str) -> CodeType:
        return self._code

    def get_source(self, _fullname: str) -> None:
        return None


def surviving(made: Sequence[Mutant]) -> Iterator[Mutant]:
    """Run the tests against each mutant, each in a process of its own; yield those that leave them green."""
    ahead = list(reversed(made))
    running: dict[int, Mutant] = {}
    while ahead or running:
        while ahead and len(running) < PROCESSES:
            mutant = ahead.pop()
            running[_started(mutant)] = mutant
        process, status = os.wait()
        if os.waitstatus_to_exitcode(status) == 0:
            yield running[process]
        del running[process]
        if len(ahead) % 50 == 0:
            print(f"{len(ahead)} to go", flush=True)


def _started(mutant: Mutant) -> int:
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        code = _run(mutant)
    finally:
        os._exit(code)


def _run(mutant: Mutant) -> int:
    os.chdir(ROOT)
    for names in (OWN[mutant.module], ALSO):
        files = [str(file) for name in names if (file := ROOT / "tests" / "headunit" / name).exists()]
        if run_tests({mutant.module: mutant.source}, files):
            return 1
    return 0


def run_tests(sources: Mapping[str, str], tests: Sequence[str]) -> int:
    """Run tests in this process, with other sources of modules of the lock; return pytest's exit code.

    Nothing of ours may be imported yet; what a process has imported it keeps, so it serves one change.
    """
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S_MAX, CPU_S_MAX))  # a loop without end is a death
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (1, 2):
        os.dup2(nothing, stream)
    if str(ROOT / "src") not in sys.path:
        sys.path.insert(0, str(ROOT / "src"))
    for name, source in sources.items():
        sys.meta_path.insert(0, _Served(f"{PACKAGE}.{name}", compile(source, f"<{name}>", "exec")))
    options = ("-x", "-q", "--assert=plain", "--no-header", "-p", "no:cacheprovider", "-m", "not deep")
    return int(pytest.main([*options, *tests]))


# --- the report ----------------------------------------------------------------------------------------


def explained() -> dict[str, str]:
    """Return the survivors that docs/mutants.md names, each with its reason."""
    rows = re.findall(r"^- `` (.+) ``: (.+)$", PAGE.read_text("utf-8"), re.MULTILINE)
    return dict(rows)


def main(modules: Sequence[str]) -> None:
    """Run every mutant of `modules`, say which survive, and fail where the bar or the page is missed."""
    made = [each for name in modules for each in mutants(name, (FOLDER / f"{name}.py").read_text("utf-8"))]
    unchanged = [Mutant(name, 0, "nothing", (FOLDER / f"{name}.py").read_text("utf-8")) for name in modules]
    if len(list(surviving(unchanged))) != len(modules):
        sys.exit("the tests are red before anything is changed")
    left: list[Mutant] = []
    for mutant in surviving(made):
        left.append(mutant)
        print(f"  survives: {mutant.name} (line {mutant.line})", flush=True)
    ok = True
    for name in modules:
        total = sum(each.module == name for each in made)
        killed = total - sum(each.module == name for each in left)
        print(f"{name}: {killed} of {total} killed, {killed / total:.1%}")
        ok &= killed / total >= KILLED_SHARE_MIN
        row = f"| `{name}.py` | {total} | {killed} |"
        if row not in PAGE.read_text("utf-8"):
            ok = False
            print(f"docs/mutants.md should say: {row}")
    unexplained = {each.name for each in left} - explained().keys()
    stale = {name for name in explained() if name.split(":")[0] in modules} - {each.name for each in left}
    for kind, names in (("without a reason", unexplained), ("explained and dead", stale)):
        for each in sorted(names):
            print(f"{kind}: {each}")
    sys.exit(not ok or bool(unexplained or stale))


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main(sys.argv[1:] or list(OWN))
