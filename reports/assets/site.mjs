// The script of an edition of several organisations.

import { startExplorer } from "./explorer.mjs";
import { tellFigures } from "./figures.mjs";
import { startHighlight } from "./highlight.mjs";
import { startPage } from "./start.mjs";

tellFigures();
startPage(startHighlight);
startExplorer();
