// Lets the phone keep what works without a network, in the language of the page; a phone that saves data keeps nothing.
// It begins once the page has nothing else to do: what is kept is 300 KB to fetch and 3 MB to read.
const workers = navigator.serviceWorker;
const idle = globalThis.requestIdleCallback ?? ((then) => setTimeout(then, 1000));
function keep() {
  workers.register("/worker.js").catch(() => null);
  workers.ready.then(({ active }) => active.postMessage({ language: document.documentElement.lang }));
}
if (workers && !navigator.connection?.saveData) {
  if (document.readyState === "complete") idle(keep);
  else addEventListener("load", () => idle(keep));
}

// A page that waits for a network goes on by itself. Not every phone tells when there is one again, so it is asked for.
const RETRY_MS = 4000;
async function retry() {
  try {
    await fetch(location.href, { method: "HEAD" });
    location.reload();
  } catch {
    setTimeout(retry, RETRY_MS);
  }
}
if (document.getElementById("waits") && location.pathname !== "/offline") setTimeout(retry, RETRY_MS);
