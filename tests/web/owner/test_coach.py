"""The coach over HTTP: a page of steps, the next key glowing, the code in the body of the form only."""

import re

import pytest

from radiokey.catalogue.load import load_catalogue
from radiokey.code.value import Code, PressUntil
from radiokey.guide.coach import coach
from radiokey.web.owner.practice_radio import practice_code

KEYED = sorted(model.id for model in load_catalogue().models.values() if model.design() is not None)


def own_code(model) -> str:
    return practice_code(model.design()).reveal()


def sections(answer):
    """Return the steps of the page, as text."""
    return answer.text.split('<section class="step"')[1:]


@pytest.mark.parametrize("id_", KEYED)
def test_the_steps_of_an_entry_are_one_page_that_goes_on_and_back(visitor, page_of, radios, id_):
    """By fragments of the address: no request between two presses, from the first step to what happened."""
    code = own_code(radios[id_])
    steps = coach(radios[id_], Code.typed(code))
    answer = visitor.post("/coach", data={"model": id_, "code": code, "errors": "1"})
    shown = sections(answer)
    assert len(shown) == len(steps)
    for at, (section, step) in enumerate(zip(shown, steps, strict=True), start=1):
        page = page_of(f"<main>{section}</main>")
        assert section.startswith(f' id="step-{at}"')
        assert f"Step {at} of {len(steps)}" in page.words
        assert step.sentence in page.words
        inside = [link for link in page.links if link.startswith("#")]
        assert inside == [f"#step-{other}" for other in (at + 1, at - 1) if 1 <= other <= len(steps)]
    after = [link for link in page_of(answer.text).links if link.startswith("/guide/") and f".{id_}." in link]
    assert len(after) == 4
    assert all(visitor.get(link).status_code == 200 for link in after)


@pytest.mark.parametrize("id_", KEYED)
def test_the_key_that_is_next_glows_with_its_presses(visitor, radios, id_):
    code = own_code(radios[id_])
    answer = visitor.post("/coach", data={"model": id_, "code": code})
    assert answer.headers["cache-control"] == "no-store"
    for section, step in zip(sections(answer), coach(radios[id_], Code.typed(code)), strict=True):
        if not step.presses:
            assert 'class="key next"' not in section
            continue
        assert section.count('class="key next"') == 1
        line = step.presses[0]
        if isinstance(line, PressUntil):
            wanted = f"\N{RIGHTWARDS ARROW}{line.until}"
            assert f"until its place shows {line.until}</title>" in section
        else:
            wanted = "hold" if line.hold_ms else f"{line.times}\N{MULTIPLICATION SIGN}"
        assert f">{wanted}</text>" in section


@pytest.mark.parametrize(
    ("model", "code"),
    [
        ("renault_86a", "12A4"),
        ("renault_86a", "123"),
        ("renault_86a", "98765"),
        ("honda_audio5", "12789"),
        ("mitsubishi_off", "9876543"),
        ("gm_delco_loc2", "2987"),
        ("renault_86a", "<98765>"),
        ("renault_86a", "ü765"),
    ],
)
def test_a_code_its_keys_cannot_key_is_refused_and_not_echoed(visitor, page_of, model, code):
    """What is wrong is said in a sentence; the code itself is never written back."""
    answer = visitor.post("/coach", data={"model": model, "code": code})
    assert answer.status_code == 422
    assert answer.headers["cache-control"] == "no-store"
    assert ("div", {"class": "error", "role": "alert"}) in page_of(answer.text).tags
    assert page_of(answer.text).form("/coach").fields["code"] == ""
    main = answer.text.partition("<main")[2].partition("</main>")[0]
    assert code not in main
    assert page_of(answer.text).form("/coach").fields["model"] == model


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"model": "renault_86a"},
        {"code": "1234"},
        {"model": "unknown", "code": "1234"},
        {"model": "", "code": ""},
    ],
)
def test_radio_and_code_are_both_needed(visitor, form):
    answer = visitor.post("/coach", data=form)
    assert answer.status_code == 400
    assert "Radio and code are both needed" in answer.text
    assert "1234" not in answer.text


def test_a_radio_whose_keys_nobody_described_is_said_to_be_that(visitor):
    """Nothing is filled in; the missing fact is named."""
    answer = visitor.post("/coach", data={"model": "nissan_connect_lcn", "code": "4711"})
    assert answer.status_code == 404
    assert "It is not known for this radio" in answer.text
    assert "4711" not in answer.text


def test_after_a_refusal_the_road_knows_one_more_wrong_code(visitor, page_of):
    told = {"model": "renault_86a", "code": "4711", "errors": "2"}
    links = page_of(visitor.post("/coach", data=told).text).links
    assert "/guide/refused-once.renault_86a.-.-.3.1" in links
    assert not [link for link in links if "4711" in link]


def test_a_radio_without_known_keys_gets_what_is_known_and_what_comes_after_but_no_other_radios_keys(
    visitor, page_of
):
    asked = page_of(visitor.get("/coach", params={"model": "renault_medianav_lg", "errors": "1"}).text)
    assert "The exact keys are not known here" in asked.words
    assert not asked.forms
    assert "/guide/refused-once.renault_medianav_lg.-.-.2.1" in asked.links


@pytest.mark.parametrize(
    ("refused", "step"), [("", "refused-once"), ("0", "refused-once"), ("1", "refused-twice")]
)
def test_what_happened_depends_on_the_refusals_before(visitor, page_of, refused, step):
    asked = page_of(
        visitor.get("/coach", params={"model": "renault_86a", "errors": "1", "refused": refused}).text
    ).form("/coach")
    shown = page_of(visitor.post("/coach", data=asked.fields | {"model": "renault_86a", "code": "1234"}).text)
    assert [link for link in shown.links if link.startswith(f"/guide/{step}.renault_86a.-.-.2.")]


def test_where_the_first_press_is_not_known_the_page_counts_nothing_alone(visitor):
    """Both counts or none: one alone would be taken."""
    answer = visitor.post("/coach", data={"model": "lexus_toyota_sec", "code": "603"})
    assert (
        "That is 7 presses if the first press shows 0 or 6 presses if the first press shows 1." in answer.text
    )
    assert not re.search(r">\d+\N{MULTIPLICATION SIGN}</text>", "".join(sections(answer)[2:5]))
    answer = visitor.post("/coach", data={"model": "mitsubishi_off", "code": "6032"})
    assert not re.search(r"\d+ press", answer.text.partition("<main")[2])
