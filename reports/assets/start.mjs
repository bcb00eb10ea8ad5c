// Starts what every page offers on top of what it says. Every page is complete without it.

import { element } from "./dom.mjs";
import { edition } from "./index-file.mjs";
import { startReadouts } from "./readout.mjs";
import { startSearch } from "./search.mjs";
import { startTables } from "./tables.mjs";

// The page may add a tool beside the search, as `startMore` does.
export function startPage(startMore = () => {}) {
  const { root, index } = document.currentScript.dataset;
  edition.root = root ?? "";
  edition.index = index;
  document.documentElement.classList.add("with-scripts");
  if (index !== undefined) {
    const tools = element("div", { class: "site-tools" });
    document.querySelector(".site-header .page-width")?.append(tools);
    startSearch(tools);
    startMore(tools);
  }
  startTables();
  startReadouts();
}
