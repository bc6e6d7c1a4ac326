"""The ends of the road, and the used unit before it is bought: no number without a source, and none left out."""

import re

import pytest

from radiokey.catalogue.fact import Confidence
from radiokey.catalogue.load import load_catalogue
from radiokey.catalogue.model import Binding
from radiokey.guide.ends import END_OF_STEP, End, end_of_road, used_unit
from radiokey.guide.load import load_guide
from radiokey.guide.model import Act

CATALOGUE = load_catalogue()
MODELS = [None, *CATALOGUE.models.values()]


def part(page, heading):
    return next(one for one in page.parts if one.heading.startswith(heading))


def said(page, heading):
    return " ".join(line.text for line in part(page, heading).lines)


@pytest.mark.parametrize("end", End)
def test_each_end_says_what_is_possible_and_what_is_in_vain(end):
    for model in MODELS:
        page = end_of_road(end, model)
        assert len(part(page, "What is still possible").ways) >= 2 - (end is End.PAIRED)
        assert len(part(page, "What never works").lines) >= 3
        for line in page.lines():
            assert set(line.sources) <= set(CATALOGUE.sources)
            assert line.sources or line.confidence in {None, Confidence.DOUBTFUL}


def test_no_cost_and_no_time_stands_there_without_a_source():
    """What no source says is not known: `None`, and said so on page and terminal."""
    unknown = 0
    for page in (end_of_road(end, model) for end in End for model in MODELS):
        for way in part(page, "What is still possible").ways:
            assert not re.search(r"\d", way.who)
            assert way.sources or not re.search(r"\d", way.how)
            for fact in (way.cost, way.wait):
                unknown += fact.value is None
                assert fact.value is None or fact.sources or fact.confidence is Confidence.DOUBTFUL
    assert unknown > len(End) * len(MODELS)


def test_every_end_of_the_guide_leads_to_its_leaflet():
    guide = load_guide()
    assert {step.id for step in guide.steps.values() if step.act is Act.END} == set(END_OF_STEP)
    assert set(END_OF_STEP.values()) == set(End) - {End.OTHER_MARKET}


@pytest.mark.parametrize(
    ("end", "name"),
    [
        (End.PERMANENT, "The freezer"),
        (End.PERMANENT, "Battery or fuse out for a night"),
        (End.STOLEN, "Another label"),
        (End.PAIRED, "Buying a code for it"),
        (End.OTHER_MARKET, "Switching the market setting"),
        (End.TAMPERED, "A factory reset"),
        (End.FAULT, "Bridging wires"),
    ],
)
def test_folk_remedies_stand_there_by_the_name_they_go_by(end, name):
    (line,) = (
        line for line in part(end_of_road(end), "What never works").lines if line.text.startswith(name)
    )
    assert len(line.text) > len(name) + 20  # and why


def test_papers_clear_a_stolen_radio_and_no_trick_does():
    """Claims 72 and 73, with the maker's bulletin that contradicts them."""
    page = end_of_road(End.STOLEN)
    assert "police receipt" in said(page, "What it means")
    assert part(page, "What is still possible").ways[0].sources == ("mb_8238",)


def test_a_radio_without_a_last_lock_is_told_to_wait():
    """Claims 75 and 76 hold for a few radios; for others the same word is a wait."""
    assert "No last lock is known" in said(
        end_of_road(End.PERMANENT, CATALOGUE.models["renault_86a"]), "What it means"
    )
    assert "LOCKED 13" in said(end_of_road(End.PERMANENT, CATALOGUE.models["ford_6000cd"]), "What it means")


def test_a_radio_of_which_nobody_knows_it_is_not_given_a_last_lock(radio):
    assert "is not known" in said(end_of_road(End.PERMANENT, radio()), "What it means")


@pytest.mark.parametrize(
    ("binding", "says"),
    [
        (Binding.CODE, "only with it"),
        (Binding.OWNER_CODE, "takes the code off"),
        (Binding.VEHICLE, "paired to the car it was in"),
        (Binding.SERVER, "decides where it plays"),
    ],
)
def test_a_used_unit_is_judged_by_its_binding(radio, binding, says):
    assert says in said(used_unit(radio(binding=binding)), "By what")


def test_an_unknown_binding_is_taken_for_the_worst(radio):
    for page in (used_unit(), used_unit(radio())):
        assert "Take it for paired" in said(page, "By what")
        assert "who confirmed it" in said(page, "Ask its seller")


def test_every_radio_has_a_verdict_with_its_evidence_and_questions_for_the_seller():
    for model in CATALOGUE.models.values():
        page = used_unit(model)
        first = part(page, "By what").lines[0]
        if model.binding.known and not model.default:
            assert (first.confidence, first.sources) == (model.binding.confidence, model.binding.sources)
        assert len(part(page, "Ask its seller").lines) >= 7
        assert not re.search(r"\d", said(page, "Leave it"))
