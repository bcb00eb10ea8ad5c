// Starts what a page offers on top of what it says. Every page is complete without it.

import { element } from "./dom.mjs";
import { startExplorer } from "./explorer.mjs";
import { tellFigures } from "./figures.mjs";
import { startHighlight } from "./highlight.mjs";
import { edition } from "./index-file.mjs";
import { startReadouts } from "./readout.mjs";
import { startSearch } from "./search.mjs";
import { startTables } from "./tables.mjs";

const { root, index, several } = document.currentScript.dataset;
edition.root = root ?? "";
edition.index = index;
tellFigures();
document.documentElement.classList.add("with-scripts");
if (index !== undefined) {
  const tools = element("div", { class: "site-tools" });
  document.querySelector(".site-header .page-width")?.append(tools);
  startSearch(tools);
  if (several !== undefined) startHighlight(tools);
}
startTables();
startReadouts();
startExplorer();
