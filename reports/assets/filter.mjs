// Which rows of a table are shown.

import { fold } from "./text.mjs";

// Whether a row is wanted. `wanted.choices` holds the value of each choice, and `row.choices` all that the row has of each. A
// choice that is empty takes every row.
export function isWanted(row, wanted) {
  const asked = fold(wanted.contains).split(" ").filter(Boolean);
  const text = asked.length ? fold(row.text) : "";
  const isChosen = wanted.choices.every((value, at) => !value || row.choices[at].includes(value));
  return isChosen && asked.every((word) => text.includes(word));
}

// The different values in the order in which they come first.
export function distinct(values) {
  return [...new Set(values)];
}
