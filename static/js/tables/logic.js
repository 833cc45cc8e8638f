// What a value of a column is as text, and the other way round. No page here, so that it can be tried by itself.
import { asText, exactNumbers, parse } from "../shared/exact.js";
export { asText, parse };

const NUMBERS = ["smallint", "integer", "bigint", "numeric", "real", "double precision", "oid", "money"];
const TEXTS = ["text", "character varying", "character", "citext", "name"];
const LONG = 80;

/** How a type is written and read: json, list, boolean, number, date, text, or other (which PostgreSQL reads from a text). */
export function kind(type) {
  if (type.endsWith("[]")) {
    return "list";
  }
  const kinds = { json: "json", jsonb: "json", boolean: "boolean", date: "date" };
  return kinds[type] ?? (NUMBERS.includes(type) ? "number" : TEXTS.includes(type) ? "text" : "other");
}

/** A column's value for a field. What a JSON column holds is always JSON: a text has quotes there. */
export function forField(value, type) {
  if (kind(type) === "json" && value !== null && value !== undefined) {
    return JSON.stringify(value, exactNumbers, 2);
  }
  return asText(value);
}

/**
 * What a field's text means, as the API takes it. PostgreSQL judges the rest.
 * Throws an Error with a sentence where JSON is expected and there is none.
 */
export function fromField(text, type) {
  const wanted = kind(type);
  if (wanted === "json" || wanted === "list") {
    return withExactNumbers(readJson(text, wanted));
  }
  return text;
}

function readJson(text, wanted) {
  let value;
  try {
    value = parse(text);
  } catch (error) {
    throw new Error(`This is no JSON: ${error.message}.`);
  }
  if (wanted === "list" && !Array.isArray(value)) {
    throw new Error('A list looks like ["a", "b"] or [1, 2].');
  }
  return value;
}

function withExactNumbers(value) {
  return JSON.rawJSON ? mapped(value) : value;
}

function mapped(value) {
  if (Array.isArray(value)) {
    return value.map(mapped);
  }
  if (value && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, mapped(inner)]));
  }
  return typeof value === "bigint" ? JSON.rawJSON(String(value)) : value;
}

/** What may stand in a field besides a value: NULL, and in a new row the column's default. The first of the answer is the one to begin with. */
export function states(column, isNew, value) {
  const offered = ["value", ...(column.is_nullable ? ["null"] : []), ...(isNew && column.column_default !== null ? ["default"] : [])];
  const begin = isNew ? offered.at(-1) : value === null ? "null" : "value";
  return { offered, begin };
}

/** "character varying, at most 20 characters, key". */
export function describe(column) {
  const length = column.max_length === null ? [] : [`at most ${column.max_length} characters`];
  return [column.data_type, ...length, ...(column.is_primary_key ? ["key"] : [])].join(", ");
}

/** Whether a text wants a field of several lines. */
export function isLong(text, column) {
  return text.includes("\n") || text.length > LONG || ["json", "list"].includes(kind(column.data_type)) || (column.data_type === "text" || column.max_length > 200);
}

/** "51–100 of 1,234". */
export function range(skip, shown, total, count) {
  return shown ? `${count(skip + 1)}–${count(skip + shown)} of ${count(total)}` : "";
}
