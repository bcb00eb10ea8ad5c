// The places of a chart over periods, in plain numbers.

const MOST_TICKS = 6;
const LEAST_POINTS = 5;
const LEAST_PART = 0.1;

// An axis of round ticks that holds every value: its ends, and its step. `isShare` is an axis of per cent.
// `isCount` is one of things, which begins at 0 and has whole ticks.
export function axisFor(values, { isShare, isCount }) {
  let low = Math.min(...values, isCount ? 0 : Infinity);
  let high = Math.max(...values, isCount ? 1 : -Infinity);
  if (low >= 0 && low <= 0.5 * high) low = 0;
  const least = isShare ? LEAST_POINTS : high === 0 ? 1 : LEAST_PART * Math.abs(high);
  if (high - low < least) {
    low = (low + high - least) / 2;
    if (isShare && high <= 100) low = Math.min(low, 100 - least);
    if (Math.min(...values) >= 0) low = Math.max(low, 0);
    high = low + least;
  }
  const finest = Math.floor(Math.log10(high - low)) - 2;
  for (let exponent = isCount ? Math.max(0, finest) : finest; ; exponent += 1) {
    for (const mantissa of [1, 2, 5]) {
      const steps = (value) => {
        const exact = (exponent < 0 ? value * 10 ** -exponent : value / 10 ** exponent) / mantissa;
        return Math.abs(exact - Math.round(exact)) < 1e-9 ? Math.round(exact) : exact;
      };
      const first = Math.floor(steps(low));
      const last = Math.max(Math.ceil(steps(high)), first + 1);
      if (last - first < MOST_TICKS) return { first, last, mantissa, exponent, steps };
    }
  }
}

// The ticks from the lowest: where each stands (0 to 1), and its words.
export function ticksOf({ first, last, mantissa, exponent }, isShare) {
  return Array.from({ length: last - first + 1 }, (_, index) => {
    const digits = (first + index) * mantissa;
    const places = Math.max(0, -exponent);
    const value = exponent < 0 ? digits / 10 ** places : digits * 10 ** exponent;
    const shown = Math.abs(value).toLocaleString("en-GB", { minimumFractionDigits: places, maximumFractionDigits: places });
    return { share: index / (last - first), words: `${value < 0 ? "\u2212" : ""}${shown}${isShare ? "%" : ""}` };
  });
}

// Where a value stands between the ends of the axis: 0 to 1.
export function shareOf(axis, value) {
  return (axis.steps(value) - axis.first) / (axis.last - axis.first);
}

// Wished centres of words of one height, moved apart as little as a walk down and a walk up do, between two ends.
export function spreadApart(wishes, height, low, high) {
  const order = wishes.map((_, at) => at).sort((a, b) => wishes[a] - wishes[b]);
  const placed = [];
  let before = -Infinity;
  for (const at of order) before = placed[at] = Math.max(wishes[at], before + height, low);
  let after = Infinity;
  for (const at of order.reverse()) after = placed[at] = Math.min(placed[at], after - height, high);
  return placed;
}

// Runs of values without a gap, as places in the list.
export function runsOf(values) {
  const runs = [];
  values.forEach((value, at) => {
    if (value === null) return;
    if (at > 0 && values[at - 1] !== null) runs.at(-1).push(at);
    else runs.push([at]);
  });
  return runs;
}

// Words in lines of at most a width.
export function wrapWords(text, width, measure) {
  const lines = [];
  for (const word of text.split(" ")) {
    const longer = lines.length ? `${lines.at(-1)} ${word}` : word;
    if (lines.length && measure(longer) <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}
