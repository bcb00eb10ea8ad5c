// What the search finds first.

import assert from "node:assert/strict";
import { test } from "node:test";

import { find, score, searchable } from "../../reports/assets/ranking.mjs";
import { fold, plain } from "../../reports/assets/text.mjs";

const hostile = `</script><img src=x onerror="alert('1')">\u202etfel ${"n".repeat(500)}`;
const index = {
  organisations: [
    { name: "Kent", code: "E23000032", to: "forces/E23000032.html" },
    { name: "Dyfed-Powys", code: "W15000004" },
    { name: hostile, code: "E99" },
  ],
  entries: [
    { kind: "page", title: "All metrics, January to March 2026", to: "all-metrics.html" },
    { kind: "metric", title: "CRE-01 Arrest/summons on PNC within 24 hours", about: "The share of recordable arrests.", to: "metrics/CRE-01.html" },
    { kind: "metric", title: "CRE-02 Arrest/summons on PNC within three days", about: "The share of recordable arrests.", to: "metrics/CRE-02.html" },
    { kind: "definition", title: "arrest_at, Arrest and summons reports", about: "When the arrest was made, also in Kent.", to: "data-dictionary.html#dataset-arrest_summons" },
    { kind: "definition", title: "CRE-01 Arrest/summons on PNC within 24 hours", about: "A long definition.", to: "metric-dictionary.html#CRE-01" },
  ],
};
const entries = searchable(index);
const titles = (question, most = 12) => find(entries, question, most).found.map(({ title, kind }) => `${kind} ${title}`);

test("an id finds its metric first, then its definition", () => {
  const found = titles("cre-01");
  assert.deepEqual(found.map((title) => title.split(" ")[0]), ["metric", "definition"]);
});

test("a name finds its organisation before a text that mentions it", () => {
  const found = titles("kent");
  assert.equal(found[0], "organisation Kent");
  assert.equal(found.length, 2);
});

test("a code finds its organisation", () => {
  assert.equal(titles("w15000004")[0], "organisation Dyfed-Powys");
});

test("every word must be found, in any order and by its beginning", () => {
  assert.equal(titles("summons arr 24")[0], "metric CRE-01 Arrest/summons on PNC within 24 hours");
  assert.deepEqual(titles("arrest zebra"), []);
  assert.deepEqual(titles("   "), []);
});

test("accents and direction marks make no difference", () => {
  assert.equal(fold("Ynys Môn\u202e"), "ynys mon");
  assert.equal(plain("a\u202eb\u2066c  d"), "abc d");
  assert.ok(score({ kind: "organisation", title: "Ynys Môn" }, "mon") > 0);
});

test("the list is cut and says so", () => {
  const { found, more } = find(entries, "arrest", 2);
  assert.equal(found.length, 2);
  assert.ok(more);
  assert.ok(!find(entries, "arrest", 4).more);
});

test("a hostile name is a text like any other", () => {
  const { found } = find(entries, "onerror", 12);
  assert.equal(found.length, 1);
  assert.equal(found[0].title, hostile);
});
