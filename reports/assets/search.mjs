// The search of the edition.

import { forceIn, withForce } from "./address.mjs";
import { element, labelled, on } from "./dom.mjs";
import { edition, loadIndex } from "./index-file.mjs";
import { find, searchable } from "./ranking.mjs";
import { plain } from "./text.mjs";
import { words } from "./words.mjs";

const MOST_RESULTS = 12;

// Where a result leads. An organisation without a page of its own is highlighted where organisations stand in a table.
function addressOf(entry, index) {
  const force = forceIn(location.search);
  if (entry.to !== undefined) return edition.root + withForce(entry.to, force);
  const table = index.entries.find(({ to }) => to.endsWith("#organisations"))?.to ?? "index.html";
  return edition.root + withForce(table, entry.code);
}

function resultOf(entry, index) {
  const link = element("a", { href: addressOf(entry, index) }, plain(entry.title));
  const kind = element("span", { class: "detail" }, words.search.kinds[entry.kind] ?? "");
  const line = element("li", {}, link, kind);
  if (entry.about) line.append(element("span", { class: "about" }, plain(entry.about)));
  return line;
}

export function startSearch(tools) {
  const field = element("input", { type: "search", autocomplete: "off", maxlength: "200" });
  const form = element("form", { role: "search", class: "search" }, labelled(words.search.label, field));
  const status = element("p", { role: "status", class: "search-status" });
  const results = element("ul", { class: "results", "aria-label": words.search.results });
  const panel = element("div", { class: "search-panel" }, status, results);
  panel.hidden = true;
  form.append(panel);
  const close = () => {
    panel.hidden = true;
    status.textContent = "";
    results.replaceChildren();
  };
  let entries;
  const show = async () => {
    const question = field.value;
    if (!plain(question)) return close();
    let said = words.search.failed;
    try {
      const index = await loadIndex();
      if (question !== field.value) return;
      entries ??= searchable(index);
      const { found, more } = find(entries, question, MOST_RESULTS);
      results.replaceChildren(...found.map((entry) => resultOf(entry, index)));
      said = words.search.found(found.length, more);
    } catch {
      results.replaceChildren();
    }
    panel.hidden = false;
    status.textContent = said;
  };
  on(field, "focus", () => loadIndex().catch(() => {}), { once: true });
  on(field, "input", show);
  on(form, "keydown", (event) => {
    if (event.key !== "Escape" || panel.hidden) return;
    event.preventDefault();
    field.value = "";
    close();
    field.focus();
  });
  on(form, "focusout", (event) => {
    if (event.relatedTarget && !form.contains(event.relatedTarget)) panel.hidden = true;
  });
  on(document, "pointerdown", (event) => {
    if (!form.contains(event.target)) panel.hidden = true;
  });
  on(field, "focus", () => (panel.hidden = !results.childElementCount));
  on(form, "submit", (event) => {
    event.preventDefault();
    results.querySelector("a")?.click();
  });
  tools.append(form);
}
