"""What owners ask, answered for every radio from the catalogue (claims 82 to 87, and the ten that are asked most)."""

import pytest

from radiokey.catalogue.fact import Confidence
from radiokey.catalogue.load import load_catalogue
from radiokey.guide.leaflet import table
from radiokey.guide.load import load_guide
from radiokey.guide.questions import questions

CATALOGUE = load_catalogue()
GUIDE = load_guide()
MOST_ASKED = (
    "wait",
    "code",
    "keys",
    "refused",
    "cost",
    "by-itself",
    "prevent",
    "used",
    "power-cut",
    "number",
)
ARTICLE = {"code": 82, "number": 83, "without": 84, "wait": 85, "engine": 87}


def answer(model_id, name):
    at = [row["id"] for row in table("questions")["question"]].index(name)
    model = CATALOGUE.models[model_id] if model_id else None
    return " ".join(line.text for line in questions(GUIDE, model).parts[at].lines)


def test_the_ten_questions_come_in_the_order_in_which_they_are_asked_and_the_articles_are_there():
    names = [row["id"] for row in table("questions")["question"]]
    assert tuple(names[:10]) == MOST_ASKED
    assert set(ARTICLE) <= set(names)


def test_every_question_is_answered_for_every_radio_with_sources_or_as_advice():
    rows = table("questions")["question"]
    for model in (None, *CATALOGUE.models.values()):
        page = questions(GUIDE, model)
        assert [part.heading for part in page.parts] == [row["asks"] for row in rows]
        for part, row in zip(page.parts, rows, strict=True):
            assert part.step == row["step"]
            assert part.step in GUIDE.steps
            general = len(row.get("says", "12"))
            assert len(part.lines) > general or not row["knows"] or model is None or model.default
            for line in part.lines:
                assert line.text
                assert line.sources or line.confidence in {None, Confidence.DOUBTFUL}
                assert set(line.sources) <= set(CATALOGUE.sources)


@pytest.mark.parametrize(
    ("model", "name", "says"),
    [
        ("renault_86a", "wait", "1 minute"),
        ("renault_86a", "keys", "Hold key 6"),
        ("renault_86a", "number", "hold 1 and 6"),
        ("ford_6000cd", "without", "LOCKED 13"),
        ("psa_rcc_nac", "used", "decides where it plays"),
        ("renault_86a", "cost", "as reported"),
    ],
)
def test_an_answer_is_the_radios_own(model, name, says):
    assert says in answer(model, name)
    assert says not in answer(None, name)


def test_what_is_not_known_of_a_radio_is_said_to_be_not_known(radio):
    page = questions(GUIDE, radio(short="", tell_apart=""))
    unknown = [
        part for part in page.parts if part.lines[-1].text == "More than that is not known of this radio."
    ]
    assert len(unknown) >= 4


def test_without_a_radio_the_wait_is_the_cautious_one():
    assert "30 minutes" in answer(None, "wait")
