// The rows that a text finds, with how many, how long it took, and whether there are more.
import { byId, el } from "../shared/dom.js";
import { asText } from "../shared/exact.js";
import { count, duration } from "../shared/format.js";
import { fill } from "../shared/table.js";

const NUMBERS = /^(?:smallint|integer|bigint|numeric|real|double precision)/;

/** Show an answer of /api/sql_scripts/execute/. */
export function showRows(answer) {
  const columns = answer.columns.map(({ name, type }) => ({
    head: name,
    classes: NUMBERS.test(type) ? "number" : "clip",
    cell: (row) => cell(row[name]),
  }));
  fill(byId("rows"), columns, answer.rows, { empty: "It found nothing: no row is bad.", caption: "Rows that the text finds" });
  byId("rows-figures").textContent = figures(answer);
  byId("results").hidden = false;
}

/** Take the rows away. */
export function hideRows() {
  byId("results").hidden = true;
}

/** "100 rows in 0.12 s. There are more." */
export function figures({ row_count: rows, duration_ms: time, truncated }) {
  const told = `${count(rows)} ${rows === 1 ? "row" : "rows"} in ${duration(time / 1000)}`;
  return truncated ? `The first ${told}; there are more` : told;
}

function cell(value) {
  if (value === null || value === "") {
    return el("span.muted", {}, value === null ? "NULL" : "empty");
  }
  const text = asText(value);
  return el("span.value", { title: text.length > 30 ? text : null }, text);
}
