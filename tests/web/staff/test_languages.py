"""Every page of the staff says what it says in the language of who reads it; the pseudo-language shows what does not."""

import importlib
import re
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import pytest
from counter import SHOP, Counter
from hosted import BP, CAR, HOST

from radiokey.base.identity.roles import Permission, Role
from radiokey.base.requests.reasons import Reason
from radiokey.base.requests.request import Fee
from radiokey.catalogue.load import load_catalogue
from radiokey.language.load import Languages
from radiokey.language.speech import speaking
from radiokey.serial.number import parse
from radiokey.web.http.render import Pages

ROOT = Path(__file__).parents[3]
SAID = {"aria-label", "placeholder", "alt", "title", "data-on", "data-zone", "data-failed", "data-security"}
NOT_OURS = {"code", "kbd", "pre", "option", "svg", "script", "style", "time"}
"""What a tag holds that nobody translates: acts, keys, names of radios, drawings, a moment."""
PERMISSIONS = {word for permission in Permission for word in permission.split(":")}
PEOPLE_SAID = (
    "cle",
    "cora",
    "app",
    "reg",
    "rita",
    "aud",
    "ann",
    "local",
    "lost",
    "back",
    "eu",
    "kept as",
    "autohaus-nord",
)
DATA = re.compile(
    rf"{re.escape(SHOP)}|{HOST}|{BP}|{CAR}|Radiokey|VIN|EUR|English|PDF|/log\S*|(?=\S*[0-9])[\w+/=-]{{12,}}"
    rf"|\b(?:{'|'.join([*PEOPLE_SAID, *sorted(PERMISSIONS)])})\b"
)
"""What people and the machine put there."""
RADIOS = {model.name for model in load_catalogue().models.values()}
ACCENTED = re.compile("[áçéíñöšúýÁÇÉÍÑÖŠÚÝ]")


class Said(HTMLParser):
    """The texts of a page and what its attributes say."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._inside: list[str] = []
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        if tag not in {"input", "meta", "link", "br", "img", "wbr", "hr"}:
            self._inside.append(tag)
        self.texts.extend(value for name, value in attrs if name in SAID and value)

    def handle_endtag(self, tag):
        if tag in self._inside:
            while self._inside.pop() != tag:
                pass

    def handle_data(self, data):
        if not NOT_OURS & set(self._inside):
            self.texts.append(data)


def unready(page: str) -> list[str]:
    """Return what a page says without an accent, though its letters have them."""
    found = [" ".join(text.split()) for text in Said(page).texts]
    return [
        text
        for text in found
        if text not in RADIOS
        and not ACCENTED.search(text)
        and re.search("[aceinosuyACEINOSUY]", DATA.sub("", text))
    ]


@pytest.fixture(scope="module")
def pseudo(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / "tools")
        tools = importlib.import_module("texts")
    folder = tmp_path_factory.mktemp("texts")
    (folder / f"{tools.PSEUDO}.mo").write_bytes(tools.pseudo())
    return Languages(folder)


def test_a_text_that_is_not_ready_is_found():
    assert unready('<p>Sávéd <code>so</code></p><p title="Look">Saved</p>') == ["Look", "Saved"]


def test_every_page_of_the_desk_is_ready_for_another_language(make_api, pseudo):
    counter = Counter(make_api(languages=pseudo))
    counter.api.client.headers["Accept-Language"] = pseudo.tags[-1]
    requests = {name: counter.reviewed() for name in ("review", "papers", "refused")}
    desk = counter.desk
    desk.record_fee(requests["review"], 2, "cle", Fee(1250, "EUR"))
    desk.ask_papers(requests["papers"], 2, "cle", "lost")
    desk.refuse(requests["refused"], 2, "cle", Reason.CAR_DIFFERS)
    second, mine = counter.checked(), desk.open(counter.application(organisation=SHOP), "cle")
    stolen, car = parse("BP538769684801"), counter.vin(CAR)
    counter.api.base.blacklist.add(stolen, vin=car, reason="lost", by="reg")
    clearing = counter.api.app.state.site.clearings.propose(
        stolen, vin=car, reason="back", receipt=b"a receipt", by="rita"
    )
    shown = {
        "cle": ("/desk", "/desk/requests/new", "/desk/grants", f"/desk/search?number={BP[:-1]}8"),
        "app": ("/desk", f"/desk/requests/{second}", "/desk/search?number=!"),
        "reg": (
            *(f"/registrar/{page}" for page in ("stolen", "import", "keys", "tokens", "log", "staff")),
            f"/registrar/stolen?number={BP}",
            f"/registrar/stolen/clearings/{clearing.id}",
            "/registrar/stolen?before=x",
        ),
        "aud": ("/registrar/audit", "/registrar/audit?subject=none", "/desk/coverage", "/registrar/import"),
    }
    shown["cle"] += tuple(f"/desk/requests/{one}" for one in (*requests.values(), second, mine))
    found = {
        (who, path): unready(counter.get(path, who).text) for who, paths in shown.items() for path in paths
    }
    assert {page: texts for page, texts in found.items() if texts} == {}
    late = counter.post(f"/desk/requests/{second}/approve", "app", seen="1")
    assert late.status_code == 409
    assert unready(late.text) == []


def test_every_page_of_signing_in_is_ready_for_another_language(pseudo):
    """Pages of people without a token, as the site renders them."""
    account = SimpleNamespace(name="ann", display="ann", role=Role.CLERK.value, organisation=HOST)
    problem = SimpleNamespace(sentence="báck", hint="báck")
    offers = [
        SimpleNamespace(account=account, kind=kind, ask="{}") for kind in ("again", "recovered", "invited")
    ]
    used = SimpleNamespace(label="lost", at_ms=0, used_ms=0, seen_ms=0)
    who = SimpleNamespace(display="ann", account="ann", role=Role.CLERK, organisation=HOST, session="x")
    frame = {"ways": [("/me", "My passkeys", True)], "me": who, "csrf": "x", "account": "ann", "now_ms": 0}
    kept = {"passkeys": [("x", used), ("y", used)], "sessions": [("x", used), ("y", used)]}
    pages = [
        ("own", {**frame, **kept, "who": who, "ask": "{}", "codes": 2, "label": ""}),
        ("invited", {**frame, "name": "ann", "minutes": 10, "days": 3, "address": "lost"}),
        ("sign_in", {"ask": "{}", "to": ""}),
        ("recovery", {"account": "ann"}),
        ("kept", {"to": "/sign-in", "words": "lost"}),
        ("codes", {"account": "ann", "codes": ["cle"], "minutes": 10, "next_page": "/me"}),
        *(("enrol", {"welcome": offer, "link": "x", "label": ""}) for offer in offers),
    ]
    with speaking(pseudo[pseudo.tags[-1]]):
        made = [
            Pages(pseudo).render(f"staff/{name}.html", problem=problem, **values) for name, values in pages
        ]
    assert [unready(page) for page in made] == [[]] * len(pages)
