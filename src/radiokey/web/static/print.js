// Reads the print of a chosen photo on this phone, if its owner loads what that takes: asked for first, kept for next time.
// A worker gets the bytes and reads; the site is sent the lines as text, and says which of them is the number.
const KEPT = "radiokey-print";
const PARTS = ["runtime", "detector", "reader"];
const BODY_MAX = 60_000;
const LINES_MAX = 128;
const element = (id) => document.getElementById(id);
let page = null;
let words = {};
let worker = null;
let answered = () => {};

// --- what it takes --------------------------------------------------------------------------------------------------

const addresses = () => PARTS.map((part) => page.box.dataset[part]);
const drawer = async () => (globalThis.caches ? caches.open(KEPT) : null);

async function isKept() {
  const kept = await drawer();
  if (!kept) return false;
  return (await Promise.all(addresses().map((address) => kept.match(address)))).every(Boolean);
}

// Return the bytes of a part; `came` is told how many came at once.
async function fetched(address, came) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(address);
  const parts = [];
  for (const stream = answer.body.getReader(); ;) {
    const { done, value } = await stream.read();
    if (done) break;
    parts.push(value);
    came(value.length);
  }
  return new Blob(parts);
}

async function all(came) {
  const kept = await drawer();
  // What an older page kept is of no use any more.
  for (const old of (await kept?.keys()) ?? []) if (!addresses().includes(new URL(old.url).pathname)) await kept.delete(old);
  const blobs = [];
  for (const address of addresses()) {
    const known = await (await kept?.match(address))?.blob();
    const blob = known ?? (await fetched(address, came));
    if (known) came(known.size);
    else await kept?.put(address, new Response(blob)).catch(() => {}); // a phone without room reads all the same
    blobs.push(blob);
  }
  return blobs;
}

const unpacked = (blob) => new Response(blob.stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();

function ask(told, moved = []) {
  return new Promise((done, failed) => {
    answered = (answer) => (answer.failure ? failed(new Error(answer.failure)) : done(answer));
    worker.postMessage(told, moved);
  });
}

async function begin(came) {
  if (worker) return;
  const [runtime, detector, reader] = await all(came);
  const bytes = [await unpacked(runtime), await detector.arrayBuffer(), await reader.arrayBuffer()];
  worker = new Worker(page.box.dataset.printWorker, { type: "module" });
  worker.onmessage = ({ data }) => answered(data);
  worker.onerror = () => answered({ failure: "stopped" });
  try {
    const { library, printPixels: pixels } = page.box.dataset;
    await ask({ library, pixels, runtime: bytes[0], detector: bytes[1], reader: bytes[2] }, bytes);
  } catch (error) {
    worker.terminate();
    worker = null;
    throw error;
  }
}

// --- a photo --------------------------------------------------------------------------------------------------------

const tall = ({ quad: [[ax, ay], , , [dx, dy]] }) => Math.hypot(dx - ax, dy - ay);

// The largest print, no more than the site takes at once.
function fitting(marks) {
  const cut = (lines, most) => [...lines].sort((one, other) => tall(other) - tall(one)).slice(0, most);
  let most = LINES_MAX;
  const trimmed = () => ({ ...marks, first: cut(marks.first, most), second: cut(marks.second, most) });
  while (most > 8 && JSON.stringify(trimmed()).length > BODY_MAX) most = Math.floor(most / 2);
  return marks.first.length + marks.second.length > most ? trimmed() : marks;
}

// What is printed, as the site judges it: looked at closer where nothing was found, and again where it is not sure.
async function judged({ canvas, codes }) {
  const { width, height } = canvas;
  const { data } = page.pixels(canvas);
  const marks = { width, height, codes, first: [], second: [] };
  marks.first = (await ask({ step: "first", width, height, pixels: data.buffer }, [data.buffer])).first;
  let answer = await told(marks);
  if (answer && !answer.problem && !answer.telling) {
    marks.first = (await ask({ step: "closer" })).first;
    answer = await told(marks);
  }
  if (answer && !answer.problem && !answer.sure && marks.first.length) {
    marks.second = (await ask({ step: "second", around: answer.around })).second;
    answer = await told(marks);
  }
  return { marks, answer };
}

// What the site says; nothing where it cannot be reached.
async function told(marks) {
  if (navigator.onLine === false) return null;
  try {
    return await page.meaning(fitting(marks));
  } catch {
    return null;
  }
}

// Without a connection the lines are shown as they were read: which of them is the number, the site says later.
function showLines(canvas, marks) {
  const list = page.made("ul", "", "plain");
  for (const line of marks.first) list.append(page.made("li", line.signs.map((sign) => sign.text).join(""), "wide"));
  const again = page.made("button", words.find, "button");
  again.type = "button";
  again.addEventListener("click", async () => {
    const answer = await told(marks);
    if (answer) tell(canvas, marks, answer);
    else page.say(words.still_offline);
  });
  page.found.replaceChildren(
    page.made("h2", words.printed), list,
    page.made("p", words.offline), again,
  );
  page.found.hidden = false;
  page.say("");
  again.focus();
}

function tell(canvas, marks, answer) {
  if (!answer) showLines(canvas, marks);
  else if (answer.problem) page.say(`${answer.problem}. ${answer.hint}.`);
  else if (answer.candidates.length) page.show(canvas, answer);
  else page.say(`${answer.said}. ${page.again}`);
}

async function readPrint() {
  const chosen = page.picture();
  if (!chosen) {
    if (page.file.files.length) {
      await page.readFile();
      return;
    }
    page.say(words.first);
    page.file.focus();
    return;
  }
  element("load-print").hidden = true;
  page.stop();
  page.found.hidden = true;
  const bar = element("loaded");
  try {
    if (!worker) {
      page.say(words.loading);
      bar.value = 0;
      bar.hidden = false;
      await begin((bytes) => {
        bar.value += bytes;
      });
    }
  } catch {
    page.say(`${words.unprinted} ${page.on}`);
    return;
  } finally {
    bar.hidden = true;
  }
  page.say(words.printing);
  try {
    const { marks, answer } = await judged(chosen);
    tell(chosen.canvas, marks, answer);
  } catch {
    page.say(`${words.unread} ${page.on}`);
  }
}

// The page says what it can do: ask the site, show a number, draw.
export function offer(given) {
  page = given;
  words = JSON.parse(page.box.dataset.printWords);
  element("print").hidden = !(globalThis.WebAssembly && globalThis.DecompressionStream);
  element("read-print").addEventListener("click", async () => {
    if (!page.picture() || worker || (await isKept())) {
      await readPrint();
      return;
    }
    element("load-print").hidden = false;
    element("load").focus();
  });
  element("load").addEventListener("click", readPrint);
  element("not-now").addEventListener("click", () => {
    element("load-print").hidden = true;
    element("read-print").focus();
  });
}
