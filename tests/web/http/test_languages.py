"""Each request is answered in its language: that of the cookie, or else what the browser asks for."""

import importlib
import re
from pathlib import Path

import pytest

from radiokey.language.load import Languages, known
from radiokey.web.http.render import said_by_style

ROOT = Path(__file__).parents[3]

RUSSIAN = {"Accept-Language": "ru-RU,ru;q=0.9,en;q=0.8"}


@pytest.mark.parametrize(
    ("headers", "tag"),
    [
        ({}, "en"),
        (RUSSIAN, "ru"),
        ({"Accept-Language": "de"}, "en"),
        (RUSSIAN | {"Cookie": "language=en"}, "en"),
        ({"Cookie": "a=b; language=ru"}, "ru"),
        ({"Cookie": "language=../../etc"}, "en"),
        (RUSSIAN | {"Cookie": 'language="'}, "ru"),
        (RUSSIAN | {"Cookie": "[=]; language"}, "ru"),
    ],
)
def test_a_page_says_its_language(client, headers, tag):
    page = client.get("/", headers=headers)
    assert page.status_code == 200
    assert f'<html lang="{tag}">' in page.text
    assert page.headers["content-language"] == tag


def test_a_cache_is_told_what_a_page_depends_on(client):
    """Two people behind one proxy are not shown each other's language."""
    vary = client.get("/").headers["vary"].casefold().replace(" ", "").split(",")
    assert {"accept-language", "cookie"} <= set(vary)
    assert (
        "vary" not in client.get("/number").headers or "cookie" not in client.get("/number").headers["vary"]
    )


def test_a_file_is_the_same_in_every_language(client):
    style = next(name for name in client.app.state.static.files if name.endswith(".css"))
    answered = client.get(f"/static/{style}", headers=RUSSIAN)
    assert "content-language" not in answered.headers
    assert answered.headers["vary"] == "Accept-Encoding"


def test_no_page_sets_a_cookie_and_the_switch_sets_one_tag(client):
    assert "set-cookie" not in client.get("/", headers=RUSSIAN).headers
    sent = client.post(
        "/language", data={"language": "ru", "back": "/models?search=duster"}, follow_redirects=False
    )
    assert (sent.status_code, sent.headers["location"]) == (303, "/models?search=duster")
    cookie = sent.headers["set-cookie"]
    assert cookie.startswith("language=ru;")
    assert {"path=/", "httponly", "samesite=lax"} <= {part.strip().casefold() for part in cookie.split(";")}
    assert '<html lang="ru">' in client.get("/models").text


def test_the_switch_of_a_page_leads_back_to_that_page(client, page_of):
    page = page_of(client.get("/models", params={"search": "duster"}).text)
    assert page.switch.fields["back"] == "/models?search=duster"


@pytest.mark.parametrize(
    "back",
    ["//example.net", "https://example.net", "/\\example.net", "", "/a b", "/\r\nx: y", "/" + "x" * 9000],
)
def test_the_switch_leads_nowhere_else(client, back):
    sent = client.post("/language", data={"language": "ru", "back": back}, follow_redirects=False)
    assert sent.headers["location"] == "/" or len(back) > 8192


def test_a_language_that_is_none_here_is_said_so(client):
    sent = client.post("/language", data={"language": "tlh", "back": "/"})
    assert "there are: en" in sent.text.casefold()
    assert "set-cookie" not in sent.headers


def test_two_at_once_are_each_answered_in_their_own(client):
    """The language is the request's, not the process's."""
    tags = [
        client.get("/", headers=headers).headers["content-language"] for headers in ({}, RUSSIAN, {}, RUSSIAN)
    ]
    assert tags == ["en", "ru", "en", "ru"]


def test_a_language_is_one_file_more(monkeypatch, tmp_path, open_site, page_of):
    """No code knows which languages there are; this one shows what is not ready for another."""
    monkeypatch.syspath_prepend(ROOT / "tools")
    tools = importlib.import_module("texts")
    (tmp_path / f"{tools.PSEUDO}.mo").write_bytes(tools.pseudo())
    languages = Languages(tmp_path)
    assert languages.tags == ("en", tools.PSEUDO)
    with open_site(tmp_path / "base.sqlite3", languages=languages) as client:
        home = client.get("/", headers={"Accept-Language": tools.PSEUDO})
        assert f'<html lang="{tools.PSEUDO}">' in home.text
        assert 'value="en" lang="en">English<' in home.text
        number = page_of(client.get("/number", headers={"Accept-Language": tools.PSEUDO}).text).words
        assert "Týpé whát íš öñ thé lábél" in number
        assert "Type what is on the label" not in number
        (style,) = re.findall(r'href="(/static/radiokey\.\w+\.css)"', home.text)
        said = client.get(style).text
        assert f'.do:lang({tools.PSEUDO})::before {{ content: "Ñöw:"; }}' in said
        assert '.dont:lang(en)::before { content: "Careful:"; }' in said


def test_the_style_sheet_itself_says_nothing():
    """Its words come with the texts of each language; the product's has them in all of its own."""
    written = (ROOT / "src" / "radiokey" / "web" / "static" / "radiokey.css").read_text("utf-8")
    assert re.findall(r'content: "[^"]*[^\W\d_][^"]*"', written) == []
    rules = said_by_style(known())
    assert {tag: rules.count(f":lang({tag})") for tag in known().tags} == dict.fromkeys(known().tags, 2)
    assert '.dont:lang(ru)::before { content: "Осторожно:"; }' in rules
