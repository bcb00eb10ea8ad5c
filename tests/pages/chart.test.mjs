// The places of charts that scripts draw, and of the signs that they lay over others.

import assert from "node:assert/strict";
import { test } from "node:test";

import { chosenRows, unitOf } from "../../reports/assets/explorer.mjs";
import { isFigures } from "../../reports/assets/figures.mjs";
import { nearest, parsePlaces } from "../../reports/assets/overlay.mjs";
import { axisFor, runsOf, shareOf, spreadApart, ticksOf, wrapWords } from "../../reports/assets/scale.mjs";

const words = (values, isShare, isCount) => ticksOf(axisFor(values, { isShare, isCount }), isShare).map((tick) => tick.words);

// The same cases as those of the axis in the program.
test("ticks are those of the other charts", () => {
  assert.deepEqual(words([78.2, 97], true), ["75%", "80%", "85%", "90%", "95%", "100%"]);
  assert.deepEqual(words([3, 41], true), ["0%", "10%", "20%", "30%", "40%", "50%"]);
  assert.deepEqual(words([0.1, 0.3], false), ["0.0", "0.1", "0.2", "0.3"]);
  assert.deepEqual(words([100, 100], true), ["95%", "96%", "97%", "98%", "99%", "100%"]);
  assert.deepEqual(words([0], true), ["0%", "1%", "2%", "3%", "4%", "5%"]);
  assert.equal(words([-2, 3], false)[0], "−2");
  assert.deepEqual(words([0, 0], false, true), ["0", "1"]);
  assert.deepEqual(words([2], false, true), ["0", "1", "2"]);
  assert.deepEqual(words([180000, 195000], false, true), ["0", "50,000", "100,000", "150,000", "200,000"]);
});

test("every value stands between the ends of its axis", () => {
  for (let at = 0; at < 2_000; at += 1) {
    const values = Array.from({ length: 1 + (at % 4) }, (_, index) => Math.abs(Math.sin(at * 7 + index * 3)) * 10 ** ((at % 9) - 3));
    const axis = axisFor(values, { isShare: at % 2 === 0, isCount: at % 3 === 0 });
    for (const value of values) {
      const share = shareOf(axis, value);
      assert.ok(share >= -1e-9 && share <= 1 + 1e-9, `${value} of ${values}`);
    }
    assert.ok(axis.last - axis.first <= 6);
  }
});

test("labels do not overlap and keep their order", () => {
  const placed = spreadApart([50, 51, 49, 10], 20, 0, 100);
  const sorted = [...placed].sort((a, b) => a - b);
  sorted.slice(1).forEach((place, at) => assert.ok(place - sorted[at] >= 20 - 1e-9, `${placed}`));
  assert.ok(placed[2] < placed[0] && placed[0] < placed[1]);
  assert.equal(Math.max(...spreadApart([100, 99], 20, 0, 100)), 100);
});

test("no line crosses a gap", () => {
  assert.deepEqual(runsOf([1, 2, null, 3, null, null, 4, 5]), [[0, 1], [3], [6, 7]]);
  assert.deepEqual(runsOf([null]), []);
});

test("words are wrapped and a long one stays whole", () => {
  const lines = wrapWords("January to March 2026", 10, (text) => text.length);
  assert.deepEqual(lines, ["January to", "March 2026"]);
  assert.deepEqual(wrapWords("x".repeat(30), 10, (text) => text.length), ["x".repeat(30)]);
});

test("places belong to rows, and the nearest is found by the sides that there are", () => {
  const places = parsePlaces("31 - 10", "40 - 20");
  assert.deepEqual(places, [{ row: 0, x: 31, y: 40 }, { row: 2, x: 10, y: 20 }]);
  assert.equal(nearest(places, { x: 12, y: 22 }).row, 2);
  const periods = parsePlaces("10 60 110", undefined);
  assert.equal(nearest(periods, { x: 64, y: 999 }).row, 1);
  assert.equal(nearest([], { x: 0, y: 0 }), undefined);
  assert.deepEqual(parsePlaces("1e9 NaN <b>", ""), []);
});

test("the explorer takes rows by their names, in the order of the choices", () => {
  const figures = { rows: [{ name: "All forces" }, { name: "Kent" }] };
  assert.deepEqual(chosenRows(figures, ["Kent", "Nobody", "All forces"]).map(({ name }) => name), ["Kent", "All forces"]);
  assert.equal(unitOf("Arrests (per 1,000 officers), by organisation and period"), "per 1,000 officers");
  assert.equal(unitOf("Arrests (all) (%), by organisation and period"), "%");
});

test("a message is a table of figures, or nothing", () => {
  const file = { words: "Download", address: "../data/CRE-01-all-figures-0123456789ab.csv" };
  const table = { caption: "c", periods: ["p"], notes: [], rows: [{ name: "n", cells: [{ text: "1", value: 1 }] }], file };
  assert.ok(isFigures(table));
  assert.ok(isFigures({ ...table, file: { words: "", address: "" } }));
  const wrong = [
    undefined,
    {},
    { ...table, rows: [{ name: "n", cells: [{ text: "1", value: "1" }] }] },
    { ...table, file: undefined },
    { ...table, file: { words: "", address: "javascript:alert(1)" } },
    { ...table, file: { words: "", address: "https://example.org/data/a.csv" } },
  ];
  for (const data of wrong) assert.ok(!isFigures(data), JSON.stringify(data));
});
