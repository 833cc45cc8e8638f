// One row at the side: all of it to read, or its form to change, delete or add it.
import Offcanvas from "bootstrap/js/src/offcanvas.js";
import { confirm } from "../shared/confirm.js";
import { byId, el } from "../shared/dom.js";
import { forgetFields, sends } from "../shared/form.js";
import { Problem, post, put, remove } from "../shared/http.js";
import { attempt, hush } from "../shared/notice.js";
import { guard } from "../shared/unsaved.js";
import { field } from "./fields.js";
import { asText, describe } from "./logic.js";

const form = byId("form");
const panel = byId("row");

/**
 * The panel of the page.
 * @param {object} table {name, key, may, generated, columns}
 * @param {(sentence: string) => void} happened called once a row was saved or deleted
 */
export function rowPanel(table, happened) {
  const offcanvas = Offcanvas.getOrCreateInstance(panel);
  const notice = form.querySelector("[data-notice]");
  const path = `/api/tables/${encodeURIComponent(table.name)}/data/`;
  let fields = [];
  let id = null; // of the row that is shown; null for a new one
  const isChanged = () => !form.hidden && fields.some(([, one]) => one.isChanged());
  const settle = guard(panel, offcanvas, isChanged);
  const own = () => `${path}${encodeURIComponent(id)}/`;

  function open(row) {
    id = table.key ? asText(row[table.key]) : "";
    byId("row-title").textContent = table.key ? `${table.key} ${id}` : table.name;
    table.may.includes("change") ? edit(row, false) : read(row);
  }

  function create() {
    id = null;
    byId("row-title").textContent = "New row";
    edit({}, true);
  }

  function edit(row, isNew) {
    hush(notice);
    forgetFields(form);
    const written = table.columns.filter((column) => !table.generated.includes(column.column_name));
    fields = written.map((column) => [column.column_name, field(column, row[column.column_name], isNew)]);
    byId("fields").replaceChildren(...fields.map(([, one]) => one.node));
    byId("save").textContent = isNew ? "Add the row" : "Save";
    byId("delete").hidden = isNew || !table.may.includes("delete");
    byId("values").replaceChildren(...(isNew ? [] : pairs(table.columns.filter((column) => !written.includes(column)), row)));
    show(true);
  }

  function read(row) {
    byId("values").replaceChildren(...pairs(table.columns, row));
    show(false);
  }

  function show(isForm) {
    form.hidden = !isForm;
    offcanvas.show();
  }

  async function save() {
    const chosen = fields.filter(([, one]) => (id === null ? one.isGiven() : one.isChanged()));
    if (id !== null && !chosen.length) {
      throw new Problem(400, { code: "data_empty", message: "Nothing was changed." });
    }
    const data = Object.fromEntries(chosen.map(([name, one]) => [name, one.value()]));
    await (id === null ? post(path, { data }) : put(own(), { data }, { id_column: table.key }));
    settle();
    happened(id === null ? "The row is added." : "The row is saved.");
  }

  async function erase() {
    const told = ["It can't be brought back. The audit log keeps what it held."];
    if (!(await confirm(`Delete the row ${id} of ${table.name}?`, told, "Delete it", { danger: true }))) {
      return;
    }
    if (await attempt(notice, async () => (await remove(own(), { id_column: table.key }), true))) {
      settle();
      happened("The row is deleted.");
    }
  }

  sends(form, save);
  byId("delete").addEventListener("click", erase);
  return { open, create };
}

function pairs(columns, row) {
  return columns.map((column) => {
    const value = row[column.column_name];
    const shown = value === null || value === "" ? el("span.muted", {}, value === null ? "NULL" : "empty text") : el("pre.value", {}, asText(value, { pretty: true }));
    return el("div", {}, el("dt", {}, column.column_name, el("small.muted", {}, ` ${describe(column)}`)), el("dd", {}, shown));
  });
}
