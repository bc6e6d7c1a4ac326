"""The coach without a network: its page, filled in by the worker's script, is the page of the site."""

import re
from random import Random

import pytest

from radiokey.catalogue.load import load_catalogue
from radiokey.language.load import known
from radiokey.web.http.render import load_static
from radiokey.web.owner.coach_table import code_lengths

KEYED = [model for model in load_catalogue().models.values() if model.panel is not None]
FILL = "([frame, table, held]) => refusalOf(table, held) ?? pressesPage(frame, table, held)"
MAIN = re.compile(r'<main id="main">(.*)</main>', re.DOTALL)
OWN_ROAD = re.compile(r'/road/[^/"]+/practice')
HTML = {"accept": "text/html"}


class Coach:
    """The site's coach, and the script that answers in its place."""

    def __init__(self, chromium, address):
        static = load_static(known())
        self._page = chromium.new_page()
        for name in ("draw-display.js", "presses.js"):
            self._page.add_script_tag(content=static.content(name).decode())
        self._site = chromium.new_context(base_url=address).request
        self.build = re.search(r'BUILD = "(\w+)"', self._site.get("/worker.js").text())[1]
        self.table = self._site.get(f"/coach/table/{self.build}").json()

    def asked(self, model, code, **said):
        """Return what the site answers."""
        answer = self._site.post("/coach", form={"model": model, "code": code, **said}, headers=HTML)
        return OWN_ROAD.sub(f"/practice/{model}", MAIN.search(answer.text())[1])

    def filled(self, model, code, errors="", refused=""):
        """Return what the script makes of the table."""
        length = sum(one.isalnum() for one in code)
        page = f"/coach/frame/{self.build}?model={model}&length={length}"
        answer = self._site.get(page)
        frame = MAIN.search(answer.text())[1] if answer.ok else ""
        held = {"model": model, "code": code, "errors": errors, "refused": refused}
        return self._page.evaluate(FILL, [frame, self.table, held])


@pytest.fixture(scope="module")
def told(chromium, site):
    return Coach(chromium, site.address)


def some_code(model, length, random):
    return "".join(random.choice(alphabet) for alphabet in model.code.value.places[-length:])


@pytest.mark.parametrize("model", KEYED, ids=lambda model: model.id)
def test_the_page_without_a_network_is_the_site_s(told, model):
    random = Random(model.id)  # noqa: S311 - codes that are the same each time
    for length in code_lengths(model):
        code = some_code(model, length, random)
        assert told.filled(model.id, code) == told.asked(model.id, code)


@pytest.mark.deep
@pytest.mark.parametrize("model", KEYED, ids=lambda model: model.id)
def test_every_digit_at_every_place_is_the_site_s(told, model):
    for length in code_lengths(model):
        alphabets = model.code.value.places[-length:]
        for turn in range(max(map(len, alphabets))):
            code = "".join(alphabet[(turn + at) % len(alphabet)] for at, alphabet in enumerate(alphabets))
            assert told.filled(model.id, code) == told.asked(model.id, code)


@pytest.mark.parametrize(("errors", "refused"), [("", "1"), ("2", ""), ("2", "1e"), ("10", "3")])
def test_what_was_said_before_leads_on_as_on_the_site(told, errors, refused):
    asked = told.asked("renault_86a", "1234", errors=errors, refused=refused)
    assert told.filled("renault_86a", "1234", errors, refused) == asked


@pytest.mark.parametrize(
    ("model", "code"),
    [
        ("renault_86a", ""),
        ("", "1234"),
        ("renault_86a", "123"),
        ("renault_86a", "12a4"),
        ("renault_86a", "123456789"),
        ("renault_86a", "<1234>"),
        ("renault_86a", "\N{CYRILLIC SMALL LETTER A}234"),
        ("renault_86a", "12345678901234567"),
        ("honda_audio5", "12789"),
        ("gm_delco_loc2", "2987"),
    ],
)
def test_what_is_no_code_of_this_radio_is_refused_in_the_same_words(told, model, code):
    assert told.filled(model, code) in told.asked(model, code)


@pytest.mark.parametrize("code", ["12 34", "1-2.3-4"])
def test_a_code_is_read_as_kindly(told, code):
    assert told.filled("renault_86a", code) == told.asked("renault_86a", "1234")
