"""Before battery work: the checklist and the workshop's sheet, for every radio there is."""

import re

from radiokey.catalogue.fact import Confidence, Fact
from radiokey.catalogue.load import load_catalogue
from radiokey.catalogue.model import Binding
from radiokey.guide.leaflet import BLANK
from radiokey.guide.prevention import hand_over, prevention

CATALOGUE = load_catalogue()
MODELS = [None, *CATALOGUE.models.values()]


def part(page, heading):
    return next(one for one in page.parts if one.heading.startswith(heading))


def texts(lines):
    return [line.text for line in lines]


def test_each_line_is_advice_or_names_its_sources():
    """A fact with no source would be invented; a model's own background knowledge is doubtful and says so."""
    for model, page in ((model, made(model)) for model in MODELS for made in (prevention, hand_over)):
        assert page.title
        assert page.lead
        assert all(one.heading and one.lines for one in page.parts)
        for line in page.lines():
            assert line.text.strip()
            assert set(line.sources) <= set(CATALOGUE.sources)
            assert line.sources or line.confidence in {None, Confidence.DOUBTFUL}
            # A number stands on evidence. (How many characters a code has is a fact with its confidence, too.)
            assert line.confidence or not re.search(r"\d", line.text.replace(model.name if model else "", ""))


def test_the_code_is_verified_by_its_number_before_anything_is_disconnected():
    """Claims 77 and 81; cars change radios, so a code on paper can be another radio's."""
    for model in CATALOGUE.models.values():
        code = texts(part(prevention(model), "Write the code down").lines)
        if not model.takes_code:
            assert not any("Find the code" in line for line in code), model.id
            continue
        assert "Find the code" in code[0], model.id
        assert code[1].startswith("Compare the number on the radio")
        assert "Don't try the code out" in code[2]
        assert any("out of the car" in line for line in code)


def test_what_is_known_of_a_radio_stands_in_its_checklist():
    page = prevention(CATALOGUE.models["renault_86a"])
    assert "hold 1 and 6" in " ".join(texts(part(page, "Where its number").lines))
    said = texts(part(page, "Write the code down").lines)
    assert "Count it: 4 characters, each one of 0 1 2 3 4 5 6 7 8 9." in said
    assert any("Hold key 6" in line for line in said)


def test_a_radio_whose_owner_sets_the_code_is_told_so(radio):
    model = radio(binding=Binding.OWNER_CODE)
    assert "an owner sets the code" in part(prevention(model), "Will it ask").lines[0].text


def test_what_makes_it_ask_is_said_to_be_unknown_where_it_is(radio):
    assert "not known" in part(prevention(radio(binding=Binding.CODE)), "Will it ask").lines[0].text
    gap = radio(power_gap_ms=(0, 20_000), trigger="The supply was off.")
    assert (
        texts(part(prevention(gap), "Will it ask").lines)[-1] == "Without supply for 0 to 20 seconds it asks."
    )


def test_the_saver_is_tested_with_the_ignition_off_and_left_away_where_the_car_has_to_be_dead():
    """Claim 79."""
    page = prevention()
    assert any(
        "ignition off" in text and "Test it first" in text for text in texts(part(page, "A memory").lines)
    )
    never = " ".join(texts(part(page, "When not").lines))
    assert all(work in never for work in ("fuel lines", "airbags", "welding", "the radio itself comes out"))


def test_what_else_forgets_is_said_by_sources_alone():
    assert all(line.sources and line.confidence for line in part(prevention(), "What else").lines)


def test_the_workshops_sheet_has_blanks_and_room_for_no_code():
    for page in map(hand_over, MODELS):
        assert sum(BLANK in line.text for line in page.lines()) >= 6
        assert not any(re.search(r"\bcode\b[^.]*_{4}", line.text) for line in page.lines())
        assert any("don't try any" in line.text for line in part(page, "What I ask").lines)


def test_the_workshop_is_told_what_a_wrong_code_costs_or_that_nobody_knows(radio):
    known = " ".join(texts(part(hand_over(CATALOGUE.models["renault_86a"]), "If it locks").lines))
    assert "The wait doubles" in known
    unknown = radio(binding=Binding.CODE, schedule_text=Fact(None, Confidence.UNKNOWN))
    assert "not known" in part(hand_over(unknown), "If it locks").lines[-1].text
