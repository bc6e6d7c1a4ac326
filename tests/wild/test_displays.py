"""What real owners read off their displays, typed into the command line and into the site's form."""

import re
from html import unescape

from radiokey.guide.load import load_guide
from radiokey.guide.model import Facts
from radiokey.guide.walk import View, answer, position, view

GUIDE = load_guide()


def then(row, at: str) -> View:
    """Return the step after the answer that the row gives, if it gives one."""
    return view(GUIDE, answer(GUIDE, at, row.had["then"]) if "then" in row.had else at)


def compared(row, seen: View) -> dict[str, str]:
    """Return of a step what the row says of it."""
    facts = seen.facts
    found = {
        "step": seen.step,
        "shows": facts.shows.value if facts.shows else "",
        "errors": str(facts.errors),
    }
    if any(row.right.get("says", "") in one.text for one in seen.known):
        found["says"] = row.right.get("says", "")
    return {name: found[name] for name in row.right if name in found}


def test_a_display_of_a_real_owner_gets_the_right_step_from_the_command_line(cli, display):
    model = ("--model", display.had["model"]) if "model" in display.had else ()
    document = cli("guide", "--display", display.had["display"], *model, "--json").document
    if "then" not in display.had:
        assert document["step"] == display.right["step"]
        assert display.right.get("says", "") in " ".join(one["text"] for one in document["told"])
    assert compared(display, then(display, document["position"])) == display.right


def test_a_display_of_a_real_owner_gets_the_same_step_from_the_form_of_the_site(site, display):
    model = {"unknown": ""}.get(display.had.get("model", ""), display.had.get("model"))
    asked = site.get(f"/guide/{position('what-does-it-show', Facts(model=model))}")
    at = unescape(re.search(r'name="at" value="([^"]*)"', asked.text)[1])
    shown = site.get("/shows", params={"say": display.had["display"], "at": at})
    assert shown.status_code == 200
    assert compared(display, then(display, shown.url.path.removeprefix("/guide/"))) == display.right
    for name in set(display.right) & {"says"}:
        assert display.right[name] in unescape(shown.text)
