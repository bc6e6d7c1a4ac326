// The vault's pages: a file and a passphrase go to the worker and nowhere else; no field here has a name to be sent by.
const vault = document.getElementById("vault");
const says = document.getElementById("says");
const start = document.getElementById("start");
const shown = document.getElementById("shown");
const saved = document.getElementById("saved");
const worker = new Worker(vault.dataset.worker, { type: "module" });
let answered = () => {};

worker.addEventListener("message", ({ data }) => answered(data));
worker.addEventListener("error", () => answered({ problem: "vault" }));

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

// One radio: its number and what else the page asks for; what is secret only after a press.
function radio(one) {
  const card = document.createElement("section");
  card.className = "card";
  card.append(line("h2", one.serial, "wide"));
  for (const [name, label] of Object.entries(JSON.parse(shown.dataset.fields))) {
    if (one[name]) card.append(line("p", `${label}: ${one[name]}`));
  }
  const secret = one[shown.dataset.secret];
  if (!secret) {
    card.append(line("p", shown.dataset.none, "quiet"));
    return card;
  }
  const button = line("button", shown.dataset.show, "button second");
  button.type = "button";
  button.addEventListener("click", () => {
    const steps = document.createElement("ol");
    steps.className = "road";
    steps.append(...(one.steps || []).map((step) => line("li", step)));
    button.replaceWith(line("p", secret, "wide secret"), steps);
  });
  card.append(button);
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
  shown.replaceChildren(...answer.vault.entries.map(radio));
  return sentence("vault-opened");
}

start.addEventListener("click", async () => {
  start.disabled = true;
  says.textContent = await run();
  start.disabled = false;
});

// All that is needed is fetched now: opening works without a network afterwards.
ask({ library: vault.dataset.library }).then((answer) => {
  start.disabled = Boolean(answer.problem);
  says.textContent = answer.problem ? sentence("vault-other") : "";
});
