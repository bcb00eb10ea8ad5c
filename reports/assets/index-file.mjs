// The index of the edition. It is a script file, which a browser reads from a disk too, and is read when it is first asked for.

import { on } from "./dom.mjs";

let loaded;

// The root of the edition as seen from the page, and the path of the index inside the edition.
export const edition = { root: "", index: undefined };

export function loadIndex() {
  loaded ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = `${edition.root}${edition.index}`;
    on(script, "load", () => {
      const index = globalThis.searchIndex;
      if (Array.isArray(index?.entries) && Array.isArray(index?.organisations)) resolve(index);
      else reject();
    });
    on(script, "error", reject);
    document.head.append(script);
  });
  return loaded;
}
