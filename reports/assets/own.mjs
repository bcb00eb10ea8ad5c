// The script of an edition of one organisation, which neither highlights nor compares organisations: there are a hundred copies.

import { startPage } from "./start.mjs";

startPage();
