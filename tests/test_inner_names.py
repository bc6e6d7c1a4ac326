"""No inner name reaches a person: no name of a field, of a scope or of a constant in what is shown.

Looked through: the pages' and mails' templates, the guide's texts, what the catalogue says of radios, and every
sentence in the source, which is where errors, hints and the command line have theirs.
"""

import ast
import re
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import click
import pytest

import radiokey
from radiokey.base.identity.roles import Permission
from radiokey.catalogue.index import cards
from radiokey.catalogue.load import load_catalogue
from radiokey.cli.commands import app
from radiokey.code.value import Code
from radiokey.guide.assumed import spoken_assumptions
from radiokey.guide.checklist import checklist
from radiokey.guide.coach import coach
from radiokey.guide.load import load_guide
from radiokey.guide.sheet import sheet
from radiokey.guide.waiting import wait_answer

SOURCE = Path(radiokey.__file__).parent
SNAKE = re.compile(r"(?<![\w/.{-])[a-z]+[a-z0-9]*(?:_[a-z0-9]+)+(?![\w(])")
SHOUTED = re.compile(r"(?<![\w])[A-Z]{2,}(?:_[A-Z]+)+(?!\w)")
SCOPE = re.compile(
    r"(?<![\w/.:-])(?:" + "|".join({one.value.split(":")[0] for one in Permission}) + r"):[a-z][a-z-]+"
)
ALLOWED = {
    "code:release",  # what somebody who makes a token writes after --scope
    "pg_dump", "pg_restore",  # PostgreSQL's programs
    "LC_ALL", "LC_MESSAGES",  # where a shell says its language
    "RADIOKEY_TOKEN", "OTEL_EXPORTER_OTLP_HEADERS",  # variables that are set under these names
}  # fmt: skip
"""Names that people type under this very name."""
FOR_AUTHORS = ("base/sql/", "catalogue/typed.py")
"""Statements, and what is said to who writes a file of the catalogue: its fields go by their names."""
LEAST_WORDS = 4


def inner(text: str) -> list[str]:
    """The inner names in a text for people; the id of a radio is none, for it is typed."""
    found = [*SNAKE.findall(text), *SHOUTED.findall(text), *SCOPE.findall(text)]
    return [name for name in found if name not in cards() and name not in ALLOWED]


def template_texts() -> Iterator[tuple[str, str]]:
    """What a template shows by itself: without its logic, its tags and their attributes but spoken ones."""
    for file in sorted((SOURCE / "web/templates").rglob("*.*")):
        text = re.sub(
            r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", " ", file.read_text(encoding="utf-8"), flags=re.DOTALL
        )
        spoken = re.findall(r'(?:aria-label|alt|title|placeholder)="([^"]*)"', text)
        bare = re.sub(r"<code>.*?</code>|<[^>]*>", " ", text, flags=re.DOTALL)
        yield from ((f"{file.name}", one) for one in (bare, *spoken))


def guide_texts() -> Iterator[tuple[str, str]]:
    guide = load_guide()
    for step, said in guide.texts.items():
        yield from (
            (step, one)
            for one in (said.title, said.body, said.do, said.dont, said.more, *said.choices.values())
        )
    yield from guide.warnings.items()
    yield from guide.sayings.items()
    for row in tomllib.loads((SOURCE / "guide/ways.toml").read_text(encoding="utf-8"))["route"]:
        yield from (("ways.toml", value) for value in row.values() if isinstance(value, str) and " " in value)


def sentences_in_source() -> Iterator[tuple[str, str]]:
    for file in sorted(SOURCE.rglob("*.py")):
        nodes = list(ast.walk(ast.parse(file.read_text(encoding="utf-8"))))
        docs = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
        for node in nodes:
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
                where = f"{file.relative_to(SOURCE).as_posix()}:{node.lineno}"
                if len(node.value.split()) >= LEAST_WORDS and not where.startswith(FOR_AUTHORS):
                    yield where, node.value


def told_of_radios() -> Iterator[tuple[str, str]]:
    """What is put together for each radio: the entry, waits, checks, the sheet, what a practice radio assumes."""
    for model in load_catalogue().models.values():
        if model.panel is not None and model.shape is not None:
            steps = coach(model, Code("".join(place[-1] for place in model.shape.places)))
            yield from ((model.id, text) for step in steps for text in (step.sentence, *step.warnings))
        yield from ((model.id, text) for text in wait_answer(model, 1).sentences)
        yield from ((model.id, f"{check.sentence} {check.why}") for check in checklist(model))
        page = sheet(model)
        yield from ((model.id, text) for text in (page.title, page.why, page.letter.text, *page.notes))
        yield from ((model.id, f"{contact.who} {contact.how}") for contact in page.ask)
        yield from ((model.id, text) for text in spoken_assumptions(model.assumed()))
        told = (getattr(model, field.name) for field in fields(model) if field.name.endswith("_text"))
        yield from ((model.id, fact.value) for fact in (*told, *model.quirks) if fact.value is not None)
        keys = model.keys.value or ()
        yield from ((model.id, key.label) for key in keys)


def help_texts() -> Iterator[tuple[str, str]]:
    """The help of every command, as it is printed."""
    waiting = [click.Context(app, info_name="radiokey", **app.context_settings)]
    while waiting:
        context = waiting.pop()
        command = context.command
        yield context.command_path, re.sub(r"\S+_\S+=|--[\w-]+", " ", command.get_help(context))
        if isinstance(command, click.Group):
            waiting += [
                click.Context(inside, info_name=one, parent=context, **inside.context_settings)
                for one in command.list_commands(context)
                if (inside := command.get_command(context, one)) is not None
            ]


PARTS = {
    "templates": template_texts,
    "guide": guide_texts,
    "source": sentences_in_source,
    "radios": told_of_radios,
    "help": help_texts,
}


@pytest.mark.parametrize("part", sorted(PARTS))
def test_no_inner_name_reaches_a_person(part):
    texts = list(PARTS[part]())
    assert len(texts) > 20
    assert [(where, name) for where, text in texts for name in inner(text)] == []


@pytest.mark.parametrize(
    "text",
    [
        "Known: power_gap_ms.",
        "Hold the OPENING_KEYS.",
        "It takes request:read",
        "words.permanent or entry_first",
    ],
)
def test_an_inner_name_is_found_in_a_sentence(text):
    """The test of the test."""
    assert inner(text)


@pytest.mark.parametrize(
    "text", ["See /waiting?model=x", "radiokey entry renault_86a -", "CODE WAIT", "12:30 and 4:1"]
)
def test_what_people_type_or_read_is_no_inner_name(text):
    assert not inner(text)
