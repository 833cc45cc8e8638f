// A unified diff, as the API gives it, to look at.
import { el } from "./dom.js";

const KINDS = { "+": "added", "-": "removed", " ": "kept" };

/** The lines of a unified diff as {kind, text, old, now}: added, removed, kept or hunk, with the numbers on both sides. */
export function lines(unified) {
  let old = 0;
  let now = 0;
  // The first two lines name the texts; the last one is empty.
  return unified.split("\n").slice(2, -1).map((line) => {
    const hunk = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@/.exec(line);
    if (hunk) {
      [old, now] = [Number(hunk[1]), Number(hunk[2])];
      return { kind: "hunk", text: "", old: null, now: null };
    }
    const kind = KINDS[line[0]];
    return { kind, text: line.slice(1), old: kind === "added" ? null : old++, now: kind === "removed" ? null : now++ };
  });
}

/** A table of them. Signs and numbers tell what colours do; a screen reader hears "added" and "removed". */
export function diffTable(unified) {
  const [first, ...rest] = lines(unified);
  const all = first?.kind === "hunk" ? rest : [first, ...rest].filter(Boolean);
  return el("table.diff", {}, el("caption.visually-hidden", {}, "Lines that were changed"), el("tbody", {}, ...all.map(row)));
}

function row({ kind, text, old, now }) {
  if (kind === "hunk") {
    return el("tr.diff-hunk", {}, el("td", { colspan: 4 }, "…"));
  }
  const sign = { added: "+", removed: "−", kept: "" }[kind];
  const said = kind === "kept" ? null : el("span.visually-hidden", {}, `${kind}: `);
  return el(`tr.diff-${kind}`, {}, el("td.diff-number", {}, old ?? ""), el("td.diff-number", {}, now ?? ""), el("td.diff-sign", { "aria-hidden": "true" }, sign), el("td.diff-text", {}, said, text || " "));
}
