"""Every page that is only read: the guide from step to step, the radios, the sheets, what a display says."""

import re
from collections import deque
from html import unescape
from urllib.parse import urlsplit

import pytest

from radiokey.catalogue.face import faces
from radiokey.catalogue.load import load_catalogue
from radiokey.guide.load import load_guide
from radiokey.guide.model import Facts
from radiokey.guide.walk import position

MODELS = sorted(load_catalogue().models)
MAKES = sorted({make for model in load_catalogue().models.values() for make in model.makes})
WORDS = sorted(
    {(word.text, model.id) for model in load_catalogue().models.values() for word in model.words.value or ()}
)
OUTSIDE = {"#main"} | {source.url for source in load_catalogue().sources.values() if source.url}
"""The only other addresses a page may lead to: the makers' own, as the catalogue names them."""
LINK = re.compile(r'href="([^"]*)"')
KEYS_TELL = {
    model.id
    for model in load_catalogue().models.values()
    if any(place.kind == "keys" for place in model.places.value or ())
}
FILLED = {"{errors}": "2", "{left}": "3", "{wait}": "29"}


def said(text: str) -> str:
    for hole, number in FILLED.items():
        text = text.replace(hole, number)
    return text


def marks(link: str) -> set[str]:
    """Return what would be new about a page; a page with nothing new is not visited again."""
    path = urlsplit(link).path
    if not path.startswith("/guide/"):
        return {path}
    step, *facts = path.removeprefix("/guide/").split(".")
    if not facts:
        return {step}
    model, word, shows, errors, refused = facts
    known = f"{step} {errors != '-'} {model in KEYS_TELL}"
    return {step, model, word, known, f"{step} {shows == 'code'} {min(refused, '2')}"}


def test_every_step_is_reached_from_the_first_page_and_no_link_is_dead(visitor):
    """Walked as a visitor walks: only links that a page shows, and each where it shows something new."""
    seen = {"/"}
    queue = deque(["/"])
    while queue:
        address = queue.popleft()
        answer = visitor.get(address)
        assert answer.status_code == 200, address
        for link in map(unescape, LINK.findall(answer.text)):
            if not link.startswith("/"):
                assert link in OUTSIDE or link.startswith(("mailto:?", "data:image/svg+xml;")), (
                    address,
                    link,
                )
            elif not marks(link) <= seen:
                seen |= marks(link)
                queue.append(link)
    assert set(load_guide().steps) <= seen, "no link leads there"


@pytest.mark.parametrize("step", sorted(load_guide().steps))
def test_a_step_says_what_happens_what_to_do_and_what_not(visitor, page_of, step):
    answer = visitor.get(f"/guide/{step}")
    page = page_of(answer.text)
    text = load_guide().texts[step]
    assert answer.status_code == 200
    assert [tag for tag, told in page.tags if told.get("class") in {"do", "dont"}] == ["p", "p"]
    assert text.title in page.words


@pytest.mark.parametrize(
    "at", ["nowhere", "stop.x", "stop.nobodys.-.-.-.0", "stop." + "a" * 300, "code.-.-.-.100.0", "%00"]
)
def test_a_place_the_guide_never_made_is_said_to_be_none(visitor, at):
    answer = visitor.get(f"/guide/{at}")
    assert answer.status_code == 422
    assert "This is not a place in the guide" in answer.text or "no such radio" in answer.text


@pytest.mark.parametrize(("text", "model"), WORDS)
def test_every_word_a_radio_shows_leads_to_a_step(visitor, text, model):
    """Typed as the display shows it, with the radio known and not known."""
    unknown = visitor.get("/shows", params={"say": said(text)}, follow_redirects=False)
    assert unknown.status_code == 303
    assert unknown.headers["location"].startswith("/guide/")
    known = visitor.get(
        "/shows", params={"say": said(text), "at": position("what-does-it-show", Facts(model=model))}
    )
    assert known.status_code == 200
    assert known.url.path.startswith("/guide/")
    assert "another-word" not in known.url.path


@pytest.mark.parametrize("say", ["", "   "])
def test_no_word_leads_to_the_table_of_words(visitor, say):
    answer = visitor.get("/shows", params={"say": say})
    assert answer.status_code == 200
    assert answer.url.path == "/guide/what-does-it-show"


@pytest.mark.parametrize("say", ["KEBAB", "<script>", "CODE" * 100, "\u0000", "ЖЖЖ"])
def test_a_word_nobody_knows_is_said_to_be_unknown_and_never_leads_to_a_guess(visitor, page_of, say):
    """The table again, without a word, would look as if nothing had been typed."""
    at = position("what-does-it-show", Facts(model="renault_86a", errors=1))
    answer = visitor.get("/shows", params={"say": say, "at": at})
    assert answer.status_code == 200
    assert answer.url.path == "/guide/another-word.renault_86a.-.-.1.0"
    page = page_of(answer.text)
    assert "on none of our lists" in page.words
    assert any(link.startswith("/guide/what-does-it-show.renault_86a") for link in page.links)


def test_the_list_of_radios_names_every_radio(visitor, page_of):
    links = page_of(visitor.get("/models").text).links
    named = {link.removeprefix("/models/") for link in links if link.startswith("/models/")}
    assert named == {id_ for id_ in MODELS if load_catalogue().models[id_].makes} | set(faces())


@pytest.mark.parametrize("model", MODELS)
def test_a_radio_has_its_page_and_its_sheet(visitor, page_of, radios, model):
    known = page_of(visitor.get(f"/models/{model}").text)
    assert radios[model].name in known.words
    assert ("/practice/" + model in known.links) is (radios[model].panel is not None)
    sheet = visitor.get("/sheet", params={"model": model})
    assert sheet.status_code == 200
    assert "Whom to ask, in this order" in sheet.text


@pytest.mark.parametrize("make", [*MAKES, "", "Mercedes-Benz", "VW", "trabant"])
def test_a_make_has_its_sheet(visitor, page_of, make):
    answer = visitor.get("/sheet", params={"make": make})
    assert answer.status_code == 200
    words = page_of(answer.text).words
    for part in (
        "Whom to ask, in this order",
        "Have in hand",
        "before you pay",
        "Walk away",
        "Photograph",
        "A letter",
    ):
        assert part in words


@pytest.mark.parametrize("model", MODELS)
def test_the_number_is_asked_for_with_what_is_known_of_the_radio(visitor, page_of, radios, model):
    answer = visitor.get("/number", params={"model": model, "errors": "2"})
    assert answer.status_code == 200
    form = page_of(answer.text).form("/number")
    assert (form.fields["model"], form.fields["errors"]) == (model, "2")
    for place in radios[model].places.value or ():
        assert page_of(place.how).words in page_of(answer.text).words


@pytest.mark.parametrize("model", MODELS)
def test_to_practise_leads_to_the_radio_or_to_those_that_can_be_practised(visitor, page_of, radios, model):
    """No button of the guide leads to a radio that nobody can draw."""
    known = "x" if radios[model].default else model
    links = page_of(visitor.get(f"/guide/practice.{known}.-.-.-.0").text).links
    there = {link for link in links if link.startswith("/practice/")}
    assert there == ({f"/practice/{model}"} if radios[model].panel else set())
    assert all(visitor.get(link).status_code == 200 for link in there)


def test_a_drawing_of_keys_says_that_it_is_no_likeness(visitor):
    """An owner compares keys with it, and not its shape."""
    shown = visitor.post("/number", data={"text": "281155216RT V212", "car": "Duster 2012"})
    assert "A drawing: yours may look different." in shown.text
