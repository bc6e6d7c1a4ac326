"""Every correction and every family of the gatherings has an answer in docs/corrections.md."""

import csv
import re
from pathlib import Path

from radiokey.catalogue.fact import Fact
from radiokey.catalogue.load import load_catalogue
from radiokey.catalogue.model import Model
from tables import each

ROOT = Path(__file__).parents[2]
MODELS = load_catalogue().models
PAGE = (ROOT / "docs" / "corrections.md").read_text(encoding="utf-8")
ANSWERS = {
    cells[0]: cells
    for cells in re.findall(r"^\| ([ab]\d\d) \| (.+?) \| (.+?) \| (.+?) \| (.+?) \|$", PAGE, re.MULTILINE)
}


def rows(name: str) -> list[dict[str, str]]:
    text = (ROOT / "tests" / "vectors" / name).read_text(encoding="utf-8")
    return list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))


CORRECTIONS = rows("corrections.csv")


def fact_of(model: Model, name: str) -> Fact[object]:
    """Return a fact by the name that the files use: `schedule`, `words.WAIT`, `quirks.which`, `ways.ask`."""
    group, _, member = name.partition(".")
    if group == "words":
        return next(fact for fact in model.word_facts if fact.value and fact.value.text == member)
    if group == "ways":
        return getattr(model.ways, member)
    if group == "quirks":
        at = quirks_of(model).index(member)
        return model.quirks[at]
    return getattr(model, group)


def quirks_of(model: Model) -> list[str]:
    file = ROOT / "src" / "radiokey" / "catalogue" / "models" / f"{model.id}.toml"
    inside = file.read_text(encoding="utf-8").partition("[quirks]\n")[2].partition("\n\n")[0]
    return [line.partition(" = ")[0] for line in inside.splitlines() if " = " in line]


@each("row", CORRECTIONS, ids=[row["id"] for row in CORRECTIONS])
def test_each_correction_is_taken_or_answered(row):
    """What is said to be taken is a fact of the catalogue with a source."""
    _, family, field, where, answer = ANSWERS[row["id"]]
    assert (family, field) == (f"`{row['family']}`", row["field"])
    assert answer.startswith(("Taken", "Answered"))
    named = re.findall(r"`([^`]+)`", where)
    if len(named) == 2:
        fact = fact_of(MODELS[named[0]], named[1])
        assert fact.known
        assert fact.sources
    else:
        assert answer.startswith("Answered") or "tell_apart" in answer


def test_no_answer_is_to_a_correction_that_nobody_made():
    assert list(ANSWERS) == [row["id"] for row in CORRECTIONS]


def test_each_family_is_a_radio_of_the_catalogue():
    """Two gatherings of one radio are one radio."""
    named = re.findall(r"^\| `(\w+)` \| ([ab]) \| `(\w+)` \|", PAGE, re.MULTILINE)
    assert [(family, gathering) for family, gathering, _ in named] == [
        (row["family"], row["gathering"]) for row in rows("families.csv")
    ]
    assert {model_id for _, _, model_id in named} <= set(MODELS)
