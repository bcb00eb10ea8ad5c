// Elements, made with texts and never with markup.

import { plain } from "./text.mjs";

export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

export function on(target, event, act, options) {
  target.addEventListener(event, act, options);
}

let fields = 0;

// A field with its label, in one block.
export function labelled(label, field) {
  fields += 1;
  field.id = `field-${fields}`;
  return element("div", { class: "field" }, element("label", { for: field.id }, label), field);
}

// One thing to choose: its words, which are its value too unless another is given.
export function optionOf(text, value = text) {
  return new Option(plain(text), value);
}

// A choice of texts; the first one stands for nothing chosen.
export function choice(none, texts) {
  return element("select", {}, new Option(none, ""), ...texts.map((text) => optionOf(text)));
}

// The words of an element as they are shown, without those of `left`.
export function textOf(node, left) {
  if (!left || !node.querySelector(left)) return node.textContent.trim();
  const copy = node.cloneNode(true);
  for (const part of copy.querySelectorAll(left)) part.remove();
  return copy.textContent.trim();
}

// Whether a cell stands in a column of numbers, whose places the table names.
export function isNumeric(cell) {
  return cell.closest("table").classList.contains(`n${cell.cellIndex + 1}`);
}

// The parts of a cell that decide its place.
export function partsOf(cell) {
  const sign = cell.querySelector(".sign, .verdict");
  return {
    key: cell.dataset.key,
    text: textOf(cell, "b, .group, small, .unseen"),
    sign: sign ? [...sign.classList].find((name) => !["sign", "alone", "verdict"].includes(name)) : undefined,
    isNumber: isNumeric(cell),
  };
}

// The rows of a table as they were published, whatever their order now.
const published = new WeakMap();
export function rowsOf(table) {
  if (!published.has(table)) published.set(table, [...table.tBodies[0].rows]);
  return published.get(table);
}

// The name of a row.
export function headingOf(row) {
  return textOf(row.cells[0], ".group");
}
