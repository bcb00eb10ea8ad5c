// The values of a drawing one by one, by pointer, touch and keys. Every word and number is taken from the figure's table.

import { element, headingOf, isNumeric, on, rowsOf, textOf } from "./dom.mjs";
import { drawings, nearest, signAt } from "./overlay.mjs";
import { plain } from "./text.mjs";
import { words } from "./words.mjs";

// So many numbers stand in a readout; words of the row, such as its label, stand there too.
const MOST_NUMBERS = 3;

// What is said of a row: its name, and pairs of heading and text.
export function linesOf(headings, cells) {
  const told = cells.map(({ text, isNumber }, at) => ({ heading: headings[at], text, isNumber }));
  const useful = told.filter(({ text }) => text !== "" && text !== words.readout.noNote);
  const numbers = useful.filter(({ isNumber }) => isNumber).slice(0, MOST_NUMBERS);
  return useful.filter((line) => !line.isNumber || numbers.includes(line));
}

function readRow(table, row) {
  const headings = [...table.tHead.rows[0].cells].slice(1).map((heading) => plain(heading.textContent));
  const cells = [...row.cells].slice(1).map((cell) => ({
    text: plain(textOf(cell, "b")),
    isNumber: isNumeric(cell),
  }));
  return { name: plain(headingOf(row)), lines: linesOf(headings, cells) };
}

class Readout {
  constructor({ graphic, svg, figure, table, places }) {
    Object.assign(this, { graphic, svg, table });
    // From left to right, or from the top down.
    this.places = places.sort((a, b) => (a.x ?? a.y) - (b.x ?? b.y));
    this.box = element("div", { class: "readout", "aria-hidden": "true" });
    this.box.hidden = true;
    graphic.removeAttribute("aria-hidden");
    const title = plain(figure.querySelector(".figure-title").textContent).split(":")[0];
    const last = String(this.places.length - 1);
    const role = { role: "slider", tabindex: "0", "aria-valuemin": "0", "aria-valuemax": last, "aria-label": words.readout.label(title) };
    for (const [name, value] of Object.entries(role)) graphic.setAttribute(name, value);
    // The last period, else the first row.
    this.at = this.places[0]?.y === null ? this.places.length - 1 : 0;
    this.tell();
    graphic.append(this.box);
    on(graphic, "pointermove", (event) => this.point(event));
    on(graphic, "pointerdown", (event) => this.point(event));
    on(graphic, "pointerleave", (event) => {
      if (event.pointerType === "mouse") this.hide();
    });
    on(graphic, "focus", () => this.show());
    on(graphic, "blur", () => this.hide());
    on(graphic, "keydown", (event) => this.press(event));
  }

  point(event) {
    const box = this.svg.getBoundingClientRect();
    const scale = this.svg.viewBox.baseVal.width / box.width;
    const point = { x: (event.clientX - box.left) * scale, y: (event.clientY - box.top) * scale };
    this.at = this.places.indexOf(nearest(this.places, point));
    this.show();
  }

  press(event) {
    const last = this.places.length - 1;
    const { at } = this;
    const to = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: last }[event.key];
    if (event.key === "Escape") this.hide();
    if (to === undefined) return;
    event.preventDefault();
    this.at = Math.min(last, Math.max(0, to));
    this.show();
  }

  tell() {
    const { name, lines } = readRow(this.table, rowsOf(this.table)[this.places[this.at].row]);
    this.graphic.setAttribute("aria-valuenow", String(this.at));
    this.graphic.setAttribute("aria-valuetext", [name, ...lines.map(({ heading, text }) => `${heading}: ${text}`)].join("; "));
    return { name, lines };
  }

  show() {
    const { name, lines } = this.tell();
    const pairs = lines.map(({ heading, text }) => element("p", {}, `${heading}: `, element("b", {}, text)));
    this.box.replaceChildren(element("p", { class: "name" }, element("b", {}, name)), ...pairs);
    this.sign?.remove();
    const place = this.places[this.at];
    const { width, height } = this.svg.viewBox.baseVal;
    this.sign = signAt(place, { width, height }, "readout-sign");
    this.svg.append(this.sign);
    // Away from the mark, so that it covers neither the mark nor its neighbours.
    this.box.classList.toggle("at-end", place.x !== null && place.x < width / 2);
    this.box.classList.toggle("at-foot", place.y !== null && place.y < height / 2);
    this.box.hidden = false;
  }

  hide() {
    this.sign?.remove();
    this.box.hidden = true;
  }
}

export function startReadouts() {
  for (const drawing of drawings()) if (drawing.places.length && drawing.table) new Readout(drawing);
}
