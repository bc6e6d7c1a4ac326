"""Codes of real owners, keyed in as the command line and the site's coach say it."""

import re
from html import unescape

from radiokey.catalogue.load import load_model


def test_the_presses_of_a_real_owner_are_those_of_the_command_line(cli, code):
    document = cli("entry", code.had["model"], code.had["code"], "--json").document
    pressed = ", ".join(f"{line['key']}x{line['times']}" for line in document["presses"])
    assert {"presses": pressed, "first": ", ".join(document["first_press"]["candidates"])} == code.right
    assert document["first_press"]["known"]


def test_the_presses_of_a_real_owner_are_those_of_the_form_of_the_site(site, code):
    shown = site.post("/coach", data={"model": code.had["model"], "code": code.had["code"]})
    assert shown.status_code == 200
    badges = re.findall(
        r"<title>The panel; next is ([^,<]+), (?:(\d+) times|held)</title>", unescape(shown.text)
    )
    ids = {key.label: key.id for key in load_model(code.had["model"]).keys.value}
    pressed = ", ".join(f"{ids[label]}x{times or 1}" for label, times in badges)
    assert pressed == code.right["presses"]
