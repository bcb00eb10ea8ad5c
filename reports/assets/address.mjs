// What an address keeps: the organisation that is highlighted, and what is compared.

const CODE = /^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$/;
const MOST_BODIES = 4;
const LONGEST = 500;

// The code of the highlighted organisation; `undefined` where there is none, or a text that is no code.
export function forceIn(query) {
  const code = new URLSearchParams(query).get("force");
  return code !== null && CODE.test(code) ? code : undefined;
}

// A relative address with the code; `undefined` takes it away. Nothing else of the address changes.
export function withForce(address, code) {
  const [, path, query, place] = /^([^?#]*)(?:\?([^#]*))?(#.*)?$/s.exec(address);
  const parameters = new URLSearchParams(query ?? "");
  parameters.delete("force");
  if (code !== undefined) parameters.set("force", code);
  const kept = parameters.toString();
  return `${path}${kept ? `?${kept}` : ""}${place ?? ""}`;
}

// Whether an address leads to a page of the edition.
export function isPage(address) {
  return /^(?!\/)[^:?#]*\.html(?:[?#]|$)/.test(address);
}

// The metric and the organisations that an address compares.
export function comparisonIn(query) {
  const parameters = new URLSearchParams(query);
  const bodies = parameters.getAll("body").filter((name) => name && name.length <= LONGEST);
  return { metric: parameters.get("metric") ?? undefined, bodies: [...new Set(bodies)].slice(0, MOST_BODIES) };
}

// The query of a comparison. What else the query held is kept.
export function withComparison(query, { metric, bodies }) {
  const parameters = new URLSearchParams(query);
  parameters.delete("metric");
  parameters.delete("body");
  if (metric !== undefined) parameters.set("metric", metric);
  for (const body of bodies) parameters.append("body", body);
  const kept = parameters.toString();
  return kept ? `?${kept}` : "";
}
