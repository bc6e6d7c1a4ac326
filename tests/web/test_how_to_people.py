"""docs/how-to/owner.md and registrar.md: each step is done on the pages as it says, and each button it names is there."""

import re
from pathlib import Path

import pytest
from asking import PHOTO, Asking, codes_shown
from counter import Counter
from hosted import BP, CAR

from radiokey.base.identity.roles import Role
from radiokey.base.identity.staff import Person, PublicProfile
from radiokey.base.requests.request import CHECK_LIST

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to"


def read(name):
    return (HOW_TO / name).read_text("utf-8")


@pytest.fixture
def owner(api, page_of):
    api.add_unit()
    return Asking(api, page_of)


def test_an_owner_who_follows_the_page_has_the_code(owner):
    """All six steps in their order; what the page names in italics is what the buttons say."""
    text = read("owner.md")
    steps = re.findall(r"^\d\. \*\*(.+?)\*\*", text, re.MULTILINE)
    assert steps == [
        "Find the number",
        "Fill in",
        "Keep your page.",
        "Send your papers",
        "Wait.",
        "See the code",
    ]
    named = re.findall(r"(?<!\*)\*([A-Z][^*]+?)\*(?!\*)", text)
    assert named == ["Whom to ask", "Ask this desk", "Show the code", "I do not want the code any more"]
    assert ">Whom to ask<" in owner.get("/").text
    assert "Ask this desk" in owner.get("/sheet?make=nissan&model=nissan_blaupunkt_bp").text
    one = owner.open()
    assert owner.get(owner.link).status_code == 200
    page = owner.page.words
    for paper in re.findall(r"^   \| ([a-zV][^|]+?) \|", text, re.MULTILINE)[1:]:
        assert paper.lower() in page.lower(), paper
    assert owner.send(("registration", PHOTO), ("label-photo", PHOTO)).status_code == 303
    assert "I do not want the code any more" in owner.get(owner.link).text
    assert "turn" in owner.words.lower() or "A clerk looks at your papers" in owner.words
    owner.desk.check(one, 3, "cle", CHECK_LIST)
    owner.desk.approve(one, 4, "app")
    assert ">Show the code</button>" in owner.get(owner.link).text
    form = next(form for form in owner.page.forms if form.action.endswith("/code"))
    assert codes_shown(owner.get(owner.post(form.action, form.fields).headers["location"]).text)


def clearing(one, other, api):
    """Clear a report as the page says, two registrars in turn; return what they saw."""
    counter, stolen = Counter(api), "/registrar/stolen"
    api.base.blacklist.add(counter.parse(BP), vin=counter.vin(CAR), reason="taken", by="local")
    seen = [one.get(stolen).text]
    there = re.search(rf'href="({stolen}\?number=[^"]+)#clear">It is back<', seen[0])[1]
    seen.append(one.get(there).text)
    known = dict(re.findall(r'id="clear-\w+" name="(serial|vin)".*?value="([^"]*)"', seen[-1]))
    assert known["vin"] == CAR
    receipt = {"receipt": ("receipt.pdf", b"a receipt", "application/pdf")}
    assert one.hands_in(f"{stolen}/clearings", there, receipt, **known, reason="back").status_code == 303
    seen.append(other.get(stolen).text)
    assert "Clearings that wait for a second person" in seen[-1]
    path = re.search(rf'href="({stolen}/clearings/\w+)"', seen[-1])[1]
    assert "Clear the report" not in one.get(path).text
    seen.append(other.get(path).text)
    assert f'src="{path}/paper"' in seen[-1]
    assert other.signs(path).status_code == 303
    assert api.base.blacklist.list() == ()
    return seen


def test_a_registrar_finds_each_button_where_the_page_says(come, desk):
    """In the order of the page: the link, the codes, people, organisations, a clearing, what was lost."""
    text = read("registrar.md")
    named = {name for name in re.findall(r"\*\*([^*]+)\*\*", text) if name not in {"Staff", "My passkeys"}}
    seen = []
    rita = come("rita", Role.REGISTRAR)
    come("cle", Role.CLERK)
    rob = come("rob", Role.REGISTRAR)
    seen += clearing(rita, rob, desk)
    desk.base.staff.add_organisation(
        "kiel", "Radio Kiel", "dealer", PublicProfile(address="Kiel"), by="local"
    )
    ann = come("ann", signed_in=False)
    bob = Person("bob", Role.CLERK, "office", "Bob")
    from_link = desk.base.staff.invite(bob, by="local").reveal()
    seen.append(ann.get(f"/enrol/{from_link}").text)
    seen.append(ann.get("/sign-in").text)
    for path in ("/registrar/staff", "/me"):
        answer = rita.get(path)
        assert answer.status_code == 200
        seen.append(answer.text)
    for way in ("Staff", "My passkeys"):
        assert f">{way}</a>" in seen[-1] or f">{way}<" in seen[-1], way
    words = " ".join(seen)
    assert {name for name in named if name not in words} == set()
    assert rita.get("/recovery").status_code == 200
