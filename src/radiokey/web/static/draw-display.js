// Draws a text as the display of a radio shows it, from a table (`display_table` of radiokey.web.draw.display).
// It stands at the head of what is served as replay.js and as worker.js.
const ESCAPED = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;" };
const escape = (text) => text.replace(/[&<>"']/g, (one) => ESCAPED[one]);

// Python's: where one cell is left over, an odd number of cells has it on the left.
function centred(text, cells) {
  const open = cells - text.length;
  const left = Math.floor(open / 2) + (open & cells & 1);
  return " ".repeat(left) + text + " ".repeat(open - left);
}

function drawDisplay({ cells: least, step, frames, sets, unlit, shows }, text, lit) {
  const cells = Math.max(least, text.length);
  const glyphs = sets.find((one) => [...text].every((character) => character in one));
  const right = (glyph, by) => glyph.replace(/([ML])(\d+)/g, (_, line, x) => line + (Number(x) + by));
  const body = [...centred(lit ? text : "", cells)].map((character, at) => right(glyphs[character], at * step));
  const title = lit && text.trim() ? shows.replace("{text}", escape(text)) : unlit;
  return frames[cells].replace("{title}", title).replace("{body}", body.join(""));
}
