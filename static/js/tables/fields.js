// The fields of a row, made of the structure of its table. NULL, an empty text and the column's default are three things.
import { el } from "../shared/dom.js";
import { Problem } from "../shared/http.js";
import { describe, forField, fromField, isLong, kind, states } from "./logic.js";

const NAMES = { value: "Value", null: "NULL", default: "Default" };

/**
 * The field of one column.
 * @param {object} column as the structure has it
 * @param {*} value of the row; anything where it is new
 * @param {boolean} isNew
 * @returns {{node: Node, isChanged: () => boolean, value: () => *, isGiven: () => boolean}} `value` throws a Problem where there is no JSON
 */
export function field(column, value, isNew) {
  const name = column.column_name;
  const { offered, begin } = states(column, isNew, value);
  const input = (kind(column.data_type) === "boolean" ? choice : entry)(column, forField(isNew ? null : value, column.data_type));
  const state = el("select.form-select.state", { "aria-label": `What ${name} is` }, ...offered.map((one) => el("option", { value: one }, NAMES[one])));
  const counter = el("span.counter", {});
  let typed = input.value;

  function show() {
    const shown = state.value;
    input.value = shown === "value" ? typed : "";
    input.classList.toggle("is-absent", shown !== "value");
    input.placeholder = { value: kind(column.data_type) === "text" ? "empty text" : "", null: "NULL", default: `default: ${column.column_default}` }[shown];
    tally();
  }

  function tally() {
    const length = [...input.value].length;
    counter.textContent = column.max_length === null || state.value !== "value" ? "" : `${length} / ${column.max_length}`;
    counter.classList.toggle("is-over", length > column.max_length);
  }

  state.value = begin;
  show();
  input.addEventListener("input", () => {
    typed = input.value;
    const isEmptied = typed === "" && kind(column.data_type) !== "text" && offered.includes("null");
    state.value = isEmptied ? "null" : "value";
    show();
  });
  state.addEventListener("change", () => {
    show();
    state.value === "value" && input.focus();
  });
  const before = JSON.stringify([begin, input.value]);
  const help = el("p.form-help", { id: `${input.id}-help` }, describe(column), " ", counter);
  const parts = offered.length > 1 ? [input, state] : [input];
  return {
    node: el("div.form-field", {}, el("label", { for: input.id }, name), help, el("div.with-state", {}, ...parts)),
    isChanged: () => JSON.stringify([state.value, input.value]) !== before,
    isGiven: () => state.value !== "default",
    value() {
      if (state.value === "null") {
        return null;
      }
      try {
        return fromField(input.value, column.data_type);
      } catch (wrong) {
        throw new Problem(400, { code: "not_json", message: wrong.message, details: { fields: { [input.name]: [wrong.message] } } });
      }
    },
  };
}

function attributes(column) {
  const id = `field-${column.column_name}`;
  return { id, name: `data.${column.column_name}`, "aria-describedby": `${id}-help`, autocomplete: "off", spellcheck: "false" };
}

function entry(column, text) {
  const isMono = ["json", "list", "other"].includes(kind(column.data_type)) ? ".value" : "";
  if (isLong(text, column)) {
    const made = el(`textarea.form-control${isMono}`, { ...attributes(column), rows: Math.min(12, Math.max(2, text.split("\n").length + 1)) });
    made.value = text;
    return made;
  }
  const mode = kind(column.data_type) === "number" ? { inputmode: "decimal" } : {};
  return el(`input.form-control${isMono}`, { ...attributes(column), ...mode, value: text });
}

function choice(column, text) {
  const made = el("select.form-select", attributes(column), el("option", { value: "" }, "–"), el("option", {}, "true"), el("option", {}, "false"));
  made.value = text;
  return made;
}
