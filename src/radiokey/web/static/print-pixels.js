// Boxes and pixels for reading print: what radiokey.label.geometry and .raster say, in JavaScript, to the same pixels. A
// picture is { width, height, channels, data }: rows of 8 bits, three channels or one of grey. A box is four points,
// clockwise, its first side along the writing; a matrix is nine numbers by rows.
export const ALIKE_DEGREES = 14;
const COARSE = 0.7;
const TILES = 8;
const CLIP = 3;
const SHADES = 256;
const BITS = 22;

// --- numbers and boxes ----------------------------------------------------------------------------------------------

// Half goes to the even side, as in Python.
export function round(value) {
  const down = Math.floor(value);
  const rest = value - down;
  return rest > 0.5 || (rest === 0.5 && down % 2) ? down + 1 : down;
}

const distance = ([ax, ay], [bx, by]) => Math.hypot(bx - ax, by - ay);
const modulo = (value, by) => ((value % by) + by) % by;
const rolled = (box, by) => box.map((_, at) => box[(at + by) % 4]);
const sum = (values) => values.reduce((all, one) => all + one, 0);
export const sides = (box) => [distance(box[0], box[1]), distance(box[0], box[3])];
export const degreesOf = ([[ax, ay], [bx, by]]) => (Math.atan2(by - ay, bx - ax) * 180) / Math.PI;
export const apart = (one, other) => Math.abs(modulo(one - other + 180, 360) - 180);
export const turnedOver = (box) => rolled(box, 2);
export const middle = (box) => [sum(box.map(([x]) => x)) / 4, sum(box.map(([, y]) => y)) / 4];

export function apartEitherWay(one, other) {
  const off = Math.abs(one - other) % 180;
  return Math.min(off, 180 - off);
}

function least(list, key) {
  let [best, low] = [null, Infinity];
  for (const one of list) {
    const value = key(one);
    if (value < low) [best, low] = [one, value];
  }
  return best;
}

export const along = (box, degrees) => least([0, 1, 2, 3].map((by) => rolled(box, by)), (one) => apart(degreesOf(one), degrees));

export function isShort(box) {
  const [long, tall] = sides(box);
  return long < 2 * tall;
}

// Boxes by their direction, those with most print first; short ones join the nearest.
export function groups(boxes) {
  const shape = (box) => sides(box)[0] / Math.max(1, sides(box)[1]);
  const found = [];
  for (const box of [...boxes].sort((one, other) => shape(other) - shape(one))) {
    const near = least(found, (group) => apartEitherWay(degreesOf(group[0]), degreesOf(box)));
    if (near && (apartEitherWay(degreesOf(near[0]), degreesOf(box)) <= ALIKE_DEGREES || isShort(box))) {
      near.push(along(box, degreesOf(near[0])));
    } else {
      found.push([box]);
    }
  }
  const length = (group) => sum(group.map((box) => sides(box)[0]));
  return found.sort((one, other) => length(other) - length(one));
}

export const contains = (box, [x, y]) => box.every(([ax, ay], at) => {
  const [bx, by] = box[(at + 1) % 4];
  return (bx - ax) * (y - ay) - (by - ay) * (x - ax) >= 0;
});

// The corners of the hull of points, clockwise as seen.
function hull(points) {
  const sorted = [...points].sort(([ax, ay], [bx, by]) => ax - bx || ay - by);
  const ordered = sorted.filter(([x, y], at) => !at || x !== sorted[at - 1][0] || y !== sorted[at - 1][1]);
  if (ordered.length < 3) return ordered;
  const corners = [];
  for (const row of [ordered, [...ordered].reverse()]) {
    const begins = corners.length;
    for (const [x, y] of row) {
      while (corners.length - begins > 1) {
        const [[ax, ay], [bx, by]] = corners.slice(-2);
        if ((bx - ax) * (y - ay) - (by - ay) * (x - ax) > 0) break;
        corners.pop();
      }
      corners.push([x, y]);
    }
    corners.pop();
  }
  return corners;
}

// The smallest rectangle around points: one of its sides lies along their hull.
export function leastRectangle(points) {
  const corners = hull(points);
  let [best, area] = [null, Infinity];
  corners.forEach(([ax, ay], at) => {
    const [bx, by] = corners[(at + 1) % corners.length];
    const size = Math.hypot(bx - ax, by - ay);
    if (!size) return;
    const [ux, uy] = [(bx - ax) / size, (by - ay) / size];
    const right = corners.map(([x, y]) => ux * x + uy * y);
    const down = corners.map(([x, y]) => ux * y - uy * x);
    const [left, far, above, below] = [Math.min(...right), Math.max(...right), Math.min(...down), Math.max(...down)];
    const covered = Math.round((far - left) * (below - above) * 1e6) / 1e6;
    if (covered >= area) return;
    area = covered;
    best = [[left, above], [far, above], [far, below], [left, below]].map(([u, v]) => [u * ux - v * uy, u * uy + v * ux]);
  });
  return best ?? [0, 0, 0, 0].map(() => corners[0]);
}

export function widened(box, by) {
  const [long, tall] = sides(box);
  const unit = ([ax, ay], [bx, by_], size) => [((bx - ax) / Math.max(size, 1e-6)) * by, ((by_ - ay) / Math.max(size, 1e-6)) * by];
  const [rx, ry] = unit(box[0], box[1], long);
  const [dx, dy] = unit(box[0], box[3], tall);
  const moves = [[-rx - dx, -ry - dy], [rx - dx, ry - dy], [rx + dx, ry + dy], [dx - rx, dy - ry]];
  return box.map(([x, y], at) => [x + moves[at][0], y + moves[at][1]]);
}

export function lengthwise(box) {
  const [long, tall] = sides(box);
  return long >= tall ? box : rolled(box, 1);
}

// --- matrices -------------------------------------------------------------------------------------------------------

export const shift = (x, y) => [1, 0, x, 0, 1, y, 0, 0, 1];
export const stretch = (x, y) => [x, 0, 0, 0, y, 0, 0, 0, 1];

export function spin(degrees) {
  const turn = (degrees * Math.PI) / 180;
  return [Math.cos(turn), -Math.sin(turn), 0, Math.sin(turn), Math.cos(turn), 0, 0, 0, 1];
}

export const times = (...matrices) => matrices.reduce((one, other) => one.map((_, at) => {
  const [row, column] = [3 * Math.floor(at / 3), at % 3];
  return one[row] * other[column] + one[row + 1] * other[column + 3] + one[row + 2] * other[column + 6];
}));

export const moved = (points, m) => points.map(([x, y]) => {
  const scale = m[6] * x + m[7] * y + m[8];
  return [(m[0] * x + m[1] * y + m[2]) / scale, (m[3] * x + m[4] * y + m[5]) / scale];
});

// The matrix that puts an upright rectangle at the origin into a box.
export function homography(width, height, box) {
  const rows = [];
  [[0, 0], [width, 0], [width, height], [0, height]].forEach(([x, y], at) => {
    const [u, v] = box[at];
    rows.push([x, y, 1, 0, 0, 0, -x * u, -y * u, u], [0, 0, 0, x, y, 1, -x * v, -y * v, v]);
  });
  for (let at = 0; at < 8; at += 1) {
    let pivot = at;
    for (let row = at; row < 8; row += 1) if (Math.abs(rows[row][at]) > Math.abs(rows[pivot][at])) pivot = row;
    [rows[at], rows[pivot]] = [rows[pivot], rows[at]];
    for (let row = 0; row < 8; row += 1) {
      if (row === at) continue;
      const share = rows[row][at] / rows[at][at];
      for (let column = at; column < 9; column += 1) rows[row][column] -= share * rows[at][column];
    }
  }
  return [...rows.map((row, at) => row[8] / row[at]), 1];
}

// --- pixels ---------------------------------------------------------------------------------------------------------

export function coloured({ width, height, data }) {
  const out = new Uint8Array(width * height * 3);
  for (let at = 0, from = 0; at < out.length; at += 3, from += 4) {
    out[at] = data[from];
    out[at + 1] = data[from + 1];
    out[at + 2] = data[from + 2];
  }
  return { width, height, channels: 3, data: out };
}

export function grey({ width, height, data }) {
  const out = new Uint8Array(width * height);
  for (let at = 0, from = 0; at < out.length; at += 1, from += 3) {
    out[at] = (data[from] * 19595 + data[from + 1] * 38470 + data[from + 2] * 7471 + 32768) >> 16;
  }
  return { width, height, channels: 1, data: out };
}

function bicubic(value) {
  const x = Math.abs(value);
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * -0.5 : 0;
}

// How much of which pixels goes into each new one, as whole numbers (Pillow's resampling of 8 bits).
function shares(length, target) {
  const scale = length / target;
  const wide = Math.max(1, scale);
  const support = 2 * wide;
  return Array.from({ length: target }, (_, at) => {
    const centre = (at + 0.5) * scale;
    const first = Math.max(0, Math.trunc(centre - support + 0.5));
    const count = Math.min(length, Math.trunc(centre + support + 0.5)) - first;
    const weights = Array.from({ length: count }, (__, one) => bicubic((one + first - centre + 0.5) / wide));
    const all = sum(weights);
    return { first, weights: Int32Array.from(weights, (one) => {
      const whole = (one / all) * (1 << BITS);
      return Math.trunc(whole < 0 ? whole - 0.5 : whole + 0.5);
    }) };
  });
}

const clipped = (value) => {
  const shade = value >> BITS;
  return shade < 0 ? 0 : shade > 255 ? 255 : shade;
};

function narrowed(picture, width) {
  const { height, channels, data } = picture;
  const out = new Uint8Array(width * height * channels);
  const taken = shares(picture.width, width);
  for (let row = 0; row < height; row += 1) {
    const from = row * picture.width * channels;
    let to = row * width * channels;
    for (const { first, weights } of taken) {
      for (let channel = 0; channel < channels; channel += 1) {
        let all = 1 << (BITS - 1);
        let at = from + first * channels + channel;
        for (let one = 0; one < weights.length; one += 1, at += channels) all += data[at] * weights[one];
        out[to] = clipped(all);
        to += 1;
      }
    }
  }
  return { width, height, channels, data: out };
}

function lowered(picture, height) {
  const { width, channels, data } = picture;
  const line = width * channels;
  const out = new Uint8Array(line * height);
  shares(picture.height, height).forEach(({ first, weights }, row) => {
    for (let column = 0; column < line; column += 1) {
      let all = 1 << (BITS - 1);
      let at = first * line + column;
      for (let one = 0; one < weights.length; one += 1, at += line) all += data[at] * weights[one];
      out[row * line + column] = clipped(all);
    }
  });
  return { width, height, channels, data: out };
}

export function resized(picture, width, height) {
  const across = picture.width === width ? picture : narrowed(picture, width);
  return across.height === height ? across : lowered(across, height);
}

export const scaled = (picture, scale) => resized(
  picture, Math.max(1, round(picture.width * scale)), Math.max(1, round(picture.height * scale)),
);

// What lies between these columns and rows; outside it is like the nearest edge.
export function cut({ width, height, channels, data }, left, top, right, bottom) {
  const out = { width: right - left, height: bottom - top, channels, data: new Uint8Array((right - left) * (bottom - top) * channels) };
  let to = 0;
  for (let row = top; row < bottom; row += 1) {
    const from = Math.min(Math.max(row, 0), height - 1) * width;
    for (let column = left; column < right; column += 1) {
      const at = (from + Math.min(Math.max(column, 0), width - 1)) * channels;
      for (let channel = 0; channel < channels; channel += 1, to += 1) out.data[to] = data[at + channel];
    }
  }
  return out;
}

const mixed = (a, b, c, d, at) => b + at * (c - a + at * (2 * (a - b) + c - d + at * (b - a - c + d)));

// What stands where a matrix leads from a new picture; `scale` is how many of its pixels come from one.
export function seenThrough(picture, toPicture, width, height, scale = 1) {
  const corners = moved([[0, 0], [width, 0], [width, height], [0, height]], toPicture);
  const [xs, ys] = [0, 1].map((axis) => corners.map((corner) => corner[axis]));
  const [left, top] = [Math.floor(Math.min(...xs)) - 4, Math.floor(Math.min(...ys)) - 4];
  let part = cut(picture, left, top, Math.ceil(Math.max(...xs)) + 5, Math.ceil(Math.max(...ys)) + 5);
  let matrix = times(shift(-left, -top), toPicture);
  if (scale < COARSE) {
    const was = part;
    part = scaled(part, scale);
    matrix = times(shift(-0.5, -0.5), stretch(part.width / was.width, part.height / was.height), shift(0.5, 0.5), matrix);
  }
  const { channels, data } = part;
  const line = part.width * channels;
  const out = new Uint8Array(width * height * channels);
  const inColumns = (at) => Math.min(Math.max(at, 0), part.width - 1) * channels;
  const inRows = (at) => Math.min(Math.max(at, 0), part.height - 1) * line;
  for (let row = 0, to = 0; row < height; row += 1) {
    for (let column = 0; column < width; column += 1) {
      const deep = matrix[6] * column + matrix[7] * row + matrix[8];
      const x = (matrix[0] * column + matrix[1] * row + matrix[2]) / deep;
      const y = (matrix[3] * column + matrix[4] * row + matrix[5]) / deep;
      const [firstX, firstY] = [Math.floor(x), Math.floor(y)];
      const [dx, dy] = [x - firstX, y - firstY];
      const [c0, c1, c2, c3] = [inColumns(firstX - 1), inColumns(firstX), inColumns(firstX + 1), inColumns(firstX + 2)];
      const [r0, r1, r2, r3] = [inRows(firstY - 1), inRows(firstY), inRows(firstY + 1), inRows(firstY + 2)];
      for (let channel = 0; channel < channels; channel += 1, to += 1) {
        const a = mixed(data[r0 + c0 + channel], data[r0 + c1 + channel], data[r0 + c2 + channel], data[r0 + c3 + channel], dx);
        const b = mixed(data[r1 + c0 + channel], data[r1 + c1 + channel], data[r1 + c2 + channel], data[r1 + c3 + channel], dx);
        const c = mixed(data[r2 + c0 + channel], data[r2 + c1 + channel], data[r2 + c2 + channel], data[r2 + c3 + channel], dx);
        const d = mixed(data[r3 + c0 + channel], data[r3 + c1 + channel], data[r3 + c2 + channel], data[r3 + c3 + channel], dx);
        const shade = mixed(a, b, c, d, dy);
        out[to] = shade <= 0 ? 0 : shade >= 255 ? 255 : shade;
      }
    }
  }
  return { width, height, channels, data: out };
}

// --- contrast -------------------------------------------------------------------------------------------------------

const reflected = (at, length) => (at < length ? at : 2 * length - 2 - at);

// What each shade of a tile becomes.
function table({ width, height, data }, left, top, across, down) {
  const counts = new Array(SHADES).fill(0);
  for (let row = top; row < top + down; row += 1) {
    for (let column = left; column < left + across; column += 1) {
      counts[data[reflected(row, height) * width + reflected(column, width)]] += 1;
    }
  }
  const size = across * down;
  const most = Math.max(1, Math.trunc((CLIP * size) / SHADES));
  const over = sum(counts.map((count) => Math.max(0, count - most)));
  const rest = over % SHADES;
  const step = rest ? Math.max(1, Math.floor(SHADES / rest)) : SHADES;
  let all = 0;
  return Float32Array.from(counts, (count, shade) => {
    const more = shade % step === 0 && shade / step < rest ? 1 : 0;
    all += Math.min(count, most) + Math.floor(over / SHADES) + more;
    return Math.min(255, Math.floor((all * 255) / size + 0.5));
  });
}

// A grey picture with its local contrast raised.
export function stronger(picture) {
  const { width, height, data } = picture;
  const [across, down] = [Math.ceil(width / TILES), Math.ceil(height / TILES)];
  const tables = [];
  for (let at = 0; at < TILES * TILES; at += 1) {
    tables.push(table(picture, (at % TILES) * across, Math.floor(at / TILES) * down, across, down));
  }
  const place = (at, tile) => {
    const first = Math.floor(at / tile - 0.5);
    return [Math.max(first, 0), Math.min(first + 1, TILES - 1), Math.fround(at / tile - 0.5 - first)];
  };
  const columns = Array.from({ length: width }, (_, at) => place(at, across));
  const out = new Uint8Array(data.length);
  for (let row = 0, at = 0; row < height; row += 1) {
    const [above, below, low] = place(row, down);
    for (let column = 0; column < width; column += 1, at += 1) {
      const [before, behind, far] = columns[column];
      const shade = data[at];
      const upper = tables[above * TILES + before][shade] * (1 - far) + tables[above * TILES + behind][shade] * far;
      const lower = tables[below * TILES + before][shade] * (1 - far) + tables[below * TILES + behind][shade] * far;
      out[at] = upper * (1 - low) + lower * low + 0.5;
    }
  }
  return { width, height, channels: 1, data: out };
}

// --- what hangs together --------------------------------------------------------------------------------------------

// The parts of a map that are warmer than `least`, also by corners: the ends of their rows, and their mean.
export function regions(heat, width, height, least_) {
  const runs = [];
  const starts = [];
  for (let row = 0; row < height; row += 1) {
    starts.push(runs.length);
    for (let column = 0; column < width; column += 1) {
      if (!(heat[row * width + column] > least_)) continue;
      const begin = column;
      let warmth = 0;
      while (column < width && heat[row * width + column] > least_) {
        warmth += heat[row * width + column];
        column += 1;
      }
      runs.push({ row, begin, end: column, warmth });
    }
  }
  starts.push(runs.length);
  const parents = runs.map((_, at) => at);
  const root = (one) => {
    while (parents[one] !== one) {
      parents[one] = parents[parents[one]];
      one = parents[one];
    }
    return one;
  };
  for (let row = 1; row < height; row += 1) {
    let above = starts[row - 1];
    const last = starts[row];
    for (let run = last; run < starts[row + 1]; run += 1) {
      while (above < last && runs[above].end < runs[run].begin) above += 1;
      for (let near = above; near < last && runs[near].begin <= runs[run].end; near += 1) parents[root(run)] = root(near);
    }
  }
  const members = new Map();
  runs.forEach((run, at) => {
    const key = root(at);
    if (!members.has(key)) members.set(key, []);
    members.get(key).push(run);
  });
  return [...members.values()].map((own) => ({
    points: own.flatMap(({ row, begin, end }) => [[begin, row], [end - 1, row]]),
    warmth: sum(own.map((run) => run.warmth)) / sum(own.map((run) => run.end - run.begin)),
  }));
}
