// Due times on a page: a strip of marks, and the columns of their table.
import { el } from "../shared/dom.js";
import { exactly, words } from "../shared/format.js";
import { time } from "../shared/run.js";
import { runOf, said, summed, why } from "./due.js";

/** The newest due times as marks, the oldest first. For a screen reader it is one picture that says how many went how. */
export function strip(several) {
  const marks = [...several].reverse().map((due) => el(`span.mark.mark-${due.state}`, { title: [`${exactly(due.due_at)}: ${said(due)}.`, why(due)].filter(Boolean).join(" ") }));
  return el("span.marks", { role: "img", "aria-label": summed(several) }, ...marks);
}

/** The columns of a table of due times. */
export const columns = [
  { head: "Due", cell: (due) => time(due.due_at), classes: "tight.stack-head" },
  { head: "What became of it", cell: (due) => el(`span.status.status-${due.state}`, {}, words(said(due))) },
  { head: "Why", cell: (due) => el("span.due-why", {}, why(due)) },
  { head: "Run", cell: (due) => link(runOf(due)), classes: "tight" },
];

function link(run) {
  return run ? el("a", { href: `/runs/${run.id}` }, `Run ${run.id}`) : "";
}
