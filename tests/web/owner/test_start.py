"""The first page: one form for what is at hand, and each answer of it where it leads; what was said is kept."""

import pytest

from radiokey.catalogue.load import load_catalogue
from radiokey.guide.model import Facts
from radiokey.guide.walk import answer_display, position, where
from radiokey.web.http.visits import Visit
from radiokey.web.owner.shown import first_step, visit_of_facts

LABEL = "281155216RT V212"
CODE = "4786"
OLD_DACIA = "renault_precode_old"
FOUND = {"nissan_terrano3_article", "nissan_terrano3_medianav", "nissan_terrano2_r20"}


def typed(client, **fields):
    return client.post("/start", data=fields)


def models_in(page):
    return {link.partition("model=")[2].partition("&")[0] for link in page.links if "model=" in link}


def test_the_first_page_asks_for_the_number_the_display_and_the_car(visitor, page_of):
    form = page_of(visitor.get("/").text).form("/start")
    assert form.fields == {"text": "", "say": "", "car": ""}


def test_a_number_leads_to_what_was_read_and_stands_in_no_address(visitor):
    answer = typed(visitor, text=LABEL, say="CODE", car="Duster 2012")
    assert "Is this the number?" in answer.text
    assert "V212" not in str(answer.url)
    assert "does it look like this?" in answer.text


def test_a_car_leads_to_its_radios(visitor, page_of):
    page = page_of(typed(visitor, car="Terrano", say="CODE").text)
    assert models_in(page) == FOUND
    assert all("say=CODE" in link for link in page.links if "model=" in link)


def test_a_display_alone_leads_to_its_step(visitor):
    answer = typed(visitor, say="WAIT")
    assert answer.url.path.startswith("/guide/which-radio")
    assert typed(visitor).url.path == "/guide/what-does-it-show"


@pytest.mark.parametrize("car", ["kebab", "Ford Golf", "x" * 400])
def test_a_car_that_nobody_knows_gets_one_next_step(visitor, page_of, car):
    answer = typed(visitor, car=car)
    assert answer.status_code == 200
    assert "No radio was found for that" in answer.text
    assert page_of(answer.text).form("/models").fields["search"] == car


def test_a_display_that_forbids_an_entry_comes_before_the_number_and_the_sheet(visitor, page_of):
    """A lock is never taken for an invitation, whichever radio is chosen."""
    page = page_of(typed(visitor, car="Ford Focus", say="WAIT").text)
    (link,) = [link for link in page.links if link.startswith("/shows")][:1]
    assert "how-many-wrong.ford_6000cd" in str(visitor.get(link).url)


@pytest.mark.parametrize(
    "say",
    [
        "\u043a\u043e\u0434 \u0437\u0430\u0431\u043b\u043e\u043a\u0438\u0440\u043e\u0432\u0430\u043d",
        "blocked, call service",
        "?",
    ],
)
def test_a_word_that_nobody_knows_is_asked_about_before_the_number_of_a_car(visitor, page_of, say):
    """It may be a lock: a car that is named beside it is no reason to go past what the display shows."""
    page = page_of(visitor.post("/start", data={"text": "", "car": "Clio 2008", "say": say}).text)
    links = [link for link in page.links if "renault" in link]
    assert links
    for link in links:
        assert "another-word" in str(visitor.get(link).url)


def test_the_guide_that_asks_which_radio_takes_the_search_and_goes_on(visitor, page_of):
    at = position("which-radio", Facts(word="code", errors=2))
    step = page_of(visitor.get(f"/guide/{at}").text).form("/start")
    page = page_of(visitor.post("/start", data=step.fields | {"car": "Ford Focus"}).text)
    (link,) = [link for link in page.links if "ford_6000cd" in link]
    assert ".2.0" in link
    assert visitor.get(link).status_code == 200


@pytest.mark.parametrize(("car", "make"), [("Terrano 2015", "nissan"), ("Duster", ""), ("kebab", "")])
def test_the_make_is_not_asked_for_where_the_car_tells_it(visitor, page_of, car, make):
    page = page_of(visitor.post("/number", data={"text": "10211376AB8E0D25", "car": car}).text)
    assert page.form("/number").fields["make"] == make


def test_a_number_that_says_nothing_by_itself_is_asked_which_of_the_cars_radios_it_is(visitor, page_of):
    said = {"text": "10211376AB8E0D25", "car": "Terrano 2015", "errors": "2"}
    page = page_of(visitor.post("/number", data=said).text)
    form = page.form("/number")
    assert "Which of these is it?" in page.words
    chosen = form.fields | {"model": "nissan_terrano3_article"}
    assert (chosen["text"], chosen["errors"]) == (said["text"], "2")
    sheet = page_of(visitor.post("/number", data=chosen).text)
    assert "1. A Nissan dealer" in sheet.words
    assert "Wrong codes so far: 2" in sheet.words


def test_a_word_that_makes_one_wait_is_said_beside_the_code(client):
    told = {"text": "M123456", "make": "ford", "model": "ford_6000cd", "say": "WAIT"}
    answer = client.post("/code", data=told | {"owns": "yes", "request_id": "one"})
    assert "While it shows this it takes no code." in answer.text
    asks = client.post("/code", data=told | {"say": "CODE", "owns": "yes", "request_id": "two"})
    assert "it takes no code" not in asks.text


def test_who_names_an_old_dacia_set_is_offered_the_panel_that_others_are_offered(client, page_of):
    """Naming the radio never makes it worse: the drawn panel comes after its question."""
    told = {"text": "V212", "make": "dacia", "model": OLD_DACIA, "owns": "yes", "request_id": "one"}
    page = page_of(client.post("/code", data=told).text)
    assert "does it look like this?" in page.words
    keys = client.post("/coach", data=page.form("/coach").fields)
    assert "Step 1 of" in keys.text
    asked = page_of(client.get("/coach", params={"model": OLD_DACIA}).text).form("/coach")
    assert asked.fields["model"] == "renault_86a"


def test_a_radio_with_a_touch_screen_is_not_asked_for_keys_it_has_not(client):
    told = {
        "text": LABEL,
        "model": "renault_medianav_lg",
        "car": "duster",
        "owns": "yes",
        "request_id": "one",
    }
    assert "does it look like this?" not in client.post("/code", data=told).text


@pytest.mark.parametrize(
    "model", [one.id for one in load_catalogue().models.values() if one.confirm_text.known]
)
def test_no_page_denies_a_confirm_key_that_it_names(visitor, model):
    """One page said that the key is not known and, lines below, which it is."""
    known = load_catalogue().models[model].confirm_text.value
    page = visitor.get(f"/guide/{position('before-entry', Facts(model=model))}").text
    assert known is None or "It is not known here for this radio" not in page


def test_an_address_of_the_road_is_over_after_two_hours(client, clock):
    answer = typed(client, text=LABEL)
    clock.ms += 2 * 3_600_000
    gone = client.get(str(answer.url))
    assert gone.status_code == 404
    assert "there for two hours" in gone.text


def test_a_typed_code_that_is_forgotten_is_asked_for_once_more_and_nothing_else(make_client, page_of):
    """After a restart the address still has the radio and the count; the code was in no place but memory."""
    first = make_client().post("/coach", data={"model": "renault_86a", "code": "4711", "errors": "2"})
    again = make_client().get(first.url.path)
    form = page_of(again.text).form("/coach")
    assert (form.fields["model"], form.fields["errors"], form.fields["code"]) == ("renault_86a", "2", "")
    assert "Type it once more" in again.text


def test_a_released_code_is_shown_again_after_a_restart_and_logged_once(make_client):
    client = make_client()
    first = client.post("/code", data={"text": LABEL, "owns": "yes", "request_id": "one"})
    again = make_client()
    assert " ".join(CODE) in again.get(first.url.path).text
    assert again.app.state.site.base.log.checkpoint().size == 1


def test_a_radio_that_is_reported_meanwhile_shows_no_code_any_more(client, site):
    told = {"text": "BP234631991366", "make": "nissan", "model": "nissan_blaupunkt_bp", "owns": "yes"}
    shown = client.post("/code", data=told | {"request_id": "one"})
    assert shown.status_code == 200
    site.base.blacklist.add(site.reading("BP234631991366", "nissan"), reason="taken", by="police")
    gone = client.get(shown.url.path)
    assert (gone.status_code, "6367" in gone.text) == (403, False)


@pytest.mark.parametrize("model", [one.id for one in load_catalogue().models.values() if one.words.known])
def test_what_forbids_an_entry_forbids_it_on_every_way(visitor, model):
    """Typed on the first page, or found in the guide before the radio was named or after."""
    site = visitor.app.state.site
    for word in load_catalogue().models[model].words.value:
        if first_step(site, Visit(model=model, say=word.example)) is None:
            continue
        for named in (model, None):
            at = answer_display(site.guide, position("what-does-it-show", Facts(model=named)), word.example)
            facts = where(site.guide, at)[1]
            if facts.shows is None and facts.word is None:
                continue  # a row that asks what it means
            told = visit_of_facts(facts)
            visit = Visit(model=model, word=told.word, shows=told.shows)
            assert first_step(site, visit) is not None, word.example


@pytest.mark.parametrize("told", [{"word": "kebab"}, {"shows": "kebab"}, {"model": "nobodys"}])
def test_a_word_that_is_none_of_the_guides_releases_nothing_or_means_nothing(client, entries, told):
    """Whoever gets no page has had no release."""
    asked = {"text": LABEL, "model": "renault_86a", "owns": "yes", "request_id": "one"}
    answer = client.post("/code", data=asked | told)
    assert (" ".join(CODE) in answer.text) is (entries() == 1)
