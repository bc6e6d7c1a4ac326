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

const WHY = {
  NotAllowedError: "No passkey answered: it was called off, took too long, or none of this site is here. Try again.",
  InvalidStateError: "This device has a passkey of yours here already. Use another device, or sign in with it.",
  SecurityError: "A passkey works only at the site's own address. Look at the address above and open that one.",
};

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const says = form.querySelector("[data-says]");
  const button = form.querySelector("button");
  form.querySelector("[data-scripts]").hidden = true;
  const say = (text) => { says.textContent = text; says.hidden = !text; };
  if (!window.PublicKeyCredential) {
    say("This browser, or this address, knows no passkeys. Open the site by https in a newer browser.");
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
      say(WHY[error.name] ?? "The browser could not ask for a passkey. Open the page again.");
      button.disabled = false;
      return;
    }
    form.submit();
  });
}
