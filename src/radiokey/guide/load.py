"""Reads the guide: the table from `flow.toml`, the words from `text/<lang>/`.

A text file is Markdown with three fixed things in it: the title (`# ...`), two lines `Do: ...` and
`Not: ...`, and one line `* id: words` per answer. What stands before `Do:` is what happens; what stands after
`Not:` may be read or skipped.
"""

import re
import tomllib
from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from radiokey.catalogue.index import cards
from radiokey.catalogue.model import Model
from radiokey.errors import InputError
from radiokey.guide.model import (
    Act,
    Asks,
    Choice,
    Condition,
    Effect,
    Guide,
    Level,
    Special,
    Stage,
    Step,
    StepText,
    Tells,
    Word,
    WordTable,
)
from radiokey.headunit.display import Shows

E = TypeVar("E", bound=StrEnum)

_ANSWER = re.compile(r"\* ([a-z0-9-]+): (.+)")
_ENTRY = re.compile(r"^## ([a-z0-9-]+)$", re.MULTILINE)
_TOP = {"start", "shows", "levels", "word", "special", "steps"}
_STEP = {"stage", "ways", "warnings", "act", "asks", "then", "end", "tells"}
_WAY = {"id", "to", "when", "effect", "blinks"}
_WORD = {"id", "says", "to", "shows", "asks_model", "unsure", "whole"}
_SPECIAL = {"model", "to", "shows", "says"}


@cache
def languages() -> tuple[str, ...]:
    """Return the tags (BCP 47) of the languages that have texts: a folder each."""
    folders = (Path(__file__).parent / "text").iterdir()
    return tuple(sorted(folder.name for folder in folders if folder.is_dir()))


@cache
def load_guide(lang: str = "en") -> Guide:
    """Return the guide that ships with the program; raise `InputError` for a language it does not speak."""
    if lang not in languages():
        spoken = ", ".join(languages())
        raise InputError(f"the guide does not speak {lang[:8]!r}", hint=f"it speaks: {spoken}", lang=lang[:8])
    home = Path(__file__).parent
    texts = home / "text" / lang
    return read_guide(
        (home / "flow.toml").read_text(encoding="utf-8"),
        _texts(texts),
        lang=lang,
        model_of=_model_of,
        models=_models,
    )


def read_guide(
    flow: str,
    texts: Mapping[str, str],
    *,
    lang: str,
    model_of: Callable[[str], Model],
    models: Callable[[], tuple[tuple[str, str], ...]],
) -> Guide:
    """Return the guide that `flow` (TOML) and `texts` (file stem -> text) describe, or raise `InputError`."""
    try:
        table = tomllib.loads(flow)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"flow.toml is not TOML: {error}", hint="see the line it names") from error
    _only(table, _TOP, "flow.toml")
    return Guide(
        start=_text(table, "start", "flow.toml"),
        steps={name: _step(name, row) for name, row in _table(table, "steps").items()},
        words=WordTable(_word(row) for row in table.get("word", ())),
        shows={_enum(Shows, name, "shows"): str(to) for name, to in _table(table, "shows").items()},
        specials=tuple(_special(row) for row in table.get("special", ())),
        levels={name: _enum(Level, level, "levels") for name, level in _table(table, "levels").items()},
        lang=lang,
        texts={name: parse_text(name, text) for name, text in texts.items() if not name.startswith("_")},
        warnings=_entries(texts.get("_warnings", "")),
        sayings=_entries(texts.get("_sayings", "")),
        model_of=model_of,
        models=models,
    )


def parse_text(name: str, text: str) -> StepText:
    """Return what a step's file says; raise `InputError` naming the file and what it lacks."""
    title, do, dont = "", "", ""
    body: list[str] = []
    more: list[str] = []
    choices: dict[str, str] = {}
    for line in text.splitlines():
        if line.startswith("# ") and not title:
            title = line[2:].strip()
        elif line.startswith("Do: "):
            do = line[4:].strip()
        elif line.startswith("Not: "):
            dont = line[5:].strip()
        elif answer := _ANSWER.fullmatch(line.strip()):
            choices[answer[1]] = answer[2]
        else:
            (more if do or dont else body).append(line)
    for part, value in (
        ("title", title),
        ("sentence of what happens", "".join(body).strip()),
        ("Do: line", do),
    ):
        if not value:
            raise InputError(
                f"text {name}.md has no {part}", hint="a step says what happens, then what to do"
            )
    if not dont:
        raise InputError(f"text {name}.md has no Not: line", hint="a step says what not to do", step=name)
    return StepText(title, "\n".join(body).strip(), do, dont, "\n".join(more).strip(), choices)


def _texts(folder: Path) -> dict[str, str]:
    return {
        file.name.removesuffix(".md"): file.read_text(encoding="utf-8")
        for file in sorted(folder.iterdir(), key=lambda file: file.name)
        if file.name.endswith(".md")
    }


def _entries(text: str) -> dict[str, str]:
    """Return the parts of a file that is a list of `## id` headings with words below each."""
    parts = _ENTRY.split(text)
    return {name: words.strip() for name, words in zip(parts[1::2], parts[2::2], strict=True)}


def _step(name: str, row: Any) -> Step:  # noqa: ANN401 - TOML gives anything; this function is the check
    where = f"step {name}"
    _only(row, _STEP, where)
    return Step(
        id=name,
        stage=_enum(Stage, row.get("stage"), where),
        ways=tuple(_way(way, where) for way in row.get("ways", ())),
        warnings=tuple(str(warning) for warning in row.get("warnings", ())),
        act=_enum(Act, row["act"], where) if "act" in row else None,
        asks=_enum(Asks, row["asks"], where) if "asks" in row else None,
        then=_text(row, "then", where) if "then" in row else None,
        end=bool(row.get("end", False)),
        tells=_enum(Tells, row["tells"], where) if "tells" in row else None,
    )


def _way(row: Any, where: str) -> Choice:  # noqa: ANN401 - as above
    _only(row, _WAY, where)
    return Choice(
        id=_text(row, "id", where),
        to=_text(row, "to", where),
        when=_enum(Condition, row["when"], where) if "when" in row else None,
        effect=_enum(Effect, row["effect"], where) if "effect" in row else None,
        blinks=bool(row["blinks"]) if "blinks" in row else None,
    )


def _word(row: Any) -> Word:  # noqa: ANN401 - as above
    _only(row, _WORD, "word")
    name = _text(row, "id", "word")
    return Word(
        id=name,
        says=tuple(str(text) for text in row.get("says", ())),
        to=_text(row, "to", f"word {name}"),
        shows=_enum(Shows, row["shows"], f"word {name}") if "shows" in row else None,
        asks_model=bool(row.get("asks_model", True)),
        unsure=_text(row, "unsure", f"word {name}") if "unsure" in row else None,
        whole=bool(row.get("whole", False)),
    )


def _special(row: Any) -> Special:  # noqa: ANN401 - as above
    _only(row, _SPECIAL, "special")
    model = _text(row, "model", "special")
    return Special(
        model=model,
        to=_text(row, "to", f"special {model}"),
        shows=_enum(Shows, row["shows"], f"special {model}") if "shows" in row else None,
        says=_text(row, "says", f"special {model}") if "says" in row else None,
    )


def _only(row: Any, names: set[str], where: str) -> None:  # noqa: ANN401 - as above
    if not isinstance(row, dict):
        raise InputError(f"flow.toml, {where}: a table was expected", hint="write it as { name = value }")
    for name in row:
        if name not in names:
            raise InputError(
                f"flow.toml, {where}: {name!r} is not a field",
                hint="the fields are: " + ", ".join(sorted(names)),
            )


def _table(row: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = row.get(name, {})
    if not isinstance(value, dict):
        raise InputError(f"flow.toml: {name!r} was expected to be a table", hint=f"write [{name}]")
    return value


def _text(row: Mapping[str, Any], name: str, where: str) -> str:
    value = row.get(name)
    if not isinstance(value, str) or not value:
        raise InputError(f"flow.toml, {where}: {name!r} is missing", hint="it is a name in quotes")
    return value


def _enum(kind: type[E], value: Any, where: str) -> E:  # noqa: ANN401 - as above
    try:
        return kind(value)
    except ValueError as error:
        raise InputError(
            f"flow.toml, {where}: {value!r} is no {kind.__name__.lower()}",
            hint="it is one of: " + ", ".join(member.value for member in kind),
        ) from error


def _model_of(name: str) -> Model:
    from radiokey.catalogue.load import load_model  # noqa: PLC0415 - a guide without a model reads no catalogue

    return load_model(name)


@cache
def _models() -> tuple[tuple[str, str], ...]:
    return tuple((card.id, card.name) for card in cards().values() if not card.default)


def guide_in(tag: str) -> Guide:
    """Return the guide in the language of a tag, in English where it has no texts in that one."""
    return load_guide(tag if tag in languages() else "en")
