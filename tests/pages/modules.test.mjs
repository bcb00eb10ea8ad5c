// What the program asks of the modules when it joins them to one script, and what no module may do.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

const folder = new URL("../../reports/assets/", import.meta.url);
const modules = readdirSync(folder).filter((name) => name.endsWith(".mjs"));
const linesOf = (name) => readFileSync(new URL(name, folder), "utf8").split("\n");
const code = (name) => linesOf(name).filter((line) => !/^\s*\/\//.test(line));

test("an import stands on one line and renames nothing", () => {
  for (const name of modules) {
    for (const line of code(name).filter((one) => /^import\b/.test(one))) {
      assert.match(line, /^import \{ [\w, ]+ \} from "\.\/[a-z-]+\.mjs";$/, `${name}: ${line}`);
      assert.doesNotMatch(line, / as /, `${name}: ${line}`);
      const [, imported] = /"\.\/(.*)"/.exec(line);
      assert.ok(modules.includes(imported), `${name}: ${imported}`);
    }
  }
});

test("an export stands before a function, a class or a constant", () => {
  for (const name of modules) {
    for (const line of code(name).filter((one) => /\bexport\b/.test(one))) {
      assert.match(line, /^export (?:async )?(?:function|class|const) /, `${name}: ${line}`);
    }
  }
});

test("top-level names differ in all modules", () => {
  const declared = modules.flatMap((name) => code(name).flatMap((line) => {
    const found = /^(?:export )?(?:async )?(?:function|class|const|let) (\w+|\{.*?\})/.exec(line);
    return found ? found[1].match(/\w+/g) : [];
  }));
  assert.ok(declared.length > 50);
  assert.deepEqual(declared.filter((name, at) => declared.indexOf(name) !== at), []);
});

test("a comment has a line of its own, and no text goes over a line", () => {
  for (const name of modules) {
    for (const line of code(name)) {
      assert.doesNotMatch(line, /\/\*|\s\/\/\s/, `${name}: ${line}`);
      assert.equal(line.split("`").length % 2, 1, `${name}: ${line}`);
    }
  }
});

test("no module makes markup of texts or runs them", () => {
  const forbidden = /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|\bFunction\(|srcdoc|localStorage|cookie|setTimeout\("/;
  for (const name of modules) {
    for (const line of code(name)) assert.doesNotMatch(line, forbidden, `${name}: ${line}`);
  }
});

test("all words of controls stand in one module", () => {
  // A text of two words or more that begins with a capital letter is for a reader.
  const spoken = /["`][A-Z][a-z]+ [a-z]/;
  for (const name of modules.filter((one) => one !== "words.mjs")) {
    for (const line of code(name)) assert.doesNotMatch(line, spoken, `${name}: ${line}`);
  }
});
