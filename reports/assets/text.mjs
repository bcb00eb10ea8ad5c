// Texts made comparable, and names made safe beside other words.

const DIRECTIONS = /[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;
const ACCENTS = /[\u0300-\u036f]/g;

// Without characters that turn the direction of the words after them.
export function plain(text) {
  return text.replace(DIRECTIONS, "").replace(/\s+/g, " ").trim();
}

// In small letters and without accents, for finding one text in another.
export function fold(text) {
  return plain(text).normalize("NFD").replace(ACCENTS, "").toLowerCase();
}
