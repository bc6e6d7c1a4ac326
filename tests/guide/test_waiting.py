"""How long it waits, what must stay on, and when a power cut may be spoken of."""

import pytest

from radiokey.catalogue.fact import Confidence, Fact
from radiokey.catalogue.load import load_catalogue, load_model
from radiokey.clock import HOUR_MS, MINUTE_MS
from radiokey.guide.countdown import NEEDED_MS_MAX
from radiokey.guide.spoken import spoken_minutes
from radiokey.guide.waiting import (
    AUTO_OFF_MS,
    Ends,
    Tried,
    begin_countdown,
    facts_when_over,
    running_wait,
    wait_answer,
)
from radiokey.headunit.display import DisplayWord, Shows
from radiokey.headunit.policy import (
    Blocked,
    ClockNeeds,
    Dead,
    PowerCutEffect,
    Rung,
    UntilKeyCycle,
    UntilPowerCut,
    Wait,
)

SCHEDULE = (Rung(1, Wait((15 * MINUTE_MS, 30 * MINUTE_MS))), Rung(2, Blocked(2)), Rung(4, Dead()))


def test_a_known_schedule_gives_its_range_and_the_longer_end_counts(radio):
    answer = wait_answer(radio(schedule=SCHEDULE), 1)
    assert (answer.known, answer.ends, answer.minutes) == (True, Ends.TIME, (15, 30))
    assert answer.wait_ms == 30 * MINUTE_MS
    assert answer.confidence is Confidence.OFFICIAL
    assert answer.tries_left == 3
    assert "15 minutes to 30 minutes" in answer.sentences[0]


def test_a_block_and_the_end_are_told_apart(radio):
    model = radio(schedule=SCHEDULE)
    assert wait_answer(model, 2).ends is Ends.SERVICE
    dead = wait_answer(model, 4)
    assert (dead.ends, dead.final, dead.minutes) == (Ends.NEVER, True, None)
    assert wait_answer(model, 3).tries_left == 1
    assert "last one" in " ".join(wait_answer(model, 3).sentences)


def test_a_radio_nobody_knows_gets_the_cautious_reading_and_is_told_so(radio):
    """STORY: 1 error 30 minutes, 2 errors 120, then stop."""
    for model in (None, radio(), load_catalogue().default):
        first, second, third = (wait_answer(model, errors) for errors in (1, 2, 3))
        assert (first.known, first.minutes, second.minutes) == (False, (30, 30), (120, 120))
        assert third.final
        assert "not known" in first.sentences[0]
        assert "60 minutes" in first.sentences[0]
        assert first.can_die is None
        assert first.clock_needs is ClockNeeds.RADIO_ON
        assert not first.clock_known


def test_a_lock_that_is_never_final_loses_the_cautious_stop(radio):
    assert not wait_answer(radio(final=False), 3).final


def test_who_cannot_count_is_told_the_whole_span(radio):
    answer = wait_answer(load_model("renault_86a"), None)
    assert (answer.errors, answer.minutes) == (None, (1, 32))
    assert "go by the longer" in answer.sentences[0]
    assert wait_answer(radio(schedule=(Rung(3, UntilKeyCycle()),)), None).ends is Ends.KEY_CYCLE


def test_no_wait_yet_names_the_next_one(radio):
    answer = wait_answer(load_model("ford_6000cd"), 1)
    assert (answer.ends, answer.minutes) == (Ends.NOTHING_TO_WAIT, None)
    assert "30 minutes" in answer.sentences[0]
    assert wait_answer(radio(schedule=()), 5).ends is Ends.NOTHING_TO_WAIT
    assert wait_answer(load_model("ford_6000cd"), 0).minutes is None


@pytest.mark.parametrize(
    ("model", "errors", "minutes"),
    [("renault_86a", 1, 1), ("renault_86a", 6, 32), ("renault_86a", 20, 32), ("ford_6000cd", 3, 30),
     ("ford_6000cd", 9, 30), ("bmw_early5", 3, 60), ("volvo_sc_hu", 3, 120), ("opel_car300_siemens", 9, 640)],
)  # fmt: skip
def test_the_waits_of_the_facts(model, errors, minutes):
    """Units.md section 1.1."""
    assert wait_answer(load_model(model), errors).minutes == (minutes, minutes)


def test_the_articles_ignition_off_never_overrules_all_others(radio):
    """Conflict C-E: the wait counts only powered time nearly everywhere."""
    model = radio(confidence=Confidence.DOUBTFUL, clock_needs=ClockNeeds.IGNITION_OFF, schedule=SCHEDULE)
    answer = wait_answer(model, 1)
    assert answer.clock_needs is ClockNeeds.RADIO_ON
    assert not answer.clock_known
    assert any("One article" in trap for trap in answer.traps)
    assert wait_answer(load_model("nissan_terrano3_article"), 1).clock_needs is ClockNeeds.RADIO_ON


def test_a_power_cut_is_spoken_of_only_to_a_holder_of_the_code_and_only_by_the_maker(radio):
    """STORY, "Not ours"."""
    quiet = "Do not cut the supply: no battery, no fuse."
    for effect in PowerCutEffect:
        official = radio(schedule=SCHEDULE, power_cut=effect)
        told = wait_answer(official, 1, holds_code=True).power_cut
        assert told.startswith("The maker says")
        assert wait_answer(official, 1).power_cut == quiet
        for confidence in (Confidence.SEVERAL, Confidence.SINGLE, Confidence.DOUBTFUL):
            weak = radio(schedule=SCHEDULE, power_cut=Fact(effect, confidence, ("s",)))
            assert wait_answer(weak, 1, holds_code=True).power_cut == quiet
        disputed = radio(power_cut=Fact(effect, Confidence.OFFICIAL, ("s",), disputed=True))
        assert wait_answer(disputed, 1, holds_code=True).power_cut == quiet
    assert wait_answer(None, 1, holds_code=True).power_cut == quiet


def test_nobody_without_the_code_reads_of_a_power_cut_in_the_whole_catalogue():
    for model in load_catalogue().models.values():
        for errors in (None, 0, 1, 2, 3, 10):
            said = " ".join(wait_answer(model, errors).sentences)
            assert "Do not cut the supply" in said
            assert "The maker says" not in said


def test_sets_that_switch_themselves_off_are_warned_of():
    for name, after_ms in AUTO_OFF_MS.items():
        traps = " ".join(wait_answer(load_model(name), 3).traps)
        assert f"after {after_ms // MINUTE_MS} minutes" in traps


def test_a_display_that_says_off_while_the_set_is_on_is_warned_of(radio):
    words = (DisplayWord("OFF", Shows.LOCKED, "It is locked."),)
    assert any("reads OFF" in trap for trap in wait_answer(radio(words=words), 3).traps)
    assert any("reads OFF" in trap for trap in wait_answer(load_model("volvo_sc_hu"), 3).traps)
    dead = (DisplayWord("OFF", Shows.PERMANENT, "The end."),)
    assert not any("reads OFF" in trap for trap in wait_answer(radio(words=dead), 3).traps)


def test_whether_guessing_can_kill_it_is_said_plainly(radio):
    assert wait_answer(load_model("ford_6000cd"), 3).can_die is True
    assert wait_answer(load_model("renault_86a"), 3).can_die is False
    assert "No final lock is known" in wait_answer(radio(schedule=(), final=False), 1).sentences[-1]


def test_no_time_opens_what_only_a_power_cut_opens(radio):
    answer = wait_answer(radio(schedule=(Rung(3, UntilPowerCut(), every=3),)), 3)
    assert answer.ends is Ends.NOT_BY_TIME
    assert "dealer" in answer.sentences[0]


def test_after_a_refusal_the_longer_of_the_two_waits_is_left():
    """Conflict C-C."""
    assert wait_answer(load_model("renault_86a"), 1).wait_ms == MINUTE_MS
    refused = wait_answer(load_model("renault_86a"), 1, refused=1)
    assert (refused.minutes, refused.wait_ms) == ((1, 1), 15 * MINUTE_MS)
    assert "at least 15 minutes" in " ".join(refused.sentences)
    later = wait_answer(load_model("renault_86a"), 6, refused=1)
    assert later.wait_ms == 32 * MINUTE_MS
    assert "at least 15 minutes" not in " ".join(later.sentences)


def test_a_refusal_here_is_counted_where_the_owner_counts_fewer_or_none(radio):
    model = radio(schedule=SCHEDULE)
    assert wait_answer(model, 0, refused=1) == wait_answer(model, 1, refused=1)
    assert wait_answer(model, None, refused=4).final
    assert wait_answer(None, None, refused=2).minutes == (120, 120)
    assert wait_answer(None, None, refused=3).wait_ms == 0


def test_a_lock_that_no_time_ends_is_not_waited_for_after_a_refusal():
    assert wait_answer(load_model("ford_6000cd"), 13, refused=1).wait_ms == 0


def test_a_countdown_waits_as_long_as_the_answer_says_whatever_is_known():
    """Guide, command line, page and countdown ask the same function with the same words."""
    for model in (None, *load_catalogue().models.values()):
        for errors in (None, 0, 1, 2, 3, 9):
            for refused in (0, 1, 2):
                said = wait_answer(model, errors, refused=refused)
                if not 0 < said.wait_ms <= NEEDED_MS_MAX:
                    continue
                begun = begin_countdown(model, Tried(errors, refused, refused > 0), now_ms=0)
                assert begun.needed_ms == said.wait_ms
                assert running_wait(model, begun).sentences == said.sentences
                facts = facts_when_over(begun)
                assert (facts.errors, facts.refused) == (said.errors, refused)
                assert facts.evidence is (refused > 0)


def test_every_model_has_an_answer_for_every_count():
    for model in load_catalogue().models.values():
        for errors in (None, *range(25)):
            answer = wait_answer(model, errors)
            assert answer.sentences
            assert (answer.minutes is not None) == (answer.ends is Ends.TIME)
            assert answer.wait_ms <= 40 * 24 * HOUR_MS * 1000


@pytest.mark.parametrize(
    ("minutes", "said"),
    [((0.17, 0.17), "10 seconds"), ((0.5, 0.5), "30 seconds"), ((1, 1), "1 minute"), ((60, 60), "60 minutes"),
     ((60, 120), "60 minutes to 2 hours"), ((640, 640), "10 hours 40 minutes"), ((61, 61), "61 minutes"),
     ((120, 121), "2 hours to 2 hours 1 minute"), (None, "no time that is known")],
)  # fmt: skip
def test_minutes_are_said_as_people_say_them(minutes, said):
    assert spoken_minutes(minutes) == said
