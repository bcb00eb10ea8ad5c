// The table of a metric by organisation and period, read from the page of the metric.

import { keyOf } from "./cells.mjs";
import { headingOf, partsOf, textOf } from "./dom.mjs";

// The place of an address that asks the page for its table, where pages cannot read each other.
export const ASKED = "#figures-for-explorer";

// The table of a page as plain values; `undefined` where the page has none.
export function figuresOf(page) {
  const table = page.querySelector("caption[id$='-by-period']")?.closest("table");
  if (!table) return undefined;
  const headings = [...table.tHead.rows[0].cells].map((heading) => textOf(heading));
  const rows = [...table.tBodies[0].rows].map((row) => ({
    name: headingOf(row),
    cells: [...row.cells].slice(1).map((cell) => {
      const key = keyOf(partsOf(cell));
      const text = textOf(cell, "b");
      // A grade has an order and no scale: its text is a word.
      return { text, value: key?.kind === "number" && /\d|^\[low\]/.test(text) ? key.value : null };
    }),
  }));
  const notes = [];
  for (let note = table.parentElement.previousElementSibling; note; note = note.previousElementSibling) {
    if (note.matches(".table-note")) notes.unshift(note.textContent.trim());
    else if (!note.matches(".tools, .table-status")) break;
  }
  const link = table.parentElement.nextElementSibling?.querySelector("a[download]");
  const file = { words: link?.textContent ?? "", address: link?.getAttribute("href") ?? "" };
  return { caption: table.caption.textContent.trim(), periods: headings.slice(1), rows, notes, file };
}

// Whether an answer is such a table, and its file one of the edition. All its texts are used as texts only.
export function isFigures(data) {
  const isCell = ({ text, value }) => typeof text === "string" && (value === null || Number.isFinite(value));
  const isFile = /^(?:(?:\.\.\/)*data\/[^?#]+\.csv)?$/.test(data?.file?.address);
  return isFile && data.rows.every(({ name, cells }) => typeof name === "string" && cells.every(isCell));
}

// Pages on a disk cannot read each other: the page of the metric tells its table to the page that holds it in a frame.
export function tellFigures() {
  if (location.protocol === "file:" && location.hash === ASKED && parent !== window) parent.postMessage(figuresOf(document), "*");
}

function fromFrame(address) {
  const frame = document.createElement("iframe");
  frame.hidden = true;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(reject, 10_000);
    addEventListener("message", function listen({ source, data }) {
      if (source !== frame.contentWindow) return;
      removeEventListener("message", listen);
      clearTimeout(timer);
      if (isFigures(data)) resolve(data);
      else reject();
    });
    frame.src = address + ASKED;
    document.body.append(frame);
  }).finally(() => frame.remove());
}

async function fromServer(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw answer;
  const figures = figuresOf(new DOMParser().parseFromString(await answer.text(), "text/html"));
  if (!isFigures(figures)) throw new Error("no table");
  return figures;
}

export function loadFigures(address) {
  return location.protocol === "file:" ? fromFrame(address) : fromServer(address);
}
