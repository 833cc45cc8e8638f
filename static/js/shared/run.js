// A run as people see it, in a list and by itself.
import { el } from "./dom.js";
import { count, duration, exactly, NOTHING, when, words } from "./format.js";

/** Its state in a word, with a colour. */
export function status(name) {
  return el(`span.status.status-${name}`, {}, words(name));
}

/** A time that says exactly when on hovering. */
export function time(iso) {
  return iso ? el("time", { datetime: iso, title: exactly(iso) }, when(iso)) : NOTHING;
}

/** How long it took, or has taken so far. */
export function took(run, now = Date.now()) {
  return duration(run.seconds ?? (run.started_at && !run.finished_at ? (now - Date.parse(run.started_at)) / 1000 : null));
}

/** The columns of a list of runs. */
export const columns = [
  { head: "Run", cell: (run) => el("a", { href: `/runs/${run.id}` }, `${words(run.kind)} ${run.id}`), classes: "tight" },
  { head: "Script", cell: (run) => run.script_name, classes: "clip" },
  { head: "Status", cell: (run) => status(run.status) },
  { head: "Rows", cell: (run) => count(run.progress.rows), classes: "number" },
  { head: "New", cell: (run) => count(run.new), classes: "number" },
  { head: "Changed", cell: (run) => count(run.changed), classes: "number" },
  { head: "Resolved", cell: (run) => count(run.resolved), classes: "number" },
  { head: "Took", cell: (run) => took(run), classes: "number" },
  { head: "Started by", cell: (run) => `${run.actor?.username ?? "nobody"}, ${trigger(run)}`, classes: "tight" },
  { head: "When", cell: (run) => time(run.created_at), classes: "tight" },
];

/** Through which door it was asked for. */
export function trigger(run) {
  return { person: "on a page", api: "API", schedule: "schedule", cli: "terminal" }[run.trigger] ?? run.trigger;
}
