"""Code and docs keep to the words of docs/words.md."""

import ast
import re
from pathlib import Path

from tables import each

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "words.md").read_text("utf-8")
TERMS = re.findall(r"^\| ([^`|]+?) \| [^|]+ \| `(radiokey[\w.]+)` \|$", PAGE, re.MULTILINE)
OLD = {
    word: set(re.findall(r"`([^`]+)`", elsewhere))
    for word, elsewhere in re.findall(r"^\| `(\w+)` \| [^|]+ \|([^|]*)\|$", PAGE, re.MULTILINE)
}
PROSE = ("",)
"""Parts of the package whose prose is read: all of it."""
ODD = re.compile(r"\b(told|whoever|asked of)\b", re.IGNORECASE)
CONTRACT = re.compile(r'"told": \[|here\.told\b|\btold FROM request_now|told, count|BY told|/told\b')
GONE = re.compile(
    r"radiokey\.base\.(release\.asked|requests\.(acts|figures|compare)|units\.(intake|unitfile)"
    r"|log\.(kept|whole|witnessed)|identity\.(entrance|hidden))\b"
)


def names(file):
    """Yield the module, the classes and the functions of a file, these only where one of them has an old name."""
    yield file.stem
    text = file.read_text("utf-8")
    if not OLD.keys() & set(re.findall(r"\b(?:class|def)\s+(\w+)", text)):
        return  # to parse every file takes seconds
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name


def python():
    for folder in ("src", "tests", "tools", "bench"):
        yield from sorted((ROOT / folder).rglob("*.py"))


def test_the_page_has_terms_and_old_words():
    assert len(TERMS) > 40
    assert len(OLD) > 25


@each(("term", "module"), TERMS, ids=[term for term, _ in TERMS])
def test_a_term_is_used_in_its_module(term, module):
    text = (ROOT / "src" / f"{module.replace('.', '/')}.py").read_text("utf-8").lower()
    assert re.search(re.escape(term.lower()).replace(r"\ ", r"[\s_-]*"), text)


def test_no_old_word_is_a_name():
    found = {
        (word, file.relative_to(ROOT).as_posix()) for file in python() for word in names(file) if word in OLD
    }
    assert {(word, file) for word, file in found if file not in OLD[word]} == set()
    assert {(word, file) for word, files in OLD.items() for file in files} == found


def test_the_prose_of_the_source_has_no_odd_words():
    files = [ROOT / "src" / "radiokey" / part for part in PROSE]
    files = [one for file in files for one in ([file] if file.is_file() else file.rglob("*"))]
    lines = [
        f"{file.relative_to(ROOT)}:{number}: {line}"
        for file in files
        if file.suffix in {".py", ".sql"} and "migrations" not in file.parts
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1)
        if ODD.search(CONTRACT.sub("", line))
    ]
    assert not lines


def test_no_old_module_path_is_left():
    files = [*(ROOT / "docs").rglob("*.md"), *(file for file in python() if file != Path(__file__))]
    assert not [file for file in files if GONE.search(file.read_text("utf-8"))]
