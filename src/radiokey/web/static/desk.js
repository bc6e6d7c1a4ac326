// Keys for the desk. j and k go from row to row, Enter opens the one that has the focus, / goes to the search,
// a, r and m go to the button or the field of an act, which Enter then presses: no single key decides anything.
const shown = document.querySelector("#keys");
const NAME = "radiokey-keys";

const kept = () => {
  try { return localStorage.getItem(NAME); } catch { return null; }
};
const keep = (value) => {
  try { localStorage.setItem(NAME, value); } catch { /* a browser that keeps nothing begins anew */ }
};
let on = kept() !== "off";

const button = shown.querySelector("[data-keys-off]");
const says = { on: button.dataset.on, off: button.textContent };
const label = () => {
  button.textContent = on ? says.off : says.on;
};
label();
button.addEventListener("click", () => {
  on = !on;
  keep(on ? "on" : "off");
  label();
});

const step = (by) => {
  const rows = [...document.querySelectorAll("[data-row]")];
  const at = rows.indexOf(document.activeElement);
  const to = at < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(Math.max(at + by, 0), rows.length - 1);
  rows[to]?.focus();
};
const act = (key) => {
  const form = document.querySelector(`form[data-key="${key}"]`);
  const fold = form?.closest("details");
  if (fold) fold.open = true;
  const first = form?.querySelector(key === "a" ? "button" : "textarea, input:not([type=hidden])");
  first?.scrollIntoView({ block: "center" });
  first?.focus();
};

// On a phone the ways about are one row: where one is, is seen.
const ways = document.querySelector("header nav");
const here = ways?.querySelector("[aria-current]");
if (here) ways.scrollLeft = here.offsetLeft - (ways.clientWidth - here.offsetWidth) / 2;

document.addEventListener("keydown", (event) => {
  const typing = event.target.matches("input:not([type=checkbox], [type=radio]), textarea, select");
  if (event.ctrlKey || event.metaKey || event.altKey || typing) return;
  if (event.key === "?") {
    shown.hidden = !shown.hidden;
    if (!shown.hidden) shown.scrollIntoView({ block: "nearest" });
  } else if (!on) {
    return;
  } else if (event.key === "j" || event.key === "k") {
    step(event.key === "j" ? 1 : -1);
  } else if (event.key === "/" && document.querySelector("#number")) {
    document.querySelector("#number").focus();
  } else if (["a", "r", "m"].includes(event.key)) {
    act(event.key);
  } else {
    return;
  }
  event.preventDefault();
});
