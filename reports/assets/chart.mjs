// A chart of up to four organisations over periods, in the look of the other charts: the looks of the lines come from the
// style sheet that the program makes from them.

import { svgElement } from "./overlay.mjs";
import { axisFor, runsOf, shareOf, spreadApart, ticksOf, wrapWords } from "./scale.mjs";

const FONT = 16;
const LINE = 19.2;
const SQUARES = [1, 3];
// The third look is a line without marks.
const UNMARKED = 2;

function measurer() {
  const context = document.createElement("canvas").getContext("2d");
  context.font = `${FONT}px Arial, "Liberation Sans", Helvetica, sans-serif`;
  return (text) => context.measureText(text).width;
}

function cutTo(text, width, measure) {
  if (measure(text) <= width) return text;
  let short = text.slice(0, 60);
  while (short && measure(`${short}…`) > width) short = short.slice(0, -1);
  return `${short}…`;
}

// `isCount`: the values are whole by their kind. `series` holds a name and a value (or `null`) for each period. `title` says what the axis counts.
export function drawChart({ periods, series, title, isShare, isCount, cutTitle }, width) {
  const isWide = width >= 720;
  const sheet = { width: isWide ? 720 : Math.max(320, width), height: isWide ? 380 : 330 };
  const svg = svgElement("svg", { class: "chart", viewBox: `0 0 ${sheet.width} ${sheet.height}` });
  const measure = measurer();
  const write = (text, x, y, more = {}) => {
    const made = svgElement("text", { x, y, ...more });
    made.textContent = text;
    svg.append(made);
  };
  const line = (x1, y1, x2, y2, className) => svg.append(svgElement("line", { x1, y1, x2, y2, class: className }));
  const values = series.flatMap((one) => one.values).filter((value) => value !== null);
  if (!values.length) return undefined;
  const axis = axisFor(values, { isShare, isCount });
  const ticks = ticksOf(axis, isShare);
  const column = Math.min(isWide ? 190 : 100, Math.max(...series.map(({ name }) => measure(name))));
  const left = Math.max(...ticks.map(({ words: text }) => measure(text))) + 6;
  const right = sheet.width - column - 24;
  const [top, bottom] = [LINE * 2, sheet.height - LINE * 3.4];
  const xOf = (at) => (periods.length > 1 ? left + 10 + (at * (right - left - 20)) / (periods.length - 1) : right - 10);
  const yOf = (value) => bottom - shareOf(axis, value) * (bottom - top);
  write(axis.first > 0 ? cutTitle(title, ticks[0].words) : title, 0, FONT, { class: "soft" });
  for (const { share, words: text } of ticks) {
    const y = bottom - share * (bottom - top);
    line(left, y, right, y, "chart-grid");
    write(text, left - 6, y + FONT * 0.35, { "text-anchor": "end" });
  }
  line(left, bottom, right, bottom, "chart-axis");
  const pitch = periods.length > 1 ? xOf(1) - xOf(0) : right - left;
  const room = Math.max(pitch, 84);
  const stride = Math.ceil(room / pitch);
  for (let at = periods.length - 1; at >= 0; at -= stride) {
    line(xOf(at), bottom, xOf(at), bottom + 5, "chart-axis");
    wrapWords(periods[at], room - 14, measure).slice(0, 3).forEach((text, row) => {
      const x = Math.max(xOf(at), measure(text) / 2);
      write(text, x, bottom + 5 + FONT + row * LINE, { "text-anchor": "middle" });
    });
  }
  const ends = [];
  series.forEach(({ name, values: own }, index) => {
    const look = index + 1;
    for (const run of runsOf(own)) {
      const points = run.map((at) => `${xOf(at).toFixed(1)},${yOf(own[at]).toFixed(1)}`).join(" ");
      if (run.length > 1) svg.append(svgElement("polyline", { points, class: `series series-${look}` }));
      for (const at of run) {
        if (index === UNMARKED && run.length > 1) continue;
        const [x, y] = [xOf(at), yOf(own[at])];
        const shape = SQUARES.includes(index)
          ? svgElement("rect", { x: x - 4, y: y - 4, width: 8, height: 8, class: `series-mark-${look}` })
          : svgElement("circle", { cx: x, cy: y, r: 4.5, class: `series-mark-${look}` });
        svg.append(shape);
      }
    }
    const last = own.findLastIndex((value) => value !== null);
    if (last >= 0) ends.push({ name, x: xOf(last), y: yOf(own[last]) });
  });
  const centres = spreadApart(ends.map(({ y }) => y), LINE, top, bottom);
  ends.forEach(({ name, x, y }, at) => {
    svg.append(svgElement("polyline", { points: `${x + 7},${y} ${right},${y} ${right + 16},${centres[at]}`, class: "leader" }));
    write(cutTo(name, column + 2, measure), right + 19, centres[at] + FONT * 0.35);
  });
  return svg;
}
