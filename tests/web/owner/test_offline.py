"""What a phone keeps of the guide says the same as the guide itself."""

import asyncio
from collections import deque

import pytest

from radiokey.guide.load import load_guide
from radiokey.guide.model import Asks, Facts
from radiokey.guide.walk import answer, position, start, view
from radiokey.headunit.display import Shows
from radiokey.web.owner.offline import Archives, Shelf, kept_position, kept_positions, kept_words

GUIDE = load_guide()
NAMED, PACKED = "of this build", b"an archive"
LOOKED_AT = 3_000


def seen(here, *, asks):
    """Return what an owner reads on a step, and which ways there are; `asks`: for what its page is asked."""
    counted = here.asks is Asks.ERRORS and asks
    ways = () if counted else tuple((one.id, one.text, one.shut) for one in here.choices)
    return here.step, here.title, here.body, here.do, here.dont, here.more, ways, here.warnings


def test_each_page_of_the_guide_has_a_kept_one_that_says_the_same():
    """Every way out of it, too: a kept entry is shut where the guide's is."""
    kept = set(kept_positions(GUIDE))
    ahead = deque([start(GUIDE).position])
    found = set(ahead)
    while ahead and len(found) < LOOKED_AT:
        here = view(GUIDE, ahead.popleft())
        instead = kept_position(GUIDE, here.position)
        assert instead in kept, here.position
        # From the second refusal on the least number of wrong codes on offer is higher.
        asks = here.facts.refused > 1
        assert seen(view(GUIDE, instead), asks=asks) == seen(here, asks=asks), here.position
        for offer in here.choices:
            if offer.shut or (here.asks is Asks.MODEL and offer.id != "unknown"):
                continue
            to = answer(GUIDE, here.position, offer.id)
            if to not in found:
                found.add(to)
                ahead.append(to)


def test_a_typed_word_leads_to_a_kept_page():
    kept = set(kept_positions(GUIDE))
    words = kept_words(GUIDE)
    assert words["CODE"].startswith("cause.x.code.code")
    assert all(kept_position(GUIDE, to) in kept for to in words.values())


def test_whatever_is_known_the_kept_page_opens_no_entry_that_the_guide_shuts():
    """Every step, with everything that a display can show and every refusal: what may be done is the same."""
    for step in GUIDE.steps:
        for shows in (None, *Shows):
            for refused, evidence in ((0, False), (1, False), (1, True), (3, False), (3, True)):
                facts = Facts(model="", shows=shows, refused=refused, evidence=evidence)
                here = view(GUIDE, position(step, facts))
                kept = view(GUIDE, kept_position(GUIDE, here.position))
                asks = refused > 1
                assert seen(kept, asks=asks) == seen(here, asks=asks), here.position


def test_what_is_on_the_shelf_is_whole_and_of_this_name_or_not_there(tmp_path):
    shelf = Shelf(tmp_path / "base.offline")
    assert shelf.get("ru", NAMED) is None
    shelf.put("ru", NAMED, PACKED)
    (file,) = tmp_path.iterdir()
    kept = file.read_bytes()
    assert shelf.get("ru", NAMED) == PACKED
    assert shelf.get("en", NAMED) is None
    assert shelf.get("ru", "of another build") is None
    for cut in range(len(kept)):
        file.write_bytes(kept[:cut])
        assert shelf.get("ru", NAMED) is None
    shelf.put("ru", NAMED, PACKED)
    assert shelf.get("ru", NAMED) == PACKED
    assert file.stat().st_mode & 0o077 == 0


def test_a_shelf_that_cannot_be_written_keeps_nothing(tmp_path):
    shelf = Shelf(tmp_path / "nowhere" / "base.offline")
    shelf.put("ru", NAMED, PACKED)
    assert shelf.get("ru", NAMED) is None


@pytest.mark.deep
def test_the_next_process_takes_the_archive_of_this_one_unless_the_site_says_something_else(
    tmp_path, open_site
):
    made = []
    with pytest.MonkeyPatch.context() as patched:
        make = Archives._make

        async def watched(self, language, host, scheme):
            made.append(language)
            return await make(self, language, host, scheme)

        patched.setattr(Archives, "_make", watched)
        packed = []
        for demonstration in (False, False, True):
            with open_site(tmp_path / "base.sqlite3") as client:
                client.app.state.site.pages.globals(demonstration=demonstration)
                archives = client.app.state.archives
                packed.append(asyncio.run(archives.archive("ru", b"localhost", "http")))
    assert made == ["ru", "ru"]
    assert packed[0] == packed[1] != packed[2]
