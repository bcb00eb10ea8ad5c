// Figures of up to four organisations side by side, as chart and table.

import { comparisonIn, forceIn, withComparison, withForce } from "./address.mjs";
import { drawChart } from "./chart.mjs";
import { choice, element, labelled, on, optionOf } from "./dom.mjs";
import { loadFigures } from "./figures.mjs";
import { loadIndex } from "./index-file.mjs";
import { plain } from "./text.mjs";
import { words } from "./words.mjs";

const BODIES = 4;

// The chosen rows, each once, in the order of the choices.
export function chosenRows(figures, bodies) {
  return [...new Set(bodies)].map((name) => figures.rows.find((row) => row.name === name)).filter(Boolean);
}

// What the axis counts: the unit in the caption, "… (%), by organisation and period".
export function unitOf(caption) {
  return /\(([^()]*)\), by organisation/.exec(caption)?.[1] ?? "";
}

function linkTo(address, text) {
  return element("a", { href: address }, text);
}

function tableOf(figures, rows) {
  const head = element("tr", {}, element("th", { scope: "col" }, words.explorer.period));
  for (const { name } of rows) head.append(element("th", { scope: "col", class: "number" }, plain(name)));
  const body = element("tbody");
  figures.periods.forEach((period, at) => {
    const row = element("tr", {}, element("th", { scope: "row" }, plain(period)));
    for (const { cells } of rows) row.append(element("td", { class: "number" }, plain(cells[at]?.text ?? "")));
    body.append(row);
  });
  const caption = element("caption", { id: "explorer-table" }, element("span", {}, plain(figures.caption)));
  const table = element("table", {}, caption, element("thead", {}, head), body);
  return element("section", { class: "table-scroll", tabindex: "0", "aria-labelledby": "explorer-table" }, table);
}

class Explorer {
  constructor(place) {
    const links = [...place.querySelectorAll("li a")];
    this.metrics = links.map((link) => ({ title: link.textContent, address: link.getAttribute("href") }));
    this.id = (metric) => metric.title.split(" ")[0];
    for (const old of place.querySelectorAll("p, ul")) old.remove();
    this.metric = element("select");
    this.metric.append(...this.metrics.map((metric) => optionOf(metric.title, this.id(metric))));
    this.bodies = Array.from({ length: BODIES }, () => choice(words.explorer.none, []));
    const fields = this.bodies.map((field, at) => labelled(words.explorer.body(at + 1), field));
    this.status = element("p", { role: "status", class: "table-status" });
    this.output = element("div");
    place.append(element("div", { class: "tools" }, labelled(words.explorer.metric, this.metric), ...fields), this.status, this.output);
    on(this.metric, "change", () => this.load());
    for (const field of this.bodies) on(field, "change", () => this.show());
    on(window, "resize", () => this.draw());
  }

  async start() {
    const { metric, bodies } = comparisonIn(location.search);
    if (this.metrics.some((one) => this.id(one) === metric)) this.metric.value = metric;
    await this.load(bodies.length ? bodies : [undefined, ...(await this.highlighted())]);
  }

  async highlighted() {
    const code = forceIn(location.search);
    if (code === undefined) return [];
    const index = await loadIndex().catch(() => ({ organisations: [] }));
    return index.organisations.filter((one) => one.code === code).map((one) => one.name);
  }

  // Reads the table of the metric and keeps the choice of organisations as far as the table has them. All together stand first
  // in every table, under a name that may differ; `undefined` means them.
  async load(bodies) {
    const metric = this.metrics.find((one) => this.id(one) === this.metric.value);
    this.figures = undefined;
    this.status.textContent = words.explorer.loading;
    this.output.replaceChildren();
    let figures;
    try {
      figures = await loadFigures(metric.address);
    } catch {
      this.status.replaceChildren(`${words.explorer.failed} `, linkTo(metric.address, words.explorer.page(plain(metric.title))));
      return;
    }
    // Another metric was chosen meanwhile.
    if (this.metric.value !== this.id(metric)) return;
    const names = figures.rows.map(({ name }) => name);
    const chosen = bodies ?? this.bodies.map((field) => field.value).filter(Boolean);
    const wanted = chosen.map((name) => (name === undefined || name === this.all ? names[0] : name));
    Object.assign(this, { current: metric, figures, all: names[0] });
    const kept = wanted.filter((name) => names.includes(name));
    if (!kept.length) kept.push(...names.slice(0, 1));
    this.bodies.forEach((field, at) => {
      field.replaceChildren(field.options[0], ...names.map((name) => optionOf(name)));
      field.value = kept[at] ?? "";
    });
    this.show();
  }

  show() {
    const { current, figures, bodies } = this;
    // Another metric is being read, or could not be.
    if (!figures) return;
    this.rows = chosenRows(figures, bodies.map((field) => field.value));
    const names = this.rows.map(({ name }) => name);
    const address = location.pathname + withComparison(location.search, { metric: this.id(current), bodies: names });
    history.replaceState(null, "", address);
    this.output.replaceChildren();
    this.status.textContent = "";
    if (!names.length) return;
    this.status.textContent = words.explorer.drawn(names.map(plain), plain(current.title));
    this.graphic = element("div", { class: "figure-graphic explorer-graphic", "aria-hidden": "true" });
    const notes = figures.notes.map((note) => element("p", { class: "table-note" }, plain(note)));
    const { file } = figures;
    const links = [linkTo(withForce(current.address, forceIn(location.search)), words.explorer.page(plain(current.title))), linkTo(address, words.explorer.share)];
    if (file.address) links.unshift(linkTo(new URL(file.address, new URL(current.address, location.href)), plain(file.words)));
    const lines = links.map((link) => element("p", { class: "download" }, link));
    this.output.append(this.graphic, ...notes, tableOf(figures, this.rows), ...lines);
    this.draw();
  }

  draw() {
    if (!this.graphic?.isConnected) return;
    const { figures } = this;
    const unit = unitOf(figures.caption);
    const series = this.rows.map(({ name, cells }) => ({ name: plain(name), values: cells.map(({ value }) => value) }));
    const title = unit ? unit[0].toUpperCase() + unit.slice(1) : "";
    const periods = figures.periods.map(plain);
    const isShare = unit === "%";
    // Values of every other kind are shown with decimals.
    const isCount = !figures.rows.some(({ cells }) => cells.some(({ text, value }) => value !== null && text.includes(".")));
    const chart = { periods, series, title: isShare ? words.explorer.percent : title, isShare, isCount, cutTitle: words.explorer.cut };
    const svg = drawChart(chart, this.output.clientWidth);
    this.graphic.replaceChildren(...(svg ? [svg] : []));
  }
}

export function startExplorer() {
  const place = document.querySelector("section.explorer");
  if (place) new Explorer(place).start();
}
