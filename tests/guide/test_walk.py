"""Walking the guide: positions, guards, and the main road from the display to the playing radio."""

import contextlib
import re
from collections import deque

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radiokey.catalogue.fact import Confidence
from radiokey.errors import InputError
from radiokey.guide import walk
from radiokey.guide.load import load_guide, parse_text, read_guide
from radiokey.guide.model import Act, Facts, Stage
from radiokey.headunit.display import Shows

GUIDE = load_guide()


def go(*answers: str, at: str = "stop") -> walk.View:
    for answer in answers:
        at = walk.answer(GUIDE, at, answer)
    return walk.view(GUIDE, at)


def test_the_first_step_says_where_i_am_what_to_do_and_what_not():
    """LOOKS: the three things an owner in the car reads first."""
    first = walk.start(GUIDE)
    assert first.stage is Stage.STOP
    assert first.position == "stop"
    assert "not broken" in first.body
    assert "photo" in first.do
    assert "number keys" in first.dont
    words = len(f"{first.title} {first.body} {first.do} {first.dont}".split())
    assert words < 90


def test_every_step_is_short_enough_for_a_phone():
    for step in GUIDE.texts.values():
        assert len(f"{step.title} {step.body} {step.do} {step.dont}".split()) < 120, step.title


def test_the_voice_is_calm():
    """LOOKS: never please, never unfortunately, no exclamation marks."""
    said = [
        f"{t.title} {t.body} {t.do} {t.dont} {t.more} {' '.join(t.choices.values())}"
        for t in GUIDE.texts.values()
    ]
    said += [*GUIDE.warnings.values(), *GUIDE.sayings.values()]
    for text in said:
        assert not re.search(r"(?i)\bplease\b|unfortunately|!|guaranteed", text), text


def test_the_main_road_from_code_to_playing():
    at = go("radio", "code", "nissan_terrano3_article", "battery", "papers", "never", "ready")
    assert at.act is Act.COACH
    assert at.facts.model == "nissan_terrano3_article"
    assert go("dark", "plays", at=at.position).step == "plays"


def test_an_owner_with_nothing_is_led_to_the_number_the_code_and_the_sheet():
    at = go("radio", "code", "unknown", "unknown", "none", "not-found", "papers")
    assert at.act is Act.SERIAL
    at = go("read", at=at.position)
    assert at.act is Act.CODE
    assert go("none", at=at.position).act is Act.SHEET


def test_a_wait_leads_through_the_three_checks_to_the_question_and_not_to_an_entry():
    """Units.md step 2 (f): when CODE returns, step 3."""
    at = go("radio", "wait", "ford_6000cd", "3")
    assert (at.act, at.facts.errors) == (Act.WAITING, 3)
    over = go("code", at=at.position)
    assert over.step == "wait-over"
    assert go("all-three", at=over.position).step == "cause"
    assert go("all-three", "battery", at=over.position).step == "hold-the-code"


def test_the_count_of_errors_follows_the_owner():
    waited = go("radio", "wait", "ford_6000cd", "3", "code", "all-three")
    at = go("unknown", "papers", "never", "ready", "refused", at=waited.position)
    assert (at.step, at.facts.errors, at.facts.refused) == ("refused-once", 4, 1)


def test_a_position_is_short_and_fit_for_a_url():
    at = go("radio", "wait", "nissan_terrano3_article", "3")
    assert re.fullmatch(r"[a-z0-9._-]{1,120}", at.position)


@given(
    st.builds(
        Facts,
        model=st.sampled_from([None, "", "renault_86a", "ford_6000cd"]),
        word=st.sampled_from([None, "code", "wait", "asks-once"]),
        shows=st.sampled_from([None, *Shows]),
        errors=st.none() | st.integers(0, 99),
        refused=st.integers(0, 9),
        evidence=st.booleans(),
    ),
    st.sampled_from(sorted(set(GUIDE.steps) - {"enter"})),
)
@settings(max_examples=2 * settings().max_examples, deadline=None, derandomize=True)
def test_a_position_holds_step_and_facts_round(facts, step):
    found, back = walk.where(GUIDE, walk.position(step, facts))
    assert (found.id, back) == (step, facts)


@given(st.text(max_size=80) | st.from_regex(r"[a-z.0-9_-]{1,60}", fullmatch=True))
@settings(max_examples=3 * settings().max_examples, deadline=None, derandomize=True)
def test_a_made_up_position_is_refused_or_viewed_but_never_breaks(text):
    with contextlib.suppress(InputError):
        assert walk.view(GUIDE, text).step in GUIDE.steps


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no-such-step",
        "stop.no_such_radio.-.-.-.0",
        "stop.-.no-word.-.-.0",
        "stop.-.-.nothing.-.0",
        "stop.-",
        "STOP",
    ],
)
def test_a_position_this_guide_never_made_is_refused(text):
    with pytest.raises(InputError):
        walk.view(GUIDE, text)


def test_every_answer_on_offer_leads_on_and_a_shut_one_does_not():
    """Walks every position that can be reached with a few facts; nothing breaks, nothing shut opens."""
    seen: set[str] = set()
    second = Facts(model="", shows=Shows.CODE, errors=1, refused=1, evidence=True)
    waiting = deque(["stop", walk.position("before-entry", second)])
    while waiting and len(seen) < 2500:
        at = waiting.popleft()
        if at in seen:
            continue
        seen.add(at)
        here = walk.view(GUIDE, at)
        offers = here.choices
        if here.step == "which-radio":
            offers = tuple(
                o for o in offers if o.id in {"unknown", "renault_86a", "grundig_wkc", "ford_6000cd"}
            )
        if here.step == "how-many-wrong":
            offers = tuple(o for o in offers if o.id in {"1", "unknown"})
        for offer in offers:
            if offer.shut:
                with pytest.raises(InputError):
                    walk.answer(GUIDE, at, offer.id)
            else:
                waiting.append(walk.answer(GUIDE, at, offer.id))
    assert {walk.where(GUIDE, at)[0].id for at in seen} >= set(GUIDE.steps) - {"enter"}


def test_an_answer_that_is_not_on_offer_is_refused():
    with pytest.raises(InputError):
        walk.answer(GUIDE, "stop", "guess")
    with pytest.raises(InputError):
        walk.answer(GUIDE, "how-many-wrong", "-1")
    with pytest.raises(InputError):
        walk.answer(GUIDE, "which-radio", "no_such_radio")


def test_a_model_that_is_not_in_the_catalogue_is_refused_at_the_start():
    with pytest.raises(InputError):
        walk.start(GUIDE, model="no_such_radio")


def test_the_guide_speaks_only_languages_it_has():
    with pytest.raises(InputError):
        load_guide("zz")
    with pytest.raises(InputError):
        load_guide("../en")


@pytest.mark.parametrize(
    "flow",
    [
        "= 1",
        'start = "a"\nunknown = 1',
        '[steps.a]\nstage = "nowhere"',
        '[steps.a]\nstage = "stop"\nways = [{ id = "x" }]',
    ],
)
def test_a_flow_with_a_mistake_is_refused_with_the_place(flow):
    with pytest.raises(InputError) as caught:
        read_guide(flow, {}, lang="en", model_of=GUIDE.model_of, models=GUIDE.models)
    assert "flow.toml" in caught.value.sentence


@pytest.mark.parametrize(
    "text", ["", "# T\n\nIt is.\n\nNot: that", "# T\n\nIt is.\n\nDo: this", "# T\nDo: this\nNot: that"]
)
def test_a_step_text_that_lacks_a_part_is_refused(text):
    with pytest.raises(InputError):
        parse_text("step", text)


def test_a_step_tells_what_is_known_of_this_radio_and_how_sure():
    known = walk.view(GUIDE, walk.position("keys-combination", Facts(model="renault_86a")))
    assert "1 and 6" in known.known[0].text
    assert known.known[0].sources
    waiting = walk.view(GUIDE, walk.position("waiting", Facts(model="renault_86a", errors=6)))
    assert "32 minutes" in waiting.known[0].text
    assert waiting.known[0].confidence is Confidence.OFFICIAL
    unknown = walk.view(GUIDE, walk.position("waiting", Facts(model="", errors=1)))
    assert unknown.known[0].confidence is None
    assert "not known" in unknown.known[0].text


def test_after_a_refusal_the_longer_pause_is_told():
    """Conflict C-C."""
    facts = Facts(model="renault_86a", errors=1, refused=1)
    told = walk.view(GUIDE, walk.position("waiting", facts)).known
    assert any("15 minutes" in line.text for line in told)


def test_every_step_can_be_viewed_for_every_model():
    for model, _ in GUIDE.models():
        for step in GUIDE.steps:
            assert walk.view(GUIDE, walk.position(step, Facts(model=model, errors=1, refused=1))).title


def test_the_cautious_model_is_the_same_as_not_knowing():
    assert walk.start(GUIDE, model="unknown").facts.model == ""


def test_a_word_that_the_radio_explains_is_not_asked_about_again():
    """LOCKED 10 on a Ford, SAFE on a Gamma: the make and the number are known by then."""
    ford = go("locked", "ford_6000cd", at="what-does-it-show")
    assert (ford.step, ford.facts.model) == ("no-wait", "ford_6000cd")
    assert any("LOCKED 13" in one.text for one in ford.known)
    gamma = go("safe", "vw_premium_gamma", at="what-does-it-show")
    assert gamma.step == "same-word"
    assert go("yes", at=gamma.position).step == "how-many-wrong"


def test_where_no_wait_ends_it_no_wait_is_advised():
    """The maker's service after ten on a Ford, nothing after thirteen; before that it is a wait."""
    facts = Facts(model="ford_6000cd", shows=Shows.WAIT)
    to = {n: go(n, at=walk.position("how-many-wrong", facts)).step for n in ("3", "10", "13", "unknown")}
    assert to == {"3": "waiting", "10": "no-wait", "13": "no-wait", "unknown": "waiting"}
    shut = walk.view(GUIDE, walk.position("waiting", Facts(model="ford_6000cd", errors=10)))
    assert (shut.step, shut.act) == ("no-wait", None)
    # What a cautious guess says of an unknown radio is no reason to stop waiting.
    assert walk.view(GUIDE, walk.position("waiting", Facts(model="", errors=10))).step == "waiting"


def test_after_a_refusal_nobody_counts_none():
    at = walk.position(
        "how-many-wrong", Facts(model="renault_86a", shows=Shows.WAIT, refused=1, evidence=True)
    )
    assert [offer.id for offer in walk.view(GUIDE, at).choices][:2] == ["1", "2"]
    assert walk.view(GUIDE, walk.answer(GUIDE, at, "0")).facts.errors == 1


def test_keys_that_do_nothing_may_be_a_wait():
    """An owner whose Ford took no digit had to leave it powered for an hour; a fault is not the only reason."""
    assert "leave ignition and radio on for an hour" in GUIDE.texts["blank"].more


def test_a_named_radio_is_not_asked_what_was_typed_beside_its_word():
    """Dashes and how they stand were one line; they were asked about again only where the radio was known."""
    for model in (None, "renault_86a"):
        at = walk.position("what-does-it-show", Facts(model=model))
        assert go(at=walk.answer_display(GUIDE, at, "---- steady")).step != "dashes", model
