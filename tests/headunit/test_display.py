"""What a display shows: the model's own words where they are known, and said so where they are not."""

import pytest

from radiokey.catalogue.load import load_catalogue
from radiokey.clock import HOUR_MS, MINUTE_MS
from radiokey.headunit.display import Counts, DisplayWord, Shows, word_for
from radiokey.headunit.events import (
    CarAnswered,
    KeyPressed,
    RadioSwitched,
    SomethingBroke,
    SupplyLost,
    TimeWent,
)
from radiokey.headunit.lock import Fault, State
from radiokey.headunit.status import Sound

MODELS = load_catalogue().models
DRAWN = [model.id for model in MODELS.values() if model.design() is not None]
COUNTS = Counts(errors=2, left=1, wait_left_ms=90_000)
NO_COUNTS = Counts(errors=0, left=None, wait_left_ms=0)

WORDS_OF = {
    # state: the kinds of word that tell it, the best first
    State.PLAYING: (Shows.PLAYING,),
    State.CODE: (Shows.CODE,),
    State.SCRAMBLED: (Shows.CODE,),
    State.ENTRY: (Shows.CODE,),
    State.CHECKING: (Shows.CODE,),
    State.WAIT: (Shows.WAIT, Shows.LOCKED, Shows.ARMED_OR_WAIT, Shows.CODE),
    State.LOCKED: (Shows.LOCKED, Shows.WAIT, Shows.CODE),
    State.PERMANENT: (Shows.PERMANENT, Shows.LOCKED, Shows.WAIT, Shows.CODE),
    State.SYNC: (Shows.SERVER,),
    State.PROTECTED: (Shows.PROTECTED,),
    State.DARK: (),
    State.FAULT: (),
}


def words(*kinds):
    return [DisplayWord(kind.value, kind, "") for kind in kinds]


@pytest.mark.parametrize("state", State)
def test_a_state_is_told_by_the_best_word_the_model_has_and_by_no_other(state):
    kinds = WORDS_OF[state]
    for best in range(len(kinds)):
        shown = word_for(words(*Shows)[::-1] if not best else words(*reversed(kinds[best:])), state, COUNTS)
        assert shown == kinds[best].value
    others = words(*[kind for kind in Shows if kind not in kinds])
    assert word_for(others, state, COUNTS) is None


def test_protected_is_never_shown_as_code():
    assert word_for(words(Shows.CODE, Shows.LOCKED, Shows.WAIT), State.PROTECTED, COUNTS) is None


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("{errors} SAFE", "2 SAFE"),
        ("{left} CDE", "1 CDE"),
        ("WAIT {wait}", "WAIT 1:30"),
        ("Err{errors}", "Err2"),
    ],
)
def test_a_word_that_counts_is_preferred_and_filled(text, shown):
    both = [DisplayWord("SAFE", Shows.WAIT, ""), DisplayWord(text, Shows.WAIT, "")]
    assert word_for(both, State.WAIT, COUNTS) == shown
    assert word_for(both, State.WAIT, NO_COUNTS) == "SAFE"


@pytest.mark.parametrize(
    ("ms", "shown"),
    [(1, "0:01"), (999, "0:01"), (59_001, "1:00"), (HOUR_MS, "60:00"), (2 * HOUR_MS - 1, "120:00")],
)
def test_a_wait_is_shown_in_minutes_and_seconds_and_never_too_short(ms, shown):
    assert word_for([DisplayWord("{wait}", Shows.WAIT, "")], State.WAIT, Counts(1, 1, ms)) == shown


@pytest.mark.parametrize("model_id", DRAWN)
def test_a_unit_shows_its_models_words_and_says_where_it_has_none(owner_of, model_id):
    """Never a guess shown as fact: a word that nobody knows is marked as not the radio's own."""
    owner = owner_of(model_id).asked()
    told = {word.shows for word in owner.design.words}
    while owner.state not in {State.WAIT, State.LOCKED, State.PERMANENT} and owner.errors < 20:
        screen = owner.unit.screen
        assert screen.own is (Shows.CODE in told)
        assert screen.lit
        owner.wrong()
    screen = owner.unit.screen
    assert screen.own is bool(told & set(WORDS_OF[owner.state]))
    assert screen.text
    assert "{" not in screen.text
    assert screen.sound is Sound.SILENT


@pytest.mark.parametrize("model_id", DRAWN)
def test_an_entry_shows_what_was_keyed(owner_of, model_id):
    owner = owner_of(model_id).asked()
    for press in owner.design.panel.opening:
        owner.do(KeyPressed(press.key, press.hold_ms))
    first = next(key.id for key in owner.design.panel.keys if _begins(owner, key.id))
    owner.do(KeyPressed(first))
    assert owner.state is State.ENTRY
    assert len(owner.unit.screen.text) == owner.design.shape.length


def _begins(owner, key):
    entry = owner.design.panel.entry
    names = [
        *getattr(entry, "keys", ()),
        *[name for name, _ in getattr(entry, "groups", ())],
        getattr(entry, "up", None),
    ]
    return key in [name if isinstance(name, str) or name is None else name[1] for name in names]


def test_the_sound_follows_the_lock(owner_under, owner_of):
    owner = owner_under()
    assert (owner.unit.screen.text, owner.unit.screen.sound, owner.unit.screen.own) == (
        "FM",
        Sound.PLAYING,
        False,
    )
    assert owner.asked().unit.screen.sound is Sound.SILENT
    owner.right()
    dark = owner.unit.screen
    assert (dark.text, dark.lit, dark.sound) == ("", False, Sound.SILENT)
    owner.wait(MINUTE_MS)
    assert owner.unit.screen.sound is Sound.PLAYING
    assert owner_of("renault_86a").asked().unit.screen.sound is Sound.SCRAMBLED


def test_a_radio_that_is_off_or_without_supply_is_dark_and_silent(owner_under):
    for off in (RadioSwitched(on=False), SupplyLost()):
        owner = owner_under()
        owner.do(off)
        assert (owner.unit.screen.lit, owner.unit.screen.sound) == (False, Sound.SILENT)


def test_a_fault_is_lit_without_a_word_of_the_lock(owner_under):
    owner = owner_under()
    owner.do(SomethingBroke(Fault.BUS))
    screen = owner.unit.screen
    assert (screen.text, screen.lit, screen.own, screen.sound) == ("", True, False, Sound.SILENT)
    assert owner.unit.status.fault is Fault.BUS


def test_a_wait_counts_down_on_the_display(owner_under):
    owner = owner_under().asked()
    owner.wrong()
    assert owner.unit.screen.text == "WAIT 30:00"
    owner.do(TimeWent(29 * MINUTE_MS + 1))
    assert owner.unit.screen.text == "WAIT 1:00"


def test_a_protected_unit_without_a_word_for_it_does_not_borrow_one(owner_under):
    owner = owner_under()
    owner.do(CarAnswered(knows=False))
    assert (owner.unit.screen.text, owner.unit.screen.own) == ("----", False)
