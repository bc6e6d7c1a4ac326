// A form that a passkey answers: data-passkey holds what to ask the browser, the answer goes into the field
// `passkey`, and the form is sent as any other. What the site asked for, it checks; nothing is decided here.
const raw = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const written = (bytes) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const known = (list) => (list ?? []).map((one) => ({ ...one, id: raw(one.id) }));

const ask = async (options) => {
  options.challenge = raw(options.challenge);
  if (!options.user) {
    options.allowCredentials = known(options.allowCredentials);
    return navigator.credentials.get({ publicKey: options });
  }
  options.user.id = raw(options.user.id);
  options.excludeCredentials = known(options.excludeCredentials);
  return navigator.credentials.create({ publicKey: options });
};

const PARTS = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
const encoded = (answer) => {
  const parts = PARTS.filter((part) => answer.response[part]).map((part) => [part, written(answer.response[part])]);
  return JSON.stringify({
    id: answer.id, rawId: written(answer.rawId), type: answer.type, response: Object.fromEntries(parts),
  });
};

// What is said stands on the page, in its language: the name of an error leads to it.
const WHY = { NotAllowedError: "notAllowed", InvalidStateError: "invalidState", SecurityError: "security" };

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const says = form.querySelector("[data-says]");
  const button = form.querySelector("button");
  form.querySelector("[data-scripts]").hidden = true;
  const say = (text) => { says.textContent = text; says.hidden = !text; };
  if (!window.PublicKeyCredential) {
    say(says.dataset.noPasskeys);
    button.disabled = true;
    continue;
  }
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    say("");
    button.disabled = true;
    try {
      form.elements.passkey.value = encoded(await ask(JSON.parse(form.dataset.passkey)));
    } catch (error) {
      say(says.dataset[WHY[error.name] ?? "failed"]);
      button.disabled = false;
      return;
    }
    form.submit();
  });
}
