// Opens and writes a vault (docs/spec/vault.md) beside the page: to stretch a passphrase takes seconds. It asks
// nobody: what it is told stays here.
const BLOCK = 4096;
const PART = 65536;
const TAG = 16;
const FACTOR_MAX = 20;
const FIRST = "age-encryption.org/v1\n";
const ARMOR = "-----BEGIN AGE";

class Problem extends Error {}

let library = null;

// What the head says before anything is tried: where it ends.
function look(bytes) {
  const text = new TextDecoder("latin1").decode(bytes.subarray(0, BLOCK));
  if (!text.startsWith(FIRST)) {
    if (/^age-encryption\.org\/v\d+\n/.test(text)) throw new Problem("vault-newer");
    throw new Problem(FIRST.startsWith(text) ? "vault-cut" : "vault-foreign");
  }
  const mac = text.indexOf("\n--- ");
  const end = mac < 0 ? -1 : text.indexOf("\n", mac + 1);
  if (end < 0) throw new Problem(bytes.length < BLOCK ? "vault-cut" : "vault-changed");
  const stanza = /\n-> scrypt \S+ ([1-9]\d*)\n/.exec(text.slice(0, mac + 1));
  if (!stanza) throw new Problem(text.includes("\n-> scrypt ") ? "vault-changed" : "vault-keyed");
  if (Number(stanza[1]) > FACTOR_MAX) throw new Problem("vault-cost");
  return end + 1;
}

// What a file is that does not open although its passphrase fits: no whole file has another length.
function damage(length, head) {
  const behind = length - head - TAG;
  const parts = Math.floor(behind / (PART + TAG));
  const rest = behind % (PART + TAG);
  const plain = parts * PART + rest - (rest ? TAG : 0);
  return behind > TAG && plain % BLOCK === 0 ? "vault-changed" : "vault-cut";
}

function binary(file) {
  const text = new TextDecoder("latin1").decode(file.subarray(0, 200)).trimStart();
  if (!text.startsWith(ARMOR)) return file;
  try {
    return library.armor.decode(new TextDecoder("latin1").decode(file).trim());
  } catch {
    throw new Problem("vault-changed");
  }
}

async function opened(file, passphrase) {
  const sealed = binary(file);
  const head = look(sealed);
  let failed = "";
  for (const spelling of new Set([passphrase.normalize("NFC"), passphrase])) {
    const decrypter = new library.Decrypter();
    decrypter.addPassphrase(spelling);
    try {
      return read(await decrypter.decrypt(sealed));
    } catch (error) {
      if (error instanceof Problem) throw error;
      failed = String(error.message);
      if (!failed.includes("no identity matched")) throw new Problem(damage(sealed.length, head));
    }
  }
  throw new Problem("vault-passphrase");
}

function read(bytes) {
  const text = new TextDecoder().decode(bytes);
  const version = /^\s*\{\s*"radiokey_vault"\s*:\s*(\d+)\s*[,}]/.exec(text);
  if (!version) throw new Problem("vault-foreign");
  if (version[1] !== "1") throw new Problem("vault-newer");
  try {
    return JSON.parse(text);
  } catch {
    throw new Problem("vault-changed");
  }
}

function same(one, other) {
  const key = (number) => number.replace(/[^0-9A-Za-z]/g, "").toUpperCase();
  return key(one.serial) === key(other.serial);
}

// What is there stays where nothing newer is said.
function merged(vault, radio) {
  const old = vault.entries.find((one) => same(one, radio));
  const said = Object.entries(radio).filter(([, value]) => value && value.length !== 0);
  const kept = { ...radio, ...old, ...Object.fromEntries(said) };
  return { ...vault, entries: [...vault.entries.filter((one) => one !== old), kept] };
}

async function sealed(vault, passphrase, factor) {
  const bytes = new TextEncoder().encode(JSON.stringify(vault));
  const padded = new Uint8Array(Math.ceil((bytes.length + 1) / BLOCK) * BLOCK).fill(32);
  padded.set(bytes);
  padded[padded.length - 1] = 10;
  const encrypter = new library.Encrypter();
  encrypter.setPassphrase(passphrase.normalize("NFC"));
  encrypter.setScryptWorkFactor(factor);
  return encrypter.encrypt(padded);
}

async function did(told) {
  if (told.library) {
    library = await import(told.library);
    return { ready: true };
  }
  const empty = { radiokey_vault: 1, recipients: [], entries: [], photos: {} };
  const vault = told.file ? await opened(told.file, told.passphrase) : empty;
  if (!told.radio) return { vault };
  if (vault.recipients.length) throw new Problem("vault-keyed");
  return { file: await sealed(merged(vault, told.radio), told.passphrase, told.factor) };
}

self.addEventListener("message", async ({ data }) => {
  try {
    self.postMessage(await did(data));
  } catch (error) {
    self.postMessage({ problem: error instanceof Problem ? error.message : "vault" });
  }
});
