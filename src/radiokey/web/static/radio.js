// Fingers and eyes of a radio's page, and the ears at its plug: it sends what was done and draws the answer. It decides nothing.
// Where there is no network, a table of the same radio answers (replay.js), and what was done is sent later.
const radio = document.getElementById("radio");
const display = document.getElementById("display");
const says = document.getElementById("says");
const aloud = document.getElementById("aloud");
const glance = document.getElementById("glance");
const hand = document.getElementById("hand");
const traffic = document.getElementById("traffic");
const heard = document.getElementById("heard");
const ROWS_MAX = 500;
const RETRY_MS = 4000;
const { table, replay } = radio.dataset;
let image = radio.dataset.image;
let queue = [];
let sending = false;
// What was done to this radio since it was new, as far as its table knows it: without a network the table shows it.
let done = table ? [] : null;
let aside = null;
let retry = 0;
let timer = 0;
let spoken = says.textContent.replace(/\d+:\d\d/, "");
let asked = performance.now();

function does(one) {
  queue.push(one);
  if (one.what === "plug") done = null;
  else done?.push(one);
  flush();
}

// What was not sent waits, and goes out before anything that comes after it.
async function flush() {
  if (sending || queue.length === 0) return;
  sending = true;
  const did = queue.slice(0, 64);
  const plug = did.at(-1).what === "plug" && heard ? heard : says;
  try {
    const answer = await fetch(radio.dataset.did, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ image, did }),
    });
    const shown = await answer.json();
    queue = queue.slice(did.length);
    draw(shown, plug);
    sending = false;
    flush();
  } catch {
    await goOn();
    sending = false;
  }
}

// Without a network the radio goes on by its table, where the phone has it.
async function goOn() {
  try {
    if (!done) throw new Error("what was done is not in the table");
    if (!aside) {
      const [{ Replay }, answer] = await Promise.all([import(replay), fetch(table)]);
      if (!answer.ok) throw new Error("the table is not here");
      aside = { radio: new Replay(await answer.json()), at: 0 };
    }
    while (aside.at < done.length) aside.radio.do(done[aside.at++]);
    draw(aside.radio.state, says);
    clearTimeout(retry);
    retry = setTimeout(flush, RETRY_MS);
  } catch {
    queue = queue.filter((one) => one.what !== "plug" && one.what !== "time");
    says.textContent = says.dataset.offline;
    speak();
  }
}


function draw(shown, voice) {
  if (shown.problem) {
    voice.textContent = `${shown.problem}. ${shown.hint}.`;
    speak();
    return;
  }
  image = shown.image ?? image;
  for (const field of document.querySelectorAll("input[name=image]")) field.value = image;
  if (display.innerHTML !== shown.display) display.innerHTML = shown.display;
  if (says.innerHTML !== shown.says) says.innerHTML = shown.says;
  speak();
  for (const button of hand.querySelectorAll("[aria-pressed]")) {
    const on = shown.pressed[button.dataset.what];
    button.setAttribute("aria-pressed", String(on));
    if (button.name) button.value = `${button.dataset.what} ${on ? "off" : "on"}`;
  }
  if (traffic && shown.rows !== undefined) hear(shown);
  listen(shown.again_ms);
}

// What the radio says is said aloud when it is something else, and not with each second of a wait.
function speak() {
  if (glance) glance.textContent = says.textContent;
  const still = says.textContent.replace(/\d+:\d\d/, "");
  if (still === spoken) return;
  spoken = still;
  aloud.textContent = says.textContent;
}

// The newest stands first. Only what our own tester was answered is said aloud; the rest is there to be read.
function hear(shown) {
  if (shown.session !== undefined) document.getElementById("session").textContent = shown.session;
  if (shown.rows) traffic.insertAdjacentHTML("afterbegin", shown.rows);
  while (traffic.children.length > ROWS_MAX) traffic.lastElementChild.remove();
  if (shown.heard) heard.textContent = shown.heard;
  if (shown.missed) {
    const missed = document.getElementById("missed");
    missed.hidden = false;
    const count = String(Number(missed.dataset.count ?? 0) + shown.missed);
    missed.textContent = missed.dataset.says.replace("{n}", count);
    missed.dataset.count = count;
  }
}

// Real time passes too: ask again when the server said that something changes, and now and then before that.
// A served unit has a time of its own, and says by itself what is new.
function listen(again) {
  clearTimeout(timer);
  asked = performance.now();
  if (!again || radio.dataset.stream) return;
  timer = setTimeout(() => {
    does({ what: "time", ms: Math.round(performance.now() - asked) });
  }, Math.min(again + 30, 1000));
}

function press(key, ms) {
  does({ what: "press", key, ms: Math.min(Math.round(ms), 60000) });
}

for (const button of document.querySelectorAll("#keys button")) {
  let since = 0;
  let held = 0;
  const release = () => {
    clearTimeout(held);
    since = 0;
    button.classList.remove("down", "held");
  };
  const down = () => {
    if (since) return;
    since = performance.now();
    button.classList.add("down");
    const hold = Number(button.dataset.hold);
    if (hold) held = setTimeout(() => button.classList.add("held"), hold);
  };
  const up = () => {
    if (since) press(button.dataset.key, performance.now() - since);
    release();
  };
  button.addEventListener("pointerdown", (event) => {
    button.setPointerCapture(event.pointerId);
    down();
  });
  button.addEventListener("pointerup", up);
  button.addEventListener("pointercancel", release);
  button.addEventListener("contextmenu", (event) => event.preventDefault());
  button.addEventListener("click", (event) => event.preventDefault());
  button.addEventListener("keydown", (event) => {
    if (event.key === " " || event.key === "Enter") {
      event.preventDefault();
      down();
    }
  });
  button.addEventListener("keyup", (event) => {
    if (event.key === " " || event.key === "Enter") up();
  });
}

for (const button of hand.querySelectorAll("button")) {
  button.addEventListener("click", (event) => {
    event.preventDefault();
    const on = button.getAttribute("aria-pressed") !== "true";
    const { what, key } = button.dataset;
    does(what === "skip" ? { what, key } : { what, key: on ? "on" : "off" });
  });
}

// The tester: each of its buttons is a form's, and works as one where this does not run.
for (const button of document.querySelectorAll("#plug button[name=did]")) {
  button.addEventListener("click", (event) => {
    event.preventDefault();
    const typed = button.closest("form.typing")?.elements.namedItem("typed").value ?? "";
    does({ what: "plug", key: button.value.split(" ")[1], typed });
  });
}

if (radio.dataset.stream) {
  const stream = new EventSource(radio.dataset.stream);
  stream.addEventListener("shown", (event) => draw(JSON.parse(event.data), says));
}

listen(Number(radio.dataset.again) || 0);
