// A table of rows that come in pages: heads from its columns, cells from data, links to the pages beside.
import { el } from "./dom.js";

/**
 * @typedef {object} Column
 * @property {string} head
 * @property {(row: object) => (Node|string|number|null)} cell
 * @property {string} [classes] of its cells, with dots between: "number.tight"
 * @property {string} [sort] the name that the API orders by; the head is a button then
 */

/** Fill `table` (a <table>) with heads and rows. `empty` is what stands there when there is no row: text or a node. */
export function fill(table, columns, rows, { empty = "Nothing here.", order = "", onSort = null, caption = "" } = {}) {
  const heads = columns.map((column) => head(column, order, onSort));
  const body = rows.length
    ? rows.map((row) => el("tr", {}, ...columns.map((column, at) => cell(column, row, at === 0))))
    : [el("tr", {}, el("td.muted", { colspan: columns.length }, empty))];
  table.replaceChildren(
    ...(caption ? [el("caption.visually-hidden", {}, caption)] : []),
    el("thead", {}, el("tr", {}, ...heads)),
    el("tbody", {}, ...body),
  );
}

function cell(column, row, isFirst) {
  const classes = column.classes ? `.${column.classes}` : "";
  const content = column.cell(row);
  const made = el(`${isFirst ? "th" : "td"}${classes}`, isFirst ? { scope: "row" } : { "data-head": column.head }, content ?? "");
  if (classes.includes("clip") && !(content instanceof Node)) {
    made.title = content ?? "";
  }
  return made;
}

function head(column, order, onSort) {
  const classes = column.classes?.split(".").filter((name) => name === "number").map((name) => `.${name}`).join("") ?? "";
  if (!column.sort || !onSort) {
    return el(`th${classes}`, { scope: "col" }, column.head);
  }
  const falls = order === `-${column.sort}`;
  const sorted = falls || order === column.sort;
  const next = sorted && !falls ? `-${column.sort}` : column.sort;
  const direction = sorted ? (falls ? "descending" : "ascending") : null;
  return el(
    `th${classes}`,
    { scope: "col", "aria-sort": direction },
    el("button.sort", { type: "button", "data-direction": direction, onclick: () => onSort(next) }, column.head),
  );
}

/** Let the buttons of `pager` lead to the pages beside: each is an address of the API, or null where there is none. */
export function turn(pager, { next, previous }, open) {
  for (const [name, address] of [["previous", previous], ["next", next]]) {
    const button = pager.querySelector(`[data-page="${name}"]`);
    button.disabled = !address;
    button.onclick = () => open(address);
  }
  pager.hidden = !next && !previous;
}
