// Uses the controls of a release's pages in a browser as readers do: sorts, filters, searches, highlights, reads charts, compares.
// Everything is done twice, from a server and from the disk. Pages are also held against a browser without scripts, against print,
// against forced colours, and against hostile names.
//
// Usage: node tests/pages/behaviour.mjs RELEASE [EDITION]
// RELEASE/EDITION ("national" unless told) is an edition with pages of metrics. Run it where check.mjs is run.

import { createRequire } from "node:module";
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join, resolve, sep } from "node:path";
import { pathToFileURL } from "node:url";

const require = createRequire(join(process.cwd(), "package.json"));
const puppeteer = require("puppeteer-core");
const axeSource = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

const edition = resolve(process.argv[2] ?? ".", process.argv[3] ?? "national");
const metrics = readdirSync(join(edition, "metrics")).filter((name) => name.endsWith(".html")).sort();
const hasMatrix = readFileSync(join(edition, "forces.html"), "utf8").includes("table-scroll matrix");
const HOSTILE = `</script><img src=x onerror="globalThis.hacked=1">'"\u202eesrever ${"n".repeat(500)}`;
const TYPES = { ".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".csv": "text/csv" };
const failures = [];
let passed = 0;

function serve(folder) {
  const server = createServer((request, response) => {
    const path = join(folder, decodeURIComponent(new URL(request.url, "http://localhost").pathname));
    // A browser asks for it by itself.
    if (request.url === "/favicon.ico") return response.writeHead(204).end();
    if (!path.startsWith(folder + sep) || !statSync(path, { throwIfNoEntry: false })?.isFile()) return response.writeHead(404).end();
    response.writeHead(200, { "content-type": `${TYPES[extname(path)] ?? "text/plain"}; charset=utf-8` });
    response.end(readFileSync(path));
  });
  return new Promise((done) => server.listen(0, "127.0.0.1", () => done(server)));
}

function assert(condition, message) {
  if (!condition) throw new Error(message);
}

const equal = (found, wanted, message) =>
  assert(JSON.stringify(found) === JSON.stringify(wanted), `${message}: ${JSON.stringify(found)}, not ${JSON.stringify(wanted)}`);

// Opens a page, runs a check on it, and keeps what went wrong.
async function check(browser, name, address, run, { scripts = true, width = 1280, failing } = {}) {
  const page = await browser.newPage();
  const problems = [];
  const requests = [];
  const isMeant = (message) => failing !== undefined && message.location().url?.includes(failing);
  page.on("console", (message) => message.type() === "error" && !isMeant(message) && problems.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => problems.push(`script error: ${error.message}`));
  page.on("requestfailed", (request) => request.url().includes(failing) || problems.push(`not loaded: ${request.url()}`));
  page.on("request", (request) => requests.push(request.url()));
  page.setDefaultTimeout(15_000);
  try {
    await page.setJavaScriptEnabled(scripts);
    await page.setViewport({ width, height: 1000 });
    await page.goto(address, { waitUntil: "load" });
    await run(page, requests);
  } catch (error) {
    problems.push(error.message);
  }
  await page.close();
  if (problems.length === 0) passed += 1;
  else failures.push(`${name}\n${problems.map((problem) => `    ${problem}`).join("\n")}`);
}

async function accessible(page) {
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate((rules) => globalThis.axe.run({ runOnly: rules, preload: false }), RULES);
  const told = violations.map(({ id, nodes }) => `${id} at ${nodes[0].target.join(" ")}`);
  assert(told.length === 0, `axe: ${told.join("; ")}`);
}

const statusOf = (page, selector = ".tools + .table-status") => page.$eval(selector, (status) => status.textContent);
// The names of the rows that are shown, in their order.
const rowsOf = (page, table) =>
  page.$eval(table, (found) =>
    [...found.tBodies[0].rows].filter((row) => !row.hidden).map((row) => row.cells[0].querySelector("a")?.textContent ?? row.cells[0].textContent.trim()));
const columnOf = (page, table, at) =>
  page.$eval(table, (found, index) => [...found.tBodies[0].rows].map((row) => row.cells[index].firstChild.textContent.trim()), at);

async function pressHeading(page, table, words) {
  const buttons = await page.$$(`${table} thead button`);
  for (const button of buttons) {
    if ((await button.evaluate((one) => one.textContent)).includes(words)) return button.click();
  }
  throw new Error(`no heading ${words}`);
}

async function sortsAndFilters(page) {
  const table = "table[data-sort]";
  const before = await rowsOf(page, table);
  const groups = () => page.$$eval(`${table} tbody tr:not([hidden]) .group`, (found) => found.filter((one) => getComputedStyle(one).visibility === "visible").map((one) => one.textContent));
  const groupsBefore = await groups();
  await pressHeading(page, table, "Verdict");
  equal(await page.$$eval(`${table} th[aria-sort]`, (found) => found.map((one) => one.getAttribute("aria-sort"))), ["ascending"], "aria-sort");
  const status = await statusOf(page);
  assert(status.includes("Sorted by Verdict, worse first") && status.includes("groups are taken apart"), status);
  equal(await groups(), [], "groups while sorted");
  const rising = await rowsOf(page, table);
  equal([...rising].sort(), [...before].sort(), "rows while sorted");
  await accessible(page);
  await pressHeading(page, table, "Verdict");
  await pressHeading(page, table, "Verdict");
  equal(await rowsOf(page, table), before, "rows after three presses");
  equal(await groups(), groupsBefore, "groups after three presses");
  equal((await page.$$("th[aria-sort]")).length, 0, "aria-sort after three presses");
  const choose = async (label, value) => {
    const id = await page.$$eval(".tools label", (found, words) => found.find((one) => one.textContent === words).htmlFor, label);
    await page.select(`#${id}`, value);
  };
  await choose("Principle", groupsBefore[1]);
  const second = await rowsOf(page, table);
  assert(second.length > 0 && second.length < before.length, "the principle chooses no rows");
  equal(await statusOf(page), `${second.length} of ${before.length} metrics shown.`, "status");
  equal(await groups(), [groupsBefore[1]], "group that is shown");
  await choose("Principle", "");
  // The rows that are left lack the first of their group: its name must move to them.
  const word = second[second.length - 1].split(" ")[0].toLowerCase();
  await page.type(".tools input", word);
  equal(await rowsOf(page, table), [second[second.length - 1]], "rows that contain the id");
  equal(await groups(), [groupsBefore[1]], "group of the only row");
  await page.$$eval(".tools button", (found) => found.at(-1).click());
  equal(await rowsOf(page, table), before, "rows after the reset");
  equal(await groups(), groupsBefore, "groups after the reset");
}

async function sortsFigures(page) {
  const table = "#figures ~ .table-scroll table[data-sort]";
  const number = (text) => Number(text.replaceAll(",", "").replace("−", "-"));
  const isAbsent = (text) => text.startsWith("[");
  const ofDirection = async () => {
    const texts = await columnOf(page, table, 1);
    const firstAbsent = texts.findIndex(isAbsent);
    if (firstAbsent >= 0) assert(texts.slice(firstAbsent).every(isAbsent), `absent values do not stand last: ${texts}`);
    return texts.filter((text) => !isAbsent(text)).map(number);
  };
  const heading = (await page.$$(`${table} thead button`))[1];
  await heading.click();
  const rising = await ofDirection();
  equal(rising, [...rising].sort((a, b) => a - b), "rising values");
  await heading.click();
  const falling = await ofDirection();
  equal(falling, [...falling].sort((a, b) => b - a), "falling values");
}

async function ordersByChoice(page) {
  const options = await page.$$eval(".order select option", (found) => found.map(({ value, textContent }) => ({ value, textContent })));
  const worst = options.filter(({ textContent }) => textContent.includes("worse first"));
  assert(worst.length > 0, "no metric to sort forces by");
  await page.select(".order select", worst[0].value);
  const column = Number(worst[0].value.split(" ")[0]);
  const signs = await page.$eval("table[data-sort]", (table, at) => [...table.tBodies[0].rows].map((row) => [...row.cells[at].querySelector(".sign, .verdict").classList].at(-1)), column);
  const ranks = ["worse", "worse-95", "different", "different-95", "no-difference", "better-95-down", "better-95-up", "better-down", "better-up"];
  const places = signs.map((sign) => (ranks.includes(sign) ? ranks.indexOf(sign) : 99));
  equal(places, [...places].sort((a, b) => a - b), "forces by a metric");
}

async function searches(page, requests) {
  assert(!requests.some((address) => address.includes("search-index")), "the index is read before the search is used");
  const id = metrics[0].replace(".html", "");
  await page.type(".search input", id.toLowerCase());
  await page.waitForSelector(".results a");
  const first = await page.$eval(".results a", (link) => ({ words: link.textContent, address: link.href }));
  assert(first.words.startsWith(id) && first.address.includes(`metrics/${id}.html`), JSON.stringify(first));
  assert(/result/.test(await statusOf(page, ".search-status")), "the search says nothing");
  await accessible(page);
  await page.keyboard.press("Escape");
  equal(await page.$eval(".search-panel", (panel) => panel.hidden), true, "panel after Escape");
  await page.type(".search input", "zzzzqq");
  await page.waitForFunction(() => document.querySelector(".search-status").textContent.startsWith("Nothing"));
  await page.keyboard.press("Escape");
  await page.type(".search input", id);
  await page.waitForSelector(".results a");
  await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
  assert((await page.$eval("h1", (heading) => heading.textContent)).startsWith(id), "Enter does not open the first result");
}

async function highlights(page) {
  await page.click(".highlight button");
  await page.waitForSelector(".highlight select");
  const row = await page.$$eval("#figures ~ .table-scroll tbody th", (found) => found.slice(5, 6).map((one) => one.textContent.trim())[0]);
  const code = await page.$$eval(".highlight option", (found, name) => found.find((one) => one.textContent === name)?.value, row);
  assert(code, `${row} cannot be chosen`);
  await page.select(".highlight select", code);
  assert(new URL(page.url()).searchParams.get("force") === code, page.url());
  const marked = await page.$$eval("tr[aria-current]", (found) => found.map((one) => one.textContent));
  assert(marked.length > 0 && marked.every((text) => text.includes(row)), "other rows are marked");
  assert((await statusOf(page, ".highlight-status")).startsWith(`${row} is highlighted in`), "the highlight is not said");
  const places = await page.$$eval(".figure-graphic[data-y]", (found) => found.length);
  if (places > 0) assert((await page.$$(".own-sign")).length > 0, "no mark of a drawing is highlighted");
  await accessible(page);
  await Promise.all([page.waitForNavigation(), page.$eval(".site-nav a", (link) => link.click())]);
  assert(new URL(page.url()).searchParams.get("force") === code, `the link forgets it: ${page.url()}`);
  await page.waitForFunction((name) => document.querySelector(".highlight option:checked")?.textContent === name, {}, row);
  await page.select(".highlight select", "");
  assert(!page.url().includes("force="), "it cannot be taken away");
  equal((await page.$$eval("a[href*='force=']", (found) => found.length)), 0, "links that keep it");
}

async function readsCharts(page) {
  const graphics = await page.$$(".figure-graphic.wide[role=slider]");
  assert(graphics.length > 0, "no drawing can be read");
  for (const graphic of graphics) {
    const told = () => graphic.evaluate((one) => one.getAttribute("aria-valuetext"));
    await graphic.focus();
    await page.keyboard.press("Home");
    const first = await told();
    await page.keyboard.press("End");
    const last = await told();
    assert(first !== last || (await graphic.evaluate((one) => one.ariaValueMax)) === "0", `keys change nothing: ${first}`);
    // Every word comes from one row of the table below.
    const isFromTable = await graphic.evaluate((one, text) => {
      const [name, ...pairs] = text.split("; ");
      const rows = [...one.closest(".figure").querySelectorAll("details tbody tr")];
      const row = rows.find((each) => each.cells[0].textContent.trim() === name);
      return row && pairs.every((pair) => [...row.cells].some((cell) => pair.endsWith(`: ${cell.textContent.trim().replace(/\s+/g, " ")}`)));
    }, last);
    assert(isFromTable, `not in the table: ${last}`);
    equal(await graphic.$eval(".readout", (box) => box.hidden), false, "readout on keys");
    await page.keyboard.press("Escape");
    equal(await graphic.$eval(".readout", (box) => box.hidden), true, "readout after Escape");
    await graphic.scrollIntoView();
    const box = await graphic.boundingBox();
    await page.mouse.move(box.x + box.width / 2, box.y + Math.min(120, box.height / 2));
    equal(await graphic.$eval(".readout", (one) => one.hidden), false, "readout under the pointer");
    await page.mouse.move(2, 2);
    await page.evaluate(() => document.activeElement.blur());
    equal(await graphic.$eval(".readout", (one) => one.hidden), true, "readout beside the drawing");
    await page.touchscreen.tap(box.x + box.width / 3, box.y + Math.min(150, box.height / 2));
    equal(await graphic.$eval(".readout", (one) => one.hidden), false, "readout on touch");
  }
  await accessible(page);
}

async function compares(page) {
  await page.waitForSelector(".explorer svg");
  const id = metrics.at(-1).replace(".html", "");
  await page.select(".explorer select", id);
  await page.waitForFunction((metric) => document.querySelector(".explorer .tools + .table-status").textContent.includes(metric), {}, id);
  const names = await page.$$eval(".explorer select", (found) => [...found[1].options].slice(1, 4).map((one) => one.value));
  for (const [at, name] of names.entries()) {
    const field = (await page.$$(".explorer select"))[at + 1];
    await field.evaluate((one, value) => {
      one.value = value;
      one.dispatchEvent(new Event("change"));
    }, name);
  }
  const address = new URL(page.url());
  equal([address.searchParams.get("metric"), address.searchParams.getAll("body")], [id, names], "address");
  const readTable = () => page.$$eval(".explorer tbody tr", (rows) => rows.map((row) => [...row.cells].map((cell) => cell.textContent)));
  const table = await readTable();
  await accessible(page);
  await page.reload({ waitUntil: "load" });
  await page.waitForSelector(".explorer table");
  equal(await readTable(), table, "table after a reload");
  const link = await page.$$eval(".explorer a", (found) => found.map((one) => one.href).find((href) => href.includes("/metrics/")));
  await page.goto(link, { waitUntil: "load" });
  const published = await page.$eval("caption[id$='-by-period']", (caption, wanted) => {
    const found = caption.closest("table");
    const rows = wanted.map((name) => [...found.tBodies[0].rows].find((row) => row.cells[0].textContent.trim() === name));
    return [...found.tHead.rows[0].cells].slice(1).map((heading, at) => [heading.textContent.trim(), ...rows.map((row) => row.cells[at + 1].textContent.trim())]);
  }, names);
  equal(table, published, "figures of the explorer");
}

// A page of a metric that the server does not give leaves a link to it, and no figures of another metric.
async function saysWhatCannotBeRead(page) {
  await page.waitForSelector(".explorer table");
  const lost = metrics.at(-1).replace(".html", "");
  await page.setRequestInterception(true);
  page.on("request", (request) => (request.url().includes(`/metrics/${lost}`) ? request.abort() : request.continue()));
  await page.select(".explorer select", lost);
  await page.waitForSelector(".explorer .tools + .table-status a");
  const link = await page.$eval(".explorer .tools + .table-status a", (found) => found.getAttribute("href"));
  assert(link.includes(lost), link);
  await (await page.$$(".explorer select"))[1].evaluate((field) => field.dispatchEvent(new Event("change")));
  equal((await page.$$(".explorer table, .explorer svg")).length, 0, "figures of another metric");
  await page.select(".explorer select", metrics[0].replace(".html", ""));
  await page.waitForSelector(".explorer table");
}

async function isCompleteWithoutScripts(page) {
  // Without scripts the browser's own protocol still reads the page.
  const html = await page.content();
  assert(!/<(button|input|select)\b/.test(html), "a control stands there");
  assert(html.includes('aria-hidden="true"') || !html.includes("figure-graphic"), "a drawing has changed");
}

async function hidesControlsInPrint(page) {
  await page.emulateMediaType("print");
  const shown = await page.$$eval(".site-tools, .tools, .readout", (found) => found.filter((one) => one.getClientRects().length).map((one) => one.className));
  equal(shown, [], "controls in print");
  // A print of some rows says that it is one.
  const isSaid = await page.evaluate(() => {
    const field = document.querySelector(".tools input");
    if (!field) return true;
    field.value = "zzzz";
    field.dispatchEvent(new Event("input"));
    const status = document.querySelector(".tools + .table-status");
    return status.getClientRects().length > 0 && status.textContent.startsWith("0 of");
  });
  assert(isSaid, "a print does not say that rows are left out");
}

async function showsControlsInForcedColours(page) {
  const session = await page.createCDPSession();
  await session.send("Emulation.setEmulatedMedia", { features: [{ name: "forced-colors", value: "active" }] });
  assert(await page.evaluate(() => matchMedia("(forced-colors: active)").matches), "forced colours are not on");
  const without = await page.$$eval(".site-tools input, .site-tools button, .tools input, .tools select, .tools button", (found) =>
    found.filter((one) => one.getClientRects().length && parseFloat(getComputedStyle(one).borderTopWidth) < 1).map((one) => one.outerHTML));
  equal(without, [], "controls without a border");
}

async function narrowHasItsOrder(page) {
  equal(await page.$eval(".dense thead", (head) => getComputedStyle(head).display), "none", "headings of cards");
  assert(await page.$eval(".tools .order", (order) => order.getClientRects().length > 0), "no choice of an order");
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert(wide <= 0, `the page is ${wide} px too wide`);
  await accessible(page);
}

// The edition with a hostile name in place of the first organisation's, on its pages as the program escapes it.
function hostileEdition() {
  const folder = mkdtempSync(join(tmpdir(), "hostile-"));
  cpSync(join(edition, "assets"), join(folder, "assets"), { recursive: true });
  const file = join(folder, "assets/search-index.js");
  const text = readFileSync(file, "utf8");
  const index = JSON.parse(text.slice("globalThis.searchIndex=".length).trim().replace(/;$/, ""));
  const { name, code } = index.organisations[0];
  index.organisations[0].name = HOSTILE;
  index.entries.push({ kind: "definition", title: HOSTILE, about: HOSTILE, to: "explore.html" });
  writeFileSync(file, `globalThis.searchIndex=${JSON.stringify(index).replaceAll("<", "\\u003c")};\n`);
  const escaped = HOSTILE.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
  for (const page of ["explore.html", `metrics/${metrics[0]}`]) {
    cpSync(join(edition, page), join(folder, page), { recursive: true });
    const html = readFileSync(join(folder, page), "utf8");
    writeFileSync(join(folder, page), html.replaceAll(`>${name}<`, `>${escaped}<`));
  }
  return { folder, code };
}

async function isUnhurt(page) {
  const found = await page.evaluate(() => ({
    hacked: globalThis.hacked,
    images: document.querySelectorAll("img").length,
    scripts: [...document.scripts].filter((script) => !/\/assets\/(site-[0-9a-f]+|search-index)\.js$/.test(script.src)).length,
    wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
  }));
  equal(found, { images: 0, scripts: 0, wide: Math.min(found.wide, 0) }, "a hostile name does harm");
}

async function survivesNames(page) {
  await page.waitForSelector("tr[aria-current]");
  await isUnhurt(page);
  await page.type(".search input", "onerror");
  await page.waitForSelector(".results li");
  await isUnhurt(page);
  assert(!(await page.$eval(".results", (list) => list.textContent)).includes("\u202e"), "a name turns the direction of words");
  await page.type(".tools input", "onerror");
  assert((await statusOf(page)).startsWith("1 of"), await statusOf(page));
  for (const graphic of await page.$$("[role=slider]")) {
    if (!(await graphic.evaluate((one) => one.getClientRects().length))) continue;
    await graphic.focus();
    await page.keyboard.press("Home");
    await isUnhurt(page);
  }
}

async function comparesNames(page) {
  await page.waitForSelector(".explorer table");
  const value = await page.$$eval(".explorer select", (found) => [...found[1].options].find((one) => one.value.includes("onerror")).value);
  await (await page.$$(".explorer select"))[1].evaluate((field, name) => {
    field.value = name;
    field.dispatchEvent(new Event("change"));
  }, value);
  assert(new URL(page.url()).searchParams.getAll("body").length === 1, page.url());
  await isUnhurt(page);
}

async function everything(browser, origin, root) {
  const at = (page) => `${root}/${page}`;
  const metric = at(`metrics/${metrics[0]}`);
  const figure = at(`metrics/${metrics.find((name) => readFileSync(join(edition, "metrics", name), "utf8").includes("data-y")) ?? metrics[0]}`);
  const named = (what) => `${what}, ${origin}`;
  await check(browser, named("sort and filter"), at("all-metrics.html"), sortsAndFilters);
  await check(browser, named("sort figures"), metric, sortsFigures);
  if (hasMatrix) await check(browser, named("order of forces"), at("forces.html"), ordersByChoice);
  await check(browser, named("search"), at("index.html"), searches);
  await check(browser, named("highlight"), figure, highlights);
  await check(browser, named("readout"), figure, readsCharts);
  await check(browser, named("explorer"), at("explore.html"), compares);
  for (const page of ["all-metrics.html", "explore.html", `metrics/${metrics[0]}`]) {
    await check(browser, named(`${page} without scripts`), at(page), isCompleteWithoutScripts, { scripts: false });
    await check(browser, named(`${page} in print`), at(page), hidesControlsInPrint);
    await check(browser, named(`${page} in forced colours`), at(page), showsControlsInForcedColours);
  }
  await check(browser, named("narrow"), at("all-metrics.html"), narrowHasItsOrder, { width: 320 });
}

const started = Date.now();
const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
const browser = await puppeteer.launch({ executablePath, args: ["--no-sandbox", "--force-color-profile=srgb"] });
const hostile = hostileEdition();
const servers = [await serve(edition), await serve(hostile.folder)];
const [served, servedHostile] = servers.map((server) => `http://127.0.0.1:${server.address().port}`);
try {
  await everything(browser, "from a server", served);
  await everything(browser, "from the disk", pathToFileURL(edition).href);
  const failing = { failing: `/metrics/${metrics.at(-1).replace(".html", "")}` };
  await check(browser, "a page that cannot be read, from a server", `${served}/explore.html`, saysWhatCannotBeRead, failing);
  for (const [origin, root] of [["from a server", servedHostile], ["from the disk", pathToFileURL(hostile.folder).href]]) {
    const query = `?force=${hostile.code}`;
    for (const width of [1280, 320]) {
      await check(browser, `hostile names at ${width} px, ${origin}`, `${root}/metrics/${metrics[0]}${query}`, survivesNames, { width });
    }
    const comparison = `${root}/explore.html?metric=${metrics[0].replace(".html", "")}`;
    await check(browser, `hostile names compared, ${origin}`, comparison, comparesNames);
  }
} finally {
  await browser.close();
  for (const server of servers) server.close();
  rmSync(hostile.folder, { recursive: true });
}
for (const failure of failures) console.log(`FAILED ${failure}`);
console.log(`behaviour of ${edition}, ${((Date.now() - started) / 1000).toFixed(1)} s`);
console.log(`${passed} passed, ${failures.length} failed`);
process.exit(failures.length === 0 && passed > 0 ? 0 : 1);
