// Reads the label on this phone. A worker looks at the picture; the site is sent the texts of barcodes, and of print where
// its owner has that read here too (print.js), and says which of them is the number. The picture itself is sent by its
// owner alone, with the form's own button.
const box = document.getElementById("photo");
const form = document.getElementById("photo-form");
const file = document.getElementById("file");
const start = document.getElementById("camera");
const live = document.getElementById("live");
const video = document.getElementById("view");
const torch = document.getElementById("torch");
const says = document.getElementById("photo-says");
const found = document.getElementById("found");
const FRAME_MAX = 1280;
const PHOTO_MAX = 2000;
const PAUSE = 120;
const MARGIN = 0.6;
// What is said here, in the language of the page.
const WORDS = JSON.parse(box.dataset.words);
const ON = box.dataset.on;
let worker = null;
const waiting = new Map();
const asked = new Map();
let stream = null;
let turn = 0;
let chosen = null;

const sentence = (text) => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
const say = (text) => {
  if (says.textContent !== text) says.textContent = text;
};

// Nothing of this is loaded before a photo is wanted.
async function workshop() {
  if (worker) return worker;
  const answer = await fetch(box.dataset.wasm);
  if (!answer.ok) throw new Error(box.dataset.wasm);
  const wasm = await answer.arrayBuffer();
  worker = new Worker(box.dataset.worker);
  worker.onmessage = ({ data }) => {
    waiting.get(data.id)?.(data);
    waiting.delete(data.id);
  };
  worker.onerror = () => {
    for (const [id, done] of waiting) done({ id, failure: "stopped" });
    waiting.clear();
    worker = null;
  };
  worker.postMessage({ script: box.dataset.script, wasm }, [wasm]);
  return worker;
}

// Return what stands on a picture; it is moved to the worker, not copied.
async function look(picture, thorough) {
  const to = await workshop();
  const id = (turn += 1);
  const answer = await new Promise((done) => {
    waiting.set(id, done);
    const { width, height } = picture;
    to.postMessage({ id, width, height, thorough, pixels: picture.data.buffer }, [picture.data.buffer]);
  });
  if (answer.failure) throw new Error(answer.failure);
  return answer;
}

// Draw a picture, or the part of it that is asked for, on a canvas of its own, no longer than `most`.
function drawn(source, width, height, most, part = [0, 0, width, height]) {
  const [x, y, w, h] = part;
  const scale = Math.min(1, most / Math.max(w, h));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(w * scale));
  canvas.height = Math.max(1, Math.round(h * scale));
  canvas.getContext("2d", { willReadFrequently: true }).drawImage(source, x, y, w, h, 0, 0, canvas.width, canvas.height);
  return canvas;
}

const pixels = (canvas) => canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);

// Ask the site what texts mean.
async function meaning(marks) {
  const answer = await fetch(box.dataset.marks, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ ...known(), ...marks }),
  });
  return answer.json();
}

// Those of barcodes that are no number are asked about once, as long as the camera sees them.
async function meaningOf({ codes, width, height }) {
  const key = JSON.stringify(codes.map((one) => one.text).sort());
  if (asked.has(key)) return asked.get(key);
  const told = await meaning({ codes, width, height });
  if (!told.candidates?.length) asked.set(key, told);
  return told;
}

const known = () => ({ make: box.dataset.make, car: box.dataset.car, model: box.dataset.model });

// --- the answer ---------------------------------------------------------------------------------------------------

const made = (name, text = "", kind = "") => {
  const one = document.createElement(name);
  if (text) one.textContent = text;
  if (kind) one.className = kind;
  return one;
};

function numbered(candidate) {
  const line = made("p", "", "number");
  const doubts = new Set(candidate.look_again.map((one) => one.at));
  [...candidate.serial].forEach((sign, at) => line.append(doubts.has(at) ? made("mark", sign) : sign));
  return line;
}

// Show where a number stands, with room around it.
function crop(canvas, quad) {
  const xs = quad.map((corner) => corner[0]);
  const ys = quad.map((corner) => corner[1]);
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  const [wide, tall] = [Math.max(...xs) - left, Math.max(...ys) - top];
  const room = MARGIN * Math.max(Math.min(wide, tall), wide / 6, 24);
  const x = Math.max(0, left - room);
  const y = Math.max(0, top - room);
  const part = [x, y, Math.min(canvas.width - x, wide + 2 * room), Math.min(canvas.height - y, tall + 2 * room)];
  const shown = drawn(canvas, canvas.width, canvas.height, FRAME_MAX, part);
  shown.className = "crop";
  shown.setAttribute("role", "img");
  shown.setAttribute("aria-label", WORDS.place);
  return shown;
}

function show(canvas, answer) {
  stop();
  found.replaceChildren(made("h2", WORDS.this));
  for (const candidate of answer.candidates) {
    const card = made("div", "", "card");
    if (canvas) card.append(crop(canvas, candidate.quad));
    card.append(numbered(candidate));
    for (const one of candidate.look_again) card.append(made("p", one.said));
    const yes = made("button", WORDS.yes, "button");
    yes.type = "button";
    yes.addEventListener("click", () => goOn(candidate));
    card.append(yes);
    found.append(card);
  }
  const no = made("button", WORDS.no, "button second");
  no.type = "button";
  no.addEventListener("click", () => {
    found.hidden = true;
    say(`${WORDS.closer} ${ON}`);
    (start.hidden ? file : start).focus();
  });
  found.append(no);
  found.hidden = false;
  say("");
  found.querySelector("button").focus();
}

// The number goes the way of one that was typed.
function goOn(candidate) {
  const typed = document.getElementById("typed");
  typed.elements.text.value = candidate.text;
  typed.requestSubmit();
}

// --- a file -------------------------------------------------------------------------------------------------------

async function readFile() {
  const [photo] = file.files;
  if (!photo) return;
  stop();
  found.hidden = true;
  chosen = null;
  say(WORDS.reading);
  let canvas;
  try {
    const picture = await createImageBitmap(photo, { imageOrientation: "from-image" });
    canvas = drawn(picture, picture.width, picture.height, PHOTO_MAX);
    picture.close();
    chosen = { photo, canvas, codes: [] };
  } catch {
    // HEIC, in most browsers: only the site can read it.
    say(box.dataset.unopened);
    return;
  }
  try {
    const { codes } = await look(pixels(canvas), true);
    chosen.codes = codes;
    const answer = codes.length ? await meaning({ codes, width: canvas.width, height: canvas.height }) : { candidates: [] };
    if (answer.candidates?.length) show(canvas, answer);
    else say(`${answer.said ? `${answer.said}. ` : `${WORDS.none} `}${ON}`);
  } catch {
    say(`${WORDS.unloaded} ${ON}`);
  }
}

// Sent to the site because its owner pressed the button for that; where this fails, the form is sent as without a script.
async function letSiteRead(event) {
  const [photo] = file.files;
  if (!photo) return;
  event.preventDefault();
  stop();
  found.hidden = true;
  say(WORDS.site);
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      headers: { accept: "application/json" },
      body: new FormData(form),
    });
    const read = await answer.json();
    if (read.problem) {
      say(`${sentence(read.problem)} ${sentence(read.hint)}`);
    } else if (!read.candidates.length) {
      say(`${read.said}. ${WORDS.again}`);
    } else {
      show(await fitted(photo, read), read);
    }
  } catch {
    form.submit();
  }
}

// Draw the photo as large as the site saw it; nothing where this browser cannot open it.
async function fitted(photo, { width, height }) {
  try {
    const picture = await createImageBitmap(photo, { imageOrientation: "from-image" });
    const canvas = document.createElement("canvas");
    canvas.width = width;
    canvas.height = height;
    canvas.getContext("2d").drawImage(picture, 0, 0, width, height);
    return canvas;
  } catch {
    return null;
  }
}

// --- the camera ---------------------------------------------------------------------------------------------------

async function begin() {
  found.hidden = true;
  say(WORDS.asking);
  try {
    stream = await navigator.mediaDevices.getUserMedia({
      audio: false,
      video: { facingMode: "environment", width: { ideal: 1920 }, height: { ideal: 1080 } },
    });
  } catch (refused) {
    say(refused.name === "NotAllowedError"
      ? WORDS.forbidden
      : WORDS.missing);
    file.focus();
    return;
  }
  const [track] = stream.getVideoTracks();
  torch.hidden = !track.getCapabilities?.().torch;
  torch.setAttribute("aria-pressed", "false");
  video.srcObject = stream;
  live.hidden = false;
  start.hidden = true;
  live.scrollIntoView({ block: "nearest" });
  await video.play();
  watch(stream);
}

function stop() {
  for (const track of stream?.getTracks() ?? []) track.stop();
  stream = null;
  video.srcObject = null;
  live.hidden = true;
  start.hidden = !navigator.mediaDevices?.getUserMedia;
}

async function watch(mine) {
  while (stream === mine) {
    const { videoWidth: width, videoHeight: height } = video;
    if (width) {
      const canvas = drawn(video, width, height, FRAME_MAX);
      try {
        const seen = await look(pixels(canvas), false);
        if (stream !== mine) return;
        say(WORDS[seen.advice] ?? "");
        if (seen.codes.length) {
          const answer = await meaningOf({ codes: seen.codes, width: canvas.width, height: canvas.height });
          if (stream !== mine) return;
          if (answer.candidates?.length) {
            show(canvas, answer);
            return;
          }
          if (answer.said) say(`${answer.said}.`);
        }
      } catch {
        stop();
        say(`${WORDS.unloaded} ${ON}`);
        return;
      }
    }
    await new Promise((done) => setTimeout(done, PAUSE));
  }
}

torch.addEventListener("click", async () => {
  const on = torch.getAttribute("aria-pressed") !== "true";
  try {
    await stream.getVideoTracks()[0].applyConstraints({ advanced: [{ torch: on }] });
    torch.setAttribute("aria-pressed", String(on));
  } catch {
    torch.hidden = true;
  }
});
document.getElementById("stop").addEventListener("click", () => {
  stop();
  say("");
  start.focus();
});
start.addEventListener("click", begin);
file.addEventListener("change", readFile);
form.addEventListener("submit", letSiteRead);
if (box.dataset.print) {
  const { offer } = await import(box.dataset.print);
  // What was chosen before this script ran, or cannot be opened here, has no picture.
  offer({ box, file, say, show, stop, meaning, pixels, found, made, readFile, picture: () => chosen, on: ON, again: WORDS.again });
}
document.addEventListener("visibilitychange", () => {
  if (document.hidden && stream) stop();
});
start.hidden = !navigator.mediaDevices?.getUserMedia;
