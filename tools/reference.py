"""The reference of the documentation, drawn from the product: its API, commands, errors, radios and sources.

Nothing here is written twice: routes and bodies come from the OpenAPI document, commands from the tree that
the command line runs, errors from their classes, facts from the catalogue with what each rests on.
"""

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from inspect import cleandoc
from pathlib import Path
from typing import Any, Final

import click
import facts

from radiokey.cli.commands import app
from radiokey.cli.examples import of_command
from radiokey.cli.main import exit_code
from radiokey.cli.manual import commands
from radiokey.errors import RadiokeyError
from radiokey.web.app import create_app
from radiokey.web.http.problems import status_of


@dataclass(frozen=True)
class Page:
    """A page that is drawn: its heading, what the menu says of it, its Markdown, and the pages below it."""

    title: str
    about: str
    text: str
    below: tuple[str, ...] = ()


def pages() -> dict[str, Page]:
    """Return every drawn page by its place on the site."""
    return {
        "reference/commands.md": Page(
            "Every command", "usage, options and an example of each", command_page()
        ),
        "reference/api.md": Page("The API, route by route", "from the OpenAPI document", api_page(openapi())),
        "reference/errors.md": Page("Every error", "its meaning, exit code and HTTP status", error_page()),
        **{name: Page(title, about, text, below) for name, title, about, text, below in facts.pages()},
    }


def cell(text: str) -> str:
    """Return a text as a cell of a table takes it: on one line, with no bar that ends it."""
    return " ".join(text.split()).replace("|", "\\|")


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a table, or nothing where it has no row."""
    lines = [f"| {' | '.join(cell(one) for one in row)} |" for row in rows]
    titles = list(head)
    return "\n".join([f"| {' | '.join(titles)} |", "|" + "---|" * len(titles), *lines, ""]) if lines else ""


def literal(text: str) -> str:
    """Return a text as code, whatever stands in it."""
    return f"`` {text} ``" if "`" in text else f"`{text}`"


COMMANDS: Final = """# Every command

Drawn from the command tree: the words of `--help`. What comes out, field by field:
[the command line](../cli.md).
"""
ERRORS: Final = """# Every error

Drawn from `radiokey.errors`. What to do about each: [what can go wrong](../errors.md).
"""
API: Final = """# The API, route by route

Drawn from the OpenAPI document that a base serves at `/api/openapi.json`. Who may ask what, and what is
promised: [the API of a base](../spec/api.md).
"""
BODIES: Final = """## Bodies

The objects that routes take and give.
"""


# --- commands -----------------------------------------------------------------------------------------------


def command_page() -> str:
    """Return the page of commands, each under a heading of its own."""
    parts = [COMMANDS]
    for name, noun, command, context in commands(app):
        parts.append("\n".join(_command(name, noun, command, context)))
    return "\n".join(parts)


def _command(name: str, noun: str | None, command: click.Command, context: click.Context) -> Iterator[str]:
    yield f"## {name}\n"
    yield "\n\n".join(" ".join(part.split()) for part in (command.help or "").split("\n\n")) + "\n"
    yield f"```text\n{' '.join((name, *command.collect_usage_pieces(context)))}\n```\n"
    records = (one.get_help_record(context) for one in command.get_params(context))
    yield table(("option", "what it is for"), ((literal(one[0]), one[1]) for one in records if one))
    if lines := of_command(noun, name.rpartition(" ")[2]):
        yield "```sh\n" + "\n".join(lines) + "\n```\n"


# --- errors -------------------------------------------------------------------------------------------------


def errors(kind: type[RadiokeyError] = RadiokeyError) -> Iterator[type[RadiokeyError]]:
    """Yield every kind of error, a branch before what grows from it."""
    yield kind
    for child in kind.__subclasses__():
        yield from errors(child)


def error_page() -> str:
    """Return the page of errors, in the order of the tree."""
    parts = [ERRORS]
    for kind in errors():
        raised = kind("x")
        row = [
            (
                literal(kind.slug),
                str(exit_code(raised)),
                str(status_of(raised)),
                literal(kind.__bases__[0].__name__),
            )
        ]
        parts += [
            f"## {kind.slug}\n",
            cleandoc(kind.__doc__ or "") + "\n",
            table(("slug", "exit code", "HTTP status", "a kind of"), row),
        ]
    return "\n".join(parts)


# --- the API ------------------------------------------------------------------------------------------------

VERBS: Final = ("get", "put", "post", "patch", "delete")


def openapi() -> dict[str, Any]:
    """Return the OpenAPI document as a base serves it."""
    with tempfile.TemporaryDirectory() as folder:
        site = create_app(Path(folder) / "base.sqlite3", secret=bytes(32))
        try:
            return site.openapi_schema.to_schema()
        finally:
            site.state.site.base.close()


def api_page(document: Mapping[str, Any]) -> str:
    """Return the page of the API: every route, then every body."""
    parts = [API]
    for path, item in document["paths"].items():
        parts += ["\n".join(_route(verb, path, item[verb])) for verb in VERBS if verb in item]
    parts.append(BODIES)
    for name, schema in sorted(document["components"]["schemas"].items()):
        parts.append("\n".join(_schema(name, schema)))
    return "\n".join(parts)


def _route(verb: str, path: str, route: Mapping[str, Any]) -> Iterator[str]:
    yield f"## {verb.upper()} {path}\n"
    yield f"{route.get('description') or route['summary']}\n"
    asked = [name for one in route.get("security", ()) for name in one]
    yield f"{'A token is needed.' if asked else 'No token is needed.'}\n"
    rows = (
        (
            literal(one["name"]),
            one["in"],
            "yes" if one.get("required") else "no",
            kind_of(one["schema"]),
            one.get("description") or "",
        )
        for one in route.get("parameters", ())
    )
    yield table(("parameter", "in", "needed", "kind", "what it is"), rows)
    for media, taken in route.get("requestBody", {}).get("content", {}).items():
        yield f"Takes `{media}`: {kind_of(taken['schema'])}.\n"
    yield table(
        ("status", "what came", "body"), (_answer(status, one) for status, one in route["responses"].items())
    )


def _answer(status: str, answer: Mapping[str, Any]) -> tuple[str, str, str]:
    bodies = [f"`{media}`: {kind_of(one['schema'])}" for media, one in answer.get("content", {}).items()]
    return status, answer["description"], ", ".join(bodies)


def _schema(name: str, schema: Mapping[str, Any]) -> Iterator[str]:
    yield f"### {name}\n"
    if said := schema.get("description"):
        yield f"{said}\n"
    needed = set(schema.get("required", ()))
    rows = (
        (literal(field), kind_of(one), "yes" if field in needed else "no", _bounds(one))
        for field, one in schema.get("properties", {}).items()
    )
    yield table(("field", "kind", "needed", "bounds"), rows) or f"{kind_of(schema)}\n"


def kind_of(schema: Mapping[str, Any]) -> str:
    """Return what kind of value a schema stands for, in a few words.

    >>> kind_of({"type": "array", "items": {"$ref": "#/components/schemas/Clearing"}})
    'list of [Clearing](#clearing)'
    """
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    for several in ("oneOf", "anyOf"):
        if several in schema:
            return " or ".join(kind_of(one) for one in schema[several])
    if "const" in schema:
        return literal(str(schema["const"]))
    if "enum" in schema:
        return "one of " + ", ".join(literal(str(one)) for one in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {kind_of(schema.get('items', {}))}"
    said = schema.get("type", "anything")
    return " or ".join(said) if isinstance(said, list) else str(said)


def _bounds(schema: Mapping[str, Any]) -> str:
    words = {
        "minLength": "at least {} characters",
        "maxLength": "at most {} characters",
        "minimum": "{} or more",
        "maximum": "at most {}",
        "maxItems": "at most {} of them",
    }
    said = [form.format(schema[name]) for name, form in words.items() if name in schema]
    if schema.get("default") not in (None, ""):
        said.append(f"without it {literal(str(schema['default']))}")
    return ", ".join(said)
