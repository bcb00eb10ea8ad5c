// One organisation, highlighted on every page of the edition.

import { forceIn, isPage, withForce } from "./address.mjs";
import { choice, element, headingOf, labelled, on, optionOf, rowsOf, textOf } from "./dom.mjs";
import { edition, loadIndex } from "./index-file.mjs";
import { drawings, signAt } from "./overlay.mjs";
import { plain } from "./text.mjs";
import { words } from "./words.mjs";

function markRows(name) {
  let count = 0;
  for (const table of document.querySelectorAll("main table")) {
    for (const row of rowsOf(table)) {
      const isOwn = name !== undefined && (headingOf(row) === name || [...row.cells].some((cell) => textOf(cell, "b") === name));
      if (isOwn) row.setAttribute("aria-current", "true");
      else row.removeAttribute("aria-current");
      count += isOwn;
    }
  }
  return count;
}

function markDrawings() {
  for (const old of document.querySelectorAll(".own-sign")) old.remove();
  for (const { svg, table, places } of drawings()) {
    const rows = rowsOf(table);
    for (const place of places.filter(({ row }) => rows[row]?.hasAttribute("aria-current"))) {
      svg.append(signAt(place, svg.viewBox.baseVal, "own-sign"));
    }
  }
}

function carryOn(code) {
  for (const link of document.querySelectorAll("a[href]")) {
    const address = link.getAttribute("href");
    if (isPage(address)) link.setAttribute("href", withForce(address, code));
  }
}

export function startHighlight(tools) {
  const status = element("p", { role: "status", class: "highlight-status" });
  const show = (organisation) => {
    const count = markRows(organisation?.name);
    markDrawings();
    carryOn(organisation?.code);
    status.textContent = organisation ? words.highlight.marked(plain(organisation.name), count) : words.highlight.unmarked;
  };
  const block = element("div", { class: "highlight" });
  const open = element("button", { type: "button" }, words.highlight.open);
  const choose = ({ organisations }) => {
    const field = choice(words.highlight.none, []);
    field.append(...organisations.map(({ code, name }) => optionOf(name, code)));
    on(field, "change", () => {
      const organisation = organisations.find(({ code }) => code === field.value);
      history.replaceState(null, "", withForce(location.pathname + location.search + location.hash, organisation?.code));
      show(organisation);
    });
    open.replaceWith(labelled(words.highlight.label, field));
    return field;
  };
  on(open, "click", async () => {
    try {
      choose(await loadIndex()).focus();
    } catch {
      status.textContent = words.search.failed;
    }
  });
  block.append(open, status);
  tools.append(block);
  const code = forceIn(location.search);
  if (code === undefined) return;
  loadIndex().then(
    (index) => {
      const organisation = index.organisations.find((one) => one.code === code);
      choose(index).value = organisation ? code : "";
      if (organisation) show(organisation);
    },
    () => (status.textContent = words.search.failed),
  );
}
