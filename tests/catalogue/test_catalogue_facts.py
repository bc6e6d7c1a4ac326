"""The models against the facts they were made from (tests/vectors/units.csv)."""

import csv
import json
import re
from functools import cache
from itertools import product
from pathlib import Path

import pytest

from radiokey.catalogue.fact import Confidence
from radiokey.catalogue.load import load_catalogue
from radiokey.catalogue.model import Binding, Model
from radiokey.code.family import FAMILIES
from radiokey.headunit.display import DisplayKind, Shows, Technology
from radiokey.headunit.policy import Blocked, Dead, Penalty, UntilKeyCycle, UntilPowerCut, Wait
from radiokey.serial.formats import FORMATS
from tables import each

MINUTE_MS = 60_000
VECTORS = Path(__file__).parents[1] / "vectors" / "units.csv"
ROWS = list(
    csv.DictReader(
        line for line in VECTORS.read_text(encoding="utf-8").splitlines() if not line.startswith("#")
    )
)
IDS = [row["id"] for row in ROWS]
MODELS = load_catalogue().models
STATES = {"SERVER_ERR": "server-error", "UNLOCKED": "playing"}
CODE_FAMILIES_ONLY = {
    *("fiat_vp", "toyota_erc_legacy"),
    *("blaupunkt_acr4250", "bmw_business_blaupunkt", "mg_rover_blaupunkt"),
}

each_family = each("row", ROWS, ids=IDS)
each_model = each("model", list(MODELS.values()), ids=list(MODELS))


def real() -> list[Model]:
    return [MODELS[model_id] for model_id in IDS]


FOUND_LATER = {
    "bmw_business_cd",
    "chrysler_crossfire",
    "fiat_can_blaupunkt",
    "landrover_security",
    "mazda_search_auto_m",
    "mazda_tribute_lock3000",
    "mercedes_audio10",
    "mercedes_ok5",
    "mercedes_sc",
    "nissan_cats",
    "nissan_nats_audio",
    "nissan_note_radiopass",
    "nissan_radio_code_6",
    "nissan_xtrail_t30_err",
    "porsche_cr1",
    "psa_blaupunkt_2040",
    "psa_radio_locked",
    "psa_security_405",
    "renault_rlink1",
    "renault_rlink2",
    "rover_75_symphony",
    "rover_mini_dashc",
    "rover_r860",
    "smart_451_highline",
    "smart_grundig",
    "vw_heidelberg",
}
"""In the later gatherings, not in the one that units.csv was taken from."""


LEARNT = {
    ("vag_rcd_rns", "trigger"),
    ("psa_rd4", "messages"),
    # Each from two pages that are cited for the model.
    ("volvo_sc_hu", "trigger"),
    ("saab_band", "trigger"),
    ("suzuki_clarion", "trigger"),
    ("vw_premium_gamma", "trigger"),
}
"""What units.csv does not know and later reading tells (docs/corrections.md, and the evidence of the model)."""


def test_all_families_are_there_and_nothing_else():
    assert len(IDS) == 56
    assert set(MODELS) == {*IDS, *CODE_FAMILIES_ONLY, *FOUND_LATER, "unknown"}


@pytest.mark.parametrize(
    ("column", "missing"),
    [
        ("entry_style", 35),
        ("alphabet", 21),
        ("length", 13),
        ("waits", 33),
        ("confirm", 27),
        ("timer_needs", 31),
    ],
)
def test_what_the_facts_do_not_know(column, missing):
    """The counts of the vectors themselves, so that the next tests mean something."""
    assert sum(not row[column] for row in ROWS) == missing


def test_unknown_alphabets_and_lengths_stay_unknown():
    assert sum(not model.code_alphabet.known for model in real()) == 21
    assert sum(not model.code_length.known for model in real()) == 13


@each_family
def test_nothing_is_known_that_the_facts_do_not_know(row):
    model = MODELS[row["id"]]
    pairs = {
        "length": model.code_length,
        "alphabet": model.code_alphabet,
        "attempts_before_lock": model.attempts_before_lock,
        "attempts_total": model.attempts_total,
        "timer_needs": model.clock_needs,
        "trigger": model.trigger,
        "cost": model.ways.cost,
    }
    pairs = {column: fact for column, fact in pairs.items() if (row["id"], column) not in LEARNT}
    for column, fact in pairs.items():
        assert bool(row[column]) == fact.known, column
    assert (row["messages"] != "[]" or (row["id"], "messages") in LEARNT) == model.words.known
    assert row["entry_style"] or not model.entry.known
    assert row["confirm"] or not model.confirm.known
    assert row["power_cut"] or not model.power_cut.known
    # No gathered fact tells a display: a touch screen is one by its kind, all else is background and owns up.
    if model.display.known and model.display.confidence is not Confidence.DOUBTFUL:
        assert model.display.value == DisplayKind(Technology.SCREEN)
        assert model.unit_type.value == "Touch screen"


def test_the_two_panels_that_are_told_but_not_typed():
    """Saturn: nobody tells what confirms. Micra K12: "cycle or press" leaves open which."""
    told = {row["id"] for row in ROWS if row["entry_style"]}
    assert {model_id for model_id in told if not MODELS[model_id].entry.known} == {
        "nissan_blaupunkt_bp",
        "saturn_4digit",
    }
    assert all(
        MODELS[model_id].entry_text.known for model_id in told - {"honda_audio5", "bmw_early5"} - DIRECT
    )


DIRECT = {"volvo_sc_hu", "psa_alpine_505"}


@each_family
def test_lengths_and_alphabets_are_those_of_the_facts(row):
    model = MODELS[row["id"]]
    length = {"4-5": (4, 5)}.get(row["length"]) or ((int(row["length"]),) * 2 if row["length"] else None)
    if row["id"] in {"gm_delco_loc2", "blaupunkt_aftermarket"}:  # three, or four with a 1 before them
        length = (3, 4)
    assert model.code_length.value == length
    if plain := re.match(r"[0-9]-[0-9]", row["alphabet"]):
        assert sorted(model.code_alphabet.value) == [
            str(n) for n in range(int(plain[0][0]), int(plain[0][2]) + 1)
        ]


@cache
def matching(regex: str) -> set[str]:
    texts = ("".join(digits) for length in (3, 4, 5) for digits in product("0123456789", repeat=length))
    return {text for text in texts if re.fullmatch(regex, text)}


@pytest.mark.parametrize("row", [row for row in ROWS if row["regex"]], ids=lambda row: row["id"])
def test_a_shape_allows_exactly_the_codes_of_the_facts(row):
    shape = MODELS[row["id"]].code.value
    assert {code.reveal() for code in shape.all()} == matching(row["regex"])


def strikes(model: Model, count: int) -> list[tuple[int, Penalty]]:
    policy = model.policy()
    found = [(errors, policy.penalty_after(errors)) for errors in range(1, 40)]
    return [(errors, penalty) for errors, penalty in found if penalty is not None][:count]


@pytest.mark.parametrize("row", [row for row in ROWS if row["waits"]], ids=lambda row: row["id"])
def test_waits_are_those_of_the_facts_and_ranges_stay_ranges(row):
    model, waits = MODELS[row["id"]], json.loads(row["waits"])
    assert model.schedule.known
    told = strikes(model, len(waits))
    for (_, penalty), minutes in zip(told, waits, strict=True):
        if minutes is None:
            assert isinstance(penalty, Dead)
        else:
            low, high = minutes if isinstance(minutes, list) else (minutes, minutes)
            assert penalty.ms[0] / MINUTE_MS == pytest.approx(low, abs=0.005)
            assert penalty.ms[1] / MINUTE_MS == pytest.approx(high, abs=0.005)
    if waits and row["attempts_before_lock"]:
        assert told[0][0] == int(row["attempts_before_lock"])


def test_schedules_without_minutes_are_only_those_that_end_in_something_else():
    """33 have no minutes; of these, four are told all the same: a power cut, a key cycle, the end."""
    silent = [row["id"] for row in ROWS if not row["waits"]]
    assert len(silent) == 33
    assert {model_id for model_id in silent if MODELS[model_id].schedule.known} == {
        "audi_wiesbaden_delta",
        "acura_navi4",
        "lexus_toyota_sec",
        "mazda_panasonic",
    }


@each_family
def test_final_is_said_only_where_the_facts_say_it(row):
    final = MODELS[row["id"]].final
    if row["permanent"] == "no":
        assert final.value is False
    elif not row["permanent"]:
        assert not final.known


@each_family
def test_totals_are_those_of_the_facts(row):
    model = MODELS[row["id"]]
    assert model.attempts_before_lock.value == (int(row["attempts_before_lock"] or 0) or None)
    assert model.attempts_total.value == (int(row["attempts_total"] or 0) or None)
    assert model.best.rank <= Confidence(row["best"]).rank  # a later source can only make it surer


def alternatives(text: str) -> list[str]:
    """Split a message of the facts into the words that a display shows."""
    if text == "Err1, ErrA .. ErrE":
        return ["Err1", "ErrA", "ErrB", "ErrC", "ErrD", "ErrE"]
    if " / " in text:
        return text.split(" / ")
    return [re.sub(r" \((1 s at key-on|steady|blinking|flash at start)\)$", "", text)]


SEEN = {  # what the facts describe instead of quoting: shown in round brackets
    "consent pop-up (OK/Decline)": "(a question with OK and Decline)",
    "code screen": "(a screen that asks for the code)",
    "enter code screen": "(a screen that asks for the code)",
    "error message": "(an error message)",
    "beep": "(a beep)",
    "dashes": "(dashes)",
    "three bars": "(three bars)",
    "attempt number": "(the number of the next try)",
    "Unit Locked For ...": "Unit Locked For",
    "component protection: infotainment only partly available, switch on ignition": "component protection",
    "n SAFE": "{left} SAFE",
}


@each_family
def test_every_message_of_the_facts_is_a_word_of_the_model_with_its_meaning(row):
    words = MODELS[row["id"]].words.value or ()
    for text, state in json.loads(row["messages"]):
        shows = STATES.get(state, state.lower().replace("_", "-"))
        for one in [SEEN[text]] if text in SEEN else alternatives(text):
            found = [word for word in words if re.fullmatch(template(word.text), one)]
            if one == "ErrE":  # the facts add "locked" to the fifth error in their sentence
                shows = "locked"
            assert Shows(shows) in {word.shows for word in found}, (text, one)


def template(text: str) -> str:
    return re.sub(r"\\\{\w+\\\}", r"(\\d+|\\{\\w+\\})", re.escape(text))


@each_model
def test_words_are_in_our_words_and_say_something(model):
    for word in model.words.value or ():
        assert word.meaning[0].isupper()
        assert word.meaning.endswith(".")
        assert isinstance(word.shows, Shows)


@each_model
def test_kinds_and_families_exist_and_agree(model):
    assert set(model.kinds) <= set(FORMATS)
    assert set(model.needs_label) <= set(model.kinds)
    for family in model.families:
        assert set(FAMILIES[family].kinds) & set(model.kinds)
        assert FAMILIES[family].shape.places == model.code.value.places


PATTERNS = {
    "doubling with a cap": ("renault_86a", [1, 2, 4, 8, 16, 32, 32, 32]),
    "doubling without a cap": ("rover_r960", [1, 2, 4, 8, 16, 32, 64, 128]),
    "doubling, then dead": ("opel_car300_siemens", [1 / 6, 0.5, 10, 20, 40, 80, 160, 320, 640, Dead]),
    "n tries, fixed wait, repeat": ("bmw_early5", [None, None, 60, None, None, 60, None, None, 60]),
    "big first batch, then small ones": ("gm_delco_loc2", [None] * 7 + [60, None, None, 60, None, None, 60]),
    "short pauses, then longer, then dead": ("bmw_bavaria_c_reverse", [0.25, 0.25] + [15] * 16 + [Dead]),
    "fixed wait, then two dead levels": (
        "ford_6000cd",
        [None, None] + [30] * 7 + [Blocked, None, None, Dead],
    ),
    "counter, then help": ("lexus_toyota_sec", [None] * 9 + [Dead]),
    "locked until power is cut": ("audi_wiesbaden_delta", [None, None, UntilPowerCut] * 2),
    "tries per key cycle": ("acura_navi4", ([None] * 9 + [UntilKeyCycle]) * 2),
    "no limit": ("fiat_connect_nav", [None] * 30),
}


@pytest.mark.parametrize("pattern", PATTERNS)
def test_all_eleven_schedules_are_there(pattern):
    """facts/units.md section 1.1, with the example it names."""
    model_id, expected = PATTERNS[pattern]
    schedule = MODELS[model_id]
    assert schedule.schedule.known
    for errors, penalty in enumerate(expected, start=1):
        got = schedule.wait_after(errors)
        if isinstance(penalty, type):
            assert isinstance(got, penalty), errors
        elif penalty is None:
            assert got is None or isinstance(got, Blocked), errors
        else:
            assert isinstance(got, Wait)
            assert got.ms[1] == pytest.approx(penalty * MINUTE_MS), errors


def test_radios_without_any_code_say_who_decides_instead():
    """facts/units.md 1.1, last row: the vehicle or a server decides."""
    for model_id in (
        "porsche_most",
        "vag_component_protection",
        "psa_rcc_nac",
        "gm_theftlock_vin",
        "honda_2012_auto",
    ):
        model = MODELS[model_id]
        assert model.binding.value in {Binding.VEHICLE, Binding.SERVER}
        assert model.missing_for_entry() == ("code", "keys", "entry", "confirm")


PANELS = [
    "audi_chorus_concert",
    "audi_wiesbaden_delta",
    "becker_4star",
    "bmw_early5",
    "ford_6000cd",
    "gm_delco_loc2",
    "grundig_wkc",
    "honda_audio5",
    "hyundai_cde",
    "lexus_toyota_sec",
    "mercedes_ok5",
    "mitsubishi_off",
    "nissan_blaupunkt_1990s",
    "nissan_radio_code_6",
    "nissan_terrano3_article",
    "opel_car300_siemens",
    "psa_alpine_505",
    "renault_86a",
    "rover_r960",
    "smart_grundig",
    "volvo_sc_hu",
    "vw_premium_gamma",
]


def test_the_models_whose_panel_is_known_by_name():
    """19 of 56: the 21 with a way of entering, less the two of `test_the_two_panels_...`; and three found later."""
    assert sorted(model.id for model in MODELS.values() if model.panel) == PANELS
    assert all(not MODELS[model_id].missing_for_entry() for model_id in PANELS)


def test_where_the_first_press_lands_is_not_pretended():
    """A dash and no word about what the first press makes of it: a coach says "until it shows"."""
    assert [model_id for model_id in PANELS if not MODELS[model_id].counted] == [
        "lexus_toyota_sec",
        "mitsubishi_off",
        "nissan_blaupunkt_1990s",
        "rover_r960",
    ]
