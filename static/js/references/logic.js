// What is known of references and their files without a page around it.
import { count } from "../shared/format.js";

/** "1 rule", "12 rules". */
export function many(number, word) {
  return `${count(number)} ${word}${number === 1 ? "" : "s"}`;
}

/** What an import does, or would do, in a sentence. */
export function summary({ added, changed, unchanged }, word, { done = false } = {}) {
  const parts = [[added, done ? "added" : "new"], [changed, "changed"], [unchanged, "unchanged"]].filter(([number]) => number);
  const said = parts.map(([number, what], at) => (at ? `${count(number)} ${what}` : `${many(number, word)} ${what}`));
  return said.length ? `${said.join(", ")}.` : "The file has no lines beside its first one.";
}

/** Which columns of a reference a line changes, each [name, before, after]; before is null where it is new. */
export function differences({ before, after }) {
  return Object.keys(after).filter((name) => before === null || before[name] !== after[name]).map((name) => [name, before && before[name], after[name]]);
}

/** What goes with a reference, for the question before it is deleted. */
export function losses({ bad_rows: rows, scripts, script_names: names }) {
  const told = [];
  if (rows) {
    told.push(`${many(rows, "bad row")} ${rows === 1 ? "carries" : "carry"} its id. They stay, and show the id without a name.`);
  }
  if (scripts) {
    const more = scripts > names.length ? `, and ${count(scripts - names.length)} more` : "";
    told.push(`${many(scripts, "script")} published it: ${names.join(", ")}${more}. They go on as before.`);
  }
  return told.length ? told : ["No bad row carries its id, and no script has published it."];
}

/**
 * The text of a file. What is not UTF-8 is taken for Windows-1252, as spreadsheets of Europe and America write it.
 * @param {ArrayBuffer} bytes
 */
export function decoded(bytes) {
  const start = new Uint8Array(bytes.slice(0, 2));
  if (start[0] === 0xff && start[1] === 0xfe) {
    return { text: new TextDecoder("utf-16le").decode(bytes), encoding: "UTF-16" };
  }
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes), encoding: "UTF-8" };
  } catch {
    return { text: new TextDecoder("windows-1252").decode(bytes), encoding: "Windows-1252" };
  }
}
