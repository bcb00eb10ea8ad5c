// Checks the pages of a release: markup (html-validate), accessibility (axe-core, wide and narrow, data tables open),
// widths of pages, tables and navigation, that nothing is blocked or missing, and that each figure shows one drawing.
//
// Usage: node tests/pages/check.mjs RELEASE [--all | --per-kind=N]
// Run it from a folder with puppeteer-core 24, axe-core 4.14 and html-validate 10 installed; CHROMIUM names the browser.
// The browser opens up to N pages of each kind (12 unless told), evenly spread: pages of one kind differ in one name only, such
// as the metric or the force. With --all it opens every page. Markup is always checked for all.

import { createRequire } from "node:module";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const require = createRequire(join(process.cwd(), "package.json"));
const puppeteer = require("puppeteer-core");
const { HtmlValidate } = require("html-validate");
const axeSource = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const WIDTHS = [1280, 320];
// Where only the layout is looked at.
const MORE_WIDTHS = [768, 360];
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const MARKUP = {
  extends: ["html-validate:recommended"],
  root: true,
  // Titles hold the page and the report, as readers with many tabs need. Pages leave out what HTML lets them: quotation marks
  // in drawings, and the ends of cells, rows and entries.
  rules: {
    "attr-quotes": ["error", { style: "double", unquoted: true }],
    "long-title": "off",
    "no-implicit-close": "off",
    "no-trailing-whitespace": "off",
  },
};

const folder = resolve(process.argv[2] ?? ".");
const all = process.argv.includes("--all");
const perKind = Number(process.argv.find((argument) => argument.startsWith("--per-kind="))?.split("=")[1] ?? 12);
const pages = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith(".html")).sort();
const failures = [];
let passed = 0;

function record(name, problems) {
  if (problems.length === 0) passed += 1;
  else failures.push(`${name}\n${problems.map((problem) => `    ${problem}`).join("\n")}`);
}

const validator = new HtmlValidate(MARKUP);

async function checkMarkup(name) {
  const report = await validator.validateFile(join(folder, name));
  const messages = report.results.flatMap((result) => result.messages);
  record(`${name} markup`, messages.map((m) => `${m.line}:${m.column} ${m.ruleId}: ${m.message}`));
}

// Runs in the page.
function layoutProblems() {
  const problems = [];
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth) problems.push(`page is ${root.scrollWidth} px wide in ${root.clientWidth}`);
  // A page of this width holds every table of fewer than twelve columns; the others, such as series of months, scroll in their own regions.
  for (const region of innerWidth < 1280 ? [] : document.querySelectorAll(".table-scroll")) {
    const beyond = region.scrollWidth - region.clientWidth;
    const isVast = region.querySelector("thead th:nth-child(12)");
    if (beyond > 0 && !isVast) problems.push(`${region.getAttribute("aria-labelledby")} is ${beyond} px too wide`);
  }
  const navigation = document.querySelector(".site-nav");
  if (navigation) {
    const [main, part] = navigation.querySelectorAll("ul");
    if (main.children.length > 7) problems.push(`${main.children.length} entries at the top of the navigation`);
    if (navigation.querySelectorAll("[aria-current=page]").length > 1) problems.push("two entries of the navigation are current");
    if (part && !main.querySelector("[aria-current]")) problems.push("no entry of the navigation is above its part");
    const { height, bottom } = navigation.getBoundingClientRect();
    if (height > 200 || bottom > 620) problems.push(`the navigation takes ${height} px and ends at ${bottom} px`);
    for (const link of navigation.querySelectorAll("a")) {
      if (link.getBoundingClientRect().height < 24) problems.push(`“${link.textContent}” is a small target`);
    }
  }
  const first = document.querySelector("a, button, summary, [tabindex]");
  if (!first?.matches('.skip-link[href="#main"]') || !document.querySelector("main#main")) problems.push("no skip link first");
  for (const figure of document.querySelectorAll("section.figure")) {
    const shown = [...figure.querySelectorAll(".figure-graphic")].filter((graphic) => graphic.offsetHeight > 20);
    if (shown.length !== 1) problems.push(`${figure.getAttribute("aria-labelledby")} shows ${shown.length} drawings`);
    const needed = [".figure-title", ".figure-text", "details table caption"];
    for (const part of needed) {
      if (!figure.querySelector(part)?.textContent.trim()) problems.push(`${figure.id} has no ${part}`);
    }
  }
  // One file may hold the data of all figures of a page.
  if (document.querySelector("section.figure") && !document.querySelector("a[download]")) problems.push("no file of data");
  for (const cell of document.querySelectorAll("td, th")) {
    if (!cell.textContent.trim()) problems.push(`an empty cell in ${cell.closest("table").caption?.textContent}`);
  }
  const tooSmall = [...document.querySelectorAll("svg text")].filter(
    (text) => text.getClientRects().length && parseFloat(getComputedStyle(text).fontSize) * (text.getScreenCTM()?.a ?? 1) < 11.9,
  );
  if (tooSmall.length) problems.push(`${tooSmall.length} texts in drawings are shown under 12 px`);
  return problems;
}

async function checkInBrowser(browser, name, width) {
  const page = await browser.newPage();
  const problems = [];
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(`console: ${message.text()}`);
  });
  page.on("requestfailed", (request) => problems.push(`not loaded: ${request.url()}`));
  page.on("pageerror", (error) => problems.push(`script error: ${error.message}`));
  await page.setViewport({ width, height: 900 });
  await page.goto(pathToFileURL(join(folder, name)).href, { waitUntil: "load" });
  problems.push(...(await page.evaluate(layoutProblems)));
  await page.evaluate(() => document.querySelectorAll("details").forEach((details) => (details.open = true)));
  problems.push(...(await page.evaluate(layoutProblems)));
  if (MORE_WIDTHS.includes(width)) {
    await page.close();
    record(`${name} at ${width} px`, [...new Set(problems)]);
    return [];
  }
  await page.evaluate(axeSource);
  const result = await page.evaluate((rules) => globalThis.axe.run({ runOnly: rules, preload: false }), RULES);
  for (const violation of result.violations) {
    const where = violation.nodes.slice(0, 3).map((node) => node.target.join(" ")).join("; ");
    problems.push(`axe ${violation.id}: ${violation.help} (${violation.nodes.length}: ${where})`);
  }
  await page.close();
  record(`${name} at ${width} px`, [...new Set(problems)]);
  return result.incomplete.map((item) => item.id);
}

const started = Date.now();
for (const name of pages) await checkMarkup(name);

// Pages of one kind differ in the name of a metric or of a force: in the parts of their paths that hold a capital letter.
const kindOf = (name) => name.replace(/[^/]*[A-Z][^/.]*/g, "*");
const kinds = new Map();
for (const name of pages) kinds.set(kindOf(name), [...(kinds.get(kindOf(name)) ?? []), name]);
const spread = (names) => {
  const step = Math.max(1, names.length / perKind);
  return Array.from({ length: Math.min(perKind, names.length) }, (_, at) => names[Math.floor(at * step)]);
};
const opened = all ? pages : [...kinds.values()].flatMap(spread);
const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
const browser = await puppeteer.launch({ executablePath, args: ["--no-sandbox", "--force-color-profile=srgb"] });
const incomplete = new Map();
try {
  for (const name of opened) {
    // Side by side: each tab has a process of its own.
    const left = await Promise.all([...WIDTHS, ...MORE_WIDTHS].map((width) => checkInBrowser(browser, name, width)));
    for (const id of left.flat()) incomplete.set(id, (incomplete.get(id) ?? 0) + 1);
  }
} finally {
  await browser.close();
}

for (const failure of failures) console.log(`FAILED ${failure}`);
for (const [id, count] of incomplete) console.log(`left to people: axe ${id} on ${count} pages`);
const seconds = ((Date.now() - started) / 1000).toFixed(1);
console.log(`${pages.length} pages in ${relative(process.cwd(), folder) || "."}, ${opened.length} opened, ${seconds} s`);
console.log(`${passed} passed, ${failures.length} failed`);
process.exit(failures.length === 0 && pages.length > 0 ? 0 : 1);
