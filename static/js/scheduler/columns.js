// The columns of the schedules: what each does, when it comes next, how it went last, and what can be done with it.
import { el, icon } from "../shared/dom.js";
import { words } from "../shared/format.js";
import { isActive } from "../shared/progress.js";
import { status, time } from "../shared/run.js";
import { said, why } from "./due.js";
import { unrun } from "./logic.js";
import { strip } from "./marks.js";

/**
 * The columns of the list.
 * @param {object} may {change, run}: what the person may do
 * @param {object} does {open, change, run, toggle}: called with the schedule; toggle with its switch too
 */
export function scheduleColumns(may, does) {
  function name(one) {
    const open = el("button.link-button", { type: "button", onclick: () => does.open(one) }, one.job_name);
    return [open, one.problem ? el("p.row-problem", {}, icon("exclamation-triangle-fill"), ` ${one.problem}`) : null, one.late ? late(one) : null];
  }

  function power(one) {
    const label = `${one.job_name}: switched on`;
    const box = el("input.form-check-input", { type: "checkbox", role: "switch", "aria-label": label, disabled: !may.change, onchange: () => does.toggle(one, box) });
    box.checked = one.is_active;
    return el("span.form-check.form-switch", {}, box);
  }

  function buttons(one) {
    const run = el("button.btn.btn-quiet.btn-sm", { type: "button", "aria-label": `Run now: ${one.job_name}`, disabled: isBusy(one), onclick: () => does.run(one) }, icon("play"), " Run now");
    const change = el("button.btn.btn-quiet.btn-sm", { type: "button", "aria-label": `Edit ${one.job_name}`, onclick: () => does.change(one) }, icon("pencil"));
    return [may.run ? run : null, may.change ? change : null];
  }

  return [
    { head: "Schedule", cell: name, classes: "stack-head.named" },
    { head: "Script", cell: script, classes: "named" },
    { head: "When", cell: (one) => [el("span", {}, one.description), el("small.muted.line", {}, one.timezone)] },
    { head: "Next run", cell: next, classes: "tight" },
    { head: "Last result", cell: last },
    { head: "On", cell: power },
    ...(may.run || may.change ? [{ head: "", cell: buttons, classes: "row-buttons" }] : []),
  ].map((column) => ({ ...column, cell: (one) => el("div", {}, column.cell(one)) }));
}

/** Since when it should have run, and why it has not. */
function late(one) {
  return el("p.row-problem", {}, el("span.status.status-failed", {}, "Late"), " since ", time(one.late_since), `. ${one.late_why}`);
}

function script(one) {
  return [el("span", {}, one.script_name ?? "–"), el("small.muted.line", {}, words(one.operation))];
}

function next(one) {
  return one.next_run ? time(one.next_run) : el("span.muted", {}, one.problem && one.is_active ? "rests" : one.is_active ? "never" : "off");
}

function last(one) {
  const run = one.last_run;
  const marks = one.recent.length ? strip(one.recent) : null;
  const due = unrun(one);
  if (due) {
    return [el(`span.status.status-${due.state}`, {}, words(said(due))), " ", el("span.muted", {}, time(due.due_at)), marks, el("p.row-problem.clip-2", { title: why(due) }, why(due))];
  }
  if (!run) {
    return [el("span.muted", {}, "not yet"), marks];
  }
  const cause = run.status === "failed" && run.error ? el("p.row-problem.clip-2", { title: run.error.message }, run.error.message) : null;
  return [el("a.run-link", { href: `/runs/${run.id}`, "aria-label": `${words(run.kind)} ${run.id}, ${run.status}` }, status(run.status)), " ", el("span.muted", {}, time(run.created_at)), marks, cause];
}

/** Whether a run of it waits or is under way. */
export function isBusy(one) {
  return Boolean(one.last_run && isActive(one.last_run));
}
