// Keeps what its site says a phone may keep, and answers with it where there is no network. The line above it, which the
// site adds, names the build. Everything is in one archive, which is put into the cache at once: the whole of it or nothing.
// Nothing that a page says to one person comes into the cache: a countdown does, which its page marks as having no secret.
const CACHE = "radiokey-offline";
const ARCHIVE = "/offline/archive";
const MAIN = '<main id="main">';
let opened = null;

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
function found({ files, frames }, address) {
  if (!Object.hasOwn(files, address)) return null;
  const [kind, main, title, number] = files[address];
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
  const gone = Date.now() - Number(kept.headers.get("kept-at"));
  const text = (await kept.text()).replace(
    /data-left="(\d+)"/,
    (_, left) => `data-left="${Math.max(0, left - gone)}" data-kept="yes"`,
  );
  return answered({ kind: kept.headers.get("content-type"), text });
}

async function without(request, form) {
  const kept = await archive();
  const url = new URL(request.url);
  if (!kept) return Response.error();
  if (request.method !== "GET") {
    const said = url.pathname === "/start" && form ? await form.formData() : null;
    if (said && said.get("say") && !said.get("text") && !said.get("car")) return typed(said.get("say"), kept);
    return answered(found(kept, "/offline/sent"), 503);
  }
  if (request.mode !== "navigate") {
    const file = found(kept, url.pathname + url.search);
    return file ? answered(file) : (await countdown(request)) ?? Response.error();
  }
  return (await countdown(request)) ?? page(url, kept) ?? answered(found(kept, "/offline"), 503);
}

async function answer(event) {
  const { request } = event;
  const form = new URL(request.url).pathname === "/start" ? request.clone() : null;
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
