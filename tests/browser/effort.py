"""How much a page asks of a person: what they do in a browser, counted there, and how long that takes by a model.

The model is the keystroke-level one (Card, Moran, Newell: The Keystroke-Level Model for User Performance Time with
Interactive Systems, CACM 23 (7), 1980), with its own times, and reading added, which it leaves out. It is arithmetic
on counted acts and knows no clock: how fast site and machine are is its R, which is 0 here (docs/numbers.md).
"""

from dataclasses import astuple, dataclass, fields
from pathlib import Path

K, P, H, M = 0.20, 1.10, 0.40, 1.35
"""Seconds to press a key or button, to point at something, to move a hand between keys and mouse, to make up one's mind."""
CODE_K = 0.75
"""Seconds for a character of a number that is copied: the model's "complex codes", the slowest but one of its typing."""
WORD = 60 / 238
"""Seconds for a word, read silently by adults (Brysbaert, How many words do we read per minute?, 2019)."""
GROUP = 4
"""Characters of a number that are compared at once."""
VIN_LENGTH = 17
"""The car's number is on two papers, the registration and the photo of the car, so it is compared twice."""
NAMES = 2
"""Given name and surname, on the registration and on another paper."""

PRESS = M + P + K
LIMITS = {"owner": 180, "clerk": 120, "approver": 120}
"""Seconds that an honest request with good papers may take of each."""

NUMBERS = Path(__file__).parents[2] / "docs" / "numbers.md"


@dataclass
class Tally:
    """What somebody did. `compared` are groups of characters, `pictures` papers that were looked at."""

    taps: int = 0
    fields: int = 0
    characters: int = 0
    choices: int = 0
    files: int = 0
    passkeys: int = 0
    opened: int = 0
    flicks: int = 0
    words: int = 0
    compared: int = 0
    pictures: int = 0
    hands: int = 0

    @property
    def seconds(self):
        presses = self.taps + self.fields + self.opened
        presses += self.choices * 2  # the list, and what is picked from it
        presses += self.files * 4  # the field, "camera", the shutter, "use it"
        typed = self.characters * CODE_K + self.hands * H
        looked = self.words * WORD + (self.compared + self.pictures) * M
        return presses * PRESS + typed + self.passkeys * (M + K) + self.flicks * P + looked


def written():
    """Return what docs/numbers.md says of each person: the tally and the seconds."""
    text = NUMBERS.read_text("utf-8").split("## How much effort")[1]
    table = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("|")]
    lines = {name.strip(): [cell.strip() for cell in cells] for name, *cells in table}
    names = [field.name for field in fields(Tally)]
    counted = {name: list(map(int, cells)) for name, cells in lines.items() if name in LIMITS}
    assert lines["who"] == [*names, "seconds"]
    return {name: (Tally(*counts), seconds) for name, (*counts, seconds) in counted.items()}


def row(name, tally):
    """Return the line of the table for somebody."""
    return f"| {name} | {' | '.join(map(str, astuple(tally)))} | {tally.seconds:.0f} |"


# Where a page was read to: whoever looks for what to press reads from its top as far as that.
WATCH = """(() => {
  if (window !== window.top) return;
  const skipped = "script, style, svg, select, textarea, [hidden]";
  const shown = () => {
    const main = document.querySelector("main"), found = [];
    if (!main) return found;
    const walk = document.createTreeWalker(main, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
      const one = walk.currentNode, parent = one.parentElement;
      if (one.data.trim() && !parent.closest(skipped) && parent.closest(READ) && parent.checkVisibility()
        && parent.getBoundingClientRect().width > 1) found.push(one);  // one pixel wide: for screen readers
    }
    return found;
  };
  const until = (target) => shown().filter((one) => target.contains(one) ||
    one.compareDocumentPosition(target) & Node.DOCUMENT_POSITION_FOLLOWING).length;
  const screens = (target) => Math.floor((target.getBoundingClientRect().bottom + scrollY - 1) / innerHeight);
  const inFirst = (one) => {
    const range = document.createRange();
    range.selectNodeContents(one);
    return range.getBoundingClientRect().top + scrollY < innerHeight;
  };
  const typed = "input:is([type=text], [type=email], [type=search], :not([type])), textarea";
  addEventListener("load", () => acted("page", {
    texts: shown().map((one) => one.data.trim()),
    until: shown().filter(inFirst).length,
  }));
  addEventListener("pointerdown", (event) => {
    const target = event.target.closest("a, button, label, summary") ?? event.target;
    if (event.isTrusted) acted("tap", { until: until(target), flicks: screens(target) });
  }, true);
  window.readTo = (selector) => until(document.querySelector(selector));
  addEventListener("submit", (event) => {
    const form = event.target, was = (one) => Math.max(0, [...one.options].findIndex((each) => each.defaultSelected));
    const changed = [...form.querySelectorAll(typed)].filter((one) => one.value !== one.defaultValue);
    const chosen = [...form.querySelectorAll("select")].filter((one) => one.selectedIndex !== was(one));
    acted("sent", {
      until: until(event.submitter ?? form),
      flicks: screens(event.submitter ?? form),
      fields: changed.length,
      characters: changed.reduce((sum, one) => sum + one.value.length, 0),
      choices: chosen.length,
      files: [...form.querySelectorAll("input[type=file]")].reduce((sum, one) => sum + one.files.length, 0),
      passkeys: form.dataset.passkey ? 1 : 0,
      compared: [...document.querySelectorAll(".checks .wide")].map((one) => one.textContent.trim().length),
      names: document.querySelectorAll(".checks").length,
      pictures: document.querySelectorAll(".papers li").length,
    });
  }, true);
})()"""


class Watched:
    """Somebody whose acts are counted from the next page on.

    Who is new to the pages reads every word as far as what they press, each once. `skilled` people know the
    pages and read what differs from one request to the next.
    """

    def __init__(self, page, *, skilled=False):
        self._page, self._watching = page, True
        self._tally = Tally(hands=int(skilled))
        self._skilled = skilled
        self._texts, self._first, self._until, self._flicks, self._led = [], 0, 0, 0, False
        self._known = set()
        page.expose_binding("acted", lambda _, what, told: self._watching and self._do[what](told))
        self._do = {"page": self._opened, "tap": self._tapped, "sent": self._sent}
        page.add_init_script(WATCH.replace("READ", '"dd, td, h1"' if skilled else '"main"'))

    def _opened(self, told):
        """A page is there. On the last one, where nothing was pressed, the first screen was read."""
        self._leave(self._until or self._first)
        self._tally.opened += not self._led
        self._texts, self._first, self._until, self._flicks, self._led = (
            told["texts"],
            told["until"],
            0,
            0,
            False,
        )

    def _tapped(self, told):
        self._tally.taps += 1
        self._went(told)

    def _sent(self, told):
        self._went(told)
        for name in ("fields", "characters", "choices", "files", "passkeys", "pictures"):
            setattr(self._tally, name, getattr(self._tally, name) + told[name])
        numbers = [length * (1 + (length == VIN_LENGTH)) for length in told["compared"]]
        self._tally.compared += sum(-(-length // GROUP) for length in numbers) + NAMES * told["names"]
        self._tally.hands += 2 * told["fields"] * self._skilled

    def _went(self, told):
        self._until, self._flicks = max(self._until, told["until"]), max(self._flicks, told["flicks"])
        self._led = True

    def _leave(self, until):
        self._tally.flicks += self._flicks
        for text in self._texts[:until]:
            if text not in self._known:
                self._known.add(text)
                self._tally.words += len(text.split())

    def done(self, to):
        """Stop counting, the last page read as far as the first of that selector; return the tally."""
        self._leave(self._page.evaluate("to => readTo(to)", to))
        self._watching = False
        return self._tally
