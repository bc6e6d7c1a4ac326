// The coach without a network: fills a page of the coach in for one code, from its table (docs/spec/coach-table.md).
// It looks up and puts in; what is pressed how often was said by the coach itself when the table was made.
// It stands in what is served as worker.js, and keeps nothing.
const typedCode = (text) => text.replace(/[\s.-]/g, "");

// What is wrong with what was typed, as the coach says it; nothing where it is a code of this radio.
function refusalOf({ models, said, texts }, { model, code }) {
  if (!model || !code) return said.both;
  const typed = typedCode(code);
  if (!/^[0-9A-Za-z]{1,16}$/.test(typed)) return said.none;
  const { lengths, places, wrong_length: lengthSays, wrong_place: placeSays } = models[model];
  if (!(typed.length in lengths)) return texts[lengthSays[typed.length]];
  const alphabets = places.slice(places.length - typed.length);
  const wrong = [...typed.toUpperCase()].findIndex((character, at) => !alphabets[at].includes(character));
  return wrong < 0 ? null : texts[placeSays[typed.length][wrong]];
}

function drawPanel({ opened, keys }, next, badge, title) {
  const drawn = keys.map(([id, plain, glowing]) => (id === next ? glowing.replace("{badge}", () => badge) : plain));
  return `${opened.replace("{title}", () => title)}${drawn.join("")}</svg>`;
}

// The page of the coach for this code.
function pressesPage(frame, { models, displays, after, texts }, { model, code, errors, refused }) {
  const typed = typedCode(code).toUpperCase();
  const { lengths, panel, display } = models[model];
  const { first, digits, shows } = lengths[typed.length];
  const shown = (at) => shows[at].map((one) => (typeof one === "number" ? typed[one] : one)).join("");
  const keyed = (at) => {
    const [from, to, values] = digits[at - first];
    return values[typed.slice(from, to)];
  };
  const ways = after[`${errors}.${refused.replace("e", "")}`] ?? after["."];
  const filled = {
    says: (at) => texts[keyed(at)[0]],
    panel: (at) => drawPanel(panel, keyed(at)[1], keyed(at)[2], texts[keyed(at)[3]]),
    display: (at) => drawDisplay(displays[display], shown(at), true),
    text: (at) => escape(shown(at)),
    after: (at) => ways[at].replace("{model}", model),
  };
  return frame.replace(/\{(says|panel|display|text|after) (\d+)\}/g, (_, what, at) => filled[what](Number(at)));
}
