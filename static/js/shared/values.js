// What bad rows are made of, as people see it.
import { el } from "./dom.js";

/** "R01 – Customer missing", or the id alone. */
export function label(id, name) {
  return name ? `${id} – ${name}` : id;
}

/** The id and the name of a rule or a source. */
export function named(id, name) {
  return el("span", { title: label(id, name) }, el("span.id", {}, id), name ? ` ${name}` : "");
}

/** A value of a row; NULL and the empty text are told apart. */
export function value(text) {
  if (text === null || text === "") {
    return el("span.muted", {}, text === null ? "NULL" : "empty");
  }
  return el("span.value", { title: text }, text);
}
