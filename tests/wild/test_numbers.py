"""Numbers of real owners, typed into the command line and into the form of the site."""

import re
import uuid
from html import unescape

import pytest
from sqlite_base import fresh

from radiokey.catalogue.index import cards

OWNS = "--i-own-this-radio"


def said(row):
    return [part for name in ("model", "make") if name in row.had for part in (f"--{name}", row.had[name])]


def compared(row, found):
    """Return of what was found the fields that the row names; `says` where it is a part of what was said."""
    if row.right.get("says", "") in found.pop("text", ""):
        found["says"] = row.right.get("says", "")
    return {name: found[name] for name in row.right if name in found}


def test_a_number_of_a_real_owner_is_read_right_by_the_command_line(cli, tmp_path, number):
    checked = cli("serial", "check", number.had["number"], *said(number), "--json")
    found = {}
    if checked.code == 0:
        row = checked.document[0]
        found = {"serial": row["serial"], "kind": row["kind"], "radios": " ".join(row["models"])}
    base = ("--database", fresh(tmp_path / "base.sqlite3"))
    ran = cli("code", number.had["number"], *said(number), OWNS, *base, "--json")
    found["exit"] = str(ran.code)
    if ran.code == 0:
        found["code"] = ran.document["code"]
    else:
        refusal = ran.document
        found |= {"error": refusal["error"], "text": f"{refusal['sentence']} {refusal['hint']}"}
        found["sheet"] = refusal["sheet"]["title"] if "sheet" in refusal else ""
    assert compared(number, found) == number.right


def heading(page):
    return unescape(re.search(r"<h1[^>]*>(.*?)</h1>", page, re.DOTALL)[1])


def test_a_number_of_a_real_owner_is_read_right_by_the_form_of_the_site(site, number):
    form = {"text": number.had["number"]} | {
        name: number.had[name].lower() for name in ("model", "make") if name in number.had
    }
    shown = site.post("/number", data=form).text
    right = number.right
    if "error" in right:
        assert re.search(r'class="error" role="alert"', shown)
        assert right.get("says", "").lower() in unescape(shown).lower()
        assert heading(shown) == "Type what is on the label"
    elif right.get("exit") == "69":
        assert heading(shown) == right.get("sheet", heading(shown))
        assert f"Serial number on the unit: {right['serial']}" in unescape(shown)
    else:
        assert re.sub(r"<[^>]+>", "", re.search(r'<p class="number">(.*?)</p>', shown)[1]) == right["serial"]
        radios = [card.id for card in cards().values() if not card.default]
        offered = {radio for radio in radios if f'value="{radio}"' in shown}
        assert offered <= set(right.get("radios", " ".join(offered)).split())
    if "code" in right:
        asked = form | {"owns": "yes", "request_id": uuid.uuid5(uuid.NAMESPACE_OID, number.id).hex}
        digits = re.findall(r"<span>(.)</span>", site.post("/code", data=asked).text)
        assert "".join(digits) == right["code"]


@pytest.mark.parametrize("make", ["volvo", "kia", "honda"])
def test_a_make_that_the_form_of_a_number_does_not_name_can_still_be_chosen(site, make):
    """Eight digits alone are nobody's: whoever has a Volvo finds Volvo in the list."""
    shown = site.post("/number", data={"text": "12345678"}).text
    assert f'<option value="{make}"' in shown
