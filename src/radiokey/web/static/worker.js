// Keeps what its site says a phone may keep, and answers with it where there is no network. The line above it, which the
// site adds, names the build. Everything is in one archive, which is put into the cache at once: the whole of it or nothing.
// Nothing that a page says to one person comes into the cache: a countdown does, which its page marks as having no secret.
const CACHE = "radiokey-offline";
const ARCHIVE = "/offline/archive";
const MAIN = '<main id="main">';
// The forms that are answered without a network, and so are read.
const FORMS = ["/start", "/coach", "/waiting"];
let opened = null;
// The code that was typed without a network and its radio: here alone, and gone when the browser ends this worker.
let held = null;

// Fetches the archive of this build, in the language that the site speaks to this browser.
async function keep() {
  const response = await fetch(`/offline/${BUILD}`, { cache: "no-store" });
  if (!response.ok) throw new Error(`the archive: ${response.status}`);
  const text = await response.text();
  const archive = JSON.parse(text);
  if (archive.build !== BUILD) throw new Error("another build");
  const cache = await caches.open(CACHE);
  await cache.put(ARCHIVE, new Response(text, { headers: { "content-type": "application/json" } }));
  opened = archive;
  // A countdown that was kept refers to the scripts of its own build.
  for (const one of await cache.keys()) {
    if (new URL(one.url).pathname === ARCHIVE) continue;
    await cache.delete(one);
    await fetch(one.url).then((page) => keepCountdown(one.url, page)).catch(() => null);
  }
}

async function archive() {
  if (!opened) {
    const kept = await caches.match(ARCHIVE, { cacheName: CACHE });
    opened = kept ? await kept.json() : null;
  }
  return opened;
}

// A file that was kept, put together; nothing where it was not.
function found({ files, frames, pieces }, address) {
  if (!Object.hasOwn(files, address)) return null;
  const [kind, parts, title, number] = files[address];
  const main = parts.map((one) => (typeof one === "number" ? pieces[one] : one)).join("");
  if (title === undefined) return { kind, text: main };
  const [before, between, after] = frames[number];
  const here = address.replaceAll("&", "&amp;");
  return { kind, text: before + title + between + main + after.replace("{here}", () => here) };
}

const answered = ({ kind, text }, status = 200) => new Response(text, { status, headers: { "content-type": kind, "cache-control": "no-store" } });

// The position whose page is kept for this one: `kept_position` of radiokey.web.owner.offline.
function position(text, { alike }) {
  const [step, , , shows = "-", , refusals = "0"] = text.split(".");
  const seen = alike[shows] ?? "-";
  const refused = refusals.startsWith("0") ? refusals : `1${refusals.endsWith("e") ? "e" : ""}`;
  return `${step}.x.-.${seen}.-.${refused}`;
}

function typed(say, { words }) {
  const spelled = say.trim().toUpperCase().replace(/\s+/g, " ");
  return Response.redirect(`/guide/${words[spelled] ?? "what-does-it-show"}`, 303);
}

// What is kept for an address: the page itself, or the one that says the same of any radio.
function page(url, kept) {
  const { pathname, search, searchParams } = url;
  if (pathname === "/coach/keys") return keys(kept);
  if (pathname === "/waiting/begun") return begun(searchParams, kept);
  if (pathname === "/shows") return typed(searchParams.get("say") ?? "", kept);
  const whole = found(kept, pathname + search);
  if (whole) return noted(whole, kept, "kept");
  if (pathname.startsWith("/guide/")) {
    const asked = pathname.slice("/guide/".length);
    const any = found(kept, `/guide/${position(asked, kept)}`);
    const named = !["-", "x", undefined].includes(asked.split(".")[1]);
    return any && noted(any, kept, named ? "any-radio" : "kept");
  }
  const model = searchParams.get("model");
  const less = (model && found(kept, `${pathname}?model=${model}`)) || found(kept, pathname);
  return less && noted(less, kept, "less");
}

// The page with a word on where it comes from. The words stand on the note, in the language of the archive.
function noted({ kind, text }, kept, what) {
  const words = new RegExp(`<template id="${what}">(.*?)</template>`, "s").exec(found(kept, "/offline").text);
  return answered({ kind, text: text.replace(MAIN, () => MAIN + words[1]) });
}

const coachTable = (kept) => JSON.parse(found(kept, `/coach/table/${kept.build}`).text);

// The coach for the code that is held; where there is none, or it is none of this radio's, its form says so.
function keys(kept) {
  const table = coachTable(kept);
  const refusal = held ? refusalOf(table, held) : table.said.gone;
  if (refusal) {
    const { kind, text } = found(kept, "/coach");
    const chosen = `<option value="${held?.model}"`;
    const asked = text.replace("</h1>", () => `</h1>${refusal}`).replace(chosen, `${chosen} selected`);
    return noted({ kind, text: asked }, kept, "kept");
  }
  const { kind, text } = found(kept, `/coach/frame/${kept.build}?model=${held.model}&length=${typedCode(held.code).length}`);
  return noted({ kind, text: pressesPage(text, table, held) }, kept, "kept");
}

// A countdown that began without a network: its address says when, and leads to one of the site's own once there is one.
function begun(said, kept) {
  const page = found(kept, `/waiting/begun?model=${said.get("model")}`);
  if (!page) return null;
  return noted({ kind: page.kind, text: gone(page.text, Date.now() - Number(said.get("at"))) }, kept, "kept");
}

const gone = (text, ms) =>
  text.replace(/data-left="(\d+)"/, (_, left) => `data-left="${Math.max(0, left - ms)}" data-kept="yes"`);

async function keepCountdown(url, response) {
  if (!response.ok || !response.headers.has("radiokey-keeps")) return;
  const cache = await caches.open(CACHE);
  const headers = { "content-type": response.headers.get("content-type"), "kept-at": String(Date.now()) };
  for (const one of await cache.keys()) if (new URL(one.url).pathname !== ARCHIVE) await cache.delete(one);
  await cache.put(url, new Response(await response.clone().text(), { headers }));
}

// A countdown that was kept: what was left then, less what went by since.
async function countdown(request) {
  const kept = await caches.match(request.url, { cacheName: CACHE });
  if (!kept) return null;
  const text = gone(await kept.text(), Date.now() - Number(kept.headers.get("kept-at")));
  return answered({ kind: kept.headers.get("content-type"), text });
}

// What a form leads to that needs no base; nothing where it does.
function sent(pathname, { say, text, car, model = "", code = "", errors = "", refused = "", holds = "", visit }, kept) {
  if (pathname === "/start" && say && !text && !car) return typed(say, kept);
  if (pathname === "/coach" && !visit && (!model || model in coachTable(kept).models)) {
    held = { model, code, errors, refused };
    return Response.redirect("/coach/keys", 303);
  }
  const query = new URLSearchParams({ model, errors, refused, holds, at: Date.now() });
  if (pathname === "/waiting" && begun(query, kept)) return Response.redirect(`/waiting/begun?${query}`, 303);
  return null;
}

async function without(request, form) {
  const kept = await archive();
  const url = new URL(request.url);
  if (!kept) return Response.error();
  if (request.method !== "GET") {
    const said = form ? Object.fromEntries(await form.formData()) : {};
    return sent(url.pathname, said, kept) ?? answered(found(kept, "/offline/sent"), 503);
  }
  if (request.mode !== "navigate") {
    const file = found(kept, url.pathname + url.search);
    return file ? answered(file) : (await countdown(request)) ?? Response.error();
  }
  return (await countdown(request)) ?? page(url, kept) ?? answered(found(kept, "/offline"), 503);
}

async function answer(event) {
  const { request } = event;
  const form = FORMS.includes(new URL(request.url).pathname) && request.method === "POST" ? request.clone() : null;
  let response;
  try {
    response = await fetch(request);
  } catch {
    return without(request, form);
  }
  if (response.headers.has("radiokey-keeps")) event.waitUntil(keepCountdown(request.url, response.clone()));
  // A page that was kept may ask for a file of its own build where the site has a newer one.
  if (response.status === 404 && request.mode !== "navigate" && request.method === "GET") {
    const kept = await archive();
    const url = new URL(request.url);
    const file = kept && found(kept, url.pathname + url.search);
    if (file) return answered(file);
  }
  return response;
}

addEventListener("install", (event) => event.waitUntil(keep().then(() => skipWaiting())));
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("message", (event) => {
  event.waitUntil(
    archive().then((kept) => (kept?.language === event.data.language && kept.build === BUILD ? null : keep())).catch(() => null),
  );
});
addEventListener("fetch", (event) => {
  const { request } = event;
  const own = new URL(request.url).origin === location.origin;
  if (own && (request.method === "GET" || request.mode === "navigate")) event.respondWith(answer(event));
});
