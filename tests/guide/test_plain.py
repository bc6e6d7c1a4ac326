"""The tool that reads the guide aloud: it finds what is too long or too hard, and exceptions nobody needs."""

import importlib.util
import tomllib
from pathlib import Path

import pytest

TOOLS = Path(__file__).parents[2] / "tools"
EASY = "Wait. Do not touch the keys."
HARD = "Institutional ramifications necessitate administrative deliberation."
LONG = "Wait. " * 61


@pytest.fixture
def plain(monkeypatch):
    """The tool with syllables guessed by their vowels: the dictionary takes a second to read."""
    spec = importlib.util.spec_from_file_location("plain_tool", TOOLS / "plain.py")
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    monkeypatch.setattr(tool, "_pronounced", dict)
    return tool


@pytest.mark.parametrize(
    ("kind", "texts", "excepted", "said"),
    [
        ("long", {"a": EASY, "b": LONG}, {}, ["b: 61 words, of 60"]),
        ("long", {"a": EASY, "b": LONG}, {"b": "a reason"}, []),
        ("long", {"a": EASY}, {"a": "a reason"}, ["a: is not too long any more, take it out of plain.toml"]),
        ("long", {"a": EASY}, {"c": "a reason"}, ["c: stands in plain.toml and is no text"]),
        ("hard", {"a": EASY}, {}, []),
        ("hard", {"b": HARD}, {"b": "a reason"}, []),
    ],
)
def test_what_is_too_long_or_excepted_for_nothing_is_found(plain, kind, texts, excepted, said):
    assert list(plain.complaints(texts, kind, excepted)) == said


def test_what_is_too_hard_is_found(plain):
    assert [one[:16] for one in plain.complaints({"a": EASY, "b": HARD}, "hard", {})] == ["b: reading ease "]


def test_a_line_of_a_list_is_a_sentence(plain):
    assert plain.reading_ease("Look here\nLook there") == plain.reading_ease("Look here. Look there.")


def test_each_exception_gives_its_reason():
    kinds = tomllib.loads((TOOLS / "plain.toml").read_text(encoding="utf-8"))
    assert set(kinds) == {"long", "hard"}
    assert all(len(reason.split()) > 4 for kind in kinds.values() for reason in kind.values())
