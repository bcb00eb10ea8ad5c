// Which entries of the index a reader means.

import { fold } from "./text.mjs";

const WEIGHTS = { metric: 3, organisation: 3, page: 1, definition: 0 };
const folded = new WeakMap();

function foldedEntry(entry) {
  if (!folded.has(entry)) {
    const title = fold(entry.title);
    folded.set(entry, { title, words: title.split(/[^a-z0-9-]+/), about: fold(`${entry.about ?? ""} ${entry.code ?? ""}`) });
  }
  return folded.get(entry);
}

function wordScore(word, { title, words, about }) {
  if (title === word) return 20;
  if (title.startsWith(word)) return 12;
  if (words.includes(word)) return 10;
  if (words.some((one) => one.startsWith(word))) return 8;
  if (title.includes(word)) return 5;
  return about.includes(word) ? 2 : 0;
}

// How well an entry fits; 0 where a word of the question is nowhere in it.
export function score(entry, question) {
  const asked = fold(question);
  const target = foldedEntry(entry);
  const parts = asked.split(" ").filter(Boolean).map((word) => wordScore(word, target));
  if (parts.length === 0 || parts.includes(0)) return 0;
  const whole = target.title.startsWith(asked) ? 6 : target.title.includes(asked) ? 3 : 0;
  return parts.reduce((sum, part) => sum + part, 0) / parts.length + whole + (WEIGHTS[entry.kind] ?? 0);
}

// Everything that can be found: entries, and organisations as entries.
export function searchable(index) {
  const organisations = index.organisations.map(({ name, code, to }) => ({ kind: "organisation", title: name, code, to }));
  return [...organisations, ...index.entries];
}

// The entries that fit, the best first, equal ones in the order of the pages; at most `most`, and whether there are more.
export function find(entries, question, most) {
  const scored = entries.map((entry) => ({ entry, points: score(entry, question) })).filter(({ points }) => points > 0);
  scored.sort((a, b) => b.points - a.points);
  return { found: scored.slice(0, most).map(({ entry }) => entry), more: scored.length > most };
}
