"""Every text for people is in every language there is; what is not marked as a text yet is counted."""

import ast
import importlib
import re
from collections import Counter
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

import radiokey
from radiokey.language.load import known

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "radiokey"
PLACE = re.compile(r"%\((\w+)\)[a-z]|\{(\w+)(?:![rsa])?(?::[^}]*)?\}")
TAG = re.compile(r"</?\w+[^>]*>")
WORD = re.compile(r"[A-Za-z]{2,}")
SAME = {
    "BMW Bavaria C Reverse RDS",
    "Jaguar Alpine",
    "Rover R860 (Rover 600)",
    "Rover R960, Philips",
    "Nissan Qashqai 2012",
    'VIN <span class="wide">%(text)s</span>',
    "{day}, {time} UTC",
}
"""Texts that another language says with the same letters: names, and what stands on a label."""

NAMES = {"Radiokey", "VIN", "DoIP", "CAN", "MB", "UTC", "PDF"}
"""What a template says in every language alike."""
EXAMPLES = {"281155216RT V212", "CODE", "Duster 2012", "2024-10", "22 FD08", "autohaus-nord"} | {
    "radiokey base log verify DIR"
}
"""What somebody types: shown in an empty field, or as a command."""

NOT_YET_SOURCE = {
    "": 2,
    "base": 96,
    "catalogue": 92,
    "cli": 12,
    "code": 2,
    "diagnostics": 9,
    "guide": 52,
    "headunit": 18,
    "vault": 9,
    "vehicle": 106,
    "web": 184,
}
"""Folders of the source, each with how many literals that read like words it says in English alone: they may only become
fewer. What is neither a sentence nor shown counts too."""


@pytest.fixture(scope="module")
def tools():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / "tools")
        return importlib.import_module("texts")


@pytest.fixture(scope="module")
def template(tools):
    return tools.template()


@pytest.fixture(scope="module", params=[tag for tag in known().tags if tag != "en"])
def catalog(request, tools):
    return tools.read(tools.TEXTS / f"{request.param}.po")


def forms(message):
    return (message.string,) if isinstance(message.string, str) else tuple(message.string)


def originals(message):
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


def key(message):
    return message.context, originals(message)


def test_the_file_of_a_language_holds_the_texts_there_are(template, catalog):
    """A text that is new or gone: `python tools/texts.py`, then translate it."""
    assert {key(one) for one in catalog if one.id} == {key(one) for one in template if one.id}


def test_every_text_is_translated(catalog):
    assert [one.id for one in catalog if one.id and not all(forms(one))] == []


def test_a_translation_has_the_places_and_the_tags_of_its_text(catalog):
    for message in catalog:
        if message.id:
            wanted = {name for text in originals(message) for found in PLACE.findall(text) for name in found}
            tags = Counter(TAG.findall(originals(message)[-1]))
            for said in forms(message):
                assert {name for found in PLACE.findall(said) for name in found} == wanted, said
                assert Counter(TAG.findall(said)) == tags, said


def test_no_translation_is_the_english(catalog):
    same = {
        text
        for one in catalog
        if one.id
        for text, said in zip(originals(one), forms(one), strict=False)
        if text == said and WORD.search(TAG.sub("", PLACE.sub("", text)))
    }
    assert same - SAME == set()


def test_a_count_has_the_forms_of_its_language(catalog):
    assert all(len(forms(one)) == catalog.num_plurals for one in catalog if isinstance(one.id, tuple))


# --- what is not marked -----------------------------------------------------------------------------------


def unmarked(text: str, environment: Environment) -> list[str]:
    """Return what a template says itself, outside of every text: words between tags, and spoken attributes."""
    said = []
    for node in environment.parse(text).find_all(nodes.Output):
        said.extend(one.data if isinstance(one, nodes.TemplateData) else "\0" for one in node.nodes)
    page = "".join(said)
    spoken = re.findall(r'\b(?:placeholder|aria-label|title|alt)="([^"\0]*)"', page)
    bare = re.sub(r"<style.*?</style>|<[^>]*>", "\n", page, flags=re.DOTALL)
    lines = [*re.split(r"[\n\0]", bare), *spoken]
    return [
        line.strip()
        for line in lines
        if line.strip() not in EXAMPLES
        and not re.match(r'[?&/"]|[\w-]+="', line.strip())  # of an address or an attribute
        and set(WORD.findall(re.sub(r"&\w+;", "", line))) - NAMES
    ]


def test_a_page_says_nothing_that_is_no_text():
    environment = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    home = SOURCE / "web" / "templates"
    found = {
        file.relative_to(home).as_posix(): unmarked(file.read_text("utf-8"), environment)
        for file in sorted(home.rglob("*"))
        if file.is_file()
    }
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_a_word_in_a_template_is_found():
    environment = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    page = '<p class="x">{% trans %}Yes{% endtrans %} {{ _("no") }} <b>Radiokey</b> <i title="Look">Stay {{ x }}</i></p>'
    assert unmarked(page, environment) == ["Stay", "Look"]


MARKS = {"gettext", "ngettext", "pgettext", "later"}
SILENT = {
    "compile",
    "search",
    "match",
    "fullmatch",
    "sub",
    "findall",
    "startswith",
    "endswith",
    "removeprefix",
    "split",
}


def sentences(tree: ast.AST) -> list[str]:
    """Return every literal in functions that reads like words, is no text of ours and is not documentation."""
    found: list[str] = []

    def walk(node, inside):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in MARKS | SILENT:
                return
        if isinstance(node, (ast.Assert, ast.Compare)):
            return
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Module)):
            body = node.body
            if body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
                body = body[1:]
            for child in body:
                walk(child, inside or not isinstance(node, ast.Module | ast.ClassDef))
            return
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            return
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if inside and " " in node.value.strip() and re.search(r"[a-z]{2,}", node.value):
                found.append(node.value)
            return
        for child in ast.iter_child_nodes(node):
            walk(child, inside)

    walk(tree, inside=False)
    return found


def test_a_literal_in_the_source_is_found():
    code = 'def f():\n    """Not this."""\n    raise E(gettext("no wait"), hint="stay calm")\n'
    assert sentences(ast.parse(code)) == ["stay calm"]


def test_the_source_says_less_and_less_that_is_no_text():
    left = Counter()
    for file in sorted(SOURCE.rglob("*.py")):
        name = file.relative_to(SOURCE)
        left[name.parts[0] if len(name.parts) > 1 else ""] += len(
            sentences(ast.parse(file.read_text("utf-8")))
        )
    assert {folder: count for folder, count in left.items() if count > NOT_YET_SOURCE.get(folder, 0)} == {}


SPEAKS = re.compile(
    r"[A-Z][a-z]* [a-z]{2}|[A-Z][a-z]+ [A-Z]|.*[a-z]{2}[.?!] [A-Z]|[A-Z]?[a-z]+(?: [a-z]+)*[.?!]$"
)
"""How a sentence or a name begins; a name of a class, an event or a file does not."""
SAID_BY_SCRIPT = re.compile(
    r"""(?:\b(?:made|line)\((?:"\w+"|\w+), |\bbutton\(|\bsay\(|\.textContent = |"aria-label", )(["'`])((?:(?!\1).)*[A-Za-z](?:(?!\1).)*)\1"""
)
BARCODES = {"Code 128", "Code 39", "Code 93", "Interleaved 2 of 5", "Data Matrix", "QR Code"}
NOT_YET_SCRIPTS = {"desk.js": 2, "passkey.js": 5}


def spoken_by_script(script: str) -> list[str]:
    """Return the literals of a script that read like something said; what it says comes from its page."""
    code = "\n".join(line for line in script.splitlines() if not line.lstrip().startswith("//"))
    literals = [found[2] for found in re.finditer(r"""(["'`])((?:\\.|(?!\1).)*)\1""", code)]
    said = {one for one in literals if SPEAKS.match(re.sub(r"\$\{[^}]*\}", "", one).strip())}
    said |= {found[2] for found in SAID_BY_SCRIPT.finditer(code) if not found[2].startswith("${")}
    return sorted(said - BARCODES)


def test_a_script_says_nothing_itself():
    """Its page hands it each text, in the language of the page."""
    home = SOURCE / "web" / "static"
    found = {file.name: spoken_by_script(file.read_text("utf-8")) for file in sorted(home.glob("*.js"))}
    assert {name: said for name, said in found.items() if len(said) > NOT_YET_SCRIPTS.get(name, 0)} == {}


def test_a_literal_that_a_script_says_is_found():
    script = """
// Not this one.
say("Hold it still."); box.append(made("h2", "Photo", "button second")); a.textContent = on ? words.a : `Left: ${n}`;
made("p", `${words.left} ${n}`); x = box.closest("section p"); throw new Error("NotAllowedError");
el.setAttribute("aria-label", "The place"); why = { A: "No passkey answered: try again." };
"""
    assert spoken_by_script(script) == [
        "Hold it still.",
        "No passkey answered: try again.",
        "Photo",
        "The place",
    ]


def test_the_files_of_texts_stay_out_of_the_package():
    """They are for translators; what is shipped is compiled from them."""
    home = Path(radiokey.__file__).parent / "language" / "texts"
    assert {file.suffix for file in home.iterdir()} == {".mo"}
