// Looks at one picture after the other: which barcodes stand on it, and what would make a better one. It has no way
// to send anything anywhere but to the page that started it: the policy it comes with allows no connection at all.
const STRIPS = ["Codabar", "Code128", "Code39Std", "Code93", "EAN13", "ITF"];
const MATRICES = ["DataMatrix", "PDF417", "QRCode"];
const NAMES = {
  Codabar: "Codabar", Code128: "Code 128", Code39: "Code 39", Code39Std: "Code 39", Code93: "Code 93", EAN13: "EAN-13",
  ITF: "Interleaved 2 of 5", DataMatrix: "Data Matrix", PDF417: "PDF417", QRCode: "QR Code",
};
const GRID = 160;
const EDGE = 60;
const DIM = 45;
const BLINDING = 250;
const GLARE = 0.06;
const LEAST = 0.02;
const NARROW = 0.5;
const ASKEW = 12;
const ALIGNED = 0.25;
const DIRECTIONS = 2;
const CELL = 24;
const COHERENT = 0.75;
const STRONG = 400;
const SPREAD = 6;
const STRAIGHT = 4;
const STRIP = 18;
const MATRIX_MAX = 1200;
let ready = null;

function prepare({ script, wasm }) {
  importScripts(script);
  return ZXingWASM.prepareZXingModule({ overrides: { wasmBinary: wasm }, fireImmediately: true });
}

const point = ({ x, y }) => [x, y];

async function read(picture, formats) {
  const seen = await ZXingWASM.readBarcodes(picture, {
    formats, tryHarder: true, tryRotate: true, tryDownscale: true, tryInvert: false, textMode: "Plain",
    binarizer: "LocalAverage", eanAddOnSymbol: "Ignore", maxNumberOfSymbols: 12, returnErrors: false,
  });
  return seen.filter((one) => one.isValid && one.text && NAMES[one.format]).map(({ format, text, position: at }) => ({
    symbology: NAMES[format],
    text: text.slice(0, 500),
    quad: [at.topLeft, at.topRight, at.bottomRight, at.bottomLeft].map(point),
  }));
}

// Strips of light bars on dark are found in the inverted picture alone.
function inverted({ width, height, data }) {
  const turned = new Uint8ClampedArray(data.length);
  for (let at = 0; at < data.length; at += 4) {
    turned[at] = 255 - data[at];
    turned[at + 1] = 255 - data[at + 1];
    turned[at + 2] = 255 - data[at + 2];
    turned[at + 3] = 255;
  }
  return new ImageData(turned, width, height);
}

// A strip of Interleaved 2 of 5 that is seen askew comes back in pieces.
const isWhole = ({ symbology, text }) => symbology !== NAMES.ITF || text.length === STRIP;

// Which ways bars may run, in degrees clockwise, the likeliest first: where the picture changes much, and all in one
// direction (the structure tensor of each cell). Those that run along the rows or down the columns are read anyway.
function directions({ width, height, data }) {
  const light = (x, y) => {
    const at = 4 * (y * width + x);
    return 0.299 * data[at] + 0.587 * data[at + 1] + 0.114 * data[at + 2];
  };
  const votes = new Float64Array(180);
  for (let top = 1; top + CELL < height; top += CELL) {
    for (let left = 1; left + CELL < width; left += CELL) {
      let [xx, yy, xy] = [0, 0, 0];
      for (let y = top; y < top + CELL; y += 2) {
        for (let x = left; x < left + CELL; x += 2) {
          const across = light(x + 1, y) - light(x - 1, y);
          const down = light(x, y + 1) - light(x, y - 1);
          xx += across * across;
          yy += down * down;
          xy += across * down;
        }
      }
      const energy = xx + yy;
      const aligned = Math.hypot(xx - yy, 2 * xy);
      if (energy < STRONG * (CELL * CELL) / 4 || aligned < COHERENT * energy) continue;
      const degrees = (Math.atan2(2 * xy, xx - yy) * 90) / Math.PI;
      votes[(Math.round(degrees) + 180) % 180] += 1;
    }
  }
  const found = [];
  for (let round = 0; round < DIRECTIONS; round += 1) {
    let [best, most, mean] = [0, 0, 0];
    for (let at = 0; at < 180; at += 1) {
      let [all, lean] = [0, 0];
      for (let by = -SPREAD; by <= SPREAD; by += 1) {
        all += votes[(at + by + 180) % 180];
        lean += by * votes[(at + by + 180) % 180];
      }
      if (all > most) [best, most, mean] = [at, all, lean / all];
    }
    if (!most) break;
    for (let by = -2 * SPREAD; by <= 2 * SPREAD; by += 1) votes[(best + by + 180) % 180] = 0;
    const off = (best + mean) % 90;
    if (Math.min(off, 90 - off) > STRAIGHT) found.push(best + mean);
  }
  return found;
}

function canvasOf(picture) {
  const canvas = new OffscreenCanvas(picture.width, picture.height);
  canvas.getContext("2d").putImageData(picture, 0, 0);
  return canvas;
}

// The picture turned, so that what runs in a direction lies along the rows; and the way back for a point.
function turned(picture, degrees) {
  const [cosine, sine] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  const wide = Math.ceil(Math.abs(picture.width * cosine) + Math.abs(picture.height * sine));
  const tall = Math.ceil(Math.abs(picture.width * sine) + Math.abs(picture.height * cosine));
  const pen = new OffscreenCanvas(wide, tall).getContext("2d", { willReadFrequently: true });
  pen.fillStyle = "rgb(128 128 128)";
  pen.fillRect(0, 0, wide, tall);
  pen.translate(wide / 2, tall / 2);
  pen.rotate((-degrees * Math.PI) / 180);
  pen.drawImage(canvasOf(picture), -picture.width / 2, -picture.height / 2);
  const back = ([x, y]) => {
    const [u, v] = [x - wide / 2, y - tall / 2];
    return [u * cosine - v * sine + picture.width / 2, u * sine + v * cosine + picture.height / 2];
  };
  return { picture: pen.getImageData(0, 0, wide, tall), back };
}

// Strips of a chosen photo: as it is, and turned; dark on light in every direction before light on dark in any, for few
// labels are dark.
async function readStrips(picture) {
  const views = [{ picture, back: (at) => at }];
  let pieces = [];
  for (const seen of [(one) => one, inverted]) {
    for (let at = 0; at < views.length; at += 1) {
      const { picture: view, back } = views[at];
      const found = (await read(seen(view), STRIPS)).map((one) => ({ ...one, quad: one.quad.map(back) }));
      if (found.some(isWhole)) return found;
      if (!pieces.length) pieces = found;
      if (views.length === 1) views.push(...directions(picture).map((degrees) => turned(picture, degrees)));
    }
  }
  return pieces;
}

// The picture no longer than `most`, and the way back for a point.
function shrunk(picture, most) {
  const scale = most / Math.max(picture.width, picture.height);
  if (scale >= 1) return { picture, back: (at) => at };
  const [wide, tall] = [picture.width, picture.height].map((length) => Math.max(1, Math.round(length * scale)));
  const pen = new OffscreenCanvas(wide, tall).getContext("2d", { willReadFrequently: true });
  pen.drawImage(canvasOf(picture), 0, 0, wide, tall);
  const back = ([x, y]) => [(x * picture.width) / wide, (y * picture.height) / tall];
  return { picture: pen.getImageData(0, 0, wide, tall), back };
}

async function readMatrices(picture) {
  const { picture: view, back } = shrunk(picture, MATRIX_MAX);
  return (await read(view, MATRICES)).map((one) => ({ ...one, quad: one.quad.map(back) }));
}

// A frame of the camera is looked at quickly: the next one comes at once.
async function codes(picture, thorough) {
  if (thorough) return [...(await readStrips(picture)), ...(await readMatrices(picture))];
  for (const seen of [(one) => one, inverted]) {
    const found = await read(seen(picture), STRIPS);
    if (found.length) return found;
  }
  return read(picture, MATRICES);
}

// A small grey picture: the mean of each cell.
function small({ width, height, data }) {
  const columns = Math.min(GRID, width);
  const rows = Math.max(1, Math.round((columns * height) / width));
  const grey = new Float32Array(columns * rows);
  let blinding = 0;
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      const x = Math.floor(((column + 0.5) * width) / columns);
      const y = Math.floor(((row + 0.5) * height) / rows);
      const at = 4 * (y * width + x);
      const light = 0.299 * data[at] + 0.587 * data[at + 1] + 0.114 * data[at + 2];
      grey[row * columns + column] = light;
      if (light >= BLINDING) blinding += 1;
    }
  }
  return { grey, columns, rows, blinding: blinding / grey.length };
}

// What would make a better picture, told from the edges in the frame: how many, how wide they reach, which way they run.
function advice(picture) {
  const { grey, columns, rows, blinding } = small(picture);
  const mean = grey.reduce((sum, light) => sum + light, 0) / grey.length;
  if (mean < DIM) return "dim";
  let [xx, yy, xy, edges] = [0, 0, 0, 0];
  const across = new Uint16Array(columns);
  for (let row = 1; row < rows - 1; row += 1) {
    for (let column = 1; column < columns - 1; column += 1) {
      const at = row * columns + column;
      const x = grey[at + 1] - grey[at - 1];
      const y = grey[at + columns] - grey[at - columns];
      if (Math.hypot(x, y) < EDGE) continue;
      edges += 1;
      across[column] += 1;
      xx += x * x;
      yy += y * y;
      xy += x * y;
    }
  }
  // A white label is as light as glare is; what glare hides is its edges.
  if (blinding > GLARE && edges < blinding * grey.length / 2) return "glare";
  if (edges < LEAST * grey.length) return "nearer";
  const reached = [...across.keys()].filter((column) => across[column] > rows / 20);
  if ((reached.at(-1) ?? 0) - (reached[0] ?? 0) < NARROW * columns) return "nearer";
  const aligned = Math.hypot(xx - yy, 2 * xy) / (xx + yy);
  const degrees = (Math.atan2(2 * xy, xx - yy) * 90) / Math.PI;
  const off = Math.abs(degrees - 90 * Math.round(degrees / 90));
  return aligned > ALIGNED && off > ASKEW ? "straighter" : "still";
}

onmessage = async ({ data: told }) => {
  if (told.wasm) {
    ready = prepare(told);
    return;
  }
  try {
    await ready;
    const picture = new ImageData(new Uint8ClampedArray(told.pixels), told.width, told.height);
    postMessage({ id: told.id, codes: await codes(picture, told.thorough), advice: advice(picture) });
  } catch (error) {
    postMessage({ id: told.id, failure: String(error) });
  }
};
