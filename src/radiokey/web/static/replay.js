// Replays a practice radio from its table (docs/spec/practice-table.md). It looks up what an input leads to, and adds up
// time and counts; every rule of the lock and of the keys is in the table, which was found by asking a real head unit.
const ASKS = 1;
const RUNS = 2;
const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;

export class Replay {
  constructor(table) {
    this.table = table;
    this.node = 0;
    this.left = this.saved = table.left;
    this.errors = 0;
    this.begin();
  }

  begin() {
    this.shown = this.table.keying.begin;
    this.cursor = 0;
  }

  // What a hand did, as the page sends it to its site.
  do({ what, key = "", ms = 0 }) {
    if (what === "press") {
      this.passes(ms);
      this.press(key, Math.min(ms, this.table.held_max));
    } else if (what === "skip") this.passes(this.table.skips[key]);
    else if (what === "time") this.passes(ms);
    else this.input(`${what} ${key}`);
  }

  passes(ms) {
    if (!(this.table.nodes[this.node][1] & RUNS)) return;
    this.left -= ms;
    if (this.left <= 0) this.input("over");
    else if (this.saved - this.left >= this.table.checkpoint) this.saved = this.left;
  }

  press(key, ms) {
    const { keys, rules, opens, whole } = this.table.keying;
    const held = keys[key]?.findLast(([least]) => least <= ms);
    const rule = rules[held?.[1][this.cursor]];
    if (!(this.table.nodes[this.node][1] & ASKS) || !rule) return;
    const [from, to, values, cursor, begins, confirms] = rule;
    if (to > from) {
      const value = values[this.shown.slice(from, to)];
      if (value === undefined) return;
      this.shown = this.shown.slice(0, from) + value + this.shown.slice(to);
    }
    this.cursor = cursor;
    if (!confirms) {
      if (begins) this.input("keyed");
    } else if (whole.includes(this.shown.replace(/[^-]/g, "x"))) this.input(this.shown === opens ? "right" : "wrong");
  }

  input(name) {
    const { inputs, nodes, effects, errors_max: most } = this.table;
    const moves = nodes[this.node];
    const input = inputs.indexOf(name);
    for (let at = 2; at < moves.length; at += 3) {
      if (moves[at] !== input) continue;
      const [left, restores, errors, drops] = effects[moves[at + 2]];
      if (left !== null) this.left = this.saved = left;
      if (restores) this.left = this.saved;
      if (errors !== null) this.errors = errors && Math.min(this.errors + errors, most);
      if (drops) this.begin();
      this.node = moves[at + 1];
      return;
    }
  }

  // What the page shows now, as the site would say it.
  get state() {
    const { nodes, looks, says } = this.table;
    const [text, lit, said, sound, battery, ignition, engine, radio, over] = looks[nodes[this.node][0]];
    const filled = text
      .replace("{entry}", this.shown)
      .replace("{errors}", this.errors)
      .replace("{wait}", clock(Math.ceil(this.left / 1000)));
    return {
      display: drawDisplay(this.table.display, filled, lit),
      says: says[said]
        .replaceAll("{entry}", this.shown)
        .replaceAll("{errors}", this.errors)
        .replaceAll("{left}", clock(Math.floor(this.left / 1000))),
      sound,
      again_ms: nodes[this.node][1] & RUNS ? this.left : null,
      pressed: { battery, ignition, engine, radio },
      over,
    };
  }
}
