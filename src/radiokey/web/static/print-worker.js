// Reads the print on a picture: what radiokey.label.ocr does, by the same two networks. It has no way to send anything
// anywhere but to the page that started it: the policy it comes with allows no connection at all, and all it needs is
// handed to it. What the lines mean is said elsewhere.
const PRINTED = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789abcdefghijklmnopqrstuvwxyz-/.,:;*+()#&=|'_<>%!? ";
const FIRST_SIDE = 640;
const SECOND_SIDE = 960;
const CLOSER_SIDE = 960;
const TEXT_HEIGHT = 22;
const HEIGHT = 48;
const WIDTH_MAX = 1440;
const LINES_MAX = 28;
const VOTERS = 8;
const SCORE_MIN = Math.fround(0.3);
const BOX_MIN = 0.5;
const UNCLIP = 1.7;
const FEW = 3;
const NEAR_FEW = 0.85;
const TALL_ENOUGH = 12;
const NEAR = 0.55;
const OTHER_LEAST = 0.02;
let library = null;
let pixels = null;
let networks = null;
let seen = null;

const sum = (values) => values.reduce((all, one) => all + one, 0);
const half = (sorted) => sorted[Math.floor(sorted.length / 2)];

// --- the networks ---------------------------------------------------------------------------------------------------

// The characters that a network knows stand behind this word in its file (ONNX, metadata_props).
function charactersOf(model) {
  const key = new TextEncoder().encode("character");
  let at = model.length - key.length;
  for (; at >= 0; at -= 1) if (model[at + key.length] === 0x12 && key.every((byte, by) => model[at + by] === byte)) break;
  if (at < 0) throw new Error("the network says no characters");
  at += key.length + 1;
  let [length, bits] = [0, 0];
  for (; model[at] & 0x80; at += 1, bits += 7) length |= (model[at] & 0x7f) << bits;
  length |= model[at] << bits;
  const text = new TextDecoder().decode(model.subarray(at + 1, at + 1 + length));
  const lines = text.split(/\r\n|[\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]/);
  if (lines.at(-1) === "") lines.pop();
  return ["", ...lines, " "];
}

async function prepare({ library: address, pixels: other, runtime, detector, reader }) {
  library = await import(address);
  pixels = await import(other);
  library.env.wasm.numThreads = 1;
  library.env.wasm.wasmBinary = runtime;
  library.env.logLevel = "error";
  const places = new Map(charactersOf(new Uint8Array(reader)).map((character, at) => [character, at]));
  const characters = ["", ...[...PRINTED].filter((character) => places.has(character))];
  const load = (model) => library.InferenceSession.create(new Uint8Array(model), {
    executionProviders: ["wasm"], enableCpuMemArena: false, graphOptimizationLevel: "all",
  });
  networks = {
    detector: await load(detector),
    reader: await load(reader),
    characters,
    columns: characters.map((character) => places.get(character)),
  };
}

async function run(network, data, shape) {
  const input = new library.Tensor("float32", data, shape);
  const out = (await network.run({ [network.inputNames[0]]: input }))[network.outputNames[0]];
  return { data: out.data, dims: out.dims };
}

const SHADES = Float32Array.from({ length: 256 }, (_, shade) => (Math.fround(Math.fround(shade / 255) - 0.5)) / 0.5);

// Put a picture into the planes of blue, green and red that a network takes.
function fill(blob, offset, picture, width) {
  const { channels, data } = picture;
  const plane = picture.height * width;
  for (let row = 0, at = 0; row < picture.height; row += 1) {
    for (let column = 0; column < picture.width; column += 1, at += channels) {
      const to = offset + row * width + column;
      blob[to] = SHADES[data[at + (channels === 1 ? 0 : 2)]];
      blob[to + plane] = SHADES[data[at + (channels === 1 ? 0 : 1)]];
      blob[to + 2 * plane] = SHADES[data[at]];
    }
  }
}

async function findBoxes(picture, side) {
  const { width, height } = picture;
  const scale = Math.min(1, side / Math.max(width, height));
  const [w, h] = [width, height].map((length) => Math.max(32, pixels.round((length * scale) / 32) * 32));
  const blob = new Float32Array(3 * w * h);
  fill(blob, 0, pixels.resized(picture, w, h), w);
  const { data } = await run(networks.detector, blob, [1, 3, h, w]);
  const boxes = [];
  for (const { points, warmth } of pixels.regions(data, w, h, SCORE_MIN)) {
    const box = pixels.leastRectangle(points);
    const [long, tall] = pixels.sides(box);
    if (Math.min(long, tall) < 3 || warmth < BOX_MIN) continue;
    const wide = pixels.lengthwise(pixels.widened(box, (long * tall * UNCLIP) / (2 * (long + tall))));
    boxes.push(wide.map(([x, y]) => [(x * width) / w, (y * height) / h]));
  }
  return boxes;
}

// What stands on each crop, in their order; those that are about as wide go through together.
async function read(crops) {
  const found = crops.map(() => []);
  const order = crops.map((_, at) => at).sort((one, other) => crops[one].width - crops[other].width);
  for (let at = 0; at < order.length;) {
    let last = at + 1;
    const widest = crops[order[at]].width;
    while (last < order.length && last - at < 8 && crops[order[last]].width <= widest * 1.4) last += 1;
    const batch = order.slice(at, last);
    const width = crops[batch.at(-1)].width;
    const blob = new Float32Array(batch.length * 3 * HEIGHT * width);
    batch.forEach((one, place) => fill(blob, place * 3 * HEIGHT * width, crops[one], width));
    const { data, dims: [, steps, known] } = await run(networks.reader, blob, [batch.length, 3, HEIGHT, width]);
    batch.forEach((one, place) => {
      found[one] = signs(data, place * steps * known, steps, known);
    });
    at = last;
  }
  return found;
}

// The characters of one line: runs of the same best one, without the blank of the network.
function signs(data, offset, steps, known) {
  const { columns, characters } = networks;
  const rows = Array.from({ length: steps }, (_, step) => {
    const row = columns.map((column) => data[offset + step * known + column]);
    const all = Math.max(sum(row), 1e-6);
    return row.map((score) => score / all);
  });
  const best = rows.map((row) => row.indexOf(Math.max(...row)));
  const out = [];
  for (let at = 0; at < steps;) {
    let last = at + 1;
    while (last < steps && best[last] === best[at]) last += 1;
    if (best[at]) out.push(sign(rows.slice(at, last), best[at], characters));
    at = last;
  }
  return out;
}

const rounded = (score) => Number(Math.min(1, score).toFixed(4));

// A character; its capital and its small form count as one, so as not to doubt each other.
function sign(rows, best, characters) {
  let peak = rows[0];
  for (const row of rows) if (row[best] > peak[best]) peak = row;
  const text = characters[best];
  const scores = new Map();
  characters.forEach((character, at) => {
    if (!character.trim()) return;
    const key = character.toUpperCase();
    scores.set(key, (scores.get(key) ?? 0) + peak[at]);
  });
  const score = scores.get(text.toUpperCase()) ?? peak[best];
  scores.delete(text.toUpperCase());
  let [other, next] = ["", -1];
  for (const [character, value] of scores) if (value > next) [other, next] = [character, value];
  if (next < OTHER_LEAST) return { text, score: rounded(score) };
  return { text, score: rounded(score), other, other_score: rounded(next) };
}

// --- lines ----------------------------------------------------------------------------------------------------------

function crop(picture, box) {
  const [long, tall] = pixels.sides(box);
  const scale = HEIGHT / Math.max(tall, 1);
  const width = Math.trunc(Math.min(WIDTH_MAX, Math.max(HEIGHT / 2, pixels.round(long * scale))));
  return pixels.seenThrough(picture, pixels.homography(width, HEIGHT, box), width, HEIGHT, scale);
}

function onItsHead({ width, height, channels, data }) {
  const out = new Uint8Array(data.length);
  for (let at = 0, from = data.length - channels; from >= 0; at += channels, from -= channels) {
    for (let channel = 0; channel < channels; channel += 1) out[at + channel] = data[from + channel];
  }
  return { width, height, channels, data: out };
}

const weight = (line) => sum(line.map(({ text, score }) => (/^[\p{L}\p{N}]+$/u.test(text) ? Math.max(0, score - 0.6) : 0)));
const isClearly = (instead, line) => weight(instead) > 2 * weight(line) + 0.5
  && sum(instead.map(({ score }) => score)) > 0.85 * instead.length;
const quad = (box) => box.map((point) => point.map((value) => Math.round(value * 10) / 10));
const wrapped = (degrees) => ((((degrees + 180) % 360) + 360) % 360) - 180;
const long = (box) => pixels.sides(box)[0];
const area = (box) => pixels.sides(box)[0] * pixels.sides(box)[1];

// Boxes that run alike, read the right way up: the longest are read both ways, and vote.
async function readGroup(picture, boxes) {
  const longest = [...boxes].sort((one, other) => long(other) - long(one))[0];
  const degrees = pixels.degreesOf(longest);
  const lines = boxes.map((box) => pixels.along(box, degrees)).sort((one, other) => long(other) - long(one)).slice(0, LINES_MAX);
  const voters = lines.slice(0, VOTERS);
  const there = voters.map((box) => crop(picture, box));
  const both = await read([...there, ...there.map(onItsHead)]);
  const [forward, backward] = [both.slice(0, there.length), both.slice(there.length)];
  const turned = sum(backward.map(weight)) > sum(forward.map(weight));
  const [right, wrong] = turned ? [backward, forward] : [forward, backward];
  const behind = await read(lines.slice(VOTERS).map((box) => crop(picture, turned ? pixels.turnedOver(box) : box)));
  const [own, others] = [[], []];
  lines.forEach((box, at) => {
    const said = at < right.length ? right[at] : behind[at - right.length];
    const instead = wrong[at] ?? [];
    if (isClearly(instead, said)) others.push({ signs: instead, quad: quad(turned ? box : pixels.turnedOver(box)) });
    else if (said.length) own.push({ signs: said, quad: quad(turned ? pixels.turnedOver(box) : box) });
  });
  const upright = turned ? degrees + 180 : degrees;
  return [[own, upright], [others, upright + 180]].filter(([found]) => found.length).map(([found, turn]) => ({
    lines: found, degrees: wrapped(turn), size: sum(found.map((line) => area(line.quad))),
  }));
}

async function readAll(picture, boxes) {
  const found = [];
  for (const alike of pixels.groups(boxes).slice(0, 3)) found.push(...(await readGroup(picture, alike)));
  return found.sort((one, other) => other.size - one.size);
}

// The lines on a photo; a small part that holds them all is looked at again, larger.
async function findPrint(picture) {
  const boxes = await findBoxes(picture, FIRST_SIDE);
  if (!boxes.length) return findBoxes(pixels.stronger(pixels.grey(picture)), SECOND_SIDE);
  const whole = Math.max(picture.width, picture.height);
  const tall = (half(boxes.map((box) => pixels.sides(box)[1]).sort((one, other) => one - other)) * FIRST_SIDE) / whole;
  if (boxes.length > FEW && tall >= TALL_ENOUGH) return boxes;
  const [xs, ys] = [0, 1].map((axis) => boxes.flat().map((point) => point[axis]));
  const [lowX, lowY, highX, highY] = [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
  const few = boxes.length <= FEW;
  const room = few ? 0 : 0.25 * Math.max(highX - lowX, highY - lowY);
  const [left, top] = [lowX, lowY].map((value) => Math.max(0, Math.trunc(value - room)));
  const right = Math.min(picture.width, Math.trunc(highX + room));
  const bottom = Math.min(picture.height, Math.trunc(highY + room));
  const [width, height] = [right - left, bottom - top];
  if (Math.max(width, height) > (few ? NEAR_FEW : NEAR) * whole || Math.min(width, height) < HEIGHT) return boxes;
  const part = pixels.cut(picture, left, top, right, bottom);
  const scale = Math.max(1, Math.min(3, FIRST_SIDE / Math.max(width, height)));
  const nearer = (await findBoxes(scale > 1 ? pixels.scaled(part, scale) : part, FIRST_SIDE))
    .map((box) => box.map(([x, y]) => [x / scale + left, y / scale + top]));
  return nearer.length >= boxes.length ? nearer : boxes;
}

// What was missed, in a picture of more contrast and larger, comes first.
async function lookCloser() {
  const known = seen.groups.flatMap((group) => group.lines.map((line) => line.quad));
  const boxes = await findBoxes(pixels.stronger(pixels.grey(seen.picture)), CLOSER_SIDE);
  const missed = boxes.filter((box) => !known.some((one) => pixels.contains(one, pixels.middle(box))));
  seen.groups = [...(await readAll(seen.picture, missed)), ...seen.groups];
}

// The sticker, or what is around a line of it, turned upright, raised in contrast, found and read anew.
async function readAgain(around) {
  let [group] = seen.groups;
  if (around) {
    const off = (one) => pixels.apart(one.degrees, pixels.degreesOf(around));
    group = seen.groups.reduce((best, one) => (off(one) < off(best) ? one : best));
  }
  const boxes = around ? [around] : group.lines.map((line) => line.quad);
  const turned = pixels.moved(boxes.flat(), pixels.spin(-group.degrees));
  const tall = half(boxes.map((box) => pixels.sides(box)[1]).sort((one, other) => one - other));
  const [xs, ys] = [0, 1].map((axis) => turned.map((point) => point[axis]));
  const [left, top] = [Math.min(...xs) - tall * 1.5, Math.min(...ys) - tall * 1.5];
  const size = [Math.ceil(Math.max(...xs) + tall * 1.5 - left), Math.ceil(Math.max(...ys) + tall * 1.5 - top)];
  const scale = Math.min(2, Math.max((TEXT_HEIGHT * 2) / Math.max(tall, 1), 0.2), 1800 / Math.max(...size));
  const [width, height] = size.map((length) => Math.max(32, Math.trunc(length * scale)));
  const matrix = pixels.times(pixels.spin(group.degrees), pixels.shift(left, top), pixels.stretch(1 / scale, 1 / scale));
  const picture = pixels.stronger(pixels.grey(pixels.seenThrough(seen.picture, matrix, width, height, scale)));
  const fits = (box) => pixels.apartEitherWay(pixels.degreesOf(box), 0) <= 2 * pixels.ALIKE_DEGREES || pixels.isShort(box);
  const found = (await findBoxes(picture, SECOND_SIDE)).filter(fits).map((box) => pixels.along(box, 0));
  const kept = found.sort((one, other) => area(other) - area(one)).slice(0, LINES_MAX);
  const lines = await read(kept.map((box) => crop(picture, box)));
  return kept.map((box, at) => ({ signs: lines[at], quad: quad(pixels.moved(quad(box), matrix)) })).filter((line) => line.signs.length);
}

async function did(told) {
  if (told.runtime) {
    await prepare(told);
    return {};
  }
  if (told.step === "second") return { second: seen.groups.length ? await readAgain(told.around) : [] };
  if (told.step === "closer") {
    await lookCloser();
  } else {
    const picture = pixels.coloured({ width: told.width, height: told.height, data: new Uint8ClampedArray(told.pixels) });
    seen = { picture, groups: [] };
    seen.groups = await readAll(picture, await findPrint(picture));
  }
  return { first: seen.groups.flatMap((group) => group.lines), degrees: seen.groups.map((group) => group.degrees) };
}

onmessage = async ({ data: told }) => {
  try {
    postMessage({ id: told.id, ...(await did(told)) });
  } catch (error) {
    postMessage({ id: told.id, failure: String(error) });
  }
};
