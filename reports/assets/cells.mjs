// The order of cells. A cell that holds no value stands last in both directions.

// Signs of judgements by what they say, the worst first.
const RANKS = [
  "worse", "worse-95", "different", "different-95", "no-difference",
  "better-95-down", "better-95-up", "better-down", "better-up",
];
const KINDS = ["rank", "number", "date", "text"];
// A day, a month, or months of one year, as pages write them.
const DATE = /^(\d{1,2} )?([A-Z][a-z]+) (?:to [A-Z][a-z]+ )?(\d{4})$/;
const collator = new Intl.Collator("en-GB", { numeric: true, sensitivity: "base" });

// The number that a text begins with: with a sign or without, and without the commas.
export function leadingNumber(text) {
  const found = /^([+\u2212-]?)(\d[\d,]*(?:\.\d+)?)/.exec(text);
  if (!found) return undefined;
  const size = Number(found[2].replaceAll(",", ""));
  return found[1] === "\u2212" || found[1] === "-" ? -size : size;
}

// The first day of a date or period.
function dateOf(text) {
  const [, day = "1 ", month, year] = DATE.exec(text) ?? [];
  return Date.parse(`${day}${month} ${year} UTC`) || undefined;
}

// The key of a cell: what kind of value it holds, and the value. `null` stands for no value. `key` is what the page says where
// the text would not do; `sign` is the name of the first sign.
export function keyOf({ key, text, sign, isNumber }) {
  if (key !== undefined) return { kind: "number", value: Number(key) };
  if (sign !== undefined) {
    const rank = RANKS.indexOf(sign);
    return rank < 0 ? null : { kind: "rank", value: rank };
  }
  if (text === "" || text.startsWith("[")) return null;
  const value = isNumber ? leadingNumber(text) : dateOf(text);
  if (value === undefined) return { kind: "text", value: text };
  return { kind: isNumber ? "number" : "date", value };
}

function compareKeys(a, b, direction) {
  if (a === null || b === null) return (a === null) - (b === null);
  if (a.kind !== b.kind) return KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind);
  const rising = a.kind === "text" ? collator.compare(a.value, b.value) : a.value - b.value;
  return direction === "descending" ? -rising : rising;
}

// The places of the keys in their order. Equal keys stay as they were.
export function order(keys, direction) {
  return keys.map((_, at) => at).sort((a, b) => compareKeys(keys[a], keys[b], direction) || a - b);
}

// What follows on a press: as published, rising, falling, and as published again.
export function nextDirection(direction) {
  return { undefined: "ascending", ascending: "descending", descending: undefined }[direction];
}
