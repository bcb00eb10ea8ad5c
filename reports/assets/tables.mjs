// Tables whose rows a reader sorts and filters.

import { keyOf, nextDirection, order } from "./cells.mjs";
import { choice, element, headingOf, labelled, on, optionOf, partsOf, rowsOf, textOf } from "./dom.mjs";
import { distinct, isWanted } from "./filter.mjs";
import { words } from "./words.mjs";

// Fewer rows than this are seen without help.
const LEAST_TO_FILTER = 15;

// What a cell is chosen by: its words, or those of its judgements.
function valuesOf(cell, isChoice) {
  if (isChoice) return [textOf(cell, "b, small")];
  return [...cell.querySelectorAll(".verdict")].map((verdict) => verdict.textContent.trim());
}

class DataTable {
  constructor(table) {
    this.table = table;
    this.scroll = table.closest(".table-scroll");
    this.rows = rowsOf(table);
    this.headings = [...table.tHead.rows[0].cells];
    this.names = this.headings.map((heading) => textOf(heading, ".group"));
    this.readGroups();
    this.status = element("p", { class: "table-status", role: "status" });
    this.sorted = {};
    this.wanted = { contains: "", choices: [] };
    this.addButtons();
    const needsOrder = this.scroll.matches(".matrix, .dense");
    if (this.rows.length >= LEAST_TO_FILTER && !table.closest("details")) this.addTools(needsOrder);
    else if (!this.groups.length) this.status.classList.add("unseen");
    this.scroll.before(this.status);
  }

  // The name of a group stands in its first row that is shown; `show` moves it there.
  readGroups() {
    let name;
    this.groupOf = this.rows.map((row) => (name = row.querySelector("th > .group")?.textContent ?? name));
    this.groups = distinct(this.groupOf.filter((group) => group !== undefined));
    this.spans = new Map();
    for (const row of this.rows) {
      const span = row.querySelector("th > .group");
      if (span) this.spans.set(span.textContent, span);
    }
  }

  columnKeys(column) {
    return this.rows.map((row) => keyOf(partsOf(row.cells[column])));
  }

  // What kind of values a column holds.
  kind(column) {
    return this.columnKeys(column).find((key) => key !== null)?.kind ?? "text";
  }

  sortable() {
    return this.headings.map((_, at) => at).filter((at) => !("fixed" in this.headings[at].dataset));
  }

  addButtons() {
    for (const at of this.sortable()) {
      const heading = this.headings[at];
      // A heading that is a link stays one: the choice of an order has its column.
      if (heading.querySelector("a")) continue;
      const button = element("button", { type: "button", class: "sort" });
      button.append(...heading.childNodes);
      heading.append(button);
      on(button, "click", () => {
        const { column, direction } = this.sorted;
        this.sort(at, nextDirection(column === at ? direction : undefined));
      });
    }
  }

  sort(column, direction) {
    this.sorted = direction ? { column, direction } : {};
    this.show();
  }

  addTools(needsOrder) {
    const tools = element("div", { class: `tools${needsOrder ? " with-order" : ""}` });
    const contains = element("input", { type: "search", autocomplete: "off" });
    on(contains, "input", () => {
      this.wanted.contains = contains.value;
      this.show();
    });
    tools.append(labelled(words.table.contains, contains));
    const choices = this.choices();
    choices.forEach(({ label, values }, at) => {
      const field = choice(words.table.all, values);
      on(field, "change", () => {
        this.wanted.choices[at] = field.value;
        this.show();
      });
      tools.append(labelled(label, field));
    });
    if (needsOrder) tools.append(this.orderField());
    const reset = element("button", { type: "button" }, words.table.reset);
    on(reset, "click", () => {
      for (const field of tools.querySelectorAll("input, select")) field.value = "";
      this.wanted = { contains: "", choices: [] };
      this.sort();
    });
    tools.append(reset);
    this.reading = this.rows.map((row, at) => ({
      text: [...row.cells].map((cell) => textOf(cell, "b, .group")).join(" "),
      choices: choices.map(({ of }) => of[at]),
    }));
    this.scroll.before(tools);
  }

  // A choice for the groups, and one for each column of judgements: its label, and the values of each row.
  choices() {
    const all = this.groups.length > 1 ? [{ label: words.table.group(this.groups), values: this.groups, of: this.groupOf.map((group) => [group]) }] : [];
    this.names.forEach((label, at) => {
      const cells = this.rows.map((row) => row.cells[at]);
      const of = cells.map((cell) => valuesOf(cell, "choice" in this.headings[at].dataset));
      const texts = distinct(of.flat());
      const keys = texts.map((text) => keyOf(partsOf(cells[of.findIndex((values) => values.includes(text))])));
      const values = order(keys).map((place) => texts[place]);
      if (values.length > 1) all.push({ label, values, of });
    });
    return all;
  }

  // The order as a choice, where headings are out of sight or lead elsewhere.
  orderField() {
    const field = choice(words.table.published, []);
    for (const column of this.sortable()) {
      const kind = this.kind(column);
      for (const direction of ["ascending", "descending"]) {
        const value = `${column} ${direction}`;
        field.append(optionOf(words.table.orderOf(this.names[column], kind, direction), value));
      }
    }
    on(field, "change", () => {
      const [column, direction] = field.value.split(" ");
      this.sort(Number(column), direction);
    });
    this.orderChoice = field;
    const block = labelled(words.table.order, field);
    block.classList.add("order");
    return block;
  }

  // Puts the rows in their order, shows those that are wanted, and says so.
  show() {
    const { column, direction } = this.sorted;
    const places = direction ? order(this.columnKeys(column), direction) : this.rows.map((_, at) => at);
    this.table.tBodies[0].append(...places.map((at) => this.rows[at]));
    const isShown = this.rows.map((_, at) => !this.reading || isWanted(this.reading[at], this.wanted));
    this.rows.forEach((row, at) => (row.hidden = !isShown[at]));
    this.headings.forEach((heading, at) => {
      if (at === column) heading.setAttribute("aria-sort", direction);
      else heading.removeAttribute("aria-sort");
    });
    if (this.orderChoice) this.orderChoice.value = direction ? `${column} ${direction}` : "";
    this.placeGroups(places.filter((at) => isShown[at]), direction !== undefined);
    this.say(isShown.filter(Boolean).length);
  }

  placeGroups(shown, isSorted) {
    // The style sheet hides the names in a sorted table, so that its columns keep their widths.
    this.table.classList.toggle("apart", isSorted);
    for (const row of this.rows) row.classList.remove("opens-group");
    const told = new Set();
    for (const at of shown) {
      const span = this.spans.get(this.groupOf[at]);
      if (!span || told.has(span)) continue;
      told.add(span);
      this.rows[at].cells[0].prepend(span);
      this.rows[at].classList.toggle("opens-group", !isSorted);
    }
  }

  say(shown) {
    const { column, direction } = this.sorted;
    const said = [];
    if (this.reading) {
      const isNamed = distinct(this.rows.map(headingOf)).length === this.rows.length;
      said.push(words.table.shown(shown, this.rows.length, words.table.noun(isNamed && this.names[0])));
    }
    if (direction) said.push(words.table.sorted(this.names[column], this.kind(column), direction));
    else if (!this.reading) said.push(words.table.unsorted);
    if (direction && this.groups.length > 1) said.push(words.table.apart);
    this.status.textContent = said.join(" ");
  }
}

// Every table of the page that may stand in another order.
export function startTables() {
  for (const table of document.querySelectorAll("table[data-sort]")) new DataTable(table);
}
