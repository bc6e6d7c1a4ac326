// The practice radio's fingers and eyes: it sends what was done and draws the answer. It decides nothing.
const radio = document.getElementById("radio");
const display = document.getElementById("display");
const says = document.getElementById("says");
const hand = document.getElementById("hand");
let image = radio.dataset.image;
let queue = [];
let sending = false;
let timer = 0;
let asked = performance.now();

async function flush() {
  if (sending || queue.length === 0) return;
  sending = true;
  const did = queue.splice(0, 64);
  try {
    const answer = await fetch(radio.dataset.did, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ image, did }),
    });
    draw(await answer.json());
  } catch {
    says.textContent = "No connection. The radio waits for you; try again.";
  }
  sending = false;
  flush();
}

function draw(shown) {
  if (shown.problem) {
    says.textContent = `${shown.problem}. ${shown.hint}.`;
    return;
  }
  image = shown.image;
  display.innerHTML = shown.display;
  says.innerHTML = shown.says;
  for (const button of hand.querySelectorAll("[aria-pressed]")) {
    button.setAttribute("aria-pressed", String(shown.pressed[button.dataset.what]));
  }
  listen(shown.again_ms);
}

// Real time passes too: ask again when the server said that something changes, and now and then before that.
function listen(again) {
  clearTimeout(timer);
  asked = performance.now();
  if (!again) return;
  timer = setTimeout(() => {
    queue.push({ what: "time", ms: Math.round(performance.now() - asked) });
    flush();
  }, Math.min(again + 30, 1000));
}

function press(key, ms) {
  queue.push({ what: "press", key, ms: Math.min(Math.round(ms), 60000) });
  flush();
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
  button.addEventListener("click", () => {
    const on = button.getAttribute("aria-pressed") !== "true";
    const { what, key } = button.dataset;
    if (what === "skip") queue.push({ what, key });
    else if (what === "supply") queue.push({ what: on ? "supply" : "cut" });
    else queue.push({ what, key: on ? "on" : "off" });
    flush();
  });
}

listen(Number(radio.dataset.again) || 0);
