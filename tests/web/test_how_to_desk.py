"""docs/how-to/clerk.md and approver.md, followed step by step on the pages: what they name is there, and does what they say."""

import html
import re
from pathlib import Path

import pytest
from counter import PAPERS
from hosted import BP, BP_MODEL, CAR

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to"
TYPED = {
    "vin": CAR,
    "amount": "12.50",
    "currency": "EUR",
    "text": "The second page of the registration, whole.",
    "reason": "papers-changed",
    "model": BP_MODEL,
    "number": BP[:-1] + "8",
    "number-on-photo": "yes",
    "stolen-list": "yes",
    "vin-of-unit": "yes",
}
FORM = re.compile(r"<form[^>]* action=\"([^\"]+)\" method=\"(\w+)\"[^>]*>(.*?)</form>", re.DOTALL)
FIELD = re.compile(r"name=\"([^\"]+)\"(?:[^>]*? value=\"([^\"]*)\")?")


def sections(name):
    """Return the numbered steps of each part of a page, by its heading."""
    text = (HOW_TO / name).read_text("utf-8")
    parts = re.split(r"^## (.+)$", text, flags=re.MULTILINE)[1:]
    found = {}
    for head, body in zip(parts[::2], parts[1::2], strict=True):
        steps = re.findall(r"^\d+\. (.+(?:\n   .+)*)$", body, re.MULTILINE)
        if steps:
            found[head] = [" ".join(step.split()) for step in steps]
    return found


class Reader:
    """Somebody who does what a page says: opens what it names, finds what is bold, presses what it says to press."""

    def __init__(self, counter, who, request_id):
        self.counter, self.who, self.request = counter, who, request_id
        self.text = ""

    def open(self, path):
        answer = self.counter.get(path, self.who)
        assert answer.status_code == 200, path
        self.text = html.unescape(answer.text)

    def follow(self, step):
        for part in re.findall(r"([Pp]ress )?\*\*(.+?)\*\*|`(/[^`]+)`", step):
            press, name, path = part
            if path:
                self.open(path.replace("{request}", self.request))
            elif press:
                self.press(name)
            else:
                assert name in re.sub(r"<[^>]+>", "", self.text), (step, name)

    def press(self, name):
        action, method, inside = next(
            form for form in FORM.findall(self.text) if f">{name}</button>" in form[2]
        )
        fields = {field: TYPED.get(field, value) for field, value in FIELD.findall(inside)}
        if action == "/desk/requests/new":
            fields["text"] = BP
        if method == "get":
            self.open(f"{action}?number={fields['number']}")
            return
        answer = self.counter.post(
            action, self.who, **{name: value for name, value in fields.items() if value}
        )
        assert answer.status_code == 303, (name, answer.text)
        self.open(answer.headers["location"])


LEFT = {
    "An honest request": "second",
    "Something is missing": "papers",
    "Something does not fit": "refused",
    "A customer at the counter": "review",
    "A number on the telephone": "review",
    "Yes": "released",
    "Look again": "review",
    "No": "refused",
}
"""Where each part of the two pages leaves the request that it is about."""
PARTS = [(name, part) for name in ("clerk.md", "approver.md") for part in sections(name)]


def test_every_part_with_steps_is_followed():
    assert {part for _, part in PARTS} == set(LEFT)
    assert all(len(steps) for name in ("clerk.md", "approver.md") for steps in sections(name).values())


@pytest.mark.parametrize(("name", "part"), PARTS, ids=[part for _, part in PARTS])
def test_the_steps_do_what_they_say(counter, name, part):
    one = counter.reviewed() if name == "clerk.md" else counter.checked()
    reader = Reader(counter, "cle" if name == "clerk.md" else "app", one)
    for step in sections(name)[part]:
        reader.follow(step)
    assert counter.view(one).request.state.value == LEFT[part]


def test_the_customer_at_the_counter_gets_the_code(counter):
    """The last step of that part: their request goes on to its code, which its page then offers."""
    reader = Reader(counter, "cle", "")
    for step in sections("clerk.md")["A customer at the counter"][:2]:
        reader.follow(step)
    one = re.search(r"/desk/requests/([0-9a-f]{32})/", reader.text).group(1)
    counter.desk.send_papers(one, 1, "cle", PAPERS)
    counter.desk.check(one, 2, "cora", counter.all_ticks)
    counter.desk.approve(one, 3, "app")
    reader.open(f"/desk/requests/{one}")
    assert ">Show the code</button>" in reader.text
