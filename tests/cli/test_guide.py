"""`radiokey guide`: the owner's road in a terminal, driven by typed answers."""

import re
from collections import deque

import pytest

from radiokey.catalogue.fact import HOW_SURE
from radiokey.cli.road import _write_step, command
from radiokey.guide.load import load_guide
from radiokey.guide.model import Act, Facts
from radiokey.guide.walk import answer, position, start, view
from radiokey.headunit.display import Shows

ROAD = load_guide()
ASKS = ("radio", "code", "renault_86a")
"""CODE on the display of a Duster's radio."""
MAIN_ROAD = ("hold-the-code", "search-papers", "serial", "get-the-code", "before-entry", "enter")
"""Then: no code in hand, the number in the papers, the code got, the entry."""


def walk(*choices):
    """The lines an owner types for these answers, and where they lead."""
    here = start(ROAD)
    typed = []
    for choice in choices:
        open_ = [offer.id for offer in here.choices if not offer.shut]
        typed.append(str(open_.index(choice) + 1))
        here = view(ROAD, answer(ROAD, here.position, choice))
    return typed, here


def answers_to(here, step):
    """The fewest answers that lead from a step to another, and the view there."""
    ways, seen = deque([((), here)]), set()
    while ways:
        way, at = ways.popleft()
        if at.step == step:
            return way, at
        for offer in at.choices:
            if not offer.shut and (to := answer(ROAD, at.position, offer.id)) not in seen:
                seen.add(to)
                ways.append(((*way, offer.id), view(ROAD, to)))
    raise AssertionError(f"no way leads from {here.step} to {step}")


def road_through(steps):
    """The answers along the main road, as far as these steps."""
    choices, here = ASKS, walk(*ASKS)[1]
    for step in steps:
        way, here = answers_to(here, step)
        choices += way
    return choices


DUSTER = road_through(MAIN_ROAD)


def titles(out):
    """The titles of the steps that were told, in order."""
    return re.findall(r"^\[[^]]+\]\n(.+)$", out, re.MULTILINE)


def test_the_main_road_leads_from_the_display_to_a_radio_that_plays(cli):
    typed, last = walk(*DUSTER, "dark", "plays", "keep")
    ran = cli("guide", stdin="\n".join(typed))
    assert ran.code == 0
    assert [titles(ran.out)[0], titles(ran.out)[-1]] == ["Don't press anything yet", last.title]
    told = [ROAD.texts[step].title for step in ("hold-the-code", "serial", "before-entry", "enter", "dark")]
    assert [title for title in titles(ran.out) if title in told] == told
    for line in (
        "radiokey serial check TEXT --model renault_86a",
        "radiokey code SERIAL --model renault_86a --i-own-this-radio",
        "radiokey entry renault_86a -",
    ):
        assert f"In another window: {line}\n" in ran.out


def test_the_answers_may_be_words(cli):
    """An owner reads CODE and knows the make; counting lines of a list is no work for the driver's seat."""
    ran = cli("guide", stdin="1\nCODE\nmedia nav\n")
    assert titles(ran.out)[2] == ROAD.texts["which-radio"].title
    assert "may be one of these; which one?" in ran.err, "two radios fit these words"
    assert "Renault and Dacia Media Nav" in ran.out
    one = cli("guide", stdin="1\nCODE\nhonda from 2012\n")
    assert len(titles(one.out)) == 4


def test_an_answer_may_be_how_it_begins(cli):
    ran = cli("guide", "--display", "SAFE", "--model", "vw_premium_gamma", stdin="yes\n2\n")
    assert titles(ran.out)[-2:] == ["How many wrong codes so far?", "It makes you wait"]
    assert "which one?" in cli("guide", stdin="i\n").err


def test_a_word_no_list_has_is_said_to_be_unknown(cli):
    assert "no list here has that word" in cli("guide", "--display", "KEBAB", stdin="q\n").err
    assert "no list here has that word" not in cli("guide", "--display", "CODE", stdin="q\n").err


def test_a_named_car_gets_its_look_alike_only_after_the_question(cli):
    """The panel of another radio may stand in for a Duster's, if the owner says that it looks like it."""
    ran = cli("guide", stdin="1\nCODE\nDuster\n")
    assert len(titles(ran.out)) == 3, "the car alone chooses nothing"
    assert "does it look like this?" in ran.err
    assert "/practice/renault_86a" in ran.err
    assert len(re.findall(r"(?m)^\d+  Renault CD radio", ran.out)) == 2


def test_the_radios_own_words_come_first(cli):
    ran = cli("guide", "--model", "hyundai_cde", stdin="1\n1 CDE\n")
    own = ROAD.model_of("hyundai_cde").words.value
    assert own
    assert f" 1  {own[0].text}" in ran.out
    assert len(titles(ran.out)) == 3


def test_what_the_catalogue_knows_of_this_radio_is_told_with_how_sure(cli):
    typed, _ = walk("radio", "code", "renault_86a", "yes")
    ran = cli("guide", stdin="\n".join([*typed, "2"]))
    assert titles(ran.out)[-1] == ROAD.texts["waiting"].title
    assert "\nRenault CD radio, the Tuner List and Update List generation\n" in ran.out
    assert "  - After 2 wrong codes it waits 2 minutes. (from the maker's manual)\n" in ran.out
    assert "In another window: radiokey wait renault_86a --errors 2\n" in ran.out


def test_a_number_of_wrong_codes_is_itself_the_answer(cli):
    """A list that numbers 0 as 1 would be miscounted exactly when it matters."""
    typed, _ = walk("radio", "code", "renault_86a", "yes")
    ran = cli("guide", stdin="\n".join(typed))
    assert "0 to 99  That many\n x  I don't know\n" in ran.out
    for text in ("37", "x", "X"):
        assert cli("guide", stdin="\n".join([*typed, text])).code == 0
    for text in ("100", "-1", "0x1", "1.5"):
        assert cli("guide", stdin="\n".join([*typed, text])).code == 64


def test_while_it_waits_the_way_to_the_entry_is_in_sight_and_shut(capsys):
    """The guard of the road holds in the terminal too: a shut answer has no number."""
    here = view(ROAD, position("before-entry", Facts(model="renault_86a", shows=Shows.WAIT)))
    _write_step(ROAD, here)
    out = capsys.readouterr().out
    shut = next(offer for offer in here.choices if offer.id == "ready")
    assert f" -  {shut.text}: " in out
    assert not re.search(rf"^ *\d+  {re.escape(shut.text)}", out, re.MULTILINE)


def test_b_goes_back_one_step(cli):
    ran = cli("guide", stdin="1\nb\n2\n")
    assert titles(ran.out) == [
        ROAD.texts["stop"].title,
        ROAD.texts["what-does-it-show"].title,
        ROAD.texts["stop"].title,
        ROAD.texts["not-the-radio"].title,
    ]


def test_nobody_goes_back_to_before_a_refusal(cli):
    """A refusal stays a refusal; otherwise b would open the entry again without new evidence."""
    typed, last = walk(*DUSTER, "refused")
    assert last.facts.refused == 1
    ran = cli("guide", stdin="\n".join([*typed, "b"]))
    assert ran.code == 64
    assert "b goes back" not in ran.err.splitlines()[-1]


@pytest.mark.parametrize("cut", range(len(DUSTER) + 1))
def test_the_end_of_the_input_is_a_polite_end(cli, cut):
    typed, last = walk(*DUSTER[:cut])
    ran = cli("guide", stdin="\n".join(typed))
    assert (ran.code, titles(ran.out)[-1]) == (0, last.title)
    assert ran.err.endswith("q leaves: \n")


def test_q_leaves(cli):
    assert cli("guide", stdin="1\nQ\n1\n").code == 0
    assert len(titles(cli("guide", stdin="1\nq\n1\n").out)) == 2


@pytest.mark.parametrize("text", ["0", "5", "99999999999999999999", "4786", "\u0663", "", "\x1b[31m", "code"])
def test_piped_junk_ends_with_a_sentence_that_does_not_repeat_it(cli, text):
    ran = cli("guide", stdin=f"{text}\n")
    assert ran.code == 64
    assert 'radiokey: error: that is none of the answers to "Don\'t press anything yet"' in ran.err
    assert "radiokey: hint: " in ran.err
    assert "4786" not in ran.err
    assert "\x1b" not in ran.err


@pytest.mark.parametrize(
    ("options", "step"),
    [
        (("--display", "CODE"), "which-radio"),
        (("--display", "WAIT", "--model", "ford_6000cd"), "how-many-wrong"),
        (("--display", "code", "--model", "renault_86a"), "same-word"),
        (("--display", "WIBBLE"), "what-does-it-show"),
        (("--display", ""), "what-does-it-show"),
        (("--model", "renault_86a"), "stop"),
        (("--lang", "en"), "stop"),
    ],
)
def test_what_is_told_beforehand_is_not_asked(cli, options, step):
    ran = cli("guide", *options)
    assert (ran.code, titles(ran.out)) == (0, [ROAD.texts[step].title])


def test_a_step_as_a_document_has_every_part_of_it(cli):
    here = start(ROAD, display="WAIT", model="ford_6000cd")
    document = cli("guide", "--display", "WAIT", "--model", "ford_6000cd", "--json", stdin="junk").document
    assert (document["position"], document["step"]) == (here.position, "how-many-wrong")
    assert [document[name] for name in ("title", "do", "not")] == [here.title, here.do, here.dont]
    assert [one["id"] for one in document["answers"]] == [offer.id for offer in here.choices]
    assert document["warnings"][0]["level"] in {"amber", "red"}
    assert document["command"] is None


@pytest.mark.parametrize("lang", ["xx", "../en", "", "english"])
def test_a_language_without_texts_is_said_so(cli, lang):
    cli("guide", "--lang", lang).refused(65, "it speaks: en")


@pytest.mark.parametrize("model", [None, "", "renault_86a", "bmw_bavaria_c_reverse"])
@pytest.mark.parametrize("step", sorted(ROAD.steps))
def test_every_step_is_told_whole_and_fits_the_window(step, model, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    here = view(ROAD, position(step, Facts(model=model, errors=2)))
    _write_step(ROAD, here)
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) <= 80
    told = " ".join(out.split())
    for part in (here.title, here.do, here.dont, *(warning.text for warning in here.warnings)):
        assert " ".join(part.split()) in told
    for text in (here.body, here.more):
        assert all(word in told for word in text.split())
    for one in here.known:
        sure = f" ({HOW_SURE[one.confidence]})" if one.confidence else ""
        assert f"{' '.join(one.text.split())}{sure}" in told


def test_a_narrow_window_is_filled_and_not_overrun(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    _write_step(ROAD, view(ROAD, "waiting"))
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 40


@pytest.mark.parametrize("act", Act)
def test_every_act_of_the_road_has_its_command(act):
    known = command(act, Facts(model="renault_86a", errors=2))
    assert known.startswith("radiokey ")
    assert "MODEL" not in known
    open_ = command(act, Facts())
    assert "renault" not in open_
