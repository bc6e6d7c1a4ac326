"""The practice radio without a network: its table, replayed by the script of the page, is the head unit."""

import json
from random import Random

import pytest

from radiokey.catalogue.load import load_catalogue
from radiokey.headunit.device import Device
from radiokey.headunit.panel import presses_for
from radiokey.headunit.table import another
from radiokey.language.load import known
from radiokey.web.http.render import Pages, load_static
from radiokey.web.owner.practice_radio import (
    OwnerAction,
    begun_unit,
    design_of,
    openings_of,
    practice_code,
    unit_events,
    unit_state,
)
from radiokey.web.owner.practice_table import practice_table

MODELS = load_catalogue().models
RADIOS = [
    (model.id, way)
    for model in MODELS.values()
    if model.panel is not None
    for way in range(max(1, len(openings_of(model))))
]
PAGES = Pages()
SWITCHES = [(what, key) for what in ("radio", "ignition", "engine", "battery") for key in ("on", "off")]
SKIPS = [("skip", key) for key in ("minute", "ten", "hour")]
REPLAY = """async ([address, table, walks]) => {
  const { Replay } = await import(address);
  const seen = new Map();
  const ways = walks.map((walk) => {
    const radio = new Replay(table);
    return [{ what: "time", ms: 0 }, ...walk].map((one) => {
      radio.do(one);
      const state = JSON.stringify(radio.state);
      if (!seen.has(state)) seen.set(state, seen.size);
      return seen.get(state);
    });
  });
  return [[...seen.keys()].map((one) => JSON.parse(one)), ways];
}"""


class Unit:
    """The real one of a model, and what its page shows of it."""

    def __init__(self, model, way):
        self.design = design_of(MODELS[model], way)
        self.code = practice_code(self.design)
        self.unit = begun_unit(self.design, self.code, Device(bytes(32)))
        self._shown = {}

    def walk(self, walk):
        """Return what is shown at first and after each action."""
        self.unit = begun_unit(self.design, self.code, Device(bytes(32)))
        shown = [self.shown()]
        for one in walk:
            for event in unit_events(OwnerAction(**one)):
                self.unit.handle(event)
            shown.append(self.shown())
        return shown

    def shown(self):
        status = self.unit.status
        seen = (self.unit.screen, status, self.unit.around.supply, self.unit.around)
        if seen not in self._shown:
            state = unit_state(PAGES, self.unit)
            state["display"] = str(state["display"])
            self._shown[seen] = {name: state[name] for name in sorted(state) if name != "clock_ms"}
        return self._shown[seen]


def act(what, key="", ms=0):
    return {"what": what, "key": key, "ms": ms}


def keyed(design, code):
    """Return the presses of a whole code."""
    return [
        act("press", line.key, line.hold_ms + 120)
        for line in presses_for(design.panel, design.shape, code)
        for _ in range(line.times)
    ]


def letters(unit):
    """Return everything that can be done to a radio once: every key held shortly and long, every switch, time."""
    keys = [[act("press", key.id, ms)] for key in unit.design.panel.keys for ms in (0, 120, 3_000, 10_000)]
    return [
        *keys,
        *([act(*one)] for one in (*SWITCHES, *SKIPS)),
        *([act("time", ms=ms)] for ms in (1, 59_999, 60_000)),
        keyed(unit.design, unit.code),
        keyed(unit.design, another(unit.design, unit.code)),
    ]


def all_walks(unit, depth):
    """Return every sequence of letters of that length: its beginnings are the shorter ones."""
    walks = [[]]
    for _ in range(depth):
        walks = [[*walk, *letter] for walk in walks for letter in letters(unit)]
    return walks


def random_walk(unit, random, length):
    """Return a long way: mostly whole entries and switches, so that it comes to where a schedule ends."""
    walk = []
    wrong = another(unit.design, unit.code)
    keys = [key.id for key in unit.design.panel.keys]
    while len(walk) < length:
        what = random.randrange(10)
        if what < 3:
            walk += keyed(unit.design, wrong)
        elif what == 3:
            walk += keyed(unit.design, unit.code)[: random.randrange(1, 12)]
        elif what == 4:
            walk += keyed(unit.design, unit.code) if random.random() < 0.3 else []
        elif what == 5:
            walk += [
                act("press", random.choice(keys), random.choice((0, 150, 2_500, 12_000))) for _ in range(5)
            ]
        elif what == 6:
            walk.append(act("time", ms=random.choice((1, 999, 59_999, 60_000, 61_001, 1_800_000, 3_600_000))))
        elif what == 7:
            walk.append(act(*random.choice(SKIPS)))
        elif what == 8:
            walk += [act(*random.choice(SWITCHES)) for _ in range(3)]
        else:
            walk += [act(what, "on") for what in ("battery", "ignition", "radio", "engine")]
    return walk


def seeded(model, way):
    return Random(f"{model} {way}")  # noqa: S311 - a walk that is the same each time


def replayed(page, model, way, walks):
    """Return what the page's script shows on these ways."""
    address = load_static(known()).address("replay.js")
    table = json.loads(json.dumps(practice_table(PAGES, model, way)))
    seen, ways = page.evaluate(REPLAY, [address, table, walks])
    return [[seen[number] for number in way] for way in ways]


def compared(page, model, way, unit, walks):
    for walk, told in zip(walks, replayed(page, model, way, walks), strict=True):
        for at, (shown, said) in enumerate(zip(unit.walk(walk), told, strict=True)):
            assert said == shown, (model, way, walk[:at])


@pytest.fixture(scope="module")
def script(chromium, site):
    """A page of the site, which may load its scripts."""
    page = chromium.new_page(base_url=site.address)
    page.goto("/practice")
    yield page
    page.close()


@pytest.mark.parametrize(("model", "way"), RADIOS)
def test_the_table_is_the_unit(script, model, way):
    """Everything once, and a long way through everything."""
    unit = Unit(model, way)
    walks = [*all_walks(unit, 1), random_walk(unit, seeded(model, way), 150)]
    compared(script, model, way, unit, walks)


def test_a_wrong_table_is_seen(script):
    """The comparison can fail: one wait that is a second longer."""
    unit = Unit("hyundai_cde", 0)
    table = json.loads(json.dumps(practice_table(PAGES, "hyundai_cde", 0)))
    table["effects"] = [[left and left + 1_000, *rest] for left, *rest in table["effects"]]
    walk = keyed(unit.design, another(unit.design, unit.code))
    seen, [way] = script.evaluate(REPLAY, [load_static(known()).address("replay.js"), table, [walk]])
    assert seen[way[-1]] != unit.walk(walk)[-1]


@pytest.mark.deep
@pytest.mark.parametrize(("model", "way"), RADIOS)
def test_the_table_is_the_unit_wherever_one_goes(script, model, way):
    """Every sequence of two, and of whole entries and switches of four; long ways of chance."""
    unit = Unit(model, way)
    compared(script, model, way, unit, all_walks(unit, 2))
    few = [
        act("radio", "off"),
        act("radio", "on"),
        act("battery", "off"),
        act("battery", "on"),
        act("skip", "hour"),
    ]
    entries = [keyed(unit.design, unit.code), keyed(unit.design, another(unit.design, unit.code))]
    walks = [[]]
    for _ in range(4):
        walks = [[*walk, *letter] for walk in walks for letter in (*([one] for one in few), *entries)]
    compared(script, model, way, unit, walks)
    random = seeded(model, way)
    compared(script, model, way, unit, [random_walk(unit, random, 400) for _ in range(20)])
