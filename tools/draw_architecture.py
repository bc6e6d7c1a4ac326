"""Draws the folders and their imports from the code: `docs/architecture.md` is this program's output.

python tools/draw_architecture.py > docs/architecture.md
"""

import ast
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import grimp

SOURCE: Final = Path(__file__).resolve().parent.parent / "src"
PACKAGE: Final = "radiokey"

Imports = Mapping[str, frozenset[str]]
"""For each part of a package the other parts that it imports."""


def graph_of(package: str = PACKAGE) -> grimp.ImportGraph:
    """Return every import of the package, also those for type checkers alone."""
    return grimp.build_graph(package, exclude_type_checking_imports=False, cache_dir=None)


def imports_within(graph: grimp.ImportGraph, package: str) -> dict[str, frozenset[str]]:
    """Return for each folder and module right below `package` what it imports of the others."""
    inside = f"{package}."
    parts = {module.removeprefix(inside) for module in graph.find_children(package)}
    found: dict[str, set[str]] = {part: set() for part in sorted(parts)}
    for module in graph.modules:
        part = module.removeprefix(inside).partition(".")[0]
        if not module.startswith(inside):
            continue
        for imported in graph.find_modules_directly_imported_by(module):
            other = imported.removeprefix(inside).partition(".")[0]
            if imported.startswith(inside) and other != part:
                found[part].add(other)
    return {part: frozenset(others) for part, others in found.items()}


def shortest(imports: Imports) -> dict[str, frozenset[str]]:
    """Leave out each import that a chain of others leads to as well (the transitive reduction)."""
    behind: dict[str, frozenset[str]] = {}

    def reached(part: str, way: tuple[str, ...] = ()) -> frozenset[str]:
        if part in way:
            raise ValueError(f"imports in a circle: {' -> '.join((*way, part))}")
        if part not in behind:
            below = (reached(other, (*way, part)) for other in imports[part])
            behind[part] = imports[part].union(*below)
        return behind[part]

    ways = {part: reached(part) for part in imports}
    return {
        part: frozenset(one for one in others if not any(one in ways[other] for other in others - {one}))
        for part, others in imports.items()
    }


def picture(imports: Imports) -> str:
    """Return the parts as a Mermaid flowchart whose arrows point up, from who imports to what is imported."""
    lines = ["flowchart BT"]
    lines += [f'  n_{part}["{part}"]' for part in in_order(imports)]
    lines += [
        f"  n_{part} --> n_{other}" for part, others in shortest(imports).items() for other in sorted(others)
    ]
    return "\n".join(lines)


def table(package: str, imports: Imports) -> str:
    """Return a line for each part, those first that import nothing of the rest."""
    lines = []
    for part in in_order(imports):
        named = ", ".join(f"`{one}`" for one in sorted(imports[part])) or "-"
        lines.append(f"| `{part}` | {_what(package, part)} | {named} |")
    return "\n".join(lines)


def in_order(imports: Imports) -> list[str]:
    """Return the parts so that each stands below what it imports."""
    order: list[str] = []
    while len(order) < len(imports):
        ready = [part for part in sorted(imports) if part not in order and imports[part] <= set(order)]
        if not ready:
            raise ValueError("imports in a circle")
        order += ready
    return order


def _what(package: str, part: str) -> str:
    """Return the first line of the part's docstring."""
    path = SOURCE.joinpath(*package.split("."), part)
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    said = ast.get_docstring(ast.parse(file.read_text("utf-8"))) or ""
    return said.partition("\n")[0].replace("|", "\\|")


def document() -> str:
    """Return `docs/architecture.md`."""
    graph = graph_of()
    parts: dict[str, str] = {}
    for name, package in (("top", PACKAGE), ("base", f"{PACKAGE}.base"), ("web", f"{PACKAGE}.web")):
        imports = {part: others - {"__main__"} for part, others in imports_within(graph, package).items()}
        imports.pop("__main__", None)
        parts |= {f"{name}_picture": picture(imports), f"{name}_table": table(package, imports)}
    return _DOCUMENT.format(**parts)


_DOCUMENT: Final = """\
# Folders and imports

This page is drawn from the imports in `src/radiokey` and the first line of each folder's docstring. A test
fails when it is stale. Write it anew with

    python tools/draw_architecture.py > docs/architecture.md

An arrow leads from a folder to one that it imports, and all arrows point up: `lint-imports` keeps them so
(the contracts stand in `pyproject.toml`). An arrow is left out where others lead to the same place; the
tables name every import. Why it is cut this way: [ADR 1](adr/0001-layout-and-contracts.md) and
[ADR 13](adr/0013-a-folder-per-noun.md).

## The whole

The folders tell the story from above: which radio it is, what opens it, what the device does, which radios
there are, what the owner does now, who may have the code, and how people and programs reach all that.

```mermaid
{top_picture}
```

| folder | what it holds | imports |
|---|---|---|
{top_table}

## `base`: a folder for each noun

```mermaid
{base_picture}
```

| folder | what it holds | imports of `base` |
|---|---|---|
{base_table}

## `web`: a folder for each who asks

```mermaid
{web_picture}
```

| folder | what it holds | imports of `web` |
|---|---|---|
{web_table}
"""


if __name__ == "__main__":
    print(document(), end="")
