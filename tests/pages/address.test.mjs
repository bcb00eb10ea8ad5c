// What an address keeps.

import assert from "node:assert/strict";
import { test } from "node:test";

import { comparisonIn, forceIn, isPage, withComparison, withForce } from "../../reports/assets/address.mjs";

test("only a code is taken for one", () => {
  assert.equal(forceIn("?force=E23000032"), "E23000032");
  assert.equal(forceIn("?a=b&force=LM-DVLA"), "LM-DVLA");
  for (const query of ["", "?force=", "?force=<script>", "?force=..%2F..", "?force=-x", `?force=${"E".repeat(33)}`]) {
    assert.equal(forceIn(query), undefined, query);
  }
});

test("a code goes into an address and out of it, and nothing else changes", () => {
  assert.equal(withForce("../metrics/CRE-01.html#figures", "E1"), "../metrics/CRE-01.html?force=E1#figures");
  assert.equal(withForce("a.html?metric=X&force=E1#b", "E2"), "a.html?metric=X&force=E2#b");
  assert.equal(withForce("a.html?force=E1", undefined), "a.html");
  assert.equal(withForce("a.html", undefined), "a.html");
});

test("only pages of the edition carry the code on", () => {
  for (const page of ["a.html", "../a.html#x", "forces/E1.html?force=E2"]) assert.ok(isPage(page), page);
  for (const other of ["#x", "a.csv", "https://example.org/a.html", "mailto:a@b.html", "//example.org/a.html", "javascript:a.html"]) {
    assert.ok(!isPage(other), other);
  }
});

test("a comparison comes back as it went in", () => {
  const state = { metric: "CRE-01", bodies: ["All forces", "Devon & Cornwall", "Ynys Môn", "a=b#c"] };
  const query = withComparison("?force=E1", state);
  assert.deepEqual(comparisonIn(query), state);
  assert.equal(forceIn(query), "E1");
  assert.equal(withComparison("", { metric: undefined, bodies: [] }), "");
});

test("a comparison holds at most four bodies, each once, and no endless name", () => {
  const { bodies } = comparisonIn(`?body=a&body=a&body=b&body=&body=c&body=${"x".repeat(501)}&body=d&body=e`);
  assert.deepEqual(bodies, ["a", "b", "c", "d"]);
});
