"""The coach over HTTP: one step at a time, the next key glowing, the code in the body of the form only."""

import pytest

from radiokey.catalogue.load import load_catalogue
from radiokey.code.value import Code
from radiokey.guide.coach import coach
from radiokey.web.radio import practice_code

KEYED = sorted(model.id for model in load_catalogue().models.values() if model.design() is not None)


def own_code(model) -> str:
    return practice_code(model.design()).reveal()


@pytest.mark.parametrize("id_", KEYED)
def test_the_steps_of_an_entry_go_on_and_back(visitor, page_of, radios, id_):
    """By the buttons alone, from the first step to what happened, and one back."""
    code = own_code(radios[id_])
    steps = coach(radios[id_], Code.typed(code))
    page = page_of(visitor.post("/coach", data={"model": id_, "code": code, "errors": "1"}).text)
    for at, step in enumerate(steps):
        assert f"Step {at + 1} of {len(steps)}" in page.words
        assert step.sentence in page.words
        forms = {form.fields["step"]: form.fields for form in page.forms if form.action == "/coach"}
        assert set(forms) == {str(other) for other in (at - 1, at + 1) if 0 <= other < len(steps)}
        if at < len(steps) - 1:
            page = page_of(visitor.post("/coach", data=forms[str(at + 1)]).text)
    back = page_of(
        visitor.post("/coach", data={"model": id_, "code": code, "step": str(len(steps) - 2)}).text
    )
    assert f"Step {len(steps) - 1} of" in back.words
    after = [link for link in page.links if link.startswith("/guide/") and f".{id_}." in link]
    assert len(after) == 4
    assert all(visitor.get(link).status_code == 200 for link in after)


@pytest.mark.parametrize("id_", KEYED)
def test_the_key_that_is_next_glows_with_its_presses(visitor, radios, id_):
    code = own_code(radios[id_])
    for at, step in enumerate(coach(radios[id_], Code.typed(code))):
        answer = visitor.post("/coach", data={"model": id_, "code": code, "step": str(at)})
        assert answer.headers["cache-control"] == "no-store"
        if not step.presses:
            assert 'class="key next"' not in answer.text
            continue
        assert answer.text.count('class="key next"') == 1
        wanted = "hold" if step.presses[0].hold_ms else f"{step.presses[0].times}\N{MULTIPLICATION SIGN}"
        assert f">{wanted}</text>" in answer.text


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


@pytest.mark.parametrize("step", ["99", "-1", "one", "1.0", "999999", "٣"])
def test_a_step_that_is_none_is_refused(visitor, step):
    answer = visitor.post("/coach", data={"model": "renault_86a", "code": "4711", "step": step})
    assert answer.status_code == 400
    assert "4711" not in answer.text


def test_after_a_refusal_the_road_knows_one_more_wrong_code(visitor, page_of):
    steps = coach(load_catalogue().models["renault_86a"], Code.typed("4711"))
    told = {"model": "renault_86a", "code": "4711", "errors": "2", "step": str(len(steps) - 1)}
    links = page_of(visitor.post("/coach", data=told).text).links
    assert "/guide/refused-once.renault_86a.-.-.3.1" in links
    assert not [link for link in links if "4711" in link]
