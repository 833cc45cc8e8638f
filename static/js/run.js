// One run: how far it is, what it did, why it failed, and the text that it ran.
import { byId, el } from "./shared/dom.js";
import { bytes, count, exactly, NOTHING, words } from "./shared/format.js";
import { attempt, hush, tell } from "./shared/notice.js";
import { cancel, follow, isActive } from "./shared/progress.js";
import { reasons, status, took, trigger } from "./shared/run.js";

const place = byId("run");
const notice = byId("notice");
const stop = byId("cancel");
const id = place.dataset.run;

function fact(name, value) {
  return el("div", {}, el("dt", {}, name), el("dd", {}, value));
}

function facts(run) {
  const published = run.new === null ? [] : ["pairs", "new", "changed", "resolved", "unchanged"].map((name) => fact(words(name), count(run[name])));
  return [
    fact("Status", status(run.status)),
    ...(run.attempt > 1 ? [fact("Attempt", `${run.attempt} of ${place.dataset.attempts}`)] : []),
    fact("Rows", count(run.progress.rows)),
    ...(run.kind === "populate" ? [fact("Read", bytes(run.progress.bytes))] : published),
    fact("Took", took(run)),
  ];
}

function times(run) {
  const named = [["Asked for", run.created_at], ["Started", run.started_at], ["Next attempt", run.status === "queued" ? run.not_before : null], ["Cancel asked for", run.cancel_requested_at], ["Ended", run.finished_at]];
  const by = fact("By", `${run.actor?.username ?? "nobody"}, ${trigger(run)}`);
  const schedule = run.schedule ? [fact("For", el("a", { href: `/scheduler?schedule=${run.schedule}` }, `Schedule ${run.schedule}`))] : [];
  const reads = run.connection || run.connection_given ? [fact("Read from", run.connection ?? "a connection that was given once")] : [];
  return [by, ...schedule, ...reads, ...named.filter(([, at]) => at).map(([name, at]) => fact(name, el("time", { datetime: at }, exactly(at))))];
}

function error(run) {
  return run.error ? [el("p.run-error", {}, run.error.message), ...reasons(run)] : [];
}

/** Those that failed and were worth another, each with when it ended and why. */
function attempts(run) {
  return run.attempts.map((one) => el("li", { value: one.n }, el("span.muted", {}, el("time", { datetime: one.ended_at }, exactly(one.ended_at)), ": "), one.error.message));
}

/** The text by lines, the one that the server refused marked. */
function text(run) {
  const wrong = run.error?.details?.line;
  return (run.content ?? "").split("\n").map((line, at) => el(at + 1 === wrong ? "mark.code-line" : "span.code-line", {}, `${line}\n`));
}

function show(run) {
  hush(notice);
  byId("title").textContent = `${words(run.kind)} ${run.id}`;
  byId("script").replaceChildren(run.script ? el("a.link", { href: `/editor/${run.script}` }, run.script_name) : `${run.script_name}, which was deleted`);
  byId("facts").replaceChildren(...facts(run));
  byId("times").replaceChildren(...times(run));
  byId("error").replaceChildren(...error(run));
  byId("error-card").hidden = !run.error;
  byId("attempts").replaceChildren(...attempts(run));
  byId("attempts-card").hidden = !run.attempts.length;
  byId("text").replaceChildren(...text(run));
  if (stop) {
    stop.hidden = !isActive(run);
    stop.disabled = Boolean(run.cancel_requested_at);
    stop.textContent = run.cancel_requested_at ? "Stopping…" : "Cancel";
  }
  document.title = `${words(run.kind)} ${run.id}: ${run.status ?? NOTHING} | DQX`;
}

stop?.addEventListener("click", () => attempt(notice, async () => show({ ...(await cancel(id)) })));
attempt(notice, () => follow(id, show, { lost: (problem) => tell(notice, "warning", problem.message) }));
