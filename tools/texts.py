"""The texts for people: finds them in source and templates, and brings the file of each language up to date.

`python tools/texts.py` writes new texts into `texts/*.po`, untranslated, and takes out those that are gone;
`tests/language` is red while one is missing. `pseudo` makes a language that shows what is not ready for
another one: every text of ours comes out with accents, and what has none was never asked for.
"""

import re
import sys
import tomllib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from radiokey.catalogue.load import load_catalogue
from radiokey.cli.commands import app
from radiokey.cli.help import spoken_of
from radiokey.cli.manual import commands

ROOT: Final = Path(__file__).parents[1]
SOURCE: Final = ROOT / "src" / "radiokey"
TEXTS: Final = SOURCE / "language" / "texts"
PSEUDO: Final = "en-XA"
KEYWORDS: Final[dict[str, Any]] = {
    "_": None,
    "gettext": None,
    "later": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
"""What marks a text, in source and templates."""
JINJA: Final = {"trimmed": "true", "newstyle_gettext": "true", "silent": "false"}
WIDTH: Final = 110
HEAD: Final = """\
msgid ""
msgstr ""
"Language: {tag}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plurals}\\n"

"""
"""No name of a program or a person and no date: the file is the same for the same texts."""
_PLACE: Final = re.compile(r"(%\(\w+\)[a-z]|\{[^}]*\}|<[^>]*>|&\w+;)")
_ACCENTS: Final = str.maketrans("aceinosuyACEINOSUY", "áçéíñöšúýÁÇÉÍÑÖŠÚÝ")


SAID: Final = (
    "code_origin",
    "binding_text",
    "entry_text",
    "confirm_text",
    "schedule_text",
    "final_text",
    "trigger",
    "code_text",
    "clock_text",
    "serial_text",
)
"""The facts of a radio that are sentences; `facts` says what else of it is translated."""
CATALOGUE: Final = (
    "guide/ways.toml",
    "lab/patterns.toml",
    "catalogue/models/nissan_terrano3_article.toml",
    "catalogue/models/renault_86a.toml",
)
"""The files of the catalogue whose whole prose is translated; the rest of the others' is in English."""
NAMED: Final = tuple(
    f"catalogue/models/{name}.toml"
    for name in (
        "nissan_terrano3_medianav",
        "renault_medianav_lg",
        "renault_precode_old",
        "renault_rlink1",
        "renault_rlink2",
    )
)
"""Files of which short names are translated, too."""
PROSE: Final = frozenset(
    {"name", "short", "tell_apart", "trigger", "code_origin", "question", "more", "how", "meaning", "who"}
    | {"ask", "papers", "cost", "wait", "unit_type", "conflicts", "quirks"}
)
"""The fields that are prose, and all that end in `_text`."""


def prose(value: Any, *, said: bool = False) -> Iterator[str]:  # noqa: ANN401 - TOML gives anything
    """Yield the prose of a file of the catalogue; a name of a car is none."""
    if isinstance(value, str) and said:
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from prose(one, said=said)
    elif isinstance(value, dict):
        for name, one in value.items():
            if not (name == "name" and "variant" in value) and name not in {"makes", "sources", "labels"}:
                yield from prose(one, said=said or name in PROSE or name.endswith("_text"))


def facts() -> Iterator[tuple[str, str]]:
    """Return what the catalogue says of each radio in sentences, with the file that says it."""
    for model in load_catalogue().models.values():
        values = (
            *(getattr(model, name) for name in SAID),
            *(getattr(model.ways, name) for name in ("ask", "papers", "cost", "wait")),
        )
        said = (
            model.name,
            model.tell_apart,
            *(fact.value for fact in values),
            *(fact.value.how for fact in model.place_facts if fact.value is not None),
            *(word.meaning for word in model.words.value or ()),
        )
        yield from ((text, f"catalogue/models/{model.id}.toml") for text in said if text)


def scenarios() -> Iterator[tuple[str, str]]:
    """Return the title and the story of each scenario, with its file."""
    for file in sorted((SOURCE / "vehicle" / "scenarios").glob("*.toml")):
        told = tomllib.loads(file.read_text("utf-8"))
        yield from ((told[name], file.relative_to(SOURCE).as_posix()) for name in ("title", "story"))


def helps() -> Iterator[tuple[str, str]]:
    """Return what each command says of itself and of what it takes, with the file that says it."""
    for _name, _noun, command, context in commands(app):
        home = str(getattr(command.callback, "__module__", "")).removeprefix("radiokey.").replace(".", "/")
        yield from ((text, f"{home}.py") for text in spoken_of(command, context))
        above = context.parent
        while above is not None:
            yield from ((text, "cli/commands.py") for text in spoken_of(above.command, above))
            above = above.parent


def sources() -> Iterator[tuple[Path, str]]:
    """Return every file that can hold texts, with how it is read."""
    yield from ((file, "python") for file in sorted(SOURCE.rglob("*.py")))
    templates = sorted((SOURCE / "web" / "templates").rglob("*"))
    yield from ((file, "jinja2.ext:babel_extract") for file in templates if file.is_file())


def template() -> Catalog:
    """Return every text there is, with the files that say it."""
    found = Catalog(fuzzy=False)
    for file, method in sources():
        options = JINJA if method != "python" else {}
        for _line, message, comments, context in extract_from_file(
            method, file, keywords=KEYWORDS, comment_tags=("i18n:",), options=options, strip_comment_tags=True
        ):
            place = file.relative_to(SOURCE).as_posix()
            found.add(message, None, [(place, 0)], auto_comments=comments, context=context)
    for name in CATALOGUE:
        for text in prose(tomllib.loads((SOURCE / name).read_text("utf-8"))):
            found.add(text, None, [(name, 0)])
    for name in NAMED:
        radio = tomllib.loads((SOURCE / name).read_text("utf-8"))
        for field in ("name", "short"):
            found.add(radio[field], None, [(name, 0)])
    for text, name in (*facts(), *helps(), *scenarios()):
        found.add(text, None, [(name, 0)])
    return found


def read(po: Path) -> Catalog:
    """Return the texts of a language."""
    with po.open("rb") as file:
        return read_po(file, locale=po.stem.replace("-", "_"), abort_invalid=True)


def updated(po: Path, template: Catalog) -> bytes:
    """Return the file of a language with the texts there are now; no text is guessed from a similar one."""
    catalog = read(po)
    catalog.update(template, no_fuzzy_matching=True)
    catalog.obsolete.clear()
    written = BytesIO()
    write_po(written, catalog, width=WIDTH, omit_header=True, sort_by_file=True, include_lineno=False)
    head = HEAD.format(tag=po.stem, plurals=catalog.plural_forms)
    return head.encode() + written.getvalue()


def accented(text: str) -> str:
    """Return an English text with accents, its places and tags as they are.

    >>> accented("Press %(n)s <b>once</b>, {key}")
    'Préšš %(n)s <b>öñçé</b>, {key}'
    """
    parts = _PLACE.split(text)
    return "".join(part if at % 2 else part.translate(_ACCENTS) for at, part in enumerate(parts))


def pseudo() -> bytes:
    """Return the compiled texts of the language that does not exist."""
    catalog = template()
    catalog.locale = None
    for message in catalog:
        if isinstance(message.id, tuple):
            message.string = tuple(map(accented, message.id))
        elif message.id:
            message.string = accented(str(message.id))
    made = BytesIO()
    write_mo(made, catalog)
    return made.getvalue()


def main() -> None:
    """Bring the file of each language up to date, and say what is not translated yet."""
    found = template()
    for po in sorted(TEXTS.glob("*.po")):
        po.write_bytes(updated(po, found))
        left = [message.id for message in read(po) if message.id and not _complete(message.string)]
        print(f"{po.name}: {len(found)} texts, {len(left)} without a translation", file=sys.stderr)


def _complete(string: Any) -> bool:  # noqa: ANN401 - Babel's: one text or its forms
    return bool(string) if isinstance(string, str) else all(string)


if __name__ == "__main__":
    main()
