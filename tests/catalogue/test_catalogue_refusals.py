"""A catalogue file with any field missing, misspelt or out of range is refused with its name and the field."""

import copy
import json
import tomllib
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

import radiokey.catalogue
from radiokey.catalogue.load import FIELDS, load_model_file, read_sources
from radiokey.errors import CatalogueError

MODELS = Path(radiokey.catalogue.__file__).parent / "models"
SAMPLES = ("ford_6000cd", "renault_86a", "gm_delco_loc2", "opel_car300_siemens", "unknown")
OPTIONAL = {
    "every",
    "doubles",
    "removal",
    "blinks",
    "control",
    "default",
    "stand_in",
    "code_places",
    "needs_label",
    "unverified",
    "compares_vin",
    "look_alikes",
    "first",
    "last",
    "about",
    "variant",
    "more",
}
NO_NAME = "vehicles"
"""A source may speak of all cars of a make: a car of `vehicles` has a name or has none."""

Steps = tuple[str | int, ...]


def sample(model_id: str) -> dict:
    """Return what the file of a model says, for the caller alone."""
    return json.loads(_as_json(model_id))


@cache
def _as_json(model_id: str) -> str:
    return json.dumps(tomllib.loads((MODELS / f"{model_id}.toml").read_text(encoding="utf-8")))


def fill(values: dict, **facts: object) -> None:
    """Fill in facts that were unknown, as background."""
    values.update(facts)
    values["unknown"] = [one for one in values["unknown"] if one not in facts]
    values["background"] = [*values["background"], *facts]


def written(value: object) -> str:
    """Write a value as TOML, tables in one line."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(key)} = {written(one)}" for key, one in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(written(one) for one in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def document(values: dict) -> str:
    return "".join(f"{json.dumps(key)} = {written(value)}\n" for key, value in values.items())


def steps(value: object, so_far: Steps = ()) -> Iterator[Steps]:
    """Yield the way to every key of a file, however deep."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield (*so_far, key)
            yield from steps(inner, (*so_far, key))
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            yield from steps(inner, (*so_far, at))


EVERY_KEY = [(model_id, way) for model_id in SAMPLES for way in steps(sample(model_id))]
NEEDED = [
    (model_id, way)
    for model_id, way in EVERY_KEY
    if way[-1] not in OPTIONAL and (way[0], way[-1]) != (NO_NAME, "name")
]


def not_refused(
    model_id: str, ways: list[tuple[str, Steps]], spoil: Callable[[dict, object], None], tmp_path: Path
) -> Iterator[tuple[str, str]]:
    """Yield each way to a key of a sample whose table, spoilt at that key, is taken or not refused as it should be.

    A test a key would take longer to begin and end than to look.
    """
    for way in (way for other, way in ways if other == model_id):
        values = sample(model_id)
        spoil(inside(values, way), way[-1])
        try:
            error = refusal(values, tmp_path)
        except (AssertionError, pytest.fail.Exception) as wrong:
            yield ".".join(map(str, way)), str(wrong)
        else:
            yield from unnamed(way, error) if spoil is remove else ()


def inside(values: dict, way: Steps) -> dict:
    """Return the table that holds the last step of a way."""
    table = values
    for step in way[:-1]:
        table = table[step]
    return table


def refusal(values: dict, tmp_path: Path) -> CatalogueError:
    path = tmp_path / "sample.toml"
    path.write_text(document(values), encoding="utf-8")
    with pytest.raises(CatalogueError) as caught:
        load_model_file(path)
    assert caught.value.facts["file"] == "sample.toml"
    assert str(caught.value.facts["field"])
    assert caught.value.sentence.startswith(f"sample.toml: {caught.value.facts['field']}")
    return caught.value


@pytest.mark.parametrize("model_id", SAMPLES)
def test_the_samples_are_taken_as_they_are(model_id, tmp_path):
    """Or the tests below would prove nothing."""
    path = tmp_path / "sample.toml"
    path.write_text(document(sample(model_id)), encoding="utf-8")
    assert load_model_file(path) == load_model_file(MODELS / f"{model_id}.toml")


def remove(table: dict, key: object) -> None:
    del table[key]


def unnamed(way: Steps, error: CatalogueError) -> Iterator[tuple[str, str]]:
    """Yield the way where the sentence does not name the key that is missing."""
    free = way[0] == "quirks" or "groups" in way[:-1]  # their keys may be called anything
    if not free and str(way[-1]) not in error.sentence:
        yield ".".join(map(str, way)), error.sentence


def misspell(table: dict, key: object) -> None:
    table[f"{key}x"] = table.pop(key)


@pytest.mark.parametrize("model_id", SAMPLES)
def test_a_missing_key_is_refused(model_id, tmp_path):
    assert list(not_refused(model_id, NEEDED, remove, tmp_path)) == []


@pytest.mark.parametrize("model_id", SAMPLES)
def test_a_misspelt_key_is_refused(model_id, tmp_path):
    assert list(not_refused(model_id, EVERY_KEY, misspell, tmp_path)) == []


def wrong_for(value: object) -> object:
    """Return a value that no key takes where `value` stood."""
    if isinstance(value, bool):
        return "yes"
    if isinstance(value, int):
        return -1
    if isinstance(value, str):
        return ""
    return 7


def put_out_of_range(table: dict, key: object) -> None:
    table[key] = wrong_for(table[key])


@pytest.mark.parametrize("model_id", SAMPLES)
def test_a_value_out_of_range_is_refused(model_id, tmp_path):
    assert list(not_refused(model_id, EVERY_KEY, put_out_of_range, tmp_path)) == []


def test_every_key_of_the_samples_is_looked_at(tmp_path):
    """And a table that is taken as it is would be told, each key of it."""
    assert len(EVERY_KEY) > len(NEEDED) > 500
    taken = list(not_refused("ford_6000cd", EVERY_KEY, lambda *_: None, tmp_path))
    assert len(taken) == sum(model_id == "ford_6000cd" for model_id, _ in EVERY_KEY) > 80


@pytest.mark.parametrize("value", [2**53 + 1, 0, 1.5, True, "60000"])
@pytest.mark.parametrize("end", [0, 1])
def test_a_wait_is_a_range_of_whole_milliseconds(value, end, tmp_path):
    values = sample("ford_6000cd")
    values["schedule"][0]["wait_ms"][end] = value
    assert refusal(values, tmp_path).facts["field"] == "schedule[0].wait_ms"


CHANGES = {
    "a range the wrong way round": ("schedule", lambda v: v["schedule"][0].update(wait_ms=[2, 1])),
    "a range with three ends": ("schedule", lambda v: v["schedule"][0].update(wait_ms=[1, 2, 3])),
    "rungs out of order": ("schedule", lambda v: v["schedule"].reverse()),
    "two penalties on a rung": ("schedule", lambda v: v["schedule"][0].update(dead=True)),
    "nothing on a rung": ("schedule", lambda v: v["schedule"][2].pop("dead")),
    "a source nobody described": (
        "evidence.sources",
        lambda v: v["evidence"][0]["sources"].append("hearsay"),
    ),
    "a label that is not in the table": ("evidence", lambda v: v["evidence"][0]["labels"].append("hearsay")),
    "a family that does not exist": ("families", lambda v: v["families"].append("ford-x")),
    "a fact filled in and unknown": ("final", lambda v: v["unknown"].append("final")),
    "a fact neither filled in nor unknown": ("makers", lambda v: v["unknown"].remove("makers")),
    "an unknown that is no fact": ("unknown", lambda v: v["unknown"].append("colour")),
    "a fact without evidence": ("quirks.travelpilot", lambda v: v["background"].remove("quirks.travelpilot")),
    "evidence called background": ("background", lambda v: v["background"].append("schedule")),
    "a fact named twice as background": (
        "background",
        lambda v: v["background"].append("quirks.travelpilot"),
    ),
    "a car of another make": ("vehicles[0].make", lambda v: v["vehicles"][0].update(make="opel")),
    "a car twice": ("vehicles", lambda v: v["vehicles"].append(v["vehicles"][0])),
    "years the wrong way round": ("years.last", lambda v: fill(v, years={"first": 2013, "last": 2012})),
    "years without a year": ("years", lambda v: fill(v, years={"about": True})),
    "a cycle key that the panel has not": (
        "entry.keys",
        lambda v: v["entry"].update(keys=["1", "2", "3", "9"]),
    ),
    "too few cycle keys": ("entry.keys", lambda v: v["entry"].update(keys=["1", "2", "3"])),
    "a key twice": ("keys", lambda v: v["keys"][0].append("1")),
    "a start of another length": ("entry_start", lambda v: v.update(entry_start="---")),
    "a confirm key that the panel has not": ("confirm.key", lambda v: v["confirm"].update(key="8")),
    "a counter nobody counts": ("words[0].text", lambda v: v["words"][0].update(text="{tries} CODE")),
    "a word twice": ("words", lambda v: v["words"].append(copy.deepcopy(v["words"][0]))),
    "an alphabet with a character twice": ("code_alphabet", lambda v: v.update(code_alphabet="0-95")),
    "a place that nobody knows": ("places[0].kind", lambda v: v["places"][0].update(kind="glovebox")),
    "an id that is a path": ("id", lambda v: v.update(id="../ford")),
    "a row that is sure of nothing": (
        "evidence[0].confidence",
        lambda v: v["evidence"][0].update(confidence="unknown"),
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_cannot_be_is_refused_with_its_field(change, tmp_path):
    field, apply = CHANGES[change]
    values = sample("ford_6000cd")
    apply(values)
    assert str(refusal(values, tmp_path).facts["field"]).startswith(field)


def test_a_misspelling_is_answered_with_the_right_spelling(tmp_path):
    values = sample("ford_6000cd")
    values["unknown"] = [one.replace("scrambled_ms", "scrambeld_ms") for one in values["unknown"]]
    assert refusal(values, tmp_path).hint == "did you mean 'scrambled_ms'?"


def test_text_that_is_not_toml_is_refused():
    with pytest.raises(CatalogueError, match="not TOML"):
        load_model_file("id = ford")


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ('[a]\nkind = "forum"\ntitle = "owners"\nurl = "https://example.org/"\n', "a.url"),
        ('[a]\nkind = "seller"\ntitle = "a seller"\nurl = "https://example.org/"\n', "a.url"),
        ('[a]\nkind = "official"\ntitle = "a manual"\n', "a.url"),
        ('[a]\nkind = "official"\ntitle = "a manual"\nurl = "javascript:alert(1)"\n', "a.url"),
        ('[a]\nkind = "rumour"\ntitle = "a rumour"\n', "a.kind"),
        ('[a]\nkind = "forum"\n', "a.title"),
        ('[a]\nkind = "forum"\ntitle = "owners"\nlink = "x"\n', "a.link"),
        ('a = "b"\n', "a"),
    ],
)
def test_a_source_that_may_not_be_a_link_is_refused(text, field):
    with pytest.raises(CatalogueError) as caught:
        read_sources(text)
    assert caught.value.facts["field"] == field


def test_every_key_is_described_in_the_specification():
    """Runs where the documents are: they are not part of the installed product."""
    spec = (Path(__file__).parents[2] / "docs" / "spec" / "catalogue.md").read_text(encoding="utf-8")
    keys = {key for path in MODELS.glob("*.toml") for key in tomllib.loads(path.read_text(encoding="utf-8"))}
    for key in keys | set(FIELDS) | OPTIONAL:
        assert f"`{key}`" in spec, key
