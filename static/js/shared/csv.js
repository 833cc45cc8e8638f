// Comma-separated values for people's spreadsheets, and files made on the page.
import { el } from "./dom.js";

// As badDetail_app/export_statements.py has it: the first characters that let a spreadsheet take a text for a formula.
const FORMULA = new Set("=+-@\t\r\n＝＋－＠");
const NUMBER = /^[+-]?[0-9]+([.,][0-9]+)?$/;
const NEEDS_QUOTES = /[",\r\n]|^\s|\s$|^$/;

function cell(value) {
  if (value === null || value === undefined) {
    return "";
  }
  const text = String(value);
  const safe = FORMULA.has(text[0]) && !NUMBER.test(text) ? `'${text}` : text;
  return NEEDS_QUOTES.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Heads and rows as one text (RFC 4180). Nothing is null or undefined, the empty text is "". */
export function csv(heads, rows) {
  return [heads, ...rows].map((row) => `${row.map(cell).join(",")}\n`).join("");
}

/** Let the browser keep a blob, or a text of comma-separated values, as a file. */
export function save(name, content) {
  const blob = content instanceof Blob ? content : new Blob([content], { type: "text/csv;charset=utf-8" });
  const url = URL.createObjectURL(blob);
  el("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
