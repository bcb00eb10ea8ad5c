// Every word that controls say. Numbers come with commas, as on the pages.

const number = (count) => count.toLocaleString("en-GB");
const NOUNS = { Metric: "metrics", Organisation: "organisations", Force: "forces", Region: "regions", Period: "periods" };
const ORDERS = {
  number: { ascending: "lowest first", descending: "highest first" },
  date: { ascending: "earliest first", descending: "latest first" },
  rank: { ascending: "worse first", descending: "better first" },
  text: { ascending: "A to Z", descending: "Z to A" },
};

export const words = {
  table: {
    contains: "Show rows that contain",
    group: ([first]) => (/^Principle /.test(first) ? "Principle" : "Group"),
    all: "All",
    reset: "Show all rows",
    order: "Order of the rows",
    published: "As published",
    orderOf: (heading, kind, direction) => `${heading}, ${ORDERS[kind][direction]}`,
    sorted: (heading, kind, direction) => `Sorted by ${heading}, ${ORDERS[kind][direction]}.`,
    unsorted: "The rows are in the published order.",
    apart: "The groups are taken apart while the table is sorted.",
    shown: (count, all, noun) => `${number(count)} of ${number(all)} ${noun} shown.`,
    noun: (heading) => NOUNS[heading] ?? "rows",
  },
  search: {
    label: "Search this report",
    results: "Search results",
    found: (count, more) =>
      count === 0 ? "Nothing was found." : `${more ? "The first " : ""}${number(count)} ${count === 1 ? "result" : "results"}.`,
    kinds: { metric: "Metric", organisation: "Organisation", definition: "Definition", page: "Page" },
    failed: "The search is not available, because its file could not be read.",
  },
  highlight: {
    open: "Highlight an organisation",
    label: "Highlight",
    none: "No organisation",
    marked: (name, count) => `${name} is highlighted in ${number(count)} ${count === 1 ? "row" : "rows"} of this page.`,
    unmarked: "No organisation is highlighted.",
  },
  readout: {
    label: (figure) => `Values of ${figure}, one by one`,
    noNote: "No note",
  },
  explorer: {
    metric: "Metric",
    body: (at) => `Organisation ${at}`,
    none: "None",
    loading: "The figures are being read.",
    failed: "The figures could not be read.",
    page: (metric) => `All about ${metric}`,
    share: "Link to this comparison",
    period: "Period",
    percent: "Per cent",
    drawn: (bodies, metric) => `Chart and table of ${metric} for ${bodies.join(", ")}.`,
    cut: (title, start) => `${title} (axis starts at ${start})`,
  },
};
