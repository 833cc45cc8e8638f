// The tables of schema dq: the list, and of one its structure and its rows. What is looked at stands in the address.
import { byId, el, settled } from "./shared/dom.js";
import { remember } from "./shared/filters.js";
import { count } from "./shared/format.js";
import { get, send } from "./shared/http.js";
import { attempt, hush, tell } from "./shared/notice.js";
import { fill, turn } from "./shared/table.js";
import { asText, kind, parse, range } from "./tables/logic.js";
import { rowPanel } from "./tables/row.js";

const FARTHEST = 1_000_000; // the API skips no more
const LONGEST = 300; // characters of a value in a cell; the panel has all of it
const place = byId("table");
const notice = byId("notice");
let asked = new AbortController();

// --- The list ------------------------------------------------------------------------------------------------------------

byId("find").addEventListener("input", (event) => {
  const wanted = event.target.value.trim().toLowerCase();
  for (const item of byId("tables").children) {
    item.hidden = !item.textContent.toLowerCase().includes(wanted);
  }
});

// --- One table ------------------------------------------------------------------------------------------------------------

const table = place && {
  name: place.dataset.name,
  key: place.dataset.key,
  may: place.dataset.may.split(" ").filter(Boolean),
  generated: JSON.parse(byId("generated").textContent),
  columns: [],
};
const path = table && `/api/tables/${encodeURIComponent(table.name)}/`;
const panel = table && rowPanel(table, (sentence) => show({ after: sentence }));

/** What the address asks for. */
function asks() {
  const search = new URLSearchParams(location.search);
  return { q: search.get("q") ?? "", order_by: search.get("order_by") ?? "", skip: Number(search.get("skip")) || 0, limit: Number(search.get("limit")) || 50 };
}

function go(change) {
  const { q, order_by: order, skip, limit } = { ...asks(), ...change };
  remember({ q, order_by: order, skip: skip || "", limit: limit === 50 ? "" : limit });
  return show();
}

async function show({ after = "" } = {}) {
  asked.abort();
  asked = new AbortController();
  const { signal } = asked;
  byId("rows").setAttribute("aria-busy", "true");
  const answer = await attempt(notice, () => send("GET", `${path}data/`, { query: asks(), signal, parse }));
  if (signal.aborted) {
    return;
  }
  byId("rows").removeAttribute("aria-busy");
  if (answer) {
    after ? tell(notice, "success", after) : hush(notice);
    draw(answer);
  } else {
    drawNothing();
  }
}

function draw({ data, total, skip, limit }) {
  const { q } = asks();
  drawRows(data, skip ? "There are no rows this far." : q ? "No row holds this text." : "The table has no rows.");
  byId("total").textContent = `${total === 1 ? "1 row" : `${count(total)} rows`}${q ? ` with “${short(q)}”` : ""}`;
  byId("shown").textContent = range(skip, data.length, total, count);
  byId("page-size").value = String(limit);
  const next = skip + limit;
  const beside = { previous: skip ? String(Math.max(0, skip - limit)) : null, next: next < total && next <= FARTHEST ? String(next) : null };
  turn(byId("pager"), beside, (to) => go({ skip: Number(to) }));
}

function drawRows(rows, empty) {
  const first = table.key || table.columns[0]?.column_name;
  const columns = [...table.columns].sort((one, other) => (other.column_name === first) - (one.column_name === first)).map((column) => shown(column, first));
  fill(byId("rows"), columns, rows, { order: asks().order_by, onSort: (next) => go({ order_by: next, skip: 0 }), empty, caption: `Rows of ${table.name}` });
}

/** The rows that stand there answer another question; better none than those. */
function drawNothing() {
  drawRows([], "Not loaded.");
  byId("total").textContent = "Not counted.";
  byId("shown").textContent = "";
  byId("pager").hidden = true;
}

/** A column of the grid. The first one's cells open the row. */
function shown(column, first) {
  const name = column.column_name;
  const classes = kind(column.data_type) === "number" && name !== first ? "number" : "clip";
  const cell = name === first ? (row) => el("button.link-button.value", { type: "button", onclick: () => panel.open(row) }, short(row[name])) : (row) => value(row[name]);
  return { head: name, sort: name, classes, cell };
}

function short(given) {
  const text = given === null ? "NULL" : asText(given) || "empty";
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

function value(given) {
  const isAbsent = given === null || given === "";
  return el(isAbsent ? "span.muted" : "span.value", { title: isAbsent ? null : short(given) }, short(given));
}

function drawStructure(columns) {
  const told = [
    { head: "Column", cell: (one) => el("span.value", {}, one.column_name) },
    { head: "Type", cell: (one) => (one.max_length === null ? one.data_type : `${one.data_type} (${one.max_length})`) },
    { head: "NULL", cell: (one) => (one.is_nullable ? "may be" : "never") },
    { head: "Key", cell: (one) => (one.is_primary_key ? "primary key" : "") },
    { head: "Default", cell: (one) => (one.column_default === null ? "" : el("span.value", {}, one.column_default)), classes: "clip" },
  ];
  fill(byId("structure"), told, columns, { caption: `Columns of ${table.name}` });
  byId("n-columns").textContent = columns.length === 1 ? "1 column" : `${columns.length} columns`;
}

async function begin() {
  const columns = await attempt(notice, () => get(`${path}structure/`));
  if (columns) {
    table.columns = columns;
    drawStructure(columns);
    byId("new")?.removeAttribute("disabled");
    await show();
  }
}

if (table) {
  const field = byId("filters").elements.q;
  let searching = false;
  /** One after the other, so that a large table is not looked through for each letter; what is typed meanwhile comes afterwards. */
  const search = async () => {
    if (searching && field.value) {
      return;
    }
    searching = true;
    while (field.value !== asks().q) {
      await go({ q: field.value, skip: 0 });
    }
    searching = false;
  };
  const restore = () => (field.value = asks().q);
  restore();
  byId("filters").addEventListener("input", settled(search, 350));
  byId("filters").addEventListener("submit", (event) => {
    event.preventDefault();
    search();
  });
  byId("page-size").addEventListener("change", (event) => go({ limit: Number(event.target.value), skip: 0 }));
  byId("new")?.addEventListener("click", () => panel.create());
  addEventListener("popstate", () => {
    restore();
    show();
  });
  begin();
}
