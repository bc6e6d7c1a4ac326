"""The documentation as a site, as far as it can be seen without building it; `make docs` builds it, and `make deep` does so too."""

import importlib
import re
from collections import Counter
from pathlib import Path, PurePosixPath
from posixpath import normpath

import pytest

from radiokey.catalogue.load import load_catalogue

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def site():
    """tools/docs.py."""
    with pytest.MonkeyPatch.context() as patched:
        patched.syspath_prepend(ROOT / "tools")
        yield importlib.import_module("docs")


@pytest.fixture(scope="module")
def pages(site):
    return site.staged()


def in_menus(pages) -> Counter[str]:
    """Return how often each page stands in a menu."""
    found = Counter()
    for name, text in pages.items():
        for block in re.findall(r"^```\{toctree\}\n.*?^$\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
            found.update(
                normpath(PurePosixPath(name).parent / one).lstrip("/") if one[0] != "/" else one[1:]
                for one in block.split()
            )
    return found


def test_every_page_stands_in_the_menu_once_or_in_the_list_of_its_kind(site, pages):
    found = in_menus(pages)
    leaves = {name for name, text in pages.items() if text.startswith(site.LEAF)}
    assert {name: found[name] for name in pages if name not in {"index.md", *leaves}} == dict.fromkeys(
        [name for name in pages if name not in {"index.md", *leaves}], 1
    )
    assert found.keys() <= pages.keys() - leaves
    for name in leaves:
        above = "adr/index.md" if name.startswith("adr/") else "reference/radios/index.md"
        assert f"]({name.removeprefix(above.rpartition('/')[0] + '/')})" in pages[above], name


def test_every_link_of_every_page_leads_to_a_page_or_a_file_of_the_site(site, pages):
    """Anchors too are looked up by `make docs`."""
    there = {*pages, *(str(site.place(source)) for source in site.sources())}
    for name, text in pages.items():
        links = []
        site.outside_code(text, lambda part, links=links: links.extend(site.LINK.findall(part)) or part)
        for link in links:
            assert normpath(PurePosixPath(name).parent / link) in there, f"{link} in {name}"


def test_a_page_that_moves_takes_its_links_along_and_leaves_code_as_it_is(site):
    page = PurePosixPath("CONTRIBUTING.md")
    text = "[a](docs/cli.md#b), `[a](docs/cli.md)`, [c](findings/README.md), [d](https://example.org/x.md)"
    assert site.moved(text, page) == (
        "[a](../cli.md#b), `[a](docs/cli.md)`, [c](../findings/index.md), [d](https://example.org/x.md)"
    )


def test_the_reference_has_every_fact_of_every_radio_with_what_it_rests_on(pages):
    for model in load_catalogue().models.values():
        page = pages[f"reference/radios/{model.id}.md"]
        for source in {
            one for fact in (model.words, model.entry, model.schedule, model.ways.ask) for one in fact.sources
        }:
            assert f"(../sources.md#{source.lower()})" in page
        for word in model.words.value or ():
            assert word.text.replace("|", "\\|") in page
        for told in (fact for fact in model.quirks if fact.known):
            assert " ".join(told.value.split()).replace("|", "\\|") in page
        assert "None" not in page


def test_the_reference_has_every_route_that_the_api_describes_and_every_body_it_names(pages):
    page = pages["reference/api.md"]
    named = set(re.findall(r"\]\(#([a-z0-9]+)\)", page))
    heads = {head.lower() for head in re.findall(r"^### (\w+)$", page, re.MULTILINE)}
    assert named <= heads
    assert "## POST /api/releases\n" in page
    assert "| `Idempotency-Key` | header | yes |" in page


@pytest.mark.parametrize(
    ("html", "says"),
    [
        ('<img src="https://example.org/a.png">', "loads https://example.org/a.png"),
        ('<link href="//example.org/a.css">', "loads //example.org/a.css"),
        ('<a href="b.html">', "which is not there"),
        ('<a href="#b">', "no such place"),
    ],
)
def test_what_is_wrong_with_a_built_page_is_seen(site, tmp_path, html, says):
    (tmp_path / "a.html").write_text(html)
    (fault,) = site.faults(tmp_path)
    assert says in fault


def test_a_built_page_that_is_whole_has_no_fault_and_a_link_to_another_host_loads_nothing(site, tmp_path):
    (tmp_path / "a.html").write_text(
        '<p id="b"><a href="#b"><a href="a.html?q#b"><a href="https://example.org">'
    )
    (tmp_path / "a.css").write_text("a { background: url(data:x) }")
    assert site.faults(tmp_path) == []
    (tmp_path / "a.css").write_text("@import 'https://example.org/font.css';")
    assert site.faults(tmp_path) == ["a.css loads https://example.org/font.css"]
