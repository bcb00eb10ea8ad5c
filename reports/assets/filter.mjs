// Which rows of a table are shown.

import { fold } from "./text.mjs";

// Whether a row is wanted. `row.choices` and `wanted.choices` hold the value of each choice by its name; a choice that is
// empty takes every row.
export function isWanted(row, wanted) {
  const asked = fold(wanted.contains ?? "").split(" ").filter(Boolean);
  const text = asked.length ? fold(row.text) : "";
  const choices = Object.entries(wanted.choices ?? {});
  return (
    asked.every((word) => text.includes(word)) &&
    choices.every(([name, value]) => !value || (row.choices[name] ?? []).includes(value))
  );
}

// The different values in the order in which they come first.
export function distinct(values) {
  return [...new Set(values)];
}
