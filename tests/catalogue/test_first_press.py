"""What is known of the first press, for every radio whose keys count up, and what a catalogue file may say of it."""

import json
from pathlib import Path

import pytest

import radiokey.catalogue
from radiokey.catalogue import panels
from radiokey.catalogue.fact import Confidence
from radiokey.catalogue.load import load_catalogue, load_model_file
from radiokey.code.value import Code, Press, PressUntil
from radiokey.errors import CatalogueError
from radiokey.headunit.first_press import CountsOn, FirstUnknown, Opening, ShowsFirst
from radiokey.headunit.panel import Cycle, presses_for

MODELS = load_catalogue().models
FILES = Path(radiokey.catalogue.__file__).parent / "models"
CYCLES = {model.id for model in MODELS.values() if isinstance(model.entry.value, Cycle)}

FROM_DASHES = {
    # model: what the first press shows, how sure, a code, its presses on the keys 1 to 4
    "ford_6000cd": ("1", Confidence.SEVERAL, "6032", [6, 10, 3, 2]),
    "grundig_wkc": ("1", Confidence.OFFICIAL, "1703", [1, 7, 10, 3]),
    "hyundai_cde": ("1", Confidence.OFFICIAL, "6032", [6, 10, 3, 2]),
    "opel_car300_siemens": ("0", Confidence.SEVERAL, "1030", [2, 1, 4, 1]),
    "smart_grundig": ("1", Confidence.SINGLE, "4321", [4, 3, 2, 1]),
}
FROM_FIGURES = {
    # model: what it opens with, how sure that a press counts on, a code, its presses
    "audi_chorus_concert": ("1000", Confidence.SINGLE, "2130", [1, 1, 3, 0]),
    "audi_wiesbaden_delta": ("1000", Confidence.DOUBTFUL, "2130", [1, 1, 3, 0]),
    "nissan_radio_code_6": ("0000", Confidence.OFFICIAL, "5169", [5, 1, 6, 9]),
    "renault_86a": ("0000", Confidence.DOUBTFUL, "0185", [0, 1, 8, 5]),
    "vw_premium_gamma": ("1000", Confidence.SINGLE, "0130", [9, 1, 3, 0]),
}
NOT_KNOWN = {
    # model: what may be after one press of each key
    "lexus_toyota_sec": ["000", "111"],
    "mitsubishi_off": ["0000", "1111", "1111"],
    "nissan_blaupunkt_1990s": ["0000", "1111", "1111"],
}


def counts(model_id: str, code: str) -> list[int]:
    """Return how often each key of a place is pressed; 0 for one that is left alone."""
    model = MODELS[model_id]
    lines = {line.key: line for line in presses_for(model.panel, model.shape, Code(code))}
    return [lines[key].times if key in lines else 0 for key in model.entry.value.keys]


def test_what_is_known_of_the_first_press_of_every_radio_that_cycles():
    """A radio whose first press is learnt is entered here, with a code that somebody counted."""
    assert {*FROM_DASHES, *FROM_FIGURES, *NOT_KNOWN} == CYCLES
    for model_id, (shown, confidence, code, times) in FROM_DASHES.items():
        fact = MODELS[model_id].entry_first
        assert (fact.value, fact.confidence) == (ShowsFirst(shown), confidence)
        assert counts(model_id, code) == times
    for model_id, (start, confidence, code, times) in FROM_FIGURES.items():
        model = MODELS[model_id]
        assert (model.entry_start.value, model.entry_first.value) == (start, CountsOn())
        assert model.entry_first.confidence is confidence
        assert counts(model_id, code) == times
    for model_id, after in NOT_KNOWN.items():
        model = MODELS[model_id]
        assert not model.entry_first.known
        assert isinstance(model.entry.value.first, FirstUnknown)
        assert [one.after_one_press(model.shape) for one in model.entry.value.openings] == after


@pytest.mark.parametrize("model_id", sorted(CYCLES))
def test_only_a_known_first_press_is_counted(model_id):
    model = MODELS[model_id]
    lines = presses_for(model.panel, model.shape, Code("2" * model.shape.length))
    digits = lines[len(model.panel.opening) : -1]
    assert len(digits) == model.shape.length
    assert {type(line) for line in digits} == {PressUntil if model_id in NOT_KNOWN else Press}
    assert model.counted == (model_id not in NOT_KNOWN)
    assert ("entry_first" in model.assumed()) == (model_id in NOT_KNOWN)


@pytest.mark.parametrize("model_id", sorted(CYCLES))
def test_what_is_quick_to_read_knows_as_much_of_the_first_press(model_id):
    stored = json.loads((FILES.parent / panels.FILE).read_text(encoding="utf-8"))[model_id]["entry"]
    assert stored["known"] == (model_id not in NOT_KNOWN)
    assert panels.panel_of(model_id) == (MODELS[model_id].panel, MODELS[model_id].entry_first.confidence)


def changed(model_id: str, old: str, new: str) -> str:
    text = (FILES / f"{model_id}.toml").read_text(encoding="utf-8")
    assert text.count(old) == 1
    return text.replace(old, new)


@pytest.mark.parametrize(
    ("model_id", "old", "new"),
    [
        pytest.param("renault_86a", '"next"', '"1"', id="a character where figures stand"),
        pytest.param("ford_6000cd", 'entry_first = "1"', 'entry_first = "next"', id="on from a dash"),
        pytest.param("ford_6000cd", 'entry_first = "1"', 'entry_first = "A"', id="no character of its code"),
        pytest.param("ford_6000cd", 'entry_first = "1"', 'entry_first = "10"', id="two characters"),
        pytest.param("ford_6000cd", 'entry_first = "1"', "entry_first = 1", id="a number"),
    ],
)
def test_a_first_press_that_cannot_be_is_refused(model_id, old, new):
    with pytest.raises(CatalogueError) as refusal:
        load_model_file(changed(model_id, old, new))
    assert refusal.value.facts["field"].endswith("entry_first")


def test_a_first_press_from_an_unknown_start_leaves_only_the_openings_that_fit():
    """It shows 1 first: from a dash or from a 0, and a 0 would be ten presses or none."""
    text = changed("mitsubishi_off", '"entry_start", "entry_first",', '"entry_start",')
    text = text.replace("entry_text =", 'entry_first = "1"\nentry_text =').replace(
        "background = [", 'background = ["entry_first", '
    )
    entry = load_model_file(text).entry.value
    assert entry.first == FirstUnknown((Opening("----", ShowsFirst("1")), Opening("0000", CountsOn())))
