"""The picture of folders and imports is drawn from the code; a stale one is red."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "architecture.md"


@pytest.fixture
def drawing(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "tools")
    import draw_architecture  # noqa: PLC0415 - a tool is found only now

    return draw_architecture


def test_the_page_is_what_the_code_says():
    command = (sys.executable, ROOT / "tools" / "draw_architecture.py")
    drawn = subprocess.run(command, capture_output=True, text=True, check=True, encoding="utf-8").stdout
    stale = "run: python tools/draw_architecture.py > docs/architecture.md"
    assert PAGE.read_text("utf-8") == drawn, stale


def test_every_folder_has_a_line_and_every_line_a_sentence():
    text = PAGE.read_text("utf-8")
    source = ROOT / "src" / "radiokey"
    for package in (source, source / "base", source / "web"):
        for folder in package.iterdir():
            if (folder / "__init__.py").is_file():
                assert f"\n| `{folder.name}` | " in text
    assert "|  |" not in text


def test_an_import_for_a_type_checker_alone_is_an_import(drawing, tmp_path, monkeypatch):
    (tmp_path / "sample" / "low").mkdir(parents=True)
    (tmp_path / "sample" / "__init__.py").touch()
    (tmp_path / "sample" / "low" / "__init__.py").touch()
    (tmp_path / "sample" / "low" / "inner.py").touch()
    (tmp_path / "sample" / "high.py").write_text(
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from sample.low import inner\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    imports = drawing.imports_within(drawing.graph_of("sample"), "sample")
    assert imports == {"high": {"low"}, "low": frozenset()}


def test_an_arrow_is_left_out_only_where_others_lead_there(drawing):
    imports = {"a": frozenset(), "b": frozenset("a"), "c": frozenset("ab"), "d": frozenset("a")}
    assert drawing.shortest(imports) == {**imports, "c": {"b"}}
    assert drawing.in_order(imports) == ["a", "b", "d", "c"]


@pytest.mark.parametrize("name", ["shortest", "in_order"])
def test_a_circle_of_imports_is_not_drawn(drawing, name):
    with pytest.raises(ValueError, match="in a circle"):
        getattr(drawing, name)({"a": frozenset("b"), "b": frozenset("a")})
