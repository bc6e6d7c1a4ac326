"""How long the road is: what an owner does on it, the pages they see, and the words that stand on those.

Counted in the browser, and nothing is left out. An interaction is a link, a button, a box or a fold that is
pressed, or a field that is filled in. A page is a document that is shown. Its words are all that can be seen
of it from top to foot without opening a fold: header, footer, labels, what is drawn with letters, the chosen
line of a list; and what a press brings into sight.
"""

from dataclasses import dataclass

WATCH = """(() => {
  if (window !== window.top) return;
  const hidden = "script, style, title, desc, noscript, option, textarea, [hidden]";
  const seen = () => {
    const found = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
      const parent = walk.currentNode.parentElement, box = parent.getBoundingClientRect();
      if (parent.closest(hidden) || !parent.checkVisibility() || box.width <= 1 || box.right < 0) continue;
      found.push(walk.currentNode.data);
    }
    for (const one of document.querySelectorAll("select")) {
      if (one.checkVisibility()) found.push(one.selectedOptions[0]?.text ?? "");
    }
    return found.join(" ").split(/\\s+/).filter(word => /[\\p{L}\\p{N}]/u.test(word));
  };
  let most = 0;
  const tell = (what, count) => counted(what, count);
  const look = () => { const now = seen().length; if (now > most) { tell("words", now - most); most = now; } };
  const pressed = "a, button, summary, label, input[type=checkbox], input[type=radio], select";
  addEventListener("load", () => { tell("pages", 1); look(); });
  addEventListener("pointerdown", (event) => {
    if (event.isTrusted && event.target.closest(pressed)) tell("interactions", 1);
  }, true);
  addEventListener("keydown", (event) => {
    const on = event.target;
    if (!event.isTrusted || !["Enter", " "].includes(event.key) || event.repeat) return;
    const sends = event.key === "Enter" && on.matches("input[type=text]");
    if (sends || on.matches("a, button, summary, input[type=checkbox], input[type=radio]")) tell("interactions", 1);
  }, true);
  addEventListener("toggle", look, true);
  addEventListener("submit", (event) => {
    const typed = event.target.querySelectorAll("input[type=text]");
    tell("interactions", [...typed].filter(one => one.value !== one.defaultValue).length);
  }, true);
})()"""
LIMITS = {"interactions": 8, "pages": 6, "words": 600}


@dataclass
class Road:
    """What one walk took."""

    interactions: int = 0
    pages: int = 0
    words: int = 0

    @property
    def too_long(self):
        """What is above the limits, in words."""
        return [
            f"{name}: {getattr(self, name)} of at most {most}"
            for name, most in LIMITS.items()
            if getattr(self, name) > most
        ]


def watch(page):
    """Count on this page from its next document on."""
    road = Road()

    def add(_, what, count):
        setattr(road, what, getattr(road, what) + count)

    page.expose_binding("counted", add)
    page.add_init_script(WATCH)
    return road
