// The order of cells, the choice of rows, what is said of a row.

import assert from "node:assert/strict";
import { test } from "node:test";

import { keyOf, leadingNumber, nextDirection, order } from "../../reports/assets/cells.mjs";
import { isWanted } from "../../reports/assets/filter.mjs";
import { linesOf } from "../../reports/assets/readout.mjs";

const number = (text, key) => keyOf({ key, text, isNumber: true });
const sorted = (keys, direction) => order(keys, direction);

test("a number is read as it is shown, and a key comes first", () => {
  assert.equal(leadingNumber("1,234,567.5 [u]"), 1234567.5);
  assert.equal(leadingNumber("−6.3"), -6.3);
  assert.equal(leadingNumber("+0.5"), 0.5);
  assert.equal(leadingNumber("139 of 141"), 139);
  assert.equal(leadingNumber("less than 0.1"), undefined);
  assert.deepEqual(number("less than +0.1", "0.034"), { kind: "number", value: 0.034 });
});

test("numbers sort by value, and what is absent stands last in both directions", () => {
  const keys = ["1,200", "[x]", "90.5", "−3.0", "[c]", "7"].map((text) => number(text));
  assert.deepEqual(sorted(keys, "ascending"), [3, 5, 2, 0, 1, 4]);
  assert.deepEqual(sorted(keys, "descending"), [0, 2, 5, 3, 1, 4]);
});

test("judgements sort from worse to better, and those that were not made stand last", () => {
  const keys = ["better-up", "cannot-tell", "worse-95", "no-difference", "worse", "not-applicable"].map((sign) => keyOf({ text: "", sign }));
  assert.deepEqual(sorted(keys, "ascending"), [4, 2, 3, 0, 1, 5]);
  assert.deepEqual(sorted(keys, "descending"), [0, 3, 2, 4, 1, 5]);
});

test("days, months and quarters sort by time", () => {
  const days = ["28 November 2026", "[x]", "1 December 2025", "9 January 2026"].map((text) => keyOf({ text, isNumber: false }));
  assert.deepEqual(sorted(days, "ascending"), [2, 3, 0, 1]);
  const months = ["March 2026", "October to December 2025", "January to March 2025", "April 2025"].map((text) => keyOf({ text }));
  assert.deepEqual(sorted(months, "descending"), [0, 1, 3, 2]);
  for (const text of ["Act 1998", "1 January 2026 (an event)", "Version 2", "Kent"]) {
    assert.deepEqual(keyOf({ text }), { kind: "text", value: text });
  }
});

test("words sort as people sort them, equal rows stay in their order", () => {
  const keys = ["CRE-10 b", "émile", "CRE-2 a", "Zoe", "emile", "CRE-2 a"].map((text) => keyOf({ text, isNumber: false }));
  assert.deepEqual(sorted(keys, "ascending"), [2, 5, 0, 1, 4, 3]);
  assert.deepEqual(sorted(keys, "descending"), [3, 1, 4, 0, 2, 5]);
});

test("words among numbers stand after them in both directions", () => {
  const keys = [number("no limit"), number("2"), number("[z]"), number("10")];
  assert.deepEqual(sorted(keys, "ascending"), [1, 3, 0, 2]);
  assert.deepEqual(sorted(keys, "descending"), [3, 1, 0, 2]);
});

test("a heading has three states", () => {
  assert.equal(nextDirection(undefined), "ascending");
  assert.equal(nextDirection("ascending"), "descending");
  assert.equal(nextDirection("descending"), undefined);
});

test("a row is wanted where all its words and all choices fit", () => {
  const row = { text: "CRE-01 Arrest Dyfed‑Powys Ynys Môn", choices: [["Principle 2"], ["worse", "not met"]] };
  const isShown = (contains, ...choices) => isWanted(row, { contains, choices });
  assert.ok(isShown("ARREST  mon"));
  assert.ok(!isShown("arrest kent"));
  assert.ok(isShown("", "Principle 2", "not met"));
  assert.ok(!isShown("", "Principle 2", "met"));
  assert.ok(isShown("", "", ""));
  assert.ok(!isShown("", "Principle 1"));
  assert.ok(!isWanted({ text: "x", choices: [[undefined]] }, { contains: "", choices: ["Principle 2"] }));
});

test("a readout says the first numbers and all words of a row", () => {
  const cell = (text, isNumber) => ({ text, isNumber });
  const cells = [cell("1", true), cell("2", true), cell("3", true), cell("4", true), cell("Within", false), cell("No note", false)];
  const headings = ["A", "B", "C", "D", "Label", "Notes"];
  assert.deepEqual(linesOf(headings, cells).map(({ heading }) => heading), ["A", "B", "C", "Label"]);
});
