// Signs that are laid over a drawing, at places that the page gives for the rows of its table.

const SVG = "http://www.w3.org/2000/svg";

// "31 - 10": the place of each row in px; `null` for a row without a mark.
export function parsePlaces(xs, ys) {
  const side = (text) => (text ? text.split(" ").map((px) => (/^\d+$/.test(px) ? Number(px) : null)) : []);
  const [across, down] = [side(xs), side(ys)];
  const places = Array.from({ length: Math.max(across.length, down.length) }, (_, row) => {
    return { row, x: across[row] ?? null, y: down[row] ?? null };
  });
  return places.filter(({ x, y }) => x !== null || y !== null);
}

// The place that is nearest to a point, by those sides that places have.
export function nearest(places, point) {
  const distance = ({ x, y }) => Math.hypot(x === null ? 0 : x - point.x, y === null ? 0 : y - point.y);
  return places.reduce((best, place) => (!best || distance(place) < distance(best) ? place : best), undefined);
}

export function svgElement(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

// A ring round a point, a line through a period, or a band along a row.
export function signAt({ x, y }, { width, height }, className) {
  if (x === null) return svgElement("rect", { class: className, x: 0, y: y - 6, width, height: 12 });
  if (y === null) return svgElement("line", { class: className, x1: x, x2: x, y1: 0, y2: height });
  return svgElement("circle", { class: className, cx: x, cy: y, r: 9 });
}

// The drawings of a figure, each with its table.
export function drawings() {
  return [...document.querySelectorAll(".figure-graphic[data-x], .figure-graphic[data-y]")].map((graphic) => {
    const figure = graphic.closest(".figure");
    const places = parsePlaces(graphic.dataset.x, graphic.dataset.y);
    return { graphic, svg: graphic.querySelector("svg"), figure, table: figure.querySelector("details table"), places };
  });
}
