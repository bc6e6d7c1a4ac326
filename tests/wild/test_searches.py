"""What real owners type to find their radio: into the command line, and into the site's search."""

import re
from html import unescape


def first_and_hint(row, first: str, hint: str) -> dict[str, str]:
    found = {"first": first}
    if row.right.get("says", "") in hint:
        found["says"] = row.right.get("says", "")
    return {name: found[name] for name in row.right if name in found}


def test_a_search_of_a_real_owner_finds_the_radio_on_the_command_line(cli, search):
    text = " ".join(search.had[name] for name in ("search", "display") if name in search.had)
    document = cli("models", "--search", text, "--json").document
    if "error" in document:
        assert first_and_hint(search, "", document["hint"]) == search.right
    else:
        assert first_and_hint(search, document["models"][0]["id"], "") == search.right


def test_a_search_of_a_real_owner_finds_the_radio_on_the_site(site, search):
    said = {"search": search.had["search"], "say": search.had.get("display", "")}
    shown = unescape(site.get("/models", params=said).text)
    found = re.findall(r'<a [^>]*href="[^"]*\b(?:model=|what-does-it-show.)([a-z0-9_]+)', shown)
    assert first_and_hint(search, found[0] if found else "", shown) == search.right
