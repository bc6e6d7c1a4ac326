"""Evidence, sources and the cautious readings."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import radiokey.catalogue
from radiokey.catalogue import panels
from radiokey.catalogue.fact import Confidence, Fact
from radiokey.catalogue.index import cards, draw, panel_suggestions
from radiokey.catalogue.load import load_catalogue, load_labels, load_model, load_sources, model_ids
from radiokey.catalogue.model import CAUTIOUS_SCHEDULE, HOLD_ASSUMED_MS, SourceKind
from radiokey.clock import MINUTE_MS
from radiokey.errors import CatalogueError
from radiokey.headunit.first_press import CountsOn
from radiokey.headunit.panel import ConfirmBy, Cycle, Direct
from radiokey.headunit.policy import ClockNeeds, Dead, PowerCutEffect, Wait
from tables import each

PACKAGE = Path(radiokey.catalogue.__file__).parent
FILES = sorted((PACKAGE / "models").glob("*.toml"))
MODELS = load_catalogue().models
each_model = each("model", list(MODELS.values()), ids=list(MODELS))


def facts_of(model):
    for name in model.__slots__:
        value = getattr(model, name)
        if isinstance(value, Fact):
            yield name, value
    yield from (
        ("way", fact) for fact in (model.ways.ask, model.ways.papers, model.ways.cost, model.ways.wait)
    )
    yield from (("quirk", fact) for fact in model.quirks)


def test_every_label_is_in_the_table_and_no_entry_is_unused():
    used = {
        (path.stem, label)
        for path in FILES
        for row in tomllib.loads(path.read_text(encoding="utf-8"))["evidence"]
        for label in row["labels"]
    }
    table = {(model_id, label) for model_id, labels in load_labels().items() for label in labels}
    assert used == table


@each_model
def test_a_fact_without_sources_is_doubtful_and_an_unknown_one_has_none(model):
    for name, fact in facts_of(model):
        if not fact.known:
            assert fact.confidence is Confidence.UNKNOWN, name
            assert not fact.sources
        elif not fact.sources:
            assert fact.confidence is Confidence.DOUBTFUL, name


@each_model
def test_every_source_is_described_once(model):
    assert {source for _, fact in facts_of(model) for source in fact.sources} <= set(load_sources())


def test_no_two_sources_have_one_title():
    """Or an owner could not tell what speaks for a fact."""
    assert len({source.title for source in load_sources().values()}) == len(load_sources())


def test_only_official_and_support_pages_are_links():
    """STORY, "Not ours": sources that sell codes are named, not linked."""
    for source in load_sources().values():
        assert (source.url is not None) == (source.kind in {SourceKind.OFFICIAL, SourceKind.SUPPORT}), (
            source.id
        )
    sellers = [source for source in load_sources().values() if source.kind is SourceKind.SELLER]
    assert len(sellers) == 13
    assert all(re.search(r"seller of codes", source.title) for source in sellers)


def test_no_address_stands_anywhere_else_in_the_catalogue():
    allowed = {"radio-navicode.honda.com"}  # Honda's own site, free
    for path in [*FILES, *(PACKAGE / name for name in ("evidence-labels.toml", "index.json", "panels.json"))]:
        text = path.read_text(encoding="utf-8")
        assert "http" not in text, path.name
        assert (
            set(re.findall(r"\b[\w-]+(?:\.[\w-]+)*\.(?:com|net|org|ro|de|co|uk|info)\b", text)) <= allowed
        ), path.name


@pytest.mark.parametrize(
    ("model_id", "field", "confidence"),
    [
        ("renault_86a", "schedule", "official"),
        ("renault_86a", "confirm", "official"),
        ("renault_86a", "hold_ms", "several"),
        ("renault_86a", "entry_start", "several"),
        ("renault_86a", "vehicles", "official"),
        ("renault_precode_old", "clock_needs", "doubtful"),
        ("renault_86a", "power_cut", "unknown"),
        ("ford_6000cd", "schedule", "several"),
        ("ford_6000cd", "serial_text", "several"),
        ("ford_6000cd", "clock_needs", "several"),
        ("honda_audio5", "code_length", "official"),
        ("honda_audio5", "code_alphabet", "several"),
        ("honda_audio5", "code", "several"),
        ("honda_audio5", "schedule", "single"),
        ("gm_delco_loc2", "schedule", "official"),
        ("gm_delco_loc2", "entry", "official"),
        ("mercedes_becker5", "schedule_text", "doubtful"),
        ("volvo_sc_hu", "code_alphabet", "single"),
        ("hyundai_cde", "confirm", "official"),
        ("nissan_terrano3_article", "schedule", "doubtful"),
    ],
)
def test_confidence_is_each_facts_own(model_id, field, confidence):
    assert getattr(MODELS[model_id], field).confidence == confidence


def test_a_members_evidence_is_its_own():
    words = {fact.value.text: fact.confidence for fact in MODELS["hyundai_cde"].word_facts}
    assert words == {
        "1 CDE": Confidence.OFFICIAL,
        "2 CDE": Confidence.OFFICIAL,
        "Code Error": Confidence.SINGLE,
    }
    assert MODELS["hyundai_cde"].words.confidence is Confidence.SINGLE


@pytest.mark.parametrize(
    ("model_id", "field"),
    [
        ("renault_86a", "confirm"),
        ("nissan_terrano3_article", "clock_needs"),
        ("nissan_connect_lcn", "code_length"),
        ("honda_audio5", "schedule"),
        ("bmw_early5", "power_cut_text"),
        ("volvo_sc_hu", "schedule"),
        ("vag_rcd_rns", "schedule"),
        ("renault_medianav_lg", "serial_text"),
    ],
)
def test_a_contradicted_fact_is_disputed_and_the_model_tells_the_conflict(model_id, field):
    assert getattr(MODELS[model_id], field).disputed
    assert MODELS[model_id].conflicts


@each_model
def test_disputes_are_told(model):
    if any(fact.disputed for _, fact in facts_of(model)):
        assert model.conflicts


def test_the_default_is_the_cautious_guess_and_says_so():
    """facts/units.md section 5: 30 minutes, 120 minutes, stop; the timer needs the radio on."""
    default = load_catalogue().default
    assert default.id == "unknown"
    assert [model.id for model in MODELS.values() if model.default] == ["unknown"]
    assert default.policy().schedule == CAUTIOUS_SCHEDULE
    assert default.wait_after(1) == Wait((30 * MINUTE_MS, 30 * MINUTE_MS))
    assert default.wait_after(2) == Wait((120 * MINUTE_MS, 120 * MINUTE_MS))
    assert default.wait_after(3) == Dead()
    assert default.policy().clock_needs is ClockNeeds.RADIO_ON
    assert default.schedule.confidence is Confidence.DOUBTFUL
    assert "cautious guess" in default.name
    assert all(
        "cautious guess" in fact.value
        for fact in (default.schedule_text, default.clock_text, default.final_text)
    )
    assert default.panel is None


def test_what_nobody_knows_is_read_cautiously_and_named():
    model = MODELS["nissan_clarion_pn"]
    assert not model.schedule.known
    assert model.policy().schedule == CAUTIOUS_SCHEDULE
    assert model.policy().power_cut is PowerCutEffect.RESTART_WAIT
    assert model.policy().power_gap_ms_min == 0
    assert {"schedule", "clock_needs", "power_cut", "power_gap_ms", "display"} <= set(model.assumed())


def test_a_lock_that_is_never_final_is_not_guessed_to_be():
    policy = MODELS["renault_precode_old"].policy()
    assert policy.tries_left(0) is None
    assert policy.penalty_after(9) == Wait((120 * MINUTE_MS, 120 * MINUTE_MS))


def test_only_a_radio_whose_maker_says_so_pairs_by_the_vin_and_none_has_a_second_lock():
    """The others know their car in another way, by part of the VIN, or by a second identity as well."""
    assert {model.id for model in MODELS.values() if model.policy().pairs} == {"porsche_most"}
    said = MODELS["porsche_most"].pairs
    assert (said.value, said.confidence, said.sources) == (True, Confidence.OFFICIAL, ("por_cay",))
    assert not MODELS["honda_audio5"].pairs.known
    assert not any(model.policy().second_lock for model in MODELS.values())


def test_the_nissans_are_unverified():
    """facts/units.md 1.3: almost all of it comes from one site that contradicts itself."""
    unverified = {model.id for model in MODELS.values() if model.unverified}
    assert unverified == {model_id for model_id in model_ids() if model_id.startswith("nissan_")} - {
        "nissan_carwings",  # not an audio lock, and official
        "nissan_hdd_installkey",
        "nissan_cats",  # these three stand in Nissan's own manuals
        "nissan_nats_audio",
        "nissan_radio_code_6",
    }


def test_the_panel_of_renault_86a():
    model = MODELS["renault_86a"]
    assert model.entry.value == Cycle(("1", "2", "3", "4"), "0000", CountsOn())
    assert model.confirm.value == ConfirmBy("6", 10_000)
    assert [key.id for key in model.keys.value] == ["1", "2", "3", "4", "5", "6"]
    assert model.scrambled_ms.value == 120_000
    assert model.policy().scrambled_ms == 120_000


def test_a_hold_without_a_time_gets_the_longest_and_says_so():
    model = MODELS["audi_chorus_concert"]
    assert not model.hold_ms.known
    assert model.confirm.value == ConfirmBy("OPENING KEYS", HOLD_ASSUMED_MS)
    assert "hold_ms" in model.assumed()
    assert max(one.hold_ms.value or 0 for one in MODELS.values()) == HOLD_ASSUMED_MS


def test_a_direct_panel_has_a_key_for_every_character():
    for model in MODELS.values():
        if isinstance(model.entry.value, Direct):
            assert {one for one, _ in model.entry.value.keys} == set("".join(model.code.value.places))


@pytest.mark.parametrize(
    "car", ["Duster", "Dacia Duster II", "LOGAN", "Sandero Stepway", "Terrano III", "duster"]
)
@pytest.mark.parametrize("make", ["Dacia", "renault", "Nissan", None])
def test_a_pre_code_on_these_cars_gets_the_renault_panel_after_a_question(make, car):
    (suggestion,) = panel_suggestions(make, car, "renault-precode")
    assert suggestion.model_id == "renault_86a"
    assert suggestion.question.endswith("look like this?")


@pytest.mark.parametrize(
    ("make", "car", "kind"),
    [
        ("dacia", "Duster", "bp12"),
        ("nissan", "Micra", "renault-precode"),
        ("ford", "Duster", "renault-precode"),
        ("renault", "Clio", "renault-precode"),
        ("nissan", "", "renault-precode"),
    ],
)
def test_no_other_radio_gets_somebody_elses_panel(make, car, kind):
    assert panel_suggestions(make, car, kind) == ()


def test_media_nav_is_offered_only_with_a_label():
    """code-families 1.1: the sources disagree; only where the owner sees T and a pre-code."""
    assert {card.id for card in cards().values() if card.needs_label} == {
        "renault_medianav_lg",
        "nissan_terrano3_medianav",
    }
    assert cards()["renault_medianav_lg"].needs_label == ("renault-precode",)


def test_the_index_is_drawn_from_the_models():
    """If it is stale: python -m radiokey.catalogue.index > src/radiokey/catalogue/index.json."""
    assert (PACKAGE / "index.json").read_text(encoding="utf-8") == draw(MODELS.values())


def test_the_panels_are_drawn_from_the_models():
    """If they are stale: python -m radiokey.catalogue.panels > src/radiokey/catalogue/panels.json."""
    assert (PACKAGE / "panels.json").read_text(encoding="utf-8") == panels.draw(MODELS.values())


@each("model", MODELS.values(), ids=lambda model: model.id)
def test_what_is_quick_to_read_is_what_the_model_says(model):
    assert (panels.panel_of(model.id) or (None,))[0] == model.panel
    card = cards()[model.id]
    for field in (
        "name",
        "short",
        "tell_apart",
        "makes",
        "kinds",
        "families",
        "needs_label",
        "stand_in",
        "default",
        "shape",
    ):
        assert getattr(card, field) == getattr(model, field), field
    assert (card.makers, card.cars) == (model.makers.value or (), model.vehicles.value or ())
    assert card.confidence is model.best


def test_a_model_that_is_not_there_is_refused_with_a_hint():
    with pytest.raises(CatalogueError) as caught:
        load_model("../../etc/passwd")
    assert "no model" in caught.value.sentence
    assert caught.value.hint


@each("path", FILES, ids=lambda path: path.stem)
def test_one_model_alone_is_the_same_as_in_the_whole(path):
    """`load_model` reads only its own lines of the label table."""
    load_model.__globals__["_packaged_model"].cache_clear()
    assert load_model(path.stem) == MODELS[path.stem]


def test_loading_one_model_imports_nothing_heavy():
    """Whoever asks how long to wait, or for the presses, waits for this too."""
    program = (
        "import sys; before = set(sys.modules);"  # a debugger or a .pth file may have brought its own
        "from radiokey.catalogue.load import load_model; load_model('renault_86a');"
        "print(*(set(sys.modules) - before))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert not loaded & {
        "yaml", "msgspec", "litestar", "jinja2", "difflib", "sqlite3", "cryptography", "icalendar", "importlib.resources", "asyncio", "logging", "radiokey.serial.formats",
    }  # fmt: skip


def test_a_state_without_a_word_is_named_and_gets_none():
    model = MODELS["nissan_blaupunkt_1990s"]
    assert "words.wait" in model.assumed()
    assert model.design().words == model.words.value


@each_model
def test_a_design_is_made_exactly_where_nothing_is_missing(model):
    design = model.design()
    assert (design is None) == bool(model.missing_for_entry())
    if design is not None:
        assert design.policy == model.policy()
        assert all(len(word.text) <= design.display.characters for word in design.words)
