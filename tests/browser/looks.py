"""A look at a page, as axe-core and a thumb take it; axe looks at no shape twice, for that takes a third of a second.

axe judges an element by itself, by what stands around and in it, and by what it refers to; and a page by its title,
its landmarks, the order of its headings. All of that is written down here as the *pieces* of a page: an element with
its attributes (with their values where axe reads those), whether it has words, is seen, has the focus, scrolls, how
many labels it has and what it points to, each with the same of all that it lies in; tables, lists of terms, fields and
what can be pressed with all that lies in them too; and one piece for what a page has once. No rule reads what words
say, so a page all of whose pieces stood on pages that axe found nothing on is answered alike, and is left out. Of
another page the blocks of its main part are looked at that a new piece lies in, or all of it where the new piece is
one of the page itself.

A colour is the colour of words on what lies below them: the style sheet gives both by the chain of elements that the
words lie in (test_every_page keeps it so), so one of each chain that is new is looked at. That is done by day
and by night, for that is all that a theme can change. The widths of screens and style sheets are told apart, and
whoever lays something on a page by hand makes it another one. With `--every-look`, as `make deep` runs it, axe looks
at every page whole.
"""

import base64
import gzip
import re
from dataclasses import dataclass, field
from typing import Final

from axe_playwright_python.base import AXE_SCRIPT

# LOOKS asks for 7:1, what must be read in sunlight; axe's own measure stops at 4.5:1 unless told. It takes both: the
# stricter one says nothing of what is below 4.5:1.
COLOURS: Final = ("color-contrast", "color-contrast-enhanced", "link-in-text-block")
# It goes to each page through two processes: packed it is a third as much.
PACKED: Final = base64.b64encode(gzip.compress(AXE_SCRIPT.encode(), mtime=0)).decode()
UNPACK = """async packed => {
  const bytes = Uint8Array.from(atob(packed), one => one.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  window.axeScript = await new Response(stream).text();
}"""
LOAD = "() => { (0, eval)(axeScript); }"
# What passed stays in the browser: to carry it over takes as long as to look. Of a new piece the whole block of the
# page is looked at that it lies in, for some rules find a fault at what a piece lies in. What is no longer there, or
# is the page itself, is looked for all over.
AXE = """async ({pieces, colours, only}) => {
  const looked = async (nodes, rules) => {
    const there = nodes.every(one => one?.isConnected && one !== document.documentElement);
    const found = await axe.run(there ? {include: [...new Set(nodes)]} : document, {resultTypes: ["violations"], ...rules});
    return found.violations.map(one => `${one.id}: ${one.nodes[0].html.slice(0, 120)}`);
  };
  const block = (node) => node.closest("main > *, body > :not(main)");
  const others = Object.fromEntries(only.map(rule => [rule, {enabled: false}]));
  const found = pieces.length ? await looked(pieces.map(at => block(seenPieces[at])), {rules: others}) : [];
  return colours.length ? [...found, ...await looked(colours.map(at => seenColours[at]), {runOnly: only})] : found;
}"""
WHOLE = """async (rules) => {
  const found = await axe.run({resultTypes: ["violations"], ...rules});
  return found.violations.map(one => `${one.id}: ${one.nodes[0].html.slice(0, 120)}`);
}"""

PIECES = """() => {
  const values = new Set(["autocomplete", "class", "fill", "http-equiv", "lang", "open", "rel", "role", "scope",
    "style", "tabindex", "type"]);
  const texts = new Set(["aria-description", "aria-label", "aria-placeholder", "aria-roledescription",
    "aria-valuenow", "aria-valuetext"]);
  const refers = new Set(["aria-controls", "aria-describedby", "aria-labelledby", "aria-owns", "for", "form",
    "headers", "list"]);
  const whole = "a, button, datalist, dl, fieldset, figure, input, label, legend, select, summary, svg, table, textarea";
  const tag = (id) => document.getElementById(id)?.tagName ?? "nothing";
  const words = (node) => [...node.childNodes].some(one => one.nodeType === Node.TEXT_NODE && one.data.trim());
  const attribute = ({name, value}) => {
    if (refers.has(name)) return `${name}:${value.trim().split(/\\s+/).map(tag)}`;
    if (values.has(name) || (name.startsWith("aria-") && !texts.has(name))) return `${name}=${value}`;
    if (name === "href" && value.startsWith("#")) return `href:${tag(value.slice(1))}`;
    return value.trim() ? name : `${name}=`;
  };
  const scrolls = (node) => (node.scrollWidth > node.clientWidth + 1 || node.scrollHeight > node.clientHeight + 1)
    && /auto|scroll/.test(getComputedStyle(node).overflow);
  const name = (node) => [
    node.tagName, ...[...node.attributes].map(attribute).sort(),
    words(node) ? "words" : "", node.textContent.trim() ? "" : "empty", node.labels ? `labels ${node.labels.length}` : "",
    node.checkVisibility() ? "" : "unseen", node === document.activeElement ? "focus" : "", scrolls(node) ? "scrolls" : "",
    scrolls(node) && node.querySelector("a, button, input, select, textarea, [tabindex]") ? "by keys" : "",
  ].filter(Boolean).join(" ");
  const shape = (node) => {
    const inner = [];
    for (const one of node.children) {
      const next = shape(one);
      if (next !== inner.at(-1)) inner.push(next);
    }
    return `<${name(node)}>${inner.join("")}</>`;
  };
  const drawn = (svg) => `<${name(svg)}>${[...svg.querySelectorAll("title, desc, text, a")].map(one => one.tagName)
    .filter((one, at, all) => one !== all[at - 1])}</>`;
  const where = `${innerWidth} ${[...document.styleSheets].map(one => one.cssRules.length)} `;
  const pieces = new Map(), colours = new Map();  // each with the first element that is one
  const add = (seen, one, node) => seen.has(one) || seen.set(one, node);
  const read = (node, path, inside) => {
    const here = `${path}/${name(node)}`;
    if (words(node) || node.matches("input, select, textarea")) add(colours, where + here, node);
    if (node.matches("svg")) {
      if (!inside) add(pieces, `${where}${path}/${drawn(node)}`, node);
      for (const one of node.querySelectorAll("text, tspan")) {
        add(colours, `${where}${here}/${name(one.parentElement)}/${name(one)}`, one);
      }
      return;
    }
    const entire = !inside && node.matches(whole);
    if (!inside) add(pieces, where + (entire ? `${path}/${shape(node)}` : here), node);
    for (const one of node.children) read(one, here, inside || entire);
  };
  read(document.documentElement, "", false);
  const all = (selector) => [...document.querySelectorAll(selector)];
  const levels = all("h1, h2, h3, h4, h5, h6").filter(one => one.checkVisibility()).map(one => one.tagName);
  const page = document.documentElement;
  levels.forEach((level, at) => add(pieces, `${where}${levels[at - 1] ?? "first"} then ${level}`, page));
  const ids = all("[id]").map(one => one.id);
  add(pieces, where + JSON.stringify([
    Boolean(document.title.trim()), document.documentElement.lang, levels.filter(one => one === "H1").length,
    all("header, nav, main, aside, footer, section[aria-label], section[aria-labelledby]")
      .map(one => [one.tagName, one.getAttribute("aria-label")]),
    all("meta[name=viewport], meta[http-equiv]").map(one => [one.name, one.httpEquiv, one.content]),
    all("[accesskey]").map(one => one.accessKey), new Set(ids).size === ids.length,
  ]), page);
  [window.seenPieces, window.seenColours] = [pieces, colours].map(one => [...one.values()]);
  return [[...pieces.keys()], [...colours.keys()]];
}"""

# What is written in a sentence is as high as its line; everything else is for a thumb (WCAG 2.5.8, ours is 44 px).
SMALL = """() => [...document.querySelectorAll("a, button, input:not([type=hidden]), select, summary, textarea")]
  .filter(one => !one.closest("p, li, td, .skip, pre") || one.matches(".button, .choice"))
  .filter(one => !one.matches(".skip"))
  .map(one => one.matches("input[type=checkbox], input[type=radio]") ? one.closest("label") : one)
  .filter(one => one.checkVisibility() && one.getBoundingClientRect().height < 43.5)
  .map(one => one.outerHTML.slice(0, 80))"""
WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
# Asked at once: each question goes through two processes.
REST = f"() => [document.querySelectorAll('h1').length, ({WIDE})(), ({SMALL})()]"


@dataclass
class Seen:
    """The pieces of the pages that axe found nothing on, and the chains of elements whose colours it found right.

    One for all tests of a process: pages of several tests, roles and languages are made of the same pieces.
    """

    every: bool = False
    pieces: set[str] = field(default_factory=set)
    colours: set[str] = field(default_factory=set)
    looks: int = 0

    def knows(self, page):
        """Tell whether the page that is open is made of what was seen."""
        pieces, colours = map(set, page.evaluate(PIECES))
        return pieces <= self.pieces and colours <= self.colours

    def faults(self, page):
        """Return what axe finds on the page that is open, if it can find what it did not find before."""
        pieces, colours = page.evaluate(PIECES)
        new = [at for at, one in enumerate(pieces) if self.every or one not in self.pieces]
        coloured = [at for at, one in enumerate(colours) if self.every or one not in self.colours]
        found = []
        if new or coloured:
            self.looks += 1
            page.evaluate(UNPACK, PACKED)
            page.evaluate(LOAD)
            found += self._look(page, new, coloured)
        if coloured:
            page.emulate_media(color_scheme="dark")
            found += self._look(page, [], coloured)
            page.emulate_media(color_scheme="light")
        if not found:
            self.pieces.update(pieces)
            self.colours.update(colours)
        return found

    def _look(self, page, pieces, colours):
        """Return what axe finds at these pieces and colours, by their places; at all of the page where everything is to be."""
        if not self.every:
            return page.evaluate(AXE, {"pieces": pieces, "colours": colours, "only": COLOURS})
        every = {"rules": {rule: {"enabled": True} for rule in COLOURS}}
        return page.evaluate(WHOLE, every if pieces else {"runOnly": COLOURS})


SEEN = Seen()


def faults(page, route="", seen=SEEN):
    """Return what is wrong with the page that is open, in words; `route`, like "POST /code", is whose it is.

    test_no_page_is_forgotten reads the routes that are named here out of these files.
    """
    found = [] if is_at(page, route) else [f"here is {page.went}, not {route}"]
    found += seen.faults(page)
    headings, too_wide, small = page.evaluate(REST)
    if headings != 1:
        found.append("not one heading")
    if too_wide:
        found.append("wider than the phone")
    return found + [f"small: {one}" for one in small]


def is_at(page, route):
    """Tell whether the page that is open was answered by that route."""
    method, _, path = route.partition(" ")
    return not route or (page.went[0] == method and bool(pattern(path).fullmatch(page.went[1])))


def pattern(path):
    """Return what the addresses of a route match."""
    return re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path)))


def check(page, addresses, refused=()):
    """Look at pages that are there, and at `refused`, which are not or not for whoever asks."""
    wrong = {}
    for address in (*addresses, *refused):
        answer = page.goto(address)
        found = faults(page)
        if answer.ok == (address in refused):
            found.append(f"status {answer.status}")
        if found:
            wrong[address] = found
    assert wrong == {}
