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

const LF = 10;
const VERSION = 2;
const SPACE = 32;
const PHOTO_BYTES_MAX = 2000000;

// Returns the vault with its photos by name: each is a view of what was opened, or what version 1 has in base64.
function read(bytes) {
  const first = new TextDecoder().decode(bytes.subarray(0, 200));
  const version = /^\s*\{\s*"radiokey_vault"\s*:\s*(\d{1,9})\s*[,}]/.exec(first);
  if (!version) throw new Problem("vault-foreign");
  if (Number(version[1]) > VERSION) throw new Problem("vault-newer");
  try {
    return version[1] === "1" ? readText(bytes) : readIndexed(bytes);
  } catch {
    throw new Problem("vault-changed");
  }
}

function readText(bytes) {
  const text = JSON.parse(utf8(bytes));
  const photos = Object.entries(text.photos).map(([name, data]) => [name, decoded(data)]);
  const entries = text.entries.map((one) => ({
    ...one,
    steps: one.steps.map((says) => ({ says, presses: [] })),
    keys: [],
  }));
  return { recipients: text.recipients, entries, photos: new Map(photos) };
}

function readIndexed(bytes) {
  let at = bytes.indexOf(LF) + 1;
  const index = JSON.parse(utf8(bytes.subarray(0, at)));
  const photos = new Map();
  for (const { name, bytes: length } of index.photos) {
    if (!(Number.isInteger(length) && length >= 0 && length <= PHOTO_BYTES_MAX)) throw new Error("length");
    photos.set(name, bytes.subarray(at, at + length));
    at += length;
  }
  const padding = bytes.subarray(at);
  const whole = padding.length > 0 && padding.length <= BLOCK && padding.lastIndexOf(LF) === padding.indexOf(LF);
  if (!whole || padding.indexOf(LF) !== padding.length - 1 || padding.subarray(0, -1).some((one) => one !== SPACE)) {
    throw new Error("padding");
  }
  if (photos.size !== index.photos.length || index.entries.some(({ photo }) => photo && !photos.has(photo))) {
    throw new Error("photos");
  }
  return { recipients: index.recipients, entries: index.entries, photos };
}

function utf8(bytes) {
  return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
}

// A photo of version 1 that is none stays none: the others, and the numbers, are still there.
function decoded(text) {
  try {
    return Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
  } catch {
    return new Uint8Array();
  }
}

// A photo is looked at only now: its name says what it has to be.
async function photoOf(vault, name) {
  const photo = vault.photos.get(name);
  const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", photo));
  const hex = Array.from(sum, (one) => one.toString(16).padStart(2, "0")).join("");
  if (hex !== name) throw new Problem("vault-photo");
  return photo.slice();
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

function written(vault) {
  const used = [...vault.photos].filter(([name]) => vault.entries.some(({ photo }) => photo === name));
  const photos = used.map(([name, photo]) => ({ name, bytes: photo.length }));
  const index = { radiokey_vault: VERSION, recipients: vault.recipients, entries: vault.entries, photos };
  const parts = [new TextEncoder().encode(`${JSON.stringify(index)}\n`), ...used.map(([, photo]) => photo)];
  const length = parts.reduce((sum, part) => sum + part.length, 1);
  const bytes = new Uint8Array(Math.ceil(length / BLOCK) * BLOCK).fill(SPACE);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  bytes[bytes.length - 1] = LF;
  return bytes;
}

function sealed(vault, passphrase, factor) {
  const encrypter = new library.Encrypter();
  encrypter.setPassphrase(passphrase.normalize("NFC"));
  encrypter.setScryptWorkFactor(factor);
  return encrypter.encrypt(written(vault));
}

// The vault that was opened last: its photos stay here until one is asked for.
let open = null;

async function did(told) {
  if (told.library) {
    library = await import(told.library);
    return { ready: true };
  }
  if (told.photo) return { photo: await photoOf(open, told.photo) };
  const empty = { recipients: [], entries: [], photos: new Map() };
  open = told.file ? await opened(told.file, told.passphrase) : empty;
  if (!told.radio) return { entries: open.entries };
  if (open.recipients.length) throw new Problem("vault-keyed");
  return { file: await sealed(merged(open, told.radio), told.passphrase, told.factor) };
}

self.addEventListener("message", async ({ data }) => {
  try {
    self.postMessage(await did(data));
  } catch (error) {
    self.postMessage({ problem: error instanceof Problem ? error.message : "vault" });
  }
});
