// Figures of up to four organisations side by side, as chart and table.

import { comparisonIn, forceIn, withComparison } from "./address.mjs";
import { drawChart } from "./chart.mjs";
import { choice, element, labelled } from "./dom.mjs";
import { loadFigures } from "./figures.mjs";
import { edition, loadIndex } from "./index-file.mjs";
import { plain } from "./text.mjs";
import { words } from "./words.mjs";

const BODIES = 4;

// The chosen rows, each once, in the order of the choices.
export function chosenRows(figures, bodies) {
  return bodies.map((name) => figures.rows.find((row) => row.name === name)).filter(Boolean);
}

// What the axis counts: the unit in the caption, "… (%), by organisation and period".
export function unitOf(caption) {
  return /\(([^()]*)\), by organisation/.exec(caption)?.[1] ?? "";
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
  const caption = element("caption", { id: "explorer-table" }, plain(figures.caption));
  const table = element("table", {}, caption, element("thead", {}, head), body);
  return element("section", { class: "table-scroll", tabindex: "0", "aria-labelledby": "explorer-table" }, table);
}

class Explorer {
  constructor(place) {
    const links = [...place.querySelectorAll("li a")];
    this.metrics = links.map((link) => ({ title: link.textContent, address: link.getAttribute("href") }));
    this.id = (metric) => metric.title.split(" ")[0];
    this.figures = new Map();
    for (const old of place.querySelectorAll("p, ul")) old.remove();
    this.metric = element("select");
    for (const metric of this.metrics) this.metric.append(element("option", { value: this.id(metric) }, plain(metric.title)));
    this.bodies = Array.from({ length: BODIES }, () => choice(words.explorer.none, []));
    const fields = this.bodies.map((field, at) => labelled(words.explorer.body(at + 1), field));
    this.status = element("p", { role: "status", class: "table-status" });
    this.output = element("div");
    place.append(element("div", { class: "tools" }, labelled(words.explorer.metric, this.metric), ...fields), this.status, this.output);
    this.metric.addEventListener("change", () => this.load(this.chosen()));
    for (const field of this.bodies) field.addEventListener("change", () => this.show());
    addEventListener("resize", () => this.draw());
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

  chosen() {
    return this.bodies.map((field) => field.value).filter(Boolean);
  }

  // Reads the table of the metric and keeps the choice of organisations as far as the table has them. `undefined` is the first.
  async load(bodies) {
    const metric = this.metrics.find((one) => this.id(one) === this.metric.value);
    this.status.textContent = words.explorer.loading;
    this.output.replaceChildren();
    try {
      if (!this.figures.has(metric)) this.figures.set(metric, await loadFigures(metric.address));
    } catch {
      const link = element("a", { href: metric.address }, words.explorer.page(plain(metric.title)));
      this.status.replaceChildren(`${words.explorer.failed} `, link);
      return;
    }
    if (this.metric.value !== this.id(metric)) return;
    this.current = { metric, figures: this.figures.get(metric) };
    const { rows } = this.current.figures;
    const wanted = bodies.map((name) => name ?? rows[0]?.name);
    this.bodies.forEach((field, at) => {
      field.replaceChildren(field.options[0], ...rows.map(({ name }) => element("option", { value: name }, plain(name))));
      field.value = rows.some(({ name }) => name === wanted[at]) ? wanted[at] : "";
    });
    this.show();
  }

  show() {
    const { metric, figures } = this.current;
    this.rows = chosenRows(figures, [...new Set(this.chosen())]);
    const state = { metric: this.id(metric), bodies: this.rows.map(({ name }) => name) };
    const address = `${location.pathname}${withComparison(location.search, state)}`;
    history.replaceState(null, "", address);
    this.output.replaceChildren();
    if (!this.rows.length) {
      this.status.textContent = "";
      return;
    }
    this.status.textContent = words.explorer.drawn(this.rows.map(({ name }) => plain(name)), plain(metric.title));
    this.graphic = element("div", { class: "figure-graphic explorer-graphic" });
    const notes = figures.notes.map((note) => element("p", { class: "table-note" }, plain(note)));
    const links = element("p", { class: "download" });
    links.append(
      element("a", { href: `${edition.root}${metric.address}` }, words.explorer.page(plain(metric.title))),
      " ",
      element("a", { href: address }, words.explorer.share),
    );
    this.output.append(this.graphic, ...notes, tableOf(figures, this.rows), links);
    this.draw();
  }

  draw() {
    if (!this.graphic?.isConnected) return;
    const { figures } = this.current;
    const unit = unitOf(figures.caption);
    const series = this.rows.map(({ name, cells }) => ({ name: plain(name), values: cells.map(({ value }) => value) }));
    const title = unit ? unit[0].toUpperCase() + unit.slice(1) : "";
    const periods = figures.periods.map(plain);
    const chart = { periods, series, title: unit === "%" ? "Per cent" : title, isShare: unit === "%", cutTitle: words.explorer.cut };
    const svg = drawChart(chart, this.output.clientWidth);
    this.graphic.replaceChildren(...(svg ? [svg] : []));
  }
}

export function startExplorer() {
  const place = document.querySelector("section.explorer");
  if (place) new Explorer(place).start();
}
