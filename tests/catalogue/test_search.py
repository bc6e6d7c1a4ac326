"""The search that an owner types a car into, or what is written on the radio."""

import random
from string import ascii_lowercase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radiokey.catalogue.folding import TEXT_LENGTH_MAX, WORDS_MAX, fold, words
from radiokey.catalogue.index import cards
from radiokey.catalogue.lexicon import Means, lexicon
from radiokey.catalogue.search import next_step, search_models, understand
from radiokey.serial.makes import among, spoken
from tables import each

FIRST = 3
LISTINGS = [one for one in lexicon().listings if one.cars]
CARS = [
    (one.card.id, spoken(car.make), f"{car.name} {car.variant}".strip())
    for one in LISTINGS
    for car in one.card.cars
    if car.name
]
MAKES = sorted({make for one in lexicon().listings for make in one.card.makes} - {"blaupunkt"})


def place(text: str, model: str) -> int:
    """Return how many models fit better than `model`; a high number where it is not found."""
    scores = {match.model: match.score for match in search_models(text)}
    return sum(score > scores[model] for score in scores.values()) if model in scores else 999


def misspelt(word: str, chance: random.Random) -> str:
    """Return `word` with one error of a hurried thumb: a letter left out, doubled, swapped or another one."""
    at = chance.randrange(1, len(word) - 1)
    return chance.choice(
        [
            word[:at] + word[at + 1 :],
            word[:at] + word[at] + word[at:],
            word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :],
            word[:at] + chance.choice(ascii_lowercase) + word[at + 1 :],
        ]
    )


@each(("model", "make", "car"), CARS)
def test_a_radio_is_found_by_each_car_that_it_is_in(model, make, car):
    assert place(f"{make} {car}", model) < FIRST
    assert place(f"{car} {make}", model) < FIRST


@each(("model", "make", "car"), CARS)
def test_a_radio_is_found_by_its_car_with_one_typing_error(model, make, car):
    """Only in a word of five letters or more: a shorter one with an error is another word."""
    chance = random.Random(f"{model} {car}")  # noqa: S311 - the errors of this car, the same ones each time
    parts = f"{make} {car}".split()
    for at, part in enumerate(parts):
        if len(part) > 4 and part.isalpha():
            for _ in range(3):
                typed = " ".join([*parts[:at], misspelt(part.lower(), chance), *parts[at + 1 :]])
                assert place(typed, model) < FIRST, typed


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("Qashqai 2012", {"nissan_radio_code_6", "nissan_clarion_pn", "nissan_connect_lcn"}),
        ("nissan quashqai", {"nissan_clarion_pn", "nissan_connect_lcn"}),
        ("\u041d\u0438\u0441\u0441\u0430\u043d \u041a\u0430\u0448\u043a\u0430\u0439", {"nissan_clarion_pn", "nissan_connect_lcn"}),
        ("Duster 2012", {"renault_medianav_lg", "renault_precode_old"}),
        ("\u0420\u0435\u043d\u043e \u0414\u0430\u0441\u0442\u0435\u0440", {"renault_medianav_lg", "renault_precode_old"}),
        ("6000 cd", {"ford_6000cd"}),
        ("6000\u0421D", {"ford_6000cd"}),
        ("ford 6000cd", {"ford_6000cd"}),
        ("vw golf 4", {"vw_premium_gamma"}),
        ("golf mk4 volkswagen", {"vw_premium_gamma"}),
        ("Golf IV", {"vw_premium_gamma"}),
        ("golf5", {"vag_rcd_rns"}),
        ("rcd310", {"vag_rcd_rns"}),
        ("RNS 510 Skoda Superb", {"vag_rcd_rns"}),
        ("volvo sc-901", {"volvo_sc_hu"}),
        ("SC-901", {"volvo_sc_hu"}),
        ("discovery security", {"landrover_security", "landrover_5digit"}),
        ("\u0414\u0430\u0441\u0442\u0435\u04402012", {"renault_medianav_lg", "renault_precode_old"}),
        ("corsa d", {"opel_cd30_cd70"}),
        ("vauxhall corsa b", {"opel_car300_siemens"}),
        ("x-trail", {"nissan_clarion_pn", "nissan_connect_lcn"}),
        ("range rover discovery", {"landrover_5digit"}),
        ("mersedes w124", {"mercedes_becker5"}),
        ("PEUGEOT 207", {"psa_rd4"}),
        ("cr-v", {"honda_audio5"}),
        ("nissan micra k12 2005", {"nissan_blaupunkt_bp"}),
    ],
)  # fmt: skip
def test_what_owners_type_finds_their_radio(typed, first):
    found = search_models(typed)
    assert found[0].model in first
    assert first <= {match.model for match in found[:FIRST]}


def test_what_the_display_shows_tells_more_than_a_list_of_cars():
    found = [match.model for match in search_models("Discovery", "SECURITY")]
    assert found == ["landrover_security", "landrover_5digit"]
    assert [match.model for match in search_models("Discovery", "CODE")] == ["landrover_5digit"]
    assert search_models("kebab", "SECURITY") == ()


def test_what_was_understood_is_written_as_on_the_radio():
    assert understand("Land Rover security").sentence == "make Land Rover, radio SECURITY"


@pytest.mark.parametrize("text", ["M012345", "281155216RT V212", "V212", "JN1WNYD21U0123456", "e13 029079"])
def test_a_number_of_a_label_is_no_car(text):
    """The V of V212 is no Roman five."""
    assert search_models(text) == ()
    assert "Nissan Qashqai 2012" in next_step(understand(text), text)
    assert next_step(understand(text), text) != next_step(understand(text))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("6000\u0421D", ("6000cd",)),
        ("\u041e\u0428\u0418\u0411\u041a\u04102", ("oshibka2",)),
        ("\u0444\u043e\u043a\u0443\u04412", ("fokus2",)),
        ("\u041c012345", ("m012345",)),
    ],
)
def test_a_cyrillic_letter_is_its_latin_twin_only_where_every_other_has_one(text, found):
    assert words(text) == found


def crossed(said: str) -> list[str]:
    """Return the models found that are in no car of the makes that `said` names."""
    makes = understand(said).makes
    return [
        match.model
        for match in search_models(said)
        if makes and not any(among(make, cards()[match.model].makes) for make in makes)
    ]


def test_every_word_that_is_known_means_what_it_says():
    """Every alias, in Latin letters and in Russian ones."""
    for spelling, senses in lexicon().senses.items():
        said = understand(spelling)
        unclear = {Means.CAR, Means.RADIO} & {means for means, _ in senses}  # `Mini` is a car of Rover too
        if not unclear:
            assert {name for means, name in senses if means is Means.MAKE} == set(said.makes)
        assert not crossed(spelling)


WORDS = sorted(
    {word for one in lexicon().listings for word in (*(car.shown for car in one.cars), *one.radio.values())}
)


def other_words(make: str, count: int) -> list[str]:
    return random.Random(make).sample(WORDS, count)  # noqa: S311 - the same ones each time


@each("make", MAKES)
def test_no_radio_of_another_make_is_found_where_a_make_is_said(make):
    """Whatever car or radio stands beside it, of whatever make; here beside some of them."""
    for word in other_words(make, 12):
        assert among(make, understand(f"{word} {spoken(make)}").makes)
        assert not crossed(f"{word} {spoken(make)}")


@pytest.mark.deep
@pytest.mark.parametrize("make", MAKES)
def test_no_radio_of_another_make_is_found_beside_any_word(make):
    for word in WORDS:
        assert among(make, understand(f"{word} {spoken(make)}").makes)
        assert not crossed(f"{word} {spoken(make)}")


def test_each_make_of_the_catalogue_is_a_word_of_the_search():
    """But a maker of radios, which is no make of cars."""
    for one in lexicon().listings:
        for make in set(one.card.makes) - {"blaupunkt"}:
            assert among(make, understand(make).makes)


def test_a_word_of_two_makes_is_of_neither_alone():
    """No two makes are spelled alike once they are folded: an owner of one would get radios of the other."""
    for spelling, senses in lexicon().senses.items():
        makes = {name for means, name in senses if means is Means.MAKE}
        assert len(makes) < 2 or spelling in {"gm", "psa", "vag"}


def test_a_make_without_a_radio_here_finds_none_and_says_how_to_go_on():
    said = understand("Lada Granta 2014")
    assert search_models("Lada Granta 2014") == ()
    assert said.sentence == "make Lada, car Granta, year 2014"
    assert "no radio of Lada" in next_step(said)


def test_a_car_that_no_radio_names_finds_the_radios_of_its_make():
    assert {match.model for match in search_models("tiida")} == {
        one.card.id for one in lexicon().listings if "nissan" in one.card.makes
    }


def test_make_and_car_that_do_not_belong_together_find_nothing_and_say_so():
    assert search_models("Renault Qashqai") == ()
    assert (
        next_step(understand("Renault Qashqai")) == "Qashqai is a car of Nissan: leave out Renault or Qashqai"
    )


@pytest.mark.parametrize(
    "text", ["", "  ", "?!", "asdfgh", "hello, I can not open my radio", "12345678", "\u4f60\u597d"]
)
def test_what_says_nothing_finds_nothing_and_gets_an_example(text):
    assert search_models(text) == ()
    assert "Nissan Qashqai 2012" in next_step(understand(text))


def test_a_year_beside_the_years_of_a_car_counts_against_it_and_is_said():
    (match,) = [one for one in search_models("micra k12 2018") if one.model == "nissan_blaupunkt_bp"]
    assert [one.text for one in match.why if one.kind is Means.YEAR] == ["but its years are 2002-2010"]


def test_why_a_model_fits_is_said_of_each():
    for match in search_models("nissan qashqai 2012 clarion"):
        assert match.why
        assert all(reason.text for reason in match.why)
    assert {one.kind for one in search_models("nissan qashqai clarion")[0].why} == {Means.CAR, Means.RADIO}


@given(st.text(max_size=300))
def test_any_text_is_read(text):
    """No text fails, and the order of its words and its case change nothing."""
    assert [match.model for match in search_models(text)] == [match.model for match in search_models(text)]
    understand(text)


@given(st.permutations(["nissan", "qashqai", "j10", "2012", "clarion"]))
def test_the_order_of_the_words_does_not_matter(order):
    assert search_models(" ".join(order))[0].model in {"nissan_clarion_pn", "nissan_radio_code_6"}


def test_a_long_text_costs_no_more_than_its_beginning():
    """What is read of a text is bounded, so an address or a form cannot keep the site busy."""
    for hostile in ("nissn " * 100_000, "q" * 1_000_000, "a1" * 500_000, "\u0416\u0301" * 300_000):
        assert len(words(hostile)) <= WORDS_MAX
        assert sum(len(word) for word in words(hostile)) <= 3 * TEXT_LENGTH_MAX
        assert search_models(hostile) == search_models(hostile[:TEXT_LENGTH_MAX])


def test_folding_keeps_digits():
    assert fold("5500 CD") == "5500cd"
    assert fold("RCD 300") != fold("RCD 310")
