// A run as people see it, in a list and by itself.
import { el } from "./dom.js";
import { bytes, clock, count, duration, exactly, NOTHING, when, words } from "./format.js";

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
  { head: "Status", cell: (run) => el("span", {}, status(run.status), again(run)) },
  { head: "Rows", cell: (run) => count(run.progress.rows), classes: "number" },
  { head: "New", cell: (run) => count(run.new), classes: "number" },
  { head: "Changed", cell: (run) => count(run.changed), classes: "number" },
  { head: "Resolved", cell: (run) => count(run.resolved), classes: "number" },
  { head: "Took", cell: (run) => took(run), classes: "number" },
  { head: "Started by", cell: (run) => `${run.actor?.username ?? "nobody"}, ${trigger(run)}`, classes: "tight" },
  { head: "When", cell: (run) => time(run.created_at), classes: "tight" },
];

/** Which attempt it is at, when the next is made, and why the last one failed; null for the first. */
function again(run) {
  if (!(run.attempt > 1)) {
    return null;
  }
  const next = run.status === "queued" && run.not_before ? `, next at ${clock(run.not_before)}` : "";
  const why = run.attempts.at(-1)?.error.message;
  return el("small.muted.line", { title: why ? `Attempt ${run.attempt - 1}: ${why}` : null }, `attempt ${run.attempt}${next}`);
}

/** Through which door it was asked for. */
export function trigger(run) {
  return { person: "on a page", api: "API", schedule: "schedule", cli: "terminal" }[run.trigger] ?? run.trigger;
}

/** How far a run is that is under way: what is known of rows, bytes and time. */
export function far(run, now = Date.now()) {
  if (run.status === "queued" && run.attempt > 1 && Date.parse(run.not_before) > now) {
    return `Attempt ${run.attempt} at ${clock(run.not_before)}, since the last one failed: ${run.attempts.at(-1)?.error.message ?? ""}`;
  }
  if (run.status === "queued") {
    return `Waiting for a worker or other runs, ${since(run.created_at, now)}`;
  }
  const read = run.kind === "populate" ? [`${count(run.progress.rows)} rows`, bytes(run.progress.bytes)] : [];
  return [...read, since(run.started_at, now)].join(" · ");
}

/** In whole seconds; the clock of the server may be ahead of ours. */
function since(iso, now) {
  const seconds = iso ? Math.max(0, Math.round((now - Date.parse(iso)) / 1000)) : 0;
  return seconds < 10 ? `${seconds} s` : duration(seconds);
}

/** What came of a run that has ended, as {level, text} of a notice. `named`: with the name of its script. */
export function outcome(run, named = false) {
  const what = `${words(run.kind)}${named ? ` of “${run.script_name}”` : ""}`;
  if (run.status === "cancelled") {
    return { level: "warning", text: `${what}: ${run.error?.message ?? "Cancelled."} Nothing was changed.` };
  }
  if (run.status === "failed") {
    return { level: "error", text: `${what} failed: ${run.error?.message ?? "the reason is not known."}` };
  }
  return { level: "success", text: `${what} done in ${duration(run.seconds)}: ${run.kind === "populate" ? staged(run) : published(run)}` };
}

function staged(run) {
  const rows = run.progress.rows;
  return rows ? `${count(rows)} ${rows === 1 ? "row is" : "rows are"} staged.` : "the script found nothing.";
}

function published(run) {
  const changes = ["new", "changed", "resolved"].map((name) => `${count(run[name])} ${name}`).join(", ");
  return run.new + run.changed + run.resolved
    ? `${changes}, ${count(run.unchanged)} unchanged.`
    : `nothing was to change, all ${count(run.unchanged)} rows were there already.`;
}

/** What else the server said of a failure: its detail, its hint, and examples of the rows. */
export function reasons(run) {
  const { detail, hint, examples } = run.error?.details ?? {};
  const more = [detail, hint].filter(Boolean).map((text) => el("p.mb-1", {}, text));
  const rows = (examples ?? []).map((row) => el("li", {}, Object.entries(row).map(([name, value]) => `${name}=${value ?? "NULL"}`).join(", ")));
  return [...more, ...(rows.length ? [el("ul.value", {}, ...rows)] : [])];
}
