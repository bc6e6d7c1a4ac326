"""What a browser and a search engine ask for by names of their own."""

import re
import struct

from radiokey.web.operations.browser import NIGHT, PAPER, SECRET


def test_the_site_can_be_put_on_the_first_screen_of_a_phone(client):
    page = client.get("/")
    address = re.search(r'rel="manifest" href="([^"]+)"', page.text)[1]
    answer = client.get(address)
    assert answer.headers["content-type"] == "application/manifest+json"
    told = answer.json()
    assert {"name", "short_name", "description", "start_url", "scope", "display", "icons"} <= told.keys()
    assert told["background_color"] == PAPER
    for icon in told["icons"]:
        found = client.get(icon["src"])
        assert found.headers["content-type"] == icon["type"]
        if icon["type"] == "image/png":
            assert struct.unpack(">II", found.content[16:24]) == (512, 512)
    assert [one.get("purpose") for one in told["icons"]].count("maskable") == 1
    assert "manifest-src 'self'" in page.headers["content-security-policy"]


def test_every_page_says_what_it_is_and_in_which_colours(client):
    for address in ("/", "/waiting", "/models", "/no-such-page"):
        page = client.get(address).text
        assert len(re.search(r'name="description" content="([^"]+)"', page)[1]) in range(50, 161)
        assert f'name="theme-color" content="{PAPER}" media="(prefers-color-scheme: light)"' in page
        assert f'name="theme-color" content="{NIGHT}" media="(prefers-color-scheme: dark)"' in page
        icon = client.get(re.search(r'rel="apple-touch-icon" href="([^"]+)"', page)[1])
        assert struct.unpack(">II", icon.content[16:24]) == (180, 180)


def test_an_old_browser_finds_its_icon_by_its_old_name(client):
    answer = client.get("/favicon.ico")
    reserved, kind, count, width, height = struct.unpack("<HHHBB", answer.content[:8])
    assert (reserved, kind, count, width, height) == (0, 1, 1, 32, 32)
    (at,) = struct.unpack("<I", answer.content[18:22])
    assert answer.content[at:].startswith(b"\x89PNG")
    assert "max-age" in answer.headers["cache-control"]


def test_search_engines_are_kept_from_what_is_one_persons_own(client):
    answer = client.get("/robots.txt")
    assert answer.headers["content-type"].startswith("text/plain")
    refused = re.findall(r"^Disallow: (.+)$", answer.text, re.MULTILINE)
    assert refused == list(SECRET)
    assert "/" not in refused
