// The vault's pages, and the coach's: a file and a passphrase go to the worker and nowhere else; no field here has a
// name to be sent by.
const vault = document.getElementById("vault");
const says = document.getElementById("says");
const start = document.getElementById("start");
const shown = document.getElementById("shown");
const saved = document.getElementById("saved");
let answered = () => {};
let worker = null;

function ask(told) {
  return new Promise((resolve) => {
    answered = resolve;
    worker.postMessage(told);
  });
}

function sentence(problem) {
  return (document.getElementById(problem) || document.getElementById("vault-other")).textContent;
}

function line(tag, text, kind) {
  const made = document.createElement(tag);
  made.textContent = text;
  if (kind) made.className = kind;
  return made;
}

function button(text, kind, press) {
  const made = line("button", text, kind);
  made.type = "button";
  made.addEventListener("click", () => press(made));
  return made;
}

function filled(text, words) {
  return text.replace(/\{(\w+)\}/g, (_, name) => words[name]);
}

function shape(tag, attributes, text) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

// What stands on a key that is pressed in this step: how often, until what, or that it is held.
function badge(press, words) {
  if (press.hold_ms) return words.hold;
  return press.until === null ? `${press.times}\u00d7` : `\u2192${press.until}`;
}

// What stands on a key in lines: it breaks after a blank or a stroke, never within a word.
function labelLines(label, line) {
  const pieces = label.match(/[^\s/]+\/?\s*|\/\s*/g) ?? [label];
  const longest = Math.max(line, ...pieces.map((piece) => piece.trimEnd().length));
  const lines = [""];
  for (const piece of pieces) {
    if (lines.at(-1) && (lines.at(-1) + piece).trimEnd().length > longest) lines.push("");
    lines[lines.length - 1] += piece;
  }
  return lines;
}

// What is printed on a key, as large as it fits.
function label(text, x, y, name, { cell, letter, largest, line }) {
  const lines = labelLines(text, line);
  const longest = Math.max(1, ...lines.map((one) => one.trimEnd().length));
  const across = (cell[0] - 8) / (letter * longest);
  const down = (cell[1] - 8) / (1.1 * lines.length);
  const size = Math.max(1, Math.min(largest, Math.floor(across), Math.floor(down)));
  const first = y + size / 3 - (lines.length - 1) * size * 0.55;
  const made = shape("text", { class: name, "font-size": size, "text-anchor": "middle" });
  made.append(...lines.map((one, at) => shape("tspan", { x, y: Math.floor(first + at * size * 1.1 + 0.5) }, one)));
  return made;
}

// The panel as the coach draws it (web/draw/panel.py): the same keys in the same places.
function panel(keys, step) {
  const drawn = JSON.parse(shown.dataset.panel);
  const { cell, gap, padding, words } = drawn;
  const [wide, high] = cell;
  const most = (place) => Math.max(...keys.map((key) => key.at[place])) + 1;
  const width = most(0) * (wide + gap) - gap + 2 * padding;
  const height = most(1) * (high + gap) - gap + 2 * padding;
  const svg = shape("svg", { class: "panel", role: "img", viewBox: `0 0 ${width} ${height}` });
  const presses = new Map(step.presses.map((press) => [press.key, press]));
  svg.append(shape("title", {}, step.says), shape("rect", { class: "face", width, height, rx: 16 }));
  for (const key of keys) {
    const press = presses.get(key.id);
    const x = padding + key.at[0] * (wide + gap);
    const y = padding + key.at[1] * (high + gap);
    const middle = [x + Math.floor(wide / 2), y + Math.floor(high / 2)];
    const kind = press ? "key next" : "key";
    if (key.control === "knob") {
      svg.append(shape("circle", { class: kind, cx: middle[0], cy: middle[1], r: Math.floor(high / 2) - 2 }));
    } else {
      svg.append(shape("rect", { class: kind, x, y, width: wide, height: high, rx: 10 }));
      if (key.control === "rocker") {
        svg.append(shape("path", { class: "split", d: `M${x + 14} ${y + 8}H${x + wide - 14}` }));
      }
    }
    svg.append(label(key.label, ...middle, press ? "label next" : "label", drawn));
    if (!press) continue;
    svg.append(shape("rect", { class: "badge", x: x + wide - 40, y: y - 10, width: 50, height: 28, rx: 14 }));
    const at = { x: x + wide - 15, y: y + 10, "font-size": 18, "text-anchor": "middle" };
    svg.append(shape("text", { class: "badge-text", ...at }, badge(press, words)));
  }
  return svg;
}

// The steps one after the other, as the coach shows them; a vault of version 1 has sentences only.
function coach(one) {
  const { words } = JSON.parse(shown.dataset.panel);
  const place = document.createElement("section");
  place.className = "presses";
  const show = (at) => {
    const step = one.steps[at];
    place.replaceChildren(line("p", filled(words.step, { at: at + 1, all: one.steps.length }), "quiet"));
    const says = line("h3", step.says);
    says.tabIndex = -1;
    place.append(says);
    if (one.keys.length) place.append(panel(one.keys, step));
    const next = at + 1 < one.steps.length;
    if (next) place.append(button(words.next, "button", () => show(at + 1).focus()));
    if (!next) place.append(line("p", words.done));
    if (at > 0) place.append(button(words.back, "button second", () => show(at - 1).focus()));
    return says;
  };
  if (one.steps.length) show(0);
  return place;
}

// The photo of the sticker, checked by the worker, as an address that holds it: nothing is asked of a server.
async function photo(name, place) {
  const { words } = JSON.parse(shown.dataset.panel);
  const answer = await ask({ photo: name });
  if (answer.problem) return place.replaceWith(line("p", sentence(answer.problem)));
  const reader = new FileReader();
  reader.addEventListener("load", () => {
    const picture = document.createElement("img");
    picture.alt = words.photo;
    picture.className = "sticker";
    picture.src = reader.result;
    place.replaceWith(picture);
  });
  reader.readAsDataURL(new Blob([answer.photo], { type: "image/jpeg" }));
}

// One radio: its number and what else the page asks for; what is secret only after a press.
function radio(one) {
  const { words } = JSON.parse(shown.dataset.panel);
  const card = document.createElement("section");
  card.className = "card";
  card.append(line("h2", one.serial, "wide"));
  for (const [name, label] of Object.entries(JSON.parse(shown.dataset.fields))) {
    if (one[name]) card.append(line("p", `${label}: ${one[name]}`));
  }
  if (one.photo) card.append(button(words.look, "button second", (pressed) => photo(one.photo, pressed)));
  const secret = one[shown.dataset.secret];
  if (!secret) {
    card.append(line("p", shown.dataset.none, "quiet"));
  } else {
    const shows = button(shown.dataset.show, "button second", () => {
      shows.replaceWith(line("p", secret, "wide secret"), coach(one));
    });
    card.append(shows);
  }
  return card;
}

async function run() {
  const file = document.getElementById("file").files[0];
  const passphrase = document.getElementById("passphrase").value;
  const again = document.getElementById("again");
  const told = { passphrase, file: file ? new Uint8Array(await file.arrayBuffer()) : null };
  if (again) {
    const least = Number(vault.dataset.least);
    if (!file && [...passphrase].length < least) return sentence("vault-short");
    if (!file && passphrase !== again.value) return sentence("vault-twice");
    told.radio = { ...JSON.parse(vault.dataset.radio), car: document.getElementById("car").value };
    told.factor = Number(vault.dataset.factor);
  } else if (!file) {
    return sentence("vault-file");
  }
  says.textContent = sentence("vault-works");
  const answer = await ask(told);
  if (answer.problem) return sentence(answer.problem);
  if (again) {
    saved.href = URL.createObjectURL(new Blob([answer.file], { type: "application/octet-stream" }));
    saved.hidden = false;
    return sentence("vault-kept");
  }
  shown.replaceChildren(...answer.entries.map(radio));
  return sentence("vault-opened");
}

start.addEventListener("click", async () => {
  start.disabled = true;
  says.textContent = await run();
  start.disabled = false;
});

// All that is needed is fetched now: opening works without a network afterwards.
async function begin() {
  worker = new Worker(vault.dataset.worker, { type: "module" });
  worker.addEventListener("message", ({ data }) => answered(data));
  worker.addEventListener("error", () => answered({ problem: "vault" }));
  const answer = await ask({ library: vault.dataset.library });
  start.disabled = Boolean(answer.problem);
  says.textContent = answer.problem ? sentence("vault-other") : "";
}

// Where the vault lies folded in a page, nothing of it is fetched before somebody unfolds it.
const fold = vault.closest("details");
if (fold && !fold.open) fold.addEventListener("toggle", begin, { once: true });
else begin();
